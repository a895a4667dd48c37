import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from buzzline.errors import InvalidArgument, TooFew
from buzzline.resampling import (
    against_chance,
    beyond_chance,
    bootstrap,
    false_discovery_cut,
    false_discovery_q,
    family_q,
    rejected,
)

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=40)


@given(P_VALUES)
def test_q_values_agree_with_another_package(p):
    p = np.array(p)
    assert false_discovery_q(p) == pytest.approx(false_discovery_control(p))


@given(P_VALUES, st.randoms(use_true_random=False))
def test_q_values_do_not_depend_on_order(p, random):
    order = list(range(len(p)))
    random.shuffle(order)
    p = np.array(p)
    assert false_discovery_q(p)[order] == pytest.approx(false_discovery_q(p[order]))


@given(P_VALUES, st.floats(0.01, 0.5))
def test_the_cut_with_weights_is_that_of_the_p_values_written_out(p, rate):
    p = np.array(p)
    weight = np.arange(p.size) % 3 + 1
    cut = false_discovery_cut(p, weight, rate)
    written_out = np.repeat(p, weight)
    assert np.array_equal(written_out <= cut, rejected(written_out, rate)) or cut == 0


def test_p_values_outside_their_bounds_are_refused():
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        false_discovery_q(np.array([0.2, 1.2]))


def test_one_family_keeps_its_adjusted_p_values():
    p = np.array([0.01, 0.2, 0.6])
    assert family_q(p, np.zeros(3, np.int32)) == pytest.approx(p)


def test_families_by_hand():
    # Three families with smallest p 0.01, 0.02, 1; BH: 0.01*3/1 = 0.03 -> min(0.03, 0.02*3/2).
    p = np.array([0.01, 0.02, 1.0])
    assert family_q(p, np.arange(3, dtype=np.int32)) == pytest.approx([0.03, 0.03, 1.0])


@pytest.mark.parametrize("n", [3, 6, 7, 12, 49])
def test_special_case_equal_p_values_are_their_own_q(n):
    # 0.05 * 3 / 3 is more than 0.05 in binary: a cluster at the rate would have been lost
    p = np.full(n, 0.05)
    assert (false_discovery_q(p) == 0.05).all()
    assert (family_q(p, np.arange(n, dtype=np.int32)) == 0.05).all()
    assert false_discovery_cut(p, np.ones(n, np.int64), 0.05) == 0.05


def test_bootstrap_of_a_mean_covers_as_often_as_it_says():
    rng = np.random.default_rng(1)
    hits = 0
    for world in range(200):
        x = rng.normal(size=40)
        estimate = bootstrap(lambda rows, x=x: x[rows].mean(), x.size, draws=199, rng=world)
        hits += estimate.low <= 0 <= estimate.high
    # 95 % of 200, three binomial standard errors and the known shortfall of the percentile
    assert 175 <= hits <= 199


def test_bootstrap_refuses_a_single_row():
    with pytest.raises(TooFew, match="at least 2 rows"):
        bootstrap(lambda rows: 0.0, 1, rng=1)


def test_permutation_p_is_never_zero_and_uniform_under_the_null():
    rng = np.random.default_rng(2)
    p = []
    for world in range(200):
        x = rng.normal(size=20)
        result = against_chance(
            lambda y: float(y[:10].mean() - y[10:].mean()),
            x,
            lambda source, x=x: source.permutation(x),
            draws=99,
            rng=world,
        )
        p.append(result.p)
    assert min(p) >= 1 / 100
    # share below 0.25: binomial standard error 0.03
    assert abs(np.mean(np.array(p) <= 0.25) - 0.25) < 0.1


def test_gumbel_tails_are_those_of_the_maxima_they_extrapolate():
    rng = np.random.default_rng(1)
    p = []
    for _ in range(2000):
        maxima = rng.exponential(size=(100, 50)).max(axis=1)  # nearly Gumbel
        p.append(beyond_chance(maxima[:1], maxima[1:])[0])
    # uniform under the null: shares below 0.05 and 0.01 within four binomial errors
    assert abs(np.mean(np.array(p) <= 0.05) - 0.05) < 0.02
    assert np.mean(np.array(p) <= 0.001) < 0.006


def test_equal_maxima_give_the_rank_only():
    assert beyond_chance(np.array([9.0]), np.ones(9)).tolist() == [0.1]
