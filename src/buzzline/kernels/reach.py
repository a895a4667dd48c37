"""What size and distance give between groups of points."""

from math import asin, exp, log, sqrt

import numpy as np

from buzzline.kernels import kernel


@kernel
def reach_between(sample, start, xyz, floor_km, size, elasticity, radius_km):
    """Sum s_i s_j d_ij^b over ordered pairs of points of two groups, and its moments of ln d.

    sample : (m,) int64, points of group k at sample[start[k]:start[k + 1]]; xyz : (n, 3) unit
    vectors; floor_km, size : (n,) float64; distances below the larger floor of two points count
    as that. Returns (3, k, k) float64: sums, and sums of ln d and its square times these; a
    point is in no pair with itself. O(m^2) time.
    """
    k = start.size - 1
    out = np.zeros((3, k, k))
    for one in range(k):
        for other in range(one, k):
            for a in range(start[one], start[one + 1]):
                i = sample[a]
                for b in range(start[other], start[other + 1]):
                    j = sample[b]
                    if i == j:
                        continue
                    square = 0.0
                    for axis in range(3):
                        square += (xyz[i, axis] - xyz[j, axis]) ** 2
                    km = 2.0 * radius_km * asin(min(sqrt(square) / 2.0, 1.0))
                    apart = log(max(km, floor_km[i], floor_km[j]))
                    weight = size[i] * size[j] * exp(elasticity * apart)
                    out[0, one, other] += weight
                    out[1, one, other] += weight * apart
                    out[2, one, other] += weight * apart * apart
            for moment in range(3):
                out[moment, other, one] = out[moment, one, other]
    return out
