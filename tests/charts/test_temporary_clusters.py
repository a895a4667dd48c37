"""The pictures of temporary clusters."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, texts

from buzzline.charts import chart, further_charts
from buzzline.linkages.temporary_clusters import temporary_clusters
from buzzline.tables.worlds import FairPlan, make_world, plant_fairs


@pytest.fixture(scope="module")
def study():
    world = make_world(organisations=200, clusters=2, rng=1)
    return plant_fairs(world.study, FairPlan(), rng=np.random.default_rng(1))[0]


@pytest.fixture(scope="module")
def found(study):
    return temporary_clusters(study, rng=1)


@pytest.mark.parametrize("width", [280, 680])
def test_effects_phases_and_retention_are_drawn_and_no_words_overlap(found, width):
    drawn = {"effect": chart(found, width=width), **further_charts(found, width=width)}
    assert list(drawn) == ["effect", "phases", "retention"]
    for name, spec in drawn.items():
        svg = spec.svg()
        assert not overlaps(svg), name
        said = " ".join(box[0] for box in texts(svg))
        wanted = {"effect": "took part", "phases": "during", "retention": "months"}[name]
        assert wanted in said


def test_intervals_are_of_ratios(found):
    row = found.model.row(0, named=True)
    said = " ".join(box[0] for box in texts(chart(found).svg()))
    assert f"{np.exp(row['value']):.3g} [{np.exp(row['low']):.3g}" in said


def test_without_ties_the_picture_says_why(study):
    bare = study.with_table("linkages", study.linkages.clear())
    empty = temporary_clusters(bare, rng=1)
    assert "There are no ties" in chart(empty).alt
    for spec in further_charts(empty).values():
        assert "There are no ties" in spec.alt
