"""The commands `parameters` and `switches`: what the simulation assumes, who disputes it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

from cyclopts import Parameter
from rich.table import Table as Grid
from rich.text import Text

from buzzline.cli.leaving import DONE
from buzzline.cli.printing import put, results, show, show_list
from buzzline.errors import InvalidArgument
from buzzline.road.manifest import as_json
from buzzline.simulation.parameters import PARAMETERS
from buzzline.simulation.parameters import Parameter as Assumed
from buzzline.simulation.parameters.mechanisms import MECHANISMS
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.switches import SWITCH, SWITCHES, Switch

AsJson = Annotated[
    bool, Parameter(name="--json", help="Print everything as JSON.", show_default=False)
]


def parameters(
    *words: Annotated[
        str,
        Parameter(
            help="A mechanism (K2), a switch (X1), a footing (core, literature, assumption), "
            "a name or a part of one; all, without any."
        ),
    ],
    json: AsJson = False,
) -> int:
    """List the parameters of the simulation: value, unit, bounds, footing, who disputes it.

    These are the names that --settings, --across, --down and --lever of other commands take.

    Parameters
    ----------
    words : str
    """
    chosen = parameters_named(words)
    if json:
        put(as_json({"parameters": [_as_data(one) for one in chosen]}))
    elif words:
        for code in dict.fromkeys(one.mechanism for one in chosen):
            _show_mechanism(code, [one for one in chosen if one.mechanism == code])
    else:
        _list_mechanisms()
    return DONE


def parameters_named(words: Sequence[str]) -> tuple[Assumed, ...]:
    """Return the parameters that some words ask for; all, without any.

    Raises
    ------
    InvalidArgument
        A word that nothing goes by.

    Examples
    --------
    >>> [one.name for one in parameters_named(["K10", "ict_tacit"])][:2]
    ['ict_tacit', 'turbulence']
    """
    asked = {one.name for word in words for one in _going_by(word)}
    return tuple(one for one in PARAMETERS if not words or one.name in asked)


def _going_by(word: str) -> list[Assumed]:
    plain = word.casefold()
    found = [one for one in PARAMETERS if plain in _handles(one)]
    found = found or [one for one in PARAMETERS if plain in one.name]
    if not found:
        raise InvalidArgument(
            f"parameters: nothing goes by {word!r}. Name a mechanism (K1 to K24, start, "
            "policy), a switch (X1 to X45, X-GCN), a footing (core, literature, assumption), "
            "or a part of a name; `buzzline parameters` lists all."
        )
    return found


def _handles(one: Assumed) -> set[str]:
    codes = [switch.code for switch in SWITCHES if one.name in switch.parameters]
    return {word.casefold() for word in (one.mechanism, one.footing, *codes)}


def _as_data(one: Assumed) -> dict[str, Any]:
    return {**asdict(one), "minimal": MINIMAL.value(one.name), "switches": _switches(one)}


def _switches(one: Assumed) -> list[str]:
    return [switch.code for switch in SWITCHES if one.name in switch.parameters]


def _list_mechanisms() -> None:
    rows = []
    for code, title in MECHANISMS.items():
        rows.append((code, title))
        names = [one.name for one in PARAMETERS if one.mechanism == code]
        rows.append(("", ", ".join(names) or "no parameter"))
    show_list(rows)
    show(
        f"\n{len(PARAMETERS)} parameters. Values and meanings: buzzline parameters K2, "
        "buzzline parameters X1, buzzline parameters trust"
    )


def _show_mechanism(code: str, chosen: Sequence[Assumed]) -> None:
    show(f"{code}  {MECHANISMS[code]}")
    grid = Grid(header_style="bold")
    grid.add_column("parameter", no_wrap=True)
    grid.add_column("value", justify="right", no_wrap=True)
    for name in ("possible", "unit", "meaning"):
        grid.add_column(name, overflow="fold", no_wrap=name == "possible")
    for one in chosen:
        possible = f"{one.low:g} to {one.high:g}"
        cells = (one.name, f"{one.default:g}", possible, one.unit, _meaning(one))
        grid.add_row(*(Text(cell) for cell in cells))
    results().print(grid)


def _meaning(one: Assumed) -> str:
    parts = [one.meaning, f"Footing: {one.footing}."]
    if codes := _switches(one):
        parts.append(f"Disputed: {', '.join(codes)}.")
    if one.contested:
        parts.append(f"Contested from {one.contested[0]:g} to {one.contested[1]:g}.")
    if MINIMAL.value(one.name) != one.default:
        parts.append(f"Minimal core: {MINIMAL.value(one.name):g}.")
    return " ".join(parts)


def switches(
    *codes: Annotated[str, Parameter(help="Switches to look at; all, shortly, without it.")],
    json: AsJson = False,
) -> int:
    """List the disagreements of the literature that the simulation holds as switches.

    Each has two sides, who holds them, the parameters (with unit: see `buzzline parameters`)
    that tell them apart, and the observation that would decide.

    Parameters
    ----------
    codes : str
    """
    chosen = [_switch_named(code) for code in codes] or list(SWITCHES)
    if json:
        put(as_json({"switches": [asdict(one) for one in chosen]}))
    elif codes:
        for one in chosen:
            _show_switch(one)
    else:
        show_list([(one.code, one.question) for one in chosen])
        show("\nWho holds which side: buzzline switches X2. Which matters: switch-factorial")
    return DONE


def _switch_named(code: str) -> Switch:
    found = SWITCH.get(code.upper())
    if found is None:
        raise InvalidArgument(
            f"switches: there is no switch {code!r}; there are X1 to X45 and X-GCN"
        )
    return found


def _show_switch(one: Switch) -> None:
    show(f"{one.code}  {one.question}")
    values = [
        (name, f"{one.default[name]:g}; one side {a:g}; other side {one.values_b[name]:g}")
        for name, a in one.values_a.items()
    ]
    show_list([
        ("one side", f"{one.a} ({one.held_by_a})"),
        ("other side", f"{one.b} ({one.held_by_b})"),
        *values,
        ("decides", one.test),
        ("known", f"{one.evidence} ({one.footing})"),
    ])  # fmt: skip
