"""Who is cut off when somebody leaves: one walk in depth from where everything comes from."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_UNIT = 1.0 / 4294967296.0


@kernel
def cut_off_by(start, to, tie, works, root):
    """Return who can be reached from a node, and how many lose that when another one leaves.

    start : (n + 1,) int64, to : (m,) int32 rows of ties, each tie in both; tie : (m,) int64
    number of the tie of each entry; works : (e,) bool whether a tie is there; root : int.
    Returns (n,) bool and (n,) int64: nodes reached, root included, and how many others are
    cut off from the root without node i. O(n + m) time.
    """
    n = start.size - 1
    seen = np.full(n, -1, np.int64)  # when a node was first met
    low = np.zeros(n, np.int64)  # the earliest met that is tied to what hangs below it
    below = np.ones(n, np.int64)  # nodes that hang below it, itself included
    cut = np.zeros(n, np.int64)
    parent = np.full(n, -1, np.int64)
    via = np.full(n, -1, np.int64)
    ahead = start[:n].copy()
    stack = np.empty(n, np.int64)
    stack[0] = root
    seen[root] = 0
    height, met = 1, 1
    while height:
        node = stack[height - 1]
        if ahead[node] < start[node + 1]:
            e = ahead[node]
            ahead[node] += 1
            other = to[e]
            if not works[tie[e]] or tie[e] == via[node]:
                continue
            if seen[other] < 0:
                seen[other] = low[other] = met
                parent[other], via[other] = node, tie[e]
                met += 1
                stack[height] = other
                height += 1
            elif seen[other] < low[node]:
                low[node] = seen[other]
            continue
        height -= 1
        above = parent[node]
        if above < 0:
            continue
        below[above] += below[node]
        if low[node] < low[above]:
            low[above] = low[node]
        if low[node] >= seen[above]:
            cut[above] += below[node]
    return seen >= 0, cut


@kernel
def access_draws(start, to, tie, chance, root, first, draws, key):
    """Return access of each node over draws in which ties work or fail, and what each cuts off.

    start, to, tie, root as in `cut_off_by`; chance : (e,) float64 that a tie works; first,
    draws : which draws; key : uint64. A tie works in a draw or not whoever asks. Returns
    (n,) int64 in how many draws node i is reached, (draws, n) int32 how many others are cut off
    without it, -1 where it is not reached itself. O(draws (n + m)) time.
    """
    n, n_ties = start.size - 1, chance.size
    reached = np.zeros(n, np.int64)
    lost = np.empty((draws, n), np.int32)
    works = np.empty(n_ties, np.bool_)
    for draw in range(draws):
        for e in range(0, n_ties, 4):
            words = philox(
                np.uint64(e // 4), np.uint64(first + draw), np.uint64(0), np.uint64(0), key
            )
            works[e] = words[0] * _UNIT < chance[e]
            if e + 1 < n_ties:
                works[e + 1] = words[1] * _UNIT < chance[e + 1]
            if e + 2 < n_ties:
                works[e + 2] = words[2] * _UNIT < chance[e + 2]
            if e + 3 < n_ties:
                works[e + 3] = words[3] * _UNIT < chance[e + 3]
        is_reached, cut = cut_off_by(start, to, tie, works, root)
        for node in range(n):
            reached[node] += is_reached[node]
            lost[draw, node] = cut[node] if is_reached[node] else -1
    return reached, lost
