"""What many runs left: every quantity of every place, over time, run by run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from scipy import stats

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share
from buzzline.simulation.recording import NAMES, OF_WORLD, QUANTITIES, WORLD_NAMES
from buzzline.simulation.world import Places
from buzzline.wording import plural

WORLD = -1  # stands for all places together
UNIT = {one.name: one.unit for one in (*QUANTITIES, *OF_WORLD)}
MEANING = {one.name: one.meaning for one in (*QUANTITIES, *OF_WORLD)}
KEYS = ("case", "run", "step", "place")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Histories:
    """Runs of one or more cases; those of one number share their luck.

    Attributes
    ----------
    cases : tuple of str          names
    places : Places
    focal : tuple of int          places that are asked about; () is all
    steps : tuple of int          that were recorded
    runs : int
    seed : int
    parts : tuple of (case number, DataFrame or Path)
        What workers left, in order; a path is a Parquet file, read when it is needed.
    room : TemporaryDirectory or None
        Where the files are that are too many for memory, when no folder was named.
    """

    cases: tuple[str, ...]
    places: Places
    focal: tuple[int, ...]
    steps: tuple[int, ...]
    runs: int
    seed: int
    parts: tuple[tuple[int, pl.DataFrame | Path], ...]
    room: TemporaryDirectory[str] | None = None

    def __str__(self) -> str:
        return (
            f"{plural(self.runs, 'run')} of {plural(len(self.cases), 'case')}, "
            f"{plural(self.steps[-1], 'step')}, {plural(self.places.n, 'place')}"
        )

    def __repr__(self) -> str:
        return str(self)

    def lazy(self) -> pl.LazyFrame:
        """Return all rows, unread: `case`, `run`, `step`, `place` (-1: all), quantities."""
        return pl.concat([
            (part.lazy() if isinstance(part, pl.DataFrame) else pl.scan_parquet(part))
            .select(pl.lit(number, pl.Int32).alias("case"), pl.all())
            for number, part in self.parts
        ])  # fmt: skip

    @property
    def frame(self) -> pl.DataFrame:
        """All rows; see `lazy`."""
        return self.lazy().collect()

    def at(
        self, quantity: str, *, place: int | None = None, step: int | None = None, case: int = 0
    ) -> Floats:
        """Return one number a run.

        Parameters
        ----------
        quantity : str
        place : int or None       row of the place; None is the world
        step : int or None        one that was recorded; None is the end
        case : int

        Returns
        -------
        (runs,) float64

        Raises
        ------
        InvalidArgument
            No such quantity, or a step that was not recorded.
        """
        _check_quantity(quantity)
        when = self.steps[-1] if step is None else step
        if when not in self.steps:
            raise InvalidArgument(
                f"simulation: step {when} was not recorded; steps are "
                f"{', '.join(map(str, self.steps))}"
            )
        rows = self._of_case(case).filter(
            step=when, place=WORLD if place is None else place
        )  # fmt: skip
        values: Floats = rows.sort("run").select(quantity).collect()[quantity].to_numpy()
        return values

    def values(self, quantity: str, *, case: int = 0) -> Floats:
        """Return a quantity of a case; (runs, steps, places + 1) float64, the world last."""
        _check_quantity(quantity)
        shape = (self.runs, len(self.steps), self.places.n + 1)
        found: Floats = self._of_case(case).select(quantity).collect()[quantity].to_numpy()
        return found.reshape(shape)

    def table(
        self, quantities: Sequence[str] = NAMES, *, level: Share = 0.95, case: int = 0
    ) -> pl.DataFrame:
        """Return means over runs with what luck leaves open.

        Returns
        -------
        DataFrame
            `quantity`, `unit`, `place` (-1: all places together), `step`, `value` (mean),
            `low`, `high` (interval of the mean, Student's t), `run_low`, `run_high` (central
            range of single runs), `level`, `n` (runs with a value).
        """
        return pl.concat([self._rows(name, level, case) for name in quantities])

    def _rows(self, quantity: str, level: Share, case: int) -> pl.DataFrame:
        means = over_runs(self.values(quantity, case=case), level)
        places = np.append(np.arange(self.places.n), WORLD)
        n_steps = len(self.steps)
        return pl.DataFrame({
            "quantity": [quantity] * means["value"].size,
            "unit": [UNIT[quantity]] * means["value"].size,
            "place": np.tile(places, n_steps).astype(np.int32),
            "step": np.repeat(self.steps, places.size).astype(np.int32),
            **{name: column.ravel() for name, column in means.items()},
        }).with_columns(
            pl.col("value", "low", "high", "run_low", "run_high").fill_nan(None),
            level=pl.lit(level),
        )  # fmt: skip

    def _of_case(self, case: int) -> pl.LazyFrame:
        parts = [part for number, part in self.parts if number == case]
        if not parts:
            raise InvalidArgument(
                f"simulation: there is no case {case}; cases are 0 to {len(self.cases) - 1}"
            )
        return pl.concat([
            part.lazy() if isinstance(part, pl.DataFrame) else pl.scan_parquet(part)
            for part in parts
        ])  # fmt: skip


def recorded_steps(steps: int, every: int) -> tuple[int, ...]:
    """Return the steps that are recorded: the start, every so many, the end.

    Examples
    --------
    >>> recorded_steps(10, 4)
    (0, 4, 8, 10)
    """
    return (*range(0, steps, every), steps)


def paired(
    first: Histories, second: Histories, quantity: str, *, cases: tuple[int, int] = (0, 0)
) -> Floats:
    """Return a quantity of the second less that of the first, run by run.

    Returns
    -------
    (runs, steps, places + 1) float64
        Exactly 0 where nothing differs.

    Raises
    ------
    InvalidArgument
        Runs that do not share their luck, their steps or their places.
    """
    alike = ("seed", "runs", "steps")
    for name in alike:
        if getattr(first, name) != getattr(second, name):
            raise InvalidArgument(
                f"paired: runs differ in `{name}` ({getattr(first, name)} and "
                f"{getattr(second, name)}), so they cannot be told apart by luck. Run both "
                "with the same."
            )
    if first.places.ids != second.places.ids:
        raise InvalidArgument("paired: the runs are of different places")
    return second.values(quantity, case=cases[1]) - first.values(quantity, case=cases[0])


def over_runs(values: Floats, level: Share) -> dict[str, Floats]:
    """Return mean, interval of the mean, range of single runs and number of runs.

    Parameters
    ----------
    values : (runs, ...) float64      NaN where a run has no value
    level : share

    Returns
    -------
    dict of (...) arrays
        `value`, `low`, `high`, `run_low`, `run_high`, `n`.
    """
    known = ~np.isnan(values)
    n = known.sum(axis=0)
    filled = np.where(known, values, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(n > 0, filled.sum(axis=0) / n, np.nan)
        spread = np.where(known, (values - mean) ** 2, 0).sum(axis=0)
        error = np.where(n > 1, np.sqrt(spread / (n - 1) / n), np.nan)
    reach = stats.t.ppf((1 + level) / 2, np.maximum(n - 1, 1)) * error
    tail = (1 - level) / 2
    ordered = np.where(n > 0, values, 0)  # a column of NaN alone has no range, and warns
    low, high = np.nanquantile(ordered, [tail, 1 - tail], axis=0)
    gone = np.where(n > 1, 0, np.nan)
    return {"value": mean, "low": mean - reach, "high": mean + reach,
            "run_low": low + gone, "run_high": high + gone, "n": n}  # fmt: skip


def _check_quantity(name: str) -> None:
    if name not in UNIT:
        raise InvalidArgument(
            f"simulation: there is no quantity {name!r}; there are "
            f"{', '.join((*NAMES, *WORLD_NAMES))}"
        )
