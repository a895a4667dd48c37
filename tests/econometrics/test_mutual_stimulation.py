"""Do buzz and pipelines strengthen each other? Planted signs, coverage, and refusals."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.econometrics import mutual_stimulation
from buzzline.econometrics.panel import fit_panel
from buzzline.econometrics.stimulation_rows import form_of, logarithm
from buzzline.econometrics.yearly import (
    exposures,
    groups_of,
    lagged,
    outcomes_by_year,
    panel_of,
)
from buzzline.errors import InvalidArgument
from buzzline.linkages.pipelines import pipelines_of
from buzzline.space.scales import Cutoffs
from buzzline.tables.worlds import PanelPlan, make_world, plant_panel

MEASURING = {"layers": None, "decay_km": 1.0, "cutoffs": Cutoffs()}


@pytest.fixture(scope="module")
def bare():
    return make_world(organisations=300, clusters=2, rng=1).study


def planted(bare, seed=1, **plan):
    return plant_panel(bare, PanelPlan(**plan), rng=seed)


def interaction(result, form="levels"):
    rows = result.effects.filter((pl.col("form") == form) & (pl.col("term") == "interaction"))
    return rows.row(0, named=True)


@pytest.mark.parametrize("sign", [-0.3, 0.3])
@pytest.mark.parametrize("form", ["levels", "logs"])
def test_the_planted_sign_is_recovered(bare, sign, form):
    study, truth = planted(bare, interaction=sign, form=form)
    result = mutual_stimulation(study)
    row = interaction(result, form)
    assert row["low"] <= truth.interaction <= row["high"]
    assert np.sign(row["low"]) == np.sign(row["high"]) == np.sign(sign)
    said = "stimulate each other" if sign > 0 else "each replaces the other"
    assert f"in {form} " in str(result)
    assert said in str(result)


@pytest.mark.parametrize("feedback", [0.0, 0.3])
def test_intervals_of_all_effects_cover(bare, feedback):
    inside = []
    for seed in range(40):
        study, truth = planted(bare, seed, organisations=120, years=8, feedback=feedback)
        result = mutual_stimulation(study)
        rows = result.effects.filter(pl.col("form") == "levels")
        seen = study.outcomes.filter(pl.col("year") < 2019)
        means = [seen.filter(indicator=n)["value"].mean() for n in ("buzz", "pipelines")]
        true = dict(zip(("buzz", "pipelines"), truth.where(*means), strict=True))
        true |= {"interaction": truth.interaction}
        inside += [row["low"] <= true[row["term"]] <= row["high"] for row in rows.to_dicts()]
    assert np.mean(inside) >= 0.9  # 120 intervals, three of a world


def test_no_interaction_is_found_in_one_of_twenty_worlds_without(bare):
    fell = []
    for seed in range(60):
        study, _ = planted(bare, seed, organisations=80, years=7, interaction=0.0)
        fell.append(interaction(mutual_stimulation(study))["p"] <= 0.05)
    assert np.mean(fell) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 60)


def test_the_sign_can_differ_between_levels_and_logs(bare):
    # each multiplies what the other gives: together more in levels, nothing more in logs
    study, _ = planted(bare, form="logs", interaction=0.0, buzz=0.6, pipelines=0.6, noise=0.3)
    result = mutual_stimulation(study)
    assert interaction(result, "levels")["low"] > 0
    logs = interaction(result, "logs")
    assert logs["low"] < 0 < logs["high"]
    assert "its sign can differ" in str(result)


def test_the_estimate_is_fixed_effects_where_nothing_else_is_asked(bare):
    study, _ = planted(bare)
    result = mutual_stimulation(study)
    told = outcomes_by_year(study, "innovation")
    by_year, _ = exposures(study, told, **MEASURING)
    rows = lagged(told, by_year)
    form = form_of("levels", rows, panel_of(study, rows, ("buzz", "pipelines")))
    check = result.checks.filter(pl.col("check") == "interaction, fixed effects")
    assert check["value"][0] == pytest.approx(fit_panel(form.panel).beta[2])


def test_pipelines_that_answer_to_outcomes_are_noticed(bare):
    name = "later pipelines on the outcome"
    for feedback, noticed in ((0.0, False), (0.4, True)):
        study, _ = planted(bare, 2, feedback=feedback)
        row = mutual_stimulation(study).checks.filter(check=name, form="levels")
        assert (row["p"][0] < 0.01) is noticed


def test_cross_lags_are_recovered_both_ways(bare):
    study, truth = planted(bare, organisations=200, to_pipelines=0.25, to_buzz=-0.1)
    rows = mutual_stimulation(study).cross_lags
    for source, target, true in (("buzz", "pipelines", truth.pipelines_on_buzz),
                                 ("pipelines", "buzz", truth.buzz_on_pipelines)):  # fmt: skip
        row = rows.filter(source=source, target=target).row(0, named=True)
        assert row["low"] <= true <= row["high"]
        assert np.sign(row["value"]) == np.sign(true)


def test_marginal_effects_lie_on_the_line_of_the_effects(bare):
    study, _ = planted(bare)
    result = mutual_stimulation(study)
    rows = result.margins.filter(form="levels")
    slope = np.diff(rows["value"]) / np.diff(rows["buzz"])
    assert slope == pytest.approx(interaction(result)["value"])
    effects = result.effects.filter(form="levels", term="pipelines")
    middle = np.interp(effects["value"][0], rows["value"], rows["buzz"])
    assert middle == pytest.approx(study.outcomes.filter(
        (pl.col("indicator") == "buzz") & (pl.col("year") < 2021))["value"].mean(), abs=1e-3)  # fmt: skip


def test_units_of_the_outcome_do_not_change_p(bare):
    study, _ = planted(bare)
    one = mutual_stimulation(study).effects
    again = study.outcomes.with_columns(
        pl.when(pl.col("indicator") == "innovation").then(pl.col("value") * 1000)
        .otherwise("value").alias("value")
    )  # fmt: skip
    two = mutual_stimulation(study.with_table("outcomes", again)).effects
    levels = (one["form"] == "levels").to_numpy()
    assert two["p"].to_numpy()[levels] == pytest.approx(one["p"].to_numpy()[levels])
    assert two["value"].to_numpy()[levels] == pytest.approx(
        1000 * one["value"].to_numpy()[levels]
    )


def test_zeros_in_the_outcome_make_logs_a_poisson_fit(bare):
    study, _ = planted(bare, form="logs")
    zeros = study.outcomes.with_columns(
        pl.when((pl.col("indicator") == "innovation") & (pl.int_range(pl.len()) % 9 == 0))
        .then(0.0).otherwise("value").alias("value")
    )  # fmt: skip
    row = interaction(mutual_stimulation(study.with_table("outcomes", zeros)), "logs")
    assert row["estimator"] == "Poisson"
    assert "nobody answers to the past" in row["status"]


def test_values_below_zero_have_no_logs_and_say_so(bare):
    study, _ = planted(bare)
    lower = study.outcomes.with_columns(pl.col("value") - 20)
    result = mutual_stimulation(study.with_table("outcomes", lower))
    assert "no logarithm" in interaction(result, "logs")["status"]
    assert interaction(result)["value"] is not None


def test_logarithm_by_hand():
    assert logarithm(np.array([1.0, np.e])).tolist() == [0, 1]
    assert logarithm(np.array([0.0, 2.0])).tolist() == [0, np.log(2)]


@pytest.mark.parametrize(("plan", "reason"), [
    ({"years": 3}, "3 years"), ({"organisations": 10}, "10 organisations"),
])  # fmt: skip
def test_too_few_years_or_organisations_are_refused_with_what_is_needed(bare, plan, reason):
    study, _ = planted(bare, **plan)
    result = mutual_stimulation(study)
    assert "not testable" in str(result)
    assert reason in str(result)
    assert "needed" in str(result)
    assert result.effects["value"].null_count() == 6
    assert set(result.cross_lags["status"]) == set(result.effects["status"])


def test_four_years_of_outcomes_and_three_of_exposures_give_effects_and_no_cross_lags(bare):
    study, _ = planted(bare, years=4)
    few = study.outcomes.filter((pl.col("indicator") == "innovation") | (pl.col("year") < 2015))
    study = study.with_table("outcomes", few)
    result = mutual_stimulation(study)
    assert interaction(result)["value"] is not None
    assert result.cross_lags["value"].null_count() == 4
    assert "3 are needed" in result.cross_lags["status"][0]


def test_a_study_without_outcomes_says_what_to_add(bare):
    result = mutual_stimulation(bare)
    assert "add rows of `outcomes`" in str(result)
    with pytest.raises(InvalidArgument, match="no organisation has the indicator 'joy'"):
        mutual_stimulation(bare, outcome="joy")
    with pytest.raises(InvalidArgument, match="level"):
        mutual_stimulation(bare, level=0.0)


def test_years_that_are_missing_are_not_bridged(bare):
    study, _ = planted(bare)
    holes = study.outcomes.filter(pl.col("year") != 2016)
    rows = mutual_stimulation(study.with_table("outcomes", holes)).effects
    # 2016 has no outcome, and 2017 nothing of the year before
    assert rows["n_years"].drop_nulls().unique().to_list() == [7]


def test_one_place_alone_has_organisations_as_groups(bare):
    study, _ = planted(bare)
    one = study.organisations.with_columns(
        city=pl.lit("X"), region=pl.lit("Y"), country=pl.lit("FR")
    )
    row = interaction(mutual_stimulation(study.with_table("organisations", one)))
    assert row["groups"] == "organisation"
    assert row["n_groups"] == row["n_organisations"]


def test_groups_are_the_coarsest_of_which_there_are_ten(bare):
    rows = np.arange(bare.organisations.height)
    code, kind = groups_of(bare, rows)
    n_regions = bare.organisations.select("country", "region").n_unique()
    assert kind == ("region" if n_regions >= 10 else "city")
    assert code.max() + 1 == bare.organisations.select("country", kind).n_unique()


def test_without_indicators_both_are_measured_from_the_tables(bare):
    study, _ = planted(bare)
    only = study.outcomes.filter(pl.col("indicator") == "innovation")
    study = study.with_table("outcomes", only)
    told = outcomes_by_year(study, "innovation")
    by_year, notes = exposures(study, told, **MEASURING)
    assert set(by_year["year"]) == set(range(2011, 2022))
    now = by_year.filter(year=2015)
    held = pipelines_of(study, year=2015).held().sum(axis=1)[now["row"].to_numpy()]
    assert now["pipelines"].to_list() == pytest.approx(held.tolist())
    assert any("Buzz measured from who is there" in note for note in notes)
    assert len(str(mutual_stimulation(study))) > 50


def test_whoever_has_closed_is_not_heard(bare):
    study, _ = planted(bare)
    only = study.outcomes.filter(pl.col("indicator") == "innovation")
    shut = study.organisations.with_columns(
        opened=pl.lit(date(2000, 1, 1)),
        closed=pl.when(pl.int_range(pl.len()) % 2 == 0).then(date(2015, 6, 1)),
    )
    study = study.with_table("outcomes", only).with_table("organisations", shut)
    by_year, _ = exposures(study, outcomes_by_year(study, "innovation"), **MEASURING)
    wide = by_year.pivot(on="year", index="row", values="buzz").drop_nulls()
    assert (wide["2015"] == wide["2012"]).all()  # in the year it closes it was there
    assert (wide["2016"] <= wide["2015"] + 1e-12).all()
    assert wide["2016"].sum() < wide["2015"].sum()


def test_nothing_that_moves_is_refused(bare):
    study, _ = planted(bare, years=6)
    still = study.outcomes.with_columns(
        pl.when(pl.col("indicator") == "buzz").then(5.0).otherwise("value").alias("value")
    )
    result = mutual_stimulation(study.with_table("outcomes", still))
    assert "moves over the years" in interaction(result)["status"]


def without(study, **columns):
    return study.with_table("organisations", study.organisations.with_columns(**columns))


def test_organisations_without_a_region_are_no_regions_of_their_own(bare):
    rows = np.repeat(np.arange(bare.organisations.height), 3)
    none = pl.lit(None, pl.String)
    code, kind = groups_of(without(bare, region=none), rows)
    assert kind == "city"
    assert code.max() + 1 == bare.organisations.select("country", "city").n_unique()
    assert groups_of(without(bare, region=none, city=none), rows)[1] == "organisation"
    few = pl.when(pl.int_range(pl.len()) % 15 > 0).then(pl.lit("A"))  # one region, 20 without
    assert groups_of(without(bare, region=few), rows)[1] == "city"


def test_a_few_without_a_region_are_with_their_city(bare):
    rows = np.arange(bare.organisations.height)
    region = pl.format("R{}", pl.int_range(pl.len()) % 12)
    city = pl.int_range(pl.len()) // 40
    some = pl.when(pl.int_range(pl.len()) % 20 > 0).then(region)
    study = without(bare, region=some, city=pl.format("C{}", city), country=pl.lit("FR"))
    code, kind = groups_of(study, rows)
    assert kind == "region"
    assert code[0] == code[20] != code[40]  # without a region, of the same city and another


def test_regions_unknown_do_not_make_errors_smaller(bare):
    study, _ = planted(bare, shared=1.0, feedback=0.3)
    row = interaction(mutual_stimulation(without(study, region=pl.lit(None, pl.String))))
    assert row["groups"] == "city"
    lone = without(study, region=pl.lit(None, pl.String), city=pl.lit(None, pl.String))
    found = mutual_stimulation(lone)
    assert interaction(found)["groups"] == "organisation"
    assert "Errors are by organisation" in str(found)


@pytest.mark.parametrize("value", [5.0, 0.0])
def test_an_outcome_that_does_not_move_is_refused(bare, value):
    study, _ = planted(bare, years=6)
    still = study.outcomes.with_columns(
        pl.when(pl.col("indicator") == "innovation")
        .then(value)
        .otherwise("value")
        .alias("value")
    )
    result = mutual_stimulation(study.with_table("outcomes", still))
    assert "does not move over the years" in interaction(result)["status"]
    assert interaction(result)["value"] is None


def test_pipelines_of_which_many_lack_a_first_day_are_refused(bare):
    study, _ = planted(bare)
    only = study.outcomes.filter(pl.col("indicator") == "innovation")
    half = study.linkages.with_columns(
        start=pl.when(pl.int_range(pl.len()) % 2 == 0).then("start")
    )
    found = mutual_stimulation(study.with_table("outcomes", only).with_table("linkages", half))
    assert "have no `start` while others" in str(found)
    assert found.effects["value"].null_count() == 6
