"""Finished parts: kept whole, found again only when nothing they depend on has changed."""

from __future__ import annotations

import json
from dataclasses import fields

import polars as pl
import pytest

from buzzline.clusters.clustering import Clustering
from buzzline.errors import UnwritableOutput
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.road import gaps, manifest, opening, quality_files
from buzzline.road.parts import Parts, part_key, program_digest
from buzzline.space.scales import Cutoffs
from buzzline.tables.quality import Quality
from buzzline.tables.reading import read_study


@pytest.mark.parametrize(
    ("name", "kind"),
    [("profile", ScaleProfile), ("clustering", Clustering), ("balance", ScaleBalance)],
)
def test_invariant_a_part_comes_back_as_it_was_kept(road, tmp_path, name, kind):
    record = getattr(road, name)
    parts = Parts(tmp_path)
    parts.keep(name, "key", record)
    again = parts.find(name, "key", kind)
    for field in fields(record):
        one, two = getattr(record, field.name), getattr(again, field.name)
        if isinstance(one, pl.DataFrame):
            assert one.equals(two, null_equal=True)
            assert one.schema == two.schema
        elif field.name == "provenance":
            assert dict(one.arguments) == dict(two.arguments)
            assert one.fingerprint == two.fingerprint
        else:
            assert one == two
    assert parts.only(name, kind) is not None
    assert parts.names() == (name,)


def test_an_unfinished_part_is_not_found(road, tmp_path):
    parts = Parts(tmp_path)
    parts.keep("profile", "key", road.profile)
    (tmp_path / "profile" / "key" / "record.json").unlink()
    assert parts.find("profile", "key", ScaleProfile) is None
    assert parts.names() == ()


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"cutoffs": 3, "level": 1}'])
def test_a_record_that_makes_no_sense_is_not_found(road, tmp_path, content):
    parts = Parts(tmp_path)
    parts.keep("profile", "key", road.profile)
    (tmp_path / "profile" / "key" / "record.json").write_text(content)
    found = parts.find("profile", "key", ScaleProfile)
    assert found is None or not content


def test_a_part_that_cannot_be_written_says_so(road, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableOutput):
        Parts(tmp_path / "file").keep("profile", "key", road.profile)


def test_a_key_depends_on_everything_it_is_given():
    keys = {
        part_key("a", "f", {"draws": 9}),
        part_key("b", "f", {"draws": 9}),
        part_key("a", "g", {"draws": 9}),
        part_key("a", "f", {"draws": 10}),
        part_key("a", "f", {"cutoffs": Cutoffs(40.0)}),
        part_key("a", "f", {"cutoffs": Cutoffs(50.0)}),
    }
    assert len(keys) == 6
    assert part_key("a", {"x": 1, "y": 2}) == part_key("a", {"y": 2, "x": 1})
    assert len(program_digest()) == 16


def test_provenance_leaves_the_seconds_out(road):
    stamp = json.loads(manifest.provenance_json(road.clustering.provenance))
    assert stamp["seed"] == 3
    assert "seconds" not in stamp
    assert "progress" not in stamp["arguments"]


def test_by_hand_quality_and_rows_set_aside_are_written(tmp_path):
    firms = pl.DataFrame({"Firm ID": ["a", "b", None], "tags": [["x", "y"], ["z"], ["w"]]})
    mapped = firms.rename({"tags": "industry"})
    quality = read_study({"organisations": mapped}).about.quality
    written = quality_files.write_quality(tmp_path, quality)
    names = [path.relative_to(tmp_path).as_posix() for path in written]
    assert names == ["quality.txt", "quality.csv", "set_aside/organisations.csv"]
    aside = pl.read_csv(tmp_path / "set_aside" / "organisations.csv")
    assert aside.rows() == [(4, "`Firm ID`: required value is missing", None, "w")]
    assert "2 of 3 rows can be used." in (tmp_path / "quality.txt").read_text()
    rules = pl.read_csv(tmp_path / "quality.csv")["rule"].to_list()
    assert rules.count("required value is missing") == 1


def test_rows_set_aside_can_be_mended_and_read_again(tmp_path):
    firms = pl.DataFrame({"org_id": ["a", "b"]})
    links = pl.DataFrame(
        {"source": ["a", "a", "b"], "target": ["b", "zz", "a"], "layer": ["supply"] * 3}
    )
    quality = read_study({"organisations": firms, "linkages": links}).about.quality
    *_, path = quality_files.write_quality(tmp_path, quality)
    mended = pl.read_csv(path).with_columns(target=pl.lit("b"))
    study = read_study({"organisations": firms, "linkages": mended})
    assert study.linkages.select("source", "target").rows() == [("a", "b")]
    assert study.about.quality.ignored_columns["linkages"] == ("row", "reason")


def test_no_report_is_written_where_nothing_may_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UnwritableOutput, match="cannot be written"):
        quality_files.write_quality(tmp_path / "file", Quality())


def test_gaps_have_the_columns_of_results(road, small_study):
    clustering = gaps.no_clustering(small_study, "because", level=0.9, rate=0.1)
    balance = gaps.no_balance(road.clustering, "because", cutoffs=Cutoffs(), level=0.9)
    profile = gaps.no_profile(Cutoffs(), 0.9)
    assert clustering.clusters.schema == road.clustering.clusters.schema
    assert clustering.coverage.schema == road.clustering.coverage.schema
    assert clustering.tree.schema == road.clustering.tree.schema
    assert balance.balance.schema == road.balance.balance.schema
    assert balance.fits.schema == road.balance.fits.schema
    assert balance.untested.schema == road.balance.untested.schema
    assert profile.profile.schema == road.profile.profile.schema


def test_files_behind_a_study_are_those_its_study_file_names(tmp_path):
    (tmp_path / "a.csv").write_text("org_id\nx\ny\n")
    (tmp_path / "notes.md").write_text("")
    assert set(opening.input_files(tmp_path)) == {"a.csv"}
    (tmp_path / "study.toml").write_text('[tables.organisations]\nfile = "a.csv"\n')
    assert set(opening.input_files(tmp_path)) == {"study.toml", "a.csv"}
    assert set(opening.input_files(tmp_path / "study.toml")) == {"study.toml", "a.csv"}
    assert opening.input_files({"organisations": None}) == {}


def test_settings_are_those_of_the_study_file_or_the_defaults(tmp_path):
    assert opening.settings_of(tmp_path).seed == 1
    (tmp_path / "study.toml").write_text("[run]\nseed = 8\n")
    assert opening.settings_of(tmp_path).seed == 8
    assert opening.settings_of(tmp_path / "study.toml").seed == 8
