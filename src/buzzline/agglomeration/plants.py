"""Plants: every establishment with its jobs, place and industry.

Establishments are taken as listed; an organisation without a listed establishment counts as one
plant at its own place. Where an establishment lacks its place or industry, those of its
organisation are taken.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from buzzline.agglomeration.levels import rolled_up
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables import Study

PLACED_BY = ("place_id", "region", "city")
ENOUGH = 0.5  # share of the plants that must have a place of one kind for it to be used


@dataclass(frozen=True, slots=True, eq=False)
class Plants:
    """Plants with known place and industry.

    Attributes
    ----------
    jobs : (n,) float64 [jobs]    NaN: not known
    place : (n,) int32            row of `places`
    industry : (n,) int32         row of `industries`
    owner : (n,) int32            organisation each belongs to, numbered from 0
    places : DataFrame            `place_id`, `name`, `country`, `longitude`, `latitude`,
        `population`
    industries : DataFrame        `industry`, `title`, `cluster`, `traded`
    source : str                  "establishments" or "organisations"
    notes : tuple[str, ...]       what was left out
    """

    jobs: Floats
    place: Codes
    industry: Codes
    owner: Codes
    places: pl.DataFrame
    industries: pl.DataFrame
    source: str
    notes: tuple[str, ...] = ()

    def __str__(self) -> str:
        plants, jobs = number_of(self.jobs.size, "plant"), np.nansum(self.jobs)
        industries = number_of(self.industries.height, "industry", "industries")
        where = number_of(self.places.height, "place")
        return f"{plants} of {industries} in {where}, {jobs:,.0f} jobs."


def plants_of(study: Study, *, year: int | None = None, digits: int | None = None) -> Plants:
    """Return the plants of a study, one row each.

    Parameters
    ----------
    study : Study
    year : int, optional
        Only those active in it; all by default.
    digits : int, optional
        Level of the classification; codes as they stand by default.

    Raises
    ------
    TooFew
        No plant has both a place and an industry.

    Examples
    --------
    >>> study = Study.of(organisations=pl.DataFrame({
    ...     "org_id": ["a", "b"], "city": ["Prato", "Carpi"], "industry": "textiles",
    ...     "jobs": [5.0, 7.0]}))
    >>> print(plants_of(study))
    2 plants of 1 industry in 2 places, 12 jobs.
    """
    rows, source, notes = _listed(study, year)
    kind = _kind_of_place(rows)
    rows = rows.with_columns(_place(rows, kind).alias("place"))
    if digits is not None:
        rows = _at_level(rows, digits, study.industries)
    whole = pl.col("place").is_not_null() & pl.col("industry").is_not_null()
    kept = rows.filter(whole)
    if not kept.height:
        raise TooFew(
            "none of the organisations has both a place and an industry. Fill in `place_id` "
            "(or `region`, `city`) and `industry`, or give a table `employment`."
        )
    if kept.height < rows.height:
        notes.append(
            "Plants without a place or an industry are left out: "
            f"{rows.height - kept.height:,} of {rows.height:,}."
        )
    if kind != "place_id":
        notes.append(f"Places are taken from the column `{kind}`; `place_id` is mostly empty.")
    places, industries = _places(kept, kind, study), listed_industries(kept, study)
    return Plants(
        jobs=as_floats(kept["jobs"].fill_null(np.nan).to_numpy()),
        place=positions(kept["place"], places["place_id"]),
        industry=positions(kept["industry"], industries["industry"]),
        owner=positions(kept["org_id"], kept["org_id"].unique(maintain_order=True)),
        places=places, industries=industries, source=source, notes=tuple(notes),
    )  # fmt: skip


def number_of(n: int, one: str, many: str = "") -> str:
    """Return a number with its noun, in the singular for one."""
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def listed_industries(rows: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Return the industries of rows in order of their codes, described where listed."""
    return (
        rows.select("industry")
        .unique()
        .sort("industry")
        .join(
            study.industries.select("industry", "title", "cluster", "traded"),
            on="industry", how="left", maintain_order="left", validate="1:1",
        )
    )  # fmt: skip


def listed_places(identifiers: pl.Series, study: Study) -> pl.DataFrame:
    """Return places in order of their identifiers, described where they are listed."""
    described = ("name", "country", "longitude", "latitude", "population")
    return (
        pl.DataFrame({"place_id": identifiers.unique().sort()})
        .join(
            study.places.select("place_id", *described),
            on="place_id", how="left", maintain_order="left", validate="1:1",
        )
    )  # fmt: skip


def positions(values: pl.Series, known: pl.Series) -> Codes:
    """Return the row of each value among those known; all must be."""
    table = pl.DataFrame({"value": known}).with_row_index("at")
    found = pl.DataFrame({"value": values}).join(
        table, on="value", how="left", maintain_order="left", validate="m:1"
    )
    return as_codes(found["at"].to_numpy())


def _listed(study: Study, year: int | None) -> tuple[pl.DataFrame, str, list[str]]:
    where = ("org_id", "industry", "place_id", "region", "city", "country", "longitude",
             "latitude", "opened", "closed")  # fmt: skip
    alone = study.organisations
    if not alone.height:
        raise TooFew(
            "there are neither employment, establishments nor organisations in the study. Give "
            "a table `employment` (place_id, industry, jobs), or one of organisations."
        )
    if not study.establishments.height:
        return _active(alone.select(*where, "jobs"), year), "organisations", []
    sites = study.establishments.with_columns(region=pl.lit(None, pl.String))
    main = alone.select("org_id", pl.col("industry", "place_id", "region", "city"))
    sited = sites.select(*where, "jobs").join(
        main, on="org_id", how="left", suffix="_main", maintain_order="left", validate="m:1"
    )
    located = pl.col("place_id").is_null() & pl.col("city").is_null()
    sited = sited.with_columns(
        pl.coalesce("industry", "industry_main"),
        *(
            pl.when(located).then(f"{name}_main").otherwise(name).alias(name)
            for name in ("place_id", "region", "city")
        ),
    ).select(*where, "jobs")
    rest = alone.join(sites.select("org_id"), on="org_id", how="anti", maintain_order="left")
    notes = []
    if rest.height:
        notes.append(
            "Organisations without a listed establishment count as one plant each: "
            f"{rest.height:,}."
        )
    both = pl.concat([sited, rest.select(*where, "jobs")])
    return _active(both, year), "establishments", notes


def _active(rows: pl.DataFrame, year: int | None) -> pl.DataFrame:
    if year is None:
        return rows
    begun = pl.col("opened").is_null() | (pl.col("opened") <= date(year, 12, 31))
    lasting = pl.col("closed").is_null() | (pl.col("closed") >= date(year, 1, 1))
    return rows.filter(begun & lasting)


def _kind_of_place(rows: pl.DataFrame) -> str:
    filled = {name: rows.height - rows[name].null_count() for name in PLACED_BY}
    enough = [name for name in PLACED_BY if filled[name] >= ENOUGH * rows.height]
    return enough[0] if enough else max(PLACED_BY, key=lambda name: filled[name])


def _place(rows: pl.DataFrame, kind: str) -> pl.Series:
    """Return the place of each row; a name that occurs in several countries tells which."""
    if kind == "place_id":
        return rows["place_id"]
    countries = pl.col("country").drop_nulls().n_unique().over(kind)
    named = pl.format("{} ({})", kind, pl.col("country").fill_null("?"))
    return rows.select(
        pl.when(pl.col(kind).is_null())
        .then(None)
        .when(countries > 1)
        .then(named)
        .otherwise(kind)
    ).to_series()


def _places(rows: pl.DataFrame, kind: str, study: Study) -> pl.DataFrame:
    """Return the places of plants; those without a table are at the mean of their plants."""
    if kind == "place_id":
        return listed_places(rows["place"], study)
    return (
        rows.group_by(pl.col("place").alias("place_id"))
        .agg(
            pl.col(kind).first().alias("name"),
            pl.col("country").drop_nulls().first(),
            pl.col("longitude", "latitude").mean(),
            pl.lit(None, pl.Float64).alias("population"),
        )
        .sort("place_id")
    )


def _at_level(rows: pl.DataFrame, digits: int, industries: pl.DataFrame) -> pl.DataFrame:
    codes = rows["industry"].drop_nulls().unique().sort().to_list()
    up = rolled_up(codes, digits, industries)
    if not any(up.values()):
        raise InvalidArgument(
            f"digits: no industry of the study lies in one with {digits}; codes are such as "
            f"{', '.join(codes[:3])}. Fill in `level` and `parent` in the table `industries`."
        )
    table = pl.DataFrame({"industry": list(up), "to": list(up.values())},
                         schema={"industry": pl.String, "to": pl.String})  # fmt: skip
    return rows.join(
        table, on="industry", how="left", maintain_order="left", validate="m:1"
    ).with_columns(pl.col("to").alias("industry"))
