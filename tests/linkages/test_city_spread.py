"""Members over cities, and ties between these: by hand, scipy, planted ties."""

import numpy as np
import pytest
from scipy.stats import entropy

from buzzline.arrays import as_codes, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.city_spread import Standing, dispersion, ties_between_cities
from buzzline.linkages.pattern_scene import hubs_of
from buzzline.space.globe import unit_vectors

NONE = np.empty(0, np.int32)
KM_A_DEGREE = 111.195


def rng():
    return np.random.default_rng(1)


def spread_of(city, owner=None, **choices):
    owner = np.arange(len(city)) if owner is None else owner
    return dispersion(as_codes(city), as_codes(owner), rng=rng(), **choices)


def test_by_hand_one_city_is_not_dispersed():
    assert spread_of([3, 3, 3]).value == 0
    assert spread_of([3, 3, 3]).n_cities == 1


def test_no_city_is_not_known():
    assert np.isnan(spread_of([-1, -1]).value)


def test_another_package_gives_the_same_entropy():
    city = np.repeat(np.arange(4), (40, 30, 20, 10))
    found = spread_of(city)
    assert found.value == pytest.approx(entropy([0.4, 0.3, 0.2, 0.1]) / np.log(4))
    assert found.n_effective == pytest.approx(np.exp(entropy([0.4, 0.3, 0.2, 0.1])))


def test_sites_of_one_owner_widen_the_interval():
    city = np.repeat([0, 1], (60, 40))
    alone, owned = spread_of(city), spread_of(city, owner=np.repeat(np.arange(10), 10))
    assert owned.high - owned.low > 1.5 * (alone.high - alone.low)


@pytest.mark.parametrize("shares", [[0.5, 0.5], [0.8, 0.2], [0.5, 0.3, 0.1, 0.1], [0.95, 0.05]])
def test_recovers_the_truth_intervals_of_dispersion_cover(shares):
    draw, p, covered = np.random.default_rng(4), np.array(shares), 0
    truth = entropy(p) / np.log(p.size)
    for _ in range(300):
        city = as_codes(draw.choice(p.size, 60, p=p))
        found = dispersion(city, as_codes(np.arange(60)), rng=draw)
        covered += found.low <= truth <= found.high + 1e-12
    assert covered / 300 > 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / 300)


def two_hubs(draw, *, between=1.0, members=60, n_ties=400, apart_km=60.0, power=-0.9):
    """Members in two towns; ties fall with distance, times a factor between the towns."""
    city = np.repeat([0, 1], members // 2)
    x = city * apart_km + draw.normal(0, 2, members)
    y = draw.normal(0, 2, members)
    xyz = unit_vectors(x / KM_A_DEGREE, y / KM_A_DEGREE)
    km = np.hypot(x[:, None] - x, y[:, None] - y)
    rate = np.triu(np.maximum(km, 1) ** power, 1)
    rate[city[:, None] != city] *= between
    pair = draw.choice(members**2, n_ties, p=(rate / rate.sum()).ravel())
    ties = LayerTies(as_codes(pair // members), as_codes(pair % members), np.ones(n_ties), NONE,
                     True, members)  # fmt: skip
    return ties, as_indices(np.arange(members)), Standing(as_codes(city), xyz, np.ones(members))


def test_recovers_the_truth_intervals_between_cities_cover():
    draw, covered, values = np.random.default_rng(2), 0, []
    for _ in range(120):
        parts = two_hubs(draw)
        found = ties_between_cities(*parts, elasticity=(-0.9, 0.05), draws=199, rng=draw)
        covered += found.low <= 0 <= found.high
        values.append(found.log_ratio)
    assert covered / 120 > 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / 120)
    assert abs(np.mean(values)) < 0.15


def test_recovers_the_truth_missing_ties_between_cities_are_seen():
    draw = np.random.default_rng(3)
    found = ties_between_cities(
        *two_hubs(draw, between=0.2, n_ties=2000), elasticity=(-0.9, 0.02), draws=199, rng=draw
    )
    assert found.high < -np.log(1.25)


def test_collapses_one_city_and_no_ties_say_why():
    draw = np.random.default_rng(3)
    ties, members, standing = two_hubs(draw)
    one = Standing(as_codes(np.zeros(60)), standing.xyz, standing.floor_km)
    assert "one city" in ties_between_cities(ties, members, one, elasticity=(-1, 0), rng=draw)
    none = ties.chosen(np.zeros(400, bool))
    assert "no ties" in ties_between_cities(
        none, members, standing, elasticity=(-1, 0), rng=draw
    )


def test_by_hand_cities_near_each_other_are_one_hub():
    x_km = np.array([0.0, 1, 8, 9, 30, 31])
    xyz = unit_vectors(x_km / KM_A_DEGREE, np.zeros(6))
    hub = hubs_of(as_codes([0, 0, 1, 1, 2, -1]), xyz)
    assert hub[0] == hub[2] != hub[4]
    assert hub[5] == -1


def heavy_masses(draw, power, n_ties, *, members=60, spread=1.5, apart_km=30.0):
    """Members in four towns whose sizes differ much; ties by size and distance alone."""
    city = draw.integers(0, 4, members)
    x, y = city * apart_km + draw.normal(0, 1, members), draw.normal(0, 1, members)
    mass = np.exp(spread * draw.standard_normal(members))
    one, other = np.triu_indices(members, 1)
    km = np.maximum(np.hypot(x[one] - x[other], y[one] - y[other]), 1.0)
    rate = mass[one] * mass[other] * km**power
    pair = draw.choice(one.size, n_ties, p=rate / rate.sum())
    ties = LayerTies(as_codes(one[pair]), as_codes(other[pair]), np.ones(n_ties), NONE, False,
                     members)  # fmt: skip
    xyz = unit_vectors(x / KM_A_DEGREE, y / KM_A_DEGREE)
    return ties, as_indices(np.arange(members)), Standing(as_codes(city), xyz, np.ones(members))


@pytest.mark.parametrize(("power", "n_ties"), [(-0.8, 200), (-1.5, 200), (-0.8, 30)])
def test_recovers_the_truth_members_near_many_are_not_large_for_that(power, n_ties):
    draw, covered, values = np.random.default_rng(5), 0, []
    for _ in range(60):
        parts = heavy_masses(draw, power, n_ties)
        found = ties_between_cities(*parts, elasticity=(power, 0.03), draws=199, rng=draw)
        covered += found.low <= 0 <= found.high
        values.append(found.log_ratio)
    assert covered / 60 > 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / 60)
    assert abs(np.mean(values)) < 0.25 * (1 + (n_ties < 100))


def test_few_ties_among_members_say_so():
    draw = np.random.default_rng(3)
    ties, members, standing = two_hubs(draw)
    few = ties.chosen(np.arange(400) < 9)
    found = ties_between_cities(few, members, standing, elasticity=(-1, 0), rng=draw)
    assert found == "only 9 ties among its members; at least 10 are needed"
