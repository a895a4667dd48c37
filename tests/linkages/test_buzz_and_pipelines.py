"""Buzz and pipelines of clusters: planted truth, collapses, and bad input."""

import numpy as np
import polars as pl
import pytest

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages import buzz_and_pipelines
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.worlds import Geography, make_world


def clustering_of(clusters, members):
    """A clustering of which nothing but members and places is known."""
    clusters = clusters.with_columns(
        ratio=pl.lit(2.0), p=pl.lit(0.01), strength=pl.lit(2.0), n_members=pl.lit(9)
    )
    tree, coverage = pl.DataFrame(), pl.DataFrame({"status": ["examined"]})
    return Clustering(clusters, members, tree, coverage, 0.95, 0.05, 0)


def planted_clustering(world):
    """The planted clusters, as they were planted."""
    planted = world.truth.clusters
    ids = [f"planted/{k}" for k in planted["cluster"]]
    clusters = planted.select(
        pl.Series("cluster_id", ids), label="place", industry="industry",
        longitude="longitude", latitude="latitude",
    )  # fmt: skip
    label = world.truth.cluster
    members = pl.DataFrame({
        "cluster_id": pl.Series([ids[k] for k in label if k >= 0], dtype=pl.String),
        "org_id": world.study.organisations["org_id"].filter(pl.Series(label >= 0)),
        "is_core": True,
    })  # fmt: skip
    return clustering_of(clusters, members)


@pytest.fixture(scope="module")
def worlds():
    """The same world with and without its first cluster cut off from far away."""
    cut = {0: {"regional": 0.1, "national": 0.1, "global": 0.1}}
    return {
        name: make_world(organisations=900, clusters=4, missing=missing, rng=3)
        for name, missing in (("as it is", {}), ("cut off", cut))
    }


@pytest.fixture(scope="module")
def found(worlds):
    return {
        name: buzz_and_pipelines(world.study, planted_clustering(world), draws=49, rng=1)
        for name, world in worlds.items()
    }


def of(result, cluster):
    return result.clusters.filter(cluster_id=f"planted/{cluster}").row(0, named=True)


def test_a_cluster_cut_off_from_far_away_holds_fewer_pipelines(found):
    before, after = of(found["as it is"], 0), of(found["cut off"], 0)
    assert after["verdict"] == "fewer"
    assert after["pipelines"] < 0.3 * before["pipelines"]
    assert after["high"] < 0
    assert after["buzz"] == before["buzz"]  # ties on purpose are no buzz


def test_members_of_clusters_hear_more_than_others_of_their_industry(found):
    rows = found["as it is"].clusters
    assert (rows["buzz_ratio"] > 1.5).all()
    assert (rows["buzz_rank"] > 0.7).all()
    assert (rows["buzz_near"] + rows["buzz_met"] - rows["buzz"]).abs().max() < 1e-9


def test_rows_of_all_tables_add_up(found):
    result = found["as it is"]
    members = result.members.group_by("cluster_id").agg(pl.col("pipelines").sum())
    both = result.clusters.join(members, on="cluster_id", suffix="_sum")
    assert both["n_pipelines"].to_list() == pytest.approx(both["pipelines_sum"].to_list())
    parts = result.scales.filter(pl.col("scale") != "all distant")
    by_scale = parts.group_by("cluster_id").agg(pl.col("n").sum())
    again = result.clusters.join(by_scale, on="cluster_id")
    assert again["n"].to_list() == pytest.approx(again["n_pipelines"].to_list())
    shares = result.bands.group_by("cluster_id").agg(pl.col("share").sum())
    assert shares["share"].to_list() == pytest.approx([1.0] * 4)


def test_wider_cut_offs_leave_fewer_pipelines(worlds, found):
    world = worlds["as it is"]
    wide = buzz_and_pipelines(
        world.study, planted_clustering(world), cutoffs=Cutoffs(200, 500), draws=9, rng=1
    )
    assert of(wide, 0)["n_pipelines"] < of(found["as it is"], 0)["n_pipelines"]


def test_the_order_of_rows_does_not_matter(worlds):
    world = worlds["as it is"]
    clustering = planted_clustering(world)
    turned = world.study.with_table("organisations", world.study.organisations.reverse())
    turned = turned.with_table("linkages", turned.linkages.reverse())
    names = ["buzz", "pipelines", "pipelines_expected", "log_ratio", "low", "hotspot_share"]
    one = buzz_and_pipelines(world.study, clustering, draws=9, rng=1).clusters
    two = buzz_and_pipelines(turned, clustering, draws=9, rng=1).clusters
    for name in names:
        assert one[name].to_list() == pytest.approx(two[name].to_list(), rel=1e-9)


def test_coordinates_of_towns_say_so():
    world = make_world(
        organisations=500, clusters=2, geography=Geography(coordinates="city"), rng=2
    )
    result = buzz_and_pipelines(world.study, planted_clustering(world), draws=9, rng=1)
    assert result.decay_km == pytest.approx(6.6)
    assert "towns, not streets" in str(result)


@pytest.mark.parametrize("change", [
    {"linkages": pl.DataFrame({"source": [], "target": [], "layer": []},
                              schema=dict.fromkeys(("source", "target", "layer"), pl.String))},
    {"organisations": ("longitude", "latitude")},
    {"organisations": ("country",)},
    {"organisations": ("industry",)},
    {"organisations": ("jobs",)},
])  # fmt: skip
def test_what_is_not_known_is_a_legal_answer(worlds, change):
    world = worlds["as it is"]
    ((table, gone),) = change.items()
    if isinstance(gone, tuple):
        gone = world.study.organisations.with_columns(pl.lit(None).alias(c) for c in gone)
    result = buzz_and_pipelines(
        world.study.with_table(table, gone), planted_clustering(world), draws=9, rng=1
    )
    assert result.clusters.height == 4
    assert len(str(result)) > 40
    reasons = {*result.clusters["status"], *result.scales["reason"]}
    if change.keys() == {"linkages"} or "longitude" in str(change):
        assert set(result.clusters["verdict"]) == {"not testable"}
        assert reasons - {None, "measured"}


def test_clusters_of_one_to_three_members_and_none(worlds):
    study = worlds["as it is"].study
    ids = study.organisations["org_id"]
    clusters = pl.DataFrame({
        "cluster_id": ["one", "three", "nobody"], "label": "X", "industry": "optics",
        "n_members": [1, 3, 0], "strength": 1.0, "longitude": 0.0, "latitude": 0.0,
    })  # fmt: skip
    members = pl.DataFrame({"cluster_id": ["one", *["three"] * 3], "org_id": ids.head(4),
                            "is_core": True})  # fmt: skip
    few = clustering_of(clusters, members)
    rows = buzz_and_pipelines(study, few, draws=9, rng=1).clusters
    status = dict(rows.select("cluster_id", "status").iter_rows())
    assert "fewer than 3 members" in status["one"]
    assert "fewer than 3 members" in status["nobody"]
    assert rows.filter(cluster_id="three")["pipelines"][0] is not None


def test_no_clusters_say_so_and_wrong_arguments_are_refused(worlds):
    study = worlds["as it is"].study
    empty = planted_clustering(make_world(organisations=60, clusters=0, rng=1))
    result = buzz_and_pipelines(study, empty, draws=9, rng=1)
    assert "There are no clusters." in str(result)
    for wrong in ({"level": 1.0}, {"decay_km": 0}, {"layers": ["phone"]}):
        with pytest.raises(InvalidArgument):
            buzz_and_pipelines(study, empty, rng=1, **wrong)


def test_everybody_at_one_point_is_measured():
    n = 60
    frame = pl.DataFrame({
        "org_id": [f"o{i}" for i in range(n)], "longitude": 5.0, "latitude": 50.0,
        "industry": "optics", "country": "BE",
    })  # fmt: skip
    ties = pl.DataFrame({"source": ["o0"], "target": ["o1"], "layer": "licence"})
    study = Study.of(organisations=frame, linkages=ties)
    clusters = pl.DataFrame({
        "cluster_id": ["x"], "label": "X", "industry": "optics", "n_members": 30,
        "strength": 1.0, "longitude": 5.0, "latitude": 50.0,
    })  # fmt: skip
    members = pl.DataFrame({"cluster_id": "x", "org_id": frame["org_id"].head(30),
                            "is_core": True})  # fmt: skip
    one = clustering_of(clusters, members)
    row = buzz_and_pipelines(study, one, draws=19, rng=1).clusters.row(0, named=True)
    assert row["buzz_ratio"] == pytest.approx(1.0)  # here and elsewhere is the same point
    assert row["verdict"] == "not testable"


def test_found_clusters_are_measured_as_declared_ones():
    world = make_world(organisations=600, clusters=3, rng=1)
    candidates = candidate_clusters(world.study, draws=199, rng=1)
    result = buzz_and_pipelines(world.study, candidates, draws=19, rng=1)
    assert result.clusters["q"].drop_nulls().len() == candidates.clusters.height
    assert np.isfinite(result.clusters["buzz_ratio"].to_numpy()).all()
