"""Shares of things that resemble each other: by hand, brute force, scipy, coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from buzzline.arrays import as_codes
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.effective_shares import (
    EffectiveShare,
    share_of_one_owner,
    share_of_ties,
)

NONE = np.empty(0, np.int32)


def ties_of(source, target, n, record=NONE):
    return LayerTies(as_codes(source), as_codes(target), np.ones(len(source)),
                     as_codes(record), True, n)  # fmt: skip


@pytest.mark.parametrize(("hits", "n"), [(0, 12), (3, 20), (20, 20), (7, 300)])
def test_another_package_gives_the_same_interval_when_ties_are_independent(hits, n):
    exact = binomtest(hits, n).proportion_ci(method="exact")
    assert EffectiveShare(hits / n, n, n).interval() == pytest.approx((exact.low, exact.high))


def test_fewer_independent_ones_widen_the_interval():
    low, high = EffectiveShare(0.3, 100, 100).interval()
    wider = EffectiveShare(0.3, 25, 100).interval()
    assert wider[0] < low < high < wider[1]


def test_nothing_seen_has_no_interval():
    assert np.isnan(EffectiveShare(float("nan"), 0.0, 0).interval()).all()


def test_by_hand_two_of_three_pairs_have_one_owner():
    # owners a a a b: of 6 pairs of ties 3 are of a
    assert share_of_one_owner(as_codes([0, 0, 0, 1]), NONE).value == pytest.approx(0.5)


def test_by_hand_pairs_within_a_record_do_not_count():
    # one consortium of three ties to a, and one tie to b: three pairs across, none of one owner
    found = share_of_one_owner(as_codes([0, 0, 0, 1]), as_codes([7, 7, 7, 8]))
    assert found.value == 0.0


def test_collapses_each_tie_in_its_own_record_is_as_without_records():
    owner = as_codes([0, 0, 1, 2, 2, 2, 3])
    alone = share_of_one_owner(owner, NONE)
    assert share_of_one_owner(owner, as_codes(range(7))) == alone


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 5)), min_size=3, max_size=30).filter(
        lambda pairs: len({record for _, record in pairs}) > 2
    )
)
def test_brute_force_over_all_pairs_and_leaving_out_records(pairs):
    owner, record = (as_codes(list(each)) for each in zip(*pairs, strict=True))

    def slow(keep):
        rows = [k for k in range(owner.size) if keep[k]]
        across = [(i, j) for i in rows for j in rows if record[i] != record[j]]
        same = [pair for pair in across if owner[pair[0]] == owner[pair[1]]]
        return len(same) / len(across) if across else None

    found = share_of_one_owner(owner, record)
    value = slow(np.ones(owner.size, bool))
    assert found.value == pytest.approx(value)
    without = [slow(record != each) for each in np.unique(record)]
    if 0 < value < 1 and None not in without and np.ptp(without) > 0:
        n = len(without)
        variance = (n - 1) / n * np.sum((np.array(without) - np.mean(without)) ** 2)
        assert found.n_worth <= value * (1 - value) / variance + 1e-9


def test_invariant_the_order_of_ties_and_names_of_owners_change_nothing():
    rng = np.random.default_rng(1)
    owner, record = rng.integers(0, 6, 40), rng.integers(0, 15, 40)
    order, names = rng.permutation(40), rng.permutation(6)
    first = share_of_one_owner(as_codes(owner), as_codes(record))
    again = share_of_one_owner(as_codes(names[owner][order]), as_codes(record[order]))
    assert again.value == pytest.approx(first.value)
    assert again.n_worth == pytest.approx(first.n_worth)


@pytest.mark.parametrize(
    ("shares", "n"),
    [([0.5] + [0.5 / 200] * 200, 20), ([0.3] + [0.7 / 200] * 200, 40), ([0.9, 0.1], 30),
     ([0.02] * 50, 60), ([1 / k for k in range(1, 60)], 25)],
)  # fmt: skip
def test_recovers_the_truth_intervals_of_dependence_cover(shares, n):
    p = np.array(shares) / np.sum(shares)
    rng, truth = np.random.default_rng(5), float(np.sum(p**2))
    covered = 0
    for _ in range(400):
        low, high = share_of_one_owner(as_codes(rng.choice(p.size, n, p=p)), NONE).interval()
        covered += low <= truth <= high
    assert covered / 400 > 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / 400)


def test_recovers_the_truth_intervals_cover_where_ties_come_in_records():
    p = np.array([0.4] + [0.6 / 80] * 80)
    rng, truth, covered = np.random.default_rng(6), float(np.sum(p**2)), 0
    for _ in range(300):
        size = rng.integers(1, 7, 25)
        record = np.repeat(np.arange(25), size)
        first = rng.choice(p.size, 25, p=p)[record]
        owner = np.where(rng.random(record.size) < 0.5, first,
                         rng.choice(p.size, record.size, p=p))  # fmt: skip
        low, high = share_of_one_owner(as_codes(owner), as_codes(record)).interval()
        covered += low <= truth <= high
    assert covered / 300 > 0.95 - 2.6 * np.sqrt(0.95 * 0.05 / 300)


def test_by_hand_ties_of_one_organisation_are_worth_fewer():
    # organisation 0 has three ties that hold, organisation 1 three that do not
    together = ties_of([0, 0, 0, 1, 1, 1], [2, 3, 4, 5, 6, 7], 8)
    apart = ties_of([0, 2, 4, 6, 8, 10], [1, 3, 5, 7, 9, 11], 12)
    holds = np.array([True] * 3 + [False] * 3)
    assert share_of_ties(apart, holds).n_worth == pytest.approx(6)
    assert share_of_ties(together, holds).n_worth == pytest.approx(2)


def test_no_ties_have_no_share():
    found = share_of_ties(ties_of([], [], 3), np.empty(0, bool))
    assert np.isnan(found.value)
    assert found.n == 0
