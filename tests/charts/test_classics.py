"""Pictures of published models and of sensitivities: drawn at every width, and in words."""

import pytest

from buzzline.charts import chart
from buzzline.simulation.classics import (
    cowan_jonard,
    many_small_groups,
    many_small_or_one_large,
    march_learning,
    march_mixed_learning,
    march_turbulence,
    two_clusters_with_pipelines,
)
from buzzline.simulation.evaluating import Factor
from buzzline.simulation.sensitivity import morris_of
from buzzline.simulation.sensitivity_shares import sobol_of

FACTORS = [Factor("learning_rate", 0, 1), Factor("forgetting", 0, 1)]


def line(points):
    return points @ [[2.0], [-1.0]]


MADE = {
    "march": lambda: march_learning(socialisation=(0.2, 0.8), runs=2, rng=1),
    "one run": lambda: march_learning(socialisation=(0.2, 0.8), runs=1, rng=1),
    "mixed": lambda: march_mixed_learning(fast_share=(0, 0.5), runs=2, rng=1),
    "turbulence": lambda: march_turbulence(steps=5, runs=2, rng=1),
    "trade": lambda: cowan_jonard(rewiring=(0.5, 1.0), runs=2, rng=1),
    "pipelines": lambda: two_clusters_with_pipelines(
        pipelines=(5,), buzz_quality=(0.6,), runs=2, rng=1
    ),
    "groups": lambda: many_small_groups(group_size=(4,), steps=5, runs=2, rng=1),
    "many or one": lambda: many_small_or_one_large(units=(5, 50)),
    "never": lambda: many_small_or_one_large(units=(5,), within=(0.0,), across=0.4),
    "morris": lambda: morris_of(line, FACTORS, rng=1),
    "sobol": lambda: sobol_of(line, FACTORS, samples=16, rng=1),
}


@pytest.mark.parametrize("name", MADE)
def test_a_picture_is_drawn_wide_and_narrow_and_says_the_finding(name):
    result = MADE[name]()
    for width in (720, 360):
        spec = chart(result, width=width)
        assert spec.svg().startswith("<svg")
        assert str(result) in spec.alt


def test_parameters_are_written_in_words():
    said = chart(morris_of(line, FACTORS, outcome="theil_between", rng=1)).json()
    assert "learning rate" in said
    assert "theil between" in said
    assert "learning_rate" not in said.replace("`learning_rate`", "")
