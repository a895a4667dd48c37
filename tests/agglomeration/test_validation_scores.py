import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.vq import kmeans2

from buzzline.agglomeration.industry_partitions import k_means, partitions
from buzzline.agglomeration.industry_search import overall_score, reassigned
from buzzline.agglomeration.industry_similarity import scaled, similarities
from buzzline.agglomeration.validation_scores import (
    Scores,
    contrast,
    made_ready,
    others,
    validation_scores,
)


def symmetric(rng, n):
    matrix = rng.normal(size=(n, n))
    return (matrix + matrix.T) / 2


def oracle(matrix, group):
    """The four scores as their definition says, one pair after the other."""
    names = sorted(set(group))
    n = len(group)

    def mean(rows, columns):
        found = [
            matrix[i, j] for i in rows for j in columns if i != j and not np.isnan(matrix[i, j])
        ]
        return np.mean(found) if found else np.nan

    members = {name: [i for i in range(n) if group[i] == name] for name in names}

    def above(rows, own):
        within = mean(rows, members[own])
        between = np.array([mean(rows, members[name]) for name in names if name != own])
        between = between[~np.isnan(between)]
        if not between.size:
            return False, False
        return within > between.mean(), within > np.quantile(between, 0.95)

    known = [i for i in range(n) if not np.isnan(np.delete(matrix[i], i)).all()]
    groups = [above(members[name], name) for name in names if set(members[name]) & set(known)]
    industries = [above([i], group[i]) for i in known]
    return (*np.mean(groups, axis=0), *np.mean(industries, axis=0))


def test_scores_by_hand():
    related = np.array([[1, 9, 2, 2], [9, 1, 2, 2], [2, 2, 1, 1], [2, 2, 1, 1.0]])
    # within: 9 and 1; between: 2. The first group and its two industries are valid.
    assert validation_scores(related, np.array([0, 0, 1, 1])) == Scores(0.5, 0.5, 0.5, 0.5)
    assert validation_scores(related, np.array([0, 0, 1, 1])).mean == 0.5


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(2, 6), st.floats(0, 0.4))
def test_scores_brute_force(number, n_groups, gaps):
    rng = np.random.default_rng(number)
    n = 14
    matrix = symmetric(rng, n)
    group = np.concatenate([np.arange(n_groups), rng.integers(n_groups, size=n - n_groups)])
    holes = np.triu(rng.random((n, n)) < gaps, 1)
    matrix[holes | holes.T] = np.nan
    matrix[n - 1] = matrix[:, n - 1] = np.nan  # one industry the matrix does not describe
    wanted = oracle(matrix, group.tolist())
    assert validation_scores(matrix, group) == pytest.approx(wanted, nan_ok=True)


def test_special_case_everything_apart_scores_nothing():
    matrix = symmetric(np.random.default_rng(1), 6)
    assert validation_scores(matrix, np.arange(6)) == Scores(0, 0, 0, 0)


def test_special_case_one_group_cannot_be_judged():
    scores = validation_scores(np.ones((4, 4)), np.zeros(4, dtype=np.int32))
    assert np.isnan(scores).all()


def test_invariant_to_the_order_of_industries_and_names_of_groups():
    rng = np.random.default_rng(2)
    matrix, group = symmetric(rng, 20), rng.integers(4, size=20)
    order, names = rng.permutation(20), rng.permutation(4)
    first = validation_scores(matrix, group)
    assert validation_scores(matrix[np.ix_(order, order)], group[order]) == pytest.approx(first)
    assert validation_scores(matrix, names[group]) == pytest.approx(first)
    assert validation_scores(3 * matrix + 7, group) == pytest.approx(first)


def test_other_groups_agree_with_numpy():
    rng = np.random.default_rng(3)
    values, own = rng.normal(size=(30, 9)), rng.integers(9, size=30)
    mean, most = others(values, own)
    for row in range(30):
        left = np.delete(values[row], own[row])
        assert mean[row] == pytest.approx(left.mean())
        assert most[row] == pytest.approx(np.quantile(left, 0.95))


def test_every_kind_of_linkage_counts_once_by_hand():
    scores = np.array([[1.0] * 4, [0.5] * 4, [0.0] * 4, [0.1] * 4, [0.9] * 4])
    bases = ("jobs", "establishments", "coagglomeration", "input-output", "occupations")
    assert overall_score(scores, bases) == pytest.approx((0.5 + 0.1 + 0.9) / 3)


def test_a_matrix_that_can_judge_nothing_has_no_vote():
    scores = np.array([[0.6] * 4, [np.nan] * 4])
    assert overall_score(scores, ("jobs", "occupations")) == pytest.approx(0.6)


def test_k_means_agrees_with_scipy_from_the_same_start():
    rng = np.random.default_rng(4)
    x = rng.normal(size=(60, 3)) + rng.integers(3, size=(60, 1)) * 2
    start = np.arange(60) % 5
    centres = np.array([x[start == code].mean(axis=0) for code in range(5)])
    _, wanted = kmeans2(x, centres, iter=10, minit="matrix")
    squared = ((x[:, None] - x) ** 2).sum(axis=2)
    assert k_means(squared, start.astype(np.int32)).tolist() == wanted.tolist()


@pytest.mark.parametrize("function", ["ward", "ward_rows", "k_means"])
def test_planted_truth_blocks_are_found(function):
    rng = np.random.default_rng(5)
    truth = np.repeat(np.arange(5), 6)
    noise = symmetric(rng, 30)
    matrix = 4.0 * (truth[:, None] == truth) + 0.4 * noise
    found = partitions(matrix, function, [5])[0]
    assert {tuple(found[truth == code]) for code in range(5)} == {
        (name,) * 6 for name in set(found)
    }


def test_ranks_do_not_mind_skew_and_standardising_does():
    rng = np.random.default_rng(6)
    matrix = symmetric(rng, 12)
    skewed = np.exp(4 * matrix)
    assert scaled(skewed, "ranks") == pytest.approx(scaled(matrix, "ranks"))
    off = ~np.eye(12, dtype=bool)
    standard = scaled(skewed, "standardised")
    assert standard[off].mean() == pytest.approx(0, abs=1e-9)
    assert standard[off].std() == pytest.approx(1)
    assert abs(standard - scaled(matrix, "standardised")).max() > 1


def test_matrices_searched_and_what_is_not_known_counts_as_average():
    rng = np.random.default_rng(7)
    bases = {name: symmetric(rng, 8) for name in
             ("jobs", "establishments", "coagglomeration", "input-output")}  # fmt: skip
    bases["input-output"][2] = bases["input-output"][:, 2] = np.nan
    found = similarities(bases, "ranks")
    assert list(found) == [
        "jobs", "establishments", "coagglomeration", "input-output", "location",
        "location and links", "coagglomeration and links", "everything",
    ]  # fmt: skip
    assert (found["input-output"][2] == 0).all()
    assert found["everything"][2, 3] == pytest.approx(
        np.mean([scaled(bases[name], "ranks")[2, 3] for name in list(bases)[:3]])
    )


def test_outliers_move_to_where_they_fit_by_hand():
    related = np.array([[0, 9, 1, 1], [9, 0, 1, 1], [1, 1, 0, 8], [1, 1, 8, 0.0]])
    assert reassigned(related, np.array([0, 0, 0, 1])).tolist() == [0, 0, 1, 1]
    assert reassigned(related, np.array([0, 0, 1, 1])).tolist() == [0, 0, 1, 1]


@settings(max_examples=20)
@given(st.integers(0, 10_000))
def test_reassignment_ends_and_leaves_no_gap_in_the_codes(number):
    rng = np.random.default_rng(number)
    group = np.concatenate([np.arange(5), rng.integers(5, size=15)])
    moved = reassigned(symmetric(rng, 20), group)
    assert set(moved) == set(range(moved.max() + 1))


def test_contrast_brute_force_over_known_pairs():
    rng = np.random.default_rng(8)
    matrix, group = symmetric(rng, 12), rng.integers(3, size=12)
    matrix[0, 1] = matrix[1, 0] = np.nan
    within, between = [], []
    for one in range(12):
        for other in range(one):
            if not np.isnan(matrix[one, other]):
                (within if group[one] == group[other] else between).append(matrix[one, other])
    assert contrast(made_ready(matrix), group) == pytest.approx(
        np.mean(within) - np.mean(between)
    )
    assert np.isnan(contrast(made_ready(matrix), np.zeros(12)))
