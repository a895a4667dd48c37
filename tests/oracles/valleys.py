"""Saddles by brute force: every way between two nodes of a small grid."""

from __future__ import annotations

import numpy as np


def touching(node, columns, n):
    row, column = divmod(node, columns)
    return [
        r * columns + c
        for r in range(max(0, row - 1), min(n // columns, row + 2))
        for c in range(max(0, column - 1), min(columns, column + 2))
        if (r, c) != (row, column)
    ]


def saddle_over_all_ways(height, columns, one, other):
    """The largest, over every way without repetition, of the lowest height on the way."""
    best = -np.inf
    stack = [(one, (one,), height[one])]
    while stack:
        node, way, lowest = stack.pop()
        if node == other:
            best = max(best, lowest)
            continue
        stack += [
            (near, (*way, near), min(lowest, height[near]))
            for near in touching(node, columns, height.size)
            if near not in way
        ]
    return best


def components_above(height, columns, level):
    """Sets of nodes above a level that hang together."""
    left = set(np.flatnonzero(height > level).tolist())
    found = []
    while left:
        todo, component = [left.pop()], set()
        while todo:
            node = todo.pop()
            component.add(node)
            near = left.intersection(touching(node, columns, height.size))
            left -= near
            todo += near
        found.append(component)
    return found


def deepest_valley_by_levels(height, columns, count, fewest):
    """Cut at every height: components that a node at that height joins, two by two."""
    deepest = 0.0
    for node in range(height.size):
        level = height[node]
        beside = set(touching(node, columns, height.size))
        joined = [part for part in components_above(height, columns, level) if part & beside]
        large = [part for part in joined if count[list(part)].sum() >= fewest]
        peaks = sorted((height[list(part)].max() for part in large), reverse=True)
        if len(peaks) > 1:
            deepest = max(deepest, 1 - level / peaks[1])
    return deepest
