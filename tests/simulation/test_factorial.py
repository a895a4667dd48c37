"""Designs of many switches, and effects read off them."""

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.factorial import aliases, factorial_design, factorial_effects


@pytest.mark.parametrize("k", [1, 2, 3, 4, 5, 6, 8, 9, 46])
def test_mains_are_clear_of_each_other_and_of_pairs(k):
    signs = np.where(factorial_design(k), 1, -1)
    assert (
        signs.T @ signs == len(signs) * np.eye(k)
    ).all()  # each against each other: balanced
    assert (signs.sum(axis=0) == 0).all()
    pairs = [signs[:, i] * signs[:, j] for i in range(k) for j in range(i)]
    if pairs:
        assert (np.array(pairs) @ signs == 0).all()


@pytest.mark.parametrize("k", [2, 3, 4, 5])
def test_few_switches_have_pairs_of_their_own(k):
    assert all(len(group) == 1 for group in aliases(factorial_design(k)))


def test_planted_effects_are_recovered():
    design = factorial_design(4)
    signs = np.where(design, 1.0, -1.0)
    luck = np.random.default_rng(1).normal(0, 0.3, 30)
    slope = 3 + 0.5 * signs[:, 0] - 1.0 * signs[:, 2] + 0.25 * signs[:, 1] * signs[:, 3]
    found = factorial_effects(design, slope[:, None] + luck[None, :])
    np.testing.assert_allclose(found.main, [1, 0, -2, 0], atol=1e-12)  # luck is shared
    np.testing.assert_allclose(found.second - found.first, found.main, atol=1e-12)
    at = found.pairs.index([(1, 3)])
    assert found.pair[at] == pytest.approx(0.5)
    assert np.delete(found.pair, at) == pytest.approx(np.zeros(5), abs=1e-12)
    assert found.share.sum() + found.pair_share.sum() == pytest.approx(1)


def test_intervals_cover_as_they_say():
    design, rng = factorial_design(6), np.random.default_rng(2)
    truth = np.array([0.4, 0, 0, 0, 0, 0])
    covered = []
    for _ in range(200):
        own = rng.normal(truth, 0.5, (12, 6))  # an effect that differs from run to run
        outcomes = np.where(design, 0.5, -0.5) @ own.T + rng.normal(0, 0.2, (16, 12))
        found = factorial_effects(design, outcomes)
        covered += list(abs(found.main - truth) <= found.margin(0.9) * found.main_error)
    assert 0.87 <= np.mean(covered) <= 0.93


def test_nothing_moves_nothing():
    found = factorial_effects(factorial_design(3), np.ones((8, 2)))
    assert not found.main.any()
    assert not found.share.any()


def test_what_a_sum_leaves_of_nothing_is_nothing():
    rng = np.random.default_rng(1)
    design = factorial_design(6)
    for _ in range(50):  # only the first two switches do anything
        luck = {(a, b): rng.random(5) for a in (0, 1) for b in (0, 1)}
        outcomes = np.array([luck[int(point[0]), int(point[1])] for point in design])
        found = factorial_effects(design, outcomes)
        assert found.main[5] == 0
        assert found.main_error[5] == 0
        assert (found.main[:2] != 0).all()


def test_one_run_and_no_switch_are_said():
    with pytest.raises(InvalidArgument, match="at least 2 runs"):
        factorial_effects(factorial_design(2), np.ones((4, 1)))
    with pytest.raises(InvalidArgument, match="no switch"):
        factorial_design(0)
