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
    steps : (t,) int64                  when; the last is the end
    focal : tuple of int                places that are asked about; never empty
    """

    quantities: tuple[str, ...]
    values: Floats
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
        if quantity not in self.quantities:
            raise InvalidArgument(
                f"experiment: there is no quantity {quantity!r}; there are "
                f"{', '.join(self.quantities)}"
            )
        t = int(np.argmin(np.abs(self.steps - when * self.steps[-1])))
        of_places = self.values[:, t, self._places(where), self.quantities.index(quantity)]
        return _over_places(of_places, how)

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
