"""Charts of policy evaluation: every year and unit is drawn, and phones can show it."""

import pytest
from tests.econometrics.planted_policy import PROGRAMME, planted, planted_cutoff

from buzzline.charts import chart
from buzzline.charts.event_study import event_study
from buzzline.econometrics.eligibility import eligibility_effect
from buzzline.econometrics.policy_effect import policy_effect
from buzzline.econometrics.policy_spillovers import policy_spillovers
from buzzline.econometrics.synthetic_control import synthetic_control
from buzzline.errors import InvalidArgument


@pytest.fixture(scope="module")
def results():
    study, _ = planted(units=60, starts=(6,), treated=0.1)
    asked = {"initiative": PROGRAMME}
    return (
        policy_effect(study, **asked, draws=49, rng=1),
        synthetic_control(study, **asked, draws=49, rng=1),
        policy_spillovers(study, **asked),
        eligibility_effect(planted_cutoff(), running="income", cutoff=75.0, outcome="jobs"),
    )


@pytest.mark.parametrize("width", [300, 680])
def test_invariant_every_picture_has_words_and_is_drawn(results, width):
    for result in results:
        spec = chart(result, width=width)
        assert spec.title in spec.alt
        assert "<svg" in spec.svg()


def test_invariant_an_event_study_has_a_dot_a_year(results):
    rows = results[0].event_study
    body = event_study(rows, x_title="years", y_title="effect", width=680)
    dots = [layer for layer in body["layer"]
            if isinstance(layer.get("mark"), dict) and layer["mark"]["type"] == "point"]  # fmt: skip
    assert [row["since"] for row in dots[0]["data"]["values"]] == rows["since"].to_list()
    assert rows["since"].to_list() == list(range(-6, 6))
    with pytest.raises(InvalidArgument, match="at least"):
        event_study(rows, x_title="years", y_title="effect", width=100)


def test_invariant_each_treated_unit_has_a_panel(results):
    told = results[1].effects.filter(results[1].effects["unit_id"].is_not_null())
    drawn = chart(results[1]).json()
    assert all(name in drawn for name in told["name"])
