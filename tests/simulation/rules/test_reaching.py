"""Pipelines (K8), reach by size (X13) and market knowledge (K9)."""

import math

import numpy as np
import pytest
from tests.oracles.investing import markets
from tests.oracles.pipelines import built, dropped
from tests.oracles.states import LUCK, rates_of, some_state

from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rules.reaching import (
    distance_elasticity,
    drop_pipelines,
    find_pipelines,
    know_markets,
    pipelines_wanted,
    reach_out_by_activity,
    reach_out_by_resources,
)

PULLS = {
    "hotspot_pull": 0.8, "distance_elasticity": 0.6, "diaspora_pull": 2.0,
    "language_pull": 0.7, "similarity_pull": 1.2,
}  # fmt: skip
NO_PULLS = dict.fromkeys(PULLS, 0.0)
MANY = {"global_share": 1.0, "regional_share": 1.0, "national_share": 1.0}


@pytest.mark.parametrize("seed", range(4))
def test_turnover_agrees_with_brute_force(seed):
    state = some_state(seed)
    slow = dropped(state, LUCK.key, STREAMS["pipelines"], 0.3)
    drop_pipelines(state, rates_of(state, pipeline_turnover=0.3), LUCK)
    np.testing.assert_array_equal(state.partner, slow)
    dead = state.partner[state.member]
    assert state.alive[dead[dead >= 0]].all()


@pytest.mark.parametrize("seed", range(4))
def test_building_agrees_with_brute_force(seed):
    state = some_state(seed)
    rates = rates_of(state, **PULLS, **MANY, pipeline_cost=0.3, begun_in_copresence=0.4)
    partner, scale, cash, met = built(
        state, LUCK.key, STREAMS["pipelines"], pipelines_wanted(rates)[:, 0],
        (0.8, 0.6, 2.0, 0.7, 1.2), attractiveness=0.5, cost=0.3, share_met=0.4,
    )  # fmt: skip
    new = partner != state.partner
    assert new.any()
    find_pipelines(state, rates, LUCK)
    np.testing.assert_array_equal(state.partner, partner)
    np.testing.assert_array_equal(state.tie_scale[new], scale[new])
    np.testing.assert_array_equal(state.tie_copresent[new], met[new])
    np.testing.assert_allclose(state.cash, cash, rtol=1e-6, atol=1e-6)
    assert (state.tie_age[new] == 0).all()


def test_by_hand_pipelines_wanted_are_those_time_carries():
    # 4 units of time, half of them, 2 a meeting: one; all of them: two; a third more: three
    state = some_state(0)
    for share, ties in ((0.5, 1), (1.0, 2)):
        rates = rates_of(state, global_share=share, cost_global=2.0)
        assert (pipelines_wanted(rates)[3] == ties).all()
    assert (pipelines_wanted(rates_of(state, global_share=1.0, cost_global=1.5))[3] == 3).all()


def test_by_hand_x9_trust_at_the_start_hangs_on_having_been_in_one_place():
    state = some_state(2)
    before = state.partner.copy()
    find_pipelines(
        state, rates_of(state, **MANY, pipeline_cost=0, begun_in_copresence=0.5), LUCK
    )
    new = (state.partner != before) & state.alive[:, None]
    met = state.tie_copresent
    assert (state.tie_trust[new & met] == np.float32(0.6)).all()
    assert (state.tie_trust[new & ~met] == np.float32(0.2)).all()
    assert (new & met).any()
    assert (new & ~met).any()


def _in_three_places():
    """100 organisations in place 0 that know 1, and 50 each in places 1 and 2, all abroad."""
    state = some_state(5, organisations=(100, 50, 50), industries=1, nations=3)
    state.alive[:200], state.partner[:], state.keeps_pipelines[:] = True, -1, True
    state.member = np.arange(200, dtype=np.int32)
    state.start = np.array([0, 100, 150, 200])
    state.cash[:], state.knowledge[:] = 9, 1
    state.world.places.distance_km[0, 1:] = 100, 400
    state.world.places.diaspora[:] = 0
    state.world.places.language[:] = (0, 1, 2)
    return state


def _share_in_the_first(state, rates, runs=40):
    """Share of pipelines of place 0 that go to place 1."""
    places = []
    for run in range(runs):
        state.partner[:] = -1
        find_pipelines(state, rates, Luck(np.uint64(run)))
        chosen = state.partner[:100, 0]
        places.append(state.place[chosen[chosen >= 0]])
    places = np.concatenate(places)
    return (places == 1).sum() / max(places.size, 1), places.size


@pytest.mark.parametrize(
    ("values", "log_odds"),
    [
        ({}, 0.0),
        ({"distance_elasticity": 0.93}, 0.93 * math.log(4)),
        # information technology takes the share that can be codified (X1)
        ({"distance_elasticity": 0.93, "ict": 1.0}, 0.93 * 0.5 * math.log(4)),
        ({"distance_elasticity": 0.93, "ict": 1.0, "ict_tacit": 1.0}, 0.0),
        ({"language_pull": 1.0}, 1.0),
        ({"diaspora_pull": 3.0}, 3.0 * 0.2),
        ({"hotspot_pull": 2.0}, 2.0 * 0.5 / (3.5 / 3)),
    ],
)
def test_recovers_the_pull_of_places_in_log_odds(values, log_odds):
    state = _in_three_places()
    if "language_pull" in values:
        state.world.places.language[:] = (0, 0, 2)
    if "diaspora_pull" in values:
        state.world.places.diaspora[0, 1] = 0.2
    if "hotspot_pull" in values:
        state.knowledge[100:150] = 1.5
    share, n = _share_in_the_first(
        state, rates_of(state, **{**NO_PULLS, "own_attractiveness": 0.0, **values})
    )
    expected = 1 / (1 + math.exp(-log_odds))
    assert n == 4000
    assert abs(share - expected) < 3.5 * math.sqrt(expected * (1 - expected) / n)


def test_by_hand_who_knows_little_is_taken_less():
    """Partners know twice as much and consent with chance exp(-attractiveness)."""
    state = _in_three_places()
    state.knowledge[100:] = 2
    _, n = _share_in_the_first(state, rates_of(state, **NO_PULLS, own_attractiveness=1.0))
    expected = math.exp(-1)
    assert abs(n / 4000 - expected) < 3.5 * math.sqrt(expected * (1 - expected) / 4000)


def test_no_pipeline_without_means_or_partners():
    state = _in_three_places()
    state.cash[:] = 0
    assert _share_in_the_first(state, rates_of(state, pipeline_cost=0.1), runs=1)[1] == 0
    state.world.places.nation[:] = 0
    rates = rates_of(state, pipeline_cost=0.0, regional_share=0.0, national_share=0.0)
    assert _share_in_the_first(state, rates, runs=1)[1] == 0


def test_no_dose_keeps_the_ties_there_are():
    state = some_state(3)
    before = state.partner[state.member].copy()
    rates = rates_of(state, pipelines=0.0, **MANY)
    drop_pipelines(state, rates, LUCK)
    find_pipelines(state, rates, LUCK)
    alive = state.alive[before] | (before < 0)
    np.testing.assert_array_equal(state.partner[state.member][alive], before[alive])


def test_x1_by_hand_what_is_left_of_distance():
    state = some_state(0)
    half = rates_of(state, distance_elasticity=1.0, tacit_share=0.5, ict=0.5)
    assert distance_elasticity(half) == pytest.approx(0.75)


def _large_and_small():
    """Two industries in place 0: of large organisations (8, 2) and of small ones (1, 1)."""
    state = some_state(0, organisations=(4, 1), industries=2, nations=2)
    state.alive[:5], state.member = True, np.arange(5, dtype=np.int32)
    state.start = np.array([0, 4, 5])
    state.industry[:5], state.size[:5] = (0, 0, 1, 1, 1), (8, 2, 1, 1, 3)
    return state


def _mean_reach(state, rates, runs=400):
    reach, near = [], []
    for run in range(runs):
        state.meetings[:] = (8, 0, 0, 2)
        for rule in (reach_out_by_resources, reach_out_by_activity):
            rule(state, rates, Luck(np.uint64(run)))
        reach.append(state.meetings[:5, 3].astype(float))
        near.append(state.meetings[:5, 0].astype(float))
    return np.mean(reach, axis=0), np.mean(near, axis=0)


def test_x13_size_as_a_resource_costs_no_time_and_works_within_an_industry():
    # mean size 3: the largest meets 2 (8/3)^.5 = 3.27, of 8 local meetings none is lost
    reach, near = _mean_reach(
        _large_and_small(), rates_of(_large_and_small(), size_lowers_cost=0.5)
    )
    np.testing.assert_allclose(reach[:2], 2 * np.sqrt([8 / 3, 2 / 3]), atol=0.1)
    assert (near == 8).all()


def test_x13_activity_takes_time_and_does_not_differ_within_an_industry():
    # industry of mean size 5 against 3: 2 (5/3)^.5 = 2.58; a distant meeting costs 4 local ones
    state = _large_and_small()
    reach, near = _mean_reach(state, rates_of(state, activity_needs_distance=0.5))
    np.testing.assert_allclose(reach[:2], 2 * np.sqrt([5 / 3, 5 / 3]), atol=0.1)
    np.testing.assert_allclose(near[:2], 8 - 4 * (reach[:2] - 2), atol=1e-9)


def test_x13_each_of_two_reasons_counts_once():
    state = _large_and_small()
    both = rates_of(state, size_lowers_cost=0.5, activity_needs_distance=0.5)
    reach, _ = _mean_reach(state, both)
    expected = 2 * np.sqrt([8 / 3, 2 / 3]) * np.sqrt(5 / 3)
    np.testing.assert_allclose(reach[:2], expected, atol=0.15)


@pytest.mark.parametrize("seed", range(4))
def test_market_knowledge_agrees_with_brute_force(seed):
    state = some_state(seed)
    slow = markets(state, rate=0.2, by_exporting=0.3, forgetting=0.05)
    rates = rates_of(state, market_learning=0.2, learning_by_exporting=0.3, forgetting=0.05)
    know_markets(state, rates, LUCK)
    np.testing.assert_allclose(state.market, slow, rtol=1e-5, atol=1e-6)


def test_by_hand_one_contact_teaches_a_tenth_of_what_is_left():
    state = some_state(0, organisations=(1, 1), industries=1, nations=2)
    state.alive[:2], state.member = True, np.arange(2, dtype=np.int32)
    state.start, state.partner[:] = np.array([0, 1, 2]), -1
    state.world.places.diaspora[:], state.market[:] = 0, 0.5
    state.contact_start, state.contact = np.array([0, 1, 1, 1]), np.array([1], np.int32)
    know_markets(state, rates_of(state, learning_by_exporting=0.0, forgetting=0.0), LUCK)
    assert state.market[0, 0] == pytest.approx(0.55)
    assert state.market[1, 0] == 0.5


def test_turnover_does_not_depend_on_rows():
    """The same organisations in other rows lose the same ties."""
    state, other = some_state(1), some_state(1)
    rates = rates_of(state, pipeline_turnover=0.3)
    n = state.alive.size
    row = np.random.default_rng(0).permutation(n)  # new row k holds what was in row[k]
    back = np.argsort(row).astype(np.int32)
    for name in ("alive", "birth", "cell", "tie_scale", "tie_layer"):
        setattr(other, name, getattr(state, name)[row])
    other.partner = np.where(state.partner[row] >= 0, back[state.partner[row]], -1).astype(
        np.int32
    )
    other.member = np.flatnonzero(other.alive).astype(np.int32)
    drop_pipelines(state, rates, LUCK)
    drop_pipelines(other, rates, LUCK)
    np.testing.assert_array_equal(other.partner >= 0, state.partner[row] >= 0)
