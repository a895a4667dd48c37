import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.errors import InvalidArgument
from buzzline.space.globe import EARTH_RADIUS_KM, unit_vectors
from buzzline.space.globe import distance_km as great_circle
from buzzline.space.points import (
    distances_km,
    is_located,
    km_at,
    on_plane,
    on_sphere,
    points_of,
    squared_chord_at,
)


def test_distances_by_hand():
    assert distances_km(on_plane([0, 3], [0, 4]))[0, 1] == 5
    quarter = distances_km(on_sphere([0, 90], [0, 0]))[0, 1]
    assert quarter == pytest.approx(np.pi / 2 * EARTH_RADIUS_KM)


def test_great_circles_are_those_of_the_globe():
    rng = np.random.default_rng(1)
    east, north = rng.uniform(-180, 180, 50), rng.uniform(-90, 90, 50)
    unit = unit_vectors(east, north)
    assert np.allclose(
        distances_km(on_sphere(east, north))[7], great_circle(unit[7], unit), atol=1e-6
    )


def test_a_small_area_of_the_sphere_is_a_plane():
    rng = np.random.default_rng(2)
    x, y = rng.uniform(-5, 5, 20), rng.uniform(-5, 5, 20)
    degree = 180 / np.pi / EARTH_RADIUS_KM
    flat, round_ = on_plane(x, y), on_sphere(x * degree, y * degree)
    assert np.allclose(distances_km(flat), distances_km(round_), atol=1e-5)


@given(st.floats(0, 20_000))
def test_chords_and_kilometres_undo_each_other(km):
    for points in (on_plane([0], [0]), on_sphere([0], [0])):
        assert km_at(points, squared_chord_at(points, km)) == pytest.approx(km, abs=2e-3)


def test_beyond_half_the_globe_everything_is_within():
    points = on_sphere([0, 180], [0, 0])
    furthest = float(np.sum((points.xyz[0] - points.xyz[1]) ** 2))
    assert squared_chord_at(points, 30_000) >= furthest - 1e-6


def test_tables_give_points_of_their_plane_or_globe():
    assert not points_of(pl.DataFrame({"x_km": [1], "y_km": [2]})).is_sphere
    table = pl.DataFrame({"longitude": [1.0, None], "latitude": [2.0, 3.0]})
    assert is_located(table).tolist() == [True, False]
    assert points_of(table.filter(is_located(table))).is_sphere
    with pytest.raises(InvalidArgument, match="1 of 2 points have no coordinates"):
        points_of(table)
    with pytest.raises(InvalidArgument, match="neither"):
        points_of(pl.DataFrame({"x": [1]}))


def test_some_points_by_rows_flags_or_slices():
    points = on_plane([0, 1, 2], [0, 0, 0])
    for rows in ([1, 2], np.array([False, True, True]), slice(1, None)):
        assert points.at(rows).xyz[:, 0].tolist() == [1, 2]
