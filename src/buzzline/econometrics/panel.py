"""Organisations over years: fixed effects of both, errors that leave out one group at a time.

Organisations that stand near each other share luck, so errors are by group: the whole estimate
is made again without each group in turn, and the spread of these is its error ("CV3" [1]_).
That holds its level with few groups and unequal ones, where the usual formula is too sure, and
it carries over to whatever is made of several estimates.

.. [1] MacKinnon, J., Nielsen, M., Webb, M. (2023). Cluster-robust inference: a guide to
   empirical practice. Journal of Econometrics 232(2). doi:10.1016/j.jeconom.2022.04.001
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from scipy.stats import t as student

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.quantities import Share

Family = Literal["linear", "poisson"]
MOST_STEPS = 100
TOLERANCE = 1e-10  # of the deviance
SMALLEST_PIVOT = 1e-9  # of a coefficient that the data tell from the others
FEWEST_GROUPS = 6  # with five, 95 % intervals by group are no longer 95 %


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One row an organisation and year.

    Attributes
    ----------
    y : (n,) float64
    x : (n, k) float64
    unit : (n,) int32       organisation
    period : (n,) int32     year
    group : (n,) int32      whose errors may go together
    names : tuple[str, ...] of the columns of `x`
    """

    y: Floats
    x: Floats
    unit: Codes
    period: Codes
    group: Codes
    names: tuple[str, ...]

    def chosen(self, which: Flags) -> Panel:
        """Return some of the rows. which : (n,) bool."""
        return Panel(
            self.y[which], self.x[which], self.unit[which], self.period[which],
            self.group[which], self.names,
        )  # fmt: skip

    def with_x(self, x: Floats, names: Sequence[str]) -> Panel:
        """Return the same rows with other columns."""
        return Panel(self.y, as_floats(x), self.unit, self.period, self.group, tuple(names))


@dataclass(frozen=True, slots=True, eq=False)
class PanelFit:
    """Coefficients, and the same without each group.

    Attributes
    ----------
    names : tuple[str, ...]
    beta : (k,) float64
    left_out : (groups, k) float64   without each group; NaN where they are then undetermined
    group : (groups,) int32          which was left out
    n, n_units, n_periods, n_dropped : int
        Rows used, organisations, years, and rows that tell nothing: organisations seen once, or
        (Poisson) with zeros only.
    """

    names: tuple[str, ...]
    beta: Floats
    left_out: Floats
    group: Codes
    n: int
    n_units: int
    n_periods: int
    n_dropped: int

    @property
    def n_groups(self) -> int:
        """Number of groups."""
        return int(self.group.size)


@dataclass(frozen=True, slots=True)
class Interval:
    """A value, its interval and its p-value against 0; NaN where groups cannot tell."""

    value: float
    low: float
    high: float
    se: float
    p: float


def fit_panel(panel: Panel, family: Family = "linear") -> PanelFit:
    """Return coefficients net of organisations and years.

    Parameters
    ----------
    panel : Panel
    family : "linear" or "poisson"
        Poisson: the mean of y is exp of the linear sum; y needs no whole numbers.

    Raises
    ------
    TooFew
        Fewer than two years or organisations, or columns that the data cannot tell apart.
    NotConverged
        A Poisson fit whose coefficients run away.

    Notes
    -----
    Years enter as columns and organisations are taken out, so leaving out a group is exact for
    "linear". For "poisson" it is one Newton step from the full estimate.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> unit, period = np.repeat(np.arange(40), 5), np.tile(np.arange(5), 40)
    >>> x = rng.normal(size=(200, 1))
    >>> panel = Panel(2 * x[:, 0] + unit, x, as_codes(unit), as_codes(period),
    ...               as_codes(unit // 4), ("x",))
    >>> fit_panel(panel).beta.round(6).tolist()
    [2.0]
    """
    whole = panel.y.size
    panel = panel.chosen(_telling(panel, family))
    if panel.y.size == 0:
        raise TooFew("fit_panel: no organisation is seen in two years or more")
    _, unit = np.unique(panel.unit, return_inverse=True)
    groups, group = np.unique(panel.group, return_inverse=True)
    dummies, n_periods = _year_columns(panel.period)
    x = as_floats(np.column_stack([panel.x, dummies]))
    k = panel.x.shape[1]
    if family == "linear":
        weight = np.ones(panel.y.size)
        inner, right = _within(x, unit, weight), _within(panel.y[:, None], unit, weight)[:, 0]
        beta = _solved(inner.T @ inner, inner.T @ right, k)
        off = right - inner @ beta
    else:
        beta, inner, off, weight = _poisson(panel.y, x, unit, k)
    score = _summed(inner * (off * weight)[:, None], group, groups.size)
    moves = _without_each(inner, weight, group, score)
    return PanelFit(
        panel.names, as_floats(beta[:k]), as_floats(beta[:k] - moves[:, :k]),
        as_codes(groups), panel.y.size, int(unit.max()) + 1, n_periods, whole - panel.y.size,
    )  # fmt: skip


def jackknifed(value: float, left_out: Floats, *, level: Share = 0.95) -> Interval:
    """Return the interval of a value from what it is without each group.

    Parameters
    ----------
    value : float
    left_out : (groups,) float64
    level : share

    Examples
    --------
    >>> jackknifed(0.0, np.array([-1.0, 1.0, -1.0, 1.0, -1.0, 1.0])).p
    1.0
    """
    n = left_out.size
    if n < FEWEST_GROUPS or not np.isfinite(left_out).all():
        return Interval(value, nan, nan, nan, nan)
    se = float(np.sqrt((n - 1) / n * ((left_out - value) ** 2).sum()))
    if not se > 0:
        return Interval(value, nan, nan, nan, nan)
    half = float(student.ppf((1 + level) / 2, n - 1)) * se
    p = float(2 * student.sf(abs(value) / se, n - 1))
    return Interval(value, value - half, value + half, se, p)


def _telling(panel: Panel, family: Family) -> Flags:
    """Return the rows of organisations seen twice, and for Poisson not only in zeros."""
    if family == "poisson" and not (panel.y >= 0).all():
        raise InvalidArgument("fit_panel: a Poisson fit needs values of 0 and more")
    keep = np.ones(panel.y.size, np.bool_)
    while True:
        size = np.bincount(panel.unit[keep], minlength=int(panel.unit.max(initial=0)) + 1)
        good = size >= 2
        if family == "poisson":
            total = np.bincount(panel.unit[keep], weights=panel.y[keep], minlength=size.size)
            years = np.bincount(panel.period[keep], weights=panel.y[keep],
                                minlength=int(panel.period.max(initial=0)) + 1)  # fmt: skip
            good &= total > 0
            keep_next = keep & good[panel.unit] & (years[panel.period] > 0)
        else:
            keep_next = keep & good[panel.unit]
        if keep_next.sum() == keep.sum():
            return keep_next
        keep = keep_next


def _year_columns(period: Codes) -> tuple[Floats, int]:
    years, at = np.unique(period, return_inverse=True)
    if years.size < 2:
        raise TooFew("fit_panel: fewer than two years")
    return as_floats(at[:, None] == np.arange(1, years.size)), int(years.size)


def _within(x: Floats, unit: np.ndarray, weight: Floats) -> Floats:
    """Take the weighted mean of each organisation out of every column."""
    total = np.bincount(unit, weights=weight)
    mean = np.column_stack([
        np.bincount(unit, weights=weight * column) / total for column in x.T
    ])  # fmt: skip
    return as_floats(x - mean[unit])


def _summed(rows: Floats, group: np.ndarray, n: int) -> Floats:
    return as_floats(
        np.column_stack([np.bincount(group, weights=column, minlength=n) for column in rows.T])
    )


def _solved(left: Floats, right: Floats, k: int) -> Floats:
    scale = np.sqrt(np.maximum(np.diag(left), 1e-300))
    even = left / np.outer(scale, scale)
    values, vectors = np.linalg.eigh(even)
    small = values < SMALLEST_PIVOT * values.max()
    if small.any() and (np.abs(vectors[:k, small]) > 1e-6).any():
        raise TooFew(
            "fit_panel: the data cannot tell the columns apart from each other, from years or "
            "from organisations (do they vary within organisations?)"
        )
    inverse = np.where(small, 0.0, 1 / np.where(small, 1.0, values))
    return as_floats(vectors @ (inverse * (vectors.T @ (right / scale))) / scale)


def _poisson(
    y: Floats, x: Floats, unit: np.ndarray, k: int
) -> tuple[Floats, Floats, Floats, Floats]:
    """Return coefficients, columns within organisations, working residuals and weights."""
    own = np.bincount(unit, weights=y) / np.bincount(unit)
    mean = (y + own[unit]) / 2  # above 0: no organisation has zeros only
    eta, before = np.log(mean), np.inf
    for _ in range(MOST_STEPS):
        working = eta + (y - mean) / mean
        inner = _within(x, unit, mean)
        right = _within(working[:, None], unit, mean)[:, 0]
        beta = _solved(inner.T @ (inner * mean[:, None]), inner.T @ (mean * right), k)
        off = right - inner @ beta
        eta = working - off
        mean = np.exp(np.clip(eta, -60, 60))
        deviance = _deviance(y, mean)
        if abs(before - deviance) <= TOLERANCE * (abs(deviance) + 1e-3):
            return beta, _within(x, unit, mean), as_floats((y - mean) / mean), as_floats(mean)
        before = deviance
    raise NotConverged(
        f"fit_panel: Poisson did not settle in {MOST_STEPS} steps; some zeros may be told "
        "exactly by the columns. Leave those organisations out, or use levels."
    )


def _deviance(y: Floats, mean: Floats) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(2 * (np.where(y > 0, y * np.log(y / mean), 0.0) - (y - mean)).sum())


def _without_each(x: Floats, weight: Floats, group: np.ndarray, score: Floats) -> Floats:
    """Return how coefficients move when each group is left out. (groups, columns)."""
    whole = x.T @ (x * weight[:, None])
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(score.shape[0] + 1))
    moves = np.full(score.shape, np.nan)
    for g in range(score.shape[0]):
        rows = order[ends[g] : ends[g + 1]]
        rest = whole - x[rows].T @ (x[rows] * weight[rows, None])
        try:
            moves[g] = _solved(rest, score[g], x.shape[1])
        except TooFew:
            moves[g] = _solved_where_told(rest, score[g])
    return as_floats(moves)


def _solved_where_told(left: Floats, right: Floats) -> Floats:
    """Solve; what is undetermined is NaN."""
    values, vectors = np.linalg.eigh(left)
    small = values < SMALLEST_PIVOT * max(values.max(), 1e-300)
    inverse = np.where(small, 0.0, 1 / np.where(small, 1.0, values))
    out = vectors @ (inverse * (vectors.T @ right))
    untold = (np.abs(vectors[:, small]) > 1e-6).any(axis=1)
    return as_floats(np.where(untold, np.nan, out))
