"""How unequal are the parts of a whole: the three index numbers that every measure needs."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_jobs
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument


def herfindahl(share: ArrayLike, *, axis: int = -1) -> Floats:
    """Return the Herfindahl index, the sum of squared shares.

    Parameters
    ----------
    share : (..., k) float64
        Shares or amounts; amounts are divided by their sum. NaN (not known) is left out.
    axis : int
        Along which the parts of one whole lie.

    Returns
    -------
    (...) float64
        1 / k where all are equal, 1 where one has all; NaN where the sum is 0.

    Raises
    ------
    InvalidArgument
        A share is negative or infinite, or no number.

    Examples
    --------
    >>> float(herfindahl([5, 3, 2]).round(6))
    0.38
    """
    held = as_jobs(share, "herfindahl", "share", axes=0)
    return np.asarray(np.sum(_shares(held, axis) ** 2, axis=axis) + _void(held, axis))


def entropy(share: ArrayLike, *, base: float = 2.0, axis: int = -1) -> Floats:
    """Return Shannon's entropy of the shares; a share of 0 adds nothing.

    Parameters
    ----------
    share : (..., k) float64
        Shares or amounts; amounts are divided by their sum. NaN (not known) is left out.
    base : float
        Of the logarithm: 2 gives bits.
    axis : int
        Along which the parts of one whole lie.

    Returns
    -------
    (...) float64
        0 where one has all, the logarithm of k where all are equal; NaN where the sum is 0.

    Raises
    ------
    InvalidArgument
        A share is negative or infinite, or no number; or `base` is not above 1.

    Examples
    --------
    >>> float(entropy([1, 1, 1, 1]))
    2.0
    """
    held = as_jobs(share, "entropy", "share", axes=0)
    if not 1 < base < np.inf:
        raise InvalidArgument(f"entropy: `base` must be above 1, got {base:g}; 2 gives bits")
    part = _shares(held, axis)
    positive = part > 0
    logs = np.log(part, out=np.zeros_like(part), where=positive)
    total = -np.sum(np.where(positive, part, 0.0) * logs, axis=axis) / np.log(base)
    return np.asarray(total + 0.0 + _void(held, axis))


def gini(amount: ArrayLike, weight: ArrayLike | None = None, *, axis: int = -1) -> Floats:
    """Return the Gini coefficient: twice the area between the Lorenz curve and equality.

    Parameters
    ----------
    amount : (..., k) float64
        Held by each, e.g. the jobs of an industry in each region.
    weight : (..., k) float64, optional
        What equality means, e.g. all jobs of each region: the curve is drawn in order of
        `amount / weight`. Ones by default; one axis is used for all. What is held by an entry
        of weight 0 comes last.
    axis : int
        Along which the parts of one whole lie.

    Returns
    -------
    (...) float64
        0 where all hold in proportion to their weight; at most 1 less the smallest share of
        weight (1 - 1 / k unweighted). NaN where either sum is 0. NaN entries are left out.
        With the shares s of amount and x of weight it is half the sum of
        abs(s_i x_j - s_j x_i) over all i and j.

    Raises
    ------
    InvalidArgument
        An amount or weight is negative or infinite, or no number.

    Examples
    --------
    >>> float(gini([0, 0, 0, 8]))
    0.75
    """
    held = np.moveaxis(as_jobs(amount, "gini", "amount", axes=0), axis, -1)
    base = np.ones(1) if weight is None else as_jobs(weight, "gini", "weight", axes=0)
    base = np.broadcast_to(np.moveaxis(base, axis, -1) if base.ndim > 1 else base, held.shape)
    known = np.isfinite(held) & np.isfinite(base)
    held, base = np.where(known, held, 0.0), np.where(known, base, 0.0)
    ratio = np.divide(held, base, out=np.full_like(held, np.inf), where=base > 0)
    order = np.argsort(ratio, axis=-1, kind="stable")
    held, base = np.take_along_axis(held, order, -1), np.take_along_axis(base, order, -1)
    total = held.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        held = held / total[..., None]
        base = base / base.sum(axis=-1, keepdims=True)
    curve = np.cumsum(held, axis=-1)
    found = 1 - np.sum(base * (2 * curve - held), axis=-1)
    return np.asarray(np.where(total > 0, found, np.nan))


def _shares(values: Floats, axis: int) -> Floats:
    total = np.nansum(values, axis=axis, keepdims=True)
    part = np.divide(values, total, out=np.zeros_like(values), where=total > 0)
    return np.where(np.isnan(part), 0.0, part)


def _void(amount: Floats, axis: int) -> Floats:
    """Return NaN where there is nothing to share, 0 elsewhere."""
    return np.where(np.nansum(amount, axis=axis) > 0, 0.0, np.nan)
