"""Counts of deals by cell, with intervals that know that deals come in groups."""

from __future__ import annotations

import numpy as np
from scipy import stats

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.quantities import Share


def count_interval(
    total: Floats, squares: Floats, largest: Floats, *, level: Share
) -> tuple[Floats, Floats]:
    """Return the interval of the expected number of deals behind counts of them.

    Groups come independently, each with its deals: a sum of Poisson counts times weights, with
    the gamma interval of [1]_; with one deal a group it is the exact interval of a Poisson
    count. The group that did not come, which the upper end allows for, has as many deals as the
    largest of the cell, or as that of a typical deal of all cells where that is more: a cell
    with few groups does not know how large they come.

    Parameters
    ----------
    total, squares, largest : (k,) float64
        Sum, sum of squares and maximum of the deals of each group in a cell.
    level : share

    References
    ----------
    .. [1] Fay, M. P., Feuer, E. J. (1997). Confidence intervals for directly standardized
       rates: a method based on the gamma distribution. Statistics in Medicine 16(7).
       doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#

    Examples
    --------
    >>> ten, one = np.array([10.0]), np.array([1.0])
    >>> low, high = count_interval(ten, ten, one, level=0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([4.795], [18.39])
    """
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = squares / total
        low = np.where(total > 0, scale / 2 * stats.chi2.ppf(tail, 2 * total / scale), 0.0)
    typical = float(squares.sum() / total.sum()) if total.sum() > 0 else 1.0
    largest = np.maximum(largest, typical)
    above, spread = total + largest, squares + largest**2
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = spread / above
        high = scale / 2 * stats.chi2.ppf(1 - tail, 2 * above / scale)
    return as_floats(low), as_floats(high)


def by_cell(cell: Indices, group: Indices, *, n: int) -> tuple[Floats, Floats, Floats, Indices]:
    """Return sum, sum of squares and maximum of the deals of each group, and groups, by cell.

    Parameters
    ----------
    cell, group : (deals,) int64        0 to n - 1; any numbers
    n : int

    Examples
    --------
    >>> [part.tolist() for part in by_cell(np.array([0, 0, 0]), np.array([5, 5, 7]), n=2)]
    [[3.0, 0.0], [5.0, 0.0], [2.0, 0.0], [2, 0]]
    """
    span = int(group.max(initial=-1)) + 1
    pairs, count = np.unique(cell * span + group, return_counts=True)
    where = pairs // span if span else pairs
    largest = np.zeros(n)
    np.maximum.at(largest, where, count)
    return (
        as_floats(np.bincount(where, weights=count, minlength=n)),
        as_floats(np.bincount(where, weights=count.astype(np.float64) ** 2, minlength=n)),
        largest, np.bincount(where, minlength=n).astype(np.int64),
    )  # fmt: skip
