"""Pictures of experiments and of policies compared."""

from __future__ import annotations

import json

import polars as pl
import pytest

from buzzline.charts import chart, charts_of
from buzzline.charts.experiment import margins_shown
from buzzline.charts.palette import OTHER_COLOUR, VERDICT_COLOUR
from buzzline.policy.comparing import PolicyComparison
from buzzline.policy.comparison import effects_in_world, policies_in_world
from buzzline.policy.experiments.design import Case, Contrast, Experiment, Size
from buzzline.policy.experiments.outcomes import KNOWLEDGE
from buzzline.policy.experiments.running import run_of
from buzzline.policy.experiments.scenes import equals
from buzzline.policy.policy import Policy
from buzzline.policy.shelf import lever_of
from buzzline.simulation.starting import world_of_settings


@pytest.fixture(scope="module")
def compared():
    world = world_of_settings(3, 8, rng=1)
    policies = [lever_of("P11").policy(reach=1.0, strength=4), Policy("none", "None")]
    found = policies_in_world(world, policies, steps=12, runs=4, rng=1)
    return PolicyComparison(*effects_in_world(world, policies, found), 4, (0, 3, 3), 0.95)


@pytest.fixture(scope="module")
def findings():
    cases = (
        Case("trust", "more trust", equals, by_place={"trust_commons": {0: 0.8}}),
        Case("usual", "as usual", equals),
    )
    contrast = Contrast("helps", "Does it help?", {"trust": 1, "usual": -1}, KNOWLEDGE.name)
    mine = Experiment("99", "mine", "Does trust help?", "Trust.", "If it does.", cases,
                      (KNOWLEDGE,), (contrast,), "None.", "Us.")  # fmt: skip
    return run_of(mine, Size(4, 12, 3, 6), rng=1)


def test_each_policy_is_one_cross_and_what_does_nothing_stands_at_nothing(compared):
    points = json.loads(chart(compared).json())["data"]["values"]
    assert [one["policy"] for one in points] == ["education", "none"]
    assert (points[1]["x"], points[1]["y"], points[1]["label"]) == (0, 0, "")
    first = points[0]
    assert first["x_low"] <= first["x"] <= first["x_high"]


def test_every_outcome_has_a_row_under_its_policy(compared):
    drawn = charts_of("compare_policies", compared)["compare_policies.outcomes"].json()
    for title in compared.effects.filter(pl.col("low").is_not_null())["outcome"].unique():
        assert title in drawn


def test_contrasts_are_drawn_in_multiples_of_what_matters(findings):
    rows = json.loads(chart(findings).json())["data"]["values"]
    told = findings.contrasts.row(0, named=True)
    expected = told["value"] / told["margin"]
    limit = margins_shown([(told["low"], told["high"], told["margin"])])
    assert rows[0]["at"] == pytest.approx(max(min(expected, limit), -limit))


def test_one_colour_is_better_one_worse_and_the_rest_is_grey(compared):
    spec = charts_of("compare_policies", compared)["compare_policies.outcomes"]
    rows = [one for one in json.loads(spec.json())["data"]["values"] if "colour" in one]
    sure = {"better": VERDICT_COLOUR["excess"], "worse": VERDICT_COLOUR["missing"]}
    assert rows
    for one in rows:
        said = one["note"].rpartition(" · ")[2]
        assert one["colour"] == sure.get(said, OTHER_COLOUR)
        assert " % · " in one["note"] or " points · " in one["note"]


def test_a_contrast_says_claim_and_answer_and_is_grey_where_nobody_claims(findings):
    row = json.loads(chart(findings).json())["data"]["values"][0]
    assert row["note"] == "nobody claims"
    assert row["colour"] == OTHER_COLOUR


def test_every_case_is_drawn(findings):
    drawn = charts_of("experiment", findings)["experiment.cases"].json()
    assert "more trust" in drawn
    assert "as usual" in drawn


@pytest.mark.parametrize("width", [320, 680])
def test_pictures_can_be_drawn_at_any_width(compared, findings, width):
    for result in (compared, findings):
        assert chart(result, width=width).svg().startswith("<svg")
