"""chart(result) for every kind of result, at the widths of a desk and of a phone."""

import json
import re

import polars as pl
import pytest
from tests.charts.pictures import overlaps, size, texts
from tests.results import balance, clustering, profile, quality, study

from buzzline.charts import balance_chart, candidates_chart, chart
from buzzline.errors import InvalidArgument
from buzzline.tables.quality import Quality

CHARTS = {
    "one layer": lambda w: chart(profile("acquisition"), width=w),
    "three layers": lambda w: chart(profile("supply", "co_attendance", "board"), width=w),
    "no ties": lambda w: chart(profile(), width=w),
    "clusters": lambda w: chart(clustering(6), width=w),
    "one cluster": lambda w: chart(clustering(1), width=w),
    "no cluster": lambda w: chart(clustering(0), width=w),
    "sixty clusters": lambda w: chart(clustering(60, industries=7), width=w),
    "candidates": lambda w: candidates_chart(clustering(60, industries=30), width=w),
    "no candidates": lambda w: candidates_chart(clustering(0, industries=0), width=w),
    "verdicts": lambda w: chart(balance(30), width=w),
    "verdicts of layers": lambda w: chart(balance(8, *"abcdef"), width=w),
    "no verdict": lambda w: chart(balance(0), width=w),
    "one balance": lambda w: balance_chart(balance(6), "c5", "supply", width=w),
    "quality": lambda w: chart(quality(), width=w),
    "nothing read": lambda w: chart(Quality(), width=w),
}
BOTH_WIDTHS = pytest.mark.parametrize("width", [340, 760])
EVERY_CHART = pytest.mark.parametrize("name", CHARTS)


@EVERY_CHART
@BOTH_WIDTHS
def test_invariant_no_text_overlaps_another_and_none_leaves_the_picture(name, width):
    svg = CHARTS[name](width).svg()
    assert overlaps(svg) == []
    drawn, height = size(svg)
    assert abs(drawn - width) <= 4  # half a tick label may stand out
    assert height < 2600
    assert all(box[1] > -2 and box[2] < drawn + 12 for box in texts(svg))


@EVERY_CHART
def test_invariant_specifications_are_finite_json_with_their_data_inside(name):
    spec = CHARTS[name](680)
    read = json.loads(spec.json(), parse_constant=lambda text: pytest.fail(text))
    assert read["$schema"].endswith("vega-lite/v6.json")
    assert '"url"' not in spec.json()
    assert spec.title
    assert spec.alt
    assert read["description"] == spec.alt


@EVERY_CHART
def test_invariant_the_same_result_gives_the_same_bytes(name):
    first, second = CHARTS[name](680), CHARTS[name](680)
    assert first.json() == second.json()
    assert first.svg() == second.svg()


def test_invariant_pictures_ask_for_nothing():
    for draw in CHARTS.values():
        svg = draw(680).svg()
        addresses = set(re.findall(r"https?://[^\"' )]+", svg))
        assert addresses <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}
        assert "<image" not in svg
        assert "<script" not in svg


def test_by_hand_an_unknown_thing_names_what_there_is():
    with pytest.raises(InvalidArgument, match="no chart of a DataFrame.*Clustering.*Quality"):
        chart(pl.DataFrame())


def test_by_hand_a_picture_too_narrow_is_refused():
    with pytest.raises(InvalidArgument, match="at least 280 px, got 100"):
        chart(quality(), width=100)


def test_special_case_labels_survive_as_text():
    svg = chart(clustering(6)).svg()
    assert "Prato, &quot;tessile&quot; &amp; &lt;moda&gt;" in svg or "&amp; &lt;moda&gt;" in svg
    said = " ".join(text for text, *_ in texts(svg))
    assert "São Paulo 🏭" in said
    assert "two lines" in said


def test_by_hand_the_study_has_a_quality_chart():
    assert "linkages: 8 of 9 rows usable" in chart(study().about.quality).alt
