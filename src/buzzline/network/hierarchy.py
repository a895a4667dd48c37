"""How far a directed network is a hierarchy: Krackhardt's four dimensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from buzzline.arrays import Codes, Flags, Indices, as_codes, as_flags, as_indices
from buzzline.kernels.feedback import reaches, without_superior


@dataclass(frozen=True, slots=True)
class Hierarchy:
    """Krackhardt's four dimensions; all are 1 of an out-tree, and of nothing else.

    Attributes
    ----------
    connectedness : float           share of pairs that are joined, whichever way ties run
    hierarchy : float               share of reaching pairs that reach one way only
    efficiency : float              1 less ties beyond those of a tree, over as many as can be
    least_upper_bound : float       share of pairs with a closest common superior
    """

    connectedness: float
    hierarchy: float
    efficiency: float
    least_upper_bound: float


def krackhardt(n: int, pairs: Indices) -> Hierarchy:
    """Return how far directed ties among n make a hierarchy.

    Each dimension is 1 - V / max V, V counting what breaks it [1]_: pairs that no chain of ties
    joins; pairs that reach each other, of those of whom one reaches the other; joined pairs
    beyond a tree, within components; pairs in a component without one superior whom all their
    superiors reach. NaN where nothing could break it.

    Parameters
    ----------
    n : int                         up to a few hundred
    pairs : (m, 2) int64            from superior (or sender) to the other

    References
    ----------
    .. [1] Krackhardt, D. (1994). Graph theoretical dimensions of informal organizations. In
       Carley, K., Prietula, M. (eds.), Computational organization theory. Erlbaum.

    Examples
    --------
    >>> krackhardt(4, np.array([[0, 1], [0, 2], [1, 3]]))
    Hierarchy(connectedness=1.0, hierarchy=1.0, efficiency=1.0, least_upper_bound=1.0)
    """
    ends = as_indices(pairs).reshape(-1, 2)
    ends = np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0)
    reach = _reach(n, ends)
    np.fill_diagonal(reach, val=False)
    piece = _pieces(n, ends)
    size = np.bincount(piece, minlength=1).astype(np.float64)
    joined = float((size * (size - 1) / 2).sum())
    one_way = float(np.triu(reach ^ reach.T).sum())
    both = float(np.triu(reach & reach.T).sum())
    links = len(np.unique(np.sort(ends, axis=1), axis=0))
    beyond, most = links - float((size - 1).sum()), joined - float((size - 1).sum())
    above = as_flags(reach | np.eye(n, dtype=np.bool_))  # each is its own superior
    missing = int(without_superior(above, piece))
    return Hierarchy(
        _less(n * (n - 1) / 2 - joined, n * (n - 1) / 2), _less(both, one_way + both),
        _less(beyond, most), _less(missing, float(((size - 1) * (size - 2) / 2).clip(0).sum())),
    )  # fmt: skip


def _less(broken: float, most: float) -> float:
    return 1 - broken / most if most > 0 else float("nan")


def _reach(n: int, ends: Indices) -> Flags:
    order = np.argsort(ends[:, 0], kind="stable")
    start = np.searchsorted(ends[order, 0], np.arange(n + 1))
    found: Flags = reaches(as_indices(start), as_indices(ends[order, 1]))
    return found


def _pieces(n: int, ends: Indices) -> Codes:
    whole = sparse.coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=(n, n))
    return as_codes(csgraph.connected_components(whole, directed=False)[1])
