"""The shape of the ties inside a group: density, closure, weak ties, reciprocity, with errors.

All in time linear in ties and triangles; intervals take organisations as the units that bring
their ties with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy import sparse

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.kernels.rewiring import rewire
from buzzline.linkages.pair_errors import PairRows, pair_variance

SWAPS_EACH = 10  # tries to exchange each tie, for a network that has forgotten where it began
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


def closure(ties: sparse.csr_array) -> Measured:
    """Return the share of pairs with a common partner that are tied themselves.

    Parameters
    ----------
    ties : (m, m) csr               symmetric, ones, nothing on the diagonal

    Notes
    -----
    3 x triangles / triples. Error: leaving out one organisation at a time, which is wide where
    ties are independent.

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
    m = degree.size
    error = sqrt((m - 1) / m * float(np.sum((without - without.mean()) ** 2)))
    return Measured(float(value), error, int(triples), m)


def _triangles(ties: sparse.csr_array) -> Floats:
    """Return how many triangles each organisation is in, (m,)."""
    return as_floats((ties @ ties).multiply(ties).sum(axis=1)).ravel() / 2


def weak_ties(ties: sparse.csr_array) -> Measured:
    """Return the share of ties whose ends have no common partner.

    Parameters
    ----------
    ties : (m, m) csr               symmetric, ones, nothing on the diagonal
    """
    one, other = _ends(ties)
    if not one.size:
        return NOTHING
    shared = as_floats(sparse.csr_array(ties @ ties)[one, other]).ravel()
    return share_of_pairs(as_floats(shared == 0), PairRows(one, other, NO_RECORDS, NO_RECORDS))


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
