"""Means over runs, with what the number of runs leaves open."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument


def mean_interval(values: Floats, level: float) -> tuple[Floats, Floats, Floats]:
    """Return means over runs and the ends of their intervals (Student's t).

    Parameters
    ----------
    values : (..., runs) float64
    level : share

    Returns
    -------
    mean, low, high : (...) float64
        The ends are NaN for a single run, which tells nothing of its error.

    Examples
    --------
    >>> mean, low, high = mean_interval(np.array([1.0, 2.0, 3.0]), 0.95)
    >>> float(mean), round(float(low), 2), round(float(high), 2)
    (2.0, -0.48, 4.48)
    """
    runs = values.shape[-1]
    mean = values.mean(axis=-1)
    if runs < 2:
        return mean, np.full_like(mean, np.nan), np.full_like(mean, np.nan)
    half = stdtrit(runs - 1, (1 + level) / 2) * values.std(axis=-1, ddof=1) / np.sqrt(runs)
    return mean, mean - half, mean + half


def ends_said(low: float | None, high: float | None, form: str = ".3f") -> str:
    """Return an interval in brackets, or that there is none.

    Examples
    --------
    >>> ends_said(0.1, 0.2, ".1f"), ends_said(None, None)
    ('[0.1, 0.2]', '(one run: no interval)')
    """
    if low is None or high is None or low != low or high != high:
        return "(one run: no interval)"
    return f"[{low:{form}}, {high:{form}}]"


def checked_level(name: str, level: float) -> None:
    """Refuse a level of 0 or 1.

    Raises
    ------
    InvalidArgument
        It is not between them.
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"{name}: `level` must be between 0 and 1, got {level:g}")
