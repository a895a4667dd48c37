"""Loops that are the point of the project: arrays in, arrays out.

Kernels are compiled at the first call, never at import, and cached on disk. They run on one
thread and release the interpreter lock, so callers spread them over threads.
"""

from numba import njit

kernel = njit(cache=True, nogil=True)

__all__ = ["kernel"]
