"""Experiments CJ, 10, 11, 13 and 14: what is planted is found, and limits are exact."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buzzline.policy.experiments.design import Playing, Size
from buzzline.policy.experiments.emergence import EMERGENCE, emerged
from buzzline.policy.experiments.following import chosen, distance_left, locality
from buzzline.policy.experiments.futures import FUTURES_AHEAD, gaps
from buzzline.policy.experiments.outcomes import KNOWLEDGE, not_recorded
from buzzline.policy.experiments.playing import recorded_of, simulated
from buzzline.policy.experiments.portfolio import LEADER, PORTFOLIO
from buzzline.policy.experiments.replacing import REPLACING, replaced
from buzzline.policy.experiments.rewiring import REWIRING, traded
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.beginning import begin
from buzzline.simulation.classics.barter import BarterRules
from buzzline.simulation.classics.cowan_jonard import at_rest
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import MINIMAL

TINY = Size(runs=2, steps=8, places=2, organisations=6)
HOW = Playing(size=TINY, seed=1, model="full")


def case_of(experiment, name):
    return next(case for case in experiment.cases if case.name == name)


@pytest.fixture(scope="module")
def state():
    return begin(equals(TINY, 1), luck_of(1, 0), MINIMAL)


def test_locality_by_hand(state):
    # two places of six: all alike within, apart between -> 1; the same mix in both -> 0
    state.conventions[:] = 0
    state.conventions[state.place == 1] = 1
    assert locality(state) == pytest.approx(1)
    state.conventions[:] = 0
    for place in (0, 1):
        state.conventions[np.flatnonzero(state.place == place)[:3]] = 1
    assert locality(state) == pytest.approx(0)


def test_distance_left_by_hand(state):
    # place 0 at 1 in two of four dimensions, the other at 0: sqrt((1 + 1) / 4)
    state.conventions[:] = 0
    here = np.flatnonzero(state.place == 0)
    state.conventions[np.ix_(here, [0, 1])] = 1
    assert distance_left(state) == pytest.approx(np.sqrt(0.5))


def test_chosen_at_a_share_are_chosen_at_a_larger_one(state):
    rows = np.flatnonzero(state.alive)
    few, many = (set(chosen(state, luck_of(1, 0), rows, share=share)) for share in (0.3, 0.6))
    assert few <= many < set(rows)
    assert set(chosen(state, luck_of(1, 0), rows, share=1.0)) == set(rows)


def test_turnover_of_all_leaves_nothing_and_of_nobody_all():
    quiet = {"convention_rate": 0.0, "convention_noise": 0.0, "entry": 0.0,
             "foreign_investment": 0.0}  # fmt: skip
    nobody = replace(case_of(REPLACING, "none_none"), settings=quiet)
    assert replaced(nobody, HOW)["convention_left"] == pytest.approx([1, 1])
    everybody = replace(nobody, levels={"turnover": 1.0})
    assert replaced(everybody, HOW)["convention_left"] == pytest.approx([0, 0], abs=1e-6)


def test_ways_stay_scattered_where_nobody_learns_them():
    apart = case_of(EMERGENCE, "apart")
    frozen = replace(
        apart, settings={**apart.settings, "entry": 0.0, "foreign_investment": 0.0}
    )
    more = replace(HOW, size=replace(TINY, steps=24, organisations=12))
    left = emerged(frozen, more)["locality"]
    learned = emerged(case_of(EMERGENCE, "scattered"), more)["locality"]
    assert (learned > left + 0.2).all()


def test_rewiring_is_the_classic_run_by_run():
    how = replace(HOW, size=Size(runs=2, steps=1, places=1, organisations=60))
    found = traded(case_of(REWIRING, "few_0_2"), how)
    rules = replace(BarterRules(), organisations=60)
    expected = at_rest(0.2, [luck_of(1, run) for run in range(2)], rules=rules, experts=1)
    assert found["knowledge"].tolist() == expected[:, 0].tolist()
    assert found["variation"].tolist() == expected[:, 2].tolist()


def test_futures_are_one_until_they_part():
    how = replace(HOW, outcomes=FUTURES_AHEAD.outcomes, size=replace(TINY, steps=20))
    calm = recorded_of(case_of(FUTURES_AHEAD, "calm_open"), how)
    for future in ("trade_war", "technology", "borders", "mission"):
        other = recorded_of(case_of(FUTURES_AHEAD, f"{future}_open"), how)
        before = calm.steps <= 8  # 40 of 100
        np.testing.assert_array_equal(other.values[:, before], calm.values[:, before])
    assert not np.array_equal(other.values, calm.values, equal_nan=True)
    assert (gaps(calm) >= 0).all()


def test_the_leading_place_leads_where_it_searches_twice_as_well():
    how = replace(HOW, outcomes=(KNOWLEDGE,), model="minimal",
                  size=Size(runs=6, steps=60, places=3, organisations=12))  # fmt: skip
    home = case_of(PORTFOLIO, "home_usual")
    led = simulated(home, how)["knowledge_relative"]
    planted = {"innovation_chance": {**home.by_place["innovation_chance"], LEADER: 0.02}}
    alone = simulated(replace(home, by_place={**home.by_place, **planted}), how)
    assert alone["knowledge_relative"].mean() > led.mean()  # the others know less


def test_what_is_played_stands_for_itself_in_all_three():
    for one in (REWIRING, REPLACING, EMERGENCE):
        assert one.play is not None
        assert {outcome.of for outcome in one.outcomes} == {not_recorded}
