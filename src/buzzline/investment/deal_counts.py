"""Counts of deals by cell, with intervals that know that deals come in groups."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import stats

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.quantities import Share

LARGE = 0.9  # of groups are no larger


class CellCounts(NamedTuple):
    """Deals by cell, (cells,) each.

    Attributes
    ----------
    total, squares, largest : float64
        Sum, sum of squares and maximum of the deals of each group in the cell.
    n_groups : int64
    usual : float
        How large a group comes that is missing: the geometric mean of what nine in ten groups
        do not exceed in a cell, and of what the group of an average deal has there.
    """

    total: Floats
    squares: Floats
    largest: Floats
    n_groups: Indices
    usual: float


def by_cell(cell: Indices, group: Indices, *, n: int) -> CellCounts:
    """Return deals by cell.

    Parameters
    ----------
    cell, group : (deals,) int64        0 to n - 1; any numbers from 0
    n : int

    Examples
    --------
    >>> counts = by_cell(np.array([0, 0, 0]), np.array([5, 5, 7]), n=2)
    >>> counts.total.tolist(), counts.squares.tolist(), counts.n_groups.tolist()
    ([3.0, 0.0], [5.0, 0.0], [2, 0])
    """
    span = int(group.max(initial=-1)) + 1
    pairs, count = np.unique(cell * span + group, return_counts=True)
    where = pairs // span if span else pairs
    largest = np.zeros(n)
    np.maximum.at(largest, where, count)
    return CellCounts(
        as_floats(np.bincount(where, weights=count, minlength=n)),
        as_floats(np.bincount(where, weights=count.astype(np.float64) ** 2, minlength=n)),
        largest, np.bincount(where, minlength=n).astype(np.int64),
        _usual(count),
    )  # fmt: skip


def _usual(count: Indices) -> float:
    if not count.size:
        return 1.0
    of_a_deal = float((count**2).sum() / count.sum())
    return float(np.sqrt(of_a_deal * np.quantile(count, LARGE)))


def count_interval(cells: CellCounts, *, level: Share) -> tuple[Floats, Floats]:
    """Return the interval of the expected number of deals behind counts of them.

    Groups come independently, each with its deals: a sum of Poisson counts times weights, with
    the gamma interval of [1]_; with one deal a group it is the exact interval of a Poisson
    count. The group that did not come, which the upper end allows for, has as many deals as the
    largest of the cell, or as is `usual` in all cells where that is more: a cell with few
    groups does not know how large they come.

    Parameters
    ----------
    cells : CellCounts
    level : share

    References
    ----------
    .. [1] Fay, M. P., Feuer, E. J. (1997). Confidence intervals for directly standardized
       rates: a method based on the gamma distribution. Statistics in Medicine 16(7).
       doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#

    Examples
    --------
    >>> ten = by_cell(np.zeros(10, np.int64), np.arange(10), n=1)
    >>> low, high = count_interval(ten, level=0.95)
    >>> low.round(3).tolist(), high.round(3).tolist()
    ([4.795], [18.39])
    """
    tail, total = (1 - level) / 2, cells.total
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = cells.squares / total
        low = np.where(total > 0, scale / 2 * stats.chi2.ppf(tail, 2 * total / scale), 0.0)
    missing = np.maximum(cells.largest, cells.usual)
    above = total + missing
    scale = (cells.squares + missing**2) / above
    high = scale / 2 * stats.chi2.ppf(1 - tail, 2 * above / scale)
    return as_floats(low), as_floats(high)
