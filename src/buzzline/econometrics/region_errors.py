"""Other errors of regions over years: common years, neighbours, few regions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats, as_indices
from buzzline.econometrics.conley import conley, driscoll_kraay
from buzzline.econometrics.fitted import Fitted
from buzzline.econometrics.region_years import RegionFit
from buzzline.econometrics.wild_bootstrap import WildBootstrap, wild_bootstrap
from buzzline.errors import TooFew
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed
from buzzline.sandwiches import Sandwich

FEW_REGIONS = 40  # below it, intervals by region are made by wild bootstrap
FEWEST_WILD = 12  # below it the wild bootstrap finds too much, and one is left out at a time
FEWEST_DRAWS = 199


@dataclass(frozen=True, slots=True)
class Told:
    """An error, its interval and p-value."""

    se: float
    low: float
    high: float
    p: float


def told_by(fit: RegionFit, k: int, errors: Sandwich, *, level: Share) -> Told:
    """Return the interval of a coefficient from a sandwich.

    Parameters
    ----------
    fit : RegionFit
    k : int                     which coefficient
    errors : Sandwich
    level : share

    Raises
    ------
    TooFew
        There are no degrees of freedom, or no variance.
    """
    if not (errors.degrees[k] > 0 and errors.se[k] > 0):
        raise TooFew("region_errors: too few groups are left to tell an error from")
    low, high = errors.interval(fit.line.beta, level=level)
    p = errors.p(fit.line.beta)
    return Told(float(errors.se[k]), float(low[k]), float(high[k]), float(p[k]))


def common_years(fit: RegionFit) -> Sandwich:
    """Return errors where all regions of a year, and of years nearby, share luck."""
    return driscoll_kraay(as_fitted(fit), fit.year)


def nearby_regions(
    fit: RegionFit, longitude: Floats, latitude: Floats, *, within_km: Kilometres
) -> Sandwich:
    """Return errors where regions within a distance share luck, and each with itself.

    Parameters
    ----------
    fit : RegionFit
    longitude, latitude : (regions,) float64 [degree]
        By the codes of `fit.region`.
    within_km : km

    Raises
    ------
    TooFew
        A region without coordinates, or all within reach of each other.
    """
    if not (np.isfinite(longitude) & np.isfinite(latitude)).all():
        raise TooFew("region_errors: a region has no coordinates")
    at = fit.region
    return conley(
        as_fitted(fit), as_floats(longitude[at]), as_floats(latitude[at]), reach=within_km,
        kernel="uniform",
    )  # fmt: skip


def few_regions(
    fit: RegionFit, k: int, *, level: Share, draws: Draws, rng: Seed
) -> WildBootstrap:
    """Return the interval of a coefficient by a wild bootstrap of regions."""
    linear = as_fitted(fit)
    return wild_bootstrap(
        linear, fit.region, linear.names[k], draws=max(draws, FEWEST_DRAWS), level=level,
        rng=rng,
    )  # fmt: skip


def as_fitted(fit: RegionFit) -> Fitted:
    """Return the same fit in the form that errors are made of.

    What is taken out of regions is taken out of the columns already, and so is no set of
    effects of this fit.
    """
    beta = fit.line.beta
    names = tuple(f"x{at}" for at in range(beta.size))
    return Fitted(
        "linear", names, beta, as_indices(np.arange(fit.y.size)), fit.scores, fit.bread, fit.x,
        fit.line.residual, as_floats(fit.y - fit.line.residual), np.ones(fit.y.size), (), (),
        (), (),
    )  # fmt: skip
