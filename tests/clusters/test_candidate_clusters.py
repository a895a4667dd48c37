import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score

from buzzline.clusters.candidate_clusters import CoreRule, candidate_clusters
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, null_world
from buzzline.tables.worlds.geography import Geography

DRAWS = 199


def labels(study, clustering):
    found = study.organisations.select("org_id").join(
        clustering.members.unique("org_id"), on="org_id", how="left", maintain_order="left"
    )
    return found["cluster_id"].fill_null("none").to_list()


def test_planted_clusters_are_found_with_their_members():
    agreement, found, planted = [], 0, 0
    for seed in range(50):
        world = make_world(organisations=600, clusters=4, rng=seed)
        clustering = candidate_clusters(world.study, draws=DRAWS, rng=seed)
        agreement.append(
            adjusted_rand_score(world.truth.cluster, labels(world.study, clustering))
        )
        planted += world.truth.clusters.height
        found += _found(world, clustering)
    assert np.mean(agreement) > 0.85
    assert found / planted > 0.9


def _found(world, clustering):
    """How many planted clusters have most of their members in one cluster found."""
    truth = world.study.organisations.select("org_id").with_columns(
        planted=pl.Series(world.truth.cluster)
    )
    shares = (
        clustering.members.join(truth, on="org_id")
        .filter(pl.col("planted") >= 0)
        .group_by("planted", "cluster_id").len()
        .group_by("planted").agg(pl.col("len").max())
        .join(world.truth.clusters, left_on="planted", right_on="cluster")
    )  # fmt: skip
    return shares.filter(pl.col("len") > pl.col("n_members") / 2).height


def test_without_clusters_few_worlds_show_one():
    worlds = 100
    false = sum(
        candidate_clusters(null_world(organisations=400, rng=seed).study, draws=DRAWS, rng=seed)
        .clusters.height > 0
        for seed in range(worlds)
    )  # fmt: skip
    # nominal 5 of 100; three binomial standard errors above is 11
    assert false <= 11


def test_row_order_and_names_do_not_matter():
    world = make_world(organisations=500, clusters=3, rng=2)
    organisations = world.study.organisations
    order = np.random.default_rng(1).permutation(organisations.height)
    shuffled = Study.of(
        organisations=organisations[order].with_columns(owner_id=None, place_id=None)
    )
    straight = Study.of(organisations=organisations.with_columns(owner_id=None, place_id=None))
    first, second = (candidate_clusters(s, draws=0, rng=1) for s in (straight, shuffled))
    columns = ["industry", "scale_km", "n_members", "n_core", "n_background"]
    assert (
        first.clusters.select(columns)
        .sort(columns)
        .equals(second.clusters.select(columns).sort(columns))
    )


def test_moving_the_map_east_changes_nothing():
    world = make_world(organisations=500, clusters=3, rng=2)
    moved = world.study.with_table(
        "organisations", world.study.organisations.with_columns(pl.col("longitude") - 170)
    )
    first, second = (candidate_clusters(s, draws=0, rng=1) for s in (world.study, moved))
    assert first.clusters["n_members"].to_list() == second.clusters["n_members"].to_list()
    assert first.members["org_id"].sort().equals(second.members["org_id"].sort())


def test_the_same_seed_gives_the_same_answer_on_any_number_of_threads(monkeypatch):
    study = make_world(organisations=500, clusters=3, rng=2).study
    both = []
    for threads in ("1", "2"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        both.append(candidate_clusters(study, draws=99, rng=5))
    assert both[0].clusters.equals(both[1].clusters)
    assert both[0].tree.equals(both[1].tree)


def test_scales_finer_than_city_centroids_are_not_examined():
    world = make_world(
        organisations=500, clusters=3, geography=Geography(coordinates="city"), rng=2
    )
    coverage = candidate_clusters(world.study, draws=0, rng=1).coverage
    fine = coverage.filter(pl.col("scale_km") < 10)["status"]
    assert fine.str.starts_with("not examined").all()
    assert (coverage.filter(pl.col("scale_km") >= 10)["status"] == "examined").all()


def test_a_hundred_thousand_organisations_at_one_point_are_no_cluster():
    n = 100_000
    organisations = pl.DataFrame(
        {"org_id": pl.int_range(n, eager=True).cast(pl.String), "longitude": [2.35] * n,
         "latitude": [48.86] * n, "industry": ["a", "b"] * (n // 2)}
    )  # fmt: skip
    clustering = candidate_clusters(Study.of(organisations=organisations), draws=9, rng=1)
    assert clustering.clusters.height == 0
    assert "at one point" in str(clustering)


def test_groups_of_industries_are_taken_together():
    study = make_world(organisations=500, clusters=3, industries=4, rng=2).study
    industries = study.organisations["industry"].unique().sort().to_list()
    clustering = candidate_clusters(
        study, industries={"first two": industries[:2]}, draws=0, rng=1
    )
    n = (
        study.industries_of()
        .filter(pl.col("industry").is_in(industries[:2]))["org_id"]
        .n_unique()
    )
    assert clustering.coverage["n_organisations"].unique().to_list() == [n]


def test_an_unknown_industry_is_refused_with_similar_ones():
    study = make_world(organisations=200, clusters=2, rng=2).study
    with pytest.raises(InvalidArgument, match="no organisation has the industry 'opt'"):
        candidate_clusters(study, industries=["opt"], rng=1)


def test_without_coordinates_the_remedy_is_named():
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a"], "industry": ["x"]}))
    with pytest.raises(TooFew, match="gazetteer"):
        candidate_clusters(study, rng=1)


def test_a_stricter_rule_finds_no_more_core_points():
    study = make_world(organisations=500, clusters=3, rng=2).study
    loose = candidate_clusters(study, draws=0, rng=1)
    strict = candidate_clusters(study, rule=CoreRule(p=1e-6), draws=0, rng=1)
    assert strict.coverage["n_core"].sum() < loose.coverage["n_core"].sum()


def test_provenance_reproduces_the_answer():
    study = make_world(organisations=300, clusters=2, rng=2).study
    first = candidate_clusters(study, draws=49)
    again = candidate_clusters(study, draws=49, rng=first.provenance.seed)
    assert first.clusters.equals(again.clusters)
    assert first.provenance.fingerprint == study.fingerprint


def test_blocks_of_sites_hardly_change_what_is_found(monkeypatch):
    world = make_world(organisations=1200, clusters=5, rng=4)
    exact = candidate_clusters(world.study, draws=DRAWS, rng=4)
    monkeypatch.setattr("buzzline.clusters.cores.MANY_SITES", 100)
    blocks = candidate_clusters(world.study, draws=DRAWS, rng=4)
    agreement = adjusted_rand_score(labels(world.study, exact), labels(world.study, blocks))
    assert agreement > 0.95
