"""Which parameters does an outcome depend on at all?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import pi, sqrt
from typing import Any

import numpy as np
import polars as pl
from SALib.analyze import morris as analyse_morris
from SALib.sample import morris as sample_morris

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
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
from buzzline.simulation.starting import world_of_settings
from buzzline.wording import plural

USUAL = ("learning_rate", "cost_global", "cognitive_reach", "innovation_chance", "forgetting",
         "market_turbulence")  # fmt: skip
USUAL_TRIAL = Trial()
N_LEVELS = 4
STEP = N_LEVELS / (2 * (N_LEVELS - 1))  # of a range, by which a parameter is moved
RESAMPLED = 200
ONE_WAY = 0.8  # of the size of changes that must be left when signs are kept
_LUCK = "not told from luck"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MorrisSensitivity:
    """How much an outcome moves when parameters are moved one at a time.

    Attributes
    ----------
    parameters : DataFrame
        One row a parameter, most important first: `parameter`, `value` (mean size of the change
        of the outcome over the whole range, mu*), `low`, `high`, `level`, `signed` (mean
        change, mu), `spread` (of changes: large where it depends on the others), `by_luck`
        (what `value` would be by luck alone), `status`, `from_value`, `to_value`, `n` (moves).
    outcome : str
    noise_share : share             of the variance of means over runs that is luck
    n_points, runs : int
    level : share
    world : str                     that was made to try it in
    """

    parameters: pl.DataFrame
    outcome: str
    noise_share: float
    n_points: int
    runs: int
    level: Share
    world: str = ""
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a parameter, most important first."""
        return self.parameters

    def __str__(self) -> str:
        row = self.parameters.row(0, named=True)
        n = (self.parameters["status"] != "moves").sum()
        rest = (
            f"{n} of {self.parameters.height} parameters are not told from luck. "
            f"{self.n_points:,} points, {plural(self.runs, 'run')} each; "
            f"{_noise(self.noise_share)}."
        )
        where = f" in {self.world}" if self.world else ""
        if row["status"] != "moves":
            return f"Nothing moves `{self.outcome}` beyond luck{where}: {rest}"
        return (
            f"`{row['parameter']}` moves `{self.outcome}` most{where}: from "
            f"{row['from_value']:g} to {row['to_value']:g} it {_direction(row)} "
            f"{row['value']:.3g} [{row['low']:.3g}, {row['high']:.3g}]; {rest}"
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.parameters._repr_html_()}"


@analysis("simulation", "Which parameters does an outcome depend on at all?")
def sensitivity_morris(
    *,
    parameters: Sequence[str] = USUAL,
    trial: Trial = USUAL_TRIAL,
    trajectories: Count = 6,
    runs: Count = 4,
    level: Share = 0.95,
    rng: Seed = None,
    work: Work = USUAL_WORK,
    progress: Progress = silent,
) -> MorrisSensitivity:
    """Return how much an outcome moves with each parameter, by elementary effects.

    Parameters
    ----------
    parameters : names
        Parameters that are moved, each over the range scholars disagree over, or from half its
        default to double.
    trial : Trial
        The outcome, the made world and the steps.
    trajectories : count
        Ways through the parameters; each moves every parameter once.
    runs : count
        At every point; run k has the same luck at all points.
    level : share
    rng : Generator, int or None
    work : Work
        Processes, and where finished runs are kept.

    Returns
    -------
    MorrisSensitivity

    Raises
    ------
    InvalidArgument
        No parameters, or one that there is not; fewer than 2 trajectories; a `level` of 0 or 1.
    TooFew
        The outcome does not exist at some point.

    Notes
    -----
    Morris' screening [1]_ by SALib, on means over runs. `value` is the mean of |effect|, an
    effect being the change of the outcome over two thirds of the range, times three halves.
    Intervals resample trajectories. `by_luck` is the mean of |effect| that luck alone would
    give with so many runs. A parameter whose mechanism has no dose cannot move anything.

    References
    ----------
    .. [1] Morris, M.D. (1991). Factorial sampling plans for preliminary computational
       experiments. Technometrics 33(2). doi:10.1080/00401706.1991.10484804

    Examples
    --------
    >>> found = sensitivity_morris(
    ...     parameters=("forgetting",), trial=Trial(n_places=2, organisations=4, steps=4),
    ...     trajectories=2, runs=2, rng=1,
    ... )
    >>> found.n_points
    4
    """
    checked_level("sensitivity_morris", level)
    factors, seed = factors_of(parameters), seed_of(rng)
    world = world_of_settings(trial.n_places, trial.organisations, rng=seed)
    evaluate = evaluate_in(
        world, factors, trial, runs=runs, seed=seed, work=work, progress=progress
    )
    found = morris_of(
        evaluate, factors, outcome=trial.outcome, trajectories=trajectories, level=level,
        rng=seed,
    )  # fmt: skip
    made = (
        f"a made world of {plural(trial.n_places, 'place')} of "
        f"{plural(trial.organisations, 'organisation')} each after "
        f"{plural(trial.steps, 'step')}"
    )
    return replace(found, world=made)


def morris_of(
    evaluate: Evaluate, factors: Sequence[Factor], *, outcome: str = "outcome",
    trajectories: int = 10, level: float = 0.95, rng: Seed = None,
) -> MorrisSensitivity:  # fmt: skip
    """Return the elementary effects of factors on whatever a function gives.

    Parameters
    ----------
    evaluate : callable
        From points (p, k) to outcomes (p, runs).
    factors : sequence of Factor
    outcome : str
    trajectories : int              at least 2
    level : share
    rng : Generator, int or None

    Examples
    --------
    >>> factors = [Factor("a", 0, 2), Factor("b", 0, 1)]
    >>> found = morris_of(lambda x: 3 * x[:, :1] + 0 * x[:, 1:], factors, rng=1)
    >>> found.parameters["value"].round(6).to_list()
    [6.0, 0.0]
    """
    seed, n = seed_of(rng), max(int(trajectories), 2)
    problem = unit_problem(factors)
    unit = sample_morris.sample(
        problem, n, num_levels=N_LEVELS, seed=int(child(seed, "morris").integers(2**31))
    )
    outcomes = evaluate(scaled(unit, factors))
    found = analyse_morris.analyze(
        problem, unit, outcomes.mean(axis=1), num_levels=N_LEVELS, conf_level=level,
        num_resamples=RESAMPLED, seed=int(child(seed, "resampling").integers(2**31)),
    )  # fmt: skip
    variance, share = noise_of(outcomes)
    floor = sqrt(2 * variance) / STEP * sqrt(2 / pi) if variance == variance else float("nan")
    size, half = np.asarray(found["mu_star"]), np.asarray(found["mu_star_conf"])
    low = np.maximum(size - half, 0)
    status = np.where(low > max(floor, 0) if floor == floor else size > 0, "moves", _LUCK)
    frame = pl.DataFrame({
        "parameter": [each.name for each in factors], "value": size, "low": low,
        "high": size + half, "level": np.full(size.size, level),
        "signed": np.asarray(found["mu"]), "spread": np.asarray(found["sigma"]),
        "by_luck": np.full(size.size, floor), "status": status,
        "from_value": [float(each.low) for each in factors],
        "to_value": [float(each.high) for each in factors], "n": np.full(size.size, n),
    }).fill_nan(None)  # fmt: skip
    return MorrisSensitivity(
        frame.sort("value", descending=True, maintain_order=True), outcome, share,
        len(unit), outcomes.shape[1], level,
    )  # fmt: skip


def unit_problem(factors: Sequence[Factor]) -> dict[str, object]:
    """Return the factors as SALib wants them, each from 0 to 1."""
    return {
        "num_vars": len(factors),
        "names": [each.name for each in factors],
        "bounds": [[0.0, 1.0]] * len(factors),
    }


def scaled(unit: Floats, factors: Sequence[Factor]) -> Floats:
    """Return points in the units of the factors. unit : (p, k) from 0 to 1."""
    low = np.array([each.low for each in factors])
    high = np.array([each.high for each in factors])
    return np.ascontiguousarray(low + unit * (high - low))


def _direction(row: dict[str, Any]) -> str:
    """Say whether more of a parameter raises an outcome, where it is not now so, now so."""
    if abs(row["signed"]) < ONE_WAY * row["value"]:
        return "raises or lowers it, by what the others are, by"
    return "raises it by" if row["signed"] > 0 else "lowers it by"


def _noise(share: float) -> str:
    if share != share:
        return "how much of the variance is luck is not known from one run"
    return f"luck is {min(share, 1):.1%} of the variance of means"
