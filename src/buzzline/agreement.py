"""How far two groupings of the same things agree."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Indices
from buzzline.errors import InvalidArgument


def adjusted_rand(first: Codes, second: Codes) -> float:
    """Return the adjusted Rand index of two groupings: 1 when equal, about 0 by chance.

    Parameters
    ----------
    first, second : (n,) int32
        Group of each thing (organisation, industry). Any code is a group of its own, so
        -1 (no cluster) is the group of all that are in none.

    Returns
    -------
    float
        1 when both put everything into one group, or everything into groups of one.

    Raises
    ------
    InvalidArgument
        Different numbers of things.

    References
    ----------
    .. [1] Hubert, L., Arabie, P. (1985). Comparing partitions. Journal of Classification 2.
       doi:10.1007/BF01908075

    Examples
    --------
    >>> adjusted_rand(np.array([0, 0, 1, 1]), np.array([5, 5, 7, 7]))
    1.0
    >>> round(adjusted_rand(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])), 3)
    -0.5
    """
    if len(first) != len(second):
        raise InvalidArgument(
            f"adjusted_rand: both groupings must be of the same things, got "
            f"{len(first)} and {len(second)}"
        )
    _, row = np.unique(first, return_inverse=True)
    _, column = np.unique(second, return_inverse=True)
    width = int(column.max(initial=-1)) + 1
    both = np.bincount(row.astype(np.int64) * width + column)
    together = _pairs(both)
    in_first, in_second = _pairs(np.bincount(row)), _pairs(np.bincount(column))
    everything = _pairs(np.array([len(first)]))
    by_chance = in_first * in_second / everything if everything else 0.0
    most = (in_first + in_second) / 2
    return 1.0 if most == by_chance else float((together - by_chance) / (most - by_chance))


def _pairs(sizes: Indices) -> float:
    counts = sizes.astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())
