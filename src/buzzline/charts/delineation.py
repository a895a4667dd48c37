"""The plane of two tests: how deep the valley is, and how much clusters keep to themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import (
    CATEGORY_COLOURS,
    INK,
    LINE,
    OTHER_COLOUR,
    PAPER,
    QUIET_INK,
    SEA,
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
from buzzline.clusters.delineation import Delineation
from buzzline.clusters.delineation_rule import MULTIPLE, ONE, OUTCOMES, OVERLAPPING, SITES
from buzzline.clusters.distinctness import DISTINCT, NOT_DISTINCT, NOT_TESTABLE
from buzzline.clusters.names import pair_name
from buzzline.errors import InvalidArgument

Label = tuple[float, float, float]  # left end, height, width [px]
TITLE = "Several clusters, or one? Two tests"
LOOKS = dict(zip(OUTCOMES, (
    (CATEGORY_COLOURS[0], "circle"), (CATEGORY_COLOURS[1], "square"),
    (CATEGORY_COLOURS[2], "diamond"), (CATEGORY_COLOURS[3], "triangle-down"),
    (OTHER_COLOUR, "circle"),
), strict=True))  # fmt: skip
QUARTERS = {NOT_DISTINCT: (OVERLAPPING, ONE), DISTINCT: (MULTIPLE, SITES)}
PAIRS_SHOWN = 60
LISTED = 4  # so many points may be named above the picture
NAME_STEP = NOTE_SIZE + 3  # how far above or below its point a name may stand [px]
NAMED = 8
FURTHEST = 6.0  # log odds; what lies beyond stands at the edge
LEFT_PX, TOP_PX, BOTTOM_PX, GUTTER_PX, BETWEEN_PX = 46.0, 22.0, 36.0, 18.0, 12.0
STRIP_PX, ROOMY_PX = 20.0, 120.0
ALWAYS = (NOT_DISTINCT, DISTINCT)
HEADS = {NOT_DISTINCT: "not distinct in space", NOT_TESTABLE: "not testable",
         DISTINCT: "distinct in space"}  # fmt: skip


@chart.register
def delineation_chart(result: Delineation, *, width: int = WIDTH) -> Spec:
    """Return pairs of siblings by depth of the valley and separation, with the outcome.

    Parameters
    ----------
    result : Delineation
    width : int [px]
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    if not result.pairs.height:
        return nothing_to_draw(TITLE, str(result), width)
    shown = _shown(result.pairs)
    plane = _plane(shown, width - 2 * PADDING)
    points = _points(shown, plane)
    names = _names(plane, points)
    on_top = sorted(points, key=lambda at: str(at["fill"]) != PAPER)
    items = [
        KeyItem(outcome, *LOOKS[outcome], is_hollow=outcome == NOT_TESTABLE)
        for outcome in OUTCOMES if outcome in set(shown["outcome"])
    ]  # fmt: skip
    key_layers, key_px = key(items, plane.width, plane.height + 8)
    layers = [
        *_ground(plane), _intervals(points), symbols(on_top),
        lettered([*_letters(plane), *names]), *key_layers,
    ]  # fmt: skip
    body = {"height": plane.height + 8 + key_px, "layer": layers}
    lines = [*_unnamed(points, names), *_reading(result)]
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE} {result}", width=width)


@dataclass(frozen=True, slots=True, eq=False)
class _Plane:
    """Places in the picture: a panel for each verdict of the first test, side by side.

    Attributes
    ----------
    width, height : float [px]      with the axes
    heads : tuple of str            verdicts of the first test, from left to right
    low, high : float               ends of the axis of separation
    floor : float [px]              where that axis ends, below the top
    gutter : float [px]             room in a panel for pairs whose valley is not known
    """

    width: float
    height: float
    heads: tuple[str, ...]
    low: float
    high: float
    floor: float
    gutter: float

    @property
    def across(self) -> float:
        """Width of a panel."""
        n = len(self.heads)
        return (self.width - LEFT_PX - 6 - (n - 1) * BETWEEN_PX) / n

    def left(self, head: str) -> float:
        """Return where a panel begins."""
        return LEFT_PX + self.heads.index(head) * (self.across + BETWEEN_PX)

    def x(self, head: str, valley: float | None) -> float:
        """Return the place of a depth of the valley."""
        if valley is None:
            return self.left(head) + self.gutter / 2
        start = self.left(head) + self.gutter + 6
        return start + valley * (self.left(head) + self.across - 6 - start)

    def y(self, value: float | None) -> float:
        """Return the place of a separation; the strip below the axis where there is none."""
        if value is None:
            return self.floor + STRIP_PX / 2
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.floor - share * (self.floor - TOP_PX)


def _shown(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return as many pairs as can be drawn, of every outcome, those with a valley first."""
    known = pairs.sort(pl.col("valley").is_null(), maintain_order=True)
    turn = pl.int_range(pl.len()).over("outcome")
    return known.sort(turn, maintain_order=True).head(PAIRS_SHOWN)


def _plane(shown: pl.DataFrame, width: float) -> _Plane:
    height = max(0.55 * width, 230.0)
    values = [
        min(max(value, -FURTHEST), FURTHEST)
        for name in ("low", "value", "high") for value in shown[name].drop_nulls()
    ]  # fmt: skip
    strip = STRIP_PX if shown["value"].null_count() else 0.0
    return _Plane(
        width, height, tuple(name for name in HEADS if name in {*ALWAYS, *shown["distinct"]}),
        min([*values, -0.5]) - 0.2, max([*values, 1.0]) + 0.2, height - BOTTOM_PX - strip,
        GUTTER_PX if shown["valley"].null_count() else 0.0,
    )  # fmt: skip


def _points(shown: pl.DataFrame, plane: _Plane) -> list[dict[str, Any]]:
    found = []
    for row in shown.to_dicts():
        colour, shape = LOOKS[row["outcome"]]
        low, high = (
            plane.y(row["value"] if row[end] is None else row[end]) for end in ("low", "high")
        )
        found.append({
            "x": round(plane.x(row["distinct"], row["valley"]), 1),
            "y": round(plane.y(row["value"]), 1), "low": round(low, 1), "high": round(high, 1),
            "size": 70, "shape": shape, "stroke": colour,
            "fill": PAPER if row["outcome"] == NOT_TESTABLE else colour,
            "name": _name(row), "left": plane.left(row["distinct"]),
        })  # fmt: skip
    return found


def _name(row: dict[str, Any]) -> str:
    if row["label"] == row["sibling"]:
        return f"{row['cluster_id']} · {row['sibling_id']}"
    return pair_name(row["label"], row["sibling"])


def _ground(plane: _Plane) -> list[dict[str, Any]]:
    """Return panels, the line at 0, ticks across, and the strip for what has no ties."""
    bottom = plane.height - BOTTOM_PX
    panels = [
        {
            "x": plane.left(head),
            "x2": plane.left(head) + plane.across,
            "y": TOP_PX,
            "y2": bottom,
        }
        for head in plane.heads
    ]
    ticks = [tick for tick in _ticks(plane) if plane.y(tick) > TOP_PX + 18 or tick == 0]
    lines = [
        {"x": panel["x"], "x2": panel["x2"], "y": plane.y(tick), "y2": plane.y(tick),
         "colour": QUIET_INK if tick == 0 else LINE}
        for panel in panels for tick in ticks
    ]  # fmt: skip
    return [
        {"data": {"values": panels}, "mark": {"type": "rect", "color": SEA},
         "encoding": spanning()},
        {"data": {"values": lines}, "mark": {"type": "rule", "strokeWidth": 1},
         "encoding": spanning() | {"stroke": {"field": "colour", "type": "nominal",
                                          "scale": None}}},
    ]  # fmt: skip


def _ticks(plane: _Plane) -> list[float]:
    return round_ticks(plane.low, plane.high, 6)


def _intervals(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    lines = [
        {"x": at["x"], "x2": at["x"], "y": at["low"], "y2": at["high"], "colour": at["stroke"]}
        for at in points
    ]
    return rules(lines, 1.6)


def _letters(plane: _Plane) -> list[Text]:
    """Return the texts of the axes, and the head of each panel."""
    bottom = plane.height - BOTTOM_PX
    said = [
        text(f"{tick:g}", LEFT_PX - 6, plane.y(tick), align="right", colour=QUIET_INK)
        for tick in _ticks(plane)
    ]
    if plane.floor < bottom:
        said.append(text("none", LEFT_PX - 6, plane.y(None), align="right", colour=QUIET_INK))
    for head in plane.heads:
        middle = plane.left(head) + plane.across / 2
        name = shortened(HEADS[head], plane.across, NOTE_SIZE)
        said.append(text(name, middle, TOP_PX / 2, align="center", bold=True))
        ticks = (0.0, 0.5, 1.0) if plane.across > ROOMY_PX else (0.0, 1.0)
        said += [
            text(f"{tick:g}", plane.x(head, tick), bottom + 9, align="center", colour=QUIET_INK)
            for tick in ticks
        ]
    axis = "depth of the valley between them (Dsp)"
    axis = shortened(axis, plane.width - LEFT_PX, NOTE_SIZE)
    middle = (LEFT_PX + plane.width) / 2
    said.append(text(axis, middle, plane.height - 8, align="center", colour=QUIET_INK))
    return [*said, *_quadrants(plane)]


def _quadrants(plane: _Plane) -> list[Text]:
    """Return the outcome each quarter stands for, where there is room to say it."""
    said = []
    for head, (high, low) in QUARTERS.items():
        x = plane.left(head) + plane.gutter + 6
        for outcome, y in ((high, TOP_PX + 10), (low, plane.floor - 9)):
            if text_width(outcome, NOTE_SIZE) * 1.05 < plane.across - plane.gutter - 12:
                said.append(text(outcome, x, y, colour=LOOKS[outcome][0]))
    return said


def _names(plane: _Plane, points: Sequence[dict[str, Any]]) -> list[Text]:
    """Return the names of the first pairs, where they cover neither each other nor an edge."""
    found: list[Text] = []
    taken = [(at["x"] - 6, at["y"], 12.0) for at in points]
    taken += [(at["x"], at["y"], text_width(at["said"], NOTE_SIZE)) for at in _quadrants(plane)]
    for number, at in enumerate(points):
        wide = text_width(at["name"], NOTE_SIZE) * 1.05
        others = taken[:number] + taken[number + 1 :]
        room = at["left"], at["left"] + plane.across
        free = [
            (left, at["y"] + off, wide) for off in (0, -NAME_STEP, NAME_STEP)
            for left in (at["x"] + 9, at["x"] - 9 - wide)
            if _is_free((left, at["y"] + off, wide), others, room)
        ]  # fmt: skip
        if free and len(found) < NAMED:
            taken.append(free[0])
            found.append(text(at["name"], *free[0][:2], colour=INK))
    return found


def _unnamed(points: Sequence[dict[str, Any]], names: Sequence[Text]) -> list[str]:
    """Return the names of a few points, where the picture has no room for all."""
    if len(names) == len(points) or len(points) > LISTED:
        return []
    ranked = [at["name"] for at in sorted(points, key=lambda at: (at["y"], at["x"]))]
    which = "Points, from the top" if len(ranked) > 1 else "Point"
    return [f"{which}: {'; '.join(ranked)}."]


def _is_free(box: Label, taken: Sequence[Label], room: tuple[float, float]) -> bool:
    left, y, wide = box
    if left < room[0] or left + wide > room[1]:
        return False
    return all(
        abs(y - other_y) > NOTE_SIZE + 2 or left + wide < x or left > x + other
        for x, other_y, other in taken
    )


def _reading(result: Delineation) -> list[str]:
    n = result.pairs.height
    which = f"{PAIRS_SHOWN} of {n:,} pairs, of every outcome. " if n > PAIRS_SHOWN else ""
    lines = [
        f"{which}Up: log odds of a tie within rather than between, net of size and distance, "
        f"in the layer the second test turns on, with its {result.level:.0%} interval. At 0, "
        "ties are as size and distance alone give; at 1, "
        f"{exp(0.5):.1f} times as many within.",
    ]
    shown = _shown(result.pairs)
    if shown["valley"].null_count():
        lines.append(
            "At the left of a panel: no valley measured, as pairs are too near, or others "
            "lie between."
        )
    if shown["value"].null_count():
        lines.append("In the strip at the bottom: too few ties to say how separate.")
    return [*lines, *result.notes]
