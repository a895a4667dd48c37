"""In which state of its life a cluster is, year by year, as probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Floats, as_floats
from buzzline.clusters.hidden_markov import Smoothed, fitted_transitions

STATES = ("emerging", "growing", "sustaining", "declining")
FEWEST_YEARS = 15  # yearly points a cluster needs
FLAT = 0.02  # growth a year [log points] within which size is flat
SMALL = 0.25  # of its largest size, up to which a cluster is small before it was largest
SMALL_IN = (0.9, 0.3, 0.3, 0.3)  # how often a cluster is small in each state
USUAL = 0.05  # what a year usually changes where something changes, well above flat
# Transitions counted beforehand: states last; the life cycle, renewal, anything else.
PRIOR = np.array([
    [8.0, 1.0, 0.2, 0.2],
    [0.1, 8.0, 1.0, 0.2],
    [0.2, 0.5, 8.0, 1.0],
    [0.5, 0.5, 0.2, 8.0],
])  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is known of one cluster over its years.

    Attributes
    ----------
    size : (t,) float64               members; NaN in years in which it was not found
    growth, growth_se : (t,) float64  since the year before; NaN where not known
    change, change_se : (t,) float64  of heterogeneity since the year before; NaN where not
    """

    size: Floats
    growth: Floats
    growth_se: Floats
    change: Floats
    change_se: Floats


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """State probabilities of one cluster.

    Attributes
    ----------
    probability : (t, 4) float64    in the order of `STATES`
    renewal : (t,) float64          that it went back to emerging or growing, with more
                                    heterogeneity than the year before
    """

    probability: Floats
    renewal: Floats


def state_probabilities(courses: Sequence[Course]) -> tuple[list[States], Floats]:
    """Return the states of clusters with enough years, and their shared transitions.

    Emerging: small and not yet past its peak, size and heterogeneity rising. Growing: size
    rising. Sustaining: size flat.
    Declining: size falling, heterogeneity not rising. What rises is half-normal above 0 and
    what falls below it, of a scale of 5 % a year, blurred by the error of each change; what
    may do either is normal about 0.

    Parameters
    ----------
    courses : sequence of Course
        Each of `FEWEST_YEARS` or more points.

    Returns
    -------
    states : list of States
    transition : (4, 4) float64

    References
    ----------
    .. [1] Menzel, M.-P., Fornahl, D. (2010). Cluster life cycles: dimensions and rationales of
       cluster evolution. Industrial and Corporate Change 19(1). doi:10.1093/icc/dtp036
    .. [2] Martin, R., Sunley, P. (2011). Conceptualizing cluster evolution: beyond the life
       cycle model? Regional Studies 45(10). doi:10.1080/00343404.2011.622263
    """
    densities = [_log_density(one) for one in courses]
    transition, _, found = fitted_transitions(densities, PRIOR)
    states = [
        States(one.probability, _renewal(one, course))
        for one, course in zip(found, courses, strict=True)
    ]
    return states, transition


def _log_density(course: Course) -> Floats:
    size = course.size
    # after its peak a cluster that is small has fallen, which is not how one begins
    before = np.arange(size.size) < int(np.nanargmax(size))
    is_small = before & (size <= SMALL * np.nanmax(size))
    found = np.where(is_small[:, None], np.log(SMALL_IN), np.log1p(-np.array(SMALL_IN)))
    found = np.where(np.isfinite(size)[:, None], found, 0.0)
    for value, error, columns in (
        (course.growth, course.growth_se,
         (_above(USUAL), _above(USUAL), _either(FLAT), _below(USUAL))),
        (course.change, course.change_se,
         (_above(USUAL), _either(USUAL), _either(USUAL), _below(USUAL))),
    ):  # fmt: skip
        known = np.isfinite(value) & np.isfinite(error)
        for state, (side, scale) in enumerate(columns):
            found[known, state] += _log_blurred(value[known], error[known], side, scale)
    return as_floats(found)


def _either(scale: float) -> tuple[int, float]:
    return 0, scale


def _above(scale: float) -> tuple[int, float]:
    return 1, scale


def _below(scale: float) -> tuple[int, float]:
    return -1, scale


def _log_blurred(value: Floats, error: Floats, side: int, scale: float) -> Floats:
    """Return the log density of a normal or half-normal change seen with a normal error."""
    spread = np.sqrt(scale**2 + error**2)
    found = norm.logpdf(value, scale=spread)
    if side:
        ratio = np.divide(scale, error, out=np.full_like(error, np.inf), where=error > 0)
        at = np.where(value == 0, 0.0, side * value / spread * np.minimum(ratio, 1e6))
        found = found + np.log(2) + norm.logcdf(at)
    return as_floats(found)


def _renewal(states: Smoothed, course: Course) -> Floats:
    """Return the probability of going back to emerging or growing as heterogeneity rises."""
    found = np.full(course.size.size, np.nan)
    if not len(states.pairs):
        return found
    back = states.pairs[:, 2:, :2].sum(axis=(1, 2))
    change, error = course.change[1:], course.change_se[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        rises = np.where(error > 0, norm.cdf(change / error), (change > 0).astype(float))
    found[1:] = np.where(np.isfinite(change), back * rises, np.nan)
    return as_floats(found)
