"""Removal curves and connectivity: by hand, brute force, networkx."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import redundancy as oracle

from buzzline.arrays import as_codes, as_indices
from buzzline.kernels.removal_curves import attack_order, largest_left
from buzzline.network import (
    Connectivity,
    RemovalCurve,
    connectivity,
    removal_curve,
    robustness_of,
)


def rows_of(graph):
    matrix = nx.to_scipy_sparse_array(
        graph, nodelist=range(graph.number_of_nodes()), format="csr"
    )
    matrix.sort_indices()
    return as_indices(matrix.indptr), as_codes(matrix.indices)


def random_graph(seed, most=25):
    rng = np.random.default_rng(seed)
    return nx.gnp_random_graph(int(rng.integers(2, most)), rng.random() * 0.6, seed=seed)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_brute_force_curve_of_any_order(seed):
    graph = random_graph(seed)
    order = np.random.default_rng(seed + 1).permutation(graph.number_of_nodes())
    found = largest_left(*rows_of(graph), as_indices(order))
    assert found.tolist() == oracle.largest_left(graph, order.tolist())


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_an_attack_always_takes_one_with_most_ties_to_those_left(seed):
    graph = random_graph(seed)
    n = graph.number_of_nodes()
    order = attack_order(
        *rows_of(graph), as_indices(np.random.default_rng(seed).permutation(n))
    )
    assert sorted(order.tolist()) == list(range(n))
    left = graph.copy()
    for node in order.tolist():
        assert left.degree(node) == max(degree for _, degree in left.degree)
        left.remove_node(node)


def test_by_hand_a_star_and_a_complete_network():
    star = removal_curve(*rows_of(nx.star_graph(4)), draws=0, rng=1)
    assert isinstance(star, RemovalCurve)
    assert star.targeted.tolist() == pytest.approx([1, 0.2, 0.2, 0.2, 0.2, 0])
    assert star.robustness == pytest.approx(0.8 / 5)
    whole = removal_curve(*rows_of(nx.complete_graph(10)), draws=3, rng=1)
    assert whole.robustness == pytest.approx(0.5 - 1 / 20)  # S(q) = 1 - q / N
    assert whole.random_robustness.tolist() == pytest.approx([0.45] * 3)
    assert robustness_of(np.zeros(1)) != robustness_of(np.zeros(1))  # nobody: NaN


def test_names_of_organisations_change_the_curves_by_chance_only():
    graph = nx.barabasi_albert_graph(300, 2, seed=1)
    shuffled = nx.relabel_nodes(
        graph, dict(enumerate(np.random.default_rng(1).permutation(300)))
    )
    one, other = (
        removal_curve(*rows_of(g), draws=29, attacks=30, rng=3) for g in (graph, shuffled)
    )
    assert one.robustness == pytest.approx(other.robustness, abs=0.01)
    spread = one.random_robustness.std()
    assert abs(one.random_robustness.mean() - other.random_robustness.mean()) < 4 * spread


def test_hubs_make_a_network_fragile_to_attack_and_not_to_chance():
    hubs = removal_curve(*rows_of(nx.barabasi_albert_graph(500, 2, seed=2)), draws=19, rng=1)
    even = removal_curve(*rows_of(nx.random_regular_graph(4, 500, seed=2)), draws=19, rng=1)
    assert hubs.robustness < 0.7 * even.robustness
    assert abs(hubs.random_robustness.mean() - even.random_robustness.mean()) < 0.06


@pytest.mark.parametrize("seed", range(60))
def test_another_package_connectivity_is_that_of_networkx(seed):
    graph = random_graph(seed)
    found = connectivity(*rows_of(graph))
    assert isinstance(found, Connectivity)
    pieces = list(nx.connected_components(graph))
    big = graph.subgraph(max(pieces, key=lambda piece: (len(piece), -min(piece))))
    joined = len(big) > 1
    assert found.n_components == len(pieces)
    assert found.n_largest == len(big)
    assert found.n_cutting == len(list(nx.articulation_points(big)))
    assert found.n_bridges == len(list(nx.bridges(big)))
    assert found.organisations == (nx.node_connectivity(big) if joined else 0)
    assert found.ties == (nx.edge_connectivity(big) if joined else 0)


@pytest.mark.parametrize(
    "graph",
    [
        nx.complete_graph(6),
        nx.hypercube_graph(3),
        nx.petersen_graph(),
        nx.complete_bipartite_graph(3, 4),
        nx.cycle_graph(9),
    ],
)
def test_known_connectivities(graph):
    graph = nx.convert_node_labels_to_integers(graph)
    found = connectivity(*rows_of(graph))
    assert found.organisations == nx.node_connectivity(graph)
    assert found.ties == nx.edge_connectivity(graph)


def test_nobody_and_nothing():
    empty = np.zeros(1, np.int64), np.zeros(0, np.int32)
    assert connectivity(*empty).n_components == 0
    alone = np.zeros(4, np.int64), np.zeros(0, np.int32)
    assert connectivity(*alone) == Connectivity(3, 1, 0, 0, 0, 0)
    assert removal_curve(*alone, draws=2, rng=1).targeted.tolist() == pytest.approx(
        [1 / 3, 1 / 3, 1 / 3, 0]
    )
