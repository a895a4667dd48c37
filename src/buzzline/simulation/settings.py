"""Values of parameters: the defaults, what a scenario sets otherwise, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from buzzline.errors import InvalidArgument
from buzzline.simulation.parameters import PARAMETER


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """Values that differ from the defaults.

    Attributes
    ----------
    values : dict             parameter to value, everywhere
    by_place : dict           parameter to {row number of the place: value}

    Raises
    ------
    InvalidArgument
        A parameter that there is not, or a value that is not possible.

    Examples
    --------
    >>> Settings({"global_share": 0.4}, {"global_share": {0: 0.0}}).value("global_share")
    0.4
    """

    values: Mapping[str, float] = field(default_factory=dict)
    by_place: Mapping[str, Mapping[int, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.values.items():
            checked(name, value)
        for name, places in self.by_place.items():
            for value in places.values():
                checked(name, value)

    def value(self, name: str) -> float:
        """Return the value of a parameter where no place has its own."""
        return float(self.values.get(name, PARAMETER[name].default))

    def with_values(self, **values: float) -> Settings:
        """Return the same with some values set otherwise, everywhere."""
        return replace(self, values={**self.values, **values})

    def at_place(self, place: int, **values: float) -> Settings:
        """Return the same with some values set otherwise in one place."""
        by_place = {name: dict(places) for name, places in self.by_place.items()}
        for name, value in values.items():
            by_place.setdefault(name, {})[place] = value
        return replace(self, by_place=by_place)


def checked(name: str, value: float) -> float:
    """Return a value that its parameter may have.

    Raises
    ------
    InvalidArgument
        No such parameter, or out of bounds.
    """
    if name not in PARAMETER:
        near = get_close_matches(name, PARAMETER, n=1) or [
            known for known in PARAMETER if name in known or known in name
        ]
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise InvalidArgument(
            f"simulation: there is no parameter {name!r}.{hint} "
            "`buzzline parameters` lists those there are."
        )
    known = PARAMETER[name]
    if not known.low <= value <= known.high:
        raise InvalidArgument(
            f"simulation: `{name}` must lie between {known.low:g} and {known.high:g} "
            f"{known.unit}, got {value:g}"
        )
    return float(value)


# Only what the minimal model of learning has: time, learning, watching, search, trust, demand.
MINIMAL = Settings(
    {
        "cost_global": 2.0, "regional_share": 0.0, "national_share": 0.0,
        "tacit_share": 0.0, "local_cognitive_bonus": 0.0, "mixed_contacts": 0.0,
        "vision_variety": 0.0, "rule_change": 0.0, "defection": 0.0, "trust_decay": 0.0,
        "distance_elasticity": 0.0, "hotspot_pull": 0.0, "diaspora_pull": 0.0,
        "language_pull": 0.0, "similarity_pull": 0.0, "own_attractiveness": 0.0,
        "pipeline_cost": 0.0, "begun_in_copresence": 0.0, "affiliate_exit": 0.0,
        "being_there": 0.0, "market_knowledge": 0.0, "foreign_investment": 0.0,
        "embedding": 0.0, "rural_suppliers": 0.0, "labour_mobility": 0.0, "entry": 0.0,
        "learning_weight": 1.0, "agglomeration": 0.0, "congestion": 0.0, "income": 0.0,
        "access": 0.0, "institutions": 0.0, "cohesion": 0.0,
    }
)  # fmt: skip
