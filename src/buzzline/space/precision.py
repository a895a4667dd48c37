"""Which scales the coordinates can carry: a disc smaller than their error means nothing."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.tables.vocabularies import PRECISION_KM

SHARED_SITE = 5  # organisations at one coordinate from which on it looks like a centroid
MOSTLY_SHARED = 0.5  # share of organisations at such coordinates that betrays centroids


def precision_km(organisations: pl.DataFrame) -> Floats:
    """Return how far each organisation may stand from its coordinates. (n,) float64 [km].

    Taken from `precision`; where that is empty and most organisations share their exact
    coordinates with several others, they are taken for city centroids.
    """
    stated = organisations["precision"].replace_strict(PRECISION_KM, return_dtype=pl.Float64)
    return np.asarray(stated.fill_null(_undeclared_km(organisations)).to_numpy())


def _undeclared_km(organisations: pl.DataFrame) -> float:
    located = organisations.filter(
        pl.col("precision").is_null() & pl.col("longitude").is_not_null()
    )
    if not located.height:
        return 0.0
    here = located.select(pl.len().over("longitude", "latitude")).to_series()
    n_sites = located.select("longitude", "latitude").n_unique()
    shared = float((here >= SHARED_SITE).sum()) / located.height
    looks_like_centroids = n_sites > 1 and shared > MOSTLY_SHARED
    return PRECISION_KM["city"] if looks_like_centroids else 0.0
