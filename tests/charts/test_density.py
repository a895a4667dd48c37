import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, size

from buzzline.agglomeration import relatedness_density_by_place
from buzzline.charts import chart
from buzzline.tables.study import Study


def study(places=30):
    has = np.random.default_rng(1).random((places, 8)) < 0.4
    row, column = np.nonzero(has)
    return Study.of(employment=pl.DataFrame({
        "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
        "jobs": [10.0] * row.size, "year": [2020] * row.size,
    }))  # fmt: skip


@pytest.mark.parametrize("width", [680, 340])
def test_nothing_overlaps_and_the_picture_keeps_its_width(width):
    svg = chart(relatedness_density_by_place(study()), width=width).svg()
    assert overlaps(svg) == []
    assert size(svg)[0] == pytest.approx(width, abs=1)


def test_by_hand_each_place_stands_once_with_its_surest_industry():
    result = relatedness_density_by_place(study())
    rows = chart(result).spec["data"]["values"]
    places = [row["note"] for row in rows]
    assert len(places) == len(set(places)) == 20
    top = result.densities.row(0, named=True)
    assert (rows[0]["label"], rows[0]["note"]) == (top["industry"], top["place_id"])
    assert rows[0]["at"] == pytest.approx(top["value"], rel=1e-6)


def test_nothing_related_is_said_in_words():
    table = pl.DataFrame({
        "place_id": ["a", "b", "c"], "industry": ["x", "y", "z"], "jobs": [1.0, 1, 1],
    })  # fmt: skip
    spec = chart(relatedness_density_by_place(Study.of(employment=table)))
    assert "0 have more" in spec.alt
