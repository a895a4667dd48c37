"""Points of GeoJSON and GeoPackage."""

import json
import struct

import polars as pl
import pyarrow as pa
import pyogrio
import pytest

from buzzline.errors import UnreadableFile
from buzzline.tables.geographic import geojson, geopackage, points


def rows(source):
    return source.load(source.columns, None).frame.rows()


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


def feature(geometry, **properties):
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_by_hand_points_become_two_columns(tmp_path):
    path = tmp_path / "firms.geojson"
    path.write_text(json.dumps(collection(
        feature({"type": "Point", "coordinates": [9.19, 45.46, 120]}, id=1, tags=["x", "y"]),
        feature({"type": "MultiPoint", "coordinates": [[16.37, 48.21]]}, id=2, open=True),
        feature({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}, id=3),
        feature(None, id=4),
    )))  # fmt: skip
    (source,) = geojson(path)
    read = source.load(("id", "longitude", "latitude", "tags", "open"), None).frame.rows()
    assert read == [
        (2, "1", "9.19", "45.46", "x|y", None), (3, "2", "16.37", "48.21", None, "true"),
        (4, "3", None, None, None, None), (5, "4", None, None, None, None),
    ]  # fmt: skip


@pytest.mark.parametrize("content", ["[]", "{}", "nonsense", '{"features": 3}'])
def test_what_is_no_collection_is_refused(tmp_path, content):
    path = tmp_path / "x.geojson"
    path.write_text(content)
    with pytest.raises(UnreadableFile, match=r"x\.geojson: is no GeoJSON"):
        geojson(path)


def test_metres_are_refused_with_a_remedy(tmp_path):
    path = tmp_path / "x.geojson"
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}
    path.write_text(json.dumps(collection(crs=crs)))
    with pytest.raises(UnreadableFile, match="EPSG::25832, not in degrees"):
        geojson(path)


def write_geopackage(path, crs="EPSG:4326", layer="firms"):
    geometry = pa.array([struct.pack("<BIdd", 1, 1, 9.5, 45.25), None], pa.binary())
    table = pa.table({"id": ["a", "b"], "longitude": ["x", "y"], "geometry": geometry})
    pyogrio.write_arrow(
        table, str(path), layer=layer, geometry_name="geometry", geometry_type="Point", crs=crs,
        driver="GPKG", append=path.exists(),
    )  # fmt: skip


def test_another_package_what_pyogrio_writes_is_read_back(tmp_path):
    path = tmp_path / "region.gpkg"
    write_geopackage(path)
    write_geopackage(path, layer="more")
    first, second = geopackage(path)
    assert (first.name, first.columns) == ("firms", ("id", "longitude", "latitude"))
    assert rows(first) == [(2, "a", 9.5, 45.25), (3, "b", None, None)]
    assert second.label == "region.gpkg, layer more"


def test_a_geopackage_in_metres_is_refused(tmp_path):
    write_geopackage(tmp_path / "m.gpkg", crs="EPSG:3857")
    with pytest.raises(UnreadableFile, match="EPSG:3857, not in degrees"):
        geopackage(tmp_path / "m.gpkg")


def test_special_case_no_points():
    assert [column.len() for column in points(pl.Series([], dtype=pl.Binary))] == [0, 0]
