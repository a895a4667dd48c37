"""What hangs on gatekeepers: by hand, brute force, special cases, coverage, bad input."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.linkages.planted_advice import clustering_of, planted, planted_clusters, tied
from tests.oracles.brokerage import reach as slow_reach

from buzzline.charts import chart
from buzzline.errors import InvalidArgument
from buzzline.linkages.advice_ties import advice_ties, by_cluster
from buzzline.linkages.brokerage import brokerage
from buzzline.linkages.external_reach import external_reach
from buzzline.linkages.reach_through import (
    external_reach_of,
    foremost_of,
    lost_shares,
)


def ties_of(pairs, *, n, members):
    study, clustering = tied(pairs, n=n, members=members)
    ((_, found),) = by_cluster(study, clustering, advice_ties(study, ["advice"]))
    return found


def test_shares_by_hand():
    # 0 - 1 - 2 inside; x tied to 0; y tied to 3, who has nobody inside
    ties = ties_of([(0, 1), (1, 2), (4, 0), (5, 3)], n=6, members=4)
    found = external_reach_of(ties)
    assert found.direct.tolist() == [1, 0, 0, 1]
    assert found.indirect == pytest.approx([0, 1 / 2, 1 / 3, 0])
    assert found.is_tied_both.tolist() == [True, False, False, False]
    # (5/6 through 0, and its own 1) of 17/6
    assert found.through == pytest.approx((5 / 6 + 1) / (5 / 6 + 2))
    assert found.mediated == pytest.approx([5 / 6, 0, 0, 0])
    assert foremost_of(found).tolist() == [0]
    # nobody left has a way out but 3, whose own tie stays
    assert lost_shares(ties, found, np.array([0])) == (1, pytest.approx(5 / 6 / (5 / 6 + 1)))


def test_two_gatekeepers_share_what_passes_both():
    ties = ties_of([(0, 2), (1, 2), (3, 0), (3, 1)], n=4, members=3)
    found = external_reach_of(ties)
    assert found.mediated == pytest.approx([1 / 4, 1 / 4, 0])
    assert lost_shares(ties, found, np.array([0])) == (0, 0)


@settings(max_examples=50)
@given(
    st.sets(st.tuples(st.integers(0, 6), st.integers(0, 10)), max_size=25),
    st.sets(st.integers(0, 6), max_size=3),
)
def test_reach_agrees_with_brute_force(drawn, removed):
    pairs = sorted((a, b) for a, b in drawn if a != b)
    ties = ties_of([*pairs, (0, 10)], n=11, members=7)
    inside = {(a, b) for a, b in pairs if b < 7}
    outside: dict[int, set[int]] = {10: {0}}
    for a, b in pairs:
        if b >= 7:
            outside.setdefault(b, set()).add(a)
    alive = np.array([i not in removed for i in range(7)])
    found = external_reach_of(ties, alive=alive)
    direct, indirect = slow_reach(inside, outside, 7, removed)
    assert found.direct == pytest.approx(direct)
    assert found.indirect == pytest.approx(indirect)
    assert found.mediated.sum() == pytest.approx(indirect.sum())


def test_with_one_gatekeeper_everything_hangs_on_it():
    pairs = [(i, j) for i in range(8) for j in range(i + 1, 8)]
    ties = ties_of(pairs + [(8, 0), (9, 0)], n=10, members=8)
    assert lost_shares(ties, external_reach_of(ties), np.array([0])) == (1, 1)
    spread = ties_of(pairs + [(8, i) for i in range(8)], n=10, members=8)
    alone = lost_shares(spread, external_reach_of(spread), np.array([0]))
    assert np.isnan(alone[0])  # nobody needs another
    assert alone[1] == 0


def test_intervals_cover_and_few_carry_what_is_planted():
    covered = []
    for n_gatekeepers in (1, 8):
        rows = []
        for seed in range(12):
            study, _ = planted(seed, n_gatekeepers=n_gatekeepers)
            rows.append(external_reach(study, planted_clusters(), draws=19, rng=seed).clusters)
        for cluster in ("c0", "c1"):
            own = [row.filter(cluster_id=cluster).row(0, named=True) for row in rows]
            for name, ends in (("value", ""), ("lost", "lost_")):
                mean = np.mean([row[name] for row in own])
                low, high = ([row[f"{ends}{end}"] for row in own] for end in ("low", "high"))
                covered += [a <= mean <= b for a, b in zip(low, high, strict=True)]
    # 95 % in the benchmark; 48 intervals, of two numbers each
    assert np.mean(covered) >= 0.95 - 2.5 * np.sqrt(0.95 * 0.05 / 48)


def test_what_the_foremost_carry_by_chance_is_seldom_beyond_chance():
    """Nobody is planted: the foremost carry more than members at random, as they always do."""
    rows = []
    for seed in range(8):
        study, _ = planted(seed, n_gatekeepers=0, others_outside=1.0 + 2 * (seed % 2))
        rows.append(external_reach(study, planted_clusters(), draws=39, rng=seed).clusters)
    found = pl.concat(rows)
    assert (found["value"] > found["at_random"]).mean() > 0.8
    assert (found["p"] <= 0.1).mean() <= 0.1 + 2.5 * np.sqrt(0.09 / found.height)


def test_a_tie_and_its_counter_tie_are_one_way():
    pairs = [(0, 1), (0, 2), (1, 3), (3, 1), (2, 3)]
    found = external_reach_of(ties_of(pairs, n=4, members=3), sources=np.array([0]))
    assert found.mediated == pytest.approx([0, 1 / 4, 1 / 4])


def test_large_clusters_are_seen_through_some_members():
    rng = np.random.default_rng(1)
    pairs = rng.integers(0, 500, (1500, 2)).tolist() + [
        [500 + i % 60, i % 90] for i in range(180)
    ]
    ties = ties_of([tuple(p) for p in pairs], n=560, members=500)
    everybody, some = np.arange(500), np.sort(rng.choice(500, 200, replace=False))
    top = foremost_of(external_reach_of(ties))
    whole, part = (
        lost_shares(ties, external_reach_of(ties, sources=who), top)[0]
        for who in (everybody, some)
    )
    assert part == pytest.approx(whole, abs=0.03)


def test_bad_input_has_a_reason():
    pairs = [(i, (i + d) % 12) for i in range(12) for d in (1, 2)]
    study, clustering = tied([*pairs, (12, 0)], n=20, members=12)
    found = external_reach(study, clustering, draws=9, rng=1)
    assert "fewer than 2 members tied inside and outside" in found.clusters["status"][0]
    assert "not testable" in str(found)
    assert chart(found).alt
    refused = external_reach(study, clustering, response_rate=0.6, draws=9, rng=1)
    assert "2 more answers needed" in refused.clusters["status"][0]
    with pytest.raises(InvalidArgument, match="at least 1 draw"):
        external_reach(study, clustering, draws=0)
    none = clustering_of(study, np.full(20, -1))
    assert "there is no cluster" in str(external_reach(study, none, rng=1))


def test_brokers_of_a_planted_cluster():
    study, truth = planted(2, n_gatekeepers=3)
    found = brokerage(study, planted_clusters(), draws=39, rng=1)
    gate = truth.members.filter("is_gatekeeper")["org_id"]
    own = found.roles.filter(role="gatekeeper").join(truth.members, on="org_id")
    first = own.sort("value", descending=True).head(gate.len())["org_id"]
    assert set(first) == set(gate)
    ties = found.members.filter(found.members["constraint"] > 9 / 8 + 1e-9)
    assert ties.height == 0
    assert ((found.roles["p"] > 0) & (found.roles["p"] <= 1)).all()


def test_brokerage_says_why_it_cannot_be_told():
    study, clustering = tied([(0, 1), (15, 16)], n=20, members=6)
    found = brokerage(study, clustering, response_rate=0.5, draws=9, rng=1)
    assert found.members.height == 0
    assert "below 70%" in found.clusters["status"][0]
    assert chart(found).alt
    alone, few = tied([(15, 16)], n=20, members=6)
    assert "no member has a tie" in brokerage(alone, few, draws=9, rng=1).clusters["status"][0]
    with pytest.raises(InvalidArgument, match="at least 2 draws"):
        brokerage(study, clustering, draws=1)
