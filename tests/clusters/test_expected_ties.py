"""How ties fall with distance, read off those who take no part in any cluster."""

from __future__ import annotations

import numpy as np
import pytest
from tests.clusters.planted import planted

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.expected_ties import fall_with_distance, ground_of
from buzzline.clusters.layer_ties import layer_ties
from buzzline.clusters.separation import separation
from buzzline.tables.worlds import make_sibling_world

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
