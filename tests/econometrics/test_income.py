"""Income and deals across borders: by hand, collapses, bad input, and what is recovered."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from linearmodels.panel import PanelOLS

from buzzline.agglomeration.theil import theil
from buzzline.econometrics import income_ladder
from buzzline.econometrics.income_panel import income_panel
from buzzline.econometrics.income_theil import theil_without
from buzzline.econometrics.ladder_rows import Chance, lead_rows, linear_rows
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds import IncomePlan, make_income_world


def small(linkages, *, outcomes=None, organisations=None, layer="investment"):
    """Two regions with a town each, and organisations here and abroad."""
    places = pl.DataFrame({
        "place_id": ["R1", "R2", "T1", "T2"], "parent_id": [None, None, "R1", "R2"],
        "country": "US", "population": [20_000.0, 50_000.0, 1.0, 1.0],
        "longitude": [-100.0, -90.0, -100.0, -90.0], "latitude": 40.0,
    })  # fmt: skip
    organisations = organisations or {
        "org_id": ["a", "b", "abroad", "unknown", "daughter"],
        "place_id": ["T1", "T2", None, None, None],
        "country": [None, "US", "DE", None, "DE"],
        "owner_id": [None, None, None, None, "b"],
    }
    if outcomes is None:
        outcomes = pl.DataFrame({
            "unit_id": ["R1", "R2"] * 4, "indicator": "median income",
            "year": np.repeat([2010, 2011, 2012, 2013], 2), "value": np.arange(8) + 50.0,
        })  # fmt: skip
    return Study.of(
        places=places, organisations=pl.DataFrame(organisations), outcomes=outcomes,
        linkages=pl.DataFrame(
            [
                {"source": s, "target": t, "layer": layer, "start": date(y, 3, 1),
                 "weight": w, "unit": u}
                for s, t, y, w, u in linkages
            ],
            schema={"source": pl.String, "target": pl.String, "layer": pl.String,
                    "start": pl.Date, "weight": pl.Float64, "unit": pl.String},
        ),
    )  # fmt: skip


DEALS = [
    ("a", "abroad", 2008, 5.0, "musd"), ("a", "abroad", 2010, None, None),
    ("a", "abroad", 2010, None, None), ("abroad", "b", 2013, 7.0, "meur"),
    ("a", "b", 2009, 1.0, "musd"), ("a", "unknown", 2011, 1.0, "musd"),
    ("b", "b", 2011, 1.0, "musd"), ("b", "daughter", 2011, 1.0, "musd"),
]  # fmt: skip


def test_by_hand_deals_of_three_years_for_ten_thousand_inhabitants():
    panel = income_panel(small(DEALS))
    # Region 1 has 20,000 inhabitants: one deal is 0.5. The second of 2010 is the same deal.
    assert panel.stock()[0, :, 0].tolist() == [1.0, 0.5, 0.5, 0.0]
    assert panel.stock()[1, :, 1].tolist() == [0.0, 0.0, 0.0, 0.2]
    assert panel.new(1)[1, :, 1].tolist()[:3] == [0.0, 0.0, 0.2]
    assert np.isnan(panel.new(1)[1, 3, 1])  # 2014 is not known, not 0
    assert np.isnan(panel.stock(1)[0, 0, 0])  # deals of 2007 are not known
    assert panel.stock(1)[0, 1:, 0].tolist() == [1.0, 0.5, 0.5]


def test_by_hand_what_is_not_a_deal_across_a_border_is_set_aside_with_its_reason():
    left = dict(income_panel(small(DEALS)).deals.left_out.iter_rows())
    assert left == {
        "within a country": 1, "country of an end not known": 1, "with oneself": 1,
        "told twice: same two, layer and day": 1,
    }  # fmt: skip
    said = str(income_ladder(small(DEALS), draws=0))
    assert "1 (country of an end not known)" in said


def test_by_hand_amounts_are_added_in_one_unit_only():
    panel = income_panel(
        small([*DEALS, ("a", "abroad", 2012, 3.0, "musd")]), measured="amounts"
    )
    assert panel.stock()[0, :, 0].tolist() == [2.5, 0.0, 1.5, 1.5]
    assert not panel.stock()[:, :, 1].any()  # the only one inward is in another unit
    assert any("60% of deals have one" in note for note in panel.notes)


def test_bad_input_amounts_that_are_mostly_unknown_are_not_added_up():
    deals = [*DEALS, ("a", "abroad", 2012, None, None), ("a", "abroad", 2013, None, None)]
    said = str(income_ladder(small(deals), measured="amounts", draws=0))
    assert "would take unknown amounts for none" in said


def test_by_hand_a_misdated_deal_does_not_make_years_known():
    many = [("a", "abroad", 2000 + k % 12, float(k), "musd") for k in range(12)]
    deals = [*many, ("a", "abroad", 1701, None, None)]
    assert income_panel(small(deals)).first_year == 2000  # three years without a deal between
    for wrong in (2010, 2080):
        panel = income_panel(small([*many[:6], ("a", "abroad", wrong, None, None)]))
        assert (panel.first_year, panel.deals.last_year) == (2000, 2005)
        assert "Deals are taken to be recorded from 2000 to 2005; 1 dated" in panel.notes[0]
    study, _ = make_income_world(IncomePlan(regions=20, years=4), rng=1)
    first = income_panel(study).first_year
    start = pl.Series(
        [date(1701, 1, 1), date(2150, 1, 1)] + [None] * (study.linkages.height - 2)
    )
    bad = study.with_table(
        "linkages", study.linkages.with_columns(start=pl.coalesce(start, "start"))
    )
    assert income_panel(bad).first_year == first
    assert income_panel(bad).deals.last_year < 2020


def test_by_hand_a_target_whose_register_names_the_buyer_today_is_bought_all_the_same():
    study = small(DEALS)
    panel = income_panel(study)
    assert panel.stock()[1, :, 0].tolist() == [0.0, 0.2, 0.2, 0.2]  # b in its daughter of today
    assert "no dated tie says that it was before" in " ".join(panel.notes)
    bought = small([("b", "daughter", 2011, None, None)], layer="affiliate")
    assert income_panel(bought).deals.deals.height == 1
    earlier = small([("b", "daughter", 2008, None, None)], layer="affiliate").linkages
    inside = study.with_table("linkages", pl.concat([earlier, study.linkages]))
    left = dict(income_panel(inside).deals.left_out.iter_rows())
    assert left["inside one group"] == 1


def test_collapse_deals_of_one_way_only_are_told_of_that_way():
    study, _ = make_income_world(IncomePlan(regions=24, years=6), rng=1)
    out = study.linkages.filter(pl.col("source").str.starts_with("H"))
    found = income_ladder(study.with_table("linkages", out), draws=19, rng=1)
    assert found.ladder.filter(pl.col("term") == "inward")["status"].unique().to_list() == [
        "not testable: there are no inward deals"
    ]
    for step in (1, 2, 3, 4, 5, 6, 7, 10):
        assert of(found, step)["value"] is not None
    assert found.lags["term"].unique().to_list() == ["outward"]
    assert found.theil["status"].to_list()[1] == "not testable: there are no inward deals"


def test_by_hand_a_deal_in_two_layers_is_one():
    one = small([("a", "abroad", 2011, 60.0, "percent")], layer="acquisition")
    both = one.with_table("linkages", pl.concat(
        [one.linkages, one.linkages.with_columns(layer=pl.lit("ownership"))]
    ))  # fmt: skip
    for layers in (None, ("acquisition", "ownership")):
        assert income_panel(both, layers=layers).yearly.sum() == 0.5


def test_by_hand_deals_of_organisations_without_a_place_are_not_deals_elsewhere():
    organisations = {
        "org_id": ["a", "lost", "abroad", "x"], "place_id": ["T1", None, None, None],
        "country": ["US", "US", "DE", "FR"],
    }  # fmt: skip
    deals = [("a", "abroad", 2011, None, None), ("lost", "abroad", 2011, None, None),
             ("x", "abroad", 2011, None, None)]  # fmt: skip
    study = small(deals, organisations=organisations)
    left = dict(income_panel(study).deals.left_out.iter_rows())
    assert left == {"place of an end not known": 1, "no end in a region": 1}
    assert "1 (place of an end not known)" in str(income_ladder(study, draws=0))


def test_bad_input_stakes_in_per_cent_are_no_amounts():
    stakes = [("a", "abroad", 2010 + k, 60.0, "percent") for k in range(3)]
    said = str(income_ladder(small(stakes), measured="amounts", draws=0))
    assert "stakes in per cent are none" in said
    panel = income_panel(
        small([*stakes[:1], *(("a", "abroad", y, 2.0, "musd") for y in (2011, 2012, 2013))]),
        measured="amounts",
    )
    assert panel.yearly.sum() == 3.0
    assert "1 deal with a stake" in " ".join(panel.notes)


def test_bad_input_an_outcome_in_two_units_is_refused():
    study, _ = make_income_world(IncomePlan(regions=12, years=4), rng=1)
    unit = pl.when(pl.col("unit_id") < "R005").then(pl.lit("EUR")).otherwise("unit")
    mixed = study.with_table("outcomes", study.outcomes.with_columns(unit=unit))
    assert "2 units ('EUR', 'USD'); bring it into one" in str(income_ladder(mixed, draws=0))


def test_bad_input_towns_and_the_country_around_regions_are_no_regions_beside_them():
    study, _ = make_income_world(IncomePlan(regions=12, years=4), rng=1)
    income = study.outcomes.filter(indicator="median income")
    towns = income.filter(pl.col("unit_id") < "R005").with_columns(
        pl.col("unit_id").str.replace("R", "T")
    )
    nested = study.with_table("outcomes", pl.concat([study.outcomes, towns]))
    for level in ("region", "municipality"):
        places = study.places if level == "region" else study.places.with_columns(
            level=pl.lit("municipality")
        )  # fmt: skip
        panel = income_panel(nested.with_table("places", places))
        if level == "region":
            assert panel.regions["region"].str.starts_with("R").all()
            assert np.array_equal(panel.yearly, income_panel(study).yearly)
            assert "12 of level 'region', which has most; 5 of level" in " ".join(panel.notes)
        else:
            assert panel.regions.height == 12  # five towns and the regions without one
            assert "5 regions left out in which others" in " ".join(panel.notes)
        assert not any("knows no organisation" in note for note in panel.notes)


def test_by_hand_theil_without_a_gain():
    y, people = np.array([10.0, 20, 30, 60, 80]), np.array([5.0, 5, 4, 3, 3])
    assert theil_without(y, people, np.zeros(5)) == pytest.approx(0.243844, abs=5e-7)
    gain = np.array([0.0, 0.1, 0.0, 0.3, 0.0])
    assert theil_without(y, people, gain) == pytest.approx(theil(y / np.exp(gain), people))


@pytest.fixture(scope="module")
def world():
    plan = IncomePlan(outward=0.08, inward=0.03)
    study, truth = make_income_world(plan, rng=3)
    return study, truth, income_ladder(study, draws=99, rng=1)


def of(found, step, term="outward"):
    return found.ladder.filter(step=step, term=term).row(0, named=True)


def test_another_package_the_default_is_two_way_effects(world):
    study, truth, found = world
    panel = income_panel(study)
    n, t = truth.outward.shape
    frame = pl.DataFrame({
        "y": np.log(panel.value).ravel(), "o": truth.outward.ravel(), "i": truth.inward.ravel(),
        "r": np.repeat(np.arange(n), t), "t": np.tile(np.arange(t), n),
    }).to_pandas().set_index(["r", "t"])  # fmt: skip
    theirs = PanelOLS(
        frame["y"], frame[["o", "i"]], entity_effects=True, time_effects=True
    ).fit(cov_type="clustered", cluster_entity=True)
    assert of(found, 4)["value"] == pytest.approx(theirs.params["o"], rel=1e-9)
    assert of(found, 4, "inward")["value"] == pytest.approx(theirs.params["i"], rel=1e-9)
    # Theirs is multiplied for effects that lie within regions, ours leaves out regions.
    assert 0.95 <= of(found, 4)["se"] / theirs.std_errors["o"] < 1.15
    pooled = PanelOLS(frame["y"], frame[["o", "i"]].assign(one=1.0)).fit()
    assert of(found, 2)["value"] == pytest.approx(pooled.params["o"], rel=1e-9)


def test_planted_truth_two_way_effects_find_what_a_cross_section_overstates(world):
    _, _, found = world
    assert of(found, 1)["low"] > 0.08
    assert of(found, 3)["low"] > 0.08
    for step in (4, 5, 6, 7):
        row = of(found, step)
        assert row["low"] < 0.08 < row["high"]
        assert row["status"] == "measured"
    assert of(found, 4)["is_default"]
    assert "rises with deals abroad" in str(found)
    assert "a cross-section would have said" in str(found)


def test_planted_truth_amounts_are_told_of_amounts(world):
    study, _, _ = world
    found = income_ladder(study, measured="amounts", draws=0)
    assert found.per == "musd"
    assert "for one more musd dealt per 10,000 inhabitants in three years" in str(found)
    assert "one more deal" not in str(found)


def test_collapse_other_errors_that_hold_nothing_speak_against_the_default(world):
    _, _, found = world
    wide = found.errors.with_columns(
        low=pl.when(pl.col("errors").str.contains("Driscoll")).then(-1.0).otherwise("low")
    )
    assert "With errors of" not in str(found)
    said = str(replace(found, errors=wide))
    assert "With errors of common years (Driscoll-Kraay) it is not beyond chance" in said


def test_every_step_with_hardly_any_power_says_so(world):
    _, _, found = world
    assert "no counter-evidence" in of(found, 8)["reading"]
    said = str(found)
    assert "shift-share" not in said


def test_by_hand_a_last_year_with_few_regions_is_no_cross_section(world):
    study, _, _ = world
    late = (pl.col("year") == 2015) & (pl.col("unit_id") > "R009")
    few = study.with_table("outcomes", study.outcomes.filter(~late))
    found = income_ladder(few, controls=["skills"], draws=0)
    assert found.regions["year"].unique().to_list() == [2014]
    assert (of(found, 1)["n"], found.theil["n"][0]) == (80, 80)
    assert "later years lack more than a tenth" in str(found)
    half = few.with_table("outcomes", few.outcomes.filter(
        (pl.col("indicator") != "skills") | (pl.col("unit_id") > "R039")
    ))  # fmt: skip
    found = income_ladder(half, controls=["skills"], draws=0)
    assert "The cross-section has 40 of 80 regions" in str(found)
    assert "of 730 regions by years are not used because a control is not known" in str(found)


def test_every_row_says_how_it_is_to_be_read(world):
    _, _, found = world
    assert found.ladder["step"].unique().sort().to_list() == list(range(1, 11))
    assert found.ladder["reading"].null_count() == 0
    assert "richer regions invest more abroad" in of(found, 4)["reading"]
    assert found.notes[0].startswith("Association within regions over time; richer regions")
    told = found.ladder.filter(pl.col("value").is_not_null())
    assert told.filter(pl.col("low").is_null() & (pl.col("status") == "measured")).height == 0
    assert (told["detectable"].drop_nulls() > told["se"].drop_nulls()).all()


def test_planted_truth_lags_fade_and_inequality_follows_the_effect(world):
    _, truth, found = world
    lags = found.lags.filter(term="outward")["value"].to_list()
    assert lags[0] == of(found, 4)["value"]
    assert lags[0] > lags[3]
    row = found.theil.filter(term="outward").row(0, named=True)
    people = found.regions["population"].to_numpy()
    income = found.regions["value"].to_numpy()
    bare = income * np.exp(-of(found, 4)["value"] * truth.outward[:, -1])
    assert row["value"] == pytest.approx(float(theil(income, people) - theil(bare, people)))
    assert row["low"] < row["value"] < row["high"]


def test_planted_truth_income_that_comes_first_is_seen_in_leads():
    seen = []
    for seed in range(4):
        study, _ = make_income_world(IncomePlan(reverse=8.0, demand=4.0), rng=seed)
        found = income_ladder(study, draws=0, rng=1)
        row = found.ladder.filter(term="outward, both years together").row(0, named=True)
        seen.append(row["p"] < 0.05)
        if seen[-1]:
            assert "income comes first, or both have one cause" in str(found)
    assert np.mean(seen) >= 0.7


def test_planted_truth_without_an_effect_the_default_holds_its_size():
    p, leads = [], []
    for seed in range(60):
        plan = IncomePlan(regions=45, years=6)
        panel = income_panel(make_income_world(plan, rng=seed)[0])
        p.append(linear_rows(panel, 4, Chance(0.95, 0, 1))[0]["p"] < 0.05)
        ahead = lead_rows(panel, Chance(0.95, 0, 1))
        leads.append(ahead[-2]["p"] < 0.05)
        assert ahead[-2]["term"] == "outward, both years together"
    assert np.mean(p) <= 0.12
    assert np.mean(leads) <= 0.13


def test_collapse_with_a_handful_of_regions_each_is_left_out_in_turn():
    study, _ = make_income_world(IncomePlan(regions=8, years=6), rng=1)
    found = income_ladder(study, draws=199, rng=1)
    assert of(found, 4)["errors"] == "by region"
    rows = found.errors.filter(step=4, term="outward")
    assert of(found, 4)["low"] == rows.filter(errors="by region")["low"][0]
    assert rows.filter(errors="wild bootstrap by region")["low"][0] is not None


def test_collapse_few_regions_are_told_by_wild_bootstrap():
    study, _ = make_income_world(IncomePlan(regions=12, years=6), rng=1)
    found = income_ladder(study, draws=199, rng=1)
    assert of(found, 4)["errors"] == "wild bootstrap by region"
    for step, why in ((6, "at least 20"), (10, "at least 20"), (8, "not testable")):
        assert of(found, step)["value"] is None
        assert why in of(found, step)["status"]


def test_invariant_the_same_seed_gives_the_same():
    study, _ = make_income_world(IncomePlan(regions=30, years=5), rng=2)
    one, two = (income_ladder(study, draws=19, rng=4) for _ in range(2))
    assert one.ladder.equals(two.ladder)
    assert one.quantiles.equals(two.quantiles)


def test_bad_input_is_said_not_guessed():
    study, _ = make_income_world(IncomePlan(regions=20, years=4), rng=1)
    nothing = study.with_table("linkages", study.linkages.head(0))
    assert "no deals" in str(income_ladder(nothing, draws=0))
    undated = study.with_table(
        "linkages", study.linkages.with_columns(start=pl.lit(None, pl.Date))
    )
    assert "no deal has a date" in str(income_ladder(undated, draws=0))
    nowhere = study.with_table(
        "organisations", study.organisations.with_columns(place_id=pl.lit(None, pl.String))
    )
    assert "no organisation stands in a region" in str(income_ladder(nowhere, draws=0))
    empty = study.with_table(
        "places", study.places.with_columns(population=pl.lit(None, pl.Float64))
    )
    assert "inhabitants" in str(income_ladder(empty, draws=0))
    with pytest.raises(InvalidArgument, match="no place has the indicator"):
        income_ladder(study, outcome="happiness")
    with pytest.raises(InvalidArgument, match="no place has the indicator"):
        income_ladder(study, controls=["happiness"])
    with pytest.raises(InvalidArgument, match="no linkages of layer"):
        income_ladder(study, layers=["supply"])
    with pytest.raises(InvalidArgument, match="`level`"):
        income_ladder(study, level=1.0)


def test_bad_input_regions_of_which_the_study_knows_nobody_are_not_regions_without_deals():
    study, _ = make_income_world(IncomePlan(regions=20, years=4), rng=1)
    gone = study.organisations.filter(
        ~pl.col("place_id").is_in(["T000", "T001"]) | pl.col("place_id").is_null()
    )
    ties = study.linkages.join(gone, left_on="source", right_on="org_id", how="semi").join(
        gone, left_on="target", right_on="org_id", how="semi"
    )
    found = income_ladder(
        study.with_table("linkages", ties).with_table("organisations", gone), draws=0
    )
    assert of(found, 4)["n_regions"] == 18
    assert any("2 regions left out in which the study knows no organ" in n for n in found.notes)


def test_bad_input_one_investor_with_half_of_the_deals_is_said_and_left_out_beside():
    study, _ = make_income_world(IncomePlan(regions=30, years=5), rng=1)
    here = study.organisations.filter(country="US")["org_id"].implode()
    owned = pl.col("org_id").is_in(here) & pl.col("org_id").str.ends_with("1")
    owned |= pl.col("org_id").is_in(here) & pl.col("org_id").str.ends_with("2")
    owned |= pl.col("org_id").is_in(here) & pl.col("org_id").str.ends_with("3")
    owned |= pl.col("org_id").is_in(here) & pl.col("org_id").str.ends_with("4")
    organisations = study.organisations.with_columns(
        owner_id=pl.when(owned).then(pl.lit("H000-0"))
    )
    found = income_ladder(study.with_table("organisations", organisations), draws=0)
    said = next(note for note in found.notes if note.startswith("One investor makes"))
    assert "without it outward deals go with" in said
    assert not any("One investor" in n for n in income_ladder(study, draws=0).notes)


def test_bad_input_one_year_allows_a_cross_section_and_nothing_else():
    study, _ = make_income_world(IncomePlan(regions=30, years=3), rng=1)
    last = study.outcomes.filter(pl.col("year") == pl.col("year").max())
    found = income_ladder(study.with_table("outcomes", last), draws=9)
    assert of(found, 1)["value"] is not None
    assert "no region is seen in enough years" in of(found, 4)["status"]
    assert "That is no evidence of an effect" in str(found)


def test_bad_input_outcomes_of_0_are_taken_as_they_are():
    study, _ = make_income_world(IncomePlan(regions=30, years=5), rng=1)
    shifted = study.outcomes.with_columns(pl.col("value") - 60_000)
    found = income_ladder(study.with_table("outcomes", shifted), draws=0)
    assert any("not in logarithms" in note for note in found.notes)
    assert of(found, 4)["value"] is not None
    assert "not above 0" in found.theil["status"][0]
