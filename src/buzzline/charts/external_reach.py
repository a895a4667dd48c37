"""What clusters lose without their foremost members, against ties dealt anew."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.external_reach import ExternalReach
from buzzline.wording import plural

TITLE = "What hangs on a few members tied inside and outside"
SHOWN = 20
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@chart.register
def external_reach_chart(result: ExternalReach, *, width: int = WIDTH) -> Spec:
    """Return the share of reach each cluster loses without its foremost members.

    Parameters
    ----------
    result : ExternalReach
    width : int [px]
    """
    done = result.clusters.filter(pl.col("value").is_not_null())
    if not done.height:
        return nothing_to_draw(TITLE, str(result), width)
    rows = [_bar(item) for item in done.head(SHOWN).to_dicts()]
    axis = Axis(
        0, 1, TICKS, "share of what others reach outside through members that is lost",
        "format(datum.value, '~%')",
    )  # fmt: skip
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    which = f"The first {SHOWN} of {done.height:,} clusters. " if done.height > SHOWN else ""
    lines = [
        f"{which}Without the tenth of members tied both ways through whom most passes. Lines "
        f"are {result.level:.0%} intervals over groups of ties; grey: with ties dealt anew, "
        "without the foremost there. What is lost of all reach is at the left.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    note = (
        f"{plural(item['n_removed'], 'member')} of {item['n_tied_both']:,} tied both ways; "
        f"{item['lost']:.0%} of all reach"
    )
    return row(
        str(item["label"]), note, at=item["value"], low=item["low"], high=item["high"],
        chance_low=item["expected_low"], chance_high=item["expected_high"],
    )  # fmt: skip
