"""The area a cluster covers, as a polygon on the globe.

The convex hull of the members' sites as seen from the cluster's centre; where fewer than three
sites span an area, a disc around the centre instead. What crosses the 180th meridian is cut
there, as RFC 7946 asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians
from typing import Literal

import numpy as np

from buzzline.arrays import Floats
from buzzline.quantities import Kilometres
from buzzline.space.globe import EARTH_RADIUS_KM

Ring = tuple[tuple[float, float], ...]
Outline = Literal["hull", "disc"]
SMALLEST_KM = 1.0  # a disc smaller than this could not be seen or clicked on a map
CORNERS = 64
DIGITS = 6  # about ten centimetres
_KM_PER_DEGREE = np.pi * EARTH_RADIUS_KM / 180


@dataclass(frozen=True, slots=True)
class Area:
    """Closed rings of (longitude, latitude), anticlockwise; two when cut at 180 degrees."""

    outline: Outline
    rings: tuple[Ring, ...]


def area_of(
    points: Floats, centre: tuple[float, float], *, radius_km: Kilometres = 0.0
) -> Area:
    """Return the area of a cluster.

    Parameters
    ----------
    points : (n, 2) float64 [degree]
        Longitude and latitude of the members.
    centre : (longitude, latitude) [degree]
    radius_km : km
        Of the disc, where no hull spans an area; at least 1 km.

    Examples
    --------
    >>> area_of(np.array([[11.0, 43.0], [12.0, 43.0], [11.0, 44.0]]), (11.0, 43.0)).outline
    'hull'
    >>> area_of(np.array([[11.0, 43.0]]), (11.0, 43.0), radius_km=5).outline
    'disc'
    """
    turned = np.array(points, dtype=np.float64).reshape(-1, 2)
    turned[:, 0] -= 360 * np.rint((turned[:, 0] - centre[0]) / 360)
    corners = _hull(np.unique(turned.round(DIGITS), axis=0), cos(radians(centre[1])))
    outline: Outline = "hull"
    if len(corners) < 3:
        outline, corners = "disc", _disc(centre, max(radius_km, SMALLEST_KM))
    rings = [_ring(corners, shift) for shift in (0.0, 360.0, -360.0)]
    return Area(outline, tuple(ring for ring in rings if ring))


def _hull(distinct: Floats, shrink: float) -> Floats:
    """Return the convex hull, anticlockwise; fewer than three corners when there is no area.

    Andrew's monotone chain, O(n log n); `distinct` is sorted, longitudes shrink to kilometres.
    """
    if len(distinct) < 3:
        return distinct
    plane = distinct * [max(shrink, 1e-6), 1.0]
    lower, upper = _chain(plane), _chain(plane[::-1])
    order = [*lower[:-1], *(len(plane) - 1 - i for i in upper[:-1])]
    return distinct[order] if len(order) >= 3 else distinct[:2]


def _chain(points: Floats) -> list[int]:
    chain: list[int] = []
    xy = points.tolist()
    for number, (x, y) in enumerate(xy):
        while len(chain) > 1:
            (x0, y0), (x1, y1) = xy[chain[-2]], xy[chain[-1]]
            # Thinner than a metre counts as no area: rounded sites on one street.
            if (x1 - x0) * (y - y0) - (y1 - y0) * (x - x0) > 1e-12:
                break
            chain.pop()
        chain.append(number)
    return chain


def _disc(centre: tuple[float, float], radius_km: Kilometres) -> Floats:
    """Return corners of a disc; near a pole it is drawn as if it lay at 89 degrees."""
    turn = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    reach = radius_km / _KM_PER_DEGREE
    latitude = np.clip(centre[1] + reach * np.sin(turn), -90, 90)
    widening = np.maximum(np.cos(np.radians(latitude)), np.cos(np.radians(89.0)))
    longitude = centre[0] + np.clip(reach * np.cos(turn) / widening, -179, 179)
    return np.column_stack([longitude, latitude])


def _ring(corners: Floats, shift: float) -> Ring:
    """Return what lies between 180 west and east after a shift, closed; empty if nothing."""
    kept = _cut(_cut(corners + np.array([shift, 0.0]), 180.0, 1.0), -180.0, -1.0)
    rounded = [(round(x, DIGITS), round(y, DIGITS)) for x, y in kept.tolist()]
    distinct = list(dict.fromkeys(rounded))
    return (*distinct, distinct[0]) if len(distinct) >= 3 else ()


def _cut(corners: Floats, meridian: float, side: float) -> Floats:
    """Clip a polygon at a meridian (Sutherland and Hodgman 1974): keep side * x <= side * m."""
    kept: list[tuple[float, float]] = []
    for before, after in zip(np.roll(corners, 1, axis=0), corners, strict=True):
        was, is_in = side * (before[0] - meridian) <= 0, side * (after[0] - meridian) <= 0
        if was != is_in:
            share = (meridian - before[0]) / (after[0] - before[0])
            kept.append((meridian, float(before[1] + share * (after[1] - before[1]))))
        if is_in:
            kept.append((float(after[0]), float(after[1])))
    return np.array(kept, dtype=np.float64).reshape(-1, 2)
