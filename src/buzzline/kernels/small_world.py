"""Triangles, shortest ways and lattices of a network of ties without direction."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def rows_of(source, target, n):
    """Return start (n + 1,) and to (2 m,) of ties (m,), each in both rows; rows unordered."""
    start = np.zeros(n + 1, np.int64)
    for e in range(source.size):
        start[source[e] + 1] += 1
        start[target[e] + 1] += 1
    for i in range(n):
        start[i + 1] += start[i]
    at = start[:-1].copy()
    to = np.empty(2 * source.size, np.int64)
    for e in range(source.size):
        to[at[source[e]]] = target[e]
        at[source[e]] += 1
        to[at[target[e]]] = source[e]
        at[target[e]] += 1
    return start, to


@kernel
def clustering_of(start, to):
    """Return the share of pairs of neighbours that are tied; 0 below two neighbours. (n,).

    O(sum over ties of the neighbours at their ends) time.
    """
    n = start.size - 1
    share = np.zeros(n)
    seen = np.full(n, -1, np.int64)
    for i in range(n):
        degree = start[i + 1] - start[i]
        if degree < 2:
            continue
        for e in range(start[i], start[i + 1]):
            seen[to[e]] = i
        closed = 0
        for e in range(start[i], start[i + 1]):
            j = to[e]
            for f in range(start[j], start[j + 1]):
                if seen[to[f]] == i:
                    closed += 1
        share[i] = closed / (degree * (degree - 1.0))
    return share


@kernel
def ways_from(start, to, sources):
    """Return summed steps of the shortest ways from `sources`, and how many ways there are.

    O(sources x ties) time; pairs without a way are left out.
    """
    n = start.size - 1
    steps = np.empty(n, np.int64)
    queue = np.empty(n, np.int64)
    total, reached = 0, 0
    for s in sources:
        steps[:] = -1
        steps[s] = 0
        queue[0] = s
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(start[i], start[i + 1]):
                j = to[e]
                if steps[j] < 0:
                    steps[j] = steps[i] + 1
                    total += steps[j]
                    queue[tail] = j
                    tail += 1
        reached += tail - 1
    return total, reached


@kernel
def ring_lattice(degree):
    """Return ties (m, 2) that join each node to the nearest on a ring, as many as it has.

    degree : (n,) int64, in the order of the ring. First all at one step are joined, then all at
    two, as long as both have ties left to give; where nobody is left to join, ties are lost.
    O(n x furthest step) time at most.
    """
    n = degree.size
    left = degree.copy()
    some = np.flatnonzero(left > 0)
    ties = np.empty((degree.sum() // 2 + 1, 2), np.int64)
    m = 0
    for step in range(1, n // 2 + 1):
        kept = 0
        for k in range(some.size):
            i = some[k]
            j = (i + step) % n
            if left[i] > 0 and left[j] > 0 and not (2 * step == n and i > j):
                ties[m, 0], ties[m, 1] = min(i, j), max(i, j)
                m += 1
                left[i] -= 1
                left[j] -= 1
        for k in range(some.size):
            if left[some[k]] > 0:
                some[kept] = some[k]
                kept += 1
        some = some[:kept]
        if kept < 2:
            break
    return ties[:m]


@kernel
def core_numbers(start, to):
    """Return the largest k for which each node is in a k-core. (n,). O(n + ties) time."""
    n = start.size - 1
    degree = start[1:] - start[:-1]
    largest = degree.max() if n else 0
    bin_start = np.zeros(largest + 2, np.int64)
    for i in range(n):
        bin_start[degree[i] + 1] += 1
    for k in range(largest + 1):
        bin_start[k + 1] += bin_start[k]
    place = np.empty(n, np.int64)
    order = np.empty(n, np.int64)
    at = bin_start[:-1].copy()
    for i in range(n):
        place[i] = at[degree[i]]
        order[place[i]] = i
        at[degree[i]] += 1
    core = degree.copy()
    for k in range(n):
        i = order[k]
        for e in range(start[i], start[i + 1]):
            j = to[e]
            if core[j] > core[i]:
                first = bin_start[core[j]]
                other = order[first]
                if other != j:
                    order[place[j]], order[first] = other, j
                    place[other], place[j] = place[j], first
                bin_start[core[j]] += 1
                core[j] -= 1
    return core
