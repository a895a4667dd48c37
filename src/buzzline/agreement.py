"""How far two groupings of the same things agree."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Indices, as_indices
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
    cells, in_first, in_second = _contingency("adjusted_rand", first, second)
    together, first_pairs, second_pairs = (
        _pairs(sizes) for sizes in (cells, in_first, in_second)
    )
    everything = _pairs(np.array([len(first)]))
    by_chance = first_pairs * second_pairs / everything if everything else 0.0
    most = (first_pairs + second_pairs) / 2
    return 1.0 if most == by_chance else float((together - by_chance) / (most - by_chance))


def variation_of_information(first: Codes, second: Codes) -> float:
    """Return how many bits two groupings do not tell of each other: 0 when equal.

    A distance between groupings: what the one leaves open of the other, both ways added,
    H(first | second) + H(second | first). At most log2(n), so compare it only between groupings
    of equally many things, or divide.

    Parameters
    ----------
    first, second : (n,) int32
        Group of each thing. Any code is a group of its own, -1 too.

    Returns
    -------
    float [bit]
        0 for no things.

    Raises
    ------
    InvalidArgument
        Different numbers of things.

    References
    ----------
    .. [1] Meila, M. (2007). Comparing clusterings: an information based distance. Journal of
       Multivariate Analysis 98(5). doi:10.1016/j.jmva.2006.11.013

    Examples
    --------
    >>> variation_of_information(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    2.0
    """
    cells, in_first, in_second = _contingency("variation_of_information", first, second)
    found = 2 * _entropy(cells) - _entropy(in_first) - _entropy(in_second)
    return max(found, 0.0)


def normalised_mutual_information(first: Codes, second: Codes) -> float:
    """Return the share of their information that two groupings have in common: 1 when equal.

    Mutual information over the mean of both entropies (which is also the V-measure). Groupings
    dealt at random do not give 0, and the more groups the higher they score: hold it against
    chance, or take `adjusted_rand`.

    Parameters
    ----------
    first, second : (n,) int32
        Group of each thing. Any code is a group of its own, -1 too.

    Returns
    -------
    float [share]
        1 when both put everything into one group.

    Raises
    ------
    InvalidArgument
        Different numbers of things.

    References
    ----------
    .. [1] Strehl, A., Ghosh, J. (2002). Cluster ensembles: a knowledge reuse framework for
       combining multiple partitions. Journal of Machine Learning Research 3.

    Examples
    --------
    >>> normalised_mutual_information(np.array([0, 0, 1, 1]), np.array([5, 5, 7, 7]))
    1.0
    >>> normalised_mutual_information(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    0.0
    """
    cells, in_first, in_second = _contingency("normalised_mutual_information", first, second)
    both = _entropy(in_first) + _entropy(in_second)
    return 1.0 if both == 0 else min(1.0, max(0.0, 2 * (1 - _entropy(cells) / both)))


def _contingency(asked: str, first: Codes, second: Codes) -> tuple[Indices, Indices, Indices]:
    """Return sizes of the cells of a grouping by another, and of the groups of either."""
    if len(first) != len(second):
        raise InvalidArgument(
            f"{asked}: both groupings must be of the same things, got "
            f"{len(first)} and {len(second)}"
        )
    _, row = np.unique(first, return_inverse=True)
    _, column = np.unique(second, return_inverse=True)
    width = int(column.max(initial=-1)) + 1
    _, cells = np.unique(row.astype(np.int64) * width + column, return_counts=True)
    return as_indices(cells), as_indices(np.bincount(row)), as_indices(np.bincount(column))


def _entropy(sizes: Indices) -> float:
    if not sizes.size:
        return 0.0
    share = sizes / sizes.sum()
    return float(-(share * np.log2(share)).sum())


def _pairs(sizes: Indices) -> float:
    counts = sizes.astype(np.float64)
    return float((counts * (counts - 1) / 2).sum())
