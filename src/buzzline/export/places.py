"""What is put on a map: organisations with their clusters, and clusters with their areas."""

from __future__ import annotations

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.export.outlines import Area, area_of
from buzzline.tables.study import Study

ORGANISATION_COLUMNS = (
    "org_id", "name", "kind", "industry", "city", "region", "country", "precision",
    "longitude", "latitude",
)  # fmt: skip


def organisations_with_clusters(study: Study, clustering: Clustering | None) -> pl.DataFrame:
    """Return all organisations with `cluster` (the strongest one) and `clusters` (all, by `|`).

    Rows keep the order of the study.
    """
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
