"""The map of a made-up world."""

from math import asin, cos, radians, sin, sqrt

import numpy as np
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import Geography, Gravity, great_circle_km
from buzzline.tables.worlds.geography import BOXES, found_towns, scatter, words


def test_by_hand_great_circle_of_known_cities():
    # Paris and London, haversine worked out with the standard library
    p, q = (2.3522, 48.8566), (-0.1276, 51.5072)
    half = (
        sin(radians(q[1] - p[1]) / 2) ** 2
        + cos(radians(p[1])) * cos(radians(q[1])) * sin(radians(q[0] - p[0]) / 2) ** 2
    )
    expected = 2 * 6371.0088 * asin(sqrt(half))
    assert great_circle_km(*p, *q) == pytest.approx(expected)
    assert great_circle_km(*p, *q) == pytest.approx(343.5, abs=1)


def test_towns_lie_in_their_country_and_follow_zipf():
    towns = found_towns(Geography(places=200, countries=12), np.random.default_rng(1))
    for k, lon, lat in zip(towns.country, towns.longitude, towns.latitude, strict=True):
        boxes = BOXES[towns.codes[k]]
        assert any(w <= lon <= e and s <= lat <= n for w, e, s, n in boxes)
    assert towns.population[0] / towns.population[9] == pytest.approx(10)
    assert len(set(towns.names)) == 200
    assert set(towns.country.tolist()) == set(range(12))


def test_invariant_scattered_points_stay_within_reach():
    rng = np.random.default_rng(2)
    lon, lat, reach = np.full(5000, 9.0), np.full(5000, 50.0), np.full(5000, 7.0)
    x, y = scatter(lon, lat, reach, rng=rng)
    km = great_circle_km(lon, lat, x, y)
    assert km.max() <= 7.02
    # median of the cut-off Rayleigh law with scale 3.5 km, by its inverse
    expected = 3.5 * sqrt(-2 * np.log(1 - 0.5 * (1 - np.exp(-2.0))))
    assert np.median(km) == pytest.approx(expected, rel=0.05)


def test_words_are_different():
    assert len(set(words(np.random.default_rng(3), 500))) == 500


def test_impossible_geographies_are_refused():
    with pytest.raises(InvalidArgument, match="between 1 and 12"):
        Geography(countries=13)
    with pytest.raises(InvalidArgument, match="'exact' or 'city'"):
        Geography(coordinates="roughly")
    with pytest.raises(InvalidArgument, match="smaller than"):
        Gravity(local_km=300.0)
