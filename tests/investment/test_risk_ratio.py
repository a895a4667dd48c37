"""Ratios of one table: printed numbers, other packages, empty cells and rows."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import contingency, fisher_exact
from statsmodels.stats.contingency_tables import Table2x2
from statsmodels.stats.proportion import confint_proportions_2indep

from buzzline.errors import InvalidArgument
from buzzline.investment.risk_ratio import (
    HALF,
    deals_needed,
    e_value,
    fisher_p,
    mid_p,
    odds_as_risk,
    odds_ratio,
    risk_difference,
    risk_ratio,
)

GOLDEN = [[60, 90], [12, 138]]
THREE = [[90, 45], [10, 5]]


def test_printed_numbers():
    risk = risk_ratio(GOLDEN)
    assert [round(x, 3) for x in (risk.value, risk.low, risk.high)] == [5.0, 2.808, 8.903]
    odds = odds_ratio(GOLDEN)
    assert [round(x, 3) for x in (odds.low, odds.high)] == [3.906, 15.047]
    assert round(odds.value, 4) == 7.6667
    assert round(risk_difference(GOLDEN).value, 2) == 0.32
    assert f"{fisher_p(GOLDEN):.1e}" == "5.4e-11"
    assert round(e_value(risk.value), 2) == 9.47
    assert round(e_value(risk.low), 2) == 5.06


def test_printed_table_of_odds_and_risks():
    found = odds_as_risk(5.0, bases=(0.02, 0.05, 0.10, 0.15, 0.19, 0.20, 0.30))
    assert found["risk_ratio"].round(2, mode="half_away_from_zero").to_list()[:6] == [
        4.63, 4.17, 3.57, 3.13, 2.84, 2.78,
    ]  # fmt: skip
    odds = found["odds_ratio"].to_list()
    assert [round(x, 2) for x in odds[:5]] == [5.44, 6.33, 9.0, 17.0, 81.0]
    assert odds[5:] == [None, None]
    assert max(found["risk_ratio"].to_list()[5:]) <= 2.78


def test_printed_numbers_of_deals():
    assert [deals_needed(r, 0.10) for r in (5, 2, 1.5)] == [53, 408, 1391]
    assert deals_needed(5, 0.2) is None
    with pytest.raises(InvalidArgument, match="not 1"):
        deals_needed(1, 0.1)


def test_printed_interval_of_299_cases_of_which_200_are_from_clusters():
    found = risk_ratio([[100, 100], [9.9, 89.1]])
    assert [round(x, 1) for x in (found.low, found.high)] == [2.7, 9.2]


CELL = st.integers(0, 40)


@settings(max_examples=60)
@given(st.tuples(*[st.integers(1, 40)] * 4))
def test_ratios_agree_with_statsmodels_and_scipy(cells):
    table = np.array(cells).reshape(2, 2)
    peer = Table2x2(table, shift_zeros=False)
    risk, odds, apart = risk_ratio(table), odds_ratio(table), risk_difference(table)
    assert risk.value == pytest.approx(peer.riskratio)
    assert (risk.low, risk.high) == pytest.approx(peer.riskratio_confint())
    assert (odds.low, odds.high) == pytest.approx(peer.oddsratio_confint())
    (a, b), (c, d) = table
    peer_ends = confint_proportions_2indep(a, a + b, c, c + d, compare="diff", method="newcomb")
    assert (apart.low, apart.high) == pytest.approx(peer_ends)
    assert fisher_p(table) == pytest.approx(fisher_exact(table).pvalue)
    assert contingency.relative_risk(a, a + b, c, c + d).relative_risk == pytest.approx(
        risk.value
    )


@given(st.tuples(CELL, CELL, CELL, CELL))
def test_every_table_has_a_finite_answer_or_a_reason(cells):
    table = np.array(cells).reshape(2, 2)
    for ratio in (risk_ratio, odds_ratio, risk_difference):
        found = ratio(table)
        ends = (found.value, found.low, found.high)
        assert np.isfinite(ends).all() or found.method.startswith("not testable")
        if np.isfinite(ends).all():
            assert found.low <= found.value <= found.high


@given(st.tuples(CELL, CELL, CELL, CELL))
def test_exchanging_rows_inverts_and_mid_p_is_below_fisher(cells):
    table = np.array(cells).reshape(2, 2)
    one, other = risk_ratio(table), risk_ratio(table[::-1])
    if np.isfinite(one.value):
        assert one.value * other.value == pytest.approx(1)
    assert 0 < mid_p(table) <= 1
    assert mid_p(table) == pytest.approx(mid_p(table.T))


def test_half_a_deal_is_said():
    found = risk_ratio([[3, 5], [0, 9]])
    assert HALF in found.method
    assert found.value == pytest.approx((3.5 / 9) / (0.5 / 10))
    assert "none from elsewhere" in odds_ratio([[3, 5], [0, 0]]).method
    assert "no deal at all" in risk_ratio([[0, 5], [0, 9]]).method
    assert "every deal" in odds_ratio([[5, 0], [9, 0]]).method


def test_what_is_no_table_is_refused():
    with pytest.raises(InvalidArgument, match="two by two"):
        risk_ratio([1, 2, 3, 4])
    with pytest.raises(InvalidArgument, match="two by two"):
        risk_ratio([[1, -2], [3, 4]])


def test_e_value_is_the_same_either_way_round():
    assert e_value(0.2) == pytest.approx(e_value(5))
    assert e_value(1) == 1
    assert np.isnan(e_value(0))
