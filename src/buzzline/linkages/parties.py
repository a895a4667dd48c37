"""Who stands where: zones, and the members and outsiders of the zones of one cluster.

Distances between near zones are power means over pairs of their organisations, as ties that
fall with that power of distance add up; far zones are points to each other. Where a cluster is
left out, its zones are what is left of them: outsiders are as far from others as outsiders are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.kernels.parties import between_parties
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.zones import Zones

OF_ZONE = 60  # organisations that stand for a zone
OF_PARTY = 150  # that stand for the members or outsiders of a cluster's zone, and within zones
MOST_ALONE = 0.999  # of the pairs in a zone that may be of an organisation with itself


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Zones, with what is needed to measure between any groups of their organisations.

    Attributes
    ----------
    zones : Zones
    rows, start : int64              organisations of zone z: rows[start[z]:start[z + 1]]
    sample, sample_start : int64     those that stand for it
    near : (z, z) bool               pairs that are measured organisation by organisation
    log_km : (z, z) float64          ln of the distance of the middles
    scale : (c, z, z) int8           scale of far pairs; 4 unknown
    limits : (c, 2) float64          squared chords
    """

    zones: Zones
    rows: Indices
    start: Indices
    sample: Indices
    sample_start: Indices
    near: Flags
    log_km: Floats
    scale: np.ndarray
    limits: Floats

    @property
    def n(self) -> int:
        """Number of zones."""
        return self.start.size - 1

    def rows_of(self, zone: int) -> Indices:
        """Return the organisations of a zone."""
        return self.rows[self.start[zone] : self.start[zone + 1]]


@dataclass(frozen=True, slots=True, eq=False)
class Parties:
    """The members of one cluster by zone, and where everybody is from them.

    Attributes
    ----------
    zone : (o,) int64                zones that hold members
    members, outsiders : tuples of int64 arrays   rows, by zone
    log_km : (o, z)                  from members to the outsiders of each zone
    shares : (c, o, z, 5)            scales of ties between them
    inner_log_km : (o, o)            among members; inner_shares : (c, o, o, 5)
    outsiders_log_km : (o, z)        from outsiders to the outsiders of each zone
    """

    zone: Indices
    members: tuple[Indices, ...]
    outsiders: tuple[Indices, ...]
    log_km: Floats
    shares: Floats
    inner_log_km: Floats
    inner_shares: Floats
    outsiders_log_km: Floats


def ground_of(zones: Zones, limits: Floats) -> Ground:
    """Return the ground of some zones. limits : (c, 2), from `squared_limits`."""
    located = np.flatnonzero(zones.zone >= 0)
    rows = as_indices(located[np.argsort(zones.zone[located], kind="stable")])
    n = zones.n_here.size
    count = np.bincount(zones.zone[rows], minlength=n)
    start = as_indices(np.concatenate([[0], np.cumsum(count)]))
    parts = [_evenly(part, OF_ZONE) for part in np.split(rows, start[1:-1])]
    middle = np.add.reduceat(zones.organisation_xyz[rows], start[:-1]) / count[:, None]
    middle /= np.linalg.norm(middle, axis=1, keepdims=True)
    away = np.linalg.norm(zones.organisation_xyz[rows] - middle[zones.zone[rows]], axis=1)
    radius = np.maximum.reduceat(away, start[:-1])
    apart = np.sqrt(np.maximum(2 - 2 * np.clip(middle @ middle.T, -1, 1), 0))
    reach = radius[:, None] + radius
    near = np.zeros((n, n), np.bool_)
    near[tuple(zones.near.T)] = True
    for limit in np.unique(np.sqrt(limits)):
        near |= np.abs(apart - limit) <= reach * (1 + 1e-9)
    np.fill_diagonal(near, val=True)
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(apart / 2, 1))
    return Ground(
        zones, rows, start, as_indices(np.concatenate(parts)), _starts(parts), near,
        as_floats(np.log(np.maximum(km, 1.0))), _far_scales(apart**2, zones.nation, limits),
        limits,
    )  # fmt: skip


def distances(ground: Ground, power: float) -> Floats:
    """Return ln of the distance between zones, near ones as power means. (z, z)."""
    upper = as_indices(np.argwhere(np.triu(ground.near, k=1)))
    within = [_evenly(ground.rows_of(zone), OF_PARTY) for zone in range(ground.n)]
    sample = as_indices(np.concatenate([ground.sample, *within]))
    start = as_indices(np.append(ground.sample_start, ground.sample.size + _starts(within)[1:]))
    own = np.arange(ground.n)
    pairs = as_indices(np.concatenate([upper, np.column_stack([own, own]) + ground.n]))
    even = np.ones(ground.zones.zone.size)
    log_km, _ = _measured(ground, (sample, start), pairs, even, power=power)
    out = ground.log_km.copy()
    one, other = np.concatenate([upper, np.column_stack([own, own])]).T
    known = np.isfinite(log_km)
    out[one[known], other[known]] = out[other[known], one[known]] = log_km[known]
    return as_floats(out)


def parties_of(ground: Ground, members: Flags, weight: Floats, *, power: float) -> Parties:
    """Return the members of a cluster by zone, and where everybody is from them.

    Parameters
    ----------
    members : (n,) bool
    weight : (n,) float64
        How many ties each organisation is likely to hold, beside others of its zone.
    power : float
        Of distance.
    """
    zone = as_indices(np.unique(ground.zones.zone[members & (ground.zones.zone >= 0)]))
    inside = [ground.rows_of(each)[members[ground.rows_of(each)]] for each in zone]
    outside = [ground.rows_of(each)[~members[ground.rows_of(each)]] for each in zone]
    n, o = ground.n, zone.size
    groups = [_evenly(rows, OF_PARTY) for rows in (*outside, *inside)]
    sample = as_indices(np.concatenate([ground.sample, *groups]))
    start = as_indices(np.append(ground.sample_start, ground.sample.size + _starts(groups)[1:]))
    there = np.arange(n)
    there[zone] = n + np.arange(o)  # of a cluster's zones, what is left of them
    at, to = np.nonzero(ground.near[zone])
    own, other = np.nonzero(ground.near[np.ix_(zone, zone)])
    pairs = np.concatenate([
        np.column_stack([n + o + at, there[to]]), np.column_stack([n + at, there[to]]),
        n + o + np.column_stack([own, other]),
    ])  # fmt: skip
    log_km, shares = _measured(ground, (sample, start), as_indices(pairs), weight, power=power)
    ends = np.cumsum([at.size, at.size])
    kilometres = np.split(log_km, ends)
    split = np.split(shares, ends, axis=1)
    plain, far = ground.log_km[zone], np.eye(5)[ground.scale[:, zone]]
    inner = (plain[:, zone], np.ascontiguousarray(far[:, :, zone]))
    return Parties(
        zone, tuple(inside), tuple(outside), _put(plain, (at, to), kilometres[0]),
        _put_shares(far, (at, to), split[0]), _put(inner[0], (own, other), kilometres[2]),
        _put_shares(inner[1], (own, other), split[2]), _put(plain, (at, to), kilometres[1]),
    )  # fmt: skip


def alone(rows: Indices, ends: Floats) -> float:
    """Return the share of pairs of some organisations that are one with itself.

    The gravity model counts such pairs; nobody has ties with oneself.

    Parameters
    ----------
    rows : (m,) int64
    ends : (n,) float64
        Tie ends of each organisation. They are counts: the square less the count is what the
        square of their expectation is on average.
    """
    if rows.size < 2:
        return 1.0
    some = ends[rows]
    whole = some.sum()
    if whole < 2:
        return 1 / rows.size
    share = np.maximum(some**2 - some, 0).sum() / (whole * (whole - 1))
    return float(min(max(share, 1 / rows.size), MOST_ALONE))


def log_pairs(alone_share: Floats) -> Floats:
    """Return ln of the share of pairs that can have a tie; -inf for none."""
    with np.errstate(divide="ignore"):
        return as_floats(np.log1p(-alone_share))


def likely_ends(ends: Floats) -> Floats:
    """Return how many ties each organisation is likely to hold, drawn in to their mean.

    Empirical Bayes with a gamma distribution of propensities: few ties say little about who
    holds more than others.

    Parameters
    ----------
    ends : (n,) float64

    Examples
    --------
    >>> likely_ends(np.array([0.0, 2.0, 10.0])).round(2).tolist()
    [0.86, 2.43, 8.71]
    """
    mean = float(ends.mean()) if ends.size else 0.0
    excess = float(ends.var()) - mean
    if mean <= 0 or excess <= 0:
        return np.ones(ends.size)
    prior = mean**2 / excess
    return as_floats((ends + prior) * mean / (mean + prior))


def _evenly(rows: Indices, n: int) -> Indices:
    """Return up to n rows, evenly spaced."""
    if rows.size <= n:
        return rows
    return as_indices(rows[np.linspace(0, rows.size - 1, n).round().astype(np.int64)])


def _starts(parts: list[Indices]) -> Indices:
    return as_indices(np.concatenate([[0], np.cumsum([part.size for part in parts])]))


def _far_scales(squared: Floats, nation: Codes, limits: Floats) -> np.ndarray:
    same, known = nation[:, None] == nation, (nation[:, None] > 0) & (nation > 0)
    beyond = np.where(known, np.where(same, 2, 3), 4)
    return np.stack(
        [
            np.where(squared <= local, 0, np.where(squared <= regional, 1, beyond))
            for local, regional in limits
        ]
    ).astype(np.int8)


def _measured(
    ground: Ground,
    parties: tuple[Indices, Indices],
    pairs: Indices,
    weight: Floats,
    *,
    power: float,
) -> tuple[Floats, Floats]:
    zones = ground.zones
    log_km = np.empty(len(pairs))
    shares = np.empty((len(ground.limits), len(pairs), 5))
    between_parties(
        *parties, pairs, weight, zones.organisation_xyz, zones.organisation_nation,
        zones.floor_km, ground.limits, power, EARTH_RADIUS_KM, log_km, shares,
    )  # fmt: skip
    return log_km, shares


def _put(plain: Floats, at: tuple[np.ndarray, np.ndarray], values: Floats) -> Floats:
    out = plain.copy()
    known = np.isfinite(values)
    out[at[0][known], at[1][known]] = values[known]
    return as_floats(out)


def _put_shares(plain: Floats, at: tuple[np.ndarray, np.ndarray], values: Floats) -> Floats:
    out = plain.copy()
    out[:, at[0], at[1]] = values
    return as_floats(out)
