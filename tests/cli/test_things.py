"""What an analysis takes is made by its type, each thing once."""

import json
from dataclasses import replace
from functools import wraps

import polars as pl
import pytest

from buzzline.analysis import CATALOGUE, maker_of, things_of
from buzzline.cli.demonstrating import write_world
from buzzline.cli.options import options_of, options_of_makers
from buzzline.cli.things import AfterTests, earlier_clusters, made, things_for
from buzzline.clusters import Clustering, Delineation, Distinctness, Separation
from buzzline.errors import TooFew
from buzzline.progress import silent
from buzzline.road import run_road
from buzzline.road.measuring import OF_CANDIDATES
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import Bonds, make_sibling_world


@pytest.fixture(scope="module")
def world():
    return make_sibling_world(
        separate=False, organisations=600, bonds=Bonds(ties_each=2.0), rng=1
    )


def test_every_thing_an_analysis_takes_is_the_study_or_made_by_another():
    for item in CATALOGUE.values():
        for kind in things_of(item).values():
            assert kind is Study or maker_of(kind) is not None, f"{item.name}: {kind}"


def test_things_are_made_once_and_of_each_other(world):
    have = {Study: world.study}
    settings = RunSettings(industries=("optics",), draws=39)
    found = made(Delineation, have, settings, progress=silent)
    assert set(have) == {Study, Clustering, Distinctness, Separation, Delineation}
    assert found is have[Delineation] is made(Delineation, have, settings, progress=silent)
    assert have[Distinctness].draws == have[Separation].draws == 39
    assert set(found.members["site_id"]) == set(have[Clustering].clusters["cluster_id"])


def test_the_command_answers_from_tables_alone(buzzline, world, tmp_path):
    folder = write_world(tmp_path, world)
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\nindustries = ["optics"]\n')
    done = buzzline("delineation", folder, "--needs", "linkages", "--out", tmp_path / "out")
    assert done.code == 0
    table = pl.read_parquet(tmp_path / "out" / "delineation.parquet")
    assert set(table["outcome"]) == {"one cluster, several sites"}
    stamp = json.loads((tmp_path / "out" / "delineation.provenance.json").read_text())
    assert "needs='linkages'" in stamp["arguments"]["rule"]
    assert (tmp_path / "out" / "delineation.merges.svg").exists()


def test_clusters_of_an_earlier_run_are_those_both_tests_leave(world, tmp_path):
    settings = RunSettings(industries=("optics",), draws=39, measures=("delineation",))
    road = run_road(world.study, tmp_path / "out", settings=settings)
    candidates = earlier_clusters(tmp_path / "out", world.study, tmp_path)
    after = earlier_clusters(tmp_path / "out", world.study, tmp_path, after_tests=True)
    assert candidates.clusters.equals(road.clustering.clusters, null_equal=True)
    assert (
        after.clusters.height == road.measures[0].clusters.height < candidates.clusters.height
    )


@pytest.fixture(scope="module")
def ran(world, tmp_path_factory):
    """Folder of the tables, with settings, and a run of the delineation and what follows it."""
    folder = write_world(tmp_path_factory.mktemp("sites"), world)
    with (folder / "study.toml").open("a", encoding="utf-8") as file:
        file.write('\nindustries = ["optics"]\ndraws = 39\nmeasures = ["colocated_clusters"]\n')
    return folder, run_road(folder, folder.parent / "ran")


def test_collapse_a_command_and_a_run_tell_the_same_clusters(buzzline, ran):
    folder, road = ran
    (told,) = (one for one in road.measures if isinstance(one, Delineation))
    assert told.clusters.height < road.clustering.clusters.height
    alone = json.loads(buzzline("balance", folder, "--quiet", "--json").out)
    after = json.loads(
        buzzline("balance", folder, "--quiet", "--json", "--clusters", road.report.parent).out
    )
    in_run = road.balance.balance["cluster_id"].to_list()
    assert [row["cluster_id"] for row in alone] == in_run
    assert alone == after


def test_by_hand_analyses_of_candidates_take_candidates(world):
    have = {Study: world.study}
    settings = RunSettings(industries=("optics",), draws=39)
    for name in OF_CANDIDATES:
        kinds = things_of(CATALOGUE[name]).values()
        taken = things_for(CATALOGUE[name], have, settings, progress=silent)
        candidates = taken[list(kinds).index(Clustering)]
        assert candidates is have[Clustering]
        assert AfterTests not in have
    _, after = things_for(CATALOGUE["membership"], have, settings, progress=silent)
    assert after is have[AfterTests]
    assert after.clusters.height < have[Clustering].clusters.height


def test_special_case_candidates_are_taken_and_said_where_tests_cannot_be_made(
    world, monkeypatch, capsys
):
    item = CATALOGUE["separation"]

    @wraps(item.function)
    def too_few(*_, **__):
        raise TooFew("separation: there is no tie")

    have = {Study: world.study}
    settings = RunSettings(industries=("optics",), draws=39)
    made(Clustering, have, settings, progress=silent)
    monkeypatch.setitem(CATALOGUE, "separation", replace(item, function=too_few))
    assert made(AfterTests, have, settings, progress=silent) is have[Clustering]
    assert "could not be tested: there is no tie" in capsys.readouterr().err


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_help_says_which_clusters_are_taken(buzzline, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "300")
    if Clustering not in things_of(CATALOGUE[name]).values():
        return
    said = buzzline(name.replace("_", "-"), "--help").out
    assert ("without it candidates are looked for now" in said) is (name in OF_CANDIDATES)
    assert ("as both tests left them" in said) is (name not in OF_CANDIDATES)


def test_options_of_both_tests_are_those_of_the_delineation(buzzline, ran, tmp_path):
    folder, _ = ran
    words = ("--draws", "29", "--level", "0.9", "--reach-km", "0.001", "--seed", "4", "--quiet")
    done = buzzline("delineation", folder, *words, "--out", tmp_path)
    assert done.code == 0
    assert "within 0.001 km" in done.out
    table = pl.read_parquet(tmp_path / "delineation.parquet")
    assert table.height == 0  # nobody is a sibling so near
    done = buzzline("delineation", folder, *words[:4], "--quiet", "--json")
    assert {row["level"] for row in json.loads(done.out)} == {0.9}
    far = buzzline("delineation", folder, "--level", "2")
    assert far.code == 1
    assert "level" in far.err


def test_by_hand_an_option_of_a_step_is_not_one_of_the_analysis_itself():
    item = CATALOGUE["delineation"]
    passed = [option.name for option in options_of_makers(item)]
    assert {"draws", "level", "rng", "within_km", "reach_km", "layers"} <= set(passed)
    assert "industries" not in passed
    assert not set(passed) & {option.name for option in options_of(item)}
    assert options_of_makers(CATALOGUE["membership"]) == ()
