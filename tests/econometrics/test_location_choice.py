"""Where deals go: sampling by brute force, collapses, bad input, and planted truth."""

import numpy as np
import polars as pl
import pytest
from benchmarks.choice_worlds import chosen_places
from tests.oracles import choice as oracle

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.econometrics import (
    choices_of,
    fit_choices,
    location_choice,
    sampled_alternatives,
)
from buzzline.econometrics.location_alternatives import location_cases, same_industry
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import deals_of
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.worlds import make_world, plant_investments

DEALS = ["acquisition", "affiliate", "investment"]
ORIGIN = "similar cluster, from a cluster"


@pytest.fixture(scope="module")
def apart():
    """Investors of all kinds, with affiliates, acquisitions and investments; odds 5."""
    world = make_world(organisations=600, clusters=6, industries=3, rng=1)
    study, truth = plant_investments(
        world.study, world.truth.cluster, times=5.0, rng=np.random.default_rng([1, 2])
    )
    return study, candidate_clusters(study, draws=19, rng=1), truth


@pytest.fixture(scope="module")
def choosing():
    """Deals that choose among places as the model has it; odds 4."""
    study, _ = chosen_places(1, times=4.0, taste=0.3)
    return study, candidate_clusters(study, draws=19, rng=1)


@pytest.fixture(scope="module")
def found(choosing):
    return location_choice(*choosing, layers=["investment"], rng=1)


# ── sampling ──────────────────────────────────────────────────────────────────────────────


def test_offsets_are_how_likely_each_set_is_by_brute_force():
    """exp(offset) is in proportion to the chance of the set, whichever of it was chosen."""
    chance = np.array([0.1, 0.2, 0.3, 0.4])
    for seed in range(6):
        chosen = np.array([seed % 4])
        drawn = sampled_alternatives(
            chance, chosen, most=3, rng=np.random.default_rng(seed)
        )  # fmt: skip
        times = np.round(np.exp(drawn.offset) * chance[drawn.alternative]).astype(int)
        whole = np.repeat(drawn.alternative, times)
        assert whole.size == 3
        for one, other in zip(drawn.alternative, drawn.offset, strict=True):
            rest = list(whole)
            rest.remove(one)
            exact = oracle.chance_of_set(rest, int(one), chance, 2)
            first = list(whole)
            first.remove(drawn.alternative[0])
            base = oracle.chance_of_set(first, int(drawn.alternative[0]), chance, 2)
            assert other - drawn.offset[0] == pytest.approx(np.log(exact / base))


def test_all_alternatives_are_taken_where_there_are_few():
    drawn = sampled_alternatives(np.array([1.0, 0, 2, 3]), np.array([2, 0]), most=3,
                                 rng=np.random.default_rng(1))  # fmt: skip
    assert drawn.alternative.tolist() == [0, 2, 3, 0, 2, 3]
    assert drawn.chosen.tolist() == [1, 3]
    assert not drawn.offset.any()


def test_effects_among_those_drawn_are_those_among_all():
    rng = np.random.default_rng(2)
    x = np.column_stack([rng.normal(size=200), rng.random(200) < 0.1])
    worth = x @ [0.8, 1.2] + rng.gumbel(size=(4000, 200))
    chosen = worth.argmax(axis=1)
    errors, betas = [], []
    for chance in (np.ones(200), np.exp(x[:, 0]) * (1 + 5 * x[:, 1])):
        drawn = sampled_alternatives(chance, chosen, most=20, rng=rng)
        case = np.repeat(np.arange(4000), np.diff(drawn.start))
        is_chosen = np.zeros(case.size, bool)
        is_chosen[drawn.chosen] = True
        choices = choices_of(x[drawn.alternative], case, is_chosen, offset=drawn.offset)
        fit = fit_choices(choices)
        betas.append(fit.beta)
        errors.append(fit.errors().se)
        assert fit.beta == pytest.approx([0.8, 1.2], abs=3.5 * max(errors[-1]))
        naive = fit_choices(choices_of(x[drawn.alternative], case, is_chosen))
    assert abs(naive.beta[1] - 1.2) > 5 * errors[-1][1]  # without the correction
    assert (errors[1] < errors[0]).all()  # likely ones say more


def test_what_cannot_be_drawn_cannot_be_chosen():
    rng = np.random.default_rng(1)
    with pytest.raises(InvalidArgument, match="no chance"):
        sampled_alternatives(np.array([1.0, 0.0, 1.0]), np.array([1]), most=2, rng=rng)
    with pytest.raises(InvalidArgument, match="two of them"):
        sampled_alternatives(np.ones(3), np.array([1]), most=1, rng=rng)


# ── the places of deals ───────────────────────────────────────────────────────────────────


def cases_of(study, clustering, *, across="borders", most=1000):
    deals = deals_of(study, clustering, layers=DEALS, across=across)
    return deals, location_cases(
        study, clustering, deals, similar=same_industry(study, clustering), across=across,
        most=most, seed=1,
    )  # fmt: skip


@pytest.mark.parametrize("across", ["borders", "all"])
def test_every_deal_is_used_or_said_to_be_left_out(apart, across):
    study, clustering, _ = apart
    deals, cases = cases_of(study, clustering, across=across)
    n = study.linkages.filter(pl.col("layer").is_in(DEALS)).height
    assert cases.deals.height + cases.left_out["n"].sum() == n
    assert cases.chosen.size == cases.deals.height
    assert deals.n >= cases.deals.height


def test_abroad_only_places_abroad_can_be_chosen(apart):
    _, cases = cases_of(*apart[:2])
    assert not cases.at_home.any()
    _, everywhere = cases_of(*apart[:2], across="all")
    assert everywhere.at_home.any()
    assert (np.diff(everywhere.start) < everywhere.n_zones).all()  # not their own place


def test_nobody_is_asked_whether_to_stay_in_its_own_cluster(apart):
    study, clustering, _ = apart
    _, cases = cases_of(study, clustering, across="all")
    row = study.organisations.select("org_id").with_row_index("row")
    zones = zones_of(study.organisations, sites_of(study.organisations))
    here = clustering.members.join(row, on="org_id").with_columns(
        zone=pl.col("row").map_elements(lambda at: int(zones.zone[at]), return_dtype=pl.Int64)
    )
    held = here.group_by("cluster_id", "zone").len().filter(
        pl.col("len") >= 0.1 * pl.col("len").sum().over("cluster_id")
    )  # fmt: skip
    own = clustering.members.rename({"org_id": "source"}).join(held, on="cluster_id")
    offered = pl.DataFrame({"case": cases.case, "zone": cases.zone}).join(
        cases.deals.with_row_index("case").with_columns(pl.col("case").cast(pl.Int64)).filter(
            "from_cluster"
        ), on="case",
    )  # fmt: skip
    title = clustering.clusters.select("cluster_id", of=pl.col("industry").str.to_lowercase())
    stay = offered.join(own.join(title, on="cluster_id"), on=["source", "zone"])
    assert offered.height
    assert stay.filter(pl.col("industry") == pl.col("of")).height == 0


def test_the_chosen_place_is_that_of_the_target(apart):
    study, clustering, _ = apart
    deals, cases = cases_of(study, clustering)
    where = study.organisations.select("org_id", "longitude", "latitude")
    target = cases.deals.join(deals.deals.select("deal", "target"), on="deal", how="left",
                              maintain_order="left")  # fmt: skip
    spot = target.join(where, left_on="target", right_on="org_id", maintain_order="left",
                       how="left").with_columns(zone=pl.Series(cases.zone[cases.chosen]))  # fmt: skip
    assert (
        spot.group_by("longitude", "latitude").agg(pl.col("zone").n_unique())["zone"].max() == 1
    )


def test_origin_is_membership_in_a_cluster_of_the_own_industry(apart):
    study, clustering, _ = apart
    _, cases = cases_of(study, clustering)
    members = clustering.members.join(clustering.clusters.select(
        "cluster_id", pl.col("industry").str.to_lowercase()  # titles
    ),
                                      on="cluster_id").select("org_id", "industry").unique()  # fmt: skip
    own = cases.deals.join(members.with_columns(inside=True), left_on=["source", "industry"],
                           right_on=["org_id", "industry"], how="left",
                           maintain_order="left")["inside"].fill_null(value=False)  # fmt: skip
    assert own.to_list() == cases.deals["from_cluster"].to_list()


# ── the analysis ──────────────────────────────────────────────────────────────────────────


def test_planted_odds_are_found(found):
    main = found.rows.row(0, named=True)
    assert (main["model"], main["term"], main["verdict"]) == ("by industry", ORIGIN, "likelier")
    assert main["low"] < np.log(4) < main["high"]
    assert main["odds"] == pytest.approx(np.exp(main["value"]))
    assert "They seek their like" in str(found)
    assert "not why" in str(found)


def test_industries_that_cluster_at_both_ends_mislead_only_when_mixed():
    """Recovers: nothing planted within industries; mixed, deals seem to seek their like."""
    pooled, apart = [], []
    for seed in range(1, 4):
        study, _ = chosen_places(seed, times=1.0, confounded=True, deals=400, organisations=600)
        clusters = candidate_clusters(study, draws=19, rng=seed)
        rows = location_choice(study, clusters, layers=["investment"], rng=1).rows
        main = rows.filter(pl.col("term") == ORIGIN)
        for model, into in (("pooled", pooled), ("by industry", apart)):
            into.append(main.filter(pl.col("model") == model).row(0, named=True))
    assert np.mean([row["value"] for row in pooled]) > np.log(1.5)
    assert [row["verdict"] for row in pooled].count("likelier") >= 2
    assert [row["verdict"] for row in apart].count("cannot tell") >= 2
    assert abs(np.mean([row["value"] for row in apart])) < 0.5


def test_fewer_places_a_deal_tell_the_same_within_errors(choosing, found):
    fewer = location_choice(*choosing, layers=["investment"], alternatives_per_case=8, rng=1)
    assert fewer.models["alternatives"][0] < found.models["alternatives"][0] / 2
    one, other = fewer.rows["value"][0], found.rows["value"][0]
    assert one == pytest.approx(other, abs=2.5 * fewer.rows["se"][0])


def test_models_that_cannot_be_made_say_why(found):
    why = found.rows.filter(pl.col("model") == "knowledge").row(0, named=True)
    assert why["verdict"] == "not testable"
    assert "name the industries" in why["reason"]


def test_knowledge_intensity_and_leaders_are_asked(apart):
    study, clustering, _ = apart
    names = study.organisations["industry"].unique().sort().to_list()
    asked = location_choice(study, clustering, layers=DEALS, knowledge_intensive=names[1:2],
                            rng=1).rows  # fmt: skip
    knowing = asked.filter(pl.col("term").str.contains("knowledge-intensive"))
    assert knowing["value"].is_not_null().all()
    leading = asked.filter(pl.col("term").str.contains("leader"))
    assert set(leading["term"]) == {"similar cluster, leader",
                                    "similar cluster, leader from a cluster"}  # fmt: skip


def test_one_group_with_all_deals_has_no_interval(apart):
    study, clustering, _ = apart
    first = study.organisations["org_id"][0]
    owned = study.with_table(
        "organisations", study.organisations.with_columns(
            owner_id=pl.when(pl.col("org_id") != first).then(pl.lit(first))
        ),
    )  # fmt: skip
    linkages = owned.linkages.filter(pl.col("layer").is_in(["investment"]))
    one = owned.with_table("linkages", linkages)
    main = location_choice(one, clustering, rng=1).rows.row(0, named=True)
    assert main["low"] is None
    assert main["reason"]


@pytest.mark.parametrize("column", ["industry", "country", "longitude"])
def test_what_is_not_known_is_set_aside_with_its_reason(apart, column):
    study, clustering, _ = apart
    odd = pl.int_range(pl.len()) % 2 == 1
    columns = ["longitude", "latitude"] if column == "longitude" else [column]
    blank = study.organisations.with_columns(
        pl.when(odd).then(pl.col(name)).alias(name) for name in columns
    )
    half = location_choice(study.with_table("organisations", blank), clustering, layers=DEALS,
                           rng=1)  # fmt: skip
    said = " ".join(half.left_out["reason"])
    assert {"industry": "without an industry", "country": "not both known",
            "longitude": "without coordinates"}[column] in said  # fmt: skip


def test_a_blank_or_other_country_at_a_shared_coordinate_is_no_error(apart):
    """The place of a target can then be of no country, or of that of the source."""
    study, clustering, _ = apart
    deals, before = cases_of(study, clustering)
    one = before.deals.row(0, named=True)
    target = deals.deals.filter(pl.col("deal") == one["deal"])["target"][0]
    around = study.organisations["org_id"].to_list()
    country = dict(study.organisations.select("org_id", "country").iter_rows())
    held = {one["source"], target}
    near = [o for o in around if country[o] == country[one["source"]] and o not in held][:3]
    for blank, reason in ((False, 1), (True, 0)):
        moved = study.organisations.with_columns(
            pl.when(pl.col("org_id").is_in([target, *near])).then(pl.lit(at)).otherwise(name)
            .alias(name) for name, at in (("longitude", -40.0), ("latitude", 30.0))
        ).with_columns(
            country=pl.when(pl.col("org_id").is_in(near) & blank).then(None)
            .otherwise("country")
        )  # fmt: skip
        cases = cases_of(study.with_table("organisations", moved), clustering)[1]
        said = cases.left_out.filter(pl.col("reason").str.contains("give it no country"))
        assert (one["deal"] in cases.deals["deal"]) == blank
        assert (said["n"].sum() >= 1) == bool(reason)


def test_no_deal_to_a_similar_cluster_is_a_legal_answer(apart):
    study, clustering, truth = apart
    away = truth.deals.filter(~pl.col("lands_similar"))["deal"].to_list()
    kept = study.linkages.with_row_index("row").filter(pl.col("row").is_in(away)).drop("row")
    result = location_choice(study.with_table("linkages", kept), clustering, rng=1)
    main = result.rows.row(0, named=True)
    assert main["verdict"] in ("not testable", "cannot tell", "less likely")
    assert not np.isinf(result.rows["value"].drop_nulls().to_numpy()).any()
    if main["value"] is None:
        assert "not testable" in str(result)


def test_no_cluster_at_all_is_a_legal_answer(apart):
    study, clustering, _ = apart
    from dataclasses import replace

    none = replace(clustering, clusters=clustering.clusters.clear(),
                   members=clustering.members.clear())  # fmt: skip
    result = location_choice(study, none, layers=DEALS, rng=1)
    assert "not testable" in str(result)
    assert "without a cluster" in " ".join(result.left_out["reason"])


def test_no_deals_and_bad_arguments_are_said(apart):
    study, clustering, _ = apart
    with pytest.raises(TooFew, match="deals"):
        location_choice(make_world(organisations=100, clusters=1, rng=1).study, clustering)
    with pytest.raises(InvalidArgument, match="level"):
        location_choice(study, clustering, level=1.0)
    with pytest.raises(InvalidArgument, match="alternatives"):
        location_choice(study, clustering, alternatives_per_case=1)
