"""What a scholarly disagreement is, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from buzzline.errors import InvalidArgument
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.settings import Settings

Side = Literal["a", "b"]
Footing = Literal["read", "remembered", "computed", "stated", "open"]


@dataclass(frozen=True, slots=True)
class Switch:
    """One disagreement: two positions, and the parameters that tell them apart.

    Attributes
    ----------
    code : str                    "X1" to "X45", "X-GCN"
    question : str
    a, b : str                    what each side says
    held_by_a, held_by_b : str    who says so; "not voiced" where nobody does
    values_a, values_b : dict     parameter to value under each position
    test : str                    the observation that would decide between them
    evidence : str                what is known outside the conversations; it sets the default
    footing : str
        How that evidence came here: "read" in the source, "remembered" (look it up before
        leaning on a number), "computed" from a model, "stated" by a holder, or "open".
    """

    code: str
    question: str
    a: str
    held_by_a: str
    b: str
    held_by_b: str
    values_a: Mapping[str, float]
    values_b: Mapping[str, float]
    test: str
    evidence: str = "None is known to us."
    footing: Footing = "open"

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the parameters that it moves."""
        return tuple(self.values_a)

    @property
    def default(self) -> dict[str, float]:
        """Values of these parameters where nobody chooses."""
        return {name: PARAMETER[name].default for name in self.values_a}

    def values(self, side: Side) -> Mapping[str, float]:
        """Return the values of its parameters under position "a" or "b"."""
        return self.values_a if side == "a" else self.values_b

    def applied(self, settings: Settings, side: Side) -> Settings:
        """Return settings in which one side of it is right.

        Raises
        ------
        InvalidArgument
            A side other than "a" and "b".
        """
        if side not in ("a", "b"):
            raise InvalidArgument(
                f"switch {self.code}: the side must be 'a' or 'b', got {side!r}"
            )
        return settings.with_values(**self.values(side))
