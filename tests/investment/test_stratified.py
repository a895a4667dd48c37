"""Ratios within strata: the three industries, other packages, enumeration, separation."""

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import odds_ratio as scipy_odds
from statsmodels.stats.contingency_tables import StratifiedTable

from buzzline.errors import InvalidArgument
from buzzline.investment.risk_ratio import mid_p, odds_ratio, risk_ratio
from buzzline.investment.stratified import (
    exact_odds_ratio,
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)

# 100 deals of each: origin shares .9, .4, .1; destination shares .6, .2, .05; nothing within
THREE = [
    [[90 * 0.6, 90 * 0.4], [10 * 0.6, 10 * 0.4]],
    [[40 * 0.2, 40 * 0.8], [60 * 0.2, 60 * 0.8]],
    [[10 * 0.05, 10 * 0.95], [90 * 0.05, 90 * 0.95]],
]


def test_printed_numbers_of_three_industries():
    pooled = np.sum(THREE, axis=0)
    assert round(risk_ratio(pooled).value, 2) == 3.17
    assert round(odds_ratio(pooled).value, 2) == 4.93
    assert mantel_haenszel_odds_ratio(THREE).value == pytest.approx(1.0, abs=1e-12)
    assert mantel_haenszel_risk_ratio(THREE).value == pytest.approx(1.0, abs=1e-12)
    assert mantel_haenszel_risk_difference(THREE).value == pytest.approx(0.0, abs=1e-12)


TABLES = st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=5)


@settings(max_examples=60)
@given(TABLES)
def test_odds_agree_with_statsmodels(cells):
    tables = np.array(cells, dtype=float).reshape(-1, 2, 2)
    found = mantel_haenszel_odds_ratio(tables)
    assume(np.isfinite(found.value))
    tables = tables[tables.sum(axis=(1, 2)) > 0]
    peer = StratifiedTable(list(tables))
    assert found.value == pytest.approx(peer.oddsratio_pooled)
    assert (found.low, found.high) == pytest.approx(peer.oddsratio_pooled_confint())
    assert mantel_haenszel_risk_ratio(tables).value == pytest.approx(peer.riskratio_pooled)


@given(st.tuples(*[st.integers(1, 30)] * 4))
def test_one_stratum_is_one_table(cells):
    table = np.array(cells, dtype=float).reshape(2, 2)
    one, other = mantel_haenszel_risk_ratio([table]), risk_ratio(table)
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    one, other = mantel_haenszel_odds_ratio([table]), odds_ratio(table)
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))
    n1, n0 = table.sum(axis=1)
    p1, p0 = table[:, 0] / (n1, n0)
    apart = mantel_haenszel_risk_difference([table])
    assert apart.value == pytest.approx(p1 - p0)


@settings(max_examples=40)
@given(st.tuples(*[st.integers(0, 12)] * 4))
def test_exact_odds_of_one_table_agree_with_scipy(cells):
    table = np.array(cells).reshape(2, 2)
    found = exact_odds_ratio([table])
    assume(np.isfinite(found.estimate.value))
    assert found.p == pytest.approx(fisher_exact(table).pvalue)
    assert found.mid_p == pytest.approx(mid_p(table))
    peer = scipy_odds(table, kind="conditional")
    ends = peer.confidence_interval(0.95)
    high = np.inf if np.isnan(found.estimate.high) else found.estimate.high
    assert (found.estimate.low, high) == pytest.approx((ends.low, ends.high), rel=1e-4)
    if 0 < peer.statistic < np.inf:
        assert found.estimate.value == pytest.approx(peer.statistic, rel=1e-4)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=1, max_size=4))
def test_exact_odds_agree_with_enumeration(cells):
    """Brute force: every set of tables with these margins."""
    tables = np.array(cells).reshape(-1, 2, 2)
    found = exact_odds_ratio(tables)
    assume(np.isfinite(found.estimate.value))
    supports = []
    for (a, b), (c, d) in tables.tolist():
        n1, n0, m = a + b, c + d, a + c
        supports.append([(k, comb(n1, k) * comb(n0, m - k))
                         for k in range(max(0, m - n0), min(n1, m) + 1)])  # fmt: skip
    weight: dict[int, int] = {}
    for chosen in product(*supports):
        k = sum(one for one, _ in chosen)
        weight[k] = weight.get(k, 0) + int(np.prod([times for _, times in chosen]))
    total, t = sum(weight.values()), int(tables[:, 0, 0].sum())
    p = sum(w for w in weight.values() if w <= weight[t]) / total
    assert found.p == pytest.approx(p)
    if not np.isnan(found.estimate.high):
        odds = found.estimate.high
        chance = {k: w * odds**k for k, w in weight.items()}
        below = sum(v for k, v in chance.items() if k <= t) / sum(chance.values())
        assert below == pytest.approx(0.025)


def test_exact_interval_covers():
    """200 worlds of eight small strata at odds 2: 95 % and more, for it is exact."""
    rng = np.random.default_rng(1)
    covered = []
    for _ in range(200):
        base = rng.uniform(0.2, 0.5, 8)
        odds = 2 * base / (1 - base)
        a, c = rng.binomial(6, odds / (1 + odds)), rng.binomial(8, base)
        tables = np.stack([np.column_stack([a, 6 - a]), np.column_stack([c, 8 - c])], axis=1)
        found = exact_odds_ratio(tables).estimate
        covered.append(found.low <= 2 <= (np.inf if np.isnan(found.high) else found.high))
    assert np.mean(covered) >= 0.95 - 2.5 * np.sqrt(0.95 * 0.05 / 200)


def test_separated_deals_have_one_end_and_a_finite_value():
    found = exact_odds_ratio([[[5, 0], [0, 5]], [[3, 0], [0, 2]]])
    assert 1 < found.estimate.low < found.estimate.value < np.inf
    assert np.isnan(found.estimate.high)
    assert "no upper end" in found.estimate.method
    below = exact_odds_ratio([[[0, 5], [5, 0]]]).estimate
    assert below.low == 0 < below.value < below.high < 1
    for measure in (mantel_haenszel_odds_ratio, mantel_haenszel_risk_ratio):
        one = measure([[[5, 1], [0, 5]]])
        assert np.isnan(one.value)
        assert "separated" in one.method


def test_strata_without_contrast_say_so():
    apart = [[[5, 3], [0, 0]], [[0, 0], [4, 4]]]
    for measure in (mantel_haenszel_odds_ratio, mantel_haenszel_risk_ratio,
                    mantel_haenszel_risk_difference):  # fmt: skip
        assert "in no stratum" in measure(apart).method
    assert "in no stratum" in exact_odds_ratio(apart).estimate.method
    assert "all deals" in exact_odds_ratio([[[5, 0], [4, 0]]]).estimate.method
    with pytest.raises(InvalidArgument, match="strata"):
        exact_odds_ratio([[1, 2], [3, 4]])


def test_many_strata_do_not_underflow():
    table = [[30, 10], [10, 30]]
    many, one = (exact_odds_ratio([table] * k).estimate for k in (60, 1))
    assert many.value == pytest.approx(one.value)  # the same likelihood 60 times
    assert np.log(many.high / many.low) == pytest.approx(
        np.log(one.high / one.low) / np.sqrt(60), rel=0.1
    )
