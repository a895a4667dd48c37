"""Many runs of a world: the same luck in every case, the same numbers however they are run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Count
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, check_places
from buzzline.simulation.histories import WORLD, Histories, recorded_steps
from buzzline.simulation.luck import luck_of
from buzzline.simulation.pools import Pool, spread_out
from buzzline.simulation.recording import (
    NAMES,
    OF_A_STEP,
    WORLD_NAMES,
    record,
    record_world,
)
from buzzline.simulation.settings import Settings
from buzzline.simulation.shards import digest_of, is_whole, shard_name, write_shard
from buzzline.simulation.stepping import advance
from buzzline.simulation.variety import varied
from buzzline.simulation.world import World
from buzzline.space.threads import thread_count
from buzzline.wording import plural

RUNS_OF_A_SHARD = 20  # at most
ENOUGH_FOR_PROCESSES = 10_000_000  # steps of organisations, in all
STEPS_OF_A_SHARD = 400_000  # of organisations, about half a second of work
MOST_IN_MEMORY = 200_000_000  # bytes; what is more goes to files


@dataclass(frozen=True, slots=True)
class Case:
    """What is run: values of parameters, and what changes on the way.

    Attributes
    ----------
    settings : Settings or None       None: those of the world
    changes : tuple of Change
    name : str
    """

    settings: Settings | None = None
    changes: tuple[Change, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """How runs are carried out and kept; no number depends on it.

    Attributes
    ----------
    workers : count or None
        Processes that work at the same time; without it one a core, where work is long.
    pool : "processes", "dask" or "serial"
        Processes of this machine, a Dask cluster, or one run after another.
    folder : str or None
        Where finished runs are kept, so that a simulation goes on where it stopped.
    every : count
        Steps between two that are recorded; the first and the last always are.
    """

    workers: Count | None = None
    pool: Pool = "processes"
    folder: str | None = None
    every: Count = 4


@dataclass(frozen=True, slots=True)
class Piece:
    """Some runs of one case: what a worker is given.

    Attributes
    ----------
    world : World
    case : Case
    runs : range
    seed : int
    steps : tuple of int       that are recorded; the last is the end
    path : Path or None        where the shard goes; None: it is handed back
    """

    world: World
    case: Case
    runs: range
    seed: int
    steps: tuple[int, ...]
    path: Path | None


def histories(
    world: World,
    *,
    settings: Settings | None = None,
    changes: Sequence[Change] = (),
    steps: int = 100,
    runs: int = 20,
    rng: Seed = None,
    work: Work = Work(),
    progress: Progress = silent,
) -> Histories:
    """Run a world many times.

    Parameters
    ----------
    world : World
    settings : Settings or None
        None: those of the world.
    changes : sequence of Change
    steps, runs : int
    rng : Generator, int or None
        Runs of one number share their luck under one seed, whatever the settings and changes.
    work : Work
    progress : Progress

    Raises
    ------
    InvalidArgument
        No run, no step, no worker.
    TooFew
        No organisation.
    UnwritableOutput
        No room for finished runs; those kept before stay.

    Examples
    --------
    >>> from buzzline.simulation.settings import MINIMAL
    >>> from buzzline.simulation.starting import world_of_settings
    >>> world = world_of_settings(2, 5, settings=MINIMAL, rng=1)
    >>> found = histories(world, steps=4, runs=3, rng=1)
    >>> found.at("n_organisations", place=0).tolist()
    [5.0, 5.0, 5.0]
    """
    case = Case(settings, tuple(changes))
    return many(world, [case], steps=steps, runs=runs, rng=rng, work=work, progress=progress)


def sweep(
    world: World,
    points: Sequence[Settings],
    *,
    changes: Sequence[Change] = (),
    steps: int = 100,
    runs: int = 20,
    rng: Seed = None,
    work: Work = Work(),
    progress: Progress = silent,
) -> Histories:
    """Run a world many times at each of many settings, with the same luck at each.

    Parameters
    ----------
    world : World
    points : sequence of Settings
    changes, steps, runs, rng, work, progress : as for `histories`
    """
    cases = [Case(point, tuple(changes)) for point in points]
    return many(world, cases, steps=steps, runs=runs, rng=rng, work=work, progress=progress)


def many(
    world: World,
    cases: Sequence[Case],
    *,
    steps: int = 100,
    runs: int = 20,
    rng: Seed = None,
    work: Work = Work(),
    progress: Progress = silent,
) -> Histories:
    """Run a world many times in each of many cases, with the same luck in each.

    Parameters
    ----------
    world : World
    cases : sequence of Case
    steps, runs, rng, work, progress : as for `histories`
    """
    _check(world, cases, steps, runs, work)
    seed = seed_of(rng)
    recorded = recorded_steps(steps, work.every)
    blocks = _blocks(runs, world.n * steps)
    pieces = [
        Piece(world, _completed(case, world), some, seed, recorded, None)
        for case in cases
        for some in blocks
    ]
    room = _room(world, recorded, runs * len(cases), work)
    folder = room.name if room is not None else work.folder
    work = replace(work, workers=work.workers or _workers(world.n * steps * runs * len(cases)))
    parts = _worked(_named(pieces, folder), work, runs * len(cases), progress)
    numbers = [number for number in range(len(cases)) for _ in blocks]
    return Histories(
        tuple(case.name or str(number) for number, case in enumerate(cases)),
        world.places, world.focal, recorded, runs, seed,
        tuple(zip(numbers, parts, strict=True)), room,
    )  # fmt: skip


def one_run(piece: Piece, run: int) -> Floats:
    """Return what is recorded of one run.

    Returns
    -------
    (steps, places + 1, quantities) float64
        The last row of each step is the world; inequality between places stands there only.
        What a step brings forth, such as output, is NaN before the first.
    """
    settings = piece.case.settings or piece.world.settings
    luck = luck_of(piece.seed, run)
    state = begin(varied(piece.world, settings), luck, settings)
    shape = (len(piece.steps), piece.world.places.n + 1, len(NAMES) + len(WORLD_NAMES))
    out = np.full(shape, np.nan)
    for row, step in enumerate(piece.steps):
        while state.step < step:
            advance(state, settings, piece.case.changes, luck)
        found = record(state)
        out[row, :-1, : len(NAMES)] = found
        out[row, -1] = record_world(state, found)
    out[0, :, [*map((*NAMES, *WORLD_NAMES).index, OF_A_STEP)]] = np.nan
    return out


def work_on(piece: Piece) -> pl.DataFrame | Path:
    """Run a piece; return its frame, or the path of the shard it was written to."""
    values = np.stack([one_run(piece, run) for run in piece.runs])
    n_runs, n_steps, n_rows, n_names = values.shape
    places = np.append(np.arange(n_rows - 1), WORLD)
    frame = pl.DataFrame(values.reshape(-1, n_names), schema=[*NAMES, *WORLD_NAMES])
    frame = frame.select(
        pl.Series("run", np.repeat(piece.runs, n_steps * n_rows), pl.Int32),
        pl.Series("step", np.tile(np.repeat(piece.steps, n_rows), n_runs), pl.Int32),
        pl.Series("place", np.tile(places, n_runs * n_steps), pl.Int32),
        *frame.columns,
    )
    if piece.path is None:
        return frame
    write_shard(frame, piece.path)
    return piece.path


def _check(world: World, cases: Sequence[Case], steps: int, runs: int, work: Work) -> None:
    workers = 1 if work.workers is None else work.workers
    for name, value in (("steps", steps), ("runs", runs), ("workers", workers),
                        ("every", work.every), ("cases", len(cases))):  # fmt: skip
        if value < 1:
            raise InvalidArgument(f"simulation: `{name}` must be 1 or more, got {value}")
    if world.n < 1:
        raise TooFew("simulation: the world has no organisation; nothing can happen in it.")
    for case in cases:
        check_places(case.changes, world.places.n, len(world.industries))


def _room(
    world: World, steps: Sequence[int], n_runs: int, work: Work
) -> TemporaryDirectory[str] | None:
    """Return a folder for what memory should not hold, where the user names none."""
    n_bytes = 8 * (len(NAMES) + len(WORLD_NAMES)) * (world.places.n + 1) * len(steps) * n_runs
    if work.folder is not None or n_bytes <= MOST_IN_MEMORY:
        return None
    return TemporaryDirectory(prefix="buzzline-runs-", ignore_cleanup_errors=True)


def _workers(size: int) -> int:
    """Return a process a core where work is long; starting one takes some seconds."""
    return thread_count() if size >= ENOUGH_FOR_PROCESSES else 1


def _completed(case: Case, world: World) -> Case:
    return Case(case.settings or world.settings, case.changes)


def _blocks(runs: int, size: int) -> list[range]:
    """Return runs in blocks; a whole block is the same when more runs are asked for later."""
    most = max(1, min(RUNS_OF_A_SHARD, STEPS_OF_A_SHARD // max(size, 1)))
    return [range(first, min(first + most, runs)) for first in range(0, runs, most)]


def _named(pieces: Sequence[Piece], folder: str | None) -> list[Piece]:
    if folder is None:
        return list(pieces)
    world = digest_of(pieces[0].world)
    return [
        Piece(
            piece.world, piece.case, piece.runs, piece.seed, piece.steps,
            Path(folder) / shard_name(world, piece.case.settings, piece.case.changes,
                                      list(piece.runs), piece.seed, piece.steps),
        )
        for piece in pieces
    ]  # fmt: skip


def _worked(
    pieces: Sequence[Piece], work: Work, n_runs: int, progress: Progress
) -> Iterator[pl.DataFrame | Path]:
    """Yield what each piece leaves, in order; shards that are there are not run again."""
    missing = [piece for piece in pieces if piece.path is None or not is_whole(piece.path)]
    found = spread_out(work_on, missing, workers=work.workers or 1, pool=work.pool)
    left = {id(piece) for piece in missing}
    done = 0
    what = _how_much(pieces, n_runs)
    progress(what, done, n_runs)
    for piece in pieces:
        assert piece.path is not None or id(piece) in left
        yield next(found) if id(piece) in left else piece.path  # type: ignore[misc]  # a path
        done += len(piece.runs)
        progress(what, done, n_runs)


def _how_much(pieces: Sequence[Piece], n_runs: int) -> str:
    """Return how much there is to do, said before it is done."""
    n_cases = sum(piece.runs.start == 0 for piece in pieces)
    each = f"{plural(n_runs // n_cases, 'run')} of {plural(pieces[0].steps[-1], 'step')}"
    return f"{plural(n_cases, 'case')} x {each}" if n_cases > 1 else each
