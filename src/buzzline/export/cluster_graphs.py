"""The network of clusters: which invests in which, as nodes and edges for XML."""

from __future__ import annotations

import polars as pl

from buzzline.export.graphs import Graph, graph_of
from buzzline.investment.cluster_investments import ClusterInvestments
from buzzline.tables.study import About, Study

ENDS = ("origin", "destination")


def cluster_graph(result: ClusterInvestments) -> Graph:
    """Return clusters as nodes and deals from one to another as edges, ready for XML.

    Parameters
    ----------
    result : ClusterInvestments

    Returns
    -------
    Graph
        `weight` is the number of deals. Deals inside one cluster and with places outside of all
        clusters are not edges.
    """
    pairs = result.pairs.drop_nulls(ENDS).filter(
        (pl.col("value") > 0) & (pl.col("origin") != pl.col("destination"))
    )
    clusters = pl.concat([
        result.pairs.drop_nulls(end).select(
            org_id=end, name=f"{end}_label", industry=f"{end}_industry",
            longitude=f"{end}_longitude", latitude=f"{end}_latitude",
        )
        for end in ENDS
    ]).unique("org_id", maintain_order=True)  # fmt: skip
    linkages = pairs.select(
        source="origin", target="destination", layer=pl.lit("investment"),
        directed=pl.lit(value=True), weight=pl.col("value").cast(pl.Float64),
        unit=pl.lit("deals"),
    )  # fmt: skip
    about = About("Which clusters invest in which")
    return graph_of(Study.of(about=about, organisations=clusters, linkages=linkages))
