"""A study simulated: what is said is what was recorded, and says what it does not know."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from scipy import stats

from buzzline.errors import InvalidArgument, TooFew
from buzzline.simulation.running import Work, histories
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.simulate import EVERYWHERE, Length, simulate
from buzzline.simulation.starting import world_of_settings, world_of_study
from buzzline.simulation.typed_settings import typed_settings
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

SHORT = {"settings": ("minimal",), "length": Length(8, 3), "rng": 2}


@pytest.fixture(scope="module")
def study():
    return make_world(organisations=80, clusters=2, rng=1).study


@pytest.fixture(scope="module")
def found(study):
    return simulate(study, **SHORT)


def test_by_hand_the_table_is_what_the_runs_end_with(study, found):
    world = world_of_study(study)
    runs = histories(world, settings=MINIMAL, steps=8, runs=3, rng=2)
    largest = int(np.bincount(world.place).argmax())
    row = found.table().filter(
        quantity="knowledge", place_id=world.places.ids[largest]
    ).row(0, named=True)  # fmt: skip
    assert row["value"] == pytest.approx(runs.at("knowledge", place=largest).mean())
    assert row["start"] == pytest.approx(runs.at("knowledge", place=largest, step=0).mean())
    assert row["n"] == 3
    first = found.table().row(0, named=True)
    assert (first["name"], first["place_id"]) == (EVERYWHERE, None)


def test_by_hand_what_a_step_brings_forth_is_not_there_before_the_first(found):
    output = found.paths.filter(quantity="output", name=EVERYWHERE)
    assert output["value"].is_null().to_list() == [True, False, False]
    assert output["years"].to_list() == [0, 1, 2]
    start = found.table().filter(quantity="output", name=EVERYWHERE)["start"][0]
    assert start == output["value"][1]


def test_invariant_workers_and_folders_change_nothing(study, found, tmp_path):
    again = simulate(study, **SHORT, work=Work(folder=str(tmp_path)))
    assert again.table().equals(found.table(), null_equal=True)
    assert again.maps.equals(found.maps, null_equal=True)
    assert len(list(tmp_path.iterdir())) == 1


def test_invariant_order_of_rows_changes_nothing(study, found):
    tables = {name: getattr(study, name) for name in Study.names()}
    turned = Study.of(**{name: rows.reverse() for name, rows in tables.items() if rows.height})
    again = simulate(turned, **SHORT)
    for one, other in ((found.table(), again.table()), (found.maps, again.maps)):
        key = [name for name in ("place_id", "quantity", "step") if name in one.columns]
        assert one.sort(key).equals(other.sort(key), null_equal=True)


def test_special_case_places_are_asked_about_by_name(study):
    world = world_of_study(study)
    asked = simulate(study, **SHORT, places=[world.places.names[3]])
    assert asked.table()["name"].unique(maintain_order=True).to_list() == [
        EVERYWHERE, world.places.names[3],
    ]  # fmt: skip
    with pytest.raises(InvalidArgument, match="no one place called 'Atlantis'"):
        simulate(study, **SHORT, places=["Atlantis"])


def test_special_case_a_single_run_tells_no_error(study):
    alone = simulate(study, settings=("minimal",), length=Length(2, 1), rng=1)
    assert alone.table()["low"].is_null().all()
    assert "A single run" in alone.table()["reason"][0]
    assert "a single run says nothing of luck" in str(alone)


def test_special_case_a_network_without_ties_and_one_organisation_can_be_run(study):
    untied = Study.of(organisations=study.organisations)
    assert simulate(untied, **SHORT).table()["value"].is_not_null().any()
    lonely = Study.of(organisations=study.organisations.head(1))
    told = simulate(lonely, **SHORT)
    assert "no place to compare" in str(told)
    assert told.table().filter(quantity="n_organisations")["value"].to_list() == [1, 1]


def test_special_case_bad_input_is_refused_with_what_to_do(study):
    with pytest.raises(InvalidArgument, match="`forgetting` must lie between 0 and 1"):
        simulate(study, settings=("forgetting=2",))
    with pytest.raises(InvalidArgument, match="no parameter 'patience'"):
        simulate(study, settings=("patience=2",))
    with pytest.raises(InvalidArgument, match="'fast' is no setting"):
        simulate(study, settings=("fast",))
    with pytest.raises(InvalidArgument, match="'forgetting=x' is no setting"):
        simulate(study, settings=("forgetting=x",))
    with pytest.raises(InvalidArgument, match="`level` must be between 0 and 1"):
        simulate(study, level=1.0)
    nowhere = study.organisations.with_columns(
        longitude=pl.lit(None, pl.Float64), latitude=pl.lit(None, pl.Float64)
    )
    with pytest.raises(TooFew):
        simulate(Study.of(organisations=nowhere), **SHORT)


def test_by_hand_the_sentence_says_that_it_is_no_forecast(found):
    assert str(found).startswith("2 years, 3 runs (minimal): of ")
    assert "No forecast: " in str(found)
    assert "assumed" in str(found)


def test_by_hand_the_change_is_taken_run_by_run_for_all_places_at_once(study, found):
    world = world_of_study(study)
    runs = histories(world, settings=MINIMAL, steps=8, runs=3, rng=2)
    rows = found.table().filter(pl.col("place_id").is_not_null(), quantity="relative_knowledge")
    level = 1 - 0.05 / rows.height
    for row in rows.to_dicts():
        place = world.places.ids.index(row["place_id"])
        moved = runs.at("relative_knowledge", place=place) - runs.at(
            "relative_knowledge", place=place, step=0
        )
        half = stats.t.ppf((1 + level) / 2, 2) * moved.std(ddof=1) / np.sqrt(3)
        assert row["change"] == pytest.approx(moved.mean())
        assert row["change_high"] - row["change"] == pytest.approx(half)


def test_by_hand_no_place_is_named_as_moving_where_luck_may_be_all(found):
    frame = found.ends
    still = frame.with_columns(change_low=pl.lit(-1.0), change_high=pl.lit(1.0))
    assert "no place moves beyond luck" in str(replace(found, ends=still))
    is_first = pl.col("name") == frame["name"][-1]
    one = frame.with_columns(
        change_low=pl.when(is_first).then(0.1).otherwise(-1.0), change_high=pl.lit(1.0)
    )
    assert f"1 moves beyond luck in what organisations know against those elsewhere: " \
        f"{frame['name'][-1]} " in str(replace(found, ends=one))  # fmt: skip


def test_recovers_the_truth_a_place_that_forgets_faster_falls_behind():
    rows = {"org_id": [f"o{k}" for k in range(48)],
            "longitude": [8.0, 9.5, 11.0, 12.5] * 12, "latitude": [50.0] * 48}  # fmt: skip
    study = Study.of(organisations=pl.DataFrame(rows))
    place = world_of_study(study).places.names[0]
    how = {"length": Length(24, 12), "rng": 3}
    forgetful = simulate(study, settings=("minimal", f"forgetting@{place}=0.2"), **how)
    assert f"beyond luck in what organisations know against those elsewhere: {place} -" in str(
        forgetful
    )


def test_invariant_years_to_settle_are_the_years_before_year_0(study, found):
    settled = simulate(study, settings=("minimal",), length=Length(4, 3, 1), rng=2)
    assert settled.paths["step"].unique().sort().to_list() == [0, 4]
    whole = found.paths.filter(step=8, quantity="knowledge")["value"].to_list()
    assert settled.paths.filter(step=4, quantity="knowledge")["value"].to_list() == whole
    assert "1 year, 3 runs" not in str(found)
    assert "after 1 year to settle" in str(settled)
    with pytest.raises(InvalidArgument, match="which is not recorded every 3 steps"):
        simulate(study, length=Length(4, 2, 1), work=Work(every=3))


def test_by_hand_the_sentence_says_first_that_knowledge_is_drawn_and_that_levels_rise(study):
    untold = Study.of(organisations=study.organisations)
    said = str(simulate(untold, **SHORT))
    assert said.startswith(
        "What organisations know at the start is drawn, not from the tables."
    )
    assert "Levels rise in every world of this model until it settles" in said


def test_special_case_settings_are_refused_before_a_world_is_made():
    with pytest.raises(InvalidArgument, match="Did you mean 'learning_rate'"):
        simulate(Study.of(), settings=("lerning_rate=0.1",))


def test_by_hand_later_settings_win():
    places = world_of_settings(2, 1, rng=1).places
    one = typed_settings(["ict=1", "minimal", "ict=0.5", f"ict@{places.names[1]}=0.1"], places)
    assert one.value("ict") == 0.5
    assert one.by_place["ict"] == {1: 0.1}
    assert one.value("entry") == 0
