"""Planted knowledge, nearness, trust and watching are in the tables as planted."""

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import (
    KnowledgePlan,
    WatchingPlan,
    make_world,
    plant_knowledge,
    plant_watching,
)


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=300, clusters=4, rng=1)


def test_as_many_ties_as_planned_and_trust_within_is_higher(world):
    study, truth = plant_knowledge(world.study, world.truth.cluster, rng=1)
    ties = study.linkages.filter(pl.col("layer") == "coinvention")
    assert ties.height == pytest.approx(5 * 300, rel=0.1)
    assert truth.chance.sum() / 2 == pytest.approx(5 * 300, rel=0.15)
    cluster = dict(zip(study.organisations["org_id"], world.truth.cluster, strict=True))
    within = [
        cluster[a] >= 0 and cluster[a] == cluster[b]
        for a, b in ties.select("source", "target").iter_rows()
    ]
    trust = ties["trust"].to_numpy()
    assert trust[within].mean() == pytest.approx(0.75, abs=0.02)
    assert trust[~np.array(within)].mean() == pytest.approx(0.55, abs=0.02)


def test_outcomes_peak_where_planted(world):
    plan = KnowledgePlan(noise=0.0)
    study, truth = plant_knowledge(world.study, world.truth.cluster, plan=plan, rng=1)
    value = study.outcomes.filter(pl.col("indicator") == "innovations")["value"].to_numpy()
    apart = truth.partner_distance[np.isfinite(truth.partner_distance)]
    assert value == pytest.approx(5 - plan.harm * (apart - plan.best) ** 2)


def test_nearness_planted_is_nearness_tied(world):
    plain = KnowledgePlan(halving=0, cognitive=0, owner=0, social=0, country=0, sociability=0)
    _, truth = plant_knowledge(world.study, world.truth.cluster, plan=plain, rng=1)
    off = truth.chance[~np.eye(300, dtype=bool)]
    assert np.ptp(off) < 1e-9  # nothing is near: every pair ties as readily


def test_practices_spread_more_where_they_can_be_watched(world):
    still = WatchingPlan(local=0.0, network=0.0)
    watched = WatchingPlan(local=1.0, network=0.5)
    _, few = plant_watching(world.study, world.truth.cluster, plan=still, rng=1)
    study, many = plant_watching(world.study, world.truth.cluster, plan=watched, rng=1)
    assert many.n_adoptions > 1.5 * few.n_adoptions
    practices = study.knowledge_items.filter(pl.col("kind") == "practice")
    assert practices.select("org_id", "classes").is_duplicated().sum() == 0


def test_same_seed_same_study_and_none_too_large(world):
    one, other = (
        plant_watching(plant_knowledge(world.study, world.truth.cluster, rng=3)[0],
                       world.truth.cluster, rng=3)[0]
        for _ in range(2)
    )  # fmt: skip
    assert one.fingerprint == other.fingerprint
    large = make_world(organisations=3100, clusters=1, rng=1)
    with pytest.raises(InvalidArgument, match=r"at most 3,000"):
        plant_knowledge(large.study, large.truth.cluster)
    with pytest.raises(InvalidArgument, match=r"at most 3,000"):
        plant_watching(large.study, large.truth.cluster)
