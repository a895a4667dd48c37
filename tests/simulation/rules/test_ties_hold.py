"""After years of the full model, ties still lead from living to living, by the scale they say."""

import numpy as np
import pytest

from buzzline.kernels.pipelines import scale_between
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.stepping import advance

STEPS = 40
LIVELY = Settings(
    {"investment_rate": 0.2, "affiliate_exit": 0.2, "entry_rate": 0.1, "spin_rate": 0.1,
     "exit_rate": 0.5, "mobility_rate": 0.3, "regional_share": 0.2, "national_share": 0.2}
)  # fmt: skip
WORLD = world_of_settings(6, [14, 9, 20, 3, 0, 11], 2, nations=2, rng=3)


def after(changes=(), steps=STEPS, settings=LIVELY, run=0):
    luck = luck_of(11, run)
    state = begin(WORLD, luck, settings)
    for _ in range(steps):
        advance(state, settings, changes, luck)
    return state


@pytest.fixture(scope="module")
def lively():
    return after()


def test_ties_lead_to_others_that_are_alive(lively):
    rows, slots = np.nonzero((lively.partner >= 0) & lively.alive[:, None])
    partners = lively.partner[rows, slots]
    assert rows.size > 50
    assert lively.alive[partners].all()
    assert (partners != rows).all()


def test_scales_of_ties_are_those_between_the_places(lively):
    places = WORLD.places
    rows, slots = np.nonzero((lively.partner >= 0) & lively.alive[:, None])
    found = [
        scale_between(
            lively.place[i], lively.place[lively.partner[i, t]], places.region, places.nation
        )
        for i, t in zip(rows, slots, strict=True)
    ]
    np.testing.assert_array_equal(lively.tie_scale[rows, slots], found)


def test_births_are_unique_and_shares_are_shares(lively):
    alive = lively.alive
    assert len(set(lively.birth[alive].tolist())) == alive.sum()
    for values in (lively.market[alive], lively.tie_trust[alive]):
        assert (values >= 0).all()
        assert (values <= 1).all()
    assert (lively.embedded[alive] >= 0).all()
    assert np.isfinite(lively.conventions[alive]).all()
    owned = alive & (lively.owner >= 0)
    assert owned.any()
    assert (lively.owner[owned] < WORLD.places.n).all()
    assert (lively.owner[owned] != lively.place[owned]).all()


@pytest.mark.parametrize(
    "name", ["hotspot_pull", "begun_in_copresence", "inward_promotion", "embedded_share"]
)
def test_a_change_by_nothing_changes_no_byte(lively, name):
    again = after((Change(name, by=0.0, start=2, target=Target(places=(0, 2), reach=0.5)),))
    for part in ("knowledge", "market", "conventions", "partner", "cash", "size", "birth"):
        assert getattr(again, part).tobytes() == getattr(lively, part).tobytes()


@pytest.mark.parametrize(
    "dose", ["foreign_investment", "being_there", "market_knowledge", "embedding"]
)
def test_without_its_dose_a_mechanism_leaves_no_trace(dose):
    state = after(settings=LIVELY.with_values(**{dose: 0.0}), steps=20)
    alive = state.alive
    if dose == "foreign_investment":
        assert (state.owner[alive] < 0).all()
    if dose == "market_knowledge":
        assert (state.market == 0).all()
    if dose == "embedding":
        assert (state.embedded == 0).all()
    if dose == "being_there":
        there = alive & (state.origin >= 0)
        start = begin(WORLD, luck_of(11, 0), LIVELY)
        np.testing.assert_array_equal(
            state.conventions[there], start.conventions[state.origin[there]]
        )
