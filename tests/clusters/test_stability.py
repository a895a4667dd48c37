"""How often clusters are found again when owners are resampled."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.clusters.planted import clustering_of, planted, scattered, study_at

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.found_again import FATES, fates, found_again
from buzzline.clusters.stability import delineation_stability, stability_of
from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import make_sibling_world, make_world

codes = st.lists(st.integers(-1, 3), min_size=1, max_size=30)


@given(codes, st.randoms(use_true_random=False))
def test_brute_force_of_overlap_and_fate(first, draw):
    second = [draw.choice([-1, 0, 1, 2]) for _ in first]
    overlap, fate, size = fates(np.array(first), np.array(second), 4)
    there = {k: {i for i, c in enumerate(second) if c == k} for k in set(second) - {-1}}
    for k in range(4):
        mine = {i for i, c in enumerate(first) if c == k}
        best = max((len(mine & o) / len(mine | o) for o in there.values()), default=0)
        assert overlap[k] == pytest.approx(best if mine else 0)
        assert size[k] == len(mine)
        if not mine:
            continue
        held = sum(len(mine & o) for o in there.values())
        larger = [len(mine & o) for o in there.values() if len(o) > len(mine)]
        expected = (
            "found" if best > 0.5
            else "in_a_larger_one" if 2 * max(larger, default=0) >= len(mine)
            else "in_pieces" if 2 * held >= len(mine) and held
            else "gone"
        )  # fmt: skip
        assert FATES[fate[k]] == expected


def test_recovers_the_truth_planted_clusters_are_stable():
    world = make_sibling_world(organisations=900, regions=2, rng=3)
    clusters = candidate_clusters(world.study, draws=49, rng=1)
    found = delineation_stability(world.study, clusters, draws=19, rng=1)
    assert set(found.clusters["verdict"]) == {"stable"}
    assert found.clusters["overlap"].min() > 0.65
    assert found.industries["n_again"].item() == pytest.approx(4, abs=0.6)
    assert found.industries["value"].item() > 0.75


def test_a_hot_spot_of_noise_is_not_stable():
    study = scattered(np.random.default_rng(4), 1500, 150, lambda x, y: np.ones_like(x))
    # what a rule would pick from noise: the densest handful
    at = study.organisations.filter(pl.col("industry") == "x").select("longitude", "latitude")
    where = at.to_numpy()
    near = ((where[:, None] - where) ** 2).sum(axis=2)
    around = np.argsort(near[np.argmin(np.sort(near, axis=1)[:, 12])])[:13]
    ids = study.organisations.filter(pl.col("industry") == "x")["org_id"].gather(around)
    clusters = pl.DataFrame({"cluster_id": ["noise"], "label": ["noise"], "industry": ["x"]})
    members = pl.DataFrame({"cluster_id": "noise", "org_id": ids, "is_core": True})
    found = delineation_stability(study, clustering_of(clusters, members), draws=19, rng=1)
    assert found.clusters["verdict"].item() == "not stable"
    assert "not found as candidate clusters" in str(found)


def test_collapse_thirds_of_a_cluster_are_in_a_larger_one():
    world = make_world(organisations=500, clusters=1, industries=2, rng=2)
    whole = candidate_clusters(world.study, draws=19, rng=1)
    name = whole.clusters["industry"][0]
    members = whole.members.filter(pl.col("cluster_id") == whole.clusters["cluster_id"][0])
    ids = ["a", "b", "c"]
    third = (pl.int_range(pl.len()) % 3).replace_strict(dict(enumerate(ids)))
    cut = members.with_columns(cluster_id=third)
    clusters = pl.DataFrame({"cluster_id": ids, "label": ids, "industry": name})
    found = delineation_stability(world.study, clustering_of(clusters, cut), draws=9, rng=1)
    assert found.clusters["in_a_larger_one"].min() == 1


def test_sites_of_one_owner_come_and_go_together():
    rng = np.random.default_rng(1)
    x, y = rng.normal(0, 1, (2, 60))
    study = study_at(x, y, "x", owner_id=["o0000000"] * 30 + [None] * 30)
    clusters = pl.DataFrame({"cluster_id": ["a"], "label": ["a"], "industry": ["x"]})
    ids = study.organisations["org_id"][:30]
    members = pl.DataFrame({"cluster_id": "a", "org_id": ids, "is_core": True})
    drawn = []
    found_again(study, clustering_of(clusters, members), lambda s: drawn.append(s), draws=20)
    numbers = {s.organisations["org_id"].is_in(ids.to_list()).sum() for s in drawn}
    assert numbers == {0, 30}


def test_owners_drawn_are_as_many_as_a_bootstrap_has():
    study = study_at(np.arange(2000.0) % 50, np.arange(2000.0) // 50, "x")
    clusters = pl.DataFrame({"cluster_id": ["a"], "label": ["a"], "industry": ["x"]})
    members = pl.DataFrame(
        {"cluster_id": "a", "org_id": study.organisations["org_id"], "is_core": True}
    )
    found = found_again(
        study, clustering_of(clusters, members), lambda _: None, draws=30, rng=1
    )
    assert found.n_drawn.mean() / 2000 == pytest.approx(1 - np.exp(-1), abs=0.01)


def test_any_way_of_delineating_can_be_held():
    world = make_sibling_world(organisations=600, rng=1)
    given_clusters = planted(world)
    found = stability_of(found_again(world.study, given_clusters, lambda _: given_clusters,
                                     draws=6, rng=1))  # fmt: skip
    assert (found.clusters["value"] == 1).all()
    assert (found.industries["value"] == 1).all()


def test_too_small_a_cluster_is_not_testable():
    study = study_at([0.0, 0.1, 0.2, *np.arange(50.0)], np.zeros(53), ["x"] * 3 + ["y"] * 50)
    clusters = pl.DataFrame({"cluster_id": ["a"], "label": ["a"], "industry": ["x"]})
    ids = study.organisations["org_id"][:3]
    members = pl.DataFrame({"cluster_id": "a", "org_id": ids, "is_core": True})
    found = delineation_stability(study, clustering_of(clusters, members), draws=5, rng=1)
    assert found.clusters["verdict"].item() == "not testable"
    assert "only 3 members" in found.clusters["reason"].item()


def test_an_industry_that_nobody_is_in_is_not_testable():
    study = study_at(np.arange(60.0), np.zeros(60), "x")
    clusters = pl.DataFrame({"cluster_id": ["a"], "label": ["a"], "industry": ["y"]})
    members = pl.DataFrame(
        {"cluster_id": "a", "org_id": study.organisations["org_id"][:20], "is_core": True}
    )
    found = delineation_stability(study, clustering_of(clusters, members), draws=5, rng=1)
    assert found.clusters["reason"].item() == "no organisation of the study is of y"


def test_no_clusters_and_no_draws_are_legal():
    world = make_world(organisations=300, clusters=1, industries=2, rng=2)
    clusters = candidate_clusters(world.study, draws=9, rng=1)
    empty = replace(clusters, clusters=clusters.clusters.clear(),
                    members=clusters.members.clear())  # fmt: skip
    assert "There are no clusters." in str(delineation_stability(world.study, empty, rng=1))
    none = delineation_stability(world.study, clusters, draws=0, rng=1)
    assert set(none.clusters["verdict"]) == {"not testable"}
    assert set(none.industries["status"]) == {"not testable: no resamples were asked for"}


def test_invariant_same_seed_same_rows():
    world = make_world(organisations=400, clusters=2, industries=2, rng=2)
    clusters = candidate_clusters(world.study, draws=9, rng=1)
    first = delineation_stability(world.study, clusters, draws=7, rng=4)
    second = delineation_stability(world.study, clusters, draws=7, rng=4)
    assert first.clusters.equals(second.clusters, null_equal=True)


@pytest.mark.parametrize(
    ("draws", "verdict"), [(1, "not testable"), (5, "not testable"), (6, "stable")]
)
def test_by_hand_too_few_resamples_tell_nothing(draws, verdict):
    world = make_sibling_world(organisations=300, rng=1)
    given_clusters = planted(world)
    found = stability_of(found_again(world.study, given_clusters, lambda _: given_clusters,
                                     draws=draws, rng=1))  # fmt: skip
    assert set(found.clusters["verdict"]) == {verdict}
    if verdict == "not testable":
        assert found.clusters["reason"][0] == f"too few resamples to tell: {draws}, at least 6"
        assert "stable," not in str(found)
    else:
        assert found.clusters["low"].min() > 0.5  # 0.025 ** (1 / 6) = 0.54; of five 0.48


def test_a_level_of_one_is_refused():
    world = make_sibling_world(organisations=300, rng=1)
    with pytest.raises(InvalidArgument, match="below 1"):
        delineation_stability(world.study, planted(world), level=1.0, draws=1, rng=1)
