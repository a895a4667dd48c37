import numpy as np
import pytest
from scipy.stats import binom, binomtest

from buzzline.errors import InvalidArgument
from buzzline.power import links_needed, power_of_share_test


@pytest.mark.parametrize(
    ("expected", "true", "n"),
    [
        (0.10, 0.05, 231),
        (0.10, 0.02, 70),
        (0.20, 0.10, 107),
        (0.30, 0.15, 61),
        (0.05, 0.01, 142),
    ],
)
def test_golden_numbers_of_links(expected, true, n):
    assert links_needed(expected, true) == n


@pytest.mark.parametrize(("n", "expected", "true"), [(40, 0.3, 0.1), (60, 0.2, 0.4)])
def test_power_by_brute_force(n, expected, true):
    tail = 0.025
    side = "less" if true < expected else "greater"
    rejects = [binomtest(k, n, expected, alternative=side).pvalue <= tail for k in range(n + 1)]
    power = binom.pmf(np.arange(n + 1), n, true)[rejects].sum()
    assert power_of_share_test(n, expected, true) == pytest.approx(power)


def test_impossible_shares_are_refused():
    with pytest.raises(InvalidArgument, match="must differ"):
        links_needed(0.1, 0.1)


def test_more_than_a_million_is_no_answer():
    assert links_needed(1e-6, 0.9e-6) is None


@pytest.mark.parametrize(
    ("expected", "true"), [(0.02, 0.01), (0.01, 0.005), (0.003, 0.0015), (0.3, 0.29)]
)
def test_large_numbers_are_the_first_that_reach_the_power_brute_force(expected, true):
    n = links_needed(expected, true)
    below = np.unique(np.concatenate([np.arange(1, n, 37), np.arange(max(1, n - 2000), n)]))
    assert power_of_share_test(n, expected, true) >= 0.8
    assert all(
        power_of_share_test(int(k), expected, true) < 0.8
        for k in below[:: max(1, below.size // 400)]
    )
    assert all(power_of_share_test(int(k), expected, true) < 0.8 for k in range(n - 100, n))
