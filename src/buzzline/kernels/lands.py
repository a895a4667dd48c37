"""Deals dealt anew among the places they went to, within strata: how uneven is each draw?"""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_HALF = np.uint64(32)
_WORD = np.uint64(0xFFFFFFFF)


@kernel
def dealt_contrasts(key, draws, start, n_landed, cell, exposed, cells, first):
    """Return the contrast of each draw over its spread by groups. (draws,) float64.

    In each stratum as many deals as really did land in a similar cluster, whichever they are.
    Deals that land are chosen one by one, each by one word of Philox (Knuth's algorithm S).

    Parameters
    ----------
    key : uint64
    draws : (k,) int64               numbers of draws
    start : (strata + 1,) int64      deals of stratum h are start[h]:start[h + 1]
    n_landed : (strata,) int64
    cell : (n,) int32                of each deal: its group in its stratum
    exposed : (n,) bool              from a cluster
    cells : (m, 5) float64           of each cell: deals, those exposed; of its stratum: share
                                     exposed, share that landed; stretch of the cell
    first : (groups + 1,) int64      cells of group g are first[g]:first[g + 1]

    Returns
    -------
    (k,) float64
        0 where the spread is 0. O(deals + cells) time a draw.
    """
    out = np.zeros(draws.size)
    from_clusters, elsewhere = np.zeros(cells.shape[0]), np.zeros(cells.shape[0])
    for k in range(draws.size):
        draw = np.uint64(draws[k])
        from_clusters[:] = 0.0
        elsewhere[:] = 0.0
        block = np.uint64(0)
        words = philox(np.uint64(0), np.uint64(0), draw & _WORD, draw >> _HALF, key)
        used = 0
        for h in range(n_landed.size):
            wanted = n_landed[h]
            left = start[h + 1] - start[h]
            for i in range(start[h], start[h + 1]):
                if wanted == 0:
                    break
                if used == 4:
                    block += np.uint64(1)
                    low, high = block & _WORD, block >> _HALF
                    words = philox(low, high, draw & _WORD, draw >> _HALF, key)
                    used = 0
                if np.int64((words[used] * np.uint64(left)) >> _HALF) < wanted:
                    wanted -= 1
                    if exposed[i]:
                        from_clusters[cell[i]] += 1.0
                    else:
                        elsewhere[cell[i]] += 1.0
                used += 1
                left -= 1
        out[k] = contrast(from_clusters, elsewhere, cells, first)
    return out


@kernel
def contrast(from_clusters, elsewhere, cells, first):
    """Return a contrast over its spread by groups, from who landed in each cell.

    The contrast is the sum over deals of (exposed - mean) (landed - mean), both of their
    stratum. Its spread sums the squares of what groups add, the part between groups stretched.
    """
    total, spread = 0.0, 0.0
    for g in range(first.size - 1):
        added, stretched = 0.0, 0.0
        for m in range(first[g], first[g + 1]):
            n, n_exposed, share, landed = cells[m, 0], cells[m, 1], cells[m, 2], cells[m, 3]
            here = from_clusters[m] + elsewhere[m]
            within = from_clusters[m] - n_exposed * here / n
            part = from_clusters[m] - share * here - landed * n_exposed + n * share * landed
            added += part
            stretched += within + (part - within) * cells[m, 4]
        total += added
        spread += stretched * stretched
    return total / np.sqrt(spread) if spread > 1e-18 else 0.0
