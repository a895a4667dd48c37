"""Tornado of scholarly disagreements, and what each changes where it alone decides."""

from __future__ import annotations

from typing import Any

from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart
from buzzline.charts.palette import ABOVE_COLOUR, ACCENT, BAND_COLOUR, BELOW_COLOUR, QUIET_INK
from buzzline.charts.rows import Axis, Row, dots, laid_out, line, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.simulation.deciding_worlds import AS_SAID, DecidingWorlds
from buzzline.simulation.switch_factorial import SwitchFactorial

SHOWN = 20


@chart.register
def switch_factorial_chart(result: SwitchFactorial, *, width: int = WIDTH) -> Spec:
    """Return the tornado: the outcome under each side of each disagreement.

    Parameters
    ----------
    result : SwitchFactorial
    width : int [px]
    """
    items = result.switches.head(SHOWN).to_dicts()
    middle = (items[0]["under_a"] + items[0]["under_b"]) / 2
    rows = [
        row(
            f"{item['switch']} {item['question']}",
            f"{item['share']:.0%} of variance: {item['status']}",
            a=item["under_a"], b=item["under_b"],
            least=min(item["under_a"], item["under_b"]),
            most=max(item["under_a"], item["under_b"]),
            low=middle - abs(item["value"] - item["low"]) / 2,
            high=middle + abs(item["high"] - item["value"]) / 2,
        )
        for item in items
    ]  # fmt: skip
    title = "Which disagreement matters for this decision"
    said = result.decision.replace("`", "")
    rest = result.switches.height - len(rows)
    lines = [
        f"For {said}: the mean over all combinations of the other disagreements, "
        "with one position right (orange) and with the other (blue). Grey: how far apart luck "
        f"leaves the two, at {result.level:.0%}."
        + (f" The first {SHOWN}; {rest} more move less." if rest > 0 else ""),
        *result.notes,
    ]
    marks = [
        line(middle, QUIET_INK),
        spans("low", "high", width=13, colour=BAND_COLOUR),
        spans("least", "most", width=3, colour=QUIET_INK),
        dots("a", colour=ABOVE_COLOUR, size=50),
        dots("b", colour=BELOW_COLOUR, size=50),
    ]
    axis = _axis(rows, ("least", "most", "low", "high"), said)
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    return picture(body, title=title, subtitle=lines, alt=f"{title}. {result}", width=width)


@chart.register
def deciding_worlds_chart(result: DecidingWorlds, *, width: int = WIDTH) -> Spec:
    """Return what each disagreement changes, as a share of the larger side.

    Parameters
    ----------
    result : DecidingWorlds
    width : int [px]
    """
    rows = []
    for item in result.worlds.to_dicts():
        rows += [row(f"{item['switch']} {item['question']}", is_heading=True),
                 _share_of_larger(item)]  # fmt: skip
    title = "What each disagreement changes where it alone decides"
    lines = [
        "Outcome of the side of which theory says more, less that of the other, as a share of "
        f"the larger of the two; {result.level:.0%} intervals over paired runs. It shows that "
        "a switch does what is said of it, and is no evidence for either side.",
    ]
    marks = [
        line(0.0, QUIET_INK),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=36),
    ]
    axis = _axis(rows, ("at", "low", "high"), "difference, as a share of the larger side")
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    return picture(body, title=title, subtitle=lines, alt=f"{title}. {result}", width=width)


def _share_of_larger(item: dict[str, Any]) -> Row:
    larger = max(abs(item["under_a"]), abs(item["under_b"])) or 1.0
    note = f"{amount(item['under_a'])} or {amount(item['under_b'])}"
    if item["status"] != AS_SAID:
        note = f"{note} · {item['status']}"
    values = {name: item[end] / larger for name, end in
              (("at", "value"), ("low", "low"), ("high", "high"))}  # fmt: skip
    return row(item["outcome"], note, **values)


def _axis(rows: list[Row], names: tuple[str, ...], title: str) -> Axis:
    ends = [float(item[name]) for item in rows if not item["is_heading"] for name in names]
    low, high = min(ends), max(ends)
    room = 0.04 * (high - low) or 1.0
    low, high = low - room, high + room
    return Axis(low, high, tuple(round_ticks(low, high, 6)), title, "format(datum.value, '~g')")
