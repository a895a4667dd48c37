"""Do the effects of a gravity null exist? Pairs of zones that no finite fit can serve.

Poisson likelihood has no finite maximum when some combination of effects is 0 on every pair
with ties and negative on some pair without: pushing it to minus infinity costs nothing [1]_.
Those pairs tell nothing, and are left out. They are found by iterated least squares (the
"iterative rectifier" of [1]_).

.. [1] Correia, S., Guimaraes, P., Zylkin, T. (2021). Verifying the existence of maximum
   likelihood estimates for generalized linear models. arXiv:1903.01633
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from buzzline.arrays import Flags, Floats, as_floats
from buzzline.kernels.mutual_gravity import mutual_fit

HELD = 1e4  # weight of pairs with ties: there the combination must stay 0
RIDGE, SINGULAR = 1e-13, 1e-12  # of what is 1 on the diagonal; of the largest eigenvalue
MOST_ROUNDS = 500
STILL = 1e-5  # by which the combination may move in the last round
RISEN = 1e-2  # from which a pair counts as separated


def separated_pairs(flows: Floats, covariates: Floats, pairs: Flags) -> Flags:
    """Return which pairs of zones are separated. (z, z) bool, symmetric.

    Parameters
    ----------
    flows : (z, z) float64
        Symmetric.
    covariates : (k, z, z) float64
    pairs : (z, z) bool
        Pairs that can have ties; the others are left out.

    Examples
    --------
    >>> flows = np.array([[4.0, 2.0, 0.0], [2.0, 4.0, 0.0], [0.0, 0.0, 4.0]])
    >>> bool(separated_pairs(flows, np.empty((0, 3, 3)), flows >= 0).any())
    False
    >>> border = np.array([[0.0, 0, 1], [0, 0, 1], [1, 1, 0]])
    >>> int(separated_pairs(flows, border[None], flows >= 0).sum())
    4
    """
    found = np.zeros(pairs.shape, np.bool_)
    while (more := _separated(flows, covariates, pairs & ~found)).any():
        found |= more  # one combination at a time; the next may be another
    return found


def _separated(flows: Floats, covariates: Floats, pairs: Flags) -> Flags:
    empty = pairs & (flows == 0)
    if not covariates.shape[0] and np.all(flows.diagonal()[pairs.any(axis=1)] > 0):
        return np.zeros_like(empty)  # ties within every zone hold its size
    weight = np.where(pairs, np.where(empty, 1.0, HELD), 0.0)
    scale = np.abs(covariates).max(axis=(1, 2), initial=0.0)
    x = covariates / np.where(scale > 0, scale, 1.0)[:, None, None]
    solve = _solver(weight, x)
    target = empty.astype(np.float64)
    n = weight.shape[0]
    for _ in range(MOST_ROUNDS):
        weighted = weight * target
        right = np.concatenate([weighted.sum(axis=1), np.einsum("kij,ij->k", x, weighted) / 2])
        effect = solve(right)
        moved = mutual_fit(effect[:n], effect[n:], x, weight, target)
        if moved < STILL:
            break
    return np.asarray(target > RISEN)


def _solver(weight: Floats, x: Floats) -> Callable[[Floats], Floats]:
    """Return what solves the normal equations of weighted least squares on pairs."""
    n, k = weight.shape[0], x.shape[0]
    matrix = np.zeros((n + k, n + k))
    matrix[:n, :n] = weight
    matrix[np.diag_indices(n)] += weight.sum(axis=1)
    matrix[:n, n:] = np.einsum("kij,ij->ik", x, weight)
    matrix[n:, :n] = matrix[:n, n:].T
    matrix[n:, n:] = np.einsum("aij,bij,ij->ab", x, x, weight, optimize=True) / 2
    scale = 1 / np.sqrt(np.maximum(np.diag(matrix), 1e-12))
    matrix *= scale[:, None] * scale
    # A larger ridge would wear the combination away, round by round.
    matrix[np.diag_indices(n + k)] += RIDGE
    try:
        factor = cho_factor(matrix, check_finite=False)
    except np.linalg.LinAlgError:  # covariates say the same
        values, vectors = np.linalg.eigh(matrix)
        kept = values > SINGULAR * values[-1]
        root = scale[:, None] * vectors[:, kept] / np.sqrt(values[kept])
        return lambda right: as_floats(root @ (root.T @ right))
    return lambda right: as_floats(scale * cho_solve(factor, scale * right, check_finite=False))
