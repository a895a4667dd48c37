"""What could happen to the organisations and places of a study, if they learn as assumed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Runs, Share, Steps, Years
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.histories import UNIT, WORLD, Histories, over_runs
from buzzline.simulation.parameters import PARAMETERS
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.recording import WORLD_NAMES
from buzzline.simulation.running import Work, histories
from buzzline.simulation.starting import place_named, world_of_study
from buzzline.simulation.typed_settings import known_words, typed_settings
from buzzline.simulation.world import World
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

EVERYWHERE = "all places"
PLACES_SHOWN = 8  # those with most organisations, where none are named
MAPS = 6
OF_PLACES = ("relative_knowledge", "knowledge", "n_organisations", "jobs", "output", "income",
             "gini", "foreign_share", "wage", "rent", "commons")  # fmt: skip
OF_ALL = (*OF_PLACES[1:], *WORLD_NAMES)
FOUND = ("value", "low", "high", "run_low", "run_high", "level", "n")
CHANGED = ("change", "change_low", "change_high")
MAPPED = ("relative_knowledge", "knowledge", "n_organisations")
SAID = 3  # places named in the sentence
RISING = (
    "Levels rise in every world of this model until it settles; compare places or policies, "
    "not years."
)


@dataclass(frozen=True, slots=True)
class Length:
    """How long a world is run, and how often.

    Attributes
    ----------
    steps : steps      Quarters of a year that are simulated.
    runs : runs        Repetitions, each with luck of its own.
    settle : years     Simulated before year 0 and not shown, so that levels settle first.
    """

    steps: Steps = 40
    runs: Runs = 20
    settle: Years = 0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Simulation:
    """What happened in many runs of a model that began as a study is.

    Attributes
    ----------
    ends : DataFrame
        One row a quantity of a place at the end; all places together first, then the places
        asked about: `place_id`, `name`, `quantity`, `unit`, `start` (first mean: of what a step
        brings forth, after a year), `value` (mean over runs), `low`, `high` (interval of the
        mean), `run_low`, `run_high` (central range of single runs), `level`, `n` (runs with a
        value), `change` (from the start to the end, run by run), `change_low`, `change_high`
        (its interval; those of a quantity hold for all places asked about at once), `reason`.
    paths : DataFrame
        The same at every step recorded: `step`, `years` (since the start) instead of `start`.
    maps : DataFrame
        All places at a few steps: `longitude`, `latitude`, `relative_knowledge`, `knowledge`,
        `n_organisations`.
    steps, runs : int
    settled : int                  years run before year 0
    is_knowledge_drawn : bool      what organisations know at the start is not from the tables
    settings : str                 what was set otherwise
    level : share
    notes : tuple of str           what the tables did not tell and was assumed
    """

    ends: pl.DataFrame
    paths: pl.DataFrame
    maps: pl.DataFrame
    steps: int
    runs: int
    settled: int
    is_knowledge_drawn: bool
    settings: str
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a quantity of a place at the end; all places together first."""
        return self.ends

    def __str__(self) -> str:
        n_assumed = sum(one.footing == "assumption" for one in PARAMETERS)
        years = f"{self.steps / STEPS_A_YEAR:g} years"
        after = f" after {plural(self.settled, 'year')} to settle" if self.settled else ""
        given = f" ({self.settings})" if self.settings else ""
        drawn = "What organisations know at the start is drawn, not from the tables."
        return " ".join([
            *([drawn] if self.is_knowledge_drawn else []),
            f"{years}{after}, {plural(self.runs, 'run')}{given}: {self._foremost()}", RISING,
            f"No forecast: {n_assumed} of {len(PARAMETERS)} values of the model are "
            "assumptions, not calibrated to these tables.",
            *self.notes,
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.ends.head(20)._repr_html_()}"

    def _foremost(self) -> str:
        """Say which places move against the others, by more than luck."""
        rows = self.ends.filter(
            pl.col("quantity") == "relative_knowledge", pl.col("change").is_not_null()
        )
        if not rows.height:
            return "there is no place to compare with others."
        rows = rows.sort(pl.col("change").abs(), descending=True, maintain_order=True)
        of = f"of {plural(rows.height, 'place')},"
        if rows["change_low"].null_count():
            return f"{of} which moves is not told: a single run says nothing of luck."
        beyond = rows.filter((pl.col("change_low") > 0) | (pl.col("change_high") < 0))
        at_once = f"intervals hold for all {rows.height} at once" if rows.height > 1 else ""
        if not beyond.height:
            largest = _moved(rows.row(0, named=True))
            return (
                f"{of} no place moves beyond luck in what organisations know against those "
                f"elsewhere; the largest change is {largest}{at_once and '; ' + at_once}."
            )
        named = "; ".join(_moved(row) for row in beyond.head(SAID).to_dicts())
        return (
            f"{of} {beyond.height} {verb(beyond.height, 'moves', 'move')} beyond luck in what "
            f"organisations know against those elsewhere: {named}"
            f"{f'; and {beyond.height - SAID} more' if beyond.height > SAID else ''}"
            f"{at_once and ' (' + at_once + ')'}."
        )


def _moved(row: dict[str, Any]) -> str:
    return (
        f"{row['name']} {row['change']:+.2g} [{row['change_low']:+.2g}, "
        f"{row['change_high']:+.2g}], from {row['start']:.2f} to {row['value']:.2f} times"
    )


@analysis("simulation", "What could happen, if organisations learn as assumed?")
def simulate(
    study: Study,
    *,
    settings: Sequence[str] = (),
    places: Sequence[str] | None = None,
    length: Length = Length(),
    work: Work = Work(),  # noqa: B008  # frozen
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> Simulation:
    """Run a model of localised learning from the organisations, places and ties of a study.

    Parameters
    ----------
    study : Study
    settings : sequence of str
        Values other than the defaults: `learning_rate=0.1`, in one place `gatekeepers@Turin=1`;
        the word `minimal` first leaves only the core of the model.
    places : names or ids of places, or None
        Places asked about; None: the eight with most organisations.
    length : Length
    work : Work
    level : share
        Of intervals, and of the range of single runs.
    rng : Generator, int or None

    Returns
    -------
    Simulation

    Raises
    ------
    InvalidArgument
        A parameter, place or value that there is not; a `level` of 0 or 1; years to settle
        whose end is not recorded.
    TooFew
        No organisation has coordinates.

    Notes
    -----
    A step is a quarter. In each, in this order: demand changes; organisations notice their
    neighbours, meet within their time, learn, search; sell, earn and may end; people move;
    organisations enter; investors come; trust, conventions and institutions follow. Each
    mechanism is one rule with its source and its dose [1]_. What is recorded is compared over
    runs: the interval is Student's t of the mean over runs, the range is of single runs. Both
    are of luck within the model; neither says that the model is right, and none is a forecast.
    Where the study does not tell what organisations know, it is drawn anew in each run.

    A place moves beyond luck where the interval of its change, taken run by run, holds no 0;
    Student's t with Bonferroni's correction over the places asked about, so that the one that
    moves most can be read. The start is no balance of the model: levels rise or fall from it in
    every world until it settles, so a change over years is none of the places. `settle` runs
    some years before year 0.

    References
    ----------
    .. [1] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz,
       global pipelines and the process of knowledge creation. Progress in Human Geography
       28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=60, clusters=1, rng=1).study
    >>> found = simulate(study, settings=["minimal"], length=Length(4, 2), rng=1)
    >>> found.steps, found.runs
    (4, 2)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"simulate: `level` must be between 0 and 1, got {level:g}")
    before = _settling(length, work)
    known_words(settings)
    world = world_of_study(study)
    asked = _asked(world, places)
    found = histories(
        world, settings=typed_settings(settings, world.places), steps=before + length.steps,
        runs=length.runs, rng=seed_of(rng), work=work, progress=progress,
    )  # fmt: skip
    shown = _Shown(world, found, tuple(asked), level, before)
    paths = _paths(shown)
    return Simulation(
        _ends(paths, _changes(shown)), paths, _maps(shown), length.steps, length.runs,
        length.settle, world.knowledge is None, ", ".join(settings), level, world.notes,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """Runs, without the years before year 0."""

    world: World
    found: Histories
    asked: tuple[int, ...]
    level: Share
    before: int

    @property
    def first(self) -> int:
        """Row of the step that is year 0."""
        return self.found.steps.index(self.before)

    @property
    def steps(self) -> tuple[int, ...]:
        return tuple(step - self.before for step in self.found.steps[self.first :])

    def values(self, quantity: str) -> Floats:
        return self.found.values(quantity)[:, self.first :]


def _settling(length: Length, work: Work) -> int:
    """Return the steps before year 0."""
    before = length.settle * STEPS_A_YEAR
    if before % work.every:
        raise InvalidArgument(
            f"simulate: {plural(length.settle, 'year')} to settle end at step {before}, which "
            f"is not recorded every {work.every} steps; give another `settle` or `every`"
        )
    return before


def _asked(world: World, names: Sequence[str] | None) -> list[int]:
    """Return the rows of the places asked about, or of those with most organisations."""
    if names:
        return list(dict.fromkeys(place_named(world.places, name) for name in names))
    n_here = np.bincount(world.place, minlength=world.places.n)
    order = np.argsort(-n_here, kind="stable")[:PLACES_SHOWN]
    return [int(place) for place in order if n_here[place] > 0]


def _paths(shown: _Shown) -> pl.DataFrame:
    world, steps = shown.world, shown.steps
    everywhere = [(quantity, WORLD) for quantity in OF_ALL]
    here = [(quantity, place) for place in shown.asked for quantity in OF_PLACES]
    names = dict.fromkeys((*OF_ALL, *OF_PLACES))
    values = {name: over_runs(shown.values(name), shown.level) for name in names}
    frames = []
    for quantity, place in (*everywhere, *here):
        columns = {name: column[:, place] for name, column in values[quantity].items()}
        n_steps = len(steps)
        frames.append(
            pl.DataFrame({
                "place_id": pl.Series([_id(world, place)] * n_steps, dtype=pl.String),
                "name": [_name(world, place)] * n_steps,
                "quantity": [quantity] * n_steps, "unit": [UNIT[quantity]] * n_steps,
                "step": list(steps), "years": np.array(steps) / STEPS_A_YEAR,
                **columns, "level": [shown.level] * n_steps,
            })
        )  # fmt: skip
    return pl.concat(frames).with_columns(
        pl.col("value", "low", "high", "run_low", "run_high").fill_nan(None)
    )


def _changes(shown: _Shown) -> pl.DataFrame:
    """Return what changes from start to end, run by run, in the order of rows of the ends."""
    places = list(shown.asked)
    at_once = 1 - (1 - shown.level) / max(len(places), 1)
    world = [over_runs(_change(shown.values(name))[:, -1], shown.level) for name in OF_ALL]
    each = {
        name: over_runs(_change(shown.values(name))[:, places], at_once) for name in OF_PLACES
    }
    here = [
        {key: column[row] for key, column in each[name].items()}
        for row in range(len(places))
        for name in OF_PLACES
    ]
    keys = dict(zip(CHANGED, ("value", "low", "high"), strict=True))
    return pl.DataFrame({
        name: [float(one[key]) for one in (*world, *here)] for name, key in keys.items()
    }).fill_nan(None)  # fmt: skip


def _change(values: Floats) -> Floats:
    """Return the end less the first value, run by run; (runs, places + 1)."""
    first = values[:, 0]
    if values.shape[1] > 1:  # what a step brings forth is not there before the first
        first = np.where(np.isnan(first).all(axis=0), values[:, 1], first)
    return as_floats(values[:, -1] - first)


def _ends(paths: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Return the last step, with the value of the first beside it."""
    keys = ["place_id", "name", "quantity", "unit"]
    ended = paths.filter(pl.col("step") == pl.col("step").max())
    begun = (
        paths.filter(pl.col("value").is_not_null())
        .group_by(keys, maintain_order=True)
        .agg(start=pl.col("value").first())
    )
    reason = (
        pl.when(pl.col("value").is_null())
        .then(pl.lit("No run has a value: nobody is there, or the model has no such thing."))
        .when(pl.col("low").is_null())
        .then(pl.lit("A single run tells nothing of luck."))
    )
    return (
        pl.concat([ended, changes], how="horizontal")
        .join(begun, on=keys, how="left", validate="1:1", maintain_order="left",
              nulls_equal=True)
        .select(*keys, "start", *FOUND, *CHANGED, reason=reason.cast(pl.String))
    )  # fmt: skip


def _maps(shown: _Shown) -> pl.DataFrame:
    """Return all places at a few steps, the first and the last among them."""
    steps, places = shown.steps, shown.world.places
    wanted = np.unique(np.linspace(0, len(steps) - 1, MAPS).round().astype(int))
    means = {name: over_runs(shown.values(name)[:, :, :-1], 0.5)["value"] for name in MAPPED}
    frames = [
        pl.DataFrame({
            "place_id": places.ids, "name": places.names,
            "longitude": places.longitude, "latitude": places.latitude,
            "step": [steps[row]] * places.n, "years": [steps[row] / STEPS_A_YEAR] * places.n,
            **{name: means[name][row] for name in MAPPED},
        })
        for row in wanted
    ]  # fmt: skip
    return pl.concat(frames).with_columns(
        pl.col("relative_knowledge", "knowledge").fill_nan(None)
    )


def _id(world: World, place: int) -> str | None:
    return None if place == WORLD else world.places.ids[place]


def _name(world: World, place: int) -> str:
    return EVERYWHERE if place == WORLD else world.places.names[place]
