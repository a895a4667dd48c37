"""How ties fall with distance, read off those who take no part in any cluster."""

from __future__ import annotations

import numpy as np
import pytest
from tests.clusters.planted import planted

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.expected_ties import fall_with_distance, ground_of
from buzzline.clusters.layer_ties import layer_ties
from buzzline.clusters.separation import separation
from buzzline.tables.worlds import Bonds, make_sibling_world

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
