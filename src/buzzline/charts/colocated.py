"""The plane of collaboration and rivalry between co-located clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import CATEGORY_COLOURS, LINE, OTHER_COLOUR, PAPER, QUIET_INK, SEA
from buzzline.charts.rows import NARROW
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
from buzzline.clusters.names import pair_name
from buzzline.errors import InvalidArgument
from buzzline.linkages.colocated import Colocated
from buzzline.linkages.quadrants import RELATIONS

TITLE = "Co-located clusters: do they collaborate, compete, or both?"
LOOKS = dict(zip(RELATIONS, (
    (CATEGORY_COLOURS[0], "circle"), (CATEGORY_COLOURS[1], "square"),
    (CATEGORY_COLOURS[2], "diamond"), (CATEGORY_COLOURS[3], "triangle-down"),
    (OTHER_COLOUR, "circle"),
), strict=True))  # fmt: skip
PAIRS_SHOWN = 60
NAMED = 8
FURTHEST = log(20)  # what lies beyond stands at the edge
LEFT_PX, TOP_PX, BOTTOM_PX = 40.0, 24.0, 40.0
NOTABLE = 1.25  # times the expected ties, from which clusters may be called collaborating
TICKS = (1 / 16, 1 / 8, 1 / 4, 1 / 2, 1, 2, 4, 8, 16)
SAID = ("1/16", "1/8", "1/4", "1/2", "1", "2", "4", "8", "16")


@chart.register
def colocated_chart(result: Colocated, *, width: int = WIDTH) -> Spec:
    """Return pairs of co-located clusters by collaboration and overlap, with intervals.

    Parameters
    ----------
    result : Colocated
    width : int [px]
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    placed = result.pairs.filter(
        pl.col("collaboration").is_not_null() & pl.col("rivalry").is_not_null()
    )
    if not placed.height:
        reasons = "; ".join(result.pairs["reason"].unique().sort().head(2))
        said = f"{result} {reasons}." if reasons else str(result)
        return nothing_to_draw(TITLE, said, width)
    shown = placed.head(PAIRS_SHOWN)
    plane = _plane(shown, width - 2 * PADDING, result.rule.overlap_cut)
    points = [_point(row, plane) for row in shown.to_dicts()]
    items = [
        KeyItem(verdict, *LOOKS[verdict], is_hollow=verdict == "not testable")
        for verdict in RELATIONS if verdict in set(shown["verdict"])
    ]  # fmt: skip
    key_layers, key_px = key(items, plane.width, plane.height + 8)
    layers = [
        *_ground(plane), _crosses(points), symbols(points),
        lettered([*_letters(plane), *_names(plane, points)]), *key_layers,
    ]  # fmt: skip
    body = {"height": plane.height + 8 + key_px, "layer": layers}
    return picture(
        body, title=TITLE, subtitle=_reading(result, placed.height),
        alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plane:
    width: float
    height: float
    low: float
    high: float
    cut: float

    @property
    def bottom(self) -> float:
        return self.height - BOTTOM_PX

    def x(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return LEFT_PX + share * (self.width - LEFT_PX)

    def y(self, value: float) -> float:
        inside = min(max(value, 0.0), 1.0)
        return self.bottom - inside * (self.bottom - TOP_PX)


def _plane(shown: pl.DataFrame, width: float, cut: float) -> _Plane:
    ends = [
        value
        for name in ("collaboration_low", "collaboration_high")
        for value in shown[name].drop_nulls()
    ]
    reach = min(max(max(map(abs, ends)) * 1.05, log(4)), FURTHEST)
    return _Plane(width, max(0.6 * width, 260.0), -reach, reach, cut)


def _point(row: dict[str, Any], plane: _Plane) -> dict[str, Any]:
    colour, shape = LOOKS[row["verdict"]]
    return {
        "x": round(plane.x(row["collaboration"]), 1), "y": round(plane.y(row["rivalry"]), 1),
        "left": round(plane.x(row["collaboration_low"]), 1),
        "right": round(plane.x(row["collaboration_high"]), 1),
        "low": round(plane.y(row["rivalry_low"]), 1),
        "high": round(plane.y(row["rivalry_high"]), 1),
        "size": 70, "shape": shape, "stroke": colour,
        "fill": PAPER if row["verdict"] == "not testable" else colour,
        "name": pair_name(row["label"], row["sibling"]) if row["label"] != row["sibling"]
        else f"{row['cluster_id']} · {row['sibling_id']}",
    }  # fmt: skip


def _ground(plane: _Plane) -> list[dict[str, Any]]:
    panel = [{"x": LEFT_PX, "x2": plane.width, "y": TOP_PX, "y2": plane.bottom}]
    lines = [
        {"x": plane.x(log(tick)), "x2": plane.x(log(tick)), "y": TOP_PX, "y2": plane.bottom,
         "colour": colour}
        for tick, colour in [*((tick, LINE) for tick in _ticks(plane)), (NOTABLE, QUIET_INK)]
    ] + [
        {"x": LEFT_PX, "x2": plane.width, "y": plane.y(at), "y2": plane.y(at), "colour": colour}
        for at, colour in ((0.25, LINE), (0.5, LINE), (0.75, LINE), (plane.cut, QUIET_INK))
    ]  # fmt: skip
    return [
        {
            "data": {"values": panel},
            "mark": {"type": "rect", "color": SEA},
            "encoding": spanning(),
        },
        rules(lines, 1.0),
    ]


def _ticks(plane: _Plane) -> list[float]:
    return [tick for tick in TICKS if plane.low <= log(tick) <= plane.high]


def _crosses(points: Sequence[dict[str, Any]]) -> dict[str, Any]:
    lines = [
        line for at in points for line in (
            {"x": at["left"], "x2": at["right"], "y": at["y"], "y2": at["y"],
             "colour": at["stroke"]},
            {"x": at["x"], "x2": at["x"], "y": at["low"], "y2": at["high"],
             "colour": at["stroke"]},
        )
    ]  # fmt: skip
    return rules(lines, 1.6)


def _letters(plane: _Plane) -> list[Text]:
    spelt = dict(zip(TICKS, SAID, strict=True))
    said = [
        text(spelt[tick], plane.x(log(tick)), plane.bottom + 10, align="center",
             colour=QUIET_INK)
        for tick in _ticks(plane)
    ]  # fmt: skip
    said += [
        text(f"{at:g}", LEFT_PX - 6, plane.y(at), align="right", colour=QUIET_INK)
        for at in (0, 0.25, 0.5, 0.75, 1)
    ]
    middle = (LEFT_PX + plane.width) / 2
    axis = shortened("ties between the two, to what size and distance give",
                     plane.width - LEFT_PX, NOTE_SIZE)  # fmt: skip
    said.append(text(axis, middle, plane.height - 10, align="center", colour=QUIET_INK))
    up = shortened("overlap of what they draw on", plane.width - 10, NOTE_SIZE)
    return [*said, text(up, 0, TOP_PX / 2 - 2, colour=QUIET_INK), *_quadrants(plane)]


def _quadrants(plane: _Plane) -> list[Text]:
    left, right = LEFT_PX + 6, plane.width - 6
    top, bottom = TOP_PX + 10, plane.bottom - 10
    return [
        text("competing", left, top, colour=LOOKS["competing"][0]),
        text("both", right, top, align="right", colour=LOOKS["both"][0]),
        text("neither", left, bottom, colour=LOOKS["neither"][0]),
        text("collaborating", right, bottom, align="right",
             colour=LOOKS["collaborating"][0]),
    ]  # fmt: skip


def _names(plane: _Plane, points: Sequence[dict[str, Any]]) -> list[Text]:
    """Return the names of the first pairs, above their mark, where nothing else stands."""
    if plane.width < NARROW:
        return []
    found: list[Text] = []
    taken = [(at["x"] - 8, at["y"], 16.0) for at in points]
    taken += [(item["x"] - (100 if item["align"] == "right" else 0), item["y"], 100.0)
              for item in _quadrants(plane)]  # fmt: skip
    for at in points:
        wide = text_width(at["name"], NOTE_SIZE) * 1.05
        sides = (at["x"] + 8, at["x"] - 8 - wide)
        for left, y in [(side, at["y"] + up) for up in (-10, 11) for side in sides]:
            inside = left > LEFT_PX and left + wide < plane.width and y < plane.bottom - 4
            free = all(abs(y - oy) > NOTE_SIZE + 1 or left + wide < ox or left > ox + ow
                       for ox, oy, ow in taken)  # fmt: skip
            if inside and free and y > TOP_PX + 4 and len(found) < NAMED:
                taken.append((left, y, wide))
                found.append(text(at["name"], left, y))
                break
    return found


def _reading(result: Colocated, n_placed: int) -> list[str]:
    n = result.pairs.height
    which = f"The first {PAIRS_SHOWN} of {n_placed:,} pairs. " if n_placed > PAIRS_SHOWN else ""
    lines = [
        f"{which}Across: ties between two clusters against those that follow from their ties "
        "with everybody else; at 1, as many, and collaborating from 1.25 on. Up: how much they "
        "draw on the same industries. "
        f"Lines are {result.level:.0%} intervals over organisations; high overlap is from "
        f"{result.rule.overlap_cut:g} on, a choice.",
    ]
    if n_placed < n:
        reasons = "; ".join(
            result.pairs.filter(
                pl.col("collaboration").is_null() | pl.col("rivalry").is_null()
            )["reason"].unique().sort().head(2)
        )  # fmt: skip
        lines.append(f"{n - n_placed:,} pairs cannot be placed: {reasons}.")
    first = result.pairs.row(0, named=True)
    if first["collaboration"] is not None and n == 1:
        lines.append(
            f"{exp(first['collaboration']):.1f} times as many ties as expected; overlap "
            f"{first['rivalry'] or 0:.2f}."
        )
    return [*lines, *result.notes]
