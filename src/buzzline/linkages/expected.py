"""Where the ties of a cluster would lead if only size, distance and borders mattered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.kernels.parties import party_shares
from buzzline.network.mutual import MutualGravity


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
    dyad-robust normal distribution, sizes of zones from theirs, inflated by the dispersion.
    """
    theta, size = gravity.draws(draws, rng)

    def shares(theta: Floats, size: Floats) -> Floats:
        return as_floats(
            party_shares(
                size, theta, origins.covariates, origins.offset, origins.composition,
                origins.inner, origins.inner_composition, origins.leaving,
            )
        )  # fmt: skip

    point = shares(gravity.theta[None], gravity.size[None])[0]
    return ExpectedShares(point, shares(theta, size))
