"""Measures of how much two groups keep to themselves: log odds ratio, E-I, conductance."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats
from buzzline.clusters.layer_ties import LayerTies
from buzzline.quantities import Draws

SIGN = np.array([1.0, 1.0, -2.0, -2.0])  # within k, within l, between either way, together
HALF = 0.5  # added to each cell, as Haldane and Anscombe do: the log stays finite and unbiased


def pair_cells(ties: LayerTies, member: Codes) -> Codes:
    """Return the cell of each tie: 0 within k, 1 within l, 2 and 3 between, -1 neither.

    Parameters
    ----------
    ties : LayerTies
        Between ties without direction are all in cell 2.
    member : (n,) int32
        0 for members of k, 1 for members of l, -1 for others.
    """
    here, there = member[ties.source], member[ties.target]
    cell = np.where(here == there, here, np.where((here == 0) | ~_directed(ties), 2, 3))
    return as_codes(np.where((here < 0) | (there < 0), -1, cell))


def _directed(ties: LayerTies) -> np.ndarray:
    return np.full(ties.source.size, ties.is_directed)


def counted_cells(ties: LayerTies, cell: Codes) -> Floats:
    """Return how many ties are in each of the four cells. (4,)."""
    inside = cell >= 0
    return as_floats(np.bincount(cell[inside], weights=ties.weight[inside], minlength=4))


def log_odds_ratio(within: tuple[float, float], between: tuple[float, float]) -> float:
    """Return ln(O_kk O_ll / (O_kl O_lk)).

    Examples
    --------
    >>> round(log_odds_ratio((20, 30), (10, 15)), 4)
    1.3863
    """
    return log(within[0] * within[1]) - log(between[0] * between[1])


@dataclass(frozen=True, slots=True, eq=False)
class PairOdds:
    """The log odds ratio of two groups, and its error.

    Attributes
    ----------
    value : float
    variance : float         organisations (and records) as the units
    design_effect : float    that variance to the one independent ties would have
    """

    value: float
    variance: float
    design_effect: float


def pair_odds(ties: LayerTies, cell: Codes) -> PairOdds:
    """Return the log odds ratio of within to between, and its variance over organisations.

    Parameters
    ----------
    ties : LayerTies
    cell : (m,) int32
        From `pair_cells`.

    Notes
    -----
    value = ln(O_kk O_ll / ((O_kl + O_lk) / 2)^2), with 1/2 added to O_kk, O_ll and O_kl + O_lk:
    one direction that is empty, as between buyers and suppliers, separates nobody. Where both
    are as full it is ln(O_kk O_ll / (O_kl O_lk)). The variance is that of leaving out one
    organisation with all its ties at a time, in its linear form: squared sums over each
    organisation, less what two organisations of one tie count twice [1]_; or that of leaving
    out one record at a time where this is larger; never below that of independent ties.

    References
    ----------
    .. [1] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018
    """
    inside = cell >= 0
    own, cell = ties.chosen(inside), cell[inside]
    count = np.bincount(np.minimum(cell, 2), weights=own.weight, minlength=3) + HALF
    value = float(np.sum(SIGN[:3] * np.log(count))) + 2 * log(2)  # half of them each way
    influence = as_floats(SIGN[cell] * own.weight / count[np.minimum(cell, 2)])
    alone = float(np.sum(influence**2 / own.weight))
    alone += float(np.sum(SIGN[:3] ** 2 * HALF / count**2))
    variance = max(alone, _over_bundles(own, influence))
    return PairOdds(value, variance, variance / alone if alone else 1.0)


def design_effect(ties: LayerTies, influence: Floats) -> float:
    """Return the variance of a sum over ties to that of independent ones, at least 1.

    Parameters
    ----------
    ties : LayerTies
    influence : (m,) float64
        What each tie adds to the sum, times its weight.
    """
    alone = float(np.sum(influence**2 / ties.weight))
    return max(1.0, _over_bundles(ties, influence) / alone) if alone else 1.0


def _over_bundles(ties: LayerTies, influence: Floats) -> float:
    """Return the variance of a sum over ties with organisations, or records, as the units."""
    over_records = _squared_sums(influence, ties.record) if ties.record.size else 0.0
    return max(_over_organisations(ties, influence), over_records)


def _over_organisations(ties: LayerTies, influence: Floats) -> float:
    if not influence.size:
        return 0.0
    ends = np.concatenate([ties.source, ties.target])
    low = np.minimum(ties.source, ties.target).astype(np.int64)
    dyad = low * ties.n_organisations + np.maximum(ties.source, ties.target)
    return _squared_sums(np.tile(influence, 2), ends) - _squared_sums(influence, dyad)


def _squared_sums(influence: Floats, group: Codes | Indices) -> float:
    _, number = np.unique(group, return_inverse=True)
    return float(np.sum(np.bincount(number, weights=influence) ** 2))


def ei_index(internal: float, external: float) -> float:
    """Return Krackhardt and Stern's E-I index: (E - I) / (E + I), from -1 to 1.

    NaN without ties.

    References
    ----------
    .. [1] Krackhardt, D., Stern, R. (1988). Informal networks and organizational crises. Social
       Psychology Quarterly 51(2). doi:10.2307/2786835

    Examples
    --------
    >>> ei_index(14, 6)
    -0.4
    """
    ties = internal + external
    return (external - internal) / ties if ties else float("nan")


@dataclass(frozen=True, slots=True)
class AgainstBlocks:
    """An E-I index against groups of the same sizes dealt at random.

    Attributes
    ----------
    value, expected : float     the latter exact, over all ways to deal the groups
    p : float                   how often groups dealt at random look as much inward
    """

    value: float
    expected: float
    p: float


def ei_against_blocks(
    ties: LayerTies, member: Codes, *, draws: Draws, rng: np.random.Generator
) -> AgainstBlocks:
    """Return the E-I index of two groups, with what groups of these sizes would have.

    Parameters
    ----------
    ties : LayerTies
    member : (n,) int32
        0 and 1 for the members of two groups, -1 for others.
    draws : draws
        Permutations of the members over the groups; 0 leaves out `p`.
    """
    rows = np.flatnonzero(member >= 0)
    place = np.full(member.size, -1, np.int64)
    place[rows] = np.arange(rows.size)
    inside = (member[ties.source] >= 0) & (member[ties.target] >= 0)
    here, there = place[ties.source[inside]], place[ties.target[inside]]
    weight, total = ties.weight[inside], float(ties.weight[inside].sum())

    def index(group: Codes) -> float:
        external = float(weight[group[here] != group[there]].sum())
        return ei_index(total - external, external)

    group = member[rows]
    value = index(group)
    first, n = int((group == 0).sum()), rows.size
    split = 2 * first * (n - first) / (n * (n - 1)) if n > 1 else float("nan")
    if not draws or not total:
        return AgainstBlocks(value, 2 * split - 1, float("nan"))
    as_inward = sum(index(rng.permutation(group)) <= value for _ in range(draws))
    return AgainstBlocks(value, 2 * split - 1, (1 + as_inward) / (1 + draws))


def conductance(cut: Floats, volume: Floats, everything: float) -> Floats:
    """Return the share of its tie ends by which each group is cut off from the rest.

    Parameters
    ----------
    cut : (k,) float64             ties that leave or enter
    volume : (k,) float64          tie ends at members
    everything : float             all tie ends

    Returns
    -------
    (k,) float64 [share]
        cut / min(volume, rest); 0: closed, 1: all ties lead elsewhere. NaN without tie ends.

    Examples
    --------
    >>> conductance(np.array([6.0]), np.array([34.0]), 200.0).round(4).tolist()
    [0.1765]
    """
    least = np.minimum(volume, everything - volume)
    return as_floats(np.divide(cut, least, out=np.full(np.shape(cut), np.nan), where=least > 0))
