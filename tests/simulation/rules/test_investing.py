"""Investment elsewhere (K13), suppliers of affiliates (K14) and around (K23)."""

import math

import numpy as np
import pytest
from tests.oracles.investing import clusters, invested, suppliers, wanted_suppliers
from tests.oracles.states import LUCK, rates_of, some_state

from buzzline.kernels.investing import clusters_of
from buzzline.kernels.supplying import open_demand, spread_demand
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.members import sort_members
from buzzline.simulation.rules.investing import (
    close,
    find_suppliers,
    invest,
    places_of_investment,
)

ALWAYS = {"investment_rate": 1.0}
NEUTRAL = {**ALWAYS, "distance_elasticity": 0.0, "cluster_pull": 0.0, "leader_avoidance": 0.0}


@pytest.mark.parametrize("seed", range(4))
def test_places_of_investment_agree_with_brute_force(seed):
    state = some_state(seed, organisations=(24, 13, 30, 0, 20), industries=2)
    values = {"distance_elasticity": 0.4, "cluster_pull": 1.2, "leader_avoidance": 0.8}
    slow = invested(
        state, LUCK.key, STREAMS["foreign_investment"], chance=1 - 0.4**0.25, elasticity=0.4,
        pull=1.2, avoidance=0.8, promotion=np.full(5, 0.3),
    )  # fmt: skip
    rates = rates_of(state, investment_rate=0.6, inward_promotion=0.3, **values)
    np.testing.assert_array_equal(places_of_investment(state, rates, LUCK), slow)
    assert (slow >= 0).any()


@pytest.mark.parametrize("industries", [1, 3])
def test_clusters_agree_with_brute_force(industries):
    state = some_state(2, organisations=(60, 13, 30, 0, 11), industries=industries)
    state.industry[state.place == 2] = 0
    found = clusters_of(state.start, state.member, state.industry, industries)
    np.testing.assert_array_equal(found, clusters(state))
    assert found.any()


def test_by_hand_an_affiliate_is_like_its_parent_and_tied_to_it():
    state = some_state(4)
    before = set(np.flatnonzero(state.alive))
    state.partner[:, :2] = -1
    where = places_of_investment(state, rates_of(state, **ALWAYS), LUCK)
    invest(state, rates_of(state, **ALWAYS, inherited_share=0.8), LUCK)
    new = [j for j in np.flatnonzero(state.alive) if j not in before]
    assert 0 < len(new) <= (where >= 0).sum()
    assert state.entries.sum() == len(new)
    for j in new:
        (i,) = np.flatnonzero(state.birth == state.parent[j])
        assert state.place[j] == where[i] != state.place[i]
        assert state.industry[j] == state.industry[i]
        np.testing.assert_allclose(state.knowledge[j], state.knowledge[i] * 0.8, rtol=1e-6)
        np.testing.assert_array_equal(state.conventions[j], state.conventions[i])
        assert state.partner[j, 0] == i
        assert j in state.partner[i]
        assert state.tie_layer[j, 0] == 3
        assert j in state.member[state.start[where[i]] : state.start[where[i] + 1]]
    assert len(set(state.birth[state.alive])) == state.alive.sum()


def test_zero_dose_changes_no_byte():
    state = some_state(4)
    before = state.partner.tobytes(), state.alive.tobytes(), state.knowledge.tobytes()
    invest(state, rates_of(state, foreign_investment=0.0), LUCK)
    close(state, rates_of(state, affiliate_exit=0.0), LUCK)
    assert before == (state.partner.tobytes(), state.alive.tobytes(), state.knowledge.tobytes())


def _rivals():
    """Places: 0 a cluster of industry 0; 1 and 2 as large, of which 1 has a cluster of it too.

    Place 3 has no cluster of industry 0. All are as far.
    """
    state = some_state(6, organisations=(40, 40, 40, 40), industries=2, nations=4)
    state.alive[:160] = True
    state.place[:160] = np.repeat(np.arange(4), 40)
    state.industry[:160] = np.concatenate(
        [np.repeat((0, 1), (30, 10)), np.repeat((0, 1), (30, 10)), np.repeat((1, 0), (35, 5)),
         np.repeat((1, 0), (35, 5))]
    )  # fmt: skip
    state.member = np.arange(160, dtype=np.int32)
    state.start = np.arange(0, 161, 40)
    state.size[:], state.knowledge[:] = 1, 1
    return state


def _into_cluster(state, rows, values, runs=60):
    """Odds of place 1, with a cluster of industry 0, against place 3, without, of some rows."""
    rates = rates_of(state, **{**NEUTRAL, **values})
    found = [
        places_of_investment(state, rates, Luck(np.uint64(run)))[rows] for run in range(runs)
    ]
    found = np.concatenate(found)
    return (found == 1).sum() / (found == 3).sum(), (found >= 0).sum()


OF_CLUSTER = np.arange(30)  # in place 0, industry 0
OF_NONE = np.arange(115, 120)  # in place 2, industry 0


def test_xgcn_side_a_recovers_ln_five_for_those_who_come_of_a_cluster():
    state = _rivals()
    odds, n = _into_cluster(state, OF_CLUSTER, {"cluster_pull": math.log(5)})
    assert abs(math.log(odds) - math.log(5)) < 3.5 * math.sqrt(2 * 3 / n)
    odds, n = _into_cluster(state, OF_NONE, {"cluster_pull": math.log(5)}, runs=200)
    assert abs(math.log(odds)) < 3.5 * math.sqrt(2 * 3 / n)


def test_xgcn_side_b_leaders_avoid_clusters_others_do_not():
    state = _rivals()
    state.knowledge[:2] = 3
    leaders, n = _into_cluster(state, np.arange(2), {"leader_avoidance": 1.5}, runs=400)
    assert abs(math.log(leaders) + 1.5) < 3.5 * math.sqrt(2 * 4 / n)
    others, n = _into_cluster(state, np.arange(2, 30), {"leader_avoidance": 1.5})
    assert abs(math.log(others)) < 3.5 * math.sqrt(2 * 3 / n)


def test_promotion_of_one_place_draws_investment_there():
    state = _rivals()
    rates = rates_of(state, **NEUTRAL)
    without = places_of_investment(state, rates, LUCK)
    rates.cells[:] = rates_of(state, **NEUTRAL).cells
    rates.of("inward_promotion")[3] = 2.0
    drawn = places_of_investment(state, rates, LUCK)
    assert (drawn == 3).sum() > (without == 3).sum()
    assert (drawn >= 0).sum() == (without >= 0).sum()  # where to, not whether


def test_by_hand_only_the_large_invest():
    state = _rivals()
    state.size[:5] = 100
    where = places_of_investment(state, rates_of(state, **NEUTRAL), LUCK)
    assert set(np.flatnonzero(where >= 0)[np.flatnonzero(where >= 0) < 30]) == set(range(5))


def test_all_affiliates_can_be_closed_at_once_and_nobody_else():
    state = some_state(3)
    state.place[:] = np.where(state.alive, state.place, 0)
    owned = state.alive & (state.owner >= 0) & (state.owner != state.place)
    others = state.alive & ~owned
    close(state, rates_of(state, affiliate_exit=1.0), LUCK)
    np.testing.assert_array_equal(state.alive, others)
    assert state.exits.sum() == owned.sum() > 0
    for name in ("size", "knowledge", "output", "profit"):  # they are no ghosts
        assert not getattr(state, name)[owned].any()
    left = state.partner[state.alive]
    assert not owned[left[left >= 0]].any()


def test_nobody_is_turned_away_for_want_of_rows():
    state = some_state(4)
    state.alive[:] = True
    sort_members(state)
    n, where = state.alive.size, places_of_investment(state, rates_of(state, **ALWAYS), LUCK)
    invest(state, rates_of(state, **ALWAYS), LUCK)
    assert state.member.size == n + (where >= 0).sum() > n


@pytest.mark.parametrize("seed", range(4))
def test_suppliers_agree_with_brute_force(seed):
    state = some_state(seed)
    state.world.places.distance_km[:] /= 20
    demand = wanted_suppliers(state, 0.9, 40.0)
    fast = open_demand(
        state.member, state.place, state.cell, state.owner, state.alive, state.partner,
        state.tie_layer, state.size, np.full(5, 0.9), np.full(5, 40.0),
    )  # fmt: skip
    np.testing.assert_allclose(fast, demand, rtol=1e-6)
    slow = suppliers(
        state,
        LUCK.key,
        STREAMS["rural_suppliers"],
        demand,
        here=0.9,
        around=0.6,
        km=60,
        weight=0.5,
    )
    before = state.partner.copy()
    rates = rates_of(
        state, embedding=0.9, embedded_share=1.0, time_budget=40.0, rural_suppliers=0.6,
        supplier_distance=60.0, supplier_relatedness=0.5,
    )  # fmt: skip
    find_suppliers(state, rates, LUCK)
    new = {
        int(i): (int(state.partner[i, t]), int(state.tie_scale[i, t]))
        for i, t in np.argwhere(state.partner != before)
    }
    assert new == slow
    assert len(new) > 0


def test_by_hand_demand_is_shared_by_those_near_and_falls_with_distance():
    # place 0 wants 1; 3 organisations there, 2 at 50 km (weight exp(-1) = .368), reach 50 km
    start, km = np.array([0, 3, 5]), np.array([[0, 50], [50, 0]], np.float32)
    one, reach = np.ones(2), np.full(2, 50.0)
    each = spread_demand(start, np.array([1.0, 0.0]), km, one, one, reach)[:, 0]
    np.testing.assert_allclose(each, np.array([1, math.exp(-1)]) / (3 + 2 * math.exp(-1)))
    assert each @ (3, 2) == pytest.approx(1)
    near = spread_demand(start, np.array([1.0, 0.0]), km, one, 0 * one, reach)[:, 0]
    np.testing.assert_allclose(near, (1 / 3, 0))  # without K23: only those of the place


def test_by_hand_experience_and_jobs_go_up_and_down_by_the_ramp():
    state = some_state(0, organisations=(2, 1), industries=1, nations=2)
    state.alive[:3], state.member = True, np.arange(3, dtype=np.int32)
    state.start, state.owner[:] = np.array([0, 2, 3]), -1
    state.owner[1], state.partner[:], state.size[:], state.embedded[:] = 1, -1, 10, 0
    state.partner[0, 0], state.tie_layer[0, 0] = 1, 1
    rates = rates_of(state, supplier_relatedness=0.0)
    for _ in range(20):
        find_suppliers(state, rates, LUCK)
    assert state.embedded[0] == 20
    assert state.size[0] == pytest.approx(12.6, rel=1e-5)  # 26 % more after 16 steps, not more
    state.alive[1], state.partner[0, 0] = False, -1
    state.member = np.array([0, 2], np.int32)
    state.start = np.array([0, 1, 2])
    for _ in range(30):
        find_suppliers(state, rates, LUCK)
    assert state.embedded[0] == 0
    assert state.size[0] == pytest.approx(10, rel=1e-5)


def test_relatedness_decides_who_supplies():
    state = _rivals()
    state.owner[0], state.partner[:], state.embedded[:] = 3, -1, 0
    rates = rates_of(
        state,
        supplier_relatedness=3.0,
        rural_suppliers=0.0,
        embedded_share=1.0,
        time_budget=100.0,
    )
    count = np.zeros(2)
    for run in range(40):
        state.partner[:] = -1
        find_suppliers(state, rates, Luck(np.uint64(run)))
        chosen = np.flatnonzero((state.partner == 0).any(axis=1))
        assert (state.place[chosen] == 0).all()
        count += np.bincount(state.industry[chosen], minlength=2) / (29, 10)
    ratio = math.exp(-3 * (1 - state.world.related[1, 0]))
    assert abs(count[1] / count[0] - ratio) < 0.4 * ratio
