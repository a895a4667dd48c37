"""Deal ties anew among ties of one kind, whoever else there is."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox
from buzzline.kernels.rewiring import _EMPTY, _key, _remove, _slot


@kernel
def rewire_within(source, target, kinds, may_turn, n, n_tries, key, step):
    """Exchange the far ends of pairs of ties of one kind, in place; returns how many were.

    source, target : (m,) int64 of n nodes, ties without direction, each pair once; kinds :
    (k + 1,) int64, ties of kind g stand at kinds[g]:kinds[g + 1]; may_turn : (k,) bool, False
    where a kind joins two groups of nodes, all written from the one to the other. key, step :
    uint64, of the random numbers. Every node keeps how many ties of each kind it has. The chain
    is symmetric, so it leaves the uniform distribution over all such networks as it is.
    O(m + n_tries) time.
    """
    m = source.size
    size = 16
    while size < 3 * m:
        size *= 2
    slots = np.full(size, _EMPTY, np.int64)
    kind = np.empty(m, np.int64)
    for g in range(kinds.size - 1):
        kind[kinds[g] : kinds[g + 1]] = g
    for e in range(m):
        pair = _key(source[e], target[e], n, False)
        slots[_slot(slots, pair)] = pair
    n_done = 0
    zero = np.uint64(0)
    for k in range(n_tries):
        one, other, side, _ = philox(np.uint64(k), step, zero, zero, key)
        i = np.int64(one % np.uint64(m))
        first, last = kinds[kind[i]], kinds[kind[i] + 1]
        j = first + np.int64(other % np.uint64(last - first))
        a, b, c, d = source[i], target[i], source[j], target[j]
        if may_turn[kind[i]] and side & np.uint64(1):
            c, d = d, c
        if a == d or c == b:
            continue
        new, again = _key(a, d, n, False), _key(c, b, n, False)
        if slots[_slot(slots, new)] == new or slots[_slot(slots, again)] == again:
            continue
        _remove(slots, _key(a, b, n, False))
        _remove(slots, _key(c, d, n, False))
        slots[_slot(slots, new)] = new
        slots[_slot(slots, again)] = again
        target[i] = d
        source[j], target[j] = c, b
        n_done += 1
    return n_done


@kernel
def deal_ends(source, target, kinds, n_tries, key, step):
    """Exchange the ends at which flows of one kind arrive, in place; returns how many were.

    As `rewire_within`, of flows that may run side by side: pairs can come up again, nobody
    sends to itself. O(m + n_tries) time.
    """
    m = source.size
    kind = np.empty(m, np.int64)
    for g in range(kinds.size - 1):
        kind[kinds[g] : kinds[g + 1]] = g
    n_done = 0
    zero = np.uint64(0)
    for k in range(n_tries):
        one, other, _, _ = philox(np.uint64(k), step, zero, zero, key)
        i = np.int64(one % np.uint64(m))
        first, last = kinds[kind[i]], kinds[kind[i] + 1]
        j = first + np.int64(other % np.uint64(last - first))
        if source[i] == target[j] or source[j] == target[i] or target[i] == target[j]:
            continue
        target[i], target[j] = target[j], target[i]
        n_done += 1
    return n_done
