"""Weights of others that together move as one unit did before it was treated.

How well they do is told from years left out: with more others than years, anything can be
matched, and a perfect match says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import nnls

from buzzline.arrays import Floats, as_floats

Method = Literal["weights", "weights and ridge"]
PENALTIES = tuple(10.0 ** np.arange(-3, 4))  # in units of the spread of the others


@dataclass(frozen=True, slots=True, eq=False)
class Counterpart:
    """What a unit would have been, by others.

    Attributes
    ----------
    weight : (donors,) float64      sums to 1; of at least 0 without ridge
    path : (years,) float64
    fit : float          root mean square of what years before, left out, are missed by
    method : "weights" or "weights and ridge"
    """

    weight: Floats
    path: Floats
    fit: float
    method: Method


def simplex_weights(donors: Floats, target: Floats) -> Floats:
    """Return the weights of at least 0 that sum to 1 and come closest to a target.

    Parameters
    ----------
    donors : (years, donors) float64
    target : (years,) float64

    Notes
    -----
    With D = donors - target, the least of |D u|^2 + (sum(u) - 1)^2 over u >= 0 is a multiple of
    the weights that make |D w| least: so they are exact, without a penalty to choose.

    Examples
    --------
    >>> donors = np.array([[0.0, 2, 9], [0, 4, 9]])
    >>> simplex_weights(donors, np.array([1.0, 2])).round(6).tolist()
    [0.5, 0.5, 0.0]
    """
    off = donors - target[:, None]
    scale = float(np.sqrt((off**2).mean())) or 1.0
    left = np.vstack([off / scale, np.ones(donors.shape[1])])
    found, _ = nnls(left, np.append(np.zeros(target.size), 1.0))
    return as_floats(found / found.sum())


def ridge_weights(donors: Floats, target: Floats, penalty: float) -> Floats:
    """Return weights moved towards a better fit; they sum to 1 and some may fall below 0 [1]_.

    Parameters
    ----------
    donors : (years, donors) float64
    target : (years,) float64
    penalty : float              0: as close a fit as can be; large: `simplex_weights`

    References
    ----------
    .. [1] Ben-Michael, E., Feller, A., Rothstein, J. (2021). The augmented synthetic control
       method. Journal of the American Statistical Association 116(536).
       doi:10.1080/01621459.2021.1929245

    Examples
    --------
    >>> donors, target = np.array([[0.0, 1], [0, 1]]), np.array([2.0, 2])
    >>> ridge_weights(donors, target, 1e-9).round(3).tolist()
    [-1.0, 2.0]
    """
    weight = simplex_weights(donors, target)
    centred = donors - donors.mean(axis=1, keepdims=True)
    scale = float((centred**2).mean()) or 1.0
    inside = centred @ centred.T + penalty * scale * np.eye(target.size)
    return as_floats(weight + centred.T @ np.linalg.solve(inside, target - donors @ weight))


def counterpart(
    y: Floats, others: Floats, n_before: int, *, ridge: bool = False
) -> Counterpart:
    """Return what a unit would have been.

    Parameters
    ----------
    y : (years,) float64
    others : (donors, years) float64
    n_before : int               years before it was treated, the first ones; 2 or more
    ridge : bool                 move weights towards a better fit

    Examples
    --------
    >>> others = np.array([[0.0, 0, 0, 0], [2, 4, 2, 6]])
    >>> counterpart(np.array([1.0, 2, 1, 9]), others, 3).path.round(6).tolist()
    [1.0, 2.0, 1.0, 3.0]
    """
    before, target = as_floats(others[:, :n_before].T), as_floats(y[:n_before])
    if not ridge:
        weight = simplex_weights(before, target)
        return Counterpart(weight, as_floats(weight @ others), left_out_fit(before, target),
                           "weights")  # fmt: skip
    fits = [left_out_fit(before, target, penalty) for penalty in PENALTIES]
    best = int(np.argmin(fits))
    weight = ridge_weights(before, target, PENALTIES[best])
    return Counterpart(weight, as_floats(weight @ others), fits[best], "weights and ridge")


def left_out_fit(donors: Floats, target: Floats, penalty: float | None = None) -> float:
    """Return by how much (root mean square) years are missed when each is left out in turn.

    Parameters
    ----------
    donors : (years, donors) float64
    target : (years,) float64
    penalty : float, optional       None: without ridge
    """
    missed = []
    for t in range(target.size):
        rest = np.arange(target.size) != t
        if penalty is None:
            weight = simplex_weights(donors[rest], target[rest])
        else:
            weight = ridge_weights(donors[rest], target[rest], penalty)
        missed.append(target[t] - donors[t] @ weight)
    return float(np.sqrt(np.mean(np.square(missed))))
