import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.employment import by_cluster, employment_matrix
from buzzline.agglomeration.publication_floor import publication_floor
from buzzline.tables.study import Study


def counts_of(rng, r=60, s=60):
    share = rng.dirichlet(np.full(r, 0.7))
    return rng.poisson(share[:, None] * rng.uniform(20, 200, s)).astype(float)


def employment_of(jobs, counts, **columns):
    row, column = np.nonzero(counts)
    return pl.DataFrame(
        {"place_id": [f"p{k:02d}" for k in row], "industry": [f"i{k:02d}" for k in column],
         "jobs": jobs[row, column], "establishments": counts[row, column]}
    ).with_columns(**columns)  # fmt: skip


@pytest.mark.parametrize("floor", [1, 2, 3, 5])
def test_recovers_the_truth_the_floor_of_cells_that_are_left_out(floor):
    for seed in range(10):
        counts = counts_of(np.random.default_rng(seed))
        counts[counts < floor] = 0
        assert publication_floor(counts * 7, counts) == floor


@pytest.mark.parametrize("floor", [1, 3])
def test_recovers_the_truth_the_floor_where_small_cells_are_marked_as_suppressed(floor):
    counts = counts_of(np.random.default_rng(1))
    jobs = np.where(counts >= floor, counts * 7, np.nan)
    assert publication_floor(jobs, counts) == floor


def test_special_case_no_floor_where_large_cells_are_withheld_too():
    counts = counts_of(np.random.default_rng(1))
    jobs = np.where(np.random.default_rng(2).random(counts.shape) < 0.1, np.nan, counts * 7)
    assert publication_floor(jobs, counts) == 1


def test_special_case_a_small_table_without_small_cells_has_no_floor():
    counts = np.array([[3.0, 0], [7, 4]])
    assert publication_floor(counts, counts) == 1
    assert publication_floor(counts, counts, suppressed_share=0.1) == 3
    full = np.full((30, 30), 3.0)
    assert publication_floor(full, full) == 1  # nothing is missing
    assert publication_floor(full * 0, full * 0) == 1


def test_special_case_only_counts_are_known():
    counts = counts_of(np.random.default_rng(1))
    counts[counts < 3] = 0
    assert publication_floor(np.full(counts.shape, np.nan), counts) == 3


def test_the_matrix_carries_its_floor_and_says_so():
    counts = counts_of(np.random.default_rng(1))
    counts[counts < 3] = 0
    table = employment_of(counts * 7, counts)
    industries = pl.DataFrame({"industry": ["i00", "i01"], "cluster": ["c", "c"]})
    matrix = employment_matrix(Study.of(employment=table, industries=industries))
    assert matrix.publication_floor == 3
    assert any("fewer than 3 establishments" in note for note in matrix.notes)
    assert by_cluster(matrix).publication_floor == 3


def test_plants_counted_one_by_one_have_no_floor():
    table = pl.DataFrame(
        {"org_id": [f"o{k}" for k in range(6)], "city": list("aabbcc"), "country": "AA",
         "industry": ["x", "x", "y", "y", "x", "x"], "jobs": 1.0}
    )  # fmt: skip
    assert employment_matrix(Study.of(organisations=table)).publication_floor == 1


def test_published_numbers_business_patterns_withholds_cells_below_three(shared_data):
    for year in (2018, 2019):
        cells = pl.read_parquet(shared_data / "cbp_cbsa" / f"cbp_cbsa_naics_{year}.parquet")
        table = cells.filter(pl.col("naics").str.contains("^3[123]....$")).select(
            place_id="cbsa", industry="naics", jobs=pl.col("emp").cast(pl.Float64),
            establishments=pl.col("estab").cast(pl.Float64),
        )  # fmt: skip
        assert employment_matrix(Study.of(employment=table)).publication_floor == 3
