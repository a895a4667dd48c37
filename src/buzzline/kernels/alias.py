"""Draws from a fixed distribution in constant time (Walker 1977, Vose 1991)."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_HALF = np.uint64(32)
_WORD = np.uint64(0xFFFFFFFF)
_SCALE = 2.0**32


@kernel
def alias_table(chance):
    """Return how often each bucket keeps its own number, and whose number it gives otherwise.

    chance : (r,) float64, at least 0, summing to 1. Returns own : (r,) uint64, a threshold for
    a word of 32 bits, and other : (r,) int32. O(r) time.
    """
    n = chance.size
    rest = chance * n
    own = np.empty(n, np.uint64)
    other = np.arange(n).astype(np.int32)
    waiting = np.empty(n, np.int64)
    small, large = 0, n
    for i in range(n):
        if rest[i] < 1.0:
            waiting[small] = i
            small += 1
        else:
            large -= 1
            waiting[large] = i
    while small > 0 and large < n:
        small -= 1
        poor, rich = waiting[small], waiting[large]
        own[poor] = np.uint64(rest[poor] * _SCALE)
        other[poor] = rich
        rest[rich] -= 1.0 - rest[poor]
        if rest[rich] < 1.0:
            large += 1
            waiting[small] = rich
            small += 1
    for i in range(small):  # left over by rounding: their rest is 1
        own[waiting[i]] = np.uint64(_SCALE)
    for i in range(large, n):
        own[waiting[i]] = np.uint64(_SCALE)
    return own, other


@kernel
def throw(own, other, key, draw, place):
    """Fill `place` (n,) int32 from an alias table; entry i belongs to (key, draw, i).

    Two entries from one block of Philox: a word chooses the bucket, a word decides within it. A
    bucket's chance is off by at most r / 2**32 of itself. O(n) time.
    """
    n, size = place.size, np.uint64(own.size)
    for block in range((n + 1) // 2):
        count = np.uint64(block)
        a, b, c, d = philox(count & _WORD, count >> _HALF, draw & _WORD, draw >> _HALF, key)
        bucket = (a * size) >> _HALF
        i = 2 * block
        place[i] = bucket if b < own[bucket] else other[bucket]
        if i + 1 < n:
            bucket = (c * size) >> _HALF
            place[i + 1] = bucket if d < own[bucket] else other[bucket]
