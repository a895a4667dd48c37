"""Rows of shares from 0 to 1 with their intervals, each against a strip that chance gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from buzzline.charts.axes import round_ticks
from buzzline.charts.palette import ACCENT, INNER_BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked


def share_row(item: dict[str, Any], label: str, note: str, *, is_clear: bool) -> Row:
    """Return one row of `value`, `low`, `high`, `expected_low` and `expected_high`."""
    return row(
        label, note, at=item["value"], low=item["low"], high=item["high"],
        chance_low=item.get("expected_low"), chance_high=item.get("expected_high"),
        colour=ACCENT if is_clear else OTHER_COLOUR,
    )  # fmt: skip


def share_body(rows: Sequence[Row], *, title: str, width: int) -> dict[str, Any]:
    """Return the body of a picture: shares on an axis from 0 to 1.

    Parameters
    ----------
    rows : sequence of rows     from `share_row`, and headings
    title : str                 of the axis
    width : int [px]
    """
    axis = Axis(0.0, 1.0, tuple(round_ticks(0, 1, 6)), title, "format(datum.value, '~r')")
    marks = [
        spans("chance_low", "chance_high", width=11, colour=INNER_BAND_COLOUR),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    return stacked(list(rows), marks, axis=axis, layout=laid_out(list(rows), width))
