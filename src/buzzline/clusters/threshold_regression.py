"""Counts that jump where a covariate crosses a threshold: Poisson threshold regression."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt

import numpy as np
from scipy.special import gammaln

from buzzline.arrays import Floats, as_floats
from buzzline.errors import TooFew
from buzzline.quantities import Draws, Share

FEWEST_ABOVE = 3  # and below: observations on each side of a threshold that is tried
MOST_TRIED = 40
STEPS = 40
FURTHEST = 30.0  # of a linear predictor


@dataclass(frozen=True, slots=True, eq=False)
class Threshold:
    """A threshold in counts by size, and whether there is one.

    Attributes
    ----------
    value, low, high : float     size, with its likelihood-ratio interval among those tried
    ratio : float                counts above to those a smooth rise gives; infinite where
                                 there are none below
    statistic : (g,) float64     twice the log-likelihood gained by each threshold tried, to the
                                 dispersion of the counts (quasi-Poisson)
    tried : (g,) float64
    critical : float             what the largest gain stays below by chance
    p : float
    """

    value: float
    low: float
    high: float
    ratio: float
    statistic: Floats
    tried: Floats
    critical: float
    p: float


def interval_gain(level: Share) -> float:
    """Return the gain in twice the log-likelihood within which thresholds are in the interval.

    -2 ln(1 - sqrt(level)), for a threshold that is there.

    References
    ----------
    .. [1] Hansen, B. (2000). Sample splitting and threshold estimation. Econometrica 68(3).
       doi:10.1111/1468-0262.00124

    Examples
    --------
    >>> round(interval_gain(0.95), 2), round(interval_gain(0.9), 2)
    (7.35, 5.94)
    """
    return -2 * log(1 - sqrt(level)) if level < 1 else inf


def poisson_threshold(
    size: Floats, count: Floats, *, draws: Draws, level: Share, rng: np.random.Generator
) -> Threshold:
    """Fit ln mean = a + b ln size + d [size > threshold] and test d = 0.

    Parameters
    ----------
    size : (n,) float64        above 0
    count : (n,) float64
    draws : draws
        Sets of counts drawn from the fit without a threshold, that scatter about it as much as
        the counts do.
    level : share

    Raises
    ------
    TooFew
        Fewer than three sizes on either side of every threshold.

    Examples
    --------
    >>> size = np.arange(1.0, 41.0)
    >>> rng = np.random.default_rng(1)
    >>> poisson_threshold(size, 5.0 * (size > 30), draws=19, level=0.95, rng=rng).value
    30.0
    """
    tried = _tried(size)
    if not tried.size:
        raise TooFew("poisson_threshold: no threshold has three sizes below and above it")
    smooth = np.column_stack([np.ones(size.size), np.log(size) - np.log(size).mean()])
    base, fitted = poisson_fits(smooth, count[None])
    gains, effects = _gains(smooth, size, tried, count[None], base)
    best = int(np.argmax(gains[0]))
    scale = float(_dispersion(smooth, count[None], fitted)[0])
    gains /= scale
    mean = np.exp(np.clip(smooth @ fitted[0], -FURTHEST, FURTHEST))
    drawn = _drawn(mean, count, draws, rng)
    largest = np.empty(0)
    if draws:
        under, coefficients = poisson_fits(smooth, drawn)
        scales = _dispersion(smooth, drawn, coefficients)
        largest = _gains(smooth, size, tried, drawn, under)[0].max(axis=1) / scales
    jump = min(max(float(effects[0, best]), -FURTHEST), FURTHEST)
    ratio = exp(jump) if count[size <= tried[best]].sum() else inf
    inside = tried[gains[0] >= gains[0, best] - interval_gain(level)]
    return Threshold(
        float(tried[best]), float(inside.min()), float(inside.max()),
        ratio, as_floats(gains[0]), tried,
        float(np.quantile(largest, level)) if draws else float("nan"),
        (1 + int(np.sum(largest >= gains[0, best] - 1e-9))) / (1 + draws),
    )  # fmt: skip


def _dispersion(design: Floats, counts: Floats, fitted: Floats) -> Floats:
    """Return how much more counts scatter than Poisson ones would, at least 1. (draws,)."""
    mean = np.exp(np.clip(fitted @ design.T, -FURTHEST, FURTHEST))
    squares = ((counts - mean) ** 2 / np.maximum(mean, 1e-9)).sum(axis=1)
    return as_floats(np.maximum(1.0, squares / (design.shape[0] - design.shape[1])))


def _drawn(mean: Floats, count: Floats, draws: int, rng: np.random.Generator) -> Floats:
    """Return sets of counts around a mean that scatter as the counts do: gamma-Poisson."""
    n = count.size
    more = float(((count - mean) ** 2 * n / (n - 2) - mean).sum() / (mean**2).sum())
    many = np.broadcast_to(mean, (draws, n))
    if more > 1e-6:
        many = many * rng.gamma(1 / more, more, size=(draws, n))
    return as_floats(rng.poisson(many).astype(np.float64))


def _tried(size: Floats) -> Floats:
    ordered = np.sort(size)
    candidates = np.unique(ordered[FEWEST_ABOVE - 1 : ordered.size - FEWEST_ABOVE])
    # ties: as many as wanted must really lie above
    fine = candidates[[(size > value).sum() >= FEWEST_ABOVE for value in candidates]]
    if fine.size > MOST_TRIED:
        fine = fine[np.linspace(0, fine.size - 1, MOST_TRIED).round().astype(np.int64)]
    return as_floats(fine)


def _gains(
    smooth: Floats, size: Floats, tried: Floats, counts: Floats, base: Floats
) -> tuple[Floats, Floats]:
    """Return twice the log-likelihood each threshold gains, and its jump. (draws, g) both."""
    gains, jumps = (np.zeros((counts.shape[0], tried.size)) for _ in (0, 1))
    for g, value in enumerate(tried):
        design = as_floats(np.column_stack([smooth, size > value]))
        likelihood, fitted = poisson_fits(design, counts)
        gains[:, g] = np.maximum(2 * (likelihood - base), 0.0)
        jumps[:, g] = fitted[:, -1]
    return as_floats(gains), as_floats(jumps)


def poisson_fits(design: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Return log-likelihoods and coefficients of many Poisson regressions on one design.

    Parameters
    ----------
    design : (n, k) float64
    counts : (draws, n) float64

    Returns
    -------
    (draws,), (draws, k) float64
        Where no finite coefficients fit, the likelihood is that of large ones.
    """
    k = design.shape[1]
    start = np.log(np.maximum(counts.mean(axis=1), 1e-3))
    fitted = np.zeros((counts.shape[0], k))
    fitted[:, 0] = start
    likelihood = _likelihood(design, counts, as_floats(fitted))
    for _ in range(STEPS):
        mean = np.exp(np.clip(fitted @ design.T, -FURTHEST, FURTHEST))
        slope = (counts - mean) @ design
        bend = np.einsum("dn,nj,nk->djk", mean, design, design) + 1e-9 * np.eye(k)
        step = np.linalg.solve(bend, slope[:, :, None])[:, :, 0]
        step *= np.minimum(1.0, 2.0 / np.maximum(np.abs(step).max(axis=1), 1e-12))[:, None]
        trial = as_floats(fitted + step)
        new = _likelihood(design, counts, trial)
        better = new >= likelihood - 1e-12
        fitted[better] = trial[better]
        settled = np.abs(new - likelihood) < 1e-9
        likelihood = np.where(better, new, likelihood)
        if (settled | ~better).all():
            break
    return as_floats(likelihood), as_floats(fitted)


def _likelihood(design: Floats, counts: Floats, fitted: Floats) -> Floats:
    predictor = np.clip(fitted @ design.T, -FURTHEST, FURTHEST)
    terms = counts * predictor - np.exp(predictor) - gammaln(counts + 1)
    return as_floats(terms.sum(axis=1))
