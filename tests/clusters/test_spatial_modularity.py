"""Spatially corrected modularity: by hand, by plain loops, against networkx, error rates."""

from math import log

import networkx as nx
import numpy as np
import polars as pl
import pytest
from scipy.stats import kstest
from tests.clusters.test_separation import as_clustering, ties_of, two_towns, world
from tests.oracles import modularity as oracle
from tests.oracles.siblings import arc_km

from buzzline.clusters.expected_ties import Fall, ground_of, pair_distances
from buzzline.clusters.separation import separation
from buzzline.clusters.separation_measures import design_effect
from buzzline.clusters.spatial_modularity import (
    Reach,
    beyond_expected,
    deterrence,
    modularity_against_gravity,
    reach_of_groups,
    reach_of_pair,
    spatial_modularity,
)
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study


def network(rng, n=30, ties=120):
    """A symmetric network of units on a plane: flows, distances, labels."""
    place = rng.uniform(0, 50, (n, 2))
    km = np.hypot(*(place[:, None] - place).transpose(2, 0, 1))
    flows = np.zeros((n, n))
    np.add.at(flows, tuple(rng.integers(n, size=(2, ties))), 1.0)
    flows = flows + flows.T
    np.fill_diagonal(flows, 0)
    return flows, km, rng.integers(-1, 3, n)


def test_two_closed_triangles_by_hand():
    ties = np.kron(np.eye(2), 1.0 - np.eye(3))
    label = [0, 0, 0, 1, 1, 1]
    importance, nowhere = ties.sum(axis=1), np.zeros((6, 6))
    assert spatial_modularity(
        ties, label, importance=importance, distance_km=nowhere
    ) == pytest.approx(0.5)
    # where distance tells the two apart it takes all: f is 12 / 72 within and 0 between
    apart = np.where(np.equal.outer(label, label), 1.0, 20.0)
    found = deterrence(ties, importance, apart, edges_km=[10.0])
    assert found[0, 1] == pytest.approx(12 / 72)
    assert found[0, 3] == 0
    assert spatial_modularity(
        ties, label, importance=importance, distance_km=apart, edges_km=[10.0]
    ) == pytest.approx(0.0)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("edges", [(), (10.0,), (5.0, 10.0, 20.0, 40.0)])
def test_plain_loops_give_the_same(seed, edges):
    rng = np.random.default_rng(seed)
    flows, km, label = network(rng)
    importance = rng.gamma(2, 1, label.size)
    found = spatial_modularity(
        flows, label, importance=importance, distance_km=km, edges_km=edges
    )
    assert found == pytest.approx(oracle.spatial(flows, importance, km, label, edges))


@pytest.mark.parametrize("seed", range(3))
def test_without_distance_it_is_the_modularity_of_networkx(seed):
    flows, km, label = network(np.random.default_rng(seed))
    label = np.abs(label)
    groups = [set(np.flatnonzero(label == k).tolist()) for k in range(3)]
    graph = nx.from_numpy_array(flows)
    found = spatial_modularity(flows, label, importance=flows.sum(axis=1), distance_km=km)
    assert found == pytest.approx(nx.community.modularity(graph, groups, weight="weight"))
    # so is the one with expected ties by group, when every pair counts, oneself included
    size = np.array([flows[label == k].sum() for k in range(3)])
    observed = np.array([[flows[np.ix_(label == a, label == b)].sum() for b in range(3)]
                         for a in range(3)])  # fmt: skip
    value, _ = beyond_expected(observed[None], np.outer(size, size)[None])
    assert value[0] == pytest.approx(found)


def test_expected_ties_leave_each_group_with_the_ties_it_holds():
    rng = np.random.default_rng(3)
    observed, expected = rng.gamma(1, 10, (2, 5, 5, 5))
    observed, expected = (m + m.transpose(0, 2, 1) for m in (observed, expected))
    observed[2, 1] = observed[2, :, 1] = 0  # a group without ties is expected to hold none
    value, given = beyond_expected(observed, expected)
    assert given.sum(axis=2) == pytest.approx(observed.sum(axis=2), abs=1e-6)
    assert value == pytest.approx(
        [(np.trace(o) - np.trace(g)) / o.sum() for o, g in zip(observed, given, strict=True)]
    )
    # what a group is made of does not matter, only where its members are
    scaled = expected * np.outer([1, 2, 3, 4, 5], [1, 2, 3, 4, 5])
    assert beyond_expected(observed, scaled)[0] == pytest.approx(value, abs=1e-8)


def small_town(seed=4):
    """Forty organisations, two clusters: the frame, labels, ties, and distances by pair."""
    frame, label, ends = two_towns(np.random.default_rng(seed), n_ties=2000, members=20)
    frame, label = frame.head(40), label[:40]
    ends = ends[(ends < 40).all(axis=1)]
    at = frame.select("longitude", "latitude").rows()
    km = [[max(arc_km(one, other), 1.0) if one != other else 1.0 for other in at] for one in at]
    return frame, label, ends, at, km


def test_what_size_and_distance_give_agrees_with_plain_loops():
    frame, label, ends, at, _ = small_town()
    ground = ground_of(Study.of(organisations=frame).organisations, label)
    size = np.bincount(ends.ravel(), minlength=40).astype(float)
    total, slope = oracle.reach(at, size, label.tolist(), -0.9, 1.0)
    groups = reach_of_groups(ground, size, label, elasticity=-0.9, number=2)
    rows = (np.flatnonzero(label == 0), np.flatnonzero(label == 1))
    pair = reach_of_pair(pair_distances(ground, size, rows), -0.9)
    for found in (groups, pair):
        assert found.expected == pytest.approx(np.array(total), rel=1e-6)
        assert found.slope == pytest.approx(np.array(slope), rel=1e-6)
    # and another power of distance, by the first two moments of its logarithm
    further, _ = oracle.reach(at, size, label.tolist(), -0.8, 1.0)
    assert pair.moved(np.array([0.1]))[0] == pytest.approx(np.array(further), rel=2e-3)


def test_the_value_for_two_clusters_agrees_with_a_search_over_all_pairs():
    frame, label, ends, _, km = small_town()
    ground = ground_of(Study.of(organisations=frame).organisations, label)
    size = np.bincount(ends.ravel(), minlength=40).astype(float)
    flows = np.zeros((40, 40))
    np.add.at(flows, (ends[:, 0], ends[:, 1]), 1.0)
    reach = reach_of_groups(ground, size, label, elasticity=-0.9, number=2)
    found = modularity_against_gravity(
        ties_of(ends, n=40), label, reach, fall=Fall(-0.9, 0.0, "others"), draws=0,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    expected = oracle.balanced(flows + flows.T, size, km, label, -0.9)
    assert found.value == pytest.approx(expected, abs=1e-6)
    assert np.isnan(found.p)


def test_simulated_networks_have_the_ties_that_size_and_distance_give():
    # two groups of equal ties, twice as close within: 2/3 of the ties are expected there
    reach = Reach(np.array([[2.0, 1], [1, 2]]), np.zeros((2, 2)), np.zeros((2, 2)))
    rng = np.random.default_rng(2)
    ends = rng.permutation(2000).reshape(-1, 2)  # nobody has two ties
    group = np.full(2000, -1, np.int32)
    group[ends[:700]], group[ends[700:, 0]], group[ends[700:, 1]] = 0, 0, 1
    group[ends[350:700]] = 1
    found = modularity_against_gravity(
        ties_of(ends, n=2000), group, reach, fall=Fall(-1.0, 0.0, "others"), draws=4000,
        rng=rng,
    )  # fmt: skip
    assert found.worth == pytest.approx(1000)
    assert found.value == pytest.approx(0.7 - 2 / 3)
    assert found.expected == pytest.approx(0, abs=0.001)
    # the share within moves by sqrt(2/9 / 1000) = 0.0149: 2.24 times that, and 1 % in the tail
    assert found.p == pytest.approx(0.0127, abs=0.006)


def test_bundled_ties_are_worth_fewer():
    rng = np.random.default_rng(5)
    group = np.repeat([0, 1], 50).astype(np.int32)
    ends = rng.integers(100, size=(600, 2))
    ends = ends[ends[:, 0] != ends[:, 1]]
    reach = Reach(np.ones((2, 2)), np.zeros((2, 2)), np.zeros((2, 2)))
    keep = {"fall": Fall(-1.0, 0.0, "all"), "draws": 99}
    alone = modularity_against_gravity(
        ties_of(ends, n=100), group, reach, **keep, rng=np.random.default_rng(1)
    )
    record = np.repeat(np.arange(len(ends)), 10).astype(np.int32)
    tenfold = modularity_against_gravity(
        ties_of(np.repeat(ends, 10, axis=0), n=100, record=record), group, reach, **keep,
        rng=np.random.default_rng(1),
    )  # fmt: skip
    assert tenfold.value == pytest.approx(alone.value)
    assert tenfold.worth == pytest.approx(alone.worth, rel=0.2)
    one_each = ties_of(np.arange(200).reshape(-1, 2), n=200)
    assert design_effect(one_each, rng.normal(size=100)) == pytest.approx(1)


def chances(number, **planted):
    found = []
    for draw in range(number):
        study, clustering = world(np.random.default_rng(draw), **planted)
        result = separation(study, clustering, layers=["supply"], draws=99, rng=draw)
        found.append((result.pairs["modularity_p"][0], result.industries["modularity_p"][0]))
    return np.array(found, float).T


def test_p_is_uniform_in_networks_that_size_and_distance_give():
    for p in chances(50):
        assert kstest(p, "uniform").pvalue > 0.001
        assert (p < 0.05).sum() <= 8  # 2.5 expected; more come once in 1,000 times


def test_finds_ties_kept_within_that_distance_does_not_explain():
    assert (np.array(chances(8, odds=2.5)) <= 0.01).all()


@pytest.mark.slow
@pytest.mark.parametrize("planted", [{"apart": 0.0}, {"apart": 40.0}, {"n_ties": 400},
                                     {"members": 15}])  # fmt: skip
def test_p_is_uniform_in_many_worlds(planted):
    for p in chances(300, **planted):
        assert np.mean(p <= 0.05) <= 0.05 + 3.3 * np.sqrt(0.05 * 0.95 / 300)
        assert np.mean(p <= 0.5) == pytest.approx(0.5, abs=3.5 * np.sqrt(0.25 / 300))


def test_read_off_two_parks_themselves_distance_would_take_all_of_it():
    """What Expert et al. do with the network at hand cannot tell parks that are far apart."""
    rng = np.random.default_rng(6)
    frame, label, ends = two_towns(rng, odds=4.0, n_ties=6000, apart=30.0, elasticity=-0.5)
    member = np.flatnonzero(label >= 0)
    at = frame.select("longitude", "latitude").rows()
    km = np.array([[arc_km(at[i], at[j]) for j in member] for i in member])
    flows = np.zeros((label.size,) * 2)
    np.add.at(flows, (ends[:, 0], ends[:, 1]), 1.0)
    flows = (flows + flows.T)[np.ix_(member, member)]
    literal = spatial_modularity(
        flows, label[member], importance=flows.sum(axis=1), distance_km=km,
        edges_km=np.arange(3.0, 60, 3),
    )  # fmt: skip
    ties = pl.DataFrame({
        "source": frame["org_id"][ends[:, 0]], "target": frame["org_id"][ends[:, 1]],
        "layer": ["supply"] * len(ends), "directed": [True] * len(ends),
    })  # fmt: skip
    study = Study.of(organisations=frame, linkages=ties)
    ours = separation(study, as_clustering(frame, label), layers=["supply"], draws=99, rng=1)
    assert abs(literal) < 0.01
    assert ours.pairs["modularity"][0] > 0.05
    assert ours.pairs["modularity_p"][0] == 0.01


def test_many_clusters_of_one_industry_together():
    rng = np.random.default_rng(7)
    frame, label, ends = two_towns(rng, n_ties=4000, odds=3.0)
    third = np.where(label == 1, 1 + rng.integers(2, size=label.size), label).astype(np.int32)
    ties = pl.DataFrame({
        "source": frame["org_id"][ends[:, 0]], "target": frame["org_id"][ends[:, 1]],
        "layer": ["supply"] * len(ends), "directed": [True] * len(ends),
    })  # fmt: skip
    study = Study.of(organisations=frame, linkages=ties)
    result = separation(study, as_clustering(frame, third), layers=["supply"], draws=99, rng=1)
    row = result.industries.row(0, named=True)
    assert (row["n_clusters"], row["status"], row["modularity_p"]) == (3, "measured", 0.01)
    within = result.pairs.filter(pl.col("km") < 5)  # a cluster cut in two by lot
    assert within["modularity_p"][0] > 0.01
    assert log(row["n_worth"]) <= log(row["n"])


def test_too_few_ties_and_unknown_distances_are_said():
    study, clustering = world(np.random.default_rng(8))
    bare = Study.of(organisations=study.organisations, linkages=study.linkages.head(9))
    result = separation(bare, clustering, layers=["supply"], draws=9, rng=1)
    assert result.pairs["modularity"].to_list() == [None]
    assert result.industries["status"][0].startswith("only ")
    nowhere = study.organisations.with_columns(longitude=None, latitude=None)
    result = separation(
        Study.of(organisations=nowhere, linkages=study.linkages), clustering,
        layers=["supply"], draws=9, rng=1,
    )  # fmt: skip
    assert result.industries["status"][0].startswith("how ties fall with distance is not known")


def test_crooked_input_is_refused():
    ties = np.array([[0.0, 1], [0, 0]])
    with pytest.raises(InvalidArgument, match="symmetric"):
        deterrence(ties, np.ones(2), np.zeros((2, 2)))
    with pytest.raises(InvalidArgument, match="2 units need 2 by 2"):
        deterrence(np.zeros((3, 3)), np.ones(2), np.zeros((3, 3)))
    empty = spatial_modularity(
        np.zeros((2, 2)), [0, 1], importance=np.ones(2), distance_km=np.zeros((2, 2))
    )
    assert np.isnan(empty)
