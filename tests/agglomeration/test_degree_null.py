import json

import numpy as np
import pytest
from scipy.stats import hypergeom, kstest
from tests.oracles.relatedness import poisson_binomial_tail

from buzzline.agglomeration import against_degrees, against_ubiquity, co_occurrence
from buzzline.agglomeration.degree_null import (
    degree_null,
    given_degrees,
    matched_tail,
    smallest_p,
)
from buzzline.agglomeration.presence import present
from buzzline.kernels.degree_swaps import swap_events
from buzzline.kernels.hypergeometric import binomial_tail


def unequal_world(rng, places, industries):
    """Presence that depends on diversity and ubiquity only: the null is true."""
    diverse = np.exp(1.3 * rng.normal(size=places))
    common = np.exp(1.2 * rng.normal(size=industries) - 1)
    odds = np.outer(diverse, common)
    return rng.random(odds.shape) < odds / (1 + odds)


def smooth_p(flags, rng):
    """p-values with the step of a count filled in evenly: uniform if the null is right."""
    mean, variance = given_degrees(degree_null(flags))
    counts = co_occurrence(flags)
    alone = counts.diagonal()
    pairs = np.triu_indices(len(counts), 1)
    at = matched_tail(counts, mean, variance, alone=alone)[pairs]
    above = matched_tail(counts + 1, mean, variance, alone=alone)[pairs]
    there = np.minimum.outer(alone, alone)[pairs] > 0
    return (above + (at - above) * rng.random(at.size))[there]


def test_invariant_expected_degrees_are_those_observed():
    flags = unequal_world(np.random.default_rng(1), 200, 40)
    chance = degree_null(flags).cells()
    assert chance.sum(axis=1) == pytest.approx(flags.sum(axis=1), abs=1e-6)
    assert chance.sum(axis=0) == pytest.approx(flags.sum(axis=0), abs=1e-6)


def test_special_case_full_and_empty_rows_leave_no_chance():
    flags = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 0, 0], [0] * 4, [0] * 4], dtype=bool)
    assert np.array_equal(degree_null(flags).cells(), flags)  # nested: only one such table


def test_special_case_alike_places_give_the_mean_of_drawing_without_putting_back():
    # every place has three of six industries, every industry is in half of the places
    flags = np.array([np.roll([1, 1, 1, 0, 0, 0], k) for k in range(6)] * 40, dtype=bool)
    mean, _ = given_degrees(degree_null(flags))
    # a place with i has i and j if j is one of its 2 others of 5: 1/2 x 2/5
    assert mean[0, 1] == pytest.approx(240 * 0.5 * 0.4)


def test_another_package_econgeo_z_scores_off_the_diagonal(shared_data):
    path = shared_data.parent / "reference" / "measurement" / "econgeo.json"
    item = next(one for one in json.loads(path.read_text())["items"] if one["fn"] == "zScore")
    flags = np.array(item["input"]["incidence_industry_by_event"], dtype=bool)
    found = against_ubiquity(flags).z
    apart = ~np.eye(len(found), dtype=bool)
    assert found[apart] == pytest.approx(np.array(item["value"])[apart], abs=1e-12)


def test_another_package_scipy_gives_the_same_hypergeometric_tails():
    flags = np.random.default_rng(1).random((50, 20)) < 0.4
    counts = co_occurrence(flags)
    alone = counts.diagonal()
    expected = hypergeom.sf(counts - 1, 50, alone[:, None], alone)
    apart = ~np.eye(20, dtype=bool)
    assert against_ubiquity(flags).p[apart] == pytest.approx(expected[apart], rel=1e-9)


def test_brute_force_mean_and_variance_are_those_of_tables_with_the_same_totals():
    rng = np.random.default_rng(4)
    flags = unequal_world(rng, 60, 15)
    row, column = np.nonzero(flags)
    has, anywhere = flags.copy(), np.ones_like(flags)
    counts = []
    for _ in range(3_000):
        first, second = rng.integers(row.size, size=(2, 6 * row.size))
        swap_events(row, column, has, anywhere, first, second)
        counts.append(co_occurrence(has))
    counts = np.array(counts)
    mean, variance = given_degrees(degree_null(flags))
    pairs = np.triu_indices(15, 1)
    off = (counts.mean(axis=0) - mean)[pairs] / np.sqrt(np.maximum(variance[pairs], 0.05))
    assert np.abs(off).max() < 0.2  # of a standard deviation
    assert np.abs(off).mean() < 0.05
    ratio = counts.var(axis=0)[pairs].sum() / variance[pairs].sum()
    assert ratio == pytest.approx(1, abs=0.1)


def test_degrees_that_are_only_expected_give_a_variance_far_too_large():
    flags = unequal_world(np.random.default_rng(1), 400, 60)
    chance = degree_null(flags).cells()
    both = chance[:, 0] * chance[:, 1]
    _, variance = given_degrees(degree_null(flags))
    assert np.sum(both * (1 - both)) > 1.5 * variance[0, 1]


def test_recovers_the_truth_p_values_are_uniform_when_only_degrees_matter():
    rng = np.random.default_rng(11)
    p = np.concatenate([smooth_p(unequal_world(rng, 300, 60), rng) for _ in range(6)])
    # pairs of one table go together a little: the distance allowed is that of a tenth of them
    assert kstest(p, "uniform").statistic < 1.6 / np.sqrt(p.size / 10)
    for rate in (0.05, 0.01, 0.001):
        assert np.mean(p < rate) == pytest.approx(rate, abs=4 * np.sqrt(rate / (p.size / 3)))


def test_recovers_the_truth_p_values_hold_their_size_from_plants_to_quotients_to_presence():
    # Plants settle by the size of place and industry alone; presence is a quotient of their jobs
    rng = np.random.default_rng(1)
    below = []
    for _ in range(4):
        expected = np.outer(np.exp(1.2 * rng.normal(size=300)), np.exp(rng.normal(size=60)))
        plants = rng.poisson(8 * expected / expected.mean())
        jobs = 2 * rng.gamma(np.maximum(plants, 1e-9) / 2) * (plants > 0)
        p = against_degrees(present(jobs)).p[np.triu_indices(60, 1)]
        below.append([np.mean(p < rate) for rate in (0.05, 0.01, 0.001)])
    five, one, tenth = np.mean(below, axis=0)
    assert 0.03 < five < 0.06  # counts are whole numbers: a little below is right
    assert 0.005 < one < 0.015
    assert tenth < 0.003


def test_recovers_the_truth_ubiquity_alone_finds_relations_where_there_are_none():
    flags = unequal_world(np.random.default_rng(1), 300, 60)
    pairs = np.triu_indices(60, 1)
    assert np.mean(against_ubiquity(flags).p[pairs] < 0.05) > 0.5
    assert np.mean(against_degrees(flags).p[pairs] < 0.05) < 0.08


def test_recovers_the_truth_power_to_see_one_planted_pair():
    rng = np.random.default_rng(2)
    found = 0
    for _ in range(20):
        flags = unequal_world(rng, 200, 30)
        flags[:, 1] = np.where(rng.random(200) < 0.5, flags[:, 0], flags[:, 1])
        found += against_degrees(flags).p[0, 1] < 0.001
    assert found >= 16  # half of the places copied: seen in four of five tables of 200 places


@pytest.mark.parametrize(("count", "chances"), [(9, 0.2), (3, 0.02), (30, 0.5)])
def test_brute_force_tail_where_variance_is_that_of_unequal_throws(count, chances):
    rng = np.random.default_rng(1)
    each = np.clip(chances * rng.lognormal(0, 0.5, 60), 0, 0.95)
    mean, variance = each.sum(), np.sum(each * (1 - each))
    tail = matched_tail(
        np.full((1, 1), float(count)), np.full((1, 1), mean), np.full((1, 1), variance),
        alone=np.array([60.0]),
    )[0, 0]  # fmt: skip
    assert tail == pytest.approx(poisson_binomial_tail(each, count), rel=0.15)


def test_by_hand_tails_at_the_edges():
    assert binomial_tail(0.0, 5.0, 1.0, 0.8) == pytest.approx(1.0)
    assert binomial_tail(5.0, 5.0, 2.5, 1.25) == pytest.approx(1 / 32)
    one = np.ones((1, 1))
    assert matched_tail(one, 0 * one, 0 * one, alone=np.array([3.0]))[0, 0] == 0
    assert np.isnan(matched_tail(one, np.nan * one, one, alone=np.array([3.0]))[0, 0])


def test_by_hand_industries_in_one_place_each_can_hardly_be_told():
    flags = np.eye(4, dtype=bool)
    flags[:, 3] = True
    least = smallest_p(co_occurrence(flags), against_ubiquity(flags))
    assert least[0, 1] == pytest.approx(1 / 4)
    assert least[0, 3] == pytest.approx(1)


def test_industries_that_are_nowhere_have_no_p():
    flags = np.random.default_rng(1).random((30, 4)) < 0.5
    flags[:, 2] = False
    found = against_degrees(flags)
    assert np.isnan(found.p[2]).all()
    assert np.isfinite(found.p[0, 1])
