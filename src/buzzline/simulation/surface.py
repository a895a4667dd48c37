"""Where does an outcome lie over two parameters, and is there a best balance inside?"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Runs, Share, Steps
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.histories import UNIT, over_runs
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.parameters.parameter import Parameter
from buzzline.simulation.running import Work, sweep
from buzzline.simulation.settings import MINIMAL, Settings, checked
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import World
from buzzline.wording import plural

FOCAL = 0
TRUST = "trust_commons"
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Grid:
    """Two parameters, and how many values of each.

    Attributes
    ----------
    across : str     Parameter that varies along the rows of the picture.
    down : str       Parameter that varies from row to row.
    points : count   Values of each, evenly over what scholars contest, else what is possible.
    """

    across: str = "global_share"
    down: str = "trust_commons"
    points: Count = 5


@dataclass(frozen=True, slots=True)
class Village:
    """A small world to try things in.

    Attributes
    ----------
    n_places : count       Places; the first is the one asked about.
    organisations : count  Organisations in each place.
    steps : steps          Quarters of a year that are simulated.
    runs : runs            Repetitions at each point, with the same luck at all points.
    """

    n_places: Count = 8
    organisations: Count = 24
    steps: Steps = 100
    runs: Runs = 20


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ResponseSurface:
    """An outcome over two parameters.

    Attributes
    ----------
    points : DataFrame
        One row a point, highest outcome first: `across`, `down` (values), `value` (mean over
        runs), `low`, `high` (interval of the mean), `level`, `n` (runs), `below_best` (paired
        difference to the best point), `below_low`, `below_high`, `is_best` (the highest, or not
        told apart from it).
    across, down : str             parameters
    outcome, unit : str
    runs : int
    level : share
    """

    points: pl.DataFrame
    across: str
    down: str
    outcome: str
    unit: str
    runs: int
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a point, highest outcome first."""
        return self.points

    def __str__(self) -> str:
        best = self.points.row(0, named=True)
        said = self.outcome.replace("_", " ")
        if best["value"] is None:
            return f"No run has a value of {said}: nothing can be said."
        alike = int(self.points["is_best"].sum())
        where = f"`{self.across}` {best['across']:g}, `{self.down}` {best['down']:g}"
        top = f"{said[:1].upper()}{said[1:]} is highest ({best['value']:.3g}"
        if best["low"] is None:
            return f"{top}) at {where}; a single run tells no error."
        apart = plural(self.points.height - alike, "other point")
        return (
            f"{top} [{best['low']:.3g}, {best['high']:.3g}]) at {where}, {self._within(best)} "
            f"what was tried; {apart} of {self.points.height} can be told apart from it in "
            f"{plural(self.runs, 'run')} each.{self._edge(best)} It holds for this small "
            "world, not in general."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.points.head(20)._repr_html_()}"

    def _inside(self, best: Row) -> list[str]:
        return [
            f"`{name}`"
            for name, side in ((self.across, "across"), (self.down, "down"))
            if best[side] not in (self.points[side].min(), self.points[side].max())
        ]

    def _edge(self, best: Row) -> str:
        """Say that a best value at an edge is no balance."""
        if len(inside := self._inside(best)) == 2:
            return ""
        names = [f"`{name}`" for name in (self.across, self.down)]
        edge = " and ".join(name for name in names if name not in inside)
        free = " (trust costs nothing here)" if TRUST in edge else ""
        return (
            f" Of {edge} no best balance is seen{free}: the best lies at the edge of what was "
            "tried, and what a value costs to reach is not in it."
        )

    def _within(self, best: Row) -> str:
        """Say of which parameters the best value is inside what was tried, not at an edge."""
        inside = self._inside(best)
        if len(inside) == 2:
            return "both inside"
        return f"{inside[0]} inside, the other at the edge of" if inside else "at a corner of"


@analysis("simulation", "Where is the best balance between two sides of a trade-off?")
def response_surface(
    *,
    grid: Grid = Grid(),
    village: Village = Village(),
    outcome: str = "relative_knowledge",
    level: Share = 0.95,
    work: Work = Work(),  # noqa: B008  # frozen
    rng: Seed = None,
    progress: Progress = silent,
) -> ResponseSurface:
    """Run a small world over a grid of two parameters of one of its places.

    Parameters
    ----------
    grid : Grid
    village : Village
    outcome : str
        A quantity that is recorded of places.
    level : share
    work : Work
    rng : Generator, int or None

    Returns
    -------
    ResponseSurface

    Raises
    ------
    InvalidArgument
        No such parameter or quantity; the same parameter twice; a `level` of 0 or 1.

    Notes
    -----
    Both parameters are set in the first place alone; all others keep the minimal core of the
    model, as does all else in the first. Every point is run with the same luck, so points are
    compared run by run: `below_best` is the paired difference, with Student's t over runs. The
    best of many points is chosen from the same runs, so its value is a little too high. Without
    its value at the edge, a best balance is inside; that claim is of Lorenzen (2005) and of
    Bathelt and others [1]_.

    References
    ----------
    .. [1] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz,
       global pipelines and the process of knowledge creation. Progress in Human Geography
       28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> found = response_surface(grid=Grid(points=2), village=Village(3, 4, 4, 2), rng=1)
    >>> found.points.height
    4
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"response_surface: `level` must be between 0 and 1, got {level:g}"
        )
    if grid.across == grid.down:
        raise InvalidArgument("response_surface: `across` and `down` must be two parameters")
    if outcome not in UNIT:
        raise InvalidArgument(f"response_surface: there is no quantity {outcome!r}")
    seed = seed_of(rng)
    world = world_of_settings(
        village.n_places, village.organisations, settings=MINIMAL, focal=(FOCAL,), rng=seed
    )
    pairs = list(itertools.product(
        values_tried(grid.across, grid.points), values_tried(grid.down, grid.points)
    ))  # fmt: skip
    found = sweep(
        world, [_point(world, grid, *pair) for pair in pairs], steps=village.steps,
        runs=village.runs, rng=seed, work=work, progress=progress,
    )  # fmt: skip
    values = np.stack([
        found.at(outcome, place=FOCAL, case=case) for case in range(len(pairs))
    ])  # fmt: skip
    return ResponseSurface(
        _points(pairs, values, level), grid.across, grid.down, outcome, UNIT[outcome],
        village.runs, level,
    )  # fmt: skip


def values_tried(name: str, points: int) -> list[float]:
    """Return values of a parameter, evenly over what is contested, else what is possible.

    Examples
    --------
    >>> values_tried("global_share", 3)
    [0.0, 0.5, 1.0]
    """
    checked(name, PARAMETER[name].default if name in PARAMETER else 0.0)
    low, high = _bounds(PARAMETER[name])
    return [round(float(value), 6) for value in np.linspace(low, high, points)]


def _bounds(known: Parameter) -> tuple[float, float]:
    """Return what is contested; else what is possible, but no more than twice the default."""
    if known.contested is not None:
        return known.contested
    twice = 2 * known.default if known.default > 0 else 1.0
    return known.low, known.high if known.unit == "share" else min(known.high, twice)


def _point(world: World, grid: Grid, across: float, down: float) -> Settings:
    return world.settings.at_place(FOCAL, **{grid.across: across, grid.down: down})


def _points(pairs: list[tuple[float, float]], values: Floats, level: Share) -> pl.DataFrame:
    """Return the rows; values : (points, runs)."""
    means = over_runs(values.T, level)
    best = int(np.argmax(np.nan_to_num(means["value"], nan=-np.inf)))
    below = over_runs(as_floats(values - values[best]).T, level)
    frame = pl.DataFrame({
        "across": [pair[0] for pair in pairs], "down": [pair[1] for pair in pairs],
        **{name: means[name] for name in ("value", "low", "high")},
        "level": [level] * len(pairs), "n": means["n"],
        "below_best": below["value"], "below_low": below["low"], "below_high": below["high"],
    }).fill_nan(None)  # fmt: skip
    is_best = pl.col("below_best").eq(0) | (pl.col("below_high") >= 0).fill_null(value=False)
    return frame.with_columns(is_best=is_best.fill_null(value=False)).sort(
        "value", descending=True, nulls_last=True, maintain_order=True
    )
