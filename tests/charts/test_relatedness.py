import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, size

from buzzline.agglomeration import relatedness
from buzzline.charts import chart, industry_space_chart
from buzzline.charts.heat import CELLS
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def study(industries=9, places=60):
    rng = np.random.default_rng(1)
    taste = rng.normal(size=(places, 3))[:, np.arange(industries) % 3]
    jobs = rng.poisson(20 * np.exp(taste))
    row, column = np.divmod(np.arange(jobs.size), industries)
    table = pl.DataFrame({
        "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
        "jobs": jobs.ravel().astype(float), "year": [2020] * jobs.size,
    })  # fmt: skip
    return Study.of(employment=table.filter(pl.col("jobs") > 0))


@pytest.mark.parametrize("width", [680, 340])
def test_nothing_overlaps_and_the_picture_keeps_its_width(width):
    result = relatedness(study())
    for spec in (chart(result, width=width), industry_space_chart(result, width=width)):
        svg = spec.svg()
        assert overlaps(svg) == []
        assert size(svg)[0] == pytest.approx(width, abs=1)


def test_by_hand_shades_are_beyond_chance_where_that_was_tested():
    assert "beyond chance" in chart(relatedness(study())).json()
    flows = make_world(organisations=300, clusters=2, industries=6, rng=1).study
    untested = chart(relatedness(flows, kind="input_output"))
    assert "largest share" in untested.json()
    assert "beyond chance" not in untested.json()


def test_many_industries_are_averaged_and_it_is_said():
    text = " ".join(chart(relatedness(study(2 * CELLS))).spec["title"]["subtitle"])
    assert "mean of 2 × 2" in text


def test_industries_that_could_not_be_measured_are_counted():
    flows = pl.DataFrame({
        "industry": ["I000", "I001", "I002"], "other": ["I001", "I002", "I000"],
        "kind": ["input_output"] * 3, "value": [3.0, 1.0, 1.0],
    })  # fmt: skip
    result = relatedness(study().with_table("industry_flows", flows), kind="input_output")
    text = " ".join(chart(result).spec["title"]["subtitle"])
    assert "6 industries could not be measured" in text


def test_nothing_measured_is_said_in_words():
    jobs = pl.DataFrame({
        "place_id": ["a", "b", "c"], "industry": ["x", "x", "y"], "jobs": [1.0, 1, 1],
    })  # fmt: skip
    flows = pl.DataFrame({
        "industry": ["x"], "other": ["x"], "kind": ["labour"], "value": [3.0],
    })  # fmt: skip
    result = relatedness(Study.of(employment=jobs, industry_flows=flows), kind="labour_flows")
    for spec in (chart(result), industry_space_chart(result)):
        assert "None of 1 pairs" in spec.alt
