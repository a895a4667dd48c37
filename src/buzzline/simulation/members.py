"""Who is where, and whom changes reach: kept in order from step to step."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from buzzline.arrays import Flags
from buzzline.kernels.members import covered, members_of
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import targets_of
from buzzline.simulation.state import State


def sort_members(state: State) -> None:
    """Sort those alive by place, industry and birth; for rules that move, add or end any."""
    world = state.world
    n_industries = max(len(world.industries), 1)
    member = np.empty(state.place.size, np.int32)
    n_alive = members_of(
        state.alive, state.birth, state.place, state.industry, n_industries, state.member,
        state.industry_start, member,
    )  # fmt: skip
    state.member = member[:n_alive]
    state.start = np.ascontiguousarray(state.industry_start[::n_industries])


def cover(state: State, changes: Sequence[Change], luck: Luck) -> None:
    """Say which cell of the rates each organisation is in: its place, and who reaches it."""
    targets = targets_of(changes)
    group = np.zeros(state.place.size, np.int32)
    for bit, target in enumerate(targets):
        here = _among(state, target)
        by_size = target.who in ("largest", "smallest")
        reach = 1.0 if by_size else target.reach  # of these, size has chosen
        if reach >= 1:
            group[here] |= 1 << bit
        else:
            covered(luck.key, STREAMS["coverage"], bit, reach, state.birth, here, group)
    state.cell = state.place * np.int32(2 ** len(targets)) + group


def _among(state: State, target: Target) -> Flags:
    here = state.alive.copy()
    if target.places:
        here &= np.isin(state.place, np.array(target.places))
    if target.who in ("industry", "suppliers") and target.industry is not None:
        here &= state.industry == target.industry
    if target.who == "suppliers":
        here &= state.embedded > 0
    if target.who == "members":
        here &= ((state.partner >= 0) & (state.tie_layer == 0)).any(axis=1)
    if target.who in ("largest", "smallest"):
        here &= _by_size(state, here, target)
    return here


def _by_size(state: State, here: Flags, target: Target) -> Flags:
    """Return the share `reach` of each place that is largest, or smallest; ties by birth."""
    rows = np.flatnonzero(here)
    size = state.size[rows] if target.who == "smallest" else -state.size[rows]
    order = rows[np.lexsort((state.birth[rows], size, state.place[rows]))]
    n_here = np.bincount(state.place[order], minlength=state.start.size - 1)
    first = np.cumsum(n_here) - n_here
    rank = np.arange(order.size) - first[state.place[order]]
    chosen = np.zeros(here.size, np.bool_)
    chosen[order[rank < np.round(target.reach * n_here[state.place[order]])]] = True
    return chosen
