"""Lay a grid over two clusters, or say why they cannot be told apart from chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.against_deals import Pair
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.footing import Map, footing, map_of
from buzzline.clusters.industries import Industries, industries_of
from buzzline.clusters.relative_risk import STEPS_A_BANDWIDTH, ground_between
from buzzline.errors import InvalidArgument
from buzzline.quantities import Kilometres, Share
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.space.precision import precision_km
from buzzline.space.sites import sites_of
from buzzline.tables.study import Study

FEWEST_MEMBERS = 5
FEWEST_OTHERS = 5
MOST_BANDWIDTHS = 60  # along the grid: a valley narrower than that of its length is no valley
WIDENED = (1, 2, 4)  # times as wide a box, until others stand on it
INSIDE = 0.75  # of a cluster's members lie within half the width of the grid
MEDIAN_OF_RAYLEIGH = 1.1774  # standard deviations: half of a round normal cloud lies within
SMALLER_SIDE = 0.25  # of the smaller cluster's members must stand above the saddle


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Clusters of one industry, and everybody.

    Attributes
    ----------
    map : Map
    active : (n,) bool                 organisations of the industry
    share : share                      of them among all with coordinates
    ids, labels : tuple of str         of the clusters
    centre : (c, 3) float64            unit vectors: the densest site of each
    members : tuple of (k,) int64      located members of each, rows of the study
    """

    map: Map
    active: Flags
    share: Share
    ids: tuple[str, ...]
    labels: tuple[str, ...]
    centre: Floats
    members: tuple[Indices, ...]

    def away_km(self, cluster: int) -> Floats:
        """Return how far each located member is from the centre of its cluster [km]."""
        sites = self.map.sites
        xyz = sites.xyz[sites.site[self.members[cluster]]]
        return distance_km(xyz, self.centre[cluster][None])

    def apart_km(self, one: int, other: int) -> float:
        """Return how far two centres are from each other."""
        return float(distance_km(self.centre[one][None], self.centre[other][None])[0])


def casts_of(study: Study, clustering: Clustering, wanted: Industries) -> dict[str, Cast]:
    """Return the clusters of each industry with everybody around them.

    Parameters
    ----------
    wanted : names, mapping of group name to industries, or None
        None: as the clusters were made with; without that record, the industry each names.

    Raises
    ------
    InvalidArgument
        The clusters are of an industry that was not asked for.
    """
    found = clustering.clusters
    sites = sites_of(study.organisations)
    ids = pl.coalesce(pl.col("owner_id"), pl.col("org_id"))
    owner = study.organisations.select(ids.rank("dense").cast(pl.Int32)).to_series()
    where = map_of(sites, as_codes(owner.to_numpy()), precision_km(study.organisations))
    rows = _member_rows(study, clustering, where)
    n_located = int(sites.located.sum())
    casts = {}
    for name, active in _active(study, clustering, wanted).items():
        these = found.filter(pl.col("industry") == name)
        casts[name] = Cast(
            where, active, int((active & sites.located).sum()) / max(n_located, 1),
            tuple(these["cluster_id"]), tuple(these["label"]),
            unit_vectors(as_floats(these["longitude"]), as_floats(these["latitude"])),
            tuple(rows.get(name, np.empty(0, np.int64)) for name in these["cluster_id"]),
        )  # fmt: skip
    return casts


def _member_rows(study: Study, clustering: Clustering, where: Map) -> dict[str, Indices]:
    row = study.organisations.select("org_id").with_row_index("row")
    members = clustering.members.unique(["cluster_id", "org_id"], maintain_order=True)
    joined = members.join(row, on="org_id", how="inner", maintain_order="left")
    rows = as_indices(joined["row"].to_numpy())
    here = joined.filter(pl.Series(where.sites.located[rows], dtype=pl.Boolean))
    return {
        str(key[0]): as_indices(part["row"].to_numpy())
        for key, part in here.partition_by("cluster_id", as_dict=True).items()
    }


def _active(study: Study, clustering: Clustering, wanted: Industries) -> dict[str, Flags]:
    names = clustering.clusters["industry"].unique(maintain_order=True).to_list()
    if not names:
        return {}
    titles = dict(study.industries.select("industry", "title").drop_nulls().iter_rows())
    made = clustering.provenance
    if wanted is None and made is not None and made.analysis == "candidate_clusters":
        wanted = made.arguments.get("industries")
    elif wanted is None:
        code = {title: industry for industry, title in titles.items()}
        wanted = [code.get(name, name) for name in names]
    flags = {item.name: item.active for item in industries_of(study, wanted)}
    called = {name: titles.get(name, name) for name in names}  # a code goes by its title
    lacking = [name for name in names if called[name] not in flags]
    if lacking:
        raise InvalidArgument(
            f"distinctness: there are clusters of {', '.join(map(repr, lacking))}, which "
            "`industries` does not name. Give the industries the clusters were made with."
        )
    return {name: flags[called[name]] for name in names}


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Two clusters on a grid, or why not.

    Attributes
    ----------
    pair : Pair or None
    bandwidth_km : float     NaN where no pair
    reason : str             why it cannot be tested; empty otherwise
    """

    pair: Pair | None
    bandwidth_km: float
    reason: str


def lay_over(cast: Cast, clusters: tuple[int, int], bandwidth_km: Kilometres | None) -> Laid:
    """Lay a grid over two clusters.

    The grid is a box around both centres, on every side as much wider as the distance within
    which three quarters of the more scattered cluster's members lie; up to four times that
    where hardly any other organisation stands on it. The bandwidth is that of
    Scott for the members around their own centres, s n^(-1/6), and no finer than the
    coordinates or a sixtieth of the box.

    Parameters
    ----------
    clusters : tuple of int
        Numbers of the two.
    bandwidth_km : km or None
        None: by the rule.
    """
    one, other = clusters
    away = [cast.away_km(cluster) for cluster in clusters]
    sizes = [part.size for part in away]
    if min(sizes) < FEWEST_MEMBERS:
        return _not(f"only {min(sizes)} members of the smaller cluster have coordinates")
    apart = cast.apart_km(one, other)
    rows = np.concatenate([cast.members[one], cast.members[other]])
    exact = float(np.median(cast.map.precision_km[rows]))
    scatter = float(np.median(np.concatenate(away))) / MEDIAN_OF_RAYLEIGH
    scott = scatter * sum(sizes) ** (-1 / 6)
    beside = max(float(np.quantile(part, INSIDE)) for part in away)
    width = bandwidth_km or max(scott, exact, (apart + 2 * beside) / MOST_BANDWIDTHS)
    if apart < 2 * width and scott < width:
        return _not(
            f"the centres are {apart:.3g} km apart, too close for a bandwidth of {width:.3g} km"
            + (f" (coordinates are exact to {exact:g} km)" if width == exact else "")
        )
    if not width:
        return _not("all members of both stand at one point")
    if apart + 2 * beside > 10 * MOST_BANDWIDTHS * width:
        return _not(f"a bandwidth of {width:g} km is too fine for {apart:.0f} km")
    for times in WIDENED:
        laid = _laid(cast, clusters, apart / 2, max(times * beside, width), width)
        if laid.pair is not None:
            return laid
    return laid


def _laid(
    cast: Cast, clusters: tuple[int, int], half: float, beside: float, width: float
) -> Laid:
    one, other = clusters
    ground = ground_between(
        cast.centre[one], cast.centre[other], half_length_km=half + beside,
        half_width_km=beside, step_km=width / STEPS_A_BANDWIDTH,
    )  # fmt: skip
    rows, node = cast.map.on(ground)
    active = cast.active[rows]
    if (~active).sum() < FEWEST_OTHERS:
        return _not(
            f"only {int((~active).sum())} organisations of other industries stand there: "
            "nothing to compare with"
        )
    zones = [np.unique(node[np.isin(rows, cast.members[cluster])]) for cluster in clusters]
    n_here = [int(np.isin(rows, cast.members[cluster]).sum()) for cluster in clusters]
    held = footing(node, active, cast.map.owner[rows], n_nodes=ground.rows * ground.columns)
    fewest = max(1, ceil(SMALLER_SIDE * min(n_here)))
    pair = Pair(
        ground, held, 2 * half, as_indices(zones[0]), as_indices(zones[1]), cast.share, fewest
    )
    return Laid(pair, width, "")


def _not(reason: str) -> Laid:
    return Laid(None, float("nan"), reason)
