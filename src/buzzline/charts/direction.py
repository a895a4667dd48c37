"""The share of deals in the buyer's own industry, digit by digit, against random matching."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.direction import InvestmentDirection
from buzzline.wording import plural

TITLE = "Same activities, or along the chain"
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
SHOWN = 6  # of the labels of one split
VERTICAL = ("vertical up", "vertical down", "vertical both", "neither")


@chart.register
def direction_chart(result: InvestmentDirection, *, width: int = WIDTH) -> Spec:
    """Return shares horizontal by digits and kinds of deals, against random matching.

    Parameters
    ----------
    result : InvestmentDirection
    width : int [px]
    """
    told = result.told_at()
    if told["value"] is None:
        return nothing_to_draw(TITLE, str(result), width)
    rows = [row("same industry", is_heading=True), *_curve(result), *_vertical(result, told)]
    rows += _splits(result, told)
    axis = Axis(0, 1, TICKS, "share of deals", "format(datum.value, '~%')")
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    lines = [
        f"{plural(result.n, 'deal')} of {plural(result.n_groups, 'group')}. Lines are "
        f"{result.level:.0%} intervals over groups; grey: when buyers change hands at random "
        "among groups of the same country and about as many deals.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _curve(result: InvestmentDirection) -> list[Row]:
    done = result.curve.filter(pl.col("value").is_not_null()).reverse()
    return [_bar(item["rule"], item) for item in done.to_dicts()]


def _vertical(result: InvestmentDirection, told: dict[str, Any]) -> list[Row]:
    here = result.kinds.filter(
        pl.col("digits").eq_missing(told["digits"]) & pl.col("value").is_not_null()
    )
    items = here.filter(pl.col("kind").is_in(VERTICAL)).to_dicts()
    heading = [row(f"of another industry{_at(told)}", is_heading=True)] if items else []
    return heading + [_bar(item["kind"], item) for item in items]


def _splits(result: InvestmentDirection, told: dict[str, Any]) -> list[Row]:
    rows: list[Row] = []
    done = result.splits.filter(pl.col("value").is_not_null())
    for by in done["by"].unique(maintain_order=True):
        items = done.filter(pl.col("by") == by).head(SHOWN).to_dicts()
        if len(items) > 1:
            rows.append(row(f"same industry{_at(told)}, by {by}", is_heading=True))
            rows += [_bar(item["which"], item) for item in items]
    return rows


def _at(told: dict[str, Any]) -> str:
    return f" at {plural(told['digits'], 'digit')}" if told["digits"] else ""


def _bar(label: str, item: dict[str, Any]) -> Row:
    chance = "" if item["p"] is None else f", p = {item['p']:.2g}"
    return row(
        label, f"n = {item['n']:,}{chance}", at=item["value"], low=item["low"],
        high=item["high"], chance_low=item["expected_low"], chance_high=item["expected_high"],
    )  # fmt: skip
