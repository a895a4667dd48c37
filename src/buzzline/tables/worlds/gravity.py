"""Ties of a made-up world, drawn exactly from a known gravity model.

The rate between organisations i and j is
`mass_i mass_j max(d_ij, nearest_km)^-elasticity exp(-border [countries differ]) factor_ij`.
Pairs of zones are drawn from an upper bound of their rate, organisations within zones by mass,
and the pair is kept with the probability rate / bound, so the ties kept follow the rate exactly
and the cost grows with the ties and not with the pairs of organisations.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.quantities import Kilometres
from buzzline.tables.worlds.geography import great_circle_km

Pairs = tuple[Indices, Indices]  # positions of both ends, arrays of one length
SCALE_NAMES = ("local", "regional", "national", "global")
LARGEST_BATCH = 2_000_000  # pairs drawn at once; keeps memory below about 300 MB
MOST_BATCHES = 1_000


@dataclass(frozen=True, slots=True)
class Gravity:
    """How ties of a made-up world fall off with distance and borders.

    Attributes
    ----------
    ties_each : ties              per organisation and layer
    distance_elasticity : -       rate falls with distance to this power
    border : log factor           rate is multiplied by exp(-border) across a country border
    nearest_km : km               shorter distances count as this
    local_km, regional_km : km    cut-offs of the scales at which factors are planted
    """

    ties_each: float = 6.0
    distance_elasticity: float = 0.9
    border: float = 1.4
    nearest_km: Kilometres = 1.0
    local_km: Kilometres = 50.0
    regional_km: Kilometres = 200.0

    def __post_init__(self) -> None:
        if self.ties_each < 0 or self.distance_elasticity < 0 or self.nearest_km <= 0:
            raise InvalidArgument(
                "Gravity: `ties_each` and `distance_elasticity` must not be negative, and "
                f"`nearest_km` must be positive, got {self.ties_each}, "
                f"{self.distance_elasticity} and {self.nearest_km}"
            )
        if not 0 < self.local_km < self.regional_km:
            raise InvalidArgument(
                f"Gravity: `local_km` ({self.local_km:g}) must be positive and smaller than "
                f"`regional_km` ({self.regional_km:g})"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Sites:
    """Organisations as arrays of length n.

    Attributes
    ----------
    longitude, latitude : (n,) float64 [degree]
    mass : (n,) float64            propensity to hold ties
    country : (n,) int32
    cluster : (n,) int32           planted cluster, -1 is none
    zone : (n,) int32              organisations of a zone share country and cluster
    factor : (clusters, 4) float64
        Planted factor by cluster and scale; ties between two clusters get both.
    """

    longitude: Floats
    latitude: Floats
    mass: Floats
    country: Codes
    cluster: Codes
    zone: Codes
    factor: Floats


def rates(sites: Sites, gravity: Gravity, pairs: Pairs) -> Floats:
    """Return the relative rate of ties between pairs, without planted factors."""
    km, crossing = pair_distances(sites, pairs), _crossing(sites, pairs)
    mass = sites.mass[pairs[0]] * sites.mass[pairs[1]]
    return np.asarray(mass * _deterrence(gravity, km) * np.exp(-gravity.border * crossing))


def planted(sites: Sites, gravity: Gravity, pairs: Pairs) -> Floats:
    """Return the planted factor of pairs of organisations; 1 where nothing was planted."""
    km, crossing = pair_distances(sites, pairs), _crossing(sites, pairs)
    return _planted_at(sites, pairs, _scales(gravity, km, crossing))


def scale_codes(sites: Sites, gravity: Gravity, pairs: Pairs) -> Codes:
    """Return the scale of pairs of organisations as a position in `SCALE_NAMES`."""
    km, crossing = pair_distances(sites, pairs), _crossing(sites, pairs)
    return _scales(gravity, km, crossing)


def pair_distances(sites: Sites, pairs: Pairs) -> Floats:
    """Return great-circle distances between pairs of organisations [km]."""
    source, target = pairs
    return great_circle_km(
        sites.longitude[source], sites.latitude[source],
        sites.longitude[target], sites.latitude[target],
    )  # fmt: skip


def draw_ties(sites: Sites, gravity: Gravity, *, n: int, rng: np.random.Generator) -> Pairs:
    """Draw `n` ties between different organisations; pairs may repeat.

    Raises
    ------
    NotConverged
        Hardly any pair of organisations can hold a tie under the planted factors.
    """
    order = np.argsort(sites.zone, kind="stable")
    mass = np.concatenate([[0.0], np.cumsum(sites.mass[order])])
    zones = _zone_bounds(sites, gravity)
    chances = np.cumsum(zones.bound.ravel())
    kept: list[Pairs] = []
    found, tried = 0, 0
    for _ in range(MOST_BATCHES):
        if found >= n:
            break
        rate = max(found / tried, 0.01) if tried else 0.25
        size = int(min(LARGEST_BATCH, 1.1 * (n - found) / rate + 100))
        pair = np.searchsorted(chances, rng.random(size) * chances[-1], side="right")
        source_zone, target_zone = np.divmod(pair, zones.start.size - 1)
        source = order[_draw_by_mass(mass, zones.start, source_zone, rng)]
        target = order[_draw_by_mass(mass, zones.start, target_zone, rng)]
        bound = zones.deterrence.ravel()[pair]
        accepted = rng.random(size) * bound < _rate_by_mass(sites, gravity, (source, target))
        accepted &= source != target
        kept.append((source[accepted], target[accepted]))
        found += int(accepted.sum())
        tried += size
    if found < n:
        raise NotConverged(
            f"draw_ties: only {found:,} of {n:,} ties could be drawn. Plant factors above 0 or "
            "ask for fewer ties."
        )
    sources, targets = (np.concatenate(part)[:n] for part in zip(*kept, strict=True))
    return sources, targets


@dataclass(frozen=True, slots=True, eq=False)
class _Zones:
    start: Indices  # organisations of zone z are at start[z]:start[z + 1] once sorted by zone
    deterrence: Floats  # (z, z) no pair of the two zones has a larger rate per mass
    bound: Floats  # (z, z) deterrence times the masses of both zones


def _zone_bounds(sites: Sites, gravity: Gravity) -> _Zones:
    n_zones = int(sites.zone.max()) + 1
    count = np.bincount(sites.zone, minlength=n_zones)
    start = np.concatenate([[0], np.cumsum(count)])
    first = np.argsort(sites.zone, kind="stable")[np.minimum(start[:-1], sites.zone.size - 1)]
    some = np.maximum(count, 1)
    longitude = np.bincount(sites.zone, weights=sites.longitude, minlength=n_zones) / some
    latitude = np.bincount(sites.zone, weights=sites.latitude, minlength=n_zones) / some
    away = great_circle_km(
        sites.longitude, sites.latitude, longitude[sites.zone], latitude[sites.zone]
    )
    radius = np.zeros(n_zones)
    np.maximum.at(radius, sites.zone, away)
    km = great_circle_km(longitude[:, None], latitude[:, None], longitude, latitude)
    country, cluster = sites.country[first], sites.cluster[first]
    crossing = country[:, None] != country
    largest = np.append(sites.factor.max(axis=1, initial=0.0), 1.0)[cluster]
    factor = np.where(np.eye(n_zones, dtype=bool), largest, largest[:, None] * largest)
    closest = np.maximum(km - radius[:, None] - radius, 0.0)
    deterrence = _deterrence(gravity, closest) * np.exp(-gravity.border * crossing) * factor
    mass = np.bincount(sites.zone, weights=sites.mass, minlength=n_zones)
    return _Zones(start.astype(np.int64), deterrence, deterrence * mass[:, None] * mass)


def _deterrence(gravity: Gravity, km: Floats) -> Floats:
    return np.asarray(np.maximum(km, gravity.nearest_km) ** -gravity.distance_elasticity)


def _crossing(sites: Sites, pairs: Pairs) -> Flags:
    source, target = pairs
    return np.asarray(sites.country[source] != sites.country[target])


def _scales(gravity: Gravity, km: Floats, crossing: Flags) -> Codes:
    beyond_local = 1 + (km > gravity.regional_km) * (1 + crossing)
    return np.where(km <= gravity.local_km, 0, beyond_local).astype(np.int32)


def _planted_at(sites: Sites, pairs: Pairs, scale: Codes) -> Floats:
    factor = np.vstack([sites.factor, np.ones((1, len(SCALE_NAMES)))])  # row -1: no cluster
    here, there = sites.cluster[pairs[0]], sites.cluster[pairs[1]]
    second = np.where(here == there, 1.0, factor[there, scale])
    return np.asarray(factor[here, scale] * second)


def _rate_by_mass(sites: Sites, gravity: Gravity, pairs: Pairs) -> Floats:
    km, crossing = pair_distances(sites, pairs), _crossing(sites, pairs)
    rate = _deterrence(gravity, km) * np.where(crossing, np.exp(-gravity.border), 1.0)
    if np.all(sites.factor == 1):
        return np.asarray(rate)
    return rate * _planted_at(sites, pairs, _scales(gravity, km, crossing))


def _draw_by_mass(
    mass: Floats, start: Indices, zone: Indices, rng: np.random.Generator
) -> Indices:
    low, high = mass[start[zone]], mass[start[zone + 1]]
    drawn = np.searchsorted(mass, low + rng.random(zone.size) * (high - low), side="right") - 1
    return np.asarray(np.clip(drawn, start[zone], start[zone + 1] - 1))
