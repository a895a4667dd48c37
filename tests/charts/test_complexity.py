import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, size

from buzzline.agglomeration import complexity
from buzzline.charts import chart
from buzzline.tables.study import Study


def study(places):
    rng = np.random.default_rng(1)
    line, depth = rng.normal(size=places), np.sort(rng.normal(size=12))
    jobs = rng.poisson(30 * np.exp(np.outer(line, depth)))
    row, column = np.divmod(np.arange(jobs.size), 12)
    table = pl.DataFrame({
        "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
        "jobs": jobs.ravel().astype(float), "year": [2020] * jobs.size,
        "establishments": jobs.ravel(),
    })  # fmt: skip
    return Study.of(employment=table.filter(pl.col("jobs") > 0))


def bars(spec):
    return [row for row in spec.spec["data"]["values"] if not row["is_heading"]]


@pytest.mark.parametrize("width", [680, 340])
def test_nothing_overlaps_and_the_picture_keeps_its_width(width):
    svg = chart(complexity(study(40), draws=9, rng=1), width=width).svg()
    assert overlaps(svg) == []
    assert size(svg)[0] == pytest.approx(width, abs=1)


def test_by_hand_first_and_last_places_and_how_many_lie_between():
    result = complexity(study(40), draws=9, rng=1)
    spec = chart(result)
    drawn = bars(spec)
    assert len(drawn) == 26
    assert [row["at"] for row in drawn] == sorted([row["at"] for row in drawn], reverse=True)
    heading = next(row for row in spec.spec["data"]["values"] if row["is_heading"])
    assert heading["note"] == "14 places between"
    assert drawn[0]["note"].startswith("rank 1 (1 to ")


def test_few_places_are_all_drawn():
    assert len(bars(chart(complexity(study(15), draws=9, rng=1)))) == 15


def test_without_draws_there_are_no_intervals_and_it_is_said():
    spec = chart(complexity(study(15), draws=0))
    assert "without intervals" in spec.spec["title"]["subtitle"][0]
    assert all(row["low"] is None for row in bars(spec))


def test_nothing_measured_is_said_in_words():
    table = pl.DataFrame({
        "place_id": ["a", "b", "c"], "industry": ["x", "y", "z"], "jobs": [1.0, 1, 1],
    })  # fmt: skip
    assert "could not be measured" in chart(complexity(Study.of(employment=table))).alt
