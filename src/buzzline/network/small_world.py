"""Is a network a small world: clustered as a lattice, short as chance?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Codes, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.errors import TooFew
from buzzline.kernels.consortia import pairs_within
from buzzline.kernels.kind_rewiring import rewire_within
from buzzline.kernels.small_world import clustering_of, ring_lattice, ways_from
from buzzline.network.simple_ties import (
    TRIES_A_TIE,
    SimpleTies,
    giant_of,
    share_moved,
    simple_ties,
    ties_dealt_anew,
)
from buzzline.quantities import Draws
from buzzline.randomness import Seed, generator

MOST_SOURCES = 600  # of shortest ways; in larger networks as many at random stand for all
FEWEST_NODES = 4
Chance = Literal["degrees", "ties"]


@dataclass(frozen=True, slots=True, eq=False)
class SmallWorld:
    """Clustering and distance of a network, against networks dealt at random.

    Attributes
    ----------
    n, m : int                      nodes and ties of the largest component
    clustering, distance : float    mean share of tied pairs of neighbours; mean steps
    clustering_dealt, distance_dealt : (draws,) float64
        The same of the largest component of networks dealt at random.
    clustering_lattice : float      of a ring lattice with the same numbers of ties
    moved : float                   share of ties that are elsewhere in a dealt network
    giant_dealt : float             mean share of nodes in the largest component, when dealt
    """

    n: int
    m: int
    clustering: float
    distance: float
    clustering_dealt: Floats
    distance_dealt: Floats
    clustering_lattice: float
    moved: float
    giant_dealt: float

    @property
    def sigma(self) -> float:
        """Clustering over that of chance, by distance over that of chance."""
        return float(self._sigma(as_floats([self.clustering]), as_floats([self.distance]))[0])

    @property
    def omega(self) -> float:
        """Distance by chance over distance, less clustering over that of the lattice."""
        return float(self._omega(as_floats([self.clustering]), as_floats([self.distance]))[0])

    @property
    def sigma_dealt(self) -> Floats:
        """Sigma of every network dealt at random, (draws,)."""
        return self._sigma(self.clustering_dealt, self.distance_dealt)

    @property
    def omega_dealt(self) -> Floats:
        """Omega of every network dealt at random, (draws,)."""
        return self._omega(self.clustering_dealt, self.distance_dealt)

    def _sigma(self, clustering: Floats, distance: Floats) -> Floats:
        by_chance = _mean(self.clustering_dealt)
        if not by_chance > 0:
            return np.full(clustering.size, np.nan)
        return as_floats((clustering / by_chance) / (distance / _mean(self.distance_dealt)))

    def _omega(self, clustering: Floats, distance: Floats) -> Floats:
        if not self.clustering_lattice > 0:
            return np.full(clustering.size, np.nan)
        return as_floats(
            _mean(self.distance_dealt) / distance - clustering / self.clustering_lattice
        )


def mean_clustering(ties: SimpleTies) -> float:
    """Return the mean over nodes of the share of pairs of its neighbours that are tied.

    Nodes with fewer than two neighbours count as 0.

    References
    ----------
    .. [1] Watts, D. J., Strogatz, S. H. (1998). Collective dynamics of 'small-world' networks.
       Nature 393. doi:10.1038/30918

    Examples
    --------
    >>> mean_clustering(simple_ties(4, np.array([[0, 1], [1, 2], [0, 2], [2, 3]]))).__round__(4)
    0.5833
    """
    return float(clustering_of(*ties.rows()).mean()) if ties.n else float("nan")


def mean_distance(ties: SimpleTies, *, rng: Seed = 0) -> float:
    """Return the mean number of steps between two nodes that reach each other.

    Over all pairs up to 600 nodes, over the ways from 600 nodes at random beyond.

    Examples
    --------
    >>> mean_distance(simple_ties(3, np.array([[0, 1], [1, 2]])))
    1.3333333333333333
    """
    sources = np.arange(ties.n)
    if ties.n > MOST_SOURCES:
        sources = np.sort(generator(rng).choice(ties.n, MOST_SOURCES, replace=False))
    total, n_ways = ways_from(*ties.rows(), as_indices(sources))
    return float(total / n_ways) if n_ways else float("nan")


def lattice_of(ties: SimpleTies) -> SimpleTies:
    """Return a ring lattice in which every node has (nearly) as many ties, to the nearest.

    Nodes stand on the ring in order of their number of ties; a few ties are lost where numbers
    of ties differ much. Of a network in which all have the same even number it is *the* ring
    lattice.

    Examples
    --------
    >>> ring = np.array([[i, (i + d) % 12] for i in range(12) for d in (1, 5)])
    >>> mean_clustering(lattice_of(simple_ties(12, ring)))
    0.5
    """
    degree = np.diff(ties.rows()[0])
    order = np.argsort(-degree, kind="stable")
    return simple_ties(ties.n, ring_lattice(as_indices(degree[order])))


def small_world(
    ties: SimpleTies, *, draws: Draws = 199, chance: Chance = "degrees", rng: Seed = None
) -> SmallWorld:
    """Return clustering and distance of the largest component, and what chance gives.

    Parameters
    ----------
    ties : SimpleTies
    draws : draws
    chance : "degrees" or "ties"
        Keep how many ties each node has (and with which group), or only how many there are.
    rng : Generator, int or None

    Raises
    ------
    TooFew
        The largest component has fewer than four nodes.

    Notes
    -----
    sigma = (C / C_rand) / (L / L_rand) [1]_; omega = L_rand / L - C / C_latt, from -1 (lattice)
    by 0 (small world) to 1 (random) [2]_. Nearly every sparse clustered network has sigma > 1,
    so sigma alone is weak evidence. C, L and chance are of largest components.

    References
    ----------
    .. [1] Humphries, M. D., Gurney, K. (2008). Network 'small-world-ness'. PLoS ONE 3(4).
       doi:10.1371/journal.pone.0002051
    .. [2] Telesford, Q. K. et al. (2011). The ubiquity of small-world networks. Brain
       Connectivity 1(5). doi:10.1089/brain.2011.0038

    Examples
    --------
    >>> ring = np.array([[i, (i + d) % 40] for i in range(40) for d in (1, 2)])
    >>> small_world(simple_ties(40, ring), draws=19, rng=1).omega < 0
    True
    """
    source = generator(rng)
    giant = ties.giant()
    if chance == "degrees":
        dealt = ties_dealt_anew(giant, draws, source)
        lattice = mean_clustering(lattice_of(giant))
    else:
        dealt, lattice = _at_random(giant, draws, source), _of_regular_lattice(giant)
    return against_dealt(giant, dealt, lattice=lattice, rng=source)


def against_dealt(
    giant: SimpleTies,
    dealt: Iterable[SimpleTies],
    *,
    lattice: float,
    rng: np.random.Generator,
) -> SmallWorld:
    """Return clustering and distance of one component, and those of networks dealt anew.

    Parameters
    ----------
    giant : SimpleTies              all of whom reach each other
    dealt : iterable of SimpleTies  with the same nodes
    lattice : float                 clustering of the lattice that omega is told by
    rng : Generator
    """
    if giant.n < FEWEST_NODES:
        raise TooFew(
            f"small_world: {giant.n} are tied to each other; at least {FEWEST_NODES} are needed"
        )
    seed = int(rng.integers(2**32))  # the same sources throughout
    rows = []
    for one in dealt:
        part = one.giant()
        rows.append((
            mean_clustering(part), mean_distance(part, rng=seed), share_moved(giant, one),
            part.n / one.n,
        ))  # fmt: skip
    found = as_floats(rows).reshape(-1, 4)
    return SmallWorld(
        giant.n, len(giant.pairs), mean_clustering(giant), mean_distance(giant, rng=seed),
        as_floats(found[:, 0]), as_floats(found[:, 1]), lattice, _mean(found[:, 2]),
        _mean(found[:, 3]),
    )  # fmt: skip


def _of_regular_lattice(ties: SimpleTies) -> float:
    """Return the clustering of a ring on which all have the mean number of ties."""
    mean = 2 * len(ties.pairs) / ties.n
    return 3 * (mean - 2) / (4 * (mean - 1)) if mean > 2 else float("nan")


def shared_small_world(
    party: Indices,
    event: Indices,
    *,
    group: Codes | None = None,
    draws: Draws = 199,
    rng: Seed = None,
) -> SmallWorld:
    """Return how small a world is of parties tied by what they take part in together.

    Whoever takes part in the same event is tied, so an event of ten alone makes 45 ties and
    nothing but triangles. Chance therefore deals anew who takes part in what: parties keep
    their number of events, events their number of parties, and the ties follow [1]_ [2]_.

    Parameters
    ----------
    party, event : (k,) int64
        Who takes part in what, from 0.
    group : (parties,) int32, optional
        Such as the industry of a cluster: events then keep how many of each group take part.
    draws : draws
    rng : Generator, int or None

    Raises
    ------
    TooFew
        The largest component has fewer than four parties.

    References
    ----------
    .. [1] Newman, M. E. J., Strogatz, S. H., Watts, D. J. (2001). Random graphs with arbitrary
       degree distributions and their applications. Physical Review E 64.
       doi:10.1103/PhysRevE.64.026118
    .. [2] Uzzi, B., Spiro, J. (2005). Collaboration and creativity: the small world problem.
       American Journal of Sociology 111(2). doi:10.1086/432782

    Examples
    --------
    >>> found = shared_small_world(np.array([0, 1, 2, 2, 3, 4]), np.array([0, 0, 0, 1, 1, 1]),
    ...                            draws=19, rng=1)
    >>> found.clustering > 0.8, bool(found.clustering_dealt.mean() > 0.8)
    (True, True)
    """
    source = generator(rng)
    n = int(party.max(initial=-1)) + 1
    keys = np.unique(as_indices(event) * max(n, 1) + party)
    who, what = as_indices(keys % max(n, 1)), as_indices(keys // max(n, 1))
    inside = giant_of(n, tied_by(who, what, n).pairs)
    kept = inside[who]
    who, what, n = as_indices((np.cumsum(inside) - 1)[who[kept]]), what[kept], int(inside.sum())
    giant = tied_by(who, what, n)
    kind = np.zeros(n, np.int32) if group is None else group[inside]
    dealt = _parties_dealt(who, what, kind, draws=draws, rng=source)
    return against_dealt(giant, dealt, lattice=mean_clustering(lattice_of(giant)), rng=source)


def _parties_dealt(
    who: Indices, what: Indices, kind: Codes, *, draws: Draws, rng: np.random.Generator
) -> Iterator[SimpleTies]:
    n = kind.size
    order = np.argsort(kind[who], kind="stable")
    node, record = as_indices(who[order]), as_indices(what[order] + n)
    first = np.flatnonzero(np.r_[True, np.diff(kind[node]) != 0])
    kinds, straight = as_indices(np.append(first, node.size)), as_flags(np.zeros(first.size))
    key, size = np.uint64(rng.integers(2**63)), int(record.max(initial=0)) + 1
    for draw in range(draws):
        tries = TRIES_A_TIE * node.size * (5 if draw == 0 else 1)
        if node.size > 1:
            rewire_within(node, record, kinds, straight, size, tries, key, np.uint64(draw))
        yield tied_by(node, as_indices(record - n), n)


def tied_by(who: Indices, what: Indices, n: int) -> SimpleTies:
    """Return the ties of parties that take part in some event together.

    Examples
    --------
    >>> tied_by(np.array([0, 1, 2, 2]), np.array([0, 0, 0, 1]), 4).pairs.tolist()
    [[0, 1], [0, 2], [1, 2]]
    """
    order = np.argsort(what, kind="stable")
    start = np.searchsorted(what[order], np.arange(int(what.max(initial=-1)) + 2))
    return simple_ties(n, pairs_within(as_indices(start), as_indices(who[order]), n))


def _at_random(
    ties: SimpleTies, draws: Draws, rng: np.random.Generator
) -> Iterator[SimpleTies]:
    n, m = ties.n, len(ties.pairs)
    for _ in range(draws):
        some = rng.choice(n * (n - 1) // 2, m, replace=False, shuffle=False)
        high = np.floor((1 + np.sqrt(1 + 8.0 * some)) / 2).astype(np.int64)
        low = some - high * (high - 1) // 2
        yield SimpleTies(n, as_indices(np.column_stack([low, high])), ties.group)


def _mean(values: Floats) -> float:
    return float(np.nanmean(values)) if np.isfinite(values).any() else float("nan")
