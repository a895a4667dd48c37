"""Where the ties of a cluster would lead if only size, distance and borders mattered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.kernels.gravity import scale_shares
from buzzline.network.nulls import Gravity
from buzzline.space.scales import SCALES

N_SCALES = len(SCALES)


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedShares:
    """Expected share of tie ends at each scale, for each set of cut-offs, and its uncertainty.

    Attributes
    ----------
    share : (c, 4) float64
    draws : (d, c, 4) float64     parametric bootstrap of coefficients and destination effects
    """

    share: Floats
    draws: Floats


def expected_shares(
    gravity: Gravity,
    covariates: Floats,
    own_flows: Floats,
    classes: Codes,
    *,
    draws: int,
    rng: np.random.Generator,
) -> ExpectedShares:
    """Return the expected share of a cluster's tie ends at each scale under a gravity null.

    Parameters
    ----------
    gravity : Gravity
        Fitted leaving the cluster's own tie ends out.
    covariates : (k, z, z) float64
    own_flows : (z, z) float64 [tie ends]
        Of the cluster's members; only how many leave each zone is used.
    classes : (c, z, z) int32
        From `zone_classes`; pairs of unknown scale are left out of both sides.
    draws : int

    Notes
    -----
    Coefficients are drawn from their dyad-robust normal distribution; destination effects move
    with them along the likelihood, and are multiplied by gamma variates whose spread is that of
    the number of ties arriving, inflated by the dispersion.
    """
    origins = np.flatnonzero(own_flows.sum(axis=1))
    scale = as_codes(classes[:, origins])
    leaving = as_floats(np.where(scale < N_SCALES, own_flows[origins], 0.0).sum(axis=2))
    x = as_floats(covariates[:, origins])
    base = as_floats(gravity.destination + np.tensordot(gravity.theta, x, axes=1))
    base = as_floats(np.broadcast_to(base, (origins.size, gravity.destination.size)))

    z = rng.standard_normal((draws, gravity.theta.size))
    moves = as_floats((z @ _root(gravity.covariance).T).reshape(draws, gravity.theta.size))
    shape = gravity.arriving / gravity.dispersion
    mass = rng.standard_gamma(shape, size=(draws, shape.size)) / np.maximum(shape, 1e-300)
    factors = as_floats(mass * np.exp(moves @ gravity.response.T))
    still, same = np.zeros((1, gravity.theta.size)), np.ones((1, shape.size))

    def shares(moves: Floats, factors: Floats) -> Floats:
        return as_floats(scale_shares(base, x, moves, factors, leaving, scale, N_SCALES))

    return ExpectedShares(shares(still, same)[0], shares(moves, factors))


def _root(covariance: Floats) -> Floats:
    if not covariance.size:
        return covariance
    values, vectors = np.linalg.eigh(covariance)
    return as_floats(vectors * np.sqrt(np.maximum(values, 0)))
