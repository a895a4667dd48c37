import numpy as np
import pytest
from scipy.spatial.distance import pdist

from buzzline.charts.layout import stress_layout, without_overlaps

NOWHERE = np.full((4, 2), np.nan)


def chain(n: int) -> np.ndarray:
    strength = np.zeros((n, n))
    for i in range(n - 1):
        strength[i, i + 1] = strength[i + 1, i] = 3
    return strength


def test_a_chain_is_laid_out_in_a_line_by_hand():
    position = stress_layout(chain(4), NOWHERE)
    gaps = np.linalg.norm(np.diff(position, axis=0), axis=1)
    assert gaps == pytest.approx(np.full(3, gaps[0]), rel=1e-2)
    assert np.linalg.svd(position - position.mean(axis=0))[1][1] < 0.05


def test_west_is_left_and_north_is_up_special_case():
    """Four towns tied in a square, at the corners of a square: the picture is the map."""
    strength = chain(4)
    strength[0, 3] = strength[3, 0] = 3
    corners = np.array([[0.0, 1], [1, 1], [1, 0], [0, 0]])  # longitude, latitude
    position = stress_layout(strength, corners)
    assert (position[[0, 3], 0] < position[[1, 2], 0].min()).all()
    assert (position[[0, 1], 1] < position[[2, 3], 1].min()).all(), "up is less, as on a canvas"


def test_is_the_same_every_time_invariant():
    strength = np.random.default_rng(1).poisson(1.0, (12, 12)).astype(float)
    strength = np.triu(strength, 1) + np.triu(strength, 1).T
    where = np.random.default_rng(2).normal(size=(12, 2))
    first, again = (stress_layout(strength, where) for _ in range(2))
    assert (first == again).all()


def test_parts_without_ties_stand_apart_special_case():
    strength = np.zeros((4, 4))
    strength[0, 1] = strength[1, 0] = strength[2, 3] = strength[3, 2] = 1
    position = stress_layout(strength, NOWHERE)
    within = np.linalg.norm(position[0] - position[1])
    across = np.linalg.norm(position[0] - position[2])
    assert across > 1.2 * within


@pytest.mark.parametrize("n", [1, 2, 3])
def test_few_nodes_have_places_special_case(n):
    position = stress_layout(np.zeros((n, n)), NOWHERE[:n])
    assert position.shape == (n, 2)
    assert np.isfinite(position).all()


def test_circles_do_not_touch_invariant():
    rng = np.random.default_rng(3)
    for crowd in (rng.normal(size=(20, 2)) * 0.2, np.zeros((6, 2))):
        radius = np.full(len(crowd), 0.1)
        assert pdist(without_overlaps(crowd, radius)).min() > 0.2 * 0.98
