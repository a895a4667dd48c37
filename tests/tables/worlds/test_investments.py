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


def log_odds_ratio(deals: pl.DataFrame, stratum: str) -> float:
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


def test_recovers_the_truth_within_industries_and_pooled():
    within, pooled = [], []
    for number in range(8):
        deals = planted(number, confounded=True)[1].deals.with_columns(one=1)
        within.append(log_odds_ratio(deals, "industry"))
        pooled.append(log_odds_ratio(deals, "one"))
    assert np.mean(within) == pytest.approx(0, abs=3 * np.std(within) / np.sqrt(7) + 0.05)
    assert np.mean(pooled) == pytest.approx(np.log(4.93), abs=0.5)
    with_effect = [log_odds_ratio(planted(k, times=5.0)[1].deals, "industry") for k in range(5)]
    assert np.mean(with_effect) == pytest.approx(np.log(5), abs=0.35)


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
