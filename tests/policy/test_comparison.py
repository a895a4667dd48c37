"""Policies against the same runs without them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.policy.asking import policies_asked
from buzzline.policy.comparing import aimed_at, compare_policies, unequal_costs
from buzzline.policy.comparison import EVERYWHERE, effects_in_world, policies_in_world, verdict
from buzzline.policy.costing import within_budget
from buzzline.policy.doubt import doubted
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
    # places 0 and 1, as many people: 33 against 30, 33 against 40; the mean without is 35
    found = GAIN["income"].difference(with_it, without)
    np.testing.assert_allclose(found, [100 * 3 / 35, -100 * 7 / 35])
    np.testing.assert_allclose(GAIN["elsewhere"].difference(with_it, without),
                               [0, 100 * 20 / 20])  # fmt: skip


def test_the_worst_off_place_by_hand():
    without, with_it = recorded([[10, 20, 30], [20, 20, 10]]), recorded([[13, 20, 12]] * 2)
    # least a head: 10 and 10 before, 12 and 12 after
    np.testing.assert_allclose(GAIN["worst_off"].difference(with_it, without), [20, 20])


def test_the_poorest_place_is_poor_by_income_and_not_by_its_size():
    # a city of a million with 2 a head, and a village of a thousand with 1 a head
    people = np.array([1_000_000.0, 1_000.0, 500.0])
    rich, poor = recorded([[2, 1, 3]] * 2, people), recorded([[2, 1.5, 3]] * 2, people)
    np.testing.assert_allclose(GAIN["worst_off"].of(rich), 1)
    np.testing.assert_allclose(GAIN["worst_off"].difference(poor, rich), 50)


def test_income_of_places_is_the_mean_of_their_people_by_hand():
    # 30 people with 10 and 10 with 20 a head: 12.5
    before = recorded([[10, 20, 7]] * 2, np.array([30.0, 10.0, 5.0]))
    after = recorded([[10, 30, 7]] * 2, np.array([30.0, 10.0, 5.0]))
    np.testing.assert_allclose(GAIN["income"].of(before), 12.5)
    np.testing.assert_allclose(GAIN["income"].difference(after, before), 20)
    np.testing.assert_allclose(GAIN["elsewhere"].of(before), 7)
    uncounted = recorded([[10, 20, np.nan]] * 2, np.nan)  # nobody counts people: places
    np.testing.assert_allclose(GAIN["income"].of(uncounted), 15)
    assert np.isnan(GAIN["elsewhere"].of(uncounted)).all()


@pytest.fixture(scope="module")
def of_death():
    world = world_of_settings(3, 2, rng=2)
    world = replace(world, settings=world.settings.with_values(entry_rate=0.0, spin_rate=0.0))
    kills = Change("exit_threshold", by=0.95, target=Target((0,)))
    policy = Policy("kill", "Hurts", (kills,), places=(0,))
    return world, policy, policies_in_world(world, [policy], steps=60, runs=16, rng=3)


def test_a_place_that_dies_counts_with_no_jobs_and_no_run_is_dropped(of_death):
    world, policy, found = of_death
    with_it, without = found["kill"], found[""]
    dead = with_it.each("n_organisations")[:, 0] == 0
    assert dead.any()
    assert not (with_it.each("jobs")[dead, 0]).any()
    assert np.isfinite(with_it.each("income")).all()
    effects, rows, _ = effects_in_world(world, [policy], found)
    n = dict(effects.select("outcome", "n").iter_rows())
    assert (n["jobs"], n["output"], n["income"]) == (16, 16, 16)
    jobs = effects.row(by_predicate=pl.col("outcome") == "jobs", named=True)
    by_hand = (with_it.each("jobs") - without.each("jobs"))[:, 0].mean()
    assert jobs["value"] == pytest.approx(100 * by_hand / without.each("jobs")[:, 0].mean())
    assert f"in {dead.sum()} of 16 runs with it" in rows["status"][0]
    assert 0 < rows["n_other_events"][0] <= 16


def test_policies_that_change_nothing_do_not_count_among_those_tested(world):
    learn = Policy("learn", "Learn", (Change("learning_rate", by=0.02),))
    nothing = [Policy(f"none_{n}", "None") for n in range(3)]
    found = played(world, learn, *nothing)
    alone, _, _ = effects_in_world(world, [learn], found)
    among, _, _ = effects_in_world(world, [*nothing, learn], found)
    assert among.filter(policy="learn")["q"].equals(alone["q"])
    assert among.filter(policy="none_0")["q"].null_count() == len(GAINS)


def test_a_policy_without_effect_in_this_world_is_said_to_have_none(world):
    idle = Policy("idle", "Idle", (Change("learning_rate", by=0.02, target=Target((0,))),))
    same = {"": played(world)[""]}
    _, rows, _ = effects_in_world(world, [idle], {**same, "idle": same[""]})
    assert "changes nothing here" in rows["status"][0]
    assert rows["n_other_events"][0] == 0


def test_few_runs_of_few_organisations_do_not_say_that_there_is_no_effect():
    world = world_of_settings(3, 6, rng=1)
    tiny = Policy("tiny", "Tiny", (Change("learning_rate", by=1e-5),))
    effects, _, _ = effects_in_world(world, [tiny], played(world, tiny, steps=4, runs=6))
    jobs = effects.row(by_predicate=pl.col("outcome") == "jobs", named=True)
    assert jobs["finding"] != "none"
    assert jobs["verdict"] == "cannot tell: too few runs for rare events"


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
    assert {one.reach for one in targets} == {0.15, 0.3}  # each its own


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


def test_by_hand_what_does_not_stand_with_all_tests_counted_is_perhaps():
    frame = pl.DataFrame({
        "finding": ["above", "above", "below", "none", "open"],
        "q": [0.049, 0.136, 0.2, 0.9, None],
    })  # fmt: skip
    told = doubted(frame, 0.95)["finding"].to_list()
    assert told == ["above", "perhaps above", "perhaps below", "none", "open"]
    assert [verdict(one, -1) for one in told[:3]] == [
        "worse",
        "perhaps worse",
        "perhaps better",
    ]


def test_invariant_better_and_worse_hang_on_q(world):
    pulled = [lever.policy(start=0, reach=1.0) for lever in SHELF[:8]]
    found = policies_in_world(world, pulled, steps=STEPS, runs=4, rng=7)
    effects, rows, _ = effects_in_world(world, pulled, found)
    surely = effects.filter(pl.col("verdict").is_in(["better", "worse"]))
    perhaps = effects.filter(pl.col("verdict").str.starts_with("perhaps"))
    assert (surely["q"] <= 0.05).all()
    assert perhaps.height
    assert (perhaps["q"] > 0.05).all()
    costed = rows.filter(pl.col("cost_per_percent_high").is_not_null())["policy"]
    assert set(costed) <= set(surely.filter(outcome="income")["policy"])


def test_where_a_policy_reaches_every_place_nobody_is_elsewhere(world):
    everywhere, nothing = lever_of("P4").policy(), Policy("none", "None")
    found = played(world, everywhere, nothing)
    effects, _, _ = effects_in_world(world, [everywhere, nothing], found)
    told = effects.filter(outcome="income elsewhere")
    assert told["verdict"].to_list() == [EVERYWHERE, "exactly none"]


def test_a_policy_that_acts_in_all_places_is_said_to(world):
    here = lever_of("P4").policy(places=(1,))
    assert aimed_at([here, Policy("none", "None")], world) == ""
    said = aimed_at([lever_of("P4").policy(), here], world)
    assert f"in all {world.places.n} places, also those outside your region" in said
    assert f"@'{world.places.names[0]}'" in said


def test_costs_are_in_the_sentence_and_said_to_be_unequal(study):
    found = compare_policies(study, policies=["P4", "P11"], years=(0, 2, 3), runs=3, rng=1)
    assert "at unequal cost" in str(found)
    assert "acts in all" in str(found) or "act in all" in str(found)
    assert unequal_costs(found.policies.head(1)) == ""
