"""Do sibling clusters keep to themselves? Values by hand, error rates, planted worlds."""

from itertools import permutations
from math import log

import numpy as np
import polars as pl
import pytest
from scipy.stats import kstest

from buzzline.clusters.autonomy import autonomy, kept_inside, kept_with_error, member_flows
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.expected_ties import fall_with_distance, ground_of, pair_distances
from buzzline.clusters.layer_ties import LayerTies, layer_ties, layers_of
from buzzline.clusters.pair_verdicts import verdict_of
from buzzline.clusters.separation import separation
from buzzline.clusters.separation_measures import (
    conductance,
    counted_cells,
    ei_against_blocks,
    ei_index,
    log_odds_ratio,
    pair_cells,
    pair_odds,
)
from buzzline.clusters.siblings import SiblingRule, families
from buzzline.errors import InvalidArgument
from buzzline.power import moves_needed
from buzzline.tables.study import Study

NONE = np.empty(0, np.int32)
SMALL = 400  # organisations of a fast world


def ties_of(pairs, *, n, weight=None, record=NONE, directed=True):
    ends = np.array(pairs, np.int32).reshape(-1, 2)
    weight = np.ones(len(ends)) if weight is None else np.array(weight, float)
    return LayerTies(ends[:, 0].copy(), ends[:, 1].copy(), weight, record, directed, n)


def two_towns(rng, *, odds=1.0, n_ties=3000, apart=12.0, elasticity=-0.9, members=60):
    """Two clusters among others around them; ties fall with distance, times odds within."""
    n = SMALL
    x, y = rng.normal(0, 12, n), rng.normal(0, 12, n)
    label = np.full(n, -1, np.int32)
    label[:members], label[members : 2 * members] = 0, 1
    for k, middle in ((0, -apart / 2), (1, apart / 2)):
        x[label == k] = middle + rng.normal(0, 1.5, members)
        y[label == k] = rng.normal(0, 1.5, members)
    frame = pl.DataFrame({
        "org_id": [f"o{i}" for i in range(n)], "longitude": 5 + x / 71.0,
        "latitude": 50 + y / 111.2, "precision": "address", "country": "BE",
        "industry": np.where(label >= 0, "optics", "other"),
    })  # fmt: skip
    km = np.hypot((x[:, None] - x) * 111.2 / 71.0 * np.cos(np.radians(50)), y[:, None] - y)
    mass = rng.gamma(4, 0.25, n)
    rate = mass[:, None] * mass * np.maximum(km, 1) ** elasticity
    rate[(label[:, None] == label) & (label >= 0)] *= odds
    np.fill_diagonal(rate, 0)
    drawn = rng.choice(n * n, n_ties, p=(rate / rate.sum()).ravel())
    return frame, label, np.column_stack(divmod(drawn, n))


def as_clustering(frame, label):
    ids = [f"optics/{k}" for k in range(label.max() + 1)]
    rows = [np.flatnonzero(label == k) for k in range(len(ids))]
    clusters = pl.DataFrame({
        "cluster_id": ids, "label": [f"Park {k}" for k in range(len(ids))],
        "industry": "optics", "n_members": [len(r) for r in rows], "strength": 2.0,
        "ratio": 2.0, "p": 0.01,
        "longitude": [frame["longitude"][r].mean() for r in rows],
        "latitude": [frame["latitude"][r].mean() for r in rows],
    })  # fmt: skip
    members = pl.DataFrame({
        "cluster_id": [ids[k] for k in label if k >= 0],
        "org_id": frame["org_id"].filter(pl.Series(label >= 0)), "is_core": True,
    })  # fmt: skip
    coverage = pl.DataFrame({"status": ["examined"]})
    return Clustering(clusters, members, pl.DataFrame(), coverage, 0.95, 0.05, 0)


def world(rng, layer="supply", **planted):
    frame, label, ends = two_towns(rng, **planted)
    ids = frame["org_id"]
    ties = pl.DataFrame({
        "source": ids[ends[:, 0]], "target": ids[ends[:, 1]],
        "layer": [layer] * len(ends), "directed": [True] * len(ends),
    })  # fmt: skip
    return Study.of(organisations=frame, linkages=ties), as_clustering(frame, label)


def test_the_e_i_index_equals_the_published_example():
    assert ei_index(14, 6) == -0.4
    assert np.isnan(ei_index(0, 0))
    assert (ei_index(5, 0), ei_index(0, 5)) == (-1, 1)


def test_moves_needed_equal_the_published_numbers():
    assert [moves_needed(ratio) for ratio in (2, 1.5, 3)] == [74, 199, 35]
    assert moves_needed(0.5) == moves_needed(2)
    assert moves_needed(2, expected=(10, 10, 1, 1)) > 74
    assert moves_needed(2, expected=(1, 0, 1, 1)) is None


def test_as_many_moves_as_needed_show_the_ratio():
    rng = np.random.default_rng(1)
    counts = rng.multinomial(74, [1 / 3, 1 / 3, 1 / 6, 1 / 6], size=20_000) + 0.5
    value = np.log(counts) @ [1, 1, -1, -1]
    spread = np.sqrt((1 / counts).sum(axis=1))
    assert np.mean(abs(value) > 1.96 * spread) == pytest.approx(0.8, abs=0.03)


def test_conductance_by_hand():
    # 14 ties within and 6 to others: 34 tie ends, of 200; then of 40, where the rest is smaller
    assert conductance(np.array([6.0]), np.array([34.0]), 200)[0] == pytest.approx(6 / 34)
    assert conductance(np.array([6.0]), np.array([34.0]), 40)[0] == 1.0
    assert np.isnan(conductance(np.array([0.0]), np.array([0.0]), 10)[0])


def test_conductance_agrees_with_networkx():
    import networkx as nx

    graph = nx.gnm_random_graph(30, 90, seed=4)
    group = set(range(12))
    ties = ties_of(list(graph.edges), n=30, directed=False)
    label = np.array([0 if i in group else -1 for i in range(30)], np.int32)
    flows = member_flows(ties, label, {0: np.zeros(1, np.bool_)})[0]
    assert kept_inside(flows)[1] == pytest.approx(nx.conductance(graph, group))


def test_cells_and_the_log_odds_ratio_by_hand():
    member = np.array([0, 0, 1, 1, -1], np.int32)
    ties = ties_of([(0, 1), (1, 0), (2, 3), (0, 2), (3, 1), (0, 4)], n=5)
    cell = pair_cells(ties, member)
    assert cell.tolist() == [0, 0, 1, 2, 3, -1]
    assert counted_cells(ties, cell).tolist() == [2, 1, 1, 1]
    assert log_odds_ratio((2, 1), (1, 1)) == pytest.approx(log(2))
    # a half more in each count, half of those between each way: ln(2.5 * 1.5 / (2.5 / 2)^2)
    assert pair_odds(ties, cell).value == pytest.approx(log(2.5 * 1.5 / 1.25**2))


def test_variance_collapses_to_that_of_counts_when_no_organisation_has_two_ties():
    pairs = [(2 * t, 2 * t + 1) for t in range(40)]
    member = np.full(80, -1, np.int32)
    member[:40] = np.repeat([0, 0, 1, 1], 10)  # ties 0-9 in k, 10-19 in l
    member[40:80] = np.tile([0, 1], 20)
    member[60:80] = np.tile([1, 0], 10)
    ties = ties_of(pairs, n=80)
    found = pair_odds(ties, pair_cells(ties, member))
    assert found.variance == pytest.approx(2 / 10.5 + 4 / 20.5)  # between is one count
    assert found.design_effect == 1.0


def test_variance_equals_leaving_out_one_organisation_after_the_other():
    rng = np.random.default_rng(2)
    n = 300
    member = np.repeat([0, 1], n // 2).astype(np.int32)
    hub, inward = rng.gamma(2, 1, n), rng.beta(2, 2, n)  # some keep to their own more
    start = rng.choice(n, 12_000, p=hub / hub.sum())
    at_home = member[start] == (rng.random(start.size) < inward[start])
    ends = np.column_stack([start, rng.integers(n // 2, size=start.size) + at_home * n // 2])
    ties = ties_of(ends[ends[:, 0] != ends[:, 1]], n=n)
    cell = pair_cells(ties, member)
    whole = pair_odds(ties, cell)
    moved = []
    for one in range(n):
        kept = (ties.source != one) & (ties.target != one)
        moved.append(pair_odds(ties.chosen(kept), cell[kept]).value - whole.value)
    assert whole.design_effect > 1.5
    # every tie is left out twice, once with each of its organisations
    twice = whole.variance / whole.design_effect
    assert whole.variance == pytest.approx(np.sum(np.square(moved)) - twice, rel=0.1)


def test_ties_without_direction_are_counted_once():
    pairs = [(0, 1)] * 8 + [(2, 3)] * 5 + [(0, 2)] * 3 + [(3, 1)] * 3
    member = np.array([0, 0, 1, 1], np.int32)
    one = ties_of(pairs, n=4, directed=False)
    other = ties_of([pair[::-1] for pair in pairs], n=4, directed=False)
    values = [pair_odds(ties, pair_cells(ties, member)) for ties in (one, other)]
    assert values[0].value == pytest.approx(2 * log(2) + log(8.5 * 5.5 / 6.5**2))
    assert values[0].value == values[1].value


def test_block_permutation_agrees_with_every_permutation():
    ties = ties_of([(0, 1), (1, 2), (3, 4), (0, 3), (0, 2)], n=5)
    member = np.array([0, 0, 0, 1, 1], np.int32)
    groups = set(permutations(member.tolist()))

    def index(group):
        external = sum(
            group[a] != group[b] for a, b in zip(ties.source, ties.target, strict=True)
        )
        return ei_index(5 - external, external)

    every = [index(group) for group in groups]
    found = ei_against_blocks(ties, member, draws=1999, rng=np.random.default_rng(1))
    assert found.value == pytest.approx(-0.6)
    assert found.expected == pytest.approx(np.mean(every))
    exact = np.mean(np.array(every) <= found.value + 1e-12)
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact / 2000))


def test_expected_log_odds_by_hand():
    # four organisations on a line, 1 km within, 10 km between centres
    frame = pl.DataFrame({
        "org_id": list("abcd"), "longitude": [0.0] * 4, "precision": ["address"] * 4,
        "latitude": np.array([0.0, 2.0, 10.0, 12.0]) / 111.195,
    })  # fmt: skip
    ground = ground_of(Study.of(organisations=frame).organisations, np.zeros(4, np.int32))
    distances = pair_distances(ground, np.ones(4), (np.array([0, 1]), np.array([2, 3])))
    expected = distances.expected(-1.0)
    assert expected[:2] == pytest.approx([1.0, 1.0], rel=1e-3)  # both ways 1 / 2 km
    assert expected[2] == pytest.approx(1 / 10 + 1 / 12 + 1 / 8 + 1 / 10, rel=1e-3)
    assert distances.log_odds(0.0) == pytest.approx(log(2 * 2 / 16))


@pytest.mark.parametrize(
    ("value", "reach", "n", "said"),
    [(1.4, 0.6, 20, "separate"), (0.1, 0.3, 20, "not separate"), (0.9, 1.0, 80, "not separate"),
     (0.9, 1.0, 20, "not testable"), (-2.0, 0.5, 20, "not separate")],
)  # fmt: skip
def test_verdicts_by_hand(value, reach, n, said):
    assert verdict_of(value, reach, n=n, needed=74, ratio=2)[0] == said


def test_dependence_and_autonomy_by_hand():
    # cluster 0 is 0 and 1; its sibling 2 and 3; 4 is elsewhere. Into 0: 3 own, 5 from 1, 2 else
    pairs = [(0, 1)] * 3 + [(2, 0)] * 5 + [(4, 1)] * 2 + [(1, 4)] * 3
    label = np.array([0, 0, 1, 1, -1], np.int32)
    near = {0: np.array([False, True]), 1: np.array([True, False])}
    flows = member_flows(ties_of(pairs, n=5), label, near)
    contained, cut, dependence = kept_inside(flows[0])
    assert contained == pytest.approx(3 / 10)
    assert cut == pytest.approx(10 / 10)  # 10 ties cross; the rest has 10 tie ends of 26
    assert dependence == pytest.approx(0.5)
    kept = kept_with_error(flows[0], draws=99, level=0.9, rng=np.random.default_rng(1))
    found = autonomy({"supply": kept}, 0.9)
    assert (found.value, found.layer) == (0.5, "supply")
    assert found.low <= 0.5 <= found.high
    few = member_flows(ties_of(pairs[:3], n=5), label, near)[0]
    little = kept_with_error(few, draws=9, level=0.9, rng=np.random.default_rng(1))
    assert autonomy({"supply": little}, 0.9).layer == ""


def standardised(number, **planted):
    """Return value less truth in standard errors, and p, of so many made-up worlds."""
    errors, p = [], []
    for draw in range(number):
        rng = np.random.default_rng(draw)
        study, clustering = world(rng, **planted)
        row = separation(study, clustering, layers=["supply"], draws=0, rng=1).pairs.row(
            0, named=True
        )
        true = 2 * log(planted.get("odds", 1.0))
        errors.append((row["value"] - true) / ((row["high"] - row["low"]) / (2 * 1.959964)))
        p.append(row["p"])
    return np.array(errors), np.array(p)


def test_p_is_uniform_when_distance_and_size_are_all():
    errors, p = standardised(50)
    assert kstest(p, "uniform").pvalue > 0.001
    assert abs(errors.mean()) < 0.6


def test_intervals_cover_planted_odds():
    errors, p = standardised(25, odds=3.0)
    assert np.mean(abs(errors) < 1.959964) >= 0.8  # 95 % of 25; fewer come once in 800 times
    assert (p < 0.01).all()


@pytest.mark.slow
@pytest.mark.parametrize("odds", [1.0, 2.0, 6.0])
@pytest.mark.parametrize("apart", [0.0, 12.0])
def test_intervals_cover_at_their_level_in_many_worlds(odds, apart):
    errors, _ = standardised(300, odds=odds, apart=apart)
    assert 0.90 <= np.mean(abs(errors) < 1.959964) <= 0.985  # 95 % +- 3.5 standard errors


def test_recovers_how_ties_fall_with_distance():
    frame, label, ends = two_towns(np.random.default_rng(3), n_ties=20_000)
    organisations = Study.of(organisations=frame).organisations
    fall = fall_with_distance(ties_of(ends, n=SMALL), ground_of(organisations, label))
    assert fall.fitted_to == "others"
    assert fall.elasticity == pytest.approx(-0.9, abs=0.1)


def test_the_record_of_a_separate_pair_says_all():
    study, clustering = world(np.random.default_rng(5), odds=6.0)
    result = separation(study, clustering, draws=49, rng=1)
    supply, moves = result.pairs.rows(named=True)
    assert (supply["layer"], supply["verdict"]) == ("supply", "separate")
    assert supply["low"] > 0
    assert supply["ei_p"] == 0.02
    assert (moves["layer"], moves["verdict"]) == ("labour_move", "not testable")
    assert moves["reason"].startswith("no ties of this layer; only 0 ties")
    assert moves["n_needed"] > 0
    assert "1 separate, 0 not separate, 1 not testable" in str(result)
    assert "labour markets are not testable" in str(result)
    assert result.clusters["status"].to_list() == ["measured"] * 2
    assert result.clusters["low"].is_not_null().all()
    assert set(result.layers["status"]) == {"measured", "no ties of a member"}


def test_clusters_by_themselves_have_no_sibling():
    study, clustering = world(np.random.default_rng(6))
    result = separation(study, clustering, rule=SiblingRule(reach_km=5), draws=9, rng=1)
    assert result.pairs.height == 0
    assert set(result.clusters["status"]) == {"no sibling within 5 km"}
    assert "within 5 km" in str(result)


def test_the_order_of_rows_changes_nothing():
    study, clustering = world(np.random.default_rng(7), odds=2.0)
    shuffled = Study.of(
        organisations=study.organisations,
        linkages=study.linkages.sample(fraction=1, shuffle=True, seed=1),
    )
    one, other = (separation(each, clustering, draws=0, rng=1) for each in (study, shuffled))
    names = ["value", "low", "high", "n"]
    assert np.allclose(one.pairs[0].select(names), other.pairs[0].select(names))


def test_no_ties_at_all_and_no_coordinates_are_legal():
    study, clustering = world(np.random.default_rng(8))
    bare = Study.of(organisations=study.organisations)
    result = separation(bare, clustering, draws=9, rng=1)
    assert set(result.pairs["verdict"]) == {"not testable"}
    assert result.clusters["status"].str.starts_with("not testable").all()
    nowhere = study.organisations.with_columns(longitude=None, latitude=None)
    lost = Study.of(organisations=nowhere, linkages=study.linkages)
    found = separation(lost, clustering, layers=["supply"], draws=0, rng=1)
    assert "coordinates" in found.pairs["reason"][0]


def test_everything_at_one_point_is_legal():
    study, clustering = world(np.random.default_rng(9))
    there = study.organisations.with_columns(longitude=pl.lit(5.0), latitude=pl.lit(50.0))
    heap = Study.of(organisations=there, linkages=study.linkages)
    found = separation(heap, clustering, layers=["supply"], draws=0, rng=1)
    assert found.pairs["verdict"].to_list() == ["not testable"]
    assert "distance is not known" in found.pairs["reason"][0]


def test_an_unknown_layer_is_an_error():
    study, clustering = world(np.random.default_rng(9))
    assert layers_of(study) == ("labour_move", "supply")
    with pytest.raises(InvalidArgument, match="no linkage has the layer 'advice'"):
        separation(study, clustering, layers=["advice"])


def test_moves_come_from_spells_where_no_linkage_is_a_move():
    spells = pl.DataFrame({
        "person_id": ["p", "p"], "org_id": ["a", "b"], "start": ["2010-01-01", "2012-01-01"],
    }).with_columns(pl.col("start").str.to_date())  # fmt: skip
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a", "b"]}), spells=spells)
    ties = layer_ties(study, "labour_move")
    assert (ties.source.tolist(), ties.target.tolist()) == ([0], [1])


def test_siblings_by_hand():
    frame, label, _ = two_towns(np.random.default_rng(1))
    clustering = as_clustering(frame, label)
    (family,) = families(frame, clustering, SiblingRule())
    assert family.pairs.tolist() == [[0, 1]]
    assert family.km[0] == pytest.approx(12, abs=1.5)
    assert (family.label == label).all()
