"""GeoJSON, read back by the json module and by GDAL."""

import json

import polars as pl
import pytest
from pyogrio import raw
from tests.results import clustering, study

from buzzline.export import (
    write_cluster_areas,
    write_cluster_centres,
    write_organisation_points,
)  # fmt: skip


@pytest.fixture
def folder(tmp_path):
    write_cluster_areas(study(), clustering(), tmp_path / "clusters.geojson")
    write_cluster_centres(clustering(), tmp_path / "centres.geojson")
    write_organisation_points(study(), clustering(), tmp_path / "organisations.geojson")
    return tmp_path


def features(path):
    read = json.loads(path.read_text("utf-8"), parse_constant=lambda text: pytest.fail(text))
    assert read["type"] == "FeatureCollection"
    assert "crs" not in read
    return read["features"]


def test_by_hand_clusters_have_an_area_and_every_column(folder):
    found = features(folder / "clusters.geojson")
    assert [item["properties"]["label"] for item in found] == clustering().clusters[
        "label"
    ].to_list()
    assert set(found[0]["properties"]) == {*clustering().clusters.columns, "outline"}
    assert found[0]["geometry"]["type"] == "Polygon"
    ring = found[0]["geometry"]["coordinates"][0]
    assert ring[0] == ring[-1]


def test_by_hand_centres_are_the_densest_sites(folder):
    found = features(folder / "centres.geojson")
    assert found[1]["geometry"] == {"type": "Point", "coordinates": [12.1, 43.9]}


def test_by_hand_an_organisation_without_coordinates_stays(folder):
    found = {
        item["properties"]["org_id"]: item
        for item in features(folder / "organisations.geojson")
    }
    assert len(found) == 12
    assert found["o11"]["geometry"] is None
    assert found["o1"]["geometry"]["coordinates"] == [11.01, 43.9]
    assert found["o1"]["properties"]["cluster"] == "c0"
    assert found["o6"]["properties"]["name"] == "Ditta 6\x07"


def test_another_package_reads_the_same(folder):
    for name, shape, n in (
        ("clusters", "Polygon", 3), ("centres", "Point", 3), ("organisations", "Point", 12),
    ):  # fmt: skip
        meta, table = raw.read_arrow(folder / f"{name}.geojson")
        assert meta["crs"] == "EPSG:4326"
        assert meta["geometry_type"] == shape
        assert table.num_rows == n


def test_special_case_no_cluster(tmp_path):
    write_cluster_areas(study(), clustering(0), tmp_path / "c.geojson")
    assert features(tmp_path / "c.geojson") == []


def test_special_case_an_area_cut_in_two_is_one_feature(tmp_path):
    found = clustering(1)
    moved = found.clusters.with_columns(
        pl.lit(179.99).alias("longitude"), pl.lit(20.0).alias("radius_km")
    )
    away = type(found)(moved, found.members.clear(), found.tree, found.coverage, 0.95, 0.05, 9)
    write_cluster_areas(study(), away, tmp_path / "c.geojson")
    (feature,) = features(tmp_path / "c.geojson")
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert len(feature["geometry"]["coordinates"]) == 2
