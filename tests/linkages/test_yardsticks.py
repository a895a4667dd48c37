from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.econometrics.yearly import outcome_of
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.balance import scale_balance
from buzzline.linkages.peers import PeerShares, chosen_indicator, peers_of, performance
from buzzline.linkages.yardsticks import YARDSTICK_MEANING, yardsticks
from buzzline.space.scales import SCALES
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

TARGET = (0.5, 0.2, 0.2, 0.1)


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=2600, clusters=18, industries=3, layers=("supply",), rng=4)


@pytest.fixture(scope="module")
def clustering(world):
    found = candidate_clusters(world.study, draws=199, rng=4)
    return replace(found, clusters=found.clusters.with_columns(industry=pl.lit("one")))


@pytest.fixture(scope="module")
def balance(world, clustering):
    return scale_balance(world.study, clustering, draws=99, rng=4)


def with_outcomes(world, clustering, values):
    """The study with one indicator of clusters: value k for the k-th cluster."""
    rows = pl.DataFrame(
        {"unit_id": clustering.clusters["cluster_id"], "indicator": "growth", "year": 2020,
         "value": values}
    )  # fmt: skip
    return world.study.with_table("outcomes", rows)


@pytest.fixture(scope="module")
def side(world, clustering, balance):
    study = with_outcomes(world, clustering, np.arange(float(clustering.clusters.height)))
    return yardsticks(study, clustering, balance, target=TARGET, draws=199, rng=1)


def test_every_cluster_and_scale_has_all_yardsticks(side, balance):
    frame = side.comparisons
    n = balance.balance["cluster_id"].n_unique()
    assert frame.height == n * len(SCALES) * len(YARDSTICK_MEANING)
    told = frame["verdict"].is_not_null() | frame["reason"].is_not_null()
    assert told.all()


def test_collapses_gravity_rows_are_those_of_the_balance(side, balance):
    one = balance.balance.select(
        "cluster_id", "scale", yardstick="model", theirs="log_ratio", verdict_="verdict"
    )
    both = side.comparisons.join(one, on=["cluster_id", "scale", "yardstick"])
    assert both.height == balance.balance.height
    assert both["log_ratio"].equals(both["theirs"].alias("log_ratio"))
    assert both["verdict"].equals(both["verdict_"].alias("verdict"))


def test_the_target_is_compared_by_hand(side, balance):
    cluster = balance.balance["cluster_id"][0]
    counted = balance.balance.filter(cluster_id=cluster, model="G1")["observed"].to_numpy()
    expected = np.array(TARGET) * counted.sum()
    rows = side.comparisons.filter(cluster_id=cluster, yardstick="target")
    assert rows["log_ratio"].to_numpy() == pytest.approx(
        np.log((counted + 0.5) / (expected + 0.5))
    )


def test_peers_are_the_best_of_like_size_by_brute_force(side, clustering, balance):
    rows = clustering.clusters.select("cluster_id", "n_members").with_row_index("value")
    shares = balance.balance.filter(model="G1").pivot(
        on="scale", index="cluster_id", values="share"
    )
    compared = 0
    for row in rows.iter_rows(named=True):
        size = row["n_members"]
        alike = rows.filter(
            pl.col("n_members").is_between(size / 2, size * 2),
            pl.col("cluster_id") != row["cluster_id"],
            pl.col("cluster_id").is_in(shares["cluster_id"].implode()),
        )
        found = side.comparisons.filter(cluster_id=row["cluster_id"], yardstick="peers")
        if not alike.height:
            assert found["reason"].str.contains("no other cluster").all()
            continue
        values = alike["value"].to_numpy()
        best = alike.filter(pl.Series(values >= np.quantile(values, 0.75)))["cluster_id"]
        if best.len() < 4:
            assert found["reason"].str.contains("at least 4").all()
            continue
        compared += 1
        mean = shares.filter(pl.col("cluster_id").is_in(best.implode()))
        assert found["n_peers"].unique().to_list() == [best.len()]
        assert found["expected_share"].to_list() == pytest.approx(
            [mean[scale].mean() for scale in SCALES]
        )
    assert compared >= 3


def test_without_outcomes_or_target_the_reason_is_said(world, clustering, balance):
    bare = world.study.with_table("outcomes", world.study.outcomes.clear())
    rows = yardsticks(bare, clustering, balance, draws=19, rng=1).comparisons
    peers = rows.filter(yardstick="peers")
    assert peers["reason"].str.contains("no table `outcomes`").all()
    assert rows.filter(yardstick="target")["reason"].unique().to_list() == [
        "no `target` was given"
    ]


def test_an_indicator_must_be_named_where_there_are_several(world, clustering, balance):
    two = pl.DataFrame(
        {"unit_id": ["a", "a"], "indicator": ["jobs", "wages"], "year": [2020, 2020],
         "value": [1.0, 2.0]}
    )  # fmt: skip
    study = world.study.with_table("outcomes", two)
    rows = yardsticks(study, clustering, balance, draws=19, rng=1).comparisons
    said = rows.filter(yardstick="peers")["reason"][0]
    assert said == "no `indicator` was named; the study has jobs, wages"
    rows = yardsticks(study, clustering, balance, indicator="x", draws=19, rng=1).comparisons
    assert "no indicator is called 'x'" in rows.filter(yardstick="peers")["reason"][0]


def test_members_stand_for_a_cluster_without_a_value_of_its_own(world, clustering):
    ids = clustering.members.filter(cluster_id=clustering.clusters["cluster_id"][0])["org_id"]
    rows = pl.DataFrame(
        {"unit_id": ids[:4], "indicator": "growth", "year": 2020, "value": [1.0, 2, 3, 6]}
    )
    known = performance(world.study.with_table("outcomes", rows), clustering, "growth")
    assert known["value"][0] == pytest.approx(3.0)
    assert known["n_values"][0] == 4
    few = performance(world.study.with_table("outcomes", rows[:2]), clustering, "growth")
    assert few["value"].null_count() == few.height


@pytest.mark.parametrize("target", [(0.5, 0.5), (0.5, 0.5, 0.5, 0.5)])
def test_a_target_that_does_not_add_up_is_refused(world, clustering, balance, target):
    with pytest.raises(InvalidArgument, match="add up to 1"):
        yardsticks(world.study, clustering, balance, target=target)


def test_no_balance_is_too_few(world, clustering, balance):
    empty = replace(balance, balance=balance.balance.clear())
    with pytest.raises(TooFew, match="no cluster has a balance"):
        yardsticks(world.study, clustering, empty)


def test_intervals_around_peers_cover_the_mean_they_are_drawn_from():
    """Shares of clusters scatter around one mean; four to eight of them are peers."""
    rng, hits, worlds = np.random.default_rng(5), 0, 400
    for world in range(worlds):
        n = 4 + world % 5
        true = rng.normal(0.3, 0.05, n)
        shares = np.column_stack([true, np.full(n, 0.2), np.full(n, 0.3), 0.5 - true])
        peers = PeerShares(shares.mean(axis=0), shares.std(axis=0, ddof=1) / np.sqrt(n), n, ())
        low, high = np.quantile(peers.draws(400, rng)[:, 0], [0.025, 0.975])
        hits += low <= 0.3 <= high
    # 95 % of 400 is 380, binomial error 4.4
    assert 366 <= hits <= 394


def test_a_lone_cluster_has_no_peers():
    known = pl.DataFrame(
        {"cluster_id": ["a"], "industry": ["x"], "n_members": [10], "value": [1.0]}
    )
    shares = pl.DataFrame({"cluster_id": ["a"], "local": [1.0]})
    assert "no other cluster" in peers_of(known.to_dicts()[0], known, shares)


@pytest.mark.parametrize("name", ["answered", "sighted", "skills", "norm_help"])
def test_special_case_what_a_survey_asked_is_taken_for_no_performance(name):
    study = Study.of(
        organisations=pl.DataFrame({"org_id": ["a"]}),
        outcomes=pl.DataFrame(
            {"unit_id": ["a", "a"], "indicator": [name, "patents"], "year": [2020, 2020],
             "value": [1.0, 2.0]}
        ),
    )  # fmt: skip
    alone = Study.of(
        organisations=study.organisations, outcomes=study.outcomes.filter(indicator=name)
    )
    assert chosen_indicator(study, None) == ("patents", "")
    assert chosen_indicator(alone, None)[0] is None
    assert (outcome_of(study, None), outcome_of(alone, None)) == ("patents", "")
    assert chosen_indicator(study, name) == (name, "")
