"""The picture of social separation."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, texts
from tests.clusters.test_separation import world

from buzzline.charts import chart
from buzzline.clusters.separation import separation
from buzzline.clusters.siblings import SiblingRule


@pytest.mark.parametrize("width", [280, 680])
def test_verdicts_are_drawn_and_no_words_overlap(width):
    found = separation(*world(np.random.default_rng(1), odds=4.0), draws=9, rng=1)
    svg = chart(found, width=width).svg()
    said = " ".join(box[0] for box in texts(svg))
    assert "separate" in said
    assert not overlaps(svg)


def test_no_siblings_say_why():
    study, clustering = world(np.random.default_rng(1))
    alone = separation(study, clustering, rule=SiblingRule(reach_km=1), draws=9, rng=1)
    assert "within 1 km" in chart(alone).alt
