"""Ties of co-located clusters, drawn exactly from distance, mass and planted odds.

The rate between organisations i and j is `mass_i mass_j max(d_ij, nearest_km)^-elasticity
h_ij`, where h is the planted odds of the pair: members of one cluster, of siblings, a member
and somebody else, a local outsider. Remote members are tied from where they are at home
socially, not from where their address is.

Pairs of zones are drawn from an upper bound of their rate, organisations within zones by mass,
and a pair is kept with the probability rate / bound. Zones of one city-region face each other
one by one, those of different city-regions all together, so that the number of pairs of zones
stays small with hundreds of city-regions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.tables.worlds.geography import EARTH_RADIUS_KM
from buzzline.tables.worlds.gravity import Pairs
from buzzline.tables.worlds.plans import Bonds, Odds, sources_with_overlap

LARGEST_BATCH = 2_000_000  # pairs drawn at once; keeps memory below about 400 MB
MOST_BATCHES = 2_000
CLASSES = ("within", "between", "beyond", "elsewhere")  # `elsewhere`: no member takes part


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """Organisations where they are at home socially, as arrays of length n.

    Attributes
    ----------
    position : (n, 3) float64 [km]   on the sphere
    mass : (n,) float64              propensity to hold ties
    area : (n,) int32                city-region or far town
    cluster : (n,) int32             whose member it is, -1 is nobody's
    outsider : (n,) bool             never tied to a member of any cluster
    pool : (n,) int32                sibling that draws on it, or, as many as there are: what
                                     all siblings share; -1: all alike
    zone : (n,) int32                organisations of a zone share area, cluster and outsider
    sibling : (clusters,) int32      number of each cluster within its city-region
    """

    position: Floats
    mass: Floats
    area: Codes
    cluster: Codes
    outsider: Flags
    pool: Codes
    zone: Codes
    sibling: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Affinity:
    """What the ties of one layer follow.

    Attributes
    ----------
    odds : Odds
    draws_on : (siblings, siblings + 1) float64   factor of sibling k for pool g, 1 on average
    distance_elasticity : float
    nearest_km : float
    """

    odds: Odds
    draws_on: Floats
    distance_elasticity: float
    nearest_km: float

    @classmethod
    def planned(
        cls, bonds: Bonds, odds: Odds, *, siblings: int, overlap: float | None
    ) -> Affinity:
        """Return the affinity that a plan and the overlap give; None: as everybody draws."""
        draws_on = np.ones((siblings, siblings + 1))
        if siblings > 1 and overlap is not None:
            draws_on = (siblings + 1) * sources_with_overlap(siblings, overlap)
        return cls(odds, draws_on, bonds.distance_elasticity, bonds.nearest_km)


def on_the_sphere(longitude: Floats, latitude: Floats) -> Floats:
    """Return positions on the Earth as (n, 3) float64 [km]."""
    east, north = np.radians(longitude), np.radians(latitude)
    return EARTH_RADIUS_KM * np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )


def arcs_km(one: Floats, other: Floats) -> Floats:
    """Return great-circle distances between positions, the last axis being x, y, z [km]."""
    difference = one - other
    chord = np.sqrt(np.einsum("...k,...k->...", difference, difference))
    arcs: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / (2 * EARTH_RADIUS_KM), 1))
    return arcs


def pair_classes(field: Field, pairs: Pairs) -> Codes:
    """Return the class of pairs of organisations as a position in `CLASSES`."""
    here, there = field.cluster[pairs[0]], field.cluster[pairs[1]]
    both = (here >= 0) & (there >= 0)
    siblings = both & (field.area[pairs[0]] == field.area[pairs[1]])
    code = np.where((here >= 0) | (there >= 0), 2, 3)
    code[siblings] = 1
    code[both & (here == there)] = 0
    return code.astype(np.int32)


def pair_odds(field: Field, affinity: Affinity, pairs: Pairs) -> Floats:
    """Return the planted odds h of pairs of organisations."""
    odds = affinity.odds
    code = pair_classes(field, pairs)
    factor = np.array([odds.within, odds.between, odds.beyond, 1.0])[code]
    rows = np.flatnonzero(code == CLASSES.index("beyond"))
    source, target = pairs[0][rows], pairs[1][rows]
    starts = field.cluster[source] >= 0
    member, partner = np.where(starts, source, target), np.where(starts, target, source)
    drawn = affinity.draws_on[field.sibling[field.cluster[member]], field.pool[partner]]
    drawn = np.where(field.pool[partner] >= 0, drawn, 1.0)
    factor[rows] *= np.where(field.outsider[partner], 0.0, drawn)
    return factor


def pair_rates(field: Field, affinity: Affinity, pairs: Pairs) -> Floats:
    """Return the relative rate of ties between pairs by mass and distance, without odds."""
    mass = field.mass[pairs[0]] * field.mass[pairs[1]]
    return np.asarray(mass * _deterrence(affinity, _pair_km(field, pairs)))


def draw_pairs(field: Field, affinity: Affinity, *, n: int, rng: np.random.Generator) -> Pairs:
    """Draw `n` ties between different organisations; pairs may repeat.

    Raises
    ------
    NotConverged
        Hardly any pair of organisations can hold a tie under the planted odds.
    """
    if n == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    order = np.lexsort((field.zone, field.area))
    mass = np.concatenate([[0.0], np.cumsum(field.mass[order])])
    blocks = _blocks(field, affinity, order)
    span = mass[blocks.stop] - mass[blocks.start]
    chance = blocks.bound * span[0] * span[1]
    kept: list[Pairs] = []
    found, tried = 0, 0
    for _ in range(MOST_BATCHES):
        if found >= n or not chance.any():
            break
        rate = max(found / tried, 0.01) if tried else 0.2
        size = int(min(LARGEST_BATCH, 1.1 * (n - found) / rate + 100))
        # in the order of blocks, so that neighbouring draws look at neighbouring memory
        block = np.repeat(np.arange(chance.size), rng.multinomial(size, chance / chance.sum()))
        ends = [
            order[_by_mass(mass, blocks.start[end, block], blocks.stop[end, block], rng)]
            for end in (0, 1)
        ]
        accepted = _accepted(field, affinity, ends, blocks.bound[block], rng)
        kept.append((ends[0][accepted], ends[1][accepted]))
        found += accepted.size
        tried += size
    if found < n:
        raise NotConverged(
            f"draw_pairs: only {found:,} of {n:,} ties could be drawn. Plant odds above 0 or "
            "ask for fewer ties."
        )
    sources, targets = (np.concatenate(part) for part in zip(*kept, strict=True))
    chosen = rng.permutation(found)[:n]
    return sources[chosen], targets[chosen]


def expected_classes(field: Field, affinity: Affinity, cluster: int) -> tuple[Floats, Floats]:
    """Return the exact shares of the tie ends of a cluster by class, without and with odds.

    Parameters
    ----------
    field : Field
    affinity : Affinity
    cluster : int

    Returns
    -------
    by_distance, planted : (3,) float64 [share]
        Of ties within, between and beyond; a tie within counts once.
    """
    members = np.flatnonzero(field.cluster == cluster)
    if not members.size:
        raise InvalidArgument(f"no planted cluster has the code {cluster}")
    others = np.arange(field.mass.size)
    pairs = np.repeat(members, others.size), np.tile(others, members.size)
    code = pair_classes(field, pairs)
    rate = pair_rates(field, affinity, pairs) * (pairs[0] != pairs[1])
    rate *= np.where(code == 0, 0.5, 1.0)  # pairs within come up twice
    full = rate * pair_odds(field, affinity, pairs)
    bare, planted = (np.bincount(code, part, minlength=4)[:3] for part in (rate, full))
    return bare / bare.sum(), planted / planted.sum()


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    start: Indices  # (2, b) both ends: organisations at start:stop in the order by zone
    stop: Indices  # (2, b)
    bound: Floats  # (b,) no pair of the block has a larger rate per mass


def _pair_km(field: Field, pairs: Pairs) -> Floats:
    return arcs_km(field.position[pairs[0]], field.position[pairs[1]])


def _deterrence(affinity: Affinity, km: Floats) -> Floats:
    return np.asarray(np.maximum(km, affinity.nearest_km) ** -affinity.distance_elasticity)


def _accepted(
    field: Field,
    affinity: Affinity,
    ends: list[Indices],
    bound: Floats,
    rng: np.random.Generator,
) -> Indices:
    """Return the pairs that are kept; odds are looked up only where distance allows."""
    most = _most_odds(affinity)
    limit = rng.random(bound.size) * bound
    near = _deterrence(affinity, _pair_km(field, (ends[0], ends[1])))
    rows = np.flatnonzero((near * most > limit) & (ends[0] != ends[1]))
    pairs = ends[0][rows], ends[1][rows]
    return np.asarray(rows[near[rows] * pair_odds(field, affinity, pairs) > limit[rows]])


def _most_odds(affinity: Affinity) -> float:
    odds = affinity.odds
    return max(odds.within, odds.between, odds.beyond * float(affinity.draws_on.max()), 1.0)


def _by_mass(mass: Floats, start: Indices, stop: Indices, rng: np.random.Generator) -> Indices:
    low, high = mass[start], mass[stop]
    drawn = np.searchsorted(mass, low + rng.random(start.size) * (high - low), side="right")
    return np.asarray(np.clip(drawn - 1, start, stop - 1))


def _blocks(field: Field, affinity: Affinity, order: Indices) -> _Blocks:
    """Return pairs of zones of each area, and pairs of different areas."""
    position, area = field.position[order], field.area[order]
    first = _beginnings(area, field.zone[order])
    zones = np.append(first, order.size)
    of_area = area[first]
    own = np.append(_beginnings(of_area), first.size)  # zones of area a: own[a]:own[a + 1]
    one, other = _all_pairs_within(own)
    km = _gaps(position, zones, one, other)
    bound = _deterrence(affinity, km) * _zone_odds(field, affinity, order[first], one, other)
    start, stop = (
        np.stack([zones[one], zones[other]]),
        np.stack([zones[one + 1], zones[other + 1]]),
    )
    areas = zones[own]
    here, there = _different(areas.size - 1)
    far = _deterrence(affinity, _gaps(position, areas, here, there)) * max(
        affinity.odds.beyond * float(affinity.draws_on.max()), 1.0
    )
    return _Blocks(
        np.hstack([start, np.stack([areas[here], areas[there]])]),
        np.hstack([stop, np.stack([areas[here + 1], areas[there + 1]])]),
        np.concatenate([bound, far]),
    )


def _beginnings(*keys: Codes) -> Indices:
    changes = np.zeros(keys[0].size, dtype=np.bool_)
    changes[:1] = True
    for key in keys:
        changes[1:] |= key[1:] != key[:-1]
    return np.flatnonzero(changes)


def _all_pairs_within(start: Indices) -> tuple[Indices, Indices]:
    """Return all ordered pairs of items of one group; group g has items start[g]:start[g+1]."""
    count = np.diff(start)
    item = np.arange(start[-1])
    group = np.repeat(np.arange(count.size), count)
    one = np.repeat(item, count[group])
    ends = np.cumsum(count[group])
    rank = np.arange(one.size) - np.repeat(ends - count[group], count[group])
    return one, start[group[one]] + rank


def _different(n: int) -> tuple[Indices, Indices]:
    one, other = np.divmod(np.arange(n * n), max(n, 1))
    apart = one != other
    return one[apart], other[apart]


def _gaps(position: Floats, start: Indices, one: Indices, other: Indices) -> Floats:
    """Return the least distance that points of two groups can have [km]."""
    count = np.diff(start)
    middle = np.add.reduceat(position, start[:-1], axis=0) / count[:, None]
    away = np.linalg.norm(position - np.repeat(middle, count, axis=0), axis=1)
    radius = np.maximum.reduceat(away, start[:-1])
    chord = np.linalg.norm(middle[one] - middle[other], axis=1)
    # straight lines through the Earth: never longer than the arc, so the bound holds
    return np.asarray(np.maximum(chord - radius[one] - radius[other], 0.0))


def _zone_odds(
    field: Field, affinity: Affinity, row: Indices, one: Indices, other: Indices
) -> Floats:
    """Return the largest odds a pair of two zones of one area can have."""
    odds = affinity.odds
    cluster, outsider = field.cluster[row], field.outsider[row]
    code = pair_classes(field, (row[one], row[other]))
    beyond = odds.beyond * float(affinity.draws_on.max())
    most = np.array([odds.within, odds.between, beyond, 1.0])[code]
    barred = (outsider[one] & (cluster[other] >= 0)) | (outsider[other] & (cluster[one] >= 0))
    return np.where(barred, 0.0, most)
