"""Jobs by place and industry: nothing counted twice, nothing hidden left untold."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.agglomeration.employment import (
    by_cluster,
    employment_matrix,
    in_common,
    vintage_gap,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables import Study
from buzzline.tables.connectors import read_cbp
from buzzline.tables.worlds import make_world


def of(rows, columns=("place_id", "industry", "jobs"), **tables):
    return Study.of(
        employment=pl.DataFrame(rows, schema=list(columns), orient="row", strict=False),
        **{name: pl.DataFrame(table) for name, table in tables.items()},
    )


NESTED = [
    ("a", "00", 100.0), ("a", "31-33", 60.0), ("a", "325", 40.0), ("a", "3254", 30.0),
    ("a", "62", 40.0), ("a", "621", 40.0), ("a", "6211", 25.0),
    ("b", "00", 50.0), ("b", "31-33", 50.0), ("b", "325", 50.0), ("b", "3254", 50.0),
]  # fmt: skip


def test_by_hand_one_level_is_picked_and_the_published_total_tells_what_is_withheld():
    matrix = employment_matrix(of(NESTED))
    assert matrix.industries["industry"].to_list() == ["3254", "6211"]
    assert matrix.jobs.tolist() == [[30.0, 25.0], [50.0, 0.0]]
    assert matrix.place_jobs.tolist() == [100.0, 50.0]
    assert matrix.all_jobs == 150.0
    # known: 30 + 25 + 50 = 105 of 150; in a 55 of 100, in b all
    assert matrix.suppressed_share == pytest.approx(45 / 150)
    assert matrix.place_suppressed == pytest.approx([0.45, 0.0])
    # 325 has 90 jobs, its part 3254 80; 621 has 40, its part 25
    assert matrix.industry_suppressed == pytest.approx([10 / 90, 15 / 40])
    assert "30.0%" in str(matrix)


def test_by_hand_a_coarser_level_can_be_asked_for():
    matrix = employment_matrix(of(NESTED), digits=2)
    assert matrix.industries["industry"].to_list() == ["31-33", "62"]
    assert matrix.jobs.tolist() == [[60.0, 40.0], [50.0, 0.0]]
    assert matrix.suppressed_share == 0.0


def test_by_hand_a_level_without_rows_is_the_sum_of_finer_ones():
    rows = [("a", "3254", 30.0), ("a", "3251", 5.0), ("a", "6211", 25.0), ("b", "3254", 50.0)]
    matrix = employment_matrix(of(rows), digits=3)
    assert matrix.industries["industry"].to_list() == ["325", "621"]
    assert matrix.jobs.tolist() == [[35.0, 25.0], [50.0, 0.0]]
    assert "sums of those with 4" in matrix.notes[-1]


def test_by_hand_without_a_total_the_coarsest_level_tells_it():
    rows = [row for row in NESTED if row[1] != "00"]
    matrix = employment_matrix(of(rows))
    assert matrix.place_jobs.tolist() == [100.0, 50.0]
    assert matrix.suppressed_share == pytest.approx(45 / 150)


def test_by_hand_suppressed_cells_without_totals_leave_the_share_unknown():
    matrix = employment_matrix(of([("a", "10", 5.0), ("a", "11", None), ("b", "10", 2.0)]))
    assert np.isnan(matrix.jobs[0, 1])
    assert matrix.jobs[1, 1] == 0.0  # no row and no total: none
    assert np.isnan(matrix.suppressed_share)
    assert np.isnan(matrix.place_suppressed[0])
    assert matrix.place_suppressed[1] == 0.0
    assert "cannot be told" in matrix.notes[-1]
    assert "an unknown share" in str(matrix)


def test_by_hand_size_classes_are_summed_only_where_there_is_no_row_of_all_sizes():
    columns = ("place_id", "industry", "size_class", "jobs", "establishments")
    rows = [
        ("a", "10", None, 50.0, 9.0), ("a", "10", "1-9", 12.0, 7.0), ("a", "10", "10-49", 40.0, 2.0),
        ("b", "10", "1-9", 6.0, 3.0), ("b", "10", "10-49", 30.0, 1.0),
        ("c", "10", "1-9", None, 3.0), ("c", "10", "10-49", 30.0, 1.0),
    ]  # fmt: skip
    matrix = employment_matrix(of(rows, columns))
    assert matrix.jobs[:2, 0].tolist() == [50.0, 36.0]
    assert np.isnan(matrix.jobs[2, 0])  # one class is not known, so neither is the sum
    assert matrix.establishments[:, 0].tolist() == [9.0, 4.0, 4.0]


def test_by_hand_the_last_year_is_taken_unless_one_is_named():
    columns = ("place_id", "industry", "year", "jobs")
    study = of([("a", "10", 2018, 5.0), ("a", "10", 2019, 7.0)], columns)
    assert employment_matrix(study).jobs.tolist() == [[7.0]]
    assert employment_matrix(study).year == 2019
    assert employment_matrix(study, year=2018).jobs.tolist() == [[5.0]]
    with pytest.raises(TooFew, match="no row of 2020. Its years are 2018, 2019"):
        employment_matrix(study, year=2020)


def test_by_hand_places_of_several_levels_are_not_added_up():
    rows = [("x", "10", 5.0), ("y", "10", 7.0), ("land", "10", 12.0)]
    places = {"place_id": ["x", "y", "land"], "level": ["municipality"] * 2 + ["region"]}
    matrix = employment_matrix(of(rows, places=places))
    assert matrix.places["place_id"].to_list() == ["x", "y"]
    assert matrix.all_jobs == 12.0
    assert matrix.notes[0].startswith("Places of another level than `municipality`")


def test_by_hand_regions_in_a_country_are_told_by_their_codes_and_jobs():
    rows = [("DE", "10", 100.0), ("DE1", "10", 60.0), ("DE2", "10", 38.0),
            ("DE11", "10", 30.0), ("DE12", "10", 28.0), ("DE21", "10", 38.0)]  # fmt: skip
    matrix = employment_matrix(of(rows))
    assert matrix.places["place_id"].to_list() == ["DE11", "DE12", "DE21"]
    assert matrix.all_jobs == 96.0
    assert "3 (such as DE)" in matrix.notes[0]


def test_places_that_are_only_numbered_are_all_kept():
    rows = [(str(number), "10", 10.0) for number in range(1, 31)]
    matrix = employment_matrix(of(rows))
    assert matrix.places.height == 30
    assert not matrix.notes


def test_codes_that_only_look_nested_are_one_level():
    rows = [("a", str(number), 10.0 * number) for number in range(1, 21)]
    matrix = employment_matrix(of(rows))
    assert matrix.industries.height == 20
    assert matrix.all_jobs == sum(10.0 * number for number in range(1, 21))
    assert "do not hold each other" in matrix.notes[0]


def test_names_need_no_level_and_a_total_by_name_is_no_industry():
    matrix = employment_matrix(
        of([("a", "Food", 5.0), ("a", "Toys", 3.0), ("a", "Total", 9.0)])
    )
    assert matrix.industries["industry"].to_list() == ["Food", "Toys"]
    assert matrix.suppressed_share == pytest.approx(1 / 9)


def test_levels_told_in_industries_count_more_than_the_form_of_codes():
    industries = {"industry": ["1", "2", "12"], "level": [1, 1, 1]}
    rows = [("a", "1", 5.0), ("a", "2", 3.0), ("a", "12", 1.0)]
    assert employment_matrix(of(rows, industries=industries)).industries.height == 3


def test_the_only_industry_at_the_top_is_a_total_only_when_all_codes_lie_in_one():
    industries = {"industry": ["C", "10", "11"], "parent": [None, "C", "C"], "level": [1, 2, 2]}
    rows = [("a", "C", 9.0), ("a", "10", 5.0), ("a", "11", 3.0)]
    assert employment_matrix(of(rows, industries=industries)).suppressed_share == 1 / 9
    more = employment_matrix(of([*rows, ("a", "62", 7.0)], industries=industries))
    assert more.jobs.tolist() == [[5.0, 3.0, 7.0]]
    assert more.all_jobs == 15.0


def test_rows_without_a_year_are_told():
    columns = ("place_id", "industry", "year", "jobs")
    matrix = employment_matrix(of([("a", "10", 2018, 5.0), ("b", "10", None, 7.0)], columns))
    assert matrix.all_jobs == 5.0
    assert matrix.notes == ("Rows without a year are left out: 1.",)


def test_special_case_one_place_one_industry_and_empty_ones():
    assert employment_matrix(of([("a", "10", 5.0)])).jobs.tolist() == [[5.0]]
    matrix = employment_matrix(of([("a", "10", 0.0), ("b", "11", 0.0), ("b", "10", 4.0)]))
    assert matrix.jobs.tolist() == [[0.0, 0.0], [4.0, 0.0]]
    assert matrix.suppressed_share == 0.0


def test_noise_that_makes_parts_exceed_the_total_is_told():
    matrix = employment_matrix(of([("a", "00", 10.0), ("a", "10", 8.0), ("a", "11", 4.0)]))
    assert matrix.suppressed_share == 0.0
    assert "add up to more" in matrix.notes[-1]


def test_only_establishments_leave_jobs_unknown():
    columns = ("place_id", "industry", "establishments")
    matrix = employment_matrix(of([("a", "10", 5.0), ("b", "11", 2.0)], columns))
    assert np.isnan(matrix.jobs).all()
    assert matrix.establishments.tolist() == [[5.0, 0.0], [0.0, 2.0]]
    assert np.isnan(matrix.all_jobs)


def test_what_cannot_be_answered_says_why():
    with pytest.raises(TooFew, match="neither employment, establishments nor organisations"):
        employment_matrix(Study.of())
    with pytest.raises(TooFew, match="only totals"):
        employment_matrix(of([("a", "00", 5.0)]))
    with pytest.raises(InvalidArgument, match="with 6 or more; levels are 2"):
        employment_matrix(of([("a", "10", 5.0)]), digits=6)
    with pytest.raises(TooFew, match="both a place and an industry"):
        employment_matrix(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})))


def test_special_case_organisations_counted_equal_their_employment_table():
    study = make_world(organisations=300, clusters=3, rng=4).study
    counted = employment_matrix(study.with_table("employment", study.employment.head(0)))
    published = employment_matrix(study)
    assert counted.source != published.source
    bare = study.with_table("employment", study.employment.head(0)).with_table(
        "establishments", study.establishments.head(0)
    )
    alone = employment_matrix(bare)
    assert alone.source == "organisations"
    known = np.isfinite(published.jobs)
    assert 0 < (~known).sum() < known.sum()
    assert np.array_equal(published.jobs[known], alone.jobs[known])
    assert np.array_equal(published.establishments, alone.establishments)
    assert np.array_equal(published.place_jobs, alone.jobs.sum(axis=1))
    hidden = alone.jobs[~known].sum() / alone.jobs.sum()
    assert published.suppressed_share == pytest.approx(hidden)


def test_invariant_order_of_rows_and_names_of_places_change_nothing():
    study = make_world(organisations=200, clusters=2, rng=6).study
    shuffled = study.with_table(
        "employment", study.employment.sample(fraction=1.0, shuffle=True, seed=3)
    )
    one, other = employment_matrix(study), employment_matrix(shuffled)
    assert np.array_equal(one.jobs, other.jobs, equal_nan=True)
    assert one.suppressed_share == other.suppressed_share
    assert one.table().equals(other.table())


CELLS = st.dictionaries(
    st.tuples(st.sampled_from("abcd"), st.sampled_from(["10", "11", "20"])),
    st.one_of(st.none(), st.integers(0, 50)), min_size=1,
)  # fmt: skip


@settings(max_examples=60)
@given(CELLS)
def test_brute_force_cells_against_a_dictionary(cells):
    study = of(
        [(*key, None if value is None else float(value)) for key, value in cells.items()]
    )
    matrix = employment_matrix(study)
    if all(value is None for value in cells.values()):
        assert np.isnan(matrix.jobs).all()
        return
    for row, place in enumerate(matrix.places["place_id"]):
        for column, code in enumerate(matrix.industries["industry"]):
            expected = cells.get((place, code), 0)
            value = matrix.jobs[row, column]
            assert np.isnan(value) if expected is None else value == expected


def test_by_hand_clusters_sum_their_industries_and_tell_what_is_left():
    industries = {
        "industry": ["10", "11", "62", "90"], "cluster": ["food", "food", "digital", None],
        "traded": [True, True, None, False],
    }  # fmt: skip
    rows = [("a", "10", 5.0), ("a", "11", 2.0), ("a", "62", 3.0), ("a", "90", 4.0),
            ("b", "10", None), ("b", "62", 1.0)]  # fmt: skip
    grouped = by_cluster(employment_matrix(of(rows, industries=industries)))
    assert grouped.industries["industry"].to_list() == ["digital", "food"]
    assert grouped.industries["traded"].to_list() == [None, True]
    assert grouped.jobs[0].tolist() == [3.0, 7.0]
    assert grouped.jobs[1, 0] == 1.0
    assert np.isnan(grouped.jobs[1, 1])  # one of its industries is not known
    assert grouped.all_jobs == 15.0
    assert "4 jobs are in industries without a cluster" in grouped.notes[-1]
    with pytest.raises(InvalidArgument, match="no industry belongs to a cluster"):
        by_cluster(employment_matrix(of(rows)))


def test_by_hand_two_years_meet_on_common_ground_and_say_what_is_left_out():
    columns = ("place_id", "industry", "year", "jobs")
    rows = [("a", "10", 1, 5.0), ("a", "11", 1, 15.0), ("b", "10", 1, 2.0),
            ("a", "10", 2, 6.0), ("c", "10", 2, 2.0), ("a", "12", 2, 8.0)]  # fmt: skip
    rows = [(place, code, 2000 + year, jobs) for place, code, year, jobs in rows]
    study = of(rows, columns)
    first, second = (employment_matrix(study, year=year) for year in (2001, 2002))
    one, other = in_common(first, second)
    assert (one.jobs.tolist(), other.jobs.tolist()) == ([[5.0]], [[6.0]])
    assert one.all_jobs == 22.0
    assert one.notes[-1].endswith("places 1, industries 1.")
    gap = vintage_gap(first, second)
    assert gap.select("industry", "present_in", "year", "jobs").rows() == [
        ("11", "first", 2001, 15.0), ("12", "second", 2002, 8.0),
    ]  # fmt: skip
    assert gap["share"].to_list() == pytest.approx([15 / 22, 8 / 16])
    with pytest.raises(InvalidArgument, match="share no industry"):
        in_common(
            employment_matrix(of([("a", "10", 1.0)])), employment_matrix(of([("a", "99", 1.0)]))
        )


@pytest.fixture(scope="module")
def cbp(shared_data):
    crosswalk = shared_data / "uscmp_crosswalk"
    return read_cbp(
        shared_data / "cbp_cbsa",
        definitions=crosswalk / "naics_2012_2017_to_cluster_subcluster.csv",
    )


def test_published_numbers_business_patterns_of_2019(cbp):
    # described with the data: 122.5 million jobs, four digits hold 97.5 % of them, six 94.4 %
    six, four = employment_matrix(cbp), employment_matrix(cbp, digits=4)
    assert six.jobs.shape == (933, 961)
    assert six.all_jobs == pytest.approx(122.5e6, rel=1e-3)
    assert 1 - six.suppressed_share == pytest.approx(0.944, abs=5e-4)
    assert 1 - four.suppressed_share == pytest.approx(0.975, abs=5e-4)
    assert six.establishments[six.establishments > 0].min() == 3
    assert (six.place_suppressed >= 0).all()
    assert np.nanmax(six.industry_suppressed) <= 1


def test_published_numbers_clusters_of_2019_go_with_those_of_the_mapping_project(
    cbp, shared_data
):
    # described with the data: cells of 917 areas and 51 traded clusters correlate 0.995
    ours = by_cluster(employment_matrix(cbp)).table().select("place_id", "industry", "jobs")
    theirs = pl.read_parquet(
        shared_data / "uscmp" / "cluster_by_region_2016.parquet",
        columns=["region_code_t", "region_type_t", "cluster_name_t", "emp_tl", "traded_b"],
    ).filter((pl.col("region_type_t") == "msa") & pl.col("traded_b"))
    both = theirs.join(
        ours, left_on=["region_code_t", "cluster_name_t"], right_on=["place_id", "industry"],
        how="left",
    ).with_columns(pl.col("jobs").fill_null(0.0))  # fmt: skip
    assert both["region_code_t"].n_unique() == 917
    assert both["cluster_name_t"].n_unique() == 51
    correlation = np.corrcoef(both["emp_tl"].to_numpy(), both["jobs"].to_numpy())[0, 1]
    assert correlation == pytest.approx(0.995, abs=0.002)


def test_two_years_of_business_patterns_are_of_one_vintage(cbp):
    gap = vintage_gap(*(employment_matrix(cbp, year=year) for year in (2018, 2019)))
    assert gap["industry"].to_list() == ["212299", "332993"]
    assert gap["share"].sum() < 1e-5
