"""A smooth curve through points: penalised cubic spline, as smooth as the data want it.

What two lines are broken at is read off it. The same curve as the additive model of the source
[1]_: natural cubic spline over quantiles, penalty on its curvature, smoothness chosen by
generalised cross-validation.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize_scalar

from buzzline.arrays import Floats, as_floats
from buzzline.errors import TooFew

KNOTS = 10
FEWEST_VALUES = 4
EXPONENTS = (-8.0, 10.0)  # of the penalty, in powers of ten of what balances fit and curvature


@dataclass(frozen=True, slots=True, eq=False)
class SmoothCurve:
    """A fitted curve at the points it was fitted to.

    Attributes
    ----------
    fitted, error : (n,) float64
        Height of the curve at each point, controls at their mean, and its standard error.
    effective : float
        Parameters it is worth: 2 for a straight line.
    """

    fitted: Floats
    error: Floats
    effective: float


def smooth_curve(
    x: Floats, y: Floats, *, controls: Floats | None = None, knots: int = KNOTS
) -> SmoothCurve:
    """Return a smooth curve of `y` over `x`.

    Parameters
    ----------
    x, y : (n,) float64
    controls : (n, c) float64, optional
        Columns that enter in a straight line.
    knots : int
        At quantiles of the distinct values of `x`.

    Raises
    ------
    TooFew
        Fewer than four distinct values of `x`.

    References
    ----------
    .. [1] Wood, S. (2017). Generalized Additive Models: an introduction with R, section 5.3.1.
       doi:10.1201/9781315370279

    Examples
    --------
    >>> x = np.linspace(0, 1, 50)
    >>> curve = smooth_curve(x, 3 * x)
    >>> bool(np.allclose(curve.fitted, 3 * x)), round(curve.effective, 2)
    (True, 2.0)
    """
    x, y = as_floats(x), as_floats(y)
    values = np.unique(x)
    if values.size < FEWEST_VALUES:
        raise TooFew(f"smooth_curve: {values.size} different values, {FEWEST_VALUES} needed")
    at = np.quantile(values, np.linspace(0, 1, min(knots, values.size)))
    basis = CubicSpline(at, np.eye(at.size), bc_type="natural")(x)
    others = np.empty((x.size, 0)) if controls is None else controls - controls.mean(axis=0)
    design = np.column_stack([basis, others])
    penalty = np.zeros((design.shape[1],) * 2)
    penalty[: at.size, : at.size] = curvature(at)
    gram = design.T @ design
    unit = np.trace(gram) / max(np.trace(penalty), 1e-300)
    chosen = minimize_scalar(
        lambda power: _score(gram + unit * 10.0**power * penalty, gram, design.T @ y, y),
        bounds=EXPONENTS, method="bounded", options={"xatol": 1e-3},
    )  # fmt: skip
    inverse = np.linalg.pinv(gram + unit * 10.0 ** float(chosen.x) * penalty)
    beta = inverse @ (design.T @ y)
    effective = float(np.trace(inverse @ gram))
    spread = float(np.sum((y - design @ beta) ** 2)) / max(x.size - effective, 1.0)
    only = np.column_stack([basis, np.zeros_like(others)])
    error = np.sqrt(np.maximum(spread * np.einsum("ij,jk,ik->i", only, inverse, only), 0.0))
    return SmoothCurve(only @ beta, error, effective - others.shape[1])


def curvature(at: Floats) -> Floats:
    """Return the matrix S for which b'S b is the integrated squared second derivative.

    Of the natural cubic spline through heights b at knots `at`, (k,) ascending.
    """
    h = np.diff(at)
    second = np.zeros((at.size - 2, at.size))
    rows = np.arange(at.size - 2)
    second[rows, rows] = 1 / h[:-1]
    second[rows, rows + 1] = -1 / h[:-1] - 1 / h[1:]
    second[rows, rows + 2] = 1 / h[1:]
    band = np.diag((h[:-1] + h[1:]) / 3) + np.diag(h[1:-1] / 6, 1) + np.diag(h[1:-1] / 6, -1)
    return np.asarray(second.T @ np.linalg.solve(band, second))


def _score(penalised: Floats, gram: Floats, right: Floats, y: Floats) -> float:
    """Return the generalised cross-validation of one smoothness."""
    inverse = np.linalg.pinv(penalised)
    beta = inverse @ right
    rest = float(y @ y - 2 * beta @ right + beta @ gram @ beta)
    free = y.size - float(np.trace(inverse @ gram))
    return y.size * max(rest, 0.0) / free**2 if free > 0 else np.inf
