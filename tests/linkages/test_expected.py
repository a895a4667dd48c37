import numpy as np
import pytest

from buzzline.linkages.expected import Origins, expected_shares
from buzzline.network.nulls import Gravity


def gravity(theta=(), destination=(0.0, 0.0), covariance=None, arriving=(100.0, 100.0)):
    k = len(theta)
    return Gravity(
        np.array(theta, float), np.array(destination, float),
        np.zeros((k, k)) if covariance is None else np.array(covariance, float),
        np.zeros((len(destination), k)), 1.0, np.array(arriving, float), 1,
    )  # fmt: skip


def two_zones(covariates):
    composition = np.zeros((1, 1, 2, 4))
    composition[0, 0, 0, 0] = composition[0, 0, 1, 3] = 1.0
    return Origins(np.array(covariates, float), composition, np.array([[10.0]]))


def test_size_only_follows_what_arrives():
    fit = gravity(destination=np.log([30.0, 90.0]))
    found = expected_shares(
        fit, two_zones(np.empty((0, 1, 2))), draws=3, rng=np.random.default_rng(1)
    )
    assert found.share[0].tolist() == pytest.approx([0.25, 0, 0, 0.75])


def test_distance_halves_what_it_should():
    fit = gravity(theta=[-1.0])
    origins = two_zones(np.log([[[10.0, 20.0]]]))
    found = expected_shares(fit, origins, draws=3, rng=np.random.default_rng(1))
    assert found.share[0].tolist() == pytest.approx([2 / 3, 0, 0, 1 / 3])


def test_more_ties_arriving_make_narrower_draws():
    widths = [
        np.ptp(
            expected_shares(
                gravity(arriving=(n, n)), two_zones(np.empty((0, 1, 2))), draws=300,
                rng=np.random.default_rng(1),
            ).draws[:, 0, 0]
        )
        for n in (10.0, 1000.0)
    ]  # fmt: skip
    assert widths[1] < widths[0] / 5


def test_an_uncertain_elasticity_widens_the_draws():
    origins = two_zones(np.log([[[10.0, 200.0]]]))
    widths = [
        expected_shares(
            gravity(theta=[-1.0], covariance=[[variance]], arriving=(1e9, 1e9)), origins,
            draws=300, rng=np.random.default_rng(1),
        ).draws[:, 0, 0].std()
        for variance in (0.0, 0.04)
    ]  # fmt: skip
    assert widths[0] < 1e-3 < widths[1]
