"""Each disagreement in a world in which it alone decides, and worlds in which nothing does."""

from dataclasses import replace

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.deciding import CASE, CASES, QUIET, decided
from buzzline.simulation.deciding import small_worlds as small
from buzzline.simulation.deciding_worlds import deciding_worlds
from buzzline.simulation.governing import governed
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings
from buzzline.simulation.stepping import advance
from buzzline.simulation.switches import SWITCH, SWITCHES
from buzzline.simulation.variety import varied

RUNS = 5


def test_every_switch_has_a_world():
    assert [
        case.code for case in sorted(CASES, key=lambda case: list(SWITCH).index(case.code))
    ] == [switch.code for switch in SWITCHES]


@pytest.mark.parametrize("code", list(SWITCH))
def test_switch_decides(code):
    case = CASE[code]
    a, b = decided(case, runs=RUNS, seed=1)
    more, less = (a, b) if case.more == "a" else (b, a)
    assert (more > less).all(), f"{case.says} {case.looked_at}: {more} should be above {less}"


@pytest.mark.parametrize("code", ["X1", "X16", "X24"])
def test_the_same_luck_gives_the_same_bytes(code):
    for first, second in zip(
        decided(CASE[code], runs=2, seed=3), decided(CASE[code], runs=2, seed=3), strict=True
    ):
        assert first.tobytes() == second.tobytes()


def test_in_a_quiet_world_nothing_is_learned_or_lost():
    world, luck = small.plain(), luck_of(1, 0)
    state = begin(world, luck, QUIET)
    before = {
        name: getattr(state, name).tobytes() for name in ("knowledge", "tie_trust", "size")
    }
    institutions, commons = state.institutions.tobytes(), state.by_place["commons"].tobytes()
    for _ in range(5):
        advance(state, QUIET, (), luck)
    assert {name: getattr(state, name).tobytes() for name in before} == before
    assert (state.institutions.tobytes(), state.by_place["commons"].tobytes()) == (
        institutions, commons,
    )  # fmt: skip


def test_a_run_is_needed():
    with pytest.raises(InvalidArgument, match="at least 1 run"):
        decided(CASES[0], runs=0, seed=1)


GIFT = Change("innovation_chance", by=0.2)
OTHERWISE = Settings({
    "market_following": 0.0, "target_relatedness": 0.0, "local_decision": 1.0,
    "intermediary_talent": 0.1, "intermediary_rigidity": 0.2, "targeting": 0.5,
})  # fmt: skip


def test_the_usual_way_of_governing_leaves_a_policy_as_it_is():
    assert governed([GIFT], small.plain(), Settings()) == (GIFT,)


def test_a_policy_that_changes_nothing_brings_nothing_with_it():
    none = (Change("innovation_chance", by=0.0), Change("global_share", to=0.2))
    assert governed(none, small.plain(), OTHERWISE) == none


def test_who_picks_winners_reaches_the_largest_with_as_much():
    winners, rest = governed([GIFT], small.plain(), Settings({"targeting": 0.5}))
    assert winners.target == Target(who="largest", reach=0.2)
    assert winners.by == pytest.approx(0.5)  # five times as much for a fifth, half of it all
    assert rest.by == pytest.approx(0.1)


def test_an_old_intermediary_has_lost_all_of_its_effect():
    made = replace(GIFT, delivery="intermediary", lag=8, stop=400)
    gift, lost, able = governed(
        [made],
        small.plain(),
        Settings({"intermediary_rigidity": 0.25, "intermediary_talent": 0.1}),
    )
    assert gift.by + lost.by == 0
    assert (lost.start, lost.lag) == (8, 16)  # four years, from when all of it is there
    doses = [gift.dose_at(step) - lost.dose_at(step) for step in (3, 7, 15, 23, 60)]
    assert doses == [0.5, 1.0, 0.5, 0.0, 0.0]
    assert able.by == pytest.approx(-0.08)


def test_places_specialise_or_have_it_all():
    world = small.plain(4, 12, 4)
    alone = varied(world, Settings({"related_variety": 0.0, "unrelated_variety": 0.0}))
    every = varied(world, Settings({"related_variety": 1.0, "unrelated_variety": 1.0}))
    count = [
        [len(set(one.industry[one.place == r])) for r in range(4)] for one in (alone, every)
    ]
    assert count == [[1] * 4, [4] * 4]
    assert varied(world, Settings()) is world
    near = varied(world, Settings({"related_variety": 1.0, "unrelated_variety": 0.0}))
    here = near.industry[near.place == 0]
    apart = near.related[np.ix_(here, here)].mean()
    far = varied(world, Settings({"related_variety": 0.0, "unrelated_variety": 1.0}))
    there = far.industry[far.place == 0]
    assert apart > far.related[np.ix_(there, there)].mean()


def test_one_run_has_no_error_and_is_refused():
    with pytest.raises(InvalidArgument, match="at least 2 runs"):
        deciding_worlds(switches=["X16"], runs=1)


def test_the_table_has_the_difference_of_the_two_sides():
    row = deciding_worlds(switches=["X16"], runs=3, rng=1).table().row(0, named=True)
    assert row["value"] == pytest.approx(row["under_b"] - row["under_a"])
