"""Do those with most ties keep together: rich club, assortativity, cores."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.kernels.small_world import core_numbers
from buzzline.network.simple_ties import SimpleTies

FEWEST_IN_CLUB = 4


def rich_club(ties: SimpleTies) -> tuple[Indices, Indices, Floats]:
    """Return numbers of ties k, how many nodes have more, and the share of their pairs tied.

    phi(k) = 2 E(>k) / (N(>k) (N(>k) - 1)) for every k up to which at least two have more [1]_.
    Whoever has many ties meets others who do, so only phi over that of chance means anything.

    Parameters
    ----------
    ties : SimpleTies

    References
    ----------
    .. [1] Colizza, V., Flammini, A., Serrano, M. A., Vespignani, A. (2006). Detecting rich-club
       ordering in complex networks. Nature Physics 2. doi:10.1038/nphys209

    Examples
    --------
    >>> k, n, phi = rich_club(SimpleTies(4, np.array([[0, 1], [1, 2], [0, 2], [2, 3]]),
    ...                                  np.zeros(4, np.int32)))
    >>> k.tolist(), n.tolist(), phi.round(3).tolist()
    ([0, 1], [4, 3], [0.667, 1.0])
    """
    degree = np.bincount(ties.pairs.ravel(), minlength=ties.n)
    lesser = degree[ties.pairs].min(axis=1) if len(ties.pairs) else np.empty(0, np.int64)
    most = int(degree.max(initial=0))
    # how many have more than k: counted from the top
    n = ties.n - np.cumsum(np.bincount(degree, minlength=most + 1))
    within = len(ties.pairs) - np.cumsum(np.bincount(lesser, minlength=most + 1))
    some = np.flatnonzero(n >= 2)
    share = 2.0 * within[some] / (n[some] * (n[some] - 1.0))
    return as_indices(some), as_indices(n[some]), as_floats(share)


def club_threshold(ties: SimpleTies) -> int:
    """Return k, above which the foremost tenth stands (at least four); -1 where there is none.

    Examples
    --------
    >>> star = SimpleTies(5, np.array([[0, 1], [0, 2], [0, 3], [0, 4]]), np.zeros(5, np.int32))
    >>> club_threshold(star)  # one alone is no club, and the others are equal
    0
    """
    k, n, _ = rich_club(ties)
    wanted = max(FEWEST_IN_CLUB, round(0.1 * ties.n))
    large = np.flatnonzero(n >= wanted)
    return int(k[large[-1]]) if large.size else -1


def assortativity(ties: SimpleTies) -> float:
    """Return the correlation of the numbers of ties at both ends of ties, -1 to 1.

    NaN where all ends have equally many.

    References
    ----------
    .. [1] Newman, M. E. J. (2002). Assortative mixing in networks. Physical Review Letters 89.
       doi:10.1103/PhysRevLett.89.208701

    Examples
    --------
    >>> star = SimpleTies(4, np.array([[0, 1], [0, 2], [0, 3]]), np.zeros(4, np.int32))
    >>> assortativity(star)
    -1.0
    """
    degree = np.bincount(ties.pairs.ravel(), minlength=ties.n)
    ends = degree[ties.pairs].astype(np.float64)
    one, other = np.concatenate([ends, ends[:, ::-1]]).T
    spread = float(one.std() * other.std()) if one.size else 0.0
    if spread < 1e-12:
        return float("nan")
    return float(np.mean((one - one.mean()) * (other - other.mean())) / spread)


def cores(ties: SimpleTies) -> Indices:
    """Return the largest k for which each node is in a k-core, (n,).

    In a k-core everybody has at least k ties to others in it [1]_.

    References
    ----------
    .. [1] Batagelj, V., Zaversnik, M. (2003). An O(m) algorithm for cores decomposition of
       networks. arXiv:cs/0310049

    Examples
    --------
    >>> ties = SimpleTies(4, np.array([[0, 1], [1, 2], [0, 2], [2, 3]]), np.zeros(4, np.int32))
    >>> cores(ties).tolist()
    [2, 2, 2, 1]
    """
    return as_indices(core_numbers(*ties.rows()))
