import json
from math import cos, pi

import numpy as np
import polars as pl
import pytest
from tests.oracles.neighbours import apart, arc_share, pairs_within, shared_area

from buzzline.agglomeration.ripley import (
    besag_l,
    cross_k,
    diggle_chetwynd_d,
    inhomogeneous_k,
    mark_weighted_k,
    pair_correlation,
    ripley_k,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.points import on_plane, on_sphere
from buzzline.space.windows import polygon, rectangle

CORRECTIONS = ("none", "border", "translate", "isotropic")


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


@pytest.fixture(scope="module")
def stored(project_root):
    """Made by tests/references/make_ripley.R with spatstat."""
    return json.loads((project_root / "tests" / "references" / "ripley.json").read_text())


@pytest.fixture(scope="module")
def pattern(stored):
    rings = [(stored["outer_x"], stored["outer_y"]), (stored["hole_x"], stored["hole_y"])]
    return on_plane(stored["x"], stored["y"]), polygon(rings), numbers(stored["r"])


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data.parent / "reference"


@pytest.fixture(scope="module")
def trees(folder):
    rows = pl.read_csv(folder / "measurement" / "dbmss_paracou16.csv")
    corners = pl.read_csv(folder / "measurement" / "dbmss_paracou16_window.csv")
    points = on_plane(rows["x"], rows["y"])
    window = polygon([(corners["x"], corners["y"])])
    return points, rows["type"].to_numpy(), rows["weight"].to_numpy().astype(float), window


def of(folder, name):
    items = json.loads((folder / "measurement" / "dbmss.json").read_text())["items"]
    (found,) = [item for item in items if item["fn"] == name]
    return numbers(found["r"]), numbers(found["value"])


def columns(folder, name):
    rows = pl.read_csv(folder / "dbmss" / name, infer_schema=False)
    r, _, value = (numbers([float(x.strip()) for x in column]) for column in rows.get_columns())
    return r, value


def below(r):
    """spatstat counts a pair at exactly r in the next bin; its own manual says d <= r."""
    return np.maximum(r - 1e-9, 0)


def test_two_points_by_hand():
    points, square = on_plane([1, 3], [2, 2]), rectangle((0, 4), (0, 4))
    # One pair at distance 2, counted from both ends: K = 16 / 2 x 2 x weight.
    assert ripley_k(points, [1, 2], square, correction="none").tolist() == [0, 16]
    # The window and its copy shifted by 2 share 8 of 16: weight 2.
    assert ripley_k(points, [1, 2], square, correction="translate").tolist() == [0, 32]
    # Around (1, 2) the side at distance 1 cuts off a sixth of the directions either way: 1/3.
    by_hand = 16 / (1 - 2 * (pi / 3) / (2 * pi))
    assert ripley_k(points, [2], square)[0] == pytest.approx(by_hand)
    # Both points are 1 from the border: nobody is left at 2.
    border = ripley_k(points, [1, 2], square, correction="border")
    assert border[0] == 0
    assert np.isnan(border[1])


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_k_agrees_with_spatstat_on_its_cells(folder, correction):
    case = json.loads((folder / "measurement" / "spatstat_K.json").read_text())["items"][
        "cells"
    ]
    rows = pl.read_csv(folder / "measurement" / "spatstat_cells.csv")
    found = ripley_k(
        on_plane(rows["x"], rows["y"]), case["r"], rectangle((0, 1), (0, 1)),
        correction=correction,
    )  # fmt: skip
    assert found == pytest.approx(numbers(case[correction]), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_k_agrees_with_spatstat_in_a_polygon_with_a_hole(stored, pattern, correction):
    points, window, r = pattern
    is_a = numbers(stored["is_a"]) > 0
    found = ripley_k(points, r, window, correction=correction)
    assert found == pytest.approx(numbers(stored[f"K_{correction}"]), rel=1e-12, nan_ok=True)
    found = cross_k(points.at(is_a), points.at(~is_a), r, window=window, correction=correction)
    assert found == pytest.approx(
        numbers(stored[f"cross_{correction}"]), rel=1e-12, nan_ok=True
    )


@pytest.mark.parametrize("correction", ["border", "translate", "isotropic"])
def test_inhomogeneous_k_agrees_with_spatstat(stored, pattern, correction):
    points, window, r = pattern
    found = inhomogeneous_k(
        points, r, window, intensity=stored["intensity"], correction=correction
    )
    expected = numbers(stored[f"inhomogeneous_{correction}"])
    assert found[1:] == pytest.approx(expected[1:], rel=1e-12, nan_ok=True)


def test_marked_k_and_l_agree_with_spatstat(stored, pattern):
    points, window, r = pattern
    found = mark_weighted_k(points, stored["size"], r, window=window)
    assert found == pytest.approx(numbers(stored["marked_isotropic"]), rel=1e-12)
    found = besag_l(ripley_k(points, r, window), r) + r
    assert found == pytest.approx(numbers(stored["L_isotropic"]), rel=1e-12)


@pytest.mark.parametrize("divisor", ["r", "d"])
@pytest.mark.parametrize("correction", ["translate", "isotropic"])
def test_pair_correlation_agrees_with_spatstat(stored, pattern, correction, divisor):
    points, window, r = pattern
    found = pair_correlation(
        points, r, window, correction=correction, bandwidth_km=0.1, divisor=divisor
    )
    expected = numbers(stored[f"pcf_{correction}_{divisor}"])
    # spatstat smooths on a grid of 512, and reads shared areas off a pixel image
    assert found[1:] == pytest.approx(expected[1:], rel=3e-3)


def test_the_usual_bandwidth_of_pair_correlation_is_that_of_spatstat(stored, pattern):
    points, window, r = pattern
    found = pair_correlation(points, r, window)
    assert found[1:] == pytest.approx(numbers(stored["pcf_isotropic_default"])[1:], rel=1e-3)


def test_shared_areas_are_exact_where_spatstat_reads_them_off_an_image(stored, pattern):
    points, window, r = pattern
    exact = ripley_k(points, r, window, correction="translate")[1:]
    by_image = numbers(stored["K_translate_by_image"])[1:]
    assert exact == pytest.approx(by_image, rel=5e-3)
    assert exact != pytest.approx(by_image, rel=0.0001)


def test_border_counts_differ_from_spatstats_other_path(stored, pattern):
    # Beside other corrections spatstat takes points 0.0607 and 0.0623 from the border for
    # points at least 0.0625 from it; alone it does not, and agrees with us (above).
    points, window, r = pattern
    found = ripley_k(points, r, window, correction="border")
    assert found[1] == pytest.approx(stored["K_border_beside_others"][1] * 86 / 84)


def test_k_l_and_d_agree_with_dbmss(trees, folder):
    points, kind, _, window = trees
    rosea = points.at(kind == "Q. Rosea")
    r, k = columns(folder, "K_QRosea.csv")
    assert ripley_k(rosea, below(r[1:]), window) == pytest.approx(k[1:], rel=1e-12)
    r, length = columns(folder, "L_QRosea.csv")
    found = besag_l(ripley_k(rosea, below(r[1:]), window), r[1:])
    assert found == pytest.approx(length[1:], rel=1e-9, abs=1e-9)
    r, d = of(folder, "D")
    found = diggle_chetwynd_d(
        points, kind == "V. Americana", r, controls=kind == "Q. Rosea", window=window
    )
    assert found == pytest.approx(d, rel=1e-10, abs=1e-9)
    r, between = of(folder, "K")
    found = cross_k(points.at(kind == "V. Americana"), rosea, below(r[1:]), window=window)
    assert found == pytest.approx(between[1:], rel=1e-12)


def test_k_and_l_of_all_trees_agree_with_dbmss_nearly(trees, folder):
    points, _, _, window = trees
    r, k = of(folder, "K(best)")
    found = ripley_k(points, below(r[1:]), window)
    # why they differ by up to 2e-4, to the last digit: test_ripley_of_all_trees.py
    assert found == pytest.approx(k[1:], rel=3e-4)
    _, length = of(folder, "L")
    assert besag_l(found, r[1:]) == pytest.approx(length[1:], abs=0.02)


def test_pairs_at_exactly_r_count_unlike_in_spatstat(trees, folder):
    points, kind, _, window = trees
    rosea = points.at(kind == "Q. Rosea")
    r, k = columns(folder, "K_QRosea.csv")
    at = int(np.flatnonzero(r == 25)[0])
    assert (apart(rosea) == 25).sum() == 2
    assert ripley_k(rosea, r[1:], window)[at - 1] > k[at] + 100


def test_marked_k_agrees_with_dbmss(trees, folder):
    points, kind, weight, window = trees
    rosea = kind == "Q. Rosea"
    r, k = columns(folder, "Kmm_QRosea.csv")
    found = mark_weighted_k(points.at(rosea), weight[rosea], below(r[1:]), window=window)
    assert found == pytest.approx(k[1:], rel=1e-12, abs=1e-9)


def test_pair_correlation_agrees_with_dbmss_but_for_its_divisor(trees, folder):
    points, kind, _, window = trees
    rosea = points.at(kind == "Q. Rosea")
    r, g = columns(folder, "g_QRosea.csv")
    n = len(rosea)
    # dbmss divides by n squared, spatstat and we by n (n - 1); density() is on a grid
    found = pair_correlation(rosea, r, window)[1:] * (n - 1) / n
    assert found == pytest.approx(g[1:], rel=5e-3)
    everybody, value = of(folder, "g")
    found = pair_correlation(points, everybody, window)
    assert found[1:] == pytest.approx(value[1:], rel=0.011)  # pairs at exactly r, again


def test_k_agrees_with_brute_force(pattern):
    points, window, _ = pattern
    few = points.at(slice(0, 12))
    km = np.array([0.4, 0.9, 1.7])
    n = len(few)
    found = ripley_k(few, km, window, correction="none")
    assert found == pytest.approx(window.area_km2 * 2 * pairs_within(few, km) / (n * (n - 1)))
    distance, xy = apart(few), few.xyz
    for correction, rel in (("isotropic", 0.01), ("translate", 0.05)):  # by looking at points
        sums = np.zeros(km.size)
        for i, j in np.argwhere(distance <= km[-1]):
            if correction == "isotropic":
                weight = 1 / arc_share(*xy[i, :2], distance[i, j], window)
            else:
                shift = xy[i, :2] - xy[j, :2]
                weight = window.area_km2 / shared_area(*shift, window, n=120)
            sums += weight * (distance[i, j] <= km)
        expected = window.area_km2 * sums / (n * (n - 1))
        assert ripley_k(few, km, window, correction=correction) == pytest.approx(
            expected, rel=rel
        )


@pytest.mark.parametrize("correction", ["border", "translate", "isotropic"])
def test_mean_k_of_even_points_is_the_area_of_a_disc(correction):
    rng, window, r = np.random.default_rng(4), rectangle((0, 10), (0, 6)), np.array([0.5, 1, 2])
    found = np.array([
        ripley_k(
            on_plane(rng.uniform(0, 10, 120), rng.uniform(0, 6, 120)), r, window,
            correction=correction,
        )
        for _ in range(150)
    ])  # fmt: skip
    error = found.std(axis=0) / np.sqrt(len(found))
    # border: a ratio of two random numbers, unbiased only nearly
    room = 0.01 * pi * r**2 if correction == "border" else 0
    assert np.all(np.abs(found.mean(axis=0) - pi * r**2) < 4 * error + room)


def test_uncorrected_k_of_even_points_is_too_low():
    rng, window = np.random.default_rng(5), rectangle((0, 10), (0, 10))
    points = on_plane(rng.uniform(0, 10, 2000), rng.uniform(0, 10, 2000))
    assert ripley_k(points, [2.5], window, correction="none")[0] < 0.9 * pi * 2.5**2


def test_k_of_even_points_on_the_globe_is_the_area_of_a_cap():
    rng, r = np.random.default_rng(6), np.array([500.0, 2000, 9000, 20_015])
    xyz = rng.normal(size=(4000, 3))
    xyz /= np.linalg.norm(xyz, axis=1, keepdims=True)
    points = on_sphere(
        np.degrees(np.arctan2(xyz[:, 1], xyz[:, 0])), np.degrees(np.arcsin(xyz[:, 2]))
    )
    cap = [2 * pi * EARTH_RADIUS_KM**2 * (1 - cos(km / EARTH_RADIUS_KM)) for km in r]
    # 8 million pairs: at 500 km, 12,300 of them, 0.9 % each way
    assert ripley_k(points, r) == pytest.approx(cap, rel=0.03)


def test_k_does_not_change_when_the_map_is_moved_turned_or_shuffled(pattern):
    points, window, r = pattern
    angle = 0.7
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = turn @ points.xyz[:, :2].T + np.array([[100.0], [-40]])
    order = np.random.default_rng(1).permutation(len(points))
    corners = window.edges[:, :2]
    rings = [turn @ part.T + np.array([[100.0], [-40]]) for part in (corners[:6], corners[6:])]
    again = polygon([tuple(ring) for ring in rings])
    for correction in CORRECTIONS:
        before = ripley_k(points, r[1:], window, correction=correction)
        after = ripley_k(on_plane(*moved[:, order]), r[1:], again, correction=correction)
        assert after == pytest.approx(before, rel=1e-9, nan_ok=True)


def test_k_in_other_units_is_k_in_square_units(pattern):
    points, window, r = pattern
    corners = window.edges[:, :2] * 3
    tripled = polygon([tuple(corners[:6].T), tuple(corners[6:].T)])
    found = ripley_k(on_plane(*(points.xyz[:, :2] * 3).T), 3 * r, tripled)
    assert found == pytest.approx(9 * ripley_k(points, r, window))


def test_special_cases_agree():
    rng, window, r = np.random.default_rng(2), rectangle((0, 4), (0, 4)), [0.5, 1.0]
    points = on_plane(rng.uniform(0, 4, 50), rng.uniform(0, 4, 50))
    k = ripley_k(points, r, window)
    equal = inhomogeneous_k(points, r, window, intensity=np.full(50, 50 / 16))
    assert equal == pytest.approx(k * 49 / 50)
    assert mark_weighted_k(points, np.full(50, 7.0), r, window=window) == pytest.approx(
        k * 49 / 50
    )
    by_edges = polygon([([0, 4, 4, 0], [0, 0, 4, 4])])
    shifted = ripley_k(points, r, window, correction="translate")
    assert ripley_k(points, r, by_edges, correction="translate") == pytest.approx(shifted)
    halves = np.arange(50) < 25
    d = diggle_chetwynd_d(points, halves, r, window=window)
    assert d == pytest.approx(-diggle_chetwynd_d(points, ~halves, r, window=window))


def test_threads_change_nothing(pattern, monkeypatch):
    points, window, r = pattern
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        found.append(ripley_k(points, r, window, correction="none"))
    assert found[0].tolist() == found[1].tolist()


def test_bad_input_says_what_to_do(pattern):
    points, window, _ = pattern
    with pytest.raises(TooFew, match="at least two points"):
        ripley_k(points.at(slice(0, 1)), [1], window)
    with pytest.raises(InvalidArgument, match="`rectangle` or `polygon`"):
        ripley_k(points, [1])
    with pytest.raises(InvalidArgument, match="outside the window"):
        ripley_k(points, [1], rectangle((0, 1), (0, 1)))
    with pytest.raises(InvalidArgument, match="on the globe nothing is cut off"):
        ripley_k(on_sphere([0, 1], [0, 1]), [1], window)
    with pytest.raises(InvalidArgument, match="positive numbers"):
        inhomogeneous_k(points, [1], window, intensity=np.zeros(len(points)))
    with pytest.raises(InvalidArgument, match="no border correction"):
        mark_weighted_k(points, np.ones(len(points)), [1], window=window, correction="border")
    with pytest.raises(InvalidArgument, match="no border correction"):
        pair_correlation(points, [1], window, correction="border")
    with pytest.raises(TooFew, match="all marks are 0"):
        mark_weighted_k(points, np.zeros(len(points)), [1], window=window)


def test_points_at_one_place_are_pairs_at_distance_zero():
    points, square = on_plane([1, 1, 3], [1, 1, 3]), rectangle((0, 4), (0, 4))
    for correction in ("none", "translate", "isotropic"):
        found = ripley_k(points, [0.0, 1.0], square, correction=correction)
        assert found.tolist() == pytest.approx([16 / 3, 16 / 3])
