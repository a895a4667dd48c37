"""Effective distances between groups of points."""

from math import asin, log, sqrt

import numpy as np

from buzzline.kernels import kernel


@kernel
def squared_chord(xyz, i, j):
    """Return the squared straight distance of two points of the unit sphere."""
    dx, dy, dz = xyz[i, 0] - xyz[j, 0], xyz[i, 1] - xyz[j, 1], xyz[i, 2] - xyz[j, 2]
    return dx * dx + dy * dy + dz * dz


@kernel
def harmonic_log_km(one, one_start, other, other_start, pairs, xyz, floor_km, radius_km):
    """Return ln of the harmonic mean distance between two groups, for each pair of groups.

    one : rows of points of the first groups, group g at one_start[g]:one_start[g + 1]; other
    and other_start likewise; pairs : (p, 2) int64 groups; xyz : (n, 3) unit vectors; floor_km :
    (n,) shortest distance at which a point can be known. A point is not compared with itself;
    NaN where nothing is left. (p,) float64. O(p x points of both groups) time.
    """
    out = np.empty(pairs.shape[0])
    for p in range(pairs.shape[0]):
        a, b = pairs[p, 0], pairs[p, 1]
        nearness = 0.0
        n = 0
        for k in range(one_start[a], one_start[a + 1]):
            i = one[k]
            for m in range(other_start[b], other_start[b + 1]):
                j = other[m]
                if i == j:
                    continue
                half = min(1.0, sqrt(squared_chord(xyz, i, j)) / 2.0)
                distance = 2.0 * radius_km * asin(half)
                nearness += 1.0 / max(distance, floor_km[i], floor_km[j])
                n += 1
        out[p] = log(n / nearness) if n else np.nan
    return out


@kernel
def scale_of(squared, nation, other_nation, limit):
    """Return 0 local, 1 regional, 2 national, 3 global, 4 unknown."""
    if squared <= limit[0]:
        return 0
    if squared <= limit[1]:
        return 1
    if nation == 0 or other_nation == 0:
        return 4
    return 2 if nation == other_nation else 3


@kernel
def scales_of(here, there, xyz, nation, limits):
    """Return the scale of each pair of points, for each set of cut-offs. (c, p) int32."""
    out = np.empty((limits.shape[0], here.size), np.int32)
    for p in range(here.size):
        i, j = here[p], there[p]
        squared = squared_chord(xyz, i, j)
        for c in range(limits.shape[0]):
            out[c, p] = scale_of(squared, nation[i], nation[j], limits[c])
    return out
