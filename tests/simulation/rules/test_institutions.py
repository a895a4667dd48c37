"""Institutions, cohesion, codes and further clusters as rules: alone, by hand, and without dose."""

import numpy as np
import pytest

from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.deciding import QUIET
from buzzline.simulation.deciding import small_worlds as small
from buzzline.simulation.luck import luck_of
from buzzline.simulation.members import cover
from buzzline.simulation.rates import rates_at
from buzzline.simulation.rules.institutions import (
    INSTITUTION_RULES,
    cohesion_grows_and_wears,
    further_clusters_pay,
    institutions_follow_power,
    needs_of_industries,
    place_rate,
    source_ratio,
)
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings

LUCK = luck_of(1, 0)
KEPT = ("knowledge", "tie_trust", "partner", "cash", "profit", "institutions", "size")


def a_step(world, settings, changes=()):
    state = begin(world, LUCK, settings)
    rates = rates_at(0, settings, changes, world.places.n)
    cover(state, changes, LUCK)
    return state, rates


@pytest.mark.parametrize("rule", INSTITUTION_RULES, ids=lambda rule: rule.name)
def test_without_a_dose_a_rule_changes_no_byte(rule):
    state, rates = a_step(small.tied(small.plain(3, 8, 2), scale="local"), QUIET)
    state.meetings[:] = (2, 0, 0, 1)
    before = [getattr(state, name).tobytes() for name in KEPT]
    places = {name: values.tobytes() for name, values in state.by_place.items()}
    assert rule.dose is not None
    assert not rates.any(rule.dose)
    rule.act(state, rates, LUCK)  # which a step would not even do
    assert [getattr(state, name).tobytes() for name in KEPT] == before
    assert {name: state.by_place[name].tobytes() for name in places} == places
    for name in ("fit", "identity_factor"):
        assert (np.asarray(state.by_place.get(name, 1.0)) == 1).all()


def test_cohesion_by_hand():
    settings = QUIET.with_values(cohesion=1, joint_action=0.1, erosion=0.2, trust_commons=0.5)
    state, rates = a_step(small.plain(2, 6), settings)
    state.meetings[:] = (3, 0, 0, 1)
    cohesion_grows_and_wears(state, rates, LUCK)
    # 0.5 + 0.1 * 3/4 * (1 - 0.5) - (a quarter of 20 % a year) * 1/4 * 0.5; nothing has grown
    expected = 0.5375 - (1 - 0.8**0.25) / 8
    assert state.by_place["commons"] == pytest.approx([expected] * 2)


def test_growth_wears_trust_or_pays_for_it():
    for erosion, expected in (
        (0.2, 0.5 - 0.2 * np.log(2) * 0.5),
        (-0.1, 0.5 + 0.05 * np.log(2)),
    ):
        settings = QUIET.with_values(
            cohesion=1, joint_action=0, erosion_by_success=erosion, trust_commons=0.5
        )
        state, rates = a_step(small.plain(2, 6), settings)
        cohesion_grows_and_wears(state, rates, LUCK)
        state.output *= 2
        cohesion_grows_and_wears(state, rates, LUCK)
        assert state.by_place["commons"] == pytest.approx([expected] * 2, rel=1e-6)


def test_related_industries_need_related_institutions():
    apart = []
    for run in range(200):
        state = begin(small.plain(2, 6, 6), luck_of(1, run), QUIET)
        needs = needs_of_industries(state, luck_of(1, run))
        apart.append([np.linalg.norm(needs[0] - needs[other]) for other in (1, 5)])
    near, far = np.mean(apart, axis=0)
    assert near < 0.9 * far


def test_institutions_reach_what_the_only_industry_needs():
    settings = QUIET.with_values(
        institutions=1, institution_speed=1.0, institution_fit=1.0, practice_uptake=0.0
    )
    state, rates = a_step(small.plain(2, 6), settings)
    institutions_follow_power(state, rates, LUCK)
    needs = needs_of_industries(state, LUCK)
    np.testing.assert_allclose(state.institutions, np.repeat(needs, 2, axis=0), atol=1e-6)
    np.testing.assert_allclose(state.by_place["fit"], 1, atol=1e-9)


def test_only_the_smaller_cluster_of_a_city_pays():
    world = world_of_settings(2, [10, 4], 1, nations=1, rng=1)
    world.places.region[:] = 0
    settings = QUIET.with_values(new_clusters=1, cluster_fixed_cost=2, viable_size=8)
    state, rates = a_step(world, settings)
    state.size[state.place == 1] = [1, 2, 40, 40]
    state.output[:] = state.size * 3  # what a job sells
    cash, profit = state.cash.copy(), state.profit.copy()
    further_clusters_pay(state, rates, LUCK)
    paid = (profit - state.profit) * state.size
    # 2 * (1 - 4/8) / 4 each, of the sales of an organisation of usual size
    usual = 3 * world.jobs.mean()
    np.testing.assert_allclose(paid, np.where(state.place == 1, 0.25 * usual, 0), rtol=1e-5)
    np.testing.assert_array_equal(cash, state.cash)  # it comes out of profit, once


def test_a_place_whose_organisations_are_half_reached_has_half_of_a_change():
    change = Change("joint_action", by=0.4, target=Target(reach=0.5))
    world, settings = small.plain(3, 40), Settings()
    state, rates = a_step(world, settings, (change,))
    got = place_rate(state, rates, "joint_action") - settings.value("joint_action")
    reached = [np.mean(state.cell[state.alive & (state.place == r)] % 2 == 1) for r in range(3)]
    assert got == pytest.approx(0.4 * np.array(reached))
    nothing = Change("joint_action", by=0.0, target=Target(reach=0.5))
    same, rates = a_step(world, settings, (nothing,))
    assert (place_rate(same, rates, "joint_action") == settings.value("joint_action")).all()


def test_who_knows_more_is_a_source():
    world = small.one_knows(small.tied(small.plain(2, 4), scale="global"), much=2, little=1)
    ratio = source_ratio(begin(world, LUCK, QUIET))
    assert np.isnan(ratio[0])  # it has nothing to learn from the other
    assert ratio[1] == 0
