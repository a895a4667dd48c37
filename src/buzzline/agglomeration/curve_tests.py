"""One curve against the curves that chance gives: bands, p-value and verdict."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.envelopes import curve_band, global_p, outside
from buzzline.estimates import Band
from buzzline.quantities import Share


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CurveAgainstChance:
    """A curve over distance, and where chance keeps such curves.

    Attributes
    ----------
    distances_km : (k,) float64 [km]
    observed : (k,) float64     NaN where the curve has no value
    expected : (k,) float64     mean of the draws
    pointwise : Band            where `level` of the draws stay at each distance
    throughout : Band           the global band: where `level` of the draws stay wholly
    p : float                   of the whole curve, both sides
    verdict : str
        "localised" when the curve is anywhere above the global band, "dispersed" when it never
        is and is anywhere below, otherwise "as chance".
    n, draws : int              points the curve is of, and curves that chance gave
    what : str                  which curve, with its unit
    chance : str                how chance deals
    """

    distances_km: Floats
    observed: Floats
    expected: Floats
    pointwise: Band
    throughout: Band
    p: float
    verdict: str
    n: int
    draws: int
    what: str
    chance: str

    def table(self) -> pl.DataFrame:
        """Return one row a distance, with both bands."""
        columns = {
            "distance_km": self.distances_km, "value": self.observed, "expected": self.expected,
            "low": self.pointwise.low, "high": self.pointwise.high,
            "global_low": self.throughout.low, "global_high": self.throughout.high,
            "level": np.full(self.distances_km.size, self.throughout.level),
        }  # fmt: skip
        return pl.DataFrame(columns, nan_to_null=True)

    def __str__(self) -> str:
        return (
            f"{self.what} of {self.n:,} points up to {self.distances_km[-1]:,.4g} km: "
            f"{self.verdict} (p={self.p:.2g}, global {self.throughout.level:.0%} band of "
            f"{self.draws:,} draws; {self.chance})"
        )

    def __repr__(self) -> str:
        return str(self)


def compared(  # as in the record
    km: Floats,
    observed: Floats,
    simulated: Floats,
    *,
    level: Share,
    n: int = 0,
    what: str = "",
    chance: str = "",
) -> CurveAgainstChance:
    """Compare a curve with those that chance gave.

    Parameters
    ----------
    km, observed : (k,) float64
    simulated : (draws, k) float64
    level : share
    """
    wide = curve_band(simulated, level=level, observed=observed)
    narrow = curve_band(simulated, level=level, kind="pointwise")
    known = ~np.isnan(simulated)
    total, n_known = np.where(known, simulated, 0).sum(axis=0), known.sum(axis=0)
    expected = np.where(n_known > 0, total / np.maximum(n_known, 1), np.nan)
    is_above, is_below = outside(observed, wide)
    verdict = "localised" if is_above else "dispersed" if is_below else "as chance"
    p = global_p(observed, simulated)
    return CurveAgainstChance(
        km, observed, as_floats(expected), narrow, wide, p, verdict, n, len(simulated), what,
        chance,
    )  # fmt: skip
