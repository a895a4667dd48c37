"""Playing a case: run after run, each with the luck it has in all other cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from buzzline.arrays import Floats
from buzzline.policy.experiments.design import BASES, Case, Playing, Size
from buzzline.policy.experiments.recorded import Recorded
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change
from buzzline.simulation.governing import governed
from buzzline.simulation.luck import luck_of
from buzzline.simulation.recording import NAMES, WORLD_NAMES, record, record_world
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World

STEPS_OF_DATES = 100  # dates in cases are of a run of so many steps
RECORDED_EVERY = 4  # steps: a year
LOCALS = "knowledge_of_locals"


def simulated(case: Case, how: Playing) -> Mapping[str, Floats]:
    """Return the outcomes of a case, one number a run.

    Parameters
    ----------
    case : Case
    how : Playing

    Returns
    -------
    dict of (runs,) float64
    """
    recorded = recorded_of(case, how)
    return {outcome.name: outcome.of(recorded) for outcome in how.outcomes}


def recorded_of(case: Case, how: Playing) -> Recorded:
    """Return what is recorded of a case in all its runs."""
    world = _world_of(case.world, how.size, how.seed)
    steps = recorded_steps(how.size.steps)
    drawn: Sequence[Mapping[str, float]] = how.drawn or [{}] * how.size.runs
    values = [
        _one_run(world, case, how, run=run, drawn=drawn[run]) for run in range(how.size.runs)
    ]
    return Recorded(
        (*NAMES, LOCALS), np.stack([places for places, _ in values]),
        (*NAMES, *WORLD_NAMES), np.stack([of_world for _, of_world in values]), steps,
        world.focal or tuple(range(world.places.n)),
    )  # fmt: skip


def recorded_steps(steps: int) -> np.ndarray:
    """Return the steps after which a run is recorded: each year, and the end.

    Examples
    --------
    >>> recorded_steps(10).tolist()
    [0, 4, 8, 10]
    """
    return np.unique([*range(0, steps, RECORDED_EVERY), steps]).astype(np.int64)


@lru_cache(maxsize=4)
def _world_of(make: Callable[[Size, int], World], size: Size, seed: int) -> World:
    return make(size, seed)


def settings_of_case(world: World, case: Case, how: Playing,
                     drawn: Mapping[str, float]) -> Settings:  # fmt: skip
    """Return values: of the model, then disputed ones, then of the world, then of the case."""
    base = BASES[how.model]
    values = {**base.values, **drawn, **world.settings.values, **case.settings}
    by_place = {name: dict(places) for name, places in world.settings.by_place.items()}
    for name, places in case.by_place.items():
        by_place[name] = {**by_place.get(name, {}), **places}
    return Settings(values, by_place)


def dated(changes: Sequence[Change], steps: int) -> tuple[Change, ...]:
    """Return changes whose dates are of a run of 100 steps, in a run of so many.

    Examples
    --------
    >>> [(one.start, one.stop) for one in dated([Change("ict", by=1, start=20, stop=40)], 50)]
    [(10, 20)]
    """
    return tuple(
        replace(
            one, start=_scaled(one.start, steps), stop=_scaled(one.stop, steps),
            lag=_scaled(one.lag, steps),
        )
        for one in changes
    )  # fmt: skip


def _scaled(step: int, steps: int) -> int:
    far = 10 * STEPS_OF_DATES
    return step if step > far else round(step * steps / STEPS_OF_DATES)


def _one_run(world: World, case: Case, how: Playing, *, run: int,
             drawn: Mapping[str, float]) -> tuple[Floats, Floats]:  # fmt: skip
    settings = settings_of_case(world, case, how, drawn)
    changes = governed(dated(case.changes, how.size.steps), world, settings)
    luck = luck_of(how.seed, run)
    state = begin(world, luck, settings)
    shocks = {_scaled(step, how.size.steps): shock for step, shock in case.shocks.items()}
    kept = [_recorded(state)]
    wanted = set(recorded_steps(how.size.steps).tolist())
    for step in range(how.size.steps):
        _shock(state, shocks.get(step))
        advance(state, settings, changes, luck)
        if step + 1 in wanted:
            kept.append(_recorded(state))
    return np.stack([places for places, _ in kept]), np.stack([world for _, world in kept])


def _recorded(state: State) -> tuple[Floats, Floats]:
    """Return what is recorded of places and world, and knowledge of those owned at home."""
    rows = np.flatnonzero(state.alive & (state.owner < 0))
    r = state.world.places.n
    n = np.bincount(state.place[rows], minlength=r)
    known = np.bincount(state.place[rows], state.knowledge[rows].mean(axis=1), minlength=r)
    values = record(state)
    values[values[:, NAMES.index("n_organisations")] == 0] = np.nan
    of_locals = np.where(n > 0, known / np.maximum(n, 1), np.nan)
    return np.column_stack([values, of_locals]), record_world(state, values)


def _shock(state: State, shock: Callable[[State], None] | None) -> None:
    if shock is not None:
        shock(state)
