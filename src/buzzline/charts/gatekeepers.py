"""Members of clusters by ties inside and outside, coloured by the role they play."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import (
    CATEGORY_COLOURS,
    LINE,
    OTHER_COLOUR,
    PAPER,
    QUIET_INK,
    SEA,
)
from buzzline.charts.rows import NARROW
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, WIDTH, Spec, picture
from buzzline.charts.texts import (
    KeyItem,
    Text,
    key,
    lettered,
    spanning,
    symbols,
    text,
)
from buzzline.errors import InvalidArgument
from buzzline.linkages.cognitive_roles import COGNITIVE_ROLES, WITHOUT_DIRECTION
from buzzline.linkages.gatekeepers import Gatekeepers

TITLE = "Who brings knowledge in and hands it on?"
LOOKS = dict(zip((*COGNITIVE_ROLES, WITHOUT_DIRECTION), (
    (CATEGORY_COLOURS[1], "diamond"), (CATEGORY_COLOURS[0], "circle"), ("#7FA6C9", "circle"),
    (CATEGORY_COLOURS[3], "triangle-up"), (OTHER_COLOUR, "circle"),
    (CATEGORY_COLOURS[1], "diamond"),
), strict=True))  # fmt: skip
PANELS_SHOWN = 4
NAMED = 4
SURE = 0.5  # of its role, from which on a mark is filled
APART_PX = 16.0  # of numbers along an axis
MARGIN_PX, TOP_PX, BOTTOM_PX, GAP_PX = 30.0, 40.0, 36.0, 24.0


@chart.register
def gatekeepers_chart(result: Gatekeepers, *, width: int = WIDTH) -> Spec:
    """Return the members of the first clusters by their ties inside and outside.

    Parameters
    ----------
    result : Gatekeepers
    width : int [px]
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    done = result.clusters.filter(pl.col("value").is_not_null())
    if not done.height:
        return nothing_to_draw(TITLE, str(result), width)
    shown = done.sort("likely", "value", "n_members", descending=True).head(PANELS_SHOWN)
    inner = width - 2 * PADDING
    columns = 1 if width < NARROW or shown.height == 1 else 2
    wide = (inner - (columns - 1) * GAP_PX) / columns
    high = TOP_PX + BOTTOM_PX + min(max(0.62 * wide, 170.0), 300.0)
    layers: list[dict[str, Any]] = []
    roles: set[str] = set()
    for number, cluster in enumerate(shown.to_dicts()):
        members = result.members.filter(
            (pl.col("cluster_id") == cluster["cluster_id"]) & pl.col("role").is_not_null()
        )
        roles |= set(members["role"])
        left = (number % columns) * (wide + GAP_PX)
        plane = _plane(members, left, (number // columns) * high, (wide, high))
        layers += _panel(plane, members, cluster)
    total = high * ceil(shown.height / columns)
    items = [
        KeyItem(role, *LOOKS[role]) for role in LOOKS if role in roles
    ] + [KeyItem("less likely than not", QUIET_INK, is_hollow=True)]  # fmt: skip
    key_layers, key_px = key(items, inner, total + 6)
    body = {"height": total + 6 + key_px, "layer": [*layers, *key_layers]}
    return picture(
        body, title=TITLE, subtitle=_reading(result, done.height),
        alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Plane:
    left: float
    top: float
    wide: float
    high: float
    most_inside: float
    most_outside: float

    @property
    def origin(self) -> tuple[float, float]:
        return self.left + MARGIN_PX, self.top + self.high - BOTTOM_PX

    def x(self, n: float) -> float:
        room = self.wide - MARGIN_PX - 8
        return self.origin[0] + room * sqrt(max(n, 0) / self.most_inside)

    def y(self, n: float) -> float:
        room = self.high - TOP_PX - BOTTOM_PX
        return self.origin[1] - room * sqrt(max(n, 0) / self.most_outside)


def _plane(members: pl.DataFrame, left: float, top: float, size: tuple[float, float]) -> _Plane:
    # nobody is left where none of the members may be named
    most = [max(0.0, 1.0, *members[name].to_list()) for name in ("n_inside", "n_outside")]
    return _Plane(left, top, *size, 1.08 * most[0], 1.15 * most[1])


def _panel(
    plane: _Plane, members: pl.DataFrame, cluster: dict[str, Any]
) -> list[dict[str, Any]]:
    x0, y0 = plane.origin
    right, upper = plane.left + plane.wide, plane.top + TOP_PX - 6
    ground = {
        "data": {"values": [{"x": x0 - 6, "x2": right, "y": upper, "y2": y0 + 6}]},
        "mark": {"type": "rect", "color": SEA},
        "encoding": spanning(),
    }
    lines = [
        {"x": plane.x(cluster["many_inside"] + 0.5), "y": upper, "y2": y0 + 6},
        {"x": x0 - 6, "x2": right, "y": plane.y(cluster["many_outside"] + 0.5)},
    ]
    cuts = [line | {"x2": line.get("x2", line["x"]), "y2": line.get("y2", line["y"])}
            for line in lines]  # fmt: skip
    rules = {
        "data": {"values": cuts},
        "mark": {"type": "rule", "strokeWidth": 1, "color": LINE, "strokeDash": [4, 3]},
        "encoding": spanning(),
    }
    points = [_point(row, plane) for row in members.reverse().to_dicts()]
    return [
        ground,
        rules,
        symbols(points),
        lettered([*_letters(plane, cluster), *_names(plane, members)]),
    ]


def _point(row: dict[str, Any], plane: _Plane) -> dict[str, Any]:
    colour, shape = LOOKS[row["role"]]
    sure = row["probability"] is not None and row["probability"] >= SURE
    return {
        "x": round(plane.x(row["n_inside"]), 1), "y": round(plane.y(row["n_outside"]), 1),
        "size": 75 if shape == "diamond" else 42, "shape": shape, "stroke": colour,
        "fill": colour if sure else PAPER,
    }  # fmt: skip


def _letters(plane: _Plane, cluster: dict[str, Any]) -> list[Text]:
    x0, y0 = plane.origin
    room, right = plane.wide, plane.left + plane.wide
    name = shortened(str(cluster["label"]), room, NOTE_SIZE)
    possible = cluster["value"] - cluster["likely"]
    held = (
        f"{cluster['likely']:.0f} likely, {possible:.0f} possible: {cluster['carried']:.0%} of "
        f"ties outside (chance {cluster['carried_expected']:.0%}, "
        f"p = {cluster['carried_p']:.2g})"
    )
    said = [
        text(name, plane.left, plane.top + 8, bold=True),
        text(shortened(held, room, NOTE_SIZE), plane.left, plane.top + 23, colour=QUIET_INK),
        text(shortened("ties inside", room, NOTE_SIZE), (x0 + plane.left + room) / 2, y0 + 27,
             align="center", colour=QUIET_INK),
    ]  # fmt: skip
    for n in _ticks(plane.most_inside, right - x0):
        said.append(text(f"{n:.0f}", plane.x(n), y0 + 14, align="center", colour=QUIET_INK))
    for n in _ticks(plane.most_outside, plane.high - TOP_PX - BOTTOM_PX):
        said.append(text(f"{n:.0f}", x0 - 10, plane.y(n), align="right", colour=QUIET_INK))
    return said


def _ticks(most: float, room: float) -> list[float]:
    """Return whole numbers that stand at least two lines apart on a scale of square roots."""
    ticks = [n for n in round_ticks(0, most, 5) if n == round(n)]
    if len(ticks) > 1 and ticks[1] > 4 and room / sqrt(most) > APART_PX:
        ticks.append(1.0)
    return sorted(ticks)


def _names(plane: _Plane, members: pl.DataFrame) -> list[Text]:
    """Return the names of the likeliest gatekeepers, to the left, where nothing else stands."""
    first = members.filter(pl.col("role").is_in([COGNITIVE_ROLES[0], WITHOUT_DIRECTION]))
    counts = members.select("n_inside", "n_outside").rows()
    marks = [(plane.x(n), plane.y(m)) for n, m in counts]
    written: list[Text] = []
    for row in first.head(NAMED).to_dicts():
        at, over = plane.x(row["n_inside"]) - 8, plane.y(row["n_outside"])
        room = at - plane.origin[0]
        said = shortened(str(row["name"] or row["org_id"]), min(room, 150.0), NOTE_SIZE)
        left = at - text_width(said, NOTE_SIZE)
        hidden = any(left - 6 < x < at + 2 and abs(y - over) < 9 for x, y in marks)
        clash = any(abs(other["y"] - over) < 13 for other in written)
        if not hidden and not clash:
            written.append(text(said, at, over, align="right", colour=QUIET_INK))
    return written


def _reading(result: Gatekeepers, n: int) -> list[str]:
    which = f"{PANELS_SHOWN} of {n:,} clusters. " if n > PANELS_SHOWN else ""
    return [
        f"{which}Up: ties with organisations outside; right: ties inside (scales of square "
        "roots). Broken lines: more than 70 % of members would have with ties dealt anew. "
        "Gatekeepers are likely where they are one in half of the draws of their ties or more, "
        "else possible; chance: what they hold with ties dealt anew.",
        *result.notes,
    ]
