"""Where an organisation stands among its partners: constraint, effective size, betweenness."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.betweenness import shortest_ways
from buzzline.kernels.constraint import constraint_sums, shared_partners
from buzzline.network.network import Network
from buzzline.quantities import Count
from buzzline.randomness import Seed, generator
from buzzline.space.threads import spread, thread_count

PARTS_A_THREAD = 4
BATCHES = 32  # fixed, so that sums do not depend on the number of threads


def constraint(network: Network) -> Floats:
    """Return how far each organisation is held by partners who know each other.

    Parameters
    ----------
    network : Network
        Taken without direction; weights of both ways are added.

    Returns
    -------
    (n,) float64
        c_i = sum_j (p_ij + sum_q p_iq p_qj)^2 over the partners j of i, with p_ij the share of
        i's ties that j has [1]_. Near 0 with many partners who are strangers to each other; 1
        with one partner. Unweighted at most 9/8, for two partners tied to each other; with
        weights it can be more. NaN without ties.

    References
    ----------
    .. [1] Burt, R. (1992). Structural holes. Harvard University Press.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> from buzzline.network import build_network
    >>> study = make_world(organisations=100, clusters=1, rng=1).study
    >>> found = constraint(build_network(study, "research").unweighted())
    >>> bool(np.nanmax(found) <= 1.125)
    True
    """
    return constraint_and_size(network)[0]


def effective_size(network: Network) -> Floats:
    """Return how many partners an organisation has, those who know each other counted less.

    Parameters
    ----------
    network : Network
        Taken without direction, and ties as present or not.

    Returns
    -------
    (n,) float64
        k - 2 t / k, with k partners and t ties among them [1]_; NaN without ties.

    References
    ----------
    .. [1] Borgatti, S. (1997). Structural holes: unpacking Burt's redundancy measures.
       Connections 20(1).

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> from buzzline.network import build_network
    >>> network = build_network(make_world(organisations=100, rng=1).study, directed=False)
    >>> bool(np.nanmax(effective_size(network) - network.degree) <= 0)
    True
    """
    return constraint_and_size(network)[1]


def constraint_and_size(network: Network) -> tuple[Floats, Floats]:
    """Return `constraint` and `effective_size` of all organisations, in one pass. O(m^1.5)."""
    plain = network.undirected()
    start, to, weight = plain.start, plain.to, plain.weight
    strength = np.bincount(plain.source, weights=weight, minlength=plain.n)
    pull = as_floats(weight / np.sqrt(strength[to]))
    through, shared = np.zeros(to.size), np.zeros(to.size, np.int32)
    # Parts of equally many ties; each writes to its own.
    shares = np.linspace(0, to.size, PARTS_A_THREAD * thread_count() + 1)
    edges = np.searchsorted(start, shares).clip(max=plain.n)
    edges[0], edges[-1] = 0, plain.n

    def fill(k: int) -> None:
        first, last = int(edges[k]), int(edges[k + 1])
        shared_partners(start, to, pull, first, last, through, shared)

    list(spread(fill, range(edges.size - 1)))
    held, among = constraint_sums(start, to, weight, strength, through, shared)
    degree = plain.degree
    with np.errstate(invalid="ignore", divide="ignore"):
        size = degree - 2 * among / degree
    alone = degree == 0
    return np.where(alone, np.nan, held), np.where(alone, np.nan, size)


def betweenness(
    network: Network, *, sources: Count | None = None, rng: Seed = None
) -> tuple[Floats, Floats]:
    """Return on how many shortest ways between two others each organisation lies.

    Parameters
    ----------
    network : Network
        Ways follow the direction of ties; weights do not count.
    sources : count, optional
        So many organisations, drawn at random, stand for all as starts of ways; None: all.
    rng : Generator, int or None

    Returns
    -------
    value : (n,) float64 [pairs]
        Pairs of others (ordered where ties have a direction), ways of equal length sharing.
    error : (n,) float64 [pairs]
        Standard error from having drawn starts; 0 with all of them.

    Raises
    ------
    InvalidArgument
        Fewer than two sources.

    References
    ----------
    .. [1] Brandes, U. (2001). A faster algorithm for betweenness centrality. Journal of
       Mathematical Sociology 25(2). doi:10.1080/0022250X.2001.9990249
    .. [2] Brandes, U., Pich, C. (2007). Centrality estimation in large networks. International
       Journal of Bifurcation and Chaos 17(7). doi:10.1142/S0218127407018403

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> from buzzline.network import build_network
    >>> network = build_network(make_world(organisations=100, rng=1).study, directed=False)
    >>> value, error = betweenness(network)
    >>> bool((value >= 0).all()), float(error.max())
    (True, 0.0)
    """
    n = network.n
    chosen = np.arange(n)
    if sources is not None and sources < n:
        if sources < 2:
            raise InvalidArgument(f"betweenness: `sources` must be at least 2, got {sources}")
        chosen = np.sort(generator(rng).choice(n, sources, replace=False))
    batches = np.array_split(chosen, max(1, min(chosen.size, BATCHES)))

    def ways(batch: Indices) -> Floats:
        return np.stack(shortest_ways(network.start, network.to, as_indices(batch)))

    total, squares = sum(spread(ways, batches), np.zeros((2, n)))
    once = 1.0 if network.is_directed else 0.5
    scale = once * n / max(chosen.size, 1)
    if chosen.size == n:
        return scale * total, np.zeros(n)
    variance = (squares - total**2 / chosen.size).clip(min=0) / (chosen.size - 1)
    left_out = 1 - chosen.size / n
    return scale * total, scale * np.sqrt(variance * chosen.size * left_out)
