"""A study simulated: what is said is what was recorded, and says what it does not know."""

import numpy as np
import polars as pl
import pytest

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


def test_by_hand_later_settings_win():
    places = world_of_settings(2, 1, rng=1).places
    one = typed_settings(["ict=1", "minimal", "ict=0.5", f"ict@{places.names[1]}=0.1"], places)
    assert one.value("ict") == 0.5
    assert one.by_place["ict"] == {1: 0.1}
    assert one.value("entry") == 0
