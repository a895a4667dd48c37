import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.concentration import NOT_TESTABLE, concentration
from buzzline.agglomeration.published_dartboard import cell_herfindahl, published_board
from buzzline.tables.study import Study

FLOOR = 3


def thrown_world(rng, *, r=50, s=40, spread=0.0, largest=400):
    """Plants of every industry thrown at places; jobs and plants of all cells, (r, s)."""
    chance = rng.dirichlet(np.full(r, 1.0))
    n = np.geomspace(30, largest, s).astype(int)
    plants = rng.multinomial(n, chance).T.astype(float)
    size = 20.0 * rng.lognormal(-(spread**2) / 2, spread, int(plants.sum()))
    cell = np.repeat(np.arange(plants.size), plants.astype(int).ravel())
    return np.bincount(cell, size, minlength=plants.size).reshape(plants.shape), plants


def study_of(jobs, plants, floor=FLOOR):
    row, column = np.nonzero(plants >= floor)
    table = pl.DataFrame(
        {"place_id": [f"p{k:02d}" for k in row], "industry": [f"i{k:02d}" for k in column],
         "jobs": jobs[row, column], "establishments": plants[row, column]}
    )  # fmt: skip
    return Study.of(employment=table)


def distance_from_uniform(p):
    ranked = np.sort(p)
    return np.abs(ranked - (np.arange(ranked.size) + 0.5) / ranked.size).max()


def p_values(spread, **how):
    p = []
    for seed in range(8):
        rng = np.random.default_rng([5, seed])
        study = study_of(*thrown_world(rng, spread=spread))
        found = concentration(study, draws=39, rng=seed, **how)
        assert found.publication_floor == FLOOR
        p += found.industries["p"].drop_nulls().to_list()
    return np.array(p)


@pytest.mark.parametrize(
    ("spread", "weight"), [(0.0, "jobs"), (1.0, "jobs"), (1.0, "establishments")]
)
def test_null_p_values_are_uniform_where_small_cells_are_withheld(spread, weight):
    p = p_values(spread, weight=weight)
    assert p.size > 200
    # 1 % point of Kolmogorov's distance, and steps of 1/40
    assert distance_from_uniform(p) < 1.63 / np.sqrt(p.size) + 0.025


def test_a_null_without_the_floor_would_call_thrown_plants_concentrated(monkeypatch):
    monkeypatch.setattr(
        "buzzline.agglomeration.employment.publication_floor", lambda *_, **__: 1
    )
    jobs, plants = thrown_world(np.random.default_rng(1))
    found = concentration(study_of(jobs, plants), draws=39, rng=1).industries
    assert (found["p"].drop_nulls() == 1 / 40).mean() > 0.25  # 0.025 is nominal


def test_collapse_with_a_floor_of_one_the_table_is_thrown_as_it_stands():
    jobs, plants = thrown_world(np.random.default_rng(1))
    board = published_board(plants, plants, 1)
    np.testing.assert_array_equal(board.n, plants.sum(axis=0))
    assert board.chance == pytest.approx(jobs.sum(axis=1) / jobs.sum())


def test_recovers_the_truth_numbers_of_plants_and_chances_behind_a_cut_table():
    n, chance, found = np.zeros(40), np.zeros(50), []
    for seed in range(20):
        rng = np.random.default_rng([2, seed])
        _, plants = thrown_world(rng)
        shown = np.where(plants >= FLOOR, plants, 0.0)
        board = published_board(shown, shown, FLOOR)
        true = plants.sum(axis=1) / plants.sum()
        seen = shown.sum(axis=1) / shown.sum()
        n += board.n / 20
        chance += (board.chance - true) / 20
        found.append(np.abs(board.chance - true).sum() < np.abs(seen - true).sum())
    true_n = np.geomspace(30, 400, 40).astype(int)
    np.testing.assert_allclose(n, true_n, rtol=0.15)
    assert abs(n.sum() / true_n.sum() - 1) < 0.01
    assert np.mean(found) > 0.9


def test_recovers_the_truth_draws_look_like_the_table_they_stand_for():
    jobs, plants = thrown_world(np.random.default_rng(3), spread=1.0)
    shown, held = np.where(plants >= FLOOR, plants, 0.0), np.where(plants >= FLOOR, jobs, 0.0)
    board = published_board(held, shown, FLOOR)
    drawn = [board.drawn(np.random.default_rng(seed)) for seed in range(300)]
    count = np.mean([one for _, one in drawn], axis=0)
    amount = np.mean([one for one, _ in drawn], axis=0)
    np.testing.assert_allclose(count.sum(axis=0), shown.sum(axis=0), rtol=0.05, atol=1)
    np.testing.assert_allclose(
        amount.sum(axis=1) / amount.sum(), held.sum(axis=1) / held.sum(), atol=0.003
    )
    assert min(one[one > 0].min() for _, one in drawn) == FLOOR
    assert all(((one == 0) == (two == 0)).all() for one, two in drawn)


def test_withheld_plants_that_are_counted_are_thrown_as_many():
    _, plants = thrown_world(np.random.default_rng(4))
    table = study_of(plants * 10, plants, floor=1).employment.with_columns(
        jobs=pl.when(pl.col("establishments") >= FLOOR).then("jobs")
    )
    found = concentration(Study.of(employment=table), draws=9, rng=1).industries
    assert found.sort("industry")["n_thrown"].to_list() == plants.sum(axis=0).tolist()


def test_recovers_the_truth_a_planted_concentration_is_found_and_comes_first():
    rng = np.random.default_rng(6)
    jobs, plants = thrown_world(rng, spread=1.0)
    plants[:, 5], jobs[:, 5] = 0, 0
    plants[[3, 7], 5] = [25, 6]
    jobs[:, 5] = plants[:, 5] * 20
    found = concentration(study_of(jobs, plants), draws=1999, rng=1).industries
    top = found.row(0, named=True)
    assert (top["industry"], top["status"]) == ("i05", "localised")
    assert top["n_thrown"] > top["n"] == 31
    assert (found["status"] == "localised").sum() <= 3


def test_places_of_withheld_plants_cannot_be_exchanged():
    jobs, plants = thrown_world(np.random.default_rng(6))
    found = concentration(study_of(jobs, plants), null="relabelling", draws=9, rng=1)
    rows = found.industries.filter(pl.col("n") >= 10)
    assert set(rows["status"]) == {NOT_TESTABLE}
    assert rows["reason"].str.contains("withheld plants").all()
    assert rows["p"].null_count() == rows.height


def test_no_draws_where_small_cells_are_withheld():
    jobs, plants = thrown_world(np.random.default_rng(6))
    found = concentration(study_of(jobs, plants), draws=0)
    assert "not tested" in set(found.industries["status"])
    assert found.measures["p"].null_count() == found.measures.height


def test_by_hand_herfindahl_of_plants_alike_within_cells():
    jobs, plants = np.array([[30.0, 0], [10, 0]]), np.array([[3.0, 0], [10, 0]])
    found = cell_herfindahl(jobs, plants)
    assert found[0] == pytest.approx((30**2 / 3 + 10**2 / 10) / 40**2)
    assert np.isnan(found[1])


def test_invariant_threads_change_nothing(monkeypatch):
    jobs, plants = thrown_world(np.random.default_rng(6))
    found = []
    for threads in ("1", "3"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        found.append(concentration(study_of(jobs, plants), draws=9, rng=1).measures)
    assert found[0].equals(found[1])
