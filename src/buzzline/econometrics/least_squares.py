"""Least squares with errors that hold up: leave-one-out variances, alone or by group.

The variance sums what each observation (or each group of observations) moves the coefficients
by when it is left out. Alone this is HC3, by group CV3: of the usual forms the ones that keep
their size when groups are few or lopsided. With groups, t has one degree of freedom less than
there are groups.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from buzzline.arrays import Codes, Floats, as_floats
from buzzline.errors import TooFew
from buzzline.quantities import Share

SINGULAR = 1e-10  # relative size of a diagonal of R below which a column repeats others


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """Coefficients of a least-squares fit and what is known of their error.

    Attributes
    ----------
    beta : (k,) float64
    covariance : (k, k) float64
    residual : (n,) float64
    df : float
        Degrees of freedom of t: of observations, or of groups.
    n_units : int
        Observations or groups that the variance rests on.
    """

    beta: Floats
    covariance: Floats
    residual: Floats
    df: float
    n_units: int

    def of(self, weights: Floats) -> tuple[float, float]:
        """Return a weighted sum of the coefficients and its standard error.

        Parameters
        ----------
        weights : (k,) float64
        """
        variance = float(weights @ self.covariance @ weights)
        return float(weights @ self.beta), float(np.sqrt(max(variance, 0.0)))

    def interval(self, weights: Floats, level: Share) -> tuple[float, float]:
        """Return the interval of a weighted sum of the coefficients."""
        value, error = self.of(weights)
        reach = float(student.ppf((1 + level) / 2, self.df)) * error
        return value - reach, value + reach

    def p(self, weights: Floats) -> float:
        """Return the two-sided p-value that a weighted sum is 0."""
        value, error = self.of(weights)
        return float(2 * student.sf(abs(value) / error, self.df)) if error else float("nan")


def fit_line(x: Floats, y: Floats, groups: Codes | None = None) -> Line:
    """Return the least-squares fit of `y` on the columns of `x`.

    Parameters
    ----------
    x : (n, k) float64
        With a column of ones where a constant is wanted.
    y : (n,) float64
    groups : (n,) int32, optional
        Observations of one group are not independent: members of a cluster, sites of an
        owner, ties of a project.

    Raises
    ------
    TooFew
        Fewer observations or groups than coefficients plus one, or a column that repeats
        others.

    References
    ----------
    .. [1] MacKinnon, J., White, H. (1985). Some heteroskedasticity-consistent covariance matrix
       estimators with improved finite sample properties. Journal of Econometrics 29(3).
       doi:10.1016/0304-4076(85)90158-7
    .. [2] MacKinnon, J., Nielsen, M., Webb, M. (2023). Fast and reliable jackknife and
       bootstrap methods for cluster-robust inference. Journal of Applied Econometrics 38(5).
       doi:10.1002/jae.2969

    Examples
    --------
    >>> x = np.column_stack([np.ones(5), np.arange(5.0)])
    >>> fit_line(x, np.array([1.0, 3.1, 4.9, 7.0, 9.1])).beta.round(2).tolist()
    [1.0, 2.01]
    """
    x, y = as_floats(x), as_floats(y)
    n, k = x.shape
    if n <= k:
        raise TooFew(f"fit_line: {n} observations for {k} coefficients")
    q, r = np.linalg.qr(x)
    size = np.abs(np.diag(r))
    if size.min() <= SINGULAR * max(float(size.max()), 1e-300):
        raise TooFew("fit_line: a column repeats others, so its coefficient is not identified")
    beta = np.linalg.solve(r, q.T @ y)
    residual = y - x @ beta
    if groups is None or np.unique(groups).size == n:
        covariance = _leaving_out_each(r, q, residual)
        return Line(beta, covariance, residual, float(n - k), n)
    covariance, n_groups = _leaving_out_groups(x, residual, groups)
    return Line(beta, covariance, residual, float(n_groups - 1), n_groups)


def _leaving_out_each(r: Floats, q: Floats, residual: Floats) -> Floats:
    left = 1 - np.einsum("ij,ij->i", q, q)
    # An observation that a coefficient hangs on alone tells nothing of its error.
    moved = np.where(left > 1e-9, residual / np.where(left > 1e-9, left, 1.0), 0.0)
    half = np.linalg.solve(r, (q * moved[:, None]).T)
    return np.asarray(half @ half.T)


def _leaving_out_groups(x: Floats, residual: Floats, groups: Codes) -> tuple[Floats, int]:
    names, code = np.unique(groups, return_inverse=True)
    if names.size < 2:
        raise TooFew("fit_line: all observations are of one group, so errors are not known")
    order = np.argsort(code, kind="stable")
    first = np.flatnonzero(np.diff(code[order], prepend=-1))
    scores = np.add.reduceat((x * residual[:, None])[order], first, axis=0)
    outer = np.einsum("ij,ik->ijk", x, x)[order]
    parts = np.add.reduceat(outer, first, axis=0)
    rest = x.T @ x - parts
    moved = np.stack([
        np.linalg.lstsq(one, score, rcond=1e-9)[0]
        for one, score in zip(rest, scores, strict=True)
    ])  # fmt: skip
    share = (names.size - 1) / names.size
    return np.asarray(share * moved.T @ moved), int(names.size)
