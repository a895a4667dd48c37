"""Who was treated by an initiative and when, with the yearly outcome of everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.econometrics.aimed_at import (
    BY_ANOTHER,
    Aims,
    aims_of,
    chosen_initiatives,
    kinds_of,
    reached_between,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.wording import plural

NEVER = 0  # instead of a year
MOST_NAMED = 5
LEFT_OUT_SCHEMA = {"reason": pl.String, "n": pl.Int64}
SAID = {"place": "place", "declared cluster": "cluster", "organisation": "organisation"}


@dataclass(frozen=True, slots=True, eq=False)
class Evaluated:
    """Units, their yearly outcome, and the year in which each was first treated.

    Attributes
    ----------
    kind : str                   "place", "declared cluster" or "organisation"
    ids : tuple of str           (n,)
    years : (years,) int64       those in which anybody has the outcome
    y : (n, years) float64       NaN where not known
    first : (n,) int64           year first treated, 0 never
    group : (n,) int32           whose luck may go together: errors are by group
    grouped_by : str             what groups are; "unit" where each is its own
    covariates : (n, k) float64  in the last year known before the first treatment of anybody
    names : tuple of str         of the covariates
    outcome, unit : str          indicator and its unit
    label : str                  what the initiative is called
    left_out : DataFrame         `reason`, `n`: units not used
    notes : tuple of str
    """

    kind: str
    ids: tuple[str, ...]
    years: Indices
    y: Floats
    first: Indices
    group: Codes
    grouped_by: str
    covariates: Floats
    names: tuple[str, ...]
    outcome: str
    unit: str
    label: str
    left_out: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.ids)

    @property
    def is_treated(self) -> Flags:
        """Tell which units are treated by the last year of the outcome. (n,) bool."""
        return np.asarray((self.first > NEVER) & (self.first <= self.years[-1]))

    def chosen(self, which: Flags) -> Evaluated:
        """Return some of the units. which : (n,) bool."""
        return Evaluated(
            self.kind, tuple(np.array(self.ids, object)[which]), self.years, self.y[which],
            self.first[which], self.group[which], self.grouped_by, self.covariates[which],
            self.names, self.outcome, self.unit, self.label, self.left_out, self.notes,
        )  # fmt: skip

    def said(self, n: int) -> str:
        """Return a number of units with their noun."""
        return plural(n, SAID[self.kind])


def evaluated(
    study: Study,
    *,
    initiative: str | None = None,
    outcome: str | None = None,
    covariates: Sequence[str] = (),
) -> Evaluated:
    """Return units with their outcome and the year in which each was first treated.

    Parameters
    ----------
    study : Study
    initiative : str, optional
        `initiative_id`, `name`, `instrument` or `target` of initiatives; None: all of them
        together.
    outcome : indicator, optional
        None: the one with most treated units and years.
    covariates : indicators
        Of the same units.

    Raises
    ------
    InvalidArgument
        An initiative, outcome or covariate that is not there.
    TooFew
        Nobody can be said to be treated, or nobody else is there; the message says why.

    Notes
    -----
    An initiative with a `target` that names an organisation, a place, a declared cluster (its
    members, from when they joined) or an industry is aimed at these, within its `place_id`
    where both are given; one with a `place_id` only at whatever lies in it. The year in which
    it starts is the first year treated; whoever was treated once stays so. Who is not treated,
    but reached by another initiative in the years of the outcome, is set aside, unless that one
    reaches all alike.
    """
    rows = chosen_initiatives(study, initiative)
    _known(study, covariates)
    kind, name, aims = _series(study, rows, outcome)
    told = study.outcomes.filter(pl.col("indicator") == name)
    told = told.filter(pl.col("unit_id").is_in(aims.units.implode()))
    units = told["unit"].fill_null("").unique().to_list()
    if len(units) > 1:
        raise TooFew(
            f"the outcome {name!r} stands in {plural(len(units), 'unit')} "
            f"({', '.join(sorted(repr(unit) for unit in units))}); bring it into one"
        )
    ids, years, y = _matrix(told)
    first = as_indices([aims.first.get(unit, NEVER) for unit in ids])
    keep, reasons = _usable(ids, first, aims, (years, y))
    both = _by_others(study, rows, kind, (ids, years))
    reached = both & keep & ((first == NEVER) | (first > years[-1]))
    keep, reasons[BY_ANOTHER] = keep & ~reached, int(reached.sum())
    chosen = np.flatnonzero(keep)
    kept = tuple(ids[k] for k in chosen)
    x, lacks = _baseline(study, kept, covariates, _first_start(first[chosen], years))
    if covariates:
        reasons["a covariate is not known before the first treatment"] = int(lacks.sum())
        chosen, x = chosen[~lacks], x[~lacks]
        kept = tuple(ids[k] for k in chosen)
    group, grouped_by = aims.groups(kept)
    return Evaluated(
        kind, kept, years, as_floats(y[chosen]), as_indices(first[chosen]), group, grouped_by,
        x, tuple(covariates), name, units[0] if units else "", _label(rows, initiative),
        _left_out(reasons),
        (*aims.notes, *_twice(int((keep & both).sum())), *_gaps(years, name)),
    )  # fmt: skip


def enough_to_compare(panel: Evaluated) -> str:
    """Say what is missing for a comparison of before and after; nothing where it is enough."""
    treated = panel.is_treated
    if not treated.any():
        return (
            f"no {SAID[panel.kind]} with the outcome {panel.outcome!r} is treated between its "
            "second and its last year"
        )
    if treated.all() and np.unique(panel.first[treated]).size < 2:
        return (
            f"all {panel.said(panel.n)} with the outcome {panel.outcome!r} are treated in the "
            "same year: nobody is left to compare with. Add outcomes of others"
        )
    return ""


def _known(study: Study, covariates: Sequence[str]) -> None:
    there = set(study.outcomes["indicator"])
    for name in covariates:
        if name not in there:
            raise InvalidArgument(
                f"covariates: there is no indicator {name!r}; indicators are "
                f"{', '.join(sorted(there)) or 'none'}"
            )


def _series(study: Study, rows: pl.DataFrame, wanted: str | None) -> tuple[str, str, Aims]:
    """Return kind of unit and indicator with most treated units, and who is aimed at."""
    known = study.outcomes.group_by("unit_id", "indicator").agg(years=pl.col("year").n_unique())
    if wanted is not None and wanted not in set(known["indicator"]):
        raise InvalidArgument(
            f"outcome: there is no indicator {wanted!r}; indicators are "
            f"{', '.join(sorted(set(known['indicator']))) or 'none'}"
        )
    known = known.filter(pl.col("years") >= 2)
    if wanted is not None:
        known = known.filter(pl.col("indicator") == wanted)
    if not known.height:
        what = f"the outcome {wanted!r}" if wanted is not None else "an outcome"
        raise TooFew(f"nothing has {what} in two years or more (table `outcomes`)")
    best: tuple[int, int, str, str, Aims] | None = None
    for kind, ids in kinds_of(study).items():
        here = known.filter(pl.col("unit_id").is_in(ids.implode()))
        if not here.height:
            continue
        aims = aims_of(study, rows, kind=kind, units=here["unit_id"].unique().sort())
        for name, part in sorted(here.partition_by("indicator", as_dict=True).items()):
            hit = part.filter(pl.col("unit_id").is_in(list(aims.first)))
            rank = (hit.height, int(hit["years"].sum()), kind, str(name[0]), aims)
            if best is None or rank[:2] > best[:2]:
                best = rank
    if best is None or not best[0]:
        raise TooFew(
            "no unit with a yearly outcome is aimed at by an initiative with a start (tables "
            "`initiatives`: `start`, `place_id`, `target`; `outcomes`: `unit_id`)"
        )
    return best[2], best[3], best[4]


def _matrix(told: pl.DataFrame) -> tuple[list[str], Indices, Floats]:
    ids = told["unit_id"].unique().sort().to_list()
    years = as_indices(told["year"].unique().sort().to_numpy())
    row = told["unit_id"].replace_strict(ids, list(range(len(ids))), return_dtype=pl.Int64)
    y = np.full((len(ids), years.size), np.nan)
    y[row.to_numpy(), np.searchsorted(years, told["year"].to_numpy())] = told["value"]
    return ids, years, as_floats(y)


def _usable(
    ids: Sequence[str], first: Indices, aims: Aims, told: tuple[Indices, Floats]
) -> tuple[Flags, dict[str, int]]:
    """Return which units to keep, and why others not."""
    years, y = told
    keep = np.ones(len(ids), np.bool_)
    reasons: dict[str, int] = {}
    for reason, units in aims.unclear.items():
        hit = np.array([unit in units for unit in ids]) & keep
        reasons[reason] = int(hit.sum())
        keep &= ~hit
    before = ((years < first[:, None]) & ~np.isnan(y)).any(axis=1)
    early = keep & (first > NEVER) & ~before
    reasons["treated before its outcome is first known"] = int(early.sum())
    return keep & ~early, reasons


def _by_others(
    study: Study, rows: pl.DataFrame, kind: str, told: tuple[Sequence[str], Indices]
) -> Flags:
    """Tell which units other initiatives reach in the years studied."""
    ids, years = told
    rest = study.initiatives.join(rows, on="initiative_id", how="anti")
    span = int(years[0]), int(years[-1])
    units = pl.Series(list(ids), dtype=pl.String)
    found = reached_between(study, rest, kind=kind, units=units, years=span)
    return np.array([unit in found for unit in ids], np.bool_)


def _twice(n: int) -> tuple[str, ...]:
    if not n:
        return ()
    return (
        f"{n:,} of the treated are reached by another initiative too in these years: what that "
        "changed is in the effect.",
    )


def _gaps(years: Indices, outcome: str) -> tuple[str, ...]:
    """Say which years in between nobody has an outcome in."""
    missing = np.setdiff1d(np.arange(years[0], years[-1] + 1), years)
    if not missing.size:
        return ()
    return (
        f"{outcome!r} is not known in {', '.join(map(str, missing[:MOST_NAMED]))}"
        f"{' ...' if missing.size > MOST_NAMED else ''}: where treatment began just after, the "
        "last year known before is what others are held against.",
    )


def _first_start(first: Indices, years: Indices) -> int:
    starts = first[first > NEVER]
    return int(starts.min()) if starts.size else int(years[-1])


def _baseline(
    study: Study, ids: Sequence[str], names: Sequence[str], before: int
) -> tuple[Floats, Flags]:
    x = np.full((len(ids), len(names)), np.nan)
    for k, name in enumerate(names):
        rows = study.outcomes.filter(pl.col("indicator") == name, pl.col("year") < before).sort(
            "year"
        )
        last = dict(rows.select("unit_id", "value").iter_rows())
        x[:, k] = [last.get(unit, np.nan) for unit in ids]
    return as_floats(x), np.asarray(np.isnan(x).any(axis=1))


def _label(rows: pl.DataFrame, initiative: str | None) -> str:
    if initiative is not None:
        return initiative
    names = rows["name"].fill_null("").unique().to_list()
    return names[0] if len(names) == 1 and names[0] else plural(rows.height, "initiative")


def _left_out(reasons: Mapping[str, int]) -> pl.DataFrame:
    some = {reason: n for reason, n in reasons.items() if n}
    columns = {"reason": list(some), "n": list(some.values())}
    return pl.DataFrame(columns, schema=LEFT_OUT_SCHEMA)


def in_words(left_out: pl.DataFrame) -> tuple[str, ...]:
    """Return a sentence on the units that were not used; none where all were."""
    parts = [f"{n:,} ({reason})" for reason, n in left_out.iter_rows()]
    return (f"Not used: {'; '.join(parts)}.",) if parts else ()


def framed(rows: Sequence[Mapping[str, object]], schema: Mapping[str, Any]) -> pl.DataFrame:
    """Return rows as a table; NaN is empty."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)
