"""What an initiative did to the treated, and to others by ties and distance."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ABOVE_COLOUR, BELOW_COLOUR, INK, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, line, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.policy_spillovers import PolicySpillovers
from buzzline.wording import plural

TITLE = "Who gained and who lost by an initiative"


@chart.register
def policy_spillovers_chart(result: PolicySpillovers, *, width: int = WIDTH) -> Spec:
    """Return effects on the treated, along ties and by distance, with intervals.

    Parameters
    ----------
    result : PolicySpillovers
    width : int [px]
    """
    told = result.effects.filter(pl.col("value").is_not_null())
    if not told.height:
        return nothing_to_draw(TITLE, str(result), width)
    ends = [0.0, *(v for name in ("low", "value", "high") for v in told[name].drop_nulls())]
    room = 0.06 * (max(ends) - min(ends)) or 1.0
    unit = f" [{result.unit}]" if result.unit else ""
    axis = Axis(
        min(ends) - room, max(ends) + room,
        tuple(round_ticks(min(ends) - room, max(ends) + room, 6)),
        f"change of {result.outcome!r}{unit}", "format(datum.value, '~r')",
    )  # fmt: skip
    rows = [_bar(item) for item in told.to_dicts()]
    marks = [line(0.0, INK), spans("low", "high", width=2.2, colour="colour"),
             dots("at", colour="colour")]  # fmt: skip
    lines = [
        f"Lines are {result.level:.0%} intervals; dark where they exclude 0. In all: on the "
        "treated, plus what others gain, less what they lose, for each treated unit.",
        *result.notes[:1],
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)), title=TITLE,
        subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    colour = OTHER_COLOUR
    if item["low"] is not None and (item["low"] > 0 or item["high"] < 0):
        colour = ABOVE_COLOUR if item["low"] > 0 else BELOW_COLOUR
    note = f"{plural(item['n'], 'unit')}; {item['verdict']}"
    return row(
        str(item["term"]).capitalize(), note, at=item["value"], low=item["low"],
        high=item["high"], colour=colour,
    )  # fmt: skip
