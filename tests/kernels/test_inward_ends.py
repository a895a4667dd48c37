"""Neighbours of some that are among them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from buzzline.kernels.inward_ends import inward_ends


@given(st.integers(2, 30), st.integers(0, 2**32 - 1))
def test_brute_force_of_neighbours_inside(n, seed):
    rng = np.random.default_rng(seed)
    tied = np.triu(rng.random((n, n)) < 0.3, 1)
    tied |= tied.T
    sparse = csr_array(tied)
    rows = np.flatnonzero(rng.random(n) < 0.5)
    inside = np.zeros(n, np.bool_)
    start, to = sparse.indptr.astype(np.int64), sparse.indices.astype(np.int32)
    inward, ends = inward_ends(start, to, rows, inside)
    assert inward == tied[np.ix_(rows, rows)].sum()
    assert ends == tied[rows].sum()
    assert not inside.any()
