import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.neighbours import arc_share, shared_area

from buzzline.errors import InvalidArgument
from buzzline.kernels.windows import arc_inside, overlap
from buzzline.space.points import on_plane
from buzzline.space.windows import polygon, rectangle

OUTER = ([0, 6, 6, 3.5, 2.5, 0], [0, 0, 2.2, 1.9, 4, 4])
HOLE = ([0.8, 1.5, 1.9], [0.7, 1.8, 0.8])
WINDOW = polygon([OUTER, HOLE])


def test_area_by_hand_whichever_way_round():
    square, hole = ([0, 4, 4, 0], [0, 0, 4, 4]), ([1, 1, 3, 3], [1, 3, 3, 1])
    backwards = tuple(corners[::-1] for corners in square)
    for rings in ([square, hole], [backwards, hole], [hole, square]):
        assert polygon(rings).area_km2 == pytest.approx(12)
    island = ([1.5, 2, 2], [1.5, 1.5, 2])
    assert polygon([square, hole, island]).area_km2 == pytest.approx(12.125)


def test_inside_and_border_by_hand():
    points = on_plane([0.1, 1.3, 5, 3.2, 0], [0.1, 1.0, 1, 3.9, 2])
    assert WINDOW.holds(points).tolist() == [True, False, True, False, True]
    square = rectangle((0, 4), (0, 2))
    assert square.border_km(on_plane([1, 2], [0.5, 1])).tolist() == [0.5, 1.0]


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.floats(0.05, 8))
def test_arcs_agree_with_looking_at_many_points(number, radius):
    rng = np.random.default_rng(number)
    while True:
        x, y = rng.uniform(0, 6), rng.uniform(0, 4)
        if WINDOW.holds(on_plane([x], [y]))[0]:
            break
    expected = arc_share(x, y, radius, WINDOW)
    assert arc_inside(x, y, radius, WINDOW.edges) == pytest.approx(expected, abs=2e-3)


def test_half_of_a_circle_around_a_point_of_the_border_is_inside():
    square = rectangle((0, 4), (0, 4))
    assert arc_inside(2.0, 0.0, 1.0, square.edges) == pytest.approx(0.5)
    assert arc_inside(0.0, 0.0, 1.0, square.edges) == pytest.approx(0.25)
    assert arc_inside(2.0, 2.0, 1.0, square.edges) == pytest.approx(1.0)


@settings(max_examples=15)
@given(st.floats(-6, 6), st.floats(-4, 4))
def test_overlaps_agree_with_looking_at_many_points(dx, dy):
    # 600 x 600 points: off by at most a cell along the border
    assert overlap(dx, dy, WINDOW.edges) == pytest.approx(shared_area(dx, dy, WINDOW), abs=0.15)


def test_overlap_of_a_rectangle_is_a_rectangle():
    square = rectangle((0, 4), (0, 3))
    for dx, dy in ((0, 0), (1, 0), (-1.5, 2), (4, 0), (3.999, -2.5)):
        assert overlap(dx, dy, square.edges) == pytest.approx((4 - abs(dx)) * (3 - abs(dy)))


def test_overlap_is_even_and_whole_without_a_shift():
    assert overlap(0.0, 0.0, WINDOW.edges) == pytest.approx(WINDOW.area_km2)
    assert overlap(1.1, -0.4, WINDOW.edges) == pytest.approx(overlap(-1.1, 0.4, WINDOW.edges))


@pytest.mark.parametrize("rings", [[], [([0, 1], [0, 1])], [([0, 1, 2], [0, 1, 2])]])
def test_windows_without_area_are_errors(rings):
    with pytest.raises(InvalidArgument, match="corners"):
        polygon(rings)
