"""Places of a simulated world as tables of a study: jobs, outcomes, initiatives."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.simulation.calendar import Calendar
from buzzline.simulation.changes import Change
from buzzline.simulation.observed_organisations import Cast, ids_of
from buzzline.simulation.sighting import Sighting
from buzzline.simulation.world import Places, World
from buzzline.tables.worlds.employing import ALL_INDUSTRIES

UNITS = {
    "jobs": "jobs", "output": "output", "knowledge": "units of knowledge", "income": "income",
    "wage": "relative", "rent": "relative", "commons": "share", "population": "persons",
    "entries": "organisations", "exits": "organisations",
}  # fmt: skip
AS_KEPT = ("income", "wage", "rent", "commons", "population", "entries", "exits")
CITY, TOWN = 2e5, 5e4  # inhabitants


def place_table(world: World) -> pl.DataFrame:
    """Return places, and the countries they lie in."""
    places = world.places
    countries = _countries(places)
    size = places.population
    town = pl.DataFrame(
        {
            "place_id": pl.Series(places.ids, dtype=pl.String),
            "name": pl.Series(places.names, dtype=pl.String),
            "level": "municipality",
            "parent_id": "C-" + countries,
            "country": countries,
            "longitude": places.longitude,
            "latitude": places.latitude,
            "population": np.round(size),
            "urban_rural": [
                "city" if n > CITY else "town" if n > TOWN else "rural" for n in size
            ],
        }
    )
    known = sorted(countries.drop_nulls().unique().to_list())
    country = pl.DataFrame(
        {
            "place_id": [f"C-{code}" for code in known],
            "name": [f"Country {code}" for code in known],
            "level": ["country"] * len(known), "country": known,
        },
        schema=dict.fromkeys(("place_id", "name", "level", "country"), pl.String),
    )  # fmt: skip
    return pl.concat([town, country], how="diagonal_relaxed")


def _countries(places: Places) -> pl.Series:
    told = [None if code in {"", "unknown"} else code for code in places.countries]
    return pl.Series("country", told or [None] * places.n, dtype=pl.String)


def employment_table(
    sightings: Sequence[Sighting], world: World, days: Calendar
) -> pl.DataFrame:
    """Return jobs and establishments by place and industry; one year is told of once."""
    parts = []
    for year, seen in _by_year(sightings, days).items():
        rows = pl.DataFrame(
            {
                "place_id": pl.Series(world.places.ids, dtype=pl.String).gather(seen.place),
                "industry": pl.Series(world.industries, dtype=pl.String).gather(seen.industry),
                "jobs": seen.jobs,
            }
        )
        for table in (rows, rows.with_columns(industry=pl.lit(ALL_INDUSTRIES))):
            parts.append(
                table.group_by("place_id", "industry")
                .agg(pl.col("jobs").sum(), establishments=pl.len().cast(pl.Float64))
                .sort("place_id", "industry")
                .with_columns(year=pl.lit(year), suppressed=pl.lit(value=False))
            )
    return pl.concat(parts)


def _by_year(sightings: Sequence[Sighting], days: Calendar) -> dict[int, Sighting]:
    """Return the last look of each year that was told of."""
    return {days.year_told(seen.step): seen for seen in sightings}


def relatedness_table(world: World) -> pl.DataFrame:
    """Return how related two different industries are."""
    one, other = np.nonzero(~np.eye(len(world.industries), dtype=np.bool_))
    names = pl.Series(world.industries, dtype=pl.String)
    return pl.DataFrame(
        {
            "industry": names.gather(one),
            "other": names.gather(other),
            "kind": pl.Series(["skill"] * one.size, dtype=pl.String),
            "value": world.related[one, other],
        }
    )


def outcome_table(
    sightings: Sequence[Sighting], cast: Cast, *, world: World, days: Calendar
) -> pl.DataFrame:
    """Return outcomes of places and of organisations, one row a year that was looked at."""
    ids = ids_of(cast, world)
    places = pl.Series(world.places.ids, dtype=pl.String)
    parts = []
    for year, seen in _by_year(sightings, days).items():
        here = {name: seen.by_place[name] for name in AS_KEPT if name in seen.by_place}
        n = np.bincount(seen.place, minlength=places.len())
        total = seen.knowledge.sum(1, dtype=np.float64) / seen.knowledge.shape[1]
        here["jobs"] = as_floats(np.bincount(seen.place, seen.jobs, places.len()))
        here["output"] = as_floats(np.bincount(seen.place, seen.output, places.len()))
        here["knowledge"] = np.bincount(seen.place, total, places.len()) / np.maximum(n, 1)
        parts += [_rows(places, name, year, values) for name, values in here.items()]
        who = ids.gather(cast.rows(seen.birth))
        parts += [
            _rows(who, "output", year, seen.output), _rows(who, "knowledge", year, total),
            _rows(who, "jobs", year, seen.jobs),
        ]  # fmt: skip
    table = pl.concat(parts)
    # a place and an organisation that share an id cannot both be told of
    return table.unique(["unit_id", "indicator", "year"], keep="first", maintain_order=True)


def _rows(units: pl.Series, indicator: str, year: int, values: np.ndarray) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "unit_id": units, "indicator": indicator, "year": year,
            "value": np.asarray(values, np.float64), "unit": UNITS[indicator],
        }
    ).filter(pl.col("value").is_finite())  # fmt: skip


def initiative_table(changes: Sequence[Change], world: World, days: Calendar) -> pl.DataFrame:
    """Return one row a change and place it reaches; one without place where it reaches all."""
    rows = [
        (number, change, place)
        for number, change in enumerate(changes)
        for place in (change.target.places or (None,))
    ]
    start = days.of(np.array([change.start for _, change, _ in rows], np.int64))
    stop = np.array([min(change.stop, 10**5) for _, change, _ in rows], np.int64)
    end = days.of(np.maximum(stop, 1)).dt.offset_by("-1d")
    return pl.DataFrame(
        {
            "initiative_id": [
                f"change-{number + 1}"
                + ("" if place is None else f"-{world.places.ids[place]}")
                for number, _, place in rows
            ],
            "name": [f"{change.parameter} changed" for _, change, _ in rows],
            "instrument": [change.parameter for _, change, _ in rows],
            "target": [change.target.who for _, change, _ in rows],
            "start": start,
            "end": end.zip_with(pl.Series(stop < 10**5), pl.Series([None], dtype=pl.Date)),
            "place_id": [None if k is None else world.places.ids[k] for _, _, k in rows],
        },
        schema_overrides=dict.fromkeys(
            ("initiative_id", "name", "instrument", "target", "place_id"), pl.String
        ),
    )
