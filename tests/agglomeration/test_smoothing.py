"""The density of pair distances: by hand, brute force, identities, and dbmss."""

import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.kdensity import density, distance_matrix, nrd0, pairs_of

from buzzline.agglomeration.gridded import gridded_distances, plan_of
from buzzline.agglomeration.pair_distances import frame_of, pair_distances, silverman_km
from buzzline.agglomeration.simulated_curves import ground_of, simulated_curves
from buzzline.agglomeration.smoothing import (
    density_at,
    kdensity_at,
    kdensity_bandwidth_km,
)
from buzzline.envelopes import curve_band
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.points import distances_km, on_plane, on_sphere

BINNING = 3e-4  # bins, nodes and single precision; see `density_at`


def random_points(n, seed=0, groups=0):
    rng = np.random.default_rng(seed)
    if groups:
        centres = rng.random((groups, 2)) * 100
        return centres[rng.integers(groups, size=n)] + rng.normal(size=(n, 2)) * 2
    return rng.random((n, 2)) * 100


def test_three_points_by_hand():
    # distances 0, 5, 5 under a Gaussian of width 1: at 0 twice phi(0) of three pairs,
    # at 5 two times phi(0) of three (mirror images and the pair at 0 do not reach)
    at = kdensity_at(on_plane([0, 3, 3], [0, 4, 4]), [0.0, 5.0], bandwidth_km=1.0)
    # the pairs at 0 and 5 km: (1 x 2 + 2 x 0) / 3 phi(0), and (0 + 2) / 3 phi(0)
    assert at == pytest.approx(np.array([2, 2]) / 3 * 0.39894, rel=BINNING * 2)


@settings(max_examples=40)
@given(
    st.integers(2, 60),
    st.integers(0, 10_000),
    st.booleans(),
    st.floats(0.2, 300),
    st.booleans(),
)
def test_agrees_with_brute_force(n, seed, is_clustered, reach, is_weighted):
    xy = random_points(n, seed, groups=3 if is_clustered else 0)
    weights = np.random.default_rng(seed).lognormal(size=n) if is_weighted else None
    products = pairs_of(np.outer(weights, weights)) if is_weighted else None
    points, km = on_plane(*xy.T), np.linspace(0, reach, 9)
    distances = pairs_of(distance_matrix(xy))
    bandwidth = kdensity_bandwidth_km(points, reach_km=reach)
    near = distances[distances <= 2 * reach]
    if near.size < 2:
        assert np.isnan(bandwidth)
        assert np.all(np.isnan(kdensity_at(points, km)))
        return
    assert bandwidth == pytest.approx(nrd0(near), rel=2e-3)
    found = kdensity_at(points, km, weights=weights)
    expected = density(distances, km, products, bandwidth)
    height = 0.8 / bandwidth  # of one pair: where few are near, digits are lost beside it
    assert np.allclose(found, expected, rtol=BINNING, atol=BINNING * height / n)


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 1000))
def test_two_sets_agree_with_brute_force(n, m, seed):
    one, other = random_points(n, seed), random_points(m, seed + 1)
    km = np.linspace(0, 100, 7)
    distances = distance_matrix(one, other).ravel()
    found = kdensity_at(on_plane(*one.T), km, other=on_plane(*other.T), bandwidth_km=7.0)
    assert np.allclose(found, density(distances, km, bandwidth=7.0), atol=BINNING * 0.1)


@pytest.mark.parametrize("is_weighted", [False, True])
def test_the_density_integrates_to_one(is_weighted):
    points = on_plane(*random_points(300, seed=1).T)
    weights = np.random.default_rng(1).lognormal(size=300) if is_weighted else None
    bandwidth = kdensity_bandwidth_km(points, reach_km=70)
    km = np.arange(0, 142 + 6 * bandwidth, bandwidth / 20)
    found = kdensity_at(points, km, weights=weights, bandwidth_km=bandwidth)
    assert np.trapezoid(found, km) == pytest.approx(1, abs=1e-4)


def test_isometries_change_nothing():
    xy, km = random_points(80, seed=2, groups=4), np.linspace(0, 60, 13)
    before = kdensity_at(on_plane(*xy.T), km)
    turned = xy @ np.array([[0.6, -0.8], [0.8, 0.6]]) + [1000, -500]
    mirrored = xy * [-1, 1]
    for moved in (turned, mirrored, xy[::-1]):
        assert kdensity_at(on_plane(*moved.T), km) == pytest.approx(before, rel=1e-4)


@given(st.floats(1e-2, 100))
def test_scaling_the_map_scales_the_curve(factor):
    xy, km = random_points(60, seed=3), np.linspace(0, 60, 7)
    once = kdensity_at(on_plane(*xy.T), km)
    scaled = kdensity_at(on_plane(*(factor * xy).T), factor * km)
    assert scaled * factor == pytest.approx(once, rel=1e-3)


def test_coordinates_give_what_their_distance_matrix_gives():
    points, km = on_sphere(*random_points(90, seed=4).T / 10), np.linspace(0, 600, 9)
    bandwidth = kdensity_bandwidth_km(points, reach_km=600)
    distances = pairs_of(distances_km(points))
    assert bandwidth == pytest.approx(nrd0(distances[distances <= 1200]), rel=1e-3)
    found = kdensity_at(points, km)
    assert found == pytest.approx(density(distances, km, bandwidth=bandwidth), rel=BINNING)


def test_the_whole_globe_agrees_with_its_distances():
    rng = np.random.default_rng(5)
    points = on_sphere(
        rng.uniform(-180, 180, 80), np.degrees(np.arcsin(rng.uniform(-1, 1, 80)))
    )
    km = np.linspace(0, 20_000, 11)
    found = kdensity_at(points, km, bandwidth_km=800)
    expected = density(pairs_of(distances_km(points)), km, bandwidth=800)
    assert np.allclose(found, expected, rtol=1e-3, atol=1e-9)


def test_a_small_area_of_the_sphere_is_a_plane():
    xy = random_points(100, seed=6) / 10  # ten kilometres
    degree = 180 / np.pi / 6371.0088
    km = np.linspace(0, 8, 9)
    flat = kdensity_at(on_plane(*xy.T), km)
    assert kdensity_at(on_sphere(*(xy * degree).T), km) == pytest.approx(flat, rel=1e-3)


def test_equal_weights_are_no_weights():
    points, km = on_plane(*random_points(50, seed=7).T), np.linspace(0, 50, 6)
    once = kdensity_at(points, km)
    assert kdensity_at(points, km, weights=np.full(50, 3.0)) == pytest.approx(once, rel=1e-12)


def test_a_weight_of_zero_is_no_point_where_the_bandwidth_is_given():
    points, km = on_plane(*random_points(30, seed=8).T), np.linspace(0, 50, 6)
    weights = np.ones(30)
    weights[:5] = 0
    found = kdensity_at(points, km, weights=weights, bandwidth_km=4.0)
    assert found == pytest.approx(kdensity_at(points.at(slice(5, None)), km, bandwidth_km=4.0))


def test_threads_do_not_change_the_answer(monkeypatch):
    points = on_plane(*random_points(3000, seed=9).T)
    weights = np.random.default_rng(9).lognormal(size=3000)
    found = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        found.append(pair_distances(points, weights=(weights, weights)))
    assert all(np.array_equal(found[0].mass, one.mass) for one in found[1:])
    alone = pair_distances(points, weights=(weights, weights), in_threads=False)
    assert np.array_equal(found[0].mass, alone.mass)


def test_every_pair_is_counted_once():
    points = on_plane(*random_points(2500, seed=10).T)
    found = pair_distances(points)
    assert found.counts.sum() == 2500 * 2499 / 2
    near = pair_distances(points, frame=frame_of(points, reach_km=10))
    assert near.total == 2500 * 2499 / 2
    distances = pairs_of(distances_km(points.at(slice(0, 500))))
    some = pair_distances(points.at(slice(0, 500)), frame=frame_of(points, reach_km=10))
    inside = some.counts[some.km <= 5].sum()
    assert inside == pytest.approx((distances <= 5).sum(), abs=3)  # a bin's width at the border


def test_all_at_one_place_has_no_density():
    points = on_plane(np.zeros(20), np.zeros(20))
    assert np.all(np.isnan(kdensity_at(points, [0.0, 1.0])))
    assert np.isnan(silverman_km(pair_distances(points)))


def test_most_at_one_place_keeps_a_bandwidth():
    x = np.r_[np.zeros(40), np.arange(3.0)]
    found = kdensity_at(on_plane(x, 0 * x), [0.0, 1.0])
    distances = pairs_of(distance_matrix(np.column_stack([x, 0 * x])))
    near = distances[distances <= 2]
    assert found == pytest.approx(density(distances, [0, 1], bandwidth=nrd0(near)), rel=1e-2)


def test_too_few_points_and_wrong_weights_are_errors():
    with pytest.raises(TooFew, match="no pair"):
        kdensity_at(on_plane([0], [0]), [1.0])
    points = on_plane([0, 1], [0, 1])
    for weights in ([1.0, -1.0], [np.nan, 1.0], [0.0, 0.0]):
        with pytest.raises(InvalidArgument, match="weights must be known"):
            kdensity_at(points, [1.0], weights=np.array(weights))
    with pytest.raises(InvalidArgument, match="as many weights"):
        kdensity_at(points, [1.0], weights=np.ones(3))


def test_a_reach_far_beyond_the_bandwidth_is_counted_again_in_finer_bins():
    rng = np.random.default_rng(11)
    xy = np.vstack([rng.normal(size=(400, 2)) * 0.01, [[90.0, 0.0]]])
    found = kdensity_at(on_plane(*xy.T), np.array([0.0, 0.02, 50.0]), bandwidth_km=0.004)
    distances = pairs_of(distance_matrix(xy))
    expected = density(distances, [0, 0.02, 50], bandwidth=0.004)
    assert found[:2] == pytest.approx(expected[:2], rel=2e-3)
    with pytest.raises(InvalidArgument, match="smaller `reach`"):
        kdensity_at(on_plane(*xy.T), np.array([0.0, 89.0]), bandwidth_km=1e-4)


# the gridded method ------------------------------------------------------------------------


@pytest.mark.parametrize("groups", [0, 12])
@pytest.mark.parametrize("is_weighted", [False, True])
def test_the_grid_agrees_with_counting_within_its_bound(groups, is_weighted):
    n, reach = 4000, 40.0
    points = on_plane(*random_points(n, seed=12, groups=groups).T)
    weights = np.random.default_rng(12).lognormal(size=n) if is_weighted else None
    pair = (weights, weights) if is_weighted else None
    counted = pair_distances(points, weights=pair)
    bandwidth = silverman_km(counted, 2 * reach)
    plan = plan_of(points, reach_km=2 * reach, bandwidth_km=bandwidth)
    gridded = gridded_distances(points, plan, weights=weights)
    assert gridded.total == pytest.approx(counted.total)
    assert silverman_km(gridded, 2 * reach) == pytest.approx(bandwidth, rel=1e-3)
    km = np.linspace(0, reach, 101)
    exact = density_at(counted, km, bandwidth)
    error = np.abs(density_at(gridded, km, bandwidth) - exact)
    near = np.array([exact[np.abs(km - r) <= 5 * bandwidth].max() for r in km])
    assert plan.error_share(bandwidth) < 1e-3
    assert np.all(error <= plan.error_share(bandwidth) * near)


def test_the_bound_of_the_grid_is_not_idle():
    # cells of 1.5 bandwidths blur: the bound says so, and the curve does move
    points = on_plane(*random_points(3000, seed=13, groups=8).T)
    counted = pair_distances(points)
    plan = plan_of(points, reach_km=60, bandwidth_km=6.0)
    km = np.linspace(0, 30, 50)
    coarse, exact = gridded_distances(points, plan), density_at(counted, km, 2.0)
    error = np.abs(density_at(coarse, km, 2.0) / exact - 1).max()
    assert 1e-3 < error < plan.error_share(2.0)


def test_identical_coordinates_are_counted_by_the_grid():
    xy = np.repeat(random_points(300, seed=14), 10, axis=0)
    points, km = on_plane(*xy.T), np.linspace(0, 50, 51)
    bandwidth = kdensity_bandwidth_km(points, reach_km=50)
    plan = plan_of(points, reach_km=100, bandwidth_km=bandwidth)
    found = density_at(gridded_distances(points, plan), km, bandwidth)
    assert found == pytest.approx(kdensity_at(points, km, bandwidth_km=bandwidth), rel=1e-3)


def test_a_country_on_the_globe_can_be_gridded_and_a_continent_cannot():
    rng = np.random.default_rng(15)
    country = on_sphere(rng.uniform(8, 12, 3000), rng.uniform(48, 52, 3000))
    km = np.linspace(0, 150, 51)
    bandwidth = kdensity_bandwidth_km(country, reach_km=150)
    plan = plan_of(country, reach_km=300, bandwidth_km=bandwidth)
    found = density_at(gridded_distances(country, plan), km, bandwidth)
    exact = kdensity_at(country, km, bandwidth_km=bandwidth)
    # the map stretches distances by `distortion` at most: a Gaussian moves by that much
    moved = plan.distortion * km * 0.242 / bandwidth**2
    assert plan.distortion < 1e-3
    assert np.all(np.abs(found - exact) <= 1e-3 * exact + moved)
    continent = on_sphere(rng.uniform(-120, -70, 300), rng.uniform(25, 50, 300))
    assert plan_of(continent, reach_km=3000, bandwidth_km=10) is None


# dbmss -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reference(shared_data):
    return shared_data.parent / "reference"


@pytest.fixture(scope="module")
def table(reference):
    return pl.read_csv(reference / "measurement" / "dbmss_paracou16.csv")


@pytest.fixture(scope="module")
def trees(table):
    def chosen(name):
        rows = table if name == "" else table.filter(type=name)
        return on_plane(rows["x"], rows["y"]), rows["weight"].to_numpy()

    return chosen


def test_dbmss_exact_values_within_half_a_per_cent(reference, trees):
    items = json.loads((reference / "measurement" / "dbmss.json").read_text())["items"]
    tried = [item for item in items if item["fn"] == "Kd" and item["args"]["approx"] == 0]
    assert len(tried) == 5
    for item in tried:
        asked = item["args"]
        one, weights = trees(asked["ref"])
        other = None if asked["ref"] == asked["nei"] else trees(asked["nei"])[0]
        # the Sheather-Jones bandwidth is R's: given, it must lead to the same curve
        bandwidth = 7.5685 if asked.get("bandwidth") == "SJ" else None
        found = kdensity_at(
            one, item["r"], other=other, weights=weights if asked["weighted"] else None,
            bandwidth_km=bandwidth,
        )  # fmt: skip
        assert found == pytest.approx(item["value"], rel=5e-3), asked


@pytest.mark.parametrize(
    ("name", "which", "is_weighted"),
    [
        ("Kd_QRosea", "Q. Rosea", False),
        ("Kemp_QRosea", "Q. Rosea", True),
        ("Kd_all", "", False),
    ],
)
def test_dbmss_curves_within_half_a_per_cent(reference, trees, name, which, is_weighted):
    lines = (reference / "dbmss" / f"{name}.csv").read_text().split("\n")[1:]
    r, value = np.array([line.split(",") for line in lines if line], dtype=float).T
    points, weights = trees(which)
    found = kdensity_at(points, r, weights=weights if is_weighted else None)
    assert found == pytest.approx(value, rel=5e-3)


def test_dbmss_bands_within_the_error_of_their_draws(reference, table, trees):
    kept = json.loads((reference / "measurement" / "dbmss.json").read_text())
    everybody = trees("")[0]
    members = np.flatnonzero((table["type"] == "V. Americana").to_numpy())
    ground = ground_of(everybody, np.array(kept["envelope_Kd_local"]["r"], float))
    drawn = simulated_curves(
        ground, members, np.arange(len(everybody)), draws=500, seed=(1, "americana")
    )
    value = np.vstack([one.value for one in drawn])
    # with 500 draws there and here a quantile at 2.5 % is known to 2 % of the curve at 0 m
    # (standard error); the extreme curves that bound a global band to 4 %, and dbmss peels
    # them in another way
    for name, kind, error in (
        ("envelope_Kd_local", "pointwise", 0.06),
        ("envelope_Kd_global", "global", 0.12),
    ):
        band = curve_band(value, kind=kind)
        assert band.low == pytest.approx(kept[name]["lo"], rel=error)
        assert band.high == pytest.approx(kept[name]["hi"], rel=error)


def test_dbmss_default_from_ten_thousand_points_is_not_reproduced(reference, trees):
    items = json.loads((reference / "measurement" / "dbmss.json").read_text())["items"]
    (item,) = [
        item for item in items
        if item["fn"] == "Kd" and item["args"]["approx"] == 1 and item["args"]["ref"] == ""
    ]  # fmt: skip
    points, _ = trees("")
    found = kdensity_at(points, item["r"])
    assert item["value"][0] > 4 * found[0]  # its bandwidth is that of 2,048 bins, not of pairs
    # ours on a grid keeps the bandwidth of the pairs
    bandwidth = kdensity_bandwidth_km(points, reach_km=100)
    plan = plan_of(points, reach_km=200, bandwidth_km=bandwidth)
    gridded = density_at(gridded_distances(points, plan), np.array(item["r"], float), bandwidth)
    assert gridded == pytest.approx(found, rel=1e-3)
