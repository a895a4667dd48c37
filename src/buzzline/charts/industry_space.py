"""Industry space: industries as circles, tied to the industries they are most related to.

Drawn are the strongest ties that hold everything together (a maximum spanning tree) and, beyond
them, the strongest of the rest; circles are as large as the industry, and a colour and a shape
stand for its group. The picture is the same every time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse.csgraph import minimum_spanning_tree

from buzzline.arrays import Floats, as_floats
from buzzline.charts.layout import stress_layout, without_overlaps
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import INK, LINE, OTHER_COLOUR, PAPER, category_colours
from buzzline.charts.rows import NARROW
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING
from buzzline.charts.texts import KeyItem, Text, in_pixels, key, lettered, symbols, text
from buzzline.errors import InvalidArgument

INDUSTRIES_SHOWN = 220  # the largest; more would be one grey cloud
TIES_A_INDUSTRY = 2.0
GROUPS_SHOWN = 8
LABELS = 16
SHAPES = ("circle", "square", "diamond", "triangle-up", "triangle-down", "cross")
LARGEST_PX, SMALLEST_PX = 15.0, 3.0
EDGE_PX = 18.0


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """Industries and how related each pair is.

    Attributes
    ----------
    relatedness : (s, s) float64
        Symmetric; 0 or NaN is no tie. The diagonal does not matter.
    size : (s,) float64 [jobs]
        NaN is drawn smallest.
    labels, groups : sequence of str
        A group "" is drawn grey.
    """

    relatedness: Floats
    size: Floats
    labels: Sequence[str]
    groups: Sequence[str]


def industry_space(space: Space, *, width: int) -> dict[str, Any]:
    """Return the body of a picture of industries and their strongest ties.

    Parameters
    ----------
    space : Space
        The 220 largest industries are drawn.
    width : int [px]
        Of the whole picture.

    Raises
    ------
    InvalidArgument
        The picture is too narrow, or sizes, labels and ties do not match.
    """
    s = len(space.labels)
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    if space.relatedness.shape != (s, s) or space.size.shape != (s,) or len(space.groups) != s:
        raise InvalidArgument(
            f"chart: {s} industries need sizes, groups and a square of ties; got "
            f"{space.size.shape}, {len(space.groups)} and {space.relatedness.shape}"
        )
    shown = _largest(space)
    inner = width - 2 * PADDING
    height = inner * (0.62 if width >= NARROW else 1.15)
    edges = strongest_ties(shown.relatedness)
    radius = _radii(shown.size, inner)
    place = _placed(edges, radius, inner, height)
    names = _groups(shown)
    key_layers, key_px = key(_key_items(names), inner, height + 6)
    layers = [
        _ties(edges, place),
        symbols(_circles(shown, place, radius, names)),
        lettered(_labels(shown, place, radius, (inner, height))),
        *key_layers,
    ]
    return {"height": height + 6 + key_px, "layer": layers}


def strongest_ties(relatedness: Floats) -> Floats:
    """Return the ties drawn: a maximum spanning tree, then the strongest of the rest.

    Parameters
    ----------
    relatedness : (s, s) float64

    Returns
    -------
    (s, s) float64
        Symmetric; 0 where no tie is drawn. Twice as many ties as industries, or all there are.

    Examples
    --------
    >>> ties = np.array([[0, 0.9, 0.1], [0.9, 0, 0.5], [0.1, 0.5, 0]])
    >>> strongest_ties(ties)[0].tolist()
    [0.0, 0.9, 0.1]
    """
    strength = np.where(np.isfinite(relatedness), relatedness, 0.0)
    strength = np.maximum(np.maximum(strength, strength.T), 0.0)
    np.fill_diagonal(strength, 0)
    kept = _spanning(strength)
    first, second = np.nonzero(np.triu(strength))
    order = np.argsort(-strength[first, second], kind="stable")
    room = int(TIES_A_INDUSTRY * len(strength)) - int(np.count_nonzero(kept) // 2)
    rest = [at for at in order.tolist() if not kept[first[at], second[at]]][: max(room, 0)]
    kept[first[rest], second[rest]] = kept[second[rest], first[rest]] = True
    return as_floats(np.where(kept, strength, 0.0))


def _spanning(strength: Floats) -> Any:
    """Return which ties are in the maximum spanning tree (forest, where nothing ties parts)."""
    most = strength.max(initial=0.0)
    length = np.where(strength > 0, 2 * most - strength, 0)  # positive, shortest is strongest
    tree = minimum_spanning_tree(length).toarray() > 0
    return tree | tree.T


def _largest(space: Space) -> Space:
    if len(space.labels) <= INDUSTRIES_SHOWN:
        return space
    size = np.where(np.isfinite(space.size), space.size, -np.inf)
    rows = np.sort(np.argsort(-size, kind="stable")[:INDUSTRIES_SHOWN])
    return Space(
        space.relatedness[np.ix_(rows, rows)], space.size[rows],
        [space.labels[row] for row in rows], [space.groups[row] for row in rows],
    )  # fmt: skip


def _radii(size: Floats, inner: float) -> Floats:
    known = np.where(np.isfinite(size), np.maximum(size, 0), 0)
    most = known.max(initial=0.0) or 1.0
    largest = LARGEST_PX if inner >= NARROW - 2 * PADDING else LARGEST_PX * 0.7
    if size.size > 120:
        largest *= 0.7
    return as_floats(np.maximum(largest * np.sqrt(known / most), SMALLEST_PX))


def _placed(edges: Floats, radius: Floats, inner: float, height: float) -> Floats:
    """Return (s, 2) places [px]; industries without a tie stand in a row at the bottom."""
    tied = edges.any(axis=1)
    place = np.zeros((len(edges), 2))
    n_alone = int((~tied).sum())
    place[~tied, 0] = EDGE_PX + (np.arange(n_alone) + 0.5) * (inner - 2 * EDGE_PX) / (
        n_alone or 1
    )
    place[~tied, 1] = height - EDGE_PX / 2
    if tied.any():
        above = height - (2 * EDGE_PX if n_alone else 0)
        place[tied] = _spread(edges[np.ix_(tied, tied)], radius[tied], inner, above)
    return place


def _spread(edges: Floats, radius: Floats, inner: float, height: float) -> Floats:
    """Return places that fill the picture, in which circles do not touch."""
    place = stress_layout(edges, np.full((len(edges), 2), np.nan))
    place = place @ _longest_across(place)
    room = np.array([inner - 2 * EDGE_PX, height - 2 * EDGE_PX])
    for _ in range(2):  # circles pushed apart leave the frame: fit, part, fit again
        low, span = place.min(axis=0), np.ptp(place, axis=0)
        level = span <= 1e-9 * span.max()
        place = (place - low) / np.where(level, 1, span) * room + EDGE_PX
        place = np.where(level, room / 2 + EDGE_PX, place)
        place = without_overlaps(place, radius + 1)
    return np.clip(place, EDGE_PX / 2, np.array([inner, height]) - EDGE_PX / 2)


def _longest_across(place: Floats) -> Floats:
    """Return the turn that lays the longest extent across the picture."""
    _, axes = np.linalg.eigh(place.T @ place)
    turn = axes[:, ::-1]
    return np.asarray(turn * np.sign(turn[np.abs(turn).argmax(axis=0), [0, 1]]))


def _ties(edges: Floats, place: Floats) -> dict[str, Any]:
    first, second = np.nonzero(np.triu(edges))
    strength = edges[first, second]
    most = strength.max(initial=0.0) or 1.0
    rows = [
        {"x": round(float(place[i, 0]), 1), "y": round(float(place[i, 1]), 1),
         "x2": round(float(place[j, 0]), 1), "y2": round(float(place[j, 1]), 1),
         "thick": round(0.6 + 1.8 * float(value / most), 2)}
        for i, j, value in zip(first, second, strength, strict=True)
    ]  # fmt: skip
    return {
        "data": {"values": rows},
        "mark": {"type": "rule", "color": LINE},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"},
            "y": in_pixels("y"), "y2": {"field": "y2"},
            "strokeWidth": {"field": "thick", "type": "quantitative", "scale": None},
        },
    }  # fmt: skip


def _groups(space: Space) -> dict[str, tuple[str, str]]:
    """Return colour and shape of the groups with most industries; the rest is grey."""
    counts = {name: list(space.groups).count(name) for name in space.groups if name}
    ranked = sorted(counts, key=lambda name: (-counts[name], name))[:GROUPS_SHOWN]
    colours = category_colours(ranked)
    return {
        name: (colours[name], SHAPES[number % len(SHAPES)])
        for number, name in enumerate(ranked)
    }


def _key_items(names: dict[str, tuple[str, str]]) -> list[KeyItem]:
    items = [KeyItem(name, colour, shape) for name, (colour, shape) in names.items()]
    return [*items, KeyItem("other", OTHER_COLOUR)] if items else []


def _circles(
    space: Space, place: Floats, radius: Floats, names: dict[str, tuple[str, str]]
) -> list[dict[str, Any]]:
    found = []
    for number in np.argsort(-radius, kind="stable").tolist():
        colour, shape = names.get(space.groups[number], (OTHER_COLOUR, "circle"))
        found.append({
            "label": space.labels[number],
            "x": round(float(place[number, 0]), 1), "y": round(float(place[number, 1]), 1),
            "size": round(float(np.pi * radius[number] ** 2), 1),
            "shape": shape, "fill": colour, "stroke": PAPER,
        })  # fmt: skip
    return found


def _labels(
    space: Space, place: Floats, radius: Floats, room: tuple[float, float]
) -> list[Text]:
    """Name the largest industries where the name covers no other name and no larger circle."""
    found: list[Text] = []
    taken: list[tuple[float, float, float, float]] = []
    longest = 0.3 * room[0]
    for number in np.argsort(-radius, kind="stable").tolist():
        if len(found) >= (LABELS if room[0] > NARROW else LABELS // 2):
            break
        said = shortened(space.labels[number], longest, NOTE_SIZE)
        for box in _boxes_beside(said, place[number], float(radius[number])):
            if _is_free(box, taken, room) and not _covers(box, place, radius, number):
                taken.append(box)
                found.append(text(said, box[0], (box[1] + box[3]) / 2, colour=INK))
                break
    return found


def _boxes_beside(
    said: str, place: Floats, radius: float
) -> list[tuple[float, float, float, float]]:
    x, y = float(place[0]), float(place[1])
    wide, high = text_width(said, NOTE_SIZE) * 1.05, NOTE_SIZE + 2.0
    aside, up = radius + 3, radius + 2
    corners = (
        (x + aside, y - high / 2), (x - aside - wide, y - high / 2),
        (x - wide / 2, y - up - high), (x - wide / 2, y + up),
    )  # fmt: skip
    return [(left, top, left + wide, top + high) for left, top in corners]


def _is_free(
    box: tuple[float, float, float, float],
    taken: Sequence[tuple[float, float, float, float]],
    room: tuple[float, float],
) -> bool:
    if box[0] < 0 or box[1] < 0 or box[2] > room[0] or box[3] > room[1]:
        return False
    return not any(
        box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
        for other in taken
    )


def _covers(
    box: tuple[float, float, float, float], place: Floats, radius: Floats, but: int
) -> bool:
    nearest = np.clip(place, [box[0], box[1]], [box[2], box[3]])
    inside = np.hypot(*(place - nearest).T) < radius - 1
    inside[but] = False
    return bool(inside.any())
