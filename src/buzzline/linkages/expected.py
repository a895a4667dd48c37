"""Where the ties of a cluster would lead if only size, distance and borders mattered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.kernels.gravity import scale_shares
from buzzline.network.nulls import Gravity


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


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Where a cluster's ties leave from, and what lies how far from there.

    Attributes
    ----------
    covariates : (k, o, z) float64      of each zone of origin and each zone
    composition : (c, o, z, 4) float64  scales of the pairs between, for each set of cut-offs
    leaving : (c, o) float64            tie ends of known scale that leave each zone of origin
    """

    covariates: Floats
    composition: Floats
    leaving: Floats


def expected_shares(
    gravity: Gravity, origins: Origins, *, draws: int, rng: np.random.Generator
) -> ExpectedShares:
    """Return the expected share of a cluster's tie ends at each scale under a gravity null.

    Parameters
    ----------
    gravity : Gravity
        Fitted leaving the cluster's own tie ends out.
    origins : Origins
    draws : int

    Notes
    -----
    Coefficients are drawn from their dyad-robust normal distribution; destination effects move
    with them along the likelihood, and are multiplied by gamma variates whose spread is that of
    the number of ties arriving, inflated by the dispersion.
    """
    x = origins.covariates
    base = as_floats(gravity.destination + np.tensordot(gravity.theta, x, axes=1))
    base = as_floats(np.broadcast_to(base, x.shape[1:]))

    z = rng.standard_normal((draws, gravity.theta.size))
    moves = as_floats((z @ _root(gravity.covariance).T).reshape(draws, gravity.theta.size))
    shape = gravity.arriving / gravity.dispersion
    mass = rng.standard_gamma(shape, size=(draws, shape.size)) / np.maximum(shape, 1e-300)
    factors = as_floats(mass * np.exp(moves @ gravity.response.T))
    still, same = np.zeros((1, gravity.theta.size)), np.ones((1, shape.size))

    def shares(moves: Floats, factors: Floats) -> Floats:
        return as_floats(
            scale_shares(base, x, moves, factors, origins.leaving, origins.composition)
        )

    return ExpectedShares(shares(still, same)[0], shares(moves, factors))


def _root(covariance: Floats) -> Floats:
    if not covariance.size:
        return covariance
    values, vectors = np.linalg.eigh(covariance)
    return as_floats(vectors * np.sqrt(np.maximum(values, 0)))
