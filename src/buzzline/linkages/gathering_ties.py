"""Gatherings and ties as arrays: who took part, and which pairs were tied from when to when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, Strings, as_floats, as_indices
from buzzline.clusters.records import bundling
from buzzline.linkages.pair_errors import PairRows
from buzzline.space.globe import unit_vectors
from buzzline.tables.study import Study

Home = Literal["city", "region", "country"]
MONTH_DAYS = 30.4375
DURING_DAYS = 31  # ties that begin at a gathering, or in the month after it
SLACK_DAYS = 31  # how far the last tie may lie before the end of what was observed
LASTING = 2**40  # a day no calendar reaches
FEWEST_PRESENT = 3
MET = "co_attendance"  # a layer that tells of having met, not of being tied


@dataclass(frozen=True, slots=True, eq=False)
class Gathering:
    """One edition of a fair, conference or mission, held or cancelled.

    Attributes
    ----------
    gathering_id, name, kind : str
    start, end : int                days since 1970; `LASTING` where not known
    is_held : bool
    present : (k,) int64            rows of organisations that took part, or planned to
    """

    gathering_id: str
    name: str
    kind: str
    start: int
    end: int
    is_held: bool
    present: Indices

    @property
    def has_date(self) -> bool:
        """Tell whether it is known when it took place, or would have."""
        return self.start < LASTING


@dataclass(frozen=True, slots=True, eq=False)
class DatedTies:
    """Ties with a first day, those without direction the same way round.

    Attributes
    ----------
    one, other : (m,) int64         rows of organisations, one < other
    start, end : (m,) int64         days since 1970; `LASTING` where no end is known
    record : (m,) int64             which record; -1 where none, empty where few tell of all
    first, last : int               days between which ties are seen to begin
    n_organisations : int
    n_undated : int                 ties left out for want of a first day
    """

    one: Indices
    other: Indices
    start: Indices
    end: Indices
    record: Indices
    first: int
    last: int
    n_organisations: int
    n_undated: int

    @property
    def code(self) -> Indices:
        """One number for each pair, (m,)."""
        return as_indices(self.one * self.n_organisations + self.other)

    def begun(self, since: float, until: float) -> Indices:
        """Return the ties that begin after one day and not after another."""
        return as_indices(np.flatnonzero((self.start > since) & (self.start <= until)))

    def lasting(self, since: float, until: float) -> Indices:
        """Return the ties that last on some day between two."""
        return as_indices(np.flatnonzero((self.start <= until) & (self.end >= since)))

    def rows(self, which: Indices) -> PairRows:
        """Return some ties as rows of which errors are computed."""
        record = self.record[which] if self.record.size else np.full(which.size, -1)
        at = np.flatnonzero(record >= 0)
        return PairRows(
            self.one[which], self.other[which], as_indices(at), as_indices(record[at])
        )


def days_of(dates: pl.Series, missing: int = 0) -> Indices:
    """Return dates as days since 1970."""
    return as_indices(dates.cast(pl.Int32).cast(pl.Int64).fill_null(missing).to_numpy())


def dated_ties(study: Study, layer: str) -> DatedTies:
    """Return the dated ties of a layer between different organisations."""
    rows = study.linkages.filter(
        (pl.col("layer") == layer)
        & (pl.col("source") != pl.col("target"))
        & (pl.col("weight").fill_null(1.0) > 0)
    )
    dated = rows.filter(pl.col("start").is_not_null())
    number = study.organisations.select("org_id").with_row_index("row")
    ends = [
        dated.select(org_id=end).join(
            number, on="org_id", how="left", validate="m:1", maintain_order="left"
        )["row"].cast(pl.Int64).to_numpy()
        for end in ("source", "target")
    ]  # fmt: skip
    named = bundling(dated.select("source", "target", record="observed_by"))
    several = named.is_not_null().any()
    codes = named.rank("dense").cast(pl.Int64).fill_null(-1).to_numpy()
    start = days_of(dated["start"])
    return DatedTies(
        as_indices(np.minimum(*ends)), as_indices(np.maximum(*ends)), start,
        days_of(dated["end"], LASTING), as_indices(codes if several else []),
        int(start.min()) if start.size else 0, int(start.max()) if start.size else 0,
        study.organisations.height, rows.height - dated.height,
    )  # fmt: skip


def gatherings_of(study: Study) -> tuple[list[Gathering], pl.DataFrame]:
    """Return the gatherings with people, earliest first, and why others are not measured.

    Organisers meet everybody and are left out. Those without a date come last.

    Returns
    -------
    list of Gathering
    DataFrame
        `gathering_id`, `name`, `status` of those without people, or without a date.
    """
    number = study.organisations.select("org_id").with_row_index("row")
    came = study.attendance.filter(pl.col("role").fill_null("visitor") != "organiser")
    rows = came.join(number, on="org_id", how="left", validate="m:1").with_columns(
        pl.col("row").cast(pl.Int64)
    )
    present = {
        key[0]: as_indices(np.unique(group["row"].to_numpy()))
        for key, group in rows.group_by("gathering_id")
    }
    found, not_measured = [], []
    for row in study.gatherings.to_dicts():
        who = present.get(row["gathering_id"], as_indices([]))
        why = _unusable(row, who.size)
        name = row["name"] or row["gathering_id"]
        if why:
            not_measured.append((row["gathering_id"], name, why))
        if who.size >= FEWEST_PRESENT:
            days = days_of(
                pl.Series([row["start"], row["end"] or row["start"]], dtype=pl.Date), LASTING
            )
            found.append(
                Gathering(
                    row["gathering_id"], name, row["kind"] or "gathering", int(days[0]),
                    int(days[1]), not row["cancelled"], who,
                )
            )  # fmt: skip
    schema = {"gathering_id": pl.String, "name": pl.String, "status": pl.String}
    ordered = sorted(found, key=lambda each: (each.start, each.gathering_id))
    return ordered, pl.DataFrame(not_measured, schema=schema, orient="row")


def _unusable(row: dict[str, object], n: int) -> str:
    if row["start"] is None:
        return "no date: give it a `start` in the table gatherings"
    if n < FEWEST_PRESENT:
        return f"{n} organisations in attendance, at least {FEWEST_PRESENT} are needed"
    return ""


@dataclass(frozen=True, slots=True, eq=False)
class Homes:
    """Where organisations are at home, and what else two of them may share.

    Attributes
    ----------
    home, industry, owner : (n,) int64      codes; -1 where not known
    xyz : (n, 3) float64                    unit vectors; NaN where not known
    opened, closed : (n,) int64             days; -LASTING, LASTING where not known
    names : (h,) object                     of the homes
    """

    home: Indices
    industry: Indices
    owner: Indices
    xyz: Floats
    opened: Indices
    closed: Indices
    names: Strings


def homes_of(study: Study, home: Home) -> Homes:
    """Return homes of organisations; cities of one name in two countries are two homes."""
    table = study.organisations
    place = pl.col(home).str.strip_chars().str.to_lowercase().replace("", None)
    if home != "country":
        known = pl.concat_str([place, pl.col("country").fill_null("")], separator="|")
        place = pl.when(place.is_not_null()).then(known)
    named = table.select(place.alias("home"))["home"]
    return Homes(
        _codes(named), _codes(table["industry"]), _codes(table["owner_id"]),
        unit_vectors(*(
            as_floats(table[name].cast(pl.Float64).fill_null(np.nan).to_numpy())
            for name in ("longitude", "latitude")
        )),
        days_of(table["opened"], -LASTING), days_of(table["closed"], LASTING),
        np.array(named.drop_nulls().unique().sort().to_list(), dtype=np.object_),
    )  # fmt: skip


def _codes(values: pl.Series) -> Indices:
    return as_indices((values.rank("dense").cast(pl.Int64) - 1).fill_null(-1).to_numpy())


def same(code: Indices, one: Indices, other: Indices) -> Flags:
    """Tell which pairs share a known code."""
    return np.asarray((code[one] == code[other]) & (code[one] >= 0))


def within(rows: Indices, n: int) -> Flags:
    """Return the rows of organisations as flags, (n,)."""
    flags = np.zeros(n, np.bool_)
    flags[rows] = True
    return flags
