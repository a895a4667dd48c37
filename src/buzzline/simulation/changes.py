"""Dated changes to parameters: what a policy, a shock or a scenario is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal, get_args

from buzzline.errors import InvalidArgument
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.settings import checked

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

    Raises
    ------
    InvalidArgument
        A reach that is no share, a place below 0 or twice, nobody such, or no `industry`.
    """

    places: tuple[int, ...] = ()
    who: Who = "all"
    industry: int | None = None
    reach: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.reach <= 1:
            raise InvalidArgument(f"target: `reach` must be a share, got {self.reach:g}")
        if self.who not in get_args(Who):
            raise InvalidArgument(
                f"target: `who` must be one of {', '.join(get_args(Who))}, got {self.who!r}"
            )
        if self.who == "industry" and self.industry is None:
            raise InvalidArgument('target: who="industry" needs the number of an `industry`')
        if any(place < 0 for place in self.places) or len(set(self.places)) < len(self.places):
            raise InvalidArgument(
                "target: `places` are row numbers from 0, each once, got "
                f"{', '.join(map(str, self.places))}"
            )

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

    Raises
    ------
    InvalidArgument
        A parameter that there is not, a value it cannot have, both of `by` and `to` or neither,
        a stop before the start, a lag below 0, a decay that is no share.
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

    def __post_init__(self) -> None:
        known = PARAMETER.get(self.parameter)
        checked(self.parameter, known.default if self.to is None and known else self.to or 0.0)
        if (self.to is None) == (self.by is None):
            raise InvalidArgument(
                f"the change of `{self.parameter}` must say either `by` or `to`"
            )
        if self.by is not None and not isfinite(self.by):
            raise InvalidArgument(
                f"the change of `{self.parameter}`: `by` must be a number, got {self.by:g}"
            )
        if self.stop < self.start or self.lag < 0 or not 0 <= self.decay <= 1:
            raise InvalidArgument(
                f"the change of `{self.parameter}`: `stop` cannot be before `start`, `lag` not "
                f"below 0, and `decay` must be a share; got {self.start} to {self.stop}, "
                f"{self.lag}, {self.decay:g}"
            )

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


def check_places(changes: Sequence[Change], n_places: int, n_industries: int) -> None:
    """Raise where a change is for a place or an industry that a world does not have.

    Raises
    ------
    InvalidArgument
    """
    for change in changes:
        beyond = [place for place in change.target.places if place >= n_places]
        if beyond:
            raise InvalidArgument(
                f"the change of `{change.parameter}` is for place {beyond[0]}, but places are "
                f"numbered 0 to {n_places - 1} in this world"
            )
        industry = change.target.industry
        if industry is not None and not 0 <= industry < n_industries:
            raise InvalidArgument(
                f"the change of `{change.parameter}` is for industry {industry}, but "
                f"industries are numbered 0 to {n_industries - 1} in this world"
            )
