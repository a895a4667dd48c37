import numpy as np
import pytest
from scipy.stats import kstest, poisson

from buzzline.agglomeration.labour_flows import (
    labour_flow_relatedness,
    move_interval,
    move_p_values,
)
from buzzline.errors import InvalidArgument, NotConverged

MOVES = np.array([[50.0, 6, 1], [6, 50, 1], [1, 1, 50]])


def test_relatedness_by_hand():
    # without the diagonal 7, 7 and 2 leave, 16 in all; expected both ways 2 * 49/16 and 2 * 14/16
    related = labour_flow_relatedness(MOVES)
    assert related[0, 1] == pytest.approx((12 - 6.125) / (12 + 6.125))
    assert related[0, 2] == pytest.approx((2 - 1.75) / (2 + 1.75))
    assert (np.diag(related) == 0).all()


def test_twice_as_many_as_expected_is_a_third():
    # expected 1: R = 2 maps to 1/3, R = 1/2 to -1/3
    assert pytest.approx(1 / 3) == (2 - 1) / (2 + 1)
    flows = np.array([[0, 10.0, 0, 0], [10, 0, 0, 0], [0, 0, 0, 10], [0, 0, 10, 0]])
    # 40 moves, expected both ways 2 * 100/40 = 5, observed 20: R = 4, mapped to 3/5
    assert labour_flow_relatedness(flows)[0, 1] == pytest.approx(0.6)
    assert labour_flow_relatedness(flows)[0, 2] == -1


def test_special_case_even_moves_between_few_industries_are_as_expected():
    even = np.ones((4, 4))
    assert labour_flow_relatedness(even, "between") == pytest.approx(np.zeros((4, 4)))
    assert labour_flow_relatedness(even)[0, 1] > 0.1  # sizes alone expect moves on the diagonal


def test_special_case_moves_dealt_by_quasi_independence_are_as_expected():
    leaving, arriving = np.array([1.0, 2, 3, 4, 5]), np.array([2.0, 1, 4, 2, 6])
    flows = np.outer(leaving, arriving)
    assert labour_flow_relatedness(flows, "between") == pytest.approx(0, abs=1e-7)


def test_impossible_totals_are_an_error():
    flows = np.array([[0, 0, 5.0], [0, 0, 5], [0, 0, 0]])
    flows[0, 2] = 1e9
    assert np.isfinite(labour_flow_relatedness(flows)[0, 2])
    with pytest.raises(NotConverged, match="sizes"):
        labour_flow_relatedness(np.array([[0, 5.0, 1], [9, 0, 0], [0, 0, 0]]), "between")


def test_negative_moves_are_an_error():
    with pytest.raises(InvalidArgument):
        labour_flow_relatedness([[0, -1], [1, 0]])


def test_an_industry_nobody_leaves_or_joins_is_unknown():
    flows = np.zeros((3, 3))
    flows[:2, :2] = 4
    assert np.isnan(labour_flow_relatedness(flows)[2]).all()


def test_intervals_hold_the_value_and_shrink_with_more_moves():
    low, high = move_interval(MOVES)
    value = labour_flow_relatedness(MOVES)
    assert low[0, 1] < value[0, 1] < high[0, 1]
    low_more, high_more = move_interval(MOVES * 100)
    assert high_more[0, 1] - low_more[0, 1] < (high[0, 1] - low[0, 1]) / 5


def test_intervals_cover_at_least_as_often_as_said():
    rng, n, size = np.random.default_rng(4), 12, 40.0
    true = rng.uniform(-0.4, 0.6, size=(n, n))
    true = np.triu(true, 1) + np.triu(true, 1).T
    expected = size * (1 + true) / (1 - true) / n
    np.fill_diagonal(expected, 0)
    pairs = np.triu_indices(n, 1)
    hits = total = 0
    for _ in range(20):
        moves = rng.poisson(expected).astype(float)
        low, high = move_interval(moves)
        chance = moves.sum(axis=1)[:, None] * moves.sum(axis=0) / moves.sum()
        chance = chance + chance.T
        mean = expected + expected.T
        wanted = (mean - chance) / (mean + chance)
        inside = (low[pairs] <= wanted[pairs]) & (wanted[pairs] <= high[pairs])
        hits, total = hits + inside.sum(), total + inside.size
    assert hits / total >= 0.94  # exact intervals cover 95 % or more; three standard errors


def test_p_values_by_hand():
    assert move_p_values(MOVES)[0, 1] == pytest.approx(poisson.sf(11, 6.125))
    assert np.isnan(np.diag(move_p_values(MOVES))).all()


def test_p_values_are_uniform_under_the_null():
    rng, n = np.random.default_rng(5), 60
    size = rng.uniform(900.0, 1500.0, n)  # no pair without a move
    moves = rng.poisson(np.outer(size, size) / size.sum()).astype(float)
    np.fill_diagonal(moves, 0)
    pairs = np.triu_indices(n, 1)
    p = move_p_values(moves, "between")[pairs]
    assert (p <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / p.size)
    # Counts come in steps: p is the top of the step, and a point dealt within it is uniform.
    count = (moves + moves.T)[pairs]
    related = labour_flow_relatedness(moves, "between")[pairs]
    expected = count * (1 - related) / (1 + related)
    dealt = p - rng.random(p.size) * poisson.pmf(count, expected)
    assert kstest(dealt, "uniform").pvalue > 0.01
