import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.concentration import concentration
from buzzline.agglomeration.ellison_glaeser import dartboard_gammas, ellison_glaeser
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study


def study_of(place, industry, jobs=None, **columns):
    n = len(place)
    return Study.of(
        organisations=pl.DataFrame(
            {"org_id": [f"o{k}" for k in range(n)], "industry": industry,
             "city": [f"t{k:03d}" for k in place], "country": "AA",
             "jobs": np.ones(n) if jobs is None else jobs} | columns
        )
    )  # fmt: skip


def some_study(seed=1, n=300, towns=20):
    source = np.random.default_rng(seed)
    place = source.choice(towns, n, p=source.dirichlet(np.ones(towns)))
    jobs = np.ceil(source.pareto(1.5, n) * 5)
    jobs[:towns], place[:towns] = 1.0, np.arange(towns)  # every town has somebody
    return study_of(place, [f"i{k % 3}" for k in range(n)], jobs), place, jobs


def row_of(result, industry, area_level=None):
    rows = result.industries.filter(industry=industry)
    return rows.filter(area_level=area_level or result.area_levels[0]).row(0, named=True)


def test_gamma_band_and_p_are_those_of_the_array_functions():
    study, place, jobs = some_study()
    result = concentration(study, draws=49, rng=5)
    known = jobs > 0
    code = np.arange(300) % 3
    found = ellison_glaeser(jobs[known], place[known], code[known])
    thrown = dartboard_gammas(found, draws=49, rng=5)
    for number in range(3):
        row = row_of(result, f"i{number}")
        assert row["value"] == pytest.approx(found.gamma[number])
        assert row["z"] == pytest.approx(found.z[number])
        assert row["n"] == found.n[number]
        assert row["herfindahl_plants"] == pytest.approx(found.herfindahl[number])
        assert row["chance_low"] == pytest.approx(np.quantile(thrown[:, number], 0.025))
        at_least = (thrown[:, number] >= found.gamma[number] - 1e-12).sum()
        assert row["p"] == pytest.approx((1 + at_least) / 50)


def test_planted_cluster_is_localised_and_comes_first():
    source = np.random.default_rng(3)
    place = [*np.zeros(40, int), *source.integers(30, size=260)]
    industry = ["planted"] * 50 + ["other"] * 250
    result = concentration(study_of(place, industry), draws=199, rng=1)
    assert result.industries["industry"][0] == "planted"
    assert row_of(result, "planted")["status"] == "localised"
    assert "most planted: gamma" in str(result)


def test_an_even_industry_is_dispersed():
    source = np.random.default_rng(3)
    place = [*np.repeat(np.arange(20), 20), *source.integers(20, size=400)]
    industry = ["even"] * 400 + ["other"] * 400
    result = concentration(study_of(place, industry), draws=199, rng=1)
    assert row_of(result, "even")["status"] == "dispersed"


@pytest.mark.parametrize("measure", ["ellison_glaeser", "maurel_sedillot"])
def test_p_values_are_uniform_when_plants_are_thrown(measure):
    p = []
    for seed in range(60):
        study, _, _ = some_study(seed=[9, seed])
        rows = concentration(study, draws=39, rng=seed).measures.filter(measure=measure)
        p += rows["p"].to_list()
    ranked = np.sort(p)
    gap = np.abs(ranked - (np.arange(ranked.size) + 0.5) / ranked.size).max()
    # 1 % point of Kolmogorov's distance for 60 worlds of dependent industries, steps of 1/40
    assert gap < 1.63 / np.sqrt(90) + 0.025


def test_all_measures_hold_their_size_where_plants_are_alike():
    rejected = []
    for seed in range(60):
        source = np.random.default_rng([4, seed])
        place = source.choice(10, 600, p=source.dirichlet(np.full(10, 5.0)))
        study = study_of(place, [f"i{k % 3}" for k in range(600)])
        found = concentration(study, draws=39, rng=seed).measures
        rejected.append(found.drop_nulls("p").with_columns(hit=pl.col("p") <= 0.1))
    rate = pl.concat(rejected).group_by("measure").agg(pl.col("hit").mean())
    # 180 tests, of which the three of a world count as half: three binomial standard errors
    assert rate["hit"].max() <= 0.1 + 3 * np.sqrt(0.09 / 90)


def test_kinds_of_areas_are_told_side_by_side():
    places = pl.DataFrame(
        {"place_id": ["a", "b", "c", "d", "X", "Y"], "parent_id": ["X", "X", "Y", "Y", None, None],
         "level": ["municipality"] * 4 + ["region"] * 2}
    )  # fmt: skip
    jobs = {("a", "s"): 50.0, ("b", "s"): 0.0, ("c", "s"): 50.0, ("d", "s"): 0.0}
    jobs |= {(place, "t"): 100.0 for place in "abcd"}
    rows = [(place, industry, value, value / 5) for (place, industry), value in jobs.items()]
    employment = pl.DataFrame(
        rows, schema=["place_id", "industry", "jobs", "establishments"], orient="row"
    )
    result = concentration(Study.of(places=places, employment=employment), draws=99, rng=1)
    assert result.area_levels == ("municipality", "region")
    by_place, by_region = (row_of(result, "s", level) for level in result.area_levels)
    assert by_place["value"] > by_place["chance_high"]
    assert by_region["value"] < 0.01  # half in each region, as all jobs are
    theil = {
        (row["area_level"], row["measure"]): row["value"]
        for row in result.measures.filter(industry="s").to_dicts()
    }
    inside = theil["municipality", "theil_within"]
    assert theil["municipality", "theil"] == pytest.approx(theil["region", "theil"] + inside)


def test_cells_have_plants_of_equal_size_and_say_what_that_does():
    employment = pl.DataFrame(
        {"place_id": ["a", "b", "a", "b"], "industry": ["s", "s", "t", "t"],
         "jobs": [30.0, 10, 20, 20], "establishments": [3.0, 10, 4, 4]}
    )  # fmt: skip
    result = concentration(Study.of(employment=employment), draws=19, rng=1)
    row = row_of(result, "s")
    assert row["n"] == 13
    assert row["herfindahl_plants"] == pytest.approx((30**2 / 3 + 10**2 / 10) / 40**2)
    assert row["value_least"] < row["value"]
    assert any("equal size" in note for note in result.notes)


def test_size_classes_narrow_what_is_not_known_of_plants():
    whole = pl.DataFrame(
        {"place_id": ["a", "b", "a", "b"], "industry": ["s", "s", "t", "t"],
         "jobs": [60.0, 20, 40, 40], "establishments": [12.0, 10, 4, 4]}
    )  # fmt: skip
    classes = pl.DataFrame(
        {"place_id": ["a", "a", "b"], "industry": ["s"] * 3, "size_class": ["1-4", "20+", "1-4"],
         "jobs": [20.0, 40, 20], "establishments": [10.0, 2, 10]}
    )  # fmt: skip
    alone = row_of(concentration(Study.of(employment=whole), draws=9, rng=1), "s")
    both = pl.concat([whole, classes], how="diagonal")
    split = row_of(concentration(Study.of(employment=both), draws=9, rng=1), "s")
    # ten plants of 2, two of 20, ten of 2: H = (20 * 4 + 2 * 400) / 80**2
    assert split["herfindahl_plants"] == pytest.approx(880 / 6400)
    assert split["n"] == alone["n"] == 22
    assert split["value"] < alone["value"]
    assert split["value_least"] > alone["value_least"]


def test_the_least_gamma_is_never_above_what_is_shown():
    # all of s in the smallest place: G is above 1 - X2, and gamma rises with H
    employment = pl.DataFrame(
        {"place_id": ["a", "b", "c"], "industry": ["s", "t", "t"],
         "jobs": [30.0, 1000, 1000], "establishments": [12.0, 50, 50]}
    )  # fmt: skip
    result = concentration(Study.of(employment=employment), draws=19, rng=1)
    row = row_of(result, "s")
    assert row["value"] > 1
    assert row["value_least"] <= row["value"]


def test_plants_one_by_one_have_no_such_range():
    result = concentration(some_study()[0], draws=19, rng=1)
    row = row_of(result, "i0")
    assert row["value_least"] == pytest.approx(row["value"])


def test_weight_by_establishments_counts_plants_alike():
    study, place, _ = some_study()
    result = concentration(study, weight="establishments", draws=19, rng=1)
    found = ellison_glaeser(np.ones(300), place, np.arange(300) % 3)
    assert row_of(result, "i1")["value"] == pytest.approx(found.gamma[1])


def test_relabelling_holds_the_size_of_every_measure_where_plants_are_unequal():
    rejected = []
    for seed in range(60):
        study, _, _ = some_study(seed=[8, seed])
        found = concentration(study, null="relabelling", draws=39, rng=seed).measures
        rejected.append(found.drop_nulls("p").with_columns(hit=pl.col("p") <= 0.1))
    rate = pl.concat(rejected).group_by("measure").agg(pl.col("hit").mean())
    # 180 tests, of which the three of a world count as half: three binomial standard errors
    assert rate["hit"].max() <= 0.1 + 3 * np.sqrt(0.09 / 90)
    assert rate["hit"].min() >= 0.1 - 3 * np.sqrt(0.09 / 90)


def test_relabelling_of_one_industry_changes_nothing():
    study, _, _ = some_study()
    alone = study.organisations.with_columns(industry=pl.lit("s"))
    result = concentration(
        study.with_table("organisations", alone), null="relabelling", draws=19, rng=1
    )
    hoover = result.measures.filter(measure="hoover").row(0, named=True)
    assert [hoover[name] for name in ("value", "chance_low", "chance_high")] == pytest.approx(
        [0, 0, 0], abs=1e-12
    )
    assert result.null == "relabelling"


def test_the_answer_does_not_depend_on_threads(monkeypatch):
    study, _, _ = some_study()
    answers = []
    for threads in ("1", "4"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        answers.append(concentration(study, draws=33, rng=2).measures)
    assert answers[0].equals(answers[1])


def test_few_plants_are_not_tested_and_one_is_not_defined():
    place = [0, 1, 2, 0, 0] + [k % 7 for k in range(40)]
    result = concentration(
        study_of(place, ["few"] * 4 + ["one"] + ["many"] * 40), draws=19, rng=1
    )
    few, one = row_of(result, "few"), row_of(result, "one")
    assert (few["status"], few["p"]) == ("too few plants", None)
    assert few["value"] is not None
    assert (one["status"], one["value"]) == ("not defined", None)
    assert one["reason"].startswith("one plant")
    assert row_of(result, "many")["p"] is not None
    assert "(2 not tested)" in str(result)


def test_plants_without_jobs_are_left_out_and_counted():
    jobs = [1.0] * 20 + [None] * 5
    result = concentration(
        study_of([k % 4 for k in range(25)], ["a", "b"] * 12 + ["a"], jobs), draws=9, rng=1
    )
    assert any(note.startswith("5 plants without known jobs") for note in result.notes)


def test_suppressed_share_is_carried_into_the_result():
    employment = pl.DataFrame(
        {"place_id": ["a", "a", "a", "b", "b"], "industry": ["00", "10", "11", "00", "10"],
         "jobs": [100.0, 40, 30, 50, 50], "establishments": [20.0, 8, 6, 10, 10]}
    )  # fmt: skip
    result = concentration(Study.of(employment=employment), draws=9, rng=1)
    assert result.suppressed_share == pytest.approx(30 / 150)
    assert any("20.0% of all jobs" in note for note in result.notes)


def test_no_draws_has_no_band_and_no_p():
    result = concentration(some_study()[0], draws=0, rng=1)
    assert result.industries["chance_low"].null_count() == result.industries.height
    assert set(result.industries["status"]) == {"not tested"}


def test_errors_name_the_remedy():
    with pytest.raises(TooFew, match="weight='establishments'"):
        concentration(study_of([0, 1], ["a", "a"], [None, None]))
    with pytest.raises(TooFew, match="one place"):
        concentration(study_of([0, 0], ["a", "b"]))
    with pytest.raises(InvalidArgument, match="'dartboard', 'relabelling'"):
        concentration(some_study()[0], null="bootstrap", draws=9)


def test_all_plants_of_an_industry_in_one_place():
    place = [0] * 20 + [k % 10 for k in range(100)]
    result = concentration(study_of(place, ["here"] * 20 + ["all"] * 100), draws=99, rng=1)
    row = row_of(result, "here")
    assert row["status"] == "localised"
    assert row["n_areas"] == 1
    measures = dict(
        result.measures.filter(industry="here").select("measure", "value").iter_rows()
    )
    assert measures["herfindahl"] == pytest.approx(1)
    assert measures["entropy"] == pytest.approx(0)


def test_real_industries_that_are_known_to_gather_come_first(shared_data):
    cells = pl.read_parquet(shared_data / "cbp_cbsa" / "cbp_cbsa_naics_2019.parquet").filter(
        pl.col("naics").str.contains("^3[123]..$")
    )
    employment = cells.select(
        place_id="cbsa", industry="naics", year=pl.lit(2019),
        jobs=pl.col("emp").cast(pl.Float64), establishments=pl.col("estab").cast(pl.Float64),
    )  # fmt: skip
    result = concentration(Study.of(employment=employment), draws=19, rng=1)
    first = result.industries["industry"].head(10).to_list()
    # apparel in Los Angeles, carpets in Dalton, trailers in Elkhart, boats on the coasts
    assert {"3152", "3141", "3362", "3366"} <= set(first)
    spread = result.industries.sort("value")["industry"].head(15).to_list()
    assert {"3231", "3327"} <= set(spread)  # printers and machine shops are everywhere
