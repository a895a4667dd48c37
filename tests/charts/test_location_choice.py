"""Odds that a place is chosen, drawn: what can be told is told from what cannot."""

import numpy as np
import pytest

from buzzline import location_choice, make_world
from buzzline.charts import chart
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.tables.worlds import plant_investments


@pytest.fixture(scope="module")
def study():
    world = make_world(organisations=500, clusters=4, industries=2, rng=3)
    rng = np.random.default_rng(1)
    return plant_investments(world.study, world.truth.cluster, times=5.0, deals=400, rng=rng)[0]


def test_models_and_their_odds_are_drawn(study):
    result = location_choice(study, candidate_clusters(study, draws=19, rng=1), rng=1)
    drawn = chart(result)
    text = drawn.json()
    assert "each industry held to itself" in text
    assert "industries mixed: may mislead" in text
    assert "Not shown, knowledge" in text
    assert ".." not in " ".join(
        line for line in text.split('"') if line.startswith("Not shown")
    )
    assert drawn.alt.startswith(drawn.title)


def test_nothing_to_draw_says_why(study):
    found = candidate_clusters(study, draws=19, rng=1)
    one = study.with_table("linkages", study.linkages.filter(layer="investment").head(5))
    drawn = chart(location_choice(one, found, rng=1))
    assert "not testable" in drawn.json()
