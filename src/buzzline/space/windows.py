"""The part of the plane that was looked at: a rectangle, or polygons with holes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.windows import boundary_distances, insides
from buzzline.space.points import Points

Rings = Sequence[tuple[ArrayLike, ArrayLike]] | Floats

ON_THE_BORDER = 1e-9  # of the longest side: points this near the border are inside


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """Where points could have been seen.

    Attributes
    ----------
    edges : (m, 4) float64 [km]    from (x, y) to (x, y), the inside on the left
    area_km2 : float [km2]
    sides_km : (2,) float64 [km]   of a rectangle along the axes; 0 for other windows
    """

    edges: Floats
    area_km2: float
    sides_km: Floats

    def border_km(self, points: Points) -> Floats:
        """Return how far each point is from the border. (n,) float64 [km]."""
        return np.asarray(boundary_distances(points.xyz, self.edges))

    def holds(self, points: Points) -> Flags:
        """Tell which points are inside or on the border. (n,) bool."""
        longest = float(np.abs(self.edges[:, 2:] - self.edges[:, :2]).max())
        near = self.border_km(points) <= ON_THE_BORDER * longest
        return np.asarray(insides(points.xyz, self.edges) | near)

    def scattered(self, n: int, rng: np.random.Generator) -> Points:
        """Return n points that fall evenly and independently in the window."""
        low, high = self.edges[:, :2].min(axis=0), self.edges[:, :2].max(axis=0)
        found = np.zeros((0, 3))
        while len(found) < n:
            tried = np.zeros((2 * n, 3))
            tried[:, :2] = low + (high - low) * rng.random((2 * n, 2))
            found = np.vstack([found, tried[insides(tried, self.edges)]])
        return Points(as_floats(found[:n]), np.inf)


def rectangle(x_km: tuple[float, float], y_km: tuple[float, float]) -> Window:
    """Return the rectangle between two pairs of coordinates.

    Examples
    --------
    >>> rectangle((0, 2), (0, 3)).area_km2
    6.0
    """
    (left, right), (low, high) = sorted(x_km), sorted(y_km)
    window = polygon([([left, right, right, left], [low, low, high, high])])
    return Window(window.edges, window.area_km2, as_floats([right - left, high - low]))


def polygon(rings: Rings) -> Window:
    """Return the window inside rings of corners; rings in rings are holes, and islands again.

    Parameters
    ----------
    rings : sequence of (x, y) [km], or one array of corners (n, 2) [km]
        Corners in order, either way round; the last is joined to the first. Rings must not
        cross.

    Raises
    ------
    InvalidArgument
        A ring with fewer than three corners or without area, one that is given twice or
        crosses another so that no area is left, or no ring.

    Examples
    --------
    >>> square, hole = ([0, 4, 4, 0], [0, 0, 4, 4]), ([1, 2, 2, 1], [1, 1, 2, 2])
    >>> polygon([square, hole]).area_km2
    15.0
    """
    parts = [_ring(number, ring) for number, ring in enumerate(_listed(rings), 1)]
    if not parts:
        raise InvalidArgument("a window needs at least one ring of corners")
    corners = [{tuple(edge[:2]) for edge in part} for part in parts]
    for number, one in enumerate(corners):
        if one in corners[:number]:
            raise InvalidArgument(
                f"ring {number + 1} of the window is ring {corners.index(one) + 1} again; give "
                "each ring once"
            )
    oriented = []
    for number, part in enumerate(parts):
        corner = np.ascontiguousarray([[*part[0, :2], 0.0]])
        others = [one for other, one in enumerate(parts) if other != number]
        depth = sum(bool(insides(corner, one)[0]) for one in others)
        is_hole = depth % 2 == 1
        backwards = np.ascontiguousarray(part[::-1][:, [2, 3, 0, 1]])
        oriented.append(backwards if (_area(part) < 0) != is_hole else part)
    edges = as_floats(np.concatenate(oriented))
    if not (area := _area(edges)) > 0:
        raise InvalidArgument("the rings of the window cross, so that no area is left inside")
    return Window(edges, area, np.zeros(2))


def _listed(rings: Rings) -> list[tuple[ArrayLike, ArrayLike]]:
    if isinstance(rings, np.ndarray) and rings.ndim == 2 and rings.shape[1] == 2:
        return [(rings[:, 0], rings[:, 1])]
    return list(rings)


def _ring(number: int, ring: tuple[ArrayLike, ArrayLike]) -> Floats:
    shapes = [np.shape(part) for part in ring]
    if len(shapes) != 2 or shapes[0] != shapes[1] or len(shapes[0]) != 1:
        raise InvalidArgument(
            f"ring {number} of the window must be two lists of one length, x and y; got "
            f"{len(shapes)} of the shapes {shapes[:3]}. Corners in one array (n, 2) are "
            "`(corners[:, 0], corners[:, 1])`."
        )
    corners = np.column_stack([as_floats(part) for part in ring])
    if len(corners) > 1 and np.array_equal(corners[0], corners[-1]):
        corners = corners[:-1]
    edges = as_floats(np.column_stack([corners, np.roll(corners, -1, axis=0)]))
    edges = edges[np.any(edges[:, :2] != edges[:, 2:], axis=1)]
    if len(edges) < 3 or not np.isfinite(edges).all() or _area(edges) == 0:
        raise InvalidArgument(
            f"ring {number} of the window has {len(corners)} corners and no area; give at "
            "least three corners that are not on one line"
        )
    return as_floats(edges)


def _area(edges: Floats) -> float:
    x, y, next_x, next_y = (edges - edges[0, [0, 1, 0, 1]]).T
    return float(np.sum(x * next_y - next_x * y) / 2)
