"""Pictures of redundancy, of removal curves and of the weakest-link test."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, texts
from tests.linkages import test_weakest_link
from tests.linkages.planted_redundancy import planted, study_of

from buzzline.charts import chart, charts_of
from buzzline.linkages import RedundancyRule, redundancy, removal_curves

WORLD = study_of(planted(gatekeepers=2, rng=np.random.default_rng(1)))


def words(spec):
    return " ".join(box[0] for box in texts(spec.svg()))


@pytest.mark.parametrize("width", [280, 680])
def test_every_picture_of_redundancy_can_be_read(width):
    found = redundancy(*WORLD, draws=19, rng=1)
    pictures = charts_of("redundancy", found, width=width)
    assert set(pictures) == {"redundancy", "redundancy.ways", "redundancy.needed"}
    for spec in pictures.values():
        assert not overlaps(spec.svg())
    assert "Colchag" in words(pictures["redundancy"])
    assert "tied out" in words(pictures["redundancy"]) or width == 280
    assert "tied to the outside" in words(pictures["redundancy.ways"])


@pytest.mark.parametrize("width", [280, 680])
def test_removal_curves_can_be_read(width):
    spec = chart(removal_curves(*WORLD, draws=19, rng=1), width=width)
    assert "R =" in words(spec)
    assert not overlaps(spec.svg())


@pytest.mark.parametrize("width", [280, 680])
def test_the_weakest_link_test_can_be_read(width):
    study, clustering = test_weakest_link.planted("redundancy")
    spec = chart(test_weakest_link.answer(study, clustering), width=width)
    assert "all clusters" in words(spec)
    assert not overlaps(spec.svg())


def test_what_cannot_be_drawn_says_why():
    study, clustering = WORLD
    bare = clustering.clusters.head(0), clustering.members.head(0)
    nobody = type(clustering)(*bare, clustering.tree, clustering.coverage, 0.95, 0.05, 0)
    assert "no clusters" in chart(redundancy(study, nobody, draws=19, rng=1)).alt
    none = redundancy(study, clustering, draws=19, rng=1, rule=RedundancyRule(recorded=1.0))
    assert chart(none).alt
