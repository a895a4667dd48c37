import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.agglomeration.specialisation_worlds import econgeo_items, reat_items

from buzzline.agglomeration import entropy, gini, herfindahl

amounts = arrays(np.float64, st.integers(2, 8), elements=st.integers(0, 50).map(float))


def test_by_hand():
    assert herfindahl([1, 1, 2]) == pytest.approx(0.375)
    assert entropy([1, 1, 2]) == pytest.approx(1.5)
    assert gini([1, 1, 2]) == pytest.approx(1 / 6)


@given(amounts)
def test_brute_force_gini_is_half_the_mean_difference_over_the_mean(x):
    if x.sum() > 0:
        mean_difference = np.abs(x[:, None] - x).mean()
        assert gini(x) == pytest.approx(mean_difference / (2 * x.mean()), abs=1e-12)


@given(amounts)
def test_collapses_equal_parts(x):
    equal = np.ones_like(x)
    assert herfindahl(equal) == pytest.approx(1 / x.size)
    assert entropy(equal) == pytest.approx(np.log2(x.size))
    assert gini(equal) == pytest.approx(0)
    if (x > 0).any():
        assert gini(x, x + 0.0) == pytest.approx(0)  # all hold in proportion to their weight


@given(amounts, st.integers(1, 9))
def test_invariant_unit_and_order(x, unit):
    if x.sum() > 0:
        for index in (herfindahl, entropy, gini):
            assert index(unit * x[::-1]) == pytest.approx(index(x))


@pytest.mark.parametrize("index", [herfindahl, entropy, gini])
def test_nothing_to_share_is_nan_and_unknown_is_left_out(index):
    assert np.isnan(index([0.0, 0.0]))
    assert index([1.0, np.nan, 3.0]) == pytest.approx(index([1.0, 3.0]))


def test_invariant_along_either_axis():
    table = np.random.default_rng(1).gamma(1, 1, (4, 5))
    for index in (herfindahl, entropy, gini):
        np.testing.assert_allclose(index(table, axis=0), index(table.T, axis=1))
        np.testing.assert_allclose(index(table)[2], index(table[2]))


def test_econgeo_gini(shared_data):
    for item in econgeo_items(shared_data, "Gini"):
        values = np.array(item["input"].get("x", item["input"].get("mat")), float)
        found = gini(values, axis=0)
        theirs = np.array(item["value"], float)
        np.testing.assert_allclose(found, theirs, atol=1e-12)


def test_econgeo_hoover_gini_has_population_as_weight(shared_data):
    for item in econgeo_items(shared_data, "Hoover.Gini"):
        values = np.array(item["input"].get("x", item["input"].get("mat")), float)
        weight = np.array(item["input"]["pop"], float)
        weight = weight if values.ndim == 1 else weight[:, None] + np.zeros_like(values)
        np.testing.assert_allclose(gini(values, weight, axis=0), np.array(item["value"], float))


def test_reat_herfindahl_and_gini(shared_data):
    (one,) = reat_items(shared_data, "herf")
    assert herfindahl(one["input"]["x"]) == pytest.approx(one["value"])
    (other,) = reat_items(shared_data, "gini")
    assert gini(other["input"]["x"]) == pytest.approx(other["value"])
