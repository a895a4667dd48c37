"""Sums over a tree against sums over all pairs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.membership import gravity_sums as over_pairs

from buzzline.clusters.gravity_tree import (
    Fade,
    Located,
    gravity_forest,
    gravity_tree,
    nations_of,
)
from buzzline.space.globe import unit_vectors


def ground(rng, n, spread=1.0, floor=1.0):
    longitude = rng.choice([2.0, 9.0, 140.0], n) + rng.normal(0, spread, n)
    latitude = rng.choice([48.0, 52.0, -30.0], n) + rng.normal(0, spread, n)
    return Located(unit_vectors(longitude, latitude), np.full(n, floor))


@given(st.integers(1, 120), st.sampled_from([-0.5, -0.9, -2.0]), st.integers(0, 50))
@settings(max_examples=25, deadline=None)
def test_brute_force_sums_over_a_tree_equal_sums_over_pairs(n, elasticity, number):
    rng = np.random.default_rng(number)
    where, mass = ground(rng, n, floor=rng.choice([0.5, 5.0])), rng.lognormal(0, 1, n)
    tree = gravity_tree(where, np.arange(n))
    exact = over_pairs(where.xyz, where.floor_km, mass, elasticity)
    whole = tree.sums(mass[tree.rows], elasticity, np.arange(n), opening=0.0)
    assert whole == pytest.approx(exact, rel=1e-3)  # arc and chord of near points differ so
    rough = tree.sums(mass[tree.rows], elasticity, np.arange(n))
    assert np.abs(rough / np.maximum(exact, 1e-300) - 1).mean() < 0.1 or n == 1


def test_brute_force_a_large_tree_errs_by_about_a_per_cent():
    rng = np.random.default_rng(1)
    where, mass = ground(rng, 1500, spread=0.1), rng.lognormal(0, 1, 1500)
    tree = gravity_tree(where, np.arange(1500))
    some = np.arange(0, 1500, 10)
    exact = over_pairs_of(where, mass, some)
    found = tree.sums(mass[tree.rows], -0.9, some)
    assert np.abs(found / exact - 1).mean() < 0.015
    assert abs((found / exact - 1).mean()) < 0.01


def over_pairs_of(where, mass, rows):
    gram = np.linalg.norm(where.xyz[rows, None] - where.xyz[None], axis=2)
    km = np.maximum(2 * 6371.0088 * np.arcsin(gram / 2), 1.0)
    fallen = km**-0.9
    fallen[np.arange(rows.size), rows] = 0
    return fallen @ mass


def test_everything_at_one_point_counts_at_the_floor_and_nobody_to_oneself():
    where = Located(np.tile([1.0, 0.0, 0.0], (100, 1)), np.full(100, 2.0))
    tree = gravity_tree(where, np.arange(100))
    found = tree.sums(np.ones(100), -1.0, np.arange(100))
    assert found == pytest.approx(99 / 2)


@pytest.mark.parametrize("n", [16, 100, 250])
@pytest.mark.parametrize("spread", [0.0, 0.01])
def test_brute_force_points_told_apart_down_to_different_distances_are_not_one(n, spread):
    rng = np.random.default_rng(n)
    longitude, latitude = 116.4 + rng.normal(0, spread, n), 39.9 + rng.normal(0, spread, n)
    where = Located(unit_vectors(longitude, latitude), rng.choice([0.1, 5.0, 33.0], n))
    tree, mass = gravity_tree(where, np.arange(n)), rng.lognormal(0, 1, n)
    exact = over_pairs(where.xyz, where.floor_km, mass, -1.0)
    found = tree.sums(mass[tree.rows], -1.0, np.arange(n))
    assert found == pytest.approx(exact, rel=0.1 if spread else 1e-6)


def test_points_outside_the_tree_sum_over_all_of_it():
    where = Located(unit_vectors(np.array([0.0, 0.1, 0.2]), np.zeros(3)), np.full(3, 0.1))
    tree = gravity_tree(where, np.array([0, 1]))
    assert tree.sums(np.array([1.0, 1.0]), 0.0, np.array([0, 1, 2])).tolist() == [1, 1, 2]
    assert gravity_tree(where, np.empty(0, np.int64)).sums(
        np.empty(0), -1.0, np.array([0, 2])
    ).tolist() == [0, 0]  # fmt: skip


@pytest.mark.parametrize("crossing", [0.0, 0.25, 1.0, 4.0])
def test_brute_force_sums_over_a_forest_count_less_across_borders(crossing):
    rng = np.random.default_rng(2)
    where, mass, code = ground(rng, 120), rng.lognormal(0, 1, 120), rng.integers(0, 4, 120)
    code[:5] = 7  # a country of which nobody is in the forest, and two that do not exist
    rows = np.arange(5, 100)
    forest = gravity_forest(where, nations_of(where, code.astype(np.int32)), rows)
    at = np.arange(120)
    found = forest.sums(mass, Fade(-0.9, crossing), at, opening=0.0)
    gram = np.linalg.norm(where.xyz[:, None] - where.xyz[None], axis=2)
    fallen = np.maximum(2 * 6371.0088 * np.arcsin(np.minimum(gram / 2, 1)), 1.0) ** -0.9
    fallen *= np.where(code[:, None] == code, 1.0, crossing)
    np.fill_diagonal(fallen, 0)
    assert found == pytest.approx(fallen[:, rows] @ mass[rows], rel=2e-3)


def test_without_countries_a_forest_is_its_tree():
    rng = np.random.default_rng(3)
    where, mass, rows = ground(rng, 60), rng.lognormal(0, 1, 60), np.arange(60)
    tree = gravity_tree(where, rows)
    found = gravity_forest(where, None, rows).sums(mass, Fade(-0.9, 0.1), rows)
    assert found.tolist() == tree.sums(mass[tree.rows], -0.9, rows).tolist()
