"""How a network falls apart when organisations leave it: removal curves and connectivity."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.kernels.cuts import cut_off_by
from buzzline.kernels.disjoint_paths import least_flow
from buzzline.kernels.removal_curves import attack_order, largest_left
from buzzline.quantities import Count, Draws
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.threads import spread

ATTACKS = 9  # with equals in another order each time
MOST_PAIRS = 40_000_000  # of nodes times ties, up to which connectivity above two is counted


@dataclass(frozen=True, slots=True, eq=False)
class RemovalCurve:
    """Largest component while organisations are taken out, as a share of all there were.

    Attributes
    ----------
    targeted : (n + 1,) float64 [share]
        After q are gone, always the one with most ties to those left; mean over orders of
        equals.
    random : (draws, k) float64 [share]    after the numbers of `removed`, in random order
    removed : (k,) int64                   how many are gone at the points of `random`
    robustness : float                     R under attack, 0 to 1/2
    random_robustness : (draws,) float64   R of each random order
    """

    targeted: Floats
    random: Floats
    removed: Indices
    robustness: float
    random_robustness: Floats


def removal_curve(
    start: Indices,
    to: Codes,
    *,
    points: Count = 101,
    draws: Draws = 99,
    attacks: Count = ATTACKS,
    rng: Seed = None,
) -> RemovalCurve:
    """Return the largest component of a network under targeted and random removal.

    Parameters
    ----------
    start : (n + 1,) int64
    to : (m,) int32
        Rows of ties without direction, each in both rows; no tie to oneself.
    points : int
        At how many points the random curves are kept.
    draws : draws
        Random orders.
    attacks : count
        Orders among equals that the attack is averaged over.
    rng : Generator, int or None

    Notes
    -----
    R = 1/n sum_q S(q) over q = 1..n, with S(q) the share of all organisations in the largest
    component once q are gone [1]_: 1/2 - 1/(2n) where all are tied to all, near 0 for a star.
    Organisations are put back from the last to the first and joined to those that are there, so
    a whole curve takes one pass over the ties.

    References
    ----------
    .. [1] Schneider, C. M., Moreira, A. A., Andrade, J. S., Havlin, S., Herrmann, H. J. (2011).
       Mitigation of malicious attacks on networks. PNAS 108(10). doi:10.1073/pnas.1009440108

    Examples
    --------
    >>> star = np.array([0, 3, 4, 5, 6]), np.array([1, 2, 3, 0, 0, 0], dtype=np.int32)
    >>> removal_curve(*star, draws=9, rng=1).targeted.tolist()
    [1.0, 0.25, 0.25, 0.25, 0.0]
    """
    start, to = as_indices(start), as_codes(to)
    n, seed = start.size - 1, seed_of(rng)
    at = as_indices(np.unique(np.linspace(0, n, min(points, n + 1)).round()))

    def attacked(number: int) -> Floats:
        equals = child(seed, "equals", number).permutation(n)
        return as_floats(largest_left(start, to, attack_order(start, to, equals)))

    def at_random(number: int) -> tuple[Floats, float]:
        left = largest_left(start, to, child(seed, "order", number).permutation(n))
        return as_floats(left[at] / max(n, 1)), robustness_of(left)

    targeted = np.zeros(n + 1)
    for curve in spread(attacked, range(attacks)):
        targeted += curve
    targeted /= attacks
    found = list(spread(at_random, range(draws)))
    return RemovalCurve(
        as_floats(targeted / max(n, 1)),
        as_floats([curve for curve, _ in found]).reshape(-1, at.size), at,
        robustness_of(targeted), as_floats([value for _, value in found]),
    )  # fmt: skip


def robustness_of(left: Floats | Indices) -> float:
    """Return R, the mean share of all organisations in the largest component.

    Parameters
    ----------
    left : (n + 1,) float64 or int64
        Size of the largest component once 0, 1, ..., n are gone.

    Examples
    --------
    >>> robustness_of(np.array([4, 3, 2, 1, 0]))
    0.375
    """
    n = left.size - 1
    return float(left[1:].sum() / n**2) if n else float("nan")


@dataclass(frozen=True, slots=True)
class Connectivity:
    """How many must leave, or how many ties must break, before somebody is cut off.

    Of the largest component.

    Attributes
    ----------
    n_components : int          pieces of the network, organisations without ties included
    n_largest : int             organisations in the largest
    n_cutting : int             articulation points: without one, somebody is cut off
    n_bridges : int             ties without which somebody is cut off
    organisations : int or None
        Least number of organisations whose leaving cuts off somebody who stays.
    ties : int or None
        Least number of ties. None where it is at least 2 and the network is too large to count.
    """

    n_components: int
    n_largest: int
    n_cutting: int
    n_bridges: int
    organisations: int | None
    ties: int | None


def connectivity(start: Indices, to: Codes) -> Connectivity:
    """Return pieces, articulation points, bridges, and vertex and edge connectivity.

    Parameters
    ----------
    start : (n + 1,) int64
    to : (m,) int32
        Rows of ties without direction, each in both rows; no tie to oneself.

    Notes
    -----
    Where no single organisation or tie cuts anybody off, by largest flows between a node of
    fewest ties and all others, and (for organisations) between its neighbours [1]_.

    References
    ----------
    .. [1] Esfahanian, A.-H., Hakimi, S. L. (1984). On computing the connectivities of graphs
       and digraphs. Networks 14(2). doi:10.1002/net.3230140211

    Examples
    --------
    >>> ring = np.array([0, 2, 4, 6]), np.array([1, 2, 0, 2, 0, 1], dtype=np.int32)
    >>> found = connectivity(*ring)
    >>> found.n_cutting, found.n_bridges, found.ties
    (0, 0, 2)
    """
    n = start.size - 1
    whole = sparse.csr_array((np.ones(to.size), to, start), shape=(n, n))
    number, piece = csgraph.connected_components(whole, directed=False)
    if not n:
        return Connectivity(0, 0, 0, 0, None, None)
    rows = np.flatnonzero(piece == np.argmax(np.bincount(piece)))
    cut = whole[rows][:, rows].tocsr()
    cut.sort_indices()
    inner, there = as_indices(cut.indptr), as_codes(cut.indices)
    n_cutting, n_bridges = _weak_points(inner, there)
    organisations = ties = None
    if n_cutting or rows.size < 3:
        organisations = min(1, rows.size - 1)
    if n_bridges or rows.size < 3:
        ties = min(1, rows.size - 1)
    if there.size * rows.size <= MOST_PAIRS:
        ties = _edge_connectivity(inner, there) if ties is None else ties
        if organisations is None:
            organisations = _vertex_connectivity(inner, there)
    return Connectivity(int(number), rows.size, n_cutting, n_bridges, organisations, ties)


def _numbered(start: Indices, to: Codes) -> Indices:
    """Return the number of the tie each entry belongs to, the same in both rows."""
    source = np.repeat(np.arange(start.size - 1), np.diff(start))
    key = np.minimum(source, to) * (start.size - 1) + np.maximum(source, to)
    return as_indices(np.unique(key, return_inverse=True)[1])


def _weak_points(start: Indices, to: Codes) -> tuple[int, int]:
    """Return how many organisations, and how many ties, somebody hangs by."""
    n, tie = start.size - 1, _numbered(start, to)
    if n < 2:
        return 0, 0
    # a node in the middle of every tie: whoever hangs by that hangs by the tie
    m = to.size // 2
    source = np.repeat(np.arange(n), np.diff(start))
    first = source < to
    ends = np.empty((m, 2), np.int64)
    ends[tie[first], 0], ends[tie[first], 1] = source[first], to[first]
    middle = n + np.arange(m)
    pairs = np.concatenate(
        [np.column_stack([ends[:, 0], middle]), np.column_stack([ends[:, 1], middle])]
    )
    both = np.concatenate([pairs, pairs[:, ::-1]])
    order = np.argsort(both[:, 0], kind="stable")
    rows = np.append(0, np.cumsum(np.bincount(both[:, 0], minlength=n + m)))
    half = np.tile(np.arange(2 * m), 2)[order]
    _, cut = cut_off_by(
        as_indices(rows),
        as_codes(both[order, 1]),
        as_indices(half),
        np.ones(2 * m, np.bool_),
        0,
    )
    is_root_cutting = _splits(start, to, 0)
    return int((cut[1:n] > 0).sum()) + is_root_cutting, int((cut[n:] > 0).sum())


def _splits(start: Indices, to: Codes, node: int) -> bool:
    """Tell whether a network falls apart without one node."""
    n = start.size - 1
    whole = sparse.csr_array((np.ones(to.size), to, start), shape=(n, n))
    others = np.flatnonzero(np.arange(n) != node)
    number, _ = csgraph.connected_components(whole[others][:, others], directed=False)
    return bool(number > 1)


def _arcs(source: Indices, target: Indices, room: Indices, n: int) -> tuple[Indices, ...]:
    """Return rows of arcs, each with one back: start, to, back, room."""
    m = source.size
    ends = np.concatenate([source, target])
    order = np.argsort(ends, kind="stable")
    place = np.empty(2 * m, np.int64)
    place[order] = np.arange(2 * m)
    start = as_indices(np.append(0, np.cumsum(np.bincount(ends, minlength=n))))
    to = np.concatenate([target, source])[order]
    back = place[(order + m) % (2 * m)]
    return start, to, as_indices(back), room[order]


def _edge_connectivity(start: Indices, to: Codes) -> int:
    n = start.size - 1
    source = np.repeat(np.arange(n), np.diff(start))
    once = source < to
    rows, there, back, room = _arcs(
        as_indices(source[once]), as_indices(to[once]), np.ones(to.size, np.int64), n
    )
    degree = np.diff(start)
    one = int(np.argmin(degree))
    others = np.flatnonzero(np.arange(n) != one)
    pairs = np.column_stack([np.full(others.size, one), others])
    return int(least_flow(rows, as_codes(there), back, as_codes(room), pairs, int(degree[one])))


def _vertex_connectivity(start: Indices, to: Codes) -> int:
    """Return the least number of nodes that separates two others; n - 1 where none does."""
    n = start.size - 1
    source = np.repeat(np.arange(n), np.diff(start))
    # node i is split: i receives, i + n sends; one unit passes from the one to the other
    arcs = (
        as_indices(np.concatenate([np.arange(n), source + n])),
        as_indices(np.concatenate([np.arange(n) + n, to])),
    )
    once = np.concatenate([np.ones(arcs[0].size, np.int64), np.zeros(arcs[0].size, np.int64)])
    rows, there, back, room = _arcs(*arcs, once, 2 * n)
    degree = np.diff(start)
    one = int(np.argmin(degree))
    near = to[start[one] : start[one + 1]]
    far = np.setdiff1d(np.arange(n), np.append(near, one))
    tied = set(zip(source.tolist(), to.tolist(), strict=True))
    pairs = [(one, other) for other in far.tolist()]
    pairs += [pair for pair in combinations(near.tolist(), 2) if pair not in tied]
    if not pairs:
        return n - 1
    ends = as_indices(pairs) + np.array([n, 0])
    return int(least_flow(rows, as_codes(there), back, as_codes(room), ends, int(degree[one])))
