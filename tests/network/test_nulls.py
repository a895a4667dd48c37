import warnings

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.network.nulls import fit_gravity, size_only


def world(n_zones=30, ties_each=40, theta=(-0.9, -1.0), seed=0):
    rng = np.random.default_rng(seed)
    xy = rng.random((n_zones, 2)) * 1000
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    east = xy[:, 0] > 500
    covariates = np.stack(
        [np.log(np.maximum(apart, 5)), (east[:, None] != east[None]).astype(float)]
    )
    mass = rng.pareto(2, n_zones) + 0.3
    mean = np.outer(mass, mass) * np.exp(np.tensordot(theta, covariates, axes=1))
    mean *= ties_each * n_zones / mean.sum()
    return rng.poisson(mean).astype(float), covariates


def test_golden_expected_composition_of_flows():
    # theory C2.2: masses (120, 300, 3000, 20000) at (8, 70, 450, 7000 km)
    mass, km = np.array([120.0, 300, 3000, 20000]), np.array([8.0, 70, 450, 7000])
    border = np.array([0.0, 0, 0, 1])
    size = mass / mass.sum()
    assert size.round(3).tolist() == [0.005, 0.013, 0.128, 0.854]
    flow = mass * km**-0.93 * 0.25**border
    assert (flow / flow.sum()).round(3).tolist() == [0.5, 0.166, 0.295, 0.038]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_coefficients_agree_with_another_package(seed):
    import pandas as pd
    import pyfixest

    flows, covariates = world(seed=seed)
    origin, destination = np.indices(flows.shape)
    frame = pd.DataFrame(
        {
            "flow": flows.ravel(),
            "distance": covariates[0].ravel(),
            "border": covariates[1].ravel(),
            "origin": origin.ravel(),
            "destination": destination.ravel(),
        }
    )
    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # it warns of zones without ties, which we leave out too
        peer = pyfixest.fepois("flow ~ distance + border | origin + destination", frame)
    assert fit_gravity(flows, covariates).theta == pytest.approx(
        peer.coef().to_numpy(), rel=1e-5
    )


def test_fitted_flows_keep_every_total():
    flows, covariates = world()
    fit = fit_gravity(flows, covariates)
    rows = flows.sum(axis=1) > 0
    predictor = fit.destination + np.tensordot(fit.theta, covariates, axes=1)
    weight = np.exp(predictor)
    mean = weight * (flows.sum(axis=1) / weight.sum(axis=1))[:, None]
    assert mean[rows].sum(axis=0) == pytest.approx(flows.sum(axis=0), rel=1e-4, abs=1e-4)


def test_units_of_distance_do_not_matter():
    flows, covariates = world()
    shifted = covariates.copy()
    shifted[0] += np.log(1.609)
    theirs, ours = fit_gravity(flows, covariates), fit_gravity(flows, shifted)
    assert ours.theta == pytest.approx(theirs.theta, rel=1e-6)


def test_without_covariates_flows_follow_totals():
    flows = np.outer([1.0, 2, 3], [4.0, 5, 6])
    fit = size_only(flows)
    assert np.exp(fit.destination) == pytest.approx(flows.sum(axis=0))
    assert fit.dispersion == 1.0


def test_a_warm_start_changes_nothing_but_the_number_of_steps():
    flows, covariates = world()
    cold = fit_gravity(flows, covariates)
    less = flows.copy()
    less[3] = 0
    warm, again = fit_gravity(less, covariates, cold), fit_gravity(less, covariates)
    assert warm.theta == pytest.approx(again.theta, rel=1e-5)


def test_planted_coefficients_are_covered_as_often_as_said():
    theta, hits = np.array([-0.9, -1.0]), np.zeros(2)
    for seed in range(100):
        fit = fit_gravity(*world(seed=seed))
        error = 1.96 * np.sqrt(np.diag(fit.covariance))
        hits += np.abs(fit.theta - theta) <= error
    # 95 of 100; the dyad-robust error of 30 zones falls a little short, binomial error 2.2
    assert (hits >= 85).all()


def test_a_border_that_no_tie_crosses_is_refused():
    flows, covariates = world()
    flows[covariates[1] == 1] = 0
    with pytest.raises(InvalidArgument, match="not finite"):
        fit_gravity(flows, covariates)


def test_a_covariate_that_does_not_vary_is_refused():
    flows, _ = world()
    with pytest.raises(InvalidArgument, match="not identified"):
        fit_gravity(flows, np.ones((1, *flows.shape)))


def test_ties_in_one_zone_only_are_refused():
    flows = np.zeros((4, 4))
    flows[2, 2] = 9
    with pytest.raises(InvalidArgument, match="fewer than two zones"):
        fit_gravity(flows, np.ones((1, 4, 4)))
