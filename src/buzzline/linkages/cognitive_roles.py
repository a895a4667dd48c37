"""The roles members play in the knowledge of a cluster, after Giuliani and Bell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share

COGNITIVE_ROLES = (
    "technological gatekeeper", "active mutual exchanger", "weak mutual exchanger",
    "external star", "isolated",
)  # fmt: skip
GATEKEEPER, ACTIVE, WEAK, STAR, ISOLATED = range(len(COGNITIVE_ROLES))
WITHOUT_DIRECTION = "gatekeeper or active exchanger"  # what the first is without direction
FEW, MANY = 0.3, 0.7  # ranks among members of rewired networks
FEWEST_MANY = 1.0  # ties that are not yet many


@dataclass(frozen=True, slots=True)
class RoleCuts:
    """From which numbers of ties on a member counts as central, or open.

    Attributes
    ----------
    few_inside, many_inside : float [ties]     that many and less are few; more are many
    few_outside, many_outside : float [ties]
    """

    few_inside: float
    many_inside: float
    few_outside: float
    many_outside: float


def role_cuts(
    inside: ArrayLike, outside: ArrayLike, *, few: Share = FEW, many: Share = MANY
) -> RoleCuts:
    """Return the cuts between few and many, from members of networks dealt at random.

    Parameters
    ----------
    inside, outside : (draws, k) [ties]
    few, many : share
        Ranks among all members of all draws together.

    Returns
    -------
    RoleCuts
        One tie is never many, however few others have any.
    """
    ends = [
        max(float(np.quantile(as_floats(counts), rank, method="inverted_cdf")), floor)
        for counts in (inside, outside)
        for rank, floor in ((few, 0.0), (many, FEWEST_MANY))
    ]
    return RoleCuts(*ends)


def transmission(n_in: ArrayLike, n_out: ArrayLike) -> Floats:
    """Return how much more advice a member gives than it gets, (out + 1/2) / (in + 1/2).

    The halves keep it finite with nothing that arrives, and near 1 with few ties.

    Examples
    --------
    >>> transmission([0, 3], [1, 3]).tolist()
    [3.0, 1.0]
    """
    return np.asarray((as_floats(n_out) + 0.5) / (as_floats(n_in) + 0.5))


def cognitive_roles(
    n_in: ArrayLike,
    n_out: ArrayLike,
    n_outside: ArrayLike,
    *,
    cuts: RoleCuts,
    is_directed: bool = True,
) -> Codes:
    """Return the role of each member as its position in `COGNITIVE_ROLES`.

    Parameters
    ----------
    n_in, n_out : array [ties]
        That arrive from and lead to other members; equal without direction.
    n_outside : array [ties]
        With organisations outside.
    cuts : RoleCuts
    is_directed : bool
        False: who is central and open is a gatekeeper or an active exchanger, which cannot be
        told apart.

    Notes
    -----
    Many inside: gatekeeper with many outside and giving more than it gets; weak mutual
    exchanger with few outside; active mutual exchanger otherwise. Few inside: external star
    with many outside, isolated otherwise. Between: external star with many outside and getting
    more than it gives, weak mutual exchanger otherwise [1]_.

    References
    ----------
    .. [1] Giuliani, E., Bell, M. (2005). The micro-determinants of meso-level learning and
       innovation. Research Policy 34(1). doi:10.1016/j.respol.2004.10.008

    Examples
    --------
    >>> cuts = RoleCuts(2, 8, 0, 3)
    >>> codes = cognitive_roles([2, 6, 1], [9, 6, 0], [7, 1, 5], cuts=cuts)
    >>> [COGNITIVE_ROLES[code] for code in codes]
    ['technological gatekeeper', 'active mutual exchanger', 'external star']
    """
    inward, outward, beyond = as_floats(n_in), as_floats(n_out), as_floats(n_outside)
    if not inward.shape == outward.shape == beyond.shape:
        raise InvalidArgument("cognitive_roles: give as many ties in as out and outside")
    inside = inward + outward if is_directed else inward
    central, few = inside > cuts.many_inside, inside <= cuts.few_inside
    is_open, closed = beyond > cuts.many_outside, beyond <= cuts.few_outside
    gives = transmission(inward, outward) > 1 if is_directed else np.ones(inside.shape, bool)
    gets = transmission(inward, outward) < 1 if is_directed else np.zeros(inside.shape, bool)
    codes = np.full(inside.shape, WEAK)
    codes[~central & few] = ISOLATED
    codes[~central & is_open & (few | gets)] = STAR
    codes[central & ~closed] = ACTIVE
    codes[central & is_open & gives] = GATEKEEPER
    return as_codes(codes)
