"""How constrained brokers are, against networks in which ties are dealt anew."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.brokerage import Brokerage

TITLE = "Who stands between others?"
SHOWN = 20


@chart.register
def brokerage_chart(result: Brokerage, *, width: int = WIDTH) -> Spec:
    """Return the members who broker most, by constraint.

    Parameters
    ----------
    result : Brokerage
    width : int [px]
    """
    if not result.members.height:
        return nothing_to_draw(TITLE, str(result), width)
    first = result.members.sort("n_pairs", descending=True, maintain_order=True).head(SHOWN)
    rows = [_bar(item, 1 - result.level) for item in first.to_dicts()]
    ends = pl.concat([first["constraint"], first["high"]]).drop_nulls()
    high = 1.05 * float(str(ends.max()))
    axis = Axis(
        0, high, tuple(round_ticks(0, high, 7)),
        "constraint: low where partners do not know each other", "format(datum.value, '~r')",
    )  # fmt: skip
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        dots("at", colour="colour"),
    ]
    lines = [
        f"The {first.height:,} members who stand between most pairs, with the role in which "
        f"they do so most beyond chance. Grey: the {result.level:.0%} range with ties dealt "
        "anew; dark: less constrained than that (false discoveries held).",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any], rate: float) -> Row:
    role = item["role"] or "no role"
    free = item["q"] is not None and item["q"] <= rate
    return row(
        str(item["name"] or item["org_id"]), f"{role}, {item['n_pairs']:,} pairs",
        at=item["constraint"], chance_low=item["low"], chance_high=item["high"],
        colour=ACCENT if free else OTHER_COLOUR,
    )  # fmt: skip
