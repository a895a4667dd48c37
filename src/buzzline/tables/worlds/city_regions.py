"""Where a world of co-located clusters lies: city-regions, their parks, and far towns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.randomness import child
from buzzline.tables.worlds.fields import Field, arcs_km, on_the_sphere
from buzzline.tables.worlds.geography import BOXES, KM_A_DEGREE, scatter, words
from buzzline.tables.worlds.plans import Parks
from buzzline.tables.worlds.settling import MASS_SPREAD

FAR_TOWNS = 12
FAR_KM = 150.0  # far towns are at least this far from every city-region where the map has room
TOWN_KM = 5.0  # no organisation of a far town lies further from its centre
GRID = 5  # municipalities along each side of a city-region
OWN_SHARE = 0.08  # of the organisations outside the clusters that are in the clusters' industry
ROLES = ("core member", "remote member", "local outsider", "none")
CORE, REMOTE, OUTSIDER, OTHER = range(4)


@dataclass(frozen=True, slots=True, eq=False)
class Map:
    """City-regions first, then far towns: arrays of length r + 12.

    Attributes
    ----------
    longitude, latitude : (a,) float64 [degree]   of the centre
    country : tuple[str, ...]
    names : tuple[str, ...]
    regions : int                                 city-regions among them
    park : (regions * siblings, 2) float64        longitude and latitude of each park's centre
    """

    longitude: Floats
    latitude: Floats
    country: tuple[str, ...]
    names: tuple[str, ...]
    regions: int
    park: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Settled:
    """Who is where: arrays of length n, in the order of `study.organisations`.

    Attributes
    ----------
    longitude, latitude : (n,) float64 [degree]   of the address
    area : (n,) int32        city-region or far town of the address
    cell : (n,) int32        municipality within it
    role : (n,) int32        position in `ROLES`
    cluster : (n,) int32     whose member it is, near or far; -1 is nobody's
    inside : (n,) int32      in whose park it lies, member or not; -1 is nobody's
    industry : (n,) int32    0 is the industry of the clusters
    field : Field
    """

    longitude: Floats
    latitude: Floats
    area: Codes
    cell: Codes
    role: Codes
    cluster: Codes
    inside: Codes
    industry: Codes
    field: Field


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """Roles before anybody has an address.

    Attributes
    ----------
    role, cluster : (n,) int32     `cluster`: member of, or local outsider in the park of; -1
    area : (n,) int32              where they are at home socially
    """

    role: Codes
    cluster: Codes
    area: Codes


def lay_out(parks: Parks, regions: int, *, distinct: bool, seed: int) -> Map:
    """Choose places on land for city-regions and far towns, and for the parks within them.

    Raises
    ------
    InvalidArgument
        More city-regions than the map has room for.
    """
    rng = child(seed, "map")
    ring = parks.apart_km / (2 * np.sin(np.pi / parks.siblings)) if parks.siblings > 1 else 0.0
    ring = ring if distinct else 0.0
    reach = max(parks.region_km, ring + 2 * parks.spread_km)
    longitude, latitude, country = _lattice(3 * reach, rng)
    if longitude.size < regions + FAR_TOWNS:
        raise InvalidArgument(
            f"the map has room for {max(longitude.size - FAR_TOWNS, 0):,} city-regions with a "
            f"reach of {reach:g} km, not for {regions:,}; ask for fewer or smaller ones"
        )
    point = on_the_sphere(longitude, latitude)
    away = np.full(longitude.size - regions, np.inf)
    for chosen in point[:regions]:
        away = np.minimum(away, arcs_km(point[regions:], chosen))
    far = regions + np.argsort(-np.minimum(away, FAR_KM), kind="stable")[:FAR_TOWNS]
    rows = np.concatenate([np.arange(regions), far])
    turn = rng.uniform(0, 2 * np.pi, regions)[:, None]
    angle = turn + 2 * np.pi * np.arange(parks.siblings) / parks.siblings
    park = _moved(
        longitude[:regions, None], latitude[:regions, None],
        ring * np.cos(angle), ring * np.sin(angle),
    )  # fmt: skip
    return Map(
        longitude[rows], latitude[rows], tuple(country[row] for row in rows),
        tuple(words(child(seed, "names"), rows.size)), regions,
        np.column_stack([part.ravel() for part in park]),
    )  # fmt: skip


def enrol(parks: Parks, regions: int, n: int, *, rng: np.random.Generator) -> Roster:
    """Return who has which role, in random order.

    Raises
    ------
    InvalidArgument
        A cluster would have fewer than three members.
    """
    clusters = regions * parks.siblings
    size = _even(round(parks.members * n), clusters)
    remote = np.ceil(parks.remote * size - 1e-9).astype(np.int64)
    outsiders = np.ceil(parks.outsiders * size - 1e-9).astype(np.int64)
    if size.min() < 3 or np.min(size - remote) < 2:
        raise InvalidArgument(
            f"{n:,} organisations give the smallest of {clusters:,} clusters {size.min()} "
            "members; ask for more organisations, more `members` or fewer city-regions"
        )
    left = n - int(size.sum() + outsiders.sum())
    elsewhere = min(round(parks.elsewhere * n), max(left, 0))
    if left < 0:
        raise InvalidArgument(f"{n:,} organisations are fewer than members and local outsiders")
    code = np.arange(clusters)
    others = np.repeat(np.arange(regions), _even(left - elsewhere, regions))
    cluster = np.concatenate(
        [np.repeat(code, size - remote), np.repeat(code, remote), np.repeat(code, outsiders),
         np.full(left, -1)]
    )  # fmt: skip
    role = np.repeat(
        [CORE, REMOTE, OUTSIDER, OTHER],
        [int(np.sum(size - remote)), int(remote.sum()), int(outsiders.sum()), left],
    )
    area = cluster // parks.siblings
    area[n - left :] = np.append(others, regions + rng.integers(0, FAR_TOWNS, elsewhere))
    shuffled = rng.permutation(n)
    return Roster(*(part[shuffled].astype(np.int32) for part in (role, cluster, area)))


def settle_in(land: Map, parks: Parks, roster: Roster, *, seed: int) -> Settled:
    """Give everybody an address, an industry and a place in the field of ties."""
    n, member = roster.role.size, np.isin(roster.role, (CORE, REMOTE))
    in_park = roster.cluster >= 0
    home = np.column_stack([land.longitude[roster.area], land.latitude[roster.area]])
    home[in_park] = land.park[roster.cluster[in_park]]
    reach = np.where(roster.area < land.regions, parks.region_km, TOWN_KM)
    reach = np.where(in_park, 2 * parks.spread_km, reach)
    x, y = scatter(home[:, 0], home[:, 1], reach, rng=child(seed, "scatter"))
    remote = roster.role == REMOTE
    longitude, latitude, area = _sent_away(land, remote, x, y, roster.area, seed=seed)
    industry = _industries(parks, roster.cluster >= 0, child(seed, "industries"))
    cluster = np.where(member, roster.cluster, -1).astype(np.int32)
    cell = cells_of(land, parks, area, longitude=longitude, latitude=latitude)
    field = Field(
        position=on_the_sphere(x, y),
        mass=child(seed, "mass").lognormal(0.0, MASS_SPREAD, n),
        area=roster.area,
        cluster=cluster,
        outsider=roster.role == OUTSIDER,
        pool=np.where(industry > 0, (industry - 1) % (parks.siblings + 1), -1).astype(np.int32),
        zone=_zones(land, roster, cell),
        sibling=np.tile(np.arange(parks.siblings, dtype=np.int32), land.regions),
    )
    inside = np.where(in_park & ~remote, roster.cluster, -1).astype(np.int32)
    return Settled(
        longitude.round(6), latitude.round(6), area, cell,
        roster.role, cluster, inside, industry, field,
    )  # fmt: skip


def cells_of(
    land: Map, parks: Parks, area: Codes, *, longitude: Floats, latitude: Floats
) -> Codes:
    """Return the municipality of each address within its city-region, 0 in far towns."""
    east = (longitude - land.longitude[area]) * np.cos(np.radians(land.latitude[area]))
    north = latitude - land.latitude[area]
    side = 2 * parks.region_km / GRID / KM_A_DEGREE
    column, row = (
        np.clip(np.floor(part / side + GRID / 2), 0, GRID - 1) for part in (east, north)
    )
    return np.where(area < land.regions, row * GRID + column, 0).astype(np.int32)


def municipality_ids(land: Map, area: Codes, cell: Codes) -> pl.Series:
    """Return the `place_id` of municipalities."""
    in_towns = land.regions * GRID**2 + (area - land.regions)
    number = np.where(area < land.regions, area * GRID**2 + cell, in_towns)
    width = max(4, len(str(land.regions * GRID**2 + FAR_TOWNS)))
    return ("P" + pl.Series(number).cast(pl.String).str.zfill(width)).alias("place_id")


def _lattice(
    spacing_km: float, rng: np.random.Generator
) -> tuple[Floats, Floats, tuple[str, ...]]:
    """Return points on land in random order, at least 0.8 of the spacing from each other."""
    x, y, country = [], [], []
    for code, boxes in BOXES.items():
        for west, east, south, north in boxes:
            step = spacing_km / KM_A_DEGREE
            for latitude in np.arange(south + step / 2, north - step / 4, step):
                stride = step / np.cos(np.radians(latitude))
                row = np.arange(west + stride / 2, east - stride / 4, stride)
                x.append(row)
                y.append(np.full(row.size, latitude))
                country += [code] * row.size
    longitude, latitude = np.concatenate(x), np.concatenate(y)
    order = rng.permutation(longitude.size)
    shift = 0.1 * spacing_km * rng.uniform(-1, 1, (2, order.size)) / np.sqrt(2)
    longitude, latitude = _moved(longitude[order], latitude[order], shift[0], shift[1])
    return longitude, latitude, tuple(country[row] for row in order)


def _moved(
    longitude: Floats, latitude: Floats, east_km: Floats, north_km: Floats
) -> tuple[Floats, Floats]:
    east = east_km / (KM_A_DEGREE * np.cos(np.radians(latitude)))
    return longitude + east, latitude + north_km / KM_A_DEGREE


def _sent_away(
    land: Map, remote: Flags, x: Floats, y: Floats, area: Codes, *, seed: int
) -> tuple[Floats, Floats, Codes]:
    rng = child(seed, "remote")
    town = (land.regions + rng.integers(0, FAR_TOWNS, int(remote.sum()))).astype(np.int32)
    there = scatter(
        land.longitude[town], land.latitude[town], np.full(town.size, TOWN_KM), rng=rng
    )
    longitude, latitude, at = x.copy(), y.copy(), area.copy()
    longitude[remote], latitude[remote], at[remote] = *there, town
    return longitude, latitude, at


def _industries(parks: Parks, in_park: Flags, rng: np.random.Generator) -> Codes:
    """Return 0 in parks; elsewhere a few of 0, and all others alike."""
    drawn = rng.integers(1, parks.industries, in_park.size)
    own = in_park | (rng.random(in_park.size) < OWN_SHARE)
    return np.where(own, 0, drawn).astype(np.int32)


def _zones(land: Map, roster: Roster, cell: Codes) -> Codes:
    clusters = land.park.shape[0]
    of_role = np.where(roster.role == OUTSIDER, clusters, 0) + roster.cluster
    return np.where(roster.cluster >= 0, of_role, 2 * clusters + cell).astype(np.int32)


def _even(total: int, parts: int) -> Indices:
    """Return `parts` whole numbers that sum to `total` and differ by one at most."""
    return np.diff(np.arange(parts + 1, dtype=np.int64) * total // parts)
