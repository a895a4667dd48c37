"""Pipelines and their rates: by hand, against references, size and coverage."""

from datetime import date
from math import exp, log

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.linkages.pipeline_rates import comparable, hotspot_share, rate_ratio
from buzzline.linkages.pipelines import Pipelines, ending_elsewhere, pipelines_of
from buzzline.tables.study import Study

# a and b stand together, c 1,000 km away in their country, d abroad
PLACES = pl.DataFrame({
    "org_id": list("abcd"), "longitude": [0.0, 0.0, 9.0, 20.0], "latitude": 0.0,
    "country": ["FR", "FR", "FR", "DE"],
})  # fmt: skip


def tied(*ties, **columns):
    ends = pl.DataFrame({"source": [t[0] for t in ties], "target": [t[1] for t in ties],
                         "layer": [t[2] for t in ties]})  # fmt: skip
    given = [pl.Series(name, values) for name, values in columns.items()]
    return Study.of(organisations=PLACES, linkages=ends.with_columns(given))


def test_a_distant_contract_is_a_pipeline_of_both_ends_by_hand():
    ties = [("a", "b", "supply"), ("a", "c", "supply"), ("a", "d", "supply")]
    found = pipelines_of(tied(*ties, formal=[True, True, False]))
    # a-b is local, a-d without a contract; a-c stands in both rows, at the national scale
    assert found.held().tolist() == [[0, 1, 0], [0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert "without sign of an investment" in found.notes[0]


def tied_layers():
    return tied(("a", "c", "research"), ("a", "d", "citation"))


def test_layers_that_are_investments_count_without_a_contract():
    assert pipelines_of(tied_layers()).held().sum() == 2
    every = pipelines_of(tied_layers(), layers=["citation"])
    assert every.held().tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0], [0, 0, 1]]


def test_a_consortium_is_one_investment_of_each_member_split_over_distant_partners():
    # one project of all four, and nineteen others that make records tell projects apart
    ties = [
        (one, other, "research") for k, one in enumerate("abcd") for other in "abcd"[k + 1 :]
    ]
    ties += [("a", "b", "research")] * 19
    names = ["P0"] * 6 + [f"P{k}" for k in range(1, 20)]
    found = pipelines_of(tied(*ties, observed_by=names))
    assert found.held().sum(axis=1).tolist() == [1, 1, 1, 1]
    assert found.held()[0].tolist() == [0, 0.5, 0.5]


def test_repeated_ties_of_the_same_two_are_one_and_directions_do_not_matter():
    found = pipelines_of(
        tied(("a", "c", "licence"), ("c", "a", "licence"), ("a", "a", "licence"))
    )
    assert found.held().sum(axis=1).tolist() == [1, 0, 1, 0]


def test_a_year_keeps_what_lasts_in_it():
    study = tied(("a", "c", "licence"), ("a", "d", "licence"),
                 start=[date(2010, 1, 1), None], end=[date(2012, 6, 1), None])  # fmt: skip
    assert [pipelines_of(study, year=y).held()[0].sum() for y in (2009, 2012, 2013)] == [
        1,
        2,
        1,
    ]


def test_nothing_shown_says_so_and_an_unknown_layer_is_refused():
    said = pipelines_of(tied(("a", "d", "citation"))).notes
    assert said[0].startswith("No pipelines: no tie shows an investment")
    assert pipelines_of(Study.of(organisations=PLACES)).notes == ("There are no ties.",)
    with pytest.raises(InvalidArgument, match="no layer 'phone'"):
        pipelines_of(tied_layers(), layers=["phone"])


def test_ties_without_a_place_are_left_out_and_counted():
    study = tied(("a", "c", "licence"))
    lost = study.organisations.with_columns(
        longitude=pl.when(pl.col("org_id") == "c").then(None).otherwise("longitude")
    )
    found = pipelines_of(study.with_table("organisations", lost))
    assert found.holder.size == 0
    assert any("unknown scale" in note for note in found.notes)


def test_a_hotspot_is_a_cluster_of_which_the_holder_is_no_member():
    found = pipelines_of(tied(("a", "c", "licence"), ("a", "d", "licence")))
    one, two = np.array([0, 2]), np.array([3])
    hot = ending_elsewhere(found, [one, two])
    ends = {(int(h), int(p)): bool(x) for h, p, x in
            zip(found.holder, found.partner, hot, strict=True)}  # fmt: skip
    assert ends == {(0, 2): False, (0, 3): True, (2, 0): False, (3, 0): True}


def drawn(rng, *, members, others=200, mean=1.5, ratio=1.0, spread=1.0, together=0.0):
    """Pipelines of members and others; a share of them in projects of ten neighbours."""
    n = members + others
    each = rng.gamma(spread, mean / spread, n) * np.where(np.arange(n) < members, ratio, 1.0)
    alone = rng.poisson(each * (1 - together))
    holder = [np.repeat(np.arange(n), alone)]
    investment = [np.arange(alone.sum())]
    for first in range(0, n, 10):
        held = rng.poisson(mean * (ratio if first < members else 1.0) * together)
        team = np.arange(first, min(first + 10, n))
        holder.append(np.tile(team, held))
        start = investment[-1].max(initial=alone.sum()) + 1
        investment.append(np.repeat(start + np.arange(held), team.size))
    holder = np.concatenate(holder).astype(np.int32)
    same = np.zeros(holder.size, np.int32)
    return Pipelines(holder, same, np.ones(holder.size), same,
                     np.concatenate(investment).astype(np.int32), n, ())  # fmt: skip


def compared(members, others=200):
    inside = np.arange(members + others) < members
    alike = np.zeros(members + others, np.int32)
    return comparable(inside, ~inside, (alike, alike), place=np.arange(members + others) // 10)


def test_rates_and_their_ratio_by_hand():
    # 5 members with 2 each, 20 others with 1 each
    holder = np.concatenate([np.repeat(np.arange(5), 2), np.arange(5, 25)]).astype(np.int32)
    same = np.zeros(30, np.int32)
    lines = Pipelines(holder, same, np.ones(30), same, np.arange(30, dtype=np.int32), 25, ())
    found = rate_ratio(lines, compared(5, 20))
    assert (found.rate, found.expected, found.n) == pytest.approx((2, 1, 10))
    assert found.value == pytest.approx(log(10.5 / 5.5))
    assert found.low < found.value < found.high
    assert found.low_rate < 1 < found.high_rate


def test_the_variance_of_independent_counts_is_that_of_poisson():
    rng = np.random.default_rng(1)
    found = rate_ratio(drawn(rng, members=400, others=4000, spread=1e6), compared(400, 4000))
    half = (found.high - found.low) / 2 / 1.96
    assert half == pytest.approx(np.sqrt(1 / 600 + 1 / 6000), rel=0.1)


def test_a_consortium_of_ten_counts_as_one():
    rng = np.random.default_rng(2)
    alone = rate_ratio(drawn(rng, members=100), compared(100))
    together = rate_ratio(drawn(rng, members=100, together=0.9), compared(100))
    assert together.n_worth < 0.35 * alone.n_worth
    assert together.high - together.low > 1.6 * (alone.high - alone.low)


@pytest.mark.parametrize("ratio", [1.0, 0.4])
@pytest.mark.parametrize("setting", [{}, {"together": 0.7}, {"spread": 0.3}])
def test_intervals_cover_and_the_test_keeps_its_size(ratio, setting):
    inside, fell = [], []
    pair = compared(30)
    for seed in range(250):
        lines = drawn(np.random.default_rng(seed), members=30, ratio=ratio, **setting)
        found = rate_ratio(lines, pair)
        inside.append(found.low <= log(ratio) <= found.high)
        fell.append(found.p <= 0.05)
    assert np.mean(inside) >= 0.9  # 0.95 less 3.6 standard errors
    if ratio == 1:
        assert np.mean(fell) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 250)


def test_as_many_pipelines_as_needed_show_twice_as_many():
    needed = rate_ratio(drawn(np.random.default_rng(3), members=30), compared(30)).n_needed
    members = int(needed / 1.5)
    pair = compared(members)
    seen = [
        rate_ratio(drawn(np.random.default_rng(s), members=members, ratio=2), pair).p <= 0.05
        for s in range(200)
    ]
    assert np.mean(seen) > 0.72


def test_verdicts_say_when_there_are_too_few():
    few = rate_ratio(drawn(np.random.default_rng(1), members=5, mean=0.3), compared(5))
    assert few.verdict == "not enough pipelines"
    many = rate_ratio(
        drawn(np.random.default_rng(1), members=300, others=2000), compared(300, 2000)
    )
    assert many.verdict in ("as others", "somewhat more", "somewhat fewer")
    assert abs(many.value) < log(1.25)
    twice = rate_ratio(drawn(np.random.default_rng(1), members=100, ratio=3), compared(100))
    assert twice.verdict == "more"


def test_others_without_any_pipeline_are_no_yardstick():
    holder = np.zeros(4, np.int32)
    lines = Pipelines(holder, holder, np.ones(4), holder, np.arange(4, dtype=np.int32), 60, ())
    found = rate_ratio(lines, compared(20, 40))
    assert found.verdict == "not testable"
    assert np.isnan(found.value)


def test_others_are_mixed_as_members_are_by_hand():
    # members: 2 large, 1 small; others: 10 large with 4 pipelines, 10 small with 1
    fine = np.array([1, 1, 0] + [1] * 10 + [0] * 10, np.int32)
    inside = np.arange(23) < 3
    pair = comparable(inside, ~inside, (fine, np.zeros(23, np.int32)), place=np.arange(23))
    holder = np.concatenate([np.repeat(np.arange(3, 13), 4), np.arange(13, 23)]).astype(
        np.int32
    )
    same = np.zeros(50, np.int32)
    lines = Pipelines(holder, same, np.ones(50), same, np.arange(50, dtype=np.int32), 23, ())
    assert pair.weight.sum() == pytest.approx(1)
    assert rate_ratio(lines, pair).expected == pytest.approx((2 * 4 + 1) / 3)


def test_members_without_comparable_organisations_are_left_out_and_counted():
    fine = np.array([0, 0, 1] + [0] * 12, np.int32)
    inside = np.arange(15) < 3
    pair = comparable(inside, ~inside, (fine, fine), place=np.arange(15))
    assert pair.members.tolist() == [0, 1]
    assert pair.n_alone == 1


def test_share_of_hotspots_covers():
    inside = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        lines = drawn(rng, members=60, mean=2)
        own = rng.beta(2, 2, lines.n_organisations)  # each holder has a taste of its own
        hot = rng.random(lines.holder.size) < own[lines.holder]
        share, low, high, expected, p = hotspot_share(lines, hot, compared(60))
        inside.append(low <= 0.5 <= high)
        assert 0 <= share <= 1
        assert 0 < expected < 1
        assert 0 < p <= 1
    assert np.mean(inside) >= 0.89


def test_the_band_and_the_interval_agree_at_the_null():
    found = rate_ratio(drawn(np.random.default_rng(5), members=200, others=2000),
                       compared(200, 2000))  # fmt: skip
    band = log(found.high_rate / found.low_rate)
    assert band == pytest.approx(found.high - found.low, rel=0.35)
    assert exp(found.value) == pytest.approx(found.rate / found.expected, rel=0.02)
