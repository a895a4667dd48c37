"""Declared clusters, and groups found by any other method, as a clustering to be tested."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_scene import members_in, rows_by_cluster
from buzzline.clusters.names import place_label, unique
from buzzline.clusters.tabulating import (
    CLUSTER_SCHEMA,
    COVERAGE_SCHEMA,
    MEMBER_SCHEMA,
    TREE_SCHEMA,
    binomial_interval,
)
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share, Years
from buzzline.space.globe import distance_km
from buzzline.space.sites import Sites, sites_of
from buzzline.tables.study import Study

AS_GIVEN = (
    "These clusters are taken as they were {given}; none of them was tested here: neither "
    "whether its industry is denser there than all organisations together, nor whether it is "
    "distinct in space or socially separate."
)


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """One group of organisations that somebody takes for a cluster."""

    cluster_id: str
    name: str  # empty: the place is its name
    industry: str  # empty: the commonest of its members
    rows: Indices


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """All organisations: where they stand, and in which industries they are active."""

    study: Study
    sites: Sites
    active: Mapping[str, Flags]  # of each industry, by the name clusters are given
    level: Share


def declared_as_clusters(
    study: Study, *, year: Years | None = None, level: Share = 0.95
) -> Clustering:
    """Return declared clusters as a clustering, to put them through both tests.

    So that clusters which no map tells apart, communities in one place, can be tested too.

    Parameters
    ----------
    study : Study
        Needs `declared_clusters` and `memberships`, and coordinates of members.
    year : years or None
        Members in that year; None: whoever was one at any time.
    level : share
        Of the interval of `ratio`.

    Returns
    -------
    Clustering
        One cluster a declared one, the largest first. `industry` as declared where
        organisations are active in it, else the commonest of its members. `longitude`,
        `latitude`: the member site nearest to the median of located members. `scale_km`:
        within which half of them stand; `n_background`, `expected`, `ratio`, `low`, `high` hold
        for members within it. All members are core. `strength`, `p` and `q` are empty: nothing
        was held against chance. Those without members, coordinates or an industry are in
        `coverage` with the reason.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_sibling_world
    >>> study = make_sibling_world(distinct=False, organisations=300, rng=1).study
    >>> declared_as_clusters(study).clusters["cluster_id"].to_list()
    ['D1', 'D0']
    """
    rows = rows_by_cluster(study, members_in(study, year))
    listed = study.declared_clusters.select("cluster_id", "name", "industry").iter_rows()
    given = [
        _Given(key, name or key, industry or "", rows.get(key, as_indices([])))
        for key, name, industry in listed
    ]
    note = AS_GIVEN.format(given="declared" if year is None else f"declared in {year}")
    return _clustering(study, given, level=level, note=note)


def clustering_of_labels(
    study: Study,
    label: Sequence[str | int | None],
    *,
    industry: str | None = None,
    level: Share = 0.95,
) -> Clustering:
    """Return groups found by any other method as a clustering, to put them through both tests.

    Parameters
    ----------
    study : Study
    label : (n,) sequence
        Group of each organisation, in the order of `study.organisations`; None or -1 for none.
        Communities of a network, classes of a statistical office: whatever names them.
    industry : str or None
        Of all groups, so that they are siblings; None: the commonest of the members of each.
    level : share
        Of the interval of `ratio`.

    Returns
    -------
    Clustering
        As from `declared_as_clusters`, named by their places.

    Raises
    ------
    InvalidArgument
        Not one label an organisation.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_sibling_world
    >>> world = make_sibling_world(distinct=False, organisations=300, rng=1)
    >>> clustering_of_labels(world.study, world.truth.cluster).clusters["n_members"].to_list()
    [38, 37]
    """
    n = study.organisations.height
    if len(label) != n:
        raise InvalidArgument(
            f"clustering_of_labels: {len(label):,} labels for {n:,} organisations; give one "
            "each, in the order of `study.organisations`"
        )
    rows: dict[str, list[int]] = {}
    for row, key in enumerate(label):
        if key is not None and key != -1:
            rows.setdefault(str(key), []).append(row)
    given = [_Given(key, "", industry or "", as_indices(rows[key])) for key in sorted(rows)]
    return _clustering(study, given, level=level, note=AS_GIVEN.format(given="given"))


def _clustering(
    study: Study, given: Sequence[_Given], *, level: Share, note: str
) -> Clustering:
    scene = _Scene(study, sites_of(study.organisations), _active(study), level)
    kept, left = [], []
    for one in given:
        found = _row(scene, one)
        if isinstance(found, str):
            left.append(_coverage(scene, one.industry, [], f"left out: {one.cluster_id} "
                                  f"({one.name or 'no name'}): {found}"))  # fmt: skip
        else:
            kept.append(found | {"given": one})
    kept.sort(key=lambda row: -row["n_members"])
    labels = unique([row["label"] for row in kept])
    rows = [row | {"label": label} for row, label in zip(kept, labels, strict=True)]
    industries = dict.fromkeys(row["industry"] for row in rows)
    looked_at = [
        _coverage(scene, name, [row for row in rows if row["industry"] == name], "examined")
        for name in industries
    ]
    if not given:
        left = [_coverage(scene, "", [], "left out: no cluster is given; add the tables "
                          "`declared_clusters` and `memberships`, or labels")]  # fmt: skip
    elif left:
        note += f" Left out: {len(left):,} of {len(given):,}, with the reason in `coverage`."
    return Clustering(
        _frame(rows, CLUSTER_SCHEMA), _members(study, [row["given"] for row in rows]),
        pl.DataFrame(schema=TREE_SCHEMA), _frame([*looked_at, *left], COVERAGE_SCHEMA),
        level, 1.0, 0, note=note,
    )  # fmt: skip


def _active(study: Study) -> dict[str, Flags]:
    """Return who is active in each industry, under its title where it has one."""
    titles = dict(study.industries.select("industry", "title").drop_nulls().iter_rows())
    row = study.organisations.select("org_id").with_row_index("row")
    pairs = study.industries_of().join(row, on="org_id", how="inner")
    found = {}
    for key, part in pairs.partition_by("industry", as_dict=True).items():
        flags = np.zeros(row.height, np.bool_)
        flags[part["row"].to_numpy()] = True
        found[str(titles.get(key[0], key[0]))] = flags
    return found


def _row(scene: _Scene, one: _Given) -> dict[str, Any] | str:
    """Return the row of a cluster, or why there is none."""
    if not one.rows.size:
        return "no organisation of the study is a member"
    rows = one.rows[scene.sites.located[one.rows]]
    if not rows.size:
        return f"none of {one.rows.size:,} members has coordinates"
    industry = _industry(scene, one)
    if not industry:
        return f"none of {one.rows.size:,} members has an industry"
    centre, away = _centre(scene.sites, rows)
    place, country, places = place_label(scene.study.organisations[one.rows])
    half_km = float(np.median(away))
    return {
        "cluster_id": one.cluster_id, "label": one.name or place, "industry": industry,
        "scale_km": half_km, "n_members": one.rows.size, "n_core": one.rows.size,
        "longitude": float(scene.sites.longitude[centre]),
        "latitude": float(scene.sites.latitude[centre]), "radius_km": float(away.max()),
        "country": country, "places": places, "level": scene.level,
        **_size(scene, centre, int((away <= half_km).sum()), half_km, scene.active[industry]),
    }  # fmt: skip


def _industry(scene: _Scene, one: _Given) -> str:
    titles: dict[str, str] = dict(
        scene.study.industries.select("industry", "title").drop_nulls().iter_rows()
    )
    declared = titles.get(one.industry, one.industry)
    if declared in scene.active:
        return declared
    counts = Counter({name: int(flags[one.rows].sum()) for name, flags in scene.active.items()})
    commonest = min(counts, key=lambda name: (-counts[name], name), default="")
    return commonest if counts[commonest] else ""


def _centre(sites: Sites, rows: Indices) -> tuple[int, Floats]:
    """Return the site nearest to the median of members, and how far they are from it [km]."""
    at = sites.site[rows]
    xyz = sites.xyz[at]
    middle = np.median(xyz, axis=0)
    centre = int(at[np.argmin(((xyz - middle) ** 2).sum(axis=1))])
    return centre, as_floats(distance_km(xyz, sites.xyz[centre][None]))


def _size(
    scene: _Scene, centre: int, inside: int, half_km: float, active: Flags
) -> dict[str, Any]:
    """Return members around the centre against what all organisations there would give."""
    sites = scene.sites
    near = distance_km(sites.xyz, sites.xyz[centre][None]) <= half_km
    within = int(sites.n_here[near].sum())
    share = float((active & sites.located).sum() / sites.n_here.sum())
    if not share:
        return {"n_background": within}
    low, high = binomial_interval(inside, within, scene.level)
    return {
        "n_background": within, "expected": share * within, "ratio": inside / (share * within),
        "low": low / share, "high": high / share,
    }  # fmt: skip


def _coverage(
    scene: _Scene, industry: str, clusters: Sequence[Mapping[str, Any]], status: str
) -> dict[str, Any]:
    n = scene.study.organisations.height
    active = scene.active.get(industry, np.zeros(n, np.bool_))
    return {
        "industry": industry or None, "scale_km": None, "n_organisations": int(active.sum()),
        "n_located": int((active & scene.sites.located).sum()),
        "n_core": sum(row["n_members"] for row in clusters), "n_candidates": len(clusters),
        "status": status,
    }  # fmt: skip


def _members(study: Study, given: Sequence[_Given]) -> pl.DataFrame:
    ids = study.organisations["org_id"]
    parts = [
        pl.DataFrame({"org_id": ids[one.rows]}).select(
            cluster_id=pl.lit(one.cluster_id), org_id="org_id", is_core=True
        )
        for one in given
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=MEMBER_SCHEMA)


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False)
