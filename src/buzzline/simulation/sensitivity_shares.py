"""Which parameters does the variance of an outcome come from, alone and with others?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from SALib.analyze import sobol as analyse_sobol
from SALib.sample import sobol as sample_sobol

from buzzline.analysis import Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.simulation.evaluating import (
    USUAL_WORK,
    Evaluate,
    Factor,
    Trial,
    evaluate_in,
    factors_of,
    noise_of,
)
from buzzline.simulation.means import checked_level
from buzzline.simulation.running import Work
from buzzline.simulation.sensitivity import (
    RESAMPLED,
    USUAL_TRIAL,
    scaled,
    unit_problem,
)
from buzzline.simulation.starting import world_of_settings

FEW = ("learning_rate", "innovation_chance", "forgetting")
MOVES, BY_LUCK, PERHAPS_NOT = "moves", "not told from luck", "may not matter"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SobolSensitivity:
    """What share of the variance of an outcome comes from each parameter.

    Attributes
    ----------
    parameters : DataFrame
        One row a parameter, largest total first: `parameter`, `value` (total share, alone and
        with others, luck included), `low`, `high`, `alone` (first-order share), `alone_low`,
        `alone_high`, `level`, `status`, `from_value`, `to_value`, `n` (base points).
    outcome : str
    noise_share : share             of the variance of means over runs that is luck; NaN where
                                    there is a single run
    n_points, runs : int
    level : share
    """

    parameters: pl.DataFrame
    outcome: str
    noise_share: float
    n_points: int
    runs: int
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a parameter, largest total share first."""
        return self.parameters

    def __str__(self) -> str:
        how_many = f"{self.n_points:,} points, {self.runs:,} runs each"
        return f"{self._first()} {how_many}; {self._luck()}."

    def _first(self) -> str:
        row = self.parameters.row(0, named=True)
        if row["status"] != MOVES:
            return (
                f"No parameter's share in the variance of `{self.outcome}` is told from luck; "
                f"the largest total is that of `{row['parameter']}`, {row['value']:.0%} "
                f"[{row['low']:.0%}, {row['high']:.0%}], luck included."
            )
        total, low, high = (
            max(row[name] - self.noise_share, 0.0) for name in ("value", "low", "high")
        )
        return (
            f"{total:.0%} [{low:.0%}, {high:.0%}] of the variance of `{self.outcome}` involves "
            f"`{row['parameter']}`, luck's share taken off, {row['alone']:.0%} "
            f"[{row['alone_low']:.0%}, {row['alone_high']:.0%}] that alone."
        )

    def _luck(self) -> str:
        if self.noise_share != self.noise_share:
            return "how much of the variance is luck is not known from one run"
        return f"of the variance of means, luck is {self.noise_share:.1%}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.parameters._repr_html_()}"


@analysis("simulation", "Which parameters does the variance of an outcome come from?")
def sensitivity_sobol(
    *,
    parameters: Sequence[str] = FEW,
    trial: Trial = USUAL_TRIAL,
    samples: Count = 16,
    runs: Count = 4,
    level: Share = 0.95,
    rng: Seed = None,
    work: Work = USUAL_WORK,
    progress: Progress = silent,
) -> SobolSensitivity:
    """Return the share of an outcome's variance that comes from each parameter.

    Parameters
    ----------
    parameters : names
        Best those that `sensitivity_morris` found to move it.
    trial : Trial
        The outcome, the made world and the steps.
    samples : count
        Base points, a power of 2; with k parameters, k + 2 times as many are run.
    runs : count
        At every point; run k has the same luck at all points.
    level : share
    rng : Generator, int or None
    work : Work
        Processes, and where finished runs are kept.

    Returns
    -------
    SobolSensitivity

    Raises
    ------
    InvalidArgument
        No parameters, or one that there is not; `samples` no power of 2; a `level` of 0 or 1.
    TooFew
        The outcome does not exist at some point.

    Notes
    -----
    Sobol' indices [1]_ by SALib, on means over runs, of parameters drawn evenly and apart from
    each other within their ranges: other ranges, other shares. Intervals resample base points;
    with few of them they are wide, and estimates may fall below 0 or above 1. What luck leaves
    in the means counts as interaction of every parameter: a total is taken to move the outcome
    only if its whole interval lies above luck's share, which a single run cannot tell.

    References
    ----------
    .. [1] Saltelli, A. et al. (2010). Variance based sensitivity analysis of model output.
       Computer Physics Communications 181(2). doi:10.1016/j.cpc.2009.09.018

    Examples
    --------
    >>> found = sensitivity_sobol(
    ...     parameters=("forgetting",), trial=Trial(n_places=2, organisations=4, steps=4),
    ...     samples=4, runs=2, rng=1,
    ... )
    >>> found.n_points
    12
    """
    checked_level("sensitivity_sobol", level)
    factors, seed = factors_of(parameters), seed_of(rng)
    _checked_samples(samples)
    world = world_of_settings(trial.n_places, trial.organisations, rng=seed)
    evaluate = evaluate_in(
        world, factors, trial, runs=runs, seed=seed, work=work, progress=progress
    )
    return sobol_of(
        evaluate, factors, outcome=trial.outcome, samples=samples, level=level, rng=seed
    )


def sobol_of(
    evaluate: Evaluate, factors: Sequence[Factor], *, outcome: str = "outcome",
    samples: int = 256, level: float = 0.95, rng: Seed = None,
) -> SobolSensitivity:  # fmt: skip
    """Return the shares of factors in the variance of whatever a function gives.

    Parameters
    ----------
    evaluate : callable
        From points (p, k) to outcomes (p, runs).
    factors : sequence of Factor
    outcome : str
    samples : int                   a power of 2
    level : share
    rng : Generator, int or None

    Raises
    ------
    InvalidArgument
        `samples` is no power of 2, or the outcome is the same everywhere.
    """
    _checked_samples(samples)
    seed, problem = seed_of(rng), unit_problem(factors)
    unit = sample_sobol.sample(
        problem, samples, calc_second_order=False,
        seed=int(child(seed, "sobol").integers(2**31)),
    )  # fmt: skip
    outcomes = evaluate(scaled(unit, factors))
    means = outcomes.mean(axis=1)
    if np.ptp(means) == 0:
        raise InvalidArgument(
            f"sensitivity_sobol: none of {', '.join(each.name for each in factors)} moves "
            f"`{outcome}`, so it has no variance to share out"
        )
    found = analyse_sobol.analyze(
        problem, means, calc_second_order=False, conf_level=level, num_resamples=RESAMPLED,
        seed=int(child(seed, "resampling").integers(2**31)),
    )  # fmt: skip
    noise = min(noise_of(outcomes)[1], 1.0)  # NaN stays
    total, wide = np.asarray(found["ST"]), np.asarray(found["ST_conf"])
    alone, half = np.asarray(found["S1"]), np.asarray(found["S1_conf"])
    frame = pl.DataFrame({
        "parameter": [each.name for each in factors], "value": total, "low": total - wide,
        "high": total + wide, "alone": alone, "alone_low": alone - half,
        "alone_high": alone + half, "level": np.full(total.size, level),
        "status": [_status(low, noise) for low in total - wide],
        "from_value": [float(each.low) for each in factors],
        "to_value": [float(each.high) for each in factors], "n": np.full(total.size, samples),
    }).fill_nan(None)  # fmt: skip
    return SobolSensitivity(
        frame.sort("value", descending=True, maintain_order=True), outcome,
        noise, len(unit), outcomes.shape[1], level,
    )  # fmt: skip


def _status(low: float, noise: float) -> str:
    """Return whether a total share whose interval begins at `low` is more than luck."""
    if low > noise:
        return MOVES
    return PERHAPS_NOT if noise == 0 else BY_LUCK


def _checked_samples(samples: int) -> None:
    if samples < 2 or samples & (samples - 1):
        raise InvalidArgument(
            f"sensitivity_sobol: `samples` must be a power of 2 of at least 2, got {samples:,}"
        )
