"""Points are called after a city a person knows."""

import numpy as np
import polars as pl
import pytest

from buzzline.tables.gazetteer.cities import cities
from buzzline.tables.gazetteer.labelling import places_near
from buzzline.tables.worlds import great_circle_km


def test_brute_force_labels_are_the_largest_city_within_reach():
    rng = np.random.default_rng(5)
    longitude, latitude = rng.uniform(-10, 30, 60), rng.uniform(36, 60, 60)
    labels = places_near(longitude, latitude, within_km=30)
    sizeable = cities().filter(pl.col("population") >= 15_000)
    for lon, lat, label in zip(longitude, latitude, labels.iter_rows(named=True), strict=True):
        km = great_circle_km(lon, lat, sizeable["longitude"], sizeable["latitude"])
        reach = sizeable.filter(pl.Series(km <= 30))
        if reach.height:
            assert label["population"] == reach["population"].max()
            assert label["distance_km"] <= 30
        elif km.min() < 200:
            assert label["distance_km"] == pytest.approx(km.min(), abs=0.01)
        else:
            assert label["place"] is None


def test_special_case_the_open_sea_has_no_label():
    sea = places_near([-30.0], [30.0])
    assert sea.row(0) == (None, None, None, None)
