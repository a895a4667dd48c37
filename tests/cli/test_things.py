"""What an analysis takes is made by its type, each thing once."""

import json

import polars as pl
import pytest

from buzzline.analysis import CATALOGUE, maker_of, things_of
from buzzline.cli.demonstrating import write_world
from buzzline.cli.things import earlier_clusters, made
from buzzline.clusters import Clustering, Delineation, Distinctness, Separation
from buzzline.progress import silent
from buzzline.road import run_road
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
