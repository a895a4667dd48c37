import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.neighbours import relative_m

from buzzline.agglomeration.relative import (
    lang_m,
    local_m,
    m_bandwidth_km,
    marcon_puech_m,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.points import on_plane, on_sphere

R_STRETCH = 1023 / 1022  # density() of R before 4.4 evaluates kernels on a grid that much wider


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data.parent / "reference"


@pytest.fixture(scope="module")
def stored(folder):
    return json.loads((folder / "measurement" / "dbmss.json").read_text())


@pytest.fixture(scope="module")
def trees(folder):
    rows = pl.read_csv(folder / "measurement" / "dbmss_paracou16.csv")
    kind = rows["type"].to_numpy()
    return on_plane(rows["x"], rows["y"]), kind, rows["weight"].to_numpy().astype(float)


def numbers(values):
    return np.array([np.nan if value is None else value for value in values], dtype=float)


def of(stored, name, **args):
    items = [
        item
        for item in stored["items"]
        if item["fn"] == name and all(item["args"].get(key) == args[key] for key in args)
    ]
    assert items
    return items


def line():
    is_a = np.array([True, True, False, False, True])
    return on_plane([0, 1, 2, 5, 6], np.zeros(5)), is_a, np.array([1.0, 2, 3, 1, 2])


def test_five_points_on_a_line_by_hand_and_in_dbmss(stored):
    points, is_a, weight = line()
    # r = 1: around 0 all is A (2 of 2), around 1 A has 1 of 4, around 6 none of 1: 1.25.
    # Were place no matter: 4 of 8, 3 of 7, 3 of 7.
    by_hand = 1.25 / (4 / 8 + 3 / 7 + 3 / 7)
    assert marcon_puech_m(points, is_a, [1], weight=weight)[0] == pytest.approx(by_hand)
    case = stored["five_points_on_a_line"]
    for name, one, other in (
        ("M_AA", is_a, is_a),
        ("M_AB", is_a, ~is_a),
        ("M_BA", ~is_a, is_a),
    ):
        found = marcon_puech_m(points, one, case["r"], neighbours=other, weight=weight)
        assert found == pytest.approx(numbers(case[name]), abs=1e-12, nan_ok=True)


def test_three_points_and_a_single_reference_point(stored):
    points = on_plane([0, 1, 0.5], [0, 0, np.sqrt(0.75)])
    one = np.array([True, False, False])
    weight = [1, 2, 3]
    case = stored["toy_three_points"]["M_T2"]
    found = marcon_puech_m(points, ~one, [0.5, 1.01, 2], weight=weight)
    assert found == pytest.approx(numbers(case), abs=1e-12, nan_ok=True)
    # dbmss stops with one reference point; around it all of 5 is type 2, as everywhere
    found = marcon_puech_m(points, one, [0.5, 1.01], neighbours=~one, weight=weight)
    assert np.isnan(found[0])
    assert found[1] == pytest.approx(1)
    # of its own kind it has nobody: 0 of 5 nearby, 0 of 5 everywhere
    assert np.isnan(marcon_puech_m(points, one, [2.0]))[0]


def test_m_agrees_with_dbmss(trees, stored, folder):
    points, kind, weight = trees
    for item in of(stored, "M"):
        one, other = kind == item["args"]["ref"], kind == item["args"]["nei"]
        people = (
            {"controls": other} if item["args"].get("case_control") else {"neighbours": other}
        )
        found = marcon_puech_m(points, one, item["r"], weight=weight, **people)
        assert found == pytest.approx(numbers(item["value"]), abs=1e-12, nan_ok=True)
    rows = pl.read_csv(folder / "dbmss" / "M_QRosea.csv", infer_schema=False)
    r, _, m = (numbers([float(x.strip()) for x in column]) for column in rows.get_columns())
    found = marcon_puech_m(points, kind == "Q. Rosea", r, weight=weight)
    assert found == pytest.approx(m, abs=1e-12, nan_ok=True)


def test_m_around_each_point_agrees_with_dbmss(trees, stored):
    points, kind, weight = trees
    case = stored["individual_M_Vamericana"]
    found = local_m(points, kind == "V. Americana", case["r"], weight=weight)
    expected = np.array([numbers(row) for row in case["individual"]])
    assert found == pytest.approx(expected, abs=1e-12, nan_ok=True)


def test_smooth_m_agrees_with_dbmss_exact(trees, stored):
    points, kind, weight = trees
    for item in of(stored, "m", approx=0):
        one, other = kind == item["args"]["ref"], kind == item["args"]["nei"]
        found = lang_m(points, one, item["r"], neighbours=other, weight=weight)
        assert found == pytest.approx(item["value"], abs=5e-4)
        rows = np.flatnonzero(one), np.flatnonzero(other)
        bandwidth = m_bandwidth_km(points, *rows, longest_km=item["r"][-1]) * R_STRETCH
        found = lang_m(
            points, one, item["r"], neighbours=other, weight=weight, bandwidth_km=bandwidth
        )
        # what is left: density() puts distances on a grid of 512
        assert found == pytest.approx(item["value"], abs=1e-4)


def test_smooth_m_differs_from_the_too_wide_bandwidth_dbmss_takes_from_bins(trees, stored):
    points, kind, weight = trees
    for item in of(stored, "m", approx=1):
        one, other = kind == item["args"]["ref"], kind == item["args"]["nei"]
        found = lang_m(points, one, item["r"], neighbours=other, weight=weight)
        assert np.abs(found - item["value"]).max() > 0.01  # 20 times what is left above


def test_bandwidth_is_silvermans_rule_on_pairs_within_twice_the_reach(trees):
    points, kind, _ = trees
    one, other = np.flatnonzero(kind == "Q. Rosea"), np.flatnonzero(kind == "V. Americana")
    xy = points.xyz
    between = np.hypot(*(xy[one, None, :2] - xy[None, other, :2]).transpose(2, 0, 1)).ravel()
    i, j = np.triu_indices(other.size, 1)
    among = np.hypot(*(xy[other[i], :2] - xy[other[j], :2]).T)
    for rows, distances in (((one, other), between), ((other, other), among)):
        near = distances[distances <= 200]
        low, high = np.quantile(near, [0.25, 0.75])
        rule = 0.9 * min(near.std(ddof=1), (high - low) / 1.34) * near.size**-0.2
        assert m_bandwidth_km(points, *rows, longest_km=100.0) == pytest.approx(rule, rel=1e-4)


WORLDS = st.tuples(st.integers(3, 40), st.integers(0, 10_000), st.booleans())


def made(n, seed, on_a_lattice):
    rng = np.random.default_rng(seed)
    xy = rng.integers(0, 8, (2, n)) * 1.0 if on_a_lattice else rng.uniform(0, 8, (2, n))
    flags = rng.random(n) < 0.4
    flags[0], flags[1] = True, False
    return xy, flags, rng.exponential(size=n)


@settings(max_examples=40)
@given(WORLDS)
def test_m_agrees_with_brute_force(world):
    xy, flags, weight = made(*world)
    points, km = on_plane(*xy), np.array([0.0, 1, 2, 3.5, 12])
    for other in (flags, ~flags):
        found = marcon_puech_m(points, flags, km, neighbours=other, weight=weight)
        expected = relative_m(points, flags, km, neighbours=other, weight=weight)
        assert found == pytest.approx(expected, nan_ok=True)


def test_smooth_m_agrees_with_brute_force():
    xy, flags, weight = made(60, 5, on_a_lattice=False)
    points, km = on_plane(*xy), np.linspace(0.5, 5, 6)
    found = lang_m(points, flags, km, weight=weight, bandwidth_km=0.8)
    expected = relative_m(
        points,
        flags,
        km,
        weight=weight,
        kernel=lambda r, d: np.exp(-0.5 * ((r - d) / 0.8) ** 2),
    )
    assert found == pytest.approx(expected, abs=1e-5)


@settings(max_examples=25)
@given(WORLDS, st.floats(0, 2 * np.pi), st.floats(0.1, 50))
def test_m_does_not_change_with_isometries_weights_or_order(world, angle, factor):
    xy, flags, weight = made(*world)
    xy = xy + 0.01 * np.random.default_rng(1).random(xy.shape)  # no ties for turning to break
    km = np.array([1.03, 2.57, 30])
    before = marcon_puech_m(on_plane(*xy), flags, km, weight=weight)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    moved = (turn @ xy) * [[1], [-1]] + 7
    order = np.random.default_rng(2).permutation(flags.size)
    after = marcon_puech_m(
        on_plane(*moved[:, order]), flags[order], km, weight=factor * weight[order]
    )
    assert after == pytest.approx(before, nan_ok=True)


def test_m_is_one_once_r_spans_everything_and_wherever_weights_and_kinds_are():
    for seed in range(5):
        xy, flags, weight = made(30, seed, on_a_lattice=False)
        assert marcon_puech_m(on_plane(*xy), flags, [12.0], weight=weight) == pytest.approx(
            [1], abs=1e-12
        )


def test_equal_weights_are_no_weights():
    xy, flags, _ = made(30, 1, on_a_lattice=True)
    points, km = on_plane(*xy), [1.0, 3.0]
    weighted = marcon_puech_m(points, flags, km, weight=np.full(30, 2.5))
    assert weighted == pytest.approx(marcon_puech_m(points, flags, km))


def test_the_sphere_is_the_plane_in_a_small_area():
    xy, flags, weight = made(80, 4, on_a_lattice=False)
    one_degree = 111.19508  # km, of a great circle
    globe = on_sphere(xy[0] / one_degree, xy[1] / one_degree)
    km = [1.0, 2.0, 4.0]
    on_globe = marcon_puech_m(globe, flags, km, weight=weight)
    assert on_globe == pytest.approx(marcon_puech_m(on_plane(*xy), flags, km, weight=weight))


def test_mean_m_of_random_labels_is_one():
    rng = np.random.default_rng(9)
    points = on_plane(rng.normal(size=300), rng.normal(size=300))  # dense in the middle
    found = []
    for _ in range(200):
        flags = np.zeros(300, np.bool_)
        flags[rng.choice(300, 60, replace=False)] = True
        found.append(marcon_puech_m(points, flags, [0.2, 0.5, 2.0]))
    found = np.array(found)
    error = found.std(axis=0) / np.sqrt(len(found))
    assert np.all(np.abs(found.mean(axis=0) - 1) < 4 * error + 0.002)


def test_nobody_within_reach_is_no_number():
    points, is_a, _ = line()
    assert np.isnan(marcon_puech_m(points, is_a, [0.0]))[0]
    assert np.isnan(local_m(points, is_a, [0.5])).all()


def test_points_that_weigh_nothing_count_nowhere():
    points, is_a, weight = line()
    without = weight.copy()
    without[2] = 0
    found = marcon_puech_m(points, is_a, [1, 4], weight=without)
    keep = np.arange(5) != 2
    expected = marcon_puech_m(points.at(keep), is_a[keep], [1, 4], weight=weight[keep])
    assert found == pytest.approx(expected)


def test_bad_input_says_what_to_do():
    points, is_a, _weight = line()
    with pytest.raises(TooFew, match="at least one reference point"):
        marcon_puech_m(points, np.zeros(5, np.bool_), [1])
    with pytest.raises(InvalidArgument, match="5 flags"):
        marcon_puech_m(points, [True], [1])
    with pytest.raises(InvalidArgument, match="leave points of unknown weight out"):
        marcon_puech_m(points, is_a, [1], weight=[1, 2, 3, np.nan, 1])
    with pytest.raises(InvalidArgument, match="each larger than the"):
        marcon_puech_m(points, is_a, [2, 1])
    with pytest.raises(TooFew, match="too few to choose a bandwidth"):
        lang_m(on_plane([0, 0, 1], [0, 0, 0]), np.array([True, True, False]), [1.0])
