"""Which regressors go with growth, place for place and industry for industry?

Plain least squares with an effect for each place and each industry, and errors that may
resemble each other within a place. Richer models belong to econometrics.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from buzzline.agglomeration.checks import as_groups, as_numbers
from buzzline.arrays import Codes, Floats
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.quantities import Share

TOLERANCE = 1e-10
SWEEPS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Growth:
    """Coefficients of a regression with two sets of effects.

    Attributes
    ----------
    value, se, low, high, p : (k,) float64
        NaN where a regressor does not vary within places and industries.
    n : int                       observations
    n_groups : int                places, whose errors may resemble each other
    """

    value: Floats
    se: Floats
    low: Floats
    high: Floats
    p: Floats
    n: int
    n_groups: int


def growth_regression(
    growth: Floats, regressors: Floats, effects: tuple[Codes, Codes], *, level: Share = 0.95
) -> Growth:
    """Return coefficients net of effects of places and industries, with clustered errors.

    Parameters
    ----------
    growth : (n,) float64
    regressors : (n, k) float64
    effects : (n,) int32 place and (n,) int32 industry of each observation
    level : share

    Returns
    -------
    Growth

    Raises
    ------
    TooFew
        Fewer than two places, or no more observations than coefficients.
    NotConverged
        The effects could not be taken out.

    Notes
    -----
    Effects are taken out by sweeping means until nothing moves [1]_; errors are clustered by
    place, with the factor G / (G - 1) and G - 1 degrees of freedom.

    References
    ----------
    .. [1] Guimaraes, P., Portugal, P. (2010). A simple feasible procedure to fit models with
       high-dimensional fixed effects. Stata Journal 10(4). doi:10.1177/1536867X1101000406
    """
    growth, regressors, effects = _checked(growth, regressors, effects)
    place = effects[0]
    groups = np.unique(place)
    if groups.size < 2 or growth.size <= regressors.shape[1] + 1:
        raise TooFew(
            f"growth_regression: {growth.size:,} observations in {groups.size:,} places cannot "
            f"tell {regressors.shape[1]} coefficients apart. Give more places or industries."
        )
    swept = without_effects(np.column_stack([growth, regressors]), effects)
    y, x = swept[:, 0], swept[:, 1:]
    spread = np.sqrt((x**2).sum(axis=0))
    varies = spread > 1e-8 * np.sqrt((regressors**2).sum(axis=0) + 1e-300)
    x = x[:, varies]
    bread = np.linalg.pinv(x.T @ x)
    coefficient = bread @ x.T @ y
    scores = np.zeros((int(place.max()) + 1, x.shape[1]))
    np.add.at(scores, place, x * (y - x @ coefficient)[:, None])
    n_groups = groups.size
    meat = scores.T @ scores * n_groups / (n_groups - 1)
    se = np.sqrt(np.diag(bread @ meat @ bread))
    value, error = np.full(varies.size, np.nan), np.full(varies.size, np.nan)
    value[varies], error[varies] = coefficient, se
    half = student.ppf((1 + level) / 2, n_groups - 1) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        p = 2 * student.sf(np.abs(value / error), n_groups - 1)
    return Growth(value, error, value - half, value + half, p, growth.size, n_groups)


def _checked(
    growth: Floats, regressors: Floats, effects: tuple[Codes, Codes]
) -> tuple[Floats, Floats, tuple[Codes, Codes]]:
    where = "growth_regression"
    y = as_numbers(growth, where, "growth", axes=1)
    x = as_numbers(regressors, where, "regressors", axes=2)
    place, industry = (as_groups(code, where, "effects", n=y.size) for code in effects)
    if len(x) != y.size or np.isnan(y).any() or np.isnan(x).any():
        raise InvalidArgument(
            f"growth_regression: {y.size:,} observations of growth and {len(x):,} rows of "
            "regressors must be as many, and all known. Leave out what is not known, and say "
            "how many."
        )
    return y, x, (place, industry)


def without_effects(values: Floats, effects: tuple[Codes, Codes]) -> Floats:
    """Return what is left of each column once means of places and of industries are taken out.

    Parameters
    ----------
    values : (n, k) float64
    effects : two (n,) int32

    Returns
    -------
    (n, k) float64
    """
    left = values - values.mean(axis=0)
    counts = [np.maximum(np.bincount(code), 1) for code in effects]
    size = np.sqrt((left**2).mean(axis=0)) + 1e-300
    for _ in range(SWEEPS):
        moved = 0.0
        for code, n in zip(effects, counts, strict=True):
            for column in range(left.shape[1]):
                mean = np.bincount(code, weights=left[:, column]) / n
                left[:, column] -= mean[code]
                moved = max(moved, float(np.abs(mean).max() / size[column]))
        if moved < TOLERANCE:
            return np.asarray(left)
    raise NotConverged(
        f"growth_regression: effects of places and industries still move after {SWEEPS:,} "
        "sweeps. Leave out places or industries that are hardly connected to the others."
    )
