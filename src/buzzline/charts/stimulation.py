"""Buzz and pipelines over years, and what ties are worth by distance."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.lettering import text_width
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    BELOW_COLOUR,
    INK,
    LINE,
    OTHER_COLOUR,
    PAPER,
    QUIET_INK,
    SCALE_COLOUR,
    SEA,
)
from buzzline.charts.rows import (
    Axis,
    Row,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)
from buzzline.charts.spec import NOTE_SIZE, PADDING, TEXT_SIZE, WIDTH, Spec, picture
from buzzline.charts.texts import Text, in_pixels, lettered, symbols, text
from buzzline.econometrics.mutual_stimulation import MutualStimulation
from buzzline.econometrics.value_by_distance import ValueByDistance

TITLE = "What pipelines add, where buzz is little and where it is much"
LAGS_TITLE = "Do pipelines follow buzz, or buzz pipelines?"
VALUE_TITLE = "What one more tie goes with, near and far"
UNITS = {
    "levels": "of one more pipeline on the outcome",
    "logs": "of one per cent more pipelines on the outcome, in per cent",
}


@chart.register
def stimulation_chart(result: MutualStimulation, *, width: int = WIDTH) -> Spec:
    """Return the effect of pipelines along buzz, with its interval, in levels and in logs.

    Parameters
    ----------
    result : MutualStimulation
    width : int [px]
    """
    told = result.margins.filter(pl.col("value").is_not_null())
    if not told.height:
        return nothing_to_draw(TITLE, str(result), width)
    panels = []
    for (form,), rows in told.group_by(["form"], maintain_order=True):
        both = result.effects.filter(
            (pl.col("form") == form) & (pl.col("term") == "interaction")
        )
        p = both["p"][0]
        low, high = (
            as_floats(rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy())
            for name in ("low", "high")
        )
        x, y = (as_floats(rows[name].to_numpy()) for name in ("buzz", "value"))
        panels.append(Curve(
            f"In {form}", x, y, inner_low=low, inner_high=high,
            expected=as_floats(np.zeros(rows.height)),
            note=f"interaction {_p(p)}" if p is not None else "",
        ))  # fmt: skip
    body = curves(
        panels, x_title="buzz a year before, from its 5 % to its 95 % quantile",
        y_title=f"effect of pipelines on {result.outcome!r} a year later", width=width,
    )  # fmt: skip
    return picture(
        body, title=TITLE, subtitle=_reading(result), alt=f"{TITLE}. {result}", width=width
    )


@further_charts.register
def further_stimulation_charts(
    result: MutualStimulation, *, width: int = WIDTH
) -> dict[str, Spec]:
    """Return what follows what."""
    return {"cross_lags": cross_lag_chart(result, width=width)}


def cross_lag_chart(result: MutualStimulation, *, width: int = WIDTH) -> Spec:
    """Return buzz and pipelines of one year and the next, with arrows between them.

    Parameters
    ----------
    result : MutualStimulation
    width : int [px]
    """
    told = result.cross_lags.filter(pl.col("value").is_not_null())
    if not told.height:
        reason = result.cross_lags["status"][0] if result.cross_lags.height else str(result)
        return nothing_to_draw(LAGS_TITLE, f"{str(reason).capitalize()}.", width)
    inner, height = float(width - 2 * PADDING), 210.0
    rows = [_arrow(item, inner, height) for item in told.to_dicts()]
    arrows = {
        "data": {"values": rows},
        "mark": {"type": "rule"},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y"),
            "y2": {"field": "y2"},
            "stroke": {"field": "colour", "type": "nominal", "scale": None},
            "strokeWidth": {"field": "wide", "type": "quantitative", "scale": None},
        },
    }  # fmt: skip
    heads = [
        {"x": item["x2"], "y": item["y2"], "size": 60, "shape": "circle",
         "fill": item["colour"], "stroke": item["colour"]}
        for item in rows
    ]  # fmt: skip
    body = {
        "height": height,
        "layer": [arrows, symbols(heads), *_boxes(inner, height),
                  _papers(rows), lettered(_words(rows, inner, height))],
    }  # fmt: skip
    said = [
        "Standard deviations of the one at the end of an arrow for one of the other a year "
        "before, within organisations, net of both own pasts and of years. Dark: the "
        f"{result.level:.0%} interval excludes 0. Below each number, its p-value.",
    ]
    return picture(
        body,
        title=LAGS_TITLE,
        subtitle=said,
        alt=f"{LAGS_TITLE} {_lags_said(told)}",
        width=width,
    )


def _arrow(item: dict[str, Any], inner: float, height: float) -> dict[str, Any]:
    level = {"buzz": 0.2, "pipelines": 0.8}
    start, end = level[item["source"]] * height, level[item["target"]] * height
    half = _half(inner)
    if start != end:
        aside = 9 if end > start else -9
        start, end = start + aside, end - aside
    clear = item["low"] is not None and (item["low"] > 0 or item["high"] < 0)
    colour = (ABOVE_COLOUR if item["value"] > 0 else BELOW_COLOUR) if clear else OTHER_COLOUR
    return {
        "x": 2 * half, "x2": inner - 2 * half - 6, "y": start, "y2": end, "colour": colour,
        "wide": 1.2 + 7 * min(abs(item["per_sd"] or 0.0), 1.0),
        "said": f"{item['per_sd'] or 0:+.2f}",
        "p": "" if item["p"] is None else _p(item["p"]),
        "at": 0.5 if item["source"] == item["target"] else 0.3,
    }  # fmt: skip


def _half(inner: float) -> float:
    return min(60.0, 0.16 * inner)


def _boxes(inner: float, height: float) -> list[dict[str, Any]]:
    half = _half(inner)
    boxes = [
        {"x": x - half, "x2": x + half, "y": y * height - 18, "y2": y * height + 18}
        for x in (half, inner - half)
        for y in (0.2, 0.8)
    ]
    return [{
        "data": {"values": boxes},
        "mark": {"type": "rect", "color": SEA, "stroke": LINE, "cornerRadius": 4},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y"),
            "y2": {"field": "y2"},
        },
    }]  # fmt: skip


def _papers(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return paper under the numbers, so that lines do not run through them."""
    boxes = []
    for item in rows:
        x, y = _middle(item)
        wide = (
            max(text_width(item["said"], TEXT_SIZE), text_width(item["p"], NOTE_SIZE)) / 2 + 3
        )
        boxes.append({"x": x - wide, "x2": x + wide, "y": y - 15, "y2": y + 15})
    return {
        "data": {"values": boxes}, "mark": {"type": "rect", "color": PAPER},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y"),
            "y2": {"field": "y2"},
        },
    }  # fmt: skip


def _middle(item: dict[str, Any]) -> tuple[float, float]:
    share = item["at"]
    return (
        item["x"] + share * (item["x2"] - item["x"]),
        item["y"] + share * (item["y2"] - item["y"]),
    )


def _words(rows: list[dict[str, Any]], inner: float, height: float) -> list[Text]:
    half = _half(inner)
    said = [
        text(name, x, y * height - 7, align="center", bold=True)
        for name, y in (("buzz", 0.2), ("pipelines", 0.8))
        for x in (half, inner - half)
    ]
    said += [
        text(when, x, y * height + 8, align="center", colour=QUIET_INK)
        for y in (0.2, 0.8)
        for when, x in (("one year", half), ("the next", inner - half))
    ]
    for item in rows:
        x, y = _middle(item)
        said.append(text(item["said"], x, y - 6, align="center", colour=INK, size=TEXT_SIZE))
        said.append(text(item["p"], x, y + 8, align="center", colour=QUIET_INK))
    return said


def _p(p: float) -> str:
    return "p<0.001" if p < 0.001 else f"p={p:.2g}"


def _lags_said(told: pl.DataFrame) -> str:
    rows = told.filter(pl.col("source") != pl.col("target")).to_dicts()
    return "; ".join(
        f"{row['source']} to {row['target']} {amount(row['value'])} "
        f"[{amount(row['low'])}, {amount(row['high'])}]"
        for row in rows
    ) + "."  # fmt: skip


def _reading(result: MutualStimulation) -> list[str]:
    lines = [
        f"The line is the effect {UNITS['levels']} ({UNITS['logs']}, in logs), the strip its "
        f"{result.level:.0%} interval, dashed no effect. Rising: they stimulate each other; "
        "falling: each replaces the other.",
    ]
    others = result.effects.filter(
        (pl.col("term") == "interaction") & pl.col("value").is_null()
    )
    lines += [f"In {item['form']}: {item['status']}." for item in others.to_dicts()]
    return [*lines, *result.notes[:1]]


@chart.register
def value_chart(result: ValueByDistance, *, width: int = WIDTH) -> Spec:
    """Return what one more tie goes with at each scale, with intervals.

    Parameters
    ----------
    result : ValueByDistance
    width : int [px]
    """
    told = result.slopes.filter(pl.col("value").is_not_null())
    if not told.height:
        return nothing_to_draw(VALUE_TITLE, str(result), width)
    ends = [v for name in ("low", "value", "high") for v in told[name].drop_nulls()]
    room = 0.06 * (max([*ends, 0.0]) - min([*ends, 0.0])) or 1.0
    low, high = min([*ends, 0.0]) - room, max([*ends, 0.0]) + room
    axis = Axis(low, high, tuple(round_ticks(low, high, 6)),
                f"{result.outcome} a year later, of one more partner",
                "format(datum.value, '~r')")  # fmt: skip
    rows = [_bar(item, axis) for item in result.slopes.to_dicts()]
    marks = [
        line(0.0, INK),
        spans("low", "high", width=2.2, colour="colour"),
        beyond("low", axis),
        beyond("high", axis),
        dots("at", colour="colour"),
    ]
    equal = ""
    if result.p_equal == result.p_equal:
        equal = f" That all are the same: {_p(result.p_equal)}."
    reading = f"Lines are {result.level:.0%} intervals.{equal}"
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)), title=VALUE_TITLE,
        subtitle=[reading, *result.notes], alt=f"{VALUE_TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    note = "not testable"
    if item["value"] is not None:
        note = f"{item['mean']:.1f} partners on average"
    return row(
        str(item["scale"]), note, at=item["value"], colour=SCALE_COLOUR[item["scale"]],
        **within(item["low"], item["high"], axis),
    )  # fmt: skip
