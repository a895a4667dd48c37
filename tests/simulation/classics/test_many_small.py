"""N x S in closed form: golden values, brute force, collapses, bad input."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.errors import InvalidArgument
from buzzline.simulation.classics.best_of_many import (
    best_of,
    best_of_visible,
    many_small,
    mixed,
    one_large,
    visible_needed,
)
from buzzline.simulation.classics.many_small import many_small_or_one_large

NEEDED = {
    5: (0.776, 0.579, 0.397, 0.199), 10: (0.693, 0.463, 0.285, 0.128),
    20: (0.614, 0.363, 0.199, 0.080), 50: (0.517, 0.258, 0.119, 0.041),
    100: (0.452, 0.197, 0.080, 0.024),
}  # fmt: skip


def test_the_best_of_many_has_its_known_values():
    known = {2: 0.5642, 5: 1.1630, 10: 1.5388, 20: 1.8675, 50: 2.2491, 100: 2.5076}
    assert best_of(np.array(list(known))) == pytest.approx(list(known.values()), abs=5e-5)
    assert best_of(2) == pytest.approx(1 / np.sqrt(np.pi), abs=1e-12)
    assert best_of(3) == pytest.approx(1.5 / np.sqrt(np.pi), abs=1e-12)
    assert best_of(1_000_000) == pytest.approx(4.8635, abs=1e-3)


def test_what_must_be_seen_has_its_golden_values():
    found = many_small_or_one_large().cases
    for n, needed in NEEDED.items():
        assert found.filter(n_units=n)["value"].round(3).to_list() == list(needed)


@settings(max_examples=20)
@given(st.integers(1, 30), st.just(0.0) | st.floats(1e-9, 1))  # SciPy fails below
def test_seeing_some_is_a_mean_over_how_many_are_seen(n, visible):
    from scipy.stats import binom

    k = np.arange(n)
    summed = (binom.pmf(k, n - 1, visible) * best_of(k + 1)).sum()
    assert best_of_visible(n, visible) == pytest.approx(summed, abs=1e-9)


def test_a_mixture_agrees_with_draws():
    rng, n, lab, seen, within, across = np.random.default_rng(1), 12, 5, 0.3, 0.6, 0.2
    draws = 200_000
    vision = np.sqrt(within - across) * rng.normal(size=(draws, 1))
    best = (vision + np.sqrt(1 - within) * rng.normal(size=(draws, lab))).max(axis=1)
    small = np.sqrt(1 - across) * rng.normal(size=(draws, n - lab))
    sees = rng.random((draws, n)) < seen
    large = np.maximum(best, np.where(sees[:, : n - lab], small, -9).max(axis=1))
    others = np.where(sees[:, : n - lab - 1], small[:, 1:], -9).max(axis=1)
    own = np.maximum(np.maximum(small[:, 0], others), np.where(sees[:, -1], best, -9))
    brute = (lab * large.mean() + (n - lab) * own.mean()) / n
    found = mixed(n, lab, visible=seen, within=within, across=across)
    assert found == pytest.approx(brute, abs=0.008)


@settings(max_examples=20)
@given(st.integers(2, 40), st.floats(0, 1), st.floats(0.05, 0.9))
def test_a_mixture_of_one_kind_is_that_kind(n, visible, within):
    assert mixed(n, n, visible=visible, within=within, across=0.05) == pytest.approx(
        one_large(n, correlation=within), abs=1e-6
    )
    assert mixed(n, 1, visible=visible, within=within, across=within) == pytest.approx(
        many_small(n, visible=visible, correlation=within), abs=1e-6
    )


def test_costs_and_poor_copying_shift_the_answer():
    base = visible_needed(50, within=0.5, across=0.1)
    assert visible_needed(50, within=0.5, across=0.1, coordination_cost=0.2) < base
    assert visible_needed(50, within=0.5, across=0.1, understanding=0.8) > base
    assert np.isnan(visible_needed(50, within=0.1, across=0.5))
    assert visible_needed(50, within=1.0, across=0.5) == 0.0
    # visions and monitoring trade off through sqrt(1 - rho): half the variance, half the square
    assert one_large(20, correlation=0.5) == pytest.approx(
        one_large(20, correlation=0.0) * np.sqrt(0.5)
    )


def test_never_and_no_mixture_are_said():
    found = many_small_or_one_large(units=(5,), within=(0.05,), across=0.3)
    row = found.cases.row(0, named=True)
    assert row["value"] is None
    assert row["mixed"] is None
    assert row["most"] == "one large"
    assert "no mixed case" in row["status"]
    assert "never" in str(found)


def test_one_unit_is_neither_many_nor_large():
    row = many_small_or_one_large(units=(1,), within=(0.5,)).cases.row(0, named=True)
    assert (row["one_large"], row["many_small"]) == pytest.approx((0, 0), abs=1e-12)
    assert (row["value"], row["most"]) == (0.0, "alike")
    assert "the same" in str(many_small_or_one_large(units=(1,), within=(0.5,)))


def test_the_sentence_is_right_at_the_edges():
    none = many_small_or_one_large(units=(20,), within=(1.0,))
    assert none.cases["value"].item() == 0.0
    assert "even if none sees" in str(none)
    every = many_small_or_one_large(units=(20,), within=(0.3,), across=0.3)
    assert every.cases["value"].item() == 1.0
    assert "only if each sees all others" in str(every)
    between = many_small_or_one_large(units=(20,), within=(0.5,), across=0.3)
    assert "as soon as each sees" in str(between)


@pytest.mark.parametrize("units", [(), (0,), (2_000_000,)])
def test_impossible_units_are_refused(units):
    with pytest.raises(InvalidArgument, match="units"):
        many_small_or_one_large(units=units)


def test_by_hand_the_sentence_says_least_and_most_favourable_correlations():
    said = str(many_small_or_one_large())
    assert "sees 45.2% of the others, where payoffs correlate by 0.3" in said
    assert "where by 0.9, 100 small" in said
    assert "sees 2.4% of the others" in said
    assert "What must be seen is q*, the column `value`." in said
