"""Percentiles of estimates: by hand, collapses, another way, coverage."""

import numpy as np
import pytest
from scipy.stats import norm

from buzzline.diagnosis.rank_intervals import percentile_among, true_values
from buzzline.diagnosis.standings import standardised


def test_by_hand_without_errors_the_percentile_is_counted():
    found = percentile_among(np.array([3.0, 1, 2, 3, 5]), np.zeros(5), 0,
                             rng=np.random.default_rng(1))  # fmt: skip
    assert (found.value, found.low, found.high, found.n) == (0.625, 0.5, 0.75, 4)
    apart = percentile_among(np.array([3.0, 1, 2, 4, 5]), np.zeros(5), 0,
                             rng=np.random.default_rng(1))  # fmt: skip
    assert (apart.value, apart.low, apart.high) == (0.5, 0.5, 0.5)


@pytest.mark.parametrize("error", [0.0, 0.2])
def test_equal_estimates_tell_nothing(error):
    for value in (np.full(8, 0.3), np.zeros(8)):
        found = percentile_among(value, np.full(8, error), 0, rng=np.random.default_rng(1))
        assert found.value == pytest.approx(0.5, abs=0.05)
        assert (found.low, found.high) == (0, 1)


def test_equal_estimates_cover():
    rng, covered, n = np.random.default_rng(4), 0, 200
    for _ in range(n):
        true = 0.1 * rng.standard_normal(8)  # rounded to the same
        found = percentile_among(np.zeros(8), np.full(8, 0.2), 0, draws=199, rng=rng)
        covered += found.low <= (true[1:] < true[0]).mean() <= found.high
    assert covered / n >= 0.93


def test_standardised_indicators_without_a_spread_keep_their_error():
    value, error = standardised(np.full(5, 0.3), np.full(5, 0.2))
    assert value == pytest.approx(np.zeros(5))
    assert error == pytest.approx(np.ones(5))
    assert not standardised(np.full(5, 0.3), np.zeros(5))[1].any()


def test_what_is_not_measured_does_not_count():
    value = np.array([3.0, np.nan, 2, 4])
    found = percentile_among(value, np.zeros(4), 0, rng=np.random.default_rng(1))
    assert (found.value, found.n) == (0.5, 2)
    assert np.isnan(percentile_among(value, np.zeros(4), 1, rng=np.random.default_rng(1)).value)


def test_collapses_errors_far_larger_than_differences_tell_nothing():
    rng = np.random.default_rng(1)
    found = percentile_among(np.linspace(0, 1, 9), np.full(9, 50.0), 8, rng=rng)
    assert found.high - found.low > 0.85
    assert found.value < 0.6


def test_another_way_the_textbook_gives_the_same_shrinkage():
    # spread and mean known: one is far more precise than the spread of all is uncertain
    rng = np.random.default_rng(2)
    true = rng.normal(5, 2, 400)
    error = np.full(400, 1.5)
    value = true + error * rng.standard_normal(400)
    drawn = true_values(value, error, draws=4000, rng=rng)
    kept = 4 / (4 + 1.5**2)
    expected = value.mean() + kept * (value - value.mean())
    assert drawn.mean(axis=0) == pytest.approx(expected, abs=0.25)
    assert drawn.std(axis=0).mean() == pytest.approx(np.sqrt(kept) * 1.5, rel=0.08)


def test_invariant_shift_scale_and_order():
    rng = np.random.default_rng(3)
    value, error = rng.standard_normal(8), rng.uniform(0.3, 1, 8)
    first = percentile_among(value, error, 2, rng=np.random.default_rng(1))
    moved = percentile_among(10 + 7 * value, 7 * error, 2, rng=np.random.default_rng(1))
    assert moved.low == pytest.approx(first.low, abs=1e-9)
    assert moved.value == pytest.approx(first.value)


def test_invariant_more_is_never_placed_lower():
    error = np.full(6, 0.4)
    places = [
        percentile_among(np.array([x, -1, -0.5, 0.5, 1, 2]), error, 0, draws=4000,
                         rng=np.random.default_rng(1)).value
        for x in (-2, -1, 0, 1, 3)
    ]  # fmt: skip
    assert places == sorted(places)


@pytest.mark.parametrize("shape", ["normal", "skewed", "two groups"])
@pytest.mark.parametrize("clusters", [6, 20])
def test_recovers_the_truth_intervals_cover(shape, clusters):
    rng, covered, n = np.random.default_rng(4), 0, 250
    for _ in range(n):
        true = (
            2
            * {
                "normal": lambda: rng.standard_normal(clusters),
                "skewed": lambda: rng.exponential(size=clusters),
                "two groups": lambda: (
                    rng.choice([-1.0, 1], clusters) + rng.normal(0, 0.2, clusters)
                ),
            }[shape]()
        )
        error = rng.uniform(0.5, 1.5, clusters)
        found = percentile_among(true + error * rng.standard_normal(clusters), error, 0,
                                 draws=299, rng=rng)  # fmt: skip
        standing = (true[1:] < true[0]).mean()
        covered += found.low - 1e-9 <= standing <= found.high + 1e-9
    least = 0.93 - float(norm.ppf(0.995)) * np.sqrt(
        0.95 * 0.05 / n
    )  # skewed ones lose two points
    assert covered / n > least


def test_noise_added_twice_would_pull_to_the_middle():
    # the highest of many clusters, clearly apart: stays near the top
    value = np.append(np.zeros(19), 8.0) + 0.01 * np.arange(20)
    found = percentile_among(value, np.ones(20), 19, rng=np.random.default_rng(1))
    assert found.low > 0.9
