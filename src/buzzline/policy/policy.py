"""What a policy is: named, dated changes of parameters, with a cost; data, not code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Literal

from buzzline.errors import InvalidArgument
from buzzline.simulation.changes import Change

Per = Literal[
    "organisation and year", "organisation", "organisation and event", "person and year",
    "trainee and year", "year", "job", "place and year", "no budget",
]  # fmt: skip
Of = Literal["organisations", "place"]
OF_ORGANISATIONS: tuple[Per, ...] = (  # paid each year for each organisation that is reached
    "organisation and year", "organisation and event", "person and year", "trainee and year",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """What one unit of a lever costs; placeholders until an agency puts in its own.

    Attributes
    ----------
    low, high : float [thousand euros]
        NaN where nobody gives a range.
    per : str
        The unit: "organisation and year" (each that is reached), "organisation" (once), "year"
        (a fixed budget), "job" (of affiliates that came), "place and year", or "no budget" (a
        rule). "organisation and event", "person and year" and "trainee and year" are paid
        `units` times a year for each organisation that is reached.
    reach : float [share] or None
        Of the organisations of its places that it is paid for; None: as many as the policy
        reaches.
    units : float [per organisation and year]
        Events, persons or trainees: an assumption.
    """

    low: float
    high: float
    per: Per
    reach: float | None = None
    units: float = 1.0

    @property
    def is_known(self) -> bool:
        """Tell whether there is a range at all."""
        return self.per == "no budget" or not isnan(self.low)

    def __str__(self) -> str:
        if self.per == "no budget":
            return "a rule: no budget"
        if not self.is_known:
            return f"not known, per {self.per}"
        return f"{self.low:g} to {self.high:g} thousand euros per {self.per}"


@dataclass(frozen=True, slots=True)
class Dose:
    """One parameter that a lever changes, in full.

    Attributes
    ----------
    parameter : str
    by : float              added to its value
    of : "organisations" or "place"
        Whether it is changed for those reached, or for the place as a whole; of a place, a
        lever that reaches a share of organisations changes this share of `by`.
    why : str               how the lever is thought to work, half a sentence
    """

    parameter: str
    by: float
    of: Of = "organisations"
    why: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Dated changes to parameters, as one thing with a name and a cost.

    Attributes
    ----------
    name, title : str
    changes : tuple of Change           what it is for
    side_effects : tuple of Change      what it brings besides
    costs : tuple of Cost               one a lever
    reach : float [share]               of organisations in its places
    start, stop : int [steps]           of the programme; changes may outlast it
    places : tuple of int               () is all
    source : str

    Examples
    --------
    >>> print(Policy("open", "Open", (Change("global_share", by=0.1),)))
    Open: global_share +0.1
    """

    name: str
    title: str
    changes: tuple[Change, ...] = ()
    side_effects: tuple[Change, ...] = ()
    costs: tuple[Cost, ...] = ()
    reach: float = 1.0
    start: int = 0
    stop: int = 2**31 - 1
    places: tuple[int, ...] = ()
    source: str = ""

    def __post_init__(self) -> None:
        if not 0 <= self.reach <= 1:
            raise InvalidArgument(
                f"policy {self.name!r}: `reach` must be a share, got {self.reach:g}"
            )
        if self.stop < self.start:
            raise InvalidArgument(
                f"policy {self.name!r}: it cannot stop in step {self.stop} when it starts in "
                f"step {self.start}"
            )
        if any(place < 0 for place in self.places):
            raise InvalidArgument(f"policy {self.name!r}: `places` are row numbers from 0")

    @property
    def all_changes(self) -> tuple[Change, ...]:
        """Main changes and side effects."""
        return (*self.changes, *self.side_effects)

    def without_side_effects(self) -> Policy:
        """Return the policy as it was meant."""
        return replace(self, side_effects=())

    def __str__(self) -> str:
        parts = [_said(change) for change in self.changes]
        beside = [_said(change) for change in self.side_effects]
        return f"{self.title}: {', '.join(parts) or 'changes nothing'}" + (
            f"; besides {', '.join(beside)}" if beside else ""
        )


def _said(change: Change) -> str:
    to = f"to {change.to:g}" if change.to is not None else f"{change.by:+g}"
    return f"{change.parameter} {to}"


def _all_places(policies: Sequence[Policy]) -> tuple[int, ...]:
    """Return the places of any of them; () is all."""
    if not all(one.places for one in policies):
        return ()
    return tuple(dict.fromkeys(place for one in policies for place in one.places))


def together(name: str, policies: Sequence[Policy], title: str = "") -> Policy:
    """Return several policies as one.

    Examples
    --------
    >>> both = together("both", [Policy("a", "A"), Policy("b", "B")])
    >>> both.title
    'A + B'
    """
    return Policy(
        name, title or " + ".join(one.title for one in policies),
        changes=tuple(change for one in policies for change in one.changes),
        side_effects=tuple(change for one in policies for change in one.side_effects),
        costs=tuple(cost for one in policies for cost in one.costs),
        reach=max((one.reach for one in policies), default=1.0),
        start=min((one.start for one in policies), default=0),
        stop=max((one.stop for one in policies), default=0),
        places=_all_places(policies),
        source="; ".join(one.source for one in policies if one.source),
    )  # fmt: skip
