"""Experiments 1, 6, 8 and 12: what a budget buys, and limits in which the answer is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.policy.experiments.buying import aimed, bought, cost_a_year
from buzzline.policy.experiments.design import Case, Contrast, Experiment, Outcome, Size
from buzzline.policy.experiments.outcomes import OUTPUT
from buzzline.policy.experiments.recorded import Recorded
from buzzline.policy.experiments.region_pairs import (
    AIMS,
    CASES,
    CORE,
    LAGGING,
    LARGE,
    LEVEL,
    MIXES,
    REDUCING_INEQUALITY,
    SMALL,
    lag_behind,
    pairs,
)
from buzzline.policy.experiments.running import run_of
from buzzline.policy.experiments.through import GAP, two_of_many
from buzzline.policy.experiments.variety_mixes import (
    BASE,
    SPECIALISE_OR_DIVERSIFY,
    Mixed,
    begin_with_little,
    newcomers_among,
)
from buzzline.policy.experiments.variety_mixes import (
    MIXES as VARIETIES,
)
from buzzline.policy.experiments.weighing import Weighed
from buzzline.policy.experiments.winners import MADE, three_industries
from buzzline.policy.regimes import REGIME
from buzzline.policy.shelf import lever_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings

TINY = Size(runs=4, steps=12, places=4, organisations=8)
ALL_TIME = {"start": 0, "stop": 100}


def of(outcome: Outcome, one: Case, other: Case) -> Experiment:
    contrast = Contrast("differ", "?", {"one": 1, "other": -1}, outcome.name)
    return Experiment("0", "tiny", "?", "", "", (replace(one, name="one"),
                      replace(other, name="other")), (outcome,), (contrast,), "", "")  # fmt: skip


def finding(outcome: Outcome, one: Case, other: Case, size: Size = TINY, **how: object) -> dict:
    return run_of(of(outcome, one, other), size, rng=3, **how).contrasts.row(0, named=True)


def test_mixes_spend_the_same_budget():
    for budget in (SMALL, LARGE):
        for _, codes in MIXES.values():
            changes = bought(budget, codes, (0,), **ALL_TIME)
            spent = 0.0
            for lever in map(lever_of, codes):
                dose = next(one for one in lever.doses if one.of == "organisations")
                given = next(one for one in changes if one.parameter == dose.parameter)
                spent += cost_a_year(lever) * given.target.reach * given.by / dose.by
            assert spent == pytest.approx(budget)


def test_no_budget_is_exactly_no_difference():
    changes = bought(0.0, ("P4", "P5", "P11"), LAGGING, **ALL_TIME)
    with_it, without = Case("a", "a", pairs, changes=changes), Case("b", "b", pairs)
    assert finding(LEVEL, with_it, without)["finding"] == "exactly none"


def test_what_has_no_known_cost_of_an_organisation_cannot_be_bought():
    for code in ("P2", "P6", "P12", "P17"):
        with pytest.raises(InvalidArgument, match="no known cost"):
            cost_a_year(lever_of(code))


@pytest.mark.parametrize("share", [0.2, 0.5, 1.0])
def test_the_fewer_are_helped_the_more_each_gets(share):
    changes = aimed(0.4, ["P11"], Target((0,), reach=share), share=share, **ALL_TIME)
    by = {one.parameter: one for one in changes}
    learning, retraining = by["learning_rate"], by["retraining"]
    assert learning.by * learning.target.reach == pytest.approx(0.4 * 0.015)
    assert retraining.by == pytest.approx(0.4 * 0.02)  # of the place, whoever is helped
    assert retraining.target.reach == 1


def test_helping_all_alike_is_the_lever_itself():
    given = aimed(1.0, ["P11"], Target((0,)), share=1.0, **ALL_TIME)
    lever = lever_of("P11").policy(places=(0,), start=0, stop=100, reach=1.0)
    assert given == lever.all_changes


def test_regimes_aim_where_they_say():
    world = pairs(Size(runs=1, steps=1, places=8, organisations=400), 1)  # luck evens out
    for name, places in AIMS.items():
        assert sorted(REGIME[name].aim(world, LAGGING + CORE)) == sorted(places), name


def test_lagging_regions_lag():
    world = pairs(TINY, 1)
    state = begin(world, luck_of(1, 0), world.settings)
    before = state.knowledge.copy()
    lag_behind(state)
    lagging = np.isin(world.place, LAGGING)
    n = world.n
    np.testing.assert_allclose(state.knowledge[:n][lagging], 0.6 * before[:n][lagging])
    np.testing.assert_array_equal(state.knowledge[:n][~lagging], before[:n][~lagging])
    assert (world.places.nation[list(LAGGING)] == world.places.nation[list(CORE)]).all()
    assert lagging.sum() * 3 == (~lagging).sum()


def test_lagging_regions_stay_behind_without_any_policy():
    size = REDUCING_INEQUALITY.sizes["small"]
    ahead = replace(CASES[0], shocks={}, name="ahead")
    assert finding(LEVEL, CASES[0], ahead, size)["finding"] == "below"


def test_mixes_of_industries_by_hand():
    size = Size(runs=1, steps=1, places=3, organisations=20)
    n = {mix: set(Mixed(*VARIETIES[mix])(size, 1).industry[:20]) for mix in VARIETIES}
    assert n == {"specialised": {0}, "related": {0, 1, 4}, "unrelated": {0, 2, 3},
                 "both": {0, 1, 2, 3, 4}}  # fmt: skip
    elsewhere = [Mixed(*VARIETIES[mix])(size, 1).industry[20:] for mix in VARIETIES]
    assert all((one == elsewhere[0]).all() for one in elsewhere)


def test_newcomers_know_less_and_stand_on_their_base():
    size = Size(runs=1, steps=1, places=3, organisations=8)
    more = newcomers_among(8)
    for industry in BASE.values():
        world = Mixed(0, 0, newcomers=industry)(size, 1)
        assert (world.industry[8 : 8 + more] == industry).all()
        assert (world.industry[:8] == 0).all()
        state = begin(world, luck_of(1, 0), Settings())
        before = state.knowledge.copy()
        begin_with_little(state)
        changed = (state.knowledge != before).any(axis=1)
        assert np.flatnonzero(changed).tolist() == list(range(8, 8 + more))


def test_one_industry_gains_from_scale_economies():
    # The same worlds but for what jobs near by bring; all five are as near as elsewhere.
    weights = {"specialised_scale": 1, "both_scale": -1, "specialised_usual": -1,
               "both_usual": 1}  # fmt: skip
    cases = tuple(one for one in SPECIALISE_OR_DIVERSIFY.cases if one.name in weights)
    contrast = Contrast("scale", "?", weights, OUTPUT.name)
    asked = replace(SPECIALISE_OR_DIVERSIFY, cases=cases, contrasts=(contrast,),
                    outcomes=(OUTPUT,))  # fmt: skip
    size = Size(runs=4, steps=8, places=4, organisations=20)
    found = run_of(asked, size, rng=3).contrasts.row(0, named=True)
    assert found["finding"] == "above"


def test_access_that_hangs_on_ties_gains_from_trust():
    ties = {"access_by_ties": 1.0}
    trust = (Change("trust_commons", by=0.3, target=Target((0, 1))),
             Change("joint_action", by=0.1, target=Target((0, 1))))  # fmt: skip
    without = Case("b", "b", two_of_many, settings=ties)
    found = finding(GAP, replace(without, changes=trust), without)
    assert found["finding"] == "below"
    skill = replace(without, settings={"access_by_ties": 0.0})
    assert finding(GAP, replace(skill, changes=trust), skill)["value"] > found["value"]


def test_help_raises_output_and_none_is_none():
    nobody = Case("b", "b", three_industries)
    for target, share in ((Target((0, 1)), 1.0), (Target((0, 1), "largest", reach=0.25), 0.25)):
        changes = aimed(2.0, ["P1", "P11"], target, share=share, **ALL_TIME)
        helped = replace(nobody, changes=changes)
        assert finding(MADE, helped, nobody, replace(TINY, steps=30))["finding"] == "above"
        nothing = replace(nobody, changes=aimed(0.0, ["P1"], target, share=share, **ALL_TIME))
        assert finding(MADE, nothing, nobody)["finding"] == "exactly none"


def test_welfare_by_hand():
    values = np.array([[[[2.0, 0.5], [5.0, 0.9]]]])
    found = Recorded(("y", "gap"), values, (), values[:, :, 0, :0], np.array([1]), (0,))
    assert Weighed("y", "gap", 0.0)(found) == pytest.approx(100 * np.log(2))
    assert Weighed("y", "gap", 1.0)(found) == pytest.approx(0.0)  # 2 (1 - 0.5) = 1
