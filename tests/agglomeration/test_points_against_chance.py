"""Curves and hot spots of plain points: the analyses' numbers without a study."""

import numpy as np
import pytest
from scipy.stats import kstest

from buzzline.agglomeration import (
    Seen,
    kdensity_against_chance,
    local_m_against_chance,
    m_against_chance,
    m_density_against_chance,
    on_plane,
    on_sphere,
    polygon,
    rectangle,
    ripley_against_chance,
)
from buzzline.agglomeration.curve_tests import compared
from buzzline.agglomeration.local_counts import relabelling_p
from buzzline.agglomeration.m_curves import chance_bandwidth_km
from buzzline.agglomeration.relative import lang_m, marcon_puech_m
from buzzline.agglomeration.ripley import (
    diggle_chetwynd_d,
    pair_correlation,
    ripley_k,
)
from buzzline.agglomeration.smoothing import kdensity_at
from buzzline.charts import chart
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.points import distances_km

KM = np.array([2.0, 5.0, 10.0, 20.0])
SIDE = 100.0
WINDOW = rectangle((0, SIDE), (0, SIDE))
X, Y = np.random.default_rng(1).random((2, 150)) * SIDE
JOBS = np.random.default_rng(2).lognormal(size=150)
POINTS = on_plane(X, Y)
NEAR = np.hypot(X - 50, Y - 50) < 22
RANDOM = np.isin(np.arange(150), np.random.default_rng(5).permutation(150)[:25])
CURVES = (kdensity_against_chance, m_against_chance, m_density_against_chance)


def weighed(function, weight):
    return {"weights" if function is kdensity_against_chance else "weight": weight}


@pytest.mark.parametrize("weight", [None, JOBS])
def test_collapses_observed_curves_are_those_of_the_array_functions(weight):
    own = None if weight is None else weight[NEAR]
    k = kdensity_against_chance(POINTS, NEAR, KM, weights=weight, draws=9, rng=1)
    assert k.observed == pytest.approx(kdensity_at(POINTS.at(NEAR), KM, weights=own), rel=5e-3)
    m = m_against_chance(POINTS, NEAR, KM, weight=weight, draws=9, rng=1)
    assert m.observed == pytest.approx(
        marcon_puech_m(POINTS, NEAR, KM, weight=weight), nan_ok=True
    )


def test_collapses_m_with_the_bandwidth_of_all_points_is_lang_m_with_that_bandwidth():
    width = chance_bandwidth_km(
        POINTS, np.arange(150), int(NEAR.sum()), longest_km=20.0, rng=np.random.default_rng(1)
    )
    found = m_density_against_chance(POINTS, NEAR, KM, draws=9, rng=1)
    assert found.observed == pytest.approx(lang_m(POINTS, NEAR, KM, bandwidth_km=width))


@pytest.mark.parametrize("correction", ["none", "translate", "isotropic"])
def test_collapses_k_l_g_and_d_are_those_of_the_array_functions(correction):
    seen, made = Seen(WINDOW, correction), {"correction": correction}
    own = POINTS.at(NEAR)
    expected = {
        "K": ripley_k(own, KM, WINDOW, **made),
        "L": np.sqrt(ripley_k(own, KM, WINDOW, **made) / np.pi) - KM,
        "g": pair_correlation(own, KM, WINDOW, **made),
        "D": diggle_chetwynd_d(POINTS, NEAR, KM, window=WINDOW, **made),
    }
    for measure, curve in expected.items():
        found = ripley_against_chance(
            POINTS, KM, seen=seen, cases=NEAR, measure=measure, draws=9, rng=1
        )
        assert found.observed == pytest.approx(curve)


@pytest.mark.parametrize("function", CURVES)
@pytest.mark.parametrize("null", ["all_sites", "relabelling"])
def test_recovers_cases_in_the_middle_and_finds_nothing_in_random_ones(function, null):
    made = {"draws": 199, "rng": 1, "null": null}
    near = function(POINTS, NEAR, KM, **made, **weighed(function, JOBS))
    assert (near.verdict, near.n, near.draws) == ("localised", NEAR.sum(), 199)
    assert near.p <= 0.05
    assert function(POINTS, RANDOM, KM, **made).verdict == "as chance"


@pytest.mark.parametrize("function", CURVES)
def test_invariant_moving_and_turning_the_plane_changes_nothing(function):
    turned = on_plane(300 - Y, X + 7)
    one = function(POINTS, NEAR, KM, draws=49, rng=3)
    other = function(turned, NEAR, KM, draws=49, rng=3)
    assert other.observed == pytest.approx(one.observed, rel=1e-3, nan_ok=True)
    assert other.throughout.high == pytest.approx(one.throughout.high, rel=1e-2)
    assert other.p == one.p


@pytest.mark.parametrize("function", CURVES)
def test_collapses_a_small_part_of_the_globe_is_a_plane(function):
    degree = np.pi / 180 * EARTH_RADIUS_KM
    part = on_sphere((X - 50) / degree, (Y - 50) / degree)
    one = function(POINTS, NEAR, KM, draws=49, rng=3)
    other = function(part, NEAR, KM, draws=49, rng=3)
    assert other.observed == pytest.approx(one.observed, rel=5e-3, nan_ok=True)
    assert other.expected == pytest.approx(one.expected, rel=5e-3)


@pytest.mark.parametrize("correction", ["translate", "isotropic", "border"])
def test_by_theory_scattered_points_have_on_average_a_circle(correction):
    found = ripley_against_chance(
        POINTS, [5.0, 10.0, 15.0], seen=Seen(WINDOW, correction), draws=199, rng=1
    )
    assert found.expected == pytest.approx(np.pi * found.distances_km**2, rel=0.04)
    assert found.verdict == "as chance"


def test_by_theory_scattered_points_of_the_globe_have_on_average_a_cap():
    globe = on_sphere(X - 50, Y - 50)
    km = np.array([1000.0, 4000.0])
    found = ripley_against_chance(globe, km, draws=99, rng=1)
    cap = 2 * np.pi * EARTH_RADIUS_KM**2 * (1 - np.cos(km / EARTH_RADIUS_KM))
    assert found.expected == pytest.approx(cap, rel=0.03)
    assert found.verdict == "localised"  # a hundred degrees is not the globe
    even = ripley_against_chance(globe, km, measure="L", draws=99, rng=1)
    assert even.expected == pytest.approx([0, 0], abs=60)


def test_invariant_scattered_points_fall_evenly_inside_a_window_with_a_hole():
    square, hole = ([0, 4, 4, 0], [0, 0, 4, 4]), ([1, 3, 3, 1], [1, 1, 3, 3])
    window = polygon([square, hole])
    found = window.scattered(3000, np.random.default_rng(1))
    assert len(found) == 3000
    assert window.holds(found).all()
    left = found.xyz[:, 0] < 1  # 4 of 12 km2
    assert left.mean() == pytest.approx(1 / 3, abs=0.03)


@pytest.mark.parametrize("which", ["kdensity", "m", "K relabelled", "K scattered"])
def test_p_is_uniform_under_the_null(which):
    def p_of(number):
        rng = np.random.default_rng(number)
        x, y = rng.random((2, 40)) ** 2 * 10  # uneven ground
        points, cases = on_plane(x, y), np.isin(np.arange(40), rng.permutation(40)[:12])
        km, made = [0.5, 1.0, 2.0, 4.0], {"draws": 19, "rng": number}
        if which == "kdensity":
            return kdensity_against_chance(points, cases, km, **made).p
        if which == "m":
            return m_against_chance(points, cases, km, **made).p
        window = rectangle((0, 10), (0, 10))
        if which == "K relabelled":
            return ripley_against_chance(points, km, seen=window, cases=cases, **made).p
        even = on_plane(*rng.random((2, 20)) * 10)
        return ripley_against_chance(even, km, seen=window, **made).p

    p = np.array([p_of(number) for number in range(120)])
    spread = p - np.random.default_rng(1).random(120) / 20  # p comes in twentieths
    assert kstest(spread, "uniform").pvalue > 0.01


def test_by_hand_hot_spots_are_exact_counts_around_each_place():
    found = local_m_against_chance(POINTS, NEAR, 10.0)
    assert found.places["heat"][0] == "hot"
    apart = distances_km(POINTS) <= 10
    at = [np.argmin(np.hypot(X - row["x_km"], Y - row["y_km"])) for row in
          found.places.iter_rows(named=True)]  # fmt: skip
    within, n = apart.sum(axis=1)[at], (apart & NEAR).sum(axis=1)[at]
    assert found.places["n_within"].to_list() == within.tolist()
    assert found.places["n"].to_list() == n.tolist()
    ratio = (n / within) / NEAR.mean()
    assert found.places["ratio"].to_numpy() == pytest.approx(ratio)
    p = relabelling_p(n, within, marked=int(NEAR.sum()), total=150).p
    is_tested = found.places["p"].is_not_null().to_numpy()
    assert found.places["p"].drop_nulls().to_numpy() == pytest.approx(p[is_tested])


def test_recovers_hot_spots_of_weights_and_of_the_globe():
    weighed = local_m_against_chance(POINTS, NEAR, 10.0, weight=JOBS, draws=999, rng=1)
    assert "hot" in weighed.places["heat"]
    assert weighed.places["low"].is_null().all()  # jobs have no interval
    assert "999 draws" in str(weighed)
    globe = local_m_against_chance(on_sphere(X / 10, Y / 10), NEAR, 100.0)
    first = globe.places.row(0, named=True)
    assert first["heat"] == "hot"
    assert np.hypot(first["longitude"] - 5, first["latitude"] - 5) < 2.5


def test_recovers_nothing_where_nothing_is():
    assert "hot" not in local_m_against_chance(POINTS, RANDOM, 10.0).places["heat"]


def test_by_hand_verdict_and_bands_of_a_curve():
    simulated = np.repeat(np.arange(1.0, 100.0)[:, None], 3, axis=1)
    high = compared(KM[:3], np.full(3, 200.0), simulated, level=0.95)
    assert (high.verdict, high.p) == ("localised", 0.02)  # the lowest draw is as extreme
    assert compared(KM[:3], np.full(3, -5.0), simulated, level=0.95).verdict == "dispersed"
    middle = compared(KM[:3], np.full(3, 50.0), simulated, level=0.95)
    assert (middle.verdict, middle.expected.tolist()) == ("as chance", [50.0] * 3)
    assert middle.table().columns[:3] == ["distance_km", "value", "expected"]


def test_the_curve_can_be_drawn():
    found = kdensity_against_chance(POINTS, NEAR, np.linspace(0, 40, 41), draws=49, rng=1)
    assert "localised, n=" in chart(found).svg()


REFUSED = {
    "must be 150 flags": lambda: m_against_chance(POINTS, [1, 2], KM),
    "no null 'random'": lambda: m_against_chance(POINTS, NEAR, KM, null="random"),
    "weights must be 150": lambda: kdensity_against_chance(POINTS, NEAR, KM, weights=[1.0]),
    "the measure 'F'": lambda: ripley_against_chance(POINTS, KM, seen=WINDOW, measure="F"),
    "needs `cases`": lambda: ripley_against_chance(POINTS, KM, seen=WINDOW, measure="D"),
    "needs the `window`": lambda: ripley_against_chance(POINTS, KM, draws=9),
    "`reach_km` must be above 0": lambda: local_m_against_chance(POINTS, NEAR, 0.0),
    "largest distance": lambda: kdensity_against_chance(POINTS, NEAR, [0.0]),
}


@pytest.mark.parametrize("said", REFUSED)
def test_refused_with_a_remedy(said):
    with pytest.raises(InvalidArgument, match=said):
        REFUSED[said]()


def test_too_few_is_said():
    everybody = np.ones(150, dtype=bool)
    with pytest.raises(TooFew, match="wider population"):
        m_against_chance(POINTS, everybody, KM)
    with pytest.raises(TooFew, match="at least two cases"):
        kdensity_against_chance(POINTS, np.arange(150) == 3, KM)
    with pytest.raises(TooFew, match="2 draws"):
        ripley_against_chance(POINTS, KM, seen=WINDOW, draws=1)
