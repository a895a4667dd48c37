"""The ladder local, regional, national, global, and where a tie falls on it.

A tie is local when its two ends are within a daily commute, regional when they are within a
half-day's reach, national when they are further apart in one country, and global otherwise.
The cut-offs are conventions, not facts: every verdict that uses them is run again with both a
third smaller and a third larger.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from buzzline.errors import InvalidArgument
from buzzline.quantities import Kilometres

Scale = Literal["local", "regional", "national", "global"]
SCALES: tuple[Scale, ...] = ("local", "regional", "national", "global")
UNKNOWN_SCALE = (
    "unknown"  # an end without coordinates or, beyond `regional_km`, without country
)


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """Where local ends and where regional ends.

    Attributes
    ----------
    local_km : km       45 minutes of commuting at 65 km/h
    regional_km : km    180 minutes at 65 km/h
    """

    local_km: Kilometres = 50.0
    regional_km: Kilometres = 200.0

    def __post_init__(self) -> None:
        if not 0 < self.local_km < self.regional_km:
            raise InvalidArgument(
                f"Cutoffs: local_km ({self.local_km:g}) must be positive and smaller than "
                f"regional_km ({self.regional_km:g})"
            )

    def times(self, factor: float) -> Cutoffs:
        """Return both cut-offs multiplied by `factor`."""
        return Cutoffs(self.local_km * factor, self.regional_km * factor)
