"""Tables of scholarly disagreements, written by `python -m docs.switch_page`.

A test holds that the page and the program say the same.
"""

from __future__ import annotations

import re
from pathlib import Path

from buzzline.simulation.deciding import CASE
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.switches import SWITCHES, Switch

PAGE = Path(__file__).parent / "explanation" / "switches.md"


def positions() -> str:
    """Return the table of who holds which side."""
    parameters = "parameters (default; one; other)"
    return _table(
        ("", "question", "one position", "the other", parameters, "evidence"),
        [
            (
                switch.code, switch.question, f"{switch.a} ({switch.held_by_a})",
                f"{switch.b} ({switch.held_by_b})", _parameters(switch),
                f"{switch.evidence} ({switch.footing})",
            )
            for switch in SWITCHES
        ],
    )  # fmt: skip


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [names, ("---",) * len(names), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _parameters(switch: Switch) -> str:
    return ", ".join(
        f"`{name}` ({PARAMETER[name].default:g}; {switch.values_a[name]:g}; "
        f"{switch.values_b[name]:g})"
        for name in switch.parameters
    )


def worlds() -> str:
    """Return the table of what would decide, of the world that shows it, and of its test."""
    names = ("", "what would decide", "world in which it alone differs", "looked at",
             "more under", "shown", "test")  # fmt: skip
    rows = []
    for switch in SWITCHES:
        case = CASE[switch.code]
        more = "one" if case.more == "a" else "the other"
        shown = "by construction" if case.by_construction else "by runs"
        rows.append((
            switch.code, switch.test, case.says, case.looked_at, more, shown,
            f"`[{switch.code}]`",
        ))  # fmt: skip
    return _table(names, rows)


def filled(text: str) -> str:
    """Return the text of the page with its tables as the program has them."""
    for name, table in (("positions", positions()), ("worlds", worlds())):
        between = re.compile(f"(<!-- {name} -->\n).*?(\n<!-- end -->)", re.DOTALL)
        text = between.sub(lambda found, table=table: found[1] + table + found[2], text)
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
