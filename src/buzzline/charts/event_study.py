"""An event study: one dot a year, with an interval of its own and one of all together."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.lettering import text_width, wrapped
from buzzline.charts.palette import (
    ACCENT,
    INK,
    INNER_BAND_COLOUR,
    LINE,
    OTHER_COLOUR,
    QUIET_INK,
)
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING
from buzzline.charts.texts import lettered, text
from buzzline.errors import InvalidArgument

HEIGHT = 260.0
LINE_PX = NOTE_SIZE + 3
MOST_LABELS = 14


def event_study(
    rows: pl.DataFrame, *, x_title: str, y_title: str, width: int
) -> dict[str, Any]:
    """Return the body of a picture.

    Parameters
    ----------
    rows : DataFrame
        `since`, `value`, `low`, `high`, `band_low`, `band_high`; null where there is none.
    x_title, y_title : str
    width : int [px]

    Raises
    ------
    InvalidArgument
        The picture is too narrow to be read.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    inner = float(width - 2 * PADDING)
    low, high = _span(rows)
    ticks = round_ticks(low, high, 6)
    left = max((text_width(amount(tick), NOTE_SIZE) for tick in ticks), default=0.0) + 10
    since = rows["since"].to_list()
    y_lines, x_lines = (wrapped(said, inner, NOTE_SIZE) for said in (y_title, x_title))
    top = len(y_lines) * LINE_PX + 8.0
    bottom = top + HEIGHT
    x = _scale("since", min(since) - 0.6, max(since) + 0.6, (left, inner))
    y = {name: _scale(name, low, high, (bottom, top))
         for name in ("value", "low", "high", "band_low", "band_high", "at")}  # fmt: skip
    words = [text(line, 0, k * LINE_PX + 6, colour=QUIET_INK) for k, line in enumerate(y_lines)]
    words += [text(amount(tick), left - 6, _at(tick, (low, high), (bottom, top)),
                   align="right", colour=QUIET_INK) for tick in ticks]  # fmt: skip
    step = -(-len(since) // MOST_LABELS)
    ends = (min(since) - 0.6, max(since) + 0.6)
    words += [
        text(f"{year:+d}" if year else "0", _at(year, ends, (left, inner)), bottom + 12,
             align="center", colour=QUIET_INK)
        for year in range(min(since), max(since) + 1) if year % step == 0
    ]  # fmt: skip
    words += [text(line, inner, bottom + 30 + k * LINE_PX, align="right", colour=QUIET_INK)
              for k, line in enumerate(x_lines)]  # fmt: skip
    layers = [
        _across(ticks, y["at"], (left, inner)),
        _across([0.0], y["at"], (left, inner), INK),
        _start(x, (top, bottom)),
        _bars(rows, ("band_low", "band_high"), (x, y), (2.0, INNER_BAND_COLOUR)),
        _bars(rows, ("low", "high"), (x, y), (4.0, ACCENT)),
        _dots(rows, x, y["value"]),
        lettered(words),
    ]  # fmt: skip
    return {"height": bottom + 30 + len(x_lines) * LINE_PX, "layer": layers}


def _span(rows: pl.DataFrame) -> tuple[float, float]:
    names = ("value", "low", "high", "band_low", "band_high")
    values = [0.0, *(v for name in names for v in rows[name].drop_nulls())]
    low, high = min(values), max(values)
    room = 0.06 * (high - low) or 1.0
    return low - room, high + room


def _scale(field: str, low: float, high: float, span: tuple[float, float]) -> dict[str, Any]:
    scale = {"domain": [low, high], "range": list(span), "nice": False, "zero": False}
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _at(value: float, ends: tuple[float, float], span: tuple[float, float]) -> float:
    return span[0] + (value - ends[0]) / (ends[1] - ends[0]) * (span[1] - span[0])


def _across(
    at: list[float], y: dict[str, Any], span: tuple[float, float], colour: str = LINE
) -> dict[str, Any]:
    return {
        "data": {"values": [{"at": value} for value in at]},
        "mark": {"type": "rule", "color": colour, "strokeWidth": 1},
        "encoding": {"x": {"value": span[0]}, "x2": {"value": span[1]}, "y": y},
    }


def _start(x: dict[str, Any], span: tuple[float, float]) -> dict[str, Any]:
    return {
        "data": {"values": [{"since": -0.5}]},
        "mark": {"type": "rule", "color": OTHER_COLOUR, "strokeDash": [4, 4]},
        "encoding": {"x": x, "y": {"value": span[0]}, "y2": {"value": span[1]}},
    }


def _bars(
    rows: pl.DataFrame, ends: tuple[str, str], scales: tuple[dict[str, Any], dict[str, Any]],
    look: tuple[float, str],
) -> dict[str, Any]:  # fmt: skip
    x, y = scales
    told = rows.filter(pl.col(ends[0]).is_not_null()).select("since", *ends)
    return {
        "data": {"values": told.to_dicts()},
        "mark": {"type": "rule", "strokeWidth": look[0], "color": look[1]},
        "encoding": {"x": x, "y": y[ends[0]], "y2": {"field": ends[1]}},
    }


def _dots(rows: pl.DataFrame, x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return {
        "data": {"values": rows.select("since", "value").to_dicts()},
        "mark": {"type": "point", "shape": "circle", "filled": True, "size": 60,
                 "color": INK, "opacity": 1},
        "encoding": {"x": x, "y": y},
    }  # fmt: skip
