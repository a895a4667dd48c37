"""Errors of estimates whose rows share groups, ways or ends."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.sandwich_covariance import cov_cluster, cov_cluster_2groups
from tests.oracles.sandwiches import at_an_end, in_any_way, meat

from buzzline.errors import InvalidArgument, TooFew
from buzzline.sandwiches import (
    assembled,
    clustered,
    dyadic,
    group_codes,
    group_sums,
    heteroskedastic,
    multiway,
    worth,
)

NONE = 0  # coefficients used up, where only the sum of products is in question


def _rows(n: int = 60, k: int = 2, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    bread = rng.normal(size=(k, k))
    return rng.normal(size=(n, k)) + 0.5, bread @ bread.T + np.eye(k)


def _line(n: int = 90, seed: int = 2) -> tuple[np.ndarray, np.ndarray, object]:
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    y = x @ [1.0, 2.0, 0.0] + rng.normal(size=n)
    fit = sm.OLS(y, x).fit()
    return x * fit.resid[:, None], np.linalg.inv(x.T @ x), fit


def _small(n: int, used: int, groups: int) -> float:
    return groups / (groups - 1) * (n - 1) / (n - used)


# ---------------------------------------------------------------- by hand


def test_by_hand_two_groups_of_two():
    scores = np.array([[1.0], [2.0], [-1.0], [-2.0]])
    made = clustered(scores, np.array([[0.5]]), np.array(["a", "a", "b", "b"]))
    # (3^2 + 3^2) x 0.5^2 x 2 / (2 - 1) x (4 - 1) / (4 - 1)
    assert made.covariance.item() == pytest.approx(9.0)
    assert made.n_groups == (2,)
    assert made.degrees.item() == pytest.approx(1.0)


def test_by_hand_a_ring_of_three_pairs_shares_an_end_everywhere():
    made = dyadic(np.ones((3, 1)), np.eye(1), ([0, 1, 2], [1, 2, 0]), n_parameters=NONE)
    assert made.covariance.item() == pytest.approx(9 * 3 / 2 * 2 / 3)


def test_by_hand_a_pair_of_a_thing_with_itself_counts_once():
    scores = np.array([[1.0], [2.0], [4.0]])
    made = dyadic(scores, np.eye(1), ([0, 0, 2], [0, 1, 3]), n_parameters=NONE)
    # rows 0 and 1 share thing 0: (1 + 2)^2; row 2 stands alone: 4^2
    assert made.covariance.item() == pytest.approx((9 + 16) * _small(3, 0, 4))


# ---------------------------------------------------------------- brute force


@given(st.integers(0, 10_000))
def test_brute_force_all_pairs_of_rows(seed: int):
    rng = np.random.default_rng(seed)
    scores, bread = _rows(seed=seed)
    one, two, three = (rng.integers(0, m, 60) for m in (12, 7, 5))
    ends = rng.integers(0, 15, 60), rng.integers(0, 15, 60)
    cases = [
        (clustered(scores, bread, one, n_parameters=NONE), in_any_way(one), one),
        (multiway(scores, bread, (one, two), n_parameters=NONE), in_any_way(one, two), two),
        (multiway(scores, bread, (one, two, three), n_parameters=NONE),
         in_any_way(one, two, three), three),
        (dyadic(scores, bread, ends, n_parameters=NONE), at_an_end(*ends),
         np.concatenate(ends)),
    ]  # fmt: skip
    for made, shared, fewest in cases:
        expected = bread @ meat(scores, shared) @ bread
        expected *= _small(60, NONE, np.unique(fewest).size)
        if made.is_mended or made.raised.any():
            assert np.linalg.eigvalsh(made.covariance)[0] >= -1e-9 * np.trace(made.covariance)
        else:
            np.testing.assert_allclose(made.covariance, expected, rtol=1e-9, atol=1e-9)


def test_brute_force_leaving_each_group_and_each_thing_out():
    rng = np.random.default_rng(8)
    x = np.column_stack([np.ones(80), rng.normal(size=(80, 2))])
    y = x @ [1.0, 2.0, 0.0] + rng.normal(size=80) + rng.normal(size=8)[np.arange(80) // 10]
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    scores = x * (y - x @ beta)[:, None]

    def without(rows: np.ndarray) -> np.ndarray:
        return np.linalg.lstsq(x[~rows], y[~rows])[0] - beta

    group = np.arange(80) // 10
    moves = np.array([without(group == g) for g in range(8)])
    made = clustered(scores, bread, group, design=x)
    np.testing.assert_allclose(made.covariance, 7 / 8 * moves.T @ moves)
    ends = rng.integers(0, 14, (2, 80))
    luck = rng.normal(size=14)
    x[:, 1] += luck[ends[0]] + luck[ends[1]]
    y += 2 * rng.normal(size=14)[ends].sum(axis=0)
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    scores = x * (y - x @ beta)[:, None]
    moves = np.array([without((ends == thing).any(axis=0)) for thing in range(14)])
    same = np.array([ends[0, i] == ends[1, i] for i in range(80)])
    pairs = meat((scores @ bread)[~same], in_any_way(
        np.array([min(e) * 100 + max(e) for e in ends.T[~same]])))  # fmt: skip
    made = dyadic(scores, bread, (ends[0], ends[1]), design=x)
    assert not made.is_mended
    kept = np.ix_(~made.raised, ~made.raised)
    assert kept[0].size
    expected = 13 / 14 * (moves.T @ moves - pairs)
    np.testing.assert_allclose(made.covariance[kept], expected[kept])


def test_an_estimate_that_one_group_alone_tells_of_has_no_interval():
    rng = np.random.default_rng(9)
    group = np.repeat(np.arange(10), 8)
    x = np.column_stack([np.ones(80), rng.normal(size=80), group == 3])
    y = rng.normal(size=80)
    bread = np.linalg.inv(x.T @ x)
    beta = bread @ x.T @ y
    made = clustered(x * (y - x @ beta)[:, None], bread, group, design=x)
    low, high = made.interval(beta)
    assert np.isfinite(high[1])
    assert (low[2], high[2]) == (-np.inf, np.inf)
    assert np.isnan(made.p(beta)[2])


# ---------------------------------------------------------------- collapses


def test_collapse_groups_of_one_are_independent_rows():
    scores, bread = _rows()
    alone = heteroskedastic(scores, bread)
    n, k = scores.shape
    expected = bread @ scores.T @ scores @ bread * n / (n - k)
    np.testing.assert_allclose(alone.covariance, expected)
    apart = dyadic(scores, bread, (np.arange(n) * 2, np.arange(n) * 2 + 1))
    np.testing.assert_allclose(apart.covariance / apart.factor, alone.covariance / alone.factor)


def test_collapse_the_same_way_twice_is_that_way_once():
    scores, bread = _rows()
    groups = np.arange(60) // 5
    scores = scores + np.random.default_rng(6).normal(size=(12, 2))[groups]
    once, twice = clustered(scores, bread, groups), multiway(scores, bread, (groups, groups))
    np.testing.assert_allclose(twice.covariance, once.covariance)
    thrice = multiway(scores, bread, (groups, groups, groups))
    np.testing.assert_allclose(thrice.covariance, once.covariance)


# ---------------------------------------------------------------- invariants


def test_invariant_order_names_and_direction_do_not_matter():
    rng = np.random.default_rng(5)
    scores, bread = _rows()
    first, second = rng.integers(0, 12, 60), rng.integers(0, 12, 60)
    made = dyadic(scores, bread, (first, second)).covariance
    turned = rng.random(60) < 0.5
    other = np.where(turned, second, first), np.where(turned, first, second)
    np.testing.assert_allclose(dyadic(scores, bread, other).covariance, made)
    order = rng.permutation(60)
    named = np.array([f"place {i}" for i in range(12)])
    moved = dyadic(scores[order], bread, (named[first[order]], named[second[order]]))
    np.testing.assert_allclose(moved.covariance, made)


def test_invariant_codes_far_apart_are_the_same_groups():
    assert group_codes(np.array([10**15, 7, 10**15])).tolist() == [1, 0, 1]
    assert group_codes(np.array([-3, 5, -3])).tolist() == [0, 1, 0]


def test_a_sum_that_is_no_variance_is_mended_and_said():
    # two ways that undo each other: single ways add to 0, rows alone do not
    scores = np.array([[1.0], [-1.0], [-1.0], [1.0]])
    ways = (np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]))
    made = multiway(scores, np.eye(1), ways, n_parameters=NONE)
    assert made.is_mended
    assert made.raised.tolist() == [True]
    assert made.covariance.item() == pytest.approx(4.0)  # independent rows
    assert "negative eigenvalues set to 0" in made.note
    assert "raised to the error of independent rows" in made.note


def test_a_giant_group_is_not_made_up_for_by_small_ones():
    rng = np.random.default_rng(3)
    scores = rng.normal(size=(200, 1))
    even = clustered(scores, np.eye(1), np.arange(200) // 4)
    giant = np.where(np.arange(200) < 100, 0, np.arange(200) // 2)
    assert even.degrees.item() > 35
    assert clustered(scores, np.eye(1), giant).degrees.item() < 4


# ---------------------------------------------------------------- another package


def test_reference_statsmodels_one_and_two_ways():
    scores, bread, fit = _line()
    rng = np.random.default_rng(4)
    one, two = rng.integers(0, 15, 90), rng.integers(0, 12, 90)
    ours = clustered(scores, bread, one)
    np.testing.assert_allclose(ours.covariance, cov_cluster(fit, one), rtol=1e-10)
    both = multiway(scores, bread, (one, two))
    plain = cov_cluster_2groups(fit, one, two, use_correction=False)[0]
    assert not both.is_mended
    kept = ~both.raised
    np.testing.assert_allclose(
        both.covariance[np.ix_(kept, kept)], (plain * _small(90, 3, 12))[np.ix_(kept, kept)]
    )


def test_reference_statsmodels_independent_rows():
    scores, bread, fit = _line()
    np.testing.assert_allclose(
        heteroskedastic(scores, bread).covariance, fit.cov_HC1, rtol=1e-10
    )


# ---------------------------------------------------------------- recovers the truth


def _pairs(n: int) -> tuple[np.ndarray, np.ndarray]:
    return np.triu_indices(n, 1)


@pytest.mark.parametrize("kind", ["groups", "pairs"])
def test_truth_intervals_cover_where_rows_share_luck(kind: str):
    rng = np.random.default_rng(11)
    first, second = _pairs(30)
    group = np.arange(first.size) // 12
    covered = wrong = 0
    draws = 300
    for _ in range(draws):
        if kind == "groups":
            n_groups = int(group.max()) + 1
            x = rng.normal(size=n_groups)[group] + 0.3 * rng.normal(size=group.size)
            y = rng.normal(size=n_groups)[group] + rng.normal(size=group.size)
        else:
            own, luck = rng.normal(size=30), rng.normal(size=30)
            x = own[first] + own[second]
            y = luck[first] + luck[second] + rng.normal(size=first.size)
        design = np.column_stack([np.ones(x.size), x])
        bread = np.linalg.inv(design.T @ design)
        beta = bread @ design.T @ y
        scores = design * (y - design @ beta)[:, None]
        made = (
            clustered(scores, bread, group) if kind == "groups"
            else dyadic(scores, bread, (first, second))
        )  # fmt: skip
        covered += _covers(made, beta)
        wrong += _covers(heteroskedastic(scores, bread), beta)
    assert 0.90 <= covered / draws <= 0.985
    assert wrong / draws < 0.80  # rows taken as independent


def _covers(made: object, beta: np.ndarray) -> bool:
    low, high = made.interval(beta)
    return bool(low[1] <= 0 <= high[1])


# ---------------------------------------------------------------- bad input


def test_bad_input_says_what_is_wrong():
    scores, bread = _rows(6)
    with pytest.raises(TooFew, match="one group"):
        clustered(scores, bread, np.zeros(6, int))
    with pytest.raises(TooFew, match="fewer than three"):
        dyadic(scores, bread, (np.zeros(6, int), np.ones(6, int)))
    with pytest.raises(InvalidArgument, match="shape"):
        clustered(scores, np.eye(3), np.arange(6))
    with pytest.raises(InvalidArgument, match="finite"):
        clustered(scores * np.nan, bread, np.arange(6))
    with pytest.raises(TooFew, match="6 rows for 6"):
        clustered(scores, bread, np.arange(6), n_parameters=6)
    with pytest.raises(InvalidArgument, match="one way"):
        multiway(scores, bread, ())


def test_without_degrees_of_freedom_the_interval_is_endless():
    scores = np.array([[1.0], [0.0], [0.0], [-1e-12]])
    made = clustered(scores, np.eye(1), np.array([0, 0, 1, 1]))
    low, high = made.interval(np.array([1.0]))
    assert high.item() - low.item() > 1e6


def test_assembled_is_what_clustered_makes_of_sums_over_groups():
    scores, bread = _rows()
    groups = np.arange(60) % 12
    moves = scores @ bread
    sums = group_sums(moves, groups)
    made = clustered(scores, bread, groups, n_parameters=NONE)
    ours = assembled(
        moves, sums.T @ sums, n_groups=(12,), worth=worth(group_sums(np.abs(moves), groups)),
        kind=made.kind, factor=made.factor,
    )  # fmt: skip
    assert ours.covariance == pytest.approx(made.covariance)
    assert ours.degrees == pytest.approx(made.degrees)


def test_assembled_mends_what_is_no_covariance_and_says_so():
    moves = np.eye(2)
    made = assembled(
        moves, np.array([[1.0, 3.0], [3.0, 1.0]]), n_groups=(9, 9), worth=np.full(2, 9.0),
        kind="two ways", factor=1.0,
    )  # fmt: skip
    assert made.is_mended
    assert np.linalg.eigvalsh(made.covariance).min() > -1e-12
