"""Conventions: ways of working, learned by being there."""

from __future__ import annotations

from buzzline.kernels.conventions import drawn_together
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def be_there(state: State, rates: Rates, luck: Luck) -> None:
    """Those who meet in one place grow alike; what was learned elsewhere fades slowly."""
    rate = (rates.of("being_there") * rates.of("convention_rate")).clip(0, 1)
    state.conventions = drawn_together(
        luck.key, STREAMS["conventions"], state.step, state.start, state.member, state.birth,
        state.born, state.cell, state.place, state.industry, state.owner, state.contact_start,
        state.contact, state.partner, state.alive, state.conventions, rate,
        rates.of("convention_noise"), rates.of("convention_half_life"),
        rates.of("convention_of_industry"), rates.of("convention_of_network"),
    )  # fmt: skip


CONVENTION_RULES = (
    Rule("K7", "conventions grow alike among those who meet in one place", "learning",
         "being_there", be_there, "Gertler 1999, in Lorenzen 2001 (4.43, 4.45); X9, X12"),
)  # fmt: skip
