"""What was recorded of one case: all runs, all years, all places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument

Where = Literal["focal", "others", "all"]
How = Literal["mean", "sum", "lowest", "highest"]


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Quantities of a case.

    Attributes
    ----------
    quantities : tuple of str           as in `QUANTITIES` of the simulation
    values : (runs, t, places, quantities) float64
    world_quantities : tuple of str
    of_world : (runs, t, world quantities) float64
        Of all places together; inequality between and within them.
    steps : (t,) int64                  when; the last is the end
    focal : tuple of int                places that are asked about; never empty
    """

    quantities: tuple[str, ...]
    values: Floats
    world_quantities: tuple[str, ...]
    of_world: Floats
    steps: np.ndarray
    focal: tuple[int, ...]

    def at(
        self, quantity: str, where: Where = "focal", *, how: How = "mean", when: float = 1.0
    ) -> Floats:
        """Return one number a run.

        Parameters
        ----------
        quantity : str
        where : "focal", "others" or "all"
            Which places.
        how : "mean", "sum", "lowest" or "highest"
            Of these places; places without a value are left out.
        when : float
            Share of the run that is over; 1 is its end.

        Returns
        -------
        (runs,) float64
            NaN where no place has a value.
        """
        column = _column(quantity, self.quantities)
        of_places = self.values[:, self._t(when), self._places(where), column]
        return _over_places(of_places, how)

    def per_person(self, quantity: str, where: Where = "focal") -> Floats:
        """Return the mean at the end over the people of these places; (runs,).

        Parameters
        ----------
        quantity : str
            What is recorded per person; where nobody counts people, places count alike.
        where : "focal", "others" or "all"
        """
        places = self._places(where)
        values = self.each(quantity)[:, places]
        people = self.each("population")[:, places]
        people = np.where(np.isnan(people) | np.isnan(values), 0.0, people)
        nobody = people.sum(axis=1, keepdims=True) <= 0
        weights = np.where(nobody, ~np.isnan(values), people)
        total = weights.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(np.isnan(values), 0.0, values * weights).sum(axis=1) / total
        return np.where(total > 0, mean, np.nan)

    def of_all(self, quantity: str, *, when: float = 1.0) -> Floats:
        """Return one number a run of the world as a whole; (runs,).

        Parameters
        ----------
        quantity : str
            Any, or an inequality: theil_between, theil_within, theil_income.
        when : float
            Share of the run that is over.
        """
        found: Floats = self.of_world[
            :, self._t(when), _column(quantity, self.world_quantities)
        ]
        return found

    def _t(self, when: float) -> int:
        return int(np.argmin(np.abs(self.steps - when * self.steps[-1])))

    def each(self, quantity: str, *, when: float = 1.0) -> Floats:
        """Return a quantity of each place in each run; (runs, places)."""
        found: Floats = self.values[:, self._t(when), :, _column(quantity, self.quantities)]
        return found

    def relative(self, quantity: str, *, when: float = 1.0) -> Floats:
        """Return the mean of the focal places, as a multiple of that of all others; (runs,)."""
        here = self.at(quantity, "focal", when=when)
        there = self.at(quantity, "others", when=when)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(there > 0, here / there, np.nan)

    def _places(self, where: Where) -> list[int]:
        every = range(self.values.shape[2])
        if where == "all":
            return list(every)
        return [place for place in every if (place in self.focal) == (where == "focal")]


def _column(quantity: str, quantities: tuple[str, ...]) -> int:
    if quantity not in quantities:
        raise InvalidArgument(
            f"simulation: there is no quantity {quantity!r}; there are {', '.join(quantities)}"
        )
    return quantities.index(quantity)


def _over_places(values: Floats, how: How) -> Floats:
    """Return (runs,) from (runs, places), without places that have no value."""
    known = ~np.isnan(values)
    filler = {"mean": 0.0, "sum": 0.0, "lowest": np.inf, "highest": -np.inf}[how]
    filled = np.where(known, values, filler)
    n = known.sum(axis=1)
    if how in ("mean", "sum"):
        found = filled.sum(axis=1) / (np.maximum(n, 1) if how == "mean" else 1)
    else:
        found = filled.min(axis=1) if how == "lowest" else filled.max(axis=1)
    return np.where(n > 0, found, np.nan)
