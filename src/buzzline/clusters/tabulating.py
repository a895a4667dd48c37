"""Delineated industries written out as the tables of a `Clustering`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import beta

from buzzline.arrays import Floats, as_codes, as_floats
from buzzline.clusters.candidates import ScaleCandidates, Tree
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.industries import Industry
from buzzline.clusters.names import Place, place_label, place_of_most, slug, told_apart, unique
from buzzline.quantities import Count, Share
from buzzline.resampling import family_q
from buzzline.space.globe import distance_km
from buzzline.space.sites import Sites
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class Delineated:
    """One industry after delineation.

    Attributes
    ----------
    industry : Industry
    levels : tuple[ScaleCandidates, ...]   scales that were examined, fine first
    tree : Tree
    status : dict[km, str]                 every scale asked for: "examined" or why not
    p : (t,) float64                       of each node of the tree, over the whole map
    """

    industry: Industry
    levels: tuple[ScaleCandidates, ...]
    tree: Tree
    status: dict[float, str]
    p: Floats


CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "scale_km": pl.Float64,
    "n_members": pl.Int64, "n_core": pl.Int64, "n_background": pl.Int64, "expected": pl.Float64,
    "ratio": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "strength": pl.Float64, "p": pl.Float64, "q": pl.Float64, "longitude": pl.Float64,
    "latitude": pl.Float64, "radius_km": pl.Float64, "country": pl.String, "places": pl.String,
}  # fmt: skip
MEMBER_SCHEMA = {"cluster_id": pl.String, "org_id": pl.String, "is_core": pl.Boolean}
TREE_SCHEMA = {
    "candidate_id": pl.String, "parent_id": pl.String, "industry": pl.String,
    "scale_km": pl.Float64, "n_members": pl.Int64, "n_core": pl.Int64, "n_background": pl.Int64,
    "expected": pl.Float64, "strength": pl.Float64, "p": pl.Float64, "cluster_id": pl.String,
    "label": pl.String,
}  # fmt: skip
COVERAGE_SCHEMA = {
    "industry": pl.String, "scale_km": pl.Float64, "n_organisations": pl.Int64,
    "n_located": pl.Int64, "n_core": pl.Int64, "n_candidates": pl.Int64, "status": pl.String,
}  # fmt: skip


def clustering_of(
    study: Study,
    sites: Sites,
    delineated: Sequence[Delineated],
    *,
    level: Share,
    rate: Share,
    draws: Count,
) -> Clustering:
    """Write delineated industries out as tables; report what survives the false-discovery rate.

    Parameters
    ----------
    sites : Sites
        Of the organisations of the study.
    level : share
        Confidence level of the ratio of observed to expected members.
    rate : share
        False-discovery rate over all clusters of all industries.
    draws : count
        Relabellings behind each p-value.
    """
    nodes = [
        node | {"family": family}
        for family, found in enumerate(delineated)
        for node in _nodes(study, sites, found, level)
    ]
    chosen = [node for node in nodes if node["chosen"]]
    q = _q_values(chosen, len(delineated)) if draws else np.full(len(chosen), np.nan)
    kept = [
        node | {"q": float(value)}
        for node, value in zip(chosen, q, strict=True)
        if not draws or value <= rate
    ]
    kept.sort(key=_in_order)
    ids = unique([f"{slug(node['industry'])}/{slug(node['label'])}" for node in kept])
    for node, cluster_id in zip(kept, ids, strict=True):
        node["cluster_id"] = cluster_id
    _tell_apart(study, kept)
    chosen_as = {node["candidate_id"]: node for node in kept}
    tree = [chosen_as.get(node["candidate_id"], node | {"cluster_id": None}) for node in nodes]
    return Clustering(
        clusters=_frame(kept, CLUSTER_SCHEMA),
        members=_members(study, kept),
        tree=_frame(tree, TREE_SCHEMA),
        coverage=_frame([row for found in delineated for row in _coverage(found, sites)],
                        COVERAGE_SCHEMA),
        level=level,
        false_discovery_rate=rate,
        draws=draws,
    )  # fmt: skip


def _in_order(node: dict[str, Any]) -> tuple[Any, ...]:
    """Sort the strongest first; of equals, whatever the order of rows, the westernmost."""
    at = ("industry", "label", "longitude", "latitude")
    return (-node["strength"], *(node[name] for name in at))


def _tell_apart(study: Study, kept: Sequence[dict[str, Any]]) -> None:
    """Give clusters of one industry labels of which no two are the same."""
    for industry in dict.fromkeys(node["industry"] for node in kept):
        own = [node for node in kept if node["industry"] == industry]
        labels = told_apart([
            Place(node["label"],
                  place_of_most(study.organisations[node["rows"]], study.places),
                  node["longitude"], node["latitude"])
            for node in own
        ])  # fmt: skip
        for node, label in zip(own, labels, strict=True):
            node["label"] = label


def _q_values(chosen: Sequence[dict[str, Any]], n_families: int) -> Floats:
    """Return q-values over industries; every industry counts, also one without a candidate."""
    p = np.array([node["p"] for node in chosen] + [1.0] * n_families)
    family = [node["family"] for node in chosen] + list(range(n_families))
    return as_floats(family_q(p, as_codes(family))[: len(chosen)])


def _frame(rows: Sequence[dict[str, Any]], schema: dict[str, Any]) -> pl.DataFrame:
    columns = {name: [row[name] for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema, strict=False)


def _nodes(study: Study, sites: Sites, found: Delineated, level: Share) -> list[dict[str, Any]]:
    tree = found.tree
    name = slug(found.industry.name)
    ids = [
        f"{name}@{found.levels[depth].scale_km:g}km#{number}"
        for depth, number in zip(tree.level, tree.number, strict=True)
    ]
    out = []
    for node, candidate_id in enumerate(ids):
        scale, number = found.levels[tree.level[node]], int(tree.number[node])
        parent = int(tree.parent[node])
        out.append(
            {
                "candidate_id": candidate_id,
                "parent_id": ids[parent] if parent >= 0 else None,
                "industry": found.industry.name,
                "scale_km": scale.scale_km,
                "strength": float(tree.strength[node]),
                "p": float(found.p[node]),
                "chosen": bool(tree.chosen[node]),
                "level": level,
                **_size(scale, number, _share(sites, found), level),
                **_place(study, sites, found, scale, number),
            }
        )
    return out


def _share(sites: Sites, found: Delineated) -> float:
    """Return the share of all located organisations that the industry has."""
    return float((found.industry.active & sites.located).sum() / sites.n_here.sum())


def _size(scale: ScaleCandidates, number: int, share: float, level: Share) -> dict[str, Any]:
    inside, within = int(scale.n_members[number]), int(scale.n_background[number])
    low, high = binomial_interval(inside, within, level)
    return {
        "n_members": inside,
        "n_core": int(scale.n_core[number]),
        "n_background": within,
        "expected": share * within,
        "ratio": inside / (share * within),
        "low": low / share,
        "high": high / share,
    }


def binomial_interval(count: int, n: int, level: Share) -> tuple[float, float]:
    """Return the exact (Clopper-Pearson) interval of a share."""
    tail = (1 - level) / 2
    low = beta.ppf(tail, count, n - count + 1) if count else 0.0
    high = beta.isf(tail, count + 1, n - count) if count < n else 1.0
    return float(low), float(high)


def _place(
    study: Study, sites: Sites, found: Delineated, scale: ScaleCandidates, number: int
) -> dict[str, Any]:
    rows = np.flatnonzero(found.industry.active & (scale.of_organisations() == number))
    at, n_here = np.unique(sites.site[rows], return_counts=True)
    densest = int(at[np.argmax(n_here)])
    reach = distance_km(sites.xyz[at], sites.xyz[densest][None])
    label, country, places = place_label(study.organisations[rows])
    return {
        "rows": rows,
        "core_rows": scale.core_organisations()[rows],
        "longitude": float(sites.longitude[densest]),
        "latitude": float(sites.latitude[densest]),
        "radius_km": float(reach.max()),
        "label": label,
        "country": country,
        "places": places,
    }


def _members(study: Study, kept: Sequence[dict[str, Any]]) -> pl.DataFrame:
    ids = study.organisations["org_id"]
    parts = []
    for node in kept:
        rows = node["rows"]
        columns = {
            "cluster_id": [node["cluster_id"]] * len(rows),
            "org_id": ids[rows],
            "is_core": node["core_rows"],
        }
        parts.append(pl.DataFrame(columns, schema=MEMBER_SCHEMA))
    return pl.concat(parts) if parts else pl.DataFrame(schema=MEMBER_SCHEMA)


def _coverage(found: Delineated, sites: Sites) -> list[dict[str, Any]]:

    examined = {level.scale_km: level for level in found.levels}
    rows = []
    for scale, status in found.status.items():
        level = examined.get(scale)
        rows.append(
            {
                "industry": found.industry.name,
                "scale_km": scale,
                "n_organisations": int(found.industry.active.sum()),
                "n_located": int((found.industry.active & sites.located).sum()),
                "n_core": int(level.n_core.sum()) if level else 0,
                "n_candidates": len(level.n_core) if level else 0,
                "status": status,
            }
        )
    return rows
