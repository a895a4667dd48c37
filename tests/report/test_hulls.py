import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull, QhullError

from buzzline.report.hulls import hull

POINTS = st.lists(
    st.tuples(st.integers(-30, 30), st.integers(-30, 30)), min_size=3, max_size=40
)


@settings(deadline=None)
@given(POINTS)
def test_has_the_corners_of_another_package(points):
    cloud = np.array(points, dtype=float)
    try:
        corners = cloud[ConvexHull(cloud).vertices]
    except QhullError:
        return  # all on one line: no hull with an inside
    assert {tuple(point) for point in hull(cloud)} == {tuple(point) for point in corners}


def test_one_hull_across_the_antimeridian_special_case():
    fiji = np.array([[179.0, -17.0], [-179.0, -17.0], [-179.0, -16.0]])
    assert np.ptp(hull(fiji)[:, 0]) == pytest.approx(2)


def test_a_point_and_a_line_stay_as_they_are_by_hand():
    assert hull(np.zeros((0, 2))).tolist() == []
    assert hull(np.array([[1.0, 2], [1, 2]])).tolist() == [[1, 2]]
    assert hull(np.array([[0.0, 0], [1, 1], [2, 2]])).tolist() == [[0, 0], [2, 2]]
