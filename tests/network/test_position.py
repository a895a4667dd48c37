"""Constraint, effective size and betweenness: by hand, networkx, brute force, invariants."""

import networkx as nx
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.arrays import as_codes, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.network.network import Network, network_of
from buzzline.network.position import betweenness, constraint, effective_size


def network(pairs, n, *, weight=None, directed=False):
    ends = np.array(pairs, np.int64).reshape(-1, 2)
    weight = np.ones(len(ends)) if weight is None else np.asarray(weight, float)
    ids = pl.Series([f"o{i}" for i in range(n)], dtype=pl.String)
    none = as_indices(np.zeros(n + 1))
    like = Network(
        ids, none, as_codes([]), as_floats([]), ("advice",), "ties", is_directed=directed
    )
    source, target = ends[:, 0], ends[:, 1]
    if not directed:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
        weight = np.tile(weight, 2)
    return network_of(ids, (source, target), weight, like=like)


def test_constraint_and_effective_size_equal_the_published_numbers():
    # golden: edges A-B, A-C, A-D, B-C
    found = network([(0, 1), (0, 2), (0, 3), (1, 2)], 4)
    assert constraint(found).round(6).tolist() == [0.611111, 1.006944, 1.006944, 1.0]
    assert effective_size(found)[0] == pytest.approx(2.3333, abs=5e-5)


def test_constraint_is_greatest_with_two_partners_tied_to_each_other():
    assert constraint(network([(0, 1), (0, 2), (1, 2)], 3)) == pytest.approx(1.125)


def test_without_ties_there_is_no_position():
    found = network([(0, 1)], 3)
    assert np.isnan(constraint(found)[2])
    assert np.isnan(effective_size(found)[2])
    assert np.isnan(constraint(network([], 2))).all()
    assert constraint(found)[:2].tolist() == [1, 1]


@pytest.mark.parametrize("directed", [False, True])
def test_constraint_agrees_with_networkx(directed):
    rng = np.random.default_rng(2)
    graph = nx.gnp_random_graph(50, 0.15, seed=3, directed=directed)
    weight = rng.uniform(0.2, 4, graph.number_of_edges())
    for (i, j), w in zip(graph.edges, weight, strict=True):
        graph[i][j]["weight"] = w
    found = constraint(network(list(graph.edges), 50, weight=weight, directed=directed))
    theirs = nx.constraint(graph, weight="weight")
    both = [i for i in graph if directed is False or graph.degree(i)]
    if directed:  # networkx sums over whom a node leads to or hears from: the same partners
        graph = graph.to_undirected(as_view=False)
    assert found[both] == pytest.approx([theirs[i] for i in both])


def test_effective_size_and_betweenness_agree_with_networkx():
    graph = nx.gnm_random_graph(60, 150, seed=5)
    found = network(list(graph.edges), 60)
    sizes, between = (
        nx.effective_size(graph),
        nx.betweenness_centrality(graph, normalized=False),
    )
    tied = [i for i in graph if graph.degree(i)]
    assert effective_size(found)[tied] == pytest.approx([sizes[i] for i in tied])
    assert betweenness(found)[0] == pytest.approx([between[i] for i in graph])
    way = nx.gnp_random_graph(40, 0.06, seed=6, directed=True)
    theirs = nx.betweenness_centrality(way, normalized=False)
    ours = betweenness(network(list(way.edges), 40, directed=True))[0]
    assert ours == pytest.approx([theirs[i] for i in way])


@settings(max_examples=40)
@given(st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=60))
def test_constraint_agrees_with_brute_force(drawn):
    pairs = sorted({(min(p), max(p)) for p in drawn if p[0] != p[1]})
    share = np.zeros((14, 14))
    for i, j in pairs:
        share[i, j] = share[j, i] = 1
    tied = share > 0
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1)
    expected = (((share + share @ share) ** 2) * tied).sum(axis=1)
    found = constraint(network(pairs, 14))
    alone = ~tied.any(axis=1)
    assert np.isnan(found[alone]).all()
    assert found[~alone] == pytest.approx(expected[~alone])


def test_a_hub_changes_nothing_but_the_way_lists_are_searched():
    pairs = [(0, i) for i in range(1, 80)] + [(i, i + 1) for i in range(1, 79)]
    graph = nx.Graph(pairs)
    found = constraint(network(pairs, 80))
    some = [0, 1, 5, 79]
    theirs = nx.constraint(graph, nodes=some)
    assert found[some] == pytest.approx([theirs[i] for i in some])


def test_the_order_of_rows_changes_nothing():
    graph = nx.gnm_random_graph(40, 120, seed=8)
    order = np.random.default_rng(1).permutation(40)
    moved = [(order[i], order[j]) for i, j in graph.edges]
    one, other = network(list(graph.edges), 40), network(moved, 40)
    assert constraint(other)[order] == pytest.approx(constraint(one))


def test_sampled_betweenness_has_an_honest_error():
    graph = nx.gnm_random_graph(300, 900, seed=4)
    found = network(list(graph.edges), 300)
    exact, none = betweenness(found)
    assert (none == 0).all()
    missed, told = np.zeros(300), np.zeros(300)
    for seed in range(40):
        value, error = betweenness(found, sources=100, rng=seed)
        missed += (value - exact) ** 2
        told += error**2
    assert 0.8 < told.sum() / missed.sum() < 1.25  # 40 draws of 300 organisations
    assert (told[exact == 0] == 0).all()
    with pytest.raises(InvalidArgument, match="at least 2"):
        betweenness(found, sources=1)
