"""Pictures of agreement, stability, declared clusters and districts."""

import pytest
from tests.charts.pictures import overlaps, texts
from tests.clusters.test_cluster_agreement import two_towns
from tests.clusters.test_declared_clusters import FOUND, WORLD
from tests.clusters.test_industrial_districts import districts, study_of

from buzzline.charts import chart
from buzzline.clusters.cluster_agreement import cluster_agreement
from buzzline.clusters.declared_clusters import declared_clusters
from buzzline.clusters.stability import delineation_stability


def drawn(result, width):
    svg = chart(result, width=width).svg()
    assert not overlaps(svg)
    return " ".join(box[0] for box in texts(svg))


@pytest.mark.parametrize("width", [280, 680])
def test_declared_clusters_say_what_they_are(width):
    said = drawn(declared_clusters(WORLD.study, FOUND, draws=99, rng=1), width)
    assert "none" in said
    assert "found" in said


@pytest.mark.parametrize("width", [280, 680])
def test_stability_shows_members_and_the_strip(width):
    said = drawn(delineation_stability(WORLD.study, FOUND, draws=6, rng=1), width)
    assert "members" in said
    assert "80%" in said


@pytest.mark.parametrize("width", [280, 680])
def test_agreement_shows_industries_and_clusters_that_are_cut(width):
    study, clusters = two_towns(region=["a", "b"] * 20 + ["b"] * 40)
    said = drawn(cluster_agreement(study, clusters, draws=19, rng=1), width)
    assert "regions" in said
    assert "2 groups" in said


@pytest.mark.parametrize("width", [280, 680])
def test_districts_show_their_steps(width):
    said = drawn(districts(study_of()), width)
    assert "labour market" in said
    assert "Textiles" in said


def test_nothing_to_draw_says_why():
    study, clusters = two_towns(region=[None] * 80)
    assert "not testable" in chart(cluster_agreement(study, clusters, rng=1)).alt
    assert "not testable" in chart(districts(study_of(level="region"))).alt
    assert "not testable" in chart(delineation_stability(WORLD.study, FOUND, draws=0)).alt
    bare = WORLD.study.with_table("memberships", WORLD.study.memberships.clear())
    assert "no declared clusters" in chart(declared_clusters(bare, FOUND, rng=1)).alt
