"""The surface from peak over saddle to peak."""

import pytest
from tests.charts.pictures import overlaps, texts
from tests.clusters.planted import planted

from buzzline.charts import chart
from buzzline.clusters.distinctness import distinctness
from buzzline.tables.worlds import make_sibling_world


@pytest.fixture(scope="module")
def world():
    return make_sibling_world(organisations=600, rng=2)


def said(spec):
    return " ".join(box[0] for box in texts(spec.svg()))


@pytest.mark.parametrize("width", [280, 680, 1100])
def test_no_words_overlap_at_any_width(world, width):
    found = distinctness(world.study, planted(world), draws=19, rng=1)
    spec = chart(found, width=width)
    assert not overlaps(spec.svg())
    assert "Dsp" in said(spec)


def test_without_draws_there_is_no_band(world):
    spec = chart(distinctness(world.study, planted(world), draws=0))
    assert "Band" not in said(spec)
    assert "not testable" in said(spec)


def test_nothing_compared_says_why(world):
    found = distinctness(world.study, planted(world), within_km=1.0, draws=9)
    assert "no other cluster of its industry within 1 km" in said(chart(found))
