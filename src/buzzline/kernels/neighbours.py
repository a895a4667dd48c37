"""Who is within reach of whom on the unit sphere, through cells as wide as the reach.

Sites are (n, 3) float64 unit vectors, sorted by the key of their cell (`cell_keys`), so that
the three cells above each other lie next to each other and one binary search finds them.
"""

from math import ceil, floor

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.distances import squared_chord


@kernel
def cells_across(reach):
    """Return how many cells of width `reach` (chord) span the sphere, with a margin."""
    return int(ceil(2.0 / reach)) + 3


@kernel
def cell_keys(xyz, reach):
    """Return the cell each site falls into. xyz : (n, 3) float64; (n,) int64. O(n) time."""
    across = cells_across(reach)
    out = np.empty(xyz.shape[0], np.int64)
    for i in range(xyz.shape[0]):
        a = int(floor((xyz[i, 0] + 1.0) / reach)) + 1
        b = int(floor((xyz[i, 1] + 1.0) / reach)) + 1
        c = int(floor((xyz[i, 2] + 1.0) / reach)) + 1
        out[i] = (a * across + b) * across + c
    return out


@kernel
def first_at_least(keys, key):
    """Return the first position in sorted `keys` whose value is at least `key`."""
    low, high = 0, keys.size
    while low < high:
        middle = (low + high) // 2
        if keys[middle] < key:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def weight_within(points, xyz, keys, weight, reach):
    """Sum the weight of all sites within `reach` of each point (itself included when a site).

    points : (m, 3); xyz : (n, 3) sorted by keys (n,); weight : (n,) int64; reach : chord.
    (m,) int64. O(m x sites in 27 cells) time, O(1) memory a point.
    """
    across = cells_across(reach)
    limit = reach * reach
    out = np.zeros(points.shape[0], np.int64)
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        a = int(floor((x + 1.0) / reach)) + 1
        b = int(floor((y + 1.0) / reach)) + 1
        c = int(floor((z + 1.0) / reach)) + 1
        total = 0
        for da in range(-1, 2):
            for db in range(-1, 2):
                base = ((a + da) * across + b + db) * across + c
                j = first_at_least(keys, base - 1)
                while j < keys.size and keys[j] <= base + 1:
                    dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                    if dx * dx + dy * dy + dz * dz <= limit:
                        total += weight[j]
                    j += 1
        out[i] = total
    return out


@kernel
def weight_around(xyz, keys, weight, reach):
    """Sum the weight of all sites within `reach` of each of them, itself included.

    xyz : (n, 3) sorted by keys (n,), both made with this `reach`; weight : (n,) int64.
    (n,) int64. Each pair is looked at once, and the cells behind a site are followed as sites
    go by instead of being searched for. O(n x sites in 27 cells / 2) time.
    """
    across = cells_across(reach)
    limit = reach * reach
    out = weight.copy()
    px, py, pz = xyz[:, 0].copy(), xyz[:, 1].copy(), xyz[:, 2].copy()
    first, last = np.zeros(5, np.int64), np.zeros(5, np.int64)
    for i in range(keys.size):
        x, y, z = px[i], py[i], pz[i]
        own, total = weight[i], 0
        for column in range(5):  # three behind, the one beside before, its own
            base = keys[i] + ((column // 3 - 1) * across + column % 3 - 1) * across
            while keys[first[column]] < base - 1:
                first[column] += 1
            while last[column] < i and keys[last[column]] <= base + 1:
                last[column] += 1
            for j in range(first[column], last[column]):
                dx, dy, dz = px[j] - x, py[j] - y, pz[j] - z
                is_near = dx * dx + dy * dy + dz * dz <= limit
                total += weight[j] if is_near else 0
                out[j] += own if is_near else 0
        out[i] += total
    return out


@kernel
def root_of(parent, i):
    """Return the root of i, halving the path on the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


@kernel
def groups_within(xyz, keys, reach):
    """Join sites within `reach` of each other, directly or through others.

    xyz : (n, 3) sorted by keys (n,), both made with this `reach`. (n,) int32, groups numbered
    by their first site. O(n x sites in 27 cells) time.
    """
    n = xyz.shape[0]
    across = cells_across(reach)
    limit = reach * reach
    parent = np.arange(n)
    for i in range(n):
        for da in range(-1, 2):
            for db in range(-1, 2):
                base = keys[i] + (da * across + db) * across
                j = first_at_least(keys, base - 1)
                while j < n and keys[j] <= base + 1 and j < i:
                    if squared_chord(xyz, i, j) <= limit:
                        one, other = root_of(parent, i), root_of(parent, j)
                        parent[max(one, other)] = min(one, other)
                    j += 1
    out = np.empty(n, np.int32)
    number = np.full(n, -1, np.int32)
    n_groups = 0
    for i in range(n):
        root = root_of(parent, i)
        if number[root] < 0:
            number[root] = n_groups
            n_groups += 1
        out[i] = number[root]
    return out


@kernel
def footprint(points, group, xyz, keys, reach, owner):
    """Write into `owner` the group of the point that each site lies within reach of.

    points : (m, 3) with group : (m,) int32; xyz : (n, 3) sorted by keys (n,); owner : (n,)
    int32, written in place, -1 where no point reaches. Groups must be further than twice the
    reach apart, so that no site can belong to two. O(m x sites in 27 cells) time.
    """
    across = cells_across(reach)
    limit = reach * reach
    for i in range(points.shape[0]):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        a = int(floor((x + 1.0) / reach)) + 1
        b = int(floor((y + 1.0) / reach)) + 1
        c = int(floor((z + 1.0) / reach)) + 1
        for da in range(-1, 2):
            for db in range(-1, 2):
                base = ((a + da) * across + b + db) * across + c
                j = first_at_least(keys, base - 1)
                while j < keys.size and keys[j] <= base + 1:
                    dx, dy, dz = xyz[j, 0] - x, xyz[j, 1] - y, xyz[j, 2] - z
                    if dx * dx + dy * dy + dz * dz <= limit:
                        owner[j] = group[i]
                    j += 1


@kernel
def leaders(xyz, keys, nation, rank, reach):
    """Give every site to the first leader within reach: greedy zones around the largest sites.

    xyz : (n, 3) sorted by keys (n,); nation : (n,) int32, zones never cross it; rank : (n,)
    int64, sites in the order in which they may lead. (n,) int64, the leader of each site.
    O(n x sites in 27 cells) time.
    """
    across = cells_across(reach)
    limit = reach * reach
    out = np.full(xyz.shape[0], -1, np.int64)
    for i in rank:
        if out[i] >= 0:
            continue
        for da in range(-1, 2):
            for db in range(-1, 2):
                base = keys[i] + (da * across + db) * across
                j = first_at_least(keys, base - 1)
                while j < keys.size and keys[j] <= base + 1:
                    is_free = out[j] < 0 and nation[j] == nation[i]
                    if is_free and squared_chord(xyz, i, j) <= limit:
                        out[j] = i
                    j += 1
    return out
