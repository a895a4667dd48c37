"""Steps as dates: a step is a quarter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Indices
from buzzline.simulation.rates import STEPS_A_YEAR

_MONTHS = 12 // STEPS_A_YEAR


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which day a step begins.

    Attributes
    ----------
    start_year : int     in which step 0 begins

    Examples
    --------
    >>> Calendar(2000).of(np.array([0, 5])).to_list()
    [datetime.date(2000, 1, 1), datetime.date(2001, 4, 1)]
    """

    start_year: int

    def of(self, steps: Indices) -> pl.Series:
        """Return the first day of each step."""
        months = 12 * (self.start_year - 1970) + _MONTHS * np.asarray(steps, np.int64)
        days = months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
        return pl.Series(days, dtype=pl.Int32).cast(pl.Date)

    def last_of(self, steps: Indices) -> pl.Series:
        """Return the last day of each step."""
        return self.of(np.asarray(steps, np.int64) + 1).dt.offset_by("-1d")

    def year(self, step: int) -> int:
        """Return the calendar year of a step."""
        return self.start_year + step // STEPS_A_YEAR

    def year_told(self, step: int) -> int:
        """Return the year that a look after `step` steps tells about: the one that is over."""
        return self.year(max(step - 1, 0))
