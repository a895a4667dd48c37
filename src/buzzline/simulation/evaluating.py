"""What comes out of a world at many points of its parameters, run by run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Count
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.recording import NAMES, WORLD_NAMES
from buzzline.simulation.running import Work, sweep
from buzzline.simulation.settings import checked
from buzzline.simulation.world import World

Evaluate = Callable[[Floats], Floats]  # (points, k) values to (points, runs) outcomes
USUAL_WORK = Work()
OUTCOMES = (*NAMES, *WORLD_NAMES)


@dataclass(frozen=True, slots=True)
class Factor:
    """A parameter, and between which values it is moved.

    Attributes
    ----------
    name : str
    low, high : float
    """

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Trial:
    """What is run at every point of the parameters.

    Attributes
    ----------
    outcome : str
        One of the quantities recorded of the whole world.
    n_places : count
        Places of the made world.
    organisations : count
        In each place.
    steps : count
        Quarters of a year.
    """

    outcome: str = "knowledge"
    n_places: Count = 3
    organisations: Count = 10
    steps: Count = 12

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise InvalidArgument(
                f"sensitivity: there is no outcome {self.outcome!r}; there are "
                f"{', '.join(OUTCOMES)}"
            )
        if min(self.n_places, self.organisations, self.steps) < 1:
            raise InvalidArgument(
                "sensitivity: `n_places`, `organisations` and `steps` must be at least 1"
            )


def factors_of(names: Sequence[str]) -> tuple[Factor, ...]:
    """Return parameters with the range scholars disagree over, or from half to double.

    Raises
    ------
    InvalidArgument
        No parameter, one that there is not, twice the same, or one without a range.

    Examples
    --------
    >>> factors_of(["learning_rate"])
    (Factor(name='learning_rate', low=0.02, high=0.1),)
    """
    if not names or len(set(names)) < len(names):
        raise InvalidArgument("sensitivity: give at least one of the `parameters`, each once")
    return tuple(_factor(name) for name in names)


def _factor(name: str) -> Factor:
    if name not in PARAMETER:
        checked(name, 0.0)  # says which there are
    known = PARAMETER[name]
    low, high = known.contested or (
        max(known.default / 2, known.low), min(known.default * 2, known.high)
    )  # fmt: skip
    if not low < high:
        raise InvalidArgument(
            f"sensitivity: `{name}` is {known.default:g} by default and nobody disputes it, so "
            "there is no range to move it over; leave it out"
        )
    return Factor(name, low, high)


def evaluate_in(
    world: World, factors: Sequence[Factor], trial: Trial, *, runs: int, seed: int,
    work: Work = USUAL_WORK, progress: Progress = silent,
) -> Evaluate:  # fmt: skip
    """Return a function from points to outcomes; run k has the same luck at all points.

    Parameters
    ----------
    world : World
        Its own settings hold for all other parameters.
    factors : sequence of Factor
        The columns of points.
    trial : Trial
    runs, seed : int
    work : Work
    """
    work = replace(work, every=trial.steps)  # only the end counts

    def evaluate(points: Floats) -> Floats:
        settings = [
            world.settings.with_values(
                **{each.name: float(at) for each, at in zip(factors, point, strict=True)}
            )
            for point in points
        ]
        found = sweep(
            world, settings, steps=trial.steps, runs=runs, rng=seed, work=work,
            progress=progress,
        )  # fmt: skip
        outcomes = np.stack([
            found.at(trial.outcome, case=case) for case in range(len(points))
        ])  # fmt: skip
        if not np.isfinite(outcomes).all():
            raise TooFew(
                f"sensitivity: `{trial.outcome}` does not exist at every point (say, a world "
                "without organisations has no mean); use another outcome, or narrower ranges"
            )
        return outcomes

    return evaluate


def noise_of(outcomes: Floats) -> tuple[float, float]:
    """Return the variance that luck leaves in means over runs, and its share.

    What a run adds at all points alike cancels between points and does not count.

    Parameters
    ----------
    outcomes : (points, runs) float64

    Returns
    -------
    variance, share : float
        NaN for a single run, or where nothing varies.

    Examples
    --------
    >>> noise_of(np.array([[1.0, 2.0], [3.0, 4.0]]))
    (0.0, 0.0)
    """
    points, runs = outcomes.shape
    if runs < 2 or points < 2:
        return float("nan"), float("nan")
    centred = outcomes - outcomes.mean(axis=0)
    means = centred.mean(axis=1)
    rest = ((centred - means[:, None]) ** 2).sum() / ((points - 1) * (runs - 1))
    total = float(means.var(ddof=1))
    return float(rest / runs), float(rest / runs / total) if total > 0 else float("nan")
