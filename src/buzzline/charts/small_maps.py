"""Small maps: one map a moment, of the same places in the same shades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from buzzline.arrays import Floats
from buzzline.charts.axes import amount
from buzzline.charts.lettering import wrapped
from buzzline.charts.palette import QUIET_INK, RAMP_COLOURS
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, TEXT_SIZE
from buzzline.charts.spots import base_map
from buzzline.charts.texts import LINE_PX, KeyItem, key, lettered, symbols, text
from buzzline.errors import InvalidArgument

TWO_ABREAST_PX = 460
GAP_PX = 14
LARGEST_PX, SMALLEST_PX = 8.0, 2.4
EDGE = 0.8


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One of the maps.

    Attributes
    ----------
    title : str
    value : (n,) float64        the shade; NaN is not drawn
    size : (n,) float64         symbols are drawn by area
    """

    title: str
    value: Floats
    size: Floats


def small_maps(
    moments: Sequence[Moment], longitude: Floats, latitude: Floats, *, meaning: str, width: int
) -> dict[str, Any]:
    """Return the body of a picture with one small map a moment and one key for all.

    Parameters
    ----------
    moments : sequence of Moment
    longitude, latitude : (n,) float64 [degree]
    meaning : str
        What a shade stands for, with the unit.
    width : int [px]
        Of the whole picture.

    Raises
    ------
    InvalidArgument
        The picture is too narrow, or no place has a value.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    place = np.column_stack([longitude, latitude])
    values = np.array([moment.value for moment in moments])
    if not np.isfinite(values).any():
        raise InvalidArgument("chart: small maps need at least one place with a value")
    inner = float(width - 2 * PADDING)
    abreast = 1 if inner < TWO_ABREAST_PX or len(moments) < 2 else 2
    wide = (inner - (abreast - 1) * GAP_PX) / abreast
    edges = shade_edges(values)
    largest = max((float(np.nanmax(moment.size, initial=0)) for moment in moments), default=1)
    layers, top, tall = [], 0.0, 0.0
    for number, moment in enumerate(moments):
        column = number % abreast
        top += (tall + LINE_PX + GAP_PX) if column == 0 and number else 0
        at = (column * (wide + GAP_PX), top + LINE_PX + 2)
        drawn, tall = _one(moment, place, edges, wide=wide, at=at, largest=largest or 1.0)
        layers += drawn
    below = top + tall + LINE_PX + GAP_PX
    said = wrapped(meaning, inner, NOTE_SIZE)
    layers.append(lettered([
        text(line, 0, below + number * LINE_PX, colour=QUIET_INK)
        for number, line in enumerate(said)
    ]))  # fmt: skip
    below += len(said) * LINE_PX - LINE_PX / 2
    items = [KeyItem(label, colour) for label, colour in _key_of(edges)]
    key_layers, key_px = key(items, inner, below + 2)
    return {"height": below + 2 + key_px, "layer": [*layers, *key_layers]}


def shade_edges(values: Floats) -> Floats:
    """Return the values between which shades change; even steps from least to most.

    Examples
    --------
    >>> shade_edges(np.array([0.0, 6.0, np.nan])).tolist()
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    """
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    high = high if high > low else low + 1
    return np.linspace(low, high, len(RAMP_COLOURS) + 1)


def _one(
    moment: Moment,
    place: Floats,
    edges: Floats,
    *,
    wide: float,
    at: tuple[float, float],
    largest: float,
) -> tuple[list[dict[str, Any]], float]:
    onto, tall, layers = base_map(place[np.isfinite(place).all(axis=1)], wide, at)
    pixels = onto(place)
    shade = np.clip(np.searchsorted(edges, moment.value, "right") - 1, 0, len(RAMP_COLOURS) - 1)
    known = np.isfinite(moment.value) & np.isfinite(pixels).all(axis=1)
    radius = LARGEST_PX * np.sqrt(np.nan_to_num(moment.size) / largest)
    marks = [
        {
            "x": round(float(pixels[row, 0]), 1), "y": round(float(pixels[row, 1]), 1),
            "size": round(float(np.pi * max(radius[row], SMALLEST_PX) ** 2), 1),
            "shape": "circle", "fill": RAMP_COLOURS[int(shade[row])], "stroke": QUIET_INK,
        }
        for row in sorted(np.flatnonzero(known).tolist(), key=lambda row: -radius[row])
    ]  # fmt: skip
    title = lettered([
        text(moment.title, at[0], at[1] - 2 - LINE_PX / 2, size=TEXT_SIZE, bold=True)
    ])  # fmt: skip
    return [*layers, symbols(marks, edge=EDGE), title], tall


def _key_of(edges: Floats) -> list[tuple[str, str]]:
    return [
        (f"{amount(float(low))} to {amount(float(high))}", colour)
        for low, high, colour in zip(edges[:-1], edges[1:], RAMP_COLOURS, strict=True)
    ]
