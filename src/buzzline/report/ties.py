"""Ties as the map and the network show them: placed, scaled and gathered between places."""

from __future__ import annotations

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.network import ties_by_scale
from buzzline.space.scales import SCALES, UNKNOWN_SCALE, Cutoffs
from buzzline.tables.study import Study

SCALE_CODE = {scale: code for code, scale in enumerate((*SCALES, UNKNOWN_SCALE))}


def scaled_ties(study: Study, cutoffs: Cutoffs) -> pl.DataFrame:
    """Return one row a tie: `source`, `target`, `layer`, `scale`."""
    columns = study.linkages.select("source", "target", "layer")
    ties = ties_by_scale(columns, study.organisations, cutoffs).collect().to_polars()
    return ties.select("source", "target", "layer", "scale")


def main_cluster(clustering: Clustering) -> pl.DataFrame:
    """Return (org_id, cluster_id), one row a member: the strongest cluster it belongs to.

    Clusters of several industries can share members; in a picture each organisation and each
    tie is drawn once.
    """
    ranked = clustering.clusters.select("cluster_id").with_row_index("rank")
    return (
        clustering.members.select("org_id", "cluster_id")
        .join(ranked, on="cluster_id", how="inner", validate="m:1")
        .sort("rank", "org_id")
        .unique("org_id", keep="first", maintain_order=True)
        .select("org_id", "cluster_id")
    )


def gathered(ties: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Count ties between the nodes that organisations belong to, both directions side by side.

    Parameters
    ----------
    ties : DataFrame
        `source`, `target`, `layer`, `scale`.
    ends : DataFrame
        `org_id`, `node` (int); organisations without a node are left out, and their ties too.

    Returns
    -------
    DataFrame
        `first` <= `second` (nodes), `layer`, `scale`, `onward` (ties from first to second),
        `back`, `n`; strongest first, ties broken by node so that the order is always the same.
    """
    nodes = ends.select("org_id", "node")
    counted = (
        ties.join(nodes.rename({"org_id": "source", "node": "start"}), on="source",
                  how="inner", validate="m:1")
        .join(nodes.rename({"org_id": "target", "node": "stop"}), on="target",
              how="inner", validate="m:1")
        .with_columns(
            first=pl.min_horizontal("start", "stop"), second=pl.max_horizontal("start", "stop"),
            is_onward=pl.col("start") <= pl.col("stop"),
        )
    )  # fmt: skip
    return (
        counted.group_by("first", "second", "layer", "scale")
        .agg(onward=pl.col("is_onward").sum(), n=pl.len())
        .with_columns(back=pl.col("n") - pl.col("onward"))
        .sort(["n", "first", "second", "layer", "scale"],
              descending=[True, False, False, False, False])
        .select("first", "second", "layer", "scale", "onward", "back", "n")
    )  # fmt: skip
