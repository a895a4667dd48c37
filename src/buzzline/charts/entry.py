"""How often industries enter and leave places, by how much of what is related is there."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.agglomeration.entry import IndustryEntry
from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "Do industries enter where related ones are?"


@chart.register
def entry_chart(result: IndustryEntry, *, width: int = WIDTH) -> Spec:
    """Return the share of cells with an event by class of relatedness density.

    Parameters
    ----------
    result : IndustryEntry
    width : int [px]
    """
    curve = result.curve.filter(pl.col("n_cells") > 0)
    if not curve["n"].sum():
        return nothing_to_draw(TITLE, str(result), width)
    rows = [item for effect in result.effects.to_dicts() for item in _block(curve, effect)]
    axis = _axis(curve)
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE,
        subtitle=[
            f"{result.first_year} to {result.last_year}; classes of relatedness density in the "
            "first year with equally many pairs of place and industry each, least related "
            f"first. Lines are {result.level:.0%} intervals; grey bands what there would be "
            "if every place and every industry had as many events anywhere."
        ],
        alt=f"{TITLE} {result}",
        width=width,
    )


def _block(curve: pl.DataFrame, effect: dict[str, Any]) -> list[Row]:
    found = curve.filter(pl.col("event") == effect["event"])
    if not found["n"].sum():
        return [row(effect["event"], "none happened", is_heading=True)]
    p = "" if effect["p"] is None else f", p = {effect['p']:.2g}"
    said = f"{effect['verdict']}{p}, n={effect['n']:,}"
    return [
        row(effect["event"], said, is_heading=True),
        *(_bar(item) for item in found.to_dicts()),
    ]


def _bar(item: dict[str, Any]) -> Row:
    return row(
        f"density {item['density_low']:.2f} to {item['density_high']:.2f}",
        f"{item['n']:,} of {item['n_cells']:,}",
        at=item["value"],
        **{name: item[name] for name in ("low", "high", "chance_low", "chance_high")},
    )


def _axis(curve: pl.DataFrame) -> Axis:
    ends = pl.concat([curve[name].drop_nulls() for name in ("value", "high", "chance_high")])
    high = min(1.0, 1.05 * float(str(ends.max())))
    label = "format(datum.value, '~%')"
    return Axis(
        0, high, tuple(round_ticks(0, high, 7)),
        "share of pairs of place and industry in which it happened", label,
    )  # fmt: skip
