"""Agreement of two groupings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import entropy
from sklearn.metrics import (
    adjusted_rand_score,
    mutual_info_score,
    normalized_mutual_info_score,
    v_measure_score,
)

from buzzline.agreement import (
    adjusted_rand,
    normalised_mutual_information,
    variation_of_information,
)
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


@given(codes, st.randoms(use_true_random=False))
def test_another_package_gives_the_same_information(first, draw):
    second = [draw.choice([0, 1, 2]) for _ in first]
    ours = normalised_mutual_information(np.array(first), np.array(second))
    assert ours == pytest.approx(normalized_mutual_info_score(first, second), abs=1e-9)
    assert ours == pytest.approx(v_measure_score(first, second), abs=1e-9)
    known = sum(entropy(np.unique(one, return_counts=True)[1]) for one in (first, second))
    nats = known - 2 * mutual_info_score(first, second)
    bits = variation_of_information(np.array(first), np.array(second))
    assert bits == pytest.approx(nats / np.log(2), abs=1e-9)


def test_by_hand_variation_of_information():
    # first tells 1 bit, second log2(4) - 3/4 log2(3) bits; given the second, one of four in a
    # group of three lies elsewhere: 3/4 h(1/3) bits; given the first, 1/2 h(1/2) bits
    first, second = np.array([0, 0, 1, 1]), np.array([0, 0, 0, 1])
    third = 1 / 3
    h = -(third * np.log2(third) + (1 - third) * np.log2(1 - third))
    assert variation_of_information(first, second) == pytest.approx(0.75 * h + 0.5)


@given(codes, st.randoms(use_true_random=False))
def test_invariant_variation_of_information_is_a_distance(first, draw):
    one = np.array(first)
    two, three = (np.array([draw.choice([0, 1, 2]) for _ in first]) for _ in range(2))
    between = variation_of_information
    assert between(one, two) == pytest.approx(between(two, one), abs=1e-12)
    assert between(one, three) <= between(one, two) + between(two, three) + 1e-9
    assert between(one, two) <= np.log2(len(first)) + 1e-9
    assert between(one, 7 - one) == pytest.approx(0, abs=1e-9)


def test_collapse_groups_without_information():
    same, own = np.zeros(8, np.int32), np.arange(8, dtype=np.int32)
    assert normalised_mutual_information(same, same) == 1.0
    assert normalised_mutual_information(same, own) == 0.0
    assert variation_of_information(same, own) == 3.0
    nothing = np.empty(0, np.int32)
    assert variation_of_information(nothing, nothing) == 0.0


def test_as_many_groups_as_things_need_no_square():
    many = np.arange(300_000, dtype=np.int32)
    assert adjusted_rand(many, many) == 1.0
    assert variation_of_information(many, many) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    "measure",
    [variation_of_information, normalised_mutual_information],
    ids=lambda m: m.__name__,
)
def test_different_lengths_are_refused_by_name(measure):
    with pytest.raises(InvalidArgument, match=f"{measure.__name__}: .* got 1 and 2"):
        measure(np.array([0]), np.array([0, 1]))
