"""Organisations of a simulated world as a register would list them, with first and last day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.kernels.starts import fill_uniforms
from buzzline.simulation.calendar import Calendar
from buzzline.simulation.luck import STREAMS
from buzzline.simulation.sighting import Sighting
from buzzline.simulation.world import Places, World
from buzzline.tables.worlds.geography import KM_A_DEGREE

REACH_KM = 5.0  # within which organisations stand around the middle of their place
LARGE = 250  # jobs
_WHERE = 99  # a step of the stream "start" that nothing else draws in
_FIELDS = ("place", "industry", "owner", "is_university", "is_service", "jobs")


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Everybody who was ever seen, by birth, as last seen.

    Attributes
    ----------
    birth, parent : (n,) uint64
    origin, place, industry, owner : (n,) int32
    is_university, is_service, is_gone : (n,) bool
    jobs : (n,) float64
    knowledge : (n, k) float32
    first_step, last_step : (n,) int64
        Of birth; of the first look at which it was gone, or the last look of all.
    """

    birth: np.ndarray
    parent: np.ndarray
    origin: Codes
    place: Codes
    industry: Codes
    owner: Codes
    is_university: Flags
    is_service: Flags
    is_gone: Flags
    jobs: Floats
    knowledge: Floats
    first_step: Indices
    last_step: Indices

    def rows(self, births: np.ndarray) -> Indices:
        """Return the row of each birth, -1 for those never seen."""
        at = np.minimum(np.searchsorted(self.birth, births), self.birth.size - 1)
        return np.where(self.birth[at] == births, at, -1).astype(np.int64)


def cast_of(sightings: Sequence[Sighting]) -> Cast:
    """Return everybody who was seen at any of some looks, in the order of time."""
    births = np.concatenate([seen.birth for seen in sightings])
    look = np.repeat(np.arange(len(sightings)), [seen.birth.size for seen in sightings])
    order = np.lexsort((-look, births))
    birth, first = np.unique(births[order], return_index=True)
    latest = order[first]  # of each birth, the row at which it was last seen

    def last(name: str) -> np.ndarray:
        return np.concatenate([getattr(seen, name) for seen in sightings])[latest]

    step = np.array([seen.step for seen in sightings])
    is_gone = look[latest] < len(sightings) - 1
    return Cast(
        birth=birth, parent=last("parent"), origin=last("origin"), place=last("place"),
        industry=last("industry"), owner=last("owner"), is_university=last("is_university"),
        is_service=last("is_service"), is_gone=is_gone, jobs=last("jobs"),
        knowledge=last("knowledge"), first_step=last("born").astype(np.int64),
        last_step=step[np.minimum(look[latest] + 1, len(sightings) - 1)],
    )  # fmt: skip


def ids_of(cast: Cast, world: World) -> pl.Series:
    """Return the ids of the world, and one by birth for who came later."""
    known = pl.Series(list(world.ids), dtype=pl.String).gather(np.maximum(cast.origin, 0))
    later = pl.Series([f"N{birth:016x}" for birth in cast.birth.tolist()], dtype=pl.String)
    return known.zip_with(pl.Series(cast.origin >= 0), later).alias("org_id")


def organisation_table(cast: Cast, world: World, days: Calendar) -> pl.DataFrame:
    """Return one row an organisation that was ever seen."""
    places = world.places
    longitude, latitude = _coordinates(cast, world)
    names = pl.Series(places.names, dtype=pl.String).gather(cast.place)
    opened = days.of(cast.first_step).zip_with(
        pl.Series(cast.first_step > 0), pl.Series([None], dtype=pl.Date)
    )
    closed = days.of(cast.last_step).zip_with(
        pl.Series(cast.is_gone), pl.Series([None], dtype=pl.Date)
    )
    ids = ids_of(cast, world)
    return pl.DataFrame(
        {
            "org_id": ids,
            "name": pl.Series("name", "Organisation " + ids),
            "kind": _kinds(cast),
            "industry": pl.Series(world.industries, dtype=pl.String).gather(cast.industry),
            "longitude": longitude,
            "latitude": latitude,
            "precision": "address",
            "city": names.str.replace(r", [A-Z]{2}( \(\d+\))?$", ""),
            "region": _of_place(places, places.regions).gather(cast.place),
            "country": _of_place(places, places.countries).gather(cast.place),
            "place_id": pl.Series(places.ids, dtype=pl.String).gather(cast.place),
            "opened": opened,
            "closed": closed,
            "jobs": cast.jobs,
        }
    )


def _of_place(places: Places, told: tuple[str, ...]) -> pl.Series:
    values = [None if value in {"", "unknown"} else value for value in told] or [
        None
    ] * places.n
    return pl.Series(values, dtype=pl.String)


def _kinds(cast: Cast) -> list[str]:
    is_foreign = (cast.owner >= 0) & (cast.owner != cast.place)
    kinds = np.select(
        [cast.is_university, is_foreign, cast.jobs >= LARGE],
        ["university", "affiliate", "large"], "sme",
    )  # fmt: skip
    return [str(kind) for kind in kinds]


def _coordinates(cast: Cast, world: World) -> tuple[Floats, Floats]:
    """Return where each stands: as told, else around its place by the luck of its birth."""
    places = world.places
    drawn = np.empty((cast.birth.size, 2), np.float32)
    fill_uniforms(np.uint64(0), STREAMS["start"], _WHERE, cast.birth.astype(np.uint64), drawn)
    away = 0.5 * REACH_KM * np.sqrt(-2 * np.log1p(-drawn[:, 0] * (1 - np.exp(-2.0))))
    turn = 2 * np.pi * drawn[:, 1]
    latitude = places.latitude[cast.place] + away * np.sin(turn) / KM_A_DEGREE
    narrow = np.cos(np.radians(places.latitude[cast.place]))
    longitude = places.longitude[cast.place] + away * np.cos(turn) / (KM_A_DEGREE * narrow)
    if world.longitude is not None and world.latitude is not None:
        origin = np.maximum(cast.origin, 0)
        stays = (cast.origin >= 0) & (world.place[origin] == cast.place)
        longitude = np.where(stays, world.longitude[origin], longitude)
        latitude = np.where(stays, world.latitude[origin], latitude)
    return np.clip(longitude, -180, 180).round(6), np.clip(latitude, -90, 90).round(6)
