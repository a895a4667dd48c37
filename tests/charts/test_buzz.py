"""Pictures of buzz and pipelines."""

import pytest
from tests.charts.pictures import overlaps, texts
from tests.linkages.test_buzz_and_pipelines import planted_clustering

from buzzline.charts import chart, charts_of
from buzzline.errors import InvalidArgument
from buzzline.linkages import buzz_and_pipelines
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def found():
    missing = {0: {"regional": 0.1, "national": 0.1, "global": 0.1}}
    world = make_world(organisations=600, clusters=3, missing=missing, rng=3)
    return buzz_and_pipelines(world.study, planted_clustering(world), draws=9, rng=1)


@pytest.mark.parametrize("width", [280, 680])
def test_verdicts_are_drawn_and_no_words_overlap(found, width):
    for spec in charts_of("buzz_and_pipelines", found, width=width).values():
        svg = spec.svg()
        assert "fewer" in " ".join(box[0] for box in texts(svg))
        assert not overlaps(svg)


def test_nothing_to_draw_says_why(found):
    world = make_world(organisations=60, clusters=0, rng=1)
    none = buzz_and_pipelines(world.study, planted_clustering(world), draws=9, rng=1)
    for spec in charts_of("buzz_and_pipelines", none).values():
        assert "There are no clusters" in spec.alt
    with pytest.raises(InvalidArgument, match="width"):
        chart(found, width=100)
