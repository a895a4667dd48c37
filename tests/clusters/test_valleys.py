"""Peaks, saddles and valleys of a surface on a grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.valleys import deepest_valley_by_levels, saddle_over_all_ways

from buzzline.clusters.valleys import deepest_valley, valley_between, way_between
from buzzline.errors import InvalidArgument


def zones(one, other):
    return {"zone": np.array(one), "other_zone": np.array(other)}


def ones(n):
    return np.ones(n, np.int64)


def surface(seed, n):
    return np.random.default_rng(seed).permutation(n) + 1.0  # no two heights are equal


def test_by_hand_on_a_line_of_sites():
    line = np.array([0.0, 8.0, 5.0, 2.0, 6.0, 4.0, 1.0])
    found = valley_between(line, 7, **zones([0, 1, 2], [4, 5]), count=ones(7))
    assert (found.peak, found.other_peak, found.saddle) == (8.0, 6.0, 2.0)
    assert found.value == pytest.approx(1 - 2 / 6)
    assert (found.at, found.other_at) == (1, 4)
    assert found.fewest == 2  # above 2 the lower side has the nodes of height 6 and 4


def test_by_hand_the_way_round_a_hole_is_taken():
    grid = np.array([
        [5.0, 3.0, 5.0],
        [9.0, 0.0, 7.0],
        [1.0, 1.0, 1.0],
    ])  # fmt: skip
    found = valley_between(grid.ravel(), 3, **zones([3], [5]), count=ones(9))
    assert found.saddle == 3.0
    assert way_between(grid.ravel(), 3, found).tolist() == [3, 1, 5]


@pytest.mark.parametrize("seed", range(12))
def test_brute_force_over_all_ways(seed):
    height = surface(seed, 12)
    one, other = np.random.default_rng([seed, 1]).choice(12, 2, replace=False)
    found = valley_between(height, 4, **zones([one], [other]), count=ones(12))
    assert found.saddle == saddle_over_all_ways(height, 4, one, other)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("fewest", [1, 3, 6])
def test_brute_force_of_the_deepest_valley_of_a_line(seed, fewest):
    height, count = surface(seed, 25), np.random.default_rng(seed).integers(0, 3, 25)
    expected = deepest_valley_by_levels(height, 25, count, fewest)
    found = deepest_valley(height, 25, count=count, fewest=fewest)
    assert found == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(12))
def test_brute_force_of_the_deepest_valley_of_a_grid(seed):
    height = surface(seed, 42)
    expected = deepest_valley_by_levels(height, 7, ones(42), 1)
    assert deepest_valley(height, 7, count=ones(42), fewest=1) == pytest.approx(expected)


@given(st.integers(0, 10_000))
def test_invariant_order_of_the_two_turns_and_units_change_nothing(seed):
    height, count = surface(seed, 20), ones(20)
    found = valley_between(height, 5, **zones([0, 1], [18, 19]), count=count)
    back = valley_between(height, 5, **zones([18, 19], [0, 1]), count=count)
    turned = valley_between(height[::-1].copy(), 5, **zones([19, 18], [1, 0]), count=count)
    scaled = valley_between(7 * height, 5, **zones([0, 1], [18, 19]), count=count)
    assert found.value == back.value == turned.value == pytest.approx(scaled.value)
    assert 0 <= found.value <= 1
    deepest = deepest_valley(height, 5, count=count, fewest=max(found.fewest, 1))
    assert found.value <= deepest + 1e-12


@given(st.integers(0, 10_000))
def test_invariant_the_way_keeps_above_the_saddle(seed):
    height = surface(seed, 30)
    found = valley_between(height, 6, **zones([0], [29]), count=ones(30))
    way = way_between(height, 6, found)
    assert (way[0], way[-1]) == (found.at, found.other_at)
    assert height[way].min() == found.saddle
    assert np.abs(np.diff(way % 6)).max() <= 1
    assert np.abs(np.diff(way // 6)).max() <= 1


def test_collapses_to_nothing_at_one_peak_and_to_one_over_nothing():
    line = np.array([1.0, 4.0, 3.0, 0.0, 2.0])
    same = valley_between(line, 5, **zones([1, 2], [0, 1]), count=ones(5))
    assert (same.value, same.saddle, same.fewest) == (0.0, 4.0, 0)
    assert way_between(line, 5, same).tolist() == [1]
    slope = valley_between(line, 5, **zones([1], [2]), count=ones(5))
    assert slope.value == 0.0
    assert valley_between(line, 5, **zones([1], [4]), count=ones(5)).value == 1.0
    assert deepest_valley(np.zeros(5), 5, count=ones(5), fewest=1) == 0.0


def test_bad_input_says_what_is_needed():
    with pytest.raises(InvalidArgument, match="both zones need a node"):
        valley_between(np.ones(4), 2, **zones([], [1]), count=ones(4))
    with pytest.raises(InvalidArgument, match="rows x columns"):
        valley_between(np.ones(5), 2, **zones([0], [1]), count=ones(5))
