from dataclasses import replace

import polars as pl

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.clustering import FIRST_TEST_ONLY
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def test_tables_belong_together_and_the_text_says_what_was_not_tested():
    world = make_world(organisations=400, clusters=3, rng=1)
    clustering = candidate_clusters(world.study, draws=199, rng=1)
    ids = clustering.clusters["cluster_id"]
    assert set(clustering.members["cluster_id"]) == set(ids)
    sizes = dict(clustering.members.group_by("cluster_id").len().iter_rows())
    assert sizes == dict(clustering.clusters.select("cluster_id", "n_members").iter_rows())
    cores = dict(
        clustering.members.group_by("cluster_id")
        .agg(pl.col("is_core").sum().cast(pl.Int64))
        .iter_rows()
    )
    assert cores == dict(clustering.clusters.select("cluster_id", "n_core").iter_rows())
    parents = set(clustering.tree["parent_id"].drop_nulls())
    assert parents <= set(clustering.tree["candidate_id"])
    assert FIRST_TEST_ONLY in str(clustering)
    assert clustering.clusters["strength"].is_sorted(descending=True)


def test_nothing_examined_is_not_nothing_found():
    study = Study.of(
        organisations=pl.DataFrame(
            {"org_id": [str(k) for k in range(60)], "industry": ["a", "a", "b"] * 20,
             "longitude": [float(k % 7) for k in range(60)], "latitude": [45.0] * 60,
             "precision": ["region"] * 60}
        )
    )  # fmt: skip
    text = str(candidate_clusters(study, draws=0, rng=1))
    assert text.startswith("No cluster could be looked for")
    assert "less exact than" in text
    assert repr(candidate_clusters(study, draws=0, rng=1)) == text


def test_no_cluster_is_not_called_a_candidate():
    clustering = candidate_clusters(
        make_world(organisations=400, clusters=3, rng=1).study, draws=199, rng=1
    )
    none = replace(clustering, clusters=clustering.clusters.head(0))
    assert str(none) == "No candidate cluster stands out from chance."


def test_one_cluster_is_told_in_the_singular():
    clustering = candidate_clusters(
        make_world(organisations=400, clusters=3, rng=1).study, draws=199, rng=1
    )
    assert str(replace(clustering, clusters=clustering.clusters.head(1))).startswith(
        "1 candidate cluster in 1 industry; the strongest is "
    )
