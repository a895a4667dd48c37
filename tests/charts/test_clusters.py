"""The charts of a clustering."""

import polars as pl
import pytest
from tests.results import clustering

from buzzline.charts import candidates_chart, chart


def test_by_hand_ratio_and_interval_are_those_of_the_result():
    first = chart(clustering(3)).spec["data"]["values"][0]
    assert (first["at"], first["low"], first["high"]) == (30.0, 15.0, 60.0)
    assert first["note"] == "4 (0.13 expected)"
    assert not first["goes_on_high"]


def test_by_hand_the_strongest_twenty_of_sixty():
    spec = chart(clustering(60))
    assert len(spec.spec["data"]["values"]) == 20
    assert spec.spec["title"]["subtitle"][0].startswith("The 20 strongest of 60 candidates")


def test_by_hand_says_that_only_the_first_test_was_made():
    assert "has not been tested here" in " ".join(
        chart(clustering(2)).spec["title"]["subtitle"]
    )


@pytest.mark.parametrize("awkward", [0.0, float("inf"), float("nan"), None])
def test_special_case_bounds_a_logarithm_cannot_show(awkward):
    found = clustering(2)
    frame = found.clusters.with_columns(pl.lit(awkward, dtype=pl.Float64).alias("low"))
    spec = chart(type(found)(frame, found.members, found.tree, found.coverage, 0.95, 0.05, 199))
    assert spec.png()[1:4] == b"PNG"


def test_by_hand_candidates_by_industry_and_scale():
    cells = candidates_chart(clustering(4, industries=4)).spec["layer"][0]["data"]["values"]
    assert [(cell["column"], cell["said"]) for cell in cells[:4]] == [
        ("5 km", "–"), ("20 km", "–"), ("80 km", "–"), ("5 km", "2"),
    ]  # fmt: skip
