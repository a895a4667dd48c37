"""Agreement of two groupings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import adjusted_rand_score

from buzzline.agreement import adjusted_rand
from buzzline.errors import InvalidArgument

codes = st.lists(st.integers(-1, 4), min_size=2, max_size=40)


@given(codes, st.randoms(use_true_random=False))
def test_another_package_gives_the_same(first, draw):
    second = [draw.choice(first) for _ in first]
    ours = adjusted_rand(np.array(first), np.array(second))
    assert ours == pytest.approx(adjusted_rand_score(first, second), abs=1e-12)


@given(codes)
def test_invariant_equal_groupings_agree_whatever_the_names(first):
    renamed = [7 - code for code in first]
    assert adjusted_rand(np.array(first), np.array(renamed)) == pytest.approx(1.0)


def test_by_hand():
    # {0, 1} {2, 3} against {0, 1, 2} {3}: 1 shared pair, 2 and 3 pairs of 6, so 1 expected
    assert adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])) == 0.0


def test_different_lengths_are_refused():
    with pytest.raises(InvalidArgument, match="got 1 and 2"):
        adjusted_rand(np.array([0]), np.array([0, 1]))
