"""Sums of effects by cohort and year: overall, by cohort, by years since; with their errors.

Every sum is made again without each group in turn. The spread of these is its error, with as
many degrees of freedom as treated and other groups have together (Welch): few treated groups
cannot look sure because there are many others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite, nan

import numpy as np
from scipy.stats import t as student

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.econometrics.staggered import GroupTimes
from buzzline.quantities import Share

FEWEST_GROUPS = 4  # treated, and others, for an interval of their own spread
POWER = 0.8
MOST_SLOPES = 60  # halvings in the search for a slope


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Some sums of cells, each with what it is without each group.

    Attributes
    ----------
    value : (terms,) float64
    left_out : (groups, terms) float64
    is_treated : (groups, terms) bool   whether the group has treated units in the sum
    """

    value: Floats
    left_out: Floats
    is_treated: Flags


@dataclass(frozen=True, slots=True, eq=False)
class Errors:
    """Standard errors of sums, their degrees of freedom, and how they go together.

    Attributes
    ----------
    se, df : (terms,) float64      NaN where there are fewer than four groups on either side
    n_treated, n_others : (terms,) int64      groups
    moves : (groups, terms) float64           se ** 2 is the sum of their squares
    """

    se: Floats
    df: Floats
    n_treated: Indices
    n_others: Indices
    moves: Floats

    def chosen(self, which: Flags) -> Errors:
        """Return some of the terms."""
        return Errors(
            self.se[which], self.df[which], self.n_treated[which], self.n_others[which],
            self.moves[:, which],
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class PreTrend:
    """Whether treated and others moved apart before, and which trend that would have shown.

    Attributes
    ----------
    p : float           of the largest of all years before; NaN without such years
    slope : float       a yearly trend that this test would show with probability 0.8
    bias : float        what that trend alone would add to the overall effect
    n_years : int
    """

    p: float
    slope: float
    bias: float
    n_years: int


def overall_of(cells: GroupTimes, values: Floats, sizes: Floats) -> Floats:
    """Return the mean over treated units of their mean effect in the years treated.

    Parameters
    ----------
    cells : GroupTimes
    values, sizes : (rows, cells) float64    NaN in `values` where there is none

    Returns
    -------
    (rows,) float64
    """
    total, weight = np.zeros(len(values)), np.zeros(len(values))
    for cohort in np.unique(cells.cohort):
        here = (cells.cohort == cohort) & (cells.since >= 0)
        mean, size = _mean_told(values[:, here], sizes[:, here])
        total += np.where(size > 0, mean, 0) * size
        weight += size
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(np.where(weight > 0, total / weight, nan))


def _mean_told(values: Floats, sizes: Floats) -> tuple[Floats, Floats]:
    told = np.isfinite(values) & (sizes > 0)
    n = told.sum(axis=1)
    mean = np.where(told, values, 0).sum(axis=1) / np.maximum(n, 1)
    size = np.where(told, sizes, 0).max(axis=1, initial=0)
    return as_floats(mean), as_floats(size)


def since_of(cells: GroupTimes, values: Floats, sizes: Floats, *, since: int) -> Floats:
    """Return the mean effect so many years after the first treated one, by cohort size."""
    here = cells.since == since
    told = np.isfinite(values[:, here]) & (sizes[:, here] > 0)
    weight = np.where(told, sizes[:, here], 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(
            (weight * np.where(told, values[:, here], 0)).sum(axis=1) / weight.sum(axis=1)
        )


def sums(cells: GroupTimes, whole: Floats, terms: Sequence[str | int]) -> Sums:
    """Return the overall effect ("overall"), those of cohorts ("2012") and of years since (0).

    Parameters
    ----------
    cells : GroupTimes
    whole : (cells,) float64      units of each cohort
    terms : sequence of str or int
    """
    values = np.vstack([cells.value, cells.left_out])
    sizes = np.vstack([whole, cells.size])
    columns, touched = [], []
    for term in terms:
        if isinstance(term, int):
            columns.append(since_of(cells, as_floats(values), as_floats(sizes), since=term))
            here = cells.since == term
        else:
            chosen = cells.since >= 0
            if term != "overall":
                chosen = chosen & (cells.cohort == int(term))
            only = np.where(chosen, values, nan)
            columns.append(overall_of(cells, as_floats(only), as_floats(sizes)))
            here = chosen
        touched.append((cells.size[:, here] < whole[here]).any(axis=1))
    found = np.column_stack(columns)
    return Sums(as_floats(found[0]), as_floats(found[1:]), as_flags(np.column_stack(touched)))


def errors_of(found: Sums) -> Errors:
    """Return the errors of sums from what they are without each group.

    The sum of (n_h - 1) / n_h (without a group - the sum)^2, treated groups and others apart;
    degrees of freedom as Welch has them.
    """
    off = found.left_out - found.value
    treated = found.is_treated
    n1, n0 = treated.sum(axis=0), (~treated).sum(axis=0)
    factor = np.where(treated, (n1 - 1) / np.maximum(n1, 1), (n0 - 1) / np.maximum(n0, 1))
    moves = np.sqrt(np.maximum(factor, 0)) * off
    v1 = np.where(treated, moves**2, 0).sum(axis=0)
    v0 = np.where(treated, 0, moves**2).sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt(v1 + v0)
        df = (v1 + v0) ** 2 / (v1**2 / np.maximum(n1 - 1, 1) + v0**2 / np.maximum(n0 - 1, 1))
    mixed = (n0 == 0) & (n1 >= 2 * FEWEST_GROUPS)  # every group has treated units and others
    enough = ((n1 >= FEWEST_GROUPS) & (n0 >= FEWEST_GROUPS)) | mixed
    enough &= np.isfinite(se) & (se > 0)
    return Errors(
        as_floats(np.where(enough, se, nan)), as_floats(np.where(enough, df, nan)),
        as_indices(n1), as_indices(n0), as_floats(np.where(np.isfinite(moves), moves, 0)),
    )  # fmt: skip


def uniform_width(
    errors: Errors, *, level: Share, draws: int, rng: np.random.Generator
) -> float:
    """Return how many standard errors a band needs that holds for all terms together.

    Parameters
    ----------
    errors : Errors        terms with an error only
    level : share
    draws : int
    rng : Generator
    """
    if not errors.se.size or draws < 1:
        return nan
    largest = np.abs(_drawn(errors, draws, rng)).max(axis=1)
    return float(np.quantile(largest, level))


def _drawn(errors: Errors, draws: int, rng: np.random.Generator) -> Floats:
    """Return what terms would be without any effect, in standard errors: (draws, terms).

    Each term has an error of its own, which few groups tell badly, one too small where another
    is too large: so each is drawn with its own.
    """
    lots = rng.normal(size=(draws, len(errors.moves)))
    wider = np.sqrt(errors.df / rng.chisquare(errors.df, (draws, errors.df.size)))
    return as_floats(lots @ (errors.moves / errors.se) * wider)


def pre_trend(
    values: Floats, along: Floats, errors: Errors, *, trend_bias: float, level: Share,
    draws: int, rng: np.random.Generator,
) -> PreTrend:  # fmt: skip
    """Test whether treated and others moved apart before, and say what it would have seen.

    Parameters
    ----------
    values : (terms,) float64    effects of years before treatment
    along : (terms,) float64     what a yearly trend of 1 adds to them
    errors : Errors              of them
    trend_bias : float           what a yearly trend of 1 adds to the overall effect
    level : share
    draws : int
    rng : Generator

    References
    ----------
    .. [1] Roth, J. (2022). Pretest with caution: event-study estimates after testing for
       parallel trends. American Economic Review: Insights 4(3). doi:10.1257/aeri.20210236
    """
    if not values.size or draws < 1:
        return PreTrend(nan, nan, nan, int(values.size))
    chance = _drawn(errors, draws, rng)
    largest = np.abs(chance).max(axis=1)
    seen = float(np.abs(values / errors.se).max())
    p = float((1 + (largest >= seen).sum()) / (1 + draws))
    bound = float(np.quantile(largest, level))
    steps = along / errors.se

    def power(slope: float) -> float:
        return float((np.abs(chance + slope * steps).max(axis=1) > bound).mean())

    low, high = 0.0, float(1 / np.abs(steps).max())
    while power(high) < POWER and isfinite(high):
        low, high = high, 2 * high
    for _ in range(MOST_SLOPES):
        middle = (low + high) / 2
        low, high = (middle, high) if power(middle) < POWER else (low, middle)
    return PreTrend(p, high, high * trend_bias, int(values.size))


def detectable(se: float, df: float, *, level: Share) -> float:
    """Return the smallest effect that would be told from 0 with probability 0.8.

    Examples
    --------
    >>> round(detectable(1.0, 1e9, level=0.95), 3)
    2.802
    """
    if not (isfinite(se) and isfinite(df)):
        return nan
    return float((student.ppf((1 + level) / 2, df) + student.ppf(POWER, df)) * se)


def within(value: float, se: float, df: float, *, level: Share) -> float:
    """Return the bound below which the size of an effect surely lies: two one-sided tests.

    Examples
    --------
    >>> round(within(0.0, 1.0, 1e9, level=0.95), 3)
    1.645
    """
    if not (isfinite(se) and isfinite(df)):
        return nan
    return float(abs(value) + student.ppf(level, df) * se)


def needed(n: int, detected: float, smallest: float) -> int | None:
    """Return how many treated units would show the smallest effect that matters.

    Examples
    --------
    >>> needed(20, 2.0, 1.0)
    80
    """
    if not (isfinite(detected) and smallest > 0):
        return None
    return max(n, ceil(n * (detected / smallest) ** 2 - 1e-9)) if detected > smallest else n
