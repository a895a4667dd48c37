"""Rao's Q, hidden states and the turn from absorbing to creating, rung by rung."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import norm

from buzzline.clusters.hidden_markov import fitted_transitions, smoothed
from buzzline.clusters.lifecycle_heterogeneity import (
    cognitive_distance,
    heterogeneity_of,
    rao_q,
)
from buzzline.clusters.lifecycle_knowledge import (
    Exchange,
    design_effect,
    exchanges_needed,
    ratio_with_interval,
    turn_of,
)
from buzzline.clusters.lifecycle_states import PRIOR, STATES, Course, state_probabilities
from buzzline.errors import InvalidArgument

LEVEL = 0.95
THREE = np.array([[0, 0.2, 0.8], [0.2, 0, 0.5], [0.8, 0.5, 0]])


def unit(rows):
    """Return rows of length 1, sparse; rows of zeros stay empty."""
    dense = np.asarray(rows, float)
    length = np.linalg.norm(dense, axis=1, keepdims=True)
    return csr_array(np.divide(dense, length, where=length > 0, out=np.zeros_like(dense)))


# Rao's Q


def test_published_value_of_rao_q():
    assert rao_q([0.5, 0.3, 0.2], THREE) == pytest.approx(0.28)


def test_rao_q_of_few_things_is_corrected_by_hand():
    # two things of two kinds a distance of 1 apart: Q = 1/2, and the two are always different
    assert rao_q([0.5, 0.5], [[0, 1], [1, 0]]) == 0.5
    assert rao_q([0.5, 0.5], [[0, 1], [1, 0]], n=2) == 1
    assert rao_q([0.5, 0.3, 0.2], THREE, n=10) == pytest.approx(0.28 / 0.9)


def test_published_value_of_cognitive_distance():
    assert 1 - cognitive_distance([5, 3, 0, 2], [1, 4, 2, 0]) == pytest.approx(
        0.601793, abs=5e-7
    )


def test_distance_to_nobody_is_not_known():
    assert np.isnan(cognitive_distance([0, 0], [1, 0]))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(3, 9))
def test_heterogeneity_equals_brute_force(seed, n):
    rows = np.random.default_rng(seed).integers(0, 4, (n, 5))
    rows[:, 0] += 1
    pairs = [cognitive_distance(rows[i], rows[j]) for i in range(n) for j in range(n) if i != j]
    found = heterogeneity_of(unit(rows), LEVEL)
    assert found.value == pytest.approx(np.mean(pairs), abs=1e-9)
    distance = np.array([[cognitive_distance(a, b) for b in rows] for a in rows])
    assert found.value == pytest.approx(rao_q(np.full(n, 1 / n), distance, n=n), abs=1e-9)
    left_out = (
        [heterogeneity_of(unit(np.delete(rows, k, axis=0)), LEVEL).value for k in range(n)]
        if n > 3
        else None
    )
    if left_out:
        jackknife = (n - 1) / n * np.sum((left_out - np.mean(left_out)) ** 2)
        se = np.sqrt(jackknife + 2 * np.var(pairs) / (n * (n - 1)))
        assert found.se == pytest.approx(se, abs=1e-7)


def test_members_without_items_do_not_count_and_two_are_too_few():
    rows = [[1, 0], [0, 1], [1, 0], [0, 0]]
    assert heterogeneity_of(unit(rows), LEVEL).n == 3
    assert heterogeneity_of(unit(rows), LEVEL).value == pytest.approx(2 / 3)
    assert np.isnan(heterogeneity_of(unit(rows[2:]), LEVEL).value)


def test_all_alike_is_no_certainty():
    # five of one class: were two different with probability above .70, five would rarely agree
    found = heterogeneity_of(unit([[1, 0]] * 5), LEVEL)
    assert found.value == 0
    assert found.high == pytest.approx(1 - 0.05**0.4)


def test_intervals_of_heterogeneity_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(4)
    share = np.array([0.5, 0.2, 0.2, 0.1])
    truth, inside = 1 - (share**2).sum(), 0
    for _ in range(400):
        found = heterogeneity_of(unit(np.eye(4)[rng.choice(4, 40, p=share)]), LEVEL)
        inside += found.low <= truth <= found.high
    assert 0.91 < inside / 400 <= 0.99


def test_broken_input_is_refused():
    with pytest.raises(InvalidArgument, match="add to 1"):
        rao_q([0.5, 0.2], np.zeros((2, 2)))
    with pytest.raises(InvalidArgument, match="shape"):
        rao_q([0.5, 0.5], np.zeros((3, 3)))
    with pytest.raises(InvalidArgument, match="at least 2"):
        rao_q([1.0], [[0]], n=1)
    with pytest.raises(InvalidArgument, match="classes"):
        cognitive_distance([1, 2], [1, 2, 3])


# hidden states


def test_smoothing_equals_brute_force_over_all_paths():
    rng = np.random.default_rng(2)
    density, start = rng.random((4, 3)), np.array([0.5, 0.3, 0.2])
    moves = rng.random((3, 3))
    moves /= moves.sum(axis=1, keepdims=True)
    total, each = 0.0, np.zeros((4, 3))
    for path in np.ndindex(3, 3, 3, 3):
        p = start[path[0]] * density[0, path[0]]
        for at in range(1, 4):
            p *= moves[path[at - 1], path[at]] * density[at, path[at]]
        total += p
        each[np.arange(4), list(path)] += p
    found = smoothed(np.log(density), moves, start)
    assert np.allclose(found.probability, each / total)
    assert found.log_likelihood == pytest.approx(np.log(total))
    assert np.allclose(found.pairs.sum(axis=2), found.probability[:-1])


def test_smoothing_equals_statsmodels():
    rng = np.random.default_rng(3)
    y = np.concatenate([rng.normal(0, 1, 40), rng.normal(3, 1, 40)])
    model = sm.tsa.MarkovRegression(y, k_regimes=2)
    # p[0->0], p[1->0], two means, one variance; its chain starts from the steady state
    theirs = model.smooth([0.9, 0.2, 0.0, 3.0, 1.0])
    moves = np.array([[0.9, 0.1], [0.2, 0.8]])
    density = np.column_stack([norm.logpdf(y, 0, 1), norm.logpdf(y, 3, 1)])
    ours = smoothed(density, moves, np.array([2 / 3, 1 / 3]))
    assert np.allclose(ours.probability, theirs.smoothed_marginal_probabilities, atol=1e-8)
    assert ours.log_likelihood == pytest.approx(theirs.llf)


def test_transitions_are_recovered_from_many_series():
    rng = np.random.default_rng(6)
    moves = np.array([[0.9, 0.1], [0.3, 0.7]])
    series = []
    for _ in range(60):
        state = [0]
        for _ in range(39):
            state.append(int(rng.random() > moves[state[-1], 0]))
        y = rng.normal(4.0 * np.array(state), 1)
        series.append(np.column_stack([norm.logpdf(y, 0, 1), norm.logpdf(y, 4, 1)]))
    found, initial, _ = fitted_transitions(series, np.ones((2, 2)))
    assert np.allclose(found, moves, atol=0.04)
    assert initial[0] > 0.9


def course(growth, change=None, size=None):
    t = len(growth)
    growth = np.asarray(growth, float)
    size = np.exp(np.cumsum(growth)) * 40 if size is None else np.asarray(size, float)
    change = np.full(t, np.nan) if change is None else np.asarray(change, float)
    error = np.full(t, 0.02)
    return Course(size, np.r_[np.nan, growth[1:]], error, change, error)


def test_states_say_what_growth_shows():
    grows, flat, falls = (course(np.full(16, g)) for g in (0.1, 0.0, -0.1))
    states, _ = state_probabilities([grows, flat, falls])
    for one, state in zip(states, (1, 2, 3), strict=True):
        assert (one.probability[4:-4].argmax(axis=1) == state).all()
        assert np.allclose(one.probability.sum(axis=1), 1)


def test_renewal_is_seen_where_decline_turns_and_knowledge_becomes_different():
    growth = np.r_[np.full(10, -0.1), np.full(10, 0.15)]
    change = np.r_[np.full(10, -0.03), np.full(10, 0.06)]
    one = state_probabilities([course(growth, change)])[0][0]
    assert np.nanargmax(one.renewal) in (9, 10, 11)
    assert np.nansum(one.renewal) > 0.5
    # the same course of size with knowledge that becomes more alike is no renewal
    other = state_probabilities([course(growth, -np.abs(change))])[0][0]
    assert np.nansum(other.renewal) < 0.2


def test_a_year_not_found_is_filled_from_its_neighbours():
    whole = course(np.full(16, 0.1))
    gone = Course(*(np.where(np.arange(16) == 8, np.nan, part) for part in (
        whole.size, whole.growth, whole.growth_se, whole.change, whole.change_se)))  # fmt: skip
    states, _ = state_probabilities([gone])
    assert np.isfinite(states[0].probability).all()
    assert states[0].probability[8].argmax() == 1


def test_prior_transitions_follow_the_life_cycle():
    assert (np.diag(PRIOR) > 0.8 * PRIOR.sum(axis=1)).all()
    assert PRIOR[0, 1] == max(PRIOR[0, 1:])
    assert PRIOR[1, 2] == max(np.delete(PRIOR[1], 1))


# absorbing and creating


def test_ratio_and_its_interval_by_hand():
    value, low, high = ratio_with_interval(Exchange(30.0, 30.0, 1.0), LEVEL)
    assert value == 1
    assert low * high == pytest.approx(1)  # as likely above as below
    wider = ratio_with_interval(Exchange(30.0, 30.0, 3.0), LEVEL)
    assert wider[1] < low < high < wider[2]
    assert np.isnan(ratio_with_interval(Exchange(0.0, 0.0, 1.0), LEVEL)[0])
    assert ratio_with_interval(Exchange(5.0, 0.0, 1.0), LEVEL)[2] == np.inf


def test_citations_of_one_member_count_less():
    received = np.r_[np.ones(10), np.zeros(10)]
    alone = np.arange(20, dtype=np.int32)
    assert design_effect(received, alone, alone) == 1
    # ten by one member and ten by another are worth two
    assert design_effect(received, np.repeat([0, 1], 10).astype(np.int32), alone) == 10


def test_the_trend_equals_statsmodels():
    rng = np.random.default_rng(1)
    years = np.arange(2000, 2020)
    received = rng.binomial(30, 1 / (1 + np.exp(-0.15 * (years - 2009.5)))).astype(float)
    found = turn_of(years, [Exchange(r, 30 - r, 1.0) for r in received], LEVEL)
    weight = 1 / 20
    counts = np.column_stack([received + weight / 2, 30 - received + weight / 2])
    fit = sm.GLM(counts, sm.add_constant(years - 2009.5), family=sm.families.Binomial()).fit()
    assert found.slope == pytest.approx(fit.params[1], rel=1e-6)
    assert found.year == pytest.approx(2009.5 - fit.params[0] / fit.params[1], abs=1e-6)
    assert found.verdict == "became creating"


def test_the_crossing_is_held_as_often_as_it_says():
    rng = np.random.default_rng(8)
    years, inside, said = np.arange(2000, 2024), 0, 0
    share = np.linspace(0.25, 0.75, 24)
    for _ in range(300):
        received = rng.binomial(25, share).astype(float)
        found = turn_of(years, [Exchange(r, 25 - r, 1.0) for r in received], LEVEL)
        said += found.verdict == "became creating"
        inside += found.low <= 2011.5 <= found.high
    assert said > 280
    assert 0.92 < inside / said <= 0.99


def test_no_turn_is_said_where_there_is_none():
    rng = np.random.default_rng(9)
    years = np.arange(2000, 2020)
    verdicts = [
        turn_of(
            years,
            [Exchange(r, 20 - r, 1.0) for r in rng.binomial(20, 0.5, 20).astype(float)],
            LEVEL,
        ).verdict
        for _ in range(200)
    ]
    assert sum("became" in one for one in verdicts) <= 3
    assert sum(one in ("creating", "absorbing") for one in verdicts) <= 10


def test_too_few_citations_say_how_many_are_needed():
    needed = exchanges_needed(LEVEL)
    found = turn_of(np.arange(5), [Exchange(3.0, 2.0, 1.0)] * 5, LEVEL)
    assert found.verdict == "not testable"
    assert f"25 citations across its border in 5 years; {needed} in 3 years" in found.reason


def test_only_received_is_creating():
    found = turn_of(np.arange(2000, 2010), [Exchange(20.0, 0.0, 1.0)] * 10, LEVEL)
    assert found.verdict == "creating"
    assert np.isfinite(found.slope)


def _course(size):
    size = np.asarray(size, float)
    unknown = np.full(size.size, np.nan)
    growth = np.r_[np.nan, np.diff(np.log(size))]
    return Course(size, growth, np.full(size.size, 0.05), unknown, unknown)


@pytest.mark.parametrize("size", [
    500 * 0.8 ** np.arange(15), 500 * 0.9 ** np.arange(20),
    np.r_[10 * 1.3 ** np.arange(10), 10 * 1.3**9 * 0.75 ** np.arange(1, 11)],
], ids=["by a fifth", "by a tenth", "after a rise"])  # fmt: skip
def test_a_cluster_that_falls_fast_declines_and_does_not_emerge(size):
    others = [_course(np.full(20, 30.0)) for _ in range(4)]
    for courses in ([_course(size)], [_course(size), *others]):
        last = state_probabilities(courses)[0][0].probability[-3:]
        assert (last[:, STATES.index("emerging")] < 0.05).all()
        assert (last[:, STATES.index("declining")] > 0.9).all()


@pytest.mark.parametrize("n", [10, 30])
def test_intervals_of_heterogeneity_cover_balanced_kinds(n):
    share = 0.5
    rng, held = np.random.default_rng(n), []
    for _ in range(300):
        kinds = np.zeros((n, 2))
        kinds[np.arange(n), (rng.random(n) < share).astype(int)] = 1
        found = heterogeneity_of(csr_array(kinds), 0.95)
        held.append(found.low <= 2 * share * (1 - share) <= found.high)
    assert np.mean(held) >= 0.91
