"""Who may serve as a control, and what is said of those who may not: of all policy analyses."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.econometrics.evaluation import evaluated
from buzzline.econometrics.few_treated import placebo
from buzzline.econometrics.policy_effect import policy_effect
from buzzline.econometrics.policy_spillovers import policy_spillovers
from buzzline.econometrics.rd import crowding_p
from buzzline.econometrics.staggered import Timing, group_times
from buzzline.econometrics.staggered_sums import overall_of
from buzzline.econometrics.synthetic_control import synthetic_control
from buzzline.tables.study import Study

YEARS = np.arange(2008, 2018)


def study_of(y, reached, years=YEARS):
    """Places far apart; `reached`: (name of the initiative, place, year)."""
    n = len(y)
    ids = [f"P{k:03}" for k in range(n)]
    where = np.random.default_rng(1)
    places = pl.DataFrame({
        "place_id": ids, "name": ids, "level": "municipality", "country": "US",
        "longitude": where.uniform(-115, -75, n), "latitude": where.uniform(31, 46, n),
    })  # fmt: skip
    unit, t = np.nonzero(~np.isnan(y))
    outcomes = pl.DataFrame({
        "unit_id": [ids[k] for k in unit], "indicator": "jobs", "year": years[t],
        "value": y[unit, t], "unit": "n",
    })  # fmt: skip
    initiatives = pl.DataFrame({
        "initiative_id": [f"{name}{k}" for k, (name, _, _) in enumerate(reached)],
        "name": [name for name, _, _ in reached],
        "place_id": [ids[k] for _, k, _ in reached],
        "start": [date(year, 1, 1) for _, _, year in reached],
    })  # fmt: skip
    return Study.of(places=places, outcomes=outcomes, initiatives=initiatives)


def luck(n, rng, spread=0.3):
    return rng.normal(size=(n, 1)) + spread * rng.normal(size=(n, YEARS.size))


def reasons(frame):
    return dict(frame.select("reason", "n").iter_rows())


@pytest.mark.parametrize("ask", [policy_effect, policy_spillovers])
def test_others_reached_by_another_initiative_are_no_controls(ask):
    y = luck(60, np.random.default_rng(0))
    y[20:40, 5:] += 5
    reached = [("A", k, 2013) for k in range(20)] + [("B", k, 2013) for k in range(19, 40)]
    study = study_of(y, reached)
    found = ask(study, initiative="A")
    term = "average effect" if ask is policy_effect else "on the treated"
    value = found.table().filter(pl.col("term") == term)["value"][0]
    assert abs(value) < 0.3
    assert sum(n for reason, n in reasons(found.left_out).items() if "another" in reason) == 20
    assert "1 of the treated are reached by another initiative too" in str(found)


def test_an_initiative_for_all_or_long_ago_sets_nobody_aside():
    y = luck(30, np.random.default_rng(0))
    long_ago = [("C", k, 1990) for k in range(10, 20)]
    panel = evaluated(study_of(y, [("A", 0, 2013), *long_ago]), initiative="A")
    assert panel.n == 30
    whole = study_of(y, [("A", 0, 2013)])
    above = pl.DataFrame({"place_id": ["US"], "name": ["US"], "level": ["country"]})
    shaped = pl.concat([whole.places, above], how="diagonal").with_columns(
        parent_id=pl.when(pl.col("place_id") != "US").then(pl.lit("US"))
    )
    both = pl.concat([whole.initiatives, pl.DataFrame({
        "initiative_id": ["B"], "name": ["B"], "place_id": ["US"], "start": [date(2012, 1, 1)],
    })], how="diagonal_relaxed")  # fmt: skip
    study = whole.with_table("places", shaped).with_table("initiatives", both)
    assert evaluated(study, initiative="A").n == 30


def test_synthetic_control_uses_no_donor_of_another_initiative():
    y = luck(40, np.random.default_rng(0))
    study = study_of(y, [("A", 0, 2013)] + [("B", k, 2012) for k in range(1, 15)])
    found = synthetic_control(study, initiative="A")
    assert found.effects["n_others"][0] == 25


def test_a_cohort_whose_last_year_before_is_not_known_is_held_against_the_one_before_it():
    y = luck(60, np.random.default_rng(3))
    y[:10, 5:] += 5
    y[10:20, 7:] += 1
    y[:10, 4] = np.nan
    reached = [("A", k, 2013) for k in range(10)] + [("A", k, 2015) for k in range(10, 20)]
    found = policy_effect(study_of(y, reached), initiative="A", rng=1)
    assert found.effects["term"].to_list()[1:] == ["treated from 2013", "treated from 2015"]
    assert found.effects["value"][1] == pytest.approx(5, abs=0.5)
    held = found.event_study.filter(pl.col("status").str.contains("held against"))
    assert held["since"].to_list() == [-1]  # -2 is a year of the later cohort
    y[0, 3] = np.nan
    found = policy_effect(study_of(y, reached), initiative="A", rng=1)
    assert sum(n for reason, n in reasons(found.left_out).items() if "held against" in reason)


def test_the_last_cohort_is_said_to_enter_nothing_where_nobody_is_never_treated():
    y = luck(40, np.random.default_rng(3))
    reached = [("A", k, 2011) for k in range(20)] + [("A", k, 2015) for k in range(20, 40)]
    found = policy_effect(study_of(y, reached), initiative="A", rng=1)
    said = "treated from 2015, with nobody untreated to compare with"
    assert reasons(found.left_out) == {said: 20}
    assert said in str(found)


def test_every_second_year_each_cohort_has_its_own_year_to_be_held_against():
    years = np.arange(2000, 2020, 2)
    y = luck(60, np.random.default_rng(3))
    reached = [("A", k, 2009) for k in range(10)] + [("A", k, 2012) for k in range(10, 20)]
    found = policy_effect(study_of(y, reached, years), initiative="A", rng=1).event_study
    held = found.filter(pl.col("status").str.contains("held against"))
    assert held["since"].to_list() == [-2, -1]
    assert held["status"].to_list() == [
        "the year others are held against, for those treated from 2012",
        "the year others are held against, for those treated from 2009",
    ]
    assert found["since"].is_unique().all()


@pytest.mark.parametrize(("n_treated", "n_others"), [(1, 39), (3, 8)])
def test_with_few_treated_the_size_holds_and_the_interval_is_the_test(n_treated, n_others):
    rng, wrong, n = np.random.default_rng(8), 0, 60
    years, none = np.arange(2010, 2014), np.empty((n_treated + n_others, 0))
    first = np.where(np.arange(n_treated + n_others) < n_treated, 2013, 0)
    for k in range(n):
        y = rng.normal(size=(first.size, 4))
        timing = Timing(y, years, first, np.arange(first.size, dtype=np.int32), none)
        value = overall(timing)
        found = placebo(timing, value, against="not yet treated", level=0.8, draws=39, rng=k)
        wrong += found.p <= 0.2
        assert (found.p <= 0.2) == (not found.low <= 0 <= found.high)
        assert found.low < value < found.high
        assert found.within <= max(abs(found.low), abs(found.high))
    assert wrong / n <= 0.2 + 2.6 * np.sqrt(0.16 / n)


def overall(timing):
    cells = group_times(timing)
    size = cells.n_treated[None, :].astype(float)
    return float(overall_of(cells, cells.value[None, :], size)[0])


def test_few_treated_agree_with_taking_each_effect_off_and_dealing_again():
    rng = np.random.default_rng(2)
    y, first = rng.normal(size=(20, 4)), np.where(np.arange(20) < 1, 2013, 0)
    timing = Timing(y, np.arange(2010, 2014), first, np.arange(20, dtype=np.int32),
                    np.empty((20, 0)))  # fmt: skip
    found = placebo(
        timing, overall(timing), against="not yet treated", level=0.8, draws=99, rng=1
    )
    is_on = (first > 0)[:, None] & (timing.years >= first[:, None])
    for d in (found.low - 1e-3, found.low + 1e-3, found.high - 1e-3, found.high + 1e-3):
        bare = timing.with_outcome(y - d * is_on)
        shown = [
            abs(overall(bare.treated_in(np.where(np.arange(20) == k, 2013, 0))))
            for k in range(20)
        ]
        p = np.mean(np.array(shown) >= shown[0] - 1e-9)
        assert (p > 0.2) == (found.low <= d <= found.high)


def test_spillovers_compare_the_same_years_of_all():
    y = luck(80, np.random.default_rng(5)) + np.arange(10)
    y[:20, :4] = np.nan  # treated are seen from 2012 on only
    y[79, 4] = np.nan
    study = study_of(y, [("A", k, 2013) for k in range(20)])
    found = policy_spillovers(study, initiative="A", rings_km=(10.0,))
    row = found.effects.filter(term="on the treated").row(0, named=True)
    assert row["low"] < 0 < row["high"]
    assert abs(row["value"]) < 0.3
    assert found.before == (2012, 2012)
    assert reasons(found.left_out)["not known in all the years that are compared"] == 1


def test_two_treated_have_no_interval_of_spillovers():
    study = study_of(luck(60, np.random.default_rng(5)), [("A", k, 2013) for k in range(2)])
    row = policy_spillovers(study, initiative="A", rings_km=(10.0,)).effects.row(0, named=True)
    assert row["low"] is None
    assert "it takes 4" in row["status"]


def test_an_outcome_that_does_not_vary_before_is_refused_by_synthetic_control():
    y = np.zeros((40, 10))
    y[:, 6:] = np.random.default_rng(1).poisson(3, (40, 4))
    found = synthetic_control(study_of(y, [("A", 0, 2013)]), initiative="A")
    assert found.effects["verdict"][0] == "not testable"
    assert "does not vary" in found.effects["status"][0]


def test_units_that_lean_on_the_same_others_are_not_called_an_effect():
    rng, wrong, n = np.random.default_rng(7), 0, 25
    for k in range(n):
        y = rng.normal(size=(35, 10))
        y[:9] += np.cumsum(rng.normal(size=10)) * 2  # 5 treated, and the 4 they lean on
        study = study_of(y, [("A", j, 2014) for j in range(5)])
        found = synthetic_control(study, initiative="A", draws=59, level=0.8, rng=k)
        row = found.effects.row(by_predicate=pl.col("name") == "all together", named=True)
        wrong += row["p"] is not None and row["p"] <= 0.2
    assert wrong / n <= 0.2 + 2.6 * np.sqrt(0.16 / n)
    few = study_of(y, [("A", j, 2014) for j in range(12)])
    row = synthetic_control(few, initiative="A", rng=1).effects.row(0, named=True)
    assert "others a unit" in str(row["status"]) or row["name"] != "all together"


def test_whole_numbers_do_not_crowd_of_themselves_and_coarse_steps_cannot_tell():
    rng = np.random.default_rng(4)
    for sign in (1.0, -1.0):
        off = [sign * (np.round(rng.normal(80, 15, 400)) - 75) for _ in range(100)]
        off = [np.where((part == 0) & (sign < 0), -1e-300, part) for part in off]
        assert np.mean([crowding_p(part) <= 0.05 for part in off]) <= 0.1
        moved = [np.where((part < 0) & (part >= -3), 1.0, part) for part in off[:10]]
        assert max(crowding_p(part) for part in moved) < 0.01
    assert np.isnan(crowding_p(np.round(rng.normal(80, 15, 400) / 5) * 5 - 75))
