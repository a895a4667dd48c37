"""What a parameter of the simulation is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Footing = Literal["core", "literature", "assumption"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One number that behaviour depends on.

    Attributes
    ----------
    name : str
    symbol : str            in the literature or in the list of switches
    default, low, high : float
        The full model's value, and what is possible.
    unit : str              "share", "per year", "per step", "units of time", ...
    mechanism : str         "K1" to "K24"
    footing : str
        "core": of the minimal model; "literature": anchored in published numbers; "assumption":
        to be calibrated, never hidden.
    meaning : str           one sentence
    disputed : str          the switches that it encodes, "X2"; "" where nobody disputes it
    contested : tuple of float
        The range that scholars' positions span, for sensitivity; (low, high).
    """

    name: str
    symbol: str
    default: float
    low: float
    high: float
    unit: str
    mechanism: str
    footing: Footing
    meaning: str
    disputed: str = ""
    contested: tuple[float, float] | None = None
