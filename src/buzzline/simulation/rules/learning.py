"""Knowledge exchanged, and knowledge created."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.learning import learn, lengths
from buzzline.kernels.searching import search
from buzzline.kernels.watching import normal_returns, watch
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.labour import newcomers_heard
from buzzline.simulation.rules.meeting import is_affiliate
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State

BEYOND_ALL_BOUNDS = 1e24  # so that what follows from knowledge is still a number


def learn_from_contacts(state: State, rates: Rates, luck: Luck) -> None:
    """Learn as far as one trusts and understands: technically, and in conventions.

    alpha a tau U(d) [(1 - phi) + phi Omega] (v_j - v_i)+ (Gertler 4.16; Maskell 4.11).
    """
    old, places = state.knowledge.copy(), state.world.places
    born_in = np.where(state.owner >= 0, state.owner, state.place)
    learn(
        state.member, state.place, state.cell, places.nation[born_in], is_affiliate(state),
        state.keeps_pipelines, state.is_university, state.absorption, state.size,
        state.openness, state.conventions, state.vision, state.partner, state.tie_trust,
        state.tie_scale, state.tie_layer, state.contact_start, state.contact,
        state.contact_slot, _ways_of_learning(state, rates), _lengths(state), old,
        state.knowledge,
    )  # fmt: skip


def _lengths(state: State) -> Floats:
    length = np.zeros(state.place.size)
    lengths(state.member, state.knowledge, length)
    return length


def trust_of_place(state: State, rates: Rates) -> Floats:
    """Return by cell the trust lent to whom one meets in one's place by chance.

    What the place's cohesion has become, and what a policy adds to it.
    """
    place = np.repeat(np.arange(state.world.places.n), rates.n_groups)
    added = rates.of("trust_commons") - state.by_place["commons_start"][place]
    trust: Floats = np.clip(state.by_place["commons"][place] + added, 0, 1)
    return trust


def _ways_of_learning(state: State, rates: Rates) -> Floats:
    """Return the columns that the kernel of learning reads, by cell."""
    tight_here, tight = tightness(rates)
    ones = np.ones(tight.size)
    columns = (
        rates.of("interactive_learning") * rates.of("learning_rate"), tight_here, tight,
        rates.of("tacit_share"), 1 / rates.of("convention_reach") ** 2,
        *rates.table("weight_skill", "weight_origin", "weight_style", "weight_size").T,
        rates.of("vision_variety") * rates.of("adaptation"),
        rates.of("weight_community"), rates.of("weight_supply"), ones, ones,
        rates.of("university_weight"), trust_of_place(state, rates), rates.of("weakest_link"),
        newcomers_heard(rates),
        *rates.table("ict_tacit", "sharing", "reciprocation", "embedding", "embedded_share").T,
    )  # fmt: skip
    return np.ascontiguousarray(np.stack(columns, axis=1))


def tightness(rates: Rates) -> tuple[Floats, Floats]:
    """Return 1 / mu^2 by cell, within a place and beyond; 0 where distance does not bind."""
    binds = rates.of("cognitive_distance") / rates.of("cognitive_reach") ** 2
    return binds / (1 + rates.of("local_cognitive_bonus")) ** 2, binds


def watch_others(state: State, rates: Rates, luck: Luck) -> None:
    """Notice those near without effort, and copy who does better than normal (Maskell 4.52)."""
    normal = np.empty(max(len(state.world.industries), 1))
    normal_returns(state.member, state.industry, state.profit, normal)
    table = rates.table(
        "n_observed", "monitoring_rate", "cognitive_distance", "cognitive_distance",
        "adaptation", "remote_monitoring", "systemic_locality",
    )  # fmt: skip
    table[:, 1] *= rates.of("monitoring")
    table[:, 2], table[:, 3] = tightness(rates)
    table[:, 4] *= rates.of("vision_variety")
    watch(
        luck.key, luck.stream("monitoring"), state.step, state.member, state.start,
        state.place, state.industry, state.cell, state.birth, state.absorption, state.vision,
        state.profit, normal, state.value, table, _lengths(state), state.knowledge.copy(),
        state.knowledge,
    )  # fmt: skip


def search_by_oneself(state: State, rates: Rates, luck: Luck) -> None:
    """Recombine what one knows, in the direction one looks (Belussi 4.27; Loasby 4.80)."""
    table = rates.table("innovation_chance", "recombination", "innovation_gain")
    table[:, 0] *= rates.of("innovation") * state.by_place["search"]
    search(
        luck.key, luck.stream("search"), state.step, state.member, state.cell, state.birth,
        state.vision, state.value, table, state.knowledge,
    )  # fmt: skip
    if not state.knowledge.sum(dtype=np.float64) < BEYOND_ALL_BOUNDS:
        raise InvalidArgument(
            f"simulation: knowledge grew beyond all bounds by step {state.step}. "
            "Lower `innovation_gain` or `innovation_chance`, or raise `forgetting`."
        )


LEARNING_RULES = (
    Rule("K3", "watching others", "watching", "monitoring", watch_others, "Maskell, item 4.52"),
    Rule(
        "K2", "learning from contacts", "learning", "interactive_learning", learn_from_contacts,
        "Gertler, item 4.16",
    ),
    Rule("K4", "own search", "search", "innovation", search_by_oneself, "Belussi, item 4.27"),
)  # fmt: skip
