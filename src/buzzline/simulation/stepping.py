"""One step of a world: the rules, in the order of the theory."""

from __future__ import annotations

from collections.abc import Sequence

from buzzline.simulation.changes import Change
from buzzline.simulation.luck import Luck
from buzzline.simulation.members import cover, sort_members
from buzzline.simulation.rates import rates_at
from buzzline.simulation.rules import ORDER, RULES
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import State

__all__ = ["ORDER", "advance"]


def advance(state: State, settings: Settings, changes: Sequence[Change], luck: Luck) -> None:
    """Take a state one step on. Shocks and policies change rates, so they come first.

    Raises
    ------
    InvalidArgument
        Too many different targets, or parameters under which knowledge grows without bound.
    """
    rates = rates_at(state.step, settings, changes, state.world.places.n)
    sort_members(state)
    cover(state, changes, luck)
    for counts in (state.entries, state.exits, state.spin_offs, state.moves):
        counts[:] = 0
    state.by_place["search"][:] = 1
    for rule in RULES:
        if state.member.size and (rule.dose is None or rates.any(rule.dose)):
            rule.act(state, rates, luck)
    state.step += 1
