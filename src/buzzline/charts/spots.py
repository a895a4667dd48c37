"""Spots: sites on a map, hot, cold or neither, on the outlines of the countries around them.

The map keeps areas true: Lambert's azimuthal projection around the sites, or Equal Earth when
they lie all over the world. Hot is a filled circle, cold a filled square, neither a small ring;
other results bring other looks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.charts.axes import STEPS
from buzzline.charts.lines import Line, drawn_lines, places_of
from buzzline.charts.map_names import around, beside
from buzzline.charts.outlines import Resolution, in_view
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    BELOW_COLOUR,
    BORDER,
    LAND,
    OTHER_COLOUR,
    PAPER,
    QUIET_INK,
    SEA,
)
from buzzline.charts.spec import NARROWEST, PADDING
from buzzline.charts.texts import KeyItem, in_pixels, key, lettered, symbols, text
from buzzline.errors import InvalidArgument
from buzzline.space.globe import EARTH_RADIUS_KM, degrees, unit_vectors

SITES_SHOWN = 1500
WORLD_KM = 9_000.0  # sites that reach further around their middle are shown on a world map
SMALLEST_KM = 10.0
DETAILED_KM = 4_000.0
LARGEST_PX, SMALLEST_PX, PLAIN_PX = 9.0, 2.2, 4.0
MARGIN = 0.08


@dataclass(frozen=True, slots=True)
class Look:
    """How one kind of site is drawn."""

    colour: str
    shape: str = "circle"
    is_hollow: bool = False


LOOKS: dict[str, Look] = {
    "neither": Look(OTHER_COLOUR, is_hollow=True),
    "cold": Look(BELOW_COLOUR, "square"),
    "hot": Look(ABOVE_COLOUR),
}
Onto = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Sites and what they are.

    Attributes
    ----------
    longitude, latitude : (n,) float64 [degree]
        Sites without a place (NaN) are not drawn.
    heat : sequence of "hot", "cold" or "neither", or the names of other looks
    size : (n,) float64 or None
        Symbols are drawn by area; None: all alike.
    looks : mapping of name to Look
        The last is drawn on top, and first in the key.
    lines : sequence of Line
        Drawn below the sites, the first at the bottom.
    counted : bool
        The key says how many sites of each look there are.
    names : sequence of str
        Written beside sites, the first first, where they cover no other; none: no names.
    """

    longitude: Floats
    latitude: Floats
    heat: Sequence[str]
    size: Floats | None = None
    looks: Mapping[str, Look] = field(default_factory=lambda: LOOKS)
    lines: Sequence[Line] = ()
    counted: bool = True
    names: Sequence[str] = ()


def spots(sites: Spots, *, width: int) -> dict[str, Any]:
    """Return the body of a picture: the map, the sites, a key and a bar of kilometres.

    Parameters
    ----------
    sites : Spots
        At most 1,500 are drawn: hot and cold ones before the others, evenly thinned.
    width : int [px]
        Of the whole picture.

    Raises
    ------
    InvalidArgument
        The picture is too narrow, or no site has a place.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    rows = _drawn(sites)
    if not rows.size:
        raise InvalidArgument("chart: a map needs at least one site with coordinates")
    inner = float(width - 2 * PADDING)
    place = np.column_stack([sites.longitude, sites.latitude])[rows]
    seen = as_floats(np.concatenate([place, places_of(sites.lines)]))
    seen = seen[np.isfinite(seen).all(axis=1)]
    project, reach_km = _projection(seen)
    onto, height, px_a_km = _fitted(project(seen), project, inner)
    resolution: Resolution = "countries-50m" if reach_km < DETAILED_KM else "countries-110m"
    layers = [
        _ground(inner, height),
        _land(in_view(resolution, onto, (inner, height))),
        *drawn_lines(sites.lines, onto),
        *(symbols(marks, edge=edge) for marks, edge in _marks(sites, rows, onto(place))),
    ]
    if any(sites.names):
        every = onto(np.column_stack([sites.longitude, sites.latitude]))
        names = beside(every, sites.names, size=(inner, height))
        layers += [around(names), lettered(names)]
    if reach_km < WORLD_KM:
        layers += _bar(px_a_km, inner, height)
    items = [
        KeyItem(
            f"{heat} ({list(sites.heat).count(heat):,})" if sites.counted else heat,
            look.colour,
            look.shape,
            look.is_hollow,
        )
        for heat, look in reversed(list(sites.looks.items()))
    ]
    key_layers, key_px = key(items, inner, height + 8)
    return {"height": height + 8 + key_px, "layer": [*layers, *key_layers]}


def base_map(
    place: Floats, inner: float, at: tuple[float, float] = (0.0, 0.0)
) -> tuple[Onto, float, list[dict[str, Any]]]:
    """Return the ground under places: the way from degrees to pixels, its height, its layers.

    Parameters
    ----------
    place : (n, 2) float64 [degree]
        Longitude and latitude of what must be in view.
    inner : float [px]
        How wide it is.
    at : (x, y) [px]
        Where its top left corner lies in the picture.
    """
    project, reach_km = _projection(place)
    onto, height, _ = _fitted(project(place), project, inner)
    resolution: Resolution = "countries-50m" if reach_km < DETAILED_KM else "countries-110m"
    rings = [
        [[x + at[0], y + at[1]] for x, y in ring]
        for ring in in_view(resolution, onto, (inner, height))
    ]
    return lambda some: onto(some) + np.array(at), height, [
        _ground(inner, height, at), _land(rings),
    ]  # fmt: skip


def shown_said(sites: Spots, first: str = "hot and cold ones") -> str:
    """Return the sentence that says which sites are left out of the map, or nothing."""
    n, n_placed = len(sites.heat), int(np.isfinite(sites.longitude + sites.latitude).sum())
    parts = []
    if n_placed < n:
        parts.append(f"{n - n_placed:,} of {n:,} sites have no coordinates and are not drawn.")
    if n_placed > SITES_SHOWN:
        parts.append(f"{SITES_SHOWN:,} of {n_placed:,} sites are drawn, {first} first.")
    return " ".join(parts)


def _drawn(sites: Spots) -> Any:
    """Return the rows drawn, hot ones last so that they lie on top."""
    placed = np.flatnonzero(np.isfinite(sites.longitude + sites.latitude))
    rank = {name: number for number, name in enumerate(sites.looks)}
    ranks = np.array([rank[name] for name in sites.heat])[placed] if placed.size else placed
    kept: list[Any] = []
    room = SITES_SHOWN
    for number in reversed(range(len(sites.looks))):
        rows = placed[ranks == number]
        step = max(-(-rows.size // room), 1) if room > 0 else rows.size + 1
        kept.insert(0, rows[::step][: max(room, 0)])
        room -= kept[0].size
    return np.concatenate(kept)


def _projection(place: Floats) -> tuple[Onto, float]:
    """Return the projection [km] and how far the furthest site lies from the middle [km]."""
    vectors = unit_vectors(place[:, 0], place[:, 1])
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    middle = (low + high) / 2
    length = float(np.linalg.norm(middle))
    if length < 0.2:
        return _equal_earth, 2 * WORLD_KM
    middle = middle / length
    reach = float(EARTH_RADIUS_KM * np.arccos(np.clip(vectors @ middle, -1, 1)).max())
    if reach > WORLD_KM / 2:
        return _equal_earth, 2 * WORLD_KM
    return _lambert(middle), max(reach, SMALLEST_KM)


def _lambert(middle: Floats) -> Onto:
    """Return Lambert's azimuthal equal-area projection around a point; NaN far from it."""
    longitude, latitude = (float(part[0]) for part in degrees(middle[None]))
    sin, cos = np.sin(np.radians(latitude)), np.cos(np.radians(latitude))

    def onto(place: Floats) -> Floats:
        across = np.radians(place[:, 0] - longitude)
        up = np.radians(place[:, 1])
        dot = sin * np.sin(up) + cos * np.cos(up) * np.cos(across)
        with np.errstate(invalid="ignore", divide="ignore"):
            k = EARTH_RADIUS_KM * np.sqrt(2 / (1 + dot))
        k = np.where(dot > -0.2, k, np.nan)
        x = k * np.cos(up) * np.sin(across)
        return np.column_stack([x, k * (cos * np.sin(up) - sin * np.cos(up) * np.cos(across))])

    return onto


def _equal_earth(place: Floats) -> Floats:
    """Return the Equal Earth projection (Savric, Patterson, Jenny 2019) around Greenwich."""
    a = (1.340264, -0.081106, 0.000893, 0.003796)
    t = np.arcsin(np.sqrt(3) / 2 * np.sin(np.radians(place[:, 1])))
    slope = 9 * a[3] * t**8 + 7 * a[2] * t**6 + 3 * a[1] * t**2 + a[0]
    x = 2 * np.sqrt(3) * np.radians(place[:, 0]) * np.cos(t) / (3 * slope)
    y = a[3] * t**9 + a[2] * t**7 + a[1] * t**3 + a[0] * t
    return as_floats(EARTH_RADIUS_KM * np.column_stack([x, y]))


def _fitted(place_km: Floats, project: Onto, inner: float) -> tuple[Onto, float, float]:
    """Return the way from degrees to pixels, the height of the map, and pixels a kilometre."""
    low, high = place_km.min(axis=0), place_km.max(axis=0)
    span = np.maximum(high - low, SMALLEST_KM) * (1 + 2 * MARGIN)
    height = inner * float(np.clip(span[1] / span[0], 0.45, 1.15))
    px_a_km = float(min(inner / span[0], height / span[1]))
    middle = (low + high) / 2

    def onto(place: Floats) -> Floats:
        moved = (project(place) - middle) * px_a_km
        return np.column_stack([inner / 2 + moved[:, 0], height / 2 - moved[:, 1]])

    return onto, height, px_a_km


def _ground(
    inner: float, height: float, at: tuple[float, float] = (0.0, 0.0)
) -> dict[str, Any]:
    return {
        "data": {"values": [{}]},
        "mark": {"type": "rect", "color": SEA},
        "encoding": {
            "x": {"value": at[0]}, "x2": {"value": at[0] + inner},
            "y": {"value": at[1]}, "y2": {"value": at[1] + height},
        },
    }  # fmt: skip


def _land(rings: list[list[list[float]]]) -> dict[str, Any]:
    features = [
        {"type": "Feature", "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring in rings
    ]
    return {
        "data": {"values": features},
        "projection": {"type": "identity", "scale": 1, "translate": [0, 0]},
        "mark": {"type": "geoshape", "fill": LAND, "stroke": BORDER, "strokeWidth": 0.8,
                 "clip": True},
    }  # fmt: skip


def _marks(sites: Spots, rows: Any, place: Floats) -> list[tuple[list[dict[str, Any]], float]]:
    """Return rings first, then filled symbols with a thin edge, so that crowds are read."""
    radius = np.full(rows.size, PLAIN_PX)
    if sites.size is not None:
        known = np.where(np.isfinite(sites.size), np.maximum(sites.size, 0), 0)[rows]
        most = known.max(initial=0.0) or 1.0
        radius = np.maximum(LARGEST_PX * np.sqrt(known / most), SMALLEST_PX)
    rings: list[dict[str, Any]] = []
    filled: list[dict[str, Any]] = []
    rank = np.array([list(sites.looks).index(sites.heat[row]) for row in rows])
    for at in np.lexsort((-radius, rank)):
        row = int(rows[at])
        heat = sites.heat[row]
        look = sites.looks[heat]
        mark = {
            "longitude": float(sites.longitude[row]), "latitude": float(sites.latitude[row]),
            "x": round(float(place[at, 0]), 1), "y": round(float(place[at, 1]), 1),
            "size": round(float(np.pi * radius[at] ** 2), 1), "shape": look.shape,
            "fill": "transparent" if look.is_hollow else look.colour,
            "stroke": look.colour if look.is_hollow else PAPER,
        }  # fmt: skip
        (rings if look.is_hollow else filled).append(mark)
    return [(marks, edge) for marks, edge in ((rings, 1.0), (filled, 0.5)) if marks]


def _bar(px_a_km: float, inner: float, height: float) -> list[dict[str, Any]]:
    """Draw a round number of kilometres, about a fifth of the width."""
    wanted = inner / 5 / px_a_km
    power = 10.0 ** np.floor(np.log10(wanted))
    km = float(max(power * step for step in STEPS if power * step <= wanted))
    right, y = inner - 10, height - 12
    rule = {
        "data": {"values": [{"x": right - km * px_a_km, "x2": right, "y": y}]},
        "mark": {"type": "rule", "color": QUIET_INK, "strokeWidth": 2},
        "encoding": {"x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y")},
    }
    return [
        rule,
        lettered([text(f"{km:,g} km", right, y - 9, align="right", colour=QUIET_INK)]),
    ]
