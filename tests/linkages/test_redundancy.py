"""What breaks when gatekeepers leave: planted clusters, refusals, invariants."""

import numpy as np
import polars as pl
import pytest
from tests.linkages.planted_redundancy import (
    KINDS,
    outside_of,
    planted,
    study_of,
    thinned,
    truth,
)

from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages import Redundancy, RedundancyRule, redundancy
from buzzline.linkages.recorded_ties import RecordedTies, recorded_ties
from buzzline.linkages.redundancy_rows import cluster_found, largest_loss
from buzzline.network import Recorded, build_network, open_cluster, percolation_access
from buzzline.tables.study import Study

SOME = RedundancyRule(recorded=0.9)


def found(recorded, **choices):
    study, clustering = study_of(recorded)
    return redundancy(study, clustering, **{"draws": 39, "rng": 1, **choices})


def tied(n, pairs):
    ends = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return Recorded(n, ends, np.ones(len(ends)), np.arange(len(ends)))


def test_one_gatekeeper_carries_everything():
    whole = planted(gatekeepers=1, outward=6, degree=8, rng=np.random.default_rng(1))
    row = found(whole, rule=RedundancyRule(recorded=1.0)).clusters.row(0, named=True)
    assert row["verdict"] == "vulnerable"
    assert row["value"] == row["low"] == row["high"] == 1
    assert row["n_gatekeepers"] == 1
    assert row["n_needed"] > 1


def test_eight_gatekeepers_in_a_dense_cluster_are_redundant():
    whole = planted(gatekeepers=8, degree=8, rng=np.random.default_rng(2))
    answer = found(whole)
    row = answer.clusters.row(0, named=True)
    assert isinstance(answer, Redundancy)
    assert row["verdict"] == "redundant"
    assert row["high"] <= 0.1
    assert row["access_recorded"] > 0.8
    assert "1 redundant" in str(answer)


def test_the_gatekeeper_that_matters_most_is_named():
    # members 1 to 9 hang by 0; 10 to 12 by 13
    pairs = [(0, i) for i in range(1, 10)] + [(13, i) for i in range(10, 13)]
    whole = tied(14, [*pairs, *[(0, 14)] * 2, (13, 14)])
    answer = found(whole, rule=RedundancyRule(recorded=1.0))
    row = answer.clusters.row(0, named=True)
    assert row["worst_id"] == "m000"
    assert row["lost_recorded"] == pytest.approx(0.75, abs=0.05)
    top = answer.members.row(0, named=True)
    assert (top["org_id"], top["n_cut_off"], top["n_external"]) == ("m000", 9, 2)
    assert row["n_cutting"] == 2


@pytest.mark.parametrize("kind", [
    "random", "projects", *[pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS[1:3]],
])  # fmt: skip
def test_ranges_over_missing_ties_cover_what_all_ties_give(kind):
    n, hit, access_hit, wrong = 16, 0, 0, 0
    for seed in range(n):
        rng = np.random.default_rng([seed, KINDS.index(kind)])
        whole = planted(kind, rng=rng)
        access, lost = truth(whole, draws=400)
        known = thinned(whole, 0.8, rng)
        row = cluster_found(
            known, outside_of(known), rule=RedundancyRule(recorded=0.8), draws=39, level=0.95,
            seed=seed,
        ).cluster  # fmt: skip
        hit += row["low"] <= lost <= row["high"]
        access_hit += row["access_low"] <= access <= row["access_high"]
        wrong += (row["verdict"] == "redundant") and lost > 0.1
        wrong += (row["verdict"] == "vulnerable") and lost <= 0.1
    # 16 trials at 95 %: fewer than 13 with probability 0.007
    assert hit >= 13
    assert access_hit >= 13
    assert wrong <= 2


def test_p_is_small_only_where_it_matters_between_whom_ties_are():
    p = []
    for seed in range(20):
        whole = planted("random", n=40, rng=np.random.default_rng([seed, 7]))
        p.append(
            cluster_found(whole, outside_of(whole), rule=SOME, draws=39, level=0.95, seed=seed)
            .cluster["access_p"]
        )  # fmt: skip
    # 20 trials at 5 %: more than 4 with probability 0.003
    assert sum(value <= 0.05 for value in p) <= 4
    # two halves, one without a way out: dealing anew joins them
    rng = np.random.default_rng(8)
    half = [(i, j) for i in range(20) for j in range(i) if rng.random() < 0.3]
    apart = tied(40, [*half, *[(i + 20, j + 20) for i, j in half], (0, 40), (1, 40), (2, 40)])
    row = cluster_found(
        apart, outside_of(apart), rule=SOME, draws=39, level=0.95, seed=1
    ).cluster
    assert row["access_p"] <= 0.05
    assert row["access_recorded"] < row["access_expected_low"]


def test_recorded_ties_bound_from_below():
    whole = planted(rng=np.random.default_rng(3))
    known = thinned(whole, 0.7, np.random.default_rng(4))
    full, part = (found(one).members.sort("org_id") for one in (whole, known))
    for name in ("widest", "conductance", "n_ways"):
        assert (part[name] <= full[name] + 1e-9).all()
    assert (part["conductance"] <= part["conductance_high"] + 1e-9).mean() > 0.99


def test_largest_loss_is_not_the_largest_of_noise():
    # forty gatekeepers alike, each with one member of its own: each cuts off 1 of 40
    pairs = [(i, i + 40) for i in range(40)] + [(i, 80) for i in range(40)]
    cluster = tied(80, pairs).cluster()
    few = [
        largest_loss(cluster, percolation_access(cluster, draws=20, rng=seed))[1]
        for seed in range(60)
    ]
    assert np.mean(few) == pytest.approx(1 / 40, rel=0.1)


def test_invariant_names_and_order_of_ties_change_nothing():
    study, clustering = study_of(planted(rng=np.random.default_rng(5)))
    turned = study.with_table(
        "linkages",
        study.linkages.reverse().rename({"source": "target", "target": "source"}),
    )
    one, other = (redundancy(s, clustering, draws=19, rng=1) for s in (study, turned))
    for name in ("conductance", "widest", "two_ways", "n_cutting", "n_gatekeepers"):
        assert one.clusters[name].to_list() == pytest.approx(other.clusters[name].to_list())


def test_ties_one_by_one_make_the_cluster_that_the_network_gives():
    study, clustering = study_of(planted("projects", rng=np.random.default_rng(6)))
    members = np.arange(clustering.members.height)
    ties = recorded_ties(study)
    assert isinstance(ties, RecordedTies)
    network = build_network(study, directed=False)
    one, other = ties.cluster(members), open_cluster(network, members)
    assert (one.ends == other.ends).all()
    assert one.weight == pytest.approx(other.weight)
    assert (one.n_external == other.n_external).all()


@pytest.mark.parametrize(("recorded", "verdict", "words"), [
    (tied(3, [(0, 1), (1, 2), (0, 3)]), "not testable", "3 members"),
    (tied(20, [(0, 1), (1, 2), (2, 3)]), "not testable", "3 pairs, none of them outside"),
    (tied(20, [(i, i + 1) for i in range(19)]), "no way out", "no recorded tie leads outside"),
    (tied(20, [(i, 20) for i in range(8)]), "not testable", "no recorded tie among members"),
    (tied(20, [(0, 1), *[(i, 20) for i in range(19)]]), "each on its own", "1 of 20 members"),
    (tied(20, [(0, 1), (5, 6), *[(i, 20) for i in (0, 1)]]), "not testable", "not tied to those"),
])  # fmt: skip
def test_what_cannot_be_said_has_its_reason(recorded, verdict, words):
    answer = found(recorded, rule=RedundancyRule(recorded=1.0))
    row = answer.clusters.row(0, named=True)
    assert row["verdict"] == verdict
    assert words in row["reason"]
    assert verdict in str(answer)
    assert answer.members.height == recorded.n


def test_a_cluster_none_of_whose_members_has_a_tie():
    study, clustering = study_of(tied(6, [(0, 1), (1, 6)]))
    others = study.linkages.head(0)
    more = pl.concat([others, pl.DataFrame({"source": ["x000"], "target": ["m005"], "layer": ["supply"]})],
                     how="diagonal_relaxed")  # fmt: skip
    alone = study.with_table("linkages", more)
    ids = clustering.members["org_id"]
    members = clustering.members.filter(ids != "m005")
    bare = type(clustering)(
        clustering.clusters, members, pl.DataFrame(), clustering.coverage, 0.95, 0.05, 0
    )
    row = redundancy(alone, bare, draws=19, rng=1).clusters.row(0, named=True)
    assert "no member has a tie" in row["reason"]
    nobody = type(clustering)(clustering.clusters.head(0), members.head(0), pl.DataFrame(),
                              clustering.coverage, 0.95, 0.05, 0)  # fmt: skip
    assert "no clusters" in str(redundancy(alone, nobody, draws=19, rng=1))


def test_too_few_draws_say_how_many_would_do():
    row = found(planted(rng=np.random.default_rng(9)), draws=5).clusters.row(0, named=True)
    assert row["verdict"] == "not testable"
    assert "at least 19" in row["reason"]
    assert found(planted(rng=np.random.default_rng(9)), draws=0).clusters["reason"][0]


def test_bad_input_is_refused_with_a_remedy():
    study, clustering = study_of(planted(rng=np.random.default_rng(10)))
    for level in (0.0, 1.0):
        with pytest.raises(InvalidArgument, match="level"):
            redundancy(study, clustering, level=level)
    with pytest.raises(InvalidArgument, match="recorded"):
        redundancy(study, clustering, rule=RedundancyRule(recorded=0.0))
    with pytest.raises(InvalidArgument, match="layers are research"):
        redundancy(study, clustering, layers=["gossip"])
    bare = study.with_table(
        "linkages", study.linkages.with_columns(weight=pl.lit(None, pl.Float64))
    )
    with pytest.raises(InvalidArgument, match="have no `weight`"):
        redundancy(bare, clustering, rule=RedundancyRule(weighing="weight"))
    nothing = Study.of(organisations=study.organisations)
    with pytest.raises(TooFew, match="no linkages"):
        redundancy(nothing, clustering)


def test_ties_to_oneself_and_duplicates_are_legal():
    whole = planted(rng=np.random.default_rng(11))
    study, clustering = study_of(whole)
    loops = study.linkages.with_columns(target=pl.col("source"))
    twice = study.with_table("linkages", pl.concat([study.linkages, study.linkages, loops]))
    one, two = (redundancy(s, clustering, draws=19, rng=1).clusters for s in (study, twice))
    assert two["conductance"][0] == pytest.approx(2 * one["conductance"][0])
    assert two["two_ways"][0] == one["two_ways"][0]
    assert two["n_ties"][0] == one["n_ties"][0]
