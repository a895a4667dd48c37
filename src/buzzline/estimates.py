"""A number together with what is known of its error.

Nothing leaves buzzline as a bare float: it is an `Estimate` (interval), an `AgainstChance`
(null band and p-value), or an estimate whose `method` says why there is no interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan, nan
from typing import Literal

from buzzline.arrays import Floats
from buzzline.quantities import Share

BandKind = Literal["pointwise", "global"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value and its interval.

    Attributes
    ----------
    value, low, high : float
        `low` and `high` are NaN where no interval makes sense; `method` then says why.
    level : share
        Confidence level of the interval.
    n : int
        Number of observations behind the value.
    method : str
        How the interval came about, e.g. "bootstrap, 999 draws".

    Examples
    --------
    >>> str(Estimate(0.043, 0.021, 0.067, 0.95, 812, "bootstrap, 999 draws"))
    '0.043 [0.021, 0.067] (n=812, bootstrap, 999 draws)'
    """

    value: float
    low: float
    high: float
    level: Share
    n: int
    method: str

    def __str__(self) -> str:
        interval = "" if isnan(self.low) else f" [{self.low:.3g}, {self.high:.3g}]"
        return f"{self.value:.3g}{interval} (n={self.n:,}, {self.method})"


def exact_count(value: float, n: int) -> Estimate:
    """Return an estimate without interval for something that was counted, not sampled."""
    return Estimate(value, nan, nan, nan, n, "exact count")


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The range that chance gives a curve or a set of numbers.

    Attributes
    ----------
    low, high : (k,) float64
    level : share
    kind : "pointwise" or "global"
        A global band is left anywhere with probability 1 - level, a pointwise band at each
        place.
    method : str
    """

    low: Floats
    high: Floats
    level: Share
    kind: BandKind
    method: str


@dataclass(frozen=True, slots=True)
class AgainstChance:
    """An observed statistic against the same statistic in data dealt at random.

    Attributes
    ----------
    value : float               observed
    low, high : float           central range of the random replicates
    p : float                   (1 + replicates at least as large) / (1 + draws); never 0
    null_mean, null_sd : float  of the random replicates
    level : share
    draws : int
    """

    value: float
    low: float
    high: float
    p: float
    null_mean: float
    null_sd: float
    level: Share
    draws: int

    def __str__(self) -> str:
        return (
            f"{self.value:.3g} (chance {self.low:.3g} to {self.high:.3g} at {self.level:.0%}, "
            f"p = {self.p:.3g}, {self.draws:,} draws)"
        )
