"""Effects of what may itself answer to earlier outcomes, in a panel of organisations.

Organisations that did well build pipelines afterwards; then fixed effects of organisations are
biased. Taking out the mean of the years to come instead, and telling each year's change by what
was so at its beginning, is not [1]_: today's pipelines may answer to yesterday's luck, but not
to tomorrow's.

.. [1] Arellano, M., Bover, O. (1995). Another look at the instrumental variable estimation of
   error-components models. Journal of Econometrics 68(1). doi:10.1016/0304-4076(94)01642-D
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_codes, as_floats
from buzzline.econometrics.panel import Panel, PanelFit
from buzzline.errors import TooFew

STRONG = 10.0  # F of the instruments; below it an estimate is drawn towards that without them


@dataclass(frozen=True, slots=True, eq=False)
class ForwardFit:
    """Coefficients, and how well the past tells what changed.

    Attributes
    ----------
    fit : PanelFit
    strength : float       smallest F of the instruments over the columns and their mixtures
    """

    fit: PanelFit
    strength: float

    @property
    def is_strong(self) -> bool:
        """The past tells enough of what changed."""
        return self.strength >= STRONG


def forward_deviations(panel: Panel) -> ForwardFit:
    """Return coefficients net of organisations and years, where columns may answer to the past.

    Parameters
    ----------
    panel : Panel
        Each column is known at the beginning of the year of `y`: it may go with errors of
        earlier years, and with no later ones.

    Raises
    ------
    TooFew
        Nobody is seen in two years, or the data cannot tell the columns apart.

    Notes
    -----
    From each year the mean of the same organisation's later years is taken, times
    sqrt(m / (m + 1)) for m later years. Instruments are the columns themselves, as many as
    there are. Leaving out a group is exact.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> unit, period = np.repeat(np.arange(300), 6), np.tile(np.arange(6), 300)
    >>> x = rng.normal(size=(1800, 1))
    >>> panel = Panel(x[:, 0] + rng.normal(size=1800), x, as_codes(unit), as_codes(period),
    ...               as_codes(unit // 10), ("x",))
    >>> bool(abs(forward_deviations(panel).fit.beta[0] - 1) < 0.1)
    True
    """
    order = np.lexsort((panel.period, panel.unit))
    unit, period = panel.unit[order], panel.period[order]
    years = np.unique(period)
    dummies = (period[:, None] == years[1:]).astype(np.float64)
    k = panel.x.shape[1]
    every = np.column_stack([panel.y[order], panel.x[order], dummies])
    ahead, told = _forward(as_floats(every), unit)
    if not told.any() or years.size < 2:
        raise TooFew("forward_deviations: no organisation is seen in two years or more")
    y, x, year = ahead[told, 0], ahead[told, 1 : k + 1], ahead[told, k + 1 :]
    year = year[:, np.abs(year).max(axis=0) > 0]
    before = panel.x[order][told]
    z = np.column_stack([before - before.mean(axis=0), year])
    inside = np.column_stack([x, year])
    groups, group = np.unique(panel.group[order][told], return_inverse=True)
    both = np.column_stack([inside, y, np.ones(y.size)])
    sums = _by_group(np.column_stack([z, np.ones(y.size)]), both, group, groups.size)
    whole = as_floats(sums.sum(axis=0))
    beta = _solved(whole, k)
    if not np.isfinite(beta).all():
        raise TooFew("forward_deviations: the data cannot tell the columns apart")
    without = [_solved(as_floats(whole - one), k) for one in sums]
    fit = PanelFit(
        panel.names, beta, as_floats(without), as_codes(groups), int(y.size),
        int(np.unique(unit[told]).size), int(years.size), int(panel.y.size - y.size),
    )  # fmt: skip
    return ForwardFit(fit, _strength(x, z, year, k))


def _forward(rows: Floats, unit: np.ndarray) -> tuple[Floats, np.ndarray]:
    """Return forward deviations by organisation; rows are sorted by organisation and year."""
    n = unit.size
    last = np.append(np.flatnonzero(unit[1:] != unit[:-1]), n - 1)
    end = last[np.searchsorted(last, np.arange(n))]
    below = np.vstack([np.cumsum(rows[::-1], axis=0)[::-1], np.zeros((1, rows.shape[1]))])
    later = below[np.arange(n) + 1] - below[end + 1]
    m = (end - np.arange(n)).astype(np.float64)[:, None]
    told = m[:, 0] > 0
    share = np.sqrt(m / (m + 1))
    return as_floats(share * (rows - later / np.maximum(m, 1))), told


def _by_group(left: Floats, right: Floats, group: np.ndarray, n: int) -> Floats:
    """Return the cross products of two tables for each group. (groups, a, b)."""
    order = np.argsort(group, kind="stable")
    ends = np.searchsorted(group[order], np.arange(n + 1))
    parts = [order[ends[g] : ends[g + 1]] for g in range(n)]
    return as_floats([left[rows].T @ right[rows] for rows in parts])


def _solved(sums: Floats, k: int) -> Floats:
    """Return the first k coefficients from cross products; NaN where they cannot be told.

    Rows of `sums` are the instruments and 1, columns what they are held against, y and 1; the
    first k instruments are taken from their mean.
    """
    at_mean = sums[:k, -1:] / sums[-1, -1]
    centred = np.vstack([sums[:k] - at_mean * sums[-1:], sums[k:-1]])
    left, right = centred[:, :-2], centred[:, -2]
    scale = np.sqrt(np.abs(np.diag(left)))
    scale = np.where(scale > 0, scale, 1.0)
    even = left / np.outer(scale, scale)
    if np.linalg.cond(even) > 1e10:
        return np.full(k, np.nan)
    return as_floats((np.linalg.solve(even, right / scale) / scale)[:k])


def _strength(x: Floats, z: Floats, year: Floats, k: int) -> float:
    """Return Cragg and Donald's smallest F of the instruments."""

    def net(columns: Floats) -> Floats:
        if not year.size:
            return columns
        return as_floats(columns - year @ np.linalg.lstsq(year, columns, rcond=None)[0])

    inside, tools = net(x), net(z[:, :k])
    fitted = tools @ np.linalg.lstsq(tools, inside, rcond=None)[0]
    free = max(x.shape[0] - k - year.shape[1], 1)
    off = inside - fitted
    spread = off.T @ off / free
    if np.linalg.matrix_rank(spread) < k:
        return float("inf")
    root = np.linalg.inv(np.linalg.cholesky(spread))
    return float(np.linalg.eigvalsh(root @ (fitted.T @ fitted) @ root.T).min() / k)
