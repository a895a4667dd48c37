"""What is said of a difference between worlds that share their luck."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from buzzline.policy.paired import interval, paired_difference


def test_by_hand():
    # mean 2, spread 1, error 1/sqrt(3), t(0.975, 2) = 4.303
    found = paired_difference(np.array([1.0, 2.0, 3.0]), margin=0.5)
    assert found.value == 2
    assert found.low == pytest.approx(2 - 4.30265 / 3**0.5, abs=1e-4)
    assert (found.n, found.same_sign, found.within) == (3, 1, 0)
    assert found.finding == "open"


def test_agrees_with_scipy():
    rng = np.random.default_rng(3)
    with_it, without = rng.normal(1, 1, 30), rng.normal(0.5, 1, 30)
    told = stats.ttest_rel(with_it, without)
    found = paired_difference(with_it - without, margin=0.1)
    assert found.p == pytest.approx(told.pvalue)
    assert (found.low, found.high) == pytest.approx(tuple(told.confidence_interval(0.95)))


def test_worlds_that_are_the_same_differ_by_exactly_nothing():
    found = paired_difference(np.zeros(10), margin=0.0)
    assert (found.value, found.low, found.high, found.p) == (0, 0, 0, 1)
    assert found.finding == "exactly none"


def test_one_run_that_differs_is_not_exactly_none():
    found = paired_difference(np.array([0, 0, 0, 0, 1e-9]), margin=0.01)
    assert found.finding == "none"


def test_smaller_than_what_matters_is_no_effect_and_not_an_open_one():
    few = np.array([0.01, 0.011, 0.012, 0.009])
    assert paired_difference(few, margin=0.05).finding == "none"
    assert paired_difference(few, margin=0.001).finding == "above"
    assert paired_difference(-few, margin=0.001).finding == "below"


def test_runs_without_a_value_are_left_out_and_few_say_nothing():
    found = paired_difference(np.array([1.0, np.nan, 1.0, np.nan]), margin=0.1)
    assert (found.n, found.finding) == (2, "too few runs")
    assert np.isnan(found.low)
    assert interval(found) == "1"


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(1)
    drawn = [paired_difference(rng.normal(1, 2, 12), margin=0.1) for _ in range(2000)]
    covered = np.mean([one.low <= 1 <= one.high for one in drawn])
    assert abs(covered - 0.95) < 3 * (0.95 * 0.05 / 2000) ** 0.5


def test_the_same_difference_in_every_run_is_no_smaller_than_signs_tell():
    found = paired_difference(np.full(5, 0.5), margin=0.1)
    assert found.p == 2.0**-4
    assert found.finding == "above"


def test_what_no_run_has_seen_may_still_matter():
    # 20 runs: an event of chance 3/20 that moves the outcome by 5 may move its mean by 0.75
    same = np.zeros(20)
    assert paired_difference(same, margin=1.0, event=5.0).finding == "none"
    assert paired_difference(same, margin=0.5, event=5.0).finding == "too few for rare events"
    small = np.full(20, 0.3)
    assert paired_difference(small, margin=1.0, event=5.0).finding == "too few for rare events"
    assert paired_difference(small, margin=1.0, event=4.0).finding == "none"
    assert paired_difference(2 + small, margin=1.0, event=50.0).finding == "above"
