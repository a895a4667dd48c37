"""Who settles where in a made-up world: by town size, and around cluster centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Floats
from buzzline.errors import InvalidArgument
from buzzline.randomness import child
from buzzline.tables.worlds.geography import Geography, Towns, great_circle_km, scatter
from buzzline.tables.worlds.gravity import Sites

APART_KM = 150.0  # planted clusters lie at least this far apart where the map has room
MASS_SPREAD = 0.8  # log-normal; the largest of 1,200 organisations is about 13 times the median


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """Where clusters are planted: arrays of length c.

    Attributes
    ----------
    town : (c,) int32
    longitude, latitude : (c,) float64 [degree]
    radius_km : (c,) float64 [km]     0 when all coordinates are those of the town
    """

    town: Codes
    longitude: Floats
    latitude: Floats
    radius_km: Floats


def plant_centres(
    towns: Towns, geography: Geography, n: int, *, rng: np.random.Generator
) -> Centres:
    """Choose towns far apart, and a centre within each town's reach."""
    if n > towns.population.size:
        raise InvalidArgument(
            f"make_world: {n} clusters need as many places, got {towns.population.size}"
        )
    town = _far_apart(towns, n, rng)
    longitude, latitude = towns.longitude[town], towns.latitude[town]
    if geography.coordinates == "city":
        return Centres(town, longitude, latitude, np.zeros(n))
    longitude, latitude = scatter(longitude, latitude, towns.reach_km[town], rng=rng)
    return Centres(town, longitude, latitude, geography.cluster_km * rng.uniform(0.5, 1.5, n))


def settle(
    towns: Towns, geography: Geography, centres: Centres, *, n: int, factor: Floats, seed: int
) -> tuple[Sites, Codes]:
    """Return the sites of `n` organisations in random order, and the town of each."""
    rng = child(seed, "settle")
    n_clusters = centres.town.size
    clustered = round(geography.share_clustered * n) if n_clusters else 0
    cluster = np.full(n, -1, dtype=np.int32)
    size = rng.uniform(0.6, 1.4, n_clusters)
    cluster[:clustered] = np.repeat(np.arange(n_clusters), _split(clustered, size))
    cluster = rng.permutation(cluster)
    share = towns.population / towns.population.sum()
    town = rng.choice(share.size, size=n, p=share).astype(np.int32)
    inside = cluster >= 0
    town[inside] = centres.town[cluster[inside]]
    middle = [towns.longitude[town], towns.latitude[town], towns.reach_km[town]]
    planted = (centres.longitude, centres.latitude, centres.radius_km)
    for values, of_cluster in zip(middle, planted, strict=True):
        values[inside] = of_cluster[cluster[inside]]
    longitude, latitude = middle[0], middle[1]
    if geography.coordinates == "exact":
        longitude, latitude = scatter(
            longitude, latitude, middle[2], rng=child(seed, "scatter")
        )
    zone = np.where(inside, towns.population.size + cluster, town).astype(np.int32)
    mass = child(seed, "mass").lognormal(0.0, MASS_SPREAD, n)
    return Sites(longitude, latitude, mass, towns.country[town], cluster, zone, factor), town


def draw_industries(cluster: Codes, industries: int, rng: np.random.Generator) -> Codes:
    """Return the industry of each organisation: planted in clusters, at random elsewhere."""
    weight = 1 / np.sqrt(np.arange(1, industries + 1))  # unequal, as industries are
    drawn = rng.choice(industries, size=cluster.size, p=weight / weight.sum())
    return np.where(cluster >= 0, cluster % industries, drawn).astype(np.int32)


def _far_apart(towns: Towns, n: int, rng: np.random.Generator) -> Codes:
    apart, order = APART_KM, rng.permutation(towns.population.size)
    while True:
        chosen: list[int] = []
        for town in order:
            if len(chosen) == n:
                break
            km = great_circle_km(
                towns.longitude[town], towns.latitude[town],
                towns.longitude[chosen], towns.latitude[chosen],
            )  # fmt: skip
            if not chosen or km.min() >= apart:
                chosen.append(int(town))
        if len(chosen) == n:
            return np.array(chosen, dtype=np.int32)
        apart *= 0.8


def _split(total: int, weight: Floats) -> Codes:
    edges = np.round(np.cumsum(weight) / weight.sum() * total) if weight.size else weight
    return np.diff(edges, prepend=0).astype(np.int32)
