import numpy as np

from buzzline.arrays import Sparse, as_codes, as_flags, as_floats, as_indices


def test_doors_fix_dtype_and_layout():
    strided = np.arange(10)[::2]
    assert as_floats(strided).dtype == np.float64
    assert as_floats(strided).flags["C_CONTIGUOUS"]
    assert as_codes(strided).dtype == np.int32
    assert as_indices(strided).dtype == np.int64
    assert as_flags(strided).tolist() == [False, True, True, True, True]


def test_a_door_does_not_copy_what_fits_already():
    values = np.zeros(3)
    assert as_floats(values) is values


def test_sparse_rows_are_read_by_their_start():
    matrix = Sparse(as_indices([0, 1, 3]), as_codes([2, 0, 1]), as_floats([1, 2, 3]))
    assert matrix.to[matrix.start[1] : matrix.start[2]].tolist() == [0, 1]
