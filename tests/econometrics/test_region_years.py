"""Regions over years: against other packages, by hand, collapses and bad input."""

import numpy as np
import pandas as pd
import pyfixest
import pytest
from linearmodels.panel import PanelOLS

from buzzline.arrays import as_codes, as_floats
from buzzline.econometrics.ladder_rows import differences
from buzzline.econometrics.region_errors import common_years, nearby_regions
from buzzline.econometrics.region_years import RegionYears, fit_regions, taken_out
from buzzline.errors import TooFew


def panel(seed=1, *, regions=45, years=9, share=0.85):
    rng = np.random.default_rng(seed)
    region, year = np.indices((regions, years)).reshape(2, -1)
    keep = rng.random(region.size) < share
    region, year = region[keep], year[keep] + 2000
    # Both drift, region by region and year by year, so that errors do go together.
    drift = rng.normal(size=(2, regions)) / 2
    x = rng.gamma(1.0, 1.0, (region.size, 3)) + (region % 5)[:, None] / 3
    x = x + (drift[0][region] * (year - 2004))[:, None]
    y = 0.4 * x[:, 0] - 0.2 * x[:, 1] + region / 9 + drift[1][region] * (year - 2004)
    y = y + rng.normal(size=y.size)
    return RegionYears(
        as_floats(y), as_floats(x), ("a", "b", "c"), 2, as_codes(region), as_codes(year)
    )


def frame(rows):
    names = dict(zip("abc", rows.x.T, strict=True))
    return pd.DataFrame({"y": rows.y, "r": rows.region, "t": rows.year, **names})


@pytest.mark.filterwarnings("ignore:The inplace keyword", "ignore::UserWarning")
@pytest.mark.parametrize(
    ("effects", "years", "formula"),
    [
        ("none", False, "y ~ a + b + c"),
        ("none", True, "y ~ a + b + c | t"),
        ("region", False, "y ~ a + b + c | r"),
        ("region", True, "y ~ a + b + c | r + t"),
        ("trends", True, "y ~ a + b + c + i(r, t) | r + t"),
    ],
)
def test_another_package_coefficients_are_those_of_pyfixest(effects, years, formula):
    rows = panel()
    data = frame(rows)
    data["t"] = data["t"] - 2004
    theirs = pyfixest.feols(formula, data).coef()
    ours = fit_regions(rows, effects=effects, years=years)
    assert ours.names == ("a", "b", "c")
    assert ours.line.beta[:3] == pytest.approx(theirs[["a", "b", "c"]].to_numpy(), abs=1e-7)


def test_another_package_two_way_effects_are_those_of_linearmodels():
    rows = panel(2)
    data = frame(rows).set_index(["r", "t"])
    theirs = PanelOLS(
        data["y"], data[["a", "b", "c"]], entity_effects=True, time_effects=True
    ).fit(cov_type="kernel", kernel="bartlett", bandwidth=2, debiased=False)
    ours = fit_regions(rows, effects="region", years=True)
    assert ours.line.beta[:3] == pytest.approx(theirs.params.to_numpy(), abs=1e-8)
    # Driscoll-Kraay, without factors for few years (theirs counts the effects as well), where
    # it was not raised to what independent rows give.
    made = common_years(ours)
    bare = np.sqrt(np.diag(made.covariance)[:3] / made.factor)
    effects = int(ours.region.max()) + np.unique(ours.year).size
    theirs_bare = np.asarray(theirs.std_errors) * np.sqrt(1 - effects / ours.y.size)
    told = ~made.raised[:3]
    assert told.any()
    assert bare[told] == pytest.approx(theirs_bare[told], rel=1e-6)


def test_collapse_errors_by_region_are_leave_one_out():
    rows = panel(3)
    whole = fit_regions(rows, effects="region", years=True)
    groups = int(whole.region.max()) + 1
    without = np.array([
        fit_regions(rows.chosen(rows.region != g), effects="region", years=True).line.beta[:2]
        for g in range(groups)
    ])  # fmt: skip
    spread = (groups - 1) / groups * ((without - whole.line.beta[:2]) ** 2).sum(axis=0)
    ours = [whole.line.of(np.eye(whole.line.beta.size)[k])[1] for k in (0, 1)]
    assert np.sqrt(spread) == pytest.approx(ours, rel=1e-9)


def test_collapse_conley_with_no_neighbours_is_errors_by_region():
    fit = fit_regions(panel(4), effects="region", years=True)
    n = int(fit.region.max()) + 1
    lonely = nearby_regions(fit, np.linspace(-120, 120, n), np.zeros(n), within_km=1.0)
    assert not lonely.raised[:2].any()
    sums = np.zeros((n, fit.scores.shape[1]))
    np.add.at(sums, fit.region, fit.scores)
    bare = fit.bread @ (sums.T @ sums) @ fit.bread
    assert np.diag(lonely.covariance / lonely.factor)[:2] == pytest.approx(np.diag(bare)[:2])


def test_by_hand_changes_are_only_of_years_that_follow():
    codes = as_codes([0, 0, 0, 1, 1]), as_codes([2000, 2001, 2003, 2000, 2001])
    y = np.array([1.0, 3.0, 9.0, 5.0, 4.0])
    found = differences(RegionYears(y, y[:, None] * 2, ("x",), 1, *codes))
    assert found.y.tolist() == [2.0, -1.0]
    assert found.x[:, 0].tolist() == [4.0, -2.0]
    assert found.year.tolist() == [2001, 2001]


def test_by_hand_trends_leave_nothing_of_a_straight_line():
    region, year = (as_codes(part) for part in np.indices((4, 6)).reshape(2, -1))
    line = as_floats((3.0 * region + (region - 1.0) * year)[:, None])
    assert np.abs(taken_out(line, region, year, effects="trends")).max() < 1e-12


def test_bad_input_is_refused_with_the_reason():
    rows = panel(5)
    fixed = rows.with_columns(as_floats(rows.region[:, None] * 1.0), ("size",))
    with pytest.raises(TooFew, match="size cannot be told apart"):
        fit_regions(fixed, effects="region", years=True)
    once = rows.chosen(rows.year == 2001)
    with pytest.raises(TooFew, match="no region is seen in enough years"):
        fit_regions(once, effects="region", years=True)
    with pytest.raises(TooFew, match="two years running"):
        differences(once)


def test_bad_input_a_control_that_says_nothing_is_left_out():
    rows = panel(6)
    rows.x[:, 2] = rows.region
    found = fit_regions(rows, effects="region", years=True)
    assert found.names == ("a", "b")
