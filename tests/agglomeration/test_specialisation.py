import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import binomtest, kstest
from tests.agglomeration.specialisation_worlds import (
    econgeo_items,
    german_regions,
    intensities,
    interval_coverage,
    metros,
    reat_items,
    references,
    settled,
    study_of,
    table_of,
)

from buzzline.agglomeration import (
    evenness_p,
    location_quotients,
    location_quotients_by_place,
    quotient_interval,
)
from buzzline.agglomeration.quotient_errors import (
    Totals,
    chance_band,
    effective_plants,
    industry_plants,
    size_dispersion,
    tails,
    totals_of,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

counts = arrays(np.float64, (5, 4), elements=st.integers(0, 30).map(float))


# --- the quotient


def test_by_hand():
    jobs = np.array([[30.0, 10], [10, 50]])
    # place 1 has 40 of 100 jobs and 30 of the 40 jobs of industry 1: (30 / 40) / (40 / 100)
    assert location_quotients(jobs)[0, 0] == pytest.approx(1.875)


@given(counts)
def test_invariant_weighted_mean_over_places_is_one(jobs):
    quotient = location_quotients(jobs)
    weight = jobs.sum(axis=1) / max(jobs.sum(), 1)
    for industry in np.flatnonzero(jobs.sum(axis=0) > 0):
        there = weight > 0
        assert weight[there] @ quotient[there, industry] == pytest.approx(1)


def test_invariant_unit_and_order_do_not_matter():
    jobs = np.random.default_rng(1).gamma(1, 100, (6, 5))
    order = [3, 0, 5, 1, 4, 2]
    np.testing.assert_allclose(location_quotients(7 * jobs), location_quotients(jobs))
    np.testing.assert_allclose(location_quotients(jobs[order]), location_quotients(jobs)[order])


def test_by_hand_unknown_stays_unknown_and_is_in_no_sum():
    jobs = np.array([[10.0, np.nan], [10, 30]])
    quotient = location_quotients(jobs)
    assert np.isnan(quotient[0, 1])
    assert quotient[0, 0] == pytest.approx((10 / 10) / (20 / 50))


def test_by_hand_a_place_or_industry_without_jobs_has_no_quotient():
    quotient = location_quotients(np.array([[0.0, 0, 0], [5, 5, 0]]))
    assert np.isnan(quotient[0]).all()
    assert np.isnan(quotient[:, 2]).all()


def test_econgeo_location_quotients(shared_data):
    (item,) = econgeo_items(shared_data, "location.quotient")
    jobs = np.array(item["input"]["mat"], float)
    np.testing.assert_allclose(location_quotients(jobs), item["value"], rtol=1e-12)


def test_econgeo_presence_is_a_quotient_of_at_least_one(shared_data):
    (item,) = econgeo_items(shared_data, "location.quotient(binary)")
    jobs = np.array(item["input"]["mat"], float)
    present = location_quotients(jobs) >= 1 - 1e-12
    np.testing.assert_array_equal(present, np.array(item["value"]) == 1)


def test_econgeo_average_quotient_weighs_by_share_of_industries(shared_data):
    (item,) = econgeo_items(shared_data, "location.quotient.avg")
    jobs = np.array(item["input"]["mat"], float)
    share = jobs / jobs.sum(axis=1, keepdims=True)
    mean = np.sum(share * location_quotients(jobs), axis=1)
    np.testing.assert_allclose(mean, item["value"], rtol=1e-12)


@pytest.mark.parametrize("name", ["lq", "rca_bin"])
def test_econgeo_383_metros_by_86_industries(shared_data, name):
    path = references(shared_data) / "reference_values" / f"EconGeo_cbp19_metro_mfg4_{name}.csv"
    quotient = location_quotients(metros(shared_data))
    found = quotient if name == "lq" else (quotient >= 1 - 1e-12).astype(float)
    theirs = table_of(path)[2]
    known = np.isfinite(theirs)
    np.testing.assert_allclose(found[known], theirs[known], rtol=1e-9)
    assert known.sum() > 30_000


def test_reat_quotient_of_one_cell(shared_data):
    (item,) = reat_items(shared_data, "locq")
    cell, place, industry, everything = (item["input"][x] for x in ("e_ij", "e_j", "e_i", "e"))
    totals = Totals(np.array([place]), np.array([industry]), everything)
    found = location_quotients(np.array([[float(cell)]]), totals)
    assert found[0, 0] == pytest.approx(item["value"], rel=1e-12)


def test_reat_german_regions_of_2015(shared_data):
    regions, industries, jobs = german_regions(shared_data, "emp_all")
    path = references(shared_data) / "measurement" / "reat_G_locq2.csv"
    codes, names, theirs = table_of(path)
    ours = location_quotients(jobs.astype(float)).T
    rows = [industries.index(code) for code in codes]
    columns = [regions.index(name) for name in names]
    np.testing.assert_allclose(ours[np.ix_(rows, columns)], theirs, rtol=1e-9)


def test_published_us_cluster_mapping_2016_to_one_in_a_million(shared_data):
    """65,124 published cells, local clusters against local jobs, traded against traded."""
    cells = pl.read_parquet(shared_data / "uscmp" / "cluster_by_region_2016.parquet")
    compared, worst = 0, 0.0
    for (kind, traded), rows in cells.group_by("region_type_t", "traded_b"):
        jobs, theirs, of_cluster = (
            rows.pivot(on="cluster_code_t", index="region_code_t", values=column)
            .sort("region_code_t").drop("region_code_t").to_numpy().astype(float)
            for column in ("emp_tl", "lq_tf", "cluster_emp_per_tf")
        )  # fmt: skip
        with np.errstate(divide="ignore", invalid="ignore"):
            national = np.nanmedian(np.where(jobs > 0, jobs / of_cluster, np.nan), axis=0)
        everything = 45_242_109.0 if traded else 81_486_213.0
        totals = Totals(jobs.sum(axis=1), np.round(national), everything)
        there = jobs > 0
        ours = location_quotients(jobs, totals)
        worst = max(worst, float(np.max(np.abs(ours[there] / theirs[there] - 1))))
        assert (theirs[~there] == 0).all(), (kind, traded)
        compared += jobs.size
    assert compared == cells.height
    assert worst < 1e-6


# --- what is known of its error


def test_collapses_to_clopper_and_pearson_in_a_small_place():
    """With everything else huge, the share of the industry is a plain binomial share."""
    amount = np.array([[7.0, 1e9], [93, 1e9 * 9]])
    low, high = quotient_interval(amount, amount, totals_of(amount))
    exact = binomtest(7, 100).proportion_ci(0.95, method="exact")
    assert low[0, 0] * 0.1 == pytest.approx(exact.low, rel=1e-3)
    assert high[0, 0] * 0.1 == pytest.approx(exact.high, rel=1e-3)


def test_collapses_places_of_equal_plants_are_counts():
    plants = np.array([[3.0, 5], [9, 2], [4, 4]])
    assert size_dispersion(plants * 40, plants) == pytest.approx([0, 0])


def test_by_hand_dispersion_from_places_is_that_of_plants():
    """The spread of means of places, times plants, estimates the spread of plants."""
    rng = np.random.default_rng(2)
    expected = np.full((4000, 1), 3.0)
    jobs, plants = settled(rng, expected, np.array([50.0]), skew=0.8)
    truth = np.exp(0.8**2) - 1
    assert size_dispersion(jobs, plants)[0] == pytest.approx(truth, rel=0.15)


@given(counts, st.floats(0, 8))
def test_invariant_intervals_hold_the_value_and_grow_with_unequal_plants(amount, dispersion):
    totals = totals_of(amount)
    value = location_quotients(amount, totals)
    low, high = quotient_interval(amount, amount, totals)
    wide_low, wide_high = quotient_interval(amount, amount / (1 + dispersion), totals)
    known = np.isfinite(low)
    assert (known == (np.isfinite(value))).all()
    assert (low[known] <= value[known] * (1 + 1e-9)).all()
    assert (value[known] <= high[known] * (1 + 1e-9)).all()
    seen = known & (amount > 0)
    assert (wide_low[seen] <= low[seen] * (1 + 1e-6)).all()
    assert (wide_high[seen] >= high[seen] * (1 - 1e-6)).all()


def test_invariant_intervals_do_not_depend_on_the_unit_of_jobs():
    rng = np.random.default_rng(3)
    jobs, plants = settled(rng, *intensities(rng, 6, 5), skew=1.0)
    one = quotient_interval(jobs, plants, totals_of(jobs))
    other = quotient_interval(7 * jobs, plants, totals_of(7 * jobs))
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_no_interval_where_plants_are_not_known():
    amount = np.array([[7.0, 5], [9, 2]])
    plants = np.array([[np.nan, 5], [9, 2]])
    low, high = quotient_interval(amount, plants, totals_of(amount))
    assert np.isnan([low[0, 0], high[0, 0]]).all()
    assert np.isfinite(low[1, 1])


BINS = (0, 1, 3, 5, 10, 20, 1e9)


@pytest.mark.parametrize("plants", [6.0, 0.5])
def test_recovers_the_truth_intervals_of_counts_cover_at_least_as_said(plants):
    """95 %, less three standard errors of the cells (they share years: taken as 1 in 4)."""
    hits, tries = interval_coverage(skew=0, years=25, bins=BINS, plants=plants)
    for hit, n in zip(hits, tries, strict=True):
        if n >= 400:
            assert hit / n >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / (n / 4))


@pytest.mark.parametrize("skew", [1.0, 1.5])
def test_recovers_the_truth_intervals_of_jobs_cover_as_said(skew):
    """Plants as unequal as real ones: 0.94 at least, less three standard errors as above."""
    hits, tries = interval_coverage(skew=skew, years=25, bins=BINS)
    for hit, n in zip(hits, tries, strict=True):
        assert hit / n >= 0.94 - 3 * np.sqrt(0.95 * 0.05 / (n / 4))


def test_recovers_the_truth_in_places_of_few_industries():
    """Where one industry is most of a place the quotient is near its largest value."""
    hits, tries = interval_coverage(skew=1.0, years=150, bins=(5, 1e9), places=20,
                                    industries=3, plants=5.0, spread=1.0, seed=3)  # fmt: skip
    assert hits[0] / tries[0] >= 0.94 - 3 * np.sqrt(0.95 * 0.05 / (tries[0] / 4))


def test_recovers_the_truth_an_interval_that_counts_jobs_would_not_cover():
    """The reason for all this: jobs taken one by one cover hardly anything."""
    rng = np.random.default_rng(4)
    expected, mean_size = intensities(rng)
    truth = location_quotients(expected * mean_size)
    jobs, _ = settled(rng, expected, mean_size, skew=1.0)
    low, high = quotient_interval(jobs, jobs, totals_of(jobs))
    there = jobs > 0
    assert np.mean(((low <= truth) & (truth <= high))[there]) < 0.5


@pytest.mark.slow
@pytest.mark.parametrize("skew", [0.0, 1.0, 1.5])
@pytest.mark.parametrize("plants", [1.0, 6.0, 20.0])
def test_recovers_the_truth_in_many_years(skew, plants):
    hits, tries = interval_coverage(skew=skew, years=200, bins=BINS, plants=plants)
    for hit, n in zip(hits, tries, strict=True):
        if n >= 400:
            floor = 0.95 if not skew else 0.94
            assert hit / n >= floor - 3 * np.sqrt(0.95 * 0.05 / (n / 4))


# --- against chance


def test_collapses_to_the_binomial_test_for_counts():
    amount = np.array([[7.0, 30], [13, 150]])
    # a place of 37 of 200 plants holds 7 of the 20 plants of the industry
    at_least, at_most = tails(amount, amount, totals_of(amount))
    assert at_least[0, 0] == pytest.approx(binomtest(7, 20, 37 / 200, "greater").pvalue)
    assert at_most[0, 0] == pytest.approx(binomtest(7, 20, 37 / 200, "less").pvalue)


def dealt(rng, places, plants):
    """Return plants (r, s) of industries that settle by the size of places alone."""
    weight = rng.dirichlet(np.full(places, 2.0))
    return weight, rng.multinomial(plants, weight, size=400).T.astype(float)


def test_null_p_values_are_uniform_once_ties_are_split_at_random():
    rng = np.random.default_rng(5)
    weight, amount = dealt(rng, 12, 60)
    totals = Totals(weight, amount.sum(axis=0), 1.0)
    at_least, at_most = tails(amount, amount, totals)
    beyond = 1 - at_most  # strictly more
    # one place an industry: cells of one industry depend on each other
    row = rng.integers(0, 12, 400), np.arange(400)
    uniform = beyond[row] + rng.random(400) * (at_least - beyond)[row]
    assert kstest(uniform, "uniform").pvalue > 0.01


def test_null_p_values_are_never_too_small():
    rng = np.random.default_rng(6)
    weight, counts_ = dealt(rng, 12, 60)
    for skew in (0.0, 1.0):
        jobs, plants = settled_like(rng, counts_, skew)
        dispersion = size_dispersion(jobs, plants) if skew else np.zeros(400)
        totals = Totals(weight * jobs.sum(), jobs.sum(axis=0), jobs.sum())
        p = evenness_p(jobs, effective_plants(plants, dispersion), totals)
        for cut in (0.01, 0.05, 0.2):
            error = 3 * np.sqrt(cut * (1 - cut) / (p.size / 4))
            assert np.mean(p <= cut) <= cut + error


def settled_like(rng, plants, skew):
    cell = np.repeat(np.arange(plants.size), plants.ravel().astype(int))
    sizes = rng.lognormal(0, skew, cell.size) if skew else np.ones(cell.size)
    return np.bincount(cell, sizes, minlength=plants.size).reshape(plants.shape), plants


@pytest.mark.parametrize(("plants", "power"), [(100, 0.14), (1000, 0.71), (2000, 0.96)])
def test_power_of_a_quotient_of_two_is_as_the_documentation_says(plants, power):
    """In a place of one per cent, which by its size would have 1, 10 or 20 plants."""
    rng = np.random.default_rng(7)
    cell = rng.binomial(plants, 0.02, 1000).astype(float)
    amount = np.vstack([cell, plants - cell])
    totals = Totals(np.array([0.01, 0.99]), amount.sum(axis=0), 1.0)
    found = np.mean(evenness_p(amount, amount, totals)[0] <= 0.05)
    assert found == pytest.approx(power, abs=0.005 + 3 * np.sqrt(power * (1 - power) / 1000))


@given(counts, st.sampled_from([0.0, 2.0, 20.0]))
def test_invariant_the_band_and_the_p_value_say_the_same(amount, dispersion):
    totals = totals_of(amount)
    value = location_quotients(amount, totals)
    low, high = chance_band(amount, amount / (1 + dispersion), totals, level=0.9)
    p = evenness_p(amount, amount / (1 + dispersion), totals)
    clear = np.isfinite(low) & (np.abs(p - 0.1) > 1e-6)
    outside = (value < low * (1 - 1e-9)) | (value > high * (1 + 1e-9))
    np.testing.assert_array_equal(outside[clear], (p <= 0.1)[clear])


def test_by_hand_effective_plants_of_an_industry():
    jobs = np.array([[30.0], [10]])
    # sizes 30, 5, 5: (40)² / (900 + 25 + 25)
    plants = np.array([[1.0], [2.0]])
    assert industry_plants(jobs, plants, totals_of(jobs))[0] == pytest.approx(1600 / 950)


# --- the analysis


def cells(*rows):
    return [(place, industry, 2020, jobs, n) for place, industry, jobs, n in rows]


def two_towns():
    return study_of(
        cells(("a", "x", 90, 9), ("a", "y", 10, 2), ("b", "x", 10, 1), ("b", "y", 90, 8))
    )


def test_analysis_by_hand():
    result = location_quotients_by_place(two_towns())
    rows = {(r["place_id"], r["industry"]): r for r in result.table().to_dicts()}
    assert rows["a", "x"]["value"] == pytest.approx(1.8)
    assert rows["b", "x"]["value"] == pytest.approx(0.2)
    assert rows["a", "x"]["low"] < 1.8 < rows["a", "x"]["high"]
    assert rows["b", "x"]["status"].startswith("few plants")
    assert result.table()["low"].to_list() == sorted(result.table()["low"], reverse=True)


def test_analysis_counts_establishments_exactly():
    result = location_quotients_by_place(two_towns(), counted="establishments")
    rows = {(r["place_id"], r["industry"]): r for r in result.table().to_dicts()}
    assert rows["a", "x"]["value"] == pytest.approx((9 / 11) / (10 / 20))
    assert (result.industries["size_dispersion"] == 0).all()


def typed():
    kinds = {"industry": ["t1", "t2", "l1", "l2"], "traded": [True, True, False, False]}
    rows = [(place, industry, 10.0 * (1 + (place == industry[0])) + number, 5)
            for place in "tul" for number, industry in enumerate(kinds["industry"])]  # fmt: skip
    return study_of(cells(*rows), industries=kinds)


def test_by_hand_bases_hold_traded_against_traded_and_local_against_local():
    jobs = {base: location_quotients_by_place(typed(), base=base).table() for base in
            ("all", "traded", "same_type")}  # fmt: skip
    assert set(jobs["traded"]["industry"]) == {"t1", "t2"}
    assert set(jobs["same_type"]["industry"]) == {"t1", "t2", "l1", "l2"}
    for base in ("traded", "same_type"):
        value = dict(jobs[base].filter(place_id="t").select("industry", "value").iter_rows())
        # in t: t1 20, t2 21; in u and l: 10 and 11 each
        assert value["t1"] == pytest.approx((20 / 41) / (40 / 83))


def test_bases_need_to_know_what_is_traded():
    with pytest.raises(InvalidArgument, match="traded"):
        location_quotients_by_place(two_towns(), base="traded")


def test_places_and_industries_are_kept_by_name_or_identifier():
    result = location_quotients_by_place(two_towns(), places=["a"], industries=["y"])
    assert result.table().select("place_id", "industry").rows() == [("a", "y")]
    assert result.coverage.height == 2
    with pytest.raises(InvalidArgument, match="no place 'c'"):
        location_quotients_by_place(two_towns(), places=["c"])


def test_suppressed_cells_are_told_not_made_up():
    study = study_of(
        cells(("a", "x", 90, 9), ("a", "y", None, 2), ("b", "x", 10, 1), ("b", "y", 90, 8))
    )
    result = location_quotients_by_place(study)
    assert ("a", "y") not in result.table().select("place_id", "industry").rows()
    told = dict(result.coverage.select("place_id", "n_unknown").iter_rows())
    assert told == {"a": 1, "b": 0}


@pytest.mark.parametrize(
    "rows", [[("a", "x", 90, 9), ("a", "y", 9, 2)], [("a", "x", 90, 9), ("b", "x", 9, 2)]]
)
def test_one_place_or_one_industry_is_too_few(rows):
    with pytest.raises(TooFew, match="at least two"):
        location_quotients_by_place(study_of(cells(*rows)))


def test_nothing_known_is_an_error_with_the_remedy():
    with pytest.raises(TooFew):
        location_quotients_by_place(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})))


def test_text_says_what_it_is_held_against():
    text = str(
        location_quotients_by_place(make_world(organisations=400, clusters=2, rng=1).study)
    )
    assert "all jobs" in text
    assert "nan" not in text


def test_negative_jobs_are_refused():
    with pytest.raises(InvalidArgument, match="1 of 4 cells of .* are negative"):
        location_quotients(np.array([[-1.0, 2], [3, 4]]))


def test_without_plants_there_is_no_interval_and_it_is_said():
    rows = [(place, industry, 2020, float(n), None) for place, industry, n in
            (("a", "x", 9), ("a", "y", 2), ("b", "x", 3), ("b", "y", 8))]  # fmt: skip
    result = location_quotients_by_place(study_of(rows))
    table = result.table()
    assert table["low"].null_count() == table["q"].null_count() == 4
    assert set(table["status"]) == {"number of plants not known: no interval"}
    above = table.filter(pl.col("value") > 1).height
    assert f"{above:,} of {table.height:,} pairs" in str(result)
    assert "Nothing could be tested" in str(result)


def test_cells_that_are_all_zero_are_too_few():
    rows = [(place, industry, 2020, 0.0, 0.0) for place in "ab" for industry in "xy"]
    with pytest.raises(TooFew, match="known jobs"):
        location_quotients_by_place(study_of(rows))
