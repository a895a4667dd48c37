"""Clusters after sites that are one cluster were merged, as a table and as a clustering."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.delineation_merging import Group
from buzzline.clusters.delineation_rule import APART, MULTIPLE, ONE, OVERLAPPING, SITES
from buzzline.clusters.distinctness import NOT_TESTABLE
from buzzline.space.globe import distance_km, unit_vectors

MERGED_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "verdict": pl.String,
    "n_sites": pl.Int64, "sites": pl.String, "site_ids": pl.String, "n_members": pl.Int64,
    "n_siblings": pl.Int64, "n_multiple": pl.Int64, "n_overlapping": pl.Int64,
    "n_one": pl.Int64, "n_untested": pl.Int64, "reason": pl.String,
}  # fmt: skip
NO_SIBLING = "no sibling"
LABELS_SHOWN = 3
SUMMED = ("n_background", "expected")


def members_of(clustering: Clustering, groups: Sequence[Group]) -> pl.DataFrame:
    """Return the members of each cluster after merging, with the site each one is of."""
    merged = {site: group.sites[0] for group in groups for site in group.sites}
    return clustering.members.select(
        pl.col("cluster_id").replace_strict(merged, return_dtype=pl.String),
        pl.col("cluster_id").alias("site_id"), "org_id", "is_core",
    )  # fmt: skip


def cluster_rows(
    clustering: Clustering,
    groups: Sequence[Group],
    pairs: pl.DataFrame,
    *,
    members: pl.DataFrame,
    looked_at: set[str],
) -> pl.DataFrame:
    """Return one row a cluster after merging, the strongest first.

    Parameters
    ----------
    clustering : Clustering
    groups : sequence of Group
    pairs : DataFrame
        `cluster_id`, `sibling_id`, `outcome`.
    members : DataFrame
        `cluster_id` after merging, `org_id`.
    looked_at : set of cluster_id
        Sites that were held against siblings, where they have any.
    """
    known = {row["cluster_id"]: row for row in clustering.clusters.to_dicts()}
    n_members = dict(
        members.group_by("cluster_id").agg(pl.col("org_id").n_unique()).iter_rows()
    )
    rows = []
    for group, within, around in zip(groups, *_counted(groups, pairs), strict=True):
        sites = [known[site] for site in group.sites]
        strongest = sites[0]
        standing = _standing(within, around)
        if strongest["cluster_id"] not in looked_at:
            standing |= {"verdict": NOT_TESTABLE, "reason": "not among the strongest clusters"}
        rows.append({
            "cluster_id": strongest["cluster_id"], "industry": strongest["industry"],
            "label": label_of([site["label"] for site in sites]), "n_sites": len(sites),
            "sites": "; ".join(str(site["label"]) for site in sites),
            "site_ids": "; ".join(group.sites),
            "n_members": n_members.get(strongest["cluster_id"], 0), **standing,
        })  # fmt: skip
    columns = {name: [row[name] for row in rows] for name in MERGED_SCHEMA}
    return pl.DataFrame(columns, schema=MERGED_SCHEMA, strict=False)


Counts = tuple[list[Counter[str]], list[dict[int, Counter[str]]]]


def _counted(groups: Sequence[Group], pairs: pl.DataFrame) -> Counts:
    """Return how often each outcome is met within each group, and between it and others."""
    group_of = {site: at for at, group in enumerate(groups) for site in group.sites}
    inside: list[Counter[str]] = [Counter() for _ in groups]
    beside: list[dict[int, Counter[str]]] = [{} for _ in groups]
    for row in pairs.iter_rows(named=True):
        one, other = group_of[row["cluster_id"]], group_of[row["sibling_id"]]
        if one == other:
            inside[one][row["outcome"]] += 1
            continue
        for here, there in ((one, other), (other, one)):
            beside[here].setdefault(there, Counter())[row["outcome"]] += 1
    return inside, beside


def label_of(labels: Sequence[str]) -> str:
    """Return the name of a cluster of several sites.

    Examples
    --------
    >>> label_of(["Haidian", "Yizhuang", "Haidian"])
    'Haidian + Yizhuang'
    >>> label_of(list("ABCDE"))
    'A + B + C + 2 more'
    """
    names = list(dict.fromkeys(map(str, labels)))
    more = [f"{len(names) - LABELS_SHOWN} more"] if len(names) > LABELS_SHOWN else []
    return " + ".join([*names[:LABELS_SHOWN], *more])


def _standing(within: Counter[str], around: Mapping[int, Counter[str]]) -> dict[str, Any]:
    """Return the verdict on a merged cluster: what it is, and how it stands to siblings."""
    between = Counter(_outcome_between(outcomes) for outcomes in around.values())
    counts = {
        "n_siblings": len(around), "n_multiple": between[MULTIPLE],
        "n_overlapping": between[OVERLAPPING], "n_one": between[ONE],
        "n_untested": between[NOT_TESTABLE],
    }  # fmt: skip
    if within:
        verdict = SITES if within[SITES] else ONE
        return counts | {"verdict": verdict, "reason": "its sites are not socially separate"}
    if not around:
        reason = "no other cluster of its industry near enough to be told from"
        return counts | {"verdict": NO_SIBLING, "reason": reason}
    if between[NOT_TESTABLE] or between[ONE]:
        reason = (
            "kept by itself: whether it is one with a sibling could not be tested"
            if between[NOT_TESTABLE] else
            "kept by itself: one with a sibling that is apart from a third it is one with"
        )  # fmt: skip
        return counts | {"verdict": NOT_TESTABLE, "reason": reason}
    verdict = MULTIPLE if not between[OVERLAPPING] else OVERLAPPING
    said = "distinct in space and" if verdict == MULTIPLE else "not distinct in space, but"
    return counts | {"verdict": verdict, "reason": f"{said} socially separate from siblings"}


def _outcome_between(outcomes: Counter[str]) -> str:
    """Return how two clusters of several sites stand: what keeps them apart counts first."""
    if any(outcomes[outcome] for outcome in APART):
        return max(APART, key=lambda outcome: outcomes[outcome])
    return NOT_TESTABLE if outcomes[NOT_TESTABLE] else ONE


def clustering_after(
    clustering: Clustering, clusters: pl.DataFrame, members: pl.DataFrame, *, note: str
) -> Clustering:
    """Return a clustering in which sites found to be one cluster are one.

    Members, members expected and the ratio are those of all sites together; of several sites
    the ratio has no interval. Place, scale, strength, p and q are those of the strongest site;
    the radius reaches at least to the furthest member.

    Parameters
    ----------
    clustering : Clustering
        Of the sites.
    clusters, members : DataFrame
        Of the delineation.
    note : str
        What was tested, for whoever reads it.
    """
    known = {row["cluster_id"]: row for row in clustering.clusters.to_dicts()}
    one_each = members.group_by("cluster_id", "org_id", maintain_order=True).agg(
        pl.col("is_core").any()
    )
    n_core = dict(one_each.group_by("cluster_id").agg(pl.col("is_core").sum()).iter_rows())
    merged = dict(members.select("site_id", "cluster_id").unique().iter_rows())
    sites: dict[str, list[dict[str, Any]]] = {}
    for site, row in known.items():  # the strongest first, whose identifier the cluster has
        sites.setdefault(merged.get(site, site), []).append(row)
    rows = [
        _whole(sites[row["cluster_id"]], row, n_core.get(row["cluster_id"], 0))
        for row in clusters.to_dicts()
    ]
    schema = clustering.clusters.schema
    columns = {name: [row[name] for row in rows] for name in schema}
    tree = clustering.tree
    if "cluster_id" in tree.columns:
        tree = tree.with_columns(pl.col("cluster_id").replace(merged))
    return replace(
        clustering, clusters=pl.DataFrame(columns, schema=schema, strict=False),
        members=one_each, tree=tree, note=note,
    )  # fmt: skip


def _whole(
    sites: Sequence[Mapping[str, Any]], row: Mapping[str, Any], n_core: int
) -> dict[str, Any]:
    whole = dict(sites[0])
    if len(sites) == 1:
        return whole
    whole |= {"label": row["label"], "n_members": row["n_members"], "n_core": n_core}
    whole |= {name: sum(site[name] for site in sites) for name in SUMMED if name in whole}
    whole |= {"low": None, "high": None}
    if "expected" in whole:
        whole["ratio"] = whole["n_members"] / whole["expected"]
    if "radius_km" in whole:
        whole["radius_km"] = _radius(sites)
    if "places" in whole:
        whole["places"] = "; ".join(dict.fromkeys(str(site["places"]) for site in sites))
    return whole


def _radius(sites: Sequence[Mapping[str, Any]]) -> float:
    at = unit_vectors(*(np.array([site[name] for site in sites], float)
                        for name in ("longitude", "latitude")))  # fmt: skip
    away = distance_km(at, at[:1])
    return float(max(away + np.array([site["radius_km"] for site in sites], float)))
