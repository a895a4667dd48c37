"""Industrial districts, step by step."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.clusters.district_steps import DistrictRule, location_quotient
from buzzline.clusters.industrial_districts import industrial_districts
from buzzline.clusters.labour_market_areas import labour_market_areas
from buzzline.clusters.labour_markets import AreaRule
from buzzline.errors import InvalidArgument
from buzzline.tables.connectors import read_cbp
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

# place, industry, size class, jobs: manufacturing is C, of 13 (textiles) and 25 (metals)
CELLS = {
    # textiles of small firms: a district
    "Prato": {("C", "1-249"): 500, ("13", "1-249"): 400, ("25", "1-249"): 100, ("G", None): 300},
    # as much manufacturing, in one large plant
    "Terni": {("C", "250+"): 500, ("25", "250+"): 500, ("G", None): 300},
    # services
    "Rome": {("C", "1-249"): 200, ("25", "1-249"): 200, ("G", None): 2000},
    # small firms on the whole, but the main industry is one large plant
    "Fabriano": {("C", "1-249"): 320, ("C", "250+"): 310, ("25", "250+"): 310,
                 ("13", "1-249"): 20, ("25", "1-249"): 300, ("G", None): 300},
}  # fmt: skip
INDUSTRIES = pl.DataFrame({
    "industry": ["C", "13", "25", "G"], "title": ["Making", "Textiles", "Metals", "Trade"],
    "level": [1, 2, 2, 1], "parent": [None, "C", "C", None],
})  # fmt: skip


def study_of(cells=None, sizes=True, level="labour_market"):
    rows = [
        {"place_id": place, "industry": industry, "size_class": size, "jobs": float(jobs)}
        for place, held in (cells or CELLS).items() for (industry, size), jobs in held.items()
    ]  # fmt: skip
    frame = pl.DataFrame(rows).with_columns(size_class=pl.col("size_class").cast(pl.String))
    whole = frame.group_by("place_id", "industry").agg(pl.col("jobs").sum())
    sized = frame.drop_nulls("size_class") if sizes else frame.clear()
    employment = pl.concat([whole, sized], how="diagonal_relaxed")
    places = pl.DataFrame({"place_id": list(cells or CELLS), "level": level})
    return Study.of(employment=employment, industries=INDUSTRIES, places=places)


def districts(study, **choices):
    return industrial_districts(study, labour_market_areas(study, draws=0), **choices)


def verdicts(result):
    return dict(result.areas.select("area_id", "verdict").iter_rows())


def test_by_hand_each_area_drops_out_at_its_step():
    found = districts(study_of())
    assert verdicts(found) == {
        "Prato": "district", "Terni": "none", "Rome": "none", "Fabriano": "none",
    }  # fmt: skip
    reason = dict(found.areas.select("area_id", "reason").iter_rows())
    assert reason["Terni"].startswith("small: 0% of jobs")
    assert reason["Rome"].startswith("manufacturing: location quotient 0.2")
    assert reason["Fabriano"].startswith("industry small: 49% of jobs")
    asked = found.steps.select("step", "n_asked", "n_yes").rows()
    assert asked == [
        ("people", 4, 4), ("manufacturing", 4, 3), ("small", 3, 2), ("main", 2, 2),
        ("industry_small", 2, 1),
    ]  # fmt: skip


def test_by_hand_the_numbers_of_a_district():
    row = districts(study_of()).areas.filter(area_id="Prato").row(0, named=True)
    # manufacturing: 500 of 800 there, 1,830 of 4,730 in all
    assert row["quotient"] == pytest.approx((500 / 800) / (1830 / 4730))
    # textiles: 400 of 500 there, 420 of 1,830 in all
    assert row["industry"] == "Textiles"
    assert row["industry_quotient"] == pytest.approx((400 / 500) / (420 / 1830))
    assert (row["small_low"], row["industry_small_high"]) == (1.0, 1.0)
    assert row["margin"] == pytest.approx(row["quotient"])


def test_without_size_classes_only_what_drops_out_before_is_told():
    found = districts(study_of(sizes=False))
    assert verdicts(found) == {
        "Prato": "not testable", "Terni": "not testable", "Rome": "none",
        "Fabriano": "not testable",
    }  # fmt: skip
    row = found.areas.filter(area_id="Prato").row(0, named=True)
    assert row["main"] == "yes"
    assert "size classes are not known" in row["reason"]


def test_numbers_of_establishments_bound_the_share_of_small_ones():
    study = study_of()
    sized = pl.DataFrame({
        "place_id": "Prato", "industry": ["C", "C", "13"], "size_class": ["250-499", "1-49", "1-49"],
        "establishments": [1.0, 40, 40],
    })  # fmt: skip
    plain = study.employment.filter(pl.col("size_class").is_null())
    found = districts(
        study.with_table("employment", pl.concat([plain, sized], how="diagonal_relaxed"))
    )
    row = found.areas.filter(area_id="Prato").row(0, named=True)
    # one plant of 250 to 499 of 500 jobs
    assert (row["small_low"], row["small_high"]) == (pytest.approx(1 / 500), 0.5)
    assert row["small"] == "no"
    assert (row["verdict"], row["margin"]) == ("none", 1.0)


def test_bounds_on_both_sides_of_the_threshold_are_not_testable():
    study = study_of()
    plain = study.employment.filter(pl.col("size_class").is_null())
    sized = pl.DataFrame({
        "place_id": "Prato", "industry": ["C", "13"], "size_class": ["200-399", "1-49"],
        "establishments": [1.0, 40],
    })  # fmt: skip
    found = districts(
        study.with_table("employment", pl.concat([plain, sized], how="diagonal_relaxed"))
    )
    row = found.areas.filter(area_id="Prato").row(0, named=True)
    assert (row["small_low"], row["small_high"]) == (pytest.approx(101 / 500), 1.0)
    assert (row["small"], row["verdict"]) == ("not testable", "not testable")


def test_collapse_organisations_give_what_their_employment_gives():
    rows = [
        ("Prato", "13", 200.0), ("Prato", "13", 200.0), ("Prato", "25", 100.0),
        ("Prato", "G", 300.0), ("Terni", "25", 500.0), ("Terni", "G", 300.0),
        ("Rome", "25", 200.0), ("Rome", "G", 2000.0),
    ]  # fmt: skip
    organisations = pl.DataFrame(rows, schema=["place_id", "industry", "jobs"], orient="row")
    study = Study.of(
        organisations=organisations.with_columns(
            org_id=pl.concat_str(pl.lit("o"), pl.int_range(pl.len()).cast(pl.String))
        ),
        industries=INDUSTRIES,
        places=pl.DataFrame({"place_id": ["Prato", "Rome", "Terni"], "level": "labour_market"}),
    )
    found = districts(study, manufacturing=["13", "25"])
    three = {key: CELLS[key] for key in ("Prato", "Terni", "Rome")}
    same = districts(study_of(three))
    columns = ["area_id", "verdict", "quotient", "small_low", "industry", "industry_quotient"]
    assert found.areas.select(columns).equals(same.areas.select(columns), null_equal=True)
    assert found.source == "organisations"


def test_areas_that_are_no_labour_market_of_their_own_are_none():
    ids = [f"o{k}" for k in range(4)]
    study = Study.of(
        organisations=pl.DataFrame({
            "org_id": ids, "place_id": ["A", "A", "B", "B"], "industry": ["13", "25"] * 2,
            "jobs": 100.0}),
        places=pl.DataFrame({"place_id": ["A", "B"], "level": "municipality"}),
        linkages=pl.DataFrame({
            "source": ["o0", "o2", "o2"], "target": ["o1", "o3", "o0"], "layer": "commute",
            "weight": [200.0, 20.0, 60.0]}),
    )  # fmt: skip
    areas = labour_market_areas(study, rule=AreaRule(10, 500, 0.5, 0.9), draws=0)
    found = industrial_districts(study, areas, manufacturing=["13", "25"])
    people = dict(areas.areas.select("area_id", "status").iter_rows())
    for row in found.areas.to_dicts():
        valid = people[row["area_id"]] == "valid"
        assert (row["people"] == "yes") == valid
        assert valid or row["verdict"] == "none"


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(50, 90)), min_size=1, max_size=8))
def test_invariant_quotients_average_to_one(cells):
    part, whole = (
        pl.Series(column, dtype=pl.Float64).to_numpy() for column in zip(*cells, strict=True)
    )
    quotient = location_quotient(part, whole)
    assert (quotient * whole).sum() / whole.sum() == pytest.approx(1.0)


def test_stricter_thresholds_never_give_more_districts():
    n = districts(study_of()).sensitivity["n_districts"].to_list()
    assert n == sorted(n, reverse=True)
    assert 0.99 < DistrictRule().scaled(3.0).small < 1  # must be exceeded


def test_given_areas_say_so_and_unknown_things_are_said():
    found = districts(study_of())
    assert "are taken as given" in str(found)
    assert "not testable" in str(districts(study_of(level="municipality")))
    no_jobs = Study.of(places=pl.DataFrame({"place_id": ["a"], "level": "labour_market"}))
    assert "no jobs by place and industry" in str(districts(no_jobs))
    assert str(districts(no_jobs)).lower().count("not testable") == 1
    world = make_world(organisations=300, clusters=1, industries=2, rng=1).study
    assert "give `manufacturing`" in str(districts(world))
    with pytest.raises(InvalidArgument, match="no jobs are of 'Z'"):
        districts(study_of(), manufacturing=["Z"])


def test_published_american_areas_carpets_stand_out_in_dalton(shared_data):
    study = read_cbp(shared_data / "cbp_cbsa")
    found = districts(study, year=2019)
    row = found.areas.filter(area_id="19140").row(0, named=True)  # Dalton, Georgia
    assert row["industry"] == "314"  # textile product mills
    assert row["industry_quotient"] > 50
    assert row["verdict"] == "not testable"  # no size classes are published
    # as published: 122.5 million jobs in all, of which manufacturing is a tenth
    assert found.areas["jobs"].sum() == pytest.approx(122.5e6, rel=0.01)
    assert found.steps["n_asked"].to_list()[:2] == [933, 933]


def test_by_hand_a_size_class_without_establishments_has_no_jobs():
    plain = study_of().employment.filter(pl.col("size_class").is_null())
    sized = pl.DataFrame({
        "place_id": "Prato", "industry": ["C", "C", "13", "13"],
        "size_class": ["1-49", "250+", "1-49", "250+"], "establishments": [40.0, 0, 40, 0],
    })  # fmt: skip
    employment = pl.concat([plain, sized], how="diagonal_relaxed")
    row = districts(study_of().with_table("employment", employment)).areas
    row = row.filter(area_id="Prato").row(0, named=True)
    assert (row["small_low"], row["small_high"], row["verdict"]) == (1.0, 1.0, "district")


def test_rows_without_a_year_stand_in_only_where_no_row_of_the_year_does():
    study = study_of()
    dated = study.employment.with_columns(year=pl.lit(2020, pl.Int64))
    undated = study.employment.filter(pl.col("place_id") == "Prato")
    again = districts(study.with_table("employment", pl.concat([dated, undated])))
    columns = ["area_id", "verdict", "jobs", "manufacturing_jobs", "small_low"]
    assert again.areas.select(columns).equals(districts(study).areas.select(columns))
    other = dated.filter(pl.col("place_id") != "Prato")
    stands_in = districts(study.with_table("employment", pl.concat([other, undated])))
    assert stands_in.areas.select(columns).equals(districts(study).areas.select(columns))


def test_thresholds_multiplied_can_still_be_passed():
    scaled = DistrictRule(small=0.9, industry_small=0.4).scaled(1.25)
    assert 0.9 < scaled.small < 1
    assert scaled.industry_small == 0.5
    assert DistrictRule(small=1.0).scaled(1.25).small == 1.0
