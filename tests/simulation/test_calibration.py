"""Which parameters do the data tell? Against known answers, and with values that were planted."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest
from scipy.stats import binom

from buzzline.errors import InvalidArgument, TooFew
from buzzline.simulation.calibration import calibrate, calibrated, window_of
from buzzline.simulation.moments import MOMENT_NAMES, MOMENTS, moments_of
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.recovery import posterior_for, recovered
from buzzline.simulation.reference import (
    FREE,
    Reference,
    Trial,
    Window,
    kinds_in,
    of_kinds,
    prior_bounds,
    reference_table,
    tried,
)
from buzzline.simulation.rejection import posterior_of, usable
from buzzline.simulation.running import Work
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.starting import world_of_settings
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

UNIT = np.array([[0.0, 1.0]])


@pytest.fixture(scope="module")
def two_years() -> Study:
    """Three organisations at one spot, one far away in another country."""
    return Study.of(
        organisations=pl.DataFrame({
            "org_id": ["a", "b", "c", "d"], "longitude": [11.0, 11.0, 11.0, 2.0],
            "latitude": [44.0] * 4, "country": ["IT", "IT", "IT", "FR"],
            "opened": [None, None, date(2001, 6, 1), None],
        }),
        linkages=pl.DataFrame({
            "source": ["a", "a", "b", "a", "b", "c"], "target": ["b", "c", "c", "d", "d", "d"],
            "layer": ["social"] * 6, "trust": [0.5, 0.7, 0.6, 0.1, 0.3, 0.2],
            "start": [None, date(2001, 7, 1), date(2001, 7, 1), None, None, None],
            "end": [None, None, None, date(2001, 2, 1), None, None],
        }),
    )  # fmt: skip


def test_moments_of_ties_by_hand(two_years):
    found = dict(zip(MOMENT_NAMES, moments_of(two_years, first=2000, last=2001), strict=True))
    assert found["partners"] == pytest.approx(2 * 5 / 4)  # a-d is over
    assert found["local_ties"] == pytest.approx(3 / 5)
    assert found["ties_abroad"] == pytest.approx(2 / 5)
    # b and c have three partners (6 ordered pairs each), a and d two (2 each); two triangles
    assert found["triangles"] == pytest.approx(12 / 16)
    assert found["entry"] == pytest.approx(1 / 4)
    assert np.isnan(found["exit"])  # nobody has a date of closing: not told, which is not none
    assert np.isnan(found["spin_offs"])
    assert np.isnan(found["growth"])
    assert np.isnan(found["variety"])


def test_moments_do_not_depend_on_rows_or_names():
    study = make_world(organisations=120, rng=3).study
    renamed = {name: f"x{k}" for k, name in enumerate(study.organisations["org_id"])}
    turned = Study.of(
        organisations=study.organisations.reverse().with_columns(
            pl.col("org_id").replace(renamed), owner_id=None, place_id=None
        ),
        linkages=study.linkages.reverse().with_columns(
            pl.col("source", "target").replace(renamed)
        ),
    )
    bare = Study.of(organisations=study.organisations.with_columns(owner_id=None, place_id=None),
                    linkages=study.linkages)  # fmt: skip
    one = moments_of(bare, first=2015, last=2020)
    assert np.allclose(one, moments_of(turned, first=2015, last=2020), equal_nan=True)


def test_the_normal_with_known_spread_is_found_by_its_formula():
    # prior flat, data y = value + noise of 0.1: the posterior is N(y, 0.1) away from the ends
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 1, (4000, 1))
    seen = values + rng.normal(0, 0.1, values.shape)
    found = posterior_of(values, seen, np.array([0.5]), bounds=UNIT, kept=0.1)
    low, high = found.interval(0.9)
    assert found.mean()[0] == pytest.approx(0.5, abs=0.02)
    assert found.spread()[0] == pytest.approx(0.1, abs=0.015)
    assert (low[0], high[0]) == pytest.approx((0.336, 0.664), abs=0.03)


def test_numbers_without_content_leave_the_prior():
    rng = np.random.default_rng(2)
    values = rng.uniform(0, 1, (1000, 1))
    found = posterior_of(values, rng.normal(size=(1000, 5)), np.zeros(5), bounds=UNIT, kept=0.2)
    assert found.spread()[0] == pytest.approx(np.sqrt(1 / 12), abs=0.04)


def test_intervals_hold_what_they_say_they_hold():
    rng = np.random.default_rng(3)
    values = rng.uniform(0, 1, (600, 2))
    told = values[:, :1] + rng.normal(0, 0.15, (600, 1))
    summaries = np.column_stack([told, told**2, rng.normal(size=(600, 8))])
    found = recovered(values, summaries, bounds=np.repeat(UNIT, 2, axis=0), kept=0.2,
                      level=0.9, most=200)  # fmt: skip
    least, most = binom.ppf([0.001, 0.999], 200, 0.9) / 200
    assert ((least <= found.coverage) & (found.coverage <= most)).all(), found.coverage
    assert found.agreement[0] > 0.8
    assert found.shrinkage[:, 0].mean() > 0.35
    assert abs(found.shrinkage[:, 1].mean()) < 0.1


def test_numbers_beyond_all_simulations_are_not_used():
    summaries = np.array([[1.0, 5.0, np.nan], [2.0, 5.0, 3.0], [3.0, 5.0, np.nan]])
    assert usable(summaries, np.array([2.5, 5.0, 3.0])).tolist() == [True, False, False]
    assert usable(summaries, np.array([9.0, 5.0, np.nan])).tolist() == [False, False, False]


def a_reference(n: int, *, blind: bool = False) -> Reference:
    """Return simulations in which two parameters show in two moments, or in none."""
    rng = np.random.default_rng(5)
    names = ("forgetting", "trust_gain")
    bounds = prior_bounds(names)
    values = bounds[:, 0] + rng.random((n, 2)) * (bounds[:, 1] - bounds[:, 0])
    summaries = np.full((n, len(MOMENTS)), np.nan)
    shown = rng.normal(size=(n, 2)) if blind else values / bounds[:, 1]
    summaries[:, :2] = shown + rng.normal(0, 0.02, (n, 2))
    return Reference(names, bounds, values, summaries, Window(2000, 2004))


def as_observed(*values: float) -> np.ndarray:
    observed = np.full(len(MOMENTS), np.nan)
    observed[: len(values)] = values
    return observed


def test_what_the_data_tell_is_told_and_what_they_do_not_is_not():
    found = calibrated(a_reference(400), as_observed(0.6, 0.5))
    values = dict(found.parameters.select("parameter", "value").iter_rows())
    assert values["forgetting"] == pytest.approx(0.6 * 0.05, rel=0.1)
    assert values["trust_gain"] == pytest.approx(0.5 * 0.3, rel=0.1)
    blind = calibrated(a_reference(400, blind=True), as_observed(0.6, 0.5))
    assert blind.parameters["value"].null_count() == 2
    assert blind.parameters["status"].str.starts_with("not told").all()
    assert "tell none" in str(blind)


def test_what_no_values_explain_is_said():
    found = calibrated(a_reference(400), as_observed(0.6, 30.0))
    row = found.moments.filter(pl.col("moment") == MOMENT_NAMES[1]).row(0, named=True)
    assert row["status"] == "not reached: the model gives less"
    assert "does not reach" in str(found)


def test_sets_that_were_kept_are_settings_and_there_are_enough_of_them():
    found = calibrated(a_reference(300), as_observed(0.6, 0.5))
    kept = found.settings(MINIMAL)
    assert len(kept) >= 50
    assert kept[0].value("cost_global") == MINIMAL.value("cost_global")
    assert all(0 <= one.value("forgetting") <= 0.05 for one in kept)
    weights = found.accepted.unique("set")["weight"].sum()
    assert weights == pytest.approx(1)


def test_few_simulations_tell_nothing_and_say_so():
    found = calibrated(a_reference(30), as_observed(0.6, 0.5))
    assert found.parameters["status"].unique().to_list() == [
        "too few simulations: 30, at least 100"
    ]
    assert found.parameters["coverage"].null_count() == 2


def test_priors_are_the_contested_range_else_around_the_default():
    bounds = prior_bounds(["learning_rate", "trust_gain"])
    assert tuple(bounds[0]) == PARAMETER["learning_rate"].contested
    assert bounds[1] == pytest.approx([0.1 / 3, 0.3])
    assert prior_bounds(["trust_gain"], {"trust_gain": (0.1, 0.2)}).tolist() == [[0.1, 0.2]]


@pytest.mark.parametrize(
    ("names", "priors", "message"),
    [
        ([], None, "name each"),
        (["forgetting", "forgetting"], None, "name each"),
        (["luckiness"], None, "no parameter"),
        (["forgetting"], {"forgetting": (0.1, 0.1)}, "no width"),
        (["forgetting"], {"forgetting": (-1.0, 2.0)}, None),  # cut to what is possible
    ],
)
def test_impossible_priors_are_refused(names, priors, message):
    if message is None:
        assert prior_bounds(names, priors).tolist() == [[0.0, 1.0]]
    else:
        with pytest.raises(InvalidArgument, match=message):
            prior_bounds(names, priors)


def test_a_study_without_dates_is_refused(two_years):
    undated = two_years.with_table(
        "linkages", two_years.linkages.with_columns(start=None, end=None)
    ).with_table("organisations", two_years.organisations.with_columns(opened=None))
    with pytest.raises(TooFew, match="no dates"):
        window_of(undated)


def test_only_kinds_of_ties_that_the_data_tell_of_are_compared():
    study = make_world(organisations=60, layers=("supply", "research"), rng=1).study
    assert kinds_in(study) == ("supply", "research")
    some = of_kinds(study, ("research",))
    assert set(some.linkages["layer"]) == {"research"}
    window = window_of(study, 3)
    assert window.last - window.first == 2


def test_a_simulation_gives_the_same_whether_run_among_others_or_alone():
    world = world_of_settings(2, 8, settings=MINIMAL, rng=1)
    window = Window(2000, 2000)
    table = reference_table(world, ("forgetting",), window=window, simulations=4, rng=3)
    settings = MINIMAL.with_values(forgetting=float(table.values[2, 0]))
    alone = tried(Trial(world, settings, window, 3, 2))
    assert np.array_equal(table.summaries[2], alone, equal_nan=True)


def test_a_small_study_is_calibrated_from_end_to_end():
    study = make_world(organisations=60, rng=1).study
    found = calibrate(study, parameters=FREE[:2], years=2, simulations=6, rng=1)
    assert found.parameters.height == 2
    assert found.moments.height == len(MOMENTS)
    assert "too few simulations" in str(found)


def test_what_was_simulated_before_a_stop_is_kept_and_gives_the_same(tmp_path):
    world = world_of_settings(2, 8, settings=MINIMAL, rng=1)
    how = {"window": Window(2000, 2000), "simulations": 4, "rng": 3}
    said = []
    whole = reference_table(world, ("forgetting",), **how)
    work = Work(folder=str(tmp_path))
    first = reference_table(world, ("forgetting",), work=work, **how)
    files = sorted(tmp_path.iterdir())
    assert len(files) == 4
    files[1].unlink()  # as if stopped before
    before = {path: path.stat().st_mtime_ns for path in files if path.exists()}
    again = reference_table(world, ("forgetting",), work=work, **how,
                            progress=lambda what, done, total: said.append(what))  # fmt: skip
    for found in (first, again):
        assert np.array_equal(found.summaries, whole.summaries, equal_nan=True)
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert set(said) == {"4 simulations of 1 year"}


def test_a_parameter_that_there_is_not_is_refused_before_the_study_is_looked_at():
    with pytest.raises(InvalidArgument, match="Did you mean 'forgetting'"):
        calibrate(Study.of(), parameters=["forgeting"])


@pytest.mark.slow
def test_planted_values_are_recovered_and_intervals_hold_them_as_often_as_they_say():
    world = world_of_settings(4, 20, settings=MINIMAL, rng=1)
    names = ("forgetting", "trust_gain", "learning_rate", "innovation_chance")
    table = reference_table(world, names, window=Window(2000, 2004), simulations=600, rng=2)
    found = recovered(table.values, table.summaries, bounds=table.bounds, kept=0.2, level=0.9,
                      most=200)  # fmt: skip
    least, most = binom.ppf([0.0005, 0.9995], 200, 0.9) / 200
    assert ((least - 0.03 <= found.coverage) & (found.coverage <= most)).all()
    assert found.agreement[0] > 0.6
    planted = posterior_for(
        table.values[1:], table.summaries[1:], table.summaries[0], bounds=table.bounds, kept=0.2
    )
    low, high = planted.interval(0.99)
    assert ((low <= table.values[0]) & (table.values[0] <= high)).sum() >= 3
