"""Who is near a cluster, of its industry, or declared a member of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree
from scipy.stats import hypergeom

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.gravity_tree import Located
from buzzline.clusters.membership_ties import Crew, crew_of
from buzzline.quantities import Count, Share
from buzzline.space.globe import chord, kilometres
from buzzline.tables.study import Study

MARGIN = 3.0  # times as far as most of the core are from each other is still near
MOST = 0.75  # of the core; those far from all others do not widen the ground
FEWEST_SHARED = 2  # members a declared cluster must share with one to be taken for it


def crew_in(study: Study, clustering: Clustering, at_most: Count) -> Crew:
    """Return the members and core of the strongest clusters, as rows of organisations."""
    number = study.organisations.select("org_id").with_row_index("row")
    members = clustering.members.join(number, on="org_id", how="inner", validate="m:1")
    rows, core = [], []
    for name in clustering.clusters["cluster_id"].head(at_most).to_list():
        own = members.filter(pl.col("cluster_id") == name).unique("row").sort("row")
        rows.append(as_indices(own["row"].to_numpy()))
        inner = own.filter("is_core") if own["is_core"].any() else own
        core.append(as_indices(inner["row"].to_numpy()))
    return crew_of(study.organisations.height, rows, core)


@dataclass(frozen=True, slots=True, eq=False)
class Footprint:
    """The ground a cluster covers.

    Attributes
    ----------
    core : (k,) int64      rows of its core with coordinates
    tree : cKDTree or None
    within_km : float      who is this near to one of the core is near the cluster; NaN for none
    """

    core: Indices
    tree: cKDTree | None
    within_km: float

    def km_from(self, rows: Indices, ground: Located) -> Floats:
        """Return the distance to the nearest other organisation of the core; NaN if unknown."""
        out = np.full(rows.size, np.nan)
        placed = np.flatnonzero(~np.isnan(ground.xyz[rows, 0]))
        if self.tree is None or not placed.size:
            return out
        away, _ = self.tree.query(ground.xyz[rows[placed]], k=2)
        oneself = np.isin(rows[placed], self.core)
        km = kilometres(np.where(oneself, away[:, 1], away[:, 0]))
        out[placed] = np.where(np.isfinite(np.where(oneself, away[:, 1], 0.0)), km, np.nan)
        return as_floats(out)


def footprint(core: Indices, ground: Located, *, scale_km: float | None) -> Footprint:
    """Return the ground of a cluster, up to three times as far as its core are from each other.

    As three quarters of the core are from the next of the core, those at the same point as far
    as places are told; or up to the scale at which it was found, where that is more.

    Parameters
    ----------
    core : (k,) int64
    ground : Located
    scale_km : km or None
        Radius at which the cluster was found.
    """
    placed = as_indices(core[~np.isnan(ground.xyz[core, 0])])
    if not placed.size:
        return Footprint(placed, None, float("nan"))
    found = Footprint(placed, cKDTree(ground.xyz[placed]), float("nan"))
    own = found.km_from(placed, ground)
    known = np.where(own > 0, own, ground.floor_km[placed])[np.isfinite(own)]
    apart = float(np.quantile(known, MOST, method="lower")) if known.size else 0.0
    return Footprint(placed, found.tree, max(MARGIN * apart, scale_km or 0.0))


def industry_rows(study: Study, name: str | None) -> Indices:
    """Return the organisations of an industry, by code or title; none for groups of them."""
    if name is None:
        return np.empty(0, np.int64)
    titled = study.industries.filter(pl.col("title") == name)["industry"].to_list()
    pairs = study.industries_of().filter(pl.col("industry").is_in([name, *titled]))
    number = study.organisations.select("org_id").with_row_index("row")
    rows = number.join(pairs, on="org_id", how="semi")["row"]
    return as_indices(rows.to_numpy())


def near_of(rows: Indices, found: Footprint, ground: Located) -> Indices:
    """Return which of some rows are near a cluster."""
    placed = rows[~np.isnan(ground.xyz[rows, 0])]
    if found.tree is None or not placed.size:
        return np.empty(0, np.int64)
    reach = chord(found.within_km) * (1 + 1e-9) + 1e-12
    away, _ = found.tree.query(ground.xyz[placed], distance_upper_bound=reach)
    return as_indices(placed[np.isfinite(away)])


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """Declared memberships of the clusters.

    Attributes
    ----------
    key : (d,) int64         organisation times number of clusters plus cluster, ascending
    degree : (d,) float64
    names : tuple of str     declared clusters taken for each cluster, joined by commas
    """

    key: Indices
    degree: Floats
    names: tuple[str, ...]


def declared_in(study: Study, ids: Sequence[str], crew: Crew, *, level: Share) -> Declared:
    """Return who is declared a member of which cluster.

    A declared cluster is taken for one found when it has the same identifier, or else shares
    more members with it than chance would give (hypergeometric, over all pairs at once).
    """
    k = len(ids)
    number = study.organisations.select("org_id").with_row_index("row")
    joined = study.memberships.select("cluster_id", "org_id", "degree").join(
        number, on="org_id", how="inner", validate="m:1"
    )
    if not joined.height:
        return Declared(np.empty(0, np.int64), np.empty(0), ("",) * k)
    named = joined["cluster_id"].unique().sort().to_list()
    crews = [np.unique(joined.filter(pl.col("cluster_id") == one)["row"].to_numpy())
             for one in named]  # fmt: skip
    taken = _matches(named, crews, ids, crew, level)
    parts = [
        joined.filter(pl.col("cluster_id") == named[d]).select(
            key=pl.col("row").cast(pl.Int64) * k + c, degree=pl.col("degree").fill_null(1.0)
        )
        for d, c in taken
    ]
    empty = pl.DataFrame(schema={"key": pl.Int64, "degree": pl.Float64})
    found = pl.concat([empty, *parts]).group_by("key").agg(pl.col("degree").max()).sort("key")
    names = tuple(", ".join(named[d] for d, c in taken if c == at) for at in range(k))
    return Declared(
        as_indices(found["key"].to_numpy()), as_floats(found["degree"].to_numpy()), names
    )


def _matches(
    named: Sequence[str],
    crews: Sequence[Indices],
    ids: Sequence[str],
    crew: Crew,
    level: Share,
) -> list[tuple[int, int]]:
    same = [(named.index(one), c) for c, one in enumerate(ids) if one in named]
    known = {d for d, _ in same}, {c for _, c in same}
    shared = []
    for d, rows in enumerate(crews):
        many = np.diff(crew.start)[rows]
        first = np.repeat(crew.start[rows], many)
        place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        counts = np.bincount(crew.cluster[first + place], minlength=len(ids))
        shared += [
            (d, int(c), int(counts[c])) for c in np.flatnonzero(counts >= FEWEST_SHARED)
            if d not in known[0] and int(c) not in known[1]
        ]  # fmt: skip
    p = [
        hypergeom.sf(o - 1, crew.start.size - 1, crew.rows[c].size, crews[d].size)
        for d, c, o in shared
    ]
    tests = len(named) * len(ids)
    return same + [
        (d, c) for (d, c, _), one in zip(shared, p, strict=True) if one * tests < 1 - level
    ]


def flags_at(keys: Indices, wanted: Indices) -> Flags:
    """Return which keys are among some others, both ascending."""
    place = np.searchsorted(wanted, keys)
    inside = place < wanted.size
    found = np.zeros(keys.size, np.bool_)
    found[inside] = wanted[place[inside]] == keys[inside]
    return found


def values_at(keys: Indices, at: Indices, values: Floats) -> Floats:
    """Return the value that belongs to each key, 0 where there is none; keys ascending."""
    out = np.zeros(keys.size)
    has = flags_at(keys, at)
    out[has] = values[np.searchsorted(at, keys[has])]
    return as_floats(out)
