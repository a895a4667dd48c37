"""Every disagreement of the literature as a switch: who holds which side, what it changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from buzzline.errors import InvalidArgument
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.switches.communities import COMMUNITIES
from buzzline.simulation.switches.learning import LEARNING
from buzzline.simulation.switches.organising import ORGANISING
from buzzline.simulation.switches.policies import POLICIES
from buzzline.simulation.switches.switch import Side, Switch

SWITCHES: tuple[Switch, ...] = (*LEARNING, *COMMUNITIES, *ORGANISING, *POLICIES)
SWITCH = {switch.code: switch for switch in SWITCHES}


def switches_of(codes: Sequence[str] | None) -> tuple[Switch, ...]:
    """Return the switches of some codes; None: all.

    Raises
    ------
    InvalidArgument
        A code that there is not.
    """
    if codes is None:
        return SWITCHES
    unknown = [code for code in codes if code not in SWITCH]
    if unknown:
        raise InvalidArgument(
            f"simulation: there is no switch {unknown[0]!r}; there are X1 to X45 and X-GCN"
        )
    return tuple(SWITCH[code] for code in dict.fromkeys(codes))


def switches_table() -> pl.DataFrame:
    """Return one row a switch: who holds which side, parameters, default, test, evidence."""
    return pl.DataFrame([
        {
            "switch": switch.code, "question": switch.question,
            "a": switch.a, "held_by_a": switch.held_by_a,
            "b": switch.b, "held_by_b": switch.held_by_b,
            "parameters": ", ".join(switch.parameters),
            "symbols": ", ".join(PARAMETER[name].symbol for name in switch.parameters),
            "default": _values(switch.default), "under_a": _values(switch.values_a),
            "under_b": _values(switch.values_b), "test": switch.test,
            "evidence": switch.evidence, "footing": switch.footing,
        }
        for switch in SWITCHES
    ])  # fmt: skip


def _values(values: Mapping[str, float]) -> str:
    return ", ".join(f"{value:g}" for value in values.values())


__all__ = ["SWITCH", "SWITCHES", "Side", "Switch", "switches_of", "switches_table"]
