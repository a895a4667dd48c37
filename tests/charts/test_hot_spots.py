"""The map of hot spots."""

import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts

from buzzline.agglomeration.hot_spots import hot_spots
from buzzline.charts import chart
from buzzline.charts.hot_spots import hot_spots_chart
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def found():
    return hot_spots(make_world(organisations=600, clusters=3, industries=3, rng=5).study)


def said(spec):
    return " ".join(box[0] for box in texts(spec.svg()))


def test_the_industry_with_most_hot_places_is_drawn_and_the_others_named(found):
    most = found.industries.sort("n_hot", descending=True, maintain_order=True)["industry"][0]
    spec = chart(found)
    assert most in spec.title
    n_hot = found.industries.filter(industry=most)["n_hot"][0]
    assert f"hot ({n_hot:,})" in said(spec)
    assert "hot spot" in " ".join(spec.spec["title"]["subtitle"])


def test_another_industry_can_be_asked_for(found):
    other = found.industries["industry"][-1]
    assert other in hot_spots_chart(found, industry=other).title


@pytest.mark.parametrize("width", [280, 680, 1100])
def test_no_words_overlap_at_any_width(found, width):
    assert not overlaps(chart(found, width=width).svg())


def test_places_are_equal_in_table_and_map(found):
    most = found.industries.sort("n_hot", descending=True, maintain_order=True)["industry"][0]
    rows = found.sites.filter(industry=most)
    assert rows.select("longitude", "latitude").is_unique().all()
    assert rows["heat"].is_in(["hot", "cold", "neither", "too few"]).all()


def test_nothing_tested_says_why():
    alone = pl.DataFrame({
        "org_id": list("abcd"), "industry": ["x", "x", "y", "y"], "longitude": [1.0] * 4,
        "latitude": [2.0] * 4,
    })  # fmt: skip
    assert "all points are at one place" in said(
        chart(hot_spots(Study.of(organisations=alone)))
    )
