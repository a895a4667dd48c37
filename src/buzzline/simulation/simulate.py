"""What could happen to the organisations and places of a study, if they learn as assumed?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Runs, Share, Steps
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.histories import UNIT, WORLD, Histories, over_runs
from buzzline.simulation.parameters import PARAMETERS
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.recording import WORLD_NAMES
from buzzline.simulation.running import Work, histories
from buzzline.simulation.starting import place_named, world_of_study
from buzzline.simulation.typed_settings import typed_settings
from buzzline.simulation.world import World
from buzzline.tables.study import Study
from buzzline.wording import plural

EVERYWHERE = "all places"
PLACES_SHOWN = 8  # those with most organisations, where none are named
MAPS = 6
OF_PLACES = ("relative_knowledge", "knowledge", "n_organisations", "jobs", "output", "income",
             "gini", "foreign_share", "wage", "rent", "commons")  # fmt: skip
OF_ALL = (*OF_PLACES[1:], *WORLD_NAMES)
FOUND = ("value", "low", "high", "run_low", "run_high", "level", "n")


@dataclass(frozen=True, slots=True)
class Length:
    """How long a world is run, and how often.

    Attributes
    ----------
    steps : steps      Quarters of a year that are simulated.
    runs : runs        Repetitions, each with luck of its own.
    """

    steps: Steps = 40
    runs: Runs = 20


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
        value), `reason`.
    paths : DataFrame
        The same at every step recorded: `step`, `years` (since the start) instead of `start`.
    maps : DataFrame
        All places at a few steps: `longitude`, `latitude`, `knowledge`, `n_organisations`.
    steps, runs : int
    settings : str                 what was set otherwise
    level : share
    notes : tuple of str           what the tables did not tell and was assumed
    """

    ends: pl.DataFrame
    paths: pl.DataFrame
    maps: pl.DataFrame
    steps: int
    runs: int
    settings: str
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a quantity of a place at the end; all places together first."""
        return self.ends

    def __str__(self) -> str:
        n_assumed = sum(one.footing == "assumption" for one in PARAMETERS)
        return " ".join([
            f"{self.steps / STEPS_A_YEAR:g} years, {plural(self.runs, 'run')}"
            f"{f' ({self.settings})' if self.settings else ''}: {self._foremost()}",
            f"No forecast: {n_assumed} of {len(PARAMETERS)} values of the model are "
            "assumptions, not calibrated to these tables.",
            *self.notes,
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.ends.head(20)._repr_html_()}"

    def _foremost(self) -> str:
        rows = self.ends.filter(
            pl.col("quantity") == "relative_knowledge", pl.col("value").is_not_null()
        )
        if not rows.height:
            return "there is no place to compare with others."
        moved = (pl.col("value") - pl.col("start")).abs()
        first = rows.sort(moved, descending=True, maintain_order=True).row(0, named=True)
        told = (
            f"of {plural(rows.height, 'place')}, {first['name']} moves furthest: organisations "
            f"there know {first['start']:.2f} times what those elsewhere do at the start, "
            f"{first['value']:.2f} at the end"
        )
        if first["low"] is None:
            return f"{told}; a single run says nothing of luck."
        return (
            f"{told} [{first['low']:.2f}, {first['high']:.2f}]; "
            f"single runs {first['run_low']:.2f} to {first['run_high']:.2f}."
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
        A parameter, place or value that there is not; a `level` of 0 or 1.
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
    world = world_of_study(study)
    asked = _asked(world, places)
    found = histories(
        world, settings=typed_settings(settings, world.places), steps=length.steps,
        runs=length.runs, rng=seed_of(rng), work=work, progress=progress,
    )  # fmt: skip
    paths = _paths(world, found, asked, level)
    return Simulation(
        _ends(paths), paths, _maps(world, found), length.steps, length.runs,
        ", ".join(settings), level, world.notes,
    )  # fmt: skip


def _asked(world: World, names: Sequence[str] | None) -> list[int]:
    """Return the rows of the places asked about, or of those with most organisations."""
    if names:
        return list(dict.fromkeys(place_named(world.places, name) for name in names))
    n_here = np.bincount(world.place, minlength=world.places.n)
    order = np.argsort(-n_here, kind="stable")[:PLACES_SHOWN]
    return [int(place) for place in order if n_here[place] > 0]


def _paths(world: World, found: Histories, asked: list[int], level: Share) -> pl.DataFrame:
    everywhere = [(quantity, WORLD) for quantity in OF_ALL]
    here = [(quantity, place) for place in asked for quantity in OF_PLACES]
    names = dict.fromkeys((*OF_ALL, *OF_PLACES))
    values = {name: over_runs(found.values(name), level) for name in names}
    frames = []
    for quantity, place in (*everywhere, *here):
        columns = {name: column[:, place] for name, column in values[quantity].items()}
        n_steps = len(found.steps)
        frames.append(
            pl.DataFrame({
                "place_id": pl.Series([_id(world, place)] * n_steps, dtype=pl.String),
                "name": [_name(world, place)] * n_steps,
                "quantity": [quantity] * n_steps, "unit": [UNIT[quantity]] * n_steps,
                "step": list(found.steps),
                "years": np.array(found.steps) / STEPS_A_YEAR,
                **columns, "level": [level] * n_steps,
            })
        )  # fmt: skip
    return pl.concat(frames).with_columns(
        pl.col("value", "low", "high", "run_low", "run_high").fill_nan(None)
    )


def _ends(paths: pl.DataFrame) -> pl.DataFrame:
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
        ended.join(begun, on=keys, how="left", validate="1:1", maintain_order="left",
                   nulls_equal=True)
        .select(*keys, "start", *FOUND, reason=reason.cast(pl.String))
    )  # fmt: skip


def _maps(world: World, found: Histories) -> pl.DataFrame:
    """Return all places at a few steps, the first and the last among them."""
    wanted = np.unique(np.linspace(0, len(found.steps) - 1, MAPS).round().astype(int))
    means = {
        name: over_runs(found.values(name)[:, :, :-1], 0.5)["value"]
        for name in ("knowledge", "n_organisations")
    }
    places = world.places
    frames = [
        pl.DataFrame({
            "place_id": places.ids, "name": places.names,
            "longitude": places.longitude, "latitude": places.latitude,
            "step": [found.steps[row]] * places.n,
            "years": [found.steps[row] / STEPS_A_YEAR] * places.n,
            "knowledge": means["knowledge"][row],
            "n_organisations": means["n_organisations"][row],
        })
        for row in wanted
    ]  # fmt: skip
    return pl.concat(frames).with_columns(pl.col("knowledge").fill_nan(None))


def _id(world: World, place: int) -> str | None:
    return None if place == WORLD else world.places.ids[place]


def _name(world: World, place: int) -> str:
    return EVERYWHERE if place == WORLD else world.places.names[place]
