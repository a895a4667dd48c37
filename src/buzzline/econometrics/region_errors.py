"""Other errors of regions over years: common years, neighbours, few regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree
from scipy.stats import t as student

from buzzline.arrays import Floats, as_floats, as_indices
from buzzline.econometrics.fitted import Fitted
from buzzline.econometrics.region_years import RegionFit
from buzzline.econometrics.wild_bootstrap import WildBootstrap, wild_bootstrap
from buzzline.errors import TooFew
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed
from buzzline.sandwiches import group_sums
from buzzline.space.globe import chord, unit_vectors

FEW_REGIONS = 40  # below it, intervals by region are made by wild bootstrap
FEWEST_YEARS = 20  # of which errors of common years are asked
FEWEST_DRAWS = 199


@dataclass(frozen=True, slots=True)
class Told:
    """An error, its interval and p-value."""

    se: float
    low: float
    high: float
    p: float


def told_by(fit: RegionFit, k: int, covariance: Floats, df: float, level: Share) -> Told:
    """Return the interval of a coefficient from a covariance and degrees of freedom.

    Parameters
    ----------
    fit : RegionFit
    k : int                     which coefficient
    covariance : (c, c) float64
    df : float
    level : share

    Raises
    ------
    TooFew
        The sums of products give no variance above 0.
    """
    se = float(np.sqrt(max(covariance[k, k], 0.0)))
    if not se > 0:
        raise TooFew("region_errors: products of neighbours' errors sum to no variance")
    half = float(student.ppf((1 + level) / 2, df)) * se
    value = float(fit.line.beta[k])
    return Told(se, value - half, value + half, float(2 * student.sf(abs(value) / se, df)))


def common_years(fit: RegionFit) -> tuple[Floats, float]:
    """Return the covariance where all regions of a year, and of years nearby, share luck.

    Returns
    -------
    covariance : (c, c) float64
    df : float                  years less one

    Raises
    ------
    TooFew
        Fewer than twenty years: the sum over regions of each year is one observation.

    Notes
    -----
    Bartlett weights up to floor(4 (T / 100)^(2/9)) years apart, times T / (T - 1) and
    n / (n - coefficients) [1]_.

    References
    ----------
    .. [1] Driscoll, J., Kraay, A. (1998). Consistent covariance matrix estimation with
       spatially dependent panel data. Review of Economics and Statistics 80(4).
       doi:10.1162/003465398557825
    """
    years, code = np.unique(fit.year, return_inverse=True)
    n_years = years.size
    if n_years < FEWEST_YEARS:
        raise TooFew(
            f"region_errors: {n_years} years; errors of common years need {FEWEST_YEARS}"
        )
    sums = group_sums(fit.scores, as_indices(code))
    meat = sums.T @ sums
    far = int(np.floor(4 * (n_years / 100) ** (2 / 9)))
    for lag in range(1, far + 1):
        part = sums[lag:].T @ sums[:-lag]
        meat += (1 - lag / (far + 1)) * (part + part.T)
    return _sandwich(fit, meat, n_years), float(n_years - 1)


def nearby_regions(
    fit: RegionFit, longitude: Floats, latitude: Floats, *, within_km: Kilometres
) -> tuple[Floats, float]:
    """Return the covariance where regions within a distance share luck of a year.

    Parameters
    ----------
    fit : RegionFit
    longitude, latitude : (regions,) float64 [degree]
        By the codes of `fit.region`.
    within_km : km

    Returns
    -------
    covariance : (c, c) float64
    df : float                  regions less one

    Raises
    ------
    TooFew
        A region without coordinates.

    Notes
    -----
    Products of regions within `within_km` in one year, weighted 1 [1]_, and of a region with
    itself in all years.

    References
    ----------
    .. [1] Conley, T. (1999). GMM estimation with cross sectional dependence. Journal of
       Econometrics 92(1). doi:10.1016/S0304-4076(98)00084-0
    """
    if not (np.isfinite(longitude) & np.isfinite(latitude)).all():
        raise TooFew("region_errors: a region has no coordinates")
    xyz = unit_vectors(longitude, latitude)
    pairs = cKDTree(xyz).query_pairs(chord(within_km) * (1 + 1e-12), output_type="ndarray")
    near = [[k] for k in range(len(xyz))]
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    scores = fit.scores
    sums = group_sums(scores, as_indices(fit.region))
    meat = sums.T @ sums - scores.T @ scores  # a region with itself, in different years
    for year in np.unique(fit.year):
        rows = np.flatnonzero(fit.year == year)
        at = np.full(len(xyz), -1)
        at[fit.region[rows]] = rows
        for row in rows:
            others = at[near[fit.region[row]]]
            meat += np.outer(scores[row], scores[others[others >= 0]].sum(axis=0))
    return _sandwich(fit, (meat + meat.T) / 2, len(xyz)), float(len(xyz) - 1)


def few_regions(
    fit: RegionFit, k: int, *, level: Share, draws: Draws, rng: Seed
) -> WildBootstrap:
    """Return the interval of a coefficient by a wild bootstrap of regions."""
    beta = fit.line.beta
    names = tuple(f"x{at}" for at in range(beta.size))
    rows = as_indices(np.arange(fit.y.size))
    linear = Fitted(
        "linear", names, beta, rows, fit.scores, fit.bread, fit.x, fit.line.residual,
        as_floats(fit.y - fit.line.residual), np.ones(fit.y.size), (), (), (), (),
    )  # fmt: skip
    return wild_bootstrap(
        linear, fit.region, names[k], draws=max(draws, FEWEST_DRAWS), level=level, rng=rng
    )


def _sandwich(fit: RegionFit, meat: Floats, n_groups: int) -> Floats:
    n, used = fit.y.size, fit.line.beta.size
    scale = n_groups / (n_groups - 1) * n / max(n - used, 1)
    return as_floats(fit.bread @ meat @ fit.bread * scale)
