"""Who belongs how to which cluster, on maps and in networks."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import polars as pl
import pyogrio
import pytest

from buzzline.clusters import candidate_clusters, membership
from buzzline.export import write_results
from buzzline.export.places import RANKED, member_types, organisations_with_clusters, related
from buzzline.tables.worlds import Parks, make_sibling_world


@pytest.fixture(scope="module")
def city():
    parks = Parks(members=0.3, industries=4)
    return make_sibling_world(organisations=500, parks=parks, rng=3).study


@pytest.fixture(scope="module")
def found(city):
    return candidate_clusters(city, draws=99, rng=1)


@pytest.fixture(scope="module")
def types(city, found):
    return membership(city, found, draws=19, rng=1)


@pytest.fixture(scope="module")
def out(city, found, types, tmp_path_factory):
    folder = tmp_path_factory.mktemp("membership")
    write_results(folder, city, clustering=found, measures=[types])
    return folder


def test_brute_force_each_organisation_is_what_it_is_foremost(types):
    said = {row["org_id"]: row for row in member_types(types).to_dicts()}
    rows = types.members.filter(pl.col("type") != "non-member").to_dicts()
    assert set(said) == {row["org_id"] for row in rows if row["type"] in RANKED}
    for row in rows:
        if row["type"] in RANKED:
            there = RANKED.index(said[row["org_id"]]["member_type"])
            assert there <= RANKED.index(row["type"])
    assert member_types(types)["member_type"].n_unique() > 1


def test_invariant_maps_hold_every_type(city, types, out):
    points = json.loads((out / "maps" / "organisations.geojson").read_text("utf-8"))["features"]
    wanted = dict(member_types(types).select("org_id", "member_type").iter_rows())
    for point in points:
        said = point["properties"]
        assert said["member_type"] == wanted.get(said["org_id"])
    assert len(points) == city.organisations.height
    near = json.loads((out / "maps" / "membership.geojson").read_text("utf-8"))["features"]
    assert [one["properties"]["type"] for one in near] == related(types)["type"].to_list()
    _, rows = pyogrio.read_arrow(out / "maps" / "buzzline.gpkg", layer="membership")
    assert pl.from_arrow(rows)["type"].to_list() == related(types)["type"].to_list()


@pytest.mark.parametrize("name", ["ties.graphml", "ties.gexf"])
def test_invariant_nodes_of_networks_have_their_type(types, out, name):
    text = (out / "networks" / name).read_text("utf-8")
    ET.fromstring(text.encode())  # whole
    counts = member_types(types)["member_type"].value_counts()
    for kind, n in counts.iter_rows():
        quote = (
            f'value="{kind}"' if name.endswith("gexf") else f'key="node_member_type">{kind}<'
        )
        assert text.count(quote) == n


def test_collapses_without_a_membership_nothing_is_said_of_types(city, found, tmp_path):
    assert "member_type" not in organisations_with_clusters(city, found).columns
    write_results(tmp_path, city, clustering=found)
    assert not (tmp_path / "maps" / "membership.geojson").exists()
    assert "member_type" not in (tmp_path / "networks" / "ties.graphml").read_text("utf-8")
