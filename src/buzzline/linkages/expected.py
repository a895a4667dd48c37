"""Where the ties of a cluster would lead if only size, distance and borders mattered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.kernels.parties import party_shares
from buzzline.network.mutual import MutualGravity, root_of


@dataclass(frozen=True, slots=True, eq=False)
class ExpectedShares:
    """Expected share of tie ends at each scale, for each set of cut-offs, and its uncertainty.

    Attributes
    ----------
    share : (c, 4) float64
    draws : (d, c, 4) float64     parametric bootstrap of coefficients and sizes
    """

    share: Floats
    draws: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Origins:
    """Where a cluster's ties leave from, and what lies how far from there.

    Attributes
    ----------
    covariates : (k, o, z) float64      from the members of each zone to the outsiders of each
    offset : (o, z) float64             ln of the share of pairs that can have a tie
    composition : (c, o, z, 5) float64  scales of the pairs between, for each set of cut-offs
    inner : (k + 1, o, o) float64       covariates and offset among members
    inner_composition : (c, o, o, 5) float64
    leaving : (c, o) float64            tie ends of known scale at the members of each zone
    """

    covariates: Floats
    offset: Floats
    composition: Floats
    inner: Floats
    inner_composition: Floats
    leaving: Floats


def expected_shares(
    gravity: MutualGravity, origins: Origins, *, draws: int, rng: np.random.Generator
) -> ExpectedShares:
    """Return the expected share of a cluster's tie ends at each scale under a gravity null.

    Parameters
    ----------
    gravity : MutualGravity
        Fitted leaving out every tie of the cluster.
    origins : Origins
    draws : int

    Notes
    -----
    The size of the cluster is what gives it as many ties as it has; where they lead follows
    from the sizes of others, distances and borders. Coefficients are drawn from their
    dyad-robust normal distribution; sizes of zones from theirs, inflated by the dispersion, as
    far as they move the flow to a scale.
    """
    theta, size = gravity.draws(draws, rng)
    still = np.zeros((1, *origins.composition.shape[:2], origins.composition.shape[3]))
    point = _shares(gravity.theta[None], gravity.size[None], still, origins)[0]
    noise = _noise(gravity, origins, draws, rng)
    return ExpectedShares(point, _shares(theta, size, noise, origins))


def _shares(theta: Floats, size: Floats, noise: Floats, origins: Origins) -> Floats:
    return as_floats(
        party_shares(
            size, theta, origins.covariates, origins.offset, origins.composition,
            origins.inner, origins.inner_composition, origins.leaving, noise,
        )
    )  # fmt: skip


def _noise(
    gravity: MutualGravity, origins: Origins, draws: int, rng: np.random.Generator
) -> Floats:
    """Draw how far flows to each scale are off as sizes of zones are. (d, c, o, 5).

    A flow to a scale is a sum over zones; its log moves as the mean of log sizes, weighted by
    what each zone adds. Drawn with mean one, so that uncertain sizes do not inflate flows.
    """
    log_flow = gravity.size + np.tensordot(gravity.theta, origins.covariates, axes=1)
    flow = np.exp(log_flow - log_flow.max())[..., None] * origins.composition
    whole = flow.sum(axis=2, keepdims=True)
    weights = np.divide(flow, whole, out=np.zeros_like(flow), where=whole > 0)
    shape = (weights.shape[0], weights.shape[1], weights.shape[3])
    rows = as_floats(np.moveaxis(weights, 2, 3).reshape(-1, weights.shape[2]))
    spread = gravity.spread_of(rows)
    drawn = rng.standard_normal((draws, len(rows))) @ root_of(spread).T
    return as_floats((drawn - np.diag(spread) / 2).reshape(draws, *shape))
