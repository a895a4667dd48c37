"""Who brokers between groups: the five roles of Gould and Fernandez."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.brokerage import brokered_pairs, brokered_pairs_dealt
from buzzline.network.network import Network
from buzzline.quantities import Draws
from buzzline.space.threads import spread, thread_count

# In the order of the columns of every count.
ROLES = ("coordinator", "itinerant", "gatekeeper", "representative", "liaison")


@dataclass(frozen=True, slots=True, eq=False)
class BrokerageByChance:
    """Counts of brokerage against groups dealt at random.

    Attributes
    ----------
    mean, sd : (k, 5) float64    of the counts, roles in the order of `ROLES`
    p : (k, 5) float64           (1 + draws with at least as many) / (1 + draws)
    z : (k, 5) float64           NaN where chance always gives the same
    draws : int
    """

    mean: Floats
    sd: Floats
    p: Floats
    z: Floats
    draws: int


def brokerage_roles(
    network: Network, group: ArrayLike, *, brokers: ArrayLike | None = None
) -> Indices:
    """Return how often each organisation brokers between two that are not tied themselves.

    Parameters
    ----------
    network : Network
        A pair is brokered by v where a tie leads from a to v and one from v to b, and none from
        a to b. Without direction every pair counts both ways, so that gatekeeper and
        representative are equal.
    group : (n,) int
        Below 0: in no group; two such organisations are not of the same group.
    brokers : (k,) int, optional
        Rows of those to be counted; None: all.

    Returns
    -------
    (k, 5) int64 [pairs]
        Coordinator (all three of one group), itinerant (a and b of one, v of another),
        gatekeeper (v and b of one, a of another), representative (a and v of one), liaison
        (all of different groups) [1]_.

    References
    ----------
    .. [1] Gould, R., Fernandez, R. (1989). Structures of mediation: a formal approach to
       brokerage in transaction networks. Sociological Methodology 19. doi:10.2307/270949

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> from buzzline.network import build_network
    >>> world = make_world(organisations=100, clusters=2, rng=1)
    >>> brokerage_roles(build_network(world.study), world.truth.cluster).shape
    (100, 5)
    """
    codes, n_groups = _codes(network, group)
    chosen = as_indices(np.arange(network.n) if brokers is None else brokers)
    back = network.reversed()
    # Many more parts than threads: those with hubs take longest.
    parts = np.array_split(chosen, max(1, min(chosen.size, 16 * thread_count())))

    def counted(part: Indices) -> Indices:
        return np.asarray(brokered_pairs(
            network.start, network.to, back.start, back.to, codes, as_indices(part), n_groups
        ))  # fmt: skip

    return np.concatenate(list(spread(counted, parts)))


def brokerage_by_chance(
    network: Network,
    group: ArrayLike,
    *,
    brokers: ArrayLike,
    draws: Draws,
    rng: np.random.Generator,
) -> BrokerageByChance:
    """Return brokerage against what it were if who is in which group did not matter.

    The ties stay, and so does the group of the broker; the groups of all others that have ties
    are dealt anew among them.

    Parameters
    ----------
    network, group, brokers
        As in `brokerage_roles`.
    draws : draws
    rng : Generator

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> from buzzline.network import build_network
    >>> world = make_world(organisations=100, clusters=2, rng=1)
    >>> network, group = build_network(world.study), world.truth.cluster
    >>> rng = np.random.default_rng(1)
    >>> brokerage_by_chance(network, group, brokers=[0, 1], draws=9, rng=rng).p.shape
    (2, 5)
    """
    codes, n_groups = _codes(network, group)
    chosen, back = as_indices(brokers), network.reversed()
    observed = brokerage_roles(network, codes, brokers=chosen)
    tied = np.flatnonzero(network.degree + back.degree > 0)

    def dealt(stream: np.random.Generator) -> Indices:
        order = np.arange(network.n)
        order[tied] = stream.permutation(tied)
        return np.asarray(brokered_pairs_dealt(
            network.start, network.to, back.start, back.to, codes, chosen, n_groups, order
        ))  # fmt: skip

    total, squares = np.zeros(observed.shape), np.zeros(observed.shape)
    at_least = np.ones(observed.shape)
    for counts in spread(dealt, rng.spawn(draws)):
        total += counts
        squares += counts.astype(np.float64) ** 2
        at_least += counts >= observed
    mean = total / max(draws, 1) if draws else np.full(observed.shape, np.nan)
    variance = (squares - draws * mean**2).clip(min=0) / max(draws - 1, 1)
    sd = np.sqrt(variance) if draws > 1 else np.full(observed.shape, np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(sd > 0, (observed - mean) / sd, np.nan)
    p = at_least / (1 + draws) if draws else np.full(observed.shape, np.nan)
    return BrokerageByChance(mean, sd, p, z, draws)


def _codes(network: Network, group: ArrayLike) -> tuple[Codes, int]:
    codes = as_codes(group)
    if codes.shape != (network.n,):
        raise InvalidArgument(
            f"brokerage: `group` has {codes.size:,} entries; the network has {network.n:,} "
            "organisations, and each needs one (-1 for no group)"
        )
    return codes, int(codes.max(initial=0)) + 1
