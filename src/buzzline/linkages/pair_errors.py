"""How sure is a sum over pairs that share organisations and records?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

import numpy as np
from scipy.optimize import brentq
from scipy.stats import t as student

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.quantities import Share


@dataclass(frozen=True, slots=True, eq=False)
class PairRows:
    """Rows that are pairs of organisations, some of them in records.

    Attributes
    ----------
    one, other : (m,) int64         rows of organisations
    record_row, record : (k,) int64 which row stands in which record; a row may stand in several
    """

    one: Indices
    other: Indices
    record_row: Indices
    record: Indices

    def chosen(self, rows: Indices) -> PairRows:
        """Return some of the rows, renumbered in their order."""
        place = np.full(self.one.size, -1, np.int64)
        place[rows] = np.arange(rows.size)
        at = place[self.record_row]
        keep = at >= 0
        return PairRows(
            self.one[rows], self.other[rows], as_indices(at[keep]), self.record[keep]
        )


def joined_rows(parts: Sequence[PairRows]) -> PairRows:
    """Return rows one after the other; organisations and records keep their numbers."""
    shift = np.cumsum([0, *(part.one.size for part in parts)])
    return PairRows(
        as_indices(np.concatenate([part.one for part in parts])),
        as_indices(np.concatenate([part.other for part in parts])),
        as_indices(np.concatenate(
            [part.record_row + by for part, by in zip(parts, shift, strict=False)]
        )),
        as_indices(np.concatenate([part.record for part in parts])),
    )  # fmt: skip


def interval_of(
    value: float, influence: Floats, rows: PairRows, *, level: Share,
    bounds: tuple[float, float] = (-inf, inf),
) -> tuple[float, float, float]:  # fmt: skip
    """Return the interval of an estimate over pairs, and the p-value of 0.

    Parameters
    ----------
    value : float
    influence : (m,) float64        what each row adds to the error of the estimate
    rows : PairRows
    level : share
    bounds : the least and the largest value there can be
    """
    variance = pair_variance(as_floats(influence[:, None]), rows)[0, 0]
    degrees = max(worth_of_organisations(influence, rows) - 1, 0.0)
    error = Error(as_floats([np.sqrt(variance)]), as_floats([1.0]), degrees)
    half = error.reach(level)
    return max(value - half, bounds[0]), min(value + half, bounds[1]), error.p(value)


def pair_variance(scores: Floats, rows: PairRows) -> Floats:
    """Return the variance of summed scores over pairs that share organisations or records.

    Parameters
    ----------
    scores : (m, k) float64
        What each row adds to k estimates, mean 0 (influence, or score).
    rows : PairRows

    Returns
    -------
    (k, k) float64
        The products of all rows that share an organisation (dyadic-robust [1]_) or a record,
        times n / (n - 1) for n organisations; the larger of that and of independent rows,
        estimate by estimate.

    References
    ----------
    .. [1] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018

    Examples
    --------
    >>> alone = as_indices([])
    >>> apart = PairRows(as_indices([0, 2]), as_indices([1, 3]), alone, alone)
    >>> shared = PairRows(as_indices([0, 0]), as_indices([1, 2]), alone, alone)
    >>> [pair_variance(np.ones((2, 1)), rows).item() for rows in (apart, shared)]
    [2.6666666666666665, 6.0]
    """
    ends = np.concatenate([rows.one, rows.other])
    n = max(np.unique(ends).size, 2)
    both = np.concatenate([scores, scores])
    pair = _pair_codes(rows)
    summed = _squares(both, ends) - _squares(scores, pair) + _of_records(scores, rows, pair)
    summed = as_floats(summed * (n / (n - 1)))
    alone = np.einsum("ij,ij->j", scores, scores)
    return _at_least(summed, alone)


def _pair_codes(rows: PairRows) -> Indices:
    low, high = np.minimum(rows.one, rows.other), np.maximum(rows.one, rows.other)
    return as_indices(low * (int(high.max(initial=0)) + 1) + high)


def _squares(scores: Floats, group: Indices) -> Floats:
    """Return the sum over groups of the products of what each adds up to. (k, k)."""
    order = np.argsort(group, kind="stable")
    if not order.size:
        return np.zeros((scores.shape[1], scores.shape[1]))
    starts = np.flatnonzero(np.diff(group[order], prepend=group[order[0]] - 1))
    sums = np.add.reduceat(scores[order], starts, axis=0)
    return as_floats(sums.T @ sums)


def _of_records(scores: Floats, rows: PairRows, pair: Indices) -> Floats:
    """Return the products of rows that share a record, and no organisation."""
    at, record = rows.record_row, rows.record
    if not at.size:
        return np.zeros((scores.shape[1], scores.shape[1]))
    within, width = scores[at], int(max(rows.one.max(), rows.other.max())) + 1
    ends = np.concatenate([record * width + rows.one[at], record * width + rows.other[at]])
    _, pairs = np.unique(pair[at], return_inverse=True)
    same_pair = record * (int(pairs.max()) + 1) + pairs
    together = _squares(within, record) + _squares(within, as_indices(same_pair))
    return together - _squares(np.concatenate([within, within]), as_indices(ends))


def _at_least(variance: Floats, least: Floats) -> Floats:
    """Widen what came out below independent rows (few organisations: even below 0)."""
    have = np.diagonal(variance)
    grown = np.maximum(have, least)
    if np.array_equal(have, grown) and np.linalg.eigvalsh(variance)[0] >= 0:
        return variance
    # correlations of a matrix that is no variance say nothing
    return np.diag(grown)


def worth_of_organisations(scores: Floats, rows: PairRows) -> float:
    """Return how many equal organisations the rows are worth, (sum h)^2 / sum h^2.

    h is what an organisation adds, over its rows, in absolute terms: one that is in most pairs
    is not made up for by many small ones.

    Parameters
    ----------
    scores : (m,) float64
    rows : PairRows

    Examples
    --------
    >>> alone = as_indices([])
    >>> star = PairRows(as_indices([0, 0, 0]), as_indices([1, 2, 3]), alone, alone)
    >>> worth_of_organisations(np.ones(3), star)
    3.0
    """
    ends = np.concatenate([rows.one, rows.other])
    held = np.bincount(ends, weights=np.tile(np.abs(scores), 2))
    squares = float(held @ held)
    return float(held.sum() ** 2 / squares) if squares > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Error:
    """What is known of the error of an estimate: a mixture of t distributions around 0.

    Attributes
    ----------
    spreads, weights : (k,) float64     standard deviations, and how likely each is
    degrees : float                     of freedom; infinite for normal errors
    """

    spreads: Floats
    weights: Floats
    degrees: float

    def reach(self, level: Share) -> float:
        """Return half an interval; infinite where there is no degree of freedom."""
        if not self.degrees > 0:
            return inf
        outside = (1 - level) / 2
        widest = self.spreads.max() * float(student.isf(outside, self.degrees))
        if self.spreads.size == 1 or not widest > 0:
            return float(widest)
        return float(brentq(lambda half: self.beyond(half) - outside, 0.0, widest * 1.001))

    def beyond(self, value: float) -> float:
        """Return the probability of an error above a value."""
        safe = np.maximum(self.spreads, np.finfo(float).tiny)
        return float(self.weights @ student.sf(value / safe, self.degrees))

    def p(self, value: float) -> float:
        """Return the two-sided p-value of a value against 0.

        Examples
        --------
        >>> error = Error(np.ones(1), np.ones(1), inf)
        >>> round(error.p(1.96), 3), round(error.reach(0.95), 2)
        (0.05, 1.96)
        """
        if not (self.degrees > 0 and self.spreads.max() > 0):
            return 1.0
        return 2 * self.beyond(abs(value))


def reach(spread: float, degrees: float, level: Share) -> float:
    """Return half an interval; infinite where there is no degree of freedom.

    Examples
    --------
    >>> round(reach(1.0, inf, 0.95), 2), round(reach(1.0, 4.0, 0.95), 2)
    (1.96, 2.78)
    """
    return Error(as_floats([spread]), as_floats([1.0]), degrees).reach(level)


def two_sided_p(value: float, spread: float, degrees: float) -> float:
    """Return the two-sided p-value of a value against 0.

    Examples
    --------
    >>> round(two_sided_p(1.96, 1.0, inf), 3)
    0.05
    """
    return Error(as_floats([spread]), as_floats([1.0]), degrees).p(value)


def scatter_beyond(
    deviation: Floats, variance: Floats, group: Indices, *, typical: float
) -> tuple[Floats, Floats]:
    """Return how much things differ beyond their errors, as a posterior.

    Parameters
    ----------
    deviation, variance : (e,) float64      estimates, and the variance of each
    group : (e,) int64                      each group has a mean of its own
    typical : float                         scale of the half-normal prior [1]_

    Returns
    -------
    variances, weights : (k,) float64

    References
    ----------
    .. [1] Roever, C. and others (2021). On weakly informative prior distributions for the
       heterogeneity parameter in Bayesian random-effects meta-analysis. Research Synthesis
       Methods 12(4). doi:10.1002/jrsm.1475

    Examples
    --------
    >>> apart, close = np.array([-2.0, 2, -2, 2]), np.array([-0.1, 0.1, -0.1, 0.1])
    >>> one, even = np.zeros(4, np.int64), np.full(4, 0.04)
    >>> [round(float(v @ w), 2) for v, w in (
    ...     scatter_beyond(x, even, one, typical=0.5) for x in (apart, close))]
    [1.84, 0.05]
    """
    grid = (np.arange(64) + 0.5) / 64 * 5 * typical
    wide = variance + (grid**2)[:, None]
    odds = -0.5 * (grid / typical) ** 2 - 0.5 * np.log(wide).sum(axis=1)
    for number in np.unique(group):
        own = group == number
        mass = 1 / wide[:, own]
        total = mass.sum(axis=1)
        mean = (mass * deviation[own]).sum(axis=1) / total
        off = deviation[own] - mean[:, None]
        odds -= 0.5 * np.log(total) + 0.5 * (mass * off**2).sum(axis=1)
    weights = np.exp(odds - odds.max())
    return as_floats(grid**2), as_floats(weights / weights.sum())
