"""How unequal are places, and how much of it lies between the areas that hold them?

Incomes are means per inhabitant of a place, so what is measured is inequality between
inhabitants if everybody had the mean of their place: inequality inside a place is not seen.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import t as student

from buzzline.agglomeration.areas import as_neighbours
from buzzline.agglomeration.checks import as_groups, as_numbers, one_each
from buzzline.agglomeration.shares import gini
from buzzline.arrays import Codes, Floats, Indices, as_floats
from buzzline.errors import InvalidArgument
from buzzline.estimates import Estimate
from buzzline.kernels.concentration import near_difference
from buzzline.quantities import Share


def theil(income: ArrayLike, population: ArrayLike | None = None) -> Floats:
    """Return Theil's index of inequality T.

    Parameters
    ----------
    income : (..., n) float64
        Mean of each place, at least 0.
    population : (n,) float64, optional
        Weight of each place; equal by default.

    Returns
    -------
    (...) float64 [nats]
        0 where all are equal, at most the logarithm of all inhabitants over those of the
        smallest place. NaN where an income is negative or all are 0; an income of 0 adds
        nothing (the limit of y ln y).

    Examples
    --------
    >>> float(theil([10, 20, 30, 60, 80], [5, 5, 4, 3, 3]).round(6))
    0.243844
    """
    y = as_numbers(income, "theil", "income")
    part = _parts(y, population)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = y / np.sum(part * y, axis=-1, keepdims=True)
    logs = np.log(ratio, out=np.zeros_like(ratio), where=ratio > 0)
    return np.asarray(np.where(_is_sound(y), np.sum(part * ratio * logs, axis=-1), np.nan))


def mean_log_deviation(income: ArrayLike, population: ArrayLike | None = None) -> Floats:
    """Return Theil's L, the logarithm of the mean less the mean of the logarithms.

    NaN unless every income is above 0. REAT's `theil` is this one.

    Examples
    --------
    >>> float(mean_log_deviation([10, 10, 10, 20, 50]).round(7))
    0.2326302
    """
    y = as_floats(income)
    part = _parts(y, population)
    mean = np.sum(part * y, axis=-1)
    return np.asarray(np.log(np.where(mean > 0, mean, np.nan)) - np.sum(part * _logs(y), -1))


def log_spread(income: ArrayLike) -> Floats:
    """Return the standard deviation of the logarithms of places' incomes, each place once.

    Divided by n: these are all places, not a sample of them. Its fall over the years is
    sigma-convergence. NaN unless every income is above 0, and for
    fewer than two places.
    """
    y = as_floats(income)
    if y.shape[-1] < 2:
        return np.full(y.shape[:-1], nan)
    return np.asarray(np.std(_logs(y), axis=-1))


def weighted_gini(income: ArrayLike, population: ArrayLike | None = None) -> Floats:
    """Return the Gini coefficient between inhabitants who have the mean of their place.

    NaN where an income is negative: the coefficient then has no upper end.

    Examples
    --------
    >>> float(weighted_gini([0, 10, 10, 30, 50]).round(6))
    0.48
    """
    y = as_numbers(income, "weighted_gini", "income")
    weight = np.ones(y.shape[-1]) if population is None else as_floats(population)
    sound = _is_sound(y)
    held = np.where(sound[..., None], y * weight, 0.0)
    return np.asarray(np.where(sound, gini(held, weight), np.nan))


@dataclass(frozen=True, slots=True, eq=False)
class NestedTheil:
    """Theil's index and its parts, which add up to it exactly.

    Attributes
    ----------
    total : (...) float64 [nats]
    between : tuple of (...) float64
        Largest areas first: between them, then between those of the next level inside them, ...
    within : (...) float64
        Between places inside the smallest areas.
    """

    total: Floats
    between: tuple[Floats, ...]
    within: Floats


def nested_theil(
    income: ArrayLike, population: ArrayLike | None = None, *, areas: Sequence[Codes]
) -> NestedTheil:
    """Split Theil's index into what lies between areas at each level, and within the smallest.

    Parameters
    ----------
    income : (..., n) float64
    population : (n,) float64, optional
    areas : sequence of (n,) int32
        Area of each place, largest areas first; each level lies in the one before.

    Raises
    ------
    InvalidArgument
        An area lies in two areas of the level before.

    References
    ----------
    .. [1] Theil, H. (1967). Economics and Information Theory. North-Holland.
    .. [2] Shorrocks, A. F. (1980). The class of additively decomposable inequality measures.
       Econometrica 48(3). doi:10.2307/1913126

    Examples
    --------
    >>> countries = np.array([0, 0, 0, 1, 1])
    >>> parts = nested_theil([10, 20, 30, 60, 80], [5, 5, 4, 3, 3], areas=[countries])
    >>> float(parts.between[0].round(6)), float(parts.within.round(6))
    (0.203094, 0.040751)
    """
    y = as_numbers(income, "nested_theil", "income")
    weight = np.ones(y.shape[-1]) if population is None else as_floats(population)
    areas = [as_groups(area, "nested_theil", "areas", n=y.shape[-1]) for area in areas]
    for large, small in itertools.pairwise(areas):
        pairs = np.unique(np.column_stack([large, small]), axis=0)
        if np.unique(pairs[:, 1]).size < len(pairs):
            raise InvalidArgument(
                "nested_theil: an area lies in two areas of the level before; give the largest "
                "areas first, each level inside the one before"
            )
    total = theil(y, weight)
    sound = np.where(np.isnan(total), np.nan, 0.0)  # a negative place spoils every part
    levels = [_between(y, weight, code) + sound for code in areas]
    above = [np.zeros_like(total), *levels]
    steps = tuple(np.asarray(high - low) for low, high in itertools.pairwise(above))
    return NestedTheil(total, steps, np.asarray(total - above[-1]))


def _between(y: Floats, weight: Floats, code: Codes) -> Floats:
    member = (code[:, None] == np.unique(code)[None, :]).astype(float)
    inhabitants = weight @ member
    used = inhabitants > 0
    return theil((y * weight) @ member[:, used] / inhabitants[used], inhabitants[used])


def spatial_gini(value: ArrayLike, neighbours: tuple[Indices, Codes]) -> tuple[float, float]:
    """Return the Gini of values over places, and the share of it between places not near.

    Parameters
    ----------
    value : (n,) float64
        At least 0, not all 0.
    neighbours : (n + 1,) int64 and int32
        As from `near_places`.

    Returns
    -------
    gini, far : float
        `far` is high where neighbours are alike; compare it with the values dealt among places.

    Raises
    ------
    InvalidArgument
        Values are infinite, or `neighbours` are not lists of neighbours of these places.

    References
    ----------
    .. [1] Rey, S. J., Smith, R. J. (2013). A spatial decomposition of the Gini coefficient.
       Letters in Spatial and Resource Sciences 6. doi:10.1007/s12076-012-0086-z

    Examples
    --------
    >>> line = np.array([0, 1, 3, 5, 6]), np.array([1, 0, 2, 1, 3, 2], dtype=np.int32)
    >>> whole, far = spatial_gini(np.array([1.0, 1.0, 5.0, 5.0]), line)
    >>> round(whole, 6), far
    (0.333333, 0.75)
    """
    y = as_numbers(value, "spatial_gini", "value", axes=1)
    start, to = as_neighbours(neighbours, "spatial_gini", n=y.size)
    ordered = np.sort(y)
    n = y.size
    apart = float(np.sum((2 * np.arange(1, n + 1) - n - 1) * ordered))
    if not (apart > 0 and ordered[0] >= 0):
        return (0.0 if apart == 0 and y.sum() > 0 else nan), nan
    near = float(near_difference(y, start, to))
    return apart / (n * float(y.sum())), 1 - near / apart


def poorest_share(income: ArrayLike, population: ArrayLike | None = None, *,
                  share: Share = 0.4) -> float:  # fmt: skip
    """Return the part of all income that the poorest `share` of inhabitants has.

    The place in which the share is reached counts in part.

    Examples
    --------
    >>> round(poorest_share([10, 20, 30, 40]), 6)
    0.22
    """
    y = as_floats(income)
    weight = np.ones(y.size) if population is None else as_floats(population)
    order = np.argsort(y)
    people = np.concatenate([[0], np.cumsum(weight[order])])
    held = np.concatenate([[0], np.cumsum((y * weight)[order])])
    if not (y.min() >= 0 and held[-1] > 0):
        return nan
    return float(np.interp(share * people[-1], people, held) / held[-1])


def beta_convergence(first: Floats, last: Floats, *, years: int, level: Share) -> Estimate:
    """Return how much faster a place grows a year for each unit that its log income is lower.

    The negative slope of yearly log growth on the first year's log income, by least squares
    with HC3 standard errors; above 0 poorer places catch up. Neighbours' errors are taken as
    independent, so the interval is too narrow where shocks are shared by a region.

    Parameters
    ----------
    first, last : (n,) float64
        Incomes of the same places, above 0.
    years : int
    level : share

    References
    ----------
    .. [1] Barro, R. J., Sala-i-Martin, X. (1992). Convergence. Journal of Political Economy
       100(2). doi:10.1086/261816
    """
    n = first.size
    if n < 4 or years < 1 or not (min(first.min(), last.min()) > 0):
        why = "needs two years, 4 places and incomes above 0"
        return Estimate(nan, nan, nan, level, n, why)
    x, growth = np.log(first), np.log(last / first) / years
    gap = x - x.mean()
    spread = float(gap @ gap)
    if not spread > 0:
        return Estimate(nan, nan, nan, level, n, "all places began alike")
    slope = float(gap @ growth) / spread
    residual = growth - growth.mean() - slope * gap
    leverage = 1 / n + gap**2 / spread
    hold = leverage < 1
    error = np.sqrt(np.sum((gap[hold] * residual[hold] / (1 - leverage[hold])) ** 2)) / spread
    half = float(student.ppf((1 + level) / 2, n - 2) * error)
    return Estimate(-slope, -slope - half, -slope + half, level, n, "least squares, HC3")


def _parts(y: Floats, population: ArrayLike | None) -> Floats:
    weight = np.ones(y.shape[-1]) if population is None else population
    held = one_each(weight, "theil", "population", n=y.shape[-1])
    return as_floats(held / held.sum())


def _is_sound(y: Floats) -> np.ndarray:
    return np.asarray((y >= 0).all(axis=-1) & (y.sum(axis=-1) > 0))


def _logs(y: Floats) -> Floats:
    return np.log(np.where((y > 0).all(axis=-1, keepdims=True), y, np.nan))
