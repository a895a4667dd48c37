"""Clusters as declared, or as any other method gives them, put through both tests."""

from functools import cache
from itertools import product
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from buzzline.charts import chart
from buzzline.cli.things import earlier_clusters
from buzzline.clusters import (
    clustering_of_labels,
    declared_as_clusters,
    delineation,
    distinctness,
    separation,
)
from buzzline.errors import InvalidArgument
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.study import Study
from buzzline.tables.worlds import Bonds, Parks, make_sibling_world

OUTCOMES = {
    (True, True): "multiple clusters", (True, False): "one cluster, several sites",
    (False, True): "overlapping communities in one place", (False, False): "one cluster",
}  # fmt: skip


@cache
def world(distinct=False, separate=True):
    return make_sibling_world(
        distinct=distinct, separate=separate, organisations=800, bonds=Bonds(ties_each=3.0),
        parks=Parks(paper=1), rng=1,
    )  # fmt: skip


def outcome(study, clustering):
    tests = (
        distinctness(study, clustering, draws=39, rng=1),
        separation(study, clustering, draws=39, rng=1),
    )
    found = delineation(study, clustering, *tests).pairs
    planted = pl.col("cluster_id").is_in(["D0", "0"]) & pl.col("sibling_id").is_in(["D1", "1"])
    return found.filter(planted)["outcome"].to_list()


@pytest.mark.parametrize("cell", list(product([True, False], repeat=2)))
def test_recovers_each_of_the_four_outcomes_from_declared_clusters(cell):
    study = world(*cell).study
    assert outcome(study, declared_as_clusters(study)) == [OUTCOMES[cell]]


def test_recovers_overlapping_communities_from_labels_of_any_method():
    planted = world()
    labels = clustering_of_labels(planted.study, planted.truth.cluster, industry="optics")
    assert outcome(planted.study, labels) == ["overlapping communities in one place"]


def test_labels_and_declarations_of_the_same_members_give_the_same_clusters():
    planted = world()
    declared = declared_as_clusters(planted.study)
    labels = clustering_of_labels(planted.study, planted.truth.cluster)
    drop = ["cluster_id", "label"]
    both = declared.clusters.filter(pl.col("cluster_id") != "D2").drop(drop)
    assert both.equals(labels.clusters.drop(drop))


def small(**tables):
    """Return eight organisations along the equator, a hundredth of a degree apart."""
    return Study.of(
        organisations=pl.DataFrame({
            "org_id": list("abcdefgh"), "industry": [*["x"] * 5, "y", None, None],
            "longitude": [0.0, 0.01, 0.02, 0.03, 5.0, 0.01, None, 0.5],
            "latitude": [0.0] * 6 + [None, 0.0], "city": ["Prato"] * 8, "country": ["IT"] * 8,
        }),
        declared_clusters=pl.DataFrame({
            "cluster_id": ["D0", "D1", "D2", "D3", "D4"], "name": ["Wool", None, "Dust", "Air", None],
            "industry": ["x", "nobody's", "x", None, None],
        }),
        memberships=pl.DataFrame({
            "cluster_id": ["D0"] * 5 + ["D1"] * 3 + ["D3", "D4"],
            "org_id": list("abcde") + list("abf") + ["g", "h"],
            "start": [None] * 4 + ["2015-01-01"] + [None] * 5,
        }, schema_overrides={"start": pl.String}).with_columns(pl.col("start").str.to_date()),
    )  # fmt: skip


def test_centre_reach_and_ratio_by_hand():
    found = declared_as_clusters(small()).clusters.row(0, named=True)
    km = float(distance_km(*(unit_vectors(np.array([x]), np.zeros(1)) for x in (0.02, 0.0)))[0])
    # Members at 0, 1, 2, 3 and 500 hundredths: the third is in the middle; half within 0.01.
    assert (found["longitude"], found["latitude"]) == pytest.approx((0.02, 0.0))
    assert found["scale_km"] == pytest.approx(km / 2, rel=1e-6)
    # Within a hundredth: members b, c, d; with f, four of all; 5 of 7 located are of x.
    assert (found["n_members"], found["n_core"], found["n_background"]) == (5, 5, 4)
    assert found["expected"] == pytest.approx(4 * 5 / 7)
    assert found["ratio"] == pytest.approx(3 / (4 * 5 / 7))
    assert found["low"] < found["ratio"] < found["high"]
    assert (found["p"], found["strength"]) == (None, None)
    assert found["radius_km"] == pytest.approx(4.98 * 111.195, rel=1e-3)


def test_industry_is_as_declared_or_else_the_commonest_of_members():
    found = declared_as_clusters(small()).clusters
    assert dict(found.select("cluster_id", "industry").iter_rows()) == {"D0": "x", "D1": "x"}
    assert dict(found.select("cluster_id", "label").iter_rows())["D1"] == "D1"


def test_no_declared_cluster_is_dropped_silently():
    found = declared_as_clusters(small())
    left = found.coverage.filter(pl.col("status") != "examined")["status"].to_list()
    assert left == [
        "left out: D2 (Dust): no organisation of the study is a member",
        "left out: D3 (Air): none of 1 members has coordinates",
        "left out: D4 (D4): none of 1 members has an industry",
    ]
    assert "Left out: 3 of 5" in str(found)


def test_members_of_a_year_are_those_of_that_year():
    n = {year: declared_as_clusters(small(), year=year).clusters["n_members"][0]
         for year in (2014, 2016)}  # fmt: skip
    assert n == {2014: 4, 2016: 5}


def test_who_is_in_two_declared_clusters_is_a_member_of_both():
    members = declared_as_clusters(small()).members.filter(pl.col("org_id") == "a")
    assert members["cluster_id"].sort().to_list() == ["D0", "D1"]


def test_nothing_declared_is_said_with_what_to_add():
    found = declared_as_clusters(Study.of(organisations=small().organisations))
    assert "add the tables `declared_clusters` and `memberships`" in str(found)
    assert found.clusters.height == 0


def test_labels_are_one_an_organisation():
    with pytest.raises(InvalidArgument, match="3 labels for 8 organisations"):
        clustering_of_labels(small(), [0, 1, -1])


def test_the_chart_and_the_sentence_claim_no_test():
    found = declared_as_clusters(world().study)
    assert "p =" not in str(found)
    assert "none of them was tested here" in str(found)
    said = " ".join(chart(found).spec["title"]["subtitle"])
    assert "by number of members" in said
    assert "log-likelihood" not in said


def test_the_command_line_takes_declared_clusters_by_that_word():
    study = world().study
    found = earlier_clusters(Path("declared"), study, Path("study"))
    assert found.clusters.equals(declared_as_clusters(study).clusters)
