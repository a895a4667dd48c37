"""Pictures of income and deals across borders."""

import pytest
from tests.charts.pictures import overlaps, texts

from buzzline.charts import charts_of
from buzzline.econometrics import income_ladder
from buzzline.tables.worlds import IncomePlan, make_income_world, make_world


@pytest.fixture(scope="module")
def found():
    study, _ = make_income_world(IncomePlan(outward=0.05, regions=50, years=6), rng=1)
    return income_ladder(study, draws=39, rng=1)


@pytest.mark.parametrize("width", [320, 680])
def test_no_words_overlap(found, width):
    for spec in charts_of("x", found, width=width).values():
        svg = spec.svg()
        assert not overlaps(svg)
        assert len(texts(svg)) > 6


def test_the_pictures_say_how_they_are_to_be_read(found):
    shown = charts_of("x", found)
    assert set(shown) == {"x", "x.scatter", "x.quantiles"}
    for spec in shown.values():
        said = " ".join(box[0] for box in texts(spec.svg()))
        assert "richer regions invest more abroad" in said
    ladder = " ".join(box[0] for box in texts(shown["x"].svg()))
    for name in ("1 cross-section", "4 region and year effects", "8 shift-share instrument"):
        assert name in ladder


def test_refusals_are_said_in_words():
    bare = income_ladder(make_world(organisations=100, clusters=1, rng=1).study)
    for spec in charts_of("x", bare).values():
        assert "income" in spec.alt
