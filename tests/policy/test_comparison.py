"""Policies against the same runs without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.policy.asking import policies_asked
from buzzline.policy.comparing import compare_policies
from buzzline.policy.comparison import effects_in_world, policies_in_world
from buzzline.policy.costing import within_budget
from buzzline.policy.experiments.recorded import Recorded
from buzzline.policy.gains import GAIN, GAINS
from buzzline.policy.policy import Policy
from buzzline.policy.regimes import REGIMES
from buzzline.policy.shelf import SHELF, lever_of
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.running import Work
from buzzline.simulation.starting import world_of_settings
from buzzline.tables.worlds import make_world

STEPS, RUNS = 16, 3


@pytest.fixture(scope="module")
def world():
    return world_of_settings(4, 10, industries=2, nations=2, rng=3)


@pytest.fixture(scope="module")
def of_shelf(world):
    pulled = [lever.policy(start=0, reach=1.0, strength=2) for lever in SHELF]
    return policies_in_world(world, pulled, steps=STEPS, runs=2, rng=5)


def played(world, *policies, **choices):
    choices = {"steps": STEPS, "runs": RUNS, "rng": 1} | choices
    return policies_in_world(world, policies, **choices)


def test_a_policy_that_changes_nothing_has_an_effect_of_exactly_nothing(world):
    nothing = [
        Policy("none", "None"),
        Policy("by_0", "By 0", (Change("global_share", by=0.0),)),
        Policy("nobody", "Nobody", (Change("global_share", by=0.3, target=Target(reach=0)),)),
        Policy("later", "Later", (Change("global_share", by=0.3, start=STEPS),)),
        Policy("as_it_is", "As it is", (Change("ict", to=0.0),)),
    ]
    found = played(world, *nothing)
    for policy in nothing:
        np.testing.assert_array_equal(found[policy.name].values, found[""].values)
    effects, rows, places = effects_in_world(world, nothing, found)
    assert set(effects.drop_nulls("value")["value"]) == {0.0}
    assert set(places["finding"]) == {"exactly none"}
    assert "changes nothing" in rows["status"][0]
    assert "after the end" not in rows["status"][1]


def test_no_budget_is_no_effect(world):
    policy = lever_of("P4").policy(stop=STEPS)
    cut, _ = within_budget(policy, world, STEPS, budget=0.0)
    found = played(world, cut)
    np.testing.assert_array_equal(found["cluster_organisation"].values, found[""].values)


def test_a_policy_after_the_end_is_said_to_be_late(world):
    late = lever_of("P5").policy(start=STEPS, stop=STEPS + 8)
    _, rows, _ = effects_in_world(world, [late], played(world, late))
    assert "after the end of the simulation in year 4" in rows["status"][0]


@pytest.mark.parametrize("lever", SHELF, ids=lambda lever: lever.code)
def test_every_lever_moves_the_world(lever, of_shelf):
    moved = of_shelf[lever.name]
    assert not np.array_equal(moved.values, of_shelf[""].values, equal_nan=True)


def test_until_it_begins_a_policy_changes_nothing(world):
    later = lever_of("P11").policy(start=8, reach=1.0, strength=3)
    found = played(world, later)
    before = found[""].steps <= 8
    with_it, without = found["education"].values, found[""].values
    np.testing.assert_array_equal(with_it[:, before], without[:, before])
    assert not np.array_equal(with_it[:, ~before], without[:, ~before], equal_nan=True)


def test_sharing_luck_makes_differences_small(world):
    policy = Policy("learn", "Learn", (Change("learning_rate", by=0.02),))
    found = played(world, policy, runs=12)
    knowledge = GAIN["knowledge"]
    paired = knowledge.difference(found["learn"], found[""])
    apart = knowledge.difference(
        replace(found["learn"], values=found["learn"].values[::-1]), found[""]
    )
    assert paired.std() < apart.std() / 2
    assert paired.mean() > 0


def test_other_policies_in_the_comparison_change_nothing(world):
    one, other = lever_of("P5").policy(), lever_of("P1").policy()
    alone, both = played(world, one), played(world, other, one)
    np.testing.assert_array_equal(alone["pipelines"].values, both["pipelines"].values)


def test_processes_and_folders_change_no_number(world, tmp_path):
    policy = lever_of("P5").policy()
    alone = played(world, policy)
    work = Work(workers=2, folder=str(tmp_path))
    for _ in range(2):  # the second time from the folder
        again = played(world, policy, work=work)
        np.testing.assert_array_equal(alone["pipelines"].values, again["pipelines"].values)
        np.testing.assert_array_equal(alone[""].of_world, again[""].of_world)
    assert len(list(tmp_path.glob("*.parquet"))) == 2


def recorded(income, population=None):
    """Two runs of three places with nothing but income and people."""
    values = np.full((2, 1, 3, 3), np.nan)
    values[..., 0] = np.array(income, dtype=float)[:, None, :]
    values[..., 1] = 10.0 if population is None else population
    values[..., 2] = 5.0
    return Recorded(
        ("income", "population", "output"), values, ("theil_income",), np.zeros((2, 1, 1)),
        np.array([4]), (0, 1),
    )  # fmt: skip


def test_growth_by_hand():
    without, with_it = recorded([[10, 20, 30], [20, 20, 10]]), recorded([[13, 20, 30]] * 2)
    # places 0 and 1: 33 against 30, 33 against 40; the mean without is 35
    found = GAIN["income"].difference(with_it, without)
    np.testing.assert_allclose(found, [100 * 3 / 35, -100 * 7 / 35])
    np.testing.assert_allclose(GAIN["elsewhere"].difference(with_it, without),
                               [0, 100 * 20 / 20])  # fmt: skip


def test_the_worst_off_place_by_hand():
    without, with_it = recorded([[10, 20, 30], [20, 20, 10]]), recorded([[13, 20, 12]] * 2)
    # least a head: 1 and 1 before, 1.2 and 1.2 after
    np.testing.assert_allclose(GAIN["worst_off"].difference(with_it, without), [20, 20])


def test_what_does_not_change_is_exactly_none_whatever_the_level():
    level = recorded([[0, 0, 0], [0, 0, 0]])
    assert GAIN["income"].difference(level, level).tolist() == [0, 0]


def test_every_outcome_says_which_way_is_better():
    assert {gain.kind for gain in GAINS} == {"growth", "inequality", "others"}
    assert all(gain.better in (-1, 1) and gain.margin > 0 for gain in GAINS)


def test_policies_are_asked_for_by_code_name_place_and_regime(world):
    where = world.places.names[2]
    found = policies_asked(
        ["P4", f"fairs-not+P5@{where}".replace("fairs-not+", ""), "P1+P5", "directed"],
        world, start=0, stop=8,
    )  # fmt: skip
    assert [one.name for one in found] == ["P4", f"P5@{where}", "P1+P5", "directed"]
    assert found[1].places == (2,)
    targets = {one.target for one in found[2].all_changes if not one.target.is_whole}
    assert len(targets) == 1  # both reach the same


@pytest.mark.parametrize("regime", REGIMES, ids=lambda regime: regime.name)
def test_every_regime_can_be_simulated(regime, world):
    policy = regime.policy(world, (), start=0, stop=8)
    assert played(world, policy, steps=4, runs=1)[regime.name].values.size


@pytest.fixture(scope="module")
def study():
    return make_world(organisations=150, clusters=2, rng=2).study


def test_comparing_in_the_world_of_a_study(study):
    found = compare_policies(
        study, policies=["P4", "P11", "laissez_faire"], years=(0, 2, 3), runs=4, rng=1
    )
    assert found.effects.height == 3 * len(GAINS)
    income = found.effects.filter(pl.col("outcome") == "income")
    assert income["value"].is_sorted(descending=True)
    nothing = found.effects.filter(policy="laissez_faire")
    assert set(nothing["finding"]) <= {"exactly none", "too few runs"}
    assert found.places.height == 3 * found.places["place_id"].n_unique()
    assert "exact" not in str(found) or "No effect" in str(found)


def test_a_budget_of_nothing_is_said(study):
    found = compare_policies(study, policies=["P4"], years=(0, 2, 2), runs=3, budget=0, rng=1)
    assert "the budget pays for nothing of it" in found.policies["status"][0]
    assert set(found.effects["finding"]) <= {"exactly none", "too few runs"}


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"policies": ["P4@Atlantis"]}, "no place 'Atlantis'"),
        ({"policies": ["P4", "P4"]}, "twice"),
        ({"policies": ["P77"]}, "Regimes are"),
        ({"years": (5, 2, 9)}, "cannot end"),
        ({"years": (1, 2)}, "three"),
        ({"budget": -5}, "budget"),
    ],
)
def test_bad_input_is_refused_in_words(study, choices, said):
    with pytest.raises(InvalidArgument, match=said):
        compare_policies(study, **{"policies": ["P4"], "runs": 3, **choices})


def test_by_hand_a_place_goes_by_its_town_where_only_one_has_the_name():
    world = world_of_settings(3, 6, rng=1)
    names = ("Prato, IT", "Vienna, AT", "Vienna, US")
    world = replace(world, places=replace(world.places, names=names))
    asked = policies_asked(["P4@Prato", "P5@Vienna, US"], world, start=0, stop=4)
    assert [one.places for one in asked] == [(0,), (2,)]
    with pytest.raises(InvalidArgument, match="Vienna, AT; Vienna, US"):
        policies_asked(["P4@Vienna"], world, start=0, stop=4)
