"""How far knowledge inside groups runs by the headquarters, against ties at random."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.group_hierarchy import GroupHierarchy

TITLE = "Inside groups: by the headquarters, or past them?"
GROUPS_SHOWN = 5
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
WORDS = {
    "without_head": "Ties past the headquarters", "connectedness": "Connectedness",
    "hierarchy": "Hierarchy", "efficiency": "Efficiency",
    "least_upper_bound": "One closest superior",
}  # fmt: skip


@chart.register
def group_hierarchy_chart(result: GroupHierarchy, *, width: int = WIDTH) -> Spec:
    """Return the measures of all groups and of the largest against ties at random.

    Parameters
    ----------
    result : GroupHierarchy
    width : int [px]
    """
    done = result.measures.filter(pl.col("value").is_not_null())
    if not done.height:
        return nothing_to_draw(TITLE, str(result), width)
    rows = []
    for group in done["group"].unique(maintain_order=True).head(1 + GROUPS_SHOWN):
        own = done.filter(pl.col("group") == group).to_dicts()
        note = f"{own[0]['n_members']:,} members, {own[0]['n_ties']:,} ties"
        rows.append(row(own[0]["name"].capitalize(), note, is_heading=True))
        rows += [_line(item) for item in own]
    axis = Axis(0, 1, TICKS, "share; all four dimensions are 1 of a tree under one head",
                "format(datum.value, '~%')")  # fmt: skip
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    lines = [
        f"Grey: the middle {result.level:.0%} of {result.draws:,} times that as many members "
        "were tied at random. Line: interval over groups.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _line(item: dict[str, Any]) -> Row:
    tested = item["status"] if item["p"] is None else f"p = {item['p']:.2g}"
    return row(
        WORDS[item["measure"]], f"{item['value']:.2f}; {tested}", at=item["value"],
        low=item["low"], high=item["high"], chance_low=item["expected_low"],
        chance_high=item["expected_high"],
    )  # fmt: skip
