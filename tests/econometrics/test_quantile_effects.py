"""Quantiles with effects of regions: against another package, by hand, what is recovered."""

import numpy as np
import pytest
import statsmodels.api as sm

from buzzline.arrays import as_codes, as_floats
from buzzline.econometrics.quantile_effects import quantile_effects
from buzzline.econometrics.region_years import RegionYears, fit_regions
from buzzline.errors import InvalidArgument, TooFew


def world(seed, *, regions=60, years=10, spread=0.5, slope=1.0):
    rng = np.random.default_rng(seed)
    region, year = np.indices((regions, years)).reshape(2, -1)
    x = rng.uniform(0, 2, region.size)
    luck = rng.normal(size=region.size)
    own = rng.normal(size=regions)
    y = own[region] + 0.3 * year + slope * x + (1 + spread * x) * luck
    return RegionYears(
        as_floats(y), as_floats(x[:, None]), ("x",), 1, as_codes(region), as_codes(year)
    )


def test_collapse_the_mean_is_least_squares():
    panel = world(1)
    found = quantile_effects(panel, draws=0)
    line = fit_regions(panel, effects="region", years=True).line
    assert found.location[0] == pytest.approx(line.beta[0], abs=1e-10)


def test_collapse_without_a_spread_all_quantiles_are_the_mean():
    panel = world(2, spread=0.0)
    y = panel.x[:, 0] * 2 + panel.region + np.where(np.arange(panel.y.size) % 2, 1.0, -1.0)
    flat = RegionYears(y, panel.x, ("x",), 1, panel.region, panel.year)
    found = quantile_effects(flat, draws=0)
    assert np.ptp(found.effect) < 0.2


def test_another_package_agrees_where_regions_and_years_are_known():
    panel = world(3, regions=300, years=20)
    found = quantile_effects(panel, quantiles=(0.1, 0.5, 0.9), draws=0)
    bare = world(3, regions=300, years=20, slope=0.0, spread=0.0)  # the same draws
    luck = bare.y - np.bincount(bare.region, weights=bare.y)[bare.region] / 20
    level = panel.y - (bare.y - luck) - 0.3 * (panel.year - 9.5)
    design = np.column_stack([panel.x, np.ones(panel.y.size)])
    for k, share in enumerate((0.1, 0.5, 0.9)):
        theirs = sm.QuantReg(level, design).fit(q=share).params[0]
        assert found.effect[k, 0] == pytest.approx(theirs, abs=0.1)


def test_invariant_drawing_every_region_once_changes_nothing():
    panel = world(4)
    doubled = RegionYears(
        np.tile(panel.y, 2), np.tile(panel.x, (2, 1)), ("x",), 1,
        as_codes(np.concatenate([panel.region, panel.region + 60])), np.tile(panel.year, 2),
    )  # fmt: skip
    one, two = (quantile_effects(part, draws=0) for part in (panel, doubled))
    assert two.effect == pytest.approx(one.effect, abs=0.02)
    assert two.spread == pytest.approx(one.spread)


def test_planted_truth_effects_rise_with_the_quantile_and_intervals_hold_them():
    # q(t) of a normal at 0.1 and 0.9, times the planted effect on the spread.
    truth = 1.0 + 0.5 * np.array([-1.2816, 0.0, 1.2816])
    hits = []
    for seed in range(40):
        found = quantile_effects(world(seed), quantiles=(0.1, 0.5, 0.9), draws=79, rng=seed)
        se = found.drawn[:, :, 0].std(axis=0, ddof=1)
        hits.append(np.abs(found.effect[:, 0] - truth) < 2.0 * se)
    share = np.mean(hits, axis=0)
    assert (share >= 0.87).all()


def test_the_same_seed_draws_the_same():
    one, two = (quantile_effects(world(5), draws=5, rng=3) for _ in range(2))
    assert one.drawn.tolist() == two.drawn.tolist()


def test_bad_input_is_refused_with_the_reason():
    panel = world(6, regions=12)
    with pytest.raises(TooFew, match="12 regions"):
        quantile_effects(panel, draws=0)
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        quantile_effects(world(6), quantiles=(0.0,), draws=0)
