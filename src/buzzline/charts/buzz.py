"""Clusters by the buzz around their members and the distant pipelines these hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, isfinite, log
from typing import Any

import polars as pl

from buzzline.charts.axes import amount, ratio_ticks
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    BELOW_COLOUR,
    LINE,
    OTHER_COLOUR,
    PAPER,
    QUIET_INK,
    SCALE_COLOUR,
    SEA,
)
from buzzline.charts.rows import (
    NARROW,
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
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, WIDTH, Spec, picture
from buzzline.charts.texts import (
    KeyItem,
    Text,
    key,
    lettered,
    rules,
    spanning,
    symbols,
    text,
)
from buzzline.errors import InvalidArgument
from buzzline.linkages.buzz_and_pipelines import BuzzAndPipelines

TITLE = "Local buzz and distant pipelines of each cluster"
SCALES_TITLE = "Pipelines of each cluster, scale by scale"
LOOKS = {
    "more": (ABOVE_COLOUR, "triangle-up", False),
    "fewer": (BELOW_COLOUR, "triangle-down", False),
    "somewhat more": (ABOVE_COLOUR, "triangle-up", True),
    "somewhat fewer": (BELOW_COLOUR, "triangle-down", True),
    "as others": (OTHER_COLOUR, "circle", False),
    "not enough pipelines": (OTHER_COLOUR, "circle", True),
}
CLUSTERS_SHOWN = 60
IN_ROWS = 8
NAMED = 12
FURTHEST = 20.0  # times; what lies beyond stands at the edge
LEFT_PX, TOP_PX, BOTTOM_PX = 44.0, 24.0, 40.0


@chart.register
def buzz_chart(result: BuzzAndPipelines, *, width: int = WIDTH) -> Spec:
    """Return clusters by buzz and pipelines, both to comparable organisations elsewhere.

    Parameters
    ----------
    result : BuzzAndPipelines
    width : int [px]
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    placed = result.clusters.filter(
        (pl.col("buzz_ratio") > 0) & pl.col("log_ratio").is_not_null()
    )
    if not placed.height:
        reasons = "; ".join(result.clusters["status"].drop_nulls().unique().sort().head(2))
        said = f"{result} {reasons}." if reasons else str(result)
        return nothing_to_draw(TITLE, said, width)
    shown = placed.head(CLUSTERS_SHOWN)
    plane = _plane(shown, width - 2 * PADDING)
    points = [_point(item, plane) for item in shown.to_dicts()]
    items = [
        KeyItem(verdict, colour, shape, is_hollow=hollow)
        for verdict, (colour, shape, hollow) in LOOKS.items()
        if verdict in set(shown["verdict"])
    ]
    key_layers, key_px = key(items, plane.width, plane.height + 8)
    layers = [
        *_ground(plane), _crosses(points), symbols(points),
        lettered([*_letters(plane), *_names(plane, points)]), *key_layers,
    ]  # fmt: skip
    return picture(
        {"height": plane.height + 8 + key_px, "layer": layers}, title=TITLE,
        subtitle=_reading(result, placed.height), alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


@further_charts.register
def further_buzz_charts(result: BuzzAndPipelines, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return the pipelines of the first clusters at each scale against their null band."""
    return {"scales": scales_chart(result, width=width)}


def scales_chart(result: BuzzAndPipelines, *, width: int = WIDTH) -> Spec:
    """Return the pipelines a member at each scale, to what comparable organisations hold.

    Parameters
    ----------
    result : BuzzAndPipelines
    width : int [px]
    """
    told = result.scales.filter(pl.col("log_ratio").is_not_null())
    if not told.height:
        return nothing_to_draw(SCALES_TITLE, str(result), width)
    first = told["cluster_id"].unique(maintain_order=True).head(IN_ROWS).to_list()
    shown = told.filter(pl.col("cluster_id").is_in(first))
    ends = [exp(value) for name in ("low", "high") for value in shown[name].drop_nulls()]
    low = max(min([*ends, 0.4]) * 0.95, 1 / FURTHEST)
    high = min(max([*ends, 2.5]) * 1.05, FURTHEST)
    axis = Axis(low, high, ratio_ticks(low, high),
                "pipelines a member, to comparable organisations elsewhere",
                "format(datum.value, '~r')", "log")  # fmt: skip
    rows = []
    for _, group in shown.group_by("cluster_id", maintain_order=True):
        rows.append(row(str(group["label"][0]), str(group["industry"][0]), is_heading=True))
        rows += [_bar(item, axis) for item in group.to_dicts()]
    marks = [
        spans("band_low", "band_high", width=12, colour=LINE),
        line(1.0, QUIET_INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, OTHER_COLOUR),
        beyond("high", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    layout = laid_out(rows, width)
    n = told["cluster_id"].n_unique()
    which = f"The first {IN_ROWS} of {n:,} clusters. " if n > IN_ROWS else ""
    reading = (
        f"{which}Lines are {result.level:.0%} intervals; grey bars are where as many "
        "comparable organisations elsewhere would fall."
    )
    return picture(
        stacked(rows, marks, axis=axis, layout=layout), title=SCALES_TITLE, subtitle=[reading],
        alt=f"{SCALES_TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    scale, value = str(item["scale"]), exp(item["log_ratio"])
    own = within(_exp(item["low"]), _exp(item["high"]), axis)
    expected = item["expected"] or float("nan")
    ends = [
        min(max(item[name] / expected, axis.low), axis.high)
        for name in ("band_low", "band_high")
    ]
    return row(
        scale, f"{item['verdict']} · {amount(item['n'])}",
        at=value if axis.low <= value <= axis.high else None,
        colour=SCALE_COLOUR.get(scale, QUIET_INK), **own,
        band_low=ends[0], band_high=ends[1],
    )  # fmt: skip


def _exp(value: float | None) -> float | None:
    return None if value is None else exp(value)


@dataclass(frozen=True, slots=True)
class _Plane:
    width: float
    height: float
    across: tuple[float, float]  # times, of buzz
    up: tuple[float, float]  # times, of pipelines

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM_PX

    def x(self, ratio: float) -> float:
        return LEFT_PX + _share(ratio, self.across) * (self.width - LEFT_PX - 8)

    def y(self, ratio: float) -> float:
        return self.bottom - _share(ratio, self.up) * (self.bottom - TOP_PX)


def _share(ratio: float, ends: tuple[float, float]) -> float:
    low, high = ends
    inside = min(max(ratio, low), high)
    return log(inside / low) / log(high / low)


def _plane(shown: pl.DataFrame, width: float) -> _Plane:
    across = [v for name in ("buzz_ratio_low", "buzz_ratio", "buzz_ratio_high")
              for v in shown[name].drop_nulls() if v > 0]  # fmt: skip
    up = [exp(v) for name in ("low", "high") for v in shown[name].drop_nulls()]
    return _Plane(width, max(0.58 * width, 250.0), _ends(across), _ends(up))


def _ends(values: Sequence[float]) -> tuple[float, float]:
    inside = [value for value in values if isfinite(value)]
    low = max(min([*inside, 0.5]) * 0.85, 1 / FURTHEST)
    return low, min(max([*inside, 2.0]) * 1.18, 2 * FURTHEST)


def _point(item: dict[str, Any], plane: _Plane) -> dict[str, Any]:
    colour, shape, hollow = LOOKS[item["verdict"]]
    value = exp(item["log_ratio"])
    return {
        "x": round(plane.x(item["buzz_ratio"]), 1), "y": round(plane.y(value), 1),
        "left": round(plane.x(item["buzz_ratio_low"]), 1),
        "right": round(plane.x(item["buzz_ratio_high"]), 1),
        "low": round(plane.y(_exp(item["low"]) or value), 1),
        "high": round(plane.y(_exp(item["high"]) or value), 1),
        "size": 70, "shape": shape, "stroke": colour, "fill": PAPER if hollow else colour,
        "name": str(item["label"]).split(" (")[0],
    }  # fmt: skip


def _ground(plane: _Plane) -> list[dict[str, Any]]:
    panel = [{"x": LEFT_PX, "x2": plane.width, "y": TOP_PX, "y2": plane.bottom}]
    upright = [
        {"x": plane.x(tick), "x2": plane.x(tick), "y": TOP_PX, "y2": plane.bottom,
         "colour": QUIET_INK if tick == 1 else LINE}
        for tick in ratio_ticks(*plane.across)
    ]  # fmt: skip
    level = [
        {"x": LEFT_PX, "x2": plane.width, "y": plane.y(tick), "y2": plane.y(tick),
         "colour": QUIET_INK if tick == 1 else LINE}
        for tick in ratio_ticks(*plane.up)
    ]  # fmt: skip
    return [
        {
            "data": {"values": panel},
            "mark": {"type": "rect", "color": SEA},
            "encoding": spanning(),
        },
        rules([*upright, *level], 1.0),
    ]


def _crosses(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    thin = [{"x": at["left"], "x2": at["right"], "y": at["y"], "y2": at["y"],
             "colour": LINE} for at in points]  # fmt: skip
    tall = [{"x": at["x"], "x2": at["x"], "y": at["high"], "y2": at["low"],
             "colour": at["stroke"]} for at in points]  # fmt: skip
    return rules([*thin, *tall], 1.6)


def _letters(plane: _Plane) -> list[Text]:
    said = []
    before = -100.0
    for tick in ratio_ticks(*plane.across):
        at = plane.x(tick)
        if at - before > 26:
            said.append(text(f"{tick:g}", at, plane.bottom + 10, align="center",
                             colour=QUIET_INK))  # fmt: skip
            before = at
    last = 10_000.0
    for tick in ratio_ticks(*plane.up):
        at = plane.y(tick)
        if last - at > 13:
            said.append(text(f"{tick:g}", LEFT_PX - 6, at, align="right", colour=QUIET_INK))
            last = at
    wide = plane.width - LEFT_PX
    across = shortened("times the buzz around comparable organisations", wide, NOTE_SIZE)
    up = shortened("times the pipelines of comparable organisations", plane.width, NOTE_SIZE)
    middle = (LEFT_PX + plane.width) / 2
    return [
        *said, text(across, middle, plane.height - 10, align="center", colour=QUIET_INK),
        text(up, 0, TOP_PX / 2 - 2, colour=QUIET_INK),
    ]  # fmt: skip


def _names(plane: _Plane, points: Sequence[dict[str, Any]]) -> list[Text]:
    """Return names beside their mark, where nothing else stands."""
    if plane.width < NARROW:
        return []
    found: list[Text] = []
    taken = [(at["x"] - 8, y, 16.0) for at in points
             for y in range(int(at["high"]), int(at["low"]) + 8, 8)]  # fmt: skip
    for at in points:
        name = shortened(at["name"], 170, NOTE_SIZE)
        wide = text_width(name, NOTE_SIZE) * 1.05 + 2
        sides = (at["x"] + 9, at["x"] - 9 - wide)
        for left, y in [(side, at["y"] + up) for up in (-10, 11) for side in sides]:
            inside = left > LEFT_PX and left + wide < plane.width and y < plane.bottom - 4
            free = all(abs(y - oy) > NOTE_SIZE + 1 or left + wide < ox or left > ox + ow
                       for ox, oy, ow in taken)  # fmt: skip
            if inside and free and y > TOP_PX + 4 and len(found) < NAMED:
                taken.append((left, y, wide))
                found.append(text(name, left, y))
                break
    return found


def _reading(result: BuzzAndPipelines, n: int) -> list[str]:
    which = f"The first {CLUSTERS_SHOWN} of {n:,} clusters. " if n > CLUSTERS_SHOWN else ""
    lines = [
        f"{which}Across: buzz around members (grey lines: from the tenth to the ninetieth in a "
        "hundred). Up: distant pipelines a member, lines are "
        f"{result.level:.0%} intervals. Both to organisations of the same industry and size "
        "elsewhere; at 1, as they have.",
    ]
    left = result.clusters.height - n
    if left:
        reasons = "; ".join(
            result.clusters.filter(pl.col("log_ratio").is_null())["status"]
            .drop_nulls().unique().sort().head(2)
        )  # fmt: skip
        lines.append(f"{left:,} clusters cannot be placed: {reasons}.")
    return [*lines, *result.notes[:2]]
