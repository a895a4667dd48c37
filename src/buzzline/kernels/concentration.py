"""Every measure of how concentrated one industry is, from its jobs and all jobs by place.

Positions in the row of measures are fixed here, once: `G` and the rest below.
"""

from math import log

import numpy as np

from buzzline.kernels import kernel

G, GAMMA, MAUREL_SEDILLOT, HOOVER, THEIL = 0, 1, 2, 3, 4
HERFINDAHL, ENTROPY, GINI, GINI_OF_QUOTIENTS, FAR = 5, 6, 7, 8, 9
N_MEASURES = 10
ONE_PLANT = 1e-12  # 1 - H of one plant is 0 but for rounding


@kernel
def measures(here, area_share, together, herfindahl, near_start, near, out):
    """Write the measures of one industry into `out` (N_MEASURES,); NaN where not defined.

    here : (r,) jobs of the industry; area_share : (r,) of all jobs; together : jobs of the
    industry; herfindahl : of its plants; near_start (r + 1,) int64, near int32 : neighbours. A
    place of area share 0 has no plants and counts nowhere. O(r + m log m) time for m places
    with jobs.
    """
    out[:] = np.nan
    if together <= 0.0:
        return
    sum_measures(here, area_share, together, herfindahl, out)
    quotient, apart = curve_measures(here, area_share, together, out)
    if near.size and apart > 0.0:
        out[FAR] = 1.0 - near_difference(quotient, near_start, near) / apart


@kernel
def sum_measures(here, area_share, together, herfindahl, out):
    """Write what is a plain sum over places."""
    far, away, theil, squares, entropy, base = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for r in range(here.size):
        share, x = here[r] / together, area_share[r]
        far += (share - x) ** 2
        away += abs(share - x)
        base += x * x
        if share > 0.0:
            squares += share * share
            entropy -= share * log(share)
            theil += share * log(share / x) if x > 0.0 else np.inf
    out[G], out[HOOVER], out[THEIL] = far, away / 2.0, theil
    out[HERFINDAHL], out[ENTROPY] = squares, entropy / log(2.0)
    room, plants = 1.0 - base, 1.0 - herfindahl
    if room > 0.0 and plants > ONE_PLANT:
        out[GAMMA] = (far / room - herfindahl) / plants
        out[MAUREL_SEDILLOT] = ((squares - base) / room - herfindahl) / plants


@kernel
def curve_measures(here, area_share, together, out):
    """Write both Ginis; return the quotients, and their sum of |difference| over all pairs.

    A place without any jobs has the quotient -1 and counts nowhere. Places without jobs of the
    industry stand first on the Lorenz curve whatever their order: only the others are sorted.
    """
    quotient = np.full(here.size, -1.0)
    n, n_held = 0, 0
    held = np.empty(here.size, np.int64)
    for r in range(here.size):
        if area_share[r] > 0.0:
            quotient[r] = here[r] / together / area_share[r]
            n += 1
            if here[r] > 0.0:
                held[n_held] = r
                n_held += 1
    held = held[:n_held]
    order = held[np.argsort(quotient[held])]
    curve, above, rank_sum, total = 0.0, 0.0, 0.0, 0.0
    for k in range(n_held):
        i = order[k]
        share = here[i] / together
        above += area_share[i] * (2.0 * curve + share)
        curve += share
        rank_sum += (n - n_held + k + 1.0) * quotient[i]
        total += quotient[i]
    out[GINI] = 1.0 - above
    apart = 2.0 * rank_sum - (n + 1.0) * total
    if total > 0.0:
        out[GINI_OF_QUOTIENTS] = apart / (n * total)
    return quotient, apart


@kernel
def near_difference(quotient, near_start, near):
    """Return the sum of |difference| over unordered pairs of neighbours that have quotients."""
    out = 0.0
    for i in range(quotient.size):
        for k in range(near_start[i], near_start[i + 1]):
            j = near[k]
            if j > i and quotient[i] >= 0.0 and quotient[j] >= 0.0:
                out += abs(quotient[i] - quotient[j])
    return out


@kernel
def all_measures(jobs, area_share, herfindahl, near_start, near):
    """Return every measure of every industry. jobs : (r, s); (s, measures) float64."""
    out = np.empty((jobs.shape[1], N_MEASURES))
    for s in range(jobs.shape[1]):
        here = jobs[:, s].copy()
        measures(here, area_share, here.sum(), herfindahl[s], near_start, near, out[s])
    return out
