"""The picture of stylised facts: drawn at every width, for facts of every verdict."""

import pytest

from buzzline.charts import chart
from buzzline.simulation import stylised_facts


@pytest.fixture(scope="module", params=[1, 2])
def found(request):
    return stylised_facts(facts=(9, 12, 13, 14), runs=request.param, rng=1)


@pytest.mark.parametrize("width", [720, 360])
def test_a_picture_is_drawn_wide_and_narrow_and_says_the_finding(found, width):
    spec = chart(found, width=width)
    assert spec.svg().startswith("<svg")
    assert str(found) in spec.alt


def test_what_is_not_in_the_model_is_in_the_picture():
    found = stylised_facts(facts=(9,), rng=1)
    assert "not in the model" in chart(found).json()
    assert "1 stylised fact" in str(found)
