"""Trust that a place lends: built by meeting there, worn by what is outside."""

from buzzline.kernels import kernel

LOCAL = 0  # code of the scale of a tie
NOBODY = -1
YOUNG = 4  # steps in which a new tie either holds or does not


@kernel
def meeting_shares(start, member, meetings, output, shares):
    """Fill shares of meetings and the output of each place; (r, 3) float64 `shares`.

    Columns: local meetings, meetings elsewhere (shares of all; 0 where nobody met), output.
    start : (r + 1,) int64; member : rows by place; meetings : (n, 4) by scale; output : (n,).
    """
    for r in range(shares.shape[0]):
        local = 0.0
        elsewhere = 0.0
        made = 0.0
        for at in range(start[r], start[r + 1]):
            i = member[at]
            local += meetings[i, LOCAL]
            for scale in range(1, meetings.shape[1]):
                elsewhere += meetings[i, scale]
            made += output[i]
        met = local + elsewhere
        shares[r, 0] = local / met if met > 0.0 else 0.0
        shares[r, 1] = elsewhere / met if met > 0.0 else 0.0
        shares[r, 2] = made


@kernel
def local_ties_loosened(alive, cell, industry, place, meetings, rates, commons, ties):
    """Wear trust in local ties of who meets others elsewhere; end new ones that norms forbid.

    alive : (n,) bool; cell, industry, place : (n,) int32; meetings : (n, 4);
    rates : (2, cells): share of trust worn per share of meetings elsewhere, and trust of the
    place below which ties within one industry that are new do not hold; commons : (r,);
    ties : (partner (n, t), trust (n, t), age (n, t), scale (n, t)), changed in place.
    """
    partner, trust, age, scale = ties
    for i in range(alive.size):
        if not alive[i]:
            continue
        met = 0.0
        for rung in range(meetings.shape[1]):
            met += meetings[i, rung]
        elsewhere = (met - meetings[i, LOCAL]) / met if met > 0.0 else 0.0
        kept = 1.0 - rates[0, cell[i]] * elsewhere
        barred = commons[place[i]] < rates[1, cell[i]]
        for t in range(partner.shape[1]):
            j = partner[i, t]
            if j == NOBODY or scale[i, t] != LOCAL:
                continue
            if kept < 1.0:
                trust[i, t] *= kept
            if barred and age[i, t] < YOUNG and industry[j] == industry[i]:
                partner[i, t] = NOBODY
                trust[i, t] = 0.0
                age[i, t] = 0
