"""Weakest link or redundancy: how well each member of a cluster is joined to the outside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.errors import NotConverged
from buzzline.kernels.cuts import access_draws, cut_off_by
from buzzline.kernels.resistances import inverse_diagonal
from buzzline.kernels.ways import short_ways, widest_from
from buzzline.network.open_cluster import OpenCluster, laplacian
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, child, generator, seed_of

DENSE = 1_500  # members of one piece up to which its resistances are found exactly, as a matrix
SKETCHES = 256  # random vectors for larger pieces: a standard error of 9 % for one member
MOST_STEPS = 2_000
DRAWS_AT_ONCE = 64


def effective_conductance(cluster: OpenCluster, *, rng: Seed = 0) -> Floats:
    """Return how well all ways together join each member to the outside.

    Every tie is a wire that conducts as much as it weighs: side by side they add, one after the
    other they hinder. g_i = 1 / (L+_xx + L+_ii - 2 L+_xi), with L the Laplacian and x the
    outside.

    Parameters
    ----------
    cluster : OpenCluster
    rng : Generator, int or None
        Random vectors for pieces of more than 1,500 members that hang together in more than
        one way; branches that hang by one tie are exact in any case.

    Returns
    -------
    (n,) float64 [unit of the ties]
        0 where no way leads out.

    References
    ----------
    .. [1] Klein, D. J., Randić, M. (1993). Resistance distance. Journal of Mathematical
       Chemistry 12. doi:10.1007/BF01164627
    .. [2] Spielman, D. A., Srivastava, N. (2011). Graph sparsification by effective
       resistances. SIAM Journal on Computing 40(6). doi:10.1137/080734029

    Examples
    --------
    >>> from buzzline.network.open_cluster import opened
    >>> chain = opened(3, np.array([[3, 0], [0, 1], [1, 2]]), np.array([0.9, 0.2, 0.9]))
    >>> float(effective_conductance(chain)[2].round(6))
    0.138462
    """
    matrix = laplacian(cluster)
    resistance = np.full(cluster.n, np.inf)
    _, piece = csgraph.connected_components(matrix, directed=False)
    tied_out = np.zeros(piece.max(initial=-1) + 1, np.bool_)
    tied_out[piece[cluster.is_gatekeeper]] = True
    rows = np.flatnonzero(tied_out[piece])
    if rows.size:
        resistance[rows] = _resistances(
            matrix[rows][:, rows], cluster.is_gatekeeper[rows], rng=generator(rng)
        )
    with np.errstate(divide="ignore"):
        return as_floats(1 / resistance)


def _resistances(
    matrix: sparse.csr_array, outward: Flags, *, rng: np.random.Generator
) -> Floats:
    """Return the diagonal of the inverse of a grounded Laplacian."""
    order, above, weight, core, reduced = _without_branches(matrix, outward)
    resistance = np.zeros(matrix.shape[0])
    alone = np.diff(reduced.indptr) <= 1
    resistance[core[alone]] = 1 / reduced.diagonal()[alone]
    tied = np.flatnonzero(~alone)
    if tied.size <= DENSE:
        resistance[core[tied]] = _exact(reduced[tied][:, tied])
    else:
        resistance[core[tied]] = _by_piece(reduced[tied][:, tied], rng=rng)
    for leaf in order[::-1]:  # a leaf is as far as its neighbour, and one tie more
        resistance[leaf] = resistance[above[leaf]] + 1 / weight[leaf]
    return resistance


def _without_branches(
    matrix: sparse.csr_array, outward: Flags
) -> tuple[list[int], dict[int, int], dict[int, float], Indices, sparse.csr_array]:
    """Take off members that hang by one tie, and again, until none is left.

    Returns them in the order they went, whom each hung by and how strongly, the rows that stay
    and their matrix.
    """
    start, to, value = matrix.indptr, matrix.indices, matrix.data
    n = matrix.shape[0]
    rows = np.repeat(np.arange(n), np.diff(start))
    off = rows != to
    degree = np.bincount(rows[off], minlength=n)
    diagonal = matrix.diagonal().copy()
    gone = np.zeros(n, np.bool_)
    order: list[int] = []
    above: dict[int, int] = {}
    weight: dict[int, float] = {}
    waiting = np.flatnonzero((degree == 1) & ~outward).tolist()
    while waiting:
        leaf = waiting.pop()
        for at in range(start[leaf], start[leaf + 1]):
            other = int(to[at])
            if other != leaf and not gone[other]:
                order.append(leaf)
                above[leaf], weight[leaf] = other, float(-value[at])
                gone[leaf] = True
                diagonal[other] += value[at]
                degree[other] -= 1
                if degree[other] == 1 and not outward[other]:
                    waiting.append(other)
                break
    core = np.flatnonzero(~gone)
    cut = matrix[core][:, core]
    return order, above, weight, as_indices(core), _with_diagonal(cut, diagonal[core])


def _with_diagonal(matrix: sparse.csr_array, diagonal: Floats) -> sparse.csr_array:
    return (matrix - sparse.diags_array(matrix.diagonal() - diagonal)).tocsr()


def _by_piece(matrix: sparse.csr_array, *, rng: np.random.Generator) -> Floats:
    """Return the diagonal of the inverse, exact for all pieces but large ones."""
    found = np.empty(matrix.shape[0])
    _, piece = csgraph.connected_components(matrix, directed=False)
    order = np.argsort(piece, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(piece[order])) + 1):
        part = matrix[rows][:, rows]
        found[rows] = _exact(part) if rows.size <= DENSE else _sketched(part, rng=rng)
    return as_floats(found)


def _exact(matrix: sparse.csr_array) -> Floats:
    """Return the diagonal of the inverse by elimination, the members with fewest ties first."""
    order = np.argsort(np.diff(matrix.indptr), kind="stable")
    found = np.empty(order.size)
    found[order] = inverse_diagonal(matrix[order][:, order].toarray())
    if np.isnan(found).any():
        raise NotConverged(
            "effective_conductance: ties differ too much in weight to be told apart. Leave out "
            "ties of nearly no weight, or count ties."
        )
    return as_floats(found)


def _sketched(matrix: sparse.csr_array, *, rng: np.random.Generator) -> Floats:
    """Return the diagonal of the inverse by random projections of ties [2]."""
    upper = sparse.triu(matrix, k=1).tocoo()
    outward = np.asarray(matrix.sum(axis=1)).ravel().clip(min=0)
    n, strength = matrix.shape[0], np.sqrt(-upper.data)
    sides = np.zeros((n, SKETCHES))
    for column in range(SKETCHES):
        along = strength * rng.choice([-1.0, 1.0], strength.size)
        sides[:, column] = np.sqrt(outward) * rng.choice([-1.0, 1.0], n)
        sides[:, column] += np.bincount(upper.row, along, n) - np.bincount(upper.col, along, n)
    potential = _solved(matrix, sides)
    return as_floats(np.mean(potential**2, axis=1))


def _solved(matrix: sparse.csr_array, sides: Floats) -> Floats:
    """Return the solution for every column, by conjugate gradients of all at once."""
    scale = (1 / matrix.diagonal())[:, None]
    x, residual = np.zeros_like(sides), sides.copy()
    ahead = scale * residual
    direction, size = ahead.copy(), np.sum(residual * ahead, axis=0)
    enough = 1e-10 * size
    for _ in range(MOST_STEPS):
        if (size <= enough).all():
            return x
        pushed = matrix @ direction
        step = size / np.maximum(np.sum(direction * pushed, axis=0), np.finfo(float).tiny)
        x += step * direction
        residual -= step * pushed
        ahead = scale * residual
        before, size = size, np.sum(residual * ahead, axis=0)
        direction = ahead + size / np.maximum(before, np.finfo(float).tiny) * direction
    raise NotConverged(
        f"effective_conductance: {MOST_STEPS:,} steps were not enough. Count ties instead of "
        "weighing them."
    )


def widest_paths(cluster: OpenCluster) -> tuple[Floats, Indices]:
    """Return, for each member, the weakest tie of its best way out, and the fewest ties.

    Parameters
    ----------
    cluster : OpenCluster

    Returns
    -------
    (n,) float64 [unit of the ties]
        max over paths of the least weight on it; 0 where no way leads out.
    (n,) int64
        Ties on the shortest way out, -1 where there is none.

    References
    ----------
    .. [1] Pollack, M. (1960). The maximum capacity through a network. Operations Research
       8(5). doi:10.1287/opre.8.5.733

    Examples
    --------
    >>> from buzzline.network.open_cluster import opened
    >>> chain = opened(3, np.array([[3, 0], [0, 1], [1, 2]]), np.array([0.9, 0.2, 0.9]))
    >>> widest_paths(chain)[0].tolist()
    [0.9, 0.2, 0.2]
    """
    weight = cluster.strongest[cluster.tie]
    widest, steps = widest_from(cluster.start, cluster.to, weight, cluster.n)
    return as_floats(widest[: cluster.n]), as_indices(steps[: cluster.n])


def disjoint_ways(cluster: OpenCluster) -> Indices:
    """Return how many ways out of at most three ties each member has that share no member.

    Parameters
    ----------
    cluster : OpenCluster

    Returns
    -------
    (n,) int64

    Notes
    -----
    The most there can be at once: the direct tie, one through each partner that is tied out,
    and a largest matching of its other partners with members that are.

    Examples
    --------
    >>> from buzzline.network.open_cluster import opened
    >>> ring = opened(3, np.array([[3, 0], [3, 1], [0, 2], [1, 2]]), np.ones(4))
    >>> disjoint_ways(ring).tolist()
    [2, 2, 2]
    """
    start, to = cluster.inside()
    return as_indices(short_ways(start, to, cluster.is_gatekeeper))


def cut_off(cluster: OpenCluster) -> tuple[Flags, Indices]:
    """Return which members have a way out, and how many others lose it without each.

    Members that cut others off are the articulation points between these and the outside.

    Parameters
    ----------
    cluster : OpenCluster

    Returns
    -------
    (n,) bool
    (n,) int64

    References
    ----------
    .. [1] Hopcroft, J., Tarjan, R. (1973). Algorithm 447: efficient algorithms for graph
       manipulation. Communications of the ACM 16(6). doi:10.1145/362248.362272

    Examples
    --------
    >>> from buzzline.network.open_cluster import opened
    >>> chain = opened(3, np.array([[3, 0], [0, 1], [1, 2]]), np.ones(3))
    >>> cut_off(chain)[1].tolist()
    [2, 1, 0]
    """
    works = np.ones(cluster.weight.size, np.bool_)
    reached, cut = cut_off_by(cluster.start, cluster.to, cluster.tie, works, cluster.n)
    return as_flags(reached[: cluster.n]), as_indices(cut[: cluster.n])


@dataclass(frozen=True, slots=True, eq=False)
class Access:
    """Who hears of what comes from outside, when every tie passes it on only sometimes.

    Attributes
    ----------
    by_member : (n,) float64    share of draws in which a member is reached
    value : float               share of all members reached, mean of the draws
    without : (n,) float64      the same once member i has left, of those who stay
    lost : (n,) float64         of the access of those without a tie to the outside of their
                                own, the share that goes with member i; NaN where they have none
    halves : (2, n) float64     the same in every other draw, and in the others: the one half
                                picks who matters most, the other tells how much
    draws : int
    """

    by_member: Floats
    value: float
    without: Floats
    lost: Floats
    halves: Floats
    draws: int


def percolation_access(
    cluster: OpenCluster,
    *,
    transmission: Share = 0.35,
    draws: Count = 999,
    rng: Seed = None,
) -> Access:
    """Return who is reached from outside when each tie among members works by chance.

    Members tied to the outside are always reached; from there on every tie passes on with
    the same probability.

    Parameters
    ----------
    cluster : OpenCluster
    transmission : share
        Probability that a tie among members passes on.
    draws : count
    rng : Generator, int or None

    Notes
    -----
    In every draw one walk in depth tells, for every member at once, how many would not be
    reached without it.

    Examples
    --------
    >>> from buzzline.network.open_cluster import opened
    >>> chain = opened(3, np.array([[3, 0], [0, 1], [1, 2]]), np.ones(3))
    >>> percolation_access(chain, transmission=1.0, draws=9, rng=1).without.tolist()
    [0.0, 0.5, 1.0]
    """
    n = cluster.n
    chance = np.where(cluster.is_external, 1.0, transmission)
    key = child(seed_of(rng), "ties").integers(2**64, dtype=np.uint64)
    reached, cut, depends = np.zeros(n), np.zeros((2, n)), np.zeros((2, n))
    for first in range(0, draws, DRAWS_AT_ONCE):
        here = min(DRAWS_AT_ONCE, draws - first)
        times, lost = access_draws(
            cluster.start, cluster.to, cluster.tie, as_floats(chance), n, first, here, key
        )
        reached += times[:n]
        for half in range(2):
            part = lost[(first + half) % 2 :: 2, :n]
            cut[half] += np.maximum(part, 0).sum(axis=0)
            depends[half] += np.where(cluster.is_gatekeeper, 0, part >= 0).sum(axis=0)
    by_member = reached / draws
    value = float(by_member.mean()) if n else float("nan")
    others = n - 1 if n > 1 else np.nan
    cut_all = cut.sum(axis=0)
    without = np.maximum(by_member.sum() - by_member - cut_all / draws, 0) / others
    return Access(
        as_floats(by_member), value, as_floats(without),
        _share_lost(cut_all, depends.sum(axis=0)), _share_lost(cut, depends), draws,
    )  # fmt: skip


def _share_lost(cut: Floats, depends: Floats) -> Floats:
    """Return what goes with each member; whoever is cut off has no tie of its own."""
    kept = depends.sum(axis=-1, keepdims=True) - depends
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(np.where(kept > 0, cut / kept, np.nan))
