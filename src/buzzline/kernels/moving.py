"""People who change organisation: where to, what they carry, and the ties they leave."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms

_NOBODY = -1
_REACH_KM = 100.0  # half as many move this far as next door
_OPEN = 2.0  # more than any trust


@kernel
def destinations(
    key, stream, step, alive, birth, place, industry, cell, start, member, industry_start, wage,
    distance_km, rates, to,
):  # fmt: skip
    """Fill `to` with the row to which people of each organisation move; -1 where nobody does.

    rates : (3, cells): chance in a step, share within the place, share of those beyond the
    industry. Elsewhere, one of four organisations by luck is chosen, by wage and nearness.
    wage : (r,); distance_km : (r, r). O(n) time.
    """
    n_industries = (industry_start.size - 1) // wage.size
    for i in range(alive.size):
        to[i] = _NOBODY
        if not alive[i]:
            continue
        g = cell[i]
        moved, inside, mixed, which = four_uniforms(key, stream, step, birth[i], 0)
        if moved >= rates[0, g]:
            continue
        r = place[i]
        if inside < rates[1, g]:
            first, last = start[r], start[r + 1]
            q = r * n_industries + industry[i]
            if mixed >= rates[2, g] and industry_start[q + 1] - industry_start[q] > 1:
                first, last = industry_start[q], industry_start[q + 1]
            chosen = member[first + int(which * (last - first))]
        else:
            four = four_uniforms(key, stream, step, birth[i], 1)
            chosen = far_organisation(four, which, r, member, place, wage, distance_km)
        if chosen != i and alive[chosen]:
            to[i] = chosen


@kernel
def far_organisation(four, which, here, member, place, wage, distance_km):
    """Return one of four members by luck, by wage and nearness, outside `here`."""
    total = 0.0
    for u in four:
        r = place[member[int(u * member.size)]]
        if r != here:
            total += wage[r] / (1.0 + distance_km[here, r] / _REACH_KM)
    mark, chosen = which * total, member[int(four[0] * member.size)]
    for u in four:
        row = member[int(u * member.size)]
        r = place[row]
        if r != here and mark >= 0:
            mark -= wage[r] / (1.0 + distance_km[here, r] / _REACH_KM)
            chosen = row
    return chosen


@kernel
def arrivals(to, birth, came):
    """Fill `came` with the row people came from, (n,) int32; return how many rows have any.

    Where people come from several, those of the earliest birth count: no order of rows matters.
    """
    came[:] = _NOBODY
    n_arrivals = 0
    for i in range(to.size):
        j = to[i]
        if j == _NOBODY:
            continue
        if came[j] == _NOBODY:
            n_arrivals += 1
            came[j] = i
        elif birth[i] < birth[came[j]]:
            came[j] = i
    return n_arrivals


@kernel
def carry(came, cell, share, n_arrivals, knowledge):
    """Add to the knowledge of each what people bring who came; from old values. O(n) time.

    share : (cells,) of the difference, where those who came knew more.
    """
    k = knowledge.shape[1]
    gain = np.zeros((n_arrivals, k), np.float32)
    at = 0
    for j in range(came.size):
        if came[j] != _NOBODY:
            for c in range(k):
                more = np.float64(knowledge[came[j], c]) - np.float64(knowledge[j, c])
                gain[at, c] = share[cell[j]] * max(0.0, more)
            at += 1
    at = 0
    for j in range(came.size):
        if came[j] != _NOBODY:
            for c in range(k):
                knowledge[j, c] += gain[at, c]
            at += 1


@kernel
def scale_between(here, there, region, nation):
    """Return the code of the scale of a tie between two places."""
    if here == there:
        return 0
    if region[here] == region[there]:
        return 1
    return 2 if nation[here] == nation[there] else 3


@kernel
def open_tie(row, other, trust, scale, layer, partner, tie_trust, tie_age, tie_scale, tie_layer,
             tie_copresent):  # fmt: skip
    """Open a tie of `row` to `other`, in co-presence: in an empty slot, else for the weakest.

    Only ties of the same layer give way, and none that is trusted more. Returns whether it did.
    """
    at, least = _NOBODY, trust
    for t in range(partner.shape[1]):
        if partner[row, t] == other and tie_layer[row, t] == layer:
            tie_trust[row, t] = max(np.float64(tie_trust[row, t]), trust)
            return False
        if partner[row, t] == _NOBODY:
            if least > -_OPEN:
                at, least = t, -_OPEN
        elif tie_layer[row, t] == layer and tie_trust[row, t] < least:
            at, least = t, np.float64(tie_trust[row, t])
    if at == _NOBODY:
        return False
    partner[row, at], tie_trust[row, at], tie_age[row, at] = other, trust, 0
    tie_scale[row, at], tie_layer[row, at], tie_copresent[row, at] = scale, layer, True
    return True


@kernel
def keep_in_touch(
    key, stream, step, rows, came, birth, place, region, nation, cell, rates, partner,
    tie_trust, tie_age, tie_scale, tie_layer, tie_copresent,
):  # fmt: skip
    """Open ties both ways between where people are and where they were, one after the other.

    rows : who people came to, in order of birth; rates : (2, cells): chance that they stay in
    touch, trust.
    """
    for j in rows:
        i = came[j]
        if four_uniforms(key, stream, step, birth[i], 2)[0] >= rates[0, cell[j]]:
            continue
        scale = scale_between(place[j], place[i], region, nation)
        open_tie(j, i, rates[1, cell[j]], scale, 0, partner, tie_trust, tie_age, tie_scale,
                 tie_layer, tie_copresent)  # fmt: skip
        open_tie(i, j, rates[1, cell[i]], scale, 0, partner, tie_trust, tie_age, tie_scale,
                 tie_layer, tie_copresent)  # fmt: skip


@kernel
def open_ties(rows, others, cell, trust, partner, tie_trust, tie_age, tie_scale, tie_layer,
              tie_copresent):  # fmt: skip
    """Open local ties of people both ways between pairs of rows. trust : (cells,)."""
    for at in range(rows.size):
        i, j = rows[at], others[at]
        open_tie(i, j, trust[cell[i]], 0, 0, partner, tie_trust, tie_age, tie_scale, tie_layer,
                 tie_copresent)  # fmt: skip
        open_tie(j, i, trust[cell[j]], 0, 0, partner, tie_trust, tie_age, tie_scale, tie_layer,
                 tie_copresent)  # fmt: skip
