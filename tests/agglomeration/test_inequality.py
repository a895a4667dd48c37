import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.inequality import inequality
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study

PLACES = pl.DataFrame(
    {
        "place_id": ["a", "b", "c", "d", "e", "R1", "R2"],
        "parent_id": ["R1", "R1", "R1", "R2", "R2", None, None],
        "level": ["municipality"] * 5 + ["region"] * 2,
        "country": ["AA"] * 7,
        "population": [5.0, 5, 4, 3, 3, 14, 6],
    }
)


def outcomes(value, *, margin=None, year=2020, indicator="income"):
    rows = {"unit_id": list("abcde"), "indicator": indicator, "year": year, "value": value}
    return pl.DataFrame(rows | ({} if margin is None else {"margin": margin}))


def study_of(*tables, places=PLACES):
    return Study.of(places=places, outcomes=pl.concat(tables, how="diagonal"))


def rows_of(result, measure="theil"):
    return {row["part"]: row for row in result.measures.filter(measure=measure).to_dicts()}


def test_golden_value_and_its_parts():
    found = rows_of(inequality(study_of(outcomes([10.0, 20, 30, 60, 80])), draws=49, rng=1))
    assert found["all"]["value"] == pytest.approx(0.243844, abs=5e-7)
    assert found["between region"]["value"] == pytest.approx(0.203094, abs=5e-7)
    assert found["within region"]["value"] == pytest.approx(0.040751, abs=5e-7)
    assert found["between region"]["share"] + found["within region"]["share"] == pytest.approx(
        1
    )


def test_without_margins_there_is_no_interval_and_the_reason_is_told():
    found = rows_of(inequality(study_of(outcomes([10.0, 20, 30, 60, 80])), draws=49, rng=1))
    assert found["all"]["low"] is None
    assert "no margin for 5 of 5 places" in found["all"]["reason"]


def test_one_missing_margin_is_enough_to_have_no_interval():
    result = inequality(
        study_of(outcomes([10.0, 20, 30, 60, 80], margin=[1, 1, 1, 1, None])), draws=49, rng=1
    )
    assert "no margin for 1 of 5 places" in rows_of(result)["all"]["reason"]


def test_population_unknown_counts_each_place_once_and_says_so():
    places = PLACES.with_columns(population=None)
    result = inequality(study_of(outcomes([1.0, 1, 1, 1, 3]), places=places), draws=9, rng=1)
    assert result.weights == "each place once"
    assert any("have no population" in note for note in result.notes)


def test_negative_values_are_not_defined_with_the_reason():
    result = inequality(study_of(outcomes([-1.0, 2, 3, 4, 5])), draws=9, rng=1)
    assert set(rows_of(result)) == {"all", "between region", "within region"}
    assert result.measures["value"].null_count() == result.measures.height
    assert rows_of(result)["all"]["reason"] == "a value is negative, or all are 0"
    assert "not measured" in str(result)


def test_a_zero_has_theil_but_no_logarithm():
    result = inequality(study_of(outcomes([0.0, 2, 3, 4, 5])), draws=9, rng=1)
    assert rows_of(result)["all"]["value"] > 0
    assert rows_of(result, "log_spread")["all"]["reason"] == "a value is not above 0"


def test_intervals_cover_the_truth_that_noise_hides():
    source, hits, naive = np.random.default_rng(1), 0, 0
    true = np.array([10.0, 11, 12, 13, 14])
    places = PLACES.with_columns(population=1.0)
    from buzzline.agglomeration.theil import theil

    for seed in range(100):
        seen = true + source.normal(0, 0.5, 5)
        study = study_of(outcomes(seen, margin=[0.98] * 5), places=places)
        found = rows_of(inequality(study, draws=199, rng=seed))["all"]
        hits += found["low"] <= float(theil(true)) <= found["high"]
        naive += found["value"] > float(theil(true))
    assert hits >= 86  # 95 of 100, three binomial standard errors and a skewed index
    assert naive > 50  # noise adds inequality


def test_noise_alone_is_said_to_be_within_the_margins():
    study = study_of(outcomes([10.0, 10.2, 9.9, 10.1, 10], margin=[1.0] * 5))
    found = rows_of(inequality(study, draws=199, rng=1))["all"]
    assert found["low"] == 0
    assert found["status"] == "within margins"


def test_planted_difference_between_regions_is_found():
    places = pl.DataFrame(
        {"place_id": [f"p{k}" for k in range(24)] + ["X", "Y"],
         "parent_id": ["X"] * 12 + ["Y"] * 12 + [None, None], "population": 1.0}
    )  # fmt: skip
    source = np.random.default_rng(2)
    rows = pl.DataFrame({"unit_id": [f"p{k}" for k in range(24)], "indicator": "income",
                         "year": 2020, "value": source.normal(50, 3, 24)})  # fmt: skip
    even = Study.of(places=places, outcomes=rows)
    apart = Study.of(
        places=places,
        outcomes=rows.with_columns(
            pl.col("value") + 10.0 * pl.col("unit_id").is_in([f"p{k}" for k in range(12)])
        ),
    )
    found = [
        rows_of(inequality(study, draws=199, rng=1))["between parent"]
        for study in (even, apart)
    ]
    assert found[0]["p"] > 0.05
    assert found[1]["p"] == 0.005
    assert found[1]["value"] > found[1]["chance_high"]


def test_p_values_of_parts_are_uniform_when_areas_mean_nothing():
    p = []
    for seed in range(120):
        value = np.random.default_rng([1, seed]).lognormal(size=5)
        result = inequality(study_of(outcomes(value)), draws=19, rng=seed)
        p.append(rows_of(result)["between region"]["p"])
    assert abs(np.mean(np.array(p) <= 0.5) - 0.5) < 4 * np.sqrt(0.25 / 120)
    assert np.mean(np.array(p) <= 0.1) < 0.1 + 4 * np.sqrt(0.09 / 120)


def test_convergence_between_the_first_and_the_last_year():
    first, last = outcomes([10.0, 20, 30, 60, 80]), outcomes([20.0, 30, 40, 62, 81], year=2024)
    result = inequality(study_of(first, last), draws=9, rng=1)
    beta = rows_of(result, "beta_convergence")["since 2020"]
    assert beta["value"] > 0
    assert beta["low"] < beta["value"] < beta["high"]
    spread = result.measures.filter(measure="log_spread")["value"].to_list()
    assert spread[1] < spread[0]


def test_years_of_different_places_are_told():
    last = outcomes([20.0, 30, 40, 62, 81], year=2024).head(4)
    result = inequality(study_of(outcomes([10.0, 20, 30, 60, 80]), last), draws=9, rng=1)
    assert any("of which 4 in every year" in note for note in result.notes)


def test_two_places_are_too_few_and_say_so():
    result = inequality(study_of(outcomes([1.0, 2, 3, 4, 5]).head(2)), draws=9, rng=1)
    assert result.measures["status"].to_list() == ["too few places"]


def test_errors_name_the_remedy():
    alone = outcomes([1.0, 2, 3, 4, 5]).with_columns(unit_id=pl.lit("nowhere"))
    with pytest.raises(TooFew, match="must name a place"):
        inequality(Study.of(places=PLACES, outcomes=alone.head(1)))
    study = study_of(outcomes([1.0, 2, 3, 4, 5]))
    with pytest.raises(InvalidArgument, match="there are income"):
        inequality(study, indicators=["wealth"])
    with pytest.raises(TooFew, match="is of 1999"):
        inequality(study, year=1999)


def test_real_incomes_lie_mostly_between_countries(shared_data):
    folder = shared_data / "nuts"
    rows = (
        pl.read_csv(folder / "tgs00026_disposable_income_nuts2.csv")
        .filter((pl.col("values") != "NA") & (pl.col("time") == 2017))
        .select(unit_id="geo", indicator=pl.lit("income"), year="time",
                value=pl.col("values").cast(pl.Float64))
    )  # fmt: skip
    places = rows.select(place_id="unit_id", country=pl.col("unit_id").str.slice(0, 2))
    found = rows_of(inequality(Study.of(places=places, outcomes=rows), draws=99, rng=1))
    assert found["between country"]["share"] > 0.6  # Europe: countries, then regions
    assert found["between country"]["p"] == 0.01
