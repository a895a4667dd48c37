import numpy as np
import polars as pl
import pytest

from buzzline.clusters.candidates import (
    candidates_at,
    strengths,
    strongest_by_chance,
    tree_of,
)
from buzzline.clusters.cores import critical_neighbours, surroundings
from buzzline.space.sites import sites_of

DEGREE_KM = 111.195


def line(positions_km):
    """Organisations along the equator."""
    longitude = np.array(positions_km) / DEGREE_KM
    return sites_of(
        pl.DataFrame({"longitude": longitude, "latitude": np.zeros(longitude.size)})
    )


def test_discs_that_overlap_are_one_candidate_and_others_are_not():
    sites = line([0, 3, 6, 30, 33, 90])
    around = surroundings(sites, 2.0)
    is_core = np.array([True, True, False, True, False, False])
    found = candidates_at(around, np.ones(6, np.int64), is_core)
    # cores 0 and 3 km are within 4 km of each other; members lie within 2 km of a core
    assert found.owner.tolist() == [0, 0, -1, 1, -1, -1]
    assert found.n_members.tolist() == [2, 1]
    assert found.n_core.tolist() == [2, 1]


def test_background_counts_everybody_in_the_footprint():
    sites = line([0, 1, 50])
    around = surroundings(sites, 2.0)
    found = candidates_at(around, np.array([1, 0, 0]), np.array([True, False, False]))
    assert found.n_background.tolist() == [2]
    assert found.n_members.tolist() == [1]


def test_no_core_no_candidate():
    sites = line([0, 1])
    found = candidates_at(surroundings(sites, 2.0), np.ones(2, np.int64), np.zeros(2, bool))
    assert found.owner.tolist() == [-1, -1]
    assert found.strength.size == 0


def nested(strong_fine):
    """Two tight groups 12 km apart that a coarse scale takes together, and a far background."""
    groups = [0, 0.2, 0.4, 0.6, 0.8] + [12, 12.2, 12.4, 12.6, 12.8]
    between = [] if not strong_fine else [5, 5.5, 6, 6.5, 7, 7.5]
    far = list(range(200, 400, 4))
    positions = groups + between + far
    sites = line(positions)
    n_industry = np.zeros(len(positions), np.int64)
    n_industry[:10] = 1
    is_core = n_industry > 0
    levels = [candidates_at(surroundings(sites, d), n_industry, is_core) for d in (1.0, 8.0)]
    return tree_of(levels, n_industry > 0)


def test_two_groups_with_others_between_stay_two():
    tree = nested(strong_fine=True)
    assert tree.level[tree.chosen].tolist() == [0, 0]
    assert tree.parent.tolist() == [2, 2, -1]


def test_two_groups_with_nobody_between_become_one():
    tree = nested(strong_fine=False)
    assert tree.level[tree.chosen].tolist() == [1]


def test_no_chosen_candidate_lies_in_another():
    for strong_fine in (True, False):
        tree = nested(strong_fine=strong_fine)
        for node in np.flatnonzero(tree.chosen):
            above = tree.parent[node]
            while above >= 0:
                assert not tree.chosen[above]
                above = tree.parent[above]


def test_strength_grows_with_members():
    inside, within = np.array([5, 10, 20]), np.array([20, 20, 20])
    found = strengths(inside, within, marked=40, total=1000)
    assert np.all(np.diff(found) > 0)


def test_chance_gives_the_same_strength_for_the_same_draw():
    rng = np.random.default_rng(1)
    sites = line(rng.uniform(0, 300, 400))
    around = surroundings(sites, 10.0)
    levels = [(around, critical_neighbours(around, 80, p_core=0.05, min_core=2))]
    strongest = [
        strongest_by_chance(levels, np.arange(400), 80, rng=np.random.default_rng(seed))
        for seed in (1, 1, 2, 3, 4, 5)
    ]
    assert strongest[0] == strongest[1]
    assert max(strongest) > 0


def test_a_map_where_everybody_has_the_industry_has_no_strength():
    assert strengths(np.array([5]), np.array([5]), marked=50, total=50) == pytest.approx(0)
