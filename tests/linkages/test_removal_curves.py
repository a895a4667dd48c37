"""How clusters fall apart: planted fragile and robust networks, error rates, refusals."""

import networkx as nx
import numpy as np
import polars as pl
import pytest
from tests.linkages.planted_redundancy import planted, study_of

from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages import RedundancyRule, RemovalCurves, removal_curves
from buzzline.network import Recorded
from buzzline.tables.study import Study

ALL = RedundancyRule(recorded=1.0)


def of_graph(graph):
    ends = np.array(graph.edges).reshape(-1, 2)
    return Recorded(graph.number_of_nodes(), ends, np.ones(len(ends)), np.arange(len(ends)))


def found(recorded, **choices):
    study, clustering = study_of(recorded)
    return removal_curves(study, clustering, **{"draws": 39, "rng": 1, "rule": ALL, **choices})


def cluster_row(answer):
    return answer.networks.filter(pl.col("cluster_id") == "c").row(0, named=True)


def test_a_star_falls_apart_with_its_centre():
    answer = found(of_graph(nx.star_graph(20)))
    assert isinstance(answer, RemovalCurves)
    row = cluster_row(answer)
    assert row["half_targeted"] == pytest.approx(1 / 21)
    assert row["recorded"] == row["value"] == pytest.approx(20 / 21 / 21)
    assert (row["n_cutting"], row["n_bridges"], row["connectivity"]) == (1, 20, 1)
    assert row["random"] > 5 * row["recorded"]


def test_two_cliques_on_one_bridge_are_more_fragile_than_the_same_ties_dealt_anew():
    row = cluster_row(found(of_graph(nx.barbell_graph(12, 2))))
    assert row["verdict"] == "more fragile than chance"
    assert row["recorded"] < row["expected_low"]
    assert row["p"] <= 0.05


def test_an_onion_is_more_robust_than_chance():
    # members tied to those with as many ties: takes more to fall apart (Schneider et al.)
    graph = nx.disjoint_union(nx.barabasi_albert_graph(60, 2, seed=1), nx.empty_graph(0))
    degree = dict(graph.degree)
    for _ in range(4000):  # exchange ties wherever that joins equals
        pairs = list(graph.edges)
        rng = np.random.default_rng(len(pairs) + _)
        (a, b), (c, d) = (pairs[k] for k in rng.choice(len(pairs), 2, replace=False))
        if len({a, b, c, d}) < 4 or graph.has_edge(a, d) or graph.has_edge(c, b):
            continue
        before = abs(degree[a] - degree[b]) + abs(degree[c] - degree[d])
        if abs(degree[a] - degree[d]) + abs(degree[c] - degree[b]) < before:
            graph.remove_edges_from([(a, b), (c, d)])
            graph.add_edges_from([(a, d), (c, b)])
    big = graph.subgraph(max(nx.connected_components(graph), key=len))
    row = cluster_row(found(of_graph(nx.convert_node_labels_to_integers(big))))
    assert row["recorded"] >= row["expected_low"]
    assert row["verdict"] != "more fragile than chance"


def test_p_keeps_its_size_on_networks_that_are_chance():
    p = [
        cluster_row(found(planted(n=30, rng=np.random.default_rng([seed, 3])), rng=seed))["p"]
        for seed in range(16)
    ]
    # 16 trials at 5 %: more than 3 with probability 0.009
    assert sum(value <= 0.05 for value in p) <= 3


def test_recorded_ties_bound_robustness_from_below_and_the_range_lies_above():
    row = cluster_row(found(planted(rng=np.random.default_rng(2)), rule=RedundancyRule()))
    assert row["low"] <= row["value"] <= row["high"]
    assert row["value"] >= row["recorded"]


def test_curves_begin_whole_and_end_with_nobody():
    answer = found(planted(rng=np.random.default_rng(3)))
    for _, part in answer.curves.group_by("label"):
        assert part["removed"].to_list() == sorted(part["removed"])
        assert part["targeted"][-1] == part["random"][-1] == 0
        assert (part["low"] <= part["random"] + 1e-12).all()
        assert (part["targeted"].diff().drop_nulls() <= 1e-12).all()


def test_few_members_no_ties_and_few_draws_have_their_reason():
    three = cluster_row(
        found(Recorded(3, np.array([[0, 1]]), np.ones(1), np.zeros(1, np.int64)))
    )
    assert three["verdict"] == "not testable"
    assert "at least 4" in three["status"]
    out = Recorded(6, np.array([[0, 6]]), np.ones(1), np.zeros(1, np.int64))
    assert cluster_row(found(out))["status"] == "no ties among members"
    few = found(planted(rng=np.random.default_rng(4)), draws=0)
    assert "at least 19" in cluster_row(few)["status"]
    assert "not testable" in str(few)


def test_bad_input_is_refused():
    study, clustering = study_of(planted(rng=np.random.default_rng(5)))
    with pytest.raises(InvalidArgument, match="level"):
        removal_curves(study, clustering, level=1.0)
    with pytest.raises(InvalidArgument, match="recorded"):
        removal_curves(study, clustering, rule=RedundancyRule(recorded=0.0))
    with pytest.raises(TooFew, match="no linkages"):
        removal_curves(Study.of(organisations=study.organisations), clustering)
