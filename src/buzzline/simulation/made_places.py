"""Places of a world that a few settings describe: towns of Europe, by luck of their own."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.simulation.languages import language_codes
from buzzline.simulation.world import Places
from buzzline.tables.worlds import Geography, great_circle_km
from buzzline.tables.worlds.geography import BOXES, found_towns

MOST_NATIONS = len(BOXES)
SHARE_FROM_ELSEWHERE = 0.05  # of the people of a place, where nothing is known
SPREAD_OF_INSTITUTIONS = 0.3  # between nations; within a nation a third of it
SKILLED = 0.3


def made_places(n_places: int, nations: int, rng: np.random.Generator) -> Places:
    """Return places scattered over nations, each nation with at least one.

    Raises
    ------
    InvalidArgument
        No place, or more nations than places or than there are to scatter over.
    """
    _check(n_places, nations)
    towns = found_towns(Geography(places=n_places, countries=nations), rng)
    codes = tuple(towns.codes[k] for k in towns.country)
    distance = distances_km(towns.longitude, towns.latitude)
    population = np.full(n_places, 1e5)
    return Places(
        ids=tuple(f"P{k:04d}" for k in range(n_places)),
        names=towns.names,
        longitude=as_floats(towns.longitude),
        latitude=as_floats(towns.latitude),
        distance_km=distance,
        region=as_codes(towns.region),
        nation=as_codes(towns.country),
        language=language_codes(codes),
        population=population,
        skilled_share=np.full(n_places, SKILLED),
        diaspora=diaspora_by_distance(distance, population),
        institutions=institutions_by_nation(towns.country, rng),
        countries=codes,
        regions=tuple(towns.regions[k] for k in towns.region),
    )


def _check(n_places: int, nations: int) -> None:
    if n_places < 1:
        raise InvalidArgument(
            f"world_of_settings: `n_places` must be at least 1, got {n_places}"
        )
    if not 1 <= nations <= min(n_places, MOST_NATIONS):
        raise InvalidArgument(
            f"world_of_settings: `nations` must lie between 1 and "
            f"{min(n_places, MOST_NATIONS)} for {n_places} places, got {nations}"
        )


def distances_km(longitude: Floats, latitude: Floats) -> Floats:
    """Return (r, r) float32 [km] great-circle distances; places at one point are 1 km apart."""
    away = great_circle_km(
        longitude[:, None], latitude[:, None], longitude[None, :], latitude[None, :]
    )
    away = np.maximum(away, 1.0)
    np.fill_diagonal(away, 0.0)
    return np.ascontiguousarray(away, dtype=np.float32)


def diaspora_by_distance(distance_km: Floats, population: Floats) -> Floats:
    """Return which share of the people of a place (row) comes from another (column).

    Assumed where nothing is known: 5 % come from elsewhere, by size and nearness.
    """
    pull = population[None, :] / np.maximum(distance_km, 1.0)
    np.fill_diagonal(pull, 0.0)
    total = pull.sum(1, keepdims=True)
    share = SHARE_FROM_ELSEWHERE * pull / np.where(total > 0, total, 1.0)
    return np.ascontiguousarray(share, dtype=np.float32)


def institutions_by_nation(nation: Codes, rng: np.random.Generator) -> Floats:
    """Return ways of doing things, as points: near each other within a nation."""
    of_nation = rng.normal(0, SPREAD_OF_INSTITUTIONS, (int(nation.max()) + 1, 4))
    here = of_nation[nation] + rng.normal(0, SPREAD_OF_INSTITUTIONS / 3, (nation.size, 4))
    return np.ascontiguousarray(here, dtype=np.float32)
