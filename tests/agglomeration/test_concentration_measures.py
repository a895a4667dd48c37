import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.agglomeration.areas import near_places
from buzzline.agglomeration.concentration_measures import (
    concentration_measures,
    krugman_against_others,
)
from buzzline.agglomeration.shares import entropy, gini, herfindahl
from buzzline.agglomeration.theil import spatial_gini
from buzzline.errors import InvalidArgument


@pytest.fixture(scope="module")
def reference(shared_data):
    return shared_data.parent / "reference"


def some_jobs(r=25, s=8, rng=1):
    source = np.random.default_rng(rng)
    return np.ceil(source.pareto(1.0, (r, s)) * 20) * (source.random((r, s)) < 0.7)


def econgeo(reference, name, position):
    items = json.loads((reference / "measurement" / "econgeo.json").read_text())["items"]
    return [item for item in items if item["fn"] == name][position]


def test_by_hand_two_places():
    # s = (3/4, 1/4), x = (1/2, 1/2)
    found = concentration_measures([[3.0, 1.0], [1.0, 3.0]])
    assert found["hoover"].tolist() == [0.25, 0.25]
    assert found["krugman"].tolist() == [0.5, 0.5]
    assert found["gini_lorenz"][0] == pytest.approx(0.25)
    assert found["gini_krugman"][0] == pytest.approx(0.125)
    assert found["theil"][0] == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5))
    assert found["herfindahl"][0] == pytest.approx(0.625)
    assert found["entropy"][0] == pytest.approx(0.75 * np.log2(4 / 3) + 0.5)


@given(st.integers(0, 10_000))
def test_kernel_by_brute_force(seed):
    jobs = some_jobs(r=9, s=3, rng=seed)
    jobs[:, 0] += 1  # at least one industry everywhere, so that every place has jobs
    jobs[0] += 1
    x = jobs.sum(axis=1) / jobs.sum()
    found = concentration_measures(jobs)
    for number, column in enumerate(jobs.T):
        s = column / column.sum()
        quotient = s / x
        pairs = np.abs(s[:, None] / x[:, None] - s / x)
        weighted = (pairs * x[:, None] * x).sum() / 2  # mean quotient is 1
        assert found["gini_lorenz"][number] == pytest.approx(weighted, abs=1e-12)
        plain = pairs.sum() / (2 * x.size**2 * quotient.mean())
        assert found["gini_of_quotients"][number] == pytest.approx(plain, abs=1e-12)
        assert found["hoover"][number] == pytest.approx(np.abs(s - x).sum() / 2, abs=1e-12)


def test_special_cases_equal_the_shares_of_the_ground():
    jobs = some_jobs()
    found = concentration_measures(jobs)
    assert found["herfindahl"] == pytest.approx(herfindahl(jobs, axis=0))
    assert found["entropy"] == pytest.approx(entropy(jobs, axis=0))
    assert found["gini_lorenz"] == pytest.approx(gini(jobs, jobs.sum(axis=1), axis=0))


def test_spatial_gini_of_quotients_is_that_of_the_array_function():
    source = np.random.default_rng(2)
    near = near_places(source.uniform(0, 5, 25), source.uniform(40, 45, 25), 4)
    jobs = some_jobs()
    found = concentration_measures(jobs, neighbours=near)
    quotient = jobs / jobs.sum(axis=0) / (jobs.sum(axis=1) / jobs.sum())[:, None]
    expected = [spatial_gini(np.ascontiguousarray(column), near) for column in quotient.T]
    assert found["gini_of_quotients"] == pytest.approx([whole for whole, _ in expected])
    assert found["spatial_gini"] == pytest.approx([far for _, far in expected])


@given(st.permutations(range(25)), st.floats(0.01, 1e5))
def test_neither_order_of_places_nor_unit_change_anything(order, factor):
    jobs = some_jobs()
    plain, moved = concentration_measures(jobs), concentration_measures(factor * jobs[order])
    for name, value in plain.items():
        assert moved[name] == pytest.approx(value, rel=1e-9, nan_ok=True), name


def test_a_place_without_jobs_changes_nothing():
    jobs = some_jobs()
    plain, more = concentration_measures(jobs), concentration_measures([*jobs, [0.0] * 8])
    for name, value in plain.items():
        assert more[name] == pytest.approx(value, rel=1e-12, nan_ok=True), name


def test_an_industry_spread_like_all_jobs_is_not_concentrated():
    x = np.array([5.0, 3.0, 2.0])
    found = concentration_measures(np.column_stack([x, 2 * x]))
    for name in ("hoover", "krugman", "theil", "gini_lorenz", "gini_of_quotients"):
        assert found[name] == pytest.approx([0, 0], abs=1e-12)


def test_another_package_econgeo_locational_gini(reference):
    case = econgeo(reference, "locational.Gini", 0)
    found = concentration_measures(case["input"]["mat"])
    assert found["gini_krugman"] == pytest.approx(case["value"], abs=1e-12)
    assert found["gini_lorenz"] == pytest.approx(2 * np.array(case["value"]), abs=1e-12)


@pytest.mark.parametrize("position", [0, 1])
def test_another_package_econgeo_hoover_gini(reference, position):
    case = econgeo(reference, "Hoover.Gini", position)
    jobs = case["input"].get("mat") or [[one] for one in case["input"]["x"]]
    found = concentration_measures(jobs, area_share=case["input"]["pop"])["gini_lorenz"]
    expected = np.atleast_1d(np.array(case["value"], float))  # NaN where there are no jobs
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("position", [0, 1])
def test_another_package_econgeo_hoover_index(reference, position):
    case = econgeo(reference, "Hoover.index", position)
    jobs = case["input"].get("mat") or [[one] for one in case["input"]["x"]]
    found = concentration_measures(jobs, area_share=case["input"]["pop"])["hoover"]
    expected = np.atleast_1d(np.array(case["value"], float)) / 100
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_another_package_econgeo_on_86_industries_in_383_metros(reference):
    folder = reference / "reference_values"
    jobs = pl.read_csv(folder / "input_cbp19_metro_mfg4.csv").drop("cbsa").to_numpy()
    indices = pl.read_csv(folder / "EconGeo_cbp19_metro_mfg4_industry_indices.csv")
    found = concentration_measures(jobs)["gini_krugman"]
    assert found == pytest.approx(indices["loc_gini"].to_numpy(), abs=1e-10)


def test_another_package_reat_on_german_regions(reference):
    folder = reference / "measurement"
    rows = pl.read_csv(folder / "reat_G_regions_industries.csv")
    wide = rows.pivot(on="ind_code", index="region_code", values="emp_all")
    printed = pl.read_csv(folder / "reat_G_conc.csv")
    jobs = wide.select(printed["id"].to_list()).to_numpy().astype(float)
    found = concentration_measures(jobs)
    assert found["hoover"] == pytest.approx(printed["H i"].to_numpy(), abs=1e-9)
    assert found["gini_of_quotients"] == pytest.approx(printed["G i"].to_numpy(), abs=1e-9)
    assert krugman_against_others(jobs) == pytest.approx(printed["K i"].to_numpy(), abs=1e-9)


@pytest.mark.parametrize("name", ["gini.conc", "hoover", "krugman.conc2"])
def test_another_package_reat_single_industries(reference, name):
    items = json.loads((reference / "measurement" / "reat.json").read_text())["items"]
    case = next(item for item in items if item["fn"] == name)
    given_ = case["input"]
    if name == "gini.conc":
        jobs, x = given_["e_ij"], given_["e_j"]
        value = concentration_measures([[one] for one in jobs], area_share=x)
        value = value["gini_of_quotients"][0]
    elif name == "hoover":
        jobs, x = given_["x"], given_["ref"]
        value = concentration_measures([[one] for one in jobs], area_share=x)["hoover"][0]
    else:
        jobs = np.column_stack([given_["industry"], np.array(given_["others"]).T])
        value = krugman_against_others(jobs)[0]
    assert value == pytest.approx(case["value"], abs=1e-9)


def test_no_jobs_is_nan_not_a_number():
    found = concentration_measures([[0.0, 1.0], [0.0, 2.0]])
    assert all(np.isnan(value[0]) for value in found.values())


def test_jobs_where_the_area_share_is_zero():
    found = concentration_measures([[1.0], [1.0]], area_share=[1.0, 0.0])
    assert found["theil"][0] == np.inf
    assert found["gini_lorenz"][0] == pytest.approx(0.5)
    assert found["hoover"][0] == pytest.approx(0.5)


def test_negative_jobs_and_other_lengths_are_errors():
    with pytest.raises(InvalidArgument, match="1 of 2 cells of .* are negative"):
        concentration_measures([[-1.0], [2.0]])
    with pytest.raises(InvalidArgument, match="needs 2 entries"):
        concentration_measures([[1.0], [2.0]], area_share=[1.0])
