import numpy as np
import polars as pl

from buzzline.agglomeration import (
    coagglomeration,
    industry_entry,
    location_quotients,
    location_quotients_by_place,
    relatedness,
)
from buzzline.agglomeration.employment import employment_matrix
from buzzline.agglomeration.entry import ENTRY
from buzzline.agglomeration.presence import could_be_present
from buzzline.tables.study import Study

FLOOR, SIZE = 3, 10.0


def plants_of(rng, r=60, s=40):
    """Plants of equal size, scattered by size of place and a taste for industries."""
    size, taste = rng.dirichlet(np.full(r, 2.0)), rng.lognormal(0, 0.7, (r, s))
    return rng.poisson(np.geomspace(60, 600, s) * size[:, None] * taste)


def table_of(plants, year, floor=FLOOR):
    row, column = np.nonzero(plants >= floor)
    counts = plants[row, column].astype(float)
    return pl.DataFrame(
        {"place_id": [f"p{k:02d}" for k in row], "industry": [f"i{k:02d}" for k in column],
         "jobs": counts * SIZE, "establishments": counts, "year": year}
    )  # fmt: skip


def entry_of(tables):
    result = industry_entry(Study.of(employment=pl.concat(tables)), draws=9, rng=1)
    return result, result.effects.row(by_predicate=pl.col("event") == ENTRY, named=True)


def test_recovers_the_truth_what_counts_as_absent_is_absent_in_the_whole_table():
    plants = plants_of(np.random.default_rng(1))
    matrix = employment_matrix(Study.of(employment=table_of(plants, 2019)))
    assert matrix.jobs.shape == plants.shape
    could = could_be_present(matrix, 1.0)
    truly, unseen = location_quotients(plants) >= 1, plants < FLOOR
    assert truly[unseen].mean() > 0.02  # an unseen cell is not an absent one
    assert truly[unseen & ~could].mean() < 0.002
    assert not could[~unseen].any()


def test_brute_force_as_many_plants_as_can_be_withheld():
    plants = plants_of(np.random.default_rng(2))
    matrix = employment_matrix(Study.of(employment=table_of(plants, 2019)))
    could, jobs = could_be_present(matrix, 0.5), matrix.jobs
    for r in range(0, 60, 7):
        for i in range(40):
            quotient = (2 * SIZE / jobs[r].sum()) / (jobs[:, i].sum() / jobs.sum())
            assert could[r, i] == (jobs[r, i] == 0 and quotient >= 0.5)


def test_special_case_where_all_cells_are_published_nothing_is_hidden():
    plants = plants_of(np.random.default_rng(3))
    tables = [table_of(plants, 2018, 1), table_of(plants[::-1], 2019, 1)]
    matrix = employment_matrix(Study.of(employment=tables[0]))
    assert not could_be_present(matrix, 1.0).any()
    result, _ = entry_of(tables)
    assert result.n_withheld == 0
    assert "left out" not in str(result)


def test_a_cell_that_passes_the_floor_is_no_entry_and_it_is_said():
    rng = np.random.default_rng(4)
    first = plants_of(rng)
    second = first.copy()
    edge = (first == FLOOR - 1) & (rng.random(first.shape) < 0.5)
    second[edge] += 1
    whole, cut = ([table_of(first, 2018, f), table_of(second, 2019, f)] for f in (1, FLOOR))
    _, true = entry_of(whole)
    result, found = entry_of(cut)
    naive = (
        (location_quotients(np.where(first >= 3, first, 0)) < 1)
        & (location_quotients(np.where(second >= 3, second, 0)) >= 1)
    ).sum()  # fmt: skip
    assert naive > 1.3 * true["n"]
    assert found["n"] <= true["n"]
    assert result.publication_floor == FLOOR
    assert f"{result.n_withheld:,} cells may have been present unseen" in str(result)


def test_quotients_and_relatedness_say_which_cells_are_not_published():
    plants = plants_of(np.random.default_rng(6))
    cut, whole = (Study.of(employment=table_of(plants, 2019, f)) for f in (FLOOR, 1))
    for measure in (location_quotients_by_place, relatedness):
        assert "fewer than 3 establishments are not published" in str(measure(cut))
        assert "not published" not in str(measure(whole))


def test_null_p_values_of_pairs_are_uniform_where_small_cells_are_withheld():
    p = []
    for seed in range(5):
        rng = np.random.default_rng([5, seed])
        plants = rng.multinomial(80, rng.dirichlet(np.ones(50)), size=25).T
        study = Study.of(employment=table_of(plants, 2019))
        p += coagglomeration(study, draws=99, rng=seed).pairs["p"].drop_nulls().to_list()
    ranked = np.sort(p)
    gap = np.abs(ranked - (np.arange(ranked.size) + 0.5) / ranked.size).max()
    # pairs of 25 industries: 1 % point of Kolmogorov's distance as if each industry were one test
    assert gap < 1.63 / np.sqrt(5 * 25) + 0.01
