"""The picture of a diagnosis."""

import pytest
from tests.charts.pictures import overlaps, texts
from tests.diagnosis.balances import balance, balance_row, clustering, every_scale, study

from buzzline.charts import chart
from buzzline.diagnosis import cluster_diagnosis


@pytest.mark.parametrize("width", [280, 680])
def test_answers_are_drawn_and_no_words_overlap(width):
    rows = [
        *every_scale(local=2.0, **{"global": 0.2}),
        balance_row("global", 1.0, 1.1, layer="research"),
    ]
    found = cluster_diagnosis(study(), clustering(), balance(rows))
    svg = chart(found, width=width).svg()
    said = " ".join(box[0] for box in texts(svg))
    for words in ("more than expected · firm", "fewer than expected · weak", "Prato"):
        assert words in said
    assert not overlaps(svg)


def test_open_questions_have_no_mark_and_none_at_all_says_so():
    none = balance([], [("c", "Prato, IT", "textiles", "supply", "it has 3 ties")])
    assert "open · 1 sign" in chart(cluster_diagnosis(study(), clustering(), none)).svg()
    assert chart(cluster_diagnosis(study(), clustering(), balance([]))).alt
