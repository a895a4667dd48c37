"""Peaks of a surface on a grid, and the saddles at which the land around them meets.

A surface is (n,) float64 heights of the nodes of a grid, row after row, each row `columns`
long; a node touches the eight around it. Nodes are taken from the highest down: the land above
the level of a node falls into components, and where two of them meet is the saddle of their
peaks (persistent homology of dimension 0).
"""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.neighbours import root_of


@kernel
def touching(node, columns, n, around):
    """Write the nodes around `node` into `around` (8,) int64; return how many. O(1) time."""
    row, column = node // columns, node % columns
    found = 0
    for r in range(max(0, row - 1), min(n // columns, row + 2)):
        for c in range(max(0, column - 1), min(columns, column + 2)):
            at = r * columns + c
            if at != node:
                around[found] = at
                found += 1
    return found


@kernel
def meeting(height, order, columns, count, one, other):
    """Return the level at which the land around two nodes meets, and what stands on each side.

    height : (n,) float64; order : (n,) int64, highest first; count : (n,) int64; one, other :
    nodes. (level, count around one, count around other), the counts above that level; height of
    the node, 0 and 0 when they are the same. O(n log n) time.
    """
    if one == other:
        return height[one], np.int64(0), np.int64(0)
    n = height.size
    parent = np.full(n, -1, np.int64)
    inside = np.zeros(n, np.int64)
    around = np.empty(8, np.int64)
    for node in order:
        parent[node] = node
        for k in range(touching(node, columns, n, around)):
            near = around[k]
            if parent[near] < 0:
                continue
            root, own = root_of(parent, near), root_of(parent, node)
            if root == own:
                continue
            if parent[one] >= 0 and parent[other] >= 0:
                first, second = root_of(parent, one), root_of(parent, other)
                if (first == root and second == own) or (first == own and second == root):
                    return height[node], inside[first], inside[second]
            parent[root] = own
            inside[own] += inside[root]
        inside[node] += count[node]
    return height[order[n - 1]], np.int64(0), np.int64(0)


@kernel
def deepest_valley(height, order, columns, count, fewest):
    """Return the deepest valley between two peaks with at least `fewest` on each side.

    height : (n,) float64, 0 or more; order : (n,) int64, highest first; count : (n,) int64.
    1 - saddle / lower peak, the largest over all meetings of two components that hold at least
    `fewest` each above the saddle; 0 when there is none. O(n log n) time.
    """
    n = height.size
    parent = np.full(n, -1, np.int64)
    inside, peak = np.zeros(n, np.int64), height.copy()
    around = np.empty(8, np.int64)
    deepest = 0.0
    for node in order:
        parent[node] = node
        for k in range(touching(node, columns, n, around)):
            near = around[k]
            if parent[near] < 0:
                continue
            root, own = root_of(parent, near), root_of(parent, node)
            if root == own:
                continue
            lower = min(peak[root], peak[own])
            if lower > height[node] and min(inside[root], inside[own]) >= fewest:
                deepest = max(deepest, 1.0 - height[node] / lower)
            parent[root] = own
            inside[own] += inside[root]
            peak[own] = max(peak[own], peak[root])
        inside[node] += count[node]
    return deepest


@kernel
def path_above(height, columns, level, one, other):
    """Return the shortest way, in steps, from one node to another that stays at `level`.

    height : (n,) float64. (k,) int64 nodes from `one` to `other`; empty when there is no way at
    this level or above. O(n) time.
    """
    n = height.size
    came_from = np.full(n, -1, np.int64)
    queue = np.empty(n, np.int64)
    around = np.empty(8, np.int64)
    queue[0], came_from[other] = other, other
    head, tail = 0, 1
    while head < tail and came_from[one] < 0:
        node = queue[head]
        head += 1
        for k in range(touching(node, columns, n, around)):
            near = around[k]
            if came_from[near] < 0 and height[near] >= level:
                came_from[near] = node
                queue[tail] = near
                tail += 1
    if came_from[one] < 0:
        return np.empty(0, np.int64)
    steps = 1
    node = one
    while node != other:
        node = came_from[node]
        steps += 1
    out = np.empty(steps, np.int64)
    node = one
    for step in range(steps):
        out[step] = node
        node = came_from[node]
    return out
