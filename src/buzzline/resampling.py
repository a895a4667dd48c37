"""Statistic in, estimate out: bootstrap, comparison with chance, and many tests at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.estimates import AgainstChance, Estimate
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, generator

Statistic = Callable[[Indices], float]
Data = TypeVar("Data")


def bootstrap(
    statistic: Statistic,
    n: int,
    *,
    draws: Count = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> Estimate:
    """Return a statistic with its percentile bootstrap interval.

    Not for concentration indices: a plant drawn twice looks like two plants in one place.

    Parameters
    ----------
    statistic : callable
        Takes row numbers (k,) int64 and returns the statistic of those rows.
    n : int
        Number of rows.
    draws : count
    level : share
    rng : Generator, int or None

    Raises
    ------
    TooFew
        Fewer than two rows.

    References
    ----------
    .. [1] Efron, B. (1979). Bootstrap methods. Annals of Statistics 7(1).
       doi:10.1214/aos/1176344552

    Examples
    --------
    >>> x = np.arange(100.0)
    >>> estimate = bootstrap(lambda rows: x[rows].mean(), x.size, rng=1)
    >>> estimate.low < 49.5 < estimate.high
    True
    """
    if n < 2:
        raise TooFew(f"bootstrap needs at least 2 rows, got {n}")
    source = generator(rng)
    replicates = np.array([statistic(source.integers(n, size=n)) for _ in range(draws)])
    low, high = central_range(replicates, level)
    value = statistic(np.arange(n))
    return Estimate(value, low, high, level, n, f"bootstrap, {draws:,} draws")


def against_chance(
    statistic: Callable[[Data], float],
    observed: Data,
    reshuffle: Callable[[np.random.Generator], Data],
    *,
    draws: Count = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> AgainstChance:
    """Compare a statistic of the observed data with the same statistic of reshuffled data.

    Parameters
    ----------
    statistic : callable
        Takes data, returns a number; large means "more than chance".
    observed : any
        What `statistic` takes.
    reshuffle : callable
        Takes a generator, returns data as chance would give them.

    Examples
    --------
    >>> labels = np.array([0] * 10 + [1] * 10)
    >>> result = against_chance(
    ...     lambda x: float(abs(x[:10].mean() - x[10:].mean())),
    ...     labels, lambda rng: rng.permutation(labels), draws=199, rng=1)
    >>> result.p
    0.005
    """
    source = generator(rng)
    value = statistic(observed)
    replicates = np.array([statistic(reshuffle(source)) for _ in range(draws)])
    low, high = central_range(replicates, level)
    p = (1 + int(np.sum(replicates >= value))) / (1 + draws)
    mean, spread = float(replicates.mean()), float(replicates.std(ddof=1))
    return AgainstChance(value, low, high, p, mean, spread, level, draws)


def beyond_chance(observed: Floats, replicates: Floats) -> Floats:
    """Return the p-value of each observed maximum among maxima that chance gave.

    (1 + replicates at least as large) / (1 + replicates); for an observation beyond all of them
    the tail of a Gumbel distribution fitted to the replicates by moments, where that is
    smaller.

    Parameters
    ----------
    observed : (k,) float64
    replicates : (draws,) float64
        Maxima over data dealt at random.

    References
    ----------
    .. [1] Abrams, A., Kleinman, K., Kulldorff, M. (2010). Gumbel based p-value approximations
       for spatial scan statistics. International Journal of Health Geographics 9.
       doi:10.1186/1476-072X-9-61

    Examples
    --------
    >>> beyond_chance(np.array([0.5, 3.5]), np.array([1.0, 2.0, 3.0, 4.0])).tolist()
    [1.0, 0.4]
    """
    ordered = np.sort(replicates)
    at_least = ordered.size - np.searchsorted(ordered, observed, side="left")
    p = (1 + at_least) / (1 + ordered.size)
    spread = float(replicates.std(ddof=1)) if replicates.size > 1 else 0.0
    if not spread:
        return np.asarray(p)
    scale = spread * np.sqrt(6) / np.pi
    location = float(replicates.mean()) - np.euler_gamma * scale
    tail = -np.expm1(-np.exp(-(observed - location) / scale))
    return np.asarray(np.where(at_least == 0, np.minimum(p, tail), p))


def fewest_draws(level: Share, n_tests: int = 1) -> int:
    """Return how many draws let a single one of some tests fall to 1 - level.

    p is at least 1 / (1 + draws), and q of a single discovery among k tests k times that.

    Examples
    --------
    >>> fewest_draws(0.95), fewest_draws(0.95, 45)
    (19, 899)
    """
    return max(1, int(np.ceil(max(n_tests, 1) / (1 - level) - 1e-6)) - 1)


def too_few_draws(draws: int, level: Share, n_tests: int = 1) -> str:
    """Say how many draws a verdict needs; nothing where p can fall to 1 - level.

    Examples
    --------
    >>> too_few_draws(5, 0.95, 45)
    'too few draws to tell: at least 19 (899 for a single one of 45 tests to stand out)'
    >>> too_few_draws(19, 0.95)
    ''
    """
    least = fewest_draws(level)
    if draws >= least:
        return ""
    alone = fewest_draws(level, n_tests)
    more = f" ({alone:,} for a single one of {n_tests:,} tests to stand out)"
    return f"too few draws to tell: at least {least:,}" + (more if n_tests > 1 else "")


def central_range(replicates: Floats, level: Share) -> tuple[float, float]:
    """Return the central `level` share of the replicates."""
    tail = (1 - level) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail])
    return float(low), float(high)


def false_discovery_q(p: Floats) -> Floats:
    """Return Benjamini-Hochberg q-values: reject q <= 0.05 and 5 % of rejections are false.

    Parameters
    ----------
    p : (k,) float64 [share]

    References
    ----------
    .. [1] Benjamini, Y., Hochberg, Y. (1995). Controlling the false discovery rate. Journal of
       the Royal Statistical Society B 57(1). doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> false_discovery_q(np.array([0.01, 0.02, 0.5])).round(3).tolist()
    [0.03, 0.03, 0.5]
    """
    if p.size == 0:
        return p.copy()
    if not (np.nanmin(p) >= 0 and np.nanmax(p) <= 1):
        raise InvalidArgument("false_discovery_q: p-values must lie between 0 and 1")
    order = np.argsort(p)
    ranked = p[order] * (p.size / np.arange(1, p.size + 1))  # the last factor is exactly 1
    q = np.empty_like(p)
    q[order] = np.minimum.accumulate(ranked[::-1])[::-1].clip(max=1)
    return q


def rejected(p: Floats, rate: Share) -> Flags:
    """Tell which hypotheses fall when false discoveries are held at `rate`."""
    return np.asarray(false_discovery_q(p) <= rate)


def false_discovery_cut(p: Floats, weight: Indices, rate: Share) -> float:
    """Return the largest p-value that falls when false discoveries are held at `rate`.

    The same procedure as `false_discovery_q`, for p-values of which entry i stands for
    `weight[i]` equal ones; 0 when none falls.

    Examples
    --------
    >>> false_discovery_cut(np.array([0.01, 0.02, 0.5]), np.array([1, 1, 1]), 0.05)
    0.02
    """
    order = np.argsort(p)
    rank = np.cumsum(weight[order])
    falls = np.flatnonzero(p[order] * (weight.sum() / rank) <= rate)
    return float(p[order][falls[-1]]) if falls.size else 0.0


def family_q(p: Floats, family: Codes) -> Floats:
    """Return q-values of tests that are already adjusted within their family.

    Families are selected by Benjamini-Hochberg on their smallest p-value, and each test is held
    at the rate of its selected family: reject q <= 0.05 and, averaged over the families
    selected, 5 % of the rejections are false.

    Parameters
    ----------
    p : (k,) float64 [share]
        Adjusted within the family, e.g. by the maximum over a map.
    family : (k,) int32
        Family of each test, 0 to m - 1; families without a test count as never rejected.

    References
    ----------
    .. [1] Benjamini, Y., Bogomolov, M. (2014). Selective inference on multiple families of
       hypotheses. Journal of the Royal Statistical Society B 76(1). doi:10.1111/rssb.12028

    Examples
    --------
    >>> family_q(np.array([0.002, 0.3, 0.002]), np.array([0, 0, 1], dtype=np.int32)).tolist()
    [0.002, 0.3, 0.002]
    """
    if not p.size:
        return p.copy()
    smallest = np.ones(int(family.max()) + 1)
    np.minimum.at(smallest, family, p)
    points = np.unique(np.concatenate([smallest, p]))
    falling = np.searchsorted(np.sort(smallest), points, side="right")
    at_point = points * (smallest.size / np.maximum(falling, 1))
    best = np.minimum.accumulate(at_point[::-1])[::-1].clip(max=1)
    return np.asarray(best[np.searchsorted(points, p)])
