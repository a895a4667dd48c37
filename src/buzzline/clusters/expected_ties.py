"""What size and distance alone would give within and between two groups of organisations."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.clusters.distance_power import FEWEST_TIES as FEWEST_TIES
from buzzline.clusters.distance_power import MOST_ZONES as MOST_ZONES
from buzzline.clusters.distance_power import REACHES_KM, fit_zones, power_of_distance
from buzzline.clusters.layer_ties import LayerTies
from buzzline.space.globe import chord, distance_km
from buzzline.space.precision import precision_km
from buzzline.space.sites import sites_of
from buzzline.space.zones import INSIDE_A_DISC, NEAREST_KM, Zones

REACH_KM = REACHES_KM[-1]
OF_MEMBERS = 0.1  # of the members, from which on an industry is one of theirs
FEW_OTHERS = 0.1  # of all outside the clusters, below which other industries are too few
FAR_KM = 50.0  # from every cluster: who is of their industry there may be tied as if near
SAMPLE = 250  # members that stand for a cluster when distances are averaged


@dataclass(frozen=True, slots=True, eq=False)
class Fall:
    """How ties fall with distance.

    Attributes
    ----------
    elasticity : float      ties go with distance to this power; negative
    variance : float
    fitted_to : str         "others" (nobody of the industry takes part) or "all" ties
    """

    elasticity: float
    variance: float
    fitted_to: str


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Organisations on the globe, and the zones of those that are no members.

    Attributes
    ----------
    xyz : (n, 3) float64          unit vectors, NaN without coordinates
    floor_km : (n,) float64       shortest distance that the coordinates can tell
    is_other : (n,) bool          no member of any cluster in question, and of other industries
    others, everybody : Zones or None
                                  `everybody` leaves out who is of the clusters' industry and
                                  far from all of them
    """

    xyz: Floats
    floor_km: Floats
    is_other: Flags
    others: Zones | None
    everybody: Zones | None


def ground_of(organisations: pl.DataFrame, label: Codes) -> Ground:
    """Return where organisations stand. label : (n,) int32, cluster of each, -1 for none.

    Others are of other industries too: far members of a cluster, tied as if they were near,
    are of its industry, and a few of them make ties look as if distance hardly mattered. Where
    hardly anybody is of another industry, others are whoever is near a member and is none.
    """
    sites = sites_of(organisations)
    xyz = np.full((organisations.height, 3), np.nan)
    xyz[sites.located] = sites.xyz[sites.site[sites.located]]
    is_other = _others(organisations, label, xyz)
    floor = np.maximum(NEAREST_KM, INSIDE_A_DISC * precision_km(organisations))
    everybody = np.asarray(is_other | _near_a_cluster(xyz, label))
    zones = [fit_zones(organisations, which) for which in (is_other, everybody)]
    return Ground(xyz, as_floats(floor), is_other, *zones)


def _others(organisations: pl.DataFrame, label: Codes, xyz: Floats) -> Flags:
    """Return who takes no part in a cluster, and is no far member that nobody knows of."""
    outside, like = np.asarray(label < 0), _like_members(organisations, label)
    strict = outside & ~like
    if strict.sum() >= FEW_OTHERS * outside.sum():
        return strict
    return np.asarray(outside & (~like | _near(xyz, xyz[label >= 0])))


def _near(xyz: Floats, these: Floats) -> Flags:
    """Return who is within `FAR_KM` of any of these places. (n,) bool."""
    near = np.zeros(xyz.shape[0], np.bool_)
    placed, there = ~np.isnan(xyz[:, 0]), these[~np.isnan(these[:, 0])]
    if placed.any() and there.size:
        near[placed] = cKDTree(there).query(xyz[placed])[0] <= chord(FAR_KM)
    return near


def _like_members(organisations: pl.DataFrame, label: Codes) -> Flags:
    """Return who is of an industry that many members are of."""
    industry = organisations["industry"]
    counts = industry.filter(pl.Series(label >= 0)).drop_nulls().value_counts()
    common = counts.filter(pl.col("count") >= OF_MEMBERS * int(counts["count"].sum()))[
        "industry"
    ]
    return np.asarray(industry.is_in(common.implode()).fill_null(value=False))


def _near_a_cluster(xyz: Floats, label: Codes) -> Flags:
    """Return who is within `FAR_KM` of the middle of any cluster. (n,) bool."""
    located = np.flatnonzero(~np.isnan(xyz[:, 0]))
    order = located[np.argsort(label[located], kind="stable")]
    order = order[label[order] >= 0]
    near = np.zeros(label.size, np.bool_)
    if order.size:
        groups = np.split(xyz[order], np.flatnonzero(np.diff(label[order])) + 1)
        middle = np.stack([np.median(group, axis=0) for group in groups])
        near[located] = cKDTree(middle).query(xyz[located])[0] <= chord(FAR_KM)
    return near


def fall_with_distance(ties: LayerTies, ground: Ground) -> Fall | str:
    """Return how ties fall with distance among others, else among all; or why not known.

    Read off all ties, what keeps members together looks like distance: separation is then
    understated. Ties of those of the industry far from all clusters are left out there too.
    """
    other = ground.is_other[ties.source] & ground.is_other[ties.target]
    reason = "no organisations with coordinates"
    for name, zones, some in (
        ("others", ground.others, ties.chosen(other)),
        ("all", ground.everybody, ties),
    ):
        if zones is None:
            continue
        found = power_of_distance(some, zones)
        if not isinstance(found, str):
            return Fall(*found, name)
        reason = found
    return reason


@dataclass(frozen=True, slots=True, eq=False)
class PairDistances:
    """Distances within and between two groups, and the weight of each pair.

    Attributes
    ----------
    log_km, weight : three arrays    within k, within l, between; by pairs of a sample
    scale : (3,) float64             from pairs of the sample to all pairs
    """

    log_km: tuple[Floats, Floats, Floats]
    weight: tuple[Floats, Floats, Floats]
    scale: Floats

    def expected(self, elasticity: float) -> Floats:
        """Return what size and distance give within k, within l, and between each way. (4,)."""
        k, other, between = (
            float(np.sum(weight * np.exp(elasticity * log_km))) * scale
            for log_km, weight, scale in zip(self.log_km, self.weight, self.scale, strict=True)
        )
        return as_floats([k, other, between, between])

    def log_odds(self, elasticity: float) -> float:
        """Return the log odds ratio that size and distance give."""
        cells = self.expected(elasticity)
        with np.errstate(divide="ignore", invalid="ignore"):
            return float(np.log(cells[0] * cells[1]) - 2 * np.log(cells[2]))

    def slope(self, elasticity: float) -> float:
        """Return how that moves with the elasticity."""
        step = 1e-4
        rise = self.log_odds(elasticity + step) - self.log_odds(elasticity - step)
        return rise / (2 * step)


def pair_distances(
    ground: Ground, size: Floats, groups: tuple[Indices, Indices]
) -> PairDistances:
    """Return distances within and between two groups.

    Parameters
    ----------
    ground : Ground
    size : (n,) float64
        What makes an organisation hold more ties than others, net of who is near.
    groups : two (.,) int64
        Rows of the members of the two groups; those without coordinates or size do not count.
    """
    one, two = (
        _sampled(as_indices(rows[(size[rows] > 0) & ~np.isnan(ground.xyz[rows, 0])]))
        for rows in groups
    )
    pairs = ((one, one), (two, two), (one, two))
    log_km, weights = [], []
    for here, there in pairs:
        a, b = (np.repeat(here.rows, there.rows.size), np.tile(there.rows, here.rows.size))
        km = distance_km(ground.xyz[a], ground.xyz[b])
        floor = np.maximum(ground.floor_km[a], ground.floor_km[b])
        log_km.append(as_floats(np.log(np.maximum(km, floor))))
        weights.append(as_floats(np.where(a == b, 0.0, size[a] * size[b])))
    scale = [_pairs(here, there) for here, there in pairs]
    return PairDistances(tuple(log_km), tuple(weights), as_floats(scale))  # type: ignore[arg-type]  # three each


@dataclass(frozen=True, slots=True, eq=False)
class _Sampled:
    rows: Indices
    n: int


def _sampled(rows: Indices) -> _Sampled:
    if rows.size <= SAMPLE:
        return _Sampled(rows, rows.size)
    even = np.linspace(0, rows.size - 1, SAMPLE).round().astype(np.int64)
    return _Sampled(as_indices(rows[even]), rows.size)


def _pairs(one: _Sampled, two: _Sampled) -> float:
    """Return how many pairs each pair of the samples stands for."""
    if one is two:
        m = one.rows.size
        return one.n * (one.n - 1) / (m * (m - 1)) if m > 1 else 0.0
    m = one.rows.size * two.rows.size
    return one.n * two.n / m if m else 0.0
