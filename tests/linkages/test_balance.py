import numpy as np
import polars as pl
import pytest

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.balance import scale_balance
from buzzline.space.scales import SCALES
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def world():
    return make_world(
        organisations=1500,
        clusters=4,
        missing={0: {"global": 0.2}, 1: {"national": 2.5}},
        rng=3,
    )


@pytest.fixture(scope="module")
def clustering(world):
    return candidate_clusters(world.study, draws=199, rng=3)


@pytest.fixture(scope="module")
def balance(world, clustering):
    return scale_balance(world.study, clustering, draws=199, rng=3)


def planted_in(world, clustering):
    """cluster_id -> planted cluster that most of its members belong to."""
    truth = world.study.organisations.select("org_id").with_columns(
        planted=pl.Series(world.truth.cluster)
    )
    votes = clustering.members.join(truth, on="org_id").group_by("cluster_id", "planted").len()
    best = votes.sort("len", descending=True).unique("cluster_id", keep="first")
    return dict(best.select("cluster_id", "planted").iter_rows())


def test_observed_tie_ends_by_brute_force(world, clustering, balance):
    rows = balance.balance.filter(model="G1", layer="supply")
    ties = world.study.linkages.filter(layer="supply")
    for cluster_id in rows["cluster_id"].unique():
        members = set(clustering.members.filter(cluster_id=cluster_id)["org_id"])
        ends = sum(
            (source in members) + (target in members)
            for source, target in ties.select("source", "target").iter_rows()
        )
        distinct = sum(
            source in members or target in members
            for source, target in ties.select("source", "target").iter_rows()
        )
        mine = rows.filter(cluster_id=cluster_id)
        assert mine["observed"].sum() == ends
        assert mine["n"].unique().to_list() == [distinct]


def test_shares_add_up_and_every_model_sees_the_same_ties(balance):
    keys = ["cluster_id", "layer", "model"]
    sums = balance.balance.group_by(keys).agg(pl.col("share", "expected_share").sum())
    assert sums["share"].to_list() == pytest.approx([1] * sums.height)
    assert sums["expected_share"].to_list() == pytest.approx([1] * sums.height, abs=1e-9)
    seen = balance.balance.group_by("cluster_id", "layer", "scale").agg(
        pl.col("observed").n_unique()
    )
    assert seen["observed"].unique().to_list() == [1]


def test_the_planted_elasticity_and_border_are_found():
    world = make_world(organisations=1500, clusters=4, rng=4)
    clustering = candidate_clusters(world.study, draws=199, rng=4)
    fits = scale_balance(world.study, clustering, draws=9, rng=4).fits.filter(model="G2")
    assert fits["distance_elasticity"].mean() == pytest.approx(
        -world.truth.gravity.distance_elasticity, abs=0.12
    )
    assert fits["border"].mean() == pytest.approx(-world.truth.gravity.border, abs=0.25)


def test_planted_imbalances_are_found(world, clustering, balance):
    verdicts = {
        (planted_in(world, clustering)[row["cluster_id"]], row["scale"]): row["verdict"]
        for row in balance.balance.filter(model="G2", layer="supply").iter_rows(named=True)
    }
    assert verdicts[0, "global"] == "missing"
    assert verdicts[1, "national"] == "excess"


def test_ladder_order_and_intervals_around_the_ratio(balance):
    assert balance.balance["scale"].unique(maintain_order=True).to_list() == list(SCALES)
    inside = balance.balance.filter(pl.col("observed") > 20)
    assert (inside["low"] <= inside["log_ratio"] + 0.05).all()
    assert (inside["log_ratio"] - 0.05 <= inside["high"]).all()
    assert balance.balance["q"].is_between(0, 1).all()


def test_the_same_seed_gives_the_same_answer(world, clustering, balance):
    again = scale_balance(world.study, clustering, draws=199, rng=3)
    assert again.balance.equals(balance.balance)
    assert again.fits.equals(balance.fits)


def test_without_planted_imbalance_few_verdicts_are_wrong():
    wrong = total = 0
    for seed in range(12):
        study = make_world(organisations=900, clusters=3, rng=seed).study
        clustering = candidate_clusters(study, draws=199, rng=seed)
        rows = scale_balance(study, clustering, layers=["supply"], draws=99, rng=seed).balance
        verdicts = rows.filter(model="G2")["verdict"]
        wrong += verdicts.is_in(["missing", "excess"]).sum()
        total += verdicts.len()
    assert total > 100
    assert (
        wrong / total <= 0.05
    )  # 1.5 % over 40 larger worlds; the margin of 25 % absorbs the rest


def few_ties(n_ties):
    world = make_world(organisations=500, clusters=2, rng=2)
    study = world.study
    clustering = candidate_clusters(study, draws=0, rng=1)
    member = set(clustering.members["org_id"])
    touching = pl.col("source").is_in(member) | pl.col("target").is_in(member)
    ties = study.linkages.filter(pl.col("layer") == "supply")
    kept = pl.concat([ties.filter(~touching), ties.filter(touching).head(n_ties)])
    return study.with_table("linkages", kept), clustering


def test_three_ties_are_refused_with_their_number():
    study, clustering = few_ties(3)
    found = scale_balance(study, clustering, draws=9, rng=1)
    assert found.untested["reason"].str.contains(r"only \d+ ties").any()


def test_no_border_between_ties_is_said_and_the_rest_answered(world, clustering):
    home = world.study.organisations.with_columns(country=pl.lit("AA"))
    found = scale_balance(
        world.study.with_table("organisations", home),
        clustering,
        layers=["supply"],
        draws=9,
        rng=1,
    )
    assert found.fits.filter(model="G2")["status"].str.starts_with("not fitted").all()
    assert (found.fits.filter(model="G1")["status"] == "fitted").all()


def test_no_linkages_and_unknown_layers_are_errors(world, clustering):
    bare = Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))
    with pytest.raises(TooFew, match="no linkages"):
        scale_balance(bare, clustering, rng=1)
    with pytest.raises(InvalidArgument, match="layers are research, supply|supply, research"):
        scale_balance(world.study, clustering, layers=["advice"], rng=1)


def test_organisations_without_coordinates_are_left_out_on_both_sides(world, clustering):
    blind = world.study.organisations.with_columns(
        pl.when(pl.int_range(pl.len()) % 10 == 0).then(None).otherwise(pl.col(c)).alias(c)
        for c in ("longitude", "latitude")
    )
    found = scale_balance(
        world.study.with_table("organisations", blind),
        clustering,
        layers=["supply"],
        draws=9,
        rng=1,
    )
    assert np.isfinite(found.balance["log_ratio"].to_numpy()).all()
