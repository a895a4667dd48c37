"""Small worlds: by hand, networkx, published numbers, collapses, size and what is planted."""

import networkx as nx
import numpy as np
import pytest

from buzzline.errors import InvalidArgument, TooFew
from buzzline.network.simple_ties import share_moved, simple_ties, ties_dealt_anew
from buzzline.network.small_world import (
    lattice_of,
    mean_clustering,
    mean_distance,
    shared_small_world,
    small_world,
    tied_by,
)


def ties_of(graph):
    return simple_ties(graph.number_of_nodes(), np.array(graph.edges()))


def test_clustering_and_distance_by_hand():
    paw = simple_ties(4, np.array([[0, 1], [1, 2], [0, 2], [2, 3], [3, 2], [1, 1]]))
    assert paw.pairs.tolist() == [[0, 1], [0, 2], [1, 2], [2, 3]]
    assert mean_clustering(paw) == pytest.approx((1 + 1 + 1 / 3 + 0) / 4)
    assert mean_distance(paw) == pytest.approx((1 + 1 + 1 + 1 + 2 + 2) / 6)
    with pytest.raises(InvalidArgument, match="from 0 to 1"):
        simple_ties(2, np.array([[0, 2]]))


@pytest.mark.parametrize("graph", [
    nx.barabasi_albert_graph(120, 3, seed=2), nx.watts_strogatz_graph(80, 4, 0.2, seed=3),
    nx.gnm_random_graph(60, 40, seed=4), nx.path_graph(9), nx.complete_graph(6),
])  # fmt: skip
def test_as_networkx(graph):
    assert mean_clustering(ties_of(graph)) == pytest.approx(nx.average_clustering(graph))
    largest = graph.subgraph(max(nx.connected_components(graph), key=len))
    ours = ties_of(graph).giant()
    assert ours.n == largest.number_of_nodes()
    assert mean_distance(ours) == pytest.approx(nx.average_shortest_path_length(largest))


def test_published_watts_strogatz():
    """WS(100, 6, 0.1, seed 1): C .44, L 3.5661; sigma about 5.69, omega about .036."""
    ties = ties_of(nx.watts_strogatz_graph(100, 6, 0.1, seed=1))
    found = small_world(ties, draws=199, chance="ties", rng=1)
    assert round(found.clustering, 2) == 0.44
    assert round(found.distance, 4) == 3.5661
    assert round(found.omega, 3) == 0.036
    twenty = [small_world(ties, draws=20, chance="ties", rng=k).sigma for k in range(20)]
    assert min(twenty) < 5.69 < max(twenty)
    # with numbers of ties kept, chance clusters less, and the same network is more of one
    kept = small_world(ties, draws=99, rng=1)
    assert kept.sigma == pytest.approx(7.6, abs=0.3)
    assert kept.omega == pytest.approx(0.036, abs=0.015)


def test_a_lattice_is_its_own_lattice():
    ring = simple_ties(40, np.array([[i, (i + d) % 40] for i in range(40) for d in (1, 2, 3)]))
    assert mean_clustering(lattice_of(ring)) == mean_clustering(ring) == pytest.approx(0.6)
    found = small_world(ring, draws=19, rng=1)
    assert -1 <= found.omega < -0.3
    star = lattice_of(simple_ties(5, np.array([[0, i] for i in range(1, 5)])))
    assert np.bincount(star.pairs.ravel(), minlength=5).max() <= 4


def test_dealing_keeps_numbers_of_ties_and_kinds():
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1, 2], 20).astype(np.int32)
    ties = simple_ties(60, rng.integers(60, size=(150, 2)), group)
    counts = _with_each_group(ties)
    for dealt in ties_dealt_anew(ties, 5, rng):
        assert len(np.unique(dealt.pairs, axis=0)) == len(ties.pairs)
        assert (dealt.pairs[:, 0] < dealt.pairs[:, 1]).all()
        assert (_with_each_group(dealt) == counts).all()
        assert share_moved(ties, dealt) > 0.5


def _with_each_group(ties):
    counts = np.zeros((ties.n, int(ties.group.max()) + 1), int)
    for a, b in ties.pairs:
        counts[a, ties.group[b]] += 1
        counts[b, ties.group[a]] += 1
    return counts


def test_dealing_is_uniform():
    """All networks with degrees 2, 2, 1, 1, 1, 1 turn up equally often."""
    start = simple_ties(6, np.array([[0, 1], [0, 2], [1, 3], [4, 5]]))
    seen: dict[str, int] = {}
    for dealt in ties_dealt_anew(start, 6000, np.random.default_rng(3)):
        key = str(sorted(map(tuple, dealt.pairs.tolist())))
        seen[key] = seen.get(key, 0) + 1
    counts = np.array(list(seen.values()))
    assert counts.size == _networks_with([2, 2, 1, 1, 1, 1])
    # the chain is correlated from one to the next: three times the spread of independent draws
    assert np.abs(counts - counts.mean()).max() < 3 * 3.5 * np.sqrt(counts.mean())


def _networks_with(degrees):
    from itertools import combinations

    pairs = list(combinations(range(len(degrees)), 2))
    return sum(
        np.array_equal(np.bincount(np.ravel(some), minlength=len(degrees)), degrees)
        for some in combinations(pairs, sum(degrees) // 2)
    )


def test_p_values_are_uniform_under_chance():
    p = []
    for k in range(60):
        ties = ties_of(nx.gnm_random_graph(40, 80, seed=k))
        found = small_world(ties, draws=39, rng=k)
        p.append((1 + (found.sigma_dealt >= found.sigma).sum()) / 40)
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 2.5 * np.sqrt(0.09 / 60)
    assert 0.35 < np.mean(p) < 0.65


def test_events_of_many_make_a_small_world_of_themselves():
    """Everybody in events of five at random: triangles, and nothing beyond those."""
    rng = np.random.default_rng(5)
    event = np.repeat(np.arange(60), 5)
    party = np.concatenate([rng.choice(90, 5, replace=False) for _ in range(60)])
    plain = small_world(tied_by(party, event, 90), draws=39, rng=1)
    mended = shared_small_world(party, event, draws=39, rng=1)
    assert plain.sigma > 2
    assert plain.sigma > plain.sigma_dealt.max()
    assert mended.sigma == pytest.approx(1, abs=0.15)
    assert mended.clustering == plain.clustering


def test_parties_that_keep_together_stand_out_of_their_events():
    rng = np.random.default_rng(6)
    event = np.repeat(np.arange(90), 3)
    home = np.repeat(rng.integers(9, size=90), 3)
    away = rng.random(270) < 0.1
    party = np.where(away, rng.integers(90, size=270), home * 10 + rng.integers(10, size=270))
    mended = shared_small_world(party, event, draws=99, rng=1)
    assert mended.clustering > mended.clustering_dealt.max()
    assert mended.distance > mended.distance_dealt.max()  # those who keep together are far


def test_too_few_are_no_world():
    with pytest.raises(TooFew, match="at least 4"):
        small_world(simple_ties(3, np.array([[0, 1], [1, 2]])), draws=9, rng=1)
    tree = small_world(simple_ties(6, np.array([[0, i] for i in range(1, 6)])), draws=9, rng=1)
    assert np.isnan(tree.sigma)  # no triangle by chance either: no ratio
    assert np.isnan(tree.omega)
