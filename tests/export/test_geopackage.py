"""The GeoPackage, read back by GDAL."""

import numpy as np
import polars as pl
import pytest
from pyogrio import list_layers, raw
from tests.results import clustering, study

from buzzline.export import geopackage, write_geopackage
from buzzline.tables.study import Study


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_geopackage(study(), clustering(), tmp_path_factory.mktemp("g") / "all.gpkg")


def layer(path, name):
    meta, table = raw.read_arrow(path, layer=name)
    return meta, pl.from_arrow(table).rename({table.column_names[-1]: "geometry"})


def test_another_package_finds_every_layer(written):
    (path,) = written
    assert [tuple(found) for found in list_layers(path)] == [
        ("clusters", "MultiPolygon"), ("cluster_centres", "Point"), ("members", "Point"),
        ("organisations", "Point"), ("ties", "MultiLineString"),
    ]  # fmt: skip


def test_another_package_reads_the_same_attributes(written):
    (path,) = written
    meta, clusters = layer(path, "clusters")
    assert meta["crs"] == "EPSG:4326"
    assert clusters["label"].to_list() == clustering().clusters["label"].to_list()
    assert clusters["ratio"].to_list() == clustering().clusters["ratio"].to_list()
    _, ties = layer(path, "ties")
    assert ties.height == 7
    assert ties["start"].to_list()[0].isoformat() == "2010-01-01"
    assert ties["weight"].to_list()[:2] == [1.5, None]


def test_another_package_reads_the_same_points(written):
    (path,) = written
    _, found = layer(path, "organisations")
    xy = np.array([np.frombuffer(shape[5:], "<f8") for shape in found["geometry"]])
    placed = study().organisations.drop_nulls(["longitude"])
    np.testing.assert_array_equal(xy, placed.select("longitude", "latitude").to_numpy())


def test_by_hand_what_has_no_place_is_counted(written):
    assert [note for _, note in written.notes] == [
        "organisations without coordinates, in no layer: 1",
        "ties with an end without coordinates, without a line: 1",
    ]


def test_special_case_too_many_ties_are_left_to_the_graphs(tmp_path, monkeypatch):
    monkeypatch.setattr(geopackage, "MOST_TIES", 7)
    found = write_geopackage(study(), None, tmp_path / "t.gpkg")
    assert [name for name, _ in list_layers(tmp_path / "t.gpkg")] == ["organisations"]
    assert "8 lines are more than 7" in found.notes[-1][1]


def test_special_case_ties_go_the_short_way_round(tmp_path):
    organisations = pl.DataFrame({
        "org_id": ["fiji", "samoa"], "longitude": [178.0, -172.0], "latitude": [-18.0, -13.0],
    })  # fmt: skip
    ties = pl.DataFrame({"source": ["fiji", "samoa"], "target": ["samoa", "fiji"],
                         "layer": ["supply"] * 2})  # fmt: skip
    study = Study.of(organisations=organisations, linkages=ties)
    write_geopackage(study, None, tmp_path / "t.gpkg")
    _, found = layer(tmp_path / "t.gpkg", "ties")
    there, back = found["geometry"]
    assert _corners(there) == [(178, -18), (180, -17), (-180, -17), (-172, -13)]
    assert _corners(back) == [(-172, -13), (-180, -17), (180, -17), (178, -18)]


def _corners(shape):
    lines = [np.frombuffer(shape[at + 9 : at + 41], "<f8") for at in (9, 50)]
    return [tuple(pair) for line in lines for pair in line.reshape(2, 2).tolist()]


def test_invariant_the_fixed_time_is_set_back(written):
    import pyogrio

    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
