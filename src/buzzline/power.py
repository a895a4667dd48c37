"""How many links, moves or firms are needed to see an effect of a given size."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import ceil, isfinite

import numpy as np
from scipy.stats import binom, norm

from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Ratio, Share

MOST_LINKS = 1_000_000
SEARCHED_AT_ONCE = 1024


@lru_cache(maxsize=4096)
def links_needed(
    expected: Share, true: Share, *, power: Share = 0.8, level: Share = 0.95
) -> int | None:
    """Return how many links show that a class expected at one share really has another.

    The smallest number of links at which the exact binomial test (two-sided at `level`) rejects
    `expected` with probability `power` when the share is really `true`. Exact power rises in a
    sawtooth: a few larger numbers may fall slightly short again.

    Parameters
    ----------
    expected, true : share
        Share of links in the class under the null and in truth; different, both inside (0, 1).
    power, level : share

    Returns
    -------
    int or None
        None when more than a million links would be needed.

    Raises
    ------
    InvalidArgument
        Shares outside (0, 1) or equal.

    Examples
    --------
    >>> links_needed(0.10, 0.05)
    231
    """
    if not (0 < expected < 1 and 0 < true < 1) or expected == true:
        raise InvalidArgument(
            f"links_needed: shares must differ and lie inside (0, 1), got {expected}, {true}"
        )
    start = _safely_below(expected, true, power, level)
    while start <= MOST_LINKS:
        sizes = np.arange(start, min(start + SEARCHED_AT_ONCE, MOST_LINKS + 1))
        enough = np.flatnonzero(_powers(sizes, expected, true, level) >= power)
        if enough.size:
            return int(sizes[enough[0]])
        start += SEARCHED_AT_ONCE
    return None


def _safely_below(expected: float, true: float, power: float, level: float) -> int:
    """Return a number of links that is surely too small, close to the answer when it is large.

    The exact answer lies within an eighth of the normal approximation (tested from 1e-4 to
    0.5); a third below it nothing can reach the power.
    """
    spread_expected, spread_true = (np.sqrt(p * (1 - p)) for p in (expected, true))
    reach = norm.ppf((1 + level) / 2) * spread_expected + norm.ppf(power) * spread_true
    approximate = (reach / (expected - true)) ** 2
    return max(1, int(approximate * 2 / 3)) if approximate > SEARCHED_AT_ONCE else 1


def power_of_share_test(
    n: Count, expected: Share, true: Share, *, level: Share = 0.95
) -> float:
    """Return the probability that `n` links reveal that the share is `true`, not `expected`.

    Examples
    --------
    >>> power_of_share_test(231, 0.10, 0.05) >= 0.8
    True
    """
    return float(_powers(np.array([n]), expected, true, level)[0])


def moves_needed(
    ratio: Ratio,
    *,
    expected: Sequence[float] = (1, 1, 1, 1),
    power: Share = 0.8,
    level: Share = 0.95,
) -> int | None:
    """Return how many moves or ties show that two groups keep to themselves.

    As many as it takes for the log odds ratio of within to between to differ from its
    expectation (two-sided at `level`) with probability `power`, when there are `ratio` times as
    many within as between, relative to what is expected. By the normal approximation.

    Parameters
    ----------
    ratio : ratio
        Other than 1; 2 means that each member has twice the ties within.
    expected : four numbers
        Ties expected within the one group, within the other, and between in each direction, in
        any unit.
    power, level : share

    Returns
    -------
    int or None
        None when nothing is expected in one of the four cells: no number would do.

    Raises
    ------
    InvalidArgument
        A ratio of 1 or not above 0.

    Examples
    --------
    >>> moves_needed(2), moves_needed(1.5), moves_needed(3)
    (74, 199, 35)
    """
    if not ratio > 0 or ratio == 1:
        raise InvalidArgument(f"moves_needed: `ratio` must be above 0 and not 1, got {ratio}")
    cells = np.asarray(expected, dtype=np.float64) * (ratio, ratio, 1, 1)
    if not (cells > 0).all():
        return None
    spread = float((cells.sum() / cells).sum())
    reach = norm.ppf((1 + level) / 2) + norm.ppf(power)
    needed = float(spread * (reach / (2 * np.log(ratio))) ** 2)
    return ceil(needed) if isfinite(needed) else None


def _powers(sizes: np.ndarray, expected: float, true: float, level: float) -> np.ndarray:
    tail = (1 - level) / 2
    if true < expected:
        bound = binom.ppf(tail, sizes, expected)
        bound = np.where(binom.cdf(bound, sizes, expected) > tail, bound - 1, bound)
        return np.asarray(binom.cdf(bound, sizes, true))
    bound = binom.isf(tail, sizes, expected)
    bound = np.where(binom.sf(bound, sizes, expected) > tail, bound + 1, bound)
    return np.asarray(binom.sf(bound, sizes, true))
