"""For each disagreement a world in which it alone decides."""

from __future__ import annotations

from buzzline.simulation.deciding.case import QUIET, Case, decided
from buzzline.simulation.deciding.learning import LEARNING_CASES
from buzzline.simulation.deciding.organising import ORGANISING_CASES

CASES: tuple[Case, ...] = (*LEARNING_CASES, *ORGANISING_CASES)
CASE = {case.code: case for case in CASES}

__all__ = ["CASE", "CASES", "QUIET", "Case", "decided"]
