"""The ends of an interval of ratios: where a contrast is as far from 0 as chance takes it."""

from __future__ import annotations

from collections.abc import Callable
from math import exp, log, nan
from typing import Literal, get_args

import numpy as np
from scipy.optimize import brentq

from buzzline.arrays import Floats, as_floats

Kind = Literal["risk ratio", "odds ratio", "risk difference"]
KINDS: tuple[Kind, ...] = get_args(Kind)
STEP, WIDER = 0.05, 1.5  # of the log ratio: the first step in which an end is looked for
FURTHEST = 12.0  # log ratio; beyond, there is no end
CLOSE = 1e-9


def sides_of(cells: Floats, kind: Kind) -> Floats:
    """Return R and S of each table, the ratio being R / S. (m, 2) float64.

    Parameters
    ----------
    cells : (m, 2, 2) float64
        [[a, b], [c, d]] of each.
    kind : "risk ratio", "odds ratio" or "risk difference"
    """
    a, b, c, d = (cells[:, i, j] for i in (0, 1) for j in (0, 1))
    n1, n0 = a + b, c + d
    above, below = {
        "risk ratio": (a * n0, c * n1),
        "odds ratio": (a * d, b * c),
        "risk difference": (a * n0 - c * n1, n1 * n0),
    }[kind]
    return as_floats(np.column_stack([above, below]) / np.maximum(n1 + n0, 1)[:, None])


def variance_alone(cells: Floats, kind: Kind, ratio: float) -> float:
    """Return the variance of R - r S if deals were independent and r the ratio in all strata.

    At the shares of each stratum that fit its margins at that ratio.

    Examples
    --------
    >>> round(variance_alone(np.array([[[10.0, 10.0], [10.0, 10.0]]]), "risk ratio", 1.0), 2)
    2.56
    """
    n1, n0 = cells[:, 0].sum(axis=1), cells[:, 1].sum(axis=1)
    n, landed = n1 + n0, cells[:, :, 0].sum(axis=1)
    p1, p0 = _fitted(n1, n0, landed, kind, ratio)
    q1, q0 = 1 - p1, 1 - p0
    one, other = {
        "risk ratio": (n0, ratio * n1),
        "odds ratio": (n0 * (q0 + ratio * p0), n1 * (p1 + ratio * q1)),
        "risk difference": (n0, n1),
    }[kind]
    spread = (one**2 * n1 * p1 * q1 + other**2 * n0 * p0 * q0) / n**2
    return float((spread * n / (n - 1)).sum())


def _fitted(
    n1: Floats, n0: Floats, landed: Floats, kind: Kind, ratio: float
) -> tuple[Floats, Floats]:
    """Return the shares that land, from clusters and elsewhere, with these margins."""
    if kind == "risk ratio":
        p0 = landed / (n0 + ratio * n1)
        p1 = np.minimum(ratio * p0, 1.0)
        return p1, np.clip((landed - n1 * p1) / n0, 0, 1)
    if kind == "risk difference":
        p0 = np.clip((landed - ratio * n1) / (n1 + n0), max(-ratio, 0), min(1 - ratio, 1))
        return np.clip(p0 + ratio, 0, 1), p0
    if abs(ratio - 1) < CLOSE:
        return landed / (n1 + n0), landed / (n1 + n0)
    square, line = n0 * (ratio - 1), n1 * ratio + n0 - landed * (ratio - 1)
    p0 = (np.sqrt(np.maximum(line**2 + 4 * square * landed, 0)) - line) / (2 * square)
    p0 = np.clip(p0, 0, 1)
    return ratio * p0 / (1 + (ratio - 1) * p0), p0


def contrast_beyond(
    cells: Floats, parts: Floats, kind: Kind, *, z: float
) -> Callable[[float], float]:
    """Return a function of the ratio r: (R - r S)^2 - z^2 V(r), above 0 outside the interval.

    Parameters
    ----------
    cells : (strata, 2, 2) float64
    parts : (groups, 2) float64
        What each group adds to R and S.
    kind : "risk ratio", "odds ratio" or "risk difference"
    z : float
        Spreads that chance takes a contrast from 0.
    """
    above, below = (float(side) for side in sides_of(cells, kind).sum(axis=0))
    spread = parts.T @ parts

    def beyond(ratio: float) -> float:
        over = float(spread[0, 0] - 2 * ratio * spread[0, 1] + ratio**2 * spread[1, 1])
        variance = max(over, variance_alone(cells, kind, ratio))
        return (above - ratio * below) ** 2 - z * z * variance

    return beyond


def score_ends(
    beyond: Callable[[float], float], value: float, *, is_ratio: bool
) -> tuple[float, float]:
    """Return the ends of the interval around a value: the first ratios beyond it either way.

    Parameters
    ----------
    beyond : callable
        Above 0 outside the interval.
    value : float
        Inside; NaN where the ratio is infinite.
    is_ratio : bool
        A ratio from 0 up (`low` 0 and `high` NaN are no end), or a difference from -1 to 1.
    """
    if not is_ratio:
        low = _first_beyond(beyond, value, -1.0, -STEP)
        high = _first_beyond(beyond, value, 1.0, STEP)
        return (-1.0 if low is None else low), (1.0 if high is None else high)

    def in_logs(at: float) -> float:
        return beyond(exp(at))

    middle = FURTHEST if value != value else log(value) if value > 0 else -FURTHEST
    low = _first_beyond(in_logs, middle, -FURTHEST, -STEP)
    high = _first_beyond(in_logs, middle, FURTHEST, STEP)
    return (0.0 if low is None else exp(low)), (nan if high is None else exp(high))


def _first_beyond(
    beyond: Callable[[float], float], start: float, end: float, step: float
) -> float | None:
    """Return where a function first rises above 0 on the way from start to end, if it does."""
    inside = start
    while inside != end:
        at = min(inside + step, end) if step > 0 else max(inside + step, end)
        if beyond(at) > 0:
            return inside if beyond(inside) > 0 else float(brentq(beyond, inside, at))
        inside, step = at, step * WIDER
    return None
