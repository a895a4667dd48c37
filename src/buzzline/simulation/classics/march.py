"""Does an organisation know more in the end if its members learn slowly from its code?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.mutual_learning import learn_mutually
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.luck import STREAMS, Luck, luck_of
from buzzline.simulation.means import checked_level, ends_said, mean_interval
from buzzline.space.threads import spread

Reading = Literal["actions", "beliefs", "literal"]
READINGS: tuple[Reading, ...] = ("actions", "beliefs", "literal")
MOST_STEPS = 1000  # closed organisations settle in about 150
NINE = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True)
class MarchRules:
    """How large the organisation is, and how the rules of 1991 are read.

    Attributes
    ----------
    individuals : count
        Members of the organisation.
    dimensions : count
        Of the world, each of which is one way or the other.
    reading : "actions", "beliefs" or "literal"
        "actions": whoever acts better than the code is followed, by acts, and beliefs move one
        step at a time; this one gives the published figures. "beliefs": beliefs are compared,
        and the code moves one step. "literal": the words of 1991, numbers right are compared.
    """

    individuals: Count = 50
    dimensions: Count = 30
    reading: Reading = "actions"

    def __post_init__(self) -> None:
        if not (1 <= self.individuals <= 10_000 and 1 <= self.dimensions <= 10_000):
            raise InvalidArgument(
                "march: `individuals` and `dimensions` must lie between 1 and 10,000, got "
                f"{self.individuals} and {self.dimensions}"
            )
        if self.reading not in READINGS:
            raise InvalidArgument(f"march: `reading` must be one of {', '.join(READINGS)}")


AS_PUBLISHED = MarchRules()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarchLearning:
    """What an organisation knows once it is settled, by the two speeds of learning.

    Attributes
    ----------
    speeds : DataFrame
        One row a pair of speeds, most knowledge first: `socialisation`, `code_learning`,
        `value` (right less wrong dimensions of the code, as a share), `low`, `high`, `level`,
        `sd` (of one run), `steps` (until settled), `n` (runs), `status`.
    slow_gain, low, high : float
        Score with the slowest socialisation less that with the fastest, where the code learns
        fastest, paired by run.
    level : share
    """

    speeds: pl.DataFrame
    slow_gain: float
    low: float
    high: float
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair of speeds, most knowledge first."""
        return self.speeds

    def __str__(self) -> str:
        best = self.speeds.row(0, named=True)
        return (
            f"The code knows most, {best['value']:.3f} {ends_said(best['low'], best['high'])}, "
            f"with socialisation {best['socialisation']:g} and code learning "
            f"{best['code_learning']:g} ({best['n']:,} runs). Where the code learns fastest, "
            f"slow instead of fast socialisation adds {self.slow_gain:+.3f} "
            f"{ends_said(self.low, self.high, '+.3f')}."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.speeds.head(27)._repr_html_()}"


@analysis("simulation", "Does an organisation know more if its members learn slowly from it?")
def march_learning(
    *,
    socialisation: Sequence[Share] = NINE,
    code_learning: Sequence[Share] = (0.1, 0.5, 0.9),
    rules: MarchRules = AS_PUBLISHED,
    runs: Count = 100,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> MarchLearning:
    """Return what an organisation knows in the end, by how fast it and its members learn.

    Parameters
    ----------
    socialisation : shares
        Chance that a belief moves towards the code, a dimension and step (p1).
    code_learning : shares
        Chance that the code learns from one vote of those who do better (p2).
    rules : MarchRules
    runs : count
        Of each pair of speeds; run k has the same luck at all of them.
    level : share
    rng : Generator, int or None

    Returns
    -------
    MarchLearning

    Raises
    ------
    InvalidArgument
        No speeds; speeds outside 0 to 1; a `level` of 0 or 1.

    Notes
    -----
    Figure 1 of [1]_ by the rules of its recreations: in a step everybody acts (a coin decides
    where nothing is believed); those who do better than the code form the superior group;
    beliefs move one step towards the code with chance p1; the code takes over the majority of
    that group's acts, k votes ahead, with chance 1 - (1 - p2)^k. Nothing enters, so it ends
    when all agree and nobody can do better. Two other readings of the text (`rules`) do not
    give the published figure, and stand here to show how much the reading matters.

    Intervals are Student's over runs.

    References
    ----------
    .. [1] March, J.G. (1991). Exploration and exploitation in organizational learning.
       Organization Science 2(1). doi:10.1287/orsc.2.1.71

    Examples
    --------
    >>> found = march_learning(socialisation=(0.1, 0.9), code_learning=(0.9,), runs=40, rng=1)
    >>> found.slow_gain > 0.1
    True
    """
    speeds = checked_speeds("march_learning", socialisation, code_learning)
    checked_level("march_learning", level)
    seed = seed_of(rng)
    rows, scores = [], {}
    cells = list(product(speeds[1], speeds[0]))
    for code, social in told(progress, "pairs of speeds", cells):
        chances = np.full(rules.individuals, social)
        found = many_histories(
            rules, chances, code_learning=code, luck=[luck_of(seed, k) for k in range(runs)]
        )
        scores[social, code] = found.final
        rows.append({"socialisation": social, "code_learning": code, **found.columns(level)})
    gain = scores[min(speeds[0]), max(speeds[1])] - scores[max(speeds[0]), max(speeds[1])]
    mean, low, high = (float(end) for end in mean_interval(gain, level))
    frame = pl.DataFrame(rows).sort("value", descending=True, maintain_order=True)
    return MarchLearning(frame.fill_nan(None), mean, low, high, level)


@dataclass(frozen=True, slots=True, eq=False)
class Runs1991:
    """Runs of one setting: (runs,) final scores and steps, (runs, steps + 1, 3) histories."""

    final: Floats
    steps: Floats
    history: Floats

    def columns(self, level: float) -> dict[str, Any]:
        """Return the columns of a table row."""
        mean, low, high = mean_interval(self.final, level)
        late = int((self.steps >= MOST_STEPS).sum())
        return {
            "value": float(mean), "low": float(low), "high": float(high), "level": level,
            "sd": float(self.final.std(ddof=1)) if self.final.size > 1 else float("nan"),
            "steps": float(self.steps.mean()), "n": self.final.size,
            "status": f"not settled: {late} runs" if late else "settled",
        }  # fmt: skip


def many_histories(
    rules: MarchRules, chances: Floats, *, code_learning: float, luck: Sequence[Luck],
    n_fast: int = 0, kept: int = 0,
) -> Runs1991:  # fmt: skip
    """Return closed organisations until they settle, one a luck.

    Parameters
    ----------
    rules : MarchRules
    chances : (individuals,) float64
    code_learning : share
    luck : sequence of Luck
    n_fast : int
        The first so many individuals are counted apart.
    kept : int
        How many steps of the histories are kept; all runs are followed until settled.
    """

    def one(own: Luck) -> tuple[Floats, int]:
        out = np.empty((MOST_STEPS + 1, 3))
        steps = learn_mutually(
            own.key, STREAMS["classics"], chances, rules.dimensions, code_learning, 0.0, 0.0,
            READINGS.index(rules.reading), n_fast, out,
        )  # fmt: skip
        return out[[*range(kept), -1]], steps

    found = list(spread(one, luck))
    history = np.stack([out for out, _ in found])
    steps = np.array([float(steps) for _, steps in found])
    return Runs1991(history[:, -1, 0], steps, history)


def learning_history(
    chances: Floats, luck: Luck, *, code_learning: float, turnover: float = 0.0,
    turbulence: float = 0.0, steps: int = 100, rules: MarchRules = AS_PUBLISHED,
) -> Floats:  # fmt: skip
    """Return the score of the code, step by step; (steps + 1,) float64.

    Parameters
    ----------
    chances : (individuals,) float64
        Each individual's chance to learn from the code.
    luck : Luck
    code_learning, turnover, turbulence : share
    steps : int
    rules : MarchRules

    Examples
    --------
    >>> found = learning_history(np.full(50, 0.5), luck_of(1, 0), code_learning=0.5, steps=9)
    >>> float(found[0]), found.shape
    (0.0, (10,))
    """
    out = np.empty((steps + 1, 3))
    learn_mutually(
        luck.key, STREAMS["classics"], chances, rules.dimensions, code_learning, turnover,
        turbulence, READINGS.index(rules.reading), 0, out,
    )  # fmt: skip
    return np.ascontiguousarray(out[:, 0])


def checked_speeds(name: str, *speeds: Sequence[float]) -> list[list[float]]:
    """Return speeds in order, each once.

    Raises
    ------
    InvalidArgument
        There are none, or they lie outside 0 to 1.
    """
    found = [sorted({float(speed) for speed in some}) for some in speeds]
    for some in found:
        if not some or some[0] < 0 or some[-1] > 1:
            raise InvalidArgument(
                f"{name}: give at least one share between 0 and 1 for each speed, got {some}"
            )
    return found
