"""Values dealt anew among the same holders: a shuffle that depends on its number alone."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.philox import philox

_HALF = np.uint64(32)
_WORD = np.uint64(0xFFFFFFFF)
_APART = np.uint64(1) << np.uint64(31)  # counters that `throw` never reaches


@kernel
def deal(key, draw, values):
    """Shuffle `values` (n,) int32 in place, after Fisher and Yates, by (key, draw).

    Four exchanges from one block of Philox; an exchange is uneven by at most n / 2**32 of its
    chance. O(n) time.
    """
    last = values.size - 1
    for block in range((last + 3) // 4):
        count = np.uint64(block)
        high = (count >> _HALF) | _APART
        words = philox(count & _WORD, high, draw & _WORD, draw >> _HALF, key)
        for k in range(4):
            i = last - 4 * block - k
            if i < 1:
                break
            j = np.int64((words[k] * np.uint64(i + 1)) >> _HALF)
            values[i], values[j] = values[j], values[i]
