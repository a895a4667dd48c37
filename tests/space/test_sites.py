import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.ties import haversine_km

from buzzline.space.globe import chord, distance_km, kilometres, unit_vectors
from buzzline.space.sites import (
    gathered,
    grid_of,
    grouped_within,
    organisations_within,
    sites_of,
)

POINTS = st.lists(
    st.tuples(st.floats(-180, 180), st.floats(-90, 90)) | st.just((180.0, 10.0)) | st.just((0.0, 90.0)),
    min_size=1, max_size=25,
)  # fmt: skip


def table(points):
    return pl.DataFrame(
        points, schema={"longitude": pl.Float64, "latitude": pl.Float64}, orient="row"
    )


def brute_within(points, reach):
    return [sum(haversine_km(a, b) <= reach for b in points) for a in points]


@given(POINTS, st.sampled_from([0.4, 20.0, 500.0, 3000.0]))
def test_neighbour_counts_by_brute_force(points, reach):
    sites = sites_of(table(points))
    counts = organisations_within(sites, reach)[sites.site]
    near_the_edge = [
        any(abs(haversine_km(a, b) - reach) < 1e-6 * max(reach, 1) for b in points)
        for a in points
    ]
    expected = brute_within(points, reach)
    for count, wanted, edge in zip(counts, expected, near_the_edge, strict=True):
        assert count == wanted or edge


@given(POINTS, st.sampled_from([20.0, 3000.0]))
def test_groups_by_brute_force(points, reach):
    xyz = unit_vectors(*np.array(points).T)
    group = grouped_within(xyz, reach)
    near = distance_km(xyz[:, None], xyz[None]) <= reach
    reachable = (
        np.linalg.matrix_power(near.astype(float) + np.eye(len(points)), len(points)) > 0
    )
    assert np.array_equal(group[:, None] == group[None], reachable)


def test_identical_points_are_one_site():
    sites = sites_of(table([(2.35, 48.86)] * 1000 + [(None, None)] + [(13.4, 52.5)]))
    assert sites.n_here.tolist() == [1000, 1]
    assert sites.site[1000] == -1
    assert organisations_within(sites, 1.0).tolist() == [1000, 1]


@given(POINTS, st.permutations(range(25)))
def test_counts_do_not_depend_on_row_order(points, order):
    order = [k for k in order if k < len(points)]
    first, second = sites_of(table(points)), sites_of(table([points[k] for k in order]))
    counts = organisations_within(first, 100.0)[first.site]
    assert organisations_within(second, 100.0)[second.site].tolist() == counts[order].tolist()


@given(st.floats(0, 20_000))
def test_kilometres_and_chords_are_inverse(km):
    assert kilometres(np.array([chord(km)]))[0] == pytest.approx(km, abs=1e-3)


def test_a_grid_among_some_points_counts_only_those():
    xyz = unit_vectors(np.array([0.0, 0.01, 0.02]), np.zeros(3))
    grid = grid_of(xyz, 5.0).among(np.array([True, False, True]))
    assert grid.weight_within(xyz, np.array([1, 10, 100])).tolist() == [101, 101, 101]


def test_blocks_keep_every_organisation_within_a_step():
    rng = np.random.default_rng(1)
    points = list(zip(rng.uniform(0, 1, 300), rng.uniform(0, 1, 300), strict=True))
    points.append((None, None))
    sites = sites_of(table(points))
    blocks = gathered(sites, 10.0)
    assert blocks.n_here.sum() == 300
    assert blocks.site[-1] == -1
    assert blocks.n_here.size < 300
    apart = distance_km(sites.xyz[sites.site[:-1]], blocks.xyz[blocks.site[:-1]])
    assert apart.max() <= 10.0 * np.sqrt(3)
