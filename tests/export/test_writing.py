"""write_results: everything into one folder, whole, and always the same bytes."""

import builtins
from pathlib import Path

import polars as pl
import pytest
from tests.results import balance, clustering, profile, study

from buzzline.errors import UnwritableOutput
from buzzline.export import result_frames, write_results, write_set_aside, write_tables


def everything(folder):
    return write_results(
        folder, study(), profile=profile("supply"), clustering=clustering(), balance=balance()
    )


@pytest.fixture(scope="module")
def twice(tmp_path_factory):
    folders = [tmp_path_factory.mktemp(name) for name in "ab"]
    return [(folder, everything(folder)) for folder in folders]


def test_invariant_the_same_results_give_the_same_bytes(twice):
    (first, written), (second, _) = twice
    assert len(written) > 25
    for path in written:
        same = second / path.relative_to(first)
        assert path.read_bytes() == same.read_bytes(), path.name


def test_invariant_the_listing_names_every_file_and_no_other(twice):
    folder, written = twice[0]
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    assert written.skipped == (("spells.csv", "rows about persons are never written"),)


def test_by_hand_the_listing_counts_what_was_changed(twice):
    notes = dict(twice[0][1].notes)
    assert notes["clusters.csv"] == "texts that began like a formula, now with an apostrophe: 1"
    assert notes["ties.gexf"].endswith("XML does not allow them: 6")
    assert notes["organisations.geojson"].endswith("with an empty geometry: 1")
    assert "clusters.csv" in str(twice[0][1])
    assert set(twice[0][1].table()["status"]) == {"written", "written, changed", "not written"}


def test_another_package_reads_every_table_back(twice):
    folder, _ = twice[0]
    frames = result_frames(
        study().about.quality, profile=profile("supply"), clustering=clustering(),
        balance=balance(),
    )  # fmt: skip
    for name, frame in frames.items():
        assert pl.read_parquet(folder / "tables" / f"{name}.parquet").equals(frame), name


def test_special_case_nothing_was_run(tmp_path):
    written = write_results(tmp_path, study())
    names = {path.name for path in written}
    assert "quality_tables.csv" in names
    assert "clusters.csv" not in names
    assert "ties.graphml" in names


def test_special_case_no_cluster_was_found(tmp_path):
    written = write_results(tmp_path, study(), clustering=clustering(0))
    assert {"clusters.geojson", "buzzline.gpkg"} <= {path.name for path in written}


def test_special_case_a_missing_package_is_said_and_the_rest_is_written(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("pyogrio"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    written = write_results(tmp_path, study(), clustering=clustering())
    (reason,) = [reason for name, reason in written.skipped if name == "buzzline.gpkg"]
    assert "pip install 'buzzline[geo]'" in reason
    assert any(path.name == "ties.gexf" for path in written)


def test_special_case_a_full_disk_names_the_file_and_leaves_what_was_there(
    tmp_path, monkeypatch
):
    frames = {"members": clustering().members}
    write_tables(tmp_path, frames)
    before = (tmp_path / "members.parquet").read_bytes()

    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(
        UnwritableOutput, match=r"members\.parquet: cannot be written \(No space"
    ):
        write_tables(tmp_path, frames)
    assert (tmp_path / "members.parquet").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "members.csv",
        "members.parquet",
    ]


def test_by_hand_rows_set_aside_keep_their_reason(tmp_path):
    (path,) = write_set_aside(tmp_path, study())
    assert path.read_text("utf-8-sig") == "from,to,row,reason\n'=1+1,x,5,?\n"
