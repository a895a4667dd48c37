import csv
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.agglomeration.specialisation_worlds import references, study_of

from buzzline.agglomeration import dynamic_shift_parts, shift_parts, shift_share
from buzzline.agglomeration.shift_parts import growth_dispersion, regional_error
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

NATION = (np.array([400.0, 150, 150, 400]), np.array([440.0, 210, 135, 480]))
jobs_of = arrays(np.float64, (4, 3), elements=st.integers(0, 40).map(float))


def sums(parts):
    return [
        float(np.nansum(getattr(parts, name)))
        for name in ("change", "national", "mix", "regional")
    ]


# The manual of REAT 3.0.3 prints these: region A, B and C of Farhauer and Kroell.
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((90, 20, 10, 60), (100, 40, 10, 55), (25, 27, 1, -3)),
        ((60, 30, 30, 40), (85, 55, 40, 35), (55, 24, -1, 32)),
        ((250, 100, 110, 300), (255, 115, 85, 390), (85, 114, 0, -29)),
    ],
)
def test_reat_three_regions(first, second, expected):
    parts = shift_parts(np.array([first], float), np.array([second], float), whole=NATION)
    assert sums(parts) == pytest.approx(expected, abs=1e-9)


def test_reat_industries_of_one_region():
    first, second = np.array([[90.0, 20, 10, 60]]), np.array([[100.0, 40, 10, 55]])
    parts = shift_parts(first, second, whole=NATION)
    assert (parts.national + parts.mix)[0] == pytest.approx([9, 8, -1, 12])
    assert parts.regional[0] == pytest.approx([1, 12, 1, -17])


def test_reat_freiburg_2008_to_2014(shared_data):
    rows = list(
        csv.reader((references(shared_data) / "reat" / "Freiburg.csv").read_text().splitlines())
    )[1:]
    place, then, nation, now = (np.array([float(row[i]) for row in rows]) for i in (1, 2, 4, 5))
    parts = shift_parts(place[None], then[None], whole=(nation, now))
    printed = (14373, 9887.278398, 2501.611878, 1984.109723)
    assert sums(parts) == pytest.approx(printed, rel=1e-9)


def test_reat_dynamic_parts_of_region_a():
    years = np.array([[[90.0, 20, 10, 60]], [[100, 40, 10, 55]], [[105, 45, 15, 60]]])
    whole = np.array([*NATION, [460, 230, 155, 500]])
    parts = dynamic_shift_parts(years, whole=whole)
    printed = (45, 39.9644268775, 0.1636996257, 4.8718734969)
    assert sums(parts) == pytest.approx(printed, rel=1e-9)


def test_reat_dynamic_parts_of_goettingen(shared_data):
    frame = pl.read_csv(references(shared_data) / "measurement" / "reat_Goettingen.csv").slice(
        1, 15
    )
    years = range(2008, 2017)  # the manual says 2017, but its columns end with 2016
    place = np.array([frame[f"Goettingen{year}"].to_numpy()[None] for year in years], float)
    whole = np.array([frame[f"BRD{year}"].to_numpy() for year in years], float)
    printed = (8927, 7967.7771216, 1891.1368451, -931.9139667)
    assert sums(dynamic_shift_parts(place, whole=whole)) == pytest.approx(printed, rel=1e-9)


# --- identities


@given(jobs_of, jobs_of)
def test_invariant_parts_add_up_to_the_change(first, second):
    if not first.sum():
        return
    parts = shift_parts(first, second)
    np.testing.assert_allclose(parts.change, second - first)
    np.testing.assert_allclose(
        parts.national + parts.mix + parts.regional, parts.change, atol=1e-9
    )
    np.testing.assert_allclose(parts.competitive + parts.allocation, parts.regional, atol=1e-9)
    # industries with jobs before: what places gain beyond them they take from each other
    before = first.sum(axis=0) > 0
    np.testing.assert_allclose(parts.regional.sum(axis=0)[before], 0, atol=1e-9)
    np.testing.assert_allclose(
        parts.mix[:, before].sum(), 0, atol=1e-9
    ) if before.all() else None


def test_collapses_places_that_grow_like_their_industries():
    first = np.array([[10.0, 40], [30, 20]])
    parts = shift_parts(first, first * np.array([1.5, 0.8]))
    np.testing.assert_allclose(parts.regional, 0, atol=1e-9)
    np.testing.assert_allclose(parts.allocation, 0, atol=1e-9)


def test_collapses_a_place_of_the_common_mix_has_no_allocation():
    first = np.array([[10.0, 40], [30, 120]])
    second = np.array([[15.0, 30], [31, 140]])
    parts = shift_parts(first, second)
    np.testing.assert_allclose(parts.allocation, 0, atol=1e-9)


def test_by_hand_allocation_is_being_strong_where_one_wins():
    first, second = np.array([[80.0, 20], [20, 80]]), np.array([[100.0, 20], [20, 80]])
    parts = shift_parts(first, second)
    # whole: industry 0 grows by 20 %; homothetic jobs of place 0: 100 x .5 = 50, growth .25
    assert parts.competitive[0, 0] == pytest.approx(50 * (0.25 - 0.2))
    assert parts.allocation[0, 0] == pytest.approx(30 * (0.25 - 0.2))


def test_collapses_two_years_of_dynamics_are_static():
    years = np.random.default_rng(1).gamma(2, 30, (2, 4, 3))
    static, dynamic = shift_parts(*years), dynamic_shift_parts(years)
    np.testing.assert_allclose(static.mix, dynamic.mix)


def test_invariant_dynamic_change_is_the_whole_change():
    years = np.random.default_rng(2).gamma(2, 30, (4, 3, 5))
    parts = dynamic_shift_parts(years)
    np.testing.assert_allclose(parts.change, years[-1] - years[0])
    steps = [shift_parts(one, two).regional for one, two in pairwise(years)]
    np.testing.assert_allclose(parts.regional, sum(steps))


def test_a_new_industry_is_regional_and_a_suppressed_cell_is_in_nothing():
    first, second = (
        np.array([[10.0, 0, np.nan], [10, 0, 5]]),
        np.array([[10.0, 7, 3], [10, 0, 5]]),
    )
    parts = shift_parts(first, second)
    assert parts.regional[0, 1] == pytest.approx(7 - 0)
    assert np.isnan(parts.change[0, 2])
    assert np.nansum(parts.change) == pytest.approx(7)


def test_negative_jobs_and_unequal_shapes_are_refused():
    with pytest.raises(InvalidArgument, match="negative"):
        shift_parts(np.array([[-1.0]]), np.array([[1.0]]))
    with pytest.raises(InvalidArgument, match="same places"):
        shift_parts(np.ones((1, 2)), np.ones((2, 2)))
    with pytest.raises(InvalidArgument, match="2 or more"):
        dynamic_shift_parts(np.ones((1, 2, 2)))


# --- the error of the regional part


def two_years(rng, plants, *, lead=0.0, spread=0.4):
    """Return jobs of two years: plants that grow by luck, and places by a lead of their own."""
    size = np.where(plants > 0, 20.0 * plants, 0.0)
    cell = np.repeat(np.arange(plants.size), plants.ravel().astype(int))
    growth = np.exp(rng.normal(-(spread**2) / 2, spread, cell.size))
    after = 20.0 * np.bincount(cell, growth, minlength=plants.size).reshape(plants.shape)
    return size, after * (1 + np.asarray(lead))


def coverage(lead_sd, years=150):
    rng = np.random.default_rng(3)
    plants = rng.poisson(rng.gamma(1, 15, (30, 1)) * rng.gamma(1, 1, 12)).astype(float)
    hits, tries = 0, 0
    for _ in range(years):
        lead = rng.normal(0, lead_sd, (30, 1))
        first, second = two_years(rng, plants, lead=lead)
        parts = shift_parts(first, second)
        # what the place adds beyond the growth all places of an industry share
        common = (first * lead).sum(axis=0) / np.maximum(first.sum(axis=0), 1)
        truth = (first * (lead - common)).sum(axis=1)
        found = parts.regional.sum(axis=1)
        error = regional_error((first + second) / 2, parts.regional, plants)
        hits += np.sum(np.abs(found - truth) <= 1.96 * error)
        tries += np.isfinite(error).sum()
    return hits / tries, tries


def test_recovers_the_truth_intervals_cover_without_a_lead():
    share, tries = coverage(0.0)
    assert share == pytest.approx(0.95, abs=0.02 + 3 * np.sqrt(0.95 * 0.05 / tries))


def test_recovers_the_truth_intervals_cover_and_are_rather_too_wide_with_one():
    share, tries = coverage(0.05)
    assert share >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / tries)


def test_recovers_the_truth_of_the_variance_of_growth():
    rng = np.random.default_rng(4)
    plants = np.full((400, 1), 10.0)
    first, second = two_years(rng, plants, spread=0.3)
    parts = shift_parts(first, second)
    found = growth_dispersion((first + second) / 2, parts.regional, plants)
    assert found[0] == pytest.approx(np.exp(0.3**2) - 1, rel=0.15)


def test_null_few_places_are_called_winners_when_none_is():
    rng = np.random.default_rng(5)
    plants = rng.poisson(8, (60, 10)).astype(float)
    called = 0
    for _ in range(20):
        first, second = two_years(rng, plants)
        called += (
            shift_share(study_of_years(first, second, plants)).table()["q"] <= 0.05
        ).sum()
    assert called <= 6  # 5 % of 20 studies would have one or more: 1 expected, 6 at the outside


def study_of_years(first, second, plants):
    rows = [
        (f"p{place}", f"i{industry}", year, float(jobs[place, industry]), float(plants[place, industry]))
        for year, jobs in ((2018, first), (2019, second))
        for place in range(first.shape[0])
        for industry in range(first.shape[1])
        if plants[place, industry]
    ]  # fmt: skip
    return study_of(rows)


# --- the analysis


def test_recovers_the_truth_a_place_with_a_lead_stands_first():
    rng = np.random.default_rng(6)
    plants = rng.poisson(20, (25, 8)).astype(float)
    lead = np.zeros((25, 1))
    lead[3], lead[9] = 0.3, -0.25
    result = shift_share(study_of_years(*two_years(rng, plants, lead=lead), plants))
    rows = result.table()
    assert rows["place_id"][0] == "p3"
    assert rows["place_id"][-1] == "p9"
    assert rows["q"][0] <= 0.05
    np.testing.assert_allclose(
        (rows["national"] + rows["mix"] + rows["regional"]).to_numpy(),
        rows["change"].to_numpy(),
    )
    assert "p3" in str(result)


def test_industries_of_one_year_are_reported_not_dropped_in_silence():
    rows = [(p, i, y, 10.0, 2.0) for y in (2018, 2019) for p in "ab" for i in ("x", "y")]
    rows += [("a", "old", 2018, 7.0, 1.0), ("b", "new", 2019, 3.0, 1.0)]
    result = shift_share(study_of(rows))
    told = {
        row["industry"]: (row["present_in"], row["jobs"])
        for row in result.only_one_year.to_dicts()
    }
    assert told == {"old": ("first", 7.0), "new": ("second", 3.0)}
    assert "2 industries stand in one year only" in str(result)
    assert result.table()["change"].sum() == 0


def test_cells_that_cross_a_threshold_of_publication_are_told_apart():
    rows = [(p, i, y, 50.0, 5.0) for y in (2018, 2019) for p in "abc" for i in ("x", "y")]
    rows += [(p, "all", y, 130.0, 14.0) for y in (2018, 2019) for p in "abc"]
    rows += [
        ("a", "z", 2019, 20.0, 3.0),
        ("b", "z", 2018, 10.0, 3.0),
        ("b", "z", 2019, 12.0, 3.0),
    ]
    industries = {"industry": ["all", "x", "y", "z"], "level": [1, 2, 2, 2],
                  "parent": [None, "all", "all", "all"]}  # fmt: skip
    result = shift_share(study_of(rows, industries=industries))
    by_place = {row["place_id"]: row for row in result.table().to_dicts()}
    assert by_place["a"]["not_compared"] == 20
    assert by_place["a"]["change"] == 0
    assert by_place["b"]["change"] == 2


def test_one_year_is_an_error_with_the_remedy():
    with pytest.raises(TooFew, match="two years"):
        shift_share(study_of([("a", "x", 2019, 5.0, 1.0)]))
    with pytest.raises(TooFew):
        shift_share(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})))


def test_the_first_year_must_come_first():
    rows = [("a", "x", y, 5.0, 1.0) for y in (2018, 2019)]
    with pytest.raises(InvalidArgument, match="before"):
        shift_share(study_of(rows), since=2019, year=2018)


def test_a_made_up_world_reads_well():
    result = shift_share(make_world(organisations=400, clusters=2, rng=1).study)
    assert "places:" in str(result)
    assert "nan" not in str(result)
