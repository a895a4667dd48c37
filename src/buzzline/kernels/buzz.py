"""Sums over whoever is near, fading with distance, through cells as wide as the reach."""

from math import asin, exp, floor, sqrt

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.neighbours import cells_across, first_at_least


@kernel
def faded_sums(focal, xyz, keys, floor_km, code, mass, related, fading, edges):
    """Sum related[s_i, s_j] mass_j exp(-d_ij / decay) over points j around each focal point i.

    focal : (m,) int64 rows of the points; xyz : (n, 3) unit vectors sorted by keys (n,), made
    with the chord fading[0]; floor_km, mass : (n,) float64, distances below the larger floor of
    two points count as that; code : (n,) int32; related : (s, s) float64; fading : (3,)
    float64, reach as a chord, decay [km], radius [km]; edges : (b - 1,) float64 [km], ascending
    upper ends of all bands but the last. (m, b) float64, a point is around itself. O(m x points
    in 27 cells) time.
    """
    reach, decay, radius = fading[0], fading[1], fading[2]
    across = cells_across(reach)
    out = np.zeros((focal.size, edges.size + 1))
    for f in range(focal.size):
        i = focal[f]
        x, y, z = xyz[i, 0], xyz[i, 1], xyz[i, 2]
        a = int(floor((x + 1.0) / reach)) + 1
        b = int(floor((y + 1.0) / reach)) + 1
        c = int(floor((z + 1.0) / reach)) + 1
        for da in range(-1, 2):
            for db in range(-1, 2):
                base = ((a + da) * across + b + db) * across + c
                j = first_at_least(keys, base - 1)
                while j < keys.size and keys[j] <= base + 1:
                    dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                    square = dx * dx + dy * dy + dz * dz
                    weight = related[code[i], code[j]] * mass[j]
                    if square <= reach * reach and weight > 0.0:
                        km = 2.0 * radius * asin(min(sqrt(square) / 2.0, 1.0))
                        km = max(km, floor_km[i], floor_km[j])
                        band = 0
                        while band < edges.size and km > edges[band]:
                            band += 1
                        out[f, band] += weight * exp(-km / decay)
                    j += 1
    return out
