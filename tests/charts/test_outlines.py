"""Outlines of countries, cut to what is in view."""

import numpy as np
import pytest

from buzzline.charts.outlines import RESOLUTIONS, clipped, country_rings, in_view


def area(ring):
    x, y = ring.T
    return abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2


@pytest.mark.parametrize("resolution", RESOLUTIONS)
def test_invariant_rings_are_closed_and_on_the_globe(resolution):
    for ring in country_rings(resolution):
        assert np.allclose(ring[0], ring[-1], atol=1e-6)
        assert np.abs(ring[:, 0]).max() <= 180.01
        assert np.abs(ring[:, 1]).max() <= 90.01


def test_published_france_covers_as_many_square_degrees_as_it_should():
    # Metropolitan France, 551,500 km2: the largest ring around 47 degrees north, 2 degrees east
    inside = [
        ring
        for ring in country_rings("countries-50m")
        if ring[:, 0].min() < 2 < ring[:, 0].max()
        and ring[:, 1].min() > 42
        and 50.5 < ring[:, 1].max() < 51.5
    ]
    (france,) = inside
    km = np.column_stack(
        [france[:, 0] * 111.2 * np.cos(np.radians(46.5)), france[:, 1] * 111.2]
    )
    assert area(km) == pytest.approx(541_000, rel=0.03)  # without Corsica


def test_by_hand_a_square_cut_to_a_smaller_one_is_the_smaller_one():
    square = np.array([[0.0, 0], [4, 0], [4, 4], [0, 4]])
    assert area(clipped(square, (1, 1), (3, 2))) == 2
    assert len(clipped(square, (5, 5), (6, 6))) == 0
    assert clipped(square, (-1, -1), (9, 9)) is square


def test_by_hand_islands_outside_the_picture_are_left_out():
    def sheet(place):
        return np.column_stack([place[:, 0], 90 - place[:, 1]])

    everywhere = in_view("countries-110m", lambda place: sheet(place) + [180, 0], (360, 180))
    nowhere = in_view("countries-110m", lambda place: sheet(place) + [9000, 0], (360, 180))
    assert len(everywhere) > 150
    assert nowhere == []
