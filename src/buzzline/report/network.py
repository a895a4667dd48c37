"""What the network of clusters and places is drawn from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.charts.layout import stress_layout, without_overlaps
from buzzline.clusters.clustering import Clustering
from buzzline.report.budget import NETWORK_CLUSTERS, NETWORK_COUNTRIES
from buzzline.report.ties import SCALE_CODE, gathered, main_cluster
from buzzline.tables.study import Study

OTHER = "other countries"
NODE_ROOM = 0.16  # radius a node of average size keeps free, in units of the layout


@dataclass(frozen=True, slots=True, eq=False)
class NetworkFigure:
    """Nodes with their places, edges a layer and scale, and what had to be left out.

    Attributes
    ----------
    meta : dict
        What goes into the page as JSON.
    n_clusters, n_shown : int
        Clusters there are, and clusters in the picture.
    n_ties, n_drawn : int
        Ties there are, and ties that touch a cluster in the picture.
    """

    meta: dict[str, Any]
    n_clusters: int
    n_shown: int
    n_ties: int
    n_drawn: int


def network_figure(study: Study, clustering: Clustering, ties: pl.DataFrame) -> NetworkFigure:
    """Gather ties between clusters, and from clusters to places outside all of them.

    Parameters
    ----------
    ties : DataFrame
        As `scaled_ties` returns it.
    """
    nodes, ends = _nodes(study, clustering, ties)
    n_shown = int((nodes["kind"] == "cluster").sum())
    edges = _edges(ties, ends, n_shown)
    nodes, edges = _touched(nodes, edges)
    position = _positions(nodes, edges)
    meta = {
        "layers": _ranked_layers(edges),
        "nodes": [
            {**row, "x": round(float(x), 4), "y": round(float(y), 4)}
            for row, (x, y) in zip(
                nodes.select("id", "label", "kind", "n", "industry").iter_rows(named=True),
                position,
                strict=True,
            )
        ],
        "edges": [
            [row["first"], row["second"], row["layer"], SCALE_CODE[row["scale"]], row["n"]]
            for row in edges.iter_rows(named=True)
        ],
    }
    drawn = int(edges["n"].sum())
    shown = int((nodes["kind"] == "cluster").sum())
    return NetworkFigure(meta, clustering.clusters.height, shown, ties.height, drawn)


def _nodes(
    study: Study, clustering: Clustering, ties: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return nodes (busiest clusters, then countries) and the node of each organisation."""
    homes = main_cluster(clustering)
    clusters = _busiest(clustering, homes, ties)
    numbered = clusters.select("cluster_id").with_row_index("node").cast({"node": pl.Int64})
    homes = homes.join(numbered, on="cluster_id", how="inner", validate="m:1")
    outside = study.organisations.select(
        "org_id", "longitude", "latitude", pl.col("country").fill_null("")
    ).join(homes, on="org_id", how="anti")
    countries = _countries(outside, homes, ties)
    abroad = outside.with_columns(
        place=pl.when(pl.col("country").is_in(countries.implode()))
        .then(pl.col("country")).otherwise(pl.lit(OTHER))
    )  # fmt: skip
    places = (
        abroad.group_by("place")
        .agg(pl.col("longitude", "latitude").median(), n=pl.len())
        .sort(["n", "place"], descending=[True, False])
        .with_row_index("node", offset=clusters.height)
        .cast({"node": pl.Int64})
    )  # fmt: skip
    abroad = abroad.join(
        places.select("place", "node"), on="place", how="inner", validate="m:1"
    )
    nodes = pl.concat([
        clusters.select(
            pl.col("cluster_id").alias("id"), "label", pl.lit("cluster").alias("kind"),
            pl.col("n_members").cast(pl.Int64).alias("n"), "industry", "longitude", "latitude"),
        places.select(
            ("elsewhere:" + pl.col("place")).alias("id"), pl.col("place").alias("label"),
            pl.lit("elsewhere").alias("kind"), pl.col("n").cast(pl.Int64),
            pl.lit("").alias("industry"), "longitude", "latitude"),
    ])  # fmt: skip
    return nodes, pl.concat([homes.select("org_id", "node"), abroad.select("org_id", "node")])


def _busiest(clustering: Clustering, homes: pl.DataFrame, ties: pl.DataFrame) -> pl.DataFrame:
    """Return the clusters whose members have most ties, busiest first."""
    ends = pl.concat([ties.select(org_id="source"), ties.select(org_id="target")])
    counts = (
        ends.join(homes, on="org_id", how="inner", validate="m:1")
        .group_by("cluster_id").agg(ties=pl.len())
    )  # fmt: skip
    ranked = clustering.clusters.with_row_index("rank").join(
        counts, on="cluster_id", how="left", validate="1:1"
    )
    return (
        ranked.with_columns(pl.col("ties").fill_null(0))
        .sort(["ties", "rank"], descending=[True, False])
        .head(NETWORK_CLUSTERS)
    )


def _countries(outside: pl.DataFrame, homes: pl.DataFrame, ties: pl.DataFrame) -> pl.Series:
    """Return the countries that the clusters are tied to most, outside all clusters."""
    inside = homes.select("org_id")
    touching = pl.concat([
        ties.join(inside, left_on=a, right_on="org_id", how="semi").select(org_id=b)
        for a, b in (("source", "target"), ("target", "source"))
    ])  # fmt: skip
    counts = (
        touching.join(outside.filter(pl.col("country") != ""), on="org_id", how="inner",
                      validate="m:1")
        .group_by("country").agg(n=pl.len()).sort(["n", "country"], descending=[True, False])
    )  # fmt: skip
    return counts["country"].head(NETWORK_COUNTRIES)


def _edges(ties: pl.DataFrame, ends: pl.DataFrame, n_clusters: int) -> pl.DataFrame:
    """Count ties between nodes; those between two places outside all clusters are not shown."""
    return gathered(ties, ends).filter(pl.col("first") < n_clusters)


def _touched(nodes: pl.DataFrame, edges: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Leave out nodes without a tie to another node, and number the rest anew."""
    across = edges.filter(pl.col("first") != pl.col("second"))
    kept = np.unique(np.concatenate([across["first"].to_numpy(), across["second"].to_numpy()]))
    renumbered = np.full(nodes.height, -1, np.int64)
    renumbered[kept] = np.arange(kept.size)
    moved = edges.with_columns(
        pl.Series("first", renumbered[edges["first"].to_numpy()], dtype=pl.Int64),
        pl.Series("second", renumbered[edges["second"].to_numpy()], dtype=pl.Int64),
    )
    return nodes[kept], moved.filter((pl.col("first") >= 0) & (pl.col("second") >= 0))


def _positions(nodes: pl.DataFrame, edges: pl.DataFrame) -> Any:
    strength = np.zeros((nodes.height, nodes.height))
    first, second = edges["first"].to_numpy(), edges["second"].to_numpy()
    np.add.at(strength, (first, second), edges["n"].to_numpy())
    strength += strength.T
    np.fill_diagonal(strength, 0)
    if not nodes.height:
        return np.empty((0, 2))
    position = stress_layout(strength, nodes.select("longitude", "latitude").to_numpy())
    members = nodes["n"].to_numpy()
    size = np.sqrt(members / max(1, int(members.max())))
    return without_overlaps(position, NODE_ROOM * (0.5 + size))


def _ranked_layers(edges: pl.DataFrame) -> list[str]:
    counts = (
        edges.group_by("layer")
        .agg(pl.col("n").sum())
        .sort(["n", "layer"], descending=[True, False])
    )
    return [str(layer) for layer in counts["layer"]]
