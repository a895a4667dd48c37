"""Roles of members, gatekeepers first, on maps and in networks."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET

import polars as pl
import pyogrio
import pytest

from buzzline.clusters import candidate_clusters
from buzzline.export import write_results
from buzzline.export.places import organisations_with_clusters, roles_of
from buzzline.linkages import gatekeepers
from buzzline.tables.worlds import make_world, plant_advice


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    world = make_world(organisations=400, clusters=2, rng=7)
    study, _ = plant_advice(world.study, world.truth.cluster, n_gatekeepers=2, rng=1)
    found = candidate_clusters(study, draws=99, rng=1)
    roles = gatekeepers(study, found, draws=99, rng=1)
    folder = tmp_path_factory.mktemp("roles")
    write_results(folder, study, clustering=found, measures=[roles])
    return study, found, roles, folder


def test_invariant_each_organisation_has_one_role_that_of_its_likeliest_cluster(written):
    study, found, roles, _ = written
    said = roles_of(roles)
    assert said["org_id"].is_unique().all()
    most = roles.members.group_by("org_id").agg(pl.col("gatekeeper").max())
    assert said.join(most, on="org_id", suffix="_most").select(
        (pl.col("gatekeeper") == pl.col("gatekeeper_most")).all()
    ).item()  # fmt: skip
    rows = organisations_with_clusters(study, found, roles=roles)
    assert rows.height == study.organisations.height
    assert rows["role"].drop_nulls().len() == said.height


def test_invariant_maps_and_networks_hold_every_role(written):
    _, _, roles, folder = written
    wanted = dict(roles_of(roles).select("org_id", "role").iter_rows())
    points = json.loads((folder / "maps" / "organisations.geojson").read_text("utf-8"))
    for point in points["features"]:
        said = point["properties"]
        assert said["role"] == wanted.get(said["org_id"])
    _, rows = pyogrio.read_arrow(folder / "maps" / "buzzline.gpkg", layer="organisations")
    assert pl.from_arrow(rows)["role"].drop_nulls().len() == len(wanted)
    for name in ("ties.graphml", "ties.gexf"):
        text = (folder / "networks" / name).read_text("utf-8")
        ET.fromstring(text.encode())  # whole
        kind = "technological gatekeeper"
        n = text.count(f">{kind}<") + text.count(f'value="{kind}"')
        assert n == list(wanted.values()).count(kind) > 0
