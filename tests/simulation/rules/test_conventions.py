"""Conventions (K7): against the slow way, by hand, and what the theory says of them."""

import numpy as np
import pytest
from tests.oracles.conventions import drawn_together
from tests.oracles.states import LUCK, rates_of, some_state

from buzzline.simulation.luck import STREAMS
from buzzline.simulation.rules.conventions import be_there

ALL = {
    "convention_rate": 0.3, "convention_noise": 0.05, "convention_half_life": 3.0,
    "convention_of_industry": 0.3, "convention_of_network": 0.2,
}  # fmt: skip


@pytest.mark.parametrize("seed", range(4))
def test_agrees_with_brute_force(seed):
    state = some_state(seed)
    slow = drawn_together(
        state, LUCK.key, STREAMS["conventions"], rate=0.3, spread=0.05, half_life=3.0,
        of_industry=0.3, of_network=0.2,
    )  # fmt: skip
    be_there(state, rates_of(state, **ALL), LUCK)
    np.testing.assert_allclose(state.conventions, slow, rtol=2e-6, atol=1e-6)


def _two_who_meet(n=1, owner=-1):
    """Two organisations of one place, conventions 0 and 1; the first meets the second n times."""
    state = some_state(0, organisations=(2, 1), industries=1, nations=2)
    state.alive[:3] = True
    state.conventions[:3] = np.array([0, 1, 5], np.float32)[:, None]
    state.owner[:] = -1
    state.owner[0], state.born[:], state.step = owner, 0, 0
    state.contact = np.full(n, 1, np.int32)
    state.contact_start[:] = n
    state.contact_start[0] = 0
    state.member = np.arange(3, dtype=np.int32)
    state.start = np.array([0, 2, 3])
    return state


def test_by_hand_each_meeting_takes_a_tenth_of_the_difference():
    state = _two_who_meet(n=2)
    be_there(state, rates_of(state, convention_noise=0.0), LUCK)
    assert state.conventions[0, 0] == pytest.approx(1 - 0.9**2)
    assert state.conventions[1, 0] == 1  # met nobody


def test_by_hand_home_holds_back_by_half_after_the_half_life():
    # owner in place 1, where convention is 5: after 8 years half of the pull is from there
    state = _two_who_meet(owner=1)
    state.step = 32
    be_there(state, rates_of(state, convention_noise=0.0), LUCK)
    assert state.conventions[0, 0] == pytest.approx(0.1 * (0.5 * 5 + 0.5 * 1))


def test_collapses_to_nothing_without_meetings_or_noise():
    state = some_state(1)
    before = state.conventions.tobytes()
    state.contact[:] = -1
    be_there(state, rates_of(state, convention_noise=0.0), LUCK)
    assert state.conventions.tobytes() == before


def _alike(state, code):
    """Share of the variance of conventions that lies between the groups of a code."""
    rows = state.member
    values = state.conventions[rows].astype(float)
    groups = [values[code[rows] == k] for k in np.unique(code[rows])]
    within = sum(((g - g.mean(axis=0)) ** 2).sum() for g in groups)
    return 1 - within / ((values - values.mean(axis=0)) ** 2).sum()


@pytest.mark.parametrize(
    ("values", "by_place"),
    [({}, True), ({"convention_of_industry": 1.0}, False)],
)
def test_x12_decides_whether_conventions_are_of_the_place_or_of_the_industry(values, by_place):
    """Gertler: of the place. Wolfe: of the industry. Variance shares tell who is right."""
    state = some_state(3, organisations=(12, 12, 12), industries=3, nations=3)
    state.owner[:] = -1
    rng = np.random.default_rng(1)
    rates = rates_of(state, convention_rate=0.2, **values)
    for step in range(60):
        state.step = step
        here = [
            rng.choice(state.member[state.place[state.member] == state.place[i]], 2)
            for i in state.member
        ]
        count = np.where(state.alive, 2, 0)
        state.contact_start = np.concatenate([[0], np.cumsum(count)])
        state.contact = np.empty(count.sum(), np.int32)
        for i, met in zip(state.member, here, strict=True):
            state.contact[state.contact_start[i] : state.contact_start[i + 1]] = met
        be_there(state, rates, LUCK)
    place, industry = _alike(state, state.place), _alike(state, state.industry)
    assert (place > industry) == by_place
    assert max(place, industry) > 0.5
