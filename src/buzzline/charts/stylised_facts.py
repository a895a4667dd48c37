"""Stylised facts: targets, and what the simulation gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from buzzline.charts.drawing import chart
from buzzline.charts.palette import ABOVE_COLOUR, ACCENT, BAND_COLOUR, QUIET_INK
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.simulation.stylised_facts import StylisedFacts, bounds_said

TITLE = "What is known, and what the simulation gives"
COLOUR = {"pass": ACCENT, "fail": ABOVE_COLOUR, "cannot tell": QUIET_INK}
EDGE = 0.04  # of the width, kept free at either end of a row


@chart.register
def stylised_facts_chart(result: StylisedFacts, *, width: int = WIDTH) -> Spec:
    """Return each part of each fact: its target, and the simulated value with its interval.

    Parameters
    ----------
    result : StylisedFacts
    width : int [px]
    """
    rows: list[Row] = []
    for fact in result.facts.to_dicts():
        parts = result.parts.filter(pl.col("number") == fact["number"]).to_dicts()
        fitted = ", fitted" if fact["fitted"] else ""
        title = f"{fact['number']} {fact['fact']}: {fact['verdict']}{fitted}"
        rows.append(row(title, is_heading=True))
        rows += [_of_part(part) for part in parts]
    marks = [
        spans("from", "to", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=2, colour="colour"),
        dots("at", colour="colour", size=50),
    ]
    axis = Axis(0.0, 1.0, (), "each row has a scale of its own", "''")
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    lines = [
        f"Grey: where it lies if the fact holds. Dots: simulated, with {result.level:.0%} "
        "intervals over paired runs, and in words beside. A fact passes if all of its "
        "intervals lie in the grey.",
        "Fitted: parameters were set for it before, so it is no test of the model.",
    ]
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)


def _of_part(part: Mapping[str, Any]) -> Row:
    value, low, high = part["value"], part["low"], part["high"]
    aim = bounds_said(part["target_low"], part["target_high"])
    note = f"{_said(value)}; {aim}: {part['verdict']}"
    if value is None:
        return row(part["part"], note)
    known = [end for end in (part["target_low"], part["target_high"]) if end is not None]
    ends = [value, *known, *(end for end in (low, high) if end is not None)]
    least, most = min(ends), max(ends)
    room = (most - least or 1.0) * 0.15
    least, most = least - room, most + room

    def placed(at: float) -> float:
        at_share: float = (at - least) / (most - least)
        return EDGE + (1 - 2 * EDGE) * at_share

    where: dict[str, Any] = {
        "from": placed(part["target_low"]) if part["target_low"] is not None else 0.0,
        "to": placed(part["target_high"]) if part["target_high"] is not None else 1.0,
        "at": placed(value), "colour": COLOUR[part["verdict"]],
    }  # fmt: skip
    if low is not None and high is not None:
        where |= {"low": placed(low), "high": placed(high)}
    return row(part["part"], note, **where)


def _said(value: float | None) -> str:
    return "none" if value is None else f"{value:.2g}"
