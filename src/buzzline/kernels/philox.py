"""Random numbers by counting: number k of a draw is the same whoever computes it, and when.

Philox 4x32-10 (Salmon et al. 2011, doi:10.1145/2063384.2063405): four words of 32 bits from a
counter of four words and a key of two, by ten rounds of multiplication. No state is carried, so
threads and their order cannot change an answer.
"""

import numpy as np

from buzzline.kernels import kernel

_MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_STEPS = (np.uint64(0x9E3779B9), np.uint64(0xBB67AE85))
_WORD = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_ROUNDS = 10


@kernel
def philox(c0, c1, c2, c3, key):
    """Return four words for a counter of four words and a key of 64 bits. All uint64."""
    k0, k1 = key & _WORD, key >> _HALF
    for _ in range(_ROUNDS):
        first, second = _MULTIPLIERS[0] * c0, _MULTIPLIERS[1] * c2
        c0, c1, c2, c3 = (
            (second >> _HALF) ^ c1 ^ k0,
            second & _WORD,
            (first >> _HALF) ^ c3 ^ k1,
            first & _WORD,
        )
        k0, k1 = (k0 + _STEPS[0]) & _WORD, (k1 + _STEPS[1]) & _WORD
    return c0, c1, c2, c3


@kernel
def philox_words(counters, key):
    """Return the words of each counter. counters : (n, 4) uint64; (n, 4) uint64."""
    out = np.empty_like(counters)
    for i in range(counters.shape[0]):
        out[i, 0], out[i, 1], out[i, 2], out[i, 3] = philox(
            counters[i, 0], counters[i, 1], counters[i, 2], counters[i, 3], key
        )
    return out
