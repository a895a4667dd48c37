"""Matrix: rows as in `rows`, each with one cell a column, every cell with its text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from buzzline.charts.lettering import wrapped
from buzzline.charts.palette import LINE
from buzzline.charts.rows import Layout, Row, stacked
from buzzline.charts.spec import NOTE_SIZE, TEXT_SIZE

Cell = dict[str, str]
CELL_PX = 25  # height of a cell; on narrow pictures the label stands above it


def cell(column: str, said: str, *, colour: str, back: str) -> Cell:
    """Return one cell: its column, its text, the colours of text and ground."""
    return {"column": column, "said": said, "colour": colour, "back": back}


def matrix(
    rows: Sequence[Row], columns: Sequence[str], layout: Layout, *, title: str
) -> dict[str, Any]:
    """Return the body of a picture with the `cells` of each row under their columns.

    Parameters
    ----------
    rows : sequence of rows         each with `cells`, a list of `cell`
    columns : sequence of str
    layout : Layout
    title : str                     of the columns
    """
    x = _columns(columns, layout, title)
    at = {"data": {"values": _cells(rows, layout)}}
    ground = {
        **at,
        "mark": {"type": "rect", "strokeWidth": 1, "stroke": LINE},
        "encoding": {
            "x": x,
            "y": {"field": "top", "type": "quantitative"},
            "y2": {"field": "bottom"},
            "fill": {"field": "back", "type": "nominal", "scale": None},
        },
    }
    words = {
        **at,
        "mark": {"type": "text", "baseline": "middle", "fontSize": TEXT_SIZE},
        "encoding": {
            "x": {**x, "bandPosition": 0.5},
            "y": {"field": "middle", "type": "quantitative"},
            "text": {"field": "said"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }
    bare = [{**item, "cells": None} for item in rows]
    return stacked(bare, [ground, words], axis=None, layout=layout)


def _columns(columns: Sequence[str], layout: Layout, title: str) -> dict[str, Any]:
    left = 0 if layout.is_narrow else layout.left
    return {
        "field": "column",
        "type": "ordinal",
        "scale": {"type": "band", "domain": list(columns), "range": [left, layout.width]},
        "axis": {"orient": "top", "title": wrapped(title, layout.width - left, NOTE_SIZE),
                 "labelAngle": 0, "grid": False, "labelFontSize": TEXT_SIZE,
                 "labelOverlap": True},
    }  # fmt: skip


def _cells(rows: Sequence[Row], layout: Layout) -> list[dict[str, Any]]:
    half = min(CELL_PX, layout.row_px) / layout.row_px / 2
    return [
        {
            **found,
            "middle": number + layout.mark_at,
            "top": number + layout.mark_at - half,
            "bottom": number + layout.mark_at + half,
        }
        for number, item in enumerate(rows)
        for found in item["cells"]
    ]
