"""The charts of concentration, co-agglomeration and inequality."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from tests.charts.pictures import overlaps, size

from buzzline.agglomeration import coagglomeration, concentration, inequality
from buzzline.charts import chart
from buzzline.tables.study import Study


@cache
def study() -> Study:
    source = np.random.default_rng(1)
    place = [*np.zeros(30, int), *source.integers(25, size=470)]
    titles = [
        "A very long name of an industry that nobody would ever draw",
        "&<b>",
        "c",
        "d",
        "e",
    ]
    places = pl.DataFrame(
        {"place_id": [f"p{k}" for k in range(25)] + ["N", "S"],
         "parent_id": ["N"] * 12 + ["S"] * 13 + [None, None], "population": 1000.0}
    )  # fmt: skip
    return Study.of(
        organisations=pl.DataFrame(
            {"org_id": [f"o{k}" for k in range(500)], "place_id": [f"p{k}" for k in place],
             "industry": ["a"] * 50 + [f"i{k % 4}" for k in range(450)], "jobs": 3.0}
        ),
        industries=pl.DataFrame(
            {"industry": ["a", "i0", "i1", "i2", "i3"], "title": titles, "cluster": ["x"] * 2 + ["y"] * 3}
        ),
        places=places,
        outcomes=pl.DataFrame(
            {"unit_id": [f"p{k}" for k in range(25)], "indicator": "income", "year": 2020,
             "value": source.uniform(20, 40, 25), "margin": 1.0}
        ),
    )  # fmt: skip


@cache
def result(name: str, draws: int = 19) -> object:
    analyses = {"concentration": concentration, "coagglomeration": coagglomeration,
                "inequality": inequality}  # fmt: skip
    return analyses[name](study(), draws=draws, rng=1)


NAMES = ("concentration", "coagglomeration", "inequality")


def values(spec):
    found = spec.spec.get("data") or spec.spec["vconcat"][0]["data"]
    return found["values"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [320, 680])
def test_texts_do_not_overlap_and_the_picture_keeps_its_width(name, width):
    svg = chart(result(name), width=width).svg()
    assert not overlaps(svg)
    assert size(svg)[0] == width


@pytest.mark.parametrize("name", NAMES)
def test_special_case_no_draws_has_no_band(name):
    spec = chart(result(name, 0))
    assert spec.png()[1:4] == b"PNG"
    keys = ("chance_low",) if name == "inequality" else ("band_low",)
    assert all(item.get(key) is None for item in values(spec) for key in keys)


def test_by_hand_dots_and_bands_are_those_of_the_result():
    found = result("concentration")
    first = found.industries.row(0, named=True)
    bars = [item for item in values(chart(found)) if not item["is_heading"]]
    assert bars[0]["at"] == pytest.approx(first["value"], rel=1e-5)  # drawn in 7 digits
    band = [bars[0]["band_low"], bars[0]["band_high"]]
    assert band == pytest.approx([first["chance_low"], first["chance_high"]], rel=1e-5)
    headings = [item["label"] for item in values(chart(found)) if item["is_heading"]]
    assert headings == [f"by {name}" for name in found.area_levels]


def test_by_hand_pairs_and_groups_stand_in_blocks():
    headings = [
        item["label"] for item in values(chart(result("coagglomeration"))) if item["is_heading"]
    ]
    assert headings == ["pairs", "groups of related industries"]


def test_by_hand_parts_of_inequality_follow_the_whole():
    bars = [item for item in values(chart(result("inequality"))) if not item["is_heading"]]
    assert [item["label"] for item in bars] == [
        "all inequality",
        "between parent",
        "within parent",
    ]
    assert bars[0]["at"] == pytest.approx(bars[1]["at"] + bars[2]["at"])


def test_special_case_nothing_defined_says_why():
    few = study().with_table("outcomes", study().outcomes.head(2))
    spec = chart(inequality(few, draws=9, rng=1))
    assert "not measured" in spec.alt
