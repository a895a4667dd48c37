"""Passes over choices: brute force on arrays of any shape, and sums in any order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles import choice as oracle

from buzzline.kernels import summing_kernel
from buzzline.kernels.conditional_logit import (
    choice_pass,
    choice_shares,
    column_ranges,
    group_information,
    row_scores,
    smallest_lead,
)

NONE = np.empty(0)


@summing_kernel
def added(values):
    """Add up values, in any order."""
    total = 0.0
    for value in values:
        total += value
    return total


@given(
    widths=st.lists(st.integers(1, 6), min_size=1, max_size=8), columns=st.integers(1, 4),
    seed=st.integers(0, 2**20), with_offset=st.booleans(),
)  # fmt: skip
@settings(max_examples=30, deadline=None)
def test_a_pass_matches_brute_force(widths, columns, seed, with_offset):
    rng = np.random.default_rng(seed)
    start = np.concatenate([[0], np.cumsum(widths)]).astype(np.int64)
    x = rng.normal(size=(start[-1], columns)) * 2
    offset = rng.normal(size=start[-1]) if with_offset else NONE
    chosen = (start[:-1] + rng.integers(0, widths)).astype(np.int64)
    weight, beta = rng.random(len(widths)) + 0.1, rng.normal(size=columns)
    scores = np.empty((len(widths), columns))
    found, information = choice_pass(x, start, chosen, weight, offset, beta, scores)
    case = np.repeat(np.arange(len(widths)), widths)
    expected, curve = 0.0, np.zeros((columns, columns))
    for one in range(len(widths)):
        rows = case == one
        is_chosen = np.isin(np.flatnonzero(rows), chosen)
        beside = offset[rows] if with_offset else None
        expected += weight[one] * oracle.log_likelihood(
            x[rows], case[rows], is_chosen, beta, beside
        )
        worth = np.exp(x[rows] @ beta + (0 if beside is None else beside))
        away = x[rows] - (worth @ x[rows]) / worth.sum()
        curve += weight[one] * (away.T * (worth / worth.sum())) @ away
        assert scores[one] == pytest.approx(weight[one] * away[is_chosen][0], abs=1e-9)
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert information == pytest.approx(curve, rel=1e-8, abs=1e-9)
    share = np.empty(start[-1])
    choice_shares(x, start, offset, beta, share)
    assert np.bincount(case, weights=share) == pytest.approx(1)
    rows = np.empty(x.shape)
    row_scores(x, start, chosen, weight, share, rows)
    summed = np.array([rows[case == one].sum(axis=0) for one in range(len(widths))])
    assert summed == pytest.approx(scores, abs=1e-9)
    by_group = group_information(x, start, weight, share, case % 3, 3)
    assert by_group.sum(axis=0) == pytest.approx(information, rel=1e-8, abs=1e-9)


def test_leads_and_ranges_by_hand():
    x = np.array([[1.0, 0.0], [0.0, 5.0], [2.0, 1.0], [4.0, 0.0]])
    start, chosen = np.array([0, 2, 4]), np.array([0, 2])
    # along (1, 0): the first leads by 1, the second by -2; along (0, -1): 5 and -1
    assert smallest_lead(x, start, chosen, np.array([1.0, 0.0])) == (-2.0, 1.0)
    assert smallest_lead(x, start, chosen, np.array([0.0, -1.0])) == (-1.0, 5.0)
    assert column_ranges(x).tolist() == [4.0, 5.0]


def test_sums_in_any_order_keep_what_is_not_a_number():
    values = np.random.default_rng(1).normal(size=1000)
    assert added(values) == pytest.approx(values.sum(), rel=1e-12)
    assert np.isnan(added(np.array([1.0, np.nan])))
    assert added(np.array([1.0, np.inf])) == np.inf
