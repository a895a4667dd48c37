"""Writers on a device without room: /dev/full stands for the disk."""

import tempfile
from pathlib import Path

import polars as pl
import pytest
from pyogrio import raw
from pyogrio.errors import DataSourceError
from tests.results import clustering, study

from buzzline.errors import UnwritableOutput
from buzzline.export import (
    graph_of,
    write_cluster_areas,
    write_csv,
    write_geopackage,
    write_gexf,
    write_graphml,
    write_organisation_points,
    write_parquet,
    write_workbook,
)  # fmt: skip

MEMBERS = pl.DataFrame({"org_id": [f"o{i}" for i in range(50_000)]})
WRITERS = {
    "t.parquet": lambda path: write_parquet(MEMBERS, path),
    "t.csv": lambda path: write_csv(MEMBERS, path),
    "t.xlsx": lambda path: write_workbook({"members": MEMBERS.head(100)}, path),
    "t.geojson": lambda path: write_organisation_points(study(), None, path),
    "areas.geojson": lambda path: write_cluster_areas(study(), clustering(), path),
    "t.graphml": lambda path: write_graphml(graph_of(study()), path),
    "t.gexf": lambda path: write_gexf(graph_of(study()), path),
}


@pytest.fixture
def full_disk(monkeypatch):
    """Let every temporary file beside a target lead to /dev/full."""
    real = tempfile.mkstemp

    def nowhere(*args, **kwargs):
        handle, name = real(*args, **kwargs)
        Path(name).unlink()
        Path(name).symlink_to("/dev/full")
        return handle, name

    monkeypatch.setattr(tempfile, "mkstemp", nowhere)
    monkeypatch.setattr(Path, "chmod", lambda self, mode: None)


@pytest.mark.parametrize("name", WRITERS)
def test_special_case_no_room_is_said_and_nothing_is_left(name, tmp_path, full_disk):
    target = tmp_path / "out" / name
    with pytest.raises(UnwritableOutput, match=rf"{name}: cannot be written"):
        WRITERS[name](target)
    assert list(target.parent.iterdir()) == []


def test_special_case_no_room_for_a_geopackage(tmp_path, monkeypatch):
    def full(*args, **kwargs):
        raise DataSourceError("database or disk is full")

    monkeypatch.setattr(raw, "write_arrow", full)
    with pytest.raises(
        UnwritableOutput, match=r"t\.gpkg: cannot be written \(database or disk"
    ):
        write_geopackage(study(), clustering(), tmp_path / "t.gpkg")
    assert list(tmp_path.iterdir()) == []
