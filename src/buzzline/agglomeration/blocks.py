"""In what order do industries stand so that related ones are neighbours?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.cluster.hierarchy import fcluster, leaves_list, optimal_leaf_ordering, ward

from buzzline.arrays import Codes, Floats, as_codes
from buzzline.quantities import Count

MOST_ORDERED = 400  # beyond, the best order of the leaves takes longer than the rest together
BLOCKS = 10


def block_order(proximity: Floats, n_blocks: Count = BLOCKS) -> tuple[Codes, Codes]:
    """Return an order in which blocks of related industries show, and the block of each.

    Parameters
    ----------
    proximity : (s, s) float64
        Symmetric; NaN counts as unrelated, the diagonal does not matter.
    n_blocks : count

    Returns
    -------
    order : (s,) int32         industries in the order to be drawn
    block : (s,) int32         block of each industry, numbered in the order drawn from 0

    Notes
    -----
    Ward's method on the profiles of relatedness, negative values as 0; leaves turned so that
    neighbours are as near as can be [1]_ where industries are not very many.

    References
    ----------
    .. [1] Bar-Joseph, Z., Gifford, D. K., Jaakkola, T. S. (2001). Fast optimal leaf ordering
           for
       hierarchical clustering. Bioinformatics 17. doi:10.1093/bioinformatics/17.suppl_1.S22

    Examples
    --------
    >>> near = np.kron(np.eye(2), np.ones((2, 2)))[[0, 2, 1, 3]][:, [0, 2, 1, 3]]
    >>> order, block = block_order(near, 2)
    >>> block.tolist()[0] == block.tolist()[2]
    True
    """
    n = proximity.shape[0]
    if n < 3:
        return as_codes(np.arange(n)), as_codes(np.zeros(n))
    profile = np.maximum(np.nan_to_num(proximity), 0)
    np.fill_diagonal(profile, 0)
    np.fill_diagonal(
        profile, profile.max(axis=1)
    )  # an industry is as near itself as its nearest
    tree = ward(profile)
    if n <= MOST_ORDERED:
        tree = optimal_leaf_ordering(tree, profile)
    order = leaves_list(tree)
    block = fcluster(tree, n_blocks, criterion="maxclust")
    _, first = np.unique(block[order], return_index=True)
    number = np.zeros(block.max() + 1, dtype=np.int64)
    number[np.unique(block)[np.argsort(first)]] = np.arange(first.size)
    return as_codes(order), as_codes(number[block])


def block_names(proximity: Floats, block: Codes, names: Sequence[str]) -> list[str]:
    """Return the name of each industry's block: of the industry nearest to the rest of it.

    Parameters
    ----------
    proximity : (s, s) float64
    block : (s,) int32
    names : sequence of str

    Examples
    --------
    >>> near = np.array([[0, 1, 1], [1, 0, 0], [1, 0, 0.0]])
    >>> block_names(near, as_codes([0, 0, 0]), ["a", "b", "c"])
    ['a + 2', 'a + 2', 'a + 2']
    """
    apart = np.nan_to_num(proximity).copy()
    np.fill_diagonal(apart, 0)
    said = {}
    for number in np.unique(block):
        members = np.flatnonzero(block == number)
        centre = members[np.argmax(apart[np.ix_(members, members)].sum(axis=1))]
        others = f" + {members.size - 1}" if members.size > 1 else ""
        said[int(number)] = f"{names[centre]}{others}"
    return [said[number] for number in block.tolist()]
