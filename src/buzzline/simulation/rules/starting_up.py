"""Organisations that begin (K12): alone, out of a parent, after failing, or as a service."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Floats
from buzzline.kernels.earning import jobs_and_profits
from buzzline.kernels.entering import (
    begin_alone,
    begin_from,
    founders,
    holes_between,
    mean_knowledge,
)
from buzzline.kernels.luck import four_uniforms
from buzzline.kernels.moving import open_ties
from buzzline.kernels.starts import fill_visions
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import STEPS_A_YEAR, Rates
from buzzline.simulation.rules.arriving import room_for, settle
from buzzline.simulation.rules.institutions import place_mean, place_rate
from buzzline.simulation.rules.labour import newcomers_heard
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State

USUAL_PENALTY = 0.5  # what the rates of entry were said at
USUAL_LACK = 0.15  # of capital, likewise: 0.3 (1 - 0.5)
MOST_TIMES = 4.0  # the usual: how many begin where much is earned, or nobody is yet
SERVICE_CHANCE = 0.7  # that a service which would pay begins in a year


def spin_off(state: State, rates: Rates, luck: Luck) -> None:
    """Ideas that an organisation suppresses find a way out: people leave and begin their own.

    K12; Poisson(spin * suppressed), knowing `inherit` of what the parent knows; Belussi,
    conversations 4.77 (X22); Klepper: better parents, better spin-offs.
    """
    chance = rates.of("entry") * rates.per_step("spin_rate") * starts(rates)
    chance *= newcomers_heard(rates)
    leaves = np.empty(state.alive.size, np.bool_)
    if not founders(
        luck.key, STREAMS["spin_off"], state.step, state.alive, state.birth, state.cell,
        state.knowledge, state.vision, chance, leaves,
    ):  # fmt: skip
        return
    parents = np.flatnonzero(leaves).astype(np.int32)
    parents = parents[np.argsort(state.birth[parents])]
    rows = room_for(state, parents.size)
    begin_from(
        luck.key, STREAMS["spin_off"], state.step, rows, parents,
        rates.of("inherited_share") * ability(rates), state.birth, state.parent, state.cell,
        state.place, state.industry, state.knowledge, state.vision, state.conventions,
        state.market, state.standing,
    )  # fmt: skip
    _equip(state, rates, rows)
    open_ties(
        rows, parents, state.cell, rates.of("trust_after_copresence"), state.partner,
        state.tie_trust, state.tie_age, state.tie_scale, state.tie_layer, state.tie_copresent,
    )  # fmt: skip
    state.spin_offs += np.bincount(state.place[rows], minlength=state.spin_offs.size)
    settle(state, rows, rates)


def enter(state: State, rates: Rates, luck: Luck) -> None:
    """Organisations begin where there is room and profit; some of those who failed try again.

    K12; entry * carried * exp(crowd (1 - jobs / carried jobs)) * profit / normal, and (1 -
    penalty) again * failed; Markusen, conversations 4.34 (X7); Smith and Turvani, 4.78.
    """
    mean = newcomers(state, rates)
    again = _starting_again(state, rates)
    number = _numbers(luck, state.step, mean + again, "entry")
    failed = state.by_place.setdefault("failed", np.zeros(again.size))
    failed -= again
    failed *= 1 - 0.1 / STEPS_A_YEAR  # ten years on, most do something else
    _begin(state, rates, luck, number, "entry")


def starts(rates: Rates) -> Floats:
    """Return how many dare and are funded, against the usual; by cell.

    Fear of failing (X7); local investors who know let more begin (X40); want of capital (X43).
    """
    fear = rates.of("fear_of_failure")
    dare = (1 - fear * rates.of("failure_penalty")) / (1 - fear * USUAL_PENALTY)
    lack = rates.of("capital_constraint") * (1 - rates.of("local_finance"))
    return dare * (0.5 + rates.of("local_finance")) * (1 - lack) / (1 - USUAL_LACK)


def ability(rates: Rates) -> Floats:
    """Return what newcomers know against the usual; lenience lets worse ones in (X7)."""
    return 1 - rates.of("moral_hazard") * (1 - rates.of("failure_penalty"))


def newcomers(state: State, rates: Rates) -> Floats:
    """Return how many begin without a parent in a step, on average; (r,) float64."""
    world, r = state.world, state.world.places.n
    at_start = np.bincount(world.place, minlength=r).astype(float)
    people = np.nan_to_num(world.places.population)
    share = people / people.sum() if people.sum() > 0 else at_start / at_start.sum()
    carried = (at_start + world.n * share) / 2
    room = carried * world.jobs.mean()
    jobs, earned = jobs_and_profits(state.start, state.member, state.size, state.profit)
    full = jobs / np.maximum(room, 1e-12)
    pace = np.exp(rates.by_place("crowding") * (1 - full)) * profitability(jobs, earned)
    rate = place_rate(state, rates, "entry_rate") * rates.by_place("entry") / STEPS_A_YEAR
    begun = place_mean(state, rates, starts(rates) * newcomers_heard(rates))
    unit = rates.by_place("size_of_units")
    mean: Floats = rate * carried * np.clip(pace, 0, MOST_TIMES) * begun / unit
    return mean


def profitability(jobs: Floats, earned: Floats) -> Floats:
    """Return profits per job of places against those of all, 1 where nobody is; (r,)."""
    everywhere = earned.sum() / max(jobs.sum(), 1e-12)
    if everywhere <= 0:
        return np.ones(jobs.size)
    here = np.divide(earned, jobs, out=np.full(jobs.size, everywhere), where=jobs > 0)
    against: Floats = np.clip(here / everywhere, 0, MOST_TIMES)
    return against


def _starting_again(state: State, rates: Rates) -> Floats:
    failed = state.by_place.get("failed", np.zeros(state.world.places.n))
    again = rates.by_place("starting_again") / STEPS_A_YEAR
    again *= np.minimum(1, rates.by_place("entry"))
    out: Floats = failed * again * (1 - place_rate(state, rates, "failure_penalty"))
    return out


def _numbers(luck: Luck, step: int, mean: Floats, stream: str) -> Codes:
    """Return the whole part of each mean, and one more by luck for the rest; (r,) int32."""
    out = np.floor(mean).astype(np.int32)
    for r in np.flatnonzero(mean > 0):
        u = four_uniforms(luck.key, STREAMS[stream], step, np.uint64(r), 0)[0]
        out[r] += u < mean[r] - np.floor(mean[r])
    return out


def _begin(state: State, rates: Rates, luck: Luck, number: Codes, stream: str) -> Codes:
    """Begin a number of organisations in each place; return their rows."""
    rows = room_for(state, int(number.sum()))
    if rows.size == 0:
        return rows
    usual = mean_knowledge(state.start, state.member, state.knowledge)
    knows = rates.by_place("newcomer_knowledge") * place_mean(state, rates, ability(rates))
    begin_alone(
        luck.key, STREAMS[stream], state.step, rows, np.concatenate([[0], np.cumsum(number)]),
        state.start, state.member, state.industry, usual, knows, state.birth, state.place,
        state.knowledge, state.standing,
    )  # fmt: skip
    usual += 1e-9
    fill_visions(
        luck.key, STREAMS["visions"], state.step, rows, state.birth, state.place,
        usual / usual.sum(axis=1, keepdims=True), rates.by_place("vision_concentration"),
        rates.by_place("vision_variety"), state.vision,
    )  # fmt: skip
    _as_is_usual(state, rows)
    _equip(state, rates, rows)
    settle(state, rows, rates)
    return rows


def _as_is_usual(state: State, rows: Codes) -> None:
    """Give newcomers the conventions that are usual in their place."""
    usual = mean_knowledge(state.start, state.member, state.conventions)
    state.conventions[rows] = usual[state.place[rows]]


def _equip(state: State, rates: Rates, rows: Codes) -> None:
    """Give newcomers size, funds, openness and the will to keep pipelines."""
    place = state.place[rows]
    state.size[rows] = rates.by_place("size_of_units")[place] * state.world.jobs.mean()
    # Local investors fund more of them; others give deeper pockets (X40).
    state.cash[rows] = 2 * (1 - place_rate(state, rates, "local_finance")[place])
    state.openness[rows] = place_rate(state, rates, "openness")[place]
    gatekeepers = place_rate(state, rates, "gatekeepers")[place]
    state.keeps_pipelines[rows] = state.standing[rows] < gatekeepers


def bridge_holes(state: State, rates: Rates, luck: Luck) -> None:
    """Services begin where bridging between organisations pays; a public one fills the rest.

    K12; rent = n * holes * (1 - commons), looked at once a year; Turvani against Belussi,
    conversations 4.129 (X42).
    """
    if state.step % STEPS_A_YEAR:
        return
    usual = mean_knowledge(state.start, state.member, state.knowledge)
    holes = holes_between(
        state.start, state.member, state.place, state.partner, state.knowledge, usual
    )
    n = np.diff(state.start)
    served = np.bincount(state.place[state.alive & state.is_service], minlength=n.size)
    public = rates.by_place("public_service")
    rent = n * holes * (1 - state.by_place["commons"]) * (1 - public)
    cost = np.maximum(rates.by_place("service_cost"), 1e-9)
    pays = np.minimum(np.floor(rent / cost), n // rates.by_place("service_market"))
    bridged = np.where(rent > 0, np.minimum(1, served * cost / np.maximum(rent, 1e-12)), 0.0)
    bridged = public + (1 - public) * bridged
    state.by_place["services"], state.by_place["holes"] = bridged, holes
    # What trust bridges, as it does in rent, costs nobody.
    state.by_place["unbridged"] = holes * (1 - state.by_place["commons"]) * (1 - bridged)
    dose = np.minimum(1, rates.by_place("entry"))
    chance = np.where(pays > served, SERVICE_CHANCE * dose, 0.0)
    number = _numbers(luck, state.step, chance, "services")
    rows = _begin(state, rates, luck, number, "services")  # may give the state more rows
    state.is_service[rows] = True


def services_put_to_sleep(state: State, rates: Rates, luck: Luck) -> None:
    """What a public service does, organisations do no more themselves: the sleeping pill.

    K12; asleep' = asleep + sleeping (public - asleep); Turvani, conversations 4.129 (X42). They
    take it up again as slowly, so this goes on after the service has ended.
    """
    asleep = state.by_place.setdefault("asleep", np.zeros(state.world.places.n))
    pace = rates.in_places(rates.per_step("sleeping_pill"))
    asleep += pace * (rates.by_place("public_service") - asleep)
    state.by_place["search"] *= np.repeat(1 - asleep, rates.n_groups)


SLEEPING_RULES = (
    Rule("K12", "services put to sleep", "watching", "sleeping_pill", services_put_to_sleep,
         "Turvani, conversations 4.129"),
)  # fmt: skip
STARTING_RULES = (
    Rule("K12", "spin-offs", "entry", "spin_rate", spin_off,
         "Belussi, conversations 4.77; Golman and Klepper (2016)"),
    Rule("K12", "entry", "entry", "entry", enter, "Markusen, conversations 4.34"),
    Rule("K12", "services bridge holes", "entry", "entry", bridge_holes,
         "Turvani, Belussi, conversations 4.129", {"services": 0, "holes": 0, "unbridged": 0}),
)  # fmt: skip
