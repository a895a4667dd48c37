"""Playing a case: run after run, each with the luck it has in all other cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.policy.experiments.design import BASES, Case, Playing, Size
from buzzline.policy.experiments.keeping import path_of
from buzzline.policy.experiments.recorded import Recorded
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change
from buzzline.simulation.governing import governed
from buzzline.simulation.histories import recorded_steps
from buzzline.simulation.luck import luck_of
from buzzline.simulation.pools import spread_out
from buzzline.simulation.recording import NAMES, WORLD_NAMES, record, record_world
from buzzline.simulation.settings import Settings
from buzzline.simulation.shards import read_shard, write_shard
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World
from buzzline.space.threads import thread_count

STEPS_OF_DATES = 100  # dates in cases are of a run of so many steps
ENOUGH_FOR_PROCESSES = 2_000_000  # steps of organisations in one case
LOCALS = "knowledge_of_locals"
COLUMNS = (*NAMES, LOCALS, *WORLD_NAMES)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run of one case: all that its numbers depend on."""

    world: World
    settings: Settings
    changes: tuple[Change, ...]
    shocks: Mapping[int, Callable[[State], None]]
    seed: int
    number: int
    steps: tuple[int, ...]


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
    """Return what is recorded of a case in all its runs: from the folder where it is kept."""
    world = _world_of(case.world, how.size, how.seed)
    runs = [_run_of(world, case, how, number) for number in range(how.size.runs)]
    values = _kept_or_run(runs, case, how)
    n, r = len(NAMES) + 1, world.places.n
    return Recorded(
        COLUMNS[:n], values[:, :, :r, :n], COLUMNS, values[:, :, r], np.array(runs[0].steps),
        world.focal or tuple(range(r)),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _world_of(make: Callable[[Size, int], World], size: Size, seed: int) -> World:
    return make(size, seed)


def _run_of(world: World, case: Case, how: Playing, number: int) -> Run:
    drawn = how.drawn[number] if how.drawn else {}
    settings = settings_of_case(world, case, how, drawn=drawn)
    scale = STEPS_OF_DATES if case.is_dated_by_steps else how.size.steps
    return Run(
        world, settings, governed(dated(case.changes, scale), world, settings),
        {_scaled(step, scale): shock for step, shock in case.shocks.items()}, how.seed, number,
        recorded_steps(how.size.steps, how.work.every),
    )  # fmt: skip


def settings_of_case(
    world: World, case: Case, how: Playing, *, drawn: Mapping[str, float]
) -> Settings:
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


def _kept_or_run(runs: Sequence[Run], case: Case, how: Playing) -> Floats:
    """Return (runs, t, places + 1, columns); the last row of each step is the world."""
    shape = (len(runs), len(runs[0].steps), runs[0].world.places.n + 1, len(COLUMNS))
    path = None
    if how.work.folder is not None:
        path = path_of(how.work.folder, case.name, runs)
        frame = read_shard(path)
        if frame is not None:
            return as_floats(frame.to_numpy()).reshape(shape)
    size = runs[0].world.n * how.size.steps * len(runs)
    workers = how.work.workers or (thread_count() if size >= ENOUGH_FOR_PROCESSES else 1)
    found = spread_out(played, runs, workers=workers, pool=how.work.pool)
    values = np.stack(list(found))
    if path is not None:
        write_shard(pl.DataFrame(values.reshape(-1, len(COLUMNS)), schema=COLUMNS), path)
    return values


def played(run: Run) -> Floats:
    """Return what is recorded of one run; (t, places + 1, columns)."""
    luck = luck_of(run.seed, run.number)
    state = begin(run.world, luck, run.settings)
    kept = []
    for step in run.steps:
        while state.step < step:
            if state.step in run.shocks:
                run.shocks[state.step](state)
            advance(state, run.settings, run.changes, luck)
        kept.append(_recorded(state))
    return np.stack(kept)


def _recorded(state: State) -> Floats:
    """Return a row a place and one of the world; (places + 1, columns).

    A place whose organisations are all gone has no jobs, no output and no ties: 0, so that a
    run counts whether or not a policy keeps them; only means over organisations are not there.
    """
    places = record(state)
    n = len(NAMES)
    out = np.full((len(places) + 1, len(COLUMNS)), np.nan)
    out[:-1, :n], out[:-1, n] = places, _knowledge_of_locals(state)
    of_world = record_world(state, places)
    out[-1, :n], out[-1, n + 1 :] = of_world[:n], of_world[n:]
    return out


def _knowledge_of_locals(state: State) -> Floats:
    """Return mean knowledge of those whom nobody elsewhere owns; (r,), NaN without any."""
    rows = np.flatnonzero(state.alive & (state.owner < 0))
    r = state.world.places.n
    n = np.bincount(state.place[rows], minlength=r)
    known = np.bincount(state.place[rows], state.knowledge[rows].mean(axis=1), minlength=r)
    return np.where(n > 0, known / np.maximum(n, 1), np.nan)
