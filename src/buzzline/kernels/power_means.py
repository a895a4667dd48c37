"""Mean of a power of distance between two groups of points."""

from math import log

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.distances import squared_chord
from buzzline.kernels.gravity_sums import fallen


@kernel
def log_power_means(sample, start, pairs, xyz, floor_km, elasticity, radius_km):
    """Return ln of the mean of distance to a power between the points of two groups, by pair.

    sample : (m,) int64, points of group g at sample[start[g]:start[g + 1]]; pairs : (p, 2)
    int64 groups; xyz : (n, 3) unit vectors; floor_km : (n,) shortest distance at which a point
    can be known. A point is not compared with itself; NaN where nothing is left. (p,) float64.
    O(p x points of both groups) time.
    """
    out = np.empty(pairs.shape[0])
    for p in range(pairs.shape[0]):
        a, b = pairs[p, 0], pairs[p, 1]
        total, n = 0.0, 0
        for k in range(start[a], start[a + 1]):
            i = sample[k]
            for m in range(start[b], start[b + 1]):
                j = sample[m]
                if i == j:
                    continue
                floor = max(floor_km[i], floor_km[j])
                total += fallen(squared_chord(xyz, i, j), floor, elasticity, radius_km)
                n += 1
        out[p] = log(total / n) if total > 0.0 else np.nan
    return out
