"""Effects by when units were first treated and by year, and the same without each group.

Where treatment begins in different years, two-way fixed effects compare late starters with
early ones, who are treated already; with effects that grow, the sign can be wrong. Here each
cohort is compared only with units not treated by then [1]_.

.. [1] Callaway, B., Sant'Anna, P. H. C. (2021). Difference-in-differences with multiple time
   periods. Journal of Econometrics 225(2). doi:10.1016/j.jeconom.2020.12.001
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.econometrics.doubly_robust import Change, change_of_treated
from buzzline.errors import TooFew

Against = Literal["not yet treated", "never treated"]
Base = Literal["last before", "year before"]
NEVER = 0
MADE_AGAIN = 400  # groups up to which all is made again, with covariates, without each


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """The yearly outcome of units, and when each was first treated.

    Attributes
    ----------
    y : (n, years) float64       NaN where not known
    years : (years,) int64
    first : (n,) int64           year first treated, 0 never
    group : (n,) int32           whose luck may go together
    covariates : (n, k) float64  k may be 0
    """

    y: Floats
    years: Indices
    first: Indices
    group: Codes
    covariates: Floats

    def chosen(self, which: Flags | Indices) -> Timing:
        """Return some of the units."""
        return Timing(
            self.y[which], self.years, self.first[which], self.group[which],
            self.covariates[which],
        )  # fmt: skip

    def treated_in(self, first: Indices) -> Timing:
        """Return the same units, treated at other times."""
        return Timing(self.y, self.years, first, self.group, self.covariates)

    def with_outcome(self, y: Floats) -> Timing:
        """Return the same units with another outcome."""
        return Timing(as_floats(y), self.years, self.first, self.group, self.covariates)


@dataclass(frozen=True, slots=True, eq=False)
class GroupTimes:
    """One effect a cohort and year, each with what it is without each group.

    Attributes
    ----------
    cohort, year : (cells,) int64
    base : (cells,) int64         year that others are held against
    value : (cells,) float64
    n_treated, n_others : (cells,) int64
    method : tuple of str         (cells,)
    left_out : (groups, cells) float64   without each group; NaN where it cannot be told then
    size : (groups, cells) float64       units of the cohort left without each group
    group : (groups,) int32
    has_treated : (groups,) bool
    """

    cohort: Indices
    year: Indices
    base: Indices
    value: Floats
    n_treated: Indices
    n_others: Indices
    method: tuple[str, ...]
    left_out: Floats
    size: Floats
    group: Codes
    has_treated: Flags

    @property
    def since(self) -> Indices:
        """Years since the first treated one, per cell; negative before."""
        return as_indices(self.year - self.cohort)


def group_times(
    timing: Timing, *, against: Against = "not yet treated", base: Base = "last before"
) -> GroupTimes:
    """Return the effect on each cohort in each year.

    Parameters
    ----------
    timing : Timing
    against : "not yet treated" or "never treated"
        Whom a cohort is compared with.
    base : "last before" or "year before"
        Years before treatment against the last one before it, or each against the one before.

    Raises
    ------
    TooFew
        No cohort has a year before, a later one and anybody to be compared with.

    Notes
    -----
    ATT(g, t) = E[y_t - y_b | first treated in g] - the same of others like them who are not
    treated by t (nor by b), b being the last year before g in which the outcome of anybody
    first treated in g is known. Only units seen in both years count. What it is without a group
    is exact; with covariates and more than 400 groups it is the first step from the whole.

    Examples
    --------
    >>> y = np.array([[0.0, 0, 3], [0, 1, 1], [1, 2, 2]])
    >>> timing = Timing(y, np.array([2000, 2001, 2002]), np.array([2002, 0, 0]),
    ...                 np.arange(3, dtype=np.int32), np.empty((3, 0)))
    >>> group_times(timing).value.tolist()
    [1.0, 3.0]
    """
    cells = [
        (int(cohort), t)
        for cohort in np.unique(timing.first)
        if cohort > NEVER and timing.years[0] < cohort <= timing.years[-1]
        for t in range(timing.years.size)
    ]
    groups, group = np.unique(timing.group, return_inverse=True)
    found = [_cell(timing, cell, (against, base), (group, groups.size)) for cell in cells]
    told = [item for item in found if item is not None]
    if not told:
        raise TooFew(
            "no year of any cohort has treated and untreated units seen both before and then"
        )
    cohort, year, start, value, left_out, size, n_treated, n_others, method = zip(
        *told, strict=True
    )
    treated_later = (timing.first > NEVER) & (timing.first <= timing.years[-1])
    return GroupTimes(
        as_indices(cohort), as_indices(year), as_indices(start), as_floats(value),
        as_indices(n_treated), as_indices(n_others), tuple(method),
        as_floats(np.column_stack(left_out)),
        as_floats(np.column_stack(size)), groups.astype(np.int32),
        np.bincount(group, treated_later, groups.size) > 0,
    )  # fmt: skip


_Cell = tuple[int, int, int, float, Floats, Floats, int, int, str]


def _cell(
    timing: Timing, cell: tuple[int, int], how: tuple[Against, Base],
    grouped: tuple[np.ndarray, int],
) -> _Cell | None:  # fmt: skip
    cohort, t = cell
    mine = timing.first == cohort
    seen = np.flatnonzero((timing.years < cohort) & ~np.isnan(timing.y[mine]).all(axis=0))
    if not seen.size:
        return None
    last = int(seen[-1])
    before = last if how[1] == "last before" or t > last else t - 1
    if before < 0 or t == before:
        return None
    until = int(max(timing.years[t], timing.years[before]))
    others = (timing.first == NEVER) | (timing.first > timing.years[-1])
    if how[0] == "not yet treated":
        others |= timing.first > until
    change = timing.y[:, t] - timing.y[:, before]
    used = (mine | (others & ~mine)) & ~np.isnan(change)
    treated = mine[used]
    if not treated.any() or treated.all():
        return None
    group, n_groups = grouped
    found = change_of_treated(change[used], treated, timing.covariates[used])
    own = np.bincount(group[used], weights=treated, minlength=n_groups)
    left = treated.sum() - own
    there = np.bincount(group[used], minlength=n_groups)
    if found.method == "means":
        without = _means_without(change[used], treated, group[used], n_groups)
    else:
        told = (change[used], treated, as_floats(timing.covariates[used]))
        without = _without(told, found, group[used], n_groups)
        without[(left == 0) | (treated.size - there - left == 0)] = np.nan
    return (
        cohort, int(timing.years[t]), int(timing.years[before]), found.value,
        as_floats(without), as_floats(left),
        int(treated.sum()), int((~treated).sum()), found.method,
    )  # fmt: skip


def _without(
    told: tuple[Floats, Flags, Floats], found: Change, group: np.ndarray, n_groups: int
) -> Floats:
    """Return the effect without each group; with many groups, by the first step."""
    change, treated, covariates = told
    there = np.bincount(group, minlength=n_groups)
    moved = np.bincount(group, found.influence, n_groups)
    without = found.value - moved / np.maximum(treated.size - there, 1)
    groups = np.flatnonzero(there)
    if groups.size <= MADE_AGAIN:
        for g in groups:
            rest = group != g
            if treated[rest].any() and not treated[rest].all():
                again = change_of_treated(change[rest], treated[rest], covariates[rest])
                without[g] = again.value
    return as_floats(without)


def _means_without(change: Floats, treated: Flags, group: np.ndarray, n_groups: int) -> Floats:
    """Return the difference of means without each group."""
    parts = []
    for which in (treated, ~treated):
        n = which.sum() - np.bincount(group, weights=which, minlength=n_groups)
        total = change[which].sum() - np.bincount(group, change * which, n_groups)
        with np.errstate(divide="ignore", invalid="ignore"):
            parts.append(np.where(n > 0.5, total / n, np.nan))
    return as_floats(parts[0] - parts[1])
