"""Who is there in which year: from dates, or from the years in which each was sighted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Flags
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

SIGHTED = "sighted"  # indicator in `outcomes`: the organisation was seen in that year
MOST_YEARS = 30  # taken when no years are named
FEWEST_THERE = 10
LITTLE_IN_COMMON = 0.5  # below this share of organisations a year has, names may be spelt anew

KnownBy = Literal["sightings", "dates", "nothing"]


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """Which organisations are there in each year that was observed.

    Attributes
    ----------
    years : tuple of int          observed years, earliest first
    there : (years, n) bool       organisations in the order of the study
    known_by : str                "sightings", "dates" or "nothing"
    notes : tuple of str
    """

    years: tuple[int, ...]
    there: Flags
    known_by: KnownBy
    notes: tuple[str, ...]


def presence(study: Study, years: Sequence[int] | None) -> Presence:
    """Return who is there in each year.

    Parameters
    ----------
    study : Study
        Rows of `outcomes` with the indicator "sighted" and an organisation as unit say in which
        years each was seen; without any, `opened` and `closed` say it.
    years : sequence of int or None
        Observed years; None takes those with sightings, or those from the first closing or
        dated linkage on to the last opening, closing or beginning of a tie.

    Raises
    ------
    InvalidArgument
        A year is named twice.
    """
    if years is not None and len(set(years)) < len(years):
        raise InvalidArgument("cluster_history: a year is named twice in `years`")
    seen = study.outcomes.filter(
        (pl.col("indicator") == SIGHTED)
        & (pl.col("value") > 0)
        & pl.col("unit_id").is_in(study.organisations["org_id"].implode())
    )
    if seen.height:
        return _by_sightings(study, seen, years)
    return _by_dates(study, years)


def in_year(study: Study, there: Flags) -> Study:
    """Return the organisations that are there, with what tells their industries."""
    organisations = study.organisations.filter(pl.Series(there)).with_columns(
        owner_id=pl.lit(None, pl.String), place_id=pl.lit(None, pl.String)
    )
    activities = study.activities.join(
        organisations.select("org_id"), on="org_id", how="semi", maintain_order="left"
    )
    return Study.of(
        organisations=organisations, activities=activities, industries=study.industries
    )


def gaps(years: Sequence[int]) -> list[tuple[int, int]]:
    """Return the pairs of neighbouring observed years with others between them.

    Examples
    --------
    >>> gaps((2016, 2017, 2018, 2020))
    [(2018, 2020)]
    """
    return [(one, other) for one, other in pairwise(years) if other - one > 1]


def _by_sightings(study: Study, seen: pl.DataFrame, years: Sequence[int] | None) -> Presence:
    known = sorted(seen["year"].unique().to_list())
    taken = tuple(sorted(years)) if years is not None else tuple(known[-MOST_YEARS:])
    row = study.organisations.select(pl.col("org_id").alias("unit_id")).with_row_index("row")
    rows = seen.select("unit_id", "year").unique().join(row, on="unit_id", how="inner")
    there = np.zeros((len(taken), study.organisations.height), np.bool_)
    place = {year: number for number, year in enumerate(taken)}
    chosen = rows.filter(pl.col("year").is_in(list(taken)))
    at = chosen["year"].replace_strict(place, return_dtype=pl.Int64).to_numpy()
    there[at, chosen["row"].to_numpy()] = True
    unseen = [year for year in taken if year not in set(known)]
    notes = [f"Nothing was observed in {_listed(unseen)}."] if unseen else []
    never = study.organisations.height - rows["row"].n_unique()
    if never:
        notes.append(
            f"{plural(never, 'organisation')} {verb(never, 'was', 'were')} sighted in no year."
        )
    kept = [number for number, year in enumerate(taken) if year not in unseen]
    return _noted(tuple(taken[k] for k in kept), there[kept], "sightings", notes)


def _by_dates(study: Study, years: Sequence[int] | None) -> Presence:
    dates = study.organisations.select(pl.col("opened", "closed").dt.year())
    opened = dates["opened"].fill_null(-(10**6)).to_numpy()
    closed = dates["closed"].fill_null(10**6).to_numpy()
    n_opened = dates.height - dates["opened"].null_count()
    n_closed = dates.height - dates["closed"].null_count()
    if not n_opened and not n_closed:
        return Presence((), np.zeros((0, dates.height), np.bool_), "nothing",
                        ("No organisation has a date of opening or closing, and none is "
                         "sighted: every year would be the same.",))  # fmt: skip
    notes = []
    if not n_closed:
        notes.append("No organisation closes in the tables, so nothing can shrink or dissolve.")
    if dates.height > n_opened:
        notes.append(
            f"{plural(dates.height - n_opened, 'organisation')} without a date of opening "
            f"{verb(dates.height - n_opened, 'is', 'are')} taken to be there from the start."
        )
    taken = tuple(sorted(years)) if years is not None else _dated_years(study, dates, notes)
    there = np.array([(opened <= year) & (closed >= year) for year in taken], dtype=np.bool_)
    return _noted(taken, there.reshape(len(taken), dates.height), "dates", notes)


def _dated_years(study: Study, dates: pl.DataFrame, notes: list[str]) -> tuple[int, ...]:
    """Return the years in which closing or beginning of ties is recorded, to the last date.

    Before the first closing or dated tie only what survived is known.
    """
    start = study.linkages["start"].dt.year()  # ends of ties may lie in the future
    last = max(
        (int(part.max()) for part in (start, *dates.iter_columns()) if part.count()),  # type: ignore[arg-type]  # years
        default=0,
    )
    firsts = [int(part.min()) for part in (start, dates["closed"]) if part.count()]  # type: ignore[arg-type]  # years
    if not firsts:
        begun = dates["opened"].drop_nulls().sort()
        firsts = [int(begun[min(FEWEST_THERE, begun.len()) - 1])]
    first = min(firsts)
    if last - first >= MOST_YEARS:
        notes.append(f"The last {MOST_YEARS} of the years from {first} to {last}.")
        first = last - MOST_YEARS + 1
    return tuple(range(first, last + 1))


def _noted(
    years: tuple[int, ...], there: Flags, known_by: KnownBy, notes: Sequence[str]
) -> Presence:
    found = list(notes)
    for before, after in gaps(years):
        found.append(f"Nothing was observed between {before} and {after}.")
    for k in range(1, len(years)):
        fewer = min(int(there[k - 1].sum()), int(there[k].sum()))
        common = int((there[k - 1] & there[k]).sum())
        if fewer and common / fewer < LITTLE_IN_COMMON:
            found.append(
                f"Only {common / fewer:.0%} of organisations of {years[k - 1]} or {years[k]} "
                "appear in both: are names spelt alike over the years?"
            )
    return Presence(years, there, known_by, tuple(found))


def _listed(years: Sequence[int]) -> str:
    return ", ".join(str(year) for year in years)
