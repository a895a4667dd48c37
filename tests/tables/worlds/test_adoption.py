"""Practices adopted along ties: what was planted is in the tables."""

import networkx as nx
import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import AdoptionTruth, make_world, plant_adoption

WORLD = make_world(organisations=300, clusters=2, rng=1)


def test_members_are_as_well_joined_as_networkx_says():
    study, truth = plant_adoption(WORLD.study, WORLD.truth.cluster, rng=1)
    assert isinstance(truth, AdoptionTruth)
    members = truth.members.filter(pl.col("cluster") == 0)
    own = set(members["org_id"])
    graph = nx.Graph()
    rows = study.linkages.filter(pl.col("layer") == "social")
    for one, other, weight in rows.select("source", "target", "weight").iter_rows():
        if one in own:
            other = other if other in own else "outside"
            before = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
            graph.add_edge(one, other, weight=before + weight)
    near = graph.subgraph(nx.node_connected_component(graph, "outside"))
    for row in members.head(12).iter_rows(named=True):
        if row["org_id"] not in near:
            assert row["conductance"] == row["widest"] == row["rate"] == 0
            continue
        distance = nx.resistance_distance(
            near, "outside", row["org_id"], weight="weight", invert_weight=False
        )
        assert row["conductance"] == pytest.approx(1 / distance)


def test_who_is_better_joined_adopts_more():
    study, truth = plant_adoption(WORLD.study, WORLD.truth.cluster, strength=2, rng=2)
    adopted = (
        study.knowledge_items.filter(pl.col("kind") == "practice").group_by("org_id").len()
    )
    both = truth.members.join(adopted, on="org_id", how="left").with_columns(
        pl.col("len").fill_null(0)
    )
    assert np.corrcoef(both["rate"].rank(), both["len"].rank())[0, 1] > 0.5
    unreached = both.filter(pl.col("rate") == 0)
    assert (unreached["len"] == 0).all()


def test_too_few_members_or_others_are_refused():
    with pytest.raises(InvalidArgument, match="organisations in no cluster"):
        plant_adoption(WORLD.study, np.zeros(300, np.int32), rng=1)
