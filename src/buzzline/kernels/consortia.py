"""Pairs of those who take part in one record together."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def pairs_within(start, node, n_members):
    """Return the pairs of nodes of each record of which at least one is below `n_members`.

    start : (r + 1,) int64, node : (p,) int64: who takes part in each record, by rows. (m, 2)
    int64, the smaller first; pairs of several records repeat. O(p + m) time, but for pairs of
    nodes that are both beyond.
    """
    n = 0
    for r in range(start.size - 1):
        size = start[r + 1] - start[r]
        beyond = 0
        for e in range(start[r], start[r + 1]):
            beyond += node[e] >= n_members
        n += size * (size - 1) // 2 - beyond * (beyond - 1) // 2
    pairs = np.empty((n, 2), np.int64)
    at = 0
    for r in range(start.size - 1):
        for e in range(start[r], start[r + 1]):
            for f in range(e + 1, start[r + 1]):
                one, other = min(node[e], node[f]), max(node[e], node[f])
                if one < n_members:
                    pairs[at, 0], pairs[at, 1] = one, other
                    at += 1
    return pairs
