"""Open or closed: what disclosing brings and loses, and how openness spreads."""

from __future__ import annotations

from buzzline.kernels.sharing import imitate_openness, leak
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def lose_to_rivals(state: State, rates: Rates, luck: Luck) -> None:
    """Rivals nearby take part of what the open earn (Saxenian 4.110)."""
    table = rates.table("leakage", "imitation_of_openness")
    table[:, 0] *= rates.of("sharing")
    leak(
        state.member, state.place, state.industry, state.cell,
        max(len(state.world.industries), 1), state.industry_start, table, state.openness,
        state.profit,
    )  # fmt: skip


def imitate_the_open(state: State, rates: Rates, luck: Luck) -> None:
    """Openness that pays is imitated, openness that does not is not (Saxenian 4.111)."""
    table = rates.table("leakage", "imitation_of_openness")
    table[:, 1] *= rates.of("sharing")
    imitate_openness(
        luck.key, luck.stream("sharing"), state.step, state.member, state.start, state.place,
        state.cell, state.birth, state.profit, table, state.openness.copy(), state.openness,
    )  # fmt: skip


SHARING_RULES = (
    Rule("K22", "leaks to rivals", "market", "sharing", lose_to_rivals, "Saxenian, item 4.110"),
    Rule(
        "K22",
        "imitating openness",
        "trust",
        "sharing",
        imitate_the_open,
        "Saxenian, item 4.111",
    ),
)
