"""Pictures of patterns of missing links, and of five dimensions."""

import pytest
from tests.charts.pictures import overlaps, texts
from tests.linkages.planted_patterns import as_clustering, patterned

from buzzline.charts import chart
from buzzline.diagnosis.dimensions import five_dimensions
from buzzline.linkages.balance import scale_balance
from buzzline.linkages.patterns import missing_link_patterns
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def found():
    study, clustering, _ = patterned("introverted", rng=1)
    balance = scale_balance(study, clustering, draws=49, rng=1)
    return missing_link_patterns(study, clustering, balance, draws=99, rng=1)


@pytest.mark.parametrize("width", [280, 680])
def test_patterns_are_named_and_no_words_overlap(found, width):
    svg = chart(found, width=width).svg()
    said = " ".join(box[0] for box in texts(svg))
    assert "introverted" in said
    assert "ties" in said
    assert not overlaps(svg)


def test_by_hand_slices_of_a_bar_add_up_to_one(found):
    rows = chart(found).spec["data"]["values"]
    bars = [row for row in rows if any(k.startswith("high_") for k in row)]
    for bar in bars:
        ends = [bar[k] for k in bar if k.startswith("high_") and bar[k] is not None]
        assert max(ends) == pytest.approx(1, abs=0.03)
    assert len(bars) == 2


@pytest.mark.parametrize("width", [280, 680])
def test_dimensions_are_drawn_and_no_words_overlap(width):
    world = make_world(organisations=700, clusters=8, industries=1, rng=3)
    found = five_dimensions(world.study, as_clustering(world), draws=99, rng=1)
    svg = chart(found, width=width).svg()
    said = " ".join(box[0] for box in texts(svg))
    for dimension in ("horizontal", "vertical", "institutional", "external", "power"):
        assert dimension in said
    assert not overlaps(svg)
