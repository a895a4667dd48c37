"""What plain two-way fixed effects would say, and how much of it counts backwards.

A regression on being treated with effects of units and years is a weighted sum of the effects
of units and years; some weights can be below 0, where early starters serve as controls [1]_.

.. [1] de Chaisemartin, C., D'Haultfoeuille, X. (2020). Two-way fixed effects estimators with
   heterogeneous treatment effects. American Economic Review 110(9). doi:10.1257/aer.20181169
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np

from buzzline.arrays import as_codes, as_floats
from buzzline.econometrics.panel import Interval, Panel, fit_panel, jackknifed
from buzzline.econometrics.staggered import NEVER, Timing
from buzzline.errors import TooFew
from buzzline.quantities import Share

NAME = "treated"


@dataclass(frozen=True, slots=True)
class TwoWay:
    """A coefficient of being treated, net of units and years.

    Attributes
    ----------
    interval : Interval      by group, made again without each
    backwards : share        of all weight (in size) that is below 0
    """

    interval: Interval
    backwards: float


def two_way(timing: Timing, *, level: Share = 0.95) -> TwoWay:
    """Return what plain two-way fixed effects say.

    Parameters
    ----------
    timing : Timing
    level : share

    Examples
    --------
    >>> y = np.array([[0.0, 0, 3, 3], [0, 1, 1, 2], [1, 2, 2, 2], [0, 0, 0, 0]])
    >>> timing = Timing(y, np.arange(2000, 2004), np.array([2002, 0, 0, 0]),
    ...                 np.arange(4, dtype=np.int32), np.empty((4, 0)))
    >>> round(two_way(timing).interval.value, 6), two_way(timing).backwards
    (2.5, 0.0)
    """
    unit, period = np.nonzero(~np.isnan(timing.y))
    treated = (timing.first[unit] > NEVER) & (timing.years[period] >= timing.first[unit])
    x = as_floats(treated[:, None])
    panel = Panel(
        as_floats(timing.y[unit, period]), x, as_codes(unit), as_codes(period),
        as_codes(timing.group[unit]), (NAME,),
    )  # fmt: skip
    try:
        fit = fit_panel(panel)
    except TooFew:
        return TwoWay(Interval(nan, nan, nan, nan, nan), nan)
    weight = _net_of_both(x[:, 0], unit, period)[treated]
    size = np.abs(weight).sum()
    backwards = float(-weight[weight < -1e-9 * size].sum() / size)
    found = jackknifed(float(fit.beta[0]), as_floats(fit.left_out[:, 0]), level=level)
    return TwoWay(found, abs(backwards))


def _net_of_both(x: np.ndarray, unit: np.ndarray, period: np.ndarray) -> np.ndarray:
    """Take effects of units and of years out, by turns until nothing moves."""
    out = x - x.mean()
    for _ in range(10_000):
        before = out
        for by in (unit, period):
            n = np.maximum(np.bincount(by), 1)
            out = out - (np.bincount(by, out) / n)[by]
        if np.abs(out - before).max() < 1e-12:
            break
    return np.asarray(out)
