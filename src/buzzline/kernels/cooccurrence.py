"""How often two columns of a table of flags are set together: 64 rows a word, bits counted."""

import numpy as np
from numba import types
from numba.extending import intrinsic, overload

from buzzline.kernels import kernel


@intrinsic
def _bit_count(_context, _word):
    """Count the bits of a 64-bit word with the processor's own instruction."""

    def built(_target, builder, _signature, arguments):
        return builder.ctpop(arguments[0])

    return types.uint64(types.uint64), built


def bit_count(word):
    """Return how many bits of `word` are set."""
    return int(word).bit_count()


@overload(bit_count)
def _compiled_bit_count(word):
    if word == types.uint64:
        return lambda word: _bit_count(word)
    return None


@kernel
def packed(flags):
    """Pack the columns of `flags` into words of 64 rows.

    flags : (r, s) bool; returns (s, ceil(r / 64)) uint64. O(r s) time.
    """
    rows, columns = flags.shape
    out = np.zeros((columns, (rows + 63) // 64), np.uint64)
    for i in range(rows):
        word = i >> 6
        bit = np.uint64(1) << np.uint64(i & 63)
        for j in range(columns):
            if flags[i, j]:
                out[j, word] |= bit
    return out


@kernel
def counted_together(words):
    """Count for each pair of columns the rows in which both are set; the diagonal counts alone.

    words : (s, w) uint64, from `packed`; returns (s, s) float64. O(s^2 w / 2) time.
    """
    n, n_words = words.shape
    out = np.empty((n, n), np.float64)
    for i in range(n):
        for j in range(i, n):
            count = np.uint64(0)
            for k in range(n_words):
                count += np.uint64(bit_count(words[i, k] & words[j, k]))
            out[i, j] = count
            out[j, i] = count
    return out
