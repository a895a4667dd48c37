"""How does a series respond to an event elsewhere, against series that had no part in it?"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import nan, sqrt

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.quantities import Share

FEWEST_CONTROLS = 3
FEWEST_BEFORE = 3
POWER = 0.8
TIED = 1e-12  # log points


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """A series after an event against before, net of what series without the event did.

    Attributes
    ----------
    value, low, high : float       log points, with the interval of a prediction
    p : float                      of a response as far from 0, were it a series like the others
    p_rank : float                 the same by its rank among all, itself included; exact
    p_before : float               of as much drift before the event
    detectable : float             log points that would have been seen with probability 0.8
    n_before, n_after, n_controls : int
    years : (y,) int64             from the event
    gap, reach : (y,) float64      distance to the controls each year, and half its interval
    reason : str                   why nothing can be said
    """

    value: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    p_rank: float = nan
    p_before: float = nan
    detectable: float = nan
    n_before: int = 0
    n_after: int = 0
    n_controls: int = 0
    years: Indices = field(default_factory=lambda: as_indices([]))
    gap: Floats = field(default_factory=lambda: as_floats([]))
    reach: Floats = field(default_factory=lambda: as_floats([]))
    reason: str = ""


def response(
    series: Floats, controls: Floats, years: Indices, *, event: int, window: int, level: Share
) -> Response:
    """Return how a series responds to an event, against controls.

    Parameters
    ----------
    series : (y,) float64          in logs; NaN in years that are missing
    controls : (c, y) float64      series that had no part in the event, in logs
    years : (y,) int64             calendar years
    event : int                    first year after
    window : int                   years before, and from the event on, that are looked at
    level : share

    Notes
    -----
    Mean after less mean before, less the mean of the same over the controls. The interval is
    that of a new observation among the controls (Student's t), so that what happens to single
    places anyway counts [1]_; or the one from the scatter of the series around the controls
    before the event, where that is wider.

    References
    ----------
    .. [1] Conley, T., Taber, C. (2011). Inference with difference in differences with a small
       number of policy changes. Review of Economics and Statistics 93(1).
       doi:10.1162/REST_a_00049

    Examples
    --------
    >>> years = np.arange(2010, 2016)
    >>> others = np.array([[0, 0, 0, 0, 0, 0.1], [0, 0.1, 0, 0, 0, 0], [0, 0, 0, 0.1, 0, 0]])
    >>> found = response(others[0] - [0, 0, 0, 1, 1, 1.1], others, years, event=2013, window=3,
    ...                  level=0.95)
    >>> round(found.value, 2), found.low < -1.01 < found.high
    (-1.01, True)
    """
    shown = np.flatnonzero(
        np.isfinite(series) & (years >= event - window) & (years < event + window)
    )
    years, own = as_indices(years[shown]), as_floats(series[shown])
    others = controls[:, shown]
    others = as_floats(others[np.isfinite(others).all(axis=1)])
    before, after = years < event, years >= event
    counted = Response(
        n_before=int(before.sum()), n_after=int(after.sum()), n_controls=len(others)
    )
    if counted.n_before < FEWEST_BEFORE or not counted.n_after:
        said = f"{counted.n_before} years before the event and {counted.n_after} after"
        return replace(counted, reason=f"{said}; at least {FEWEST_BEFORE} and 1 are needed")
    if len(others) < FEWEST_CONTROLS:
        reason = f"only {len(others)} series elsewhere, at least {FEWEST_CONTROLS} are needed"
        return replace(counted, reason=reason)
    return _against(own, others, years, event=event, level=level, counted=counted)


def _against(
    own: Floats, others: Floats, years: Indices, *, event: int, level: Share,
    counted: Response,
) -> Response:  # fmt: skip
    before, after = years < event, years >= event
    own = as_floats(own - own[before].mean())
    others = as_floats(others - others[:, before].mean(axis=1, keepdims=True))
    n = len(others)
    gap = own - others.mean(axis=0)
    moved = others[:, after].mean(axis=1)
    value = float(gap[after].mean())
    among = float(moved.std(ddof=1)) * sqrt(1 + 1 / n)
    scatter = float(gap[before].std(ddof=1))
    spread = max(among, scatter * sqrt(1 / before.sum() + 1 / after.sum()))
    reach = float(student.ppf((1 + level) / 2, n - 1))
    # of n + 1 series any may be the odd one out; from the mean of the others it is
    # (n + 1) / n times as far as from that of all
    whole = moved.mean() + value / (n + 1)
    at_least = int(np.sum(np.abs(moved - whole) >= abs(value) * n / (n + 1) - TIED))
    yearly = np.maximum(others.std(axis=0, ddof=1) * sqrt(1 + 1 / n), 0.0)
    return replace(
        counted, value=value, low=value - reach * spread, high=value + reach * spread,
        p=_two_sided(value, spread, n - 1), p_rank=(1 + at_least) / (1 + n),
        p_before=_drift(own, others, before),
        detectable=(reach + float(norm.ppf(POWER))) * spread,
        years=as_indices(years - event), gap=as_floats(gap), reach=as_floats(reach * yearly),
    )  # fmt: skip


def _drift(own: Floats, others: Floats, before: np.ndarray) -> float:
    """Return the p-value of the slope before the event among those of the controls."""
    at = np.arange(before.sum()) - (before.sum() - 1) / 2
    slope = float(own[before] @ at)
    slopes = others[:, before] @ at
    spread = float(slopes.std(ddof=1)) * sqrt(1 + 1 / len(slopes))
    return _two_sided(slope - float(slopes.mean()), spread, len(slopes) - 1)


def _two_sided(value: float, spread: float, degrees: int) -> float:
    if not spread:
        return 1.0 if not value else 0.0
    return float(2 * student.sf(abs(value) / spread, degrees))
