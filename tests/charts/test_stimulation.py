"""Pictures of buzz and pipelines over years."""

import pytest
from tests.charts.pictures import overlaps, texts

from buzzline.charts import charts_of
from buzzline.econometrics import mutual_stimulation, value_by_distance
from buzzline.tables.worlds import PanelPlan, make_world, plant_panel


@pytest.fixture(scope="module")
def study():
    bare = make_world(organisations=300, clusters=2, rng=1).study
    return plant_panel(bare, PanelPlan(ties_each=1.0, years=8), rng=1)[0]


@pytest.mark.parametrize("width", [280, 680])
def test_no_words_overlap(study, width):
    for result in (mutual_stimulation(study), value_by_distance(study, layers=["advice"])):
        for spec in charts_of("x", result, width=width).values():
            svg = spec.svg()
            assert not overlaps(svg)
            assert len(texts(svg)) > 6


def test_the_pictures_say_what_they_show(study):
    shown = charts_of("x", mutual_stimulation(study))
    said = " ".join(box[0] for box in texts(shown["x"].svg()))
    assert "In levels" in said
    assert "In logs" in said
    lags = " ".join(box[0] for box in texts(shown["x.cross_lags"].svg()))
    assert lags.count("buzz") >= 2
    assert "p<0.001" in lags


def test_refusals_are_said_in_words():
    bare = make_world(organisations=100, clusters=1, rng=1).study
    for result in (mutual_stimulation(bare), value_by_distance(bare)):
        for spec in charts_of("x", result).values():
            assert "yearly outcomes" in spec.alt
