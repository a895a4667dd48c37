"""Bars split by how likely each answer is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from buzzline.charts.palette import PAPER
from buzzline.charts.rows import Axis, Row, laid_out, row, spans, stacked
from buzzline.charts.spec import PADDING
from buzzline.charts.texts import KeyItem, in_pixels, key

BAR_PX = 15
LEAST = 0.005  # of the draws; thinner slices cannot be seen
AXIS = Axis(
    0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), "share of draws", "format(datum.value, '.0%')"
)


def bar(
    label: str, note: str, *, shares: Mapping[str, float], colours: Mapping[str, str]
) -> Row:
    """Return one row whose bar is split by answer, in the order of the colours."""
    ends: dict[str, Any] = {}
    at = 0.0
    for k, name in enumerate(colours):
        share = float(shares.get(name, 0.0))
        seen = share >= LEAST
        ends |= {f"low_{k}": at if seen else None, f"high_{k}": at + share if seen else None}
        at += share
    return row(label, note, **ends)


def likeliest(answer: str, probability: float) -> str:
    """Return an answer with how likely it is, never rounded to certainty."""
    said = ">99%" if 0.995 <= probability < 1 else f"{probability:.0%}"
    return f"{answer} {said}"


def split_bars(
    rows: Sequence[Row], colours: Mapping[str, str], *, width: int
) -> dict[str, Any]:
    """Return the body of a picture: bars of rows from `bar` under a key of what occurs."""
    used = [
        (k, name) for k, name in enumerate(colours)
        if any(item.get(f"high_{k}") is not None for item in rows)
    ]  # fmt: skip
    marks = [
        spans(f"low_{k}", f"high_{k}", width=BAR_PX, colour=colours[name]) for k, name in used
    ]
    items = [KeyItem(name, colours[name], "square") for _, name in used]
    legend, key_px = key(items, width - 2 * PADDING, 0)
    layout = laid_out(rows, width)
    room = [row("")] * -(-int(key_px + 4) // layout.row_px)  # rows the key stands in
    body = stacked([*room, *rows], marks, axis=AXIS, layout=layout)
    body["layer"] = [*body["layer"], _paper(width, key_px), *legend]
    return body


def _paper(width: int, height: float) -> dict[str, Any]:
    """Keep lines of the axis out of the key."""
    corner = {"x": 0, "x2": width - 2 * PADDING, "y": 0, "y2": height}
    return {
        "data": {"values": [corner]},
        "mark": {"type": "rect", "color": PAPER, "opacity": 1},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y"),
            "y2": {"field": "y2"},
        },
    }  # fmt: skip
