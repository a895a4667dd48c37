"""Stylised facts: verdicts can be wrong for a model, and are where the fact is false."""

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation import stylised_facts
from buzzline.simulation.running import Work
from buzzline.simulation.settings import Settings
from buzzline.simulation.stylised_facts import measurements
from buzzline.simulation.stylised_facts_measures import (
    MEASURES,
    estimated,
    quotient,
    verdict_of,
)
from buzzline.simulation.stylised_facts_people import ratio_of_ratios
from buzzline.simulation.stylised_facts_places import (
    difference_of_shares,
    pooled_over_stratified,
    pooled_risk,
)
from buzzline.simulation.stylised_facts_runs import gini
from buzzline.simulation.stylised_facts_table import FACTS, Part

# A world in which the fact is false, and the part that then fails: what makes it is turned off.
FALSE_WORLDS = {
    10: (["gathering_ties=0"], "ties begun, cancelled over held, less 1"),
    12: (["supplier_jobs=0", "supplier_gain=0"], "jobs, less 1"),
    13: (["interactive_learning=0", "monitoring=0", "entry=0"], "innovate in a year"),
    17: (["gatekeepers=0", "foreign_investment=0"], "relative knowledge"),
    21: (["minimal", "interactive_learning=0", "monitoring=0"], "learning near"),
    22: (["fear_of_failure=0", "starting_again=0", "moral_hazard=0"], "organisations"),
}


def test_by_hand_the_table_has_every_fact_once_and_a_measure_or_a_reason():
    assert [one.number for one in FACTS] == list(range(1, 27))
    for fact in FACTS:
        assert bool(fact.parts) == (fact.number in MEASURES)
        assert fact.how
        assert fact.source
        for part in fact.parts:
            assert part.low < part.high
        if fact.parts:
            assert len(MEASURES[fact.number][1]) == len(fact.parts)


def test_what_parameters_were_set_for_is_said():
    assert {one.number for one in FACTS if one.fitted} == {5, 12, 22}


@pytest.mark.parametrize("number", FALSE_WORLDS)
def test_collapse_in_a_world_in_which_a_fact_is_false_it_fails(number):
    settings, part = FALSE_WORLDS[number]
    found = stylised_facts(facts=(number,), settings=settings, runs=3, rng=2)
    assert found.facts["verdict"][0] == "fail"
    verdicts = dict(found.parts.select("part", "verdict").iter_rows())
    assert verdicts[part] == "fail"


@pytest.mark.parametrize(("number", "settings"), [(12, []), (21, ["minimal"])])
def test_recovers_what_is_sure_to_be_there(number, settings):
    found = stylised_facts(facts=(number,), settings=settings, runs=4, rng=2)
    assert found.parts["verdict"][0] == "pass"


def test_collapse_no_difference_between_worlds_is_exactly_nothing():
    still = Settings({"gathering_meetings": 0.0, "gathering_time": 0.0, "gathering_cost": 0.0})
    (part,) = measurements([10], still, runs=2, rng=1)[10]
    assert (part[:, 0] == part[:, 1]).all()


def test_by_hand_an_interval_leaves_out_one_run_after_the_other():
    runs = np.array([[1.0, 2.0], [3.0, 2.0], [5.0, 4.0]])
    left = np.array([8 / 6, 6 / 6, 4 / 4])
    half = 4.302652729911275 * np.sqrt(2 / 3 * ((left - left.mean()) ** 2).sum())
    expected = (9 / 8, 9 / 8 - half, 9 / 8 + half)
    assert estimated(runs, quotient, 0.95) == pytest.approx(expected)
    assert np.isnan(estimated(runs[:1], quotient, 0.95)[1])


def test_by_hand_risks_pooled_and_within_industries():
    # Two industries whose risks are 0.5 and 0.1 wherever one is from; most clusters in the first.
    counts = np.array([[[10.0, 10.0], [100.0, 100.0]], [[180.0, 20.0], [9.0, 1.0]]]).ravel()
    assert pooled_risk(counts) == pytest.approx((101 / 210) / (30 / 220))
    assert pooled_over_stratified(counts) == pytest.approx(pooled_risk(counts))
    assert difference_of_shares(np.array([3.0, 4.0, 1.0, 4.0])) == 0.5
    assert ratio_of_ratios(np.array([4.0, 2.0, 3.0, 3.0])) == 2.0
    assert gini(np.array([0.0, 0.0, 0.0, 4.0])) == 0.75


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(1.1, 1.9, "pass"), (0.5, 1.5, "cannot tell"), (0.1, 0.9, "fail"), (2.1, 3, "fail"),
     (float("nan"), 2, "cannot tell"), (2.0, 2.0, "fail")],
)  # fmt: skip
def test_by_hand_verdicts(low, high, verdict):
    assert verdict_of(Part("gain", "share", 1.0, 2.0), low, high) == verdict


def test_the_same_whoever_works_and_whatever_else_is_asked():
    alone = stylised_facts(facts=(15,), runs=2, rng=3)
    others = stylised_facts(facts=(9, 13, 15), runs=2, rng=3, work=Work(pool="serial"))
    assert others.parts.filter(number=15).equals(alone.parts)


def test_one_run_tells_nothing():
    found = stylised_facts(facts=(13,), runs=1, rng=1)
    assert found.facts["verdict"][0] == "cannot tell"
    assert "one run: no interval" in str(found)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"facts": (27,)}, "no fact 27"),
        ({"facts": (9,), "settings": ["nothing=1"]}, "no parameter"),
        ({"facts": (9,), "work": Work(folder="x")}, "`folder`"),
        ({"facts": (9,), "level": 1.0}, "`level`"),
    ],
)
def test_what_cannot_be_is_refused(asked, said):
    with pytest.raises(InvalidArgument, match=said):
        stylised_facts(rng=1, **asked)
