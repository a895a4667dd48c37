"""Texts and keys at places of a picture counted in pixels from its top left corner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import INK
from buzzline.charts.spec import NOTE_SIZE

Align = Literal["left", "center", "right"]
Text = dict[str, Any]
LINE_PX = 16
SYMBOL_PX = 16


@dataclass(frozen=True, slots=True)
class KeyItem:
    """What one symbol stands for."""

    label: str
    colour: str
    shape: str = "circle"
    is_hollow: bool = False


def text(said: str, x: float, y: float, *, align: Align = "left", colour: str = INK,
         size: float = NOTE_SIZE, bold: bool = False) -> Text:  # fmt: skip
    """Return one text with its place [px]; `lettered` draws many at once."""
    return {"said": said, "x": round(x, 1), "y": round(y, 1), "align": align, "colour": colour,
            "size": size, "weight": "bold" if bold else "normal"}  # fmt: skip


def lettered(texts: Sequence[Text]) -> dict[str, Any]:
    """Return the layer that draws texts; texts without a letter are left out."""
    styles = dict.fromkeys((item["align"], item["size"], item["weight"]) for item in texts)
    layers = [
        {
            "transform": [{"filter": {"and": [
                {"field": "align", "equal": align}, {"field": "size", "equal": size},
                {"field": "weight", "equal": weight},
            ]}}],
            "mark": {"type": "text", "baseline": "middle", "align": align, "fontSize": size,
                     "fontWeight": weight},
            "encoding": {
                "x": in_pixels("x"), "y": in_pixels("y"), "text": {"field": "said"},
                "color": {"field": "colour", "type": "nominal", "scale": None},
            },
        }
        for align, size, weight in styles
    ]  # fmt: skip
    return {"data": {"values": [item for item in texts if item["said"]]}, "layer": layers}


def in_pixels(field: str) -> dict[str, Any]:
    """Return the encoding of a field that already holds pixels."""
    return {"field": field, "type": "quantitative", "scale": None, "axis": None}


def spanning() -> dict[str, Any]:
    """Return the encoding of rows from `x`, `y` to `x2`, `y2`, in pixels."""
    return {
        "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y"), "y2": {"field": "y2"},
    }  # fmt: skip


def rules(lines: Sequence[dict[str, Any]], wide: float) -> dict[str, Any]:
    """Return lines at pixels: rows have `x`, `x2`, `y`, `y2` and `colour`."""
    stroke = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "data": {"values": list(lines)}, "mark": {"type": "rule", "strokeWidth": wide},
        "encoding": spanning() | {"stroke": stroke},
    }  # fmt: skip


def symbols(rows: Sequence[dict[str, Any]], *, edge: float = 1.2) -> dict[str, Any]:
    """Return marks at pixels: rows have `x`, `y`, `size`, `shape`, `fill` and `stroke`."""
    raw = {"type": "nominal", "scale": None}
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "point", "opacity": 1, "strokeWidth": edge},
        "encoding": {
            "x": in_pixels("x"), "y": in_pixels("y"),
            "size": {"field": "size", "type": "quantitative", "scale": None},
            "shape": {"field": "shape", **raw}, "fill": {"field": "fill", **raw},
            "stroke": {"field": "stroke", **raw},
        },
    }  # fmt: skip


def key(
    items: Sequence[KeyItem], width: float, top: float
) -> tuple[list[dict[str, Any]], float]:
    """Return the layers of a key from `top` on, wrapped to `width`, and its height [px]."""
    x, y = 0.0, top + LINE_PX / 2
    marks, texts = [], []
    for item in items:
        label = shortened(item.label, width - SYMBOL_PX, NOTE_SIZE)
        taken = SYMBOL_PX + text_width(label, NOTE_SIZE) + 12
        if x > 0 and x + taken - 12 > width:
            x, y = 0.0, y + LINE_PX
        fill = "transparent" if item.is_hollow else item.colour
        marks.append({"x": x + 6, "y": y, "size": 60, "shape": item.shape, "fill": fill,
                      "stroke": item.colour})  # fmt: skip
        texts.append(text(label, x + SYMBOL_PX, y))
        x += taken
    return [symbols(marks), lettered(texts)], (y - top + LINE_PX / 2) if items else 0.0
