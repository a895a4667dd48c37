"""Array aliases, and the doors that fix dtype and layout once.

Numba compiles again for every new combination of dtype, layout and writability; passing arrays
through these doors keeps it to one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int32]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Strings = NDArray[np.object_]


class Sparse(NamedTuple):
    """A sparse matrix by rows: the entries of row i are at start[i]:start[i + 1].

    Attributes
    ----------
    start : (rows + 1,) int64
    to : (entries,) int32         column of each entry
    weight : (entries,) float64
    """

    start: Indices
    to: Codes
    weight: Floats


def as_floats(values: ArrayLike) -> Floats:
    """Return `values` as a contiguous float64 array."""
    return np.ascontiguousarray(values, dtype=np.float64)


def as_codes(values: ArrayLike) -> Codes:
    """Return `values` as a contiguous int32 array."""
    return np.ascontiguousarray(values, dtype=np.int32)


def as_indices(values: ArrayLike) -> Indices:
    """Return `values` as a contiguous int64 array."""
    return np.ascontiguousarray(values, dtype=np.int64)


def as_flags(values: ArrayLike) -> Flags:
    """Return `values` as a contiguous boolean array."""
    return np.ascontiguousarray(values, dtype=np.bool_)
