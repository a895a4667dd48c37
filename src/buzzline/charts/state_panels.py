"""Panels of probabilities that add up to 1, year by year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.lettering import shortened
from buzzline.charts.palette import PAPER, QUIET_INK
from buzzline.charts.rows import NARROW
from buzzline.charts.spec import NOTE_SIZE, PADDING, TEXT_SIZE
from buzzline.charts.texts import KeyItem, Text, in_pixels, key, lettered, text

# From light to dark and back, so that neighbours differ in lightness as well as in hue.
STATE_COLOURS = {
    "emerging": "#BC8800", "growing": "#007A5E", "sustaining": "#92BADA",
    "declining": "#7A8188",
}  # fmt: skip
PANELS_SHOWN = 12
TALL_PX = 64
HEAD_PX = 20
TICKS_PX = 18
GAP_PX = 18
RENEWAL_SHOWN = 0.5


def state_panels(
    states: pl.DataFrame, order: Sequence[str], *, width: int
) -> tuple[dict[str, Any], int]:
    """Return the body of a picture with one panel a cluster, and how many panels it has.

    Parameters
    ----------
    states : DataFrame
        `history_id`, `label`, `year`, a column a state, `renewal`.
    order : sequence of str
        Of clusters; the first dozen are drawn.
    width : int [px]
    """
    shown = list(order[:PANELS_SHOWN])
    inner = width - 2 * PADDING
    n_columns = 1 if inner < NARROW - 2 * PADDING or len(shown) == 1 else 2
    wide = (inner - (n_columns - 1) * GAP_PX) / n_columns
    items = [KeyItem(name, colour, "square") for name, colour in STATE_COLOURS.items()]
    layers, height = key(
        [*items, KeyItem("renewal likely", QUIET_INK, "triangle-up")], inner, 0
    )
    top = height + 8
    rows: list[dict[str, Any]] = []
    texts: list[Text] = []
    for number, name in enumerate(shown):
        part = states.filter(pl.col("history_id") == name).sort("year")
        line, column = divmod(number, n_columns)
        left = column * (wide + GAP_PX)
        head = top + line * (HEAD_PX + TALL_PX + TICKS_PX + 6)
        rows += _bars(part, left, head + HEAD_PX, wide)
        texts += _words(part, left, head, wide)
    n_lines = -(-len(shown) // n_columns)
    layers = [*layers, _drawn(rows), lettered(texts)]
    return {
        "height": top + n_lines * (HEAD_PX + TALL_PX + TICKS_PX + 6), "layer": layers
    }, len(shown)  # fmt: skip


def _bars(part: pl.DataFrame, left: float, top: float, wide: float) -> list[dict[str, Any]]:
    each = wide / part.height
    rows = []
    for number, one in enumerate(part.iter_rows(named=True)):
        below = top + TALL_PX
        for state, colour in STATE_COLOURS.items():
            tall = TALL_PX * one[state]
            rows.append({"x": left + number * each, "x2": left + (number + 1) * each,
                         "top": below - tall, "bottom": below, "colour": colour})  # fmt: skip
            below -= tall
    return rows


def _words(part: pl.DataFrame, left: float, head: float, wide: float) -> list[Text]:
    years = part["year"].to_list()
    each = wide / len(years)
    name = shortened(str(part["label"][0]), wide, TEXT_SIZE + 1)
    found = [text(name, left, head + 10, size=TEXT_SIZE, bold=True)]
    wanted = round_ticks(years[0], years[-1], max(2, int(wide / 60)))
    ticks = [int(tick) for tick in wanted if tick == int(tick)]
    found += [
        text(str(year), left + (years.index(year) + 0.5) * each, head + HEAD_PX + TALL_PX + 9,
             align="center", colour=QUIET_INK, size=NOTE_SIZE)
        for year in ticks or years[:1]
        if year in years
    ]  # fmt: skip
    return found + [
        text("▲", left + (years.index(year) + 0.5) * each, head + HEAD_PX + 7, align="center",
             colour=PAPER)
        for year, renewal in part.select("year", "renewal").iter_rows()
        if renewal is not None and renewal >= RENEWAL_SHOWN
    ]  # fmt: skip


def _drawn(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "data": {"values": rows},
        "mark": {"type": "rect"},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("top"),
            "y2": {"field": "bottom"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }  # fmt: skip
