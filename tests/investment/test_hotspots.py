"""Hotspots: by hand, collapses, coverage, size, giants and bad input."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.investment.between_clusters import dealt

from buzzline.charts import charts_of
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.arrival_shares import (
    dealt_by_size,
    foremost_share,
    pair_concentration,
)
from buzzline.investment.hotspots import hotspots


def test_pairs_of_different_groups_by_hand():
    """Groups 0 (2 in A), 1 (1 in A), 2 (1 in B): 10 ordered pairs across, 4 in A."""
    found = pair_concentration(np.array([0, 0, 1, 2]), np.array([0, 0, 0, 1]))
    assert found.value == pytest.approx(4 / 10)
    assert "3" not in found.method or "needed" in found.method  # too few groups
    assert np.isnan(found.low)
    assert np.isnan(pair_concentration(np.zeros(5, int), np.zeros(5, int)).value)


def test_one_deal_a_group_is_the_unbiased_herfindahl():
    place = np.array([0] * 6 + [1] * 3 + [2])
    found = pair_concentration(np.arange(10), place)
    assert found.value == pytest.approx((6 * 5 + 3 * 2) / (10 * 9))
    assert found.low < found.value < found.high


def _drawn(seed, n_groups, k, giants=0):
    """Deals of groups that differ in where they go; what is true on average."""
    rng = np.random.default_rng(seed)
    p = np.random.default_rng(7).dirichlet(np.full(k, 0.8))
    group, place = [], []
    for g in range(n_groups):
        m = n_groups // 3 if g < giants else 1 + rng.poisson(1.0)
        group += [g] * m
        place += rng.choice(k, m, p=rng.dirichlet(p * 8)).tolist()
    return np.array(group), np.array(place), p


@pytest.mark.parametrize(("n_groups", "k", "giants"), [(20, 12, 0), (60, 40, 0), (90, 30, 2)])
def test_concentration_covers(n_groups, k, giants):
    covered = []
    for seed in range(150):
        group, place, p = _drawn(seed, n_groups, k, giants)
        found = pair_concentration(group, place)
        covered.append(found.low <= (p**2).sum() <= found.high)
    assert np.mean(covered) >= 0.95 - 2.5 * np.sqrt(0.95 * 0.05 / 150)


def test_plain_index_and_plain_foremost_are_too_large():
    """What the mended ones are for: nothing stands out, and few deals say otherwise."""
    plain, mended, top, named = [], [], [], []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        place = rng.integers(20, size=40)
        counts = np.sort(np.bincount(place, minlength=20))[::-1]
        plain.append(((counts / 40) ** 2).sum())
        mended.append(pair_concentration(np.arange(40), place).value)
        top.append(counts[:4].sum() / 40)
        named.append(foremost_share(np.arange(40), place, 20, rng=seed)[0].value)
    assert np.mean(mended) == pytest.approx(0.05, abs=0.004)
    assert np.mean(plain) > 0.07
    assert np.mean(named) == pytest.approx(0.2, abs=0.03)
    assert np.mean(top) > 0.3


def test_the_foremost_share_hardly_hangs_on_the_seed():
    rng = np.random.default_rng(3)
    group, place = rng.integers(40, size=120), rng.integers(8, size=120)
    told = [foremost_share(group, place, 8, rng=seed)[0].value for seed in range(8)]
    assert np.ptp(told) < 0.03


def test_dealing_by_size_keeps_parcels_and_industries():
    rng = np.random.default_rng(1)
    group, place = np.array([0, 0, 0, 1, 2]), np.array([0, 0, 1, 2, 3])
    industry, size = np.array([0, 0, 1, 1], np.int32), np.array([3.0, 1.0, 2.0, 2.0])
    counts, found = dealt_by_size(group, place, industry, size=size, draws=4000, rng=rng)
    assert (counts[:, :2].sum(axis=1) == 3).all()
    assert (counts[:, 2:].sum(axis=1) == 2).all()
    assert counts.mean(axis=0) == pytest.approx([2.25, 0.75, 1, 1], abs=0.08)
    assert set(counts[:, 0]) == {0, 1, 2, 3}  # two of group 0 go together, one alone
    assert np.mean(counts[:, 0] == 2) == pytest.approx(0.75 * 0.25, abs=0.03)
    # pairs across groups: 14 ordered; 1 with 2 in the same place half of the time
    assert found.mean() == pytest.approx(1 / 14, abs=0.01)


def test_p_is_uniform_where_deals_follow_size_even_with_giants():
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        size = rng.integers(5, 40, size=12).astype(float)
        group = np.concatenate([np.arange(30), np.full(30, 30)])
        home = rng.choice(12, 61, p=size / size.sum())
        place = np.where(group < 30, home[:60], home[60])  # the giant goes to one cluster only
        same = np.zeros(12, np.int32)
        _, chance = dealt_by_size(group, place, same, size=size, draws=99, rng=rng)
        value = pair_concentration(group, place).value
        p.append((1 + (chance >= value - 1e-12).sum()) / 100)
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 2.5 * np.sqrt(0.09 / 60)
    assert 0.35 < np.mean(p) < 0.65


def test_a_planted_hotspot_is_found():
    rng = np.random.default_rng(3)
    deals = [(g, int(rng.integers(8)), 0 if rng.random() < 0.5 else int(rng.integers(8)))
             for g in range(120)]  # fmt: skip
    study, clustering = dealt(deals, 8)
    found = hotspots(study, clustering, draws=199, rng=1)
    first = found.clusters.row(0, named=True)
    assert (first["cluster_id"], first["status"]) == ("c0", "measured")
    assert first["q"] <= 0.05
    assert first["low"] <= 0.5 + 0.5 / 8 <= first["high"]
    assert found.industries["p"][0] <= 0.05
    assert "more than their size gives, first Park 0" in str(found)
    assert found.clusters.filter(found.clusters["q"] <= 0.05).height == 1


def test_one_group_with_half_the_deals_is_no_hotspot():
    deals = [(0, 9, 3)] * 40 + [(1 + k, 9, k % 8) for k in range(40)]
    study, clustering = dealt(deals, 10, sizes=[10] * 10)
    found = hotspots(study, clustering, draws=199, rng=1)
    assert found.industries["p"][0] > 0.05
    assert "One group is behind 50% of all deals" in str(found)
    first = found.clusters.row(0, named=True)
    assert first["n_groups"] == 6
    assert first["low"] is None
    assert "no interval" in first["status"]


def test_industries_are_told_apart_and_small_ones_said():
    deals = [(k, -1, 0 if k % 3 else 2) for k in range(30)] + [(50, 0, 1), (51, 1, 3)]
    study, clustering = dealt(deals, 5, industries=("optics", "steel", "optics", "toys", "x"))
    found = hotspots(study, clustering, draws=99, rng=1)
    rows = {row["industry"]: row for row in found.industries.to_dicts()}
    assert rows["optics"]["n_deals"] == 30
    assert rows["steel"]["status"] == "not testable: one cluster"
    assert rows["all industries"]["n_clusters"] == 5
    alone = found.clusters.filter(found.clusters["industry"] == "steel").row(0, named=True)
    assert (alone["status"], alone["value"]) == ("only cluster of its industry", None)
    for spec in charts_of("hotspots", found).values():
        assert spec.alt


def test_declared_clusters_may_lack_an_industry():
    deals = [(k, k % 3, (k + 1) % 4) for k in range(40)]
    study, clustering = dealt(deals, 4)
    frame = clustering.clusters.with_columns(industry=pl.lit(None, pl.String))
    bare = replace(clustering, clusters=frame)
    found = hotspots(study, bare, draws=99, rng=1)
    assert found.clusters["industry"].unique().to_list() == ["no industry told"]
    assert found.clusters["value"].null_count() == 0


def test_ties_without_direction_arrive_at_both_ends():
    deals = [(k, k % 3, 3) for k in range(24)]
    study, clustering = dealt(deals, 4, layer="research")
    found = hotspots(study, clustering, layers=["research"], draws=99, rng=1)
    assert found.clusters["n_deals"].sum() == 48
    assert found.clusters["cluster_id"][0] == "c3"
    with pytest.raises(InvalidArgument, match="not counted together"):
        hotspots(study, clustering, layers=["research", "investment"])
    with pytest.raises(InvalidArgument, match="no linkage has the layer 'citation'"):
        hotspots(study, clustering, layers=["citation"])
    with pytest.raises(TooFew, match="no ties in"):
        hotspots(study, clustering)


def test_bad_input_has_a_reason():
    study, clustering = dealt([(0, 0, 1), (1, 1, 0)], 2)
    few = hotspots(study, clustering, draws=9, rng=1)
    assert "8 more deals needed" in str(few)
    assert few.clusters["value"].null_count() == 2
    outside, none = dealt([(0, -1, -1)], 0)
    nothing = hotspots(outside, none, draws=9, rng=1)
    assert "nothing arrives in clusters" in str(nothing)
    for found in (few, nothing):
        for spec in charts_of("hotspots", found).values():
            assert "not testable" in spec.alt
    for choice, said in (({"level": 1.0}, "`level`"), ({"draws": 0}, "at least 1 draw")):
        with pytest.raises(InvalidArgument, match=said):
            hotspots(study, clustering, **choice)
    enough, these = dealt([(k, 0, k % 2) for k in range(20)], 2)
    assert "too few draws" in str(hotspots(enough, these, draws=9, rng=1))
