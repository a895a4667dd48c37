"""A lever: what a policy can be made of, with its cost, lag, reach, decay and side effects."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from buzzline.errors import InvalidArgument
from buzzline.policy.policy import Cost, Dose, Policy
from buzzline.simulation.changes import Change, Target, Who
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.rates import STEPS_A_YEAR

Delivery = Literal["intermediary", "public", "rule", "fund", "building"]
NO_END = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Lever:
    """One entry of the shelf.

    Every number is an assumption to be calibrated unless its source says otherwise; an agency
    replaces them by its own.

    Attributes
    ----------
    code, name, title : str     "P4", "cluster_organisation", "Cluster organisation"
    doses : tuple of Dose       what it is for
    side_effects : tuple of Dose
    cost : Cost
    lag_years : tuple of float  until it has its full size; a range, its middle is taken
    reach : float [share]       of the organisations of a place, by default
    decay : float [per year]    share of its effect that is lost in a year after it ends
    delivery : str
        By whom; what an intermediary does loses `intermediary_rigidity` of its effect a year as
        it ages, and takes `intermediary_talent` away from search (X30).
    beside : str                side effects in words, those that no dose holds included
    source : str                of the idea, with the item of the concept map
    footing : str               of the numbers
    """

    code: str
    name: str
    title: str
    doses: tuple[Dose, ...]
    side_effects: tuple[Dose, ...]
    cost: Cost
    lag_years: tuple[float, float]
    reach: float
    decay: float
    delivery: Delivery
    beside: str
    source: str
    footing: str = "assumption"

    def policy(
        self,
        *,
        places: tuple[int, ...] = (),
        start: int = 0,
        stop: int = NO_END,
        reach: float | None = None,
        strength: float = 1.0,
        who: Who = "all",
        industry: int | None = None,
    ) -> Policy:
        """Return the lever as it is pulled somewhere, from one step to another.

        Parameters
        ----------
        places : tuple of int
            Row numbers of places; () is all.
        start, stop : int [steps]
        reach : float [share], optional
            None: as on the shelf.
        strength : float
            Multiple of every dose, side effects included; 0 changes nothing.
        who : str
            Among the organisations, as in `Target`.
        industry : int, optional

        Raises
        ------
        InvalidArgument
            A reach that is no share, a negative strength, or an end before the start.
        """
        reached = self.reach if reach is None else reach
        if not 0 <= reached <= 1:
            raise InvalidArgument(f"{self.name}: `reach` must be a share, got {reached:g}")
        if strength < 0 or stop < start:
            raise InvalidArgument(
                f"{self.name}: `strength` must be at least 0 and `stop` not before `start`; "
                f"got {strength:g}, {start} to {stop}"
            )
        pulled = _Pull(self, places, start, stop, reached, strength, who, industry)
        return Policy(
            self.name, self.title,
            changes=tuple(one for dose in self.doses for one in pulled.changes(dose)),
            side_effects=(
                *(one for dose in self.side_effects for one in pulled.changes(dose)),
                *pulled.talent(),
            ),
            costs=(replace(self.cost, reach=reached),), reach=reached, start=start, stop=stop,
            places=places, source=f"{self.code}: {self.source}",
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Pull:
    lever: Lever
    places: tuple[int, ...]
    start: int
    stop: int
    reach: float
    strength: float
    who: Who
    industry: int | None

    def changes(self, dose: Dose) -> tuple[Change, ...]:
        """Return a dose as a change; `governed` ages what an intermediary delivers."""
        of_place = dose.of == "place"
        size = dose.by * self.strength * (self.reach if of_place else 1.0)
        target = Target(self.places) if of_place else self.target
        lag = round(sum(self.lever.lag_years) / 2 * STEPS_A_YEAR)
        return (
            Change(dose.parameter, by=size, start=self.start, stop=self.stop, lag=lag,
                   decay=1 - (1 - self.lever.decay) ** (1 / STEPS_A_YEAR), target=target,
                   of=dose.of, delivery=self.lever.delivery, covers=self.reach),
        )  # fmt: skip

    def talent(self) -> tuple[Change, ...]:
        """Return what an intermediary takes away: the able, who search no longer (X30)."""
        if self.lever.delivery != "intermediary":
            return ()
        taken = PARAMETER["intermediary_talent"].default * self.strength * self.reach
        usual = PARAMETER["innovation_chance"].default
        return (
            Change("innovation_chance", by=-taken * usual, start=self.start, stop=self.stop,
                   target=Target(self.places), of="place"),
        )  # fmt: skip

    @property
    def target(self) -> Target:
        """Whom a dose of organisations reaches."""
        return Target(self.places, self.who, self.industry, self.reach)
