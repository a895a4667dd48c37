"""Reaching out: time for partners far away, pipelines, and what is known of distant markets."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats
from buzzline.kernels.market_knowledge import learn_markets
from buzzline.kernels.pipelines import build_pipelines, drop_ties
from buzzline.kernels.reaching_out import reach_by_size
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State

NEARLY = 1e-9  # rounding makes no further tie


def reach_out_by_resources(state: State, rates: Rates, luck: Luck) -> None:
    """The large meet more partners far away, as their resources allow (Lorenzen 4.50)."""
    _reach_out(state, rates, luck, rates.of("size_lowers_cost"), np.zeros(rates.cells.shape[1]))


def reach_out_by_activity(state: State, rates: Rates, luck: Luck) -> None:
    """Some industries meet more partners far away, as their work needs it (4.50; X13)."""
    by_activity = rates.of("activity_needs_distance")
    _reach_out(state, rates, luck, np.zeros(by_activity.size), by_activity)


def _reach_out(
    state: State, rates: Rates, luck: Luck, by_size: Floats, by_activity: Floats
) -> None:
    reach_by_size(
        luck.key, STREAMS["pipelines"], state.step, state.member, state.birth, state.cell,
        state.industry, len(state.world.industries), state.size, state.meetings,
        by_size, by_activity, rates.of("cost_local"), rates.of("cost_global"),
    )  # fmt: skip


def drop_pipelines(state: State, rates: Rates, luck: Luck) -> None:
    """Ties to other places end by luck, and all ties to whoever is no more."""
    drop_ties(
        luck.key, STREAMS["pipelines"], state.step, state.member, state.birth, state.cell,
        state.alive, state.partner, state.tie_scale, state.tie_layer,
        (rates.of("pipelines") * rates.of("pipeline_turnover")).clip(0, 1),
    )  # fmt: skip


def find_pipelines(state: State, rates: Rates, luck: Luck) -> None:
    """Partners elsewhere are sought out: by what is known there, distance, people, language."""
    places = state.world.places
    build_pipelines(
        luck.key, STREAMS["pipelines"], state.step, state.start, state.member, state.birth,
        state.cell, state.keeps_pipelines, state.knowledge, state.industry, state.cash,
        state.partner, state.tie_trust, state.tie_age, state.tie_scale, state.tie_layer,
        state.tie_copresent, pipelines_wanted(rates), pull_of_partners(rates),
        len(state.world.industries), places.distance_km, places.diaspora, places.language,
        places.region, places.nation, rates.of("own_attractiveness"),
        rates.of("pipeline_cost"), rates.of("begun_in_copresence"),
        rates.of("trust_at_distance"), rates.of("trust_after_copresence"),
    )  # fmt: skip


def pipelines_wanted(rates: Rates) -> Floats:
    """Return how many ties the time kept for a scale carries, met once a step; (4, cells)."""
    time = rates.of("time_budget")
    global_cost = rates.of("cost_global") * (1 - rates.of("ict") / 2)
    wanted = np.zeros((4, time.size))
    wanted[1] = time * rates.of("regional_share") / rates.of("cost_regional")
    wanted[2] = time * rates.of("national_share") / rates.of("cost_national")
    wanted[3] = time * rates.of("global_share") / global_cost
    wanted *= rates.of("pipelines") > 0
    return np.ceil(wanted - NEARLY)


def pull_of_partners(rates: Rates) -> Floats:
    """Return what weighs in the choice of a partner's place; (5, cells) log odds."""
    return np.stack((
        rates.of("hotspot_pull"), -distance_elasticity(rates), rates.of("diaspora_pull"),
        rates.of("language_pull"), rates.of("similarity_pull"),
    ))  # fmt: skip


def distance_elasticity(rates: Rates) -> Floats:
    """Return what is left of the decay of distance by information technology (X1); by cell.

    It takes the share that can be codified, and of the tacit share what `ict_tacit` says.
    """
    tacit = rates.of("tacit_share")
    carried = rates.of("ict") * (1 - tacit + tacit * rates.of("ict_tacit"))
    return rates.of("distance_elasticity") * (1 - carried)


def know_markets(state: State, rates: Rates, luck: Luck) -> None:
    """Distant markets are known by partners and affiliates there, people from there, sales."""
    places = state.world.places
    learn_markets(
        state.start, state.member, state.cell, state.place, state.partner, state.tie_layer,
        state.contact_start, state.contact, places.nation, places.diaspora,
        state.market, rates.of("market_knowledge") * rates.of("market_learning"),
        rates.of("learning_by_exporting"), rates.of("forgetting"),
    )  # fmt: skip


REACHING_RULES = (
    Rule("K8", "the large reach further: size as a resource", "time",
         "size_lowers_cost", reach_out_by_resources, "Lorenzen 2001 (4.50); X13"),
    Rule("K8", "the large reach further: what they do needs it", "time",
         "activity_needs_distance", reach_out_by_activity, "Lorenzen 2001 (4.50); X13"),
    Rule("K9", "distant markets become known", "learning", "market_knowledge", know_markets,
         "Bathelt 2019 (0.16d, 0.29d)"),
    Rule("K8", "ties to other places end", "investment", "pipelines", drop_pipelines,
         "Bathelt, Malmberg and Maskell 2004 (0.21)"),
    Rule("K8", "pipelines are built", "investment", "pipelines", find_pipelines,
         "Bathelt, Malmberg and Maskell 2004 (0.21-0.22); X1, X9"),
)  # fmt: skip
