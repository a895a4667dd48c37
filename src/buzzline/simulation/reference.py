"""Simulations to compare data with: values drawn from priors, and the moments they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
from scipy.stats import qmc

from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Count
from buzzline.randomness import Seed, child, seed_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.moments import moments_of
from buzzline.simulation.observing import observe
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.pools import spread_out
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.running import ENOUGH_FOR_PROCESSES, Work
from buzzline.simulation.settings import Settings, checked
from buzzline.simulation.shards import digest_of, is_whole, shard_name, write_shard
from buzzline.simulation.sighting import Sighting, sight
from buzzline.simulation.stepping import advance
from buzzline.simulation.study_ties import KIND_OF, NOT_TIES
from buzzline.simulation.world import LAYERS, World
from buzzline.space.threads import thread_count
from buzzline.tables.study import Study
from buzzline.wording import plural

# What regions are most often held to differ in, and every mechanism of learning has one of.
FREE = (
    "learning_rate", "innovation_chance", "forgetting", "trust_gain", "pipeline_turnover",
    "global_share",
)  # fmt: skip
FACTOR = 3.0  # from a third of the default to three times it, where no range is contested


@dataclass(frozen=True, slots=True)
class Window:
    """What of a study is compared.

    Attributes
    ----------
    first, last : int            calendar years
    kinds : tuple of str         of ties; those that the data tell of
    """

    first: int
    last: int
    kinds: tuple[str, ...] = LAYERS

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise InvalidArgument(
                f"calibrate: the last year ({self.last}) lies before the first ({self.first})"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """What simulations from the priors gave.

    Attributes
    ----------
    parameters : tuple of str
    bounds : (p, 2) float64         of the priors, uniform between
    values : (n, p) float64
    summaries : (n, m) float64      moments, in the order of `MOMENTS`; NaN where not told
    window : Window
    """

    parameters: tuple[str, ...]
    bounds: Floats
    values: Floats
    summaries: Floats
    window: Window


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One simulation of a reference: what a worker is given."""

    world: World
    settings: Settings
    window: Window
    seed: int
    number: int


def prior_bounds(
    parameters: Sequence[str], priors: Mapping[str, tuple[float, float]] | None = None
) -> Floats:
    """Return lower and upper ends of uniform priors; (p, 2) float64.

    Those given; else the range that is contested; else from a third of the default to three
    times it.

    Raises
    ------
    InvalidArgument
        No parameter, no such parameter, or a prior without width.
    """
    if not parameters or len(set(parameters)) < len(parameters):
        raise InvalidArgument("calibrate: name each of the parameters to be told once")
    return as_floats([_ends(name, (priors or {}).get(name)) for name in parameters])


def _ends(name: str, given: tuple[float, float] | None) -> tuple[float, float]:
    checked(name, PARAMETER[name].default if name in PARAMETER else 0.0)
    known = PARAMETER[name]
    low, high = given or known.contested or (known.default / FACTOR, known.default * FACTOR)
    low, high = checked(name, max(low, known.low)), checked(name, min(high, known.high))
    if not low < high:
        raise InvalidArgument(
            f"calibrate: the prior of `{name}` has no width ({low:g} to {high:g}); give it one"
        )
    return low, high


def reference_table(
    world: World,
    parameters: Sequence[str] = FREE,
    *,
    priors: Mapping[str, tuple[float, float]] | None = None,
    window: Window = Window(2000, 2004),
    simulations: Count = 500,
    work: Work = Work(),  # noqa: B008  # frozen
    rng: Seed = None,
    progress: Progress = silent,
) -> Reference:
    """Simulate a world with values from priors, and measure each as a study.

    Parameters
    ----------
    world : World
    parameters : sequence of str
    priors : mapping of parameter to (low, high), or None
    window : Window
        The world begins on the first day of its first year.
    simulations : count
    work : Work
        With a folder, what is simulated is kept there and not simulated again.
    rng : Generator, int or None

    Raises
    ------
    InvalidArgument
        A parameter or a prior that is not possible.
    UnwritableOutput
        No room for what is simulated; what was kept before stays.
    """
    bounds, seed = prior_bounds(parameters, priors), seed_of(rng)
    unit = qmc.LatinHypercube(len(parameters), rng=child(seed, "priors")).random(simulations)
    values = bounds[:, 0] + unit * (bounds[:, 1] - bounds[:, 0])
    trials = [
        Trial(world, world.settings.with_values(**_named(parameters, row)), window, seed, k)
        for k, row in enumerate(values)
    ]
    found = _worked(trials, work, progress)
    return Reference(tuple(parameters), bounds, as_floats(values), as_floats(found), window)


def _worked(trials: Sequence[Trial], work: Work, progress: Progress) -> list[Floats]:
    """Return moments of trials in order; those that are kept are read."""
    pieces = list(zip(trials, _paths(trials, work), strict=True))
    missing = [piece for piece in pieces if piece[1] is None or not is_whole(piece[1])]
    left = {trial.number for trial, _ in missing}
    years = trials[0].window.last - trials[0].window.first + 1 if trials else 0
    n_workers = work.workers or _workers(len(missing) * years * STEPS_A_YEAR, trials)
    made = spread_out(_kept, missing, workers=n_workers, pool=work.pool)
    what = f"{plural(len(trials), 'simulation')} of {plural(years, 'year')}"
    found: list[Floats] = []
    progress(what, 0, len(trials))
    for trial, path in pieces:
        if trial.number in left:
            found.append(next(made))
        else:
            assert path is not None
            found.append(as_floats(pl.read_parquet(path)["moment"].to_numpy()))
        progress(what, len(found), len(trials))
    return found


def _workers(n_steps: int, trials: Sequence[Trial]) -> int:
    """Return a process a core where work is long; starting one takes some seconds."""
    is_long = bool(trials) and trials[0].world.n * n_steps >= ENOUGH_FOR_PROCESSES
    return thread_count() if is_long else 1


def _paths(trials: Sequence[Trial], work: Work) -> list[Path | None]:
    """Return where each trial is kept; its name tells all that its moments depend on."""
    if work.folder is None or not trials:
        return [None] * len(trials)
    digest = digest_of(trials[0].world)
    return [
        Path(work.folder) / shard_name("calibrate", digest, one.settings, one.window, one.seed,
                                       one.number)
        for one in trials
    ]  # fmt: skip


def _kept(piece: tuple[Trial, Path | None]) -> Floats:
    trial, path = piece
    found = tried(trial)
    if path is not None:
        write_shard(pl.DataFrame({"moment": found}), path)
    return found


def tried(trial: Trial) -> Floats:
    """Return the moments of one simulation."""
    window, drawn = trial.window, child(trial.seed, "observed", trial.number)
    study = observe(looks_at(trial), trial.world, start_year=window.first, rng=drawn)
    return moments_of(of_kinds(study, window.kinds), first=window.first, last=window.last)


def of_kinds(study: Study, kinds: tuple[str, ...]) -> Study:
    """Return a study with ties of some kinds only, and spin-offs."""
    layers = {layer for layer, kind in KIND_OF.items() if kind in kinds}
    wanted = sorted((layers | {"spin_off"}) - set(NOT_TIES))
    return study.with_table("linkages", study.linkages.filter(pl.col("layer").is_in(wanted)))


def kinds_in(study: Study) -> tuple[str, ...]:
    """Return the kinds of ties that a study tells of."""
    there = study.linkages["layer"].unique().to_list()
    told = {KIND_OF[layer] for layer in there if layer not in (*NOT_TIES, "spin_off")}
    return tuple(kind for kind in LAYERS if kind in told)


def looks_at(trial: Trial) -> list[Sighting]:
    """Return the world of a trial at the end of each year."""
    luck = luck_of(trial.seed, trial.number)
    state = begin(trial.world, luck, trial.settings)
    looks = []
    for step in range(STEPS_A_YEAR * (trial.window.last - trial.window.first + 1)):
        advance(state, trial.settings, (), luck)
        if (step + 1) % STEPS_A_YEAR == 0:
            looks.append(sight(state))
    return looks


def _named(parameters: Sequence[str], row: Floats) -> dict[str, float]:
    return {name: float(value) for name, value in zip(parameters, row, strict=True)}
