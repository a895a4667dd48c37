import numpy as np
import polars as pl
import pytest
from scipy.stats import kstest
from tests.oracles.relatedness import tables_with_totals

from buzzline.agglomeration import co_occurrence, industry_entry
from buzzline.agglomeration.density import densities_without_own
from buzzline.agglomeration.entry import CHANCE, ENTRY, EXIT, FEW, FEWER, FROM_AFAR, MORE
from buzzline.agglomeration.entry_null import EventTable, dealt_events
from buzzline.errors import TooFew
from buzzline.tables.study import Study

ANY = 0.001  # so small a cut that an industry is present where it has any job


def rows_of(jobs, year):
    row, column = np.divmod(np.arange(jobs.size), jobs.shape[1])
    frame = pl.DataFrame({
        "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
        "jobs": jobs.ravel().astype(float), "year": [year] * jobs.size,
    })  # fmt: skip
    return frame.filter(pl.col("jobs") > 0)


def study_of(first, second):
    return Study.of(employment=pl.concat([rows_of(first, 2010), rows_of(second, 2020)]))


def two_years(rng, pull, places=120, industries=30):
    """Entry by a place's and an industry's own rate, and by density with force `pull`."""
    taste = rng.normal(size=(places, 3))[:, np.arange(industries) % 3]
    diverse, common = rng.normal(size=(places, 1)), rng.normal(size=industries)
    has = rng.random(taste.shape) < 1 / (1 + np.exp(1.2 - taste - 0.6 * diverse - 0.6 * common))
    density = np.nan_to_num(densities_without_own(has, co_occurrence(has)))
    push = pull * (density - density.mean())
    enters = ~has & (
        rng.random(has.shape) < 1 / (1 + np.exp(2.6 - push - 0.4 * common - 0.4 * diverse))
    )
    leaves = has & (rng.random(has.shape) < 0.08)
    return np.where(has, 100, 0), np.where((has & ~leaves) | enters, 100, 0)


def effect(result, event=ENTRY):
    return result.effects.row(by_predicate=pl.col("event") == event, named=True)


def event_table(rng, did_share=0.1, shape=(25, 15)):
    may = rng.random(shape) < 0.8
    did = may & (rng.random(shape) < did_share)
    bins = np.where(may, rng.integers(0, 3, shape), -1)
    return EventTable(may, did, rng.random(shape), bins.astype(np.int64), 3)


def test_by_hand_entry_and_exit_of_three_places():
    pairs = [[10, 10, 0]] * 3 + [[0, 0, 10]] * 3 + [[10, 0, 0]]
    first, second = np.array(pairs), np.array(pairs)
    second[6, 1] = 10  # the last place had the first industry, and gains the second
    second[0, 0] = 0  # the first place loses the first industry
    result = industry_entry(study_of(first, second), cut=ANY, draws=9, rng=1)
    assert effect(result)["n"] == 1
    assert effect(result)["value"] == pytest.approx(1)  # all that is related to it was there
    assert effect(result, EXIT)["n"] == 1
    assert effect(result, FROM_AFAR)["n"] == 1
    # without its own place the third industry is never met by others: nothing to be near to
    assert effect(result, EXIT)["n_no_density"] == 3
    assert effect(result)["verdict"] == FEW
    assert "not enough events (n=1)" in str(result)


def test_recovers_the_truth_entry_where_related():
    rng = np.random.default_rng(1)
    result = industry_entry(study_of(*two_years(rng, pull=10.0)), cut=ANY, draws=199, rng=1)
    found = effect(result)
    assert found["verdict"] == MORE
    assert found["p"] == pytest.approx(1 / 200)
    assert found["value"] > found["chance_high"]
    assert found["low"] > 1
    curve = result.curve.filter(event=ENTRY)["value"]
    assert curve.tail(3).mean() > 2 * curve.head(3).mean()


def test_recovers_the_truth_the_pull_away_is_seen_too():
    rng = np.random.default_rng(1)
    found = effect(
        industry_entry(study_of(*two_years(rng, pull=-10.0)), cut=ANY, draws=99, rng=1)
    )
    assert found["verdict"] == FEWER
    assert found["odds_ratio"] < 1


def test_recovers_the_truth_p_is_uniform_when_density_does_not_matter():
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        study = study_of(*two_years(rng, pull=0.0, places=40, industries=15))
        p.append(effect(industry_entry(study, cut=ANY, draws=49, rng=seed))["p"])
    # p takes fifty values: their step is what the distance may be larger by
    assert kstest(p, "uniform").statistic < 1.63 / np.sqrt(60) + 0.02
    assert np.mean(np.array(p) <= 0.1) < 0.1 + 3 * np.sqrt(0.09 / 60)


def test_power_rises_with_the_pull_and_the_detectable_difference_is_seen():
    found = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        result = industry_entry(
            study_of(*two_years(rng, pull=14.0)), cut=ANY, draws=49, rng=seed
        )
        found.append(effect(result))
    assert sum(one["verdict"] == MORE for one in found) >= 10
    seen = [one for one in found if abs(one["value"] - one["expected"]) > one["detectable"]]
    assert all(one["p"] <= 0.05 for one in seen)


def test_brute_force_dealing_gives_the_mean_over_all_tables():
    rng = np.random.default_rng(3)
    may, did = np.ones((4, 4), dtype=bool), np.eye(4, dtype=bool)
    may[0, 1] = False
    did[1, 0] = True
    density = rng.random((4, 4))
    tables = tables_with_totals(may, did.sum(axis=1), did.sum(axis=0))
    exact = np.mean([np.mean([density[cell] for cell in table]) for table in tables])
    bins = np.where(may, 0, -1).astype(np.int64)
    mean, by_bin = dealt_events(EventTable(may, did, density, bins, 1), 2_000, seed=1)
    spread = mean.std() / np.sqrt(2_000)
    assert len(tables) > 3
    assert mean.mean() == pytest.approx(exact, abs=4 * spread)
    assert (by_bin == did.sum()).all()


def test_invariant_dealing_does_not_depend_on_the_number_of_threads(monkeypatch):
    table = event_table(np.random.default_rng(1))
    monkeypatch.setenv("BUZZLINE_THREADS", "1")
    one = dealt_events(table, 5, seed=3)
    monkeypatch.setenv("BUZZLINE_THREADS", "2")
    two = dealt_events(table, 5, seed=3)
    assert np.array_equal(one[0], two[0])
    assert np.array_equal(one[1], two[1])


def test_industries_of_one_year_only_are_left_out_and_listed():
    rng = np.random.default_rng(1)
    first, second = two_years(rng, pull=0.0, places=30, industries=8)
    later = rows_of(second, 2020).with_columns(
        pl.col("industry").replace("I003", "I003 new")  # a code of another vintage
    )
    study = Study.of(employment=pl.concat([rows_of(first, 2010), later]))
    result = industry_entry(study, cut=ANY, draws=9, rng=1)
    assert sorted(result.left_out["industry"]) == ["I003", "I003 new"]
    assert result.n_industries == 7
    assert "2 industries stand in one year only" in str(result)


def test_cells_not_known_are_no_events_and_are_counted():
    rng = np.random.default_rng(1)
    first, second = two_years(rng, pull=0.0, places=30, industries=8)
    table = pl.concat([rows_of(first, 2010), rows_of(second, 2020)])
    known = effect(industry_entry(Study.of(employment=table), cut=ANY, draws=0), EXIT)[
        "n_cells"
    ]
    hidden = table.with_columns(
        jobs=pl.when(pl.col("place_id") == "P001").then(None).otherwise(pl.col("jobs"))
    )  # fmt: skip
    result = industry_entry(Study.of(employment=hidden), cut=ANY, draws=0)
    assert result.n_unknown > 0
    assert effect(result, EXIT)["n_cells"] < known
    assert effect(result)["expected"] is None
    assert effect(result)["verdict"] == FEW


def test_one_year_is_an_error_with_the_remedy():
    study = Study.of(employment=rows_of(np.ones((4, 3)), 2010))
    with pytest.raises(TooFew, match="Add rows of another year"):
        industry_entry(study)


def test_real_data_industries_enter_metros_where_related_ones_are(shared_data):
    parts = [
        pl.read_parquet(shared_data / "cbp_cbsa" / f"cbp_cbsa_naics_{year}.parquet")
        .filter(pl.col("naics").str.len_chars() == 4)
        .select(place_id="cbsa", industry="naics", jobs=pl.col("emp").cast(pl.Float64),
                year=pl.lit(year))
        for year in (2018, 2019)
    ]  # fmt: skip
    result = industry_entry(Study.of(employment=pl.concat(parts)), draws=19, rng=1)
    assert effect(result)["verdict"] == MORE
    assert effect(result, EXIT)["verdict"] == FEWER
    shares = result.curve.filter(event=ENTRY)["value"]
    assert shares[-1] > 5 * shares[0]
    assert effect(result)["verdict"] != CHANCE
