"""What groups of rows add up to, and how far an estimate moves without one of them.

A group whose rows pull the estimate towards themselves has residuals that are too small, and
errors made of them are too sure: the more so the fewer groups there are, or the larger one is.
Leaving the group out undoes that ("CV3" [1]_).

.. [1] MacKinnon, J., Nielsen, M., Webb, M. (2023). Fast and reliable jackknife and bootstrap
   methods for cluster-robust inference. Journal of Applied Econometrics 38(5).
   doi:10.1002/jae.2969
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices

Groups = NDArray[Any]
THIN = 8.0  # codes may be this many times as many as rows and still be counted directly
ALL_OF_IT = 1 - 1e-8  # of what tells of a coefficient, in one group
AT_ONCE = 4096  # groups


def group_codes(groups: Groups) -> Indices:
    """Return groups as numbers from 0 without gaps.

    Examples
    --------
    >>> group_codes(np.array(["b", "a", "b"])).tolist()
    [1, 0, 1]
    """
    groups = np.asarray(groups)
    if groups.size and np.issubdtype(groups.dtype, np.integer):
        low, high = int(groups.min()), int(groups.max())
        if low >= 0 and high < THIN * groups.size:
            there = np.bincount(groups, minlength=high + 1) > 0
            return as_indices((np.cumsum(there) - 1)[groups])
    return as_indices(np.unique(groups, return_inverse=True)[1].ravel())


def products(scores: Floats, code: Indices) -> Floats:
    """Return the sum over groups of the products of what each group adds up to.

    Examples
    --------
    >>> products(np.array([[1.0], [2.0], [4.0]]), np.array([0, 0, 1])).item()
    25.0
    """
    sums = group_sums(scores, code)
    return as_floats(sums.T @ sums)


def group_sums(scores: Floats, code: Indices, n: int = 0) -> Floats:
    """Return what each group adds up to. (groups, k).

    Numbers far beyond the rows are drawn together; `n` is how many groups there are at least.
    """
    if int(code.max(initial=-1)) >= max(THIN * code.size, n):
        code = as_indices(np.unique(code, return_inverse=True)[1].ravel())
    high = max(int(code.max(initial=-1)) + 1, n)
    sums = [np.bincount(code, weights=column, minlength=high) for column in scores.T]
    return as_floats(np.array(sums).reshape(-1, high).T)


class Moves(NamedTuple):
    """What leaving out each group moves estimates by.

    Attributes
    ----------
    moves : (groups, k) float64
    hangs : (k,) bool               an estimate that one group alone tells of
    """

    moves: Floats
    hangs: Flags


def moves_without(sums: Floats, bread: Floats, parts: Floats) -> Moves:
    """Return what leaving out each group moves estimates by.

    Parameters
    ----------
    sums : (groups, k) float64      scores of each group
    bread : (k, k) float64          inverse information
    parts : (groups, k, k) float64  information in each group

    Notes
    -----
    (H - H_g)^-1 s_g. Where a group alone tells of some direction, its score in that direction
    is 0, and so is the move: `hangs` says which estimates have no error that could be known.

    Examples
    --------
    >>> sums, bread = np.array([[1.0], [-1.0]]), np.array([[0.5]])
    >>> moves_without(sums, bread, np.ones((2, 1, 1))).moves.round(6).tolist()
    [[1.0], [-1.0]]
    """
    values, vectors = np.linalg.eigh(bread)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    moves, hangs = np.empty(sums.shape), np.zeros(sums.shape[1], np.bool_)
    for start in range(0, sums.shape[0], AT_ONCE):
        some = slice(start, start + AT_ONCE)
        held, along = np.linalg.eigh(root @ parts[some] @ root)
        alone = held > ALL_OF_IT
        grown = np.where(alone, 0.0, 1 / (1 - np.minimum(held, ALL_OF_IT)))
        in_root = np.einsum("gij,gi->gj", along, sums[some] @ root)
        moves[some] = np.einsum("gij,gj->gi", along, grown * in_root) @ root
        if alone.any():
            reach = np.einsum("ij,gjk->gik", root, along) * alone[:, None, :]
            own = np.sqrt(np.maximum(np.diag(bread), 1e-300))
            hangs |= (np.abs(reach).max(axis=(0, 2)) / own) > 1e-4
    return Moves(as_floats(moves), as_flags(hangs))


def information_by(design: Floats, code: Indices, n: int) -> Floats:
    """Return the information in each group: sums of products of columns. (groups, k, k).

    Examples
    --------
    >>> information_by(np.array([[1.0], [2.0], [3.0]]), np.array([0, 0, 1]), 2).ravel().tolist()
    [5.0, 9.0]
    """
    k = design.shape[1]
    out = np.empty((n, k, k))
    for a in range(k):
        for b in range(a, k):
            summed = np.bincount(code, weights=design[:, a] * design[:, b], minlength=n)
            out[:, a, b] = out[:, b, a] = summed
    return as_floats(out)


def worth(held: Floats, shared: Floats | None = None) -> Floats:
    """Return how many equal groups the groups are worth, estimate by estimate. (k,).

    `held` : (groups, k) absolute moves that each group holds; `shared` : (k,) their products
    over groups that share luck, default their squares.

    Examples
    --------
    >>> worth(np.array([[2.0], [1.0], [1.0]])).round(2).item()
    2.67
    """
    squares = (held**2).sum(axis=0) if shared is None else shared
    total = held.sum(axis=0) ** 2
    return as_floats(np.where(squares > 0, total / np.where(squares > 0, squares, 1.0), 0.0))
