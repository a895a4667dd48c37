import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.neighbours import apart
from tests.oracles.neighbours import pairs_within as pairs_by_looking

from buzzline.agglomeration.ripley_curves import pairs_within
from buzzline.errors import InvalidArgument
from buzzline.space.cells import cells_of, distances_of, weight_within
from buzzline.space.points import on_plane, on_sphere
from buzzline.space.standing import standing

LATTICE = st.integers(0, 12)  # many equal distances, and many at one place


@settings(max_examples=40)
@given(st.lists(st.tuples(LATTICE, LATTICE), min_size=1, max_size=40), st.integers(1, 14))
def test_weight_within_agrees_with_brute_force_at_ties(places, reach):
    x, y = np.array(places, dtype=float).T
    points = on_plane(x, y)
    km = np.arange(0, reach + 1.0)
    weight = np.arange(1.0, x.size + 1)
    distance = apart(points)
    distance[distance == 0] = np.inf  # what stands at the very place is left out
    expected = np.stack([(distance <= r) @ weight for r in km], axis=1)
    assert weight_within(points, weight, distances_of(points, km)) == pytest.approx(expected)


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.integers(-179, 180), st.integers(-89, 89)), min_size=2, max_size=30),
    st.floats(1, 20_000),
)
def test_weight_within_agrees_with_brute_force_on_the_whole_globe(places, reach):
    points = on_sphere(*np.array(places).T)
    km = np.linspace(0, reach, 6)[1:]
    distance = apart(points)
    distance[distance < 1e-6] = np.inf
    clear = np.abs(distance[..., None] - km).min() > 1e-6  # no tie within rounding
    found = weight_within(points, np.ones(len(points)), distances_of(points, km))
    expected = np.stack([(distance <= r).sum(axis=1) for r in km], axis=1)
    if clear and np.unique(points.xyz, axis=0).shape == points.xyz.shape:
        assert found == pytest.approx(expected)


def test_cells_of_some_points_count_only_those():
    points = on_plane(np.arange(10.0), np.zeros(10))
    distances = distances_of(points, [2.0])
    cells = cells_of(points.xyz, distances.reach).among(np.arange(10) % 2 == 0)
    found = cells.weight_within(points.xyz, np.ones(10), distances)
    assert found[:, 0].tolist() == [1, 2, 2, 2, 2, 2, 2, 2, 1, 1]


def test_one_point_and_points_at_one_place_have_nobody_elsewhere():
    for n in (1, 3):
        points = on_plane(np.zeros(n), np.zeros(n))
        found = weight_within(points, np.ones(n), distances_of(points, [0.0, 5.0]))
        assert found.tolist() == [[0.0, 0.0]] * n


@pytest.mark.parametrize("km", [[], [-1.0], [np.nan], [2.0, 1.0], [1.0, 1.0]])
def test_distances_that_make_no_sense_are_errors(km):
    with pytest.raises(InvalidArgument, match="each larger than the"):
        distances_of(on_plane([0], [0]), km)


def test_smoothed_weight_agrees_with_the_sum_of_kernels():
    rng = np.random.default_rng(3)
    km = np.linspace(0, 40, 15)
    for points in (
        on_plane(rng.uniform(0, 60, 200), rng.uniform(0, 60, 200)),
        on_sphere(rng.uniform(0, 0.6, 200), rng.uniform(50, 50.6, 200)),
    ):
        weight = rng.exponential(size=200)
        counted = standing(points, km, bandwidth_km=2.5)
        kernel = np.exp(-0.5 * ((km[:, None, None] - apart(points)) / 2.5) ** 2)
        # the series is good to 2e-6 of the peak a pair
        found = counted.everywhere(counted.at_places(weight))[counted.place]
        assert found == pytest.approx((kernel @ weight).T, abs=2e-6 * weight.sum())


@settings(max_examples=40)
@given(st.lists(st.tuples(LATTICE, LATTICE), min_size=2, max_size=60), st.integers(1, 30))
def test_pairs_by_distance_agree_with_brute_force_at_ties(places, reach):
    x, y = np.array(places, dtype=float).T
    points = on_plane(x, y)
    for km in (np.array([float(reach)]), np.linspace(0, reach / 2, 7), np.arange(reach + 1.0)):
        found = pairs_within(standing(points, km), np.arange(x.size))
        assert found.tolist() == pairs_by_looking(points, km).tolist()
