"""What a rule of behaviour is, and the order in which rules act in a step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.state import State

ORDER = (
    "shocks", "watching", "time", "meetings", "learning", "search", "market", "labour",
    "entry", "investment", "trust", "institutions", "outcomes",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rule:
    """One mechanism of the theory.

    Attributes
    ----------
    code : str            "K2"
    name : str            what happens, in a few words
    stage : str           when in a step: one of `ORDER`
    dose : str or None    the parameter that switches it off at 0; None: it always acts
    act : callable        changes a state in place, by rates and luck
    source : str          author and year, or item of the theory
    """

    code: str
    name: str
    stage: str
    dose: str | None
    act: Callable[[State, Rates, Luck], None]
    source: str
