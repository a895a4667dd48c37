"""Which clusters invest in which: counts, intervals, and what chance gives."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import polars as pl
import pytest
from scipy import stats

from buzzline.charts import chart
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.cluster_investment_rows import (
    Matrix,
    expected_pairs,
    flow_rows,
    pair_rows,
)
from buzzline.investment.cluster_investments import cluster_investments
from buzzline.investment.deal_counts import by_cell, count_interval
from buzzline.investment.direction_matching import matching_of
from buzzline.progress import silent
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_investments

WORLD = make_world(organisations=900, clusters=9, industries=3, rng=5)


def planted(number: int = 5, **choices) -> tuple[Study, object]:
    study, _ = plant_investments(
        WORLD.study, WORLD.truth.cluster, rng=np.random.default_rng(number), **choices
    )
    return study, clustering_of_labels(study, WORLD.truth.cluster)


def matrix_of(origin, destination, group, k: int = 2) -> Matrix:
    """Make a matrix of k clusters and outside, all buyers of one country."""
    clusters = pl.DataFrame(
        {"cluster_id": [f"c{i}" for i in range(k)], "label": [f"C{i}" for i in range(k)],
         "industry": "x", "longitude": 0.0, "latitude": 0.0}
    )  # fmt: skip
    origin, destination, group = (np.asarray(part) for part in (origin, destination, group))
    return Matrix(
        origin, destination, group, np.arange(group.size), clusters,
        matching_of(group, np.zeros(group.size, np.int64)),
    )  # fmt: skip


# counts and their intervals


def test_by_hand_deals_are_counted_by_pair_and_group():
    matrix = matrix_of([0, 0, 0, 1, 2], [1, 1, 0, 1, 1], [7, 7, 8, 9, 9])
    rows = pair_rows(
        matrix, draws=19, level=0.95, rng=np.random.default_rng(1), progress=silent
    )
    found = {(r["origin"], r["destination"]): (r["value"], r["n_groups"])
             for r in rows.iter_rows(named=True)}  # fmt: skip
    assert found["c0", "c1"] == (2, 1)
    assert found["c0", "c0"] == (1, 1)
    assert found["c1", "c1"] == (1, 1)
    assert found[None, "c1"] == (1, 1)


def test_collapses_to_the_exact_poisson_interval_where_each_group_has_one_deal():
    count = np.array([0, 1, 3, 10, 40])
    cell = np.repeat(np.arange(5), count)
    low, high = count_interval(by_cell(cell, np.arange(cell.size), n=5), level=0.95)
    assert low == pytest.approx(np.r_[0, stats.chi2.ppf(0.025, 2 * count[1:]) / 2])
    assert high == pytest.approx(stats.chi2.ppf(0.975, 2 * (count + 1)) / 2)


def test_by_hand_cells_know_how_large_groups_come():
    found = by_cell(np.array([0, 0, 0, 2]), np.array([1, 1, 4, 4]), n=3)
    assert found.total.tolist() == [3, 0, 1]
    assert found.squares.tolist() == [5, 0, 1]
    assert found.largest.tolist() == [2, 0, 1]
    assert found.n_groups.tolist() == [2, 0, 1]
    assert found.usual == pytest.approx(np.sqrt(1.8 * 6 / 4))


@pytest.mark.parametrize("mean", [2, 10])
def test_intervals_of_counts_cover_where_deals_come_in_groups(mean):
    rng = np.random.default_rng(mean)
    draws, truth = 600, mean * 2.0  # groups come with 1, 2, 3, ... deals, 2 on average
    groups = rng.poisson(mean, draws)
    cell = np.repeat(
        np.repeat(np.arange(draws), groups), sizes := rng.geometric(0.5, groups.sum())
    )
    number = np.repeat(np.arange(groups.sum()), sizes)
    low, high = count_interval(by_cell(cell, number, n=draws), level=0.95)
    assert 0.93 <= ((low <= truth) & (truth <= high)).mean() <= 0.999


# chance


def test_brute_force_expected_pairs_are_means_over_all_exchanges():
    origin, destination = np.array([0, 0, 1, 1, 2, 0, 2]), np.array([1, 0, 1, 2, 2, 1, 0])
    group = np.array([0, 0, 1, 1, 2, 3, 1])  # one with two deals, one with three, two with one
    matrix = matrix_of(origin, destination, group)
    deals = {number: np.flatnonzero(group == number) for number in range(4)}
    total, n = np.zeros((3, 3)), 0
    for pairs in permutations([0, 1]):
        for singles in permutations([2, 3]):
            giver = {0: pairs[0], 1: pairs[1], 2: singles[0], 3: singles[1]}
            n += 1
            for own, other in giver.items():
                for rank, deal in enumerate(deals[own]):
                    taken = deals[other][rank * deals[other].size // deals[own].size]
                    total[origin[taken], destination[deal]] += 1
    assert expected_pairs(matrix) == pytest.approx(total / n)


def test_invariant_exchanges_keep_what_is_bought():
    study, clusters = planted()
    found = cluster_investments(study, clusters, draws=19, rng=1)
    listed = found.pairs.filter(pl.col("value") > 0)
    assert listed["value"].sum() == found.n == found.cells["value"].sum()
    assert found.amounts["n"].sum() == found.n
    assert found.flows["n"].sum() == found.n
    assert found.clusters["n_out"].sum() + found.flows["n"][2:].sum() == found.n


def test_a_group_without_a_peer_tells_nothing():
    matrix = matrix_of([0] * 9, [1] * 9, [0] * 9)
    row = pair_rows(matrix, draws=19, level=0.95, rng=np.random.default_rng(1),
                    progress=silent).row(0, named=True)  # fmt: skip
    assert (row["value"], row["p"]) == (9, None)
    assert row["expected"] == pytest.approx(9)
    assert row["status"].startswith("not tested: no group")
    flows = flow_rows(matrix, draws=19, level=0.95, rng=np.random.default_rng(1))
    assert flows["p"][0] is None
    assert "worth" in flows["status"][0]


@pytest.mark.parametrize("giants", [0, 2])
def test_p_values_are_uniform_where_destinations_know_nothing_of_origins(giants):
    rng = np.random.default_rng(giants)
    p = []
    for _ in range(150):
        sizes = rng.geometric(0.4, 60)
        sizes[:giants] = 60
        group = np.repeat(np.arange(60), sizes)
        origin = (rng.random(60) < 0.4).astype(np.int64)[group]
        taste = rng.beta(1, 3, 60)  # groups like clusters more or less
        destination = (rng.random(group.size) > taste[group]).astype(np.int64)
        matrix = matrix_of(origin, destination, group, k=1)
        rows = flow_rows(matrix, draws=39, level=0.95, rng=rng)
        p.append(rows["p"][0])
    p = np.array([one for one in p if one is not None])
    assert p.size > 100
    assert (p <= 0.05).mean() <= 0.11
    assert (p <= 0.25).mean() == pytest.approx(0.25, abs=0.12)


def test_recovers_pairs_that_were_planted():
    study, clusters = planted(times=8.0, deals=900)
    found = cluster_investments(study, clusters, draws=199, rng=1)
    first = found.flows.row(0, named=True)
    assert first["value"] > first["expected_high"]
    beyond = found.pairs.drop_nulls("q").filter(pl.col("q") < 0.05, pl.col("ratio") > 1)
    assert beyond.height >= 3
    assert (beyond["origin_industry"] == beyond["destination_industry"]).mean() > 0.9


# records, traps


def test_one_group_with_half_of_the_deals_is_said():
    study, clusters = planted(giants=1)
    found = cluster_investments(study, clusters, draws=19, rng=1)
    assert found.largest > 0.4
    assert "One group made" in str(found)
    alone = found.pairs.filter(pl.col("n_groups") == 1, pl.col("value") > 5)
    assert (alone["high"] - alone["low"] > alone["value"]).all()


def test_amounts_in_two_currencies_are_never_added():
    study, clusters = planted()
    found = cluster_investments(study, clusters, draws=0, rng=1)
    assert set(found.amounts["unit"]) == {"musd", "meur", "not known"}
    assert found.amounts.filter(pl.col("unit") == "not known")["amount"].is_null().all()
    assert "Amounts stand in 2 units" in str(found)
    assert found.pairs["p"].is_null().all()


def test_ends_nobody_knows_the_place_of_are_not_outside():
    study, clusters = planted()
    blank = study.organisations.with_columns(
        pl.when(pl.int_range(pl.len()) % 4 > 0).then(name).alias(name)
        for name in ("longitude", "latitude")
    )
    inside = clusters.members["org_id"].implode()
    study = study.with_table("organisations", pl.concat([
        blank.filter(~pl.col("org_id").is_in(inside)),
        study.organisations.filter(pl.col("org_id").is_in(inside)),
    ]))  # fmt: skip
    looked_for = replace(clusters, draws=99)
    found = cluster_investments(study, looked_for, draws=19, rng=1)
    said = dict(found.left_out.iter_rows())
    assert said["of an end without coordinates or industry"] + found.n == 600
    given = cluster_investments(study, clusters, draws=19, rng=1)  # of all, who is a member
    assert given.n == 600


def test_bad_input_is_said():
    study, clusters = planted()
    with pytest.raises(InvalidArgument, match="level"):
        cluster_investments(study, clusters, level=1.0)
    with pytest.raises(TooFew, match="no deal is left"):
        cluster_investments(study, clusters, years=(1900, 1901))
    none = clustering_of_labels(study, [-1] * study.organisations.height)
    with pytest.raises(TooFew, match="no clusters"):
        cluster_investments(study, none)


def test_a_single_cluster_is_an_answer_with_a_picture():
    study, _ = planted()
    one = clustering_of_labels(study, np.where(WORLD.truth.cluster == 0, 0, -1).tolist())
    found = cluster_investments(study, one, draws=19, rng=1)
    assert found.clusters.height == 1
    assert chart(found).alt
