"""Weight around a distance, smoothed by a Gaussian kernel, for every point at once.

Distances are gathered in fine bins with their first three moments about the bin's middle; the
kernel is then summed over bins by its Taylor series, so the cost of a pair does not depend on
how many distances are asked for. With bins an eighth of the bandwidth wide the error of a pair
is below 2e-6 of the kernel's peak.
"""

from math import asin, exp, floor, sqrt

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.cells import RUNS, runs_near

MOMENTS = 4


@kernel
def arc(squared, radius):
    """Return the great circle [km] above a squared chord; the straight line on the plane."""
    straight = sqrt(squared)
    if radius == np.inf:
        return straight
    return 2.0 * radius * asin(min(1.0, straight / (2.0 * radius)))


@kernel
def taylor_weights(distances, n_bins, width, bandwidth, cut):
    """Return what a bin's moments add to each smoothed sum, and which bins matter.

    distances : (k,) [km]; bins are `width` [km] wide from 0. (k, MOMENTS, n_bins) float64 and
    (k, 2) int64, the first bin and the one after the last within `cut` bandwidths.
    """
    out = np.zeros((distances.size, MOMENTS, n_bins))
    span = np.empty((distances.size, 2), np.int64)
    for k in range(distances.size):
        first = max(0, int(floor((distances[k] - cut * bandwidth) / width)))
        last = min(n_bins, int(floor((distances[k] + cut * bandwidth) / width)) + 1)
        span[k, 0], span[k, 1] = first, max(first, last)
        for b in range(first, last):
            u = (distances[k] - (b + 0.5) * width) / bandwidth
            peak = exp(-0.5 * u * u)
            out[k, 0, b] = peak
            out[k, 1, b] = peak * u / bandwidth
            out[k, 2, b] = peak * (u * u - 1.0) / (2.0 * bandwidth**2)
            out[k, 3, b] = peak * (u * u * u - 3.0 * u) / (6.0 * bandwidth**3)
    return out, span


@kernel
def weight_at_distance(
    points, xyz, keys, low, width, across, weight, bin_width, terms, span, reach, radius
):
    """Sum the weight of points elsewhere, each times the kernel of its distance less each r.

    points : (m, 3); xyz : (n, 3) sorted by keys (n,); weight : (n,) float64; terms, span : of
    `taylor_weights`; reach : longest straight line [km]. (m, k) float64; whatever stands at the
    very place is left out. O(m x (points in reach + k x bins)) time, O(bins) memory.
    """
    n_distances, n_bins = terms.shape[0], terms.shape[2]
    out = np.zeros((points.shape[0], n_distances))
    runs = np.empty((RUNS, 2), np.int64)
    moments = np.empty((n_bins, MOMENTS))
    by_moment = np.empty((MOMENTS, n_bins))
    limit = reach * reach
    for i in range(points.shape[0]):
        moments[:] = 0.0
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        n_runs = runs_near(keys, low, width, across, points[i], reach, runs)
        for run in range(n_runs):
            for j in range(runs[run, 0], runs[run, 1]):
                dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                squared = dx * dx + dy * dy + dz * dz
                if squared == 0.0 or squared > limit:
                    continue
                distance = arc(squared, radius)
                b = min(n_bins - 1, int(distance / bin_width))
                off = distance - (b + 0.5) * bin_width
                here = moments[b]
                value = weight[j]
                here[0] += value
                value *= off
                here[1] += value
                value *= off
                here[2] += value
                here[3] += value * off
        for b in range(n_bins):
            for p in range(MOMENTS):
                by_moment[p, b] = moments[b, p]
        for k in range(n_distances):
            total = 0.0
            for p in range(MOMENTS):
                for b in range(span[k, 0], span[k, 1]):
                    total += terms[k, p, b] * by_moment[p, b]
            out[i, k] = total
    return out


@kernel
def pair_distance_counts(
    points, point_ids, xyz, ids, keys, low, width, across, limit, reach, n_bins, radius
):
    """Count distances between two sets of points up to `limit` [km], and sum them and squares.

    points : (m, 3) with point_ids : (m,); xyz : (n, 3) sorted by keys (n,), with ids : (n,); a
    pair with equal ids is one point and not counted. (n_bins,) float64 of even width, and the
    two sums. O(m x points in reach) time.
    """
    counts = np.zeros(n_bins)
    first, second = 0.0, 0.0
    runs = np.empty((RUNS, 2), np.int64)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        n_runs = runs_near(keys, low, width, across, points[i], reach, runs)
        for run in range(n_runs):
            for j in range(runs[run, 0], runs[run, 1]):
                dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                squared = dx * dx + dy * dy + dz * dz
                if squared > reach * reach or ids[j] == point_ids[i]:
                    continue
                distance = arc(squared, radius)
                counts[min(n_bins - 1, int(distance / limit * n_bins))] += 1.0
                first += distance
                second += distance * distance
    return counts, first, second
