"""Who is near a point in space, through cells a fraction of the reach wide.

Points are (n, 3) float64 [km], sorted by the key of their cell, so that the cells of one row
lie next to each other: a row within reach is one run of points, found by two binary searches.
The same cells serve the plane, which is one layer of them, and the globe.
"""

from math import sqrt

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.neighbours import first_at_least

RUNS = 512  # a row of cells each; cells are at least a sixth of the reach wide


@kernel
def cell_keys(xyz, low, width, across):
    """Return the cell each point falls into, rows along the second coordinate.

    xyz : (n, 3); low : (3,) smallest coordinates; width [km]; across : (3,) int64 cells along
    each coordinate. (n,) int64. O(n) time.
    """
    out = np.empty(xyz.shape[0], np.int64)
    for i in range(xyz.shape[0]):
        a = int((xyz[i, 0] - low[0]) / width)
        b = int((xyz[i, 1] - low[1]) / width)
        c = int((xyz[i, 2] - low[2]) / width)
        out[i] = (c * across[0] + a) * across[1] + b
    return out


@kernel
def gap(position, cell, width):
    """Return how far a coordinate, counted from the low end, is from a cell [km]."""
    start = cell * width
    if position < start:
        return start - position
    if position > start + width:
        return position - start - width
    return 0.0


@kernel
def runs_near(keys, low, width, across, point, reach, runs):
    """Write the runs of sorted points that may be within reach of `point`; return their number.

    keys : (n,) int64 sorted; runs : (RUNS, 2) int64, written in place: from, up to. Every point
    within reach is in one run, and some further ones are. O(rows x log n) time.
    """
    x, y, z = point[0] - low[0], point[1] - low[1], point[2] - low[2]
    margin = reach * (1.0 + 1e-12)
    n_runs = 0
    for c in range(max(0, int((z - margin) / width)), int((z + margin) / width) + 1):
        if c >= across[2]:
            break
        up = gap(z, c, width)
        for a in range(max(0, int((x - margin) / width)), int((x + margin) / width) + 1):
            if a >= across[0]:
                break
            beside = gap(x, a, width)
            left = margin * margin - up * up - beside * beside
            if left < 0.0:
                continue
            half = sqrt(left) * (1.0 + 1e-12)
            first = max(0, int((y - half) / width))
            last = min(across[1] - 1, int((y + half) / width))
            if y + half < 0.0 or last < first:
                continue
            base = (c * across[0] + a) * across[1]
            start = first_at_least(keys, base + first)
            stop = start + first_at_least(keys[start:], base + last + 1)
            if stop > start:
                runs[n_runs, 0], runs[n_runs, 1] = start, stop
                n_runs += 1
    return n_runs


@kernel
def bin_of(squared, limits, first, scale):
    """Return the position of the smallest limit that a squared distance does not exceed.

    limits : (k,) squared, rising, the last at least `squared`; first : (t,) int32 a lower bound
    of the answer by squared x scale. O(1) time where limits are not much denser than elsewhere.
    """
    k = first[np.uint32(squared * scale)]
    while squared > limits[k]:
        k += 1
    return k


@kernel
def weight_by_distance(points, xyz, keys, low, width, across, weight, limits, first, scale):
    """Sum the weight of points elsewhere within each distance of every point.

    points : (m, 3); xyz : (n, 3) sorted by keys (n,); weight : (n,) float64; limits : (k,)
    squared straight distances, rising. (m, k) float64, cumulated; whatever stands at the very
    place is left out. O(m x points in reach) time.
    """
    reach = sqrt(limits[-1])
    out = np.zeros((points.shape[0], limits.size))
    runs = np.empty((RUNS, 2), np.int64)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        row = out[i]
        n_runs = runs_near(keys, low, width, across, points[i], reach, runs)
        for run in range(n_runs):
            for j in range(runs[run, 0], runs[run, 1]):
                dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                squared = dx * dx + dy * dy + dz * dz
                if 0.0 < squared <= limits[-1]:
                    row[bin_of(squared, limits, first, scale)] += weight[j]
        for k in range(1, limits.size):
            row[k] += row[k - 1]
    return out
