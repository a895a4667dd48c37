"""Names beside places of a map, where there is room for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from buzzline.arrays import Floats
from buzzline.charts.lettering import text_width
from buzzline.charts.palette import INK, PAPER
from buzzline.charts.spec import NOTE_SIZE
from buzzline.charts.texts import Align, Text, lettered, text

ASIDE_PX = 9.0
TALL_PX = 13.0
SIDES = ((1.0, 0.0), (-1.0, 0.0), (0.0, -1.0), (0.0, 1.0))  # right, left, above, below
Box = tuple[float, float, float, float]


def beside(places: Floats, names: Sequence[str], *, size: tuple[float, float]) -> list[Text]:
    """Return names beside their places, the first first; none covers another, or a place.

    Parameters
    ----------
    places : (n, 2) float64 [px]
        NaN where a place is not on the map.
    names : (n,) str
        Empty: no name.
    size : (width, height) [px]

    Examples
    --------
    >>> two = np.array([[50.0, 50.0], [52.0, 50.0]])
    >>> [(one["said"], one["align"]) for one in beside(two, ["Lyon", "Paris"], size=(200, 90))]
    [('Lyon', 'left'), ('Paris', 'right')]
    """
    named = [at for at, name in enumerate(names) if name and np.isfinite(places[at]).all()]
    taken = [_around(*places[at]) for at in named]
    found = []
    for number, at in enumerate(named):
        wide = text_width(names[at], NOTE_SIZE)
        others = taken[:number] + taken[number + 1 :]
        for side in SIDES:
            box = _box(places[at], side, wide)
            if _inside(box, size) and not any(_overlap(box, other) for other in others):
                others.append(box)
                taken.append(box)
                found.append(_written(names[at], places[at], side))
                break
    return found


def around(texts: Sequence[Text]) -> dict[str, Any]:
    """Return the layer that keeps lines and land out of names: their shape in paper, wider."""
    layer = lettered(texts)
    marks = [
        {
            **one,
            "mark": {
                **one["mark"],
                "stroke": PAPER,
                "strokeWidth": 3,
                "strokeOpacity": 0.8,
                "strokeJoin": "round",
            },
        }
        for one in layer["layer"]
    ]
    return {**layer, "layer": marks}


def _around(x: float, y: float) -> Box:
    return (x - 4, y - 4, x + 4, y + 4)


def _box(place: Floats, side: tuple[float, float], wide: float) -> Box:
    x, y = float(place[0]), float(place[1]) + side[1] * (ASIDE_PX + 2)
    left = x + ASIDE_PX if side[0] > 0 else x - ASIDE_PX - wide if side[0] else x - wide / 2
    return (left, y - TALL_PX / 2, left + wide, y + TALL_PX / 2)


def _written(name: str, place: Floats, side: tuple[float, float]) -> Text:
    x, y = float(place[0]) + side[0] * ASIDE_PX, float(place[1]) + side[1] * (ASIDE_PX + 2)
    align: Align = "left" if side[0] > 0 else "right" if side[0] else "center"
    return text(name, x, y, align=align, colour=INK)


def _inside(box: Box, size: tuple[float, float]) -> bool:
    return box[0] >= 0 and box[1] >= 0 and box[2] <= size[0] and box[3] <= size[1]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
