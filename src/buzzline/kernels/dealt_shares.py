"""Deal arrivals among places by their size, whole parcels at a time."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_WHOLE = 4294967296.0  # philox gives words of 32 bits


@kernel
def dealt_concentration(start, amount, row, cumulated, draws, key):
    """Return what arrives in each place, and how concentrated it is, draw by draw.

    start : (g + 1,) int64, parcels of group i at start[i]:start[i + 1]; amount : (m,) float64
    of each parcel; row : (m,) int64, of `cumulated` (s, k): chances of the places, added up, to
    1. Returns counts (draws, k) and, (draws,), the chance that two of different groups arrive
    in the same place: NaN with one group. O(draws x m log k) time.
    """
    k = cumulated.shape[1]
    counts = np.zeros((draws, k))
    found = np.empty(draws)
    own = np.zeros(k)
    place = np.empty(amount.size, np.int64)
    zero = np.uint64(0)
    total, within = 0.0, 0.0
    for g in range(start.size - 1):
        size = 0.0
        for p in range(start[g], start[g + 1]):
            size += amount[p]
        total += size
        within += size * size
    for draw in range(draws):
        alike = 0.0
        for g in range(start.size - 1):
            for p in range(start[g], start[g + 1]):
                word, _, _, _ = philox(np.uint64(p), np.uint64(draw), zero, zero, key)
                at = np.searchsorted(cumulated[row[p]], (word + 0.5) / _WHOLE, side="right")
                place[p] = min(at, k - 1)
                own[place[p]] += amount[p]
            for p in range(start[g], start[g + 1]):
                here = own[place[p]]
                counts[draw, place[p]] += here
                alike += here * here
                own[place[p]] = 0.0
        squares = 0.0
        for c in range(k):
            squares += counts[draw, c] ** 2
        rest = total * total - within
        found[draw] = (squares - alike) / rest if rest > 0 else np.nan
    return counts, found
