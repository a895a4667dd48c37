"""The grid over two clusters, and the share of an industry around its nodes."""

import numpy as np
import pytest

from buzzline.clusters.footing import footing
from buzzline.clusters.neighbouring import neighbouring
from buzzline.clusters.relative_risk import ground_between, relative_risk, smoother
from buzzline.space.globe import distance_km, unit_vectors

PARIS, LONDON = unit_vectors(np.array([2.3522, -0.1276]), np.array([48.8566, 51.5072]))


def rotation(seed):
    return np.linalg.qr(np.random.default_rng(seed).normal(size=(3, 3)))[0]


def grid(one=PARIS, other=LONDON, step_km=5.0):
    return ground_between(one, other, half_length_km=200, half_width_km=60, step_km=step_km)


def test_by_hand_the_centres_lie_on_the_middle_row_as_far_apart_as_on_the_globe():
    ground = grid()
    node = ground.nodes(np.vstack([PARIS, LONDON]))
    assert (node // ground.columns).tolist() == [ground.rows // 2] * 2
    apart = np.diff(node % ground.columns)[0] * ground.step_km
    assert apart == pytest.approx(distance_km(PARIS[None], LONDON[None])[0], abs=5.0)


def test_by_hand_what_is_off_the_grid_is_nowhere():
    rome, sydney = unit_vectors(np.array([12.5, 151.2]), np.array([41.9, -33.9]))
    assert grid().nodes(np.vstack([rome, sydney, -PARIS])).tolist() == [-1, -1, -1]


@pytest.mark.parametrize("seed", range(3))
def test_invariant_turning_the_globe_changes_no_node(seed):
    rng, turn = np.random.default_rng(seed), rotation(seed)
    if np.linalg.det(turn) < 0:
        turn = -turn
    xyz = unit_vectors(rng.uniform(-3, 5, 500), rng.uniform(47, 53, 500))
    here = grid().nodes(xyz)
    there = grid(turn @ PARIS, turn @ LONDON).nodes(xyz @ turn.T)
    assert np.array_equal(here, there)
    assert (here >= 0).any()


def test_collapses_at_one_point_to_any_axis():
    ground = grid(PARIS, PARIS)
    node = ground.nodes(PARIS[None])
    assert node.tolist() == [(ground.rows // 2) * ground.columns + ground.columns // 2]


def test_brute_force_of_the_kernel():
    ground = grid(step_km=20.0)
    count = np.random.default_rng(1).integers(0, 5, ground.rows * ground.columns).astype(float)
    found = smoother(ground, 33.0)(count)
    at = np.column_stack(np.divmod(np.arange(count.size), ground.columns)) * ground.step_km
    squared = ((at[:, None] - at[None]) ** 2).sum(axis=2)
    assert np.allclose(found, np.exp(-0.5 * squared / 33.0**2) @ count)


def test_by_hand_relative_risk_is_shrunk_to_the_share_where_few_stand():
    around, everybody = np.array([0.0, 1.0, 900.0]), np.array([0.0, 1.0, 1000.0])
    found = relative_risk(around, everybody, share=0.1, prior=5)
    assert found.tolist() == pytest.approx([0.1, 1.5 / 6, 900.5 / 1005])
    bare = relative_risk(around[1:], everybody[1:], share=0.1, prior=0)
    assert bare.tolist() == [1.0, 0.9]


def test_brute_force_of_neighbours():
    rng = np.random.default_rng(3)
    xyz = unit_vectors(rng.uniform(0, 1, 30), rng.uniform(45, 46, 30))
    expected = []
    for i in range(30):
        for j in range(i + 1, 30):
            middle = (xyz[i] + xyz[j]) / 2
            others = np.delete(xyz, [i, j], axis=0)
            is_free = np.linalg.norm(others - middle, axis=1).min() > (
                np.linalg.norm(xyz[i] - xyz[j]) / 2
            )
            if is_free and distance_km(xyz[i : i + 1], xyz[j : j + 1])[0] <= 30:
                expected.append([i, j])
    assert neighbouring(xyz, 30.0).tolist() == expected


def test_collapses_one_cluster_has_no_neighbour_and_twins_are_neighbours():
    assert neighbouring(PARIS[None], 100.0).size == 0
    assert neighbouring(np.vstack([PARIS, PARIS]), 100.0).tolist() == [[0, 1]]
    assert neighbouring(np.vstack([PARIS, LONDON]), 100.0).size == 0


def footed(n=400, n_nodes=30, owners=300):
    rng = np.random.default_rng(5)
    node, active = rng.integers(0, n_nodes, n), rng.random(n) < 0.3
    owner = rng.integers(0, owners, n).astype(np.int32)
    return footing(node, active, owner, n_nodes=n_nodes), node, active


def test_brute_force_of_who_stands_where():
    held, node, active = footed()
    assert np.array_equal(held.everybody, np.bincount(node, minlength=30))
    assert np.array_equal(held.industry, np.bincount(node[active], minlength=30))
    assert held.chance.sum() == pytest.approx(1)


def test_invariant_a_deal_keeps_the_industry_and_the_places():
    held, _, active = footed()
    for seed in range(5):
        dealt = held.dealt(np.random.default_rng(seed))
        assert dealt.sum() == active.sum()
        assert (dealt <= held.everybody).all()


def test_recovers_what_is_there_on_average_over_deals_and_resamples():
    held, _, _ = footed()
    rng = np.random.default_rng(6)
    deals = np.mean([held.dealt(rng) for _ in range(2000)], axis=0)
    expected = held.everybody * held.industry.sum() / held.everybody.sum()
    assert np.allclose(deals, expected, atol=0.3)
    drawn = [held.redrawn(rng) for _ in range(2000)]
    assert np.allclose(np.mean([one for one, _ in drawn], axis=0), held.industry, atol=0.5)
    assert np.allclose(np.mean([both for _, both in drawn], axis=0), held.everybody, atol=0.7)


def test_by_hand_the_sites_of_an_owner_are_drawn_together():
    node = np.array([0, 1, 2])
    owner = np.array([7, 7, 3], np.int32)
    held = footing(node, np.array([True, False, False]), owner, n_nodes=3)
    assert held.n_owners == 2
    for seed in range(20):
        industry, everybody = held.redrawn(np.random.default_rng(seed))
        assert everybody[0] == everybody[1] == industry[0]
        assert everybody[0] + everybody[2] == 2
