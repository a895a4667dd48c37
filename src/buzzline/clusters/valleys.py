"""Peaks and the saddle between them: how deep is the valley between two clusters?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, Indices, as_indices
from buzzline.errors import InvalidArgument
from buzzline.kernels import persistence


@dataclass(frozen=True, slots=True, eq=False)
class Valley:
    """Between two peaks of a surface.

    Attributes
    ----------
    value : float                1 - saddle / lower peak: 0 without a valley, 1 down to nothing
    peak, other_peak : float     heights of the two peaks
    saddle : float               lowest height of the best way between them
    at, other_at : int           nodes of the peaks
    fewest : int                 of the smaller side, above the saddle
    """

    value: float
    peak: float
    other_peak: float
    saddle: float
    at: int
    other_at: int
    fewest: int


def valley_between(
    height: Floats, columns: int, *, zone: Indices, other_zone: Indices, count: Indices
) -> Valley:
    """Return the valley between the highest points of two zones.

    Dsp = 1 - saddle / min(peaks), where the saddle is the largest, over all ways between the
    peaks, of the lowest height on the way: the persistence of the lower peak in dimension 0.

    Parameters
    ----------
    height : (n,) float64, 0 or more
        Of the nodes of a grid, row after row.
    columns : int
        Nodes in a row.
    zone, other_zone : (k,) int64
        Nodes where the two clusters are.
    count : (n,) int64
        Organisations at each node.

    Raises
    ------
    InvalidArgument
        A zone is empty, or the grid is not a rectangle.

    References
    ----------
    .. [1] Edelsbrunner, H., Letscher, D., Zomorodian, A. (2002). Topological persistence and
       simplification. Discrete & Computational Geometry 28. doi:10.1007/s00454-002-2885-2

    Examples
    --------
    >>> line = np.array([1.0, 4.0, 1.0, 2.0, 0.0])
    >>> found = valley_between(line, 5, zone=np.array([1]), other_zone=np.array([3]),
    ...                        count=np.ones(5, np.int64))
    >>> found.value, found.saddle
    (0.5, 1.0)
    """
    if not zone.size or not other_zone.size or height.size % columns:
        raise InvalidArgument(
            "valley_between: both zones need a node, and the grid as many nodes as rows x "
            f"columns; got {zone.size} and {other_zone.size} nodes, {height.size} / {columns}"
        )
    one = int(zone[np.argmax(height[zone])])
    other = int(other_zone[np.argmax(height[other_zone])])
    saddle, n_one, n_other = persistence.meeting(
        height, _downwards(height), columns, count, one, other
    )
    lower = min(height[one], height[other])
    value = max(0.0, 1 - saddle / lower) if lower > 0 else 0.0
    return Valley(
        float(value), float(height[one]), float(height[other]), float(saddle), one, other,
        int(min(n_one, n_other)),
    )  # fmt: skip


def deepest_valley(height: Floats, columns: int, *, count: Indices, fewest: int) -> float:
    """Return the deepest valley of a surface between peaks with `fewest` or more on each side.

    Parameters
    ----------
    height, columns, count
        As for `valley_between`.
    fewest : int
        Organisations above the saddle that each side must have.

    Examples
    --------
    >>> line = np.array([1.0, 4.0, 1.0, 2.0, 0.0])
    >>> deepest_valley(line, 5, count=np.ones(5, np.int64), fewest=1)
    0.5
    >>> deepest_valley(line, 5, count=np.ones(5, np.int64), fewest=2)
    0.0
    """
    found = persistence.deepest_valley(height, _downwards(height), columns, count, fewest)
    return float(found)


def way_between(height: Floats, columns: int, valley: Valley) -> Indices:
    """Return the shortest way between the peaks of a valley that keeps above its saddle."""
    way = persistence.path_above(height, columns, valley.saddle, valley.at, valley.other_at)
    return as_indices(way)


def _downwards(height: Floats) -> Indices:
    return as_indices(np.argsort(-height, kind="stable"))
