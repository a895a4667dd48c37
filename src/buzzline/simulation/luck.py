"""The luck of one run, shared by all policies compared in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.randomness import child

# The stream of each mechanism; a number never changes, so that old results stay reproducible.
STREAMS = {
    "start": 0, "time": 1, "learning": 2, "monitoring": 3, "search": 4, "visions": 5,
    "trust": 6, "conventions": 7, "pipelines": 8, "market_knowledge": 9, "demand": 10,
    "mobility": 11, "entry": 12, "foreign_investment": 13, "embedding": 14, "congestion": 15,
    "institutions": 16, "cohesion": 17, "codification": 18, "exit": 19, "income": 20,
    "access": 21, "sharing": 22, "rural_suppliers": 23, "new_clusters": 24, "shocks": 25,
    "coverage": 26, "ties": 27, "spin_off": 28, "services": 29, "gatherings": 30,
    "classics": 31,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Luck:
    """What chance brings in one run.

    Attributes
    ----------
    key : uint64        of the run; equal for all policies compared in it
    """

    key: np.uint64

    def stream(self, mechanism: str) -> int:
        """Return the number of a mechanism's stream."""
        return STREAMS[mechanism]


def luck_of(seed: int, run: int) -> Luck:
    """Return the luck of run number `run` under a seed.

    Examples
    --------
    >>> luck_of(1, 0) == luck_of(1, 0), luck_of(1, 0) == luck_of(1, 1)
    (True, False)
    """
    return Luck(np.uint64(child(seed, "luck", run).integers(2**64, dtype=np.uint64)))
