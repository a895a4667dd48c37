"""Jobs without a count of plants, and draws too few for a verdict."""

import numpy as np
import polars as pl
import pytest

from buzzline import Study, coagglomeration, concentration
from buzzline.charts import chart
from buzzline.resampling import fewest_draws, too_few_draws


def table(*, counted: bool) -> pl.DataFrame:
    """Three industries in four places: `s` in one of them, the others everywhere."""
    rows = [(p, i, 60.0, 6.0) for p in "abcd" for i in ("t", "u")]
    rows += [("a", "s", 200.0, 20.0), ("b", "s", 20.0, 2.0)]
    frame = pl.DataFrame(
        rows, schema=["place_id", "industry", "jobs", "establishments"], orient="row"
    )
    return frame if counted else frame.drop("establishments")


def test_by_hand_jobs_alone_give_gini_and_no_verdict():
    result = concentration(Study.of(employment=table(counted=False)), draws=99, rng=1)
    rows = result.industries
    for name in ("value", "chance_low", "chance_high", "p", "q", "n", "z", "value_least"):
        assert rows[name].null_count() == 3
    assert set(rows["status"]) == {"not tested"}
    assert all("number of plants is not known" in why for why in rows["reason"])
    assert rows["industry"][0] == "s"  # the most uneven first
    # shares of all jobs: 320, 140, 120, 120 of 700; of s: 10 / 11, 1 / 11, 0, 0
    hoover = result.measures.filter(measure="hoover", industry="s")
    assert hoover["value"][0] == pytest.approx(10 / 11 - 320 / 700)
    assert hoover["p"].null_count() == 1
    assert "none of 3 industries is tested" in str(result)
    assert "add `establishments`" in str(result)
    assert "number of plants" in chart(result).json()


def test_by_hand_with_plants_the_same_industry_is_localised():
    rows = concentration(Study.of(employment=table(counted=True)), draws=99, rng=1).industries
    assert rows.filter(industry="s")["status"][0] == "localised"


def test_by_hand_one_industry_without_plants_leaves_the_others_tested():
    some = table(counted=True).with_columns(
        pl.when((pl.col("industry") == "s") & (pl.col("place_id") == "b"))
        .then(None).otherwise("establishments").alias("establishments")
    )  # fmt: skip
    rows = concentration(Study.of(employment=some), draws=99, rng=1).industries
    found = dict(rows.select("industry", "status").iter_rows())
    assert found["s"] == "not tested"
    assert "not tested" not in (found["t"], found["u"])


def test_by_hand_pairs_of_jobs_alone_have_values_and_no_p():
    counted, alone = (
        coagglomeration(Study.of(employment=table(counted=known)), draws=99, rng=1)
        for known in (True, False)
    )
    assert counted.n_tested == 3
    assert alone.n_tested == 0
    assert alone.pairs["value"].to_list() == pytest.approx(counted.pairs["value"].to_list())
    for name in ("p", "q", "chance_low", "chance_high", "n"):
        assert alone.pairs[name].null_count() == 3
    assert all("number of plants is not known" in why for why in alone.pairs["reason"])
    assert "None of 3 pairs" in str(alone)
    assert "add `establishments`" in chart(alone).json()


def test_by_hand_dealing_among_places_needs_no_plants():
    rng = np.random.default_rng(1)
    cells = [(f"p{k}", i, float(rng.integers(1, 50))) for k in range(20) for i in "abc"]
    frame = pl.DataFrame(cells, schema=["place_id", "industry", "jobs"], orient="row")
    found = coagglomeration(Study.of(employment=frame), null="similar_places", draws=19, rng=1)
    assert found.n_tested == 3
    assert found.pairs["p"].null_count() == 0


@pytest.mark.parametrize("draws", [5, 18])
def test_by_hand_too_few_draws_give_no_verdict(draws):
    study = Study.of(employment=table(counted=True))
    single, pairs = (f(study, draws=draws, rng=1) for f in (concentration, coagglomeration))
    assert single.industries["p"].null_count() == 0
    for rows in (single.industries, pairs.pairs):
        assert set(rows["status"]) == {"not tested"}
        assert all("too few draws to tell: at least 19" in why for why in rows["reason"])
    assert "at least 19" in str(single)
    assert "at least 19" in str(pairs)
    assert "at least 19" in chart(single).json()
    assert "at least 19" in chart(pairs).json()


def test_by_hand_draws_that_a_verdict_needs():
    assert [fewest_draws(level) for level in (0.95, 0.9, 0.99)] == [19, 9, 99]
    assert fewest_draws(0.95, 45) == 899  # 45 / 900 = 1 - 0.95
    assert too_few_draws(19, 0.95, 45) == ""
    assert "899" in too_few_draws(18, 0.95, 45)
