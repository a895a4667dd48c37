"""Gatherings (K8): fairs and missions, where ties begin face to face."""

import numpy as np
import pytest
from tests.oracles.gatherings import faded, gathered
from tests.oracles.states import LUCK, rates_of, some_state

from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import STREAMS
from buzzline.simulation.rules.gathering import contacts_fade, go_to_gatherings
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.stepping import advance

STREAM = STREAMS["gatherings"]
P = {
    "time": 1.0, "cost": 0.1, "met": 6.0, "exhibit": 0.5, "copied": 0.02, "reach": 0.6,
    "taught": 0.1, "ties": 0.3, "trust": 0.6,
}  # fmt: skip
VALUES = {"gathering_ties": 0.3, "exhibit": 0.5}
CHANGED = ("knowledge", "market", "partner", "tie_trust", "tie_scale", "tie_copresent",
           "meetings", "cash")  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("chance", [0.3, 1.0])
def test_gatherings_agree_with_brute_force(seed, chance):
    state = some_state(seed)
    slow = gathered(state, LUCK.key, STREAM, chance, P)
    before = state.partner.copy()
    go_to_gatherings(state, rates_of(state, gatherings=chance, **VALUES), LUCK)
    for name in CHANGED:
        np.testing.assert_allclose(getattr(state, name), slow[name], rtol=1e-5, err_msg=name)
    assert (state.partner != before).any()
    new = state.partner != before
    assert (state.tie_age[new] == 0).all()
    assert (state.place[state.partner[new]] != state.place[np.nonzero(new)[0]]).all()


@pytest.mark.parametrize("seed", range(3))
def test_fading_agrees_with_brute_force(seed):
    state = some_state(seed)
    state.tie_age[:] = np.random.default_rng(seed).integers(0, 7, state.tie_age.shape)
    state.tie_copresent[:], state.tie_layer[:] = state.tie_age % 2 == 0, state.tie_layer // 2
    slow, before = faded(state, LUCK.key, STREAM, 0.8 * 0.5), state.partner.copy()
    contacts_fade(state, rates_of(state, gathering_fade=0.8, follow_up=0.5), LUCK)
    np.testing.assert_array_equal(state.partner, slow)
    assert (slow != before).any()
    contacts_fade(state, rates_of(state, gathering_fade=0.8, follow_up=1.0), LUCK)
    np.testing.assert_array_equal(state.partner, slow)  # all is followed up: none ends


def test_who_goes_alone_meets_nobody():
    state = some_state(1, organisations=(9,), nations=1)
    before = state.partner.copy()
    go_to_gatherings(state, rates_of(state, gatherings=1.0, gathering_ties=1.0), LUCK)
    np.testing.assert_array_equal(state.partner, before)


def _after(settings, changes=(), steps=6):
    state = begin(world_of_settings(3, 8, 2, rng=1), LUCK, settings)
    for _ in range(steps):
        advance(state, settings, changes, LUCK)
    return state


def _same(one, other):
    return all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in (*CHANGED, "profit", "output", "size", "conventions", "tie_age")
    )


def test_without_gatherings_nothing_about_them_changes_a_byte():
    plain = _after(Settings())
    assert _same(plain, _after(Settings({"gathering_meetings": 50, "exhibit": 5})))
    assert _same(plain, _after(Settings(), (Change("gatherings", by=0),)))
    assert not _same(plain, _after(Settings({"gatherings": 0.5})))


def test_who_goes_at_a_low_chance_goes_at_a_higher_one():
    few, many = some_state(2), some_state(2)
    cash = few.cash.copy()
    go_to_gatherings(few, rates_of(few, gatherings=0.3), LUCK)
    go_to_gatherings(many, rates_of(many, gatherings=0.6), LUCK)
    gone = [np.flatnonzero(one.cash < cash) for one in (few, many)]
    assert 0 < gone[0].size < gone[1].size
    assert set(gone[0]) <= set(gone[1])


def test_only_those_sent_go():
    state = _after(Settings(), (Change("gatherings", to=1, target=Target((0,))),))
    assert not _same(state, _after(Settings()))
    # those of one place meet nobody when nobody else comes: no tie has begun face to face
    begun = state.tie_copresent & (state.partner >= 0) & (state.tie_scale > 0)
    plain = _after(Settings({"gathering_cost": 0}))
    assert begun.sum() == pytest.approx(
        (plain.tie_copresent & (plain.partner >= 0) & (plain.tie_scale > 0)).sum(), abs=3
    )
