"""Which disagreement matters: against runs by hand, and what cannot be asked."""

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.stepping import advance
from buzzline.simulation.switch_factorial import (
    Decision,
    outcomes_at,
    switch_factorial,
    those_that_can,
)
from buzzline.simulation.switches import SWITCHES, switches_of
from buzzline.tables.worlds import make_world

DESIGN = np.array([[False, False], [False, True], [True, False], [True, True]])


@pytest.fixture(scope="module")
def study():
    return make_world(organisations=150, clusters=2, rng=3).study


def test_outcomes_are_those_of_runs_by_hand():
    world = world_of_settings(2, 6, rng=1)
    some = switches_of(["X2", "X6"])
    found = outcomes_at(world, some, DESIGN, decision=Decision(steps=3), runs=2, seed=5)
    for point, row in zip(DESIGN, found, strict=True):
        settings = world.settings
        for switch, second in zip(some, point, strict=True):
            settings = switch.applied(settings, "b" if second else "a")
        for run, outcome in enumerate(row):
            luck = luck_of(5, run)
            state = begin(world, luck, settings)
            for _ in range(3):
                advance(state, settings, (), luck)
            known = state.knowledge[state.alive].mean(dtype=np.float64)
            assert outcome == pytest.approx(known, rel=1e-6)


def test_a_policy_that_changes_nothing_does_exactly_nothing_whoever_is_right():
    world = world_of_settings(2, 6, rng=1)
    decision = Decision(lever="global_share", change=0.0, steps=3)
    found = outcomes_at(
        world, switches_of(["X2", "X30"]), DESIGN, decision=decision, runs=2, seed=5
    )
    assert not found.any()


def test_who_governs_matters_for_a_policy_only():
    world = world_of_settings(2, 6, rng=1)
    some = switches_of(["X30", "X29"])
    still = outcomes_at(world, some, DESIGN, decision=Decision(steps=4), runs=2, seed=5)
    assert (still == still[0]).all()
    lever = Decision(lever="innovation_chance", change=0.3, steps=12)
    moved = outcomes_at(world, some, DESIGN, decision=lever, runs=2, seed=5)
    assert (moved[0] > moved[2]).all()  # without and with an intermediary that takes the able


def test_what_cannot_act_is_left_out_and_said(study):
    found = switch_factorial(study, switches=["X2", "X30"], decision=Decision(steps=3), runs=2)
    assert found.switches.filter(switch="X30")["status"].item() == "changes nothing here"
    assert found.notes == ()


LEVERS = sorted({name for switch in SWITCHES for name in switch.parameters})


@pytest.mark.parametrize("lever", LEVERS)
def test_no_side_leaves_the_lever_in_question_without_room(lever):
    some, notes = those_that_can(None, Decision(lever=lever))
    assert all(lever not in one.parameters for one in some)
    same = [one.code for one in SWITCHES if lever in one.parameters]
    said = f"Left out: {', '.join(same)} (its sides set `{lever}`, which the policy moves)."
    assert notes[0] == said


def test_a_dispute_over_the_lever_itself_is_left_out_and_said(study):
    decision = Decision(lever="ict", change=0.5, steps=3)
    found = switch_factorial(study, switches=["X1", "X2"], decision=decision, runs=2, rng=1)
    assert found.switches["switch"].to_list() == ["X2"]
    assert "Left out: X1 (its sides set `ict`" in str(found)
    with pytest.raises(InvalidArgument, match="another lever"):
        switch_factorial(study, switches=["X1"], decision=decision, runs=2, rng=1)


def test_forgetting_matters_for_what_is_known(study):
    found = switch_factorial(
        study, switches=["X6", "X40"], decision=Decision(steps=8), runs=3, rng=1
    )
    first = found.switches.row(0, named=True)
    assert (first["switch"], first["status"]) == ("X6", "matters")
    assert first["low"] > 0  # who does not forget knows more
    assert "1 of 2 disagreements matters" in str(found)


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"switches": ["X77"]}, "no switch 'X77'"),
        ({"runs": 1}, "at least 2 runs"),
        ({"switches": []}, "no switch to move"),
        ({"level": 1.0}, "between 0 and 1"),
    ],
)
def test_what_is_impossible_is_said(study, choices, said):
    with pytest.raises(InvalidArgument, match=said):
        switch_factorial(study, **choices)


def test_a_decision_names_what_there_is():
    with pytest.raises(InvalidArgument, match="no outcome 'happiness'"):
        Decision(outcome="happiness")
    with pytest.raises(InvalidArgument, match="no parameter"):
        Decision(lever="magic")
    assert Settings().value(Decision(lever="global_share").lever) == 0.2
