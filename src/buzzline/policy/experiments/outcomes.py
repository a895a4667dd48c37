"""Outcomes that several experiments look at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from buzzline.arrays import Floats
from buzzline.policy.experiments.design import Outcome
from buzzline.policy.experiments.recorded import How, Recorded, Where

SMALLEST = 0.02  # 2 % of the level elsewhere


@dataclass(frozen=True, slots=True)
class Relative:
    """A quantity of the focal places as a multiple of that of all others."""

    quantity: str
    when: float = 1.0

    def __call__(self, recorded: Recorded) -> Floats:
        """Return one number a run."""
        return recorded.relative(self.quantity, when=self.when)


@dataclass(frozen=True, slots=True)
class At:
    """A quantity of some places at a time."""

    quantity: str
    where: Where = "focal"
    how: How = "mean"
    when: float = 1.0

    def __call__(self, recorded: Recorded) -> Floats:
        """Return one number a run."""
        return recorded.at(self.quantity, self.where, how=self.how, when=self.when)


def relative(quantity: str, title: str, *, margin: float = SMALLEST) -> Outcome:
    """Return the outcome `<quantity>_relative`: the focal places, as a multiple of others.

    Examples
    --------
    >>> relative("knowledge", "knowledge").name
    'knowledge_relative'
    """
    return Outcome(
        f"{quantity}_relative", f"{title}, relative to other places", "times others",
        Relative(quantity), margin,
    )  # fmt: skip


def at_end(
    quantity: str, title: str, unit: str, *, margin: float, where: Where = "focal",
    better: int = 1,
) -> Outcome:  # fmt: skip
    """Return the outcome `<quantity>_<where>`: the mean of places at the end.

    Examples
    --------
    >>> at_end("access_gap", "gap in access", "share", margin=0.01, better=-1).name
    'access_gap_focal'
    """
    return Outcome(f"{quantity}_{where}", title, unit, At(quantity, where), margin, better)


def not_recorded(recorded: Recorded) -> Floats:
    """Stand for an outcome that an experiment's own `play` measures; never what is reported."""
    return recorded.at("knowledge")


def followers(recorded: Recorded) -> Floats:
    """Return knowledge in focal places of those without pipelines, relative to others."""
    here = recorded.at("knowledge_without_pipelines", "focal")
    there: Callable[[Recorded], Floats] = At("knowledge", "others")
    return here / there(recorded)


KNOWLEDGE = relative("knowledge", "knowledge")
OUTPUT = relative("output", "output")
FOLLOWERS = Outcome(
    "followers_relative", "knowledge of those without pipelines, relative to other places",
    "times others", followers, SMALLEST,
)  # fmt: skip
LOCALS = relative("knowledge_of_locals", "knowledge of locals")
