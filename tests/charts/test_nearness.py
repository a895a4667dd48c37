"""Pictures of nearness, watching, social capital and best distances."""

from functools import cache

import pytest
from tests.charts.pictures import overlaps, texts
from tests.linkages.planted_nearness import clustering_in, knowing_world

from buzzline.charts import chart
from buzzline.econometrics.best_distance import best_distance
from buzzline.econometrics.tie_formation import tie_formation
from buzzline.linkages.cognitive_distance import cognitive_distance
from buzzline.linkages.monitoring import monitoring
from buzzline.linkages.social_capital import social_capital
from buzzline.tables.worlds import make_world, plant_watching

NAMES = ("ties", "known", "held", "watched", "best")


@cache
def result(name):
    world, study, _ = knowing_world(1)
    study, _ = plant_watching(study, world.truth.cluster, rng=1)
    clustering = clustering_in(world, study)
    return {
        "ties": lambda: tie_formation(study, layers=["coinvention", "social"], draws=19, rng=1),
        "known": lambda: cognitive_distance(study, clustering, draws=19, rng=1),
        "held": lambda: social_capital(study, clustering, draws=19, rng=1),
        "watched": lambda: monitoring(study, clustering, rng=1),
        "best": lambda: best_distance(study, layers=["coinvention"]),
    }[name]()


@pytest.mark.parametrize("width", [280, 680])
@pytest.mark.parametrize("name", NAMES)
def test_nothing_overlaps(name, width):
    svg = chart(result(name), width=width).svg()
    assert not overlaps(svg)


@pytest.mark.parametrize(
    ("name", "said"),
    [("ties", "the nearer tie more"), ("known", "members"), ("held", "closure"),
     ("watched", "in the same cluster"), ("best", "inverted U")],
)  # fmt: skip
def test_what_was_found_is_written(name, said):
    words = " ".join(box[0] for box in texts(chart(result(name)).svg()))
    assert said in words


def test_nothing_to_draw_says_why():
    world = make_world(organisations=100, clusters=1, rng=1)
    clustering = clustering_in(world, world.study)
    few = world.study.with_table("linkages", world.study.linkages.head(3))
    assert "not testable" in chart(tie_formation(few, draws=9, rng=1)).alt
    assert "not testable" in chart(monitoring(few, clustering, rng=1)).alt
    assert "cannot be measured" in chart(social_capital(few, clustering, draws=9, rng=1)).alt
    assert "cannot be told" in chart(best_distance(few)).alt
    bare = few.with_table("knowledge_items", few.knowledge_items.clear())
    assert "cannot be compared" in chart(cognitive_distance(bare, clustering, rng=1)).alt
