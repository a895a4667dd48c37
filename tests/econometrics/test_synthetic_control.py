"""Synthetic control: by hand, an optimiser, collapses, placebos, planted truth, bad input."""

from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from tests.econometrics.planted_policy import PROGRAMME, planted

from buzzline.charts import chart
from buzzline.econometrics.evaluation import evaluated
from buzzline.econometrics.synthetic_control import synthetic_control
from buzzline.econometrics.synthetic_rows import against_others, held_against
from buzzline.econometrics.synthetic_weights import (
    counterpart,
    left_out_fit,
    ridge_weights,
    simplex_weights,
)
from buzzline.errors import InvalidArgument, TooFew


def test_weights_by_hand():
    donors = np.array([[0.0, 4.0], [0.0, 4.0]])
    assert simplex_weights(donors, np.array([1.0, 1.0])).tolist() == pytest.approx([0.75, 0.25])
    # outside what weights of at least 0 can reach: the nearest end
    assert simplex_weights(donors, np.array([9.0, 9.0])).tolist() == pytest.approx([0, 1])


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_weights_agree_with_an_optimiser(rng):
    source = np.random.default_rng(rng)
    years, n = int(source.integers(3, 15)), int(source.integers(2, 12))
    donors = source.normal(size=(years, n)).cumsum(axis=0)
    target = donors @ source.dirichlet(np.ones(n)) + source.normal(size=years)
    found = simplex_weights(donors, target)
    assert found.min() >= 0
    assert found.sum() == pytest.approx(1)
    slow = minimize(
        lambda w: ((donors @ w - target) ** 2).sum(), np.ones(n) / n, method="SLSQP",
        jac=lambda w: 2 * donors.T @ (donors @ w - target), bounds=[(0, 1)] * n,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"maxiter": 1000, "ftol": 1e-13},
    )  # fmt: skip
    best = ((donors @ found - target) ** 2).sum()
    assert best <= slow.fun * (1 + 1e-6) + 1e-9


def test_ridge_goes_from_a_perfect_fit_to_the_plain_weights():
    rng = np.random.default_rng(1)
    donors, target = rng.normal(size=(4, 9)), rng.normal(size=4) + 3
    close, plain = ridge_weights(donors, target, 1e-10), simplex_weights(donors, target)
    assert donors @ close == pytest.approx(target, abs=1e-4)
    assert close.sum() == pytest.approx(1)
    assert close.min() < 0  # the price of reaching outside
    assert ridge_weights(donors, target, 1e10) == pytest.approx(plain, abs=1e-6)


def test_a_perfect_match_of_few_years_is_seen_through():
    """With more others than years anything can be matched; years left out tell."""
    rng = np.random.default_rng(2)
    others = rng.normal(size=(60, 8))
    y = rng.normal(size=8)
    found = counterpart(y, others, 5)
    assert np.sqrt(np.mean((found.path[:5] - y[:5]) ** 2)) < 0.05
    assert found.fit > 0.5
    # and where others do say what it is, years left out are told as well
    steady = np.outer(np.arange(1.0, 4), np.arange(8.0))
    assert left_out_fit(steady[:, :6].T, 2 * np.arange(6.0)) == pytest.approx(0, abs=1e-9)


def test_p_and_interval_by_hand():
    spread = np.array([-3.0, 1, 2, -1, 0.5, *np.linspace(0.1, 0.9, 14)])  # 19 placebos
    held = held_against(8.0, 2.0, spread, level=0.95)
    assert held.p == 1 / 20  # 8 / 2 = 4 is beyond all
    assert (held.low, held.high) == (8 - 2 * 3, 8 + 2 * 3)
    assert held_against(5.0, 2.0, spread, level=0.95).p == 2 / 20
    few = held_against(8.0, 2.0, spread[:10], level=0.95)
    assert np.isnan(few.low)
    assert "takes 19" in few.reason


def test_interval_excludes_0_exactly_where_p_is_small():
    rng = np.random.default_rng(3)
    for _ in range(200):
        held = held_against(rng.normal() * 3, 1.0, rng.normal(size=39), level=0.9)
        assert (held.p <= 0.1) == (held.low > 0 or held.high < 0)


def test_p_is_uniform_where_nothing_is_planted_and_intervals_cover():
    inside, p = [], []
    for k in range(40):
        study, _ = planted(rng=k, units=21, treated=1 / 21, starts=(6,), effect=2.0, years=10)
        panel = evaluated(study, initiative=PROGRAMME)
        found = against_others(panel, int(np.flatnonzero(panel.is_treated)[0]))
        held = held_against(found.effect, found.own.fit, found.spread, level=0.9)
        inside.append(held.low <= 2 <= held.high)
        p.append(held_against(found.effect - 2, found.own.fit, found.spread, level=0.9).p)
    assert np.mean(inside) >= 0.9 - 2.6 * np.sqrt(0.09 / 40)
    assert abs(np.mean(p) - 0.5) < 2.6 * np.sqrt(1 / 12 / 40)


def test_recovers_what_is_planted_for_one_and_for_some_together():
    study, truth = planted(units=50, starts=(8,), treated=0.1, effect=2.5, years=14, noise=0.6)
    found = synthetic_control(study, initiative=PROGRAMME, rng=1)
    row = found.effects.row(0, named=True)
    assert chart(found).alt
    assert row["name"] == "all together"
    assert row["verdict"] == "raised"
    assert row["low"] < truth.overall < row["high"]
    each = found.effects.filter(pl.col("unit_id").is_not_null())
    assert each.height == 5
    assert (each["without_low"] <= each["value"]).mean() >= 0.8
    assert found.weights.group_by("unit_id").agg(pl.col("weight").sum())[
        "weight"
    ].to_list() == (pytest.approx([1.0] * 5))
    gap = found.paths.filter("is_treated").group_by("unit_id").agg(pl.col("value").mean())
    assert dict(gap.iter_rows()) == pytest.approx(
        dict(each.select("unit_id", "value").iter_rows())
    )


def test_nothing_planted_is_seldom_called_an_effect():
    called = []
    for k in range(25):
        study, _ = planted(rng=k, units=24, treated=1 / 24, starts=(6,), effect=0.0, years=9)
        found = synthetic_control(study, initiative=PROGRAMME, rng=1).effects["verdict"][0]
        called.append(found in {"raised", "lowered"})
    assert np.mean(called) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 25)


def test_a_unit_unlike_all_others_is_refused_or_moved():
    study, _ = planted(units=40, starts=(7,), treated=0.025)
    unit = evaluated(study, initiative=PROGRAMME)
    treated = np.array(unit.ids)[unit.is_treated][0]
    rng = np.random.default_rng(1)
    wild = rng.normal(0, 40, 12).cumsum().tolist()
    mine = (pl.col("unit_id") == treated) & (pl.col("indicator") == "policy_outcome")
    odd = study.outcomes.with_columns(
        value=pl.when(mine).then(
            pl.col("year").replace_strict(dict(zip(range(2008, 2020), wild, strict=True)),
                                          default=0.0)
        ).otherwise("value")
    )  # fmt: skip
    found = synthetic_control(study.with_table("outcomes", odd), initiative=PROGRAMME, rng=1)
    assert found.effects["verdict"].to_list() == ["not testable"]
    assert "others do not move as it did" in str(found)
    assert chart(found).alt
    # merely larger than all others: ridge reaches it
    far = study.outcomes.with_columns(
        value=pl.when(mine).then(pl.col("value") + 15).otherwise("value")
    )
    moved = synthetic_control(study.with_table("outcomes", far), initiative=PROGRAMME, rng=1)
    assert moved.effects["method"].to_list() == ["weights and ridge"]
    assert moved.effects["value"][0] is not None


def test_bad_input_has_a_reason():
    study, _ = planted(units=30, starts=(2,), treated=0.1)
    found = synthetic_control(study, initiative=PROGRAMME, rng=1)
    assert "known in 2 years before" in found.effects["status"][0]
    assert "not testable" in str(found)
    assert chart(found).alt
    few, _ = planted(units=8, starts=(6,), treated=1 / 8)
    row = synthetic_control(few, initiative=PROGRAMME, rng=1).effects.row(0, named=True)
    assert row["low"] is None
    assert row["verdict"] == "cannot tell"
    assert "takes 19" in row["status"]
    gaps = few.outcomes.filter((pl.col("year") != 2012) | (pl.col("unit_id") != "LM0001"))
    assert synthetic_control(few.with_table("outcomes", gaps), initiative=PROGRAMME, rng=1)
    nobody = few.with_table("initiatives", few.initiatives.with_columns(start=date(1990, 1, 1)))
    assert "not testable" in str(synthetic_control(nobody, initiative=PROGRAMME, rng=1))
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        synthetic_control(few, level=0.0)
    with pytest.raises(TooFew, match="no initiatives"):
        synthetic_control(few.with_table("initiatives", few.initiatives.head(0)))
