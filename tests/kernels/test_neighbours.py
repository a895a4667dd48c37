import numpy as np
import pytest

from buzzline.kernels.neighbours import cell_keys, footprint, leaders, weight_around
from buzzline.space.globe import chord, distance_km, unit_vectors
from buzzline.space.sites import grid_of


def scattered(n, seed):
    rng = np.random.default_rng(seed)
    return unit_vectors(rng.uniform(-3, 3, n), rng.uniform(40, 44, n))


def test_points_within_reach_are_in_neighbouring_cells():
    xyz = scattered(200, 1)
    reach = chord(30.0)
    keys = cell_keys(xyz, reach)
    assert keys.min() >= 0
    assert keys.size == 200


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("reach_km", [0.5, 20.0, 300.0, 4000.0])
def test_weight_around_sites_by_brute_force_on_the_whole_globe(seed, reach_km):
    rng = np.random.default_rng(seed)
    towns = unit_vectors(rng.uniform(-180, 180, 6), np.array([-90, 89.9, 0, 45, -45, 10.0]))
    near = towns[rng.integers(6, size=250)] + rng.normal(0, 0.01, (250, 3))
    xyz = np.concatenate([near / np.linalg.norm(near, axis=1, keepdims=True), towns, towns])
    weight = rng.integers(0, 5, len(xyz))
    grid = grid_of(xyz, reach_km)
    found = weight_around(grid.xyz, grid.keys, weight[grid.order], grid.reach)
    apart = ((grid.xyz[:, None] - grid.xyz) ** 2).sum(axis=2)
    assert found.tolist() == ((apart <= grid.reach**2) @ weight[grid.order]).tolist()
    assert found.tolist() == grid.weight_around(weight[grid.order]).tolist()
    assert found.tolist() == grid.weight_within(grid.xyz, weight).tolist()
    nobody = grid.among(np.zeros(len(xyz), np.bool_))
    assert nobody.weight_around(np.empty(0, np.int64)).size == 0


def test_footprint_by_brute_force():
    xyz = scattered(150, 2)
    cores = xyz[[3, 70]]
    grid = grid_of(xyz, 40.0)
    owner = np.full(150, -1, np.int32)
    groups = np.array([0, 1], np.int32)
    footprint(cores, groups, grid.xyz, grid.keys, grid.reach, owner)
    found = np.empty(150, np.int32)
    found[grid.order] = owner
    near = distance_km(xyz[:, None], cores[None]) <= 40.0
    assert np.array_equal(found >= 0, near.any(axis=1))
    only_first = near[:, 0] & ~near[:, 1]
    assert set(found[only_first]) == {0}


def test_leaders_reach_all_they_lead_and_stay_in_their_nation():
    xyz = scattered(300, 3)
    nation = (np.arange(300) % 2).astype(np.int32)
    grid = grid_of(xyz, 25.0)
    found = leaders(grid.xyz, grid.keys, nation, np.arange(300), grid.reach)
    assert (found >= 0).all()
    assert np.array_equal(nation[found], nation)
    assert (distance_km(grid.xyz, grid.xyz[found]) <= 25.0 + 1e-9).all()
    assert np.array_equal(found[found], found)
