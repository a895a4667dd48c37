"""Where does a smooth curve peak, and does a quadratic fit it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.stats import f as fisher

from buzzline.arrays import Codes, Flags, Floats, as_flags, as_floats
from buzzline.econometrics.least_squares import fit_line
from buzzline.econometrics.smooth_curve import smooth_curve
from buzzline.errors import TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of

PLACES = 81
KNOTS = (4, 10)
OBSERVATIONS_A_KNOT = 15


@dataclass(frozen=True, slots=True)
class Peak:
    """Where a smooth curve is highest, with its interval; NaN where it cannot be told."""

    value: float
    low: float
    high: float


def peak_of(
    x: Floats,
    y: Floats,
    *,
    controls: Floats | None = None,
    groups: Codes | None = None,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
) -> Peak:
    """Return where a smooth curve is highest, with an interval.

    Parameters
    ----------
    x, y : (n,) float64
    controls : (n, c) float64, optional
    groups : (n,) int32, optional
        Observations of one group are not independent.
    level : share
    draws : count               of errors of the curve
    rng : Generator, int or None

    Notes
    -----
    The interval holds every place that a spline without penalty does not show to be lower than
    some other: its largest lead of all places over this one, in standard errors, is held
    against the same of errors drawn with the (leave-one-out) covariance of its coefficients. It
    is widened by half the gap between knots: kinks are rounded off by as much.

    Examples
    --------
    >>> x = np.linspace(0, 1, 200)
    >>> found = peak_of(x, -((x - 0.3) ** 2) + 0.01 * np.cos(900 * x), rng=1)
    >>> round(found.value, 1), found.low <= 0.3 <= found.high
    (0.3, True)
    """
    try:
        fitted = smooth_curve(x, y, controls=controls).fitted
        top = float(x[int(np.argmax(fitted))])
        at = np.quantile(np.unique(x), np.linspace(0, 1, _knots(x.size)))
        basis = CubicSpline(np.unique(at), np.eye(np.unique(at).size), bc_type="natural")
        others = np.empty((x.size, 0)) if controls is None else controls - controls.mean(axis=0)
        line = fit_line(as_floats(np.column_stack([basis(x), others])), y, groups)
    except (TooFew, ValueError):
        return Peak(nan, nan, nan)
    grid = np.unique(np.quantile(x, np.linspace(0.01, 0.99, PLACES)))
    places = basis(grid)
    k = places.shape[1]
    held = _not_lower(places, line.beta[:k], line.covariance[:k, :k], df=line.df,
                      level=level, draws=draws, rng=child(seed_of(rng), "peak"))  # fmt: skip
    low, high = float(grid[held].min()), float(grid[held].max())
    return Peak(top, *_as_fine_as_knots(min(low, top), max(high, top), basis.x))


def _as_fine_as_knots(low: float, high: float, at: Floats) -> tuple[float, float]:
    """Widen by half the gap between knots on either side: a spline is no finer than that."""
    gap, last = np.diff(at), at.size - 2
    below = gap[int(np.clip(np.searchsorted(at, low) - 1, 0, last))]
    above = gap[int(np.clip(np.searchsorted(at, high) - 1, 0, last))]
    return max(low - float(below) / 2, float(at[0])), min(
        high + float(above) / 2, float(at[-1])
    )


def _knots(n: int) -> int:
    return int(np.clip(n // OBSERVATIONS_A_KNOT, *KNOTS))


def _not_lower(
    places: Floats, beta: Floats, covariance: Floats, *, df: float, level: Share,
    draws: Draws, rng: np.random.Generator,
) -> Flags:  # fmt: skip
    """Return at which places the curve may be highest."""
    lead = places[None] - places[:, None]  # [t, s]: of s over t
    error = np.sqrt(np.maximum(np.einsum("tsi,ij,tsj->ts", lead, covariance, lead), 0.0))
    scale = np.where(error > 0, error, np.inf)
    observed = (lead @ beta / scale).max(axis=1)
    drawn = rng.multivariate_normal(np.zeros(beta.size), covariance, draws, method="eigh")
    drawn /= np.sqrt(rng.chisquare(df, draws) / df)[:, None]
    heights = drawn @ places.T
    worst = np.stack([
        ((heights - heights[:, [t]]) / scale[t]).max(axis=1) for t in range(len(places))
    ])  # fmt: skip
    held = observed <= np.quantile(worst, level, axis=1)
    held[int(np.argmax(places @ beta))] = True
    return as_flags(held)


def misfit_of_quadratic(
    x: Floats, y: Floats, *, controls: Floats | None = None, groups: Codes | None = None
) -> float:
    """Return the p-value of a cubic and a quartic term beside a quadratic; NaN if untestable.

    Examples
    --------
    >>> x = np.linspace(0, 1, 100)
    >>> wiggle = 0.05 * np.cos(700 * x)
    >>> misfit_of_quadratic(x, x - x**2 + wiggle) > 0.05
    True
    >>> misfit_of_quadratic(x, np.minimum(5 * x, 1.25 - x) + wiggle) < 0.05
    True
    """
    u = (x - x.mean()) / (x.std() or 1.0)
    powers = np.polynomial.legendre.legvander(u / max(np.abs(u).max(), 1e-300), 4)
    others = np.empty((x.size, 0)) if controls is None else controls - controls.mean(axis=0)
    try:
        line = fit_line(as_floats(np.column_stack([powers, others])), y, groups)
    except TooFew:
        return nan
    beta, covariance = line.beta[3:5], line.covariance[3:5, 3:5]
    if not np.linalg.det(covariance) > 0:
        return nan
    wald = float(beta @ np.linalg.solve(covariance, beta)) / 2
    return float(fisher.sf(wald, 2, line.df))
