import warnings

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.network.mutual import Unidentified, fit_mutual
from buzzline.network.nulls import fit_gravity

THETA = np.array([-0.9, -1.0])


def world(n_zones=30, seed=0, ties_each=40):
    """Symmetric flows: a tie within a zone counts twice on the diagonal."""
    rng = np.random.default_rng(seed)
    xy = rng.random((n_zones, 2)) * 1000
    apart = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1)) + 60 * np.eye(n_zones)
    east = xy[:, 0] > 500
    x = np.stack([np.log(np.maximum(apart, 60)), (east[:, None] != east[None]).astype(float)])
    mass = np.exp(0.8 * rng.standard_normal(n_zones))
    mean = np.outer(mass, mass) * np.exp(np.tensordot(THETA, x, axes=1))
    mean *= ties_each * n_zones / mean.sum()
    upper = np.triu(rng.poisson(mean), 1)
    return (upper + upper.T + np.diag(2 * rng.poisson(np.diag(mean) / 2))).astype(float), x


def pyfixest_fit(flows, x, vcov):
    import pandas as pd
    import pyfixest

    origin, destination = np.indices(flows.shape)
    frame = pd.DataFrame(
        {"flow": flows.ravel(), "distance": x[0].ravel(), "border": x[1].ravel(),
         "origin": origin.ravel(), "destination": destination.ravel()}
    )  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pyfixest.fepois(
            "flow ~ distance + border | origin + destination", frame, vcov=vcov,
            ssc=pyfixest.ssc(k_adj=False, G_adj=False), iwls_tol=1e-13,
        )  # fmt: skip


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_coefficients_agree_with_another_package_to_many_digits(seed):
    """Origin and destination effects on symmetric flows give the same coefficients."""
    flows, x = world(seed=seed)
    peer = pyfixest_fit(flows, x, "iid").coef().to_numpy()
    assert fit_mutual(flows, x).theta == pytest.approx(peer, rel=1e-6)


@pytest.mark.parametrize("seed", [0, 1, 2, 3, 4, 5])
def test_two_way_clustered_errors_agree_with_another_package(seed):
    """Of flows with a direction; where they are thinner than the likelihood's, that is said."""
    rng = np.random.default_rng(seed)
    flows, x = world(seed=seed)
    directed = rng.poisson(flows / 2).astype(float)
    peer = pyfixest_fit(directed, x, {"CRV1": "origin + destination"})
    plain = pyfixest_fit(directed, x, "iid").se().to_numpy()
    ours = fit_gravity(directed, x)
    assert ours.theta == pytest.approx(peer.coef().to_numpy(), rel=1e-5)
    robust, error = peer.se().to_numpy(), np.sqrt(np.diag(ours.covariance))
    expected = plain * np.sqrt(ours.dispersion) if (robust < plain).any() else robust
    assert error == pytest.approx(expected, rel=1e-4)


def test_dyad_robust_errors_by_brute_force():
    """Aronow, Samii & Assenova: products of the scores of all dyads that share a zone."""
    flows, x = world(n_zones=12, ties_each=200)
    fit = fit_mutual(flows, x)
    n = len(flows)
    mean = np.exp(fit.size[:, None] + fit.size + np.tensordot(fit.theta, x, axes=1))
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    half = [0.5 if i == j else 1.0 for i, j in pairs]
    design = np.array(
        [[*((np.arange(n) == i).astype(float) + (np.arange(n) == j)), x[0, i, j], x[1, i, j]]
         for i, j in pairs]
    )  # fmt: skip
    mu = np.array([h * mean[i, j] for h, (i, j) in zip(half, pairs, strict=True)])
    y = np.array([h * flows[i, j] for h, (i, j) in zip(half, pairs, strict=True)])
    bread = np.linalg.inv(design.T @ (mu[:, None] * design))
    score = design * (y - mu)[:, None]
    shares = np.array([[bool({i, j} & {k, m}) for k, m in pairs] for i, j in pairs])
    robust = (bread @ (score.T @ shares @ score) @ bread)[-2:, -2:] * n / (n - 1)
    freedom = len(pairs) - n - 2
    dispersion = max(1.0, ((y - mu) ** 2 / mu).sum() / freedom / (y / mu).mean())
    plain = bread[-2:, -2:] * dispersion
    thin = (np.diag(robust) < np.diag(plain)).any()
    assert fit.covariance == pytest.approx(plain if thin else robust, rel=1e-4)
    assert fit.dispersion == pytest.approx(dispersion, rel=1e-6)
    assert fit.response == pytest.approx(
        -np.linalg.solve(
            design[:, :n].T @ (mu[:, None] * design[:, :n]),
            design[:, :n].T @ (mu[:, None] * design[:, n:]),
        ),
        rel=1e-5,
    )


def test_fitted_flows_keep_every_total():
    flows, x = world()
    fit = fit_mutual(flows, x)
    mean = np.exp(fit.size[:, None] + fit.size + np.tensordot(fit.theta, x, axes=1))
    assert mean.sum(axis=1) == pytest.approx(flows.sum(axis=1), rel=1e-5)


def test_collapses_to_products_of_totals_without_covariates():
    totals = np.array([1.0, 2, 3])
    fit = fit_mutual(np.outer(totals, totals), np.empty((0, 3, 3)))
    assert np.exp(fit.size) == pytest.approx(totals)
    assert fit.dispersion == 1.0


def test_units_and_the_order_of_zones_do_not_matter():
    flows, x = world()
    fit = fit_mutual(flows, x)
    order = np.random.default_rng(1).permutation(len(flows))
    turned = fit_mutual(
        np.ascontiguousarray(flows[np.ix_(order, order)]),
        np.ascontiguousarray(x[:, order][:, :, order]) + np.array([0.5, 0])[:, None, None],
    )
    assert turned.theta == pytest.approx(fit.theta, rel=1e-6)


def test_a_warm_start_changes_nothing_but_the_number_of_steps():
    flows, x = world()
    whole = fit_mutual(flows, x)
    less = flows.copy()
    less[3] = less[:, 3] = 0
    warm, cold = fit_mutual(less, x, start=whole), fit_mutual(less, x)
    assert warm.theta == pytest.approx(cold.theta, abs=1e-5)
    assert warm.covariance == pytest.approx(cold.covariance, rel=1e-3)


def test_planted_coefficients_are_covered_as_often_as_said():
    hits = np.zeros(2)
    for seed in range(150):
        fit = fit_mutual(*world(seed=seed))
        hits += np.abs(fit.theta - THETA) <= 1.96 * np.sqrt(np.diag(fit.covariance))
    # 95 % of 150 is 142, binomial error 2.7
    assert (hits >= 134).all()


def test_sizes_are_as_uncertain_as_they_scatter():
    """Over many worlds with equal masses, the spread of a contrast of sizes is what is said."""
    contrasts, said = [], []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        mean = np.full((8, 8), 6.0)
        upper = np.triu(rng.poisson(mean), 1)
        flows = (upper + upper.T + np.diag(2 * rng.poisson(3.0, 8))).astype(float)
        fit = fit_mutual(flows, np.empty((0, 8, 8)))
        contrasts.append(fit.size[0] - fit.size[1])
        weights = np.zeros((1, 8))
        weights[0, :2] = 1, -1
        said.append(fit.spread_of(weights)[0, 0])
    assert np.var(contrasts) == pytest.approx(np.mean(said), rel=0.3)


def test_a_border_that_no_tie_crosses_is_refused():
    flows, x = world()
    flows[x[1] == 1] = 0
    with pytest.raises(Unidentified, match="covariate 2"):
        fit_mutual(flows, x)


def test_separated_pairs_are_left_out_and_counted():
    """One zone is tied to itself only: what keeps it from others cannot be finite."""
    flows, x = world()
    flows[5, :5] = flows[5, 6:] = flows[:5, 5] = flows[6:, 5] = 0
    alone = np.zeros_like(x[:1])
    alone[0, 5] = alone[0, :, 5] = 1
    alone[0, 5, 5] = 0
    fit = None
    with pytest.raises(Unidentified, match="covariate 3"):
        fit = fit_mutual(flows, np.concatenate([x, alone]))
    assert fit is None
    assert np.isfinite(fit_mutual(flows, x).theta).all()


def test_flows_that_differ_by_direction_and_lone_zones_are_refused():
    with pytest.raises(InvalidArgument, match="both ways"):
        fit_mutual(np.array([[1.0, 2], [3, 4]]), np.empty((0, 2, 2)))
    flows = np.zeros((4, 4))
    flows[2, 2] = 8
    with pytest.raises(InvalidArgument, match="fewer than two zones"):
        fit_mutual(flows, np.empty((0, 4, 4)))


def test_covariates_that_say_the_same_are_not_told_apart():
    flows, x = world()
    nearly = x[0] + 1e-6 * np.where(x[0] > np.median(x[0]), 1.0, 0.0)
    with pytest.raises(InvalidArgument, match=r"covariate \d does not vary beyond"):
        fit_mutual(flows, np.stack([x[0], (nearly + nearly.T) / 2]))
