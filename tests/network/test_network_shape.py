"""Rich club, cores, reciprocity, feedback and hierarchy: by hand, brute force, networkx."""

from itertools import permutations

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.kernels.feedback import exact_backward, least_backward
from buzzline.network.hierarchy import krackhardt
from buzzline.network.reciprocity import (
    Flows,
    feedback_share,
    flows_dealt_anew,
    on_cycles,
    reciprocity,
)
from buzzline.network.rich_club import assortativity, club_threshold, cores, rich_club
from buzzline.network.simple_ties import simple_ties


def flows_of(n, pairs, amount=None):
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    weight = np.ones(len(ends)) if amount is None else np.array(amount, float)
    kind = np.zeros(len(ends), np.int32)
    return Flows(n, ends[:, 0].copy(), ends[:, 1].copy(), weight, kind)


@pytest.mark.parametrize("seed", range(4))
def test_rich_club_assortativity_and_cores_as_networkx(seed):
    graph = nx.barabasi_albert_graph(90, 2, seed=seed)
    ties = simple_ties(90, np.array(graph.edges()))
    theirs = nx.rich_club_coefficient(graph, normalized=False)
    k, n, phi = rich_club(ties)
    assert {int(a): b for a, b in zip(k, phi, strict=True)} == pytest.approx(
        {key: theirs[key] for key in k.tolist()}
    )
    degree = np.array([d for _, d in graph.degree()])
    assert n.tolist() == [(degree > some).sum() for some in k]
    assert assortativity(ties) == pytest.approx(nx.degree_assortativity_coefficient(graph))
    assert dict(enumerate(cores(ties).tolist())) == nx.core_number(graph)
    assert (degree > club_threshold(ties)).sum() >= 9


def test_shape_of_special_networks():
    ring = simple_ties(5, np.array([[i, (i + 1) % 5] for i in range(5)]))
    assert np.isnan(assortativity(ring))
    assert club_threshold(simple_ties(3, np.array([[0, 1]]))) == -1
    empty = simple_ties(3, np.empty((0, 2), int))
    assert np.isnan(assortativity(empty))
    assert cores(empty).tolist() == [0, 0, 0]


def test_reciprocity_published():
    """r 2/3 at a density of 1/2: rho 1/3."""
    r, rho = reciprocity(flows_of(3, [(0, 1), (1, 0), (1, 2), (1, 2)]))
    assert r == pytest.approx(2 / 3)
    assert rho == pytest.approx(1 / 3)
    assert np.isnan(reciprocity(flows_of(3, []))[0])
    assert np.isnan(reciprocity(flows_of(2, [(0, 1), (1, 0)]))[1])
    assert reciprocity(flows_of(3, [(0, 1), (1, 2)]))[1] < 0


@settings(max_examples=40)
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=20))
def test_reciprocity_and_cycles_as_networkx(drawn):
    pairs = sorted((a, b) for a, b in drawn if a != b)
    if not pairs:
        return
    graph = nx.DiGraph(pairs)
    assert reciprocity(flows_of(7, pairs))[0] == pytest.approx(nx.overall_reciprocity(graph))
    piece = {v: k for k, part in enumerate(nx.strongly_connected_components(graph))
             for v in part}  # fmt: skip
    inside = np.mean([piece[a] == piece[b] for a, b in pairs])
    assert on_cycles(flows_of(7, pairs)) == pytest.approx(inside)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 6))
def test_least_feedback_by_brute_force(seed, n):
    flow = np.random.default_rng(seed).integers(4, size=(n, n)).astype(float)
    np.fill_diagonal(flow, 0)
    slow = min(
        sum(flow[order[i], order[j]] for i in range(n) for j in range(i))
        for order in permutations(range(n))
    )
    assert exact_backward(flow) == slow
    assert least_backward(flow, np.arange(n)) >= slow
    if flow.sum():
        pairs = np.argwhere(flow > 0)
        found = feedback_share(flows_of(n, pairs, flow[flow > 0]))
        assert found == pytest.approx(slow / flow.sum())


def test_hierarchies_have_no_feedback_and_rings_a_little():
    tree = [(0, 1), (0, 2), (1, 3), (2, 3)]
    assert on_cycles(flows_of(4, tree)) == feedback_share(flows_of(4, tree)) == 0
    n = 30  # beyond what is enumerated: one tie has to break
    ring = [(i, (i + 1) % n) for i in range(n)]
    assert on_cycles(flows_of(n, ring)) == 1
    assert feedback_share(flows_of(n, ring)) == pytest.approx(1 / n)
    assert np.isnan(feedback_share(flows_of(3, [])))


def test_search_beyond_enumeration_is_near_the_least():
    rng = np.random.default_rng(2)
    gaps = []
    for _ in range(10):
        flow = rng.random((11, 11)) * (rng.random((11, 11)) < 0.5)
        np.fill_diagonal(flow, 0)
        lean = np.argsort(flow.sum(axis=0) - flow.sum(axis=1))
        gaps.append(least_backward(flow, lean) / exact_backward(flow))
    assert np.mean(gaps) < 1.05


def test_dealing_keeps_what_leaves_and_how_many_arrive():
    rng = np.random.default_rng(4)
    pairs = [(a, b) for a, b in rng.integers(12, size=(80, 2)) if a != b]
    flows = flows_of(12, pairs, rng.integers(1, 4, size=len(pairs)))
    for dealt in flows_dealt_anew(flows, 4, rng):
        assert (dealt.source != dealt.target).all()
        assert np.array_equal(np.bincount(dealt.target, minlength=12),
                              np.bincount(flows.target, minlength=12))  # fmt: skip
        assert np.array_equal(np.bincount(dealt.source, dealt.amount, minlength=12),
                              np.bincount(flows.source, flows.amount, minlength=12))  # fmt: skip
        assert not np.array_equal(dealt.target, flows.target)


def test_reciprocity_is_no_more_than_chance_where_nothing_is_planted():
    p, planted = [], []
    for k in range(60):
        rng = np.random.default_rng(k)
        weight = rng.pareto(2, 25) + 0.2
        ends = rng.choice(25, (140, 2), p=weight / weight.sum())
        ends = ends[ends[:, 0] != ends[:, 1]]
        p.append(_p_of_reciprocity(ends, rng))
        if k < 12:
            back = ends[rng.random(len(ends)) < 0.3, ::-1]
            planted.append(_p_of_reciprocity(np.concatenate([ends, back]), rng))
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 2.5 * np.sqrt(0.09 / 60)
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(planted) <= 0.1) > 0.7


def _p_of_reciprocity(ends, rng):
    flows = flows_of(25, ends)
    dealt = [reciprocity(one)[1] for one in flows_dealt_anew(flows, 39, rng)]
    return (1 + sum(np.array(dealt) >= reciprocity(flows)[1])) / 40


def test_krackhardt_by_hand():
    tree = krackhardt(5, np.array([[0, 1], [0, 2], [1, 3], [1, 4]]))
    assert (tree.connectedness, tree.hierarchy, tree.efficiency, tree.least_upper_bound) == (
        1, 1, 1, 1,
    )  # fmt: skip
    ring = krackhardt(4, np.array([[0, 1], [1, 2], [2, 3], [3, 0]]))
    assert (ring.hierarchy, ring.least_upper_bound) == (0, 1)
    assert ring.efficiency == pytest.approx(1 - (4 - 3) / (6 - 3))
    apart = krackhardt(4, np.array([[0, 1], [2, 3]]))
    assert apart.connectedness == pytest.approx(2 / 6)
    assert np.isnan(apart.least_upper_bound)  # nothing could break it
    # two superiors of the same two, neither above the other: no least upper bound
    two = krackhardt(4, np.array([[0, 2], [0, 3], [1, 2], [1, 3]]))
    assert two.hierarchy == 1
    assert two.least_upper_bound == pytest.approx(1 - 2 / 3)  # 0 with 1, and 2 with 3
    # of 0, 1 and 2 who all tell each other, each is above each
    all_of_them = krackhardt(
        3, np.array([[a, b] for a in range(3) for b in range(3) if a != b])
    )
    assert (all_of_them.hierarchy, all_of_them.efficiency) == (0, 0)


@settings(max_examples=30)
@given(st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_krackhardt_against_reachability_of_networkx(drawn):
    pairs = sorted((a, b) for a, b in drawn if a != b)
    graph = nx.DiGraph(pairs)
    graph.add_nodes_from(range(6))
    found = krackhardt(6, np.array(pairs, int).reshape(-1, 2))
    reach = {v: nx.descendants(graph, v) for v in graph}
    linked = [(a, b) for a in range(6) for b in range(a) if b in reach[a] or a in reach[b]]
    both = [(a, b) for a, b in linked if b in reach[a] and a in reach[b]]
    if linked:
        assert found.hierarchy == pytest.approx(1 - len(both) / len(linked))
    else:
        assert np.isnan(found.hierarchy)
    sizes = [len(part) for part in nx.weakly_connected_components(graph)]
    assert found.connectedness == pytest.approx(sum(s * (s - 1) / 2 for s in sizes) / 15)
