"""What the page on the model takes from the program, written by `python -m docs.model_page`.

A test holds that the page and the program say the same.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from buzzline.simulation.parameters import PARAMETERS, Parameter
from buzzline.simulation.parameters.mechanisms import MECHANISMS
from buzzline.simulation.recording import OF_WORLD, QUANTITIES
from buzzline.simulation.rules import ORDER, RULES, Rule
from buzzline.simulation.settings import MINIMAL
from buzzline.simulation.state import State
from buzzline.simulation.switches import SWITCHES

PAGE = Path(__file__).parent / "explanation" / "simulation.md"


def blocks() -> dict[str, str]:
    """Return what is between the marks of the page, by mark."""
    found = {
        "counts": counts(), "state": state(), "order": order(), "recorded": recorded(),
    }  # fmt: skip
    return found | {code: mechanism(code) for code in MECHANISMS}


def counts() -> str:
    """Return how much of the model rests on what."""
    of = {name: sum(one.footing == name for one in PARAMETERS)
          for name in ("core", "literature", "assumption")}  # fmt: skip
    disputed = sum(bool(_disputed(one)) for one in PARAMETERS)
    return (
        f"{len(PARAMETERS)} parameters: {of['core']} of the minimal core, {of['literature']} "
        f"anchored in published numbers, {of['assumption']} assumptions; {disputed} are "
        f"disputed, by {len(SWITCHES)} switches. {len(RULES)} rules."
    )


def state() -> str:
    """Return the arrays of a state, as its documentation says."""
    text = inspect.cleandoc(State.__doc__ or "").partition("----------\n")[2]
    entries: list[list[str]] = []
    for line in text.splitlines():
        if line and not line.startswith(" ") and " : " in line:
            entries.append([line])
        elif line.strip() and entries:
            entries[-1].append(line.strip())
    rows = []
    for first, *more in entries:
        name, _, rest = first.partition(" : ")
        shape, _, meaning = rest.partition("  ")
        names = ", ".join(f"`{one.strip()}`" for one in name.split(","))
        rows.append((names, shape.strip(), " ".join([meaning.strip(), *more]).strip()))
    return _table(("", "shape and unit", "meaning"), rows)


def order() -> str:
    """Return the rules in the order of a step."""
    rows = [
        (stage, rule.code, rule.name, f"`{rule.dose}`" if rule.dose else "always")
        for stage in ORDER
        for rule in RULES
        if rule.stage == stage
    ]
    return _table(("stage", "", "rule", "dose"), rows)


def recorded() -> str:
    """Return what is written down of places and of the world."""
    rows = [(f"`{one.name}`", one.of, one.unit, one.meaning)
            for one in (*QUANTITIES, *OF_WORLD)]  # fmt: skip
    return _table(("", "of", "unit", "meaning"), rows)


def mechanism(code: str) -> str:
    """Return the rules and parameters of a mechanism."""
    parts = [_rule(rule) for rule in RULES if rule.code == code]
    own = [one for one in PARAMETERS if one.mechanism == code]
    if own:
        names = ("parameter", "", "value", "core", "possible", "contested", "unit", "footing",
                 "disputed", "meaning")  # fmt: skip
        parts += ["", _table(names, [_parameter(one) for one in own])]
    return "\n".join(parts) or "No rule and no parameter of its own."


def _rule(rule: Rule) -> str:
    said = " ".join((inspect.getdoc(rule.act) or "").split())
    return f"- **{rule.name}** ({rule.stage}): {said} Source: {rule.source}."


def _parameter(one: Parameter) -> Sequence[str]:
    core = MINIMAL.value(one.name)
    contested = "" if one.contested is None else _span(one.contested)
    return (
        f"`{one.name}`", one.symbol, f"{one.default:g}",
        "" if core == one.default else f"{core:g}", _span((one.low, one.high)), contested,
        one.unit, one.footing, ", ".join(_disputed(one)), one.meaning,
    )  # fmt: skip


def _disputed(one: Parameter) -> list[str]:
    return [switch.code for switch in SWITCHES if one.name in switch.parameters]


def _span(ends: tuple[float, float]) -> str:
    return f"{ends[0]:g} to {ends[1]:g}"


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ("---",) * len(names), *rows]
    cells = [[cell.replace("|", "\\|") for cell in line] for line in lines]
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def filled(text: str) -> str:
    """Return the text of the page with its blocks as the program has them."""
    for name, block in blocks().items():
        between = re.compile(f"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        text = between.sub(lambda found, block=block: found[1] + block + found[2], text)
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
