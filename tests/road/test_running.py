"""The whole road: what it writes, in which order, and what it does again."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import polars as pl
import pytest
from tests.road.conftest import QUICK

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.errors import InvalidTables
from buzzline.linkages.balance import scale_balance
from buzzline.linkages.profile import scale_profile
from buzzline.road import run_road
from buzzline.road.choices import choices_of
from buzzline.tables.quality import Quality
from buzzline.tables.schema import ACTIVITIES, LINKAGES
from buzzline.tables.study import About
from buzzline.tables.writing import write_study


def test_special_case_the_road_is_its_three_analyses(road, small_study):
    profile = scale_profile(small_study, **choices_of("scale_profile", QUICK))
    clusters = candidate_clusters(small_study, **choices_of("candidate_clusters", QUICK))
    balance = scale_balance(small_study, clusters, **choices_of("scale_balance", QUICK))
    assert road.profile.table().equals(profile.table(), null_equal=True)
    assert road.clustering.clusters.equals(clusters.clusters, null_equal=True)
    assert road.clustering.members.equals(clusters.members)
    assert road.balance.table().equals(balance.table(), null_equal=True)


def test_every_file_it_names_is_there_and_in_the_manifest(road):
    out = road.report.parent
    named = {path.relative_to(out).as_posix() for path in road.files}
    there = {
        path.relative_to(out).as_posix()
        for path in out.rglob("*")
        if path.is_file() and ".parts" not in path.parts
    }
    assert named == there
    content = json.loads((out / "manifest.json").read_text())
    assert set(content["output"]) == named - {"manifest.json"}
    for name, digest in content["output"].items():
        assert hashlib.sha256((out / name).read_bytes()).hexdigest() == digest
    assert content["study"]["fingerprint"] == road.study.fingerprint
    assert content["settings"]["seed"] == 3
    assert {stamp["seed"] for stamp in content["analyses"]} == {None, 3}
    assert "seconds" not in json.dumps(content)


def test_quality_is_written_before_any_number_is_computed(small_study, tmp_path):
    seen = []

    def watch(what, done, total):
        if what == "ties by scale" and not done:
            seen.extend(path.name for path in tmp_path.iterdir())
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_road(small_study, tmp_path, settings=QUICK, progress=watch)
    assert {"quality.txt", "quality.csv"} <= set(seen)
    assert not (tmp_path / "report.html").exists()


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({}, ("scale-profile", "candidate-clusters", "scale-balance")),
        ({"seed": 4}, ("scale-profile",)),
        ({"local_km": 40.0}, ("candidate-clusters",)),
        ({"scales_km": (10.0,)}, ("scale-profile",)),
        ({"layers": ("supply",)}, ("scale-profile", "candidate-clusters")),
    ],
)
def test_only_what_depends_on_a_changed_setting_is_computed_again(
    road, small_study, tmp_path, change, kept
):
    out = tmp_path / "out"
    shutil.copytree(road.report.parent, out)
    again = run_road(small_study, out, settings=QUICK.model_copy(update=change))
    assert again.continued == kept
    assert {part.name for part in (out / ".parts").iterdir() if part.is_dir()} == {
        "scale-profile", "candidate-clusters", "scale-balance",
    }  # fmt: skip


def test_a_manifest_does_not_outlive_the_results_it_describes(road, small_study, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(road.report.parent, out)

    def stop(what, done, total):
        if what == "writing results" and done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_road(small_study, out, settings=QUICK, progress=stop)
    assert not (out / "manifest.json").exists()


def test_another_study_is_computed_anew(road, small_study, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(road.report.parent, out)
    fewer = small_study.with_table("linkages", small_study.linkages.head(-1))
    again = run_road(fewer, out, settings=QUICK)
    assert "scale-profile" not in again.continued


def test_a_damaged_part_is_computed_again(road, small_study, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(road.report.parent, out)
    next(out.glob(".parts/scale-balance/*/balance.parquet")).write_bytes(b"torn")
    again = run_road(small_study, out, settings=QUICK)
    assert "scale-balance" not in again.continued
    assert again.report.read_bytes() == road.report.read_bytes()


def test_what_an_earlier_run_left_is_removed_and_nothing_else(road, small_study, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(road.report.parent, out)
    (out / "my notes.txt").write_text("keep me")
    without = replace(small_study, linkages=LINKAGES.empty())
    again = run_road(without, out, settings=QUICK)
    gone = {path.name for path in road.files} - {path.name for path in again.files}
    assert gone
    assert all(not list(out.rglob(name)) for name in gone)
    assert (out / "my notes.txt").read_text() == "keep me"


def test_without_linkages_there_are_clusters_and_a_reason(small_study, tmp_path):
    study = replace(small_study, linkages=LINKAGES.empty())
    road = run_road(study, tmp_path, settings=QUICK)
    assert road.clustering.clusters.height
    assert road.balance.untested["cluster_id"].to_list() == (
        road.clustering.clusters["cluster_id"].to_list()
    )
    assert "no linkages" in road.balance.untested["reason"][0]
    assert "no linkages" in road.report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("column", "reason"),
    [("industry", "No industry could be examined"), ("longitude", "coordinates")],
)
def test_without_industries_or_coordinates_there_is_a_report_with_the_reason(
    small_study, tmp_path, column, reason
):
    empty = pl.lit(None).cast(small_study.organisations.schema[column]).alias(column)
    study = replace(
        small_study,
        organisations=small_study.organisations.with_columns(empty),
        activities=ACTIVITIES.empty(),
    )
    road = run_road(study, tmp_path, settings=QUICK)
    assert not road.clustering.clusters.height
    assert reason in road.clustering.coverage["status"][0]
    assert reason in road.report.read_text(encoding="utf-8")
    assert (tmp_path / "quality.txt").exists()


def test_unusable_tables_leave_nothing_behind(tmp_path):
    with pytest.raises(InvalidTables):
        run_road({"organisations": pl.DataFrame({"name": ["x"]})}, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_rows_set_aside_are_written_with_row_and_reason(small_study, tmp_path):
    lost = pl.DataFrame({"row": [7], "reason": ["unknown organisation"], "source": ["x"]})
    about = About(quality=Quality(set_aside={"linkages": lost}))
    run_road(replace(small_study, about=about), tmp_path, settings=QUICK)
    assert pl.read_csv(tmp_path / "set_aside" / "linkages.csv").equals(lost)


def test_the_report_names_the_digest_of_every_file_it_came_from(small_study, tmp_path):
    write_study(small_study, tmp_path / "data")
    road = run_road(tmp_path / "data", tmp_path / "out", settings=QUICK)
    page = road.report.read_text(encoding="utf-8")
    linkages = hashlib.sha256((tmp_path / "data" / "linkages.csv").read_bytes()).hexdigest()
    assert road.study.about.digests["linkages.csv"] == linkages
    assert all(digest in page for digest in road.study.about.digests.values())
