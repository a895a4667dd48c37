"""Regions over years: an outcome, what is held against it, and effects taken out.

What belongs to a region for good (its mean, its trend) is projected out of every column, so
leaving a whole region out of what is left is exact. Years stay as columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.econometrics.least_squares import Line, fit_line
from buzzline.errors import TooFew

Effects = Literal["none", "region", "trends"]
REPEATS = 1e-8  # of a column's length that others leave of it, below which it repeats them


@dataclass(frozen=True, slots=True, eq=False)
class RegionYears:
    """One row a region and year.

    Attributes
    ----------
    y : (n,) float64
    x : (n, k) float64          what effects are asked of, first; then controls
    names : tuple of str        of the columns of `x`
    n_asked : int               how many of the columns are no controls
    region : (n,) int32         from 0 without gaps
    year : (n,) int32           calendar years
    """

    y: Floats
    x: Floats
    names: tuple[str, ...]
    n_asked: int
    region: Codes
    year: Codes

    @property
    def n_regions(self) -> int:
        """Number of regions."""
        return int(np.unique(self.region).size)

    @property
    def n_years(self) -> int:
        """Number of years."""
        return int(np.unique(self.year).size)

    def chosen(self, which: Flags) -> RegionYears:
        """Return some of the rows. which : (n,) bool."""
        return replace(
            self, y=self.y[which], x=self.x[which], region=self.region[which],
            year=self.year[which],
        )  # fmt: skip

    def with_columns(
        self, asked: Floats, names: tuple[str, ...], *, controls: bool = True
    ) -> RegionYears:
        """Return the same rows with other columns in place of those that effects are asked of.

        Parameters
        ----------
        asked : (n, a) float64
        names : tuple of str
        controls : bool
            Keep the controls.
        """
        rest = slice(self.n_asked, None) if controls else slice(self.x.shape[1], None)
        x = as_floats(np.column_stack([asked, self.x[:, rest]]))
        return replace(self, x=x, names=(*names, *self.names[rest]), n_asked=len(names))

    def known(self) -> RegionYears:
        """Return the rows in which everything is known."""
        return self.chosen(np.isfinite(self.y) & np.isfinite(self.x).all(axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class RegionFit:
    """A least-squares fit net of regions and years.

    Attributes
    ----------
    names : tuple of str        of the columns asked for and controls that could be told
    line : Line                 coefficients in the order of `names`, then of years
    x : (n, c) float64          columns net of what is taken out
    y : (n,) float64            outcome net of the same
    region : (n,) int32         from 0 without gaps, of the rows used
    year : (n,) int32
    rows : (n,) int64           which rows were used
    n_taken_out : int           coefficients of regions, projected out
    """

    names: tuple[str, ...]
    line: Line
    x: Floats
    y: Floats
    region: Codes
    year: Codes
    rows: Indices
    n_taken_out: int

    @property
    def bread(self) -> Floats:
        """Inverse of the cross-products of the columns. (c, c)."""
        return as_floats(np.linalg.pinv(self.x.T @ self.x, rcond=1e-12, hermitian=True))

    @property
    def scores(self) -> Floats:
        """Columns times residuals. (n, c)."""
        return as_floats(self.x * self.line.residual[:, None])


def fit_regions(panel: RegionYears, *, effects: Effects, years: bool) -> RegionFit:
    """Return a least-squares fit with errors by region.

    Parameters
    ----------
    panel : RegionYears
        Without unknown values.
    effects : "none", "region" or "trends"
        What of each region is taken out: nothing (there is one constant), its mean, or its mean
        and its linear trend.
    years : bool
        Whether every year has an effect of its own.

    Returns
    -------
    RegionFit
        Errors leave out one region at a time (CV3; HC3 where every region has one row).

    Raises
    ------
    TooFew
        Nothing is left within regions, or the columns asked for cannot be told apart from each
        other, from regions or from years.

    Notes
    -----
    A control that repeats others is left out; a column that effects are asked of is not.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> region, year = as_codes(np.indices((30, 4)).reshape(2, -1))
    >>> x = rng.normal(size=(120, 1))
    >>> panel = RegionYears(2 * x[:, 0] + region + year, x, ("x",), 1, region, year)
    >>> fit_regions(panel, effects="region", years=True).line.beta[:1].round(6).tolist()
    [2.0]
    """
    rows = telling_rows(panel.region, effects)
    if rows.size == 0:
        raise TooFew("fit_regions: no region is seen in enough years")
    held = panel.chosen(_flags(rows, panel.y.size))
    region = as_codes(np.unique(held.region, return_inverse=True)[1])
    other, names = [], list(held.names)
    if effects == "none":
        other.append(np.ones((held.y.size, 1)))
    if years:
        other.append(year_columns(held.year))
    whole = taken_out(
        np.column_stack([held.y, held.x, *other]), region, held.year, effects=effects
    )
    y, x = as_floats(whole[:, 0]), as_floats(whole[:, 1:])
    x, names = _told_apart(x, names, held.n_asked, scale=_sizes(held, other))
    line = fit_line(x, y, region)
    per_region = {"none": 0, "region": 1, "trends": 2}[effects]
    return RegionFit(
        tuple(names), line, x, y, region, held.year, rows,
        per_region * (int(region.max()) + 1),
    )  # fmt: skip


def taken_out(columns: Floats, region: Codes, year: Codes, *, effects: Effects) -> Floats:
    """Return columns less what each region holds of them for good.

    Parameters
    ----------
    columns : (n, c) float64
    region : (n,) int32         from 0 without gaps
    year : (n,) int32
    effects : "none", "region" or "trends"

    Examples
    --------
    >>> two = as_codes(np.array([0, 0, 1, 1]))
    >>> taken_out(np.array([[1.0], [3.0], [5.0], [5.0]]), two, two, effects="region").tolist()
    [[-1.0], [1.0], [0.0], [0.0]]
    """
    if effects == "none":
        return as_floats(columns)
    n = np.bincount(region)
    out = columns - _sums(columns, region) / n[region, None]
    if effects == "region":
        return as_floats(out)
    time = year - np.bincount(region, weights=year)[region] / n[region]
    slope = _sums(out * time[:, None], region) / _sums((time**2)[:, None], region)
    return as_floats(out - slope * time[:, None])


def telling_rows(region: Codes, effects: Effects) -> Indices:
    """Return the rows of regions seen in more years than effects are taken out of them."""
    least = {"none": 1, "region": 2, "trends": 3}[effects]
    seen = np.bincount(region, minlength=int(region.max(initial=0)) + 1)
    return as_indices(np.flatnonzero(seen[region] >= least))


def year_columns(year: Codes) -> Floats:
    """Return a column of 0 and 1 for every year but the first. (n, years - 1)."""
    known = np.unique(year)
    return as_floats(year[:, None] == known[None, 1:])


def _sums(columns: Floats, region: Codes) -> Floats:
    total = np.column_stack([np.bincount(region, weights=one) for one in columns.T])
    return as_floats(total[region])


def _sizes(panel: RegionYears, other: list[Floats]) -> Floats:
    whole = np.column_stack([panel.x, *other])
    spread = whole - whole.mean(axis=0)
    return as_floats(np.maximum(np.sqrt((spread**2).sum(axis=0)), 1e-12 + 0 * whole[0]))


def _told_apart(
    x: Floats, names: list[str], n_asked: int, *, scale: Floats
) -> tuple[Floats, list[str]]:
    """Leave out columns that repeat those before them; those asked for must stay.

    Years and regions come first in the order of trust, so that what is asked for is what they
    do not say already.
    """
    n_named = len(names)
    first = [*range(n_named, x.shape[1]), *range(n_named)]
    kept: list[int] = []
    basis = np.zeros((x.shape[0], 0))
    for column in first:
        left = x[:, column] - basis @ (basis.T @ x[:, column])
        left -= basis @ (basis.T @ left)
        size = float(np.sqrt(left @ left))
        if size > REPEATS * max(float(scale[column]), 1e-300) and size > 0:
            basis = np.column_stack([basis, left / size])
            kept.append(column)
        elif column < n_asked:
            raise TooFew(
                f"fit_regions: {names[column]} cannot be told apart from what is taken out "
                "(regions, years) or from the other columns: it does not vary beyond them"
            )
    order = sorted(kept)
    return as_floats(x[:, order]), [names[k] for k in order if k < n_named]


def _flags(rows: Indices, n: int) -> Flags:
    out = np.zeros(n, np.bool_)
    out[rows] = True
    return out
