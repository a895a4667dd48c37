"""The core rules: by hand, against plain twins, without dose, whoever is in which row."""

from __future__ import annotations

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import behaviour

from buzzline.errors import InvalidArgument
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import luck_of
from buzzline.simulation.members import sort_members
from buzzline.simulation.parameters import PARAMETERS
from buzzline.simulation.rates import rates_at
from buzzline.simulation.rules import RULES
from buzzline.simulation.rules.demand import change_demand, change_rules, lose_knowledge
from buzzline.simulation.rules.learning import (
    learn_from_contacts,
    search_by_oneself,
    watch_others,
)
from buzzline.simulation.rules.meeting import meet_others, spend_the_time
from buzzline.simulation.rules.sharing import imitate_the_open, lose_to_rivals
from buzzline.simulation.rules.trusting import build_trust
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance

CORE = ("K1", "K2", "K3", "K4", "K5", "K6", "K10", "K22")
LUCK = luck_of(3, 0)


def a_world(seed: int = 0):
    """Five places of 2 nations, 3 industries, a university, an affiliate, ties of all scales."""
    world = world_of_settings(5, [7, 6, 5, 2, 1], 3, nations=2, rng=seed)
    draw = np.random.default_rng(seed)
    m = 40
    source = draw.integers(0, world.n, m)
    target = (source + draw.integers(1, world.n, m)) % world.n
    one, other = world.place[source], world.place[target]
    nation = world.places.nation
    scale = np.where(one == other, 0, np.where(nation[one] == nation[other], 2, 3))
    ties = {
        "source": source.astype(np.int32), "target": target.astype(np.int32),
        "scale": scale.astype(np.uint8), "layer": draw.integers(0, 4, m).astype(np.uint8),
        "trust": draw.random(m).astype(np.float32), "copresent": draw.random(m) < 0.5,
    }  # fmt: skip
    university = np.zeros(world.n, np.bool_)
    university[2] = True
    owner = world.owner.copy()
    owner[3] = 4
    return replace(world, ties=ties, is_university=university, owner=owner)


def a_state(values: dict[str, float], seed: int = 0) -> tuple[State, object]:
    """Return a state in which all have met, and its rates."""
    chosen = Settings(values)
    state = begin(a_world(seed), LUCK, chosen)
    rates = rates_at(0, chosen, (), 5)
    state.profit[:] = np.random.default_rng(seed).random(state.profit.size)
    spend_the_time(state, rates, LUCK)
    meet_others(state, rates, LUCK)
    return state, rates


VALUES = st.fixed_dictionaries({
    "time_budget": st.floats(0, 9), "global_share": st.floats(0, 1),
    "national_share": st.floats(0, 0.4), "mixed_contacts": st.floats(0, 0.5),
    "cost_global": st.floats(0.5, 5), "ict": st.floats(0, 1), "infrastructure": st.floats(0, 1),
    "gatekeepers": st.floats(0, 1), "embedded_share": st.floats(0, 1),
    "embedding": st.floats(0.1, 1), "learning_rate": st.floats(0, 1),
    "university_weight": st.floats(0, 2), "tacit_share": st.floats(0, 1),
    "ict_tacit": st.floats(0, 1), "cognitive_distance": st.floats(0, 1),
    "trust_commons": st.floats(0, 1), "n_observed": st.floats(0, 8),
    "innovation_chance": st.floats(0, 1), "vision_variety": st.floats(0, 1),
    "trust_gain": st.floats(0, 1), "defection": st.floats(0, 0.5),
    "weight_supply": st.floats(0, 2), "time_compression": st.floats(0.1, 1),
})  # fmt: skip
SEVERAL = settings(max_examples=12, deadline=None)


@SEVERAL
@given(VALUES, st.integers(0, 3))
def test_meetings_agree_with_brute_force(values, seed):
    state, rates = a_state(values, seed)
    assert np.array_equal(state.meetings, behaviour.meetings(state, rates, LUCK))
    met = behaviour.contacts(state, rates, LUCK)
    for i in range(state.place.size):
        at = slice(state.contact_start[i], state.contact_start[i + 1])
        here = zip(state.contact[at].tolist(), state.contact_slot[at].tolist(), strict=True)
        assert list(here) == met[i]


@SEVERAL
@given(VALUES, st.integers(0, 3))
def test_learning_agrees_with_brute_force(values, seed):
    state, rates = a_state(values, seed)
    expected = behaviour.learned(state, rates, values["trust_commons"])
    learn_from_contacts(state, rates, LUCK)
    assert np.allclose(state.knowledge, expected, rtol=1e-5, atol=1e-6)


@SEVERAL
@given(VALUES, st.integers(0, 3))
def test_watching_and_search_agree_with_brute_force(values, seed):
    state, rates = a_state(values, seed)
    expected = behaviour.watched(state, rates, LUCK)
    watch_others(state, rates, LUCK)
    assert np.allclose(state.knowledge, expected, rtol=1e-5, atol=1e-6)
    expected = behaviour.searched(state, rates, LUCK)
    search_by_oneself(state, rates, LUCK)
    assert np.allclose(state.knowledge, expected, rtol=1e-5, atol=1e-6)


@SEVERAL
@given(VALUES, st.integers(0, 3))
def test_trust_agrees_with_brute_force(values, seed):
    state, rates = a_state(values, seed)
    expected = behaviour.trusted(state, rates, LUCK)
    build_trust(state, rates, LUCK)
    tied = state.partner >= 0
    assert np.allclose(state.tie_trust[tied], expected[tied], rtol=1e-5, atol=1e-6)
    assert (state.tie_age[tied] == 1).all()


def test_a_new_tie_in_the_slot_of_one_that_was_met_has_not_been_met():
    state, rates = a_state({"trust_gain": 0.5, "trust_decay": 0.0, "defection": 0.0})
    met = np.flatnonzero((state.contact_slot >= 0) & (state.contact >= 0))[0]
    i = np.searchsorted(state.contact_start, met, side="right") - 1
    slot = state.contact_slot[met]
    state.partner[i, slot] = (state.contact[met] + 1) % 21
    state.tie_trust[i, slot] = 0.1
    build_trust(state, rates, LUCK)
    assert state.tie_trust[i, slot] == np.float32(0.1)


def test_demand_agrees_with_brute_force():
    state, rates = a_state({"market_turbulence": 0.4})
    expected = behaviour.revalued(state, LUCK, 0.4)
    change_demand(state, rates, LUCK)
    assert np.allclose(state.value, expected, rtol=1e-5)
    assert state.value.mean() == pytest.approx(1, abs=1e-6)


def test_knowledge_is_forgotten_by_hand():
    state, rates = a_state({"forgetting": 0.25})
    before = state.knowledge.copy()
    lose_knowledge(state, rates, LUCK)
    assert np.allclose(state.knowledge, before * 0.75)


def test_visions_turn_to_what_is_worth_something_by_hand():
    state, rates = a_state({"rule_change": 1.0})
    state.value[:] = np.eye(10, dtype=np.float32)[4] * 10
    change_rules(state, rates, LUCK)
    assert np.allclose(state.vision[state.member], np.eye(10)[4])


def test_the_open_lose_to_rivals_near_by_hand():
    world = world_of_settings(2, [3, 2], 1, rng=1)
    state = begin(world, LUCK, Settings({"sharing": 1.0, "leakage": 0.4, "openness": 0.5}))
    state.profit[:] = 1
    rates = rates_at(0, Settings({"sharing": 1.0, "leakage": 0.4}), (), 2)
    lose_to_rivals(state, rates, LUCK)
    # Two of four rivals are near, then one of four: 0.4 x 0.5 x 1/2, 0.4 x 0.5 x 1/4.
    assert np.allclose(state.profit[state.member], [0.9, 0.9, 0.9, 0.95, 0.95])


def test_openness_that_pays_is_imitated_by_hand():
    world = world_of_settings(1, 2, 1, rng=1)
    chosen = Settings({"sharing": 1.0, "imitation_of_openness": 1.0})
    state = begin(world, LUCK, chosen)
    state.openness[:2] = 0.2, 0.9
    state.profit[:2] = 1, 2
    imitate_the_open(state, rates_at(0, chosen, (), 1), LUCK)
    assert state.openness[0] == pytest.approx(0.9, abs=0.05)
    assert state.openness[1] == np.float32(0.9)


# ── time is kept ──────────────────────────────────────────────────────────────────────────


@SEVERAL
@given(VALUES)
def test_a_scale_takes_its_share_of_time_and_at_most_one_meeting_more(values):
    state, _rates = a_state(values)
    infrastructure = 1 - values["infrastructure"] / 2
    cost = np.array([
        infrastructure, 1.5 * infrastructure, 2.0,
        values["cost_global"] * (1 - values["ict"] / 2),
    ])  # fmt: skip
    assert (state.meetings * cost < values["time_budget"] + cost).all()


def mean_meetings(world, values, runs):
    """Return meetings of an organisation by scale, the mean over runs; (n, 4)."""
    chosen, found = Settings(values), np.zeros((world.n, 4))
    rates = rates_at(0, chosen, (), world.places.n)
    state = begin(world, LUCK, chosen)
    for run in range(runs):
        spend_the_time(state, rates, luck_of(9, run))
        found += state.meetings[: world.n] / runs
    return found


@pytest.mark.parametrize("cost", [3.9, 4.0, 4.1, 8.0])
@pytest.mark.parametrize("share", [0.2, 1.0])
def test_dear_meetings_take_place_as_seldom_as_their_time_allows(cost, share):
    """No cliff where one meeting costs more than a step has: time is spent over the years."""
    values = dict.fromkeys(("national_share", "regional_share", "embedding", "ict"), 0.0)
    values |= {"time_budget": 4.0, "cost_global": cost, "global_share": share}
    world = a_world()
    far = (world.ties["scale"] == 3).nonzero()[0]
    tied = np.unique(world.ties["source"][far])
    found = mean_meetings(world, {**values, "monitoring": 0.0, "gatekeepers": 1.0}, 400)[tied]
    n = 400 * tied.size
    assert found[:, 3].mean() == pytest.approx(4 * share / cost, abs=3.5 * 0.5 / n**0.5)
    assert (found @ [1, 0, 0, cost]).mean() == pytest.approx(4, abs=3.5 * cost / n**0.5)


@pytest.mark.parametrize(("nations", "scale"), [(1, 2), (2, 3)])
def test_embedding_frees_time_for_the_place_whatever_the_scale_of_the_owner(nations, scale):
    world = world_of_settings(2, 10, 1, nations=nations, rng=1)
    owner = world.owner.copy()
    owner[:5] = 1
    ties = {
        "source": np.arange(5, dtype=np.int32), "target": np.arange(10, 15, dtype=np.int32),
        "scale": np.full(5, scale, np.uint8), "layer": np.full(5, 3, np.uint8),
        "trust": np.full(5, 0.6, np.float32), "copresent": np.zeros(5, np.bool_),
    }  # fmt: skip
    assert (world.places.region[0] == world.places.region[1]) == (scale == 1)
    world = replace(world, owner=owner, ties=ties)
    local = []
    for embedded in (0.0, 0.5, 1.0):
        values = {"embedded_share": embedded, "global_share": 0.0, "pipelines": 0.0}
        local.append(mean_meetings(world, values, 40)[:5, 0].mean())
    assert local[0] + 1 < local[1] < local[2] - 1


def test_nobody_meets_without_time_or_company():
    state, _ = a_state({"time_budget": 0.0})
    assert state.contact.size == 0
    alone = world_of_settings(1, 1, 1, rng=1)
    state = begin(alone, LUCK, Settings())
    for _ in range(5):
        advance(state, Settings(), (), LUCK)
    assert np.isfinite(state.knowledge).all()


# ── without dose, and for nobody ──────────────────────────────────────────────────────────

DOSES = {rule.dose for rule in RULES if rule.code in CORE and rule.dose}


def bytes_of(state: State) -> dict[str, bytes]:
    kept = {
        name: getattr(state, name)
        for name in State.__slots__
        if isinstance(getattr(state, name), np.ndarray) and name != "cell"
    }
    kept |= {f"by_place.{name}": values for name, values in state.by_place.items()}
    return {name: values.tobytes() for name, values in kept.items()}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.code in CORE and rule.dose])
def test_without_its_dose_a_rule_changes_no_byte(rule):
    values = {"sharing": 1.0, "forgetting": 0.1, rule.dose: 0.0}
    state, rates = a_state(values)
    if rule.dose == "sharing":
        values["reciprocation"] = 2.0
    before = bytes_of(state)
    ages = state.tie_age.copy()
    rule.act(state, rates, LUCK)
    state.tie_age[:] = ages  # ties grow older whatever trust does
    after = bytes_of(state)
    assert [name for name in before if before[name] != after[name]] == []


def test_a_change_by_nothing_changes_no_byte():
    world = a_world()
    plain = begin(world, LUCK, Settings())
    changed = copy.deepcopy(plain)
    nothing = tuple(
        Change(name, by=0.0, start=1, target=Target((0, 1), reach=0.5))
        for name in ("global_share", "trust_commons", "learning_rate", "entry_rate")
    )
    for _ in range(4):
        advance(plain, Settings(), (), LUCK)
        advance(changed, Settings(), nothing, LUCK)
    assert bytes_of(plain) == bytes_of(changed)


def test_whom_a_change_reaches_is_nested():
    world = world_of_settings(2, 200, 1, rng=1)
    reached = []
    for reach in (0.2, 0.4):
        state = begin(world, LUCK, Settings())
        change = Change("global_share", to=0.7, target=Target((0,), reach=reach))
        advance(state, Settings(), (change,), LUCK)
        reached.append(state.cell[:200] % 2 == 1)
    assert (reached[0] <= reached[1]).all()
    assert 0.1 < reached[0].mean() < 0.3 < reached[1].mean() < 0.5


def reached_by(changes, target):
    """Return whom a target reaches in the first step, of the organisations of a_world."""
    world = world_of_settings(2, 200, 1, rng=1)
    state = begin(world, LUCK, Settings())
    advance(state, Settings(), changes, LUCK)
    targets = tuple(dict.fromkeys(one.target for one in changes))
    return (state.cell % 2 ** len(targets)) >> targets.index(target) & 1 == 1


def test_whom_a_target_reaches_hangs_on_no_other_target():
    third, half = Target(reach=0.3), Target(reach=0.5)
    few, many = (Change("openness", by=0.1, target=target) for target in (third, half))
    alone = reached_by((many,), half)
    assert np.array_equal(reached_by((few, many), half), alone)
    assert np.array_equal(reached_by((many, few), half), alone)
    assert (reached_by((few, many), third) <= alone).all()


def test_a_change_by_nothing_beside_another_changes_no_byte():
    world, found = a_world(), []
    some = Change("inward_promotion", to=0.5, target=Target(reach=0.5))
    nothing = Change("global_share", by=0.0, target=Target(reach=0.3))
    for changes in ((some,), (nothing, some)):
        state = begin(world, LUCK, Settings())
        for _ in range(4):
            advance(state, Settings(), changes, LUCK)
        found.append(bytes_of(state))
    assert found[0] == found[1]


LEAVING = [(rule, name) for rule in RULES for name in rule.leaves]


@pytest.mark.parametrize(("rule", "name"), LEAVING)
def test_what_a_rule_says_of_places_goes_with_its_dose(rule, name):
    others = {"identity_weight": 0.3} if rule.dose != "identity_weight" else {}
    chosen = Settings({**others, "entry_rate": 0.3})
    on = Change(rule.dose, to=0.4, stop=5)
    off = Change(rule.dose, to=0.0, start=5)
    state = begin(world_of_settings(3, 40, 2, rng=1), LUCK, chosen)
    for _ in range(5):
        advance(state, chosen, (on, off), LUCK)
    assert name in state.by_place
    advance(state, chosen, (on, off), LUCK)
    if rule.leaves[name] is None:
        assert name not in state.by_place
    else:
        assert (state.by_place[name] == rule.leaves[name]).all()


def test_people_who_lose_people_are_those_who_search_less():
    """A partial change of what reads by cell acts on whom it reaches, and on nobody else."""
    chosen, target = Settings({"innovation_chance": 0.5}), Target(reach=0.5)
    world, found = world_of_settings(2, 60, 1, rng=1), []
    for lost in (0.0, 1.0):
        state = begin(world, LUCK, chosen)
        advance(state, chosen, (Change("training_loss", to=lost, target=target),), LUCK)
        found.append((state.by_place["search"], state.cell % 2 == 1))
    assert found[0][0].tolist() == [1, 1, 1, 1]
    assert (found[1][0] == [1, found[1][0][1], 1, found[1][0][3]]).all()
    assert (found[1][0][[1, 3]] < 1).all()


# ── whoever is in which row ───────────────────────────────────────────────────────────────


def test_rules_of_one_organisation_do_not_depend_on_the_rows_of_others():
    """Own search and trust in two orders of rows; birth ids go with the organisations."""
    state, rates = a_state({"innovation_chance": 0.5, "defection": 0.2})
    order = np.random.default_rng(1).permutation(21)
    other = copy.deepcopy(state)
    rows = np.arange(state.place.size)
    rows[:21] = order
    for name in State.__slots__:
        values = getattr(state, name)
        if isinstance(values, np.ndarray) and values.shape[:1] == rows.shape:
            setattr(other, name, values[rows].copy())
    other.member = np.arange(21, dtype=np.int32)
    search_by_oneself(state, rates, LUCK)
    search_by_oneself(other, rates, LUCK)
    assert np.array_equal(state.knowledge[order], other.knowledge[:21])


def test_a_whole_step_does_not_depend_on_rows():
    """The same organisations in other rows live the same lives, entry and moves among them."""
    chosen = Settings({"entry_rate": 0.2, "spin_rate": 0.2, "investment_rate": 0.2})
    state = begin(world_of_settings(3, 12, 2, rng=1), LUCK, chosen)
    go_on(state, chosen, 3)
    other = copy.deepcopy(state)
    rows = np.random.default_rng(1).permutation(state.alive.size)
    for name in State.__slots__:
        values = getattr(state, name)
        if isinstance(values, np.ndarray) and values.shape[:1] == rows.shape:
            setattr(other, name, values[rows].copy())
    now = np.argsort(rows).astype(np.int32)
    other.partner = np.where(other.partner >= 0, now[other.partner], -1)
    other.member = np.zeros(0, np.int32)
    sort_members(other)
    found = []
    for one in (state, other):
        go_on(one, chosen, 4)
        found.append((one.birth[one.member], one.knowledge[one.member], one.size[one.member]))
    assert np.array_equal(found[0][0], found[1][0])
    assert np.allclose(found[0][1], found[1][1], rtol=1e-3)
    assert np.allclose(found[0][2], found[1][2], rtol=1e-3)


# ── the collapses of the theory ───────────────────────────────────────────────────────────


def test_without_variety_of_visions_all_search_everywhere_alike():
    state = begin(a_world(), LUCK, Settings({"vision_variety": 0.0}))
    assert np.allclose(state.vision[state.member], 0.1)


def test_with_great_concentration_all_of_a_place_look_in_one_direction():
    chosen = Settings({"vision_variety": 1.0, "vision_concentration": 1e6})
    state = begin(a_world(), LUCK, chosen)
    here = state.vision[state.member][state.place[state.member] == 0]
    assert np.ptp(here, axis=0).max() < 0.01
    assert np.allclose(here.sum(axis=1), 1, atol=1e-5)


def test_trust_of_meeting_ties_goes_to_the_ceiling():
    chosen = MINIMAL.with_values(pipelines=0.0, global_share=1.0)
    world = world_of_settings(3, 4, 1, rng=1)
    state = begin(world, LUCK, chosen)
    for _ in range(150):
        advance(state, chosen, (), LUCK)
    tied = state.partner >= 0
    assert tied.any()
    assert np.allclose(state.tie_trust[tied], 0.8, atol=0.01)


def test_a_share_of_a_place_keeps_pipelines_exactly():
    world = world_of_settings(6, 24, 1, rng=1)
    state = begin(world, LUCK, Settings({"gatekeepers": 3 / 24}))
    kept = np.bincount(state.place[state.keeps_pipelines], minlength=6)
    assert kept.tolist() == [3] * 6


def test_the_second_key_binds_what_is_tacit():
    """With far conventions and all knowledge tacit, nothing is learned (Gertler 4.16)."""
    state, rates = a_state({"tacit_share": 1.0})
    state.conventions[:] = 100 * np.arange(state.place.size)[:, None]
    before = state.knowledge.copy()
    learn_from_contacts(state, rates, LUCK)
    assert np.array_equal(before, state.knowledge)


def test_no_rule_writes_into_the_rates_that_steps_share():
    world, chosen = a_world(), Settings({"sharing": 1.0, "new_clusters": 1.0})
    state = begin(world, LUCK, chosen)
    before = rates_at(0, chosen, (), 5).cells.copy()
    for _ in range(3):
        advance(state, chosen, (), LUCK)
    assert np.array_equal(rates_at(0, chosen, (), 5).cells, before)


def test_nobody_learns_from_who_is_no_more():
    state, _ = a_state({})
    state.alive[5] = False
    sort_members(state)
    meet_others(state, rates_at(0, Settings(), (), 5), LUCK)
    assert not (state.contact == 5).any()


def test_the_same_luck_gives_the_same_bytes_again():
    world = a_world()
    found = []
    for _ in range(2):
        state = begin(world, LUCK, Settings())
        for _ in range(6):
            advance(state, Settings(), (), LUCK)
        found.append(bytes_of(state))
    assert found[0] == found[1]


def test_growth_beyond_all_bounds_is_said():
    wild = Settings({"innovation_gain": 100.0, "innovation_chance": 1.0, "forgetting": 0.0})
    state = begin(world_of_settings(2, 3, 1, rng=1), LUCK, wild)
    with pytest.raises(InvalidArgument, match=r"grew beyond all bounds .* `innovation_gain`"):
        go_on(state, wild, 400)


def go_on(state: State, chosen: Settings, steps: int) -> None:
    for _ in range(steps):
        advance(state, chosen, (), LUCK)


PARAMETERS_AND_BOUNDS = [(one.name, end) for one in PARAMETERS for end in (one.low, one.high)]


@pytest.mark.filterwarnings("error::RuntimeWarning")
def test_every_parameter_may_be_at_its_bounds():
    world, unbounded = world_of_settings(3, 6, 2, rng=1), []
    for name, value in PARAMETERS_AND_BOUNDS:
        chosen = Settings({name: value})
        state = begin(world, LUCK, chosen)
        go_on(state, chosen, 2)
        if not np.isfinite(state.knowledge).all() or not np.isfinite(state.profit).all():
            unbounded.append((name, value))
    assert unbounded == []


def test_a_world_in_which_nobody_is_left_goes_on_empty():
    state = begin(a_world(), LUCK, Settings())
    state.alive[:] = False
    advance(state, Settings(), (), LUCK)
    assert state.step == 1
    assert state.member.size == 0
