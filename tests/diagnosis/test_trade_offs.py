"""Trade-offs: statsmodels, error rates, data on both sides."""

import numpy as np
import pytest
import statsmodels.api as sm

from buzzline.diagnosis.scores import Indicator
from buzzline.diagnosis.standings import comparable, sources_of, standing_of, together
from buzzline.diagnosis.trade_offs import partial_correlation


def sample(n, rng, slope=0.0):
    size = rng.standard_normal((n, 2))
    x = size[:, 0] + rng.standard_normal(n)
    return x, slope * x + size[:, 0] - size[:, 1] + rng.standard_normal(n), size


def test_another_package_gives_the_same_partial_correlation():
    x, y, size = sample(40, np.random.default_rng(1), slope=0.5)
    found = partial_correlation(x, y, size, draws=9, rng=np.random.default_rng(1))
    design = sm.add_constant(size)
    left = [sm.OLS(each, design).fit().resid for each in (x, y)]
    assert found[0] == pytest.approx(np.corrcoef(*left)[0, 1])
    whole = sm.OLS(y, sm.add_constant(np.column_stack([x, size]))).fit()
    t = whole.tvalues[1]
    assert found[0] == pytest.approx(t / np.sqrt(t**2 + whole.df_resid))


def test_collapses_repeated_controls_change_nothing():
    x, y, size = sample(40, np.random.default_rng(1), slope=0.5)
    twice = np.column_stack([size, size, np.ones(40)])
    one = partial_correlation(x, y, size, draws=9, rng=np.random.default_rng(1))
    again = partial_correlation(x, y, twice, draws=9, rng=np.random.default_rng(1))
    assert again[0] == pytest.approx(one[0])
    assert again[4] == one[4]


def test_recovers_the_truth_no_trade_off_is_found_as_seldom_as_stated():
    rng, n, hits, covered = np.random.default_rng(2), 400, 0, 0
    for _ in range(n):
        x, y, size = sample(16, rng)
        _, low, high, p, _, _ = partial_correlation(x, y, size, draws=99, rng=rng)
        hits += p <= 0.05
        covered += low <= 0 <= high
    error = 2.6 * np.sqrt(0.95 * 0.05 / n)
    assert hits / n < 0.05 + error
    assert covered / n > 0.95 - error


def test_recovers_the_truth_a_trade_off():
    x, y, size = sample(60, np.random.default_rng(3), slope=-1.5)
    _, _, high, p, n, status = partial_correlation(
        x, y, size, draws=199, rng=np.random.default_rng(1)
    )
    assert high < 0
    assert p == pytest.approx(0.005)
    assert (n, status) == (60, "tested")


def test_too_few_clusters_say_how_many_are_needed():
    x, y, size = sample(9, np.random.default_rng(1))
    found = partial_correlation(x, y, size, rng=np.random.default_rng(1))
    assert np.isnan(found[0])
    assert "11 are needed" in found[5]


def test_what_size_tells_entirely_is_not_testable():
    _, y, size = sample(30, np.random.default_rng(1))
    found = partial_correlation(size[:, 0] * 2 + 1, y, size, rng=np.random.default_rng(1))
    assert "tell all" in found[5]


def indicator(name, source, dimension="power"):
    return Indicator(dimension, name, "share", "none", source)


def test_by_hand_errors_of_one_source_are_added():
    value, error = np.array([-1.0, 0, 1]), np.full(3, 0.6)
    same = {indicator("a", "supply"): (value, error), indicator("b", "supply"): (value, error)}
    apart = {indicator("a", "supply"): (value, error), indicator("b", "jobs"): (value, error)}
    assert together(same)[1] == pytest.approx(0.6)
    assert together(apart)[1] == pytest.approx(0.6 / np.sqrt(2))
    assert together(apart)[0] == pytest.approx(value)
    assert together({}) is None


def test_by_hand_the_indicator_few_others_have_is_left_out():
    everybody, few = np.arange(8.0), np.full(8, np.nan)
    few[:3] = 1.0
    parts = {indicator("a", "x"): (everybody, everybody), indicator("b", "y"): (few, few)}
    assert [one.name for one in comparable(parts, 0)] == ["a"]
    assert [one.name for one in comparable(parts, 7)] == ["a"]


def test_no_data_stand_on_both_sides():
    value, error = np.arange(8.0), np.zeros(8)
    known = {
        indicator("local inputs", "supply", "vertical"): (value, error),
        indicator("global ties", "supply", "external"): (-value, error),
        indicator("global ties of research", "research", "external"): (value % 3, error),
    }
    besides = sources_of(known, "vertical")
    alone = standing_of(known, "external", besides=besides)
    assert np.corrcoef(alone, value % 3)[0, 1] == pytest.approx(1)
    del known[indicator("global ties of research", "research", "external")]
    assert standing_of(known, "external", besides=besides) is None
