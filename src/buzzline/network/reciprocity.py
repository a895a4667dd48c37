"""Does what flows come back: reciprocity, cycles and feedback, against ends dealt anew."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from buzzline.arrays import Codes, Floats, Indices, as_floats, as_indices
from buzzline.kernels.feedback import exact_backward, least_backward
from buzzline.kernels.kind_rewiring import deal_ends
from buzzline.quantities import Draws

EXACT = 12  # nodes on cycles together, up to which the least is found for certain
MOST_NODES = 400
TRIES_A_FLOW = 6


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Directed flows among n nodes; several may run side by side, none to itself.

    Attributes
    ----------
    n : int
    source, target : (m,) int64
    amount : (m,) float64           such as deals of one group from one cluster to another
    kind : (m,) int32               ends are dealt anew among flows of one kind
    """

    n: int
    source: Indices
    target: Indices
    amount: Floats
    kind: Codes

    def matrix(self) -> sparse.csr_array:
        """Return what flows from row to column, (n, n), sparse."""
        ends = (self.source, self.target)
        return sparse.coo_array((self.amount, ends), shape=(self.n, self.n)).tocsr()


def reciprocity(flows: Flows) -> tuple[float, float]:
    """Return the share of ties that are returned, and that beyond what density gives.

    r is the share of tied ordered pairs whose counter-tie is there too; a the share of all
    ordered pairs that are tied; rho = (r - a) / (1 - a) is 1 where all are returned, 0 where as
    many as at random, below 0 where fewer [1]_. NaN where nothing flows or all are tied.

    References
    ----------
    .. [1] Garlaschelli, D., Loffredo, M. I. (2004). Patterns of link reciprocity in directed
       networks. Physical Review Letters 93. doi:10.1103/PhysRevLett.93.268701

    Examples
    --------
    >>> ends = np.array([0, 1, 1, 2]), np.array([1, 0, 2, 3])
    >>> r, rho = reciprocity(Flows(4, *ends, np.ones(4), np.zeros(4, np.int32)))
    >>> r, round(rho, 6)
    (0.5, 0.25)
    """
    keys = np.unique(flows.source * flows.n + flows.target)
    back = (keys % flows.n) * flows.n + keys // flows.n
    n_pairs = flows.n * (flows.n - 1)
    if not keys.size:
        return float("nan"), float("nan")
    returned = float(np.isin(keys, back).mean())
    density = keys.size / n_pairs
    return returned, (returned - density) / (1 - density) if density < 1 else float("nan")


def on_cycles(flows: Flows) -> float:
    """Return the share of the flow on ties that lie on some directed cycle.

    Examples
    --------
    >>> ends = np.array([0, 1, 2, 2]), np.array([1, 2, 0, 3])
    >>> on_cycles(Flows(4, *ends, np.ones(4), np.zeros(4, np.int32)))
    0.75
    """
    if not flows.amount.sum() > 0:
        return float("nan")
    piece = _strong_pieces(flows)
    inside = piece[flows.source] == piece[flows.target]
    return float(flows.amount[inside].sum() / flows.amount.sum())


def feedback_share(flows: Flows) -> float:
    """Return the least share of the flow that runs backwards, in whatever order nodes stand.

    0 of a hierarchy, in which everything flows one way; at most 1/2. The least feedback arc
    set [1]_, for certain where up to 12 nodes lie on cycles together; beyond by moving one node
    at a time to where least runs backwards until no move helps, from four orders: then it is
    an upper limit. NaN beyond 400 nodes together.

    References
    ----------
    .. [1] Eades, P., Lin, X., Smyth, W. F. (1993). A fast and effective heuristic for the
       feedback arc set problem. Information Processing Letters 47(6).
       doi:10.1016/0020-0190(93)90079-O

    Examples
    --------
    >>> ends = np.array([0, 1, 2, 2]), np.array([1, 2, 0, 3])
    >>> feedback_share(Flows(4, *ends, np.array([3.0, 3, 1, 1]), np.zeros(4, np.int32)))
    0.125
    """
    total = float(flows.amount.sum())
    if not total > 0:
        return float("nan")
    piece, whole, back = _strong_pieces(flows), flows.matrix(), 0.0
    for number in np.flatnonzero(np.bincount(piece) > 1):
        some = np.flatnonzero(piece == number)
        if some.size > MOST_NODES:
            return float("nan")
        back += _least_backward(as_floats(whole[some][:, some].toarray()))
    return back / total


def _least_backward(flow: Floats) -> float:
    n = flow.shape[0]
    if n <= EXACT:
        return float(exact_backward(flow))
    lean = flow.sum(axis=1) - flow.sum(axis=0)
    ratio = flow.sum(axis=1) / flow.sum(axis=0)
    orders = (
        np.argsort(-lean, kind="stable"), np.argsort(-ratio, kind="stable"),
        np.arange(n), np.arange(n)[::-1],
    )  # fmt: skip
    return min(float(least_backward(flow, as_indices(order.copy()))) for order in orders)


def _strong_pieces(flows: Flows) -> Codes:
    _, piece = csgraph.connected_components(flows.matrix(), directed=True, connection="strong")
    return np.asarray(piece, np.int32)


def flows_dealt_anew(flows: Flows, draws: Draws, rng: np.random.Generator) -> Iterator[Flows]:
    """Yield flows whose ends are dealt anew among flows of one kind.

    Every node keeps how much of each kind leaves it and how many flows of each kind arrive: the
    directed random graph with given expected degrees [1]_, with the totals held.

    References
    ----------
    .. [1] Chung, F., Lu, L. (2002). Connected components in random graphs with given expected
       degree sequences. Annals of Combinatorics 6. doi:10.1007/PL00012580
    """
    order = np.argsort(flows.kind, kind="stable")
    source, target = as_indices(flows.source[order]), as_indices(flows.target[order])
    amount, kind = as_floats(flows.amount[order]), flows.kind[order]
    starts = np.flatnonzero(np.r_[True, np.diff(kind) != 0]) if kind.size else np.empty(0, int)
    kinds = as_indices(np.append(starts, kind.size))
    key, target = np.uint64(rng.integers(2**63)), target.copy()
    for draw in range(draws):
        tries = TRIES_A_FLOW * source.size * (5 if draw == 0 else 1)
        if source.size > 1:
            deal_ends(source, target, kinds, tries, key, np.uint64(draw))
        yield Flows(flows.n, source, target.copy(), amount, kind)
