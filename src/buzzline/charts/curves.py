"""Curves: an observed curve against the band that chance gives it, in one or several panels.

The band that chance leaves anywhere with probability 1 - level is light, the band it leaves at
one place with that probability is darker inside it. Where the curve lies outside the wide band
the line is thick, with a triangle that points the way, so that nothing hangs on colour.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log10
from typing import Any

import numpy as np

from buzzline.arrays import Floats
from buzzline.charts.axes import amount, ratio_ticks, round_ticks
from buzzline.charts.lettering import shortened, text_width, wrapped
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    BAND_COLOUR,
    BELOW_COLOUR,
    INK,
    INNER_BAND_COLOUR,
    LINE,
    QUIET_INK,
)
from buzzline.charts.rows import NARROW
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, TEXT_SIZE
from buzzline.charts.texts import Text, lettered, text
from buzzline.errors import InvalidArgument

PANELS_SHOWN = 12
BOLD_SIZE = 13  # bold letters of size 12 take the room of 13
POINTS_SHOWN = 400  # of one curve; finer curves are thinned evenly
HEADING_PX = 24
TWO_LINES_PX = 42  # heading of which the note does not fit beside the title
TICKS_PX = 22
GAP_PX = 18
ASIDE_PX = 11  # of triangles beside the line
ALONE_PX = 240  # height of one curve alone on a wide picture
BESIDE_PX = 130  # height of each of several


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """One panel: a curve, and what chance gives.

    Attributes
    ----------
    title : str                         what the curve is of, e.g. an industry
    x, observed : (k,) float64          NaN in `observed` interrupts the line
    low, high : (k,) float64 or None    the band a whole curve keeps to (global)
    inner_low, inner_high : (k,) float64 or None    the band at each place (pointwise)
    expected : (k,) float64 or None     what there would be without any pattern: dashed
    note : str                          said beside the title, e.g. "n=812, p=0.001"
    is_yearly : bool                    x are calendar years, written without a comma
    is_log : bool                       x are log10 of what is written at the axis
    """

    title: str
    x: Floats
    observed: Floats
    low: Floats | None = None
    high: Floats | None = None
    inner_low: Floats | None = None
    inner_high: Floats | None = None
    expected: Floats | None = None
    note: str = ""
    is_yearly: bool = False
    is_log: bool = False


_Spans = tuple[tuple[float, float], tuple[float, float]]


@dataclass(frozen=True, slots=True)
class _Box:
    """Where a panel stands [px], and what its axes span."""

    start: float  # of the column; labels of the axis stand between it and `left`
    left: float
    right: float
    top: float
    bottom: float
    heading_px: int
    x: tuple[float, float]
    y: tuple[float, float]


def curves(
    panels: Sequence[Curve], *, x_title: str, y_title: str, width: int, same_y: bool = False
) -> dict[str, Any]:
    """Return the body of a picture with one panel a curve; the first dozen are drawn.

    Parameters
    ----------
    panels : sequence of Curve
    x_title, y_title : str
        With the unit, e.g. "distance [km]"; said once, the same for all panels.
    width : int [px]
        Of the whole picture.
    same_y : bool
        All panels have the same range, so that heights can be compared between them.

    Raises
    ------
    InvalidArgument
        The picture is too narrow to be read.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    shown = [_thinned(panel) for panel in panels[:PANELS_SHOWN]]
    inner = width - 2 * PADDING
    y_lines = wrapped(y_title, inner, NOTE_SIZE)
    above = len(y_lines) * (NOTE_SIZE + 3) + 6
    spans = [_span(panel) for panel in shown]
    boxes, height = _boxes(shown, _shared(spans) if same_y else spans, inner, above)
    layers = [lettered(_heading(y_lines))]
    layers += [_panel(panel, box) for panel, box in zip(shown, boxes, strict=True)]
    x_lines = wrapped(x_title, inner, NOTE_SIZE)
    layers.append(lettered([
        text(line, inner, height + number * (NOTE_SIZE + 3), align="right", colour=QUIET_INK)
        for number, line in enumerate(x_lines)
    ]))  # fmt: skip
    tall = height + len(x_lines) * (NOTE_SIZE + 3)
    return {
        "height": tall,
        "layer": layers,
        "resolve": {"scale": {"x": "independent", "y": "independent"}},
    }


def outside(panel: Curve) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return where the curve lies above the wide band, and where below, as spans of x.

    Examples
    --------
    >>> x = np.array([0.0, 1, 2, 3])
    >>> outside(Curve("wine", x, x, low=np.full(4, 0.5), high=np.full(4, 1.5)))
    ([(2.0, 3.0)], [(0.0, 0.0)])
    """
    return (
        [(float(panel.x[first]), float(panel.x[last])) for first, last in _runs(_above(panel))],
        [(float(panel.x[first]), float(panel.x[last])) for first, last in _runs(_below(panel))],
    )


def _above(panel: Curve) -> Any:
    high = panel.high if panel.high is not None else panel.inner_high
    return panel.observed > high if high is not None else np.zeros(panel.x.size, dtype=bool)


def _below(panel: Curve) -> Any:
    low = panel.low if panel.low is not None else panel.inner_low
    return panel.observed < low if low is not None else np.zeros(panel.x.size, dtype=bool)


def _runs(flags: Any) -> list[tuple[int, int]]:
    """Return first and last number of each run of true values."""
    padded = np.concatenate([[False], flags, [False]]).astype(np.int8)
    steps = np.diff(padded)
    first, last = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1
    return list(zip(first.tolist(), last.tolist(), strict=True))


def _thinned(panel: Curve) -> Curve:
    step = -(-panel.x.size // POINTS_SHOWN)
    if step <= 1:
        return panel
    kept = {
        name: values[::step] if values is not None else None
        for name, values in (
            ("x", panel.x), ("observed", panel.observed), ("low", panel.low),
            ("high", panel.high), ("inner_low", panel.inner_low),
            ("inner_high", panel.inner_high), ("expected", panel.expected),
        )
    }  # fmt: skip
    return replace(panel, **kept)  # type: ignore[arg-type]  # as they were


def _shared(spans: Sequence[_Spans]) -> list[_Spans]:
    """Give all panels the range of y that holds the curves of all."""
    low, high = min(y[0] for _, y in spans), max(y[1] for _, y in spans)
    return [(x, (low, high)) for x, _ in spans]


def _boxes(
    panels: Sequence[Curve], spans: Sequence[_Spans], inner: int, above: float
) -> tuple[list[_Box], float]:
    n_columns = 1 if len(panels) < 2 or inner < NARROW - 2 * PADDING else 2
    tall = ALONE_PX if len(panels) < 2 and n_columns == 1 and inner > NARROW else BESIDE_PX
    left = max((_label_px(y) for _, y in spans), default=0) + 8
    wide = (inner - (n_columns - 1) * GAP_PX) / n_columns
    fits = all(_heading_px(panel) <= wide - 10 for panel in panels)
    heading = HEADING_PX if fits else TWO_LINES_PX
    row_px = heading + tall + TICKS_PX + GAP_PX
    boxes = []
    for number, (x, y) in enumerate(spans):
        row, column = divmod(number, n_columns)
        start = column * (wide + GAP_PX)
        top = above + row * row_px + heading
        boxes.append(
            _Box(start, start + left, start + wide - 10, top, top + tall, heading, x, y)
        )
    n_rows = -(-len(panels) // n_columns)
    return boxes, above + n_rows * row_px - GAP_PX + 4


def _span(panel: Curve) -> _Spans:
    drawn = (
        panel.observed,
        panel.low,
        panel.high,
        panel.inner_low,
        panel.inner_high,
        panel.expected,
    )
    values = np.concatenate([part for part in drawn if part is not None])
    values = values[np.isfinite(values)]
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 1.0)
    room = 0.06 * (high - low) or 0.5 * abs(high) or 0.5
    low = 0.0 if 0 <= low < 0.5 * high else low - room
    x = panel.x[np.isfinite(panel.x)]
    return ((float(x.min()), float(x.max())) if x.size else (0.0, 1.0)), (low, high + room)


def _heading_px(panel: Curve) -> float:
    note = text_width(panel.note, NOTE_SIZE)
    return text_width(panel.title, TEXT_SIZE, bold=True) + note + 14


def _label_px(y: tuple[float, float]) -> float:
    return max((text_width(amount(tick), NOTE_SIZE) for tick in round_ticks(*y, 4)), default=0)


def _panel(panel: Curve, box: _Box) -> dict[str, Any]:
    layers = [*_grid(box), *_bands(panel, box), *_lines(panel, box), *_marks(panel, box)]
    return {"layer": [*layers, lettered(_panel_words(panel, box))]}


def _x(box: _Box, field: str = "x") -> dict[str, Any]:
    scale = {
        "domain": list(box.x),
        "range": [box.left, box.right],
        "nice": False,
        "zero": False,
    }
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _y(box: _Box, field: str) -> dict[str, Any]:
    scale = {
        "domain": list(box.y),
        "range": [box.bottom, box.top],
        "nice": False,
        "zero": False,
    }
    return {"field": field, "type": "quantitative", "scale": scale, "axis": None}


def _grid(box: _Box) -> list[dict[str, Any]]:
    rules = {
        "data": {"values": [{"tick": tick} for tick in round_ticks(*box.y, 4)]},
        "mark": {"type": "rule", "color": LINE, "strokeWidth": 1},
        "encoding": {
            "x": {"value": box.left}, "x2": {"value": box.right}, "y": _y(box, "tick"),
        },
    }  # fmt: skip
    return [rules]


def _bands(panel: Curve, box: _Box) -> list[dict[str, Any]]:
    found = []
    for low, high, colour in (
        (panel.low, panel.high, BAND_COLOUR),
        (panel.inner_low, panel.inner_high, INNER_BAND_COLOUR),
    ):
        if low is None or high is None:
            continue
        rows = [
            {"x": at, "low": one, "high": other}
            for at, one, other in zip(panel.x, low, high, strict=True)
            if np.isfinite(one) and np.isfinite(other)
        ]
        found.append({
            "data": {"values": rows},
            "mark": {"type": "area", "color": colour, "opacity": 1},
            "encoding": {"x": _x(box), "y": _y(box, "low"), "y2": {"field": "high"}},
        })  # fmt: skip
    return found


def _lines(panel: Curve, box: _Box) -> list[dict[str, Any]]:
    found = []
    if panel.expected is not None:
        style = {"color": QUIET_INK, "strokeWidth": 1.2, "strokeDash": [4, 3]}
        found.append(_line(panel.x, panel.expected, box, style))
    found.append(_line(panel.x, panel.observed, box, {"color": INK, "strokeWidth": 1.8}))
    for flags, colour in ((_above(panel), ABOVE_COLOUR), (_below(panel), BELOW_COLOUR)):
        if flags.any():
            style = {"color": colour, "strokeWidth": 4}
            found.append(_line(panel.x, np.where(flags, panel.observed, np.nan), box, style))
    return found


def _line(x: Floats, y: Floats, box: _Box, style: dict[str, Any]) -> dict[str, Any]:
    """Return a line that is interrupted where y is not known."""
    runs = _runs(np.isfinite(y))
    rows = [
        {"x": float(x[at]), "y": float(y[at]), "run": number}
        for number, (first, last) in enumerate(runs)
        for at in range(first, last + 1)
    ]
    return {
        "data": {"values": rows},
        "mark": {"type": "line", "strokeJoin": "round", "strokeCap": "round", **style},
        "encoding": {"x": _x(box), "y": _y(box, "y"), "detail": {"field": "run"}},
    }


def _marks(panel: Curve, box: _Box) -> list[dict[str, Any]]:
    """Return a triangle beside the middle of each stretch outside the band."""
    one_px = (box.y[1] - box.y[0]) / (box.bottom - box.top)
    lowest, highest = box.y[0] + 5 * one_px, box.y[1] - 5 * one_px  # clear of axis and heading
    rows = [
        {
            "x": float(panel.x[middle]),
            "y": min(max(float(panel.observed[middle]) + aside * one_px, lowest), highest),
            "shape": shape,
            "colour": colour,
        }
        for flags, shape, colour, aside in (
            (_above(panel), "triangle-up", ABOVE_COLOUR, ASIDE_PX),
            (_below(panel), "triangle-down", BELOW_COLOUR, -ASIDE_PX),
        )
        for first, last in _runs(flags)
        for middle in [(first + last) // 2]
    ]  # fmt: skip
    if not rows:
        return []
    raw = {"type": "nominal", "scale": None}
    mark = {
        "data": {"values": rows},
        "mark": {"type": "point", "size": 60, "opacity": 1, "filled": True},
        "encoding": {
            "x": _x(box), "y": _y(box, "y"),
            "shape": {"field": "shape", **raw}, "color": {"field": "colour", **raw},
        },
    }  # fmt: skip
    return [mark]


def _panel_words(panel: Curve, box: _Box) -> list[Text]:
    room = box.right - box.start
    title, note = panel.title, panel.note
    if box.heading_px == HEADING_PX:  # side by side
        found = [text(note, box.right, box.top - 9, align="right", colour=QUIET_INK)]
    else:
        title = shortened(title, room, BOLD_SIZE)
        note = shortened(note, room, NOTE_SIZE)
        found = [text(note, box.start, box.top - 14, colour=QUIET_INK)]
    title_at = box.top - box.heading_px + 11
    found.append(text(title, box.start, title_at, size=TEXT_SIZE, bold=True))
    for tick in round_ticks(*box.y, 4):
        share = (tick - box.y[0]) / (box.y[1] - box.y[0])
        at = box.bottom - share * (box.bottom - box.top)
        found.append(text(amount(tick), box.left - 6, at, align="right", colour=QUIET_INK))
    most = max(2, int((box.right - box.left) / 48))
    for tick, said in _x_ticks(panel, box.x, most):
        share = (tick - box.x[0]) / ((box.x[1] - box.x[0]) or 1)
        at = box.left + share * (box.right - box.left)
        found.append(text(said, at, box.bottom + 11, align="center", colour=QUIET_INK))
    return found


def _x_ticks(panel: Curve, x: tuple[float, float], most: int) -> list[tuple[float, str]]:
    """Return where ticks of the axis stand, and what is written at them."""
    if panel.is_log and x[1] > x[0]:
        ends = (float(f"{10**end:.9g}") for end in x)
        ratios = ratio_ticks(*ends)
        return [(log10(tick), amount(tick)) for tick in ratios[:: -(-len(ratios) // most) or 1]]
    ticks = round_ticks(*x, most)
    if panel.is_yearly:
        return [(tick, f"{tick:.0f}") for tick in ticks if tick == int(tick)]
    return [(tick, amount(tick)) for tick in ticks]


def _heading(lines: Sequence[str]) -> list[Text]:
    return [
        text(line, 0, 4 + number * (NOTE_SIZE + 3), colour=QUIET_INK)
        for number, line in enumerate(lines)
    ]
