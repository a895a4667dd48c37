"""A simulated world written out as a study, on which every measure runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.clusters import candidate_clusters, delineation, distinctness, separation
from buzzline.linkages import (
    buzz_and_pipelines,
    cognitive_distance,
    gatekeepers,
    scale_balance,
    scale_profile,
)
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import luck_of
from buzzline.simulation.observing import observe, observed_world
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.sighting import Sighting, sight, watch
from buzzline.simulation.starting import world_of_settings, world_of_study
from buzzline.tables.connectors.crunchbase import read_crunchbase
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def a_look(step: int, births: list[int], ties: list[tuple[int, int, int]]) -> Sighting:
    """Return a look at organisations and at ties (one end, other end, step it began in)."""
    n, one = len(births), np.array(ties, np.int64).reshape(-1, 3)
    return Sighting(
        step=step,
        birth=np.array(births, np.uint64),
        parent=np.array([1 if birth > 2 else 0 for birth in births], np.uint64),
        born=np.array([5 if birth > 2 else 0 for birth in births], np.int32),
        origin=np.array([birth - 1 if birth <= 2 else -1 for birth in births], np.int32),
        place=np.zeros(n, np.int32), industry=np.zeros(n, np.int32),
        owner=np.full(n, -1, np.int32), is_university=np.zeros(n, np.bool_),
        is_service=np.zeros(n, np.bool_), jobs=np.full(n, 4.0), output=np.ones(n),
        profit=np.ones(n), knowledge=np.ones((n, 2), np.float32),
        tie_source=one[:, 0].astype(np.uint64), tie_target=one[:, 1].astype(np.uint64),
        tie_layer=np.full(len(ties), 2, np.uint8), tie_scale=np.zeros(len(ties), np.uint8),
        tie_trust=np.full(len(ties), 0.4), tie_begun=one[:, 2],
        tie_copresent=np.zeros(len(ties), np.bool_),
        tie_one_sided=np.zeros(len(ties), np.bool_), met_source=np.zeros(0, np.uint64),
        met_target=np.zeros(0, np.uint64), met_n=np.zeros(0, np.int64), by_place={},
    )  # fmt: skip


def test_dates_of_organisations_and_ties_by_hand():
    world = world_of_settings(1, 2, rng=1)
    looks = [
        a_look(0, [1, 2], [(1, 2, 0)]),
        a_look(4, [1, 2], [(1, 2, 0)]),
        a_look(8, [1, 3], [(1, 3, 6)]),
    ]
    study = observe(looks, world, start_year=2000, rng=1)
    rows = {row["org_id"]: row for row in study.organisations.iter_rows(named=True)}
    newcomer = f"N{3:016x}"
    assert set(rows) == {"O0", "O1", newcomer}
    assert rows["O0"]["opened"] is None
    assert rows["O0"]["closed"] is None
    assert rows["O1"]["closed"] == date(2002, 1, 1)  # first missed at step 8
    assert rows[newcomer]["opened"] == date(2001, 4, 1)  # born in step 5
    ties = {
        (r["source"], r["target"], r["layer"]): r for r in study.linkages.iter_rows(named=True)
    }
    assert set(ties) == {
        ("O0", "O1", "research"), ("O0", newcomer, "research"), ("O0", newcomer, "spin_off")
    }  # fmt: skip
    old, new = ties["O0", "O1", "research"], ties["O0", newcomer, "research"]
    assert (old["start"], old["end"]) == (None, date(2002, 1, 1))
    assert (new["start"], new["end"]) == (date(2001, 7, 1), None)
    told = study.employment.filter(pl.col("industry") == "all").select("year", "jobs")
    assert told.rows() == [(2000, 8.0), (2001, 8.0)]


@pytest.fixture(scope="module")
def planted():
    return make_world(organisations=400, clusters=2, industries=3, rng=7)


@pytest.fixture(scope="module")
def observed(planted) -> Study:
    return observed_world(world_of_study(planted.study), settings=MINIMAL, steps=8, rng=1)


def test_a_world_that_was_just_begun_has_the_ties_it_started_from(planted):
    some = planted.study.where(layer="supply")
    world = world_of_study(some)
    degree = np.bincount(
        np.concatenate([world.ties["source"], world.ties["target"]]), minlength=world.n
    )
    study = observe(begin(world, luck_of(1, 0), world.settings), world, rng=1)
    ids = np.array(world.ids)
    short = (degree[world.ties["source"]] <= 12) | (degree[world.ties["target"]] <= 12)
    wanted = {
        frozenset(pair)
        for pair in zip(
            ids[world.ties["source"][short]], ids[world.ties["target"][short]], strict=True
        )
    }
    there = {frozenset(pair) for pair in study.linkages.select("source", "target").iter_rows()}
    assert len(wanted) > 500
    assert wanted <= there


def test_a_study_written_out_starts_the_same_world_again(observed, planted):
    before, after = world_of_study(planted.study), world_of_study(observed)
    assert after.ids == before.ids
    assert after.places.ids == before.places.ids
    assert after.industries == before.industries
    assert np.array_equal(after.place, before.place)
    assert np.allclose(after.places.population, before.places.population)


def test_the_same_luck_writes_the_same_study(planted, observed):
    again = observed_world(world_of_study(planted.study), settings=MINIMAL, steps=8, rng=1)
    assert again.fingerprint == observed.fingerprint
    other = observed_world(world_of_study(planted.study), settings=MINIMAL, steps=8, rng=2)
    assert other.fingerprint != observed.fingerprint


def test_measures_run_on_it_unchanged_and_find_the_planted_cluster(planted, observed):
    found = candidate_clusters(observed, rng=1, draws=19)
    assert found.clusters.height >= 1
    largest = found.clusters.sort("n_members", descending=True).row(0, named=True)
    truth = planted.truth.clusters.sort("n_members", descending=True).row(0, named=True)
    assert largest["industry"] == truth["industry"]
    away = np.hypot(
        largest["longitude"] - truth["longitude"], largest["latitude"] - truth["latitude"]
    )
    assert away < 0.2  # degrees: within some 20 km of the planted centre
    for measure in (scale_balance, buzz_and_pipelines, gatekeepers, cognitive_distance):
        result = measure(observed, found, draws=19, rng=1)
        assert result.table().height >= 1, measure
    tests = (distinctness(observed, found, rng=1), separation(observed, found, rng=1))
    assert delineation(observed, found, *tests).clustering(found).clusters.height >= 1


def test_meetings_by_chance_are_written_as_face_to_face_and_local(observed):
    met = observed.linkages.filter(
        pl.col("layer") == "social", pl.col("repeat_n").is_not_null()
    )
    assert met.height > 50
    assert met["initiated_copresent"].all()
    profile = scale_profile(observed.with_table("linkages", met)).table()
    shares = dict(profile.select("scale", "share").iter_rows())
    assert shares["local"] > 0.9


def test_changes_are_written_as_initiatives():
    world = world_of_settings(2, 4, rng=1)
    changes = (Change("openness", by=0.1, start=4, stop=8, target=Target(places=(1,))),)
    study = observe(
        watch(world, settings=MINIMAL, steps=2, rng=1), world, changes=changes, rng=1
    )
    row = study.initiatives.row(0, named=True)
    assert (row["instrument"], row["place_id"]) == ("openness", "P0001")
    assert (row["start"], row["end"]) == (date(2001, 1, 1), date(2001, 12, 31))


def test_one_look_shares_nothing_with_the_state():
    world = world_of_settings(2, 4, rng=1)
    state = begin(world, luck_of(1, 0), Settings())
    seen = sight(state)
    before = seen.knowledge.copy()
    state.knowledge += 1
    state.by_place["wage"] += 1
    assert np.array_equal(seen.knowledge, before)
    assert (seen.by_place["wage"] == 1).all()


def test_a_world_without_ties_and_countries_is_written_all_the_same():
    world = world_of_settings(1, 1, rng=1)
    bare = replace(world, places=replace(world.places, countries=(), regions=()))
    study = observe(watch(bare, settings=MINIMAL, steps=4, rng=1), bare, rng=1)
    assert study.organisations.height == 1
    assert study.linkages.height == 0


def test_crunchbase_runs_for_a_year_and_is_measured(shared_data):
    world = world_of_study(read_crunchbase(shared_data / "crunchbase2015_acquisitions"))
    study = observed_world(world, settings=MINIMAL, steps=4, rng=1)
    assert study.organisations.height >= world.n * 0.5
    shares = scale_profile(study).table().filter(pl.col("layer") == "ownership")
    assert shares.height > 0


def test_one_sided_ties_are_kept_by_whom_they_began_with():
    world = world_of_settings(4, 12, 2, rng=1)
    state = begin(world, luck_of(1, 0), world.settings)
    again = world_of_study(observe(state, world, rng=1))
    after = begin(again, luck_of(1, 0), again.settings)
    before, there = (
        {(i, int(j)) for i in range(world.n) for j in one.partner[i] if j >= 0}
        for one in (state, after)
    )
    assert before
    assert there == before
