"""Investment in other places, and what hosts have of it: affiliates and their suppliers."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes
from buzzline.kernels.investing import (
    AFFILIATE_SIZE,
    choose_places,
    close_affiliates,
    clusters_of,
    found_affiliates,
    leaders,
)
from buzzline.kernels.supplying import (
    count_supplying,
    match_suppliers,
    open_demand,
)
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import STEPS_A_YEAR, Rates
from buzzline.simulation.rules.arriving import leave, room_for, settle
from buzzline.simulation.rules.reaching import distance_elasticity
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def invest(state: State, rates: Rates, luck: Luck) -> None:
    """Large organisations invest elsewhere: near, in similar clusters, or away from rivals."""
    where = places_of_investment(state, rates, luck)
    if not (where >= 0).any():
        return
    places = state.world.places
    parents = state.member[where[state.member] >= 0]
    parents = parents[np.argsort(state.birth[parents])]
    rows = room_for(state, parents.size)
    found_affiliates(
        luck.key, STREAMS["foreign_investment"], state.step, rows, parents, where,
        places.region, places.nation, state.birth, state.place, state.industry, state.cell,
        state.parent, state.owner, state.partner, state.tie_trust, state.tie_age,
        state.tie_scale, state.tie_layer, state.tie_copresent, rates.of("trust_ceiling"),
    )  # fmt: skip
    _like_their_parents(state, rates, rows, parents)
    settle(state, rows, rates)


def places_of_investment(state: State, rates: Rates, luck: Luck) -> Codes:
    """Return the place each organisation invests in this step, -1 for none; (n,) int32."""
    n_industries = len(state.world.industries)
    chance = rates.of("foreign_investment") * rates.per_step("investment_rate")
    where: Codes = choose_places(
        luck.key, STREAMS["foreign_investment"], state.step, state.start, state.member,
        state.birth, state.cell, state.industry, n_industries, state.size,
        leaders(state.member, state.industry, n_industries, state.knowledge),
        clusters_of(state.start, state.member, state.industry, n_industries),
        state.world.places.distance_km, chance.clip(0, 1), distance_elasticity(rates),
        rates.of("cluster_pull"), rates.of("leader_avoidance"),
        rates.by_place("inward_promotion"),
    )  # fmt: skip
    return where


def _like_their_parents(state: State, rates: Rates, rows: Codes, parents: Codes) -> None:
    """Affiliates begin with the ways, the vision and most of the knowledge of their parents."""
    inherited = rates.of("inherited_share")[state.cell[parents], None]
    state.knowledge[rows] = state.knowledge[parents] * inherited
    for name in ("market", "conventions", "vision", "absorption", "standing", "openness"):
        values = getattr(state, name)
        values[rows] = values[parents]
    state.size[rows] = state.size[parents] * AFFILIATE_SIZE
    state.keeps_pipelines[rows] = state.keeps_pipelines[parents]


def close(state: State, rates: Rates, luck: Luck) -> None:
    """Owners elsewhere close affiliates whatever these earn; ties to them end."""
    gone = np.zeros(state.alive.size, np.bool_)
    if close_affiliates(
        luck.key, STREAMS["foreign_investment"], state.step, state.member, state.birth,
        state.cell, state.place, state.owner, rates.per_step("affiliate_exit"), gone,
    ):  # fmt: skip
        leave(state, gone)


def find_suppliers(state: State, rates: Rates, luck: Luck) -> None:
    """Affiliates buy in their place and around, more as they are embedded."""
    demand = open_demand(
        state.member, state.place, state.cell, state.owner, state.alive, state.partner,
        state.tie_layer, state.size, rates.of("embedding") * rates.of("embedded_share"),
        rates.of("time_budget"),
    )  # fmt: skip
    if demand.any():
        places = state.world.places
        match_suppliers(
            luck.key, STREAMS["rural_suppliers"], state.step, state.start, state.member,
            state.birth, state.cell, state.place, state.industry, state.owner, state.alive,
            state.world.related, places.distance_km, places.region, places.nation, demand,
            rates.by_place("embedding").clip(0, 1),
            rates.by_place("rural_suppliers").clip(0, 1), rates.by_place("supplier_distance"),
            rates.by_place("supplier_relatedness"), state.partner, state.tie_trust,
            state.tie_age, state.tie_scale, state.tie_layer, state.tie_copresent,
            state.by_place["commons"], rates.of("trust_at_distance"),
        )  # fmt: skip
    count_supplying(
        state.member, state.cell, state.partner, state.tie_layer, state.alive, state.place,
        state.owner, rates.of("supplier_jobs"), rates.of("supplier_ramp") * STEPS_A_YEAR,
        state.embedded, state.size,
    )  # fmt: skip


INVESTING_RULES = (
    Rule("K13", "affiliates are closed from elsewhere", "investment", "affiliate_exit", close,
         "Bathelt 2019 (0.17a)"),
    Rule("K13", "organisations invest in other places", "investment", "foreign_investment",
         invest, "Li and Bathelt 2014 (3.9-3.10); X-GCN"),
    Rule("K14", "affiliates find suppliers, K23 also around", "investment", "embedding",
         find_suppliers, "Bathelt 2019 (0.17c, 0.28); Lorenzen 2001 (4.73)"),
)  # fmt: skip
