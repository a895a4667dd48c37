"""The least flow that runs backwards in any order."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def least_backward(flow, order):
    """Return the flow that runs backwards once no single move lowers it; mends `order`.

    flow : (n, n) float64 from row to column, nothing on the diagonal; order : (n,) int64, where
    the search starts. One node after the other goes where least runs backwards, round after
    round until nobody moves. O(n^2) time a round; few rounds are needed.
    """
    n = order.size
    for _ in range(n + 10):
        has_moved = False
        for i in range(n):
            k = 0
            while order[k] != i:
                k += 1
            best, where, change = -1e-9, -1, 0.0
            for m in range(k - 1, -1, -1):  # towards the front: those at m are passed by
                j = order[m]
                change += flow[j, i] - flow[i, j]
                if change < best:
                    best, where = change, m
            change = 0.0
            for m in range(k + 1, n):
                j = order[m]
                change += flow[i, j] - flow[j, i]
                if change < best:
                    best, where = change, m
            if where < 0:
                continue
            has_moved = True
            step = 1 if where > k else -1
            for m in range(k, where, step):
                order[m] = order[m + step]
            order[where] = i
        if not has_moved:
            break
    backward = 0.0
    for k in range(n):
        for m in range(k):
            backward += flow[order[k], order[m]]
    return backward


@kernel
def exact_backward(flow):
    """Return the least flow that runs backwards in any order. O(2^n n^2) time, n <= 16.

    flow : (n, n) float64.
    """
    n = flow.shape[0]
    least = np.full(1 << n, np.inf)
    least[0] = 0.0
    for done in range(1 << n):
        for i in range(n):
            if done >> i & 1:
                continue
            back = 0.0
            for j in range(n):
                if done >> j & 1:
                    back += flow[i, j]
            new = done | (1 << i)
            if least[done] + back < least[new]:
                least[new] = least[done] + back
    return least[(1 << n) - 1]


@kernel
def reaches(start, to):
    """Return who reaches whom along directed ties, itself included. (n, n) bool, small n."""
    n = start.size - 1
    reach = np.zeros((n, n), np.bool_)
    queue = np.empty(n, np.int64)
    for s in range(n):
        reach[s, s] = True
        queue[0] = s
        head, tail = 0, 1
        while head < tail:
            i = queue[head]
            head += 1
            for e in range(start[i], start[i + 1]):
                j = to[e]
                if not reach[s, j]:
                    reach[s, j] = True
                    queue[tail] = j
                    tail += 1
    return reach


@kernel
def without_superior(above, piece):
    """Return how many pairs of one piece have no closest common superior. O(n^3) time.

    above : (n, n) bool, row reaches column, itself included; piece : (n,) int32. A closest
    superior is reached by all others, so it has most superiors: only that one is looked at.
    """
    n = piece.size
    superiors = np.zeros(n, np.int64)
    for i in range(n):
        for j in range(n):
            superiors[j] += above[i, j]
    missing = 0
    for i in range(n):
        for j in range(i + 1, n):
            if piece[i] != piece[j]:
                continue
            best = -1
            for c in range(n):
                if above[c, i] and above[c, j] and (best < 0 or superiors[c] > superiors[best]):
                    best = c
            closest = best >= 0
            if closest:
                for d in range(n):
                    if above[d, i] and above[d, j] and not above[d, best]:
                        closest = False
                        break
            if not closest:
                missing += 1
    return missing
