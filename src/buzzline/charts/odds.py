"""Rows of odds ratios with their intervals: what makes something likelier."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite
from typing import Any

from buzzline.charts.axes import ratio_ticks
from buzzline.charts.palette import ACCENT, INK, OTHER_COLOUR
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

FURTHEST = 30.0  # odds ratio; intervals beyond are cut with an arrow


def odds_row(item: dict[str, Any], label: str, note: str, *, is_clear: bool) -> Row:
    """Return one row of `value`, `low` and `high` in log odds, for `odds_body`."""
    ends = {name: _odds(item[name]) for name in ("value", "low", "high")}
    return row(label, note, colour=ACCENT if is_clear else OTHER_COLOUR, ends=ends)


def odds_body(rows: Sequence[Row], *, title: str, width: int) -> dict[str, Any]:
    """Return the body of a picture: odds ratios on a logarithmic axis, 1 marked.

    Parameters
    ----------
    rows : sequence of rows     from `odds_row`, and headings
    title : str                 of the axis
    width : int [px]
    """
    known = [end for item in rows for end in item.get("ends", {}).values() if end is not None]
    low = max(min([*known, 0.5]) / 1.1, 1 / FURTHEST)
    high = min(max([*known, 2.0]) * 1.1, FURTHEST)
    axis = Axis(low, high, ratio_ticks(low, high), title, "format(datum.value, '~r')", "log")
    placed = [_placed(item, axis) for item in rows]
    marks = [
        line(1.0, INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, OTHER_COLOUR),
        beyond("high", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    return stacked(placed, marks, axis=axis, layout=laid_out(placed, width))


def _odds(value: float | None) -> float | None:
    return exp(min(max(value, -50.0), 50.0)) if value is not None and isfinite(value) else None


def _placed(item: Row, axis: Axis) -> Row:
    ends = item.get("ends")
    if ends is None:
        return item
    rest = {name: value for name, value in item.items() if name != "ends"}
    at = ends["value"]
    inside = at if at is not None and axis.low <= at <= axis.high else None
    return rest | {"at": inside} | within(ends["low"], ends["high"], axis)
