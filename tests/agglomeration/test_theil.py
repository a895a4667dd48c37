import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.agglomeration.theil import (
    beta_convergence,
    log_spread,
    mean_log_deviation,
    nested_theil,
    poorest_share,
    spatial_gini,
    theil,
    weighted_gini,
)
from buzzline.errors import InvalidArgument

INCOME, PEOPLE = [10, 20, 30, 60, 80], [5, 5, 4, 3, 3]
incomes = st.lists(st.floats(0.1, 1e4), min_size=6, max_size=6)


@pytest.fixture(scope="module")
def reference(shared_data):
    return shared_data.parent / "reference"


def test_golden_value_and_its_parts():
    parts = nested_theil(INCOME, PEOPLE, areas=[np.array([0, 0, 0, 1, 1])])
    assert theil(INCOME, PEOPLE) == pytest.approx(0.243844, abs=5e-7)
    assert parts.between[0] == pytest.approx(0.203094, abs=5e-7)
    assert parts.within == pytest.approx(0.040751, abs=5e-7)


def test_by_hand_two_places():
    # mean 2: shares 1/4 and 3/4 of income against 1/2 each
    expected = 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    assert theil([1, 3]) == pytest.approx(expected)
    assert mean_log_deviation([1, 3]) == pytest.approx(math.log(2) - math.log(3) / 2)
    assert log_spread([1, math.e]) == pytest.approx(0.5)


def test_population_is_people_by_brute_force():
    people = [y for y, n in zip(INCOME, PEOPLE, strict=True) for _ in range(n)]
    for measure in (theil, mean_log_deviation, weighted_gini):
        assert measure(INCOME, PEOPLE) == pytest.approx(float(measure(people)))
    assert poorest_share(INCOME, PEOPLE) == pytest.approx(poorest_share(people))


@given(incomes)
def test_parts_add_up_exactly_at_every_level(income):
    large, small = np.array([0, 0, 0, 0, 1, 1]), np.array([0, 0, 1, 1, 2, 2])
    parts = nested_theil(income, [1, 2, 3, 4, 5, 6], areas=[large, small])
    assert sum(parts.between) + parts.within == pytest.approx(float(parts.total), abs=1e-12)
    assert all(part >= -1e-12 for part in (*parts.between, parts.within))


@given(incomes, st.permutations(range(6)), st.floats(0.01, 100))
def test_neither_order_nor_currency_change_anything(income, order, factor):
    income = np.array(income)
    for measure in (theil, mean_log_deviation, weighted_gini, log_spread):
        moved = float(measure(factor * income[order]))
        assert moved == pytest.approx(float(measure(income)), abs=1e-9)


def test_special_cases():
    assert theil([5, 5, 5]) == pytest.approx(0, abs=1e-15)
    assert theil([0, 0, 12]) == pytest.approx(math.log(3))
    one_area = nested_theil(INCOME, PEOPLE, areas=[np.zeros(5, int)])
    assert one_area.between[0] == pytest.approx(0, abs=1e-15)
    alone = nested_theil(INCOME, PEOPLE, areas=[np.arange(5)])
    assert alone.within == pytest.approx(0, abs=1e-15)


def test_many_rows_at_once_equal_one_at_a_time():
    source = np.random.default_rng(1)
    income, codes = source.lognormal(size=(7, 6)), [np.array([0, 0, 1, 1, 2, 2])]
    together = nested_theil(income, areas=codes)
    for number, row in enumerate(income):
        assert together.within[number] == pytest.approx(
            float(nested_theil(row, areas=codes).within)
        )


@pytest.mark.parametrize("fn", ["theil", "gini"])
def test_another_package_reat(reference, fn):
    items = json.loads((reference / "measurement" / "reat.json").read_text())["items"]
    case = next(item for item in items if item["fn"] == fn)
    measure = mean_log_deviation if fn == "theil" else weighted_gini
    assert measure(case["input"]["x"]) == pytest.approx(case["value"], abs=1e-9)


def test_another_package_reat_weighted_gini():
    # REAT 3.0.3, man page of gini: classes of income with their sizes
    found = weighted_gini([500, 1500, 2500, 4000, 7500, 15000],
                          [1000, 1200, 1600, 400, 200, 600])  # fmt: skip
    assert found == pytest.approx(0.527826087, abs=5e-10)


def test_another_package_reat_convergence_of_german_counties(reference):
    # REAT 3.0.3, man pages of betaconv.ols and sigmaconv (reference_values/*examples_output.txt)
    rows = pl.read_csv(reference / "reat" / "G.counties.gdp.csv", null_values="NA")
    first, last = (rows[f"gdppc{year}"].to_numpy() for year in (2010, 2011))
    found = beta_convergence(first, last, years=1, level=0.95)
    assert found.value == pytest.approx(0.008070532981, abs=5e-12)
    assert found.n == 402
    assert found.low < 0 < found.high  # REAT: p = 0.073 with the classical error
    assert log_spread(first) == pytest.approx(0.3497773956, abs=5e-11)
    assert log_spread(last) == pytest.approx(0.3483734743, abs=5e-11)


def test_another_package_econgeo_gini(reference):
    items = json.loads((reference / "measurement" / "econgeo.json").read_text())["items"]
    case = next(item for item in items if item["fn"] == "Gini" and "x" in item["input"])
    assert weighted_gini(case["input"]["x"]) == pytest.approx(case["value"], abs=1e-12)


def test_beta_convergence_covers_as_often_as_said():
    source, hits = np.random.default_rng(3), 0
    for _ in range(300):
        x = source.normal(10, 0.5, 60)
        growth = 0.2 - 0.02 * x + source.normal(0, 0.01 * (1 + np.abs(x - 10)), 60)
        found = beta_convergence(np.exp(x), np.exp(x + 5 * growth), years=5, level=0.95)
        hits += found.low <= 0.02 <= found.high
    assert hits >= 273  # 95 % of 300, three binomial standard errors


def test_spatial_gini_by_brute_force():
    y = np.random.default_rng(1).lognormal(size=12)
    start, to = np.arange(0, 26, 2)[:13], np.array(
        [[(i - 1) % 12, (i + 1) % 12] for i in range(12)], np.int32
    ).ravel()  # fmt: skip
    whole, far = spatial_gini(y, (start, to))
    apart = np.abs(y[:, None] - y)
    ring = np.abs(np.arange(12)[:, None] - np.arange(12))
    near = (ring == 1) | (ring == 11)
    assert whole == pytest.approx(apart.sum() / (2 * 144 * y.mean()))
    assert far == pytest.approx(1 - apart[near].sum() / apart.sum())


@pytest.mark.parametrize("income", [[-1, 2, 3], [0, 0, 0]])
def test_negative_or_no_income_is_nan(income):
    for measure in (theil, weighted_gini, mean_log_deviation):
        assert math.isnan(float(measure(income)))
    assert math.isnan(poorest_share(income))
    assert math.isnan(float(nested_theil(income, areas=[np.array([0, 0, 1])]).within))


def test_an_income_of_zero_has_a_theil_but_no_logarithm():
    assert theil([0, 1, 2]) > 0
    assert math.isnan(float(mean_log_deviation([0, 1, 2])))
    assert math.isnan(float(log_spread([0, 1, 2])))


def test_areas_that_are_not_nested_are_an_error():
    with pytest.raises(InvalidArgument, match="two areas of the level before"):
        nested_theil([1, 2, 3, 4], areas=[np.array([0, 0, 1, 1]), np.array([0, 1, 1, 2])])
    with pytest.raises(InvalidArgument, match="population"):
        theil([1, 2], [1])


def test_convergence_needs_two_years_and_four_places():
    found = beta_convergence(np.ones(3), np.ones(3), years=1, level=0.95)
    assert math.isnan(found.value)
    assert "needs two years" in found.method
