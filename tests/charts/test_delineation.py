"""The plane of two tests and the tree of merges."""

from functools import cache

import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts
from tests.clusters.planted import clustering_of, planted

from buzzline.charts import chart, charts_of, further_charts
from buzzline.charts.dendrogram import Merge, branches, leaf_order
from buzzline.clusters.delineation import delineation
from buzzline.clusters.distinctness import distinctness
from buzzline.clusters.separation import separation
from buzzline.tables.study import Study
from buzzline.tables.worlds import Bonds, Parks, make_sibling_world


@cache
def three_parks(separate=True, with_ties=True):
    """Return three sites in a row, the ends of which have another between them."""
    world = make_sibling_world(
        separate=separate, organisations=900, parks=Parks(siblings=3, apart_km=10.0),
        bonds=Bonds(ties_each=2.0), rng=2,
    )  # fmt: skip
    study, clusters = world.study, planted(world)
    if not with_ties:
        study = Study.of(organisations=study.organisations)
    clusters = clustering_of(
        clusters.clusters.with_columns(label=pl.format("Park {}", "cluster_id")),
        clusters.members,
    )
    tests = (distinctness(study, clusters, draws=39, rng=1),
             separation(study, clusters, draws=39, rng=1))  # fmt: skip
    return delineation(study, clusters, *tests), clusters


@pytest.mark.parametrize("width", [280, 680])
@pytest.mark.parametrize("separate", [True, False])
@pytest.mark.parametrize("with_ties", [True, False])
def test_no_words_overlap(width, separate, with_ties):
    result, _ = three_parks(separate, with_ties)
    for spec in charts_of("delineation", result, width=width).values():
        assert not overlaps(spec.svg())


def test_the_plane_names_both_verdicts_and_the_outcomes_there_are():
    result, _ = three_parks()
    said = {box[0] for box in texts(chart(result).svg())}
    assert {"distinct in space", "not distinct in space", "multiple clusters"} <= said
    assert {f"Park D{k} · D{m}" for k, m in ((0, 1), (0, 2), (1, 2))} <= said


def test_pairs_without_ties_stand_in_a_strip_of_their_own():
    result, _ = three_parks(with_ties=False)
    said = [box[0] for box in texts(chart(result).svg())]
    assert "none" in said
    assert "not testable" in said
    assert "No two sites have ties" in further_charts(result)["merges"].alt
    assert "d.merges" not in charts_of("d", result)


def test_the_tree_says_which_sites_are_one():
    result, _ = three_parks(separate=False)
    svg = charts_of("d", result)["d.merges"].svg()
    said = " ".join(box[0] for box in texts(svg))
    assert "2 of 2 merges" in said
    assert {"Park D0", "Park D1", "Park D2"} <= {box[0] for box in texts(svg)}


def test_no_cluster_draws_a_sentence():
    result, clusters = three_parks()
    none = clustering_of(clusters.clusters[:0], clusters.members[:0])
    study = Study()
    empty = delineation(
        study, none, distinctness(study, none, draws=9), separation(study, none, draws=9)
    )
    assert "No two clusters" in chart(empty).alt
    assert result.pairs.height == 3


def test_branches_by_hand():
    merges = [Merge("a", "c", 0.1), Merge("a", "b", 0.4, is_made=False)]
    assert leaf_order(["a", "b", "c"], merges) == ["a", "c", "b"]
    lines = branches({"a": 0.5, "c": 1.5, "b": 2.5}, merges, -1.0)
    assert [(line["x"], line["x2"], line["y"], line["y2"]) for line in lines] == [
        (-1.0, 0.1, 0.5, 0.5), (-1.0, 0.1, 1.5, 1.5), (0.1, 0.1, 0.5, 1.5),
        (0.1, 0.4, 1.0, 1.0), (-1.0, 0.4, 2.5, 2.5), (0.4, 0.4, 1.0, 2.5),
    ]  # fmt: skip
    assert [line["is_made"] for line in lines] == [True] * 3 + [False] * 3


def test_points_are_named_above_a_picture_without_room_an_invariant():
    result, _ = three_parks()
    narrow = " ".join(box[0] for box in texts(chart(result, width=360).svg()))
    assert "Points, from the top:" in narrow
    assert all(f"D{k} · D{m}" in narrow for k, m in ((0, 1), (0, 2), (1, 2)))
    assert "from the top" not in chart(result).svg()
