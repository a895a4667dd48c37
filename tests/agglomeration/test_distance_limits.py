"""What functions of distance do where nothing can be measured, and what they refuse."""

import warnings

import numpy as np
import pytest
from tests.oracles.kdensity import density, distance_matrix, nrd0, pairs_of

from buzzline.agglomeration.relative import lang_m, local_m
from buzzline.agglomeration.ripley import (
    cross_k,
    diggle_chetwynd_d,
    mark_weighted_k,
    pair_correlation,
    ripley_k,
)
from buzzline.agglomeration.smoothing import kdensity_at, kdensity_bandwidth_km
from buzzline.errors import InvalidArgument
from buzzline.space.points import distances_km, on_plane, on_sphere
from buzzline.space.windows import polygon, rectangle

SQUARE = rectangle((0, 4), (0, 4))
CORNERS = ([0, 4, 4, 0], [0, 0, 4, 4])
TWINS = on_plane([1, 1, 3, 2, 3.5], [1, 1, 3, 2.5, 1])  # the first two at one place
LINE = on_plane(np.arange(9.0), np.zeros(9))
GLOBE = on_sphere([0, 1, 2], [0, 0, 0])
FLAGS = np.arange(9) < 3


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("translate", [0.380297142642, 1.37529011128]),
        ("isotropic", [0.304743626995, 1.27607372]),
    ],
)
def test_spatstat_leaves_pairs_at_one_place_out_of_g_by_their_own_distance(
    correction, expected
):
    # pcf(X, correction=, divisor="d", bw=0.4) of spatstat.explore, which says "deleted"
    km = [0.9960938, 1.998047]
    found = pair_correlation(
        TWINS, km, SQUARE, correction=correction, bandwidth_km=0.4, divisor="d"
    )
    assert found == pytest.approx(expected, rel=0.02)  # theirs is read off a grid of 512


def test_by_hand_g_of_twins_alone_is_0_by_their_own_distance():
    twins = on_plane([1, 1], [1, 1])
    assert pair_correlation(twins, [1.0], SQUARE, bandwidth_km=1.0, divisor="d") == [0.0]


@pytest.mark.parametrize("window", [SQUARE, polygon([CORNERS])])
def test_by_hand_translate_has_no_value_once_a_pair_spans_the_window(window):
    # the first two share no area with their shifted copy; 1 km and 2.24 km do
    across = on_plane([0, 4, 1], [2, 2, 1])
    found = ripley_k(across, [1.5, 3.5, 4.0, 5.0], window, correction="translate")
    shared = (4 - 1) * (4 - 1), (4 - 3) * (4 - 1)
    within_3_5 = 2 * (1 / shared[0] + 1 / shared[1]) * 16 * 16 / 6
    assert found[:2] == pytest.approx([2 / shared[0] * 16 * 16 / 6, within_3_5])
    assert np.isnan(found[2:]).all()  # spatstat: NA


def test_by_hand_a_pair_without_weight_does_not_spoil_the_others():
    across = on_plane([0, 4, 1], [2, 2, 1])
    found = mark_weighted_k(across, [1, 0, 1], [5.0], window=SQUARE, correction="translate")
    assert found == pytest.approx([2 / 9 * 16 * 16 / 4])


@pytest.mark.parametrize("n", [2, 3, 5, 40, 150])
def test_brute_force_few_points_and_narrow_bandwidths_are_summed_exactly(n):
    xy = np.random.default_rng(n).random((n, 2)) * 100
    points, km = on_plane(*xy.T), np.linspace(0, 100, 41)
    apart = pairs_of(distance_matrix(xy))
    for bandwidth in (0.01, 1.0, 30.0):
        found = kdensity_at(points, km, bandwidth_km=bandwidth)
        expected = density(apart, km, bandwidth=bandwidth)
        assert found == pytest.approx(expected, rel=1e-9, abs=1e-300)


def test_brute_force_the_bandwidth_of_few_points_is_exact():
    xy = np.random.default_rng(1).random((60, 2)) * 100
    apart = pairs_of(distance_matrix(xy))
    found = kdensity_bandwidth_km(on_plane(*xy.T), reach_km=20.0)
    assert found == pytest.approx(nrd0(apart[apart <= 40]), rel=1e-9)


def test_invariant_counting_in_bins_and_summing_pairs_meet_where_one_takes_over():
    xy = np.random.default_rng(2).random((201, 2)) * 100  # one point more than is summed
    km = np.linspace(0, 80, 9)
    binned = kdensity_at(on_plane(*xy.T), km, bandwidth_km=5.0)
    assert binned == pytest.approx(
        density(pairs_of(distance_matrix(xy)), km, bandwidth=5.0), rel=3e-4
    )


def test_one_reference_point_has_no_local_m_and_no_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert np.isnan(local_m(LINE, np.arange(9) == 4, [1.0, 2.0])).all()


REFUSED = {
    "divisor": lambda: pair_correlation(TWINS, [1], SQUARE, divisor="x"),
    "no edge correction": lambda: ripley_k(TWINS, [1], SQUARE, correction="ripley"),
    "`bandwidth_km` must be above 0, got 0": lambda: pair_correlation(
        TWINS, [1], SQUARE, bandwidth_km=0
    ),
    "`bandwidth_km` must be above 0, got -1": lambda: lang_m(LINE, FLAGS, [1], bandwidth_km=-1),
    "kdensity: `bandwidth_km` must be above 0": lambda: kdensity_at(
        TWINS, [1], bandwidth_km=-1
    ),
    r"kdensity: distances must be .* got \[-1.0\]": lambda: kdensity_at(TWINS, [-1.0]),
    r"kdensity: distances must be .* got \[nan\]": lambda: kdensity_at(TWINS, [np.nan]),
    "distances must be finite": lambda: lang_m(LINE, FLAGS, [np.nan]),
    "its own neighbour": lambda: cross_k(TWINS, TWINS, [1], window=SQUARE),
    "one set of points is on a plane": lambda: cross_k(GLOBE, LINE, [1]),
    "on a plane and the other": lambda: kdensity_at(LINE, [1], other=GLOBE),
    "the other on the globe": lambda: distances_km(LINE, GLOBE),
    "must be 9 flags": lambda: diggle_chetwynd_d(LINE, [0, 1, 2], [1], window=SQUARE),
    "is ring 1 again": lambda: polygon([CORNERS, CORNERS]),
    "no area is left": lambda: polygon([CORNERS, ([0, 2, 4, 4, 0], [0, 0, 0, 4, 4])]),
    "two lists of one length": lambda: polygon([(0, 0), (4, 0), (4, 4)]),
}  # fmt: skip


@pytest.mark.parametrize("said", REFUSED)
def test_refused_with_a_remedy(said):
    with pytest.raises(InvalidArgument, match=said):
        REFUSED[said]()


def test_one_array_of_corners_is_one_ring():
    assert polygon(np.column_stack(CORNERS)).area_km2 == 16
