"""How ties fall with distance, read off those who take no part in any cluster."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import planted, study_at

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.expected_ties import fall_with_distance, ground_of
from buzzline.clusters.layer_ties import layer_ties
from buzzline.clusters.membership import membership
from buzzline.clusters.separation import separation
from buzzline.tables.worlds import Bonds, make_sibling_world, make_world

ELASTICITY = -0.9  # planted


@pytest.fixture(scope="module")
def world():
    return make_sibling_world(separate=False, rng=5)


def test_recovers_the_truth_whoever_overlooks_remote_members(world):
    organisations, truth = world.study.organisations, world.truth
    ties = layer_ties(world.study, "supply")
    everybody = truth.cluster.astype(np.int32)
    near_only = np.where(truth.role == "core member", truth.cluster, -1).astype(np.int32)
    known, overlooked = (
        fall_with_distance(ties, ground_of(organisations, label))
        for label in (everybody, near_only)
    )
    assert known.elasticity == overlooked.elasticity
    assert abs(overlooked.elasticity - ELASTICITY) < 3 * overlooked.variance**0.5
    assert overlooked.fitted_to == "others"


def test_recovers_the_truth_where_clusters_are_found_and_not_planted(world):
    clusters = candidate_clusters(world.study, draws=99, rng=1)
    found = separation(world.study, clusters, draws=9, rng=1).pairs
    assert found.height >= 4
    assert set(found["verdict"]) == {"not separate"}


def test_collapses_where_industries_are_not_known_others_are_outside_the_clusters(world):
    label = planted(world).members.select("org_id", is_in=True)
    bare = world.study.organisations.with_columns(industry=None).join(
        label, on="org_id", how="left", maintain_order="left"
    )
    code = np.where(bare["is_in"].fill_null(value=False), 0, -1).astype(np.int32)
    assert (ground_of(bare, code).is_other == (code < 0)).all()


def test_recovers_the_truth_from_few_ties_without_those_far_away():
    world = make_sibling_world(
        separate=False, organisations=300, bonds=Bonds(ties_each=0.3, layers=("supply",)), rng=5
    )
    organisations, truth = world.study.organisations, world.truth
    ground = ground_of(organisations, truth.cluster.astype(np.int32))
    fall = fall_with_distance(layer_ties(world.study, "supply"), ground)
    assert fall.fitted_to == "all"  # too few among others
    assert abs(fall.elasticity - ELASTICITY) < 3 * fall.variance**0.5
    remote = (truth.role == "remote member").to_numpy()
    assert (ground.everybody.zone[remote] == -1).all()
    assert (ground.everybody.zone[(truth.role == "core member").to_numpy()] >= 0).all()
    assert (ground.everybody.zone[ground.is_other] >= 0).all()


def test_bad_input_no_members_and_no_coordinates(world):
    organisations = world.study.organisations
    nobody = np.full(organisations.height, -1, np.int32)
    assert (ground_of(organisations, nobody).everybody.zone >= 0).all()
    nowhere = organisations.with_columns(longitude=None, latitude=None)
    assert ground_of(nowhere, world.truth.cluster.astype(np.int32)).everybody is None


def test_by_hand_where_every_industry_has_a_cluster_others_are_near_and_no_members():
    near_far = study_at([0, 1, 2, 3, 400], [0, 0, 0, 0, 0], ["x"] * 5).organisations
    label = np.array([0, 0, 0, -1, -1], np.int32)
    assert ground_of(near_far, label).is_other.tolist() == [False, False, False, True, False]
    mixed = near_far.with_columns(industry=pl.Series(["x", "x", "x", "y", "x"]))
    assert ground_of(mixed, label).is_other.tolist() == [False, False, False, True, False]


def test_recovers_the_truth_membership_is_testable_where_every_industry_has_clusters():
    study = make_world(organisations=800, clusters=4, industries=3, rng=2).study
    found = candidate_clusters(study, draws=99, rng=1)
    assert found.clusters["industry"].n_unique() == 3
    types = membership(study, found, draws=9, rng=1).members["type"].value_counts()
    counts = dict(types.iter_rows())
    assert counts["not testable"] < sum(counts.values()) / 2
