"""Rises and falls: values by hand, other packages, size and power."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.interpolate import make_smoothing_spline

from buzzline.econometrics.inverted_u import two_lines, u_test
from buzzline.econometrics.least_squares import fit_line
from buzzline.econometrics.smooth_curve import curvature, smooth_curve
from buzzline.errors import InvalidArgument, TooFew


def peaked(rng, n=200, noise=0.3):
    x = rng.uniform(0, 1, n)
    return x, -4 * (x - 0.6) ** 2 + rng.normal(0, noise, n)


def test_a_parabola_without_error_turns_where_it_turns():
    x = np.linspace(0, 2, 41)
    found = u_test(x, 3 + 2 * x - 0.8 * x**2)
    assert found.extremum == pytest.approx(1.25)
    assert (found.low, found.high) == pytest.approx((1.25, 1.25), abs=1e-4)
    assert found.slope_low == pytest.approx(2.0)
    assert found.slope_high == pytest.approx(2 - 1.6 * 2)
    assert found.inside


def test_two_lines_of_a_tent_without_error_have_its_slopes():
    x = np.linspace(0, 1, 101)
    found = two_lines(x, np.where(x <= 0.5, 2 * x, 2 - 2 * x))
    assert found.verdict == "inverted U"
    assert found.break_at == pytest.approx(0.5, abs=0.02)
    assert found.slope_before == pytest.approx(2.0, abs=0.05)
    assert found.slope_after == pytest.approx(-2.0, abs=0.05)


def test_a_u_is_an_inverted_u_upside_down():
    x, y = peaked(np.random.default_rng(1))
    one, other = two_lines(x, y), two_lines(x, -y, shape="U")
    assert (one.p, one.break_at) == (other.p, other.break_at)
    assert one.slope_before == -other.slope_before
    assert u_test(x, y).p == u_test(x, -y, shape="U").p
    assert u_test(x, y, shape="U").p > 0.5


def test_units_of_x_and_y_change_nothing_but_the_units():
    x, y = peaked(np.random.default_rng(2))
    one, other = u_test(x, y), u_test(1000 * x + 7, 5 * y)
    assert other.p == pytest.approx(one.p, rel=1e-6)
    assert other.extremum == pytest.approx(1000 * one.extremum + 7, rel=1e-6)
    lines = two_lines(x, y), two_lines(1000 * x + 7, 5 * y)
    assert lines[1].p == pytest.approx(lines[0].p, rel=1e-4)
    assert lines[1].slope_after == pytest.approx(lines[0].slope_after / 200, rel=1e-4)


def test_the_u_test_rejects_exactly_where_the_fieller_interval_lies_within_the_data():
    # Lind & Mehlum 2010: a test at 5 % is a 90 % interval within the range
    rng = np.random.default_rng(3)
    said = []
    for _ in range(300):
        x, y = peaked(rng, n=60, noise=rng.uniform(0.3, 1.5))
        found = u_test(x, y, level=0.90)
        turned = found.curvature < 0
        assert (found.p <= 0.05) == (found.inside and turned)
        said.append(found.p <= 0.05)
    assert 0.2 < np.mean(said) < 0.9


def test_fieller_intervals_cover():
    rng = np.random.default_rng(4)
    held = []
    for _ in range(600):
        found = u_test(*peaked(rng, n=80, noise=0.5))
        held.append(found.low <= 0.6 <= found.high or np.isinf(found.low))
    assert 0.93 <= np.mean(held) <= 0.98


def test_errors_agree_with_statsmodels():
    rng = np.random.default_rng(5)
    x = np.column_stack([np.ones(120), rng.normal(size=(120, 2))])
    y = x @ [1, 2, 3] + rng.normal(size=120) * (1 + abs(x[:, 1]))
    found, theirs = fit_line(x, y), sm.OLS(y, x).fit(cov_type="HC3")
    assert found.beta == pytest.approx(theirs.params, rel=1e-10)
    assert found.covariance == pytest.approx(theirs.cov_params(), rel=1e-10)


def test_errors_by_group_are_what_leaving_out_each_group_gives():
    rng = np.random.default_rng(6)
    groups = np.repeat(np.arange(15), rng.integers(2, 9, 15)).astype(np.int32)
    x = np.column_stack([np.ones(groups.size), rng.normal(size=groups.size)])
    y = x @ [1, 2] + rng.normal(size=15)[groups] + rng.normal(size=groups.size)
    found = fit_line(x, y, groups)
    moved = [np.linalg.lstsq(x[groups != g], y[groups != g])[0] - found.beta for g in range(15)]
    assert found.covariance == pytest.approx(14 / 15 * np.transpose(moved) @ moved, rel=1e-8)
    assert found.df == 14
    alone = fit_line(x, y, np.arange(y.size, dtype=np.int32))
    assert alone.covariance == pytest.approx(fit_line(x, y).covariance)


def test_curvature_is_that_of_the_spline():
    from scipy.interpolate import CubicSpline

    at, height = np.array([0.0, 0.3, 0.5, 1.1, 2.0]), np.array([0.0, 1.0, -1.0, 2.0, 0.5])
    spline = CubicSpline(at, height, bc_type="natural")
    x = np.linspace(0, 2, 200_001)
    numeric = np.trapezoid(spline(x, 2) ** 2, x)
    assert height @ curvature(at) @ height == pytest.approx(numeric, rel=1e-6)


def test_the_smooth_curve_agrees_with_scipy():
    rng = np.random.default_rng(7)
    x = np.sort(rng.uniform(0, 1, 300))
    y = np.sin(5 * x) + rng.normal(0, 0.4, 300)
    ours, theirs = smooth_curve(x, y, knots=40), make_smoothing_spline(x, y)
    assert np.std(ours.fitted - theirs(x)) < 0.02


def test_bands_of_the_smooth_curve_cover_it_on_average():
    rng = np.random.default_rng(12)
    held = []
    for _ in range(60):
        x = rng.uniform(0, 1, 200)
        curve = smooth_curve(x, np.sin(5 * x) + rng.normal(0, 0.4, 200))
        held.append(np.mean(abs(curve.fitted - np.sin(5 * x)) <= 1.96 * curve.error))
    assert 0.90 <= np.mean(held) <= 0.98


SMOOTH, STEP = 0.05, 0.08  # of a sudden step more: the curve overshoots it, as the docs say


@pytest.mark.parametrize(
    ("shape", "size"),
    [(np.zeros_like, SMOOTH), (lambda x: x, SMOOTH), (np.sqrt, SMOOTH),
     (lambda x: 1.0 * (x > 0.3), STEP)],
    ids=["flat", "straight", "root", "step"],
)  # fmt: skip
def test_two_lines_keep_their_size_where_nothing_turns(shape, size):
    said = []
    for seed in range(250):
        rng = np.random.default_rng([8, seed])  # own stream: no run hangs on another
        x = rng.uniform(0, 1, 100)
        said.append(two_lines(x, shape(x) + rng.normal(0, 0.5, 100)).p <= 0.05)
    assert np.mean(said) <= size + 3 * np.sqrt(size * (1 - size) / 250)


def test_two_lines_keep_their_size_where_observations_come_in_groups():
    rng = np.random.default_rng(9)
    said = []
    groups = np.repeat(np.arange(30), 8).astype(np.int32)
    for _ in range(150):
        x = np.clip(rng.uniform(0, 1, 30)[groups] + rng.normal(0, 0.05, 240), 0, 1)
        y = rng.normal(size=30)[groups] + rng.normal(0, 0.3, 240)
        said.append(two_lines(x, y, groups=groups).p <= 0.05)
    assert np.mean(said) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 150)


def test_two_lines_find_a_planted_peak():
    rng = np.random.default_rng(10)
    said = [two_lines(*peaked(rng)).verdict == "inverted U" for _ in range(60)]
    assert np.mean(said) > 0.9


def test_controls_take_out_what_they_explain():
    rng = np.random.default_rng(11)
    x, y = peaked(rng, noise=0.1)
    size = x + rng.normal(0, 0.3, x.size)
    found = two_lines(x, y + 5 * size, controls=size)
    assert found.verdict == "inverted U"
    assert two_lines(x, y + 5 * size).verdict == "no such shape"


def test_too_little_is_said_to_be_too_little():
    few = np.arange(19.0)
    assert "at least 20" in two_lines(few, few).reason
    assert np.isnan(u_test(few, few).p)
    same = np.tile([1.0, 2.0, 3.0], 20)
    assert "3 different values" in u_test(same, same).reason
    assert two_lines(same, same).verdict == "not testable"
    lopsided = np.array([*np.zeros(30), 1, 2, 3])
    assert two_lines(lopsided, lopsided).reason
    gaps = np.where(np.arange(40) % 2, np.nan, np.arange(40.0))
    assert two_lines(gaps, np.arange(40.0)).n == 20
    one = np.zeros(40, np.int32)
    assert "of one group" in u_test(np.arange(40.0), np.arange(40.0) ** 2, groups=one).reason
    with pytest.raises(InvalidArgument, match="one length"):
        two_lines(few, few[:3])
    with pytest.raises(TooFew, match="repeats"):
        fit_line(np.ones((30, 2)), np.arange(30.0))
