"""Worlds of deals: what is planted is there."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import make_world, null_world, plant_investments

WORLD = make_world(organisations=900, clusters=9, industries=3, rng=1)


def planted(number: int = 1, **choices):
    rng = np.random.default_rng(number)
    return plant_investments(WORLD.study, WORLD.truth.cluster, rng=rng, **choices)


def log_odds_ratio(deals: pl.DataFrame, stratum: list[str]) -> float:
    """Return ln of the Mantel-Haenszel odds ratio of landing in a similar cluster."""
    above = below = 0.0
    for _, some in deals.group_by(stratum):
        start, lands = some["from_cluster"], some["lands_similar"]
        above += (start & lands).sum() * (~start & ~lands).sum() / some.height
        below += (start & ~lands).sum() * (~start & lands).sum() / some.height
    return float(np.log(above / below))


def test_the_three_industries_of_the_theory_give_its_golden_ratios():
    _, truth = planted(confounded=True)
    assert (round(truth.risk_ratio, 2), round(truth.odds_ratio, 2)) == (3.17, 4.93)
    assert truth.times == 1.0


def across_borders(study, truth) -> pl.DataFrame:
    """Return the deals between countries, with the country they come from."""
    country = study.organisations.select("org_id", "country")
    both = truth.deals.join(country, left_on="source", right_on="org_id").join(
        country, left_on="target", right_on="org_id", suffix="_target"
    )
    return both.filter(pl.col("country") != pl.col("country_target")).with_columns(one=1)


def test_what_is_expected_is_what_was_planted_whatever_the_country():
    for choices in ({}, {"confounded": True}, {"times": 5.0}, {"times": 3.0, "giants": 2}):
        truth = planted(4, **choices)[1]
        held = truth.expected.filter(pl.col("held") == "industry and country")
        assert held["across"].to_list() == ["borders", "all"]
        assert held["odds_ratio"].to_list() == pytest.approx([truth.times] * 2)
    confounded = planted(4, confounded=True)[1].expected.row(0, named=True)
    assert confounded["risk_ratio"] == pytest.approx(3.17, abs=1)
    assert planted(4, confounded=True)[1].expected["risk_ratio"][2] == pytest.approx(1)


def test_recovers_the_truth_within_industries_and_countries_and_pooled():
    within, pooled, expected, effect = [], [], [], []
    for number in range(12):
        study, truth = planted(number, confounded=True)
        deals = across_borders(study, truth)
        within.append(log_odds_ratio(deals, ["industry", "country"]))
        pooled.append(log_odds_ratio(deals, ["one"]))
        expected.append(np.log(truth.expected["odds_ratio"][0]))
        deals = across_borders(*planted(number, times=5.0))
        effect.append(log_odds_ratio(deals, ["industry", "country"]))
    for found, wanted in ((within, 0), (pooled, np.mean(expected)), (effect, np.log(5))):
        assert np.mean(found) == pytest.approx(wanted, abs=2.5 * np.std(found) / np.sqrt(11))


def test_nobody_lands_in_its_own_cluster_where_there_are_others():
    study, truth = planted(2, times=5.0)
    of = dict(zip(study.organisations["org_id"], WORLD.truth.cluster, strict=True))
    ends = truth.deals.filter("from_cluster", "lands_similar").select("source", "target")
    assert ends.height > 50
    assert all(of[one] != of[other] for one, other in ends.iter_rows())


def test_giants_make_half_of_the_deals():
    _, truth = planted(giants=2)
    counts = truth.deals.group_by("group").len()["len"].sort(descending=True)
    assert counts.head(2).sum() / counts.sum() == pytest.approx(0.5, abs=0.1)


def test_deals_spread_over_years_modes_functions_and_countries():
    study, truth = planted()
    assert truth.deals.height == 600
    assert set(truth.deals["mode"]) == {"acquisition", "affiliate", "investment"}
    assert truth.deals["year"].n_unique() == 10
    assert truth.deals["is_horizontal"].mean() == pytest.approx(truth.horizontal, abs=0.08)
    ends = study.linkages.with_row_index("row").join(
        truth.deals, left_on="row", right_on="deal"
    )
    assert ends.height == 600
    targets = study.establishments.join(truth.deals, left_on="org_id", right_on="target")
    assert targets["function"].drop_nulls().n_unique() >= 4


def test_equal_seeds_give_equal_worlds():
    assert planted(3)[0].fingerprint == planted(3)[0].fingerprint
    assert planted(3)[0].fingerprint != planted(4)[0].fingerprint


def test_a_world_without_clusters_is_refused_with_a_reason():
    empty = null_world(organisations=100, rng=1)
    with pytest.raises(InvalidArgument, match="more clusters"):
        plant_investments(empty.study, empty.truth.cluster, rng=np.random.default_rng(1))
    with pytest.raises(InvalidArgument, match="one each"):
        plant_investments(empty.study, np.zeros(3, np.int32), rng=np.random.default_rng(1))
