"""Which scales the coordinates can carry: a disc smaller than their error means nothing."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.tables.coordinates import at_crowded_points
from buzzline.tables.vocabularies import PRECISION_KM


def precision_km(organisations: pl.DataFrame) -> Floats:
    """Return how far each organisation may stand from its coordinates. (n,) float64 [km].

    Taken from `precision`; where that is empty and most organisations share their exact
    coordinates with several others, they are taken for city centroids.
    """
    stated = organisations["precision"].replace_strict(PRECISION_KM, return_dtype=pl.Float64)
    return np.asarray(stated.fill_null(_undeclared_km(organisations)).to_numpy())


def _undeclared_km(organisations: pl.DataFrame) -> float:
    undeclared = organisations["precision"].is_null()
    looks_like_centroids = at_crowded_points(organisations, undeclared).any()
    return PRECISION_KM["city"] if looks_like_centroids else 0.0
