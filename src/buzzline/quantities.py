"""Units and bounds as types: `reach: Kilometres = 20.0`.

For a type checker each is a plain number; `@analysis` checks the bounds at the call, and the
command line and forms read the unit off the annotation.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import Annotated


@dataclass(frozen=True, slots=True)
class Quantity:
    """Unit and closed bounds of a number.

    Attributes
    ----------
    unit : str
    low, high : float
        The number must lie in [low, high].
    """

    unit: str
    low: float = -inf
    high: float = inf

    def holds(self, value: float) -> bool:
        """Tell whether `value` lies within the bounds (NaN does not)."""
        return self.low <= value <= self.high

    def __str__(self) -> str:
        return f"between {self.low:g} and {self.high:g} {self.unit}"


HALF_EQUATOR_KM = 20_038  # the two furthest points on Earth are this far apart

Kilometres = Annotated[float, Quantity("km", 0, HALF_EQUATOR_KM)]
Minutes = Annotated[float, Quantity("min", 0, 10_080)]
Share = Annotated[float, Quantity("share", 0, 1)]
Ratio = Annotated[float, Quantity("ratio", 0, 1e6)]
Count = Annotated[int, Quantity("count", 1, 2**53)]
Draws = Annotated[int, Quantity("draws", 0, 1_000_000)]
Years = Annotated[int, Quantity("years", 0, 2200)]  # a calendar year, or how many years
Months = Annotated[int, Quantity("months", 1, 1200)]
Size = Annotated[float, Quantity("unit of the outcome", 0, 1e15)]
Cutoff = Annotated[float, Quantity("unit of the indicator", -1e15, 1e15)]
Jobs = Annotated[float, Quantity("jobs", 0, 1e10)]
MillionUSD = Annotated[float, Quantity("million USD", 0, 1e9)]
Steps = Annotated[int, Quantity("steps", 1, 100_000)]
Runs = Annotated[int, Quantity("runs", 1, 1_000_000)]
