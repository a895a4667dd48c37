"""Deal ties anew without changing how many each organisation has."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # of keys over slots: 2^64 / golden ratio
_EMPTY = -1


@kernel
def _slot(slots, key):
    """Return where a key stands, or the empty slot where it would. slots : 2^b, not full."""
    last = slots.size - 1
    at = np.int64((np.uint64(key) * _SPREAD) >> np.uint64(32)) & last
    while slots[at] not in (_EMPTY, key):
        at = (at + 1) & last
    return at


@kernel
def _remove(slots, key):
    """Take a key out and close the gap, so that nobody behind it is lost."""
    last = slots.size - 1
    gap = _slot(slots, key)
    at = gap
    while True:
        slots[gap] = _EMPTY
        while True:
            at = (at + 1) & last
            if slots[at] == _EMPTY:
                return
            home = np.int64((np.uint64(slots[at]) * _SPREAD) >> np.uint64(32)) & last
            # it may move to the gap unless its home lies behind the gap, up to where it is
            if (at - home) & last >= (at - gap) & last:
                break
        slots[gap] = slots[at]
        gap = at


@kernel
def _key(a, b, n, is_directed):
    return a * n + b if is_directed or a < b else b * n + a


@kernel
def rewire(source, target, n, n_members, is_directed, n_tries, key, step):
    """Exchange the far ends of pairs of ties, in place; returns how many were exchanged.

    source, target : (m,) int64 of n nodes, each pair once; nodes from `n_members` on are never
    tied to each other. key, step : uint64, of the random numbers. Every organisation keeps how
    many ties leave and arrive. The chain is symmetric, so it leaves the uniform distribution
    over all such networks as it is. O(m + n_tries) time.
    """
    m = source.size
    size = 16
    while size < 3 * m:
        size *= 2
    slots = np.full(size, _EMPTY, np.int64)
    for e in range(m):
        pair = _key(source[e], target[e], n, is_directed)
        slots[_slot(slots, pair)] = pair
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
        first, second = _key(a, d, n, is_directed), _key(c, b, n, is_directed)
        if slots[_slot(slots, first)] == first or slots[_slot(slots, second)] == second:
            continue
        _remove(slots, _key(a, b, n, is_directed))
        _remove(slots, _key(c, d, n, is_directed))
        slots[_slot(slots, first)] = first
        slots[_slot(slots, second)] = second
        target[i] = d
        source[j], target[j] = c, b
        n_done += 1
    return n_done
