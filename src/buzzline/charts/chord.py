"""Chords: what flows between things on a circle, from wide ends to arrowheads.

Each thing has an arc as long as all that leaves and reaches it; a ribbon leads from where a
flow starts to an arrowhead where it ends, as wide as the flow is large. Things past the largest
are one arc together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import OTHER_COLOUR, PAPER
from buzzline.charts.rows import NARROW
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING
from buzzline.charts.texts import SYMBOL_PX, KeyItem, Text, key, lettered, text
from buzzline.errors import InvalidArgument

SHOWN = 14
GAP_RADIANS = 0.035
RING_PX, HEAD_PX, ASIDE_PX = 11.0, 12.0, 8.0
LINE_PX = 15.0  # between labels beside each other
STEPS = 24
REST = "all others"


@dataclass(frozen=True, slots=True, eq=False)
class Chords:
    """Things and what flows between them.

    Attributes
    ----------
    names : tuple of str
    flows : (n, n) float64        from row to column; what stays (the diagonal) is not drawn
    kinds : tuple of str          of each thing, e.g. its industry; one colour each
    colours : dict of str         of each kind
    """

    names: tuple[str, ...]
    flows: Floats
    kinds: tuple[str, ...]
    colours: dict[str, str]


def foremost(chords: Chords, most: int = SHOWN) -> Chords:
    """Return the things with most flows; all others are one together.

    Examples
    --------
    >>> flows = np.array([[0.0, 5, 1], [2, 0, 0], [0, 1, 0]])
    >>> few = foremost(Chords(("a", "b", "c"), flows, ("x",) * 3, {"x": "#000000"}), 2)
    >>> few.names, few.flows.tolist()
    (('a', 'all others'), [[0.0, 6.0], [2.0, 0.0]])
    """
    flows = as_floats(chords.flows).copy()
    np.fill_diagonal(flows, 0.0)
    size = flows.sum(axis=0) + flows.sum(axis=1)
    order = [int(at) for at in np.argsort(-size, kind="stable") if size[at] > 0]
    if len(order) <= most:
        kept = np.array(order, dtype=np.int64)
        return _taken(chords, flows[np.ix_(kept, kept)], kept)
    kept, rest = np.array(order[: most - 1]), np.array(order[most - 1 :])
    groups = [np.array([at]) for at in kept] + [rest]
    together = as_floats([[flows[np.ix_(a, b)].sum() for b in groups] for a in groups])
    together[-1, -1] = 0.0
    few = _taken(chords, together, kept)
    colours = {**few.colours, REST: OTHER_COLOUR}
    return Chords((*few.names, REST), together, (*few.kinds, REST), colours)


def chord_body(chords: Chords, *, width: int) -> dict[str, Any]:
    """Return the body of a picture: the circle with its ribbons, names and a key of kinds.

    Parameters
    ----------
    chords : Chords
        The fourteen largest are drawn apart.
    width : int [px]
        Of the whole picture; below 520 px, or where names are shared or have no room, they are
        numbers, told in the key with their kind.

    Raises
    ------
    InvalidArgument
        The picture is too narrow, or nothing flows between two things.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    few = foremost(chords)
    if not few.names:
        raise InvalidArgument("chart: chords need a flow between two things")
    inner = float(width - 2 * PADDING)
    ends = arcs_of(few.flows)
    radius = min(inner / 2 - 170, 210.0)
    middle = (inner / 2, radius + 26)
    numbers = width < NARROW
    words = [] if numbers else _names(few, ends, middle, radius, inner=inner, numbers=False)
    if sorted(item["said"] for item in words) != sorted(set(few.names)):
        numbers, radius = True, min(inner / 2 - 24, 210.0)
        middle = (inner / 2, radius + 26)
        words = _names(few, ends, middle, radius, inner=inner, numbers=True)
    shapes = [*_ribbons(few, ends, middle, radius), *_ring(few, ends, middle, radius)]
    bottom = max(2 * radius + 52, max(item["y"] for item in words) + 12)
    items = [KeyItem(kind, few.colours[kind], "square") for kind in dict.fromkeys(few.kinds)]
    if numbers:
        items = [
            KeyItem(
                _numbered(number, name, kind, inner - SYMBOL_PX), few.colours[kind], "square"
            )
            for number, (name, kind) in enumerate(zip(few.names, few.kinds, strict=True), 1)
        ]
    layers, key_px = key(items, inner, bottom + 4)
    return {"height": bottom + 4 + key_px, "layer": [_drawn(shapes), lettered(words), *layers]}


def arcs_of(flows: Floats) -> Floats:
    """Return where each flow starts and ends on the circle: (n, n, 2, 2) [radian].

    Entry [i, j, 0] are both ends on the arc of i, from which it starts, [i, j, 1] those on the
    arc of j. Angles run clockwise from the top; each arc holds what leaves, then what comes.

    Examples
    --------
    >>> ends = arcs_of(np.array([[0.0, 1.0], [0.0, 0.0]]))
    >>> bool(np.isclose(ends[0, 1, 0, 1] - ends[0, 1, 0, 0], np.pi - GAP_RADIANS))
    True
    """
    n = flows.shape[0]
    size = flows.sum(axis=0) + flows.sum(axis=1)
    a_flow = (2 * np.pi - n * GAP_RADIANS) / size.sum()
    start = np.concatenate([[0.0], np.cumsum(size * a_flow + GAP_RADIANS)[:-1]])
    out = np.zeros((n, n, 2, 2))
    for i in range(n):
        # Leaving in the order round the circle from here, so that ribbons cross little.
        at = start[i]
        for j in [(i - step) % n for step in range(1, n)]:
            out[i, j, 0] = at, at + flows[i, j] * a_flow
            at = out[i, j, 0, 1]
        for j in [(i - step) % n for step in range(1, n)]:
            out[j, i, 1] = at, at + flows[j, i] * a_flow
            at = out[j, i, 1, 1]
    return as_floats(out)


def _taken(chords: Chords, flows: Floats, kept: Any) -> Chords:
    names = tuple(chords.names[at] for at in kept)
    kinds = tuple(chords.kinds[at] for at in kept)
    return Chords(names, flows, kinds, {kind: chords.colours[kind] for kind in kinds})


def _ribbons(
    few: Chords, ends: Floats, middle: tuple[float, float], radius: float
) -> list[dict[str, Any]]:
    pairs = [(i, j) for i, j in np.argwhere(few.flows > 0)]
    found = []
    for i, j in sorted(pairs, key=lambda pair: -few.flows[pair[0], pair[1]]):
        start, end = ends[i, j, 0], ends[i, j, 1]
        tail = _on_circle(np.linspace(start[0], start[1], 9), middle, radius)
        base = _on_circle(np.array([end[0], end[1]]), middle, radius - HEAD_PX)
        tip = _on_circle(np.array([end.mean()]), middle, radius)
        outline = np.concatenate([
            tail, _bent(tail[-1], base[0], middle), tip, _bent(base[1], tail[0], middle),
        ])  # fmt: skip
        found.append(_shape(outline, few.colours[few.kinds[i]], 0.62))
    return found


def _ring(
    few: Chords, ends: Floats, middle: tuple[float, float], radius: float
) -> list[dict[str, Any]]:
    found = []
    for at, kind in enumerate(few.kinds):
        low, high = _span(ends, at)
        angles = np.linspace(low, high, STEPS)
        outer = _on_circle(angles, middle, radius + 2 + RING_PX)
        inside = _on_circle(angles[::-1], middle, radius + 2)
        found.append(_shape(np.concatenate([outer, inside]), few.colours[kind], 1.0))
    return found


def _names(
    few: Chords, ends: Floats, middle: tuple[float, float], radius: float, *, inner: float,
    numbers: bool,
) -> list[Text]:  # fmt: skip
    angles = [float(np.mean(_span(ends, at))) for at in range(len(few.names))]
    if numbers:
        places = _on_circle(np.array(angles), middle, radius + RING_PX + 10)
        return [
            text(str(number), float(x), float(y), align="center")
            for number, (x, y) in enumerate(places, 1)
        ]
    found: list[Text] = []
    for side in (1, -1):
        here = [at for at in range(len(few.names)) if (np.sin(angles[at]) >= 0) == (side > 0)]
        here.sort(key=lambda at: -np.cos(angles[at]))
        places = _on_circle(np.array([angles[at] for at in here]), middle,
                            radius + RING_PX + ASIDE_PX)  # fmt: skip
        for at, y in zip(here, _apart([float(place[1]) for place in places]), strict=True):
            across = np.sqrt(max((radius + RING_PX + ASIDE_PX) ** 2 - (y - middle[1]) ** 2, 0))
            x = middle[0] + side * max(across, 6.0)
            room = inner - x if side > 0 else x
            said = shortened(few.names[at], room - 4, NOTE_SIZE)
            found.append(text(said, x, y, align="left" if side > 0 else "right"))
    return found


def _numbered(number: int, name: str, kind: str, room: float) -> str:
    """Return a name with its number and kind, the name cut where there is no room for both."""
    beside = "" if kind in {name, ""} else f" · {kind}"
    rest = max(room - text_width(f"{number}  {beside}", NOTE_SIZE), room / 3)
    return f"{number}  {shortened(name, rest, NOTE_SIZE)}{beside}"


def _apart(places: Sequence[float]) -> list[float]:
    """Return places down a column that keep the distance of a line."""
    found: list[float] = []
    for place in places:
        found.append(max(place, found[-1] + LINE_PX) if found else place)
    if found:  # back up where the last was pushed far down
        found[-1] = min(found[-1], max(places[-1], places[-1] + LINE_PX))
        for at in range(len(found) - 2, -1, -1):
            found[at] = min(found[at], found[at + 1] - LINE_PX)
    return found


def _span(ends: Floats, at: int) -> tuple[float, float]:
    others = np.arange(ends.shape[0]) != at
    own = np.concatenate([ends[at, others, 0].ravel(), ends[others, at, 1].ravel()])
    return float(own.min()), float(own.max())


def _on_circle(angles: Floats, middle: tuple[float, float], radius: float) -> Floats:
    return as_floats(np.column_stack(
        [middle[0] + radius * np.sin(angles), middle[1] - radius * np.cos(angles)]
    ))  # fmt: skip


def _bent(start: Floats, end: Floats, middle: tuple[float, float]) -> Floats:
    """Return points on the curve from one place to another, bent towards the middle."""
    share = np.linspace(0, 1, STEPS)[:, None]
    return as_floats(
        (1 - share) ** 2 * start + 2 * share * (1 - share) * np.array(middle) + share**2 * end
    )


def _shape(outline: Floats, colour: str, opacity: float) -> dict[str, Any]:
    ring = [[round(float(x), 1), round(float(y), 1)] for x, y in outline]
    area = np.array(ring)
    turned = np.sum(area[:, 0] * np.roll(area[:, 1], -1) - area[:, 1] * np.roll(area[:, 0], -1))
    ring = ring if turned > 0 else ring[::-1]
    return {
        "type": "Feature", "properties": {"colour": colour, "opacity": opacity},
        "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
    }  # fmt: skip


def _drawn(shapes: Sequence[dict[str, Any]]) -> dict[str, Any]:
    raw = {"scale": None, "legend": None}
    return {
        "data": {"values": list(shapes)},
        "projection": {"type": "identity", "scale": 1, "translate": [0, 0]},
        "mark": {"type": "geoshape", "stroke": PAPER, "strokeWidth": 0.6},
        "encoding": {
            "fill": {"field": "properties.colour", "type": "nominal", **raw},
            "fillOpacity": {"field": "properties.opacity", "type": "quantitative", **raw},
        },
    }  # fmt: skip
