"""Ties without direction as pairs of numbers: dealt anew, by kind where they are of kinds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from buzzline.arrays import Codes, Flags, Indices, as_flags, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.kind_rewiring import rewire_within
from buzzline.kernels.small_world import rows_of
from buzzline.quantities import Draws

TRIES_A_TIE = 6  # exchanges tried between two networks; five times as many before the first


@dataclass(frozen=True, slots=True, eq=False)
class SimpleTies:
    """Ties without direction, each pair once, none to oneself.

    Attributes
    ----------
    n : int                         nodes, those without ties included
    pairs : (m, 2) int64            the smaller number first
    group : (n,) int32              ties are dealt anew among ties of the same two groups
    """

    n: int
    pairs: Indices
    group: Codes

    def rows(self) -> tuple[Indices, Indices]:
        """Return start (n + 1,) and to (2 m,)."""
        start, to = rows_of(*_columns(self.pairs), self.n)
        return start, to

    def giant(self) -> SimpleTies:
        """Return the largest component, numbered anew."""
        return self.among(giant_of(self.n, self.pairs))

    def among(self, some: Flags) -> SimpleTies:
        """Return the ties among some nodes, numbered anew in their order."""
        number = np.cumsum(some) - 1
        within = some[self.pairs].all(axis=1)
        return SimpleTies(
            int(some.sum()), as_indices(number[self.pairs[within]]), self.group[some]
        )


def simple_ties(n: int, pairs: Indices, group: Codes | None = None) -> SimpleTies:
    """Return ties, each pair once; ties to oneself are left out.

    Parameters
    ----------
    n : int
    pairs : (m, 2) int
    group : (n,) int32, optional
        Such as the industry of a cluster.

    Raises
    ------
    InvalidArgument
        A number that is no node.

    Examples
    --------
    >>> simple_ties(3, np.array([[1, 0], [0, 1], [2, 2]])).pairs.tolist()
    [[0, 1]]
    """
    ends = as_indices(pairs).reshape(-1, 2)
    if ends.size and not (ends.min() >= 0 and ends.max() < n):
        raise InvalidArgument(f"simple_ties: ends must be numbers from 0 to {n - 1:,}")
    low, high = ends.min(axis=1), ends.max(axis=1)
    keys = np.unique((low * n + high)[low != high])
    groups = np.zeros(n, np.int32) if group is None else np.asarray(group, np.int32)
    return SimpleTies(n, as_indices(np.column_stack([keys // max(n, 1), keys % max(n, 1)])),
                      groups)  # fmt: skip


def giant_of(n: int, pairs: Indices) -> Flags:
    """Return which nodes are in the largest component, (n,)."""
    if not n:
        return as_flags([])
    whole = sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
    _, piece = csgraph.connected_components(whole, directed=False)
    return as_flags(piece == np.argmax(np.bincount(piece)))


def ties_dealt_anew(
    ties: SimpleTies, draws: Draws, rng: np.random.Generator
) -> Iterator[SimpleTies]:
    """Yield networks in which every node keeps how many ties it has, but not with whom.

    Ties are exchanged end by end; where nodes are in groups, every node keeps how many ties it
    has with each group.

    References
    ----------
    .. [1] Maslov, S., Sneppen, K. (2002). Specificity and stability in topology of protein
       networks. Science 296. doi:10.1126/science.1065103
    """
    by_kind = _by_kind(ties)
    source, target, kinds, may_turn = by_kind
    key = np.uint64(rng.integers(2**63))
    for draw in range(draws):
        if source.size > 1:
            tries = TRIES_A_TIE * source.size * (5 if draw == 0 else 1)
            rewire_within(source, target, kinds, may_turn, ties.n, tries, key, np.uint64(draw))
        ends = np.column_stack([np.minimum(source, target), np.maximum(source, target)])
        yield SimpleTies(ties.n, as_indices(ends), ties.group)


def share_moved(ties: SimpleTies, dealt: SimpleTies) -> float:
    """Return the share of ties that are not where they were; NaN without ties."""
    if not len(ties.pairs):
        return float("nan")
    stayed = np.isin(ties.pairs @ (ties.n, 1), dealt.pairs @ (ties.n, 1))
    return float(1 - stayed.mean())


def _by_kind(ties: SimpleTies) -> tuple[Indices, Indices, Indices, Flags]:
    """Return both ends of ties sorted by kind, where kinds start, and which may be turned."""
    one, other = _columns(ties.pairs)
    group = ties.group.astype(np.int64)
    turned = group[one] > group[other]
    source, target = np.where(turned, other, one), np.where(turned, one, other)
    kind = group[source] * (int(group.max(initial=0)) + 1) + group[target]
    order = np.argsort(kind, kind="stable")
    source, target, kind = source[order], target[order], kind[order]
    first = np.flatnonzero(np.r_[True, np.diff(kind) != 0]) if kind.size else np.empty(0, int)
    may_turn = group[source[first]] == group[target[first]]
    return (
        as_indices(source.copy()), as_indices(target.copy()),
        as_indices(np.append(first, kind.size)), as_flags(may_turn),
    )  # fmt: skip


def _columns(pairs: Indices) -> tuple[Indices, Indices]:
    return as_indices(pairs[:, 0].copy()), as_indices(pairs[:, 1].copy())
