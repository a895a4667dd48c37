"""Weakest link against redundancy: which foretells who adopts first."""

from __future__ import annotations

from typing import Any

from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ABOVE_COLOUR, ACCENT, INK, OTHER_COLOUR
from buzzline.charts.rows import (
    Axis,
    Row,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.weakest_link import NOT_TESTABLE, REDUNDANT, WEAKEST, WeakestLinkTest

TITLE = "Weakest link or redundancy: what foretells who learns first?"
CLUSTERS_SHOWN = 16
FURTHEST = 1.5  # log score per adoption; intervals beyond are cut with an arrow


@chart.register
def weakest_link_chart(result: WeakestLinkTest, *, width: int = WIDTH) -> Spec:
    """Return one interval for all clusters together, and one a cluster.

    Parameters
    ----------
    result : WeakestLinkTest
    width : int [px]
    """
    shown = result.tests.head(CLUSTERS_SHOWN + 1)
    if not result.tests["value"].count():
        return nothing_to_draw(TITLE, str(result), width)
    ends = [v for name in ("low", "high") for v in shown[name].drop_nulls()]
    reach = min(max(max(map(abs, ends), default=0.1) * 1.05, 0.05), FURTHEST)
    axis = Axis(
        -reach, reach, tuple(round_ticks(-reach, reach, 5)),
        "log score per adoption not seen; below 0: weakest link, above: redundancy",
        "format(datum.value, '~r')",
    )  # fmt: skip
    rows = [_bar(item, axis) for item in shown.to_dicts()]
    marks = [
        line(0.0, INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, OTHER_COLOUR),
        beyond("high", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    subtitle = [
        f"Lines are {result.level:.0%} intervals over organisations left out. Right of 0, all "
        "ways together foretell adoption better; left of it, the weakest tie of the best way.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)), title=TITLE,
        subtitle=subtitle, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    value = item["value"]
    note = f"{item['verdict']} · {item['n']:,} adoptions"
    if item["verdict"] == NOT_TESTABLE:
        note = f"{NOT_TESTABLE}: {item['reason']}"
    elif item["n_needed"] is not None and item["verdict"] not in (WEAKEST, REDUNDANT):
        note += f", {amount(item['n_needed'])} needed"
    colour = {WEAKEST: ABOVE_COLOUR, REDUNDANT: ACCENT}.get(item["verdict"], OTHER_COLOUR)
    at = value if value is not None and axis.low <= value <= axis.high else None
    return row(
        str(item["label"]),
        note,
        at=at,
        colour=colour,
        **within(item["low"], item["high"], axis),
    )
