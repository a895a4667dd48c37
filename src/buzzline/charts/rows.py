"""Rows: the one layout behind all charts, a label, a mark on a common axis, a note at the end.

Everything stands in one view of fixed width, so that nothing can overlap: labels and notes have
columns of their own, or on narrow pictures (phones) a line of their own above the mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from buzzline.charts.lettering import shortened, text_width, wrapped
from buzzline.charts.palette import INK, PAPER, QUIET_INK
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, TEXT_SIZE, WIDTH
from buzzline.errors import InvalidArgument

Row = dict[str, Any]
NARROW = 520  # px; narrower pictures put labels above the marks
GAP = 10


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the columns of a picture stand.

    Attributes
    ----------
    width : int [px]                inside the margins
    left, right : float [px]        ends of the common axis
    row_px : int [px]               height of a row
    mark_at, text_at : float        where in a row marks and texts stand; 0 is its top
    """

    width: int
    left: float
    right: float
    row_px: int
    mark_at: float
    text_at: float

    @property
    def is_narrow(self) -> bool:
        """Labels stand above the marks, not beside them."""
        return self.mark_at != self.text_at


@dataclass(frozen=True, slots=True)
class Axis:
    """The common axis of all rows.

    Attributes
    ----------
    low, high : float
    ticks : tuple[float, ...]
    title : str
    label : str                     Vega expression of the text at a tick
    kind : "linear" or "log"
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    title: str
    label: str
    kind: Literal["linear", "log"] = "linear"


def laid_out(rows: Sequence[Row], width: int = WIDTH) -> Layout:
    """Return columns wide enough for the labels and notes of `rows`.

    Raises
    ------
    InvalidArgument
        The picture is too narrow to be read.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    inner = width - 2 * PADDING
    if width < NARROW:
        return Layout(inner, 18, inner - 20, 46, 0.68, 0.22)
    items = [row for row in rows if not row["is_heading"]]
    label = max((text_width(row["label"], TEXT_SIZE) for row in items), default=0)
    note = max((text_width(row["note"], NOTE_SIZE) for row in items), default=0)
    left = min(1.06 * label, 0.4 * inner) + GAP
    right = inner - (min(1.06 * note, 0.35 * inner) + 2 * GAP if note else 2 * GAP)
    return Layout(inner, round(left), round(right), 24, 0.5, 0.5)


def row(label: str, note: str = "", *, is_heading: bool = False, **values: Any) -> Row:
    """Return one row: a label, a note and whatever the marks need."""
    return {"label": label, "note": note, "is_heading": is_heading, **values}


def stacked(rows: Sequence[Row], marks: Sequence[Mapping[str, Any]], *, axis: Axis | None,
            layout: Layout) -> dict[str, Any]:  # fmt: skip
    """Return the body of a picture: rows under each other, marks on the common axis.

    Parameters
    ----------
    rows : sequence of rows         from `row`, in the order drawn
    marks : sequence of dict        from `dots`, `spans` and the like
    axis : Axis or None             None: each mark brings its own `x`
    layout : Layout
    """
    placed = [
        {
            **item,
            "label": _fitting(item, "label", layout),
            "note": _fitting(item, "note", layout),
            "top": number,
            "text_at": number + _text_at(item, layout),
            "mark_at": number + layout.mark_at,
        }
        for number, item in enumerate(rows)
    ]
    height = max(len(rows), 1) * layout.row_px
    drawn = [_on_axis(mark, axis, layout) if axis else mark for mark in marks]
    drawn += _texts(layout)
    if axis and layout.is_narrow:
        drawn.insert(_n_behind(marks), _paper_under_texts(layout))
    layers = [_downwards(layer, len(rows), height) for layer in drawn]
    return {"height": height, "data": {"values": placed}, "layer": layers}


def _text_at(item: Row, layout: Layout) -> float:
    return 0.6 if item["is_heading"] and layout.is_narrow else layout.text_at


def _n_behind(marks: Sequence[Mapping[str, Any]]) -> int:
    """Return how many marks bring their own data: bands and lines, which stand behind texts."""
    return sum("data" in mark for mark in marks)


def _paper_under_texts(layout: Layout) -> dict[str, Any]:
    """Keep lines of the axis out of the labels that stand above the marks."""
    bottom = f"datum.top + (datum.is_heading ? 1 : {layout.text_at * 2})"
    return {
        "transform": [{"calculate": bottom, "as": "bottom"}],
        "mark": {"type": "rect", "color": PAPER},
        "encoding": {
            "x": {"value": 0},
            "x2": {"value": layout.width},
            "y": {"field": "top", "type": "quantitative"},
            "y2": {"field": "bottom"},
        },
    }


def _fitting(item: Row, name: str, layout: Layout) -> str:
    size = TEXT_SIZE if name == "label" else NOTE_SIZE
    return shortened(item[name], _room(item, layout)[name], size)


def _room(item: Row, layout: Layout) -> dict[str, float]:
    """Return the widths for label and note; where they share a line, neither starves."""
    if not (layout.is_narrow or item["is_heading"]):
        return {"label": layout.left - GAP, "note": layout.width - layout.right - 2 * GAP}
    both = layout.width - 2 * GAP
    label = text_width(item["label"], TEXT_SIZE, bold=item["is_heading"])
    note = min(text_width(item["note"], NOTE_SIZE), both - min(label, 0.45 * both))
    return {"label": (both - note) * (0.92 if item["is_heading"] else 1.0), "note": note}


def _downwards(layer: Mapping[str, Any], n: int, height: int) -> dict[str, Any]:
    scale = {"domain": [0, max(n, 1)], "range": [0, height], "nice": False, "zero": False}
    y = layer["encoding"].get("y", {"field": "mark_at", "type": "quantitative"})
    if "field" in y:
        y = {**y, "axis": None, "scale": scale}
    return {**layer, "encoding": {**layer["encoding"], "y": y}}


def _texts(layout: Layout) -> list[dict[str, Any]]:
    beside = not layout.is_narrow
    at = {"field": "text_at", "type": "quantitative"}
    styles = (
        ("label", "!datum.is_heading", layout.left - GAP if beside else 0,
         {"align": "right" if beside else "left", "fontSize": TEXT_SIZE, "color": INK}),
        ("note", "!datum.is_heading", layout.right + 2 * GAP if beside else layout.width,
         {"align": "left" if beside else "right", "fontSize": NOTE_SIZE, "color": QUIET_INK}),
        ("label", "datum.is_heading", 0,
         {"align": "left", "fontSize": TEXT_SIZE, "fontWeight": "bold", "color": INK}),
        ("note", "datum.is_heading", layout.width,
         {"align": "right", "fontSize": NOTE_SIZE, "color": QUIET_INK}),
    )  # fmt: skip
    return [
        {
            "transform": [{"filter": which}],
            "mark": {"type": "text", "baseline": "middle", **style},
            "encoding": {"x": {"value": x}, "y": at, "text": {"field": field}},
        }
        for field, which, x, style in styles
    ]


def _on_axis(mark: Mapping[str, Any], axis: Axis, layout: Layout) -> dict[str, Any]:
    scale = {"type": axis.kind, "domain": [axis.low, axis.high],
             "range": [layout.left, layout.right], "nice": False}  # fmt: skip
    drawn_axis = {
        "values": list(axis.ticks), "labelExpr": axis.label, "labelOverlap": True,
        "labelFlush": False, "labelSeparation": 4,
        "title": wrapped(axis.title, layout.right - layout.left, NOTE_SIZE),
    }  # fmt: skip
    x = {**mark["encoding"]["x"], "scale": scale, "axis": drawn_axis}
    return {**mark, "encoding": {**mark["encoding"], "x": x}}


def spans(low: str, high: str, *, width: float, colour: str = INK) -> dict[str, Any]:
    """Return bars or intervals from field `low` to field `high`, `width` px thick.

    `colour` is a colour, or the name of the field that holds one.
    """
    return {
        "transform": [{"filter": f"isValid(datum.{low}) && isValid(datum.{high})"}],
        "mark": {"type": "rule", "strokeWidth": width},
        "encoding": {
            "x": {"field": low, "type": "quantitative"},
            "x2": {"field": high},
            "stroke": _colour(colour),
        },
    }


def dots(at: str, *, colour: str = INK, size: float = 70, shape: str = "circle",
         fill: str = "") -> dict[str, Any]:  # fmt: skip
    """Return one mark a row at field `at`; `colour`, `fill` and `shape` may name fields."""
    return {
        "transform": [{"filter": f"isValid(datum.{at})"}],
        "mark": {"type": "point", "size": size, "strokeWidth": 1.6, "opacity": 1},
        "encoding": {
            "x": {"field": at, "type": "quantitative"},
            "shape": _raw(shape, shape in _SHAPES),
            "stroke": _colour(colour),
            "fill": _colour(fill or colour),
        },
    }


_SHAPES = frozenset({"circle", "triangle-left", "triangle-right", "square", "diamond"})


def _colour(name: str) -> dict[str, Any]:
    return _raw(name, name.startswith("#"))


def _raw(name: str, is_value: bool) -> dict[str, Any]:
    return {"value": name} if is_value else {"field": name, "type": "nominal", "scale": None}


def beyond(side: Literal["low", "high"], axis: Axis, colour: str = INK) -> dict[str, Any]:
    """Return an arrow at the end of the axis where an interval goes on past it."""
    shape = "triangle-left" if side == "low" else "triangle-right"
    mark = dots("edge", shape=shape, colour=colour, size=40)
    edge = axis.low if side == "low" else axis.high
    steps = [{"filter": f"datum.goes_on_{side}"}, {"calculate": str(edge), "as": "edge"}]
    return {**mark, "transform": steps}


def within(low: float | None, high: float | None, axis: Axis) -> Row:
    """Return the part of an interval that the axis shows, and whether it goes on past it."""
    if low is None or high is None or low != low or high != high:
        return {"low": None, "high": None, "goes_on_low": False, "goes_on_high": False}
    return {
        "low": min(max(low, axis.low), axis.high),
        "high": max(min(high, axis.high), axis.low),
        "goes_on_low": low < axis.low,
        "goes_on_high": high > axis.high,
    }


def band(low: float, high: float, colour: str) -> dict[str, Any]:
    """Return a strip over the whole height from `low` to `high`."""
    return {
        "data": {"values": [{"low": low, "high": high}]},
        "mark": {"type": "rect", "color": colour, "opacity": 1},
        "encoding": {
            "x": {"field": "low", "type": "quantitative"},
            "x2": {"field": "high"},
            "y": {"value": 0},
            "y2": {"value": "height"},
        },
    }


def line(at: float, colour: str) -> dict[str, Any]:
    """Return a line over the whole height, e.g. where there is no difference."""
    return {
        "data": {"values": [{"at": at}]},
        "mark": {"type": "rule", "strokeWidth": 1.2, "color": colour},
        "encoding": {
            "x": {"field": "at", "type": "quantitative"},
            "y": {"value": 0},
            "y2": {"value": "height"},
        },
    }
