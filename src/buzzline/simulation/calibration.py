"""Which values of parameters give data like the user's, and which do the data not tell?

The study is simulated from how it stood in the first year, with values drawn from their priors,
and each simulation is measured as the study is (`moments`). Those that come nearest are kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import binomtest

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Share, Years
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.moments import MOMENTS, moments_of
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.recovery import (
    Recovery,
    posterior_for,
    recovered,
    shrinkage_of,
)
from buzzline.simulation.reference import (
    FREE,
    Reference,
    Window,
    kinds_in,
    of_kinds,
    prior_bounds,
    reference_table,
)
from buzzline.simulation.rejection import Posterior, usable
from buzzline.simulation.running import Work
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_study
from buzzline.tables.study import Study
from buzzline.wording import plural

KEPT = 0.2  # of the simulations
TOLD = 0.2  # shrinkage below which the data do not tell a parameter
FEWEST = 100  # simulations
TRADED = 0.5  # correlation in the posterior from which two parameters make up for each other
PARAMETER_SCHEMA = {
    "parameter": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "shrinkage": pl.Float64, "coverage": pl.Float64,
    "coverage_low": pl.Float64, "coverage_high": pl.Float64, "agreement": pl.Float64,
    "prior_low": pl.Float64, "prior_high": pl.Float64, "default": pl.Float64,
    "unit": pl.String, "mechanism": pl.String, "n": pl.Int64, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Calibration:
    """What the data tell of parameters.

    Attributes
    ----------
    parameters : DataFrame
        One row a parameter, best told first: `parameter`, `value` (mean of the posterior; null
        where the data do not tell it), `low`, `high`, `level`, `shrinkage` (how much narrower
        the posterior is than the prior), `coverage` (share of intervals that held the value of
        simulations taken for data), `coverage_low`, `coverage_high`, `agreement` (correlation
        between known and found there), `prior_low`, `prior_high`, `default`, `unit`,
        `mechanism`, `n` (simulations kept), `status`.
    moments : DataFrame
        One row a number the study was measured by: `moment`, `observed`, `low`, `high` (of all
        simulations), `level`, `kept` (mean of those kept), `status`, `meaning`.
    accepted : DataFrame
        The sets of values kept, one row a set and parameter: `set`, `parameter`, `value`,
        `weight` (of the set), `distance`.
    pairs : DataFrame
        Parameters that make up for each other: `parameter`, `other`, `correlation`.
    simulations : int
    level : share
    first, last : int
    notes : tuple of str
    """

    parameters: pl.DataFrame
    moments: pl.DataFrame
    accepted: pl.DataFrame
    pairs: pl.DataFrame
    simulations: int
    level: Share
    first: int
    last: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a parameter, best told first."""
        return self.parameters

    def settings(self, base: Settings | None = None) -> tuple[Settings, ...]:
        """Return the sets of values kept, to answer a question with each of them."""
        start = base or Settings()
        return tuple(
            start.with_values(**dict(rows.select("parameter", "value").iter_rows()))
            for rows in self.accepted.partition_by("set", maintain_order=True)
        )

    def __str__(self) -> str:
        told = self.parameters.filter(pl.col("value").is_not_null())
        n = self.parameters.height
        if not told.height:
            why = self.parameters["status"].unique(maintain_order=True).to_list()
            return " ".join([f"The data tell none of {n} parameters: {'; '.join(why)}.",
                             *self.notes])  # fmt: skip
        said = "; ".join(
            f"{row['parameter'].replace('_', ' ')} {row['value']:.3g} "
            f"[{row['low']:.3g}, {row['high']:.3g}]"
            for row in told.iter_rows(named=True)
        )
        unsaid = self.parameters.filter(pl.col("value").is_null())["parameter"].to_list()
        rest = f" Not told: {', '.join(unsaid).replace('_', ' ')}." if unsaid else ""
        return " ".join(
            [f"The data of {self.first} to {self.last} tell {told.height} of "
             f"{plural(n, 'parameter')}: {said}.{rest}", *self.notes]
        )  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.parameters._repr_html_()}"


@analysis("simulation", "Which parameters do the data tell, and how surely?")
def calibrate(
    study: Study,
    *,
    parameters: Sequence[str] = FREE,
    years: Years = 10,
    simulations: Count = 500,
    level: Share = 0.9,
    work: Work = Work(),  # noqa: B008  # frozen
    rng: Seed = None,
    progress: Progress = silent,
) -> Calibration:
    """Return the values of parameters that give data like these.

    Parameters
    ----------
    study : Study
        With dates: of ties, of organisations, or outcomes by year.
    parameters : names of parameters
        Parameters whose values are looked for; the others keep theirs. `buzzline parameters`
        lists them.
    years : years
        How many years are compared, at most: the last ones that the study tells of.
    simulations : count
        With values from uniform priors: the contested range, else a third to three times the
        default.
    level : share
    work : Work
        With a folder, simulations that are there are not run again.
    rng : Generator, int or None

    Returns
    -------
    Calibration

    Raises
    ------
    TooFew
        No dates, no organisation with coordinates, or no number to compare.
    InvalidArgument
        A parameter that there is not.

    Notes
    -----
    Approximate Bayesian computation: the fifth of the simulations that is nearest, weighted by
    nearness, with what is left of the difference taken out by a local linear regression [1]_.
    A posterior less than 20 % narrower than its prior tells nothing, and gets no value. Every
    hundredth part of the simulations is taken for the data in turn, to see whether its known
    values lie in their intervals.

    References
    ----------
    .. [1] Beaumont, M. A., Zhang, W., Balding, D. J. (2002). Genetics 162, 2025-2035.
       https://doi.org/10.1093/genetics/162.4.2025

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=60, rng=1).study
    >>> found = calibrate(study, parameters=["forgetting"], simulations=10, rng=1)
    >>> found.parameters["status"][0]
    'too few simulations: 10, at least 100'
    """
    prior_bounds(parameters)  # refuses what cannot be before anything is made
    window = window_of(study, years)
    world = world_of_study(study, year=window.first)
    reference = reference_table(
        world, parameters, window=window, simulations=simulations, work=work,
        rng=seed_of(rng), progress=progress,
    )  # fmt: skip
    some = of_kinds(study, window.kinds)
    observed = moments_of(some, first=window.first, last=window.last)
    return calibrated(reference, observed, level=level)


def window_of(study: Study, years: int = 10) -> Window:
    """Return the last years that dates of the study tell of, and its kinds of ties.

    Raises
    ------
    TooFew
        No dates.
    """
    dated = pl.concat([
        study.outcomes.filter(pl.col("indicator") == "output")["year"],
        study.linkages["start"].dt.year().cast(pl.Int64),
    ]).drop_nulls()  # fmt: skip
    opened = study.organisations["opened"].dt.year().cast(pl.Int64).drop_nulls()
    told = dated if dated.len() else opened
    if not told.len():
        raise TooFew(
            "calibrate: the study has no dates, so nothing tells how it changes. Give `start` "
            "of linkages, `opened` of organisations, or outcomes called `output` by year."
        )
    first, last = int(told.min()), int(told.max())  # type: ignore[arg-type]
    return Window(max(first, last - max(years, 1) + 1), last, kinds_in(study))


def calibrated(reference: Reference, observed: Floats, *, level: Share = 0.9) -> Calibration:
    """Return what moments that were observed tell, given simulations to compare them with.

    Parameters
    ----------
    reference : Reference
    observed : (m,) float64       in the order of `MOMENTS`; NaN where not told
    level : share

    Raises
    ------
    TooFew
        No moment was both observed and simulated.
    """
    n = len(reference.values)
    some = usable(reference.summaries, observed)
    if not some.any() and n >= FEWEST:
        raise TooFew(
            "calibrate: nothing that the study tells varies in the simulations. Give dates of "
            "ties and organisations, outcomes called `output`, or knowledge items."
        )
    found = posterior_for(
        reference.values, reference.summaries, observed, bounds=reference.bounds, kept=KEPT
    )
    tested = None
    if n >= FEWEST:
        tested = recovered(reference.values, reference.summaries, bounds=reference.bounds,
                           kept=KEPT, level=level)  # fmt: skip
    moments = _moments(reference, observed, found, level)
    pairs = _pairs(reference.parameters, found)
    return Calibration(
        parameters=_parameters(reference, found, tested, level),
        moments=moments, accepted=_accepted(reference.parameters, found), pairs=pairs,
        simulations=n, level=level, first=reference.window.first, last=reference.window.last,
        notes=_notes(moments, pairs, n, tested is not None),
    )  # fmt: skip


def _parameters(
    reference: Reference, found: Posterior, tested: Recovery | None, level: Share
) -> pl.DataFrame:
    (low, high), mean = found.interval(level), found.mean()
    shrinkage = shrinkage_of(found, reference.bounds)
    rows: list[dict[str, object]] = []
    for k, name in enumerate(reference.parameters):
        status = _status(found, tested, float(shrinkage[k]), len(reference.values))
        is_told = status == "told"
        known = PARAMETER[name]
        row: dict[str, object] = {
            "parameter": name, "value": mean[k] if is_told else None, "low": low[k],
            "high": high[k], "level": level, "shrinkage": shrinkage[k],
            "prior_low": reference.bounds[k, 0], "prior_high": reference.bounds[k, 1],
            "default": known.default, "unit": known.unit, "mechanism": known.mechanism,
            "n": found.rows.size, "status": status,
        }  # fmt: skip
        if tested is not None:
            n_held, n_tried = int(tested.held[:, k].sum()), len(tested.held)
            ends = binomtest(n_held, n_tried).proportion_ci(level, "wilson")
            row |= {
                "coverage": n_held / n_tried, "coverage_low": ends.low,
                "coverage_high": ends.high, "agreement": tested.agreement[k],
            }  # fmt: skip
        rows.append(row)
    table = pl.DataFrame(rows, schema=PARAMETER_SCHEMA)
    told = table.with_columns(pl.col(pl.Float64).fill_nan(None))
    return told.sort("shrinkage", descending=True)


def _status(found: Posterior, tested: Recovery | None, shrinkage: float, n: int) -> str:
    if tested is None:
        return f"too few simulations: {n}, at least {FEWEST}"
    if found.distance.mean() > tested.distance.max():
        return "not told: the data are further from all simulations than those from each other"
    if shrinkage < TOLD:
        return f"not told: less than {TOLD:.0%} narrower than its prior"
    return "told"


def _moments(
    reference: Reference, observed: Floats, found: Posterior, level: Share
) -> pl.DataFrame:
    some = usable(reference.summaries, observed)
    tail = (1 - level) / 2
    rows = []
    for k, moment in enumerate(MOMENTS):
        column = reference.summaries[:, k]
        known = column[np.isfinite(column)]
        low, high = np.quantile(known, (tail, 1 - tail)) if known.size else (None, None)
        kept = column[found.rows]
        rows.append({
            "moment": moment.name,
            "observed": observed[k] if np.isfinite(observed[k]) else None,
            "low": low, "high": high, "level": level,
            "kept": np.nanmean(kept) if np.isfinite(kept).any() else None,
            "status": _reached(observed[k], low, high, bool(some[k])),
            "meaning": moment.meaning,
        })  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _reached(observed: float, low: float | None, high: float | None, is_used: bool) -> str:
    if not np.isfinite(observed):
        return "not told by the study"
    if low is None or high is None or not low < high:
        return "does not vary in the simulations"
    if is_used:
        return "reached" if low <= observed <= high else "reached at the edge"
    if low <= observed <= high:
        return "too often missing in the simulations"
    return f"not reached: the model gives {'less' if observed > high else 'more'}"


def _accepted(parameters: tuple[str, ...], found: Posterior) -> pl.DataFrame:
    n, p = found.values.shape
    return pl.DataFrame(
        {
            "set": np.repeat(np.arange(1, n + 1), p),
            "parameter": list(parameters) * n,
            "value": found.values.ravel(),
            "weight": np.repeat(found.weight, p),
            "distance": np.repeat(found.distance, p),
        }
    )


def _pairs(parameters: tuple[str, ...], found: Posterior) -> pl.DataFrame:
    apart = found.values - found.mean()
    spread = np.maximum(found.spread(), np.finfo(float).tiny)
    correlation = (apart * found.weight[:, None]).T @ apart / np.outer(spread, spread)
    rows = [
        (one, parameters[other], float(correlation[k, other]))
        for k, one in enumerate(parameters)
        for other in range(k + 1, len(parameters))
    ]
    table = pl.DataFrame(
        rows, orient="row",
        schema={"parameter": pl.String, "other": pl.String, "correlation": pl.Float64},
    )  # fmt: skip
    return table.sort(pl.col("correlation").abs(), descending=True)


def _notes(
    moments: pl.DataFrame, pairs: pl.DataFrame, n: int, is_tested: bool
) -> tuple[str, ...]:
    notes = []
    missed = moments.filter(pl.col("status").str.starts_with("not reached"))["moment"].to_list()
    if missed:
        notes.append(
            f"The model does not reach {', '.join(missed).replace('_', ' ')} with any values "
            "tried: intervals hold only as far as it is right about the rest."
        )
    traded = pairs.filter(pl.col("correlation").abs() >= TRADED)
    if is_tested and traded.height:
        said = [f"{a} and {b}".replace("_", " ") for a, b, _ in traded.head(3).iter_rows()]
        notes.append(f"Together rather than apart the data tell {'; '.join(said)}.")
    if is_tested:
        notes.append(f"{plural(n, 'simulation')}; the nearest {KEPT:.0%} are kept.")
    return tuple(notes)
