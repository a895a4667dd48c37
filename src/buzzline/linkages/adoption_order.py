"""Who adopted a practice before whom, and which measure of ties foretells it."""

from __future__ import annotations

from dataclasses import dataclass
from math import nan, sqrt

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from buzzline.arrays import Codes, Floats, Indices, as_floats
from buzzline.quantities import Count, Share

MOST_STEPS = 50
STEEPEST = 20.0  # log rate for a standard deviation, beyond which nothing is learnt
FOLDS = 20
FEWEST_FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Members at risk of adopting practices, and when they did.

    Attributes
    ----------
    time : (r,) float64      days until adoption, or until nobody looked any more
    adopted : (r,) bool      whether it was adoption
    stratum : (r,) int32     practice in a cluster: only those of one stratum are compared
    unit : (r,) int32        the organisation; all its rows are left out together
    x : (r, k) float64       what may foretell it
    """

    time: Floats
    adopted: np.ndarray
    stratum: Codes
    unit: Codes
    x: Floats

    def chosen(self, which: np.ndarray) -> Order:
        """Return some of the rows. which : (r,) bool."""
        return Order(
            self.time[which], self.adopted[which], self.stratum[which], self.unit[which],
            self.x[which],
        )  # fmt: skip

    def of(self, columns: list[int]) -> Order:
        """Return the same rows with some of the columns of x."""
        return Order(self.time, self.adopted, self.stratum, self.unit, self.x[:, columns])


def partial_likelihood(order: Order, slope: Floats) -> tuple[float, Floats, Floats]:
    """Return the log partial likelihood of a proportional hazard, its gradient and curvature.

    Parameters
    ----------
    order : Order
    slope : (k,) float64

    Returns
    -------
    float, (k,) float64, (k, k) float64

    Notes
    -----
    Stratified by practice and cluster; those who adopt on the same day share one set of those
    at risk (Breslow) [1]_.

    References
    ----------
    .. [1] Cox, D. R. (1972). Regression models and life-tables. Journal of the Royal
       Statistical Society B 34(2). doi:10.1111/j.2517-6161.1972.tb00899.x

    Examples
    --------
    >>> two = Order(np.array([1.0, 2.0]), np.array([True, False]), np.zeros(2, np.int32),
    ...             np.arange(2, dtype=np.int32), np.array([[1.0], [0.0]]))
    >>> round(partial_likelihood(two, np.zeros(1))[0], 4)
    -0.6931
    """
    at = np.lexsort((-order.time, order.stratum))
    stratum, time, x = order.stratum[at], order.time[at], order.x[at]
    k = x.shape[1]
    fitted = x @ slope
    weight = np.exp(fitted - fitted.max(initial=0.0))
    new = np.append(True, stratum[1:] != stratum[:-1]) if at.size else np.zeros(0, np.bool_)
    group = np.cumsum(new) - 1
    first = np.flatnonzero(new)
    last = _last_of_ties(stratum, time)
    outer = x[:, :, None] * x[:, None, :]

    def at_risk(values: Floats) -> Floats:
        total = np.cumsum(values, axis=0)
        before = total[first] - values[first]
        return as_floats(total[last] - before[group[last]])

    at_adoption = np.flatnonzero(order.adopted[at])
    mass = at_risk(weight)[at_adoption]
    mean = at_risk(weight[:, None] * x)[at_adoption] / mass[:, None]
    second = at_risk(weight[:, None, None] * outer)[at_adoption] / mass[:, None, None]
    value = (fitted[at_adoption] - fitted.max(initial=0.0) - np.log(mass)).sum()
    gradient = (x[at_adoption] - mean).sum(axis=0)
    curvature = (second - mean[:, :, None] * mean[:, None, :]).sum(axis=0)
    return float(value), as_floats(gradient), as_floats(curvature.reshape(k, k))


def _last_of_ties(stratum: Codes, time: Floats) -> Indices:
    """Return, for rows by stratum and falling time, the last row of the same of both."""
    if not time.size:
        return np.zeros(0, np.int64)
    ends = np.append((stratum[1:] != stratum[:-1]) | (time[1:] != time[:-1]), True)
    numbers = np.flatnonzero(ends)
    return np.asarray(numbers[np.searchsorted(numbers, np.arange(time.size))])


def fitted_slope(order: Order) -> Floats:
    """Return the slopes of the largest partial likelihood, by Newton's steps halved if need be.

    Parameters
    ----------
    order : Order

    Returns
    -------
    (k,) float64
        Held within 20 where the largest is at infinity (whoever adopts is told apart wholly).

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=(400, 1))
    >>> time = rng.exponential(size=400) / np.exp(x[:, 0])
    >>> order = Order(time, np.ones(400, bool), np.zeros(400, np.int32),
    ...               np.arange(400, dtype=np.int32), x)
    >>> bool(0.85 < fitted_slope(order)[0] < 1.15)
    True
    """
    slope = np.zeros(order.x.shape[1])
    value, gradient, curvature = partial_likelihood(order, slope)
    for _ in range(MOST_STEPS):
        step = np.linalg.lstsq(curvature, gradient, rcond=None)[0]
        size = 1.0
        while size > 1e-6:
            tried = np.clip(slope + size * step, -STEEPEST, STEEPEST)
            found = partial_likelihood(order, tried)
            if found[0] >= value - 1e-12:
                break
            size /= 2
        else:
            break
        moved = float(np.abs(tried - slope).max(initial=0.0))
        slope = tried
        value, gradient, curvature = found
        if moved < 1e-8:
            break
    return as_floats(slope)


def left_out_scores(order: Order, *, folds: Count = FOLDS, rng: np.random.Generator) -> Floats:
    """Return the log score of adoptions that a fit has not seen, fold by fold.

    Organisations are dealt into folds with all their rows. The score of a fold is what its rows
    add to the log partial likelihood under the slope fitted without them, less what they add
    under a slope of 0: above 0, the measure foretells who adopts first.

    Parameters
    ----------
    order : Order
    folds : count
    rng : Generator

    Returns
    -------
    (folds,) float64 [log score]

    References
    ----------
    .. [1] Verweij, P. J. M., van Houwelingen, H. C. (1993). Cross-validation in survival
       analysis. Statistics in Medicine 12(24). doi:10.1002/sim.4780122407
    """
    units = np.unique(order.unit)
    folds = min(folds, units.size)
    dealt = rng.permutation(units.size) % max(folds, 1)
    fold = dealt[np.searchsorted(units, order.unit)]
    flat = np.zeros(order.x.shape[1])
    none = partial_likelihood(order, flat)[0]
    scores = np.zeros(folds)
    for number in range(folds):
        rest = order.chosen(fold != number)
        slope = fitted_slope(rest)
        gained = partial_likelihood(order, slope)[0] - partial_likelihood(rest, slope)[0]
        scores[number] = gained - (none - partial_likelihood(rest, flat)[0])
    return as_floats(scores)


@dataclass(frozen=True, slots=True)
class Score:
    """A mean log score per adoption, with its interval and p-value against 0.

    Attributes
    ----------
    value, low, high, p : float    NaN where there are too few folds
    sd : float                     of the score of a fold
    """

    value: float
    low: float
    high: float
    p: float
    sd: float


def score_with_error(scores: Floats, n: int, level: Share) -> Score:
    """Return the log score per adoption, folds being the units of sampling.

    Parameters
    ----------
    scores : (folds,) float64
    n : int       adoptions behind all folds
    level : share

    Examples
    --------
    >>> score_with_error(np.full(10, 0.5), 50, 0.95).value
    0.1
    """
    k = scores.size
    if k < FEWEST_FOLDS or n < 1:
        return Score(nan, nan, nan, nan, nan)
    value, sd = float(scores.sum() / n), float(scores.std(ddof=1))
    error = sd * sqrt(k) / n
    half = float(student.ppf((1 + level) / 2, k - 1)) * error
    p = float(2 * student.sf(abs(value) / error, k - 1)) if error else 1.0
    return Score(value, value - half, value + half, p, sd)


def adoptions_needed(value: float, half: float, *, n: int, level: Share) -> int | None:
    """Return how many adoptions would settle a difference of this size (power 0.8).

    Examples
    --------
    >>> adoptions_needed(0.1, 0.1, n=100, level=0.95)
    205
    """
    if not abs(value) > 1e-12 or not np.isfinite(half):
        return None
    reach = float((norm.ppf((1 + level) / 2) + norm.ppf(0.8)) / norm.ppf((1 + level) / 2))
    needed = np.ceil(n * (reach * half / value) ** 2)
    return int(needed) if needed < 1e9 else None
