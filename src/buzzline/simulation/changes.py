"""Dated changes to parameters: what a policy, a shock or a scenario is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Who = Literal["all", "industry", "largest", "suppliers", "members", "smallest"]


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a change reaches.

    Attributes
    ----------
    places : tuple of int     row numbers of places; () is all
    who : str                 among the organisations there
    industry : int or None    with who="industry" or "suppliers"
    reach : float             share of those that are reached, by luck of birth, so nested:
                              whoever is reached at 0.2 is reached at 0.4
    """

    places: tuple[int, ...] = ()
    who: Who = "all"
    industry: int | None = None
    reach: float = 1.0

    @property
    def is_whole(self) -> bool:
        """Tell whether everybody in the places is reached."""
        return self.who == "all" and self.reach >= 1


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter that is different from one step on.

    Attributes
    ----------
    parameter : str           name in `PARAMETER`
    by, to : float or None    added to the value, or the new value; exactly one is given
    start, stop : int         first step with the change, first step after it
    lag : int                 steps until it has its full size, in a straight line
    decay : float             share of it that is lost in each step after `stop`; 1 ends at once
    target : Target
    of : str                  "organisations", or "place": done to the place as a whole, so that
                              it cannot be aimed at some of it
    delivery : str            by whom; what an "intermediary" does ages (X30); "" is not said
    covers : float or None    share of organisations that the programme reaches, where the
                              target does not say it
    """

    parameter: str
    by: float | None = None
    to: float | None = None
    start: int = 0
    stop: int = 2**31 - 1
    lag: int = 0
    decay: float = 1.0
    target: Target = Target()
    of: Literal["organisations", "place"] = "organisations"
    delivery: str = ""
    covers: float | None = None

    def dose_at(self, step: int) -> float:
        """Return which share of the change is there in a step; 0 before, 1 in full.

        Examples
        --------
        >>> half_way = Change("openness", by=0.2, start=4, stop=12, lag=4, decay=0.5)
        >>> [half_way.dose_at(step) for step in (3, 5, 8, 12, 13)]
        [0.0, 0.5, 1.0, 0.5, 0.25]
        """
        if step < self.start:
            return 0.0
        grown = min(1.0, (min(step, self.stop - 1) - self.start + 1) / max(self.lag, 1))
        return grown * (1 - self.decay) ** max(0, step - self.stop + 1)
