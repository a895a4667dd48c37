"""On how many shortest ways between others an organisation lies (Brandes 2001)."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def shortest_ways(start, to, sources):
    """Return, for each node, the sum over sources of the share of shortest ways through it.

    start : (n + 1,) int64, to : (m,) int32: ties that leave, by rows; sources : (k,) int64.
    (n,) float64, and the same of the squares of shares; ends do not count. O(k m) time.
    """
    n = start.size - 1
    total, squares = np.zeros(n), np.zeros(n)
    distance = np.full(n, -1, np.int64)
    ways = np.zeros(n)
    share = np.zeros(n)
    queue = np.empty(n, np.int64)
    for s in sources:
        queue[0] = s
        distance[s], ways[s] = 0, 1.0
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(start[i], start[i + 1]):
                j = to[e]
                if distance[j] < 0:
                    distance[j] = distance[i] + 1
                    queue[tail] = j
                    tail += 1
                if distance[j] == distance[i] + 1:
                    ways[j] += ways[i]
        for k in range(tail - 1, -1, -1):
            i = queue[k]
            for e in range(start[i], start[i + 1]):
                j = to[e]
                if distance[j] == distance[i] + 1:
                    share[i] += ways[i] / ways[j] * (1.0 + share[j])
            if i != s:
                total[i] += share[i]
                squares[i] += share[i] ** 2
        for k in range(tail):
            i = queue[k]
            distance[i], ways[i], share[i] = -1, 0.0, 0.0
    return total, squares
