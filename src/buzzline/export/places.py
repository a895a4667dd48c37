"""What is put on a map: organisations with their clusters, and clusters with their areas."""

from __future__ import annotations

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.membership import Membership
from buzzline.export.outlines import Area, area_of
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.tables.study import Study

ORGANISATION_COLUMNS = (
    "org_id", "name", "kind", "industry", "city", "region", "country", "precision",
    "longitude", "latitude",
)  # fmt: skip


PROBABILITY = {
    "core member": "p_core", "remote member": "p_remote", "local outsider": "p_outsider",
    "associate": "p_associate",
}  # fmt: skip
RANKED = tuple(PROBABILITY)  # what an organisation is foremost, where it is several things


def organisations_with_clusters(
    study: Study,
    clustering: Clustering | None,
    membership: Membership | None = None,
    *,
    roles: Gatekeepers | None = None,
) -> pl.DataFrame:
    """Return all organisations with `cluster` (the strongest one) and `clusters` (all, by `|`).

    With a membership also `member_of` and `member_type`, with gatekeepers `role` and
    `gatekeeper` (probability). Rows keep the order of the study.
    """
    placed = _with_clusters(study, clustering)
    beside = [member_types(membership)] if membership is not None else []
    beside += [roles_of(roles)] if roles is not None else []
    for frame in beside:
        placed = placed.join(
            frame, on="org_id", how="left", validate="1:1", maintain_order="left"
        )
    return placed


def roles_of(roles: Gatekeepers) -> pl.DataFrame:
    """Return the role of each organisation in the knowledge of its cluster.

    Returns
    -------
    DataFrame
        One row a member that could be measured: `org_id`, `role`, `gatekeeper` (probability of
        being one). Of several clusters the one in which it is likeliest a gatekeeper.
    """
    return (
        roles.members.filter(pl.col("role").is_not_null())
        .sort("gatekeeper", descending=True, nulls_last=True, maintain_order=True)
        .unique("org_id", keep="first", maintain_order=True)
        .select("org_id", "role", "gatekeeper")
    )


def member_types(membership: Membership) -> pl.DataFrame:
    """Return what each organisation is to the cluster it belongs to most.

    Returns
    -------
    DataFrame
        One row an organisation that has to do with a cluster: `org_id`, `member_of`
        (`cluster_id`), `member_type`. Core members come before remote ones, these before local
        outsiders and associates, the more probable before the less.
    """
    kind = pl.col("type")
    surest = pl.coalesce(pl.when(kind == name).then(p) for name, p in PROBABILITY.items())
    return (
        related(membership)
        .with_columns(
            rank=kind.replace_strict(RANKED, range(len(RANKED)), return_dtype=pl.Int64),
            surest=surest,
        )
        .sort(["rank", "surest"], descending=[False, True], maintain_order=True)
        .unique("org_id", keep="first", maintain_order=True)
        .select("org_id", pl.col("cluster_id").alias("member_of"), kind.alias("member_type"))
    )


def related(membership: Membership) -> pl.DataFrame:
    """Return the rows of organisations that have to do with a cluster."""
    return membership.members.filter(pl.col("type").is_in(RANKED))


def _with_clusters(study: Study, clustering: Clustering | None) -> pl.DataFrame:
    organisations = study.organisations.select(ORGANISATION_COLUMNS)
    if clustering is None:
        empty = pl.lit(None, dtype=pl.String)
        return organisations.with_columns(empty.alias("cluster"), empty.alias("clusters"))
    rank = clustering.clusters.select("cluster_id").with_row_index("rank")
    belonging = (
        clustering.members.join(rank, on="cluster_id", how="inner", validate="m:1")
        .sort("rank", "org_id")
        .group_by("org_id", maintain_order=True)
        .agg(
            pl.col("cluster_id").first().alias("cluster"),
            pl.col("cluster_id").str.join("|").alias("clusters"),
        )
    )
    return organisations.join(
        belonging, on="org_id", how="left", validate="1:1", maintain_order="left"
    )


def areas(study: Study, clustering: Clustering) -> list[Area]:
    """Return the area of each cluster, in the order of `clustering.clusters`.

    Members without coordinates do not count.
    """
    located = study.organisations.select("org_id", "longitude", "latitude").drop_nulls()
    sites = clustering.members.join(located, on="org_id", how="inner", validate="m:1").select(
        "cluster_id", "longitude", "latitude"
    )
    points = sites.unique(maintain_order=True).partition_by("cluster_id", as_dict=True)
    none = sites.clear()
    return [
        area_of(
            points.get((item["cluster_id"],), none).select("longitude", "latitude").to_numpy(),
            (item["longitude"], item["latitude"]),
            radius_km=item["radius_km"] or 0.0,
        )
        for item in clustering.clusters.to_dicts()
    ]
