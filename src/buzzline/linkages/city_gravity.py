"""What size and distance give between two clusters, read off their ties with everybody else.

Ties within clusters and between them tell nothing of the yardstick: the mass of a cluster is
what its ties with organisations of no cluster give, at the distances they lie apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, nan

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.expected_ties import Fall, Ground, fall_with_distance, ground_of
from buzzline.clusters.layer_ties import LayerTies
from buzzline.space.globe import distance_km, unit_vectors

SAMPLE = 100  # members that stand for a cluster when distances are averaged
STEP = 1e-3  # of the elasticity, to see how what is expected moves with it
MOST_ROUNDS = 500
SETTLED = 1e-9
AMID = 2.0  # median distances of members from their centre: as far as the midst of them goes


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """The clusters of one industry on the ground they share with everybody else.

    Attributes
    ----------
    label : (n,) int32                cluster of each organisation, -1 for none
    ground : Ground
    is_base : (n,) bool               of other industries, not amid members, with coordinates
    members : tuple of (.,) int64     rows that stand for each cluster, with coordinates
    km : (n, k) float64               from the centre of each cluster, NaN when not known
    """

    label: Codes
    ground: Ground
    is_base: Flags
    members: tuple[Indices, ...]
    km: Floats


def city_of(
    organisations: pl.DataFrame, label: Codes, clusters: Sequence[Mapping[str, object]]
) -> City:
    """Return where the clusters of one industry stand.

    Parameters
    ----------
    organisations : DataFrame
    label : (n,) int32               cluster of each, by position; -1 for none
    clusters : sequence of dict      with `longitude` and `latitude` of the densest site
    """
    at = organisations.select("longitude", "latitude").fill_null(nan).to_numpy()
    xyz = unit_vectors(at[:, 0], at[:, 1])
    km = np.column_stack([_km_from(xyz, cluster) for cluster in clusters] or [at[:, :0]])
    in_midst = np.zeros(label.size, np.bool_)
    members = []
    for k in range(len(clusters)):
        rows = np.flatnonzero((label == k) & ~np.isnan(at).any(axis=1))
        reach = AMID * float(np.median(km[rows, k])) if rows.size else nan
        with np.errstate(invalid="ignore"):
            in_midst |= km[:, k] <= reach
        even = np.linspace(0, rows.size - 1, min(rows.size, SAMPLE)).round().astype(np.int64)
        members.append(as_indices(rows[even]))
    apart = (label < 0) & ~in_midst
    ground = ground_of(organisations, as_codes(np.where(apart, -1, 0)))
    # the zones hold exactly those whose ties the yardstick is read off
    is_base = ground.others.zone >= 0 if ground.others is not None else ground.is_other
    return City(label, ground, np.asarray(is_base), tuple(members), as_floats(km))


def _km_from(xyz: Floats, cluster: Mapping[str, object]) -> Floats:
    known = [cluster["longitude"], cluster["latitude"]]
    at = np.array([nan if value is None else value for value in known], np.float64)
    return distance_km(xyz, unit_vectors(at[:1], at[1:]))


@dataclass(frozen=True, slots=True, eq=False)
class Yardstick:
    """What ties of members with the base tell of ties between clusters.

    Attributes
    ----------
    fall : Fall
    base_ties : float              ties among base organisations
    log_between : (k, k) float64   ln of what one tie of each of two clusters with the base
                                   would give between the two; NaN for clusters that are no pair
    log_slope : (k, k) float64     how that moves with the elasticity
    """

    fall: Fall
    base_ties: float
    log_between: Floats
    log_slope: Floats

    def expected(self, pair: tuple[int, int], beyond: tuple[float, float]) -> float:
        """Return the ties that size and distance give between two clusters, or within one.

        Parameters
        ----------
        pair : two int             clusters by position; twice the same one: within
        beyond : two floats        ties of each with the base
        """
        ties = beyond[0] * beyond[1] * float(np.exp(self.log_between[pair]))
        return ties / 2 if pair[0] == pair[1] else ties


@dataclass(frozen=True, slots=True, eq=False)
class _Masses:
    elasticity: float
    base: Floats


def yardsticks(
    city: City, ties: Mapping[str, LayerTies], pairs: Indices
) -> dict[str, Yardstick | str]:
    """Return the yardstick of each type of ties, or why there is none.

    Parameters
    ----------
    city : City
    ties : type to LayerTies         without direction
    pairs : (p, 2) int64             clusters that are held against each other, by position
    """
    found: dict[str, Yardstick | str] = {}
    falls: dict[str, tuple[Fall, float]] = {}
    masses: list[_Masses] = []
    for name, part in ties.items():
        base = _base_of(city, part)
        if isinstance(base, str):
            found[name] = base
            continue
        fall, ends = base
        falls[name] = fall, float(ends.sum()) / 2
        masses += [_masses(city, ends, fall.elasticity + step) for step in (0.0, -STEP, STEP)]
    logs = _log_between(city, masses, pairs)
    for number, (name, (fall, n)) in enumerate(falls.items()):
        at, below, above = logs[3 * number : 3 * number + 3]
        found[name] = Yardstick(fall, n, at, as_floats((above - below) / (2 * STEP)))
    return found


def _base_of(city: City, ties: LayerTies) -> tuple[Fall, Floats] | str:
    """Return how ties fall with distance, and the tie ends of each zone of the base."""
    if not ties.source.size:
        return "no ties of this type"
    fall, zones = fall_with_distance(ties, city.ground), city.ground.others
    if isinstance(fall, str):
        return f"how ties fall with distance is not known: {fall}"
    if zones is None:
        return "fewer than two organisations outside the clusters have coordinates"
    here, there = zones.zone[ties.source], zones.zone[ties.target]
    inside = (here >= 0) & (there >= 0)
    n = zones.n_here.size
    ends = np.bincount(here[inside], weights=ties.weight[inside], minlength=n)
    ends = ends + np.bincount(there[inside], weights=ties.weight[inside], minlength=n)
    return (fall, as_floats(ends)) if ends.sum() else "no ties among others"


def _masses(city: City, ends: Floats, elasticity: float) -> _Masses:
    zones = city.ground.others
    assert zones is not None
    deterrence = np.exp(elasticity * zones.log_km)
    alone = 1 / np.maximum(zones.n_here, 1.0)  # nobody is tied to oneself
    np.fill_diagonal(deterrence, np.diag(deterrence) * (1 - alone))
    return _Masses(elasticity, balanced_masses(as_floats(deterrence), ends))


def _log_between(city: City, masses: Sequence[_Masses], pairs: Indices) -> list[Floats]:
    """Return ln of f_kl / ((f_k . A)(f_l . A)) for each set of masses A of the base. (k, k)."""
    if not masses:
        return []
    k = len(city.members)
    pull, between = np.full((len(masses), k), nan), np.full((len(masses), k, k), nan)
    shown = np.unique(pairs)
    for one in shown:
        pull[:, one] = _pulls(city, city.members[one], masses)
    for one, other in [*((c, c) for c in shown), *map(tuple, pairs)]:
        log_km = _apart(city, city.members[one], city.members[other])
        for m, part in enumerate(masses):
            mean = float(np.mean(np.exp(part.elasticity * log_km))) if log_km.size else nan
            between[m, one, other] = between[m, other, one] = mean
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = np.log(between) - np.log(pull)[:, :, None] - np.log(pull)[:, None]
    return [as_floats(part) for part in logs]


def balanced_masses(deterrence: Floats, ends: Floats) -> Floats:
    """Return the masses that give every zone its tie ends: mass (deterrence mass) = ends.

    Parameters
    ----------
    deterrence : (z, z) float64      symmetric, above 0
    ends : (z,) float64              tie ends of each zone

    Returns
    -------
    (z,) float64
        0 where no tie ends.

    Examples
    --------
    >>> masses = balanced_masses(np.array([[1.0, 0.5], [0.5, 1.0]]), np.array([3.0, 3.0]))
    >>> masses.round(4).tolist()
    [1.4142, 1.4142]
    """
    mass = np.sqrt(ends / max(float(deterrence.mean()) * ends.size, 1e-300))
    for _ in range(MOST_ROUNDS):
        pull = deterrence @ mass
        new = np.sqrt(mass * np.divide(ends, pull, out=np.zeros_like(ends), where=pull > 0))
        moved = float(np.max(np.abs(new - mass) / np.maximum(new, 1e-300), initial=0.0))
        mass = new
        if moved < SETTLED:
            break
    return as_floats(mass)


def _pulls(city: City, rows: Indices, masses: Sequence[_Masses]) -> Floats:
    """Return the ties that one unit of mass of some organisations has with the base. (m,)."""
    zones = city.ground.others
    assert zones is not None
    if not rows.size:
        return np.full(len(masses), nan)
    size = np.diff(zones.sample_start)
    log_km = _log_km(city, rows[:, None], zones.sample[None])
    found = []
    for part in masses:
        mean = np.exp(part.elasticity * log_km).mean(axis=0)
        sums = np.bincount(np.repeat(np.arange(size.size), size), mean, minlength=size.size)
        found.append(float(sums / np.maximum(size, 1) @ part.base))
    return as_floats(found)


def _apart(city: City, one: Indices, other: Indices) -> Floats:
    """Return ln of the distances between different organisations of two groups."""
    a, b = np.repeat(one, other.size), np.tile(other, one.size)
    return _log_km(city, a[a != b], b[a != b])


def _log_km(city: City, one: Indices, other: Indices) -> Floats:
    ground = city.ground
    km = distance_km(ground.xyz[one], ground.xyz[other])
    floor = np.maximum(ground.floor_km[one], ground.floor_km[other])
    return as_floats(np.log(np.maximum(km, floor)))


def log_ratio(observed: float, expected: float) -> float:
    """Return ln((O + 1/2) / (E + 1/2)).

    Examples
    --------
    >>> [round(log_ratio(o, e), 4) for o, e in ((62, 38), (6, 14), (10, 16), (2, 12))]
    [0.4845, -0.8023, -0.452, -1.6094]
    """
    return log((observed + 0.5) / (expected + 0.5))
