import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, size

from buzzline.agglomeration import industry_entry
from buzzline.charts import chart
from buzzline.tables.study import Study


def study(changing=True):
    rng = np.random.default_rng(1)
    has = rng.random((60, 15)) < 0.3
    later = has ^ (rng.random(has.shape) < 0.1) if changing else has
    parts = []
    for year, flags in ((2010, has), (2020, later)):
        row, column = np.nonzero(flags)
        parts.append(pl.DataFrame({
            "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
            "jobs": [10.0] * row.size, "year": [year] * row.size,
        }))  # fmt: skip
    return Study.of(employment=pl.concat(parts))


@pytest.mark.parametrize("width", [680, 340])
def test_nothing_overlaps_and_the_picture_keeps_its_width(width):
    svg = chart(industry_entry(study(), draws=19, rng=1), width=width).svg()
    assert overlaps(svg) == []
    assert size(svg)[0] == pytest.approx(width, abs=1)


def test_by_hand_rows_are_those_of_the_curve():
    result = industry_entry(study(), cut=0.01, draws=19, rng=1)
    rows = chart(result).spec["data"]["values"]
    entries = result.curve.filter(pl.col("event") == "entry", pl.col("n_cells") > 0)
    drawn = [row for row in rows if not row["is_heading"]][: entries.height]
    assert [row["note"] for row in drawn] == [
        f"{n:,} of {cells:,}" for n, cells in entries.select("n", "n_cells").iter_rows()
    ]
    headings = [row["label"] for row in rows if row["is_heading"]]
    assert headings == ["entry", "entry from below half the cut", "exit"]


def test_no_event_is_said_in_words():
    spec = chart(industry_entry(study(changing=False), draws=9, rng=1))
    assert "not enough events (n=0)" in spec.alt
