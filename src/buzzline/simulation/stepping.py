"""One step of a world: the rules, in the order of the theory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

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
    changes = [one for one in changes if one.by != 0]  # not even a group of its own
    rates = rates_at(state.step, settings, changes, state.world.places.n)
    sort_members(state)
    cover(state, changes, luck)
    if rates.n_groups > 1:
        rates = rates.among(state.cell[state.member])
    for counts in (state.entries, state.exits, state.spin_offs, state.moves):
        counts[:] = 0
    state.by_place["search"] = np.ones(rates.cells.shape[1])
    for rule in RULES:
        if rule.dose is not None and not rates.any(rule.dose):
            rule.undo(state)
        elif state.member.size:
            rule.act(state, rates, luck)
    state.step += 1
