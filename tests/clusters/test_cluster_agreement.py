"""Clusters against regions, declared clusters and other delineations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score
from tests.clusters.planted import clustering_of, planted, study_at

from buzzline.agreement import adjusted_rand
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.cluster_agreement import agreement_of_clusterings, cluster_agreement
from buzzline.clusters.grouping_agreement import (
    blind_borders,
    grouping_agreement,
    largest_shares,
    rand_interval,
)
from buzzline.clusters.groupings import cluster_labels, group_labels
from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import make_sibling_world, make_world


def rand(result):
    return result.measures.filter(measure="adjusted Rand index")


def two_towns(n=40, region=None, apart_km=60.0, rng=None):
    """Two clusters of one industry, n members each, a given region of each member."""
    rng = rng or np.random.default_rng(1)
    x = np.concatenate([rng.normal(0, 2, n), rng.normal(apart_km, 2, n)])
    y = rng.normal(0, 2, 2 * n)
    study = study_at(x, y, "x", region=region or ["a"] * n + ["b"] * n)
    ids = ["one"] * n + ["two"] * n
    members = pl.DataFrame({"cluster_id": ids, "org_id": study.organisations["org_id"],
                            "is_core": True})  # fmt: skip
    clusters = pl.DataFrame({"cluster_id": ["one", "two"], "label": ["one", "two"],
                             "industry": "x"})  # fmt: skip
    return study, clustering_of(clusters, members)


def test_borders_that_follow_clusters_agree_fully():
    study, clusters = two_towns()
    found = cluster_agreement(study, clusters, against="region", rng=1)
    assert rand(found)["value"].item() == 1.0
    assert set(found.clusters["share"]) == {1.0}
    assert found.clusters.sort("cluster_id")["group"].to_list() == ["a", "b"]


def test_any_border_between_two_towns_follows_them():
    # blind borders do so in every second draw, so it is no merit of the official ones
    study, clusters = two_towns()
    found = cluster_agreement(study, clusters, against="region", draws=199, rng=1)
    assert rand(found)["p"].item() > 0.3
    assert rand(found)["chance"].item() == "borders drawn blindly"


def test_recovers_the_truth_where_borders_follow_many_towns():
    rng = np.random.default_rng(3)
    n_towns, n = 12, 15
    centre = rng.uniform(-300, 300, (n_towns, 2))
    at = np.repeat(centre, n, axis=0) + rng.normal(0, 15, (n_towns * n, 2))
    town = [f"t{k:02d}" for k in np.repeat(np.arange(n_towns), n)]
    study = study_at(at[:, 0], at[:, 1], "x", region=town)
    members = pl.DataFrame({"cluster_id": town, "org_id": study.organisations["org_id"],
                            "is_core": True})  # fmt: skip
    names = sorted(set(town))
    table = pl.DataFrame({"cluster_id": names, "label": names, "industry": "x"})
    found = cluster_agreement(study, clustering_of(table, members), draws=99, rng=1)
    assert rand(found)["p"].item() == 0.01
    assert rand(found)["chance_high"].item() < 0.95


def test_blind_borders_have_uniform_p_against_each_other():
    rng = np.random.default_rng(5)
    at = rng.normal(size=(150, 3))
    xyz = at / np.linalg.norm(at, axis=1, keepdims=True)
    blind = blind_borders(xyz, xyz, 6)
    p = [
        grouping_agreement(blind(rng), blind(rng), dealt=blind, draws=39, rng=k)[0].p
        for k in range(60)
    ]
    assert 0.35 < np.mean(p) < 0.65
    assert sum(value <= 0.05 for value in p) <= 8


def test_a_region_that_cuts_a_cluster_is_told():
    study, clusters = two_towns(region=["a", "b"] * 20 + ["b"] * 40)
    found = cluster_agreement(study, clusters, against="region", draws=99, rng=1)
    first = found.table().row(0, named=True)
    assert (first["cluster_id"], first["share"], first["n_groups"]) == ("one", 0.5, 2)
    assert first["null_mean"] > 0.5
    assert "1 of 2 clusters has less than 80%" in str(found)


def test_brute_force_interval_of_the_rand_index_leaves_out_one_at_a_time():
    rng = np.random.default_rng(2)
    first, second = rng.integers(0, 3, 40), rng.integers(0, 4, 40)
    second[:25] = first[:25]
    left = [adjusted_rand(np.delete(first, k), np.delete(second, k)) for k in range(40)]
    error = np.sqrt(39 / 40 * ((left - np.mean(left)) ** 2).sum())
    low, high = rand_interval(first, second, level=0.95)
    assert (high - low) / 2 == pytest.approx(1.959964 * error)
    assert (low + high) / 2 == pytest.approx(adjusted_rand(first, second))


def test_recovers_the_truth_interval_of_the_rand_index_covers_what_it_is_drawn_from():
    rng = np.random.default_rng(4)
    chance = np.array([[0.3, 0.05, 0.0], [0.05, 0.2, 0.1], [0.0, 0.1, 0.2]]).ravel()
    whole = rng.multinomial(1_000_000, chance).reshape(3, 3)
    pairs = [(part * (part - 1) / 2).sum() for part in
             (whole, whole.sum(1), whole.sum(0), np.array([1e6]))]  # fmt: skip
    expected = pairs[1] * pairs[2] / pairs[3]
    truth = (pairs[0] - expected) / ((pairs[1] + pairs[2]) / 2 - expected)
    covered = 0
    for _ in range(200):
        cell = rng.choice(9, 80, p=chance)
        low, high = rand_interval(cell // 3, cell % 3, level=0.95)
        covered += low <= truth <= high
    assert 180 <= covered <= 199


def test_intervals_of_what_was_observed_stand_beside_the_ranges_of_chance():
    study, clusters = two_towns(region=["a", "b"] * 20 + ["b"] * 40)
    found = cluster_agreement(study, clusters, against="region", draws=99, rng=1)
    one = found.clusters.row(0, named=True)
    # 20 of 40, Clopper-Pearson
    assert (one["low"], one["high"]) == pytest.approx((0.338, 0.662), abs=5e-4)
    assert one["chance_low"] <= one["null_mean"] <= one["chance_high"]
    row = rand(found).row(0, named=True)
    assert row["low"] < row["value"] < row["high"]
    equal = rand(cluster_agreement(*two_towns(), against="region", draws=9, rng=1))
    assert equal["low"].item() is None


def test_all_in_one_region_is_not_testable_and_said():
    study, clusters = two_towns(region=["a"] * 80)
    found = cluster_agreement(study, clusters, against="region", draws=19, rng=1)
    reason = "not testable: all members are in one group"
    assert found.measures["status"].to_list() == [reason]
    assert found.measures["p"].null_count() == 1
    assert reason in str(found)
    assert "in 0 of" not in str(found)
    alone = replace(clusters, clusters=clusters.clusters.head(1))
    study, _ = two_towns(region=["a", "b"] * 40)
    found = cluster_agreement(study, alone, against="region", draws=19, rng=1)
    assert found.measures["status"].to_list() == ["not testable: all are in one cluster"]


def test_by_hand_overlap_with_a_region():
    study, clusters = two_towns(region=["a", "b"] * 20 + ["b"] * 40)
    one, two = (
        cluster_agreement(study, clusters, against="region", draws=9, rng=1)
        .clusters.sort("cluster_id")
        .to_dicts()
    )
    assert one["overlap"] == pytest.approx(20 / 40)  # region a holds 20, all of them here
    assert two["overlap"] == pytest.approx(40 / 60)  # region b holds 40 + 20


def test_another_package_gives_the_same_agreement():
    world = make_world(organisations=600, clusters=4, industries=2, rng=4)
    clusters = candidate_clusters(world.study, draws=19, rng=1)
    found = cluster_agreement(world.study, clusters, against="municipality", draws=9, rng=1)
    groups = group_labels(world.study, "municipality")[1].code
    for name, labels in cluster_labels(world.study, clusters).items():
        row = rand(found).filter(industry=name)
        if row.height:
            both = (labels.code >= 0) & (groups >= 0)
            theirs = adjusted_rand_score(labels.code[both], groups[both])
            assert row["value"].item() == pytest.approx(theirs)


def test_declared_clusters_that_are_the_clusters_agree_beyond_chance():
    world = make_sibling_world(organisations=600, rng=1)
    found = cluster_agreement(world.study, planted(world), against="declared", draws=99, rng=1)
    assert rand(found)["value"].item() == 1.0
    assert rand(found)["p"].item() == 0.01
    assert (found.clusters["overlap"] == 1).all()
    assert set(found.measures["chance"]) == {"groups dealt among members"}


def test_collapse_a_delineation_against_itself_and_against_one_of_other_industries():
    study, clusters = two_towns()
    same = agreement_of_clusterings(study, clusters, clusters, draws=19, rng=1)
    assert rand(same)["value"].item() == 1.0
    assert same.measures.filter(measure="variation of information")["value"].item() == 0.0
    other = replace(clusters, clusters=clusters.clusters.with_columns(industry=pl.lit("y")))
    nothing = agreement_of_clusterings(study, clusters, other, draws=19, rng=1)
    assert nothing.measures["status"].to_list() == ["not in the other delineation"]


def test_two_delineations_of_one_world_agree():
    world = make_sibling_world(organisations=900, rng=2)
    fine, coarse = (
        candidate_clusters(world.study, scales_km=[km], draws=9, rng=1) for km in (5.0, 10.0)
    )
    found = agreement_of_clusterings(world.study, fine, coarse, draws=39, rng=1)
    assert found.clusters["overlap"].max() > 0.5
    assert found.against == "other cluster"


def test_places_above_are_found_by_their_level():
    world = make_world(organisations=300, clusters=2, industries=2, rng=1)
    bare = world.study.organisations.with_columns(
        region=pl.lit(None, pl.String), country=pl.lit(None, pl.String)
    )
    study = replace(world.study, organisations=bare)
    kind, regions = group_labels(study)
    assert kind == "region"
    assert set(regions.ids) <= set(study.places.filter(level="region")["place_id"])
    assert (regions.code >= 0).all()
    assert all(
        key in set(study.places["place_id"]) for key in group_labels(study, "country")[1].ids
    )


def test_brute_force_of_largest_shares():
    rng = np.random.default_rng(1)
    first, second = rng.integers(-1, 4, 80), rng.integers(-1, 5, 80)
    found = largest_shares(first, second, 4)
    for k in range(4):
        held = second[(first == k) & (second >= 0)]
        assert found[k] == pytest.approx(max(np.mean(held == j) for j in range(5)))


def test_without_coordinates_groups_are_dealt():
    study, clusters = two_towns()
    nowhere = study.organisations.with_columns(
        longitude=pl.lit(None, pl.Float64), latitude=pl.lit(None, pl.Float64)
    )
    found = cluster_agreement(
        replace(study, organisations=nowhere), clusters, against="region", draws=99, rng=1
    )
    assert rand(found)["chance"].item() == "groups dealt among members"
    assert rand(found)["p"].item() == 0.01


def test_nothing_to_compare_is_a_legal_answer():
    study, clusters = two_towns(region=[None] * 80)
    found = cluster_agreement(study, clusters, rng=1)
    assert "not testable" in str(found)
    assert found.against == ""
    with pytest.raises(InvalidArgument, match="no organisations with 'region'"):
        cluster_agreement(study, clusters, against="region")
    study, clusters = two_towns()
    empty = replace(clusters, clusters=clusters.clusters.clear(),
                    members=clusters.members.clear())  # fmt: skip
    assert "There are no clusters." in str(cluster_agreement(study, empty, rng=1))
    few, pair = two_towns(n=4)
    tiny = cluster_agreement(few, pair, against="region", rng=1)
    assert tiny.measures["status"].item() == (
        "not testable: only 8 members are in a group, 10 are needed"
    )
    assert cluster_agreement(study, clusters, draws=0, rng=1).measures["p"].null_count() == 3


def test_same_seed_same_rows():
    study, clusters = two_towns(region=["a", "b"] * 40)
    first, second = (cluster_agreement(study, clusters, draws=19, rng=5) for _ in range(2))
    assert first.measures.equals(second.measures, null_equal=True)
    assert first.clusters.equals(second.clusters, null_equal=True)


def clusters_and_stripes(seed=0, n_towns=8, n=25):
    """Towns in a small square, and regions that are stripes and know nothing of them."""
    rng = np.random.default_rng(seed)
    town = np.repeat(np.arange(n_towns), n)
    at = rng.uniform(0, 300, (n_towns, 2))[town] + rng.normal(0, 8, (n_towns * n, 2))
    region = [f"R{stripe:.0f}" for stripe in np.floor(at[:, 0] / 43)]
    study = study_at(at[:, 0], at[:, 1], "x", region=region)
    names = [f"t{k}" for k in town]
    members = pl.DataFrame({"cluster_id": names, "org_id": study.organisations["org_id"],
                            "is_core": True})  # fmt: skip
    ids = sorted(set(names))
    table = pl.DataFrame({"cluster_id": ids, "label": ids, "industry": "x"})
    return study, clustering_of(table, members)


def test_one_member_without_coordinates_does_not_turn_the_null_around():
    study, clusters = clusters_and_stripes()
    whole = cluster_agreement(study, clusters, against="region", rng=1)
    first = study.organisations["org_id"][0]
    lost = study.organisations.with_columns(
        longitude=pl.when(pl.col("org_id") == first).then(None).otherwise("longitude")
    )
    found = cluster_agreement(
        replace(study, organisations=lost), clusters, against="region", rng=1
    )
    assert rand(found)["chance"].item() == "borders drawn blindly"
    assert rand(found)["n"].item() == rand(whole)["n"].item() - 1
    assert rand(found)["null_mean"].item() == pytest.approx(
        rand(whole)["null_mean"].item(), abs=0.1
    )
    assert rand(found)["null_mean"].item() > 0.2  # dealt groups would give 0
    assert found.clusters["n"].sum() == whole.clusters["n"].sum() - 1
    assert "1 of 200 members have no coordinates and were left out" in str(found)
    assert "in no group" not in str(found)


def test_brute_force_chance_of_a_small_cluster_among_many():
    rng = np.random.default_rng(2)
    n, small = 30_000, 20
    label = rng.integers(0, 3, n)
    label[100 : 100 + small] = 3
    other = rng.integers(0, 5, n)
    study = study_at(rng.uniform(0, 99, n), rng.uniform(0, 99, n), "x")

    def clusters(labels):
        names = [f"c{k}" for k in labels]
        ids = sorted(set(names))
        members = pl.DataFrame({"cluster_id": names, "org_id": study.organisations["org_id"],
                                "is_core": True})  # fmt: skip
        table = pl.DataFrame({"cluster_id": ids, "label": ids, "industry": "x"})
        return clustering_of(table, members)

    found = agreement_of_clusterings(study, clusters(label), clusters(other), draws=39, rng=1)
    row = found.clusters.filter(cluster_id="c3").row(0, named=True)
    drawn = [np.bincount(rng.choice(other, small)).max() / small for _ in range(2000)]
    error = np.std(drawn) / np.sqrt(39)
    assert row["n"] == small
    assert row["null_mean"] == pytest.approx(np.mean(drawn), abs=4 * error)
    assert set(found.measures["n"]) == {n}


def test_too_few_draws_are_said_and_not_read_as_no_agreement():
    study, clusters = two_towns()
    found = agreement_of_clusterings(study, clusters, clusters, draws=9, rng=1)
    assert "too few draws to tell: at least 19" in str(found)
    assert "0 of 1" not in str(found)
    assert "in 1 of 1" in str(
        agreement_of_clusterings(study, clusters, clusters, draws=19, rng=1)
    )


def test_one_declared_cluster_alone_is_not_said_to_be_none():
    study, clusters = two_towns(region=["a"] * 80)
    ids = study.organisations["org_id"]
    one = pl.DataFrame({"cluster_id": ["g"], "name": ["g"]})
    members = pl.DataFrame({"cluster_id": "g", "org_id": ids[:30]})
    declared = study.with_table("declared_clusters", one).with_table("memberships", members)
    found = cluster_agreement(declared, clusters, rng=1)
    assert str(found).startswith(
        "Agreement is not testable: no two regions, and no two declared"
    )


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_levels_that_say_nothing_are_refused(level):
    study, clusters = two_towns()
    with pytest.raises(InvalidArgument, match="above 0 and below 1"):
        cluster_agreement(study, clusters, level=level, rng=1)
