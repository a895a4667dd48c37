"""Roles of brokers: by hand, brute force, expectation in closed form, size of the test."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.network.test_position import network
from tests.oracles.brokerage import brokerage_counts, expected_brokerage

from buzzline.errors import InvalidArgument
from buzzline.network.brokerage import ROLES, brokerage_by_chance, brokerage_roles


def test_each_role_by_hand():
    # b brokers from a to c; groups of a, b, c
    ties = network([(0, 1), (1, 2)], 3, directed=True)
    for group, role in (
        ((0, 0, 0), "coordinator"), ((1, 0, 1), "itinerant"), ((1, 0, 0), "gatekeeper"),
        ((0, 0, 1), "representative"), ((0, 1, 2), "liaison"), ((-1, 0, -1), "liaison"),
        ((-1, -1, -1), "liaison"), ((-1, 0, 0), "gatekeeper"),
    ):  # fmt: skip
        found = brokerage_roles(ties, group)
        assert found.sum() == 1
        assert ROLES[int(found[1].argmax())] == role


def test_a_pair_that_is_tied_needs_no_broker():
    assert (
        brokerage_roles(network([(0, 1), (1, 2), (0, 2)], 3, directed=True), [0] * 3).sum() == 0
    )
    # only the direction of the pair counts
    assert (
        brokerage_roles(network([(0, 1), (1, 2), (2, 0)], 3, directed=True), [0] * 3).sum() == 3
    )


@settings(max_examples=60)
@given(
    st.sets(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=50),
    st.lists(st.integers(-1, 2), min_size=10, max_size=10),
)
def test_counts_agree_with_brute_force(drawn, group):
    ties = {pair for pair in drawn if pair[0] != pair[1]}
    found = brokerage_roles(network(sorted(ties), 10, directed=True), group)
    assert (found == brokerage_counts(ties, group)).all()


def test_without_direction_every_pair_counts_both_ways():
    rng = np.random.default_rng(1)
    pairs = sorted({tuple(sorted(p)) for p in rng.integers(0, 25, (60, 2)) if p[0] != p[1]})
    group = rng.integers(0, 3, 25)
    plain = brokerage_roles(network(pairs, 25), group)
    both = pairs + [(j, i) for i, j in pairs]
    assert (plain == brokerage_counts(set(both), group)).all()
    assert (plain[:, 2] == plain[:, 3]).all()


def test_a_broker_with_hundreds_of_ties_agrees_with_brute_force():
    # lists of very different length are searched, not read
    ties = {(i, 0) for i in range(1, 60)} | {(0, i) for i in range(30, 90)}
    ties |= {(3, 40), (5, 31), (40, 3)}
    group = np.arange(90) % 3
    found = brokerage_roles(network(sorted(ties), 90, directed=True), group)
    assert (found == brokerage_counts(ties, group)).all()


def test_the_mean_over_dealt_groups_equals_its_closed_form():
    rng = np.random.default_rng(3)
    pairs = sorted({tuple(p) for p in rng.integers(0, 30, (150, 2)) if p[0] != p[1]})
    ties, group = network(pairs, 30, directed=True), np.repeat([0, 1, 2], [6, 10, 14])
    assert (ties.degree + ties.reversed().degree > 0).all()
    brokers = np.arange(30)
    found = brokerage_by_chance(ties, group, brokers=brokers, draws=2000, rng=rng)
    n_pairs = brokerage_roles(ties, group).sum(axis=1)
    for v in (0, 8, 20):
        expected = expected_brokerage(n_pairs[v], group[v], [6, 10, 14], 30)
        error = found.sd[v] / np.sqrt(2000)
        assert (np.abs(found.mean[v] - expected) < 4 * error + 1e-9).all()


def test_p_values_keep_their_size_where_groups_do_not_matter():
    p = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        pairs = sorted({tuple(q) for q in rng.integers(0, 40, (160, 2)) if q[0] != q[1]})
        ties = network(pairs, 40, directed=True)
        found = brokerage_by_chance(
            ties, rng.integers(0, 3, 40), brokers=[seed % 40], draws=39, rng=rng
        )
        p.append(found.p[0])
    share = (np.array(p) <= 0.1).mean(axis=0)
    assert (share <= 0.1 + 3 * np.sqrt(0.09 / 60)).all()


def test_one_group_an_organisation_is_asked_for():
    with pytest.raises(InvalidArgument, match="each needs one"):
        brokerage_roles(network([(0, 1)], 2), [0])
