"""Rows of organisations that come and go: the one way in, and the one way out."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Flags
from buzzline.kernels.leaving import drop_ties_to
from buzzline.simulation.members import sort_members
from buzzline.simulation.rates import Rates
from buzzline.simulation.state import NOBODY, State

# What has one row an organisation, and what an empty row holds.
EMPTY: dict[str, float] = {
    "alive": False, "birth": 0, "born": 0, "place": 0, "industry": 0, "cell": 0,
    "origin": NOBODY, "parent": 0, "owner": NOBODY, "is_university": False,
    "is_service": False, "keeps_pipelines": False, "knowledge": 0, "market": 0,
    "conventions": 0, "vision": 0, "absorption": 1, "standing": 0, "size": 0, "cash": 0,
    "profit": 0, "output": 0, "openness": 0, "embedded": 0, "partner": NOBODY, "tie_trust": 0,
    "tie_age": 0, "tie_scale": 0, "tie_layer": 0, "tie_copresent": False, "meetings": 0,
}  # fmt: skip
ROOM_TO_GROW = 1.25


def room_for(state: State, count: int) -> Codes:
    """Return `count` empty rows, cleared, lowest first; where there are too few, more are made.

    Nobody is turned away for want of memory. Fill the rows, then call `settle`.
    """
    free = np.flatnonzero(~state.alive)
    if free.size < count:
        n = state.alive.size
        _add_rows(state, max(count - free.size, int(n * (ROOM_TO_GROW - 1)) + 1))
        free = np.concatenate([free, np.arange(n, state.alive.size)])
    rows = free[:count].astype(np.int32)
    for name, empty in EMPTY.items():
        getattr(state, name)[rows] = empty
    for row in rows:  # whom the one before met in this step is nobody newcomers know
        state.contact_slot[state.contact_start[row] : state.contact_start[row + 1]] = NOBODY
    return rows


def _add_rows(state: State, more: int) -> None:
    for name, empty in EMPTY.items():
        old = getattr(state, name)
        blank = np.full((more, *old.shape[1:]), empty, old.dtype)
        setattr(state, name, np.concatenate([old, blank]))
    met = state.contact_start
    state.contact_start = np.concatenate([met, np.full(more, met[-1])])


def settle(state: State, rows: Codes, rates: Rates) -> None:
    """Let newcomers in whose birth, place, industry and knowledge are filled in."""
    state.alive[rows] = True
    state.born[rows] = state.step
    state.cell[rows] = state.place[rows] * np.int32(rates.n_groups)  # reached from next step on
    np.add.at(state.entries, state.place[rows], 1)
    sort_members(state)


def leave(state: State, gone: Flags) -> None:
    """Let organisations go: their rows are empty, ties to them too. gone : (n,) bool."""
    np.add.at(state.exits, state.place[gone], 1)
    state.alive[gone] = False
    drop_ties_to(gone, state.partner, state.tie_trust)
    state.knowledge[gone] = 0
    state.output[gone] = 0
    state.profit[gone] = 0
    state.size[gone] = 0
    sort_members(state)
