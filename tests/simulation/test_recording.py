"""What is written down of a world is what its organisations add up to."""

import numpy as np
import pytest
from tests.oracles.recording import gini_slowly, place_sums_slowly

from buzzline.kernels.recording import N_SUMS, place_sums
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.members import sort_members
from buzzline.simulation.recording import (
    NAMES,
    OF_WORLD,
    QUANTITIES,
    against_others,
    record,
    record_world,
    theil_between,
)
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.stepping import advance


@pytest.fixture(scope="module")
def state():
    settings = MINIMAL.with_values(gatekeepers=0.4)
    world = world_of_settings(4, [7, 1, 0, 5], settings=settings, rng=2)
    state = begin(world, luck_of(2, 0), settings)
    for _ in range(3):
        advance(state, settings, (), luck_of(2, 0))
    rng = np.random.default_rng(1)
    state.owner[:] = rng.integers(-1, 4, state.owner.size)
    state.alive[3] = False
    state.market[:] = rng.random(state.market.shape)
    state.tie_scale[:] = rng.integers(0, 4, state.tie_scale.shape)
    sort_members(state)
    return state


def column(state, name):
    return record(state)[:, NAMES.index(name)]


def test_brute_force_sums_over_organisations(state):
    sums = np.zeros((4, N_SUMS))
    place_sums(
        state.start, state.member, state.knowledge, state.keeps_pipelines, state.size,
        state.output, state.profit, state.market, state.place, state.owner, state.partner,
        state.tie_trust, state.tie_scale, sums,
    )  # fmt: skip
    np.testing.assert_allclose(sums, place_sums_slowly(state), rtol=1e-6, atol=1e-6)


def test_brute_force_gini_of_each_place_and_of_all(state):
    for place in (0, 3):
        rows = state.alive & (state.place == place)
        expected = gini_slowly(state.output[rows].astype(float).tolist())
        assert column(state, "gini")[place] == pytest.approx(expected)
    everybody = gini_slowly(state.output[state.alive].astype(float).tolist())
    assert record_world(state, record(state))[NAMES.index("gini")] == pytest.approx(everybody)


def test_special_case_a_place_without_organisations_has_no_means(state):
    assert column(state, "n_organisations").tolist() == [6, 1, 0, 5]
    assert np.isnan(column(state, "knowledge")[2])
    assert column(state, "output")[2] == 0
    assert np.isnan(column(state, "gini")[1])


def test_by_hand_the_world_is_sums_and_means_over_organisations(state):
    recorded = record(state)
    world = dict(zip(NAMES, record_world(state, recorded), strict=False))
    assert world["n_organisations"] == 12
    assert world["output"] == pytest.approx(state.output[state.alive].sum())
    assert world["knowledge"] == pytest.approx(state.knowledge[state.alive].mean())


def test_by_hand_what_is_of_people_jobs_and_ties_is_weighted_by_them(state):
    state.by_place["income"] = np.array([1.0, 2.0, 4.0, 3.0])
    state.by_place["people"] = np.array([10.0, 10.0, 20.0, 60.0])  # place 2 is empty
    state.owner[:2] = 3
    world = dict(zip(NAMES, record_world(state, record(state)), strict=False))
    assert world["income"] == pytest.approx((10 + 20 + 80 + 180) / 100)
    alive = state.alive
    owned = alive & (state.owner >= 0) & (state.owner != state.place)
    assert world["foreign_share"] == pytest.approx(
        state.size[owned].sum() / state.size[alive].sum()
    )
    without = alive & ~state.keeps_pipelines
    assert world["knowledge_without_pipelines"] == pytest.approx(
        state.knowledge[without].mean()
    )
    tied = (state.partner >= 0) & alive[:, None]
    for name, of in (
        ("trust_local", state.tie_scale == 0),
        ("trust_global", state.tie_scale > 0),
    ):
        if (tied & of).any():
            assert world[name] == pytest.approx(state.tie_trust[tied & of].mean())


def test_invariant_theil_adds_up(state):
    between, within, _ = record_world(state, record(state))[len(NAMES) :]
    output = state.output[state.alive].astype(float)
    share = output / output.sum()
    assert between >= 0
    assert within >= 0
    assert between + within == pytest.approx((share * np.log(share * output.size)).sum())


def test_by_hand_against_others_and_theil():
    assert against_others(np.array([3.0, np.nan, 1.0, 2.0]))[0] == 2.0
    assert np.isnan(against_others(np.array([3.0]))).all()
    # two groups of one, one has all but an eps: ln 2
    assert theil_between(np.array([1.0, 1e-12]), np.ones(2)) == pytest.approx(np.log(2))


def test_invariant_every_quantity_has_a_name_of_its_own():
    names = [one.name for one in (*QUANTITIES, *OF_WORLD)]
    assert len(set(names)) == len(names)
    assert all(one.meaning.endswith(".") and one.unit for one in (*QUANTITIES, *OF_WORLD))
