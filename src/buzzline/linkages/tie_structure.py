"""The shape of the ties inside a group: density, closure, weak ties, reciprocity, with errors.

All in time linear in ties and triangles; intervals take organisations as the units that bring
their ties with them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy import sparse

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.kernels.rewiring import rewire
from buzzline.linkages.dealt_ties import TieList, dealt_ties
from buzzline.linkages.pair_errors import PairRows, pair_variance

SWAPS_EACH = 10  # tries to exchange each tie, for a network that has forgotten where it began
RECORD_GROUPS = 50  # of records, left out one group at a time
NO_RECORDS = as_indices([])


@dataclass(frozen=True, slots=True)
class Measured:
    """A share and its standard error; NaN where it is of nothing.

    Attributes
    ----------
    value, error : float
    n : int         what it is a share of: pairs, triples, ties
    units : int     organisations behind the error
    """

    value: float
    error: float
    n: int
    units: int


NOTHING = Measured(nan, nan, 0, 0)


def density(degree: Indices) -> Measured:
    """Return the share of all pairs of a group that are tied.

    Parameters
    ----------
    degree : (m,) int64             ties of each to others of the group

    Notes
    -----
    Error: pairs that share an organisation vary together, sum of (d_i - (m-1) p)^2 minus the
    sum over pairs of (a_ij - p)^2: as if pairs were independent where nobody has more ties than
    others.

    Examples
    --------
    >>> round(density(np.array([2, 2, 2, 0])).value, 2)
    0.5
    """
    m = degree.size
    pairs = m * (m - 1) / 2
    if m < 3:
        return NOTHING
    n_tied = float(degree.sum()) / 2
    p = n_tied / pairs
    ends = float(np.sum((degree - (m - 1) * p) ** 2))
    each = n_tied * (1 - p) ** 2 + (pairs - n_tied) * p**2
    variance = max(ends - each, each) * m / (m - 1) / pairs**2
    return Measured(p, sqrt(variance), int(pairs), m)


def closure(ties: sparse.csr_array, rows: PairRows | None = None) -> Measured:
    """Return the share of pairs with a common partner that are tied themselves.

    Parameters
    ----------
    ties : (m, m) csr               symmetric, ones, nothing on the diagonal
    rows : PairRows, optional       the ties, and in which records they stand

    Notes
    -----
    3 x triangles / triples. Error: leaving out one organisation at a time, which is wide where
    ties are independent; and one record (or a fiftieth of them) at a time, where ties come in
    records: the larger of both.

    Examples
    --------
    >>> closure(sparse.csr_array(np.ones((4, 4)) - np.eye(4))).value
    1.0
    """
    at, degree = _triangles(ties), as_floats(np.diff(ties.indptr))
    triangles = at.sum() / 3
    open_or_closed = degree * (degree - 1) / 2
    triples = float(open_or_closed.sum())
    if not triples:
        return NOTHING
    value = 3 * triangles / triples
    lost = open_or_closed + as_floats(ties @ (degree - 1))
    left = triples - lost
    without = np.where(left > 0, 3 * (triangles - at) / np.where(left > 0, left, 1), value)
    error, m = _left_out(as_floats(without)), degree.size
    if rows is None or not rows.record.size:
        return Measured(float(value), error, int(triples), m)
    without = _without_records(ties, rows)
    return Measured(float(value), max(error, _left_out(without)), int(triples),
                    min(m, without.size))  # fmt: skip


def _left_out(without: Floats) -> float:
    """Return the standard error of what is found with one unit left out at a time."""
    g = without.size
    return sqrt((g - 1) / g * float(np.sum((without - without.mean()) ** 2)))


def _without_records(ties: sparse.csr_array, rows: PairRows) -> Floats:
    """Return the closure without each group of records; ties of no record stay."""
    _, record = np.unique(rows.record, return_inverse=True)
    group = record % RECORD_GROUPS
    stays = np.bincount(rows.record_row, minlength=rows.one.size) == 0
    found = []
    for left in range(int(group.max()) + 1):
        kept = stays.copy()
        kept[rows.record_row[group != left]] = True
        some = tied_matrix(rows.one[kept], rows.other[kept], ties.shape[0])
        value = closure(some).value
        found.append(0.0 if np.isnan(value) else value)
    return as_floats(found)


def tied_matrix(one: Indices, other: Indices, m: int) -> sparse.csr_array:
    """Return ties without direction as a symmetric matrix of ones, (m, m) csr."""
    ends = np.concatenate([one, other]), np.concatenate([other, one])
    return sparse.coo_array((np.ones(2 * one.size), ends), shape=(m, m)).tocsr()


def _triangles(ties: sparse.csr_array) -> Floats:
    """Return how many triangles each organisation is in, (m,)."""
    return as_floats((ties @ ties).multiply(ties).sum(axis=1)).ravel() / 2


def weak_ties(ties: sparse.csr_array, rows: PairRows | None = None) -> Measured:
    """Return the share of ties whose ends have no common partner.

    Parameters
    ----------
    ties : (m, m) csr               symmetric, ones, nothing on the diagonal
    rows : PairRows, optional       the ties, and in which records they stand
    """
    rows = PairRows(*_ends(ties), NO_RECORDS, NO_RECORDS) if rows is None else rows
    if not rows.one.size:
        return NOTHING
    shared = as_floats(sparse.csr_array(ties @ ties)[rows.one, rows.other]).ravel()
    return share_of_pairs(as_floats(shared == 0), rows)


def reciprocity(ties: sparse.csr_array) -> Measured:
    """Return the share of directed ties that go both ways.

    Parameters
    ----------
    ties : (m, m) csr               ones, nothing on the diagonal

    Examples
    --------
    >>> round(reciprocity(sparse.csr_array([[0.0, 1, 1], [1, 0, 0], [0, 0, 0]])).value, 3)
    0.667
    """
    either = sparse.csr_array(ties + ties.T)
    one, other = _ends(either)
    if not one.size:
        return NOTHING
    number = as_floats(either[one, other]).ravel()  # 1: one way, 2: both
    value = float(number[number == 2].sum() / number.sum())
    moved = (np.where(number == 2, 2.0, 0.0) - value * number) / number.sum()
    rows = PairRows(one, other, NO_RECORDS, NO_RECORDS)
    units = int(np.unique(np.concatenate([one, other])).size)
    variance = float(pair_variance(as_floats(moved)[:, None], rows)[0, 0])
    return Measured(value, sqrt(variance), int(number.sum()), units)


def share_of_pairs(has: Floats, rows: PairRows) -> Measured:
    """Return the mean of a number of tied pairs; pairs that share an end vary together.

    Parameters
    ----------
    has : (k,) float64
    rows : PairRows
    """
    if not has.size:
        return NOTHING
    value = float(has.mean())
    moved = as_floats((has - value) / has.size)[:, None]
    units = int(np.unique(np.concatenate([rows.one, rows.other])).size)
    return Measured(value, sqrt(float(pair_variance(moved, rows)[0, 0])), has.size, units)


def _ends(ties: sparse.csr_array) -> tuple[Indices, Indices]:
    upper = sparse.triu(ties, k=1).tocoo()
    return as_indices(upper.row), as_indices(upper.col)


def dealt_within(
    rows: PairRows, m: int, *, draws: int, rng: np.random.Generator
) -> Iterator[sparse.csr_array]:
    """Yield random networks: ties dealt one by one, or by record where they come in consortia.

    Parameters
    ----------
    rows : PairRows                 each pair once, one < other
    m : int                         organisations
    draws : int
    rng : Generator
    """
    n_records = np.unique(rows.record).size
    alone = np.flatnonzero(np.bincount(rows.record_row, minlength=rows.one.size) == 0)
    pair = np.concatenate([rows.record_row, alone])
    unit = np.concatenate([
        np.unique(rows.record, return_inverse=True)[1], n_records + np.arange(alone.size)
    ])  # fmt: skip
    listed = TieList(rows.one, rows.other, as_indices(pair), as_indices(unit), m, m, False)
    for dealt in dealt_ties(listed, draws, rng):
        yield tied_matrix(dealt.source, dealt.target, m)


def rewired(
    ties: sparse.csr_array, *, is_directed: bool, key: int, step: int
) -> sparse.csr_array:
    """Return a random network in which everybody has as many ties as here.

    Parameters
    ----------
    ties : (m, m) csr               ones, nothing on the diagonal
    is_directed : bool
    key, step : int                 of the random numbers
    """
    m = ties.shape[0]
    if is_directed:
        found = ties.tocoo(copy=True)  # exchanged in place below
        source, target = as_indices(found.row), as_indices(found.col)
    else:
        source, target = _ends(ties)
    rewire(source, target, m, m, is_directed, SWAPS_EACH * source.size, np.uint64(key),
           np.uint64(step))  # fmt: skip
    if not is_directed:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
    ones = np.ones(source.size)
    return sparse.coo_array((ones, (source, target)), shape=(m, m)).tocsr()
