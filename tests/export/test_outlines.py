"""Areas of clusters: hulls and discs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from buzzline.arrays import as_floats
from buzzline.export.outlines import area_of
from buzzline.space.globe import distance_km, unit_vectors


def signed_area(ring):
    (x, y) = np.array(ring).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)


def test_by_hand_the_inner_point_of_a_square_is_no_corner():
    square = np.array([[10.0, 40], [11, 40], [11, 41], [10, 41], [10.5, 40.5]])
    area = area_of(square, (10.5, 40.5))
    assert area.outline == "hull"
    assert area.rings == (((10, 40), (11, 40), (11, 41), (10, 41), (10, 40)),)


@given(st.integers(0, 10_000))
def test_another_package_gives_the_same_hull(seed):
    points = np.random.default_rng(seed).normal([10, 45], 0.3, (30, 2)).round(6)
    (ring,) = area_of(points, (10.0, 45.0)).rings
    corners = points[ConvexHull(points).vertices]
    assert sorted(ring[:-1]) == sorted(map(tuple, corners.tolist()))
    assert signed_area(ring) > 0


@pytest.mark.parametrize("points", [
    [], [[11.0, 43.9]], [[11.0, 43.9]] * 5, [[11.0, 43.9], [11.1, 44.0]],
    [[11.0, 43.9], [11.1, 44.0], [11.2, 44.1]],
])  # fmt: skip
def test_special_case_no_area_gives_a_disc(points):
    area = area_of(np.array(points), (11.0, 43.9), radius_km=5)
    assert area.outline == "disc"
    (ring,) = area.rings
    xyz = unit_vectors(*as_floats(ring).T)
    centre = unit_vectors(as_floats([11.0]), as_floats([43.9]))
    assert distance_km(xyz, centre) == pytest.approx(5, rel=0.002)
    assert signed_area(ring) > 0


def test_special_case_a_disc_has_at_least_a_kilometre():
    (ring,) = area_of(np.array([[0.0, 0.0]]), (0.0, 0.0), radius_km=0).rings
    assert max(y for _, y in ring) == pytest.approx(1 / 111.195, rel=1e-3)


@pytest.mark.parametrize("centre", [(179.95, -17.0), (-179.95, -17.0)])
def test_special_case_across_the_180th_meridian_an_area_is_cut_in_two(centre):
    for points in ([[179.9, -17.0], [-179.8, -17.2], [-179.9, -16.8]], [[centre[0], -17.0]]):
        area = area_of(np.array(points), centre, radius_km=50)
        assert len(area.rings) == 2
        sides = [{np.sign(x) for x, _ in ring} for ring in area.rings]
        assert sorted(map(sorted, sides)) == [[-1], [1]]
        assert all(signed_area(ring) > 0 for ring in area.rings)
        assert all(abs(x) <= 180 for ring in area.rings for x, _ in ring)


def test_invariant_moving_the_map_moves_the_hull():
    points = np.array([[10.0, 40], [11, 40], [11, 41], [10, 41]])
    here = area_of(points, (10.5, 40.5)).rings[0]
    there = area_of(points + [100, 0], (110.5, 40.5)).rings[0]
    assert [(round(x + 100, 6), y) for x, y in here] == list(there)


def test_special_case_at_a_pole_rings_stay_on_the_map():
    for latitude in (90.0, -90.0, 89.9):
        for ring in area_of(np.array([[0.0, latitude]]), (0.0, latitude), radius_km=30).rings:
            assert all(abs(x) <= 180 and abs(y) <= 90 for x, y in ring)
