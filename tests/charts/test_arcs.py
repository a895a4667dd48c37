"""Maps and chords of deals between clusters: what is drawn, and what is said where nothing is."""

import numpy as np
import polars as pl
import pytest
from tests.linkages.planted_advice import clustering_of

from buzzline.charts.arcs import _without_far, arc_map, chord_of_clusters
from buzzline.charts.drawing import charts_of
from buzzline.charts.lines import Line
from buzzline.charts.spots import Spots, spots
from buzzline.investment.cluster_investments import cluster_investments
from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.investments import plant_investments


@pytest.fixture(scope="module")
def invested():
    world = make_world(organisations=400, clusters=4, industries=3, rng=1)
    study, _ = plant_investments(
        world.study, world.truth.cluster, deals=150, rng=np.random.default_rng(1)
    )
    clustering = clustering_of(study, world.truth.cluster)
    at = [world.truth.clusters[name] for name in ("longitude", "latitude")]
    clusters = clustering.clusters.with_columns(longitude=at[0], latitude=at[1])
    object.__setattr__(clustering, "clusters", clusters)
    return cluster_investments(study, clustering, draws=19, rng=1)


def test_every_pair_of_clusters_with_deals_is_an_arc(invested):
    pairs = invested.pairs.drop_nulls(["origin", "destination"]).filter(
        (pl.col("value") > 0) & (pl.col("origin") != pl.col("destination"))
    )
    spec = arc_map(invested).spec
    arcs = [layer for layer in spec["layer"] if layer.get("mark", {}) and
            isinstance(layer.get("mark"), dict) and layer["mark"].get("type") == "trail"]  # fmt: skip
    rows = arcs[0]["data"]["values"]
    assert len({row["line"].split(".")[0] for row in rows}) == pairs.height
    assert f"{int(pairs['value'].sum()):,} deals" in str(spec["title"]["subtitle"])


def test_the_picture_of_a_phone_and_the_circle_are_drawn(invested):
    assert list(charts_of("deals", invested)) == ["deals", "deals.map", "deals.chord"]
    for width in (680, 320):
        assert chord_of_clusters(invested, width=width).svg().startswith("<svg")
        assert arc_map(invested, width=width).svg().startswith("<svg")


def test_without_deals_between_clusters_it_is_said(invested):
    none = pl.DataFrame(schema=invested.pairs.schema)
    alone = type(invested)(**{
        name: getattr(invested, name) for name in invested.__dataclass_fields__
    } | {"pairs": none})  # fmt: skip
    for drawn in (arc_map(alone), chord_of_clusters(alone)):
        assert "No deal leads from one cluster to another" in drawn.alt
    assert list(charts_of("deals", alone)) == ["deals"]


def test_one_pair_far_from_all_others_does_not_empty_the_map():
    between = pl.DataFrame({
        "origin_latitude": [37.8, 37.8, -34.6], "destination_latitude": [51.5, 40.7, -23.5],
        "value": [60.0, 30.0, 1.0],
    })  # fmt: skip
    assert _without_far(between).equals(between.head(2))
    many = between.with_columns(value=pl.lit(10.0))
    assert _without_far(many).equals(many)
    assert _without_far(between.tail(1)).height == 1


def test_arcs_stay_within_the_frame():
    """From San Francisco to London a great circle runs far north of both."""
    ends = np.array([[-122.4, 37.8], [-0.1, 51.5]])
    line = Line(tuple(ends[0]), tuple(ends[1]), 2.0, "#000000")
    body = spots(
        Spots(ends[:, 0], ends[:, 1], ["hot", "hot"], lines=[line], names=["SF", "London"]),
        width=680,
    )
    (trail,) = [layer for layer in body["layer"] if str(layer["mark" if "mark" in layer else
                "data"]).count("trail")]  # fmt: skip
    assert len(trail["data"]["values"]) == 25
    for row in trail["data"]["values"]:
        assert 0 <= row["x"] <= 680
        assert 0 <= row["y"] <= body["height"]
    assert "'strokeJoin': 'round'" in str(body)  # no spikes around names
