import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.agglomeration.specialisation_worlds import reat_items, references

from buzzline.agglomeration import (
    atkinson,
    coefficient_of_variation,
    coulter_index,
    dalton_index,
    equivalent_number,
    gini,
    herfindahl,
    krugman_specialisation,
    normalised_herfindahl,
    relative_diversity,
    williamson_index,
)
from buzzline.agglomeration.theil import mean_log_deviation
from buzzline.errors import InvalidArgument

amounts = arrays(np.float64, st.integers(2, 8), elements=st.integers(1, 50).map(float))
SCALE_FREE = (
    coefficient_of_variation, atkinson, coulter_index, normalised_herfindahl, equivalent_number
)  # fmt: skip

# REAT 3.0.3, man page of disp: car makers, in reference_values/REAT_3.0.3_examples_output.txt
PRINTED = {
    "Turnover2008": (0.32021081230, 0.34689504666, 0.10241170010, 0.02761267511, 9.76450931896,
                     0.25677201591, 0.18213018775, 0.11289070639, 0.08396875968, 1.04145834994,
                     0.59913669259),
    "Quantity2014": (4.096863120e-01, 4.312487495e-01, 7.931160696e-02, 3.085432311e-02,
                     1.260849500e+01, 3.235833202e-01, 2.921435940e-01, 1.210611559e-01,
                     1.330551649e-01, 1.019581857e+00, 7.855485105e-01),
    "Quantity2014_car": (4.351418282e-01, 4.580440297e-01, 8.481425924e-02, 3.664658868e-02,
                         1.179047025e+01, 3.360799371e-01, 3.385852297e-01, 1.319360816e-01,
                         1.512632850e-01, 1.023093772e+00, 8.561143460e-01),
    "Turnover2012": (0.37343139955, 0.40010507095, 0.09748780852, 0.03302265198, 10.25769288703,
                     0.27299029485, 0.27444134342, 0.12413932063, 0.11773603877, 1.06820160752,
                     0.70380379350),
    "Turnover2013": (0.37363888321, 0.40032737487, 0.09749814739, 0.03303372935, 10.25660514333,
                     0.27252727707, 0.26655941595, 0.12416013999, 0.11607003071, 1.06517939474,
                     0.70392182820),
}  # fmt: skip


@pytest.mark.parametrize("column", list(PRINTED))
def test_reat_all_measures_of_car_makers(shared_data, column):
    path = references(shared_data) / "reat" / "Automotive.csv"
    x = pl.read_csv(path, null_values="NA")[column].drop_nulls().to_numpy().astype(float)
    n = x.size
    found = (
        gini(x), gini(x) * n / (n - 1), herfindahl(x), normalised_herfindahl(x),
        equivalent_number(x), np.abs(x / x.sum() - 1 / n).sum() / 2, mean_log_deviation(x),
        coulter_index(x), atkinson(x), dalton_index(x),
        coefficient_of_variation(x, sample=True),
    )  # fmt: skip
    np.testing.assert_allclose(found, PRINTED[column], rtol=1e-9)


def test_reat_single_examples(shared_data):
    assert atkinson([100, 0, 0, 0], aversion=0.8) == pytest.approx(0.99609375, rel=1e-12)
    assert atkinson([100] * 4, aversion=0.8) == pytest.approx(0, abs=1e-15)
    found = coulter_index([400, 400, 400, 400, np.nan], [1, 1, 1, 200, np.nan])
    assert found == pytest.approx(0.6003059838, abs=5e-11)
    assert dalton_index([10, 10, 10, 10]) == pytest.approx(1)
    assert np.isnan(dalton_index([10, 0, 0, 0]))
    assert dalton_index([10, 1, 1, 1]) == pytest.approx(2.047533444, abs=5e-10)
    for order in ([10, 10, 10, 20, 20, 20, 30, 30, 30], [20, 10, 30, 10, 30, 20, 30, 20, 10]):
        assert coefficient_of_variation(order, sample=True) == pytest.approx(0.4330127019)
    sales = [20, 50, 20, 10]
    (item,) = reat_items(shared_data, "herf(norm)")
    assert normalised_herfindahl(item["input"]["x"]) == pytest.approx(item["value"])
    assert equivalent_number(sales) == pytest.approx(2.941176471)
    (item,) = reat_items(shared_data, "durpug")
    found = relative_diversity([item["input"]["e_ij"]], item["input"]["e_i"])
    assert found == pytest.approx([item["value"]])


def test_reat_relative_diversity_of_goettingen(shared_data):
    path = references(shared_data) / "measurement" / "reat_Goettingen.csv"
    frame = pl.read_csv(path).slice(1, 12)  # rows 2 to 13 of R
    found = relative_diversity([frame["Goettingen2008"].to_list()], frame["BRD2008"].to_list())
    assert found == pytest.approx([4.234875588], abs=5e-10)


def test_reat_variation_of_log_incomes_of_german_counties(shared_data):
    path = references(shared_data) / "reat" / "G.counties.gdp.csv"
    rows = pl.read_csv(path, null_values="NA")
    for year, printed in ((2010, 0.03416122699), (2011, 0.03385936546)):
        found = coefficient_of_variation(np.log(rows[f"gdppc{year}"].to_numpy()))
        assert found == pytest.approx(printed, abs=5e-12)


def test_by_hand():
    # mean 2, squares (1, 1, 1, 1): 1 of 4 each
    assert coefficient_of_variation([1, 3, 1, 3]) == pytest.approx(0.5)
    assert coefficient_of_variation([1, 3], sample=True) == pytest.approx(2**0.5 / 2)
    # mean 12.5, variance (3 x 2.5^2 + 7.5^2) / 4 = 18.75
    assert williamson_index([10, 20], [3, 1]) == pytest.approx(18.75**0.5 / 12.5)
    # mean 2.5, mean of roots 1.5, squared 2.25
    assert atkinson([1, 4]) == pytest.approx(1 - 2.25 / 2.5)
    assert atkinson([1, 4], aversion=1) == pytest.approx(1 - 2 / 2.5)
    assert coulter_index([1, 3]) == pytest.approx(0.25)
    assert normalised_herfindahl([1, 3]) == pytest.approx(0.25)
    assert relative_diversity([[10, 0], [0, 10]]).tolist() == [1, 1]


@given(amounts, st.integers(1, 9))
def test_invariant_unit_and_order_but_for_dalton(x, unit):
    for index in SCALE_FREE:
        assert index(unit * x[::-1]) == pytest.approx(index(x), abs=1e-7)
    assert dalton_index([2, 8]) != pytest.approx(dalton_index([20, 80]))


@given(amounts)
def test_collapses_counted_weights_are_repeated_entries(x):
    weight = np.arange(1, x.size + 1)
    repeated = np.repeat(x, weight)
    for index in (coefficient_of_variation, atkinson):
        assert index(x, weight) == pytest.approx(index(repeated), abs=1e-7)
    n = x.size
    variation = coefficient_of_variation(x)
    assert herfindahl(x) == pytest.approx((1 + variation**2) / n)
    assert coulter_index(x) == pytest.approx(
        np.sqrt(max(herfindahl(x) - 1 / n, 0) / 2), abs=1e-7
    )
    assert atkinson(x, aversion=1) == pytest.approx(
        1 - np.exp(-mean_log_deviation(x)), abs=1e-9
    )
    assert atkinson(x, aversion=1 + 1e-7) == pytest.approx(atkinson(x, aversion=1), abs=1e-5)


def test_collapses_relative_diversity_is_one_over_krugman():
    jobs = np.random.default_rng(1).gamma(1, 9, (6, 4))
    assert relative_diversity(jobs) == pytest.approx(1 / krugman_specialisation(jobs))


def test_invariant_equal_amounts_and_bounds():
    for index in (coefficient_of_variation, atkinson, coulter_index, normalised_herfindahl):
        assert index(np.ones(7)) == pytest.approx(0, abs=1e-12)
    one = [0, 0, 0, 8.0]
    assert coefficient_of_variation(one) == pytest.approx(3**0.5)
    assert coefficient_of_variation(one, sample=True) == pytest.approx(2)
    assert normalised_herfindahl(one) == equivalent_number(one) == 1
    assert atkinson(one, aversion=1) == atkinson(one, aversion=2) == 1


@pytest.mark.parametrize("index", [*SCALE_FREE, dalton_index])
def test_nothing_is_nan_and_unknown_is_left_out(index):
    assert np.isnan(index([0.0, 0.0]))
    assert index([2.0, np.nan, 3.0]) == pytest.approx(index([2.0, 3.0]))
    table = np.random.default_rng(2).gamma(3, 3, (4, 5)) + 1
    np.testing.assert_allclose(index(table)[2], index(table[2]))


def test_bad_input_says_what_to_do():
    with pytest.raises(InvalidArgument, match="negative"):
        atkinson([-1, 2])
    with pytest.raises(InvalidArgument, match="above 0"):
        atkinson([1, 2], aversion=0)
    with pytest.raises(InvalidArgument, match="needs 2 entries"):
        coulter_index([1, 2], [1, 2, 3])
    with pytest.raises(InvalidArgument, match="no meaning with weights"):
        coefficient_of_variation([1, 2], [1, 2], sample=True)
    with pytest.raises(InvalidArgument, match="needs 3 entries"):
        relative_diversity([[1, 2, 3]], [1, 2])
    assert np.isnan(coefficient_of_variation([1.0], sample=True))
    assert np.isnan(normalised_herfindahl([1.0]))
