"""Deal ties anew without changing how many each organisation has."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox


@kernel
def rewire(source, target, n, n_members, is_directed, n_tries, key, step):
    """Exchange the far ends of pairs of ties, in place; returns how many were exchanged.

    source, target : (m,) int64 of n nodes, each pair once; nodes from `n_members` on are never
    tied to each other. key, step : uint64, of the random numbers. Every organisation keeps how
    many ties leave and arrive. The chain is symmetric, so it leaves the uniform distribution
    over all such networks as it is. O(m + n_tries) time.
    """
    m = source.size
    present = {np.int64(-1)}
    for e in range(m):
        a, b = source[e], target[e]
        present.add(a * n + b if is_directed or a < b else b * n + a)
    n_done = 0
    zero = np.uint64(0)
    for k in range(n_tries):
        one, other, side, _ = philox(np.uint64(k), step, zero, zero, key)
        i, j = np.int64(one % np.uint64(m)), np.int64(other % np.uint64(m))
        a, b, c, d = source[i], target[i], source[j], target[j]
        if not is_directed and side & np.uint64(1):
            c, d = d, c
        if a == d or c == b:
            continue
        if (a >= n_members and d >= n_members) or (c >= n_members and b >= n_members):
            continue
        first = a * n + d if is_directed or a < d else d * n + a
        second = c * n + b if is_directed or c < b else b * n + c
        if first in present or second in present:
            continue
        present.discard(a * n + b if is_directed or a < b else b * n + a)
        present.discard(c * n + d if is_directed or c < d else d * n + c)
        present.add(first)
        present.add(second)
        target[i] = d
        source[j], target[j] = c, b
        n_done += 1
    return n_done
