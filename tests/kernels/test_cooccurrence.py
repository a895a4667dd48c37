import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.relatedness import together

from buzzline.kernels.cooccurrence import bit_count, counted_together, packed


@given(st.integers(1, 140), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_brute_force_counts_of_joint_rows(rows, columns, seed):
    flags = np.random.default_rng(seed).random((rows, columns)) < 0.4
    assert np.array_equal(counted_together(packed(flags)), together(flags))


def test_by_hand_64_rows_fill_one_word_and_the_65th_starts_another():
    flags = np.ones((65, 2), dtype=bool)
    words = packed(flags)
    assert words.shape == (2, 2)
    assert words[0, 0] == np.uint64(2**64 - 1)
    assert words[0, 1] == 1
    assert counted_together(words).tolist() == [[65, 65], [65, 65]]


def test_by_hand_bits_of_a_word_outside_compiled_code():
    assert [bit_count(np.uint64(word)) for word in (0, 1, 3, 2**64 - 1)] == [0, 1, 2, 64]
