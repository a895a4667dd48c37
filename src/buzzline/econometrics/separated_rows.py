"""Rows that no finite Poisson fit can serve.

A combination of columns and effects that is 0 wherever there is something, and negative on some
row with nothing, can go to minus infinity without the likelihood objecting. Such rows tell
nothing and are left out; they are found by iterated least squares (the "iterative rectifier"
[1]_), one combination at a time.

.. [1] Correia, S., Guimaraes, P., Zylkin, T. (2021). Verifying the existence of maximum
   likelihood estimates for generalized linear models. arXiv:1903.01633
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from buzzline.arrays import Flags, Floats, as_floats

Projection = Callable[[Floats, Floats], Floats]
HELD = 1e6  # weight of rows with something: there the combination must stay 0
MOST_ROUNDS = 300
STILL = 1e-5  # by which the combination may move in the last round
RISEN = 1e-2  # from which a row counts as separated


def separated_rows(y: Floats, projected: Projection) -> Flags:
    """Return which rows are separated. (n,) bool.

    Parameters
    ----------
    y : (n,) float64
        0 and more.
    projected : callable
        Takes a target and weights, both (n,); returns the weighted least-squares fit of the
        target on columns and effects.

    Examples
    --------
    >>> y, x = np.array([1.0, 2.0, 0.0, 3.0, 0.0]), np.array([0.0, 0.0, 1.0, 0.0, 0.0])
    >>> design = np.column_stack([np.ones(5), x])
    >>> def projected(target, weights):
    ...     root = np.sqrt(weights)[:, None]
    ...     return design @ np.linalg.lstsq(design * root, target * root[:, 0])[0]
    >>> separated_rows(y, projected).tolist()
    [False, False, True, False, False]
    """
    found = np.zeros(y.size, np.bool_)
    while True:
        more = _separated(y, projected, found)
        if not more.any():
            return found
        found |= more


def _separated(y: Floats, projected: Projection, found: Flags) -> Flags:
    empty = (y == 0) & ~found
    # rows found already are held by nothing
    weights = as_floats(np.where(found, 1e-9, np.where(empty, 1.0, HELD)))
    target = as_floats(empty)
    for _ in range(MOST_ROUNDS):
        fitted = projected(target, weights)
        new = np.where(empty, np.maximum(fitted, 0.0), 0.0)
        moved = float(np.abs(new - target).max(initial=0.0))
        target = as_floats(new)
        if moved < STILL:
            break
    return np.asarray(target > RISEN)
