import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import clustering_of

from buzzline.arrays import as_codes
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.balance import scale_balance
from buzzline.space.scales import SCALES
from buzzline.tables.study import Study
from buzzline.tables.worlds import Gravity, make_world, plant_advice


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
    for seed in range(5):
        study = make_world(organisations=900, clusters=3, rng=seed).study
        clustering = candidate_clusters(study, draws=199, rng=seed)
        rows = scale_balance(study, clustering, layers=["supply"], draws=99, rng=seed).balance
        verdicts = rows.filter(model="G2")["verdict"]
        wrong += verdicts.is_in(["missing", "excess"]).sum()
        total += verdicts.len()
    assert total > 40
    assert (
        wrong / total <= 0.05
    )  # below 1 % over larger worlds (`balance_recovery`); a single one of 60 may be


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


def test_intervals_hold_the_truth_as_often_as_said():
    """Nothing planted, against the model the worlds are made by; see `balance_recovery`."""
    held = []
    for seed in range(12):
        world = make_world(organisations=900, clusters=4, layers=("supply",), rng=seed)
        rows = np.flatnonzero(world.truth.cluster >= 0)
        members = pl.DataFrame(
            {"cluster_id": [f"c{k}" for k in world.truth.cluster[rows]],
             "org_id": world.study.organisations["org_id"].gather(rows), "is_core": True}
        )  # fmt: skip
        clusters = world.truth.clusters.select(
            cluster_id=pl.format("c{}", "cluster"), label="place", industry="industry"
        )
        found = scale_balance(
            world.study, clustering_of(clusters, members), draws=199, rng=seed
        ).balance.filter(model="G2")
        possible = found.filter(pl.col("expected_share") > 1e-4)
        held += ((possible["low"] <= 0) & (possible["high"] >= 0)).to_list()
    assert len(held) > 150
    # 95 % of about 190, less three binomial errors of 1.6 %
    assert np.mean(held) >= 0.90


def test_a_layer_without_weights_is_refused_with_a_remedy(world, clustering):
    bare = world.study.linkages.with_columns(weight=pl.lit(None, dtype=pl.Float64))
    study = world.study.with_table("linkages", bare)
    found = scale_balance(study, clustering, weighing="weight", draws=19, rng=1)
    assert not found.balance.height
    assert found.untested["reason"].str.contains("have no `weight`; give them one").all()


def test_collapses_equal_weights_are_counts(world, clustering, balance):
    equal = world.study.linkages.with_columns(weight=pl.lit(2.5), unit=pl.lit("musd"))
    study = world.study.with_table("linkages", equal)
    found = scale_balance(study, clustering, weighing="weight", draws=199, rng=3)
    assert np.allclose(found.balance["observed"], 2.5 * balance.balance["observed"])
    assert np.allclose(found.balance["log_ratio"], balance.balance["log_ratio"], atol=1e-6)
    assert found.fits["unit"].unique().to_list() == ["musd"]


def test_two_large_contracts_are_not_two_hundred_links(world, clustering):
    """The effective number of ties is 1 / sum w^2."""
    rng = np.random.default_rng(1)
    ties = world.study.linkages.filter(layer="supply")
    weight = np.where(rng.random(ties.height) < 0.005, 1000.0, 1.0)
    heavy = ties.with_columns(weight=pl.Series(weight), unit=pl.lit("musd"))
    study = world.study.with_table("linkages", heavy)
    fits = scale_balance(study, clustering, weighing="weight", draws=19, rng=1).fits
    cluster = fits["cluster_id"][0]
    members = clustering.members.filter(cluster_id=cluster)["org_id"].implode()
    mine = heavy.filter(pl.col("source").is_in(members) | pl.col("target").is_in(members))
    inner = mine.filter(pl.col("source").is_in(members) & pl.col("target").is_in(members))
    once = pl.concat([mine, inner])["weight"].to_numpy()  # tie ends
    worth = once.sum() ** 2 / (once**2).sum() * mine.height / once.size
    assert fits["n_equal"][0] == pytest.approx(worth)
    assert (fits["n_effective"] <= fits["n_equal"] + 1e-9).all()


def test_the_panel_of_power_has_the_golden_numbers(balance):
    panel = balance.power.filter(pl.col("expected_share").is_between(0.0995, 0.1005))
    assert balance.power.height == balance.balance.height
    both = balance.power.join(
        balance.balance, on=["cluster_id", "layer", "model", "scale"], validate="1:1"
    )
    assert both["n_halving"].equals(both["n_needed"].alias("n_halving"))
    for row in panel.iter_rows(named=True):
        assert row["n_halving"] >= 225


def test_ties_to_oneself_only_are_too_few(world, clustering):
    own = world.study.linkages.with_columns(target=pl.col("source"))
    study = world.study.with_table("linkages", own)
    found = scale_balance(study, clustering, draws=19, rng=1)
    assert not found.balance.height
    assert found.untested["reason"].str.contains("only 0 ties").all()
    assert found.untested["reason"].str.contains("of members to themselves left out").all()


def test_a_cluster_that_nobody_asked_is_not_told_to_lack_local_ties():
    world = make_world(organisations=900, clusters=4, layers=("supply",), rng=5)
    study = world.study
    for k in (0, 1):
        group = as_codes(np.where(world.truth.cluster == k, 0, -1))
        study, _ = plant_advice(study, group, n_gatekeepers=8, rng=k)
    labels = clustering_of_labels(study, world.truth.cluster.tolist())
    for case in (study, study.with_table("outcomes", study.outcomes.clear())):
        found = scale_balance(case, labels, layers=["advice"], draws=19, rng=1)
        unasked = found.untested.filter(pl.col("reason").str.contains("nobody of this cluster"))
        assert unasked.height == 2
        asked = set(labels.clusters["cluster_id"]) - set(unasked["cluster_id"])
        assert set(found.balance["cluster_id"]) <= asked


def test_a_cluster_that_answered_is_compared(world, clustering):
    ties = world.study.linkages.with_columns(observed_by=pl.col("target"))
    study = world.study.with_table("linkages", ties)
    found = scale_balance(study, clustering, layers=["supply"], draws=19, rng=1)
    assert not found.untested.height


def test_local_ties_planted_as_missing_are_never_as_expected():
    """Share x 0.2 or x 0.5 where most are local: a share hardly shows it."""
    said = []
    for seed in range(4):
        for factor in (0.2, 0.5):
            world = make_world(
                organisations=700, clusters=3, layers=("supply",), rng=seed,
                missing={0: {"local": factor}}, gravity=Gravity(ties_each=8),
            )  # fmt: skip
            labels = clustering_of_labels(world.study, world.truth.cluster.tolist())
            found = scale_balance(world.study, labels, draws=99, rng=seed)
            local = found.balance.filter(model="G2", scale="local")
            mine = local.filter(cluster_id=planted_clusters(world, labels)[0])
            said += mine["verdict"].to_list()
    assert len(said) == 8
    assert "as expected" not in said
    assert "excess" not in said


def planted_clusters(world, labels):
    return {planted: name for name, planted in planted_in(world, labels).items()}


def test_intervals_hold_their_own_value(balance):
    known = balance.balance.filter(pl.col("low").is_not_null())
    assert (known["low"] <= known["log_ratio"]).all()
    assert (known["log_ratio"] <= known["high"]).all()
    odds = known.filter(pl.col("log_odds").is_not_null())
    assert odds["log_odds"].is_between(odds["odds_low"], odds["odds_high"]).all()
    assert odds.filter(pl.col("expected_share") <= 0.5).is_empty()


def test_not_enough_links_has_its_reason(balance):
    short = balance.balance["verdict"] == "not enough links"
    assert (balance.balance["reason"].is_not_null() == short).all()


def test_golden_doubling_the_distance():
    # theory C2.2: at an elasticity of -0.93, twice the distance has 0.525 of the ties
    world = make_world(
        organisations=2500, clusters=6, layers=("supply",), rng=8,
        gravity=Gravity(distance_elasticity=0.93, ties_each=10),
    )  # fmt: skip
    labels = clustering_of_labels(world.study, world.truth.cluster.tolist())
    fits = scale_balance(world.study, labels, draws=9, rng=1).fits.filter(model="G2")
    low, high = (2 ** fits[f"elasticity_{end}"] for end in ("low", "high"))
    assert pytest.approx(0.525, abs=5e-4) == 2**-0.93
    assert 2 ** fits["distance_elasticity"].mean() == pytest.approx(0.525, abs=0.02)
    assert ((low <= 0.525) & (high >= 0.525)).mean() >= 0.5


def test_too_few_draws_are_said(world, clustering):
    found = scale_balance(world.study, clustering, layers=["supply"], draws=9, rng=1)
    assert "too few draws" in str(found)
