"""Gatherings: fairs and missions as clusters for a few days."""

from __future__ import annotations

import numpy as np

from buzzline.kernels.gatherings import fade, gather, who_goes
from buzzline.kernels.learning import lengths
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.learning import tightness
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def go_to_gatherings(state: State, rates: Rates, luck: Luck) -> None:
    """Those of many places meet: ties begin face to face, markets are seen, ideas picked up.

    K8; tau(0) = tauC0, u += alpha_u (1 - u), v += alpha_mon U(d) (v_j - v)+ of the best
    category; Maskell, Bathelt and Malmberg (2006); Bathelt (0.30).
    """
    going = np.empty(state.member.size, np.int32)
    who = (luck.key, luck.stream("gatherings"), state.step)
    n_going = who_goes(
        *who, state.member, state.birth, state.cell, rates.of("gatherings"), going
    )
    places = state.world.places
    n_here = np.bincount(state.place[going[:n_going]], minlength=places.n)
    length = np.zeros(state.place.size)
    lengths(state.member, state.knowledge, length)
    gather(
        *who, going, n_going, np.concatenate([[0], np.cumsum(n_here)]), state.birth,
        state.cell, state.place, places.region, places.nation, _table(rates),
        state.value, state.absorption, length, state.knowledge.copy(), state.knowledge,
        state.market, state.partner, state.tie_trust, state.tie_age, state.tie_scale,
        state.tie_layer, state.tie_copresent, state.meetings, state.cash,
    )  # fmt: skip


def _table(rates: Rates) -> np.ndarray:
    """Return the columns that the kernel of gatherings reads, by cell."""
    table = rates.table(
        "gatherings", "gathering_meetings", "exhibit", "gathering_ties",
        "trust_after_copresence", "gathering_time", "gathering_cost", "monitoring_rate",
        "cognitive_distance", "market_learning",
    )  # fmt: skip
    table[:, 8] = tightness(rates)[1]
    table[:, 9] = np.minimum(1, table[:, 9] * rates.of("market_knowledge"))
    return table


def contacts_fade(state: State, rates: Rates, luck: Luck) -> None:
    """What began at a gathering ends within a year unless it is followed up.

    K8; Bathelt (0.30): before, during and after.
    """
    fade(
        luck.key, luck.stream("gatherings"), state.step, state.member, state.birth, state.cell,
        rates.of("gathering_fade") * (1 - rates.of("follow_up")), state.partner, state.tie_age,
        state.tie_scale, state.tie_layer, state.tie_copresent,
    )  # fmt: skip


GATHERING_RULES = (
    Rule("K8", "gatherings", "time", "gatherings", go_to_gatherings,
         "Maskell, Bathelt and Malmberg (2006)"),
    Rule("K8", "contacts of gatherings fade", "investment", "gathering_fade", contacts_fade,
         "Bathelt (0.30)"),
)  # fmt: skip
