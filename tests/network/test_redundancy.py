"""Weakest link, redundancy and access: golden numbers, brute force, networkx, simulation."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import redundancy as oracle

from buzzline.errors import InvalidArgument
from buzzline.network import (
    OpenCluster,
    Recorded,
    build_network,
    cut_off,
    dealt_anew,
    disjoint_ways,
    effective_conductance,
    open_cluster,
    opened,
    percolation_access,
    widest_paths,
    with_missing_ties,
)
from buzzline.network import redundancy as module
from buzzline.tables.worlds import make_world

CHAIN = opened(3, np.array([[3, 0], [0, 1], [1, 2]]), np.array([0.9, 0.2, 0.9]))
PARALLEL = opened(
    6,
    np.array([[6, 0], *([0, b] for b in range(1, 5)), *([b, 5] for b in range(1, 5))]),
    np.array([0.9, *[0.2] * 4, *[0.9] * 4]),
)


@st.composite
def clusters(draw, most=7):
    n = draw(st.integers(1, most))
    pairs = [(i, j) for i in range(n + 1) for j in range(i)]
    ends = draw(st.lists(st.sampled_from(pairs), max_size=14, unique=True))
    weight = draw(
        st.lists(st.sampled_from([0.5, 1.0, 2.0, 3.5]), min_size=len(ends), max_size=len(ends))
    )
    return n, np.array(ends, dtype=np.int64).reshape(-1, 2), np.array(weight, dtype=float)


def random_cluster(n, degree, gatekeepers, rng):
    one, other = np.triu_indices(n, 1)
    there = rng.random(one.size) < degree / (n - 1)
    gates = rng.choice(n, gatekeepers, replace=False)
    ends = np.concatenate(
        [
            np.column_stack([one[there], other[there]]),
            np.column_stack([gates, np.full(gatekeepers, n)]),
        ]
    )
    return opened(n, ends, np.ones(len(ends))), gates


def test_golden_chain_and_four_parallel_branches():
    assert widest_paths(CHAIN)[0][2] == 0.2
    assert round(effective_conductance(CHAIN)[2], 6) == 0.138462
    assert widest_paths(PARALLEL)[0][5] == 0.2
    assert round(effective_conductance(PARALLEL)[5], 6) == 0.378947


@given(clusters())
@settings(max_examples=150, deadline=None)
def test_brute_force_widest_ways_cuts_and_steps(drawn):
    n, ends, weight = drawn
    cluster, graph = opened(n, ends, weight), oracle.graph_of(n, ends, weight)
    found, steps = widest_paths(cluster)
    ways = disjoint_ways(cluster)
    reached, cuts = cut_off(cluster)
    near = nx.single_source_shortest_path_length(graph, n)
    for i in range(n):
        assert found[i] == pytest.approx(oracle.widest(graph, n, i))
        assert ways[i] == oracle.short_ways(graph, n, i)
        assert steps[i] == near.get(i, -1)
        assert reached[i] == (i in near)
        assert cuts[i] == (oracle.lost_without(graph, n, i) if i in near else 0)


@given(clusters())
@settings(max_examples=100, deadline=None)
def test_another_package_conductance_is_that_of_networkx(drawn):
    n, ends, weight = drawn
    found = effective_conductance(opened(n, ends, weight))
    graph = oracle.graph_of(n, ends, weight)
    near = nx.node_connected_component(graph, n)
    part = graph.subgraph(near)
    for i in range(n):
        if i not in near:
            assert found[i] == 0
        else:
            distance = nx.resistance_distance(part, n, i, weight="weight", invert_weight=False)
            assert found[i] == pytest.approx(1 / distance)


def test_another_formula_conductance_by_the_pseudo_inverse():
    cluster, _ = random_cluster(60, 5, 4, np.random.default_rng(1))
    n = cluster.n
    dense = np.zeros((n + 1, n + 1))
    dense[cluster.ends[:, 0], cluster.ends[:, 1]] = cluster.weight
    dense += dense.T
    inverse = np.linalg.pinv(np.diag(dense.sum(0)) - dense)
    found = effective_conductance(cluster)
    reached = found > 0
    expected = 1 / (inverse[n, n] + np.diagonal(inverse)[:n] - 2 * inverse[n, :n])
    np.testing.assert_allclose(found[reached], expected[reached], rtol=1e-9)


def test_large_pieces_are_estimated_within_the_error_that_is_said(monkeypatch):
    cluster, _ = random_cluster(400, 6, 20, np.random.default_rng(2))
    exact = effective_conductance(cluster)
    monkeypatch.setattr(module, "DENSE", 50)
    sketched = effective_conductance(cluster, rng=1)
    ratio = sketched[exact > 0] / exact[exact > 0]
    # relative error of one member: sqrt(2 / 256) = 0.088, known to within 4 standard errors
    assert abs(ratio.std() - np.sqrt(2 / module.SKETCHES)) < 0.03
    assert abs(ratio.mean() - 1) < 0.03


def test_collapses_one_way_is_the_weakest_link_of_itself():
    alone = opened(1, np.array([[0, 1]]), np.array([0.7]))
    assert widest_paths(alone)[0][0] == effective_conductance(alone)[0] == 0.7
    assert disjoint_ways(alone).tolist() == [1]
    apart = opened(2, np.zeros((0, 2), np.int64), np.zeros(0))
    assert effective_conductance(apart).tolist() == [0, 0]
    assert widest_paths(apart)[1].tolist() == [-1, -1]
    assert percolation_access(apart, draws=3, rng=1).value == 0
    nobody = opened(0, np.zeros((0, 2), np.int64), np.zeros(0))
    assert effective_conductance(nobody).size == 0
    assert np.isnan(percolation_access(nobody, draws=3, rng=1).value)


@given(clusters(), st.data())
@settings(max_examples=60, deadline=None)
def test_invariant_a_tie_more_lowers_nothing(drawn, data):
    n, ends, weight = drawn
    extra = data.draw(st.tuples(st.integers(0, n), st.integers(0, n)))
    before = opened(n, ends, weight)
    after = opened(n, np.vstack([ends, extra]), np.append(weight, 1.0))
    assert (widest_paths(after)[0] >= widest_paths(before)[0]).all()
    assert (effective_conductance(after) >= effective_conductance(before) - 1e-9).all()
    assert (disjoint_ways(after) >= disjoint_ways(before)).all()
    assert (cut_off(after)[0] >= cut_off(before)[0]).all()


def test_invariant_order_and_unit_of_ties_change_nothing():
    cluster, _ = random_cluster(40, 4, 3, np.random.default_rng(3))
    rng = np.random.default_rng(4)
    new = rng.permutation(40)
    name = np.append(new, 40)
    turned = opened(40, name[cluster.ends][:, ::-1], cluster.weight * 7)
    np.testing.assert_allclose(
        effective_conductance(turned)[new], 7 * effective_conductance(cluster), rtol=1e-9
    )
    assert (disjoint_ways(turned)[new] == disjoint_ways(cluster)).all()
    assert (cut_off(turned)[1][new] == cut_off(cluster)[1]).all()


def test_whatever_passes_on_for_sure_reaches_all_that_are_joined():
    cluster, gates = random_cluster(50, 2, 2, np.random.default_rng(5))
    sure = percolation_access(cluster, transmission=1.0, draws=2, rng=1)
    reached, cuts = cut_off(cluster)
    assert (sure.by_member == reached).all()
    np.testing.assert_allclose(sure.without * 49, reached.sum() - reached - cuts)
    never = percolation_access(cluster, transmission=0.0, draws=2, rng=1)
    assert sorted(np.flatnonzero(never.by_member)) == sorted(gates)


def test_brute_force_access_is_that_of_deleting_ties_and_members_one_by_one():
    cluster, gates = random_cluster(12, 3, 2, np.random.default_rng(6))
    found = percolation_access(cluster, transmission=0.5, draws=4_000, rng=1)
    rng, n = np.random.default_rng(7), 12
    reached, lost = np.zeros(n), np.zeros(n)
    draws = 1_500
    for _ in range(draws):
        works = cluster.is_external | (rng.random(len(cluster.ends)) < 0.5)
        graph = oracle.graph_of(n, cluster.ends[works].tolist(), np.ones(works.sum()))
        here = nx.node_connected_component(graph, n) - {n}
        reached[list(here)] += 1
        for node in here:
            lost[node] += oracle.lost_without(graph, n, node)
    # four standard errors of a share over 1,500 draws
    np.testing.assert_allclose(found.by_member, reached / draws, atol=4 * 0.5 / np.sqrt(draws))
    depends = np.where(cluster.is_gatekeeper, 0, reached)
    for gate in gates:
        expected = lost[gate] / depends.sum()
        assert found.lost[gate] == pytest.approx(expected, abs=0.06)


# Access before and after the best-connected gatekeeper leaves: 60 organisations, transmission
# 0.35 a tie, gatekeepers at random. Published to two digits, themselves simulated.
GOLDEN = {
    1: [(0.05, 0), (0.29, 0), (0.69, 0), (0.93, 0)],
    2: [(0.10, 0.04), (0.42, 0.24), (0.81, 0.56), (0.97, 0.93)],
    4: [(0.16, 0.11), (0.54, 0.45), (0.84, 0.81), (0.97, 0.97)],
    8: [(0.29, 0.25), (0.64, 0.59), (0.86, 0.85), (0.98, 0.97)],
}


@pytest.mark.parametrize("number", GOLDEN)
def test_published_percolation_table(number):
    for degree, (before, after) in zip((2, 4, 6, 10), GOLDEN[number], strict=True):
        rng = np.random.default_rng([number, degree])
        found = []
        for _ in range(300):
            cluster, gates = random_cluster(60, degree, number, rng)
            access = percolation_access(cluster, draws=8, rng=int(rng.integers(2**32)))
            best = gates[np.argmax(cluster.degree[gates])]
            found.append((access.value, access.without[best]))
        mean, error = np.mean(found, axis=0), np.std(found, axis=0) / np.sqrt(300)
        # theirs has an error of its own: as ours, and of rounding
        assert abs(mean[0] - before) < 0.005 + 4 * error[0]
        assert abs(mean[1] - after) < 0.005 + 4 * error[1]


def test_redundancy_is_enough_from_four_gatekeepers_and_a_degree_of_six():
    def loss(number, degree):
        rng = np.random.default_rng([number, degree, 1])
        kept = []
        for _ in range(150):
            cluster, gates = random_cluster(60, degree, number, rng)
            access = percolation_access(cluster, draws=8, rng=int(rng.integers(2**32)))
            best = gates[np.argmax(cluster.degree[gates])]
            kept.append((access.value, access.without[best]))
        before, after = np.mean(kept, axis=0)
        return 1 - after / before

    assert loss(4, 6) < 0.1
    assert loss(8, 6) < 0.1
    assert loss(2, 6) > 0.1
    assert loss(4, 4) > 0.1
    assert loss(1, 10) == pytest.approx(1)


def test_a_cluster_is_cut_out_of_a_network():
    study = make_world(organisations=200, clusters=2, rng=1).study
    network = build_network(study, directed=False)
    members = np.arange(40)
    cluster = open_cluster(network, members)
    assert isinstance(cluster, OpenCluster)
    dense = network.matrix().toarray()
    outside = np.setdiff1d(np.arange(network.n), members)
    assert (cluster.n_external == (dense[:40][:, outside] > 0).sum(1)).all()
    assert (cluster.degree == (dense[:40, :40] > 0).sum(1)).all()
    inner = cluster.ends[~cluster.is_external]
    np.testing.assert_array_equal(
        cluster.weight[~cluster.is_external], dense[inner[:, 0], inner[:, 1]]
    )
    np.testing.assert_allclose(
        cluster.weight[cluster.is_external],
        dense[:40][:, outside].sum(1)[cluster.ends[cluster.is_external, 0]],
    )
    assert "40 members" in repr(cluster)


def test_dealt_anew_keeps_degrees_and_ties_to_the_outside():
    cluster, _ = random_cluster(50, 5, 4, np.random.default_rng(8))
    dealt = dealt_anew(cluster, rng=np.random.default_rng(9))
    assert (dealt.degree == cluster.degree).all()
    assert (dealt.is_gatekeeper == cluster.is_gatekeeper).all()
    assert (dealt.n_external == cluster.n_external).all()
    kept = {tuple(pair) for pair in cluster.ends.tolist()}
    same = sum(tuple(pair) in kept for pair in dealt.ends.tolist()) / len(dealt.ends)
    assert same < 0.4


def test_missing_ties_are_as_many_as_the_share_recorded_leaves():
    rng = np.random.default_rng(10)
    ends = np.column_stack([np.arange(200) % 40, (np.arange(200) * 7 + 1) % 40])
    ends[:20, 1] = 40
    one = Recorded(40, ends, np.ones(200), np.arange(200))
    more = [len(with_missing_ties(one, share=0.8, rng=rng).ends) - 200 for _ in range(200)]
    # 200 / 0.8 - 200 = 50 are missing, with a standard deviation of 8
    assert np.mean(more) == pytest.approx(50, abs=4 * 8 / np.sqrt(200))
    full = with_missing_ties(one, share=1.0, rng=rng)
    assert full is one
    with pytest.raises(InvalidArgument, match="above 0"):
        with_missing_ties(one, share=0.0, rng=rng)


def test_a_project_of_ten_is_missed_and_found_as_one():
    rng = np.random.default_rng(11)
    project = np.array([(i, j) for i in range(10) for j in range(i)])
    one = Recorded(30, project, np.ones(45), np.zeros(45, np.int64))
    for _ in range(30):
        grown = with_missing_ties(one, share=0.5, rng=rng)
        extra = len(grown.ends) - 45
        assert extra == 0 or grown.n_records > 1
        per_record = np.bincount(grown.record)[1:]
        assert (per_record == 45).all()
