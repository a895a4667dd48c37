"""What organisations sell and earn (K20), and who fails (K12)."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats
from buzzline.kernels.earning import (
    margins,
    normal_profits,
    performances,
    put_by,
    sums_by_cell,
    worths,
)
from buzzline.kernels.leaving import failures
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import STEPS_A_YEAR, Rates
from buzzline.simulation.rules.arriving import leave
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State

MOST_CASH = 4.0  # steps of usual sales; owners take what is beyond


def sell(state: State, rates: Rates, luck: Luck) -> None:
    """What is known is worth what the market says, beside other external economies.

    K20; P = (m v / k)^w usual^(1 - w) jobs^(2 e (1 - w)) fit (1 + g_u u) (1 + sup_g ramp);
    Calafati against the Scandinavians (conversations 4.20, 4.23; X4), barriers in practice
    (4.132; X43).
    """
    r, s = state.world.places.n, max(len(state.world.industries), 1)
    worth, usual, jobs = worths(
        state.alive, state.knowledge, state.value, state.place, state.industry, state.size, r, s
    )
    made = performances(
        luck.key, STREAMS["income"], state.step, state.alive, state.birth, worth, usual,
        state.place, state.industry, state.cell, state.market, state.embedded, state.cash,
        advantages(state, rates, jobs), _of_performance(rates),
    )  # fmt: skip
    sums = sums_by_cell(state.alive, state.place, state.industry, state.size, made, r, s)
    price = prices(state, rates, sums)
    n, each = sums[1].sum(axis=0), (sums[2] * price).sum(axis=0)
    normal = np.divide(each, n, out=np.ones(s), where=n > 0)
    margins(
        state.alive, state.place, state.industry, state.cell, state.size, made, price, normal,
        place_values(state, "wage"), place_values(state, "rent"), _of_costs(rates),
        state.output, state.profit,
    )  # fmt: skip


def place_values(state: State, name: str) -> Floats:
    """Return what places are, 1 where nothing has been said; (r,) float64."""
    here = state.by_place.get(name)
    if here is None:
        return np.ones(state.world.places.n)
    return np.ascontiguousarray(here, np.float64)


def advantages(state: State, rates: Rates, jobs: Floats) -> Floats:
    """Return what a place adds to the performance of an industry, whatever is known; (r, s).

    Jobs of the industry nearby, against the mean of places that have it; institutions;
    identity; holes that nobody bridges.
    """
    weight = 2 * rates.by_place("agglomeration") * (1 - rates.by_place("learning_weight"))
    n = (jobs > 0).sum(axis=0)
    usual = np.divide(jobs.sum(axis=0), n, out=np.ones(n.size), where=n > 0)
    near = np.where(jobs > 0, jobs / np.maximum(usual, 1e-12), 1.0) ** weight[:, None]
    unbridged = state.by_place.get("unbridged", np.zeros(len(jobs)))
    lost = np.minimum(1, rates.by_place("hole_cost") * unbridged)
    own = place_values(state, "identity_factor") * (1 - lost)
    fit = state.by_place.get("fit", np.ones(jobs.shape))
    out: Floats = np.ascontiguousarray(near * own[:, None] * fit)
    return out


def prices(state: State, rates: Rates, sums: Floats) -> Floats:
    """Return what places get for what they make, 1 where each serves its own market; (r, s).

    With one world market of fixed size some win what others lose, and the place with the best
    practice sells more: Markusen against Saxenian, Gertler, Kumar (conversations 4.108; X35).
    """
    seats, slope = rates.of_world("market_seats"), rates.of_world("best_practice_slope")
    _, jobs, made = sums
    price = np.ones(made.shape)
    if slope > 0:
        practice = np.divide(made, jobs, out=np.zeros(made.shape), where=jobs > 0)
        best = practice.max(axis=0)
        price = np.divide(practice, best, out=np.ones(made.shape), where=practice > 0) ** slope
    supply = (made * price).sum(axis=0)
    demand = state.by_place.setdefault("demand_of_industries", made.sum(axis=0))
    share = np.divide(demand, supply, out=np.ones(supply.size), where=supply > 0)
    return np.ascontiguousarray(price * share**seats)


def _of_performance(rates: Rates) -> Floats:
    known = rates.of("market_gain") * np.minimum(1, rates.of("market_knowledge"))
    supplied = rates.of("supplier_gain") * np.minimum(1, rates.of("embedding"))
    paid = rates.of("income") > 0
    return np.stack([
        rates.of("learning_weight"), known, supplied, STEPS_A_YEAR * rates.of("supplier_ramp"),
        rates.of("capital_constraint") * paid, rates.of("market_luck") * paid,
    ])  # fmt: skip


def _of_costs(rates: Rates) -> Floats:
    names = ("income", "labour_share", "wage_exponent", "land_share")
    return np.stack([rates.of(name) for name in names])


def usual_sales(state: State) -> Floats:
    """Return what a job of each industry sells, over all places; (s,) float64."""
    s = max(len(state.world.industries), 1)
    jobs = np.bincount(state.industry, state.size, s)
    sold = np.bincount(state.industry, state.output, s)
    out: Floats = np.divide(sold, jobs, out=np.ones(s), where=jobs > 0)
    return out


def put_by_and_grow(state: State, rates: Rates, luck: Luck) -> None:
    """What exceeds what owners expect is put by, and who earns more takes people on.

    K20; d size = g (profit / normal - 1) size; reinvested profit (conversations 4.115).
    """
    s = max(len(state.world.industries), 1)
    normal = normal_profits(state.alive, state.industry, state.profit, s)
    usual = usual_sales(state)
    growth = rates.of("growth_rate") / STEPS_A_YEAR * np.minimum(1, rates.of("income"))
    table = np.stack([
        rates.of("expected_profit"), rates.of("retained_share"),
        np.full(growth.size, MOST_CASH), growth, rates.of("capital_constraint"),
    ])  # fmt: skip
    put_by(
        state.alive, state.industry, state.cell, state.profit, normal, usual, table, state.cash,
        state.size,
    )  # fmt: skip


def fail(state: State, rates: Rates, luck: Luck) -> None:
    """Who earns too little for too long fails: learning is needed to survive, not only to lead.

    K12; chance exit_r where profit < exit * normal and there is no cash; conversations 4.118.
    """
    s = max(len(state.world.industries), 1)
    normal = normal_profits(state.alive, state.industry, state.profit, s)
    chance = np.minimum(1, rates.of("entry") * rates.per_step("exit_rate"))
    gone = np.zeros(state.alive.size, np.bool_)
    count = failures(
        luck.key, STREAMS["exit"], state.step, state.alive, state.birth, state.industry,
        state.cell, state.is_university, state.profit, state.cash, normal,
        np.stack([rates.of("exit_threshold"), chance]), gone,
    )  # fmt: skip
    if count:
        failed = state.by_place.setdefault("failed", np.zeros(state.exits.size))
        failed += np.bincount(state.place[gone], minlength=failed.size)
        leave(state, gone)


SELLING_RULES = (
    Rule("K20", "organisations sell", "market", None, sell, "Calafati, conversations 4.23"),
)
SURVIVING_RULES = (
    Rule("K20", "profit is put by", "market", "income", put_by_and_grow, "conversations 4.115"),
    Rule("K12", "organisations fail", "market", "entry", fail,
         "Dei Ottati, conversations 4.118"),
)  # fmt: skip
