"""Points whose distances are measured, on a plane or on the globe, by one code path.

A point is three coordinates in kilometres. On the plane the third is zero and the straight line
between two points is their distance; on the globe the points stand on a sphere and the straight
line is the chord under their great circle. Comparing distances is comparing squared chords on
both, without trigonometry.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite, pi

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.space.globe import EARTH_RADIUS_KM, unit_vectors


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Where things stand, in kilometres.

    Attributes
    ----------
    xyz : (n, 3) float64 [km]
        On the plane the third coordinate is 0; on the sphere the distance from its centre is
        `radius_km`.
    radius_km : float [km]
        Of the sphere; infinite on the plane.
    """

    xyz: Floats
    radius_km: float

    def __len__(self) -> int:
        return len(self.xyz)

    @property
    def is_sphere(self) -> bool:
        """Distances are great circles."""
        return isfinite(self.radius_km)

    def at(self, rows: ArrayLike) -> Points:
        """Return some of the points; `rows` are row numbers, flags or a slice."""
        chosen = rows if isinstance(rows, slice) else np.asarray(rows)
        return Points(np.ascontiguousarray(self.xyz[chosen]), self.radius_km)


def on_plane(x_km: ArrayLike, y_km: ArrayLike) -> Points:
    """Return points of a plane; distances are straight lines.

    Raises
    ------
    InvalidArgument
        A coordinate is not finite, or the two arrays differ in length.

    Examples
    --------
    >>> distances_km(on_plane([0, 3], [0, 4])).tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """
    x, y = _coordinates("on_plane", x_km, y_km)
    return Points(as_floats(np.column_stack([x, y, np.zeros(x.size)])), inf)


def on_sphere(longitude: ArrayLike, latitude: ArrayLike) -> Points:
    """Return points of the globe, given in degrees; distances are great circles.

    Raises
    ------
    InvalidArgument
        A coordinate is not finite, or not on the globe, or the two arrays differ in length.

    Examples
    --------
    >>> paris_london = on_sphere([2.3522, -0.1276], [48.8566, 51.5072])
    >>> int(distances_km(paris_london)[0, 1])
    343
    """
    east, north = _coordinates("on_sphere", longitude, latitude)
    for degrees, name, most in ((east, "longitude", 360), (north, "latitude", 90)):
        beyond = np.abs(degrees) > most
        if beyond.any():
            raise InvalidArgument(
                f"on_sphere: {int(beyond.sum()):,} of {degrees.size:,} points have a {name} "
                f"beyond -{most} to {most} degrees (e.g. {degrees[beyond][0]:g}). Are "
                "longitude and latitude exchanged, or are these kilometres (`on_plane`)?"
            )
    return Points(as_floats(unit_vectors(east, north) * EARTH_RADIUS_KM), EARTH_RADIUS_KM)


def points_of(frame: pl.DataFrame) -> Points:
    """Return the points of a table: its `x_km` and `y_km`, else `longitude` and `latitude`.

    Raises
    ------
    InvalidArgument
        The table has neither pair of columns, or a row has no coordinates.

    Examples
    --------
    >>> len(points_of(pl.DataFrame({"x_km": [0.0, 1.0], "y_km": [0.0, 0.0]})))
    2
    """
    columns = set(frame.columns)
    if {"x_km", "y_km"} <= columns:
        return on_plane(_filled(frame, "x_km"), _filled(frame, "y_km"))
    if {"longitude", "latitude"} <= columns:
        return on_sphere(_filled(frame, "longitude"), _filled(frame, "latitude"))
    raise InvalidArgument(
        "points_of: the table has neither `longitude` and `latitude` [degree] nor `x_km` and "
        "`y_km` [km]. Name its columns so."
    )


def squared_chord_at(points: Points, km: ArrayLike) -> Floats:
    """Return the squared straight line [km2] between points that are `km` apart.

    Two points are within `km` of each other exactly when the squared length of their difference
    in `xyz` is at most this. Beyond half the circumference everything is within.
    """
    distance = as_floats(km)
    if not points.is_sphere:
        return as_floats(distance**2)
    angle = np.minimum(distance / points.radius_km, pi)
    return as_floats((2 * points.radius_km * np.sin(angle / 2)) ** 2)


def km_at(points: Points, squared_chord: ArrayLike) -> Floats:
    """Return the distance [km] of points whose squared straight line [km2] is given."""
    straight = np.sqrt(as_floats(squared_chord))
    if not points.is_sphere:
        return as_floats(straight)
    half = np.clip(straight / (2 * points.radius_km), 0, 1)
    return as_floats(2 * points.radius_km * np.arcsin(half))


def distances_km(points: Points, other: Points | None = None) -> Floats:
    """Return the distances [km] between all points, or between two sets of points. (n, m).

    Memory grows with n x m: for thousands of points, not for hundreds of thousands.

    Raises
    ------
    InvalidArgument
        One set is on a plane and the other on the globe.
    """
    if other is not None:
        same_ground(points, other)
    one, two = points.xyz, (other or points).xyz
    difference = one[:, None, :] - two[None, :, :]
    return km_at(points, np.einsum("ijk,ijk->ij", difference, difference))


def same_ground(points: Points, other: Points) -> None:
    """Refuse two sets of points of which one is on a plane and the other on the globe."""
    if points.radius_km != other.radius_km:
        raise InvalidArgument(
            "one set of points is on a plane and the other on the globe: there is no distance "
            "between them. Make both with `on_plane`, or both with `on_sphere`."
        )


def is_located(frame: pl.DataFrame) -> Flags:
    """Tell which rows have both `longitude` and `latitude`. (n,) bool."""
    has = frame.select(pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null())
    return np.asarray(has.to_series().to_numpy())


def _filled(frame: pl.DataFrame, column: str) -> Floats:
    return as_floats(frame[column].cast(pl.Float64).fill_null(np.nan).to_numpy())


def _coordinates(name: str, one: ArrayLike, other: ArrayLike) -> tuple[Floats, Floats]:
    first, second = np.atleast_1d(as_floats(one)), np.atleast_1d(as_floats(other))
    if first.shape != second.shape or first.ndim != 1:
        raise InvalidArgument(
            f"{name}: the two coordinates must be two lists of one length, "
            f"got {first.shape} and {second.shape}"
        )
    lacking = int(np.sum(~(np.isfinite(first) & np.isfinite(second))))
    if lacking:
        raise InvalidArgument(
            f"{name}: {lacking:,} of {first.size:,} points have no coordinates. "
            "Leave those rows out first, and say how many they were."
        )
    return first, second
