import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.envelopes import curve_band, global_p, outside
from buzzline.errors import InvalidArgument, TooFew


def curves(draws, k, seed=0):
    """Smooth random curves, as chance gives them: neighbouring places are alike."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(size=(draws, k))
    return np.cumsum(steps, axis=1) / np.sqrt(np.arange(1, k + 1))


def test_bands_by_hand():
    four = np.array([[0.0, 5], [1, 1], [2, 2], [3, 9]])
    # ranks from the nearer end: 1,2 | 2,1 | 2,2 | 1,1: curve 3 goes first; 0 and 1 are equally
    # extreme and go together
    assert curve_band(four, level=0.75).low.tolist() == [0, 1]
    assert curve_band(four, level=0.75).high.tolist() == [2, 5]
    assert curve_band(four, level=0.25).high.tolist() == [2, 2]
    assert curve_band(four, level=1.0).high.tolist() == [3, 9]
    pointwise = curve_band(np.arange(101.0)[:, None], level=0.9, kind="pointwise")
    assert (pointwise.low[0], pointwise.high[0]) == pytest.approx((5, 95))


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95, 0.99])
def test_the_stated_share_of_curves_lies_wholly_inside(level):
    simulated = curves(1000, 60)
    band = curve_band(simulated, level=level)
    inside = np.all((simulated >= band.low) & (simulated <= band.high), axis=1)
    assert inside.mean() == pytest.approx(level, abs=1e-9)


def test_a_global_band_holds_a_pointwise_band_of_the_same_level():
    simulated = curves(999, 40)
    wide, narrow = curve_band(simulated), curve_band(simulated, kind="pointwise")
    assert np.all(wide.low <= narrow.low)
    assert np.all(wide.high >= narrow.high)


def test_one_place_is_the_special_case_of_ranks():
    values = np.random.default_rng(3).normal(size=(99, 1))
    above = global_p(np.array([10.0]), values, side="above")
    assert above == 0.01
    assert global_p(np.array([10.0]), values, side="below") == 1
    # two-sided: the least and the largest share the first rank
    assert global_p(np.array([10.0]), values) == pytest.approx(0.02)


def test_p_is_uniform_when_the_observed_curve_is_one_of_the_draws():
    # exact by exchangeability: over all choices of "observed", p takes every rank once
    simulated = curves(200, 30)
    p = [global_p(simulated[i], np.delete(simulated, i, axis=0)) for i in range(200)]
    assert np.allclose(np.sort(p), np.arange(1, 201) / 200)


def test_a_curve_leaves_the_band_it_is_ranked_in_exactly_when_its_p_is_small():
    simulated = curves(199, 30, seed=5)
    others = curves(400, 30, seed=6)
    p = np.array([global_p(one, simulated) for one in others])
    bands = [curve_band(simulated, level=0.95, observed=one) for one in others]
    left = np.array([any(outside(one, band)) for one, band in zip(others, bands, strict=True)])
    assert 0 < left.sum() < 400
    assert np.array_equal(left, p <= 0.05)


@given(st.permutations(range(12)), st.floats(0.1, 10), st.floats(-5, 5))
def test_order_and_scale_of_curves_do_not_matter(order, factor, shift):
    simulated = curves(12, 5)
    moved = (simulated * factor + shift)[order]
    one, other = curve_band(simulated, level=0.75), curve_band(moved, level=0.75)
    assert np.allclose(one.high * factor + shift, other.high)
    observed = np.array([0.3, 0.1, 0.4, -2.0, 0.5])
    again = global_p(observed * factor + shift, moved)
    assert global_p(observed, simulated) == again


def test_places_without_value_are_nan_and_do_not_make_a_curve_extreme():
    simulated = curves(50, 4)
    gaps = simulated.copy()
    gaps[:, 0] = np.nan
    band = curve_band(gaps)
    assert np.isnan(band.low[0])
    assert np.array_equal(band.high[1:], curve_band(simulated[:, 1:]).high)
    observed = np.array([np.nan, 0, 0, 0])
    assert global_p(observed, gaps) == global_p(observed[1:], simulated[:, 1:])
    assert np.isnan(global_p(np.full(4, np.nan), simulated))


def test_equal_curves_give_no_evidence():
    same = np.zeros((99, 10))
    assert global_p(np.zeros(10), same) == 1
    assert outside(np.zeros(10), curve_band(same)) == (False, False)


def test_too_few_draws_and_wrong_shapes_are_errors():
    with pytest.raises(TooFew, match="at least 2 draws"):
        curve_band(np.zeros((1, 3)))
    with pytest.raises(InvalidArgument, match="one curve a row"):
        curve_band(np.zeros(3))
