"""States of a small world with something of everything: ties, owners, meetings, newcomers."""

import numpy as np

from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.members import sort_members
from buzzline.simulation.rates import rates_at
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings

LUCK = luck_of(7, 0)


def some_state(seed, organisations=(6, 9, 4, 0, 7), industries=3, nations=3):
    """A state drawn by a generator, the same for the same seed."""
    rng = np.random.default_rng(seed)
    settings = Settings({"gatekeepers": 0.7})
    world = world_of_settings(
        len(organisations),
        organisations,
        industries,
        nations=nations,
        settings=settings,
        rng=seed,
    )
    state = begin(world, LUCK, settings)
    n, r = state.alive.size, world.places.n
    state.step = int(rng.integers(1, 30))
    state.alive[: world.n] &= rng.random(world.n) > 0.1
    sort_members(state)
    state.born[:] = rng.integers(0, state.step, n)
    state.owner[:] = np.where(rng.random(n) < 0.25, rng.integers(0, r, n), -1)
    shape = state.partner.shape
    state.partner[:] = np.where(rng.random(shape) < 0.4, rng.integers(0, world.n, shape), -1)
    state.partner[state.partner == np.arange(n)[:, None]] = -1
    state.tie_scale[:] = rng.integers(0, 4, shape)
    state.tie_layer[:] = rng.integers(0, 4, shape)
    state.tie_age[:] = 5
    state.knowledge[:] = rng.random(state.knowledge.shape) * (1 + state.place[:, None])
    state.market[:] = rng.random(state.market.shape) * 0.5
    state.conventions[:] = rng.normal(0, 0.3, state.conventions.shape)
    state.cash[:] = rng.random(n)
    state.embedded[:] = np.where(rng.random(n) < 0.5, rng.integers(0, 30, n), 0)
    state.size[:] = rng.lognormal(2, 1, n)
    state.keeps_pipelines[:] = rng.random(n) < 0.7
    state.meetings[:] = rng.integers(0, 4, state.meetings.shape)
    _met(state, rng)
    return state


def _met(state, rng):
    """Contacts: as many as meetings, of living members, here and there nobody."""
    number = np.where(state.alive, state.meetings.sum(axis=1), 0)
    state.contact_start = np.concatenate([[0], np.cumsum(number)]).astype(np.int64)
    who = rng.choice(state.member, int(number.sum())).astype(np.int32)
    who[rng.random(who.size) < 0.1] = -1
    state.contact = who
    state.contact_slot = np.full(who.size, -1, np.int8)


def rates_of(state, **values):
    """Rates of a state's world, with some values."""
    return rates_at(state.step, Settings(values), (), state.world.places.n)
