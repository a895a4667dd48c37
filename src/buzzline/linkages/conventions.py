"""Do organisations of one cluster, industry or place hold the same norms? Do those tied?"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.optimize import brentq
from scipy.stats import f as fisher

from buzzline.arrays import Codes, Floats, as_floats
from buzzline.linkages.tied_pairs import TiedPairs
from buzzline.quantities import Share
from buzzline.resampling import central_range, too_few_draws

FEWEST_ANSWERS = 20
MOST_RATIO = 1e8  # of the variance between groups to that within


@dataclass(frozen=True, slots=True)
class Likeness:
    """How much answers of one group resemble each other.

    Attributes
    ----------
    value, low, high : float    share of the variance that is between groups; 0 none
    p : float
    n, n_groups : int
    """

    value: float
    low: float
    high: float
    p: float
    n: int
    n_groups: int


def intraclass(answer: Floats, group: Codes, level: Share = 0.95) -> Likeness:
    """Return the intraclass correlation of answers, groups taken at random.

    Parameters
    ----------
    answer : (n,) float64
    group : (n,) int32
    level : share

    Returns
    -------
    Likeness
        NaN where no group has two answers, or only one group answers.

    Notes
    -----
    (B - W) / (B + (k - 1) W), B and W the mean squares between and within groups. The
    interval is exact, also where groups differ in size: for each ratio of variances t, group
    means weighed by 1 / (1 / n + t) give a pivot that is F distributed [1]_.

    References
    ----------
    .. [1] Wald, A. (1940). A note on the analysis of variance with unequal class frequencies.
       Annals of Mathematical Statistics 11(1). doi:10.1214/aoms/1177731946

    Examples
    --------
    >>> found = intraclass(np.array([1.0, 2, 5, 6, 9, 10]), np.array([0, 0, 1, 1, 2, 2]))
    >>> round(found.value, 3)
    0.969
    """
    size = np.bincount(group).astype(np.float64)
    held = size > 0
    n, a = answer.size, int(held.sum())
    if a < 2 or n == a:
        return Likeness(nan, nan, nan, nan, n, a)
    of_group = np.bincount(group, weights=answer) / np.maximum(size, 1)
    within = float(np.sum((answer - of_group[group]) ** 2)) / (n - a)
    mean = of_group[held]
    between = float(size[held] @ (mean - answer.mean()) ** 2) / (a - 1)
    k = (n - float(np.sum(size**2)) / n) / (a - 1)
    total = between + (k - 1) * within
    if total <= 0:
        return Likeness(nan, nan, nan, nan, n, a)
    ends = [1.0, 1.0]
    if within > 0:
        tails = (1 + level) / 2, (1 - level) / 2
        ends = [
            _share_at(float(fisher.ppf(tail, a - 1, n - a)), mean, size[held], within)
            for tail in tails
        ]
    p = float(fisher.sf(between / within, a - 1, n - a)) if within > 0 else 0.0
    return Likeness((between - within) / total, ends[0], ends[1], p, n, a)


def _share_at(quantile: float, mean: Floats, size: Floats, within: float) -> float:
    """Return the share of variance between groups at which the pivot has a given value."""

    def pivot(ratio: float) -> float:
        weight = 1 / (1 / size + ratio)
        middle = float(weight @ mean) / float(weight.sum())
        return float(weight @ (mean - middle) ** 2) / ((mean.size - 1) * within) - quantile

    lowest = -(1 - 1e-6) / float(size.max())  # beyond, a variance would be negative
    if pivot(lowest) <= 0:
        return lowest / (1 + lowest)
    if pivot(MOST_RATIO) >= 0:
        return 1.0
    ratio = float(brentq(pivot, lowest, MOST_RATIO))
    return ratio / (1 + ratio)


def likeness_along_ties(
    answer: Floats, pairs: TiedPairs, *, draws: int, rng: np.random.Generator,
    level: Share = 0.95,
) -> Likeness:  # fmt: skip
    """Return how much answers of tied organisations resemble each other.

    Parameters
    ----------
    answer : (n,) float64           NaN: no answer
    pairs : TiedPairs
    draws : int
        Of answers dealt anew among those who answered, behind the null band and p.
    rng : Generator
    level : share

    Returns
    -------
    Likeness
        `value` is Moran's I: the mean product of deviations of tied pairs over the variance.
        `low` and `high` are the central `level` of what dealing gives, not an interval; NaN,
        and no p, where too few are dealt to tell.
    """
    known = np.isfinite(answer)
    keep = known[pairs.one] & known[pairs.other]
    one, other = pairs.one[keep], pairs.other[keep]
    n = int(np.unique(np.concatenate([one, other])).size)
    if n < FEWEST_ANSWERS or np.ptp(answer[known]) == 0:
        return Likeness(nan, nan, nan, nan, n, int(keep.sum()))
    away = np.where(known, answer - answer[known].mean(), 0.0)
    variance = float(np.mean(away[known] ** 2))
    value = float(np.mean(away[one] * away[other])) / variance
    if too_few_draws(draws, level):
        return Likeness(value, nan, nan, nan, n, int(keep.sum()))
    rows = np.flatnonzero(known)
    dealt = np.empty(draws)
    for draw in range(draws):
        mixed = np.zeros_like(away)
        mixed[rows] = away[rng.permutation(rows)]
        dealt[draw] = np.mean(mixed[one] * mixed[other]) / variance
    low, high = central_range(as_floats(dealt), level)
    p = (1 + int(np.sum(dealt >= value))) / (1 + draws)
    return Likeness(value, low, high, p, n, int(keep.sum()))


def answers_of(values: Floats, rows: Codes, n: int) -> Floats:
    """Return the mean answer of each organisation, NaN where there is none, (n,).

    Parameters
    ----------
    values : (k,) float64
    rows : (k,) int32               of whom
    n : int
    """
    count = np.bincount(rows, minlength=n)
    total = np.bincount(rows, weights=values, minlength=n)
    return as_floats(np.where(count > 0, total / np.maximum(count, 1), np.nan))
