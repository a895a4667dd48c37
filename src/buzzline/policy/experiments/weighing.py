"""Growth and equality in one number, by how much a decider cares for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.policy.experiments.design import Outcome
from buzzline.policy.experiments.recorded import How, Recorded, Where

PERCENT = 100.0
LEAST = 0.01  # of equality, below which no world gets worse
SMALLEST = 1.0  # percent


@dataclass(frozen=True, slots=True)
class Logged:
    """A quantity of places in logs, so that differences are in percent."""

    quantity: str
    where: Where = "focal"
    how: How = "mean"
    when: float = 1.0

    def __call__(self, recorded: Recorded) -> Floats:
        """Return one number a run."""
        return in_logs(recorded.at(self.quantity, self.where, how=self.how, when=self.when))


@dataclass(frozen=True, slots=True)
class Weighed:
    """What there is, less what inequality takes from it (Sen 1976): y (1 - gap)^w, in logs."""

    quantity: str
    gap: str
    weight: float

    def __call__(self, recorded: Recorded) -> Floats:
        """Return one number a run."""
        gap = recorded.at(self.gap, "focal")
        equal = np.maximum(1 - gap, LEAST)
        found = in_logs(recorded.at(self.quantity, "focal")) + self.weight * in_logs(equal)
        return as_floats(found)


@dataclass(frozen=True, slots=True)
class Points:
    """A share or an index of places, times 100."""

    quantity: str

    def __call__(self, recorded: Recorded) -> Floats:
        """Return one number a run."""
        return PERCENT * recorded.at(self.quantity, "focal")


@dataclass(frozen=True, slots=True)
class PointsOfAll:
    """An index of the world, times 100."""

    quantity: str

    def __call__(self, recorded: Recorded) -> Floats:
        """Return one number a run."""
        return PERCENT * recorded.of_all(self.quantity)


def in_logs(values: Floats) -> Floats:
    """Return 100 times the log; NaN where there is nothing.

    Examples
    --------
    >>> in_logs(np.array([1.0, 0.0])).tolist()
    [0.0, nan]
    """
    known = values > 0
    return as_floats(np.where(known, PERCENT * np.log(np.where(known, values, 1.0)), np.nan))


def logged(name: str, title: str, of: Logged, *, margin: float = SMALLEST) -> Outcome:
    """Return an outcome whose differences are in percent."""
    return Outcome(name, title, "%", of, margin)


def weighed(
    quantity: str, gap: str, title: str, *, weights: Sequence[float]
) -> tuple[Outcome, ...]:
    """Return an outcome for each weight of equality.

    Examples
    --------
    >>> [one.name for one in weighed("output", "gini", "output", weights=(0.5, 1))]
    ['output_gini_0.5', 'output_gini_1']
    """
    return tuple(
        Outcome(f"{quantity}_{gap}_{weight:g}", f"{title}, equality weighing {weight:g}", "%",
                Weighed(quantity, gap, weight), SMALLEST)
        for weight in weights
    )  # fmt: skip
