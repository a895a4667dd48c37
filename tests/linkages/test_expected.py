import numpy as np
import pytest

from buzzline.linkages.expected import Origins, expected_shares
from buzzline.network.mutual import MutualGravity


def gravity(theta=(), size=(0.0, 0.0), covariance=None, information=(1e12, 1e12)):
    k = len(theta)
    return MutualGravity(
        np.array(theta, float), np.array(size, float),
        np.zeros((k, k)) if covariance is None else np.array(covariance, float),
        np.zeros((len(size), k)), np.diag(np.sqrt(information)), np.eye(k), 1.0, 0, 1,
    )  # fmt: skip


def two_zones(covariates=(), inner=(), among=-np.inf, leaving=10.0):
    """Members in one zone; zone 0 is local, zone 1 global; `among` is ln of inner pairs."""
    composition = np.zeros((1, 1, 2, 5))
    composition[0, 0, 0, 0] = composition[0, 0, 1, 3] = 1.0
    inner_composition = np.zeros((1, 1, 1, 5))
    inner_composition[..., 0] = 1.0
    k = len(covariates)
    return Origins(
        np.array(covariates, float).reshape(k, 1, 2), np.zeros((1, 2)), composition,
        np.array([*inner, among], float).reshape(k + 1, 1, 1), inner_composition,
        np.array([[leaving]]),
    )  # fmt: skip


def shares(fit, origins, draws=3):
    return expected_shares(fit, origins, draws=draws, rng=np.random.default_rng(1))


def test_size_only_follows_the_sizes_of_others():
    found = shares(gravity(size=np.log([30.0, 90.0])), two_zones())
    assert found.share[0].tolist() == pytest.approx([0.25, 0, 0, 0.75])


def test_distance_halves_what_it_should():
    origins = two_zones(np.log([[10.0, 20.0]]), inner=(0.0,))
    found = shares(gravity(theta=[-1.0]), origins)
    assert found.share[0].tolist() == pytest.approx([2 / 3, 0, 0, 1 / 3])


def test_members_are_as_large_as_their_ties_make_them_by_hand():
    # mass m: m (3 + 1) to others and m^2 among themselves make 12 ends, so m = 2: 4 + 6 local
    found = shares(gravity(size=np.log([3.0, 1.0])), two_zones(among=0.0, leaving=12.0))
    assert found.share[0].tolist() == pytest.approx([10 / 12, 0, 0, 2 / 12])


def test_two_zones_of_members_share_their_ties_by_hand():
    """Masses a, b: a (1 + b) = 6 and b (1 + a) = 6 at a = b = 2; ties between zones are global."""
    composition = np.zeros((1, 2, 1, 5))
    composition[..., 0] = 1.0
    inner_composition = np.zeros((1, 2, 2, 5))
    inner_composition[..., 3] = 1.0
    inner = np.full((1, 2, 2), -np.inf)
    inner[0, 0, 1] = inner[0, 1, 0] = 0.0
    origins = Origins(
        np.empty((0, 2, 1)), np.zeros((2, 1)), composition, inner, inner_composition,
        np.array([[6.0, 6.0]]),
    )  # fmt: skip
    found = shares(gravity(size=[0.0], information=(1e12,)), origins)
    assert found.share[0].tolist() == pytest.approx([4 / 12, 0, 0, 8 / 12])


def test_zones_without_ties_and_pairs_that_cannot_tie_give_nothing():
    found = shares(gravity(size=[0.0, -np.inf]), two_zones())
    assert found.share[0].tolist() == [1, 0, 0, 0]


def test_more_information_makes_narrower_draws():
    widths = [
        np.ptp(shares(gravity(information=(n, n)), two_zones(), draws=300).draws[:, 0, 0])
        for n in (10.0, 1000.0)
    ]
    assert widths[1] < widths[0] / 5


def test_an_uncertain_elasticity_widens_the_draws():
    origins = two_zones(np.log([[10.0, 200.0]]), inner=(0.0,))
    widths = [
        shares(gravity(theta=[-1.0], covariance=[[variance]]), origins, draws=300)
        .draws[:, 0, 0].std()
        for variance in (0.0, 0.04)
    ]  # fmt: skip
    assert widths[0] < 1e-3 < widths[1]
