"""Staggered effects: by hand, collapses, another package, the truth, coverage, bad input."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind
from tests.econometrics.planted_policy import PROGRAMME, bare, planted

from buzzline.charts import chart
from buzzline.econometrics.doubly_robust import change_of_treated
from buzzline.econometrics.evaluation import evaluated
from buzzline.econometrics.few_treated import placebo
from buzzline.econometrics.policy_effect import policy_effect
from buzzline.econometrics.staggered import Timing, group_times
from buzzline.econometrics.staggered_sums import (
    detectable,
    errors_of,
    needed,
    pre_trend,
    sums,
    uniform_width,
    within,
)
from buzzline.econometrics.two_way_weights import two_way
from buzzline.errors import InvalidArgument, TooFew


def timing_of(y, first, years=None, group=None, x=None):
    y = np.asarray(y, float)
    n = len(y)
    return Timing(
        y, np.arange(2000, 2000 + y.shape[1]) if years is None else np.asarray(years),
        np.asarray(first), np.arange(n, dtype=np.int32) if group is None else group,
        np.empty((n, 0)) if x is None else x,
    )  # fmt: skip


def overall(timing, **choices):
    cells = group_times(timing, **choices)
    whole = np.array([(timing.first == g).sum() for g in cells.cohort], float)
    found = sums(cells, whole, ["overall"])
    return found, errors_of(found), cells, whole


def world(rng, n_treated, n_others, *, years=8, starts=(3, 5), effect=1.0, shared=0.0):
    n = n_treated + n_others
    first = np.zeros(n, int)
    first[:n_treated] = 2000 + np.array(starts)[np.arange(n_treated) % len(starts)]
    luck = rng.normal(size=(n, years)) + shared * rng.normal(size=(1, years))
    is_on = (first[:, None] > 0) & (2000 + np.arange(years) >= first[:, None])
    return timing_of(luck + effect * is_on, first)


def test_two_by_two_by_hand():
    # treated 1 -> 5, others 2 -> 3 and 0 -> 3: 4 - 2 = 2
    found, _, cells, _ = overall(timing_of([[1, 5], [2, 3], [0, 3]], [2001, 0, 0]))
    assert cells.value.tolist() == [2.0]
    assert found.value[0] == 2.0
    # without the second: 4 - 3; without the third: 4 - 1; without the treated: nothing
    assert np.array_equal(cells.left_out[:, 0], [np.nan, 1.0, 3.0], equal_nan=True)


def test_one_start_collapses_to_welch():
    rng = np.random.default_rng(3)
    timing = world(rng, 7, 12, years=2, starts=(1,), effect=0.5)
    found, errors, _, _ = overall(timing)
    change = timing.y[:, 1] - timing.y[:, 0]
    usual = ttest_ind(change[:7], change[7:], equal_var=False)
    assert found.value[0] == pytest.approx(change[:7].mean() - change[7:].mean())
    # a jackknife of a mean is its usual error
    assert found.value[0] / errors.se[0] == pytest.approx(usual.statistic)
    assert errors.df[0] == pytest.approx(usual.df)


def test_two_periods_agree_with_two_way_fixed_effects():
    timing = world(np.random.default_rng(4), 6, 9, years=2, starts=(1,))
    assert two_way(timing).interval.value == pytest.approx(overall(timing)[0].value[0])
    assert two_way(timing).backwards == 0


def test_agrees_with_differences(project_root):
    kept = json.loads((project_root / "tests/references/staggered.json").read_text())
    y, x, first = (np.array(kept[name]) for name in ("y", "x", "first"))
    for key, peer in kept["found"].items():
        control, method, base = key.split("|")
        timing = timing_of(y, first, kept["years"], x=x[:, None] if method == "dr" else None)
        found, errors, cells, _ = overall(
            timing, against=control.replace("_", " "),
            base="year before" if base == "varying" else "last before",
        )  # fmt: skip
        told = {(g, t): value for g, t, value in peer["cells"]}
        for g, t, value in zip(cells.cohort, cells.year, cells.value, strict=True):
            assert value == pytest.approx(told[int(g), int(t)], abs=1e-8), (key, g, t)
        assert found.value[0] == pytest.approx(peer["cohort"][0], abs=1e-8)
        # theirs is of influence; ours leaves each out, and is a little larger with few
        assert errors.se[0] == pytest.approx(peer["cohort"][1], rel=0.03)


def test_leaving_out_a_group_is_leaving_out_its_rows():
    rng = np.random.default_rng(5)
    timing = world(rng, 8, 8)
    group = (np.arange(16) // 2).astype(np.int32)
    timing = timing_of(timing.y, timing.first, group=group)
    found, _, _, _ = overall(timing)
    for code in range(8):
        rest = overall(timing.chosen(group != code))[0]
        assert found.left_out[code, 0] == pytest.approx(rest.value[0])


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_levels_and_common_years_do_not_matter(rng):
    source = np.random.default_rng(rng)
    timing = world(source, 6, 6)
    moved = timing.y + source.normal(size=(12, 1)) * 9 + source.normal(size=(1, 8)) * 9
    again = timing_of(moved, timing.first)
    assert overall(again)[0].value[0] == pytest.approx(overall(timing)[0].value[0])
    order = source.permutation(12)
    shuffled = timing_of(timing.y[order], timing.first[order])
    assert overall(shuffled)[1].se[0] == pytest.approx(overall(timing)[1].se[0])


def test_growing_effects_turn_the_sign_of_two_way_fixed_effects():
    study, _ = planted(
        treated=1.0, starts=(3, 8), by_start=(1, 0.2), growth=1.0, noise=0.5, shared=0
    )
    found = policy_effect(study, initiative=PROGRAMME, rng=1)
    plain = found.checks.filter(check="plain two-way fixed effects").row(0, named=True)
    row = found.effects.row(0, named=True)
    assert plain["high"] < 0  # sure, and wrong
    assert "counted backwards" in plain["said"]
    # early starters, until nobody is left untreated: 1, 2, 3, 4, 5
    assert row["low"] < 3 < row["high"]
    assert row["verdict"] == "raised"


def test_recovers_what_is_planted_by_years_since():
    study, truth = planted(units=300, growth=0.5, noise=0.7, varying=0.3)
    found = policy_effect(study, initiative=PROGRAMME, rng=1)
    after = found.event_study.filter(pl.col("since") >= 0)
    planned = np.array(truth.by_event_time)[: after.height]
    low, high = (after[name].to_numpy() for name in ("band_low", "band_high"))
    assert ((low < planned) & (planned < high)).all()
    row = found.effects.row(0, named=True)
    assert row["low"] < truth.overall < row["high"]
    assert row["p"] < 1e-6


def test_covariates_take_a_confounded_trend_out():
    plan = {"units": 200, "confounded": 1.5, "noise": 0.5, "effect": 0.0, "starts": (6,)}
    study, _ = planted(rng=2, **plan)
    bare_row, held = (
        policy_effect(study, initiative=PROGRAMME, covariates=names, rng=1).effects.row(
            0, named=True
        )
        for names in ((), ("before",))
    )
    assert bare_row["low"] > 0  # planted: no effect
    assert held["low"] < 0 < held["high"]
    again = policy_effect(study, initiative=PROGRAMME, covariates=("before",), rng=1)
    assert set(again.by_cohort["method"]) == {"doubly robust"}


def test_either_model_may_be_wrong():
    rng = np.random.default_rng(8)
    values = []
    for _ in range(60):
        x = rng.normal(size=(400, 1))
        treated = rng.random(400) < 1 / (1 + np.exp(-x[:, 0]))
        change = np.exp(x[:, 0] / 2) + rng.normal(size=400) + treated  # no straight line
        values.append(change_of_treated(change, treated, x).value)
    off = (np.mean(values) - 1) / (np.std(values) / np.sqrt(60))
    assert abs(off) < 3.5


def test_covariates_that_tell_who_is_treated_leave_regression():
    x = np.linspace(-1, 1, 30)[:, None]
    treated = x[:, 0] > 0
    found = change_of_treated(x[:, 0] * 2 + treated, treated, x)
    assert found.method == "outcome regression"
    assert found.value == pytest.approx(1)


def test_intervals_cover_and_tests_keep_their_size():
    """Fast share of benchmarks/policy_recovery.py: 0 is planted, 95 % intervals."""
    rng = np.random.default_rng(11)
    missed, joint, before = [], [], []
    for k in range(150):
        n_treated, n_others = ((5, 20), (12, 12))[k % 2]
        timing = world(rng, n_treated, n_others, effect=0.0)
        cells = group_times(timing)
        whole = np.array([(timing.first == g).sum() for g in cells.cohort], float)
        since = np.unique(cells.since)
        found = sums(cells, whole, ["overall", *map(int, since)])
        errors = errors_of(found)
        t = np.abs(found.value / errors.se)
        missed.append(t[0] > student.ppf(0.975, errors.df[0]))
        told = np.isfinite(errors.se)
        told[0] = False
        width = uniform_width(errors.chosen(told), level=0.95, draws=199, rng=rng)
        joint.append((t[told] > width).any())
        some = told & np.append(False, since < -1)
        tested = pre_trend(
            found.value[some], np.append(0.0, since + 1)[some], errors.chosen(some), trend_bias=1.0,
            level=0.95, draws=199, rng=rng,
        )  # fmt: skip
        before.append(tested.p <= 0.05)
    for hits in (missed, joint, before):
        assert np.mean(hits) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 150)


def test_one_treated_is_held_against_all_others():
    rng = np.random.default_rng(12)
    missed = 0
    for _ in range(40):
        timing = world(rng, 1, 39, starts=(4,), effect=2.0)
        value = overall(timing)[0].value[0]
        found = placebo(timing, value, against="not yet treated", level=0.9, draws=99, rng=1)
        assert found.values.size == 39
        missed += not found.low <= 2 <= found.high
    assert missed / 40 <= 0.1 + 2.6 * np.sqrt(0.09 / 40)


def test_a_trend_before_is_seen_and_its_power_is_right():
    study, _ = planted(drift=0.3, units=60)
    found = policy_effect(study, initiative=PROGRAMME, rng=1)
    check = found.checks.filter(check="years before").row(0, named=True)
    assert check["p"] <= 0.05
    assert "moved apart" in str(found)
    slope = policy_effect(planted(units=60)[0], initiative=PROGRAMME, rng=1).checks.filter(
        check="years before"
    )["value"][0]
    seen = [
        policy_effect(
            planted(rng=k, units=60, drift=slope)[0], initiative=PROGRAMME, draws=199, rng=k
        ).checks["p"][0] <= 0.05
        for k in range(12)
    ]  # fmt: skip
    assert np.mean(seen) >= 0.5  # planned: 0.8


def test_absence_is_a_result_and_a_small_study_cannot_tell():
    many, few = (
        policy_effect(planted(units=n, effect=0.0, noise=0.5)[0], initiative=PROGRAMME, rng=1)
        for n in (600, 12)
    )
    row = many.effects.row(0, named=True)
    assert row["verdict"] == "no effect that matters"
    assert row["within"] < row["smallest"]
    small = few.effects.row(0, named=True)
    assert small["verdict"] == "cannot tell"
    assert small["n_needed"] > small["n_treated"]
    assert "it cannot be told" in str(few)
    for result in (many, few):
        assert chart(result).alt


def test_power_and_bounds_by_hand():
    assert detectable(1, 1e9, level=0.95) == pytest.approx(1.959964 + 0.841621, abs=1e-5)
    assert within(-0.5, 1, 1e9, level=0.95) == pytest.approx(0.5 + 1.644854, abs=1e-5)
    assert (needed(10, 3.0, 1.5), needed(10, 1.0, 1.5), needed(10, 1.0, 0.0)) == (40, 10, None)


def test_whole_regions_are_one_group():
    study, truth = planted(units=100, by_region=True, shared=1.5)
    panel = evaluated(study, initiative=PROGRAMME)
    assert panel.grouped_by == "place that is treated as a whole"
    assert np.unique(panel.group).size == 20
    row = policy_effect(study, initiative=PROGRAMME, rng=1).effects.row(0, named=True)
    assert (row["n_groups"], row["n_other_groups"]) == (10, 10)
    assert row["low"] < truth.overall < row["high"]


def test_members_are_treated_from_when_they_joined():
    study, _ = planted(of_organisations=True, units=60, treated=0.5, starts=(4,))
    joined = study.memberships.with_columns(
        start=pl.when(pl.col("cluster_id") == "programme-2012").then(date(2015, 5, 1))
    )
    later = evaluated(study.with_table("memberships", joined), initiative=PROGRAMME)
    assert set(later.first[later.first > 0].tolist()) == {2015}
    assert evaluated(study, initiative=PROGRAMME).kind == "organisation"


def initiatives_of(study, rows):
    schema = study.initiatives.schema
    full = [{name: row.get(name) for name in schema} for row in rows]
    return study.with_table("initiatives", pl.DataFrame(full, schema=schema))


def test_nobody_unclear_is_counted_as_untreated():
    study, _ = planted(units=40)
    base = {"initiative_id": "a", "name": "a", "start": date(2013, 1, 1), "place_id": "LM0003"}
    odd = initiatives_of(study, [
        base, {"initiative_id": "b", "name": "b", "place_id": "LM0004"},
        {"initiative_id": "c", "name": "c", "start": date(1990, 1, 1), "place_id": "LM0005"},
        {"initiative_id": "d", "name": "d", "start": date(2014, 1, 1), "place_id": "LM0006",
         "target": bare().organisations["org_id"][0]},
    ])  # fmt: skip
    panel = evaluated(odd, outcome="policy_outcome")
    assert not {"LM0004", "LM0005", "LM0006"} & set(panel.ids)
    assert panel.left_out["n"].sum() == 3
    assert "Not used: " in str(policy_effect(odd, outcome="policy_outcome", rng=1))


def test_bad_input_has_a_reason():
    study, _ = planted(units=30)
    for choices, message in (
        ({"level": 1.0}, "between 0 and 1"), ({"smallest": 0.0}, "above 0"),
        ({"initiative": "nobody"}, "none is called 'nobody'"),
        ({"outcome": "nothing"}, "no indicator 'nothing'"),
        ({"covariates": ("nothing",)}, "no indicator 'nothing'"),
    ):  # fmt: skip
        with pytest.raises(InvalidArgument, match=message):
            policy_effect(study, **{"rng": 1, **choices})
    empty = study.with_table("initiatives", study.initiatives.head(0))
    with pytest.raises(TooFew, match="no initiatives"):
        policy_effect(empty)
    for changed, message in (
        (study.with_table("outcomes", study.outcomes.head(0)), "nothing has an outcome"),
        (planted(treated=1.0, starts=(4,))[0], "treated in the same year"),
        (initiatives_of(study, [{"initiative_id": "a", "start": date(1999, 1, 1),
                                 "place_id": "LM0001"}]), "is treated between"),
        (study.with_table("outcomes", study.outcomes.with_columns(
            unit=pl.when(pl.col("year") < 2010).then(pl.lit("musd")).otherwise("unit"))),
         "stands in 2 units"),
    ):  # fmt: skip
        found = policy_effect(changed, rng=1)
        assert message in str(found)
        assert found.effects["verdict"].to_list() == ["not testable"]
        assert chart(found).alt


def test_one_cohort_a_unit_each_has_an_honest_error():
    """Cohorts of one have no spread of their own; left out in turn, they still have one."""
    rng = np.random.default_rng(13)
    missed = []
    for _ in range(80):
        timing = world(rng, 6, 20, years=10, starts=(3, 4, 5, 6, 7, 8), effect=1.0)
        found, errors, cells, _ = overall(timing)
        assert (cells.n_treated == 1).all()
        off = abs(found.value[0] - 1) / errors.se[0]
        missed.append(off > student.ppf(0.975, errors.df[0]))
    assert np.mean(missed) <= 0.05 + 2.6 * np.sqrt(0.05 * 0.95 / 80)


def test_same_seed_same_answer():
    study, _ = planted(units=30)
    one, two = (policy_effect(study, initiative=PROGRAMME, rng=5) for _ in range(2))
    assert one.event_study.equals(two.event_study)
    assert one.checks.equals(two.checks)


def test_one_state_agrees_with_the_published_number(project_root):
    kept = json.loads((project_root / "tests/references/organ_donations.json").read_text())
    rates = np.array(kept["rates"])
    first = np.where(np.array(kept["states"]) == "California", 2003, 0)
    timing = timing_of(rates, first)
    assert two_way(timing).interval.value == pytest.approx(-0.0225, abs=5e-5)
    cells = group_times(timing)
    after = (
        cells.value[cells.since >= 0].mean() - np.append(0, cells.value[cells.since < 0]).mean()
    )
    assert after == pytest.approx(-0.0225, abs=5e-5)  # all years before, not the last alone
    value = overall(timing)[0].value[0]
    found = placebo(timing, value, against="not yet treated", level=0.95, draws=99, rng=1)
    assert found.values.size == 26
    # one state of 27: published errors of 0.006 come from states; placebos are less sure
    assert found.high - found.low > 2 * 1.96 * 0.006


def test_a_target_that_names_nobody_is_said_where_it_matters():
    study, _ = planted(units=40)
    rows = [{"initiative_id": str(k), "name": "a", "start": date(2013, 1, 1), "place_id": place,
             "target": "small businesses"} for k, place in enumerate(("LM0003", "P0000"))]  # fmt: skip
    found = evaluated(initiatives_of(study, rows), outcome="policy_outcome")
    assert len(found.notes) == 1
    assert "'small businesses' names nobody" in found.notes[0]
    assert found.is_treated.sum() == 1
    elsewhere = initiatives_of(study, [rows[0] | {"target": None}, rows[1]])
    assert not evaluated(elsewhere, outcome="policy_outcome").notes


def test_years_in_between_that_nobody_has_are_said():
    study, truth = planted(units=60, starts=(5,))
    gap = study.outcomes.filter(~pl.col("year").is_in([2012]))  # the year before
    found = policy_effect(study.with_table("outcomes", gap), initiative=PROGRAMME, rng=1)
    assert "is not known in 2012" in str(found)
    row = found.effects.row(0, named=True)
    assert row["low"] < truth.overall < row["high"]
