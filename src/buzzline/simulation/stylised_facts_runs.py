"""Runs behind stylised facts: one run of one world, looked at as it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, as_floats
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change
from buzzline.simulation.luck import Luck
from buzzline.simulation.recording import NAMES, record
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World

YEAR = 4  # steps
PLACES_SEED = 1  # where places lie is the same in all runs; all else is by luck
Measured = tuple[Floats, ...]  # what each part of a fact is made of, of one run
Measure = Callable[[Luck, Settings], Measured]


@lru_cache(maxsize=8)
def world_like(
    places: int = 8, organisations: int = 24, industries: int = 1, *, nations: int | None = None
) -> World:
    """Return a world of places that begin with equal numbers of organisations."""
    return world_of_settings(
        places, organisations, industries, nations=nations, rng=PLACES_SEED
    )


def states(
    world: World, settings: Settings, luck: Luck, *, steps: int, changes: Sequence[Change] = ()
) -> Iterator[State]:
    """Yield the state after each step; it is the same object, changed."""
    state = begin(world, luck, settings)
    for _ in range(steps):
        advance(state, settings, changes, luck)
        yield state


def at_end(
    world: World, settings: Settings, luck: Luck, *, steps: int, changes: Sequence[Change] = ()
) -> State:
    """Return the state after so many steps."""
    return list(states(world, settings, luck, steps=steps, changes=changes))[-1]


def recorded(state: State, name: str, place: int = 0) -> float:
    """Return one recorded quantity of a place."""
    return float(record(state)[place, NAMES.index(name)])


def rows_in_both(one: State, other: State, there: Flags) -> tuple[Codes, Codes]:
    """Return rows of the same organisations in two states; `there` is of the first."""
    mine = np.flatnonzero(one.alive & there)
    theirs = np.flatnonzero(other.alive)
    _, left, right = np.intersect1d(
        one.birth[mine], other.birth[theirs], assume_unique=True, return_indices=True
    )
    return mine[left].astype(np.int32), theirs[right].astype(np.int32)


def chance_to_innovate(state: State, settings: Settings) -> Floats:
    """Return the chance of each organisation to innovate in a step (K4); (n,) float64.

    p_I (1/2 + rho Div), Div = exp(H(v)) / K, with what poaching and services leave of search.
    """
    known = state.knowledge.astype(np.float64)
    share = known / np.maximum(known.sum(axis=1, keepdims=True), 1e-12)
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(axis=1)
    variety = np.exp(entropy) / known.shape[1]
    chance = settings.value("innovation") * settings.value("innovation_chance")
    chance = chance * (0.5 + settings.value("recombination") * variety)
    searched = state.by_place["search"][state.place]
    return as_floats(np.minimum(1, chance * searched) * state.alive)


def contacts(state: State) -> tuple[Codes, Codes]:
    """Return who met whom in the step: rows of either side, those who are still there."""
    own = np.repeat(
        np.arange(state.contact_start.size - 1), np.diff(state.contact_start)
    ).astype(np.int32)
    other = state.contact[: own.size]
    there = (other >= 0) & state.alive[own]
    own, other = own[there], other[there]
    still = state.alive[other]
    return own[still], other[still]


def gini(values: Floats) -> float:
    """Return the Gini index; 0 where there is nothing."""
    ordered = np.sort(values)
    total = float(ordered.sum())
    if total <= 0:
        return 0.0
    rank = 2 * np.arange(1, ordered.size + 1) - ordered.size - 1
    return float((rank * ordered).sum() / (ordered.size * total))


def whole(value: float) -> Floats:
    """Return a number of one run, whose mean over runs is asked for."""
    return np.array([value, 1.0])


def over(top: float, bottom: float) -> Floats:
    """Return a ratio of one run, of which sums over runs are taken."""
    return np.array([top, bottom])


def of_world(world: World, **other: object) -> World:
    """Return a world with something else in it."""
    return replace(world, **other)  # type: ignore[arg-type]  # names are fields
