"""Places of a study as places of a world: those it names, else neighbourhoods of coordinates.

Where most organisations have a `place_id` whose coordinates are known, these are the places.
Otherwise places are zones: neighbouring coordinates of one country taken together.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.place_labels import unlike
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import TooFew
from buzzline.quantities import Count
from buzzline.randomness import child
from buzzline.simulation.languages import language_codes
from buzzline.simulation.made_places import (
    SKILLED,
    SPREAD_OF_INSTITUTIONS,
    diaspora_by_distance,
    distances_km,
)
from buzzline.simulation.world import Places
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.study import Study
from buzzline.wording import plural

ZONE_KM = 25.0  # half the reach within which ties count as local
ENOUGH_NAMED = 0.9  # share of located organisations with a place
INHABITANTS_A_JOB = 10.0  # where population is not known: these industries are a tenth of it
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Who of a study stands where.

    Attributes
    ----------
    organisations : DataFrame
        Those that stand somewhere, by place; with `row` (of the study) and `place` (int).
    places : Places
    notes : tuple of str
        What was not known, and what was put in its place.
    """

    organisations: pl.DataFrame
    places: Places
    notes: tuple[str, ...]


def settled(study: Study, *, at_most: Count) -> Settled:
    """Return the organisations of a study by place.

    Raises
    ------
    TooFew
        No organisation has coordinates.
    """
    has = pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null()
    located = study.organisations.with_row_index("row").filter(has).sort("org_id")
    if not located.height:
        raise TooFew(
            "world_of_study: no organisation has coordinates, so there are no places to learn "
            "in. Give `longitude` and `latitude`, or `city` and `country` for `read_study` to "
            "look up."
        )
    notes = _left_out(study.organisations.height - located.height)
    named = _by_name(study, located)
    if named is None:
        placed, said = _by_nearness(located, at_most)
        notes += said
    else:
        placed = named
    placed = placed.sort("place", maintain_order=True)
    places, said = _described(study, placed)
    return Settled(placed, places, (*notes, *said))


def _left_out(n: int) -> tuple[str, ...]:
    return (f"{plural(n, 'organisation')} without coordinates left out.",) if n else ()


def _by_name(study: Study, located: pl.DataFrame) -> pl.DataFrame | None:
    known = study.places.filter(pl.col("longitude").is_not_null()).select("place_id")
    there = located.join(known, on="place_id", how="semi", maintain_order="left")
    if there.height < ENOUGH_NAMED * located.height:
        return None
    return there.with_columns(place=pl.col("place_id").rank("dense").cast(pl.Int32) - 1)


def _by_nearness(located: pl.DataFrame, at_most: int) -> tuple[pl.DataFrame, tuple[str, ...]]:
    zones = zones_of(located, sites_of(located), reach_km=ZONE_KM, at_most=at_most)
    placed = located.with_columns(place=pl.Series(zones.zone, dtype=pl.Int32))
    note = f"Places are neighbourhoods of {ZONE_KM:.0f} km, as the study names none"
    if zones.moved_share > 0:
        note += (
            f"; {zones.moved_share:.0%} of organisations were given to the nearest of the "
            f"{at_most:,} largest of their country"
        )
    return placed, (note + ".",)


def _described(study: Study, placed: pl.DataFrame) -> tuple[Places, tuple[str, ...]]:
    rows = placed.group_by("place").agg(
        pl.col("longitude").mean(),
        pl.col("latitude").mean(),
        *(_commonest(name) for name in ("place_id", "city", "region", "country")),
        pl.col("jobs").sum(),
        pl.len().alias("n"),
    ).sort("place")  # fmt: skip
    rows = _named(rows)
    countries = tuple(rows["country"].fill_null(UNKNOWN).to_list())
    region = rows.select(pl.concat_str("country", "region", separator="/")).to_series()
    lone = pl.Series([f"place {k}" for k in range(rows.height)])
    region = region.zip_with(region.is_not_null(), lone)
    population, notes = _population(study, rows)
    longitude, latitude = rows["longitude"].to_numpy(), rows["latitude"].to_numpy()
    distance = distances_km(longitude, latitude)
    places = Places(
        ids=tuple(rows["id"].to_list()),
        names=tuple(rows["name"].to_list()),
        longitude=as_floats(longitude),
        latitude=as_floats(latitude),
        distance_km=distance,
        region=_coded(region),
        nation=_coded(pl.Series(countries)),
        language=language_codes(countries),
        population=population,
        skilled_share=np.full(rows.height, SKILLED),
        diaspora=diaspora_by_distance(distance, population),
        institutions=_institutions(countries, rows["id"].to_list()),
        countries=countries,
        regions=tuple(rows["region"].fill_null("").to_list()),
    )
    assumed = (
        "Not told by the study, so assumed: shares of people with skill (30 %) and from "
        "elsewhere (5 %, by size and nearness), and institutions (alike within a nation)."
    )
    return places, (*notes, assumed)


def _commonest(name: str) -> pl.Expr:
    return pl.col(name).drop_nulls().sort().mode(maintain_order=True).first()


def _named(rows: pl.DataFrame) -> pl.DataFrame:
    number = pl.int_range(pl.len()).cast(pl.String).str.zfill(4)
    label = pl.coalesce(
        pl.concat_str("city", "country", separator=", "), "city",
        pl.concat_str(pl.lit("Place "), number),
    )  # fmt: skip
    return rows.with_columns(
        id=pl.coalesce("place_id", pl.concat_str(pl.lit("Z"), number)), name=unlike(label)
    )


def _coded(values: pl.Series) -> Codes:
    return as_codes(values.rank("dense").to_numpy() - 1)


def _population(study: Study, rows: pl.DataFrame) -> tuple[Floats, tuple[str, ...]]:
    told = rows.select("place_id").join(
        study.places.select("place_id", "population"), on="place_id", how="left",
        validate="m:1", maintain_order="left",
    )["population"]  # fmt: skip
    unknown = told.is_null() | (told <= 0)
    jobs = rows["jobs"].fill_null(0).to_numpy()
    guess = np.maximum(jobs, rows["n"].to_numpy() * 10.0) * INHABITANTS_A_JOB
    population = np.where(unknown.to_numpy(), guess, told.fill_null(0).to_numpy())
    if not unknown.any():
        return as_floats(population), ()
    note = (
        f"Population of {int(unknown.sum()):,} of {plural(rows.height, 'place')} is not known; "
        f"taken as {INHABITANTS_A_JOB:.0f} inhabitants a job."
    )
    return as_floats(population), (note,)


def _institutions(countries: tuple[str, ...], ids: list[str]) -> Floats:
    """Return the same point for the same country and place, whatever else is in the study."""
    here = [
        child(0, "institutions", country).normal(0, SPREAD_OF_INSTITUTIONS, 4)
        + child(0, "institutions", country, place).normal(0, SPREAD_OF_INSTITUTIONS / 3, 4)
        for country, place in zip(countries, ids, strict=True)
    ]
    return np.ascontiguousarray(here, dtype="float32").reshape(-1, 4)
