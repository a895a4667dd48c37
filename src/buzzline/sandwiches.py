"""Errors of estimates whose rows are not independent: one way, several ways, pairs.

An estimate moves by ``bread @ score`` for each row, so its variance is the sum of products of
these moves over all pairs of rows that may share luck: rows of one group [1]_, rows that share
a group in any of several ways [2]_, rows that are pairs of things and share a thing at either
end [3]_ [4]_. What is done for small samples, and to a sum of products that is no variance, is
kept with the result.

.. [1] Cameron, A., Miller, D. (2015). A practitioner's guide to cluster-robust inference.
   Journal of Human Resources 50(2). doi:10.3368/jhr.50.2.317
.. [2] Cameron, A., Gelbach, J., Miller, D. (2011). Robust inference with multiway clustering.
   Journal of Business & Economic Statistics 29(2). doi:10.1198/jbes.2010.07136
.. [3] Fafchamps, M., Gubert, F. (2007). The formation of risk sharing networks. Journal of
   Development Economics 83(2). doi:10.1016/j.jdeveco.2006.05.005
.. [4] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for dyadic
   data. Political Analysis 23(4). doi:10.1093/pan/mpv018
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import inf, nan
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import t as student

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.grouping import (
    Groups,
    group_codes,
    group_sums,
    information_by,
    moves_without,
    products,
    worth,
)
from buzzline.quantities import Share

FEWEST_GROUPS = 2
BY_GROUP = "by group"


@dataclass(frozen=True, slots=True, eq=False)
class Sandwich:
    """The covariance of estimates, and what it rests on.

    Attributes
    ----------
    covariance : (k, k) float64
    degrees : (k,) float64          of freedom of t: groups each estimate is worth, less 1
    n_groups : tuple[int, ...]      of each way; of things, for pairs
    factor : float                  by which the sum of products was multiplied
    is_mended : bool                it had negative eigenvalues, which were set to 0
    raised : (k,) bool              came out below independent rows, and was set to that
    kind : str                      what rows may share
    """

    covariance: Floats
    degrees: Floats
    n_groups: tuple[int, ...]
    factor: float
    is_mended: bool
    raised: Flags
    kind: str

    @property
    def se(self) -> Floats:
        """Standard errors. (k,)."""
        return as_floats(np.sqrt(np.maximum(np.diag(self.covariance), 0.0)))

    @property
    def note(self) -> str:
        """What was done, in a sentence."""
        groups = " x ".join(f"{n:,}" for n in self.n_groups)
        said = f"errors {self.kind} ({groups}), times {self.factor:.4g} for few groups"
        if self.is_mended:
            said += "; negative eigenvalues set to 0"
        if self.raised.any():
            said += f"; {int(self.raised.sum())} raised to the error of independent rows"
        return said

    def interval(self, beta: Floats, *, level: Share = 0.95) -> tuple[Floats, Floats]:
        """Return the ends of the intervals of (k,) estimates; infinite without degrees."""
        usable = self.degrees > 0
        quantile = student.ppf((1 + level) / 2, np.where(usable, self.degrees, 1.0))
        half = np.where(usable, quantile * self.se, inf)
        return as_floats(beta - half), as_floats(beta + half)

    def p(self, beta: Floats) -> Floats:
        """Return two-sided p-values against 0; NaN without degrees of freedom."""
        usable = (self.degrees > 0) & (self.se > 0)
        ratio = np.abs(beta) / np.where(usable, self.se, 1.0)
        sided = 2 * student.sf(ratio, np.where(usable, self.degrees, 1.0))
        return as_floats(np.where(usable, sided, nan))


def clustered(
    scores: Floats, bread: Floats, groups: Groups, *, design: Floats | None = None,
    n_parameters: int | None = None,
) -> Sandwich:  # fmt: skip
    """Return the covariance of estimates whose rows go together within groups.

    Parameters
    ----------
    scores : (n, k) float64
        Of each row, summing to 0 at the estimate: x times residual (least squares, Poisson).
    bread : (k, k) float64
        Inverse information, so that ``bread @ score`` is what a row moves the estimate by.
    groups : (n,) any
    design : (n, k) float64, optional
        Columns net of effects, times the root of the weight. With it, what each group adds is
        what leaving it out moves the estimate by (`moves_without`): errors then hold with few
        groups, and unequal ones. Without it they are the usual ones, and too sure there.
    n_parameters : int, optional
        Coefficients that the fit used up, among them fixed effects that are not nested in
        groups; default k.

    Returns
    -------
    Sandwich
        Times G / (G - 1) and (n - 1) / (n - n_parameters); with `design` times (G - 1) / G, and
        only for the fixed effects.

    Raises
    ------
    TooFew
        All rows in one group.

    Notes
    -----
    Degrees of freedom are not G - 1 but what the groups are worth: (sum h)^2 / sum h^2 - 1 with
    h the sum of absolute moves of a group, so that one group with half the rows is not made up
    for by many small ones.

    Examples
    --------
    >>> scores = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    >>> together = clustered(scores, np.eye(1), np.array([0, 0, 1, 1]), n_parameters=1)
    >>> together.covariance.item(), together.degrees.item()
    (16.0, 1.0)
    """
    code = group_codes(groups)
    given = _given(scores, bread, design, n_parameters)
    return _in_ways(given, (code,), kind=BY_GROUP)


def multiway(
    scores: Floats, bread: Floats, ways: Sequence[Groups], *, design: Floats | None = None,
    n_parameters: int | None = None,
) -> Sandwich:  # fmt: skip
    """Return the covariance of estimates whose rows share groups in two ways, three or more.

    Parameters
    ----------
    scores, bread, design, n_parameters : see `clustered`
    ways : sequence of (n,) any
        Such as origins, destinations and years.

    Returns
    -------
    Sandwich
        Sums over single ways, less those over pairs of ways, and so on, with the factor of the
        way with fewest groups; never below what independent rows give.

    Raises
    ------
    TooFew
        All rows in one group, in one of the ways.

    Examples
    --------
    >>> scores = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    >>> two = multiway(scores, np.eye(1), (np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])))
    >>> two.n_groups, two.covariance.item()
    ((2, 2), 8.0)
    """
    if not ways:
        raise InvalidArgument("multiway: give one way of grouping at least")
    codes = tuple(group_codes(way) for way in ways)
    kind = f"in {len(codes)} ways"
    return _in_ways(_given(scores, bread, design, n_parameters), codes, kind=kind)


def dyadic(
    scores: Floats, bread: Floats, ends: tuple[Groups, Groups], *,
    design: Floats | None = None, n_parameters: int | None = None,
) -> Sandwich:  # fmt: skip
    """Return the covariance of estimates over pairs of things that share a thing at either end.

    Parameters
    ----------
    scores, bread, design, n_parameters : see `clustered`
    ends : two of (n,) any
        The things a row lies between. A pair may have several rows (years), both directions,
        and a thing may be paired with itself.

    Returns
    -------
    Sandwich
        The products of all rows that share a thing, at whichever end, times N / (N - 1) for N
        things; never below what independent rows give.

    Raises
    ------
    TooFew
        Fewer than three things.

    Examples
    --------
    >>> scores = np.ones((3, 1))
    >>> ring = dyadic(scores, np.eye(1), (np.array([0, 1, 2]), np.array([1, 2, 0])))
    >>> ring.n_groups, round(ring.covariance.item(), 6)
    ((3,), 13.5)
    """
    code = group_codes(np.concatenate(ends))
    first, second = code[: code.size // 2], code[code.size // 2 :]
    n = int(code.max(initial=-1)) + 1
    if n < 3:
        raise TooFew("dyadic: fewer than three things, so errors of pairs are not known")
    given = _given(scores, bread, design, n_parameters)
    apart = first != second
    pair = np.minimum(first, second) * n + np.maximum(first, second)
    # a pair of a thing with itself counts once
    moved = _moved(given, n, (first, second), apart)
    spread = moved.moves.T @ moved.moves - products(
        _those(given.moves, apart), _those(pair, apart)
    )
    return assembled(
        given.moves, as_floats(spread), n_groups=(n,), worth=_known(moved), kind="of pairs",
        factor=_factor(given, n),
    )  # fmt: skip


def heteroskedastic(
    scores: Floats, bread: Floats, *, n_parameters: int | None = None
) -> Sandwich:
    """Return the covariance of estimates whose rows are independent, of any variance.

    Examples
    --------
    >>> scores = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    >>> heteroskedastic(scores, np.eye(1)).covariance.round(1).item()
    5.3
    """
    return clustered(scores, bread, np.arange(scores.shape[0]), n_parameters=n_parameters)


def assembled(
    moves: Floats, spread: Floats, *, n_groups: tuple[int, ...], worth: Floats, kind: str,
    factor: float,
) -> Sandwich:  # fmt: skip
    """Return the covariance that a sum of products gives, mended where it is none.

    Parameters
    ----------
    moves : (n, k) float64          what each row moves the estimates by
    spread : (k, k) float64         sum of products of moves of rows that share luck
    n_groups : tuple[int, ...]      of each way
    worth : (k,) float64            how many equal groups each estimate rests on
    kind : str                      "by group" leaves variances below independent rows as is
    factor : float                  for few groups
    """
    whole, is_mended = _mended(as_floats((spread + spread.T) / 2 * factor))
    raised = np.zeros(moves.shape[1], np.bool_)
    if kind != BY_GROUP:
        alone = np.einsum("ij,ij->j", moves, moves) * min(factor, 1.0)
        whole, raised = _at_least(whole, as_floats(alone))
    degrees = as_floats(np.minimum(worth, min(n_groups)) - 1)
    return Sandwich(whole, degrees, n_groups, factor, is_mended, as_flags(raised), kind)


class _Given(NamedTuple):
    scores: Floats
    bread: Floats
    moves: Floats
    design: Floats | None
    n_parameters: int


def _given(
    scores: Floats, bread: Floats, design: Floats | None, n_parameters: int | None
) -> _Given:
    scores, bread = as_floats(scores), as_floats(bread)
    n, k = scores.shape
    if bread.shape != (k, k):
        raise InvalidArgument(
            f"sandwich: scores have {k} columns and the bread is of shape {bread.shape}"
        )
    if not np.isfinite(scores).all():
        raise InvalidArgument("sandwich: scores must be finite; leave rows without one out")
    used = k if n_parameters is None else n_parameters
    if n <= used:
        raise TooFew(f"sandwich: {n} rows for {used} coefficients")
    return _Given(scores, bread, as_floats(np.einsum("ij,jk->ik", scores, bread)), design, used)


def _factor(given: _Given, n_groups: int) -> float:
    n, k = given.scores.shape
    if given.design is None:
        return float(n_groups / (n_groups - 1) * (n - 1) / (n - given.n_parameters))
    return float((n_groups - 1) / n_groups * (n - 1) / (n - max(given.n_parameters - k, 1)))


class _Moved(NamedTuple):
    moves: Floats  # (groups, k) that each group adds
    hangs: Flags
    held: Floats  # (groups, k) absolute moves of its rows


def _moved(
    given: _Given, n: int, codes: tuple[Indices, ...], apart: Flags | None = None
) -> _Moved:
    """Return what each group adds; of rows with two codes the second counts where `apart`."""
    shown = [None, *(apart for _ in codes[1:])]

    def summed(rows: Floats) -> Floats:
        parts = [group_sums(_those(rows, only), _those(code, only), n)
                 for code, only in zip(codes, shown, strict=True)]  # fmt: skip
        return as_floats(sum(parts))

    held = summed(as_floats(np.abs(given.moves)))
    if given.design is None:
        return _Moved(summed(given.moves), as_flags(np.zeros(held.shape[1])), held)
    parts = [information_by(_those(as_floats(given.design), only), _those(code, only), n)
             for code, only in zip(codes, shown, strict=True)]  # fmt: skip
    found = moves_without(summed(given.scores), given.bread, as_floats(sum(parts)))
    return _Moved(found.moves, found.hangs, held)


def _those(rows: Any, only: Flags | None) -> Any:
    """Return some rows, without a copy if that is all."""
    return rows if only is None or only.all() else rows[only]


def _known(moved: _Moved) -> Floats:
    """Return what groups are worth; an estimate that one alone tells of is worth one."""
    return as_floats(np.where(moved.hangs, 1.0, worth(moved.held)))


def _in_ways(given: _Given, codes: tuple[Indices, ...], *, kind: str) -> Sandwich:
    sizes = tuple(int(code.max(initial=-1)) + 1 for code in codes)
    if min(sizes) < FEWEST_GROUPS:
        raise TooFew("sandwich: all rows are of one group, so errors are not known")
    k = given.bread.shape[0]
    spread, least = np.zeros((k, k)), np.full(k, np.inf)
    for code, n in zip(codes, sizes, strict=True):
        moved = _moved(given, n, (code,))
        spread += moved.moves.T @ moved.moves
        least = np.minimum(least, _known(moved))
    for n_ways in range(2, len(codes) + 1):
        for chosen in combinations(range(len(codes)), n_ways):
            shared = _intersection([codes[way] for way in chosen], [sizes[w] for w in chosen])
            spread += (-1) ** (n_ways + 1) * products(given.moves, shared)
    return assembled(
        given.moves, as_floats(spread), n_groups=sizes, worth=as_floats(least), kind=kind,
        factor=_factor(given, min(sizes)),
    )  # fmt: skip


def _intersection(codes: list[Indices], sizes: list[int]) -> Indices:
    shared = codes[0]
    for code, n in zip(codes[1:], sizes[1:], strict=True):
        shared = group_codes(as_indices(shared * n + code))
    return shared


def _mended(covariance: Floats) -> tuple[Floats, bool]:
    """Set negative eigenvalues to 0 (Cameron, Gelbach and Miller)."""
    values, vectors = np.linalg.eigh(covariance)
    if values.size == 0 or values[0] >= -1e-12 * max(abs(values[-1]), 1e-300):
        return covariance, False
    return as_floats((vectors * np.maximum(values, 0.0)) @ vectors.T), True


def _at_least(covariance: Floats, least: Floats) -> tuple[Floats, Flags]:
    """Raise variances below those of independent rows; correlations stay."""
    have = np.diag(covariance).copy()
    raised = have < least * (1 - 1e-9)
    if not raised.any():
        return covariance, as_flags(raised)
    told = have > 1e-9 * least
    by = np.where(raised & told, np.sqrt(least / np.where(told, have, 1.0)), 1.0)
    out = covariance * np.outer(by, by)
    for lost in np.flatnonzero(raised & ~told):
        out[lost, :] = out[:, lost] = 0.0
        out[lost, lost] = least[lost]
    return as_floats(out), as_flags(raised)


__all__ = [
    "Groups", "Sandwich", "assembled", "clustered", "dyadic", "group_codes", "group_sums",
    "heteroskedastic", "multiway", "products", "worth",
]  # fmt: skip
