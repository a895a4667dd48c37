"""The charts of groups of related industries."""

import numpy as np
import pytest
from tests.agglomeration.test_industry_groups import FEW, establishments, study_of

from buzzline.agglomeration.industry_groups import industry_groups
from buzzline.charts import chart, definitions_chart
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def found():
    counted = establishments(np.random.default_rng(1), shared=0.9)
    return industry_groups(study_of(counted), search=FEW, draws=19, rng=2)


def words(spec):
    return spec.json()


def test_heat_map_names_the_groups_and_says_the_finding(found):
    spec = chart(found)
    assert str(found) in spec.alt
    assert found.groups["title"][0] in words(spec)
    assert spec.svg().startswith("<svg")


def test_definitions_stand_against_the_band_of_chance(found):
    spec = definitions_chart(found)
    assert "share no places but by chance" in " ".join(spec.spec["title"]["subtitle"])
    assert f"best {found.definitions['value'][0]:.3f}" in words(spec)
    assert definitions_chart(found, width=300).svg().startswith("<svg")


def test_without_draws_there_is_no_band(found):
    counted = establishments(np.random.default_rng(1), shared=0.9)
    bare = industry_groups(study_of(counted), search=FEW, draws=0, rng=2)
    assert definitions_chart(bare).svg().startswith("<svg")


def test_no_groups_are_said_in_words():
    study = make_world(organisations=300, clusters=2, industries=3, rng=1).study
    found = industry_groups(study, draws=0, rng=1)
    assert "need at least 6" in chart(found).alt
    assert "need at least 6" in definitions_chart(found).alt
