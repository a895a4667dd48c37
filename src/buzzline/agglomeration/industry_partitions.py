"""Ways to cut a matrix of similarity into groups: clustering functions, as C = F(M, k).

Ward's tree is grown once and cut at every number of groups; k-means starts from its cuts, so
that nothing depends on luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
from scipy.cluster.hierarchy import cut_tree, linkage
from scipy.spatial.distance import pdist, squareform

from buzzline.arrays import Codes, Floats, as_codes

Function = Literal["ward", "ward_rows", "k_means"]

ROUNDS = 10  # of k-means; from a cut of Ward's tree a handful is usual


def partitions(similarity: Floats, function: Function, n_groups: Sequence[int]) -> Codes:
    """Return a grouping for each number of groups.

    Parameters
    ----------
    similarity : (s, s) float64
        Symmetric, larger is more alike. The diagonal plays no part but in "ward_rows".
    function : "ward", "ward_rows" or "k_means"
        "ward": Ward's tree, the largest similarity minus the similarity taken as distance.
        "ward_rows": industries are near when their rows of the matrix are, whether or not
        they are similar to each other. "k_means": from Ward's groups, on coordinates whose
        squared distances are the largest similarity minus the similarity.
    n_groups : sequence of int

    Returns
    -------
    (len(n_groups), s) int32
        Groups from 0 without gaps.

    References
    ----------
    .. [1] Ward, J. H. (1963). Hierarchical grouping to optimize an objective function. Journal
       of the American Statistical Association 58. doi:10.1080/01621459.1963.10500845
    .. [2] Dhillon, I. S., Guan, Y., Kulis, B. (2004). Kernel k-means, spectral clustering and
       normalized cuts. KDD '04. doi:10.1145/1014052.1014118

    Examples
    --------
    >>> alike = np.array([[0, 3, 1, 1], [3, 0, 1, 1], [1, 1, 0, 3], [1, 1, 3, 0.0]])
    >>> partitions(alike, "ward", [2]).tolist()
    [[0, 0, 1, 1]]
    """
    if function == "ward_rows":
        tree = linkage(pdist(_with_own(similarity)), "ward")
        return as_codes(cut_tree(tree, list(n_groups)).T)
    apart = distances(similarity)
    tree = linkage(squareform(apart, checks=False), "ward")
    cuts = as_codes(cut_tree(tree, list(n_groups)).T)
    if function == "ward":
        return cuts
    return as_codes(np.stack([k_means(apart, start) for start in cuts]))


def distances(similarity: Floats) -> Floats:
    """Return the largest similarity minus the similarity, 0 on the diagonal."""
    off = ~np.eye(similarity.shape[0], dtype=bool)
    apart = np.where(off, similarity[off].max(initial=0.0) - similarity, 0.0)
    return np.asarray(apart)


def _with_own(similarity: Floats) -> Floats:
    """Return the matrix with each industry as similar to itself as to its nearest neighbour."""
    rows = similarity.copy()
    np.fill_diagonal(rows, -np.inf)
    np.fill_diagonal(rows, rows.max(axis=1))
    return rows


def k_means(squared: Floats, start: Codes) -> Codes:
    """Return the grouping k-means reaches, from squared distances alone.

    The squared distance of i to the centre of group c is the mean of its squared distances to
    the members of c less half the mean of those among the members, so that no coordinates are
    needed.

    Parameters
    ----------
    squared : (s, s) float64
    start : (s,) int32
        Groups from 0 without gaps.

    Examples
    --------
    >>> x = np.array([0.0, 1, 10, 11])
    >>> k_means((x[:, None] - x) ** 2, np.array([0, 1, 1, 1])).tolist()
    [0, 0, 1, 1]
    """
    group = start
    everyone = np.arange(group.size)
    for _ in range(ROUNDS):
        member = np.zeros((group.size, int(group.max()) + 1))
        member[everyone, group] = 1.0
        size = member.sum(axis=0)
        to_members = (squared @ member) / size
        among = (member * to_members).sum(axis=0) / size
        new = as_codes((to_members - among / 2).argmin(axis=1))
        if np.bincount(new, minlength=size.size).min() == 0 or (new == group).all():
            return group
        group = new
    return group
