"""Loops that are the point of the project: arrays in, arrays out.

Kernels are compiled at the first call, never at import, and cached on disk. They run on one
thread and release the interpreter lock, so callers spread them over threads.
"""

from numba import njit

kernel = njit(cache=True, nogil=True)
# For long sums: added up in any order, several at a time; NaN and infinity stay what they are.
summing_kernel = njit(cache=True, nogil=True, fastmath={"reassoc", "contract", "nsz"})

__all__ = ["kernel", "summing_kernel"]
