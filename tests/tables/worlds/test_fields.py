"""Ties of co-located clusters follow the stated rate, pair by pair."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats
from tests.oracles.siblings import arc_km

from buzzline.errors import InvalidArgument, NotConverged
from buzzline.tables.worlds import Bonds, Odds, Parks, make_sibling_world
from buzzline.tables.worlds.fields import (
    CLASSES,
    Affinity,
    arcs_km,
    draw_pairs,
    expected_classes,
    on_the_sphere,
    pair_classes,
    pair_odds,
    pair_rates,
)


@pytest.fixture(scope="module")
def tiny():
    """Two city-regions of 20 organisations: every pair can be enumerated."""
    return make_sibling_world(
        organisations=40, regions=2, relation="collaborating", rng=3,
        parks=Parks(members=0.5, apart_km=6, remote=0.2, outsiders=0.2, region_km=10),
    )  # fmt: skip


def affinity(overlap=0.4, **odds):
    return Affinity.planned(Bonds(), Odds(**odds), siblings=2, overlap=overlap)


def all_pairs(n):
    source, target = np.divmod(np.arange(n * n), n)
    return source[source != target], target[source != target]


def plain_rate(field, wanted, i, j):
    """One pair at a time, from the words of the module."""
    km = float(arcs_km(field.position[i], field.position[j]))
    rate = field.mass[i] * field.mass[j] * max(km, 1.0) ** -0.9
    a, b = field.cluster[i], field.cluster[j]
    if a >= 0 and b >= 0:
        if a == b:
            return rate * wanted.odds.within
        together = field.area[i] == field.area[j]
        return rate * (wanted.odds.between if together else wanted.odds.beyond)
    if a < 0 and b < 0:
        return rate
    member, other = (i, j) if a >= 0 else (j, i)
    if field.outsider[other]:
        return 0.0
    pool = field.pool[other]
    sibling = field.sibling[field.cluster[member]]
    return rate * wanted.odds.beyond * (wanted.draws_on[sibling, pool] if pool >= 0 else 1)


@pytest.mark.parametrize(
    "odds",
    [
        {"within": 6.0, "between": 2.0, "beyond": 0.5},
        {"within": 0.2, "between": 0.1, "beyond": 3.0},
    ],
)
def test_brute_force_ties_follow_the_stated_rate_pair_by_pair(tiny, odds):
    field, wanted, n = tiny.truth.field, affinity(**odds), 200_000
    pairs = all_pairs(40)
    rate = np.array([plain_rate(field, wanted, i, j) for i, j in zip(*pairs, strict=True)])
    source, target = draw_pairs(field, wanted, n=n, rng=np.random.default_rng(0))
    drawn = np.zeros((40, 40))
    np.add.at(drawn, (source, target), 1)
    assert not drawn.diagonal().any()
    assert drawn[pairs][rate == 0].sum() == 0
    expected = n * rate / rate.sum()
    enough = expected >= 5  # chi-square needs it; the rest is pooled
    observed = np.append(drawn[pairs][enough], drawn[pairs][~enough].sum())
    expected = np.append(expected[enough], expected[~enough].sum())
    assert stats.chisquare(observed, expected).pvalue > 0.001


def test_brute_force_rate_times_odds(tiny):
    field, wanted, pairs = tiny.truth.field, affinity(within=5, between=2), all_pairs(40)
    rate = pair_rates(field, wanted, pairs) * pair_odds(field, wanted, pairs)
    plain = [plain_rate(field, wanted, i, j) for i, j in zip(*pairs, strict=True)]
    np.testing.assert_allclose(rate, plain, rtol=1e-9)


def test_brute_force_expected_classes_sum_over_all_pairs(tiny):
    field, wanted = tiny.truth.field, affinity(within=5, between=2, beyond=0.7)
    sums = np.zeros((2, 4))
    for i in np.flatnonzero(field.cluster == 1):
        for j in range(40):
            if i == j or (field.cluster[j] == 1 and j < i):
                continue
            code = int(pair_classes(field, (np.array([i]), np.array([j])))[0])
            bare = plain_rate(replace(field, outsider=np.zeros(40, bool)), affinity(None), i, j)
            sums[:, code] += bare, plain_rate(field, wanted, i, j)
    np.testing.assert_allclose(
        expected_classes(field, wanted, 1), (sums / sums.sum(axis=1, keepdims=True))[:, :3]
    )
    with pytest.raises(InvalidArgument, match="no planted cluster has the code 44"):
        expected_classes(field, wanted, 44)


def test_special_case_odds_of_one_give_gravity_alone(tiny):
    field = replace(tiny.truth.field, outsider=np.zeros(40, bool))
    wanted = affinity(overlap=None)
    assert np.all(pair_odds(field, wanted, all_pairs(40)) == 1)
    by_distance, planted = expected_classes(field, wanted, 0)
    np.testing.assert_allclose(by_distance, planted)


def test_invariant_rates_and_odds_are_symmetric(tiny):
    field, wanted, pairs = tiny.truth.field, affinity(within=5, between=2), all_pairs(40)
    for measure in (pair_rates, pair_odds):
        np.testing.assert_array_equal(
            measure(field, wanted, pairs), measure(field, wanted, pairs[::-1])
        )


def test_by_hand_classes_of_pairs(tiny):
    field = tiny.truth.field
    member = [int(np.flatnonzero(field.cluster == k)[0]) for k in range(4)]
    nobody = np.flatnonzero(field.cluster < 0)[:2]
    pairs = np.array([(member[0], member[0]), (member[0], member[1]), (member[0], member[2]),
                      (nobody[0], member[3]), tuple(nobody)])  # fmt: skip
    names = [CLASSES[k] for k in pair_classes(field, (pairs[:, 0], pairs[:, 1]))]
    assert names == ["within", "between", "beyond", "beyond", "elsewhere"]


def test_brute_force_arcs_are_great_circles():
    points = np.array([[0, 0], [180, 0], [3.5, 47.1], [3.6, 47.05], [-70, -33]], dtype=float)
    position = on_the_sphere(points[:, 0], points[:, 1])
    for i in range(5):
        for j in range(5):
            assert arcs_km(position[i], position[j]) == pytest.approx(
                arc_km(points[i], points[j]), abs=1e-6
            )


def test_odds_of_nothing_are_an_error_and_no_ties_are_none(tiny):
    field = replace(tiny.truth.field, cluster=np.zeros(40, np.int32))
    with pytest.raises(NotConverged, match="only 0 of 10"):
        draw_pairs(field, affinity(within=0, between=0), n=10, rng=np.random.default_rng(1))
    assert draw_pairs(field, affinity(), n=0, rng=np.random.default_rng(1))[0].size == 0
