"""Lines between places of a map, along great circles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.space.globe import degrees, unit_vectors

STEPS = 24
LEAP_PX = 200.0  # two neighbouring points further apart lie on the two edges of a world map


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two places.

    Attributes
    ----------
    start, end : (longitude, latitude) [degree]
    width : float [px]
    colour : str
    end_width : float or None [px]
        A line that tapers tells where it starts; None: as wide as at the start.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    colour: str
    end_width: float | None = None


def drawn_lines(
    lines: Sequence[Line], onto: Callable[[Floats], Floats]
) -> list[dict[str, Any]]:
    """Return the layers that draw lines, the first at the bottom.

    Parameters
    ----------
    lines : sequence of Line
    onto : callable
        From degrees to pixels; NaN where a place is not on the map.
    """
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(lines):
        place = onto(great_circle(line.start, line.end))
        leaps = np.hypot(*np.diff(place, axis=0).T) > LEAP_PX
        part = np.concatenate([[0], np.cumsum(leaps)])
        last = line.width if line.end_width is None else line.end_width
        wide = np.linspace(line.width, last, len(place))
        for at, piece, px in zip(place, part, wide, strict=True):
            if np.isfinite(at).all():
                rows.append({
                    "line": f"{number}.{piece}", "x": round(float(at[0]), 1),
                    "y": round(float(at[1]), 1), "width": round(float(px), 2),
                    "colour": line.colour,
                })  # fmt: skip
    if not rows:
        return []
    raw = {"scale": None, "legend": None}
    return [{
        "data": {"values": rows},
        "mark": {"type": "trail", "opacity": 1, "fillOpacity": 0.75, "clip": True},
        "encoding": {
            "x": {"field": "x", "type": "quantitative", "scale": None, "axis": None},
            "y": {"field": "y", "type": "quantitative", "scale": None, "axis": None},
            "detail": {"field": "line", "type": "nominal"},
            "size": {"field": "width", "type": "quantitative", **raw},
            "color": {"field": "colour", "type": "nominal", **raw},
            "order": {"value": 0},
        },
    }]  # fmt: skip


def places_of(lines: Sequence[Line]) -> Floats:
    """Return the places lines run through, their ends included. (n, 2) [degree]."""
    ways = [great_circle(line.start, line.end) for line in lines]
    return as_floats(np.concatenate([np.empty((0, 2)), *ways]))


def great_circle(start: tuple[float, float], end: tuple[float, float]) -> Floats:
    """Return places on the shortest way between two, both ends included. (25, 2) [degree].

    Examples
    --------
    >>> great_circle((0.0, 0.0), (90.0, 0.0))[12].round(6).tolist()
    [45.0, 0.0]
    """
    ends = unit_vectors(np.array([start[0], end[0]]), np.array([start[1], end[1]]))
    angle = float(np.arccos(np.clip(ends[0] @ ends[1], -1, 1)))
    share = np.linspace(0, 1, STEPS + 1)[:, None]
    if angle < 1e-9 or angle > np.pi - 1e-6:  # nowhere to go, or no one way
        return as_floats(np.repeat([start], STEPS + 1, axis=0))
    between = (
        np.sin((1 - share) * angle) * ends[0] + np.sin(share * angle) * ends[1]
    ) / np.sin(angle)
    return as_floats(np.column_stack(degrees(as_floats(between))))
