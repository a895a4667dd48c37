"""What holders own of others through all chains: products of stakes, circles summed exactly."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csr_array as Matrix
from scipy.sparse.csgraph import connected_components

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument

NEARLY_ONE = 1 - 1e-9  # of the largest eigenvalue of a circle: nobody outside holds anything
LEAST = 1e-12  # stakes below are dropped on the way


@dataclass(frozen=True, slots=True, eq=False)
class Integrated:
    """What each holder owns of each organisation, directly and through others.

    Attributes
    ----------
    holder, held : (k,) int64
    stake : (k,) float64 [share]
    total : (n,) float64 [share]       sum of the direct stakes in each
    is_closed : (n,) bool              in a circle of which nobody outside holds anything, or
                                       held through one: who owns how much cannot be told
    radius : (n,) float64              largest eigenvalue of the circle it is in; 0 outside
    """

    holder: Indices
    held: Indices
    stake: Floats
    total: Floats
    is_closed: Flags
    radius: Floats


def integrated_ownership(
    holder: Indices, held: Indices, stake: Floats, *, n: int
) -> Integrated:
    """Return stakes through all chains of holdings, circles included.

    Parameters
    ----------
    holder, held : (k,) int64       0 to n - 1
    stake : (k,) float64 [share]    of one pair: the larger counts
    n : int

    Notes
    -----
    With A[i, j] the stake of i in j, N = I + A + A² + ... = (I - A)⁻¹ sums the products of
    stakes over all chains, and N[i, j] / N[i, i] those that do not come back to i [1]_: what i
    owns of j. The sum is finite where the largest eigenvalue of every circle is below 1: some
    part of it is held from outside. Circles are inverted one by one, what lies between them is
    a finite sum. Stakes in one organisation that add up to more than the whole are scaled down.

    References
    ----------
    .. [1] Baldone, S., Brioschi, F., Paleari, S. (1998). Ownership measures among firms
       connected by cross-shareholdings and a further analogy with input-output theory. 4th
       JAFEE International Conference on Investment and Derivatives.

    Examples
    --------
    >>> chain = integrated_ownership(np.array([0, 1]), np.array([1, 2]), np.array([0.6, 0.6]),
    ...                              n=3)
    >>> list(zip(chain.holder.tolist(), chain.held.tolist(), chain.stake.round(2).tolist()))
    [(0, 1, 0.6), (0, 2, 0.36), (1, 2, 0.6)]
    """
    if stake.size and not (np.nanmin(stake) >= 0 and np.nanmax(stake) <= 1 + 1e-9):
        raise InvalidArgument("integrated_ownership: stakes must lie between 0 and 1")
    direct = _matrix(holder, held, stake, n)
    total = as_floats(direct.sum(axis=0))
    direct = Matrix(direct @ sparse.diags_array(1 / np.maximum(total, 1)))
    _, circle = connected_components(direct, connection="strong")
    entries = direct.tocoo()
    same = circle[entries.row] == circle[entries.col]
    inverse, closed, radius = _inverted(entries, same, circle)
    between = Matrix((entries.data[~same], (entries.row[~same], entries.col[~same])), (n, n))
    step = Matrix(inverse @ between)
    summed, term = inverse, Matrix(sparse.eye_array(n, format="csr"))
    while True:
        term = _pruned(Matrix(term @ step))
        if not term.nnz:
            break
        summed = Matrix(summed + term @ inverse)
    back = inverse.diagonal()
    every = _pruned(Matrix(sparse.diags_array(1 / back) @ summed)).tocoo()
    apart = every.row != every.col
    order = np.lexsort((every.col[apart], every.row[apart]))
    return Integrated(
        as_indices(every.row[apart][order]), as_indices(every.col[apart][order]),
        as_floats(every.data[apart][order]), total, _downstream(direct, closed), radius,
    )  # fmt: skip


def _matrix(holder: Indices, held: Indices, stake: Floats, n: int) -> Matrix:
    order = np.lexsort((-stake, held, holder))
    key = holder[order] * n + held[order]
    first = np.concatenate([[True], key[1:] != key[:-1]]) if key.size else np.zeros(0, np.bool_)
    kept = order[first & (holder[order] != held[order])]
    return Matrix((stake[kept], (holder[kept], held[kept])), (n, n))


def _inverted(
    entries: sparse.coo_array, same: Flags, circle: Indices
) -> tuple[Matrix, Flags, Floats]:
    """Return (I - C)⁻¹ of the holdings within circles, circles that are closed, eigenvalues."""
    n = circle.size
    radius, closed = np.zeros(n), np.zeros(n, np.bool_)
    rows, columns, values = [np.arange(n)], [np.arange(n)], [np.ones(n)]
    inner = np.flatnonzero(same)
    for number in np.unique(circle[entries.row[inner]]):
        members = np.flatnonzero(circle == number)
        own = inner[circle[entries.row[inner]] == number]
        block = np.zeros((members.size, members.size))
        at = [np.searchsorted(members, part[own]) for part in (entries.row, entries.col)]
        block[at[0], at[1]] = entries.data[own]
        radius[members] = np.abs(np.linalg.eigvals(block)).max()
        if radius[members[0]] >= NEARLY_ONE:
            closed[members] = True
            continue
        whole = np.linalg.inv(np.eye(members.size) - block) - np.eye(members.size)
        rows.append(np.repeat(members, members.size))
        columns.append(np.tile(members, members.size))
        values.append(whole.ravel())
    parts = [np.concatenate(part) for part in (values, rows, columns)]
    return Matrix((parts[0], (parts[1], parts[2])), (n, n)), closed, radius


def _pruned(matrix: Matrix) -> Matrix:
    matrix.data[np.abs(matrix.data) < LEAST] = 0
    matrix.eliminate_zeros()
    return matrix


def _downstream(direct: Matrix, closed: Flags) -> Flags:
    """Return closed circles and whatever is held through them."""
    reached = closed.copy()
    while True:
        wider = reached | (np.asarray(reached.astype(np.float64) @ direct) > 0)
        if (wider == reached).all():
            return np.asarray(reached)
        reached = wider
