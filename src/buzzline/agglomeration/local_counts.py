"""Whether an industry is over- or under-represented around a place: exact, and by draws."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import beta

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.hypergeometric import upper_tails
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q
from buzzline.space.standing import Standing


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """Two-sided p-values of counts, and the smallest they could have been.

    Attributes
    ----------
    p : (s,) float64
    best_p : (s,) float64     of the most extreme count that was possible there
    """

    p: Floats
    best_p: Floats


def relabelling_p(counts: ArrayLike, within: ArrayLike, *, marked: int, total: int) -> Tails:
    """Return how often relabelling gives a count as far out, exactly.

    Parameters
    ----------
    counts : (s,) int64
        Points of the industry within reach of each place.
    within : (s,) int64
        All points within reach of it.
    marked, total : int
        Points of the industry, and of the population.

    Returns
    -------
    Tails
        p is twice the smaller tail of the hypergeometric distribution, at most 1: the limit of
        infinitely many relabellings. It is never too small, and rather too large for small
        counts.

    Raises
    ------
    InvalidArgument
        A count that cannot be.

    Examples
    --------
    Both of two within reach are of an industry of 2 among 4: once in 6 by chance.

    >>> tails = relabelling_p([2, 1], [2, 2], marked=2, total=4)
    >>> tails.p.round(4).tolist(), tails.best_p.round(4).tolist()
    ([0.3333, 1.0], [0.3333, 0.3333])
    """
    n, around = as_indices(counts), as_indices(within)
    most = np.minimum(around, marked)
    least = np.maximum(0, around + marked - total)
    if np.any((n < least) | (n > most) | (around > total)):
        raise InvalidArgument(
            f"relabelling_p: counts must be possible with {marked:,} of {total:,} points marked"
        )
    p = _two_sided(n, around, marked, total)
    best = np.minimum(
        _two_sided(most, around, marked, total), _two_sided(least, around, marked, total)
    )
    return Tails(p, best)


def _two_sided(n: Indices, around: Indices, marked: int, total: int) -> Floats:
    above = upper_tails(n, around, marked, total)
    # at most n marked is at least around - n unmarked: no cancellation in small tails
    below = upper_tails(as_indices(around - n), around, total - marked, total)
    tail = np.maximum(np.minimum(above, below), np.finfo(np.float64).tiny)  # never 0
    return as_floats(np.minimum(1.0, 2 * tail))


def share_interval(
    counts: ArrayLike, within: ArrayLike, *, level: Share = 0.95
) -> tuple[Floats, Floats]:
    """Return the Clopper-Pearson interval of a share; NaN where nothing is within.

    Examples
    --------
    >>> low, high = share_interval([0, 5], [10, 10])
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([0.0, 0.187], [0.308, 0.813])
    """
    n, around = as_floats(counts), as_floats(within)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(n > 0, beta.ppf(tail, np.maximum(n, 1), around - n + 1), 0.0)
        high = np.where(n < around, beta.ppf(1 - tail, n + 1, np.maximum(around - n, 1)), 1.0)
    nowhere = np.where(around > 0, 0.0, np.nan)
    return as_floats(low + nowhere), as_floats(high + nowhere)


def any_dependence_q(p: Floats) -> Floats:
    """Return q-values that hold whatever the dependence of the tests (Benjamini-Yekutieli).

    References
    ----------
    .. [1] Benjamini, Y., Yekutieli, D. (2001). The control of the false discovery rate in
       multiple testing under dependency. Annals of Statistics 29(4). doi:10.1214/aos/1013699998

    Examples
    --------
    >>> any_dependence_q(np.array([0.01, 0.5])).tolist()
    [0.03, 0.75]
    """
    every = np.sum(1 / np.arange(1, p.size + 1))
    return as_floats(np.minimum(1.0, false_discovery_q(p) * every))


def worth_testing(best_p: Floats, rate: Share) -> Flags:
    """Tell which places could be found at all among as many, had they come out as they might.

    Parameters
    ----------
    best_p : (k,) float64
        Smallest p-value each test could have had, which must not depend on how it came out.
    rate : share
        Of false discoveries.

    Notes
    -----
    K is the smallest number with no more than K tests whose best p is at most rate / K; those
    are made, and the others cost nothing [1]_.

    References
    ----------
    .. [1] Gilbert, P. B. (2005). A modified false discovery rate multiple-comparisons procedure
       for discrete data. Journal of the Royal Statistical Society C 54(1).
       doi:10.1111/j.1467-9876.2005.00475.x

    Examples
    --------
    >>> worth_testing(np.array([0.001, 0.02, 0.04, 0.04]), 0.05).tolist()
    [True, True, False, False]
    """
    if not best_p.size:
        return np.zeros(0, np.bool_)
    numbers = np.arange(1, best_p.size + 1)
    n_able = np.searchsorted(np.sort(best_p), rate / numbers, side="right")
    fewest = numbers[np.argmax(n_able <= numbers)]
    return np.asarray(best_p <= rate / fewest)


@dataclass(frozen=True, slots=True, eq=False)
class Marks:
    """What stands where: the weight of the industry and of everything, a point each.

    Attributes
    ----------
    is_case, is_pool : (n,) bool
    weight : (n,) float64
    """

    is_case: Flags
    is_pool: Flags
    weight: Floats

    def dealt(self, rng: np.random.Generator, *, with_weight: bool) -> Marks:
        """Return the marks as chance deals them to the points of the pool."""
        pool = np.flatnonzero(self.is_pool)
        who = rng.permutation(pool)
        is_case, weight = self.is_case.copy(), self.weight.copy()
        is_case[pool] = self.is_case[who]
        if with_weight:
            weight[pool] = self.weight[who]
        return Marks(is_case, self.is_pool, weight)


def around_places(counted: Standing, weight: Floats) -> Floats:
    """Return the weight within reach of each place, what stands there included. (places,)."""
    here = counted.at_places(weight)
    return as_floats(counted.everywhere(here)[:, -1] + here)


def quotients(counted: Standing, marks: Marks, around: Floats | None = None) -> Floats:
    """Return the industry's share of weight within reach over its share of all. (places,).

    Parameters
    ----------
    counted : Standing
        At one distance.
    marks : Marks
    around : (places,) float64, optional
        `around_places` of the pool, where it is the same for all draws.
    """
    case = np.where(marks.is_case, marks.weight, 0.0)
    pool = np.where(marks.is_pool, marks.weight, 0.0)
    whole = around_places(counted, pool) if around is None else around
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(whole > 0, around_places(counted, case) / whole, np.nan)
        return as_floats(share / (case.sum() / pool.sum()))
