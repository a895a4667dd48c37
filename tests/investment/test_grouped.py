"""Ratios over groups: brute force, collapses, exact enumeration, coverage and size."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.errors import InvalidArgument
from buzzline.investment.grouped import (
    Grouped,
    bootstrap_by_groups,
    grouped,
    permutation_test,
    ratio_by_groups,
)
from buzzline.investment.risk_ratio import risk_difference, risk_ratio
from buzzline.investment.score_ends import KINDS
from buzzline.investment.stratified import (
    mantel_haenszel_odds_ratio,
    mantel_haenszel_risk_difference,
    mantel_haenszel_risk_ratio,
)
from buzzline.kernels.lands import dealt_contrasts

CLOSED = dict(zip(KINDS, (mantel_haenszel_risk_ratio, mantel_haenszel_odds_ratio,
                          mantel_haenszel_risk_difference), strict=True))  # fmt: skip


def deals_of(rows) -> Grouped:
    stratum, group, exposed, lands = (np.array(column) for column in zip(*rows, strict=True))
    return grouped(stratum, group, exposed=exposed.astype(bool), lands=lands.astype(bool))


ROWS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 1), st.integers(0, 1)),
    min_size=4, max_size=40,
)  # fmt: skip


@settings(max_examples=60)
@given(ROWS)
def test_values_are_those_of_mantel_and_haenszel(rows):
    deals = deals_of(rows)
    for kind, closed in CLOSED.items():
        found = ratio_by_groups(deals, kind)
        other = closed(deals.cells()) if deals.rows.size else None
        if other is not None and np.isfinite(other.value):
            assert found.value == pytest.approx(other.value)
            assert found.low <= found.value + 1e-9
            assert np.isnan(found.high) or found.high >= found.value - 1e-9
        elif np.isnan(found.value):
            assert found.method.startswith("not testable") or "no value" in found.method


def slow_contrast(deals: Grouped) -> float:
    """What groups add, stratum by stratum; stretched as the docstring says."""
    total, spread = 0.0, 0.0
    adds: dict[int, float] = {}
    for h in range(deals.n_strata):
        here = deals.stratum == h
        x, y, g = (values[here] for values in (deals.exposed, deals.lands, deals.group))
        shares = {k: np.mean(g == k) for k in set(g.tolist())}
        for k, f in shares.items():
            own = g == k
            part = ((x - x.mean()) * (y - y.mean()))[own].sum()
            within = ((x[own] - x[own].mean()) * (y[own] - y[own].mean())).sum()
            left = 1 - 2 * f + sum(other**2 for other in shares.values())
            stretch = 1 / np.sqrt(left) if f < 1 else 1.0
            total += part
            adds[k] = adds.get(k, 0.0) + within + stretch * (part - within)
    spread = sum(part**2 for part in adds.values())
    return total / np.sqrt(spread) if spread > 1e-18 else 0.0


@settings(max_examples=60)
@given(ROWS)
def test_contrast_agrees_with_brute_force(rows):
    deals = deals_of(rows)
    found = permutation_test(deals, draws=1, rng=1)
    if deals.rows.size:
        assert found.contrast == pytest.approx(slow_contrast(deals), abs=1e-9)


@settings(max_examples=40)
@given(ROWS)
def test_interval_and_contrast_agree_at_no_difference(rows):
    """(R - S)^2 / V at a ratio of 1 is the square of the contrast, for all three."""
    deals = deals_of(rows)
    if not deals.rows.size:
        return
    contrast = permutation_test(deals, draws=0).contrast
    if abs(abs(contrast) - 1.96) < 0.01:
        return
    found = ratio_by_groups(deals, "risk ratio")
    if found.method.startswith("not"):
        return
    holds = found.low <= 1 <= (np.inf if np.isnan(found.high) else found.high)
    assert holds == (abs(contrast) <= 1.96)


def test_one_deal_a_group_is_close_to_independent_deals():
    rng = np.random.default_rng(1)
    n = 4000
    exposed = rng.random(n) < 0.4
    lands = rng.random(n) < np.where(exposed, 0.5, 0.2)
    deals = grouped(np.zeros(n, int), np.arange(n), exposed=exposed, lands=lands)
    for kind, closed in (("risk ratio", risk_ratio), ("risk difference", risk_difference)):
        one, other = ratio_by_groups(deals, kind), closed(deals.cells()[0])
        assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=0.02)


def test_order_and_names_change_nothing():
    rng = np.random.default_rng(2)
    rows = np.column_stack([rng.integers(3, size=60), rng.integers(15, size=60),
                            rng.integers(2, size=60), rng.integers(2, size=60)])  # fmt: skip
    renamed = rows[rng.permutation(60)]
    renamed[:, 1] = (renamed[:, 1] * 7 + 3) % 15
    one, other = (ratio_by_groups(deals_of(some), "odds ratio") for some in (rows, renamed))
    assert (one.value, one.low, one.high) == pytest.approx((other.value, other.low, other.high))


def test_every_set_of_landing_deals_is_as_likely():
    """Brute force: all ways in which 2 of 4 deals land, in each of two strata."""
    deals = deals_of([(h, 10 * h + k, k % 2, k < 2) for h in (0, 1) for k in range(4)])
    ways = []
    for first in combinations(range(4), 2):
        for second in combinations(range(4), 2):
            lands = np.zeros(8, bool)
            lands[list(first)] = lands[[4 + k for k in second]] = True
            ways.append(slow_contrast(Grouped(deals.stratum, deals.group, deals.exposed,
                                              lands, deals.rows)))  # fmt: skip
    for landed in ([0, 1], [0, 2], [1, 3]):
        lands = np.zeros(8, bool)
        lands[landed] = lands[[4 + k for k in landed]] = True
        own = Grouped(deals.stratum, deals.group, deals.exposed, lands, deals.rows)
        wanted = np.mean(np.abs(ways) >= abs(slow_contrast(own)) - 1e-9)
        found = permutation_test(own, draws=4000, rng=1).p
        assert found == pytest.approx(wanted, abs=4 * np.sqrt(0.25 / 4000))


def test_draws_do_not_depend_on_who_makes_them():
    start, cell = np.array([0, 6]), np.arange(6, dtype=np.int32)
    cells = np.column_stack([np.ones(6), [1, 1, 0, 0, 1, 0], np.full(6, 0.5), np.full(6, 0.5),
                             np.full(6, 1.1)])  # fmt: skip
    exposed = np.array([True, True, False, False, True, False])

    def dealt(numbers):
        return dealt_contrasts(np.uint64(5), np.array(numbers), start, np.array([3]), cell,
                               exposed, cells, np.arange(7))  # fmt: skip

    assert dealt([3, 1, 2]).tolist() == [dealt([k])[0] for k in (3, 1, 2)]


def world(rng, *, groups, giants=0, alike=0.3, times=1.0, deals=240):
    weight = rng.lognormal(0, 1, groups)
    weight[:giants] = weight[giants:].sum() / max(giants, 1)
    industry, exposed = rng.integers(2, size=groups), rng.random(groups) < 0.5
    mean = np.where(exposed, 0.2 * times, 0.2)
    own = rng.beta(mean * (1 / alike - 1), (1 - mean) * (1 / alike - 1))
    group = np.repeat(np.arange(groups), rng.multinomial(deals, weight / weight.sum()))
    lands = rng.random(deals) < own[group]
    return grouped(industry[group], group, exposed=exposed[group], lands=lands)


@pytest.mark.parametrize(("groups", "giants"), [(80, 0), (80, 1), (80, 3), (15, 0)])
def test_intervals_cover_and_tests_keep_their_size(groups, giants):
    """300 worlds each; the larger study stands in benchmarks/odds_recovery.py."""
    rng = np.random.default_rng(groups + giants)
    covered, p = [], []
    for seed in range(300):
        found = ratio_by_groups(
            world(rng, groups=groups, giants=giants, times=2.0), "risk ratio"
        )
        covered.append(found.low <= 2 <= (np.inf if np.isnan(found.high) else found.high))
        p.append(
            permutation_test(world(rng, groups=groups, giants=giants), draws=39, rng=seed).p
        )
    margin = 2.5 * np.sqrt(0.05 * 0.95 / 300)
    assert np.mean(covered) >= 0.95 - margin
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + margin
    assert np.mean(np.array(p) <= 0.2) <= 0.2 + 2.5 * np.sqrt(0.16 / 300)


def test_deals_of_one_parent_make_the_interval_longer():
    rng = np.random.default_rng(3)
    deals = world(rng, groups=200, alike=0.5, times=2.0, deals=1500)
    alone = Grouped(deals.stratum, np.arange(deals.rows.size, dtype=np.int32), deals.exposed,
                    deals.lands, deals.rows)  # fmt: skip
    together, apart = (ratio_by_groups(some, "risk ratio") for some in (deals, alone))
    assert np.log(together.high / together.low) > 1.5 * np.log(apart.high / apart.low)


def test_bootstrap_is_near_where_groups_are_many():
    deals = world(np.random.default_rng(4), groups=300, times=2.0, deals=900)
    one = ratio_by_groups(deals, "risk ratio")
    other = bootstrap_by_groups(deals, "risk ratio", draws=499, rng=1)
    assert np.log(one.high / one.low) == pytest.approx(np.log(other.high / other.low), rel=0.15)
    assert bootstrap_by_groups(deals, "risk ratio", draws=0).method.startswith("over")


def test_few_groups_have_no_upper_end():
    deals = deals_of([(0, k % 3, k % 3 == 0, k % 2) for k in range(60)])
    found = ratio_by_groups(deals, "risk ratio")
    assert found.low == 0
    assert np.isnan(found.high)
    apart = ratio_by_groups(deals, "risk difference")
    assert (apart.low, apart.high) == (-1, 1)


def test_separation_and_nothing_to_compare_are_said():
    deals = deals_of([(0, k, k % 2, k % 2) for k in range(20)])
    found = ratio_by_groups(deals, "risk ratio")
    assert np.isnan(found.value)
    assert "no deal from elsewhere lands" in found.method
    assert found.low >= 0
    assert np.isnan(found.high)
    none = ratio_by_groups(deals_of([(0, k, k % 2, 0) for k in range(20)]), "odds ratio")
    assert none.method.startswith("not testable")
    apart = deals_of([(k % 2, k, k % 2, k % 3 == 0) for k in range(20)])
    assert apart.rows.size == 0
    assert ratio_by_groups(apart, "risk ratio").method.startswith("not testable: in no stratum")
    assert np.isnan(permutation_test(apart).p)
    with pytest.raises(InvalidArgument, match="equally long"):
        grouped(
            np.zeros(2, int),
            np.zeros(3, int),
            exposed=np.zeros(2, bool),
            lands=np.zeros(2, bool),
        )
