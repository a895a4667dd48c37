"""Growth and inequality: what policies are compared by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Floats
from buzzline.policy.experiments.recorded import Recorded

Kind = Literal["growth", "inequality", "others"]
Whose = Literal["focal", "others", "all", "least"]
PERCENT = 100.0


@dataclass(frozen=True, slots=True)
class Gain:
    """One thing by which policies are compared.

    Attributes
    ----------
    name, title, unit : str
    kind : str                  "growth", "inequality" or "others" (what happens elsewhere)
    better : int                1: more is better, -1: less is
    of : callable               what was recorded, to one number a run
    is_relative : bool          told in percent of the level without the policy
    margin : float              smaller differences do not matter, in `unit`
    meaning : str
    whose : str                 organisations it hangs on: of the "focal" places, "others",
                                "all", or of the place that has "least" of them
    """

    name: str
    title: str
    unit: str
    kind: Kind
    better: int
    of: Callable[[Recorded], Floats]
    is_relative: bool
    margin: float
    meaning: str
    whose: Whose = "focal"

    def difference(self, with_it: Recorded, without: Recorded) -> Floats:
        """Return what a policy changes in each run; (runs,).

        A run in which all is the same is exactly 0, whatever the level.
        """
        there = self.of(without)
        changed = self.of(with_it) - there
        return in_percent(changed, there) if self.is_relative else changed

    def event(self, without: Recorded) -> float:
        """Return what one organisation more or less may make of it, in its unit.

        An assumption: its share of the organisations that the outcome hangs on, in percent.
        """
        n = without.each("n_organisations").mean(axis=0)
        others = [r for r in range(n.size) if r not in without.focal]
        here = {
            "focal": n[list(without.focal)].sum(), "others": n[others].sum(), "all": n.sum(),
            "least": n.min(),
        }  # fmt: skip
        return PERCENT / max(float(here[self.whose]), 1.0)


def in_percent(changed: Floats, without: Floats) -> Floats:
    """Return changes in percent of the mean level; exactly 0 where nothing changed.

    Examples
    --------
    >>> in_percent(np.array([1.0, 0.0]), np.array([10.0, 30.0])).tolist()
    [5.0, 0.0]
    """
    known = ~np.isnan(without)
    level = float(without[known].mean()) if known.any() else np.nan
    moved = changed != 0  # NaN is not 0
    relative = np.zeros(changed.size)
    relative[moved] = PERCENT * changed[moved] / level if level else np.nan
    return relative


def _sum(quantity: str) -> Callable[[Recorded], Floats]:
    return lambda recorded: recorded.at(quantity, "focal", how="sum")


def _income(recorded: Recorded) -> Floats:
    return recorded.per_person("income")


def _elsewhere(recorded: Recorded) -> Floats:
    return recorded.per_person("income", "others")


def _worst(recorded: Recorded) -> Floats:
    """Return income of the place that has least of it in a run; it is per person already."""
    return recorded.at("income", "all", how="lowest")


def _theil(quantity: str) -> Callable[[Recorded], Floats]:
    return lambda recorded: PERCENT * recorded.of_all(quantity)


GAINS: tuple[Gain, ...] = (
    Gain("income", "income", "% of what it would be", "growth", 1, _income, True, 1.0,
         "Income per person in the places of the policy, at the end."),
    Gain("output", "output", "% of what it would be", "growth", 1, _sum("output"), True, 1.0,
         "Output of organisations there."),
    Gain("knowledge", "knowledge", "% of what it would be", "growth", 1,
         lambda recorded: recorded.at("knowledge", "focal"), True, 1.0,
         "Mean knowledge of organisations there."),
    Gain("jobs", "jobs", "% of what it would be", "growth", 1, _sum("jobs"), True, 1.0,
         "Jobs there."),
    Gain("between", "inequality between places", "points (100 x Theil T)", "inequality", -1,
         _theil("theil_income"), False, 0.2,
         "Theil's T of income per person between all places of the world.", "all"),
    Gain("within", "inequality within places", "points (100 x Theil T)", "inequality", -1,
         _theil("theil_within"), False, 0.5,
         "Theil's T of output among organisations of the same place.", "all"),
    Gain("gini", "Gini within the places", "points (100 x Gini)", "inequality", -1,
         lambda recorded: PERCENT * recorded.at("gini", "focal"), False, 0.5,
         "Mean over the places of the policy of the Gini of output of organisations."),
    Gain("access_gap", "gap in access to jobs", "points (% of people)", "inequality", -1,
         lambda recorded: PERCENT * recorded.at("access_gap", "focal"), False, 0.5,
         "How much less the worst-placed group gets at good jobs."),
    Gain("worst_off", "income where it is least", "% of what it would be", "inequality", 1,
         _worst, True, 1.0, "Income per person of the place that has least, in the world.",
         "least"),
    Gain("elsewhere", "income elsewhere", "% of what it would be", "others", 1, _elsewhere,
         True, 0.5, "Income per person of all others: below 0 where the policy displaces.",
         "others"),
)  # fmt: skip
GAIN = {gain.name: gain for gain in GAINS}
