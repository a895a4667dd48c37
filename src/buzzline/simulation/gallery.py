"""Worlds of the cases that the literature argues about, each from a few settings.

They are sketches that isolate a mechanism, not models of the places they are named for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.arrays import Codes, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.made_places import diaspora_by_distance, distances_km
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import Places, World

FOCAL = 0
TRUSTING, DISTRUSTING = 0.8, 0.2
ANCHOR_JOBS = 2000.0

Maker = Callable[[Settings, int], World]


@dataclass(frozen=True, slots=True)
class Case:
    """One world of the gallery.

    Attributes
    ----------
    name : str
    says : str          what the world isolates, one sentence
    source : str
    make : function of Settings and a seed
    """

    name: str
    says: str
    source: str
    make: Maker


def world_of_gallery(name: str, *, settings: Settings | None = None, rng: Seed = None) -> World:
    """Make a world of the gallery.

    Parameters
    ----------
    name : str
        One of `GALLERY`.
    settings : Settings or None
        What holds everywhere, before what the case sets in its places.
    rng : Generator, int or None

    Raises
    ------
    InvalidArgument
        No such world.

    Examples
    --------
    >>> print(world_of_gallery("balanced_district", rng=1))
    Balanced district: 192 organisations of 1 industry in 8 places
    """
    if name not in GALLERY:
        raise InvalidArgument(
            f"world_of_gallery: there is no world {name!r}; worlds are {', '.join(GALLERY)}"
        )
    case = GALLERY[name]
    world = case.make(settings or Settings(), seed_of(rng))
    title = name.replace("_", " ").capitalize()
    return replace(world, title=title, notes=(*world.notes, case.says))


def gallery_table() -> pl.DataFrame:
    """Return name, what it isolates and source of each world."""
    return pl.DataFrame(
        [(case.name, case.says, case.source) for case in GALLERY.values()],
        schema=["name", "says", "source"], orient="row",
    )  # fmt: skip


def _district(trust: Share, share: Share) -> Maker:
    def make(settings: Settings, seed: int) -> World:
        here = settings.at_place(
            FOCAL, trust_commons=trust, trust_ceiling=max(trust, 0.3), global_share=share
        )
        return world_of_settings(8, 24, settings=here, focal=(FOCAL,), rng=seed)

    return make


def _investors(n: int, *, embedded: Share, cities: int = 1) -> Maker:
    """Return a maker with `n` affiliates of owners abroad, dealt over the first cities."""

    def make(settings: Settings, seed: int) -> World:
        here = settings
        for city in range(4):
            here = here.at_place(
                city, trust_commons=DISTRUSTING, trust_ceiling=0.3, global_share=0.02,
                embedded_share=embedded,
            )  # fmt: skip
        local = 24
        each = [local + (n // cities if city < cities else 0) for city in range(4)]
        world = world_of_settings(
            8, [*each, *[local] * 4], nations=5, settings=here,
            focal=tuple(range(cities)), rng=seed,
        )  # fmt: skip
        return _with_affiliates(_first_in_one_nation(world, 4), local, ANCHOR_JOBS / n)

    return make


def _first_in_one_nation(world: World, n: int) -> World:
    """Put the first places into one nation, and the others into others."""
    places = world.places
    first = int(places.nation[0])
    foreign = [code for code in np.unique(places.nation) if code != first]
    nation = as_codes([first] * n + [foreign[k % len(foreign)] for k in range(places.n - n)])
    return replace(world, places=_of_nations(places, nation))


def _of_nations(places: Places, nation: Codes) -> Places:
    """Give places the nation, language and coordinates of a place that was of it."""
    at = [int(np.flatnonzero(places.nation == code)[0]) for code in nation]
    spread = np.arange(places.n) * 0.05  # degrees, so that no two stand at one point
    longitude = as_floats(places.longitude[at] + spread)
    latitude = as_floats(places.latitude[at])
    distance = distances_km(longitude, latitude)
    return replace(
        places, longitude=longitude, latitude=latitude, distance_km=distance, nation=nation,
        region=as_codes(np.arange(places.n)), language=as_codes(places.language[at]),
        institutions=np.ascontiguousarray(places.institutions[at]),
        countries=tuple(places.countries[k] for k in at), regions=(),
        diaspora=diaspora_by_distance(distance, places.population),
    )  # fmt: skip


def _with_affiliates(world: World, local: int, jobs_each: float) -> World:
    """Make those beyond the `local` first of each place affiliates of owners abroad."""
    first = np.searchsorted(world.place, world.place)
    is_affiliate = np.arange(world.n) - first >= local
    abroad = np.flatnonzero(world.places.nation != world.places.nation[FOCAL])
    owner = np.where(is_affiliate, abroad[np.arange(world.n) % abroad.size], -1)
    jobs = np.where(is_affiliate, jobs_each, world.jobs)
    return replace(world, owner=as_codes(owner), jobs=as_floats(jobs))


def _mega_city(settings: Settings, seed: int) -> World:
    return world_of_settings(
        8, [160, *[24] * 7], 5, settings=settings, focal=(FOCAL,), rng=seed
    )


def _empty_valley(settings: Settings, seed: int) -> World:
    return world_of_settings(8, [0, *[24] * 7], 3, settings=settings, focal=(FOCAL,), rng=seed)


def _lock_in(settings: Settings, seed: int) -> World:
    here = settings.at_place(
        FOCAL, trust_commons=TRUSTING, global_share=0.0, national_share=0.0,
        regional_share=0.0, vision_variety=0.0, mixed_contacts=0.0,
    )  # fmt: skip
    return world_of_settings(8, 24, 2, settings=here, focal=(FOCAL,), rng=seed)


def _town_and_country(settings: Settings, seed: int) -> World:
    """Return a city with six rural places 15 to 90 km around it, and one city far away."""
    world = world_of_settings(
        8, [60, *[6] * 6, 60], 3, nations=2, settings=settings, focal=tuple(range(7)), rng=seed
    )
    places = _of_nations(world.places, as_codes([0, 0, 0, 0, 0, 0, 0, 1]))
    turn = np.arange(1, 7) * np.pi / 3
    away = np.array([15, 30, 45, 60, 75, 90]) / 111.2  # degrees of latitude
    longitude, latitude = places.longitude.copy(), places.latitude.copy()
    latitude[1:7] = latitude[0] + away * np.sin(turn)
    longitude[1:7] = longitude[0] + away * np.cos(turn) / np.cos(np.radians(latitude[0]))
    population = np.array([4e5, *[8e3] * 6, 4e5])
    distance = distances_km(longitude, latitude)
    around = replace(
        places, longitude=longitude, latitude=latitude, distance_km=distance,
        population=population, region=as_codes([0] * 7 + [1]),
        diaspora=diaspora_by_distance(distance, population),
    )  # fmt: skip
    return replace(world, places=around)


def _core_and_periphery(settings: Settings, seed: int) -> World:
    here = settings
    for lagging in range(4, 8):
        here = here.at_place(lagging, trust_commons=DISTRUSTING, global_share=0.02)
    sizes = [60] * 4 + [12] * 4
    return world_of_settings(
        8, sizes, 3, nations=4, settings=here, focal=(4, 5, 6, 7), rng=seed
    )


def _twin_cities(settings: Settings, seed: int) -> World:
    """Return two cities 30 km apart on two sides of a border, and six others."""
    world = world_of_settings(8, 40, 3, settings=settings, focal=(0, 1), rng=seed)
    places = world.places
    longitude, latitude = places.longitude.copy(), places.latitude.copy()
    latitude[1] = latitude[0]
    longitude[1] = longitude[0] + 30 / (111.2 * np.cos(np.radians(latitude[0])))
    distance = distances_km(longitude, latitude)
    twins = replace(
        places, longitude=longitude, latitude=latitude, distance_km=distance,
        diaspora=diaspora_by_distance(distance, places.population),
    )  # fmt: skip
    return replace(world, places=twins)


_CASES = (
    Case("balanced_district", "Much trust and a fifth of time for pipelines (Third Italy).",
         "D4b; Becattini 1990", _district(TRUSTING, 0.2)),
    Case("copied_district", "The local network of a district copied, without its pipelines.",
         "D4b; copies of industrial districts", _district(TRUSTING, 0.0)),
    Case("distrusting_town", "Little trust and hardly a pipeline (Medellín before).",
         "D4b; cluster programme of Medellín", _district(DISTRUSTING, 0.02)),
    Case("one_anchor", "One large investor from abroad that stays by itself (Costa Rica).",
         "D4b; Intel in Costa Rica", _investors(1, embedded=0.0)),
    Case("embedded_anchor", "One large investor that buys and meets locally.",
         "D4b; Costa Rica provee", _investors(1, embedded=0.5)),
    Case("eight_investors", "Eight investors in one city, meeting locally.",
         "D4b; medical devices in Costa Rica", _investors(8, embedded=0.5)),
    Case("eight_in_four_cities", "The same eight investors over four cities without links.",
         "D4b; dispersed free zones", _investors(8, embedded=0.5, cities=4)),
    Case("mega_city", "A large city with five industries beside towns.",
         "theory 2.5, K24", _mega_city),
    Case("empty_valley", "A place where nobody is yet: does a cluster emerge?",
         "experiment 14", _empty_valley),
    Case("lock_in", "Much trust, one vision, nobody from outside.",
         "Grabher 1993", _lock_in),
    Case("town_and_country", "A city with six rural places 15 to 90 km around it.",
         "K23, theory 0.28", _town_and_country),
    Case("core_and_periphery", "Four strong regions and four that lag behind.",
         "experiment 1", _core_and_periphery),
    Case("twin_cities", "Two cities 30 km apart on two sides of a border (Øresund).",
         "Øresund; D8", _twin_cities),
)  # fmt: skip
GALLERY = {case.name: case for case in _CASES}
