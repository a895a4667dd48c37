"""The network of clusters as files: another package reads what the table says."""

import networkx as nx
import numpy as np
import polars as pl
from tests.linkages.planted_advice import clustering_of

from buzzline.export.writing import write_cluster_network, write_results
from buzzline.investment.cluster_investments import cluster_investments
from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.investments import plant_investments


def test_networkx_reads_the_clusters_and_their_deals(tmp_path):
    world = make_world(organisations=300, clusters=3, industries=2, rng=1)
    study, _ = plant_investments(
        world.study, world.truth.cluster, deals=120, rng=np.random.default_rng(1)
    )
    found = cluster_investments(
        study, clustering_of(study, world.truth.cluster), draws=19, rng=1
    )
    write_results(tmp_path, study, measures=[found])
    for kind in ("graphml", "gexf"):
        read = {"graphml": nx.read_graphml, "gexf": nx.read_gexf}[kind]
        graph = read(tmp_path / "networks" / f"clusters.{kind}")
        between = found.pairs.drop_nulls(["origin", "destination"]).filter(
            (pl.col("value") > 0) & (pl.col("origin") != pl.col("destination"))
        )
        wanted = {
            (a, b): n
            for a, b, n in between.select("origin", "destination", "value").iter_rows()
        }
        assert {(a, b): data["weight"] for a, b, data in graph.edges(data=True)} == wanted
        assert {data.get("industry") for _, data in graph.nodes(data=True)} == {"optics"}


def test_nothing_is_written_where_deals_were_not_counted(tmp_path):
    assert not list(write_cluster_network(tmp_path, []))
    assert not list(tmp_path.iterdir())
