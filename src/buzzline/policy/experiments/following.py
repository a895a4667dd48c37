"""Runs in which conventions are followed: how local they are, and what is left of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from buzzline.arrays import Floats, Indices
from buzzline.kernels.luck import uniform
from buzzline.policy.experiments.design import Case, Playing
from buzzline.policy.experiments.playing import dated, settings_of_case
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import STREAMS, Luck, luck_of
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance

Act = Callable[[State, Luck], None]
Look = Callable[[State], float]


def nothing(state: State, luck: Luck) -> None:
    """Let a step begin as it is: no one intervenes."""


def followed(
    case: Case, how: Playing, *, first: Act, looks: Mapping[str, Look], each: Act = nothing
) -> dict[str, Floats]:
    """Return what is seen at the end of each run of a case, by outcome.

    Parameters
    ----------
    case : Case
    how : Playing
    first, each : callable      what happens to the state at the start, and before every step
    looks : dict                outcome to callable: the state at the end, to one number

    Returns
    -------
    dict of (runs,) float64
    """
    world = case.world(how.size, how.seed)
    changes = dated(case.changes, how.size.steps)
    seen = []
    for number in range(how.size.runs):
        luck = luck_of(how.seed, number)
        drawn = how.drawn[number] if how.drawn else {}
        settings = settings_of_case(world, case, how, drawn=drawn)
        state = begin(world, luck, settings)
        first(state, luck)
        for _ in range(how.size.steps):
            each(state, luck)
            advance(state, settings, changes, luck)
        seen.append([look(state) for look in looks.values()])
    return dict(zip(looks, np.array(seen).T.copy(), strict=True))


def chosen(state: State, luck: Luck, rows: Indices, *, share: float) -> Indices:
    """Return the rows that luck picks in this step.

    Luck goes by birth, so whoever is picked at a share is picked at a larger one.

    Examples
    --------
    >>> chosen(None, None, np.arange(3), share=0.0).size
    0
    """
    if share == 0:
        return rows[:0]
    lots = [
        uniform(luck.key, STREAMS["shocks"], state.step, state.birth[row], 0) for row in rows
    ]
    return rows[np.array(lots) < share]


def locality(state: State) -> float:
    """Return the share of the variance of conventions that lies between places.

    1: every place has a way of its own, shared by all there; 0: places differ in nothing.
    """
    rows = np.flatnonzero(state.alive)
    if rows.size < 2:
        return np.nan
    values = state.conventions[rows].astype(np.float64)
    total = ((values - values.mean(axis=0)) ** 2).sum()
    place = state.place[rows]
    n = np.maximum(np.bincount(place), 1)
    means = np.stack([np.bincount(place, weights=column) / n for column in values.T], axis=1)
    within = ((values - means[place]) ** 2).sum()
    return float(1 - within / total) if total > 0 else np.nan


def distance_left(state: State, start: float = 1.0) -> float:
    """Return how far the first place's way of doing things lies from that of all others."""
    alive = state.alive
    here, there = alive & (state.place == 0), alive & (state.place != 0)
    if not here.any() or not there.any():
        return np.nan
    apart = state.conventions[here].mean(axis=0) - state.conventions[there].mean(axis=0)
    return float(np.sqrt((apart.astype(np.float64) ** 2).mean()) / start)
