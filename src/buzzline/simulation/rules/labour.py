"""People who change organisation (K11): what they carry, what that does to trust and search."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats
from buzzline.kernels.moving import arrivals, carry, destinations, keep_in_touch
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.rates import STEPS_A_YEAR, Rates
from buzzline.simulation.rules.market import place_values
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State

USUAL_MOBILITY = PARAMETER["mobility_rate"].default
MOST_TIMES = 4.0  # the usual: what few or many moves do at most


def people_move(state: State, rates: Rates, luck: Luck) -> None:
    """People who move carry some of what was known where they were, and stay in touch with it.

    K11; v' = v + psi (v_old - v)+, tie with trust tauC0 both ways; Saxenian, conversations
    4.114; Agrawal, Cockburn and McHale (2006): half as much again flows to where they were.
    """
    to, came = np.empty((2, state.alive.size), np.int32)
    destinations(
        luck.key, STREAMS["mobility"], state.step, state.alive, state.birth, state.place,
        state.industry, state.cell, state.start, state.member, state.industry_start,
        place_values(state, "wage"), state.world.places.distance_km,
        np.stack([
            moves_per_step(rates), rates.of("moves_within_place"), rates.of("mixed_contacts")
        ]),
        to,
    )  # fmt: skip
    n_arrivals = arrivals(to, state.birth, came)
    if n_arrivals == 0:
        return
    taken = rates.of("carried_by_movers") * newcomers_heard(rates)
    carry(came, state.cell, np.minimum(1, taken), n_arrivals, state.knowledge)
    state.moves += np.bincount(state.place[to[to >= 0]], minlength=state.moves.size)
    rows = np.flatnonzero(came >= 0)
    keep_in_touch(
        luck.key, STREAMS["mobility"], state.step, rows[np.argsort(state.birth[rows])], came,
        state.birth, state.place,
        state.world.places.region, state.world.places.nation, state.cell,
        np.stack([rates.of("stays_in_touch"), rates.of("trust_after_copresence")]),
        state.partner, state.tie_trust, state.tie_age, state.tie_scale, state.tie_layer,
        state.tie_copresent,
    )  # fmt: skip


def moves_per_step(rates: Rates) -> Floats:
    """Return the chance in a step that people leave an organisation for another; by cell."""
    left = rates.of("mobility_rate") * (1 - rates.of("noncompete"))
    dosed = np.minimum(1, rates.of("labour_mobility") * left)
    return 1 - (1 - dosed) ** (1 / STEPS_A_YEAR)


def _mobility(rates: Rates) -> Floats:
    """Return mobility against the usual, within bounds; by cell."""
    left = rates.of("mobility_rate") * (1 - rates.of("noncompete"))
    return np.clip(left / USUAL_MOBILITY, 1 / MOST_TIMES, MOST_TIMES)


def speed_of_trust(rates: Rates) -> Floats:
    """Return how much faster trust grows where few people move: (usual / mob)^kappa_L; by cell.

    K11; Maskell, conversations 4.40 (X11).
    """
    return _mobility(rates) ** -rates.of("stability_builds_trust")


def newcomers_heard(rates: Rates) -> Floats:
    """Return how far newcomers and their ideas get in: (mob / usual)^chi; by cell.

    K11; Donald, conversations 4.41 (X11).
    """
    return _mobility(rates) ** rates.of("closure")


def poaching_lowers_search(state: State, rates: Rates, luck: Luck) -> None:
    """Who loses people to others trains and searches less: mobility as poaching.

    K11; incumbents, after Markusen, conversations 4.114 (X39).
    """
    state.by_place["search"] *= 1 - rates.of("training_loss") * np.minimum(1, _mobility(rates))


LABOUR_RULES = (
    Rule("K11", "poaching lowers search", "watching", "training_loss", poaching_lowers_search,
         "Markusen, conversations 4.114"),
    Rule("K11", "people move", "labour", "labour_mobility", people_move,
         "Saxenian, conversations 4.114; Agrawal, Cockburn and McHale (2006)"),
)  # fmt: skip
