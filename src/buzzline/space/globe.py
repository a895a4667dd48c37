"""Great circles: longitude and latitude to unit vectors, kilometres to chords and back.

On unit vectors two points are within d kilometres exactly when their chord is at most
2 sin(d / 2R), so everything that only compares distances needs no trigonometry.
"""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.quantities import Kilometres

EARTH_RADIUS_KM = 6371.0088  # mean radius, IUGG


def unit_vectors(longitude: Floats, latitude: Floats) -> Floats:
    """Return (n, 3) float64 unit vectors of points given in degrees.

    Examples
    --------
    >>> unit_vectors(np.array([0.0, 90.0]), np.array([0.0, 0.0])).round(6).tolist()
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    east, north = np.radians(as_floats(longitude)), np.radians(as_floats(latitude))
    across = np.cos(north)
    return as_floats(
        np.column_stack([across * np.cos(east), across * np.sin(east), np.sin(north)])
    )


def degrees(xyz: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude [degree] of (n, 3) vectors of any length."""
    x, y, z = xyz[:, 0], xyz[:, 1], xyz[:, 2]
    return np.degrees(np.arctan2(y, x)), np.degrees(np.arctan2(z, np.hypot(x, y)))


def chord(distance_km: Kilometres) -> float:
    """Return the chord on the unit sphere under a great-circle distance [km]."""
    return float(2 * np.sin(distance_km / (2 * EARTH_RADIUS_KM)))


def kilometres(chords: Floats) -> Floats:
    """Return the great-circle distance [km] above chords of the unit sphere."""
    half = np.clip(np.asarray(chords, dtype=np.float64) / 2, 0, 1)
    return as_floats(2 * EARTH_RADIUS_KM * np.arcsin(half))


def distance_km(xyz: Floats, other: Floats) -> Floats:
    """Return great-circle distances [km] between rows of two (n, 3) arrays of unit vectors.

    Examples
    --------
    >>> paris, london = unit_vectors(np.array([2.3522, -0.1276]), np.array([48.8566, 51.5072]))
    >>> int(distance_km(paris[None], london[None])[0])
    343
    """
    return kilometres(np.linalg.norm(xyz - other, axis=-1))
