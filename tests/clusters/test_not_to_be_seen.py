"""Where no cluster could be seen, and where a layer has no ties, it is said so."""

import polars as pl
from tests.clusters.planted import planted, study_at

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.separation import separation
from buzzline.tables.worlds import make_sibling_world


def test_everything_at_one_point_is_not_testable_by_hand():
    study = study_at([0.0] * 60, [0.0] * 60, ["optics"] * 20 + ["other"] * 40)
    found = candidate_clusters(study, draws=19, rng=1)
    assert set(found.coverage["status"].str.contains("at one point")) == {True}
    assert "No cluster could be looked for" in str(found)
    assert "add coordinates" in str(found)


def test_one_industry_without_others_is_not_testable_by_hand():
    x = [float(k % 10) for k in range(60)]
    found = candidate_clusters(study_at(x, x, ["optics"] * 60), draws=19, rng=1)
    assert set(found.coverage["status"].str.contains("no background")) == {True}
    assert "60 of 60" in str(found)
    mixed = candidate_clusters(study_at(x, x, ["optics", "other"] * 30), draws=19, rng=1)
    assert "examined" in set(mixed.coverage["status"])


def test_layers_without_ties_are_not_counted_by_hand():
    world = make_sibling_world(organisations=400, rng=1)
    found = separation(world.study, planted(world), layers=("supply",), draws=0, rng=1)
    assert "by 1 layer: " in str(found)
    pairs = found.pairs
    empty = pairs.with_columns(layer=pl.lit("labour_move"), n=pl.lit(0.0))
    both = type(found)(**{
        name: getattr(found, name) for name in found.__slots__ if name != "pairs"
    }, pairs=pl.concat([pairs, empty]))  # fmt: skip
    assert "by 1 layer; no ties of labour move: " in str(both)
