"""Income and deals across borders: the ladder of specifications, the chart, the quantiles."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from math import exp, inf, isfinite, log
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import ACCENT, INK, LINE, OTHER_COLOUR, QUIET_INK, SEA
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
from buzzline.charts.spec import NOTE_SIZE, PADDING, WIDTH, Spec, picture
from buzzline.charts.texts import Text, lettered, rules, spanning, symbols, text
from buzzline.econometrics.income import READING, IncomeLadder, one_more
from buzzline.econometrics.income_exposed import NO_BOUNDS

TITLE = "Deals across borders and income: ten specifications"
SCATTER_TITLE = "Income and deals abroad: the chart that carries no claim"
QUANTILE_TITLE = "Deals across borders along the distribution of income"
WAYS = ("outward", "inward")
FURTHEST = 3.0  # widths of the middle intervals; beyond, intervals are cut
LEFT_PX, TOP_PX, BOTTOM_PX, NAMED = 62.0, 26.0, 40.0, 6


@chart.register
def income_ladder_chart(result: IncomeLadder, *, width: int = WIDTH) -> Spec:
    """Return the coefficient of every specification with its interval.

    Parameters
    ----------
    result : IncomeLadder
    width : int [px]
    """
    told = result.ladder.filter(pl.col("value").is_not_null())
    if not told.height:
        return nothing_to_draw(TITLE, str(result), width)
    axis = _axis(told)
    rows: list[Row] = []
    for way in WAYS:
        part = result.ladder.filter(pl.col("term").str.starts_with(way))
        rows.append(row(f"{way.capitalize()} deals", "", is_heading=True))
        rows += [_bar(item, axis) for item in part.to_dicts()]
    marks = [
        line(0.0, INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, OTHER_COLOUR),
        beyond("high", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    said = [
        f"Of {one_more(result.per)} in three years. Lines are {result.level:.0%} "
        "intervals. Dark: specification 4, with effects of regions and of years, which is the "
        "one to read; the others show what it hangs on.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)), title=TITLE,
        subtitle=said, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _axis(told: pl.DataFrame) -> Axis:
    values = told.select("value", "low", "high").drop_nulls()
    reach = FURTHEST * float(np.median((values["high"] - values["low"]).to_numpy()) or 1.0)
    centre = [*told["value"].to_list(), 0.0]
    low = max(min([*values["low"].to_list(), 0.0]), min(centre) - reach)
    high = min(max([*values["high"].to_list(), 0.0]), max(centre) + reach)
    room = 0.04 * (high - low) or 1.0
    low, high = low - room, high + room
    return Axis(low, high, tuple(round_ticks(low, high, 6)),
                "log points of the outcome (its unit, where it is no logarithm)",
                "format(datum.value, '~r')")  # fmt: skip


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    ahead = item["term"].partition(", ")[2]
    label = f"{item['step']} {ahead or item['specification']}"
    if item["value"] is None:
        note = f"p = {item['p']:.2g}" if item["p"] is not None else "not testable"
        return row(label, note, at=None, colour=OTHER_COLOUR, **within(None, None, axis))
    note, low, high = amount(item["value"]), item["low"], item["high"]
    if low is not None:
        note += f" [{amount(low)}, {amount(high)}]"
    elif NO_BOUNDS in item["status"]:
        note, low, high = f"{note} [any value]", -inf, inf
    return row(
        label, note, at=min(max(item["value"], axis.low), axis.high),
        colour=ACCENT if item["is_default"] else OTHER_COLOUR,
        **within(low, high, axis),
    )  # fmt: skip


@further_charts.register
def further_income_charts(result: IncomeLadder, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return the chart of a cross-section, and effects at quantiles."""
    return {
        "scatter": income_scatter(result, width=width),
        "quantiles": quantile_chart(result, width=width),
    }


@dataclass(frozen=True, slots=True)
class _Plane:
    """Where deals and incomes stand on paper."""

    width: float
    height: float
    across: tuple[float, float]
    up: tuple[float, float]

    def x(self, value: float) -> float:
        low, high = self.across
        return LEFT_PX + (value - low) / (high - low) * (self.width - LEFT_PX - 12)

    def y(self, value: float) -> float:
        low, high = self.up
        share = (value - low) / (high - low)
        return self.height - BOTTOM_PX - share * (self.height - BOTTOM_PX - TOP_PX)


def income_scatter(result: IncomeLadder, *, width: int = WIDTH) -> Spec:
    """Return regions by deals abroad and income, with the line a cross-section would draw.

    Parameters
    ----------
    result : IncomeLadder
    width : int [px]
    """
    shown = result.regions
    if shown.height < 2 or shown["outward"].n_unique() < 2:
        return nothing_to_draw(SCATTER_TITLE, str(result), width)
    inner = float(width - 2 * PADDING)
    plane = _Plane(
        inner, max(0.6 * inner, 260.0), _ends(shown["outward"]), _ends(shown["value"])
    )
    points = [_point(item, plane) for item in shown.to_dicts()]
    body = {
        "height": plane.height,
        "layer": [*_ground(plane, result), symbols(points),
                  lettered([*_ticks(plane, result), *_names(plane, points)])],
    }  # fmt: skip
    rows = result.ladder.filter(pl.col("term") == "outward", pl.col("value").is_not_null())
    said = [f"{shown.height:,} regions in {shown['year'][0]}; circles by inhabitants."]
    said += [
        f"{item['specification'].capitalize()}: {amount(item['value'])} "
        f"[{amount(item['low'])}, {amount(item['high'])}]."
        for item in rows.filter(pl.col("step").is_in([1, 4])).to_dicts()
    ]
    return picture(
        body, title=SCATTER_TITLE, subtitle=[" ".join(said), READING],
        alt=f"{SCATTER_TITLE}. {result}", width=width,
    )  # fmt: skip


def _ends(values: pl.Series) -> tuple[float, float]:
    low, high = (float(end) for end in (values.min(), values.max()))  # type: ignore[arg-type]
    room = 0.05 * (high - low) or 1.0
    return low - room, high + room


def _point(item: dict[str, Any], plane: _Plane) -> dict[str, Any]:
    return {
        "x": round(plane.x(item["outward"]), 1), "y": round(plane.y(item["value"]), 1),
        "size": 14 + 60 * min(item["population"] / 5e6, 4.0), "shape": "circle",
        "stroke": ACCENT, "fill": SEA, "name": item["name"],
    }  # fmt: skip


def _ground(plane: _Plane, result: IncomeLadder) -> list[dict[str, Any]]:
    bottom = plane.height - BOTTOM_PX
    panel = [{"x": LEFT_PX, "x2": plane.width, "y": TOP_PX, "y2": bottom}]
    grid = [
        {"x": plane.x(at), "x2": plane.x(at), "y": TOP_PX, "y2": bottom, "colour": LINE}
        for at in round_ticks(*plane.across, 6)
    ]
    grid += [
        {"x": LEFT_PX, "x2": plane.width, "y": plane.y(at), "y2": plane.y(at), "colour": LINE}
        for at in round_ticks(*plane.up, 6)
    ]
    return [
        {"data": {"values": panel}, "mark": {"type": "rect", "color": "#ffffff"},
         "encoding": spanning()},
        rules(grid, 1.0), rules(_fitted(plane, result), 1.6),
    ]  # fmt: skip


def _fitted(plane: _Plane, result: IncomeLadder) -> list[dict[str, Any]]:
    """Return the line of least squares through the points, in short pieces."""
    x = as_floats(result.regions["outward"].to_numpy())
    y = as_floats(result.regions["value"].to_numpy())
    is_log = bool((y > 0).all())
    slope, constant = np.polyfit(x, np.log(y) if is_log else y, 1)
    steps = np.linspace(*plane.across, 25)
    raw = constant + slope * steps
    heights = [exp(min(at, log(1e300))) if is_log else float(at) for at in raw]
    ends = [
        (plane.x(float(at)), plane.y(high)) for at, high in zip(steps, heights, strict=True)
    ]
    top, bottom = TOP_PX, plane.height - BOTTOM_PX
    return [
        {"x": one[0], "y": one[1], "x2": two[0], "y2": two[1], "colour": INK}
        for one, two in itertools.pairwise(ends)
        if all(isfinite(end[1]) and top <= end[1] <= bottom for end in (one, two))
    ]


def _ticks(plane: _Plane, result: IncomeLadder) -> list[Text]:
    bottom = plane.height - BOTTOM_PX
    said = [
        text(amount(at), plane.x(at), bottom + 10, align="center", colour=QUIET_INK)
        for at in round_ticks(*plane.across, 6)
    ]
    said += [
        text(amount(at), LEFT_PX - 6, plane.y(at), align="right", colour=QUIET_INK)
        for at in round_ticks(*plane.up, 6)
    ]
    dealt = "deals" if result.per == "deal" else f"{result.per} dealt"
    across = shortened(f"outward {dealt} per 10,000 inhabitants in three years",
                       plane.width - LEFT_PX, NOTE_SIZE)  # fmt: skip
    middle = (LEFT_PX + plane.width) / 2
    return [
        *said, text(across, middle, plane.height - 12, align="center", colour=QUIET_INK),
        text(shortened(result.outcome, plane.width, NOTE_SIZE), 0, TOP_PX / 2 - 2,
             colour=QUIET_INK),
    ]  # fmt: skip


def _names(plane: _Plane, points: list[dict[str, Any]]) -> list[Text]:
    """Return the names of the regions furthest to the right, where they fit."""
    found: list[Text] = []
    taken = [(at["x"] - 5, at["y"], 10.0) for at in points]
    for at in sorted(points, key=lambda one: -float(one["x"])):
        name = shortened(at["name"], 150, NOTE_SIZE)
        wide = text_width(name, NOTE_SIZE) * 1.05 + 2
        for left in (at["x"] + 9, at["x"] - 9 - wide):
            inside = left > LEFT_PX + 2 and left + wide < plane.width
            free = all(abs(at["y"] - oy) > NOTE_SIZE + 1 or left + wide < ox or left > ox + ow
                       for ox, oy, ow in taken)  # fmt: skip
            if inside and free and len(found) < NAMED:
                taken.append((left, at["y"], wide))
                found.append(text(name, left, at["y"]))
                break
    return found


def quantile_chart(result: IncomeLadder, *, width: int = WIDTH) -> Spec:
    """Return effects at quantiles of the outcome with their intervals.

    Parameters
    ----------
    result : IncomeLadder
    width : int [px]
    """
    told = result.quantiles.filter(
        pl.col("quantile").is_not_null(), pl.col("value").is_not_null()
    )
    if not told.height:
        reasons = result.ladder.filter(pl.col("step") == len(WAYS) * 5)["status"]
        return nothing_to_draw(QUANTILE_TITLE, f"{str(reasons[0]).capitalize()}.", width)
    panels = []
    for way in WAYS:
        rows = told.filter(pl.col("term") == way)
        gap = result.quantiles.filter(pl.col("term") == f"{way}, 0.9 less 0.1")
        note = ""
        if gap.height and gap["low"][0] is not None:
            first = gap.row(0, named=True)
            note = (f"0.9 less 0.1: {amount(first['value'])} [{amount(first['low'])}, "
                    f"{amount(first['high'])}]")  # fmt: skip
        panels.append(Curve(
            f"{way.capitalize()} deals", _column(rows, "quantile"), _column(rows, "value"),
            inner_low=_column(rows, "low"), inner_high=_column(rows, "high"),
            expected=as_floats(np.zeros(rows.height)), note=note,
        ))  # fmt: skip
    body = curves(
        panels, x_title="quantile of the outcome, net of regions and years",
        y_title=f"effect of {one_more(result.per)}", width=width,
    )  # fmt: skip
    said = [
        f"Strips are {result.level:.0%} intervals over regions drawn anew; dashed: no effect. "
        "Rising: deals go with more at the top, and gaps would widen.",
        READING,
    ]
    return picture(
        body, title=QUANTILE_TITLE, subtitle=said, alt=f"{QUANTILE_TITLE}. {result}",
        width=width,
    )  # fmt: skip


def _column(rows: pl.DataFrame, name: str) -> Floats:
    return as_floats(rows[name].cast(pl.Float64).fill_null(np.nan).to_numpy())
