"""What a rule of behaviour is, and the order in which rules act in a step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

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
    leaves : dict         what it writes into `State.by_place`, and what that is without it;
                          None: nothing has been said
    """

    code: str
    name: str
    stage: str
    dose: str | None
    act: Callable[[State, Rates, Luck], None]
    source: str
    leaves: Mapping[str, float | None] = field(default_factory=dict)

    def undo(self, state: State) -> None:
        """Take back what the rule says of places, when its dose is 0 everywhere.

        What it has made of organisations and of trust stays: that has happened.
        """
        for name, without in self.leaves.items():
            if name not in state.by_place:
                continue
            if without is None:
                del state.by_place[name]
            else:
                state.by_place[name][...] = without
