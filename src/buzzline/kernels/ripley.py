"""Sums over pairs of points by their distance, with or without weights for what is unseen.

Cells are those of `kernels/cells.py`. A pair with equal ids is one point and not a pair.
"""

from math import sqrt

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.cells import RUNS, bin_of, runs_near
from buzzline.kernels.windows import arc_inside, overlap

NONE, TRANSLATE, ISOTROPIC = 0, 1, 2
BLOCK = 256  # pairs whose bins are computed at once
SHARED = 1e-10  # of the window: less is nothing but rounding
HEAVIEST = 100.0  # a pair stands for at most this many: as spatstat does


@kernel
def pair_sums(
    points, ids, weight, xyz, its_ids, its_weight, keys, low, width, across, limits, first,
    scale, correction, edges, inner, sides,
):  # fmt: skip
    """Sum weight x weight x correction over ordered pairs, by distance.

    points : (m, 3) with ids : (m,) and weight : (m,); xyz : (n, 3) sorted by keys (n,), with
    its_ids and its_weight; limits, first, scale : of the distances; edges : (e, 4) of the
    window; inner : (m,) distance of each point from the nearest edge; sides : (2,) of a
    rectangle, 0 for other windows. (k,) float64, not cumulated. O(pairs in reach) time, times
    e for ISOTROPIC, times e^2 for TRANSLATE in a window that is no rectangle.
    """
    reach = sqrt(limits[-1])
    out = np.zeros(limits.size)
    runs = np.empty((RUNS, 2), np.int64)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        n_runs = runs_near(keys, low, width, across, points[i], reach, runs)
        for run in range(n_runs):
            for j in range(runs[run, 0], runs[run, 1]):
                dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                squared = dx * dx + dy * dy + dz * dz
                if squared > limits[-1] or its_ids[j] == ids[i]:
                    continue
                value = weight[i] * its_weight[j]
                if value == 0.0:
                    continue
                if correction == TRANSLATE:
                    value *= shifted(dx, dy, edges, sides)
                elif correction == ISOTROPIC and squared > inner[i] * inner[i]:
                    share = arc_inside(x, y, sqrt(squared), edges)
                    value *= min(HEAVIEST, 1.0 / max(share, 1e-300))
                out[bin_of(squared, limits, first, scale)] += value
    return out


@kernel
def shifted(dx, dy, edges, sides):
    """Return one over the area a window shares with its copy shifted by (dx, dy).

    NaN where the two share nothing: such a pair is never seen, and has no weight.
    """
    if sides[0] > 0.0:
        across, along = sides[0] - abs(dx), sides[1] - abs(dy)
        if across <= SHARED * sides[0] or along <= SHARED * sides[1]:
            return np.nan
        return 1.0 / (across * along)
    area, x, y = 0.0, edges[0, 0], edges[0, 1]
    for e in range(edges.shape[0]):
        area += (edges[e, 0] - x) * (edges[e, 3] - y) - (edges[e, 2] - x) * (edges[e, 1] - y)
    shared = overlap(dx, dy, edges)
    return 1.0 / shared if shared > SHARED * 0.5 * area else np.nan


@kernel
def fine_bins(x, y, z, xs, ys, zs, start, n, scale, top, out):
    """Write the fine bin of the squared distance of n points from start on, at most `top`.

    One plain loop over three arrays, so that it is compiled to vector instructions.
    """
    for q in range(n):
        dx, dy, dz = xs[start + q] - x, ys[start + q] - y, zs[start + q] - z
        fine = (dx * dx + dy * dy + dz * dz) * scale
        out[q] = np.int32(fine if fine < top else top)


@kernel
def pairs_by_distance(xyz, n_here, keys, low, width, across, limits, first, scale):
    """Count unordered pairs of points at different places by distance, not cumulated.

    xyz : (n, 3) places sorted by keys (n,); n_here : (n,) int64 points at each. (k,) int64.
    Pairs are counted by fine bin of squared distance; those in a bin that holds a limit are
    compared with it, so the counts are exact; what is out of reach lands in the last bin, which
    nobody reads. O(pairs of places in reach) time.
    """
    reach, n_bins = sqrt(limits[-1]), first.size - 2
    xs, ys, zs = xyz[:, 0].copy(), xyz[:, 1].copy(), xyz[:, 2].copy()
    is_mixed = mixed_bins(limits, n_bins, scale)
    out = np.zeros(limits.size, np.int64)
    counts = np.zeros((4, n_bins + 2), np.int64)  # four, so that equal bins need not wait
    fine = np.empty(BLOCK, np.int32)
    runs = np.empty((RUNS, 2), np.int64)
    for i in range(xyz.shape[0]):
        x, y, z, n_at = xs[i], ys[i], zs[i], n_here[i]
        n_runs = runs_near(keys, low, width, across, xyz[i], reach, runs)
        for run in range(n_runs):
            start, stop = max(i + 1, runs[run, 0]), runs[run, 1]
            while start < stop:
                n = min(BLOCK, stop - start)
                fine_bins(x, y, z, xs, ys, zs, start, n, scale, n_bins + 1.0, fine)
                for q in range(n):
                    b, j = np.uint32(fine[q]), start + q
                    if is_mixed[b]:
                        squared = (xs[j] - x) ** 2 + (ys[j] - y) ** 2 + (zs[j] - z) ** 2
                        if squared <= limits[-1]:
                            out[bin_of(squared, limits, first, scale)] += n_at * n_here[j]
                    else:
                        counts[np.uint32(q & 3), b] += n_at * n_here[j]
                start += n
    for b in range(n_bins):
        if not is_mixed[b]:
            out[first[b]] += counts[:, b].sum()
    return out


@kernel
def mixed_bins(limits, n_bins, scale):
    """Tell which fine bins hold a limit, or come so near that rounding may cross it."""
    out = np.zeros(n_bins + 2, np.bool_)
    for k in range(limits.size):
        at = limits[k] * scale
        for near in (at - 1e-6, at, at + 1e-6):
            if 0.0 <= near < n_bins + 1:
                out[int(near)] = True
    return out


@kernel
def border_sums(
    points, ids, weight, inner, xyz, its_ids, its_weight, keys, low, width, across, limits,
    first, scale,
):  # fmt: skip
    """Sum over pairs whose first point is further from the border than r, for each r.

    Arguments as in `pair_sums`; inner : (m,) distance of each point from the border, squared.
    (k,) float64 sums of pairs within r, and (k,) of the weights of the first points that are at
    least r inside. O(pairs in reach) time.
    """
    reach = sqrt(limits[-1])
    n_distances = limits.size
    pairs, alone = np.zeros(n_distances), np.zeros(n_distances)
    row = np.empty(n_distances)
    runs = np.empty((RUNS, 2), np.int64)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        row[:] = 0.0
        seen = min(limits[-1], inner[i])  # further out the point does not count
        n_runs = runs_near(keys, low, width, across, points[i], min(reach, sqrt(seen)), runs)
        for run in range(n_runs):
            for j in range(runs[run, 0], runs[run, 1]):
                dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                squared = dx * dx + dy * dy + dz * dz
                if squared <= seen and its_ids[j] != ids[i]:
                    row[bin_of(squared, limits, first, scale)] += its_weight[j]
        total = 0.0
        for k in range(n_distances):
            if limits[k] > inner[i]:
                break
            total += row[k]
            pairs[k] += weight[i] * total
            alone[k] += weight[i]
    return pairs, alone


@kernel
def smoothed_pairs(
    points, ids, weight, xyz, its_ids, its_weight, keys, low, width, across, distances,
    bandwidth, correction, edges, inner, sides, is_by_distance,
):  # fmt: skip
    """Sum Epanechnikov kernels of pair distances around each distance, with correction.

    Arguments as in `pair_sums`; distances : (k,) [km], rising; bandwidth : half the width of
    the kernel [km]; is_by_distance : divide each pair by its own distance, and leave out pairs
    at distance 0. (k,) float64.
    O(pairs in reach x distances in the kernel) time.
    """
    reach = distances[-1] + bandwidth
    out = np.zeros(distances.size)
    runs = np.empty((RUNS, 2), np.int64)
    for i in range(points.shape[0]):
        x, y = points[i, 0], points[i, 1]
        n_runs = runs_near(keys, low, width, across, points[i], reach, runs)
        for run in range(n_runs):
            for j in range(runs[run, 0], runs[run, 1]):
                dx, dy = xyz[j, 0] - x, xyz[j, 1] - y
                squared = dx * dx + dy * dy
                if squared > reach * reach or its_ids[j] == ids[i]:
                    continue
                if is_by_distance and squared == 0.0:
                    continue
                distance = sqrt(squared)
                k = np.searchsorted(distances, distance - bandwidth)
                if k == distances.size or distances[k] >= distance + bandwidth:
                    continue
                value = 0.75 / bandwidth * weight[i] * its_weight[j]
                if correction == TRANSLATE:
                    value *= shifted(dx, dy, edges, sides)
                elif correction == ISOTROPIC and squared > inner[i] * inner[i]:
                    share = arc_inside(x, y, distance, edges)
                    value *= min(HEAVIEST, 1.0 / max(share, 1e-300))
                if is_by_distance:
                    value /= distance
                while k < distances.size and distances[k] < distance + bandwidth:
                    u = (distances[k] - distance) / bandwidth
                    out[k] += value * (1.0 - u * u)
                    k += 1
    return out
