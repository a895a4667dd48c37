"""Outlines of countries, read from the base map that buzzline ships, cut to what is in view.

Data: Natural Earth, public domain; see `assets/NOTICE`. Boundaries say nothing about claims.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

import numpy as np

from buzzline.arrays import Floats, as_floats

Resolution = Literal["countries-110m", "countries-50m"]
RESOLUTIONS: tuple[Resolution, ...] = ("countries-110m", "countries-50m")


def packed_outlines(resolution: Resolution) -> bytes:
    """Return the base map as it is shipped: TopoJSON, gzipped."""
    folder = files("buzzline.charts") / "assets" / "basemap"
    return (folder / f"{resolution}.json.gz").read_bytes()


@lru_cache(maxsize=2)
def country_rings(resolution: Resolution) -> tuple[Floats, ...]:
    """Return the rings of all countries as (n, 2) longitudes and latitudes [degree].

    Holes are rings of their own, turned the other way; they are countries inside countries, so
    nothing is lost when each ring is drawn as land.

    Examples
    --------
    >>> rings = country_rings("countries-110m")
    >>> len(rings) > 200, rings[0].shape[1]
    (True, 2)
    """
    topology = json.loads(gzip.decompress(packed_outlines(resolution)))
    scale, shift = (np.array(topology["transform"][key]) for key in ("scale", "translate"))
    arcs = [np.cumsum(np.array(arc), axis=0) * scale + shift for arc in topology["arcs"]]
    found = []
    for geometry in topology["objects"]["countries"]["geometries"]:
        several = geometry["type"] == "MultiPolygon"
        for polygon in geometry["arcs"] if several else [geometry["arcs"]]:
            found += [_ring(arcs, numbers) for numbers in polygon]
    return tuple(found)


def _ring(arcs: list[Any], numbers: list[int]) -> Floats:
    parts = [arcs[at] if at >= 0 else arcs[~at][::-1] for at in numbers]
    return as_floats(np.concatenate([parts[0], *(part[1:] for part in parts[1:])]))


def clipped(ring: Floats, low: tuple[float, float], high: tuple[float, float]) -> Floats:
    """Return the part of a ring inside a rectangle: (m, 2), empty when nothing is inside.

    References
    ----------
    .. [1] Sutherland, I. E., Hodgman, G. W. (1974). Reentrant polygon clipping.
       Communications of the ACM 17(1). doi:10.1145/360767.360802

    Examples
    --------
    >>> square = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4]])
    >>> clipped(square, (1, 1), (2, 9))[:, 1].max().item()
    4.0
    """
    for axis in (0, 1):
        for limit, sign in ((low[axis], 1.0), (high[axis], -1.0)):
            ring = _cut(ring, axis, limit, sign)
    return ring


def _cut(ring: Floats, axis: int, limit: float, sign: float) -> Floats:
    if not len(ring):
        return ring
    inside = sign * (ring[:, axis] - limit) >= 0
    if inside.all():
        return ring
    kept = []
    for at in range(len(ring)):
        before = at - 1
        if inside[at] != inside[before]:
            one, other = ring[before], ring[at]
            share = (limit - one[axis]) / (other[axis] - one[axis])
            kept.append(one + share * (other - one))
        if inside[at]:
            kept.append(ring[at])
    return as_floats(np.array(kept).reshape(-1, 2))


def in_view(
    resolution: Resolution, onto: Callable[[Floats], Floats], size: tuple[float, float]
) -> list[list[list[float]]]:
    """Return the outlines inside a picture [px], small islands left out.

    Parameters
    ----------
    resolution : "countries-110m" or "countries-50m"
    onto : function from (n, 2) degrees to (n, 2) pixels
        NaN for what lies behind the globe; rings that reach there are left out there.
    size : (width, height) [px]
    """
    found = []
    for ring in country_rings(resolution):
        placed = onto(ring)
        placed = placed[np.isfinite(placed).all(axis=1)]
        if (
            len(placed) < 3
            or (placed.max(axis=0) < 0).any()
            or (placed.min(axis=0) > size).any()
        ):
            continue
        cut = clipped(placed, (0.0, 0.0), size)
        if len(cut) >= 3 and np.ptp(cut, axis=0).max() >= 1.5:
            found.append(_thinned(cut))
    return found


def _thinned(ring: Floats) -> list[list[float]]:
    """Return a closed ring without points less than half a pixel from the last one kept."""
    kept = [ring[0]]
    for point in ring[1:]:
        if np.abs(point - kept[-1]).max() >= 0.5:
            kept.append(point)
    closed = [*kept, kept[0]]
    return [[round(float(x), 1), round(float(y), 1)] for x, y in closed]
