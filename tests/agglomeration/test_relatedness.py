import itertools

import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration import proximity, relatedness
from buzzline.agglomeration.blocks import block_names, block_order
from buzzline.agglomeration.pair_tables import EXPECTED, RELATED, UNKNOWN, UNTELLABLE
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def study_of(jobs, **tables):
    industries = jobs.shape[1]
    row, column = np.divmod(np.arange(jobs.size), industries)
    table = pl.DataFrame({
        "place_id": [f"P{k:03d}" for k in row], "industry": [f"I{k:03d}" for k in column],
        "jobs": jobs.ravel().astype(float), "year": [2020] * jobs.size,
    })  # fmt: skip
    return Study.of(employment=table.filter(pl.col("jobs") > 0), **tables)


def families(seed=1, places=150, industries=12, liking=1.2):
    """Industries of one family of four like the same places."""
    rng = np.random.default_rng(seed)
    family = np.arange(industries) // 4
    taste = rng.normal(size=(places, family.max() + 1))[:, family]
    size = np.exp(rng.normal(size=(places, 1)))
    return rng.poisson(20 * size * np.exp(liking * taste + 0.3 * rng.normal(size=taste.shape)))


def test_collapses_to_the_array_function():
    jobs = families()
    result = relatedness(study_of(jobs), kind="cosine")
    share = jobs / jobs.sum(axis=1, keepdims=True)
    expected = proximity(share >= jobs.sum(axis=0) / jobs.sum(), "cosine")
    codes = [int(code[1:]) for code in result.industries["industry"]]
    assert result.matrix == pytest.approx(expected[np.ix_(codes, codes)])
    pairs = result.pairs.sort("industry", "other")
    assert pairs["value"].to_numpy() == pytest.approx(expected[np.triu_indices(12, 1)])


def test_recovers_the_truth_families_are_related_and_stand_together():
    result = relatedness(study_of(families()))
    family = pl.col("industry").str.slice(1).cast(pl.Int64) // 4
    other = pl.col("other").str.slice(1).cast(pl.Int64) // 4
    found = result.pairs.with_columns(same=family == other)
    assert found.filter("same")["status"].eq(RELATED).mean() == 1
    assert found.filter(~pl.col("same"))["status"].eq(RELATED).mean() < 0.1
    assert found["same"].head(18).all()
    order = [int(code[1:]) // 4 for code in result.industries["industry"]]
    assert sum(a != b for a, b in itertools.pairwise(order)) == 2


def test_recovers_the_truth_without_liking_few_pairs_are_found_related():
    found = sum(
        relatedness(study_of(families(seed, liking=0.0))).pairs["status"].eq(RELATED).sum()
        for seed in range(10)
    )
    assert found <= 4  # of 660 pairs in ten tables, each held to one false table in twenty


@pytest.mark.parametrize("kind", ["input_output", "occupations", "labour_flows"])
def test_special_case_flows_of_the_user_need_no_places(kind):
    study = make_world(organisations=300, clusters=2, industries=6, rng=1).study
    result = relatedness(study, kind=kind)
    assert result.pairs.height == 15
    assert result.n_places == 0
    assert result.null == ""
    assert "industries covered" in str(result)
    assert result.pairs["low"].null_count() == (15 if kind == "input_output" else 0)
    assert result.pairs["p"].null_count() == (0 if kind == "labour_flows" else 15)


def test_flows_without_employment_are_told_of_their_own_industries():
    flows = pl.DataFrame({
        "industry": ["x", "y"], "other": ["y", "x"], "kind": ["input_output"] * 2,
        "value": [3.0, 1.0],
    })  # fmt: skip
    result = relatedness(Study.of(industry_flows=flows), kind="input_output")
    assert result.pairs.height == 1
    assert result.industries["industry"].to_list() == ["x", "y"]


def test_industries_that_flows_do_not_describe_are_listed_as_such():
    flows = pl.DataFrame({
        "industry": ["I000", "I001"], "other": ["I001", "I000"], "kind": ["input_output"] * 2,
        "value": [3.0, 1.0],
    })  # fmt: skip
    result = relatedness(study_of(families(), industry_flows=flows), kind="input_output")
    assert result.industries["status"].eq(UNKNOWN).sum() == 10
    assert result.pairs["status"].eq(UNKNOWN).sum() == 66 - 1


def test_missing_flows_are_an_error_with_the_remedy():
    with pytest.raises(TooFew, match="Add a table `occupations`"):
        relatedness(study_of(families()), kind="occupations")


def test_unknown_kind_is_refused():
    with pytest.raises(InvalidArgument, match="`kind` must be one of"):
        relatedness(study_of(families()), kind="nearness")


def test_pairs_in_too_few_places_are_not_called_unrelated():
    jobs = np.full((6, 4), 10)
    jobs[0, 0] = jobs[1, 1] = 100
    status = relatedness(study_of(jobs)).pairs["status"].to_list()
    assert UNTELLABLE in status
    assert "too few places" in str(relatedness(study_of(jobs)))
    assert EXPECTED not in status or RELATED not in status


def test_invariant_rows_of_the_table_may_come_in_any_order():
    study = study_of(families())
    shuffled = study.with_table(
        "employment", study.employment.sample(fraction=1, shuffle=True, seed=1)
    )
    assert relatedness(study).pairs.equals(relatedness(shuffled).pairs)


def test_invariant_z_and_matrix_are_symmetric_with_an_empty_diagonal():
    result = relatedness(study_of(families()))
    for matrix in (result.z, result.matrix):
        assert np.array_equal(matrix, matrix.T)
        assert not matrix.diagonal().any()


def test_by_hand_blocks_are_numbered_in_the_order_drawn_and_named_by_their_centre():
    near = np.kron(np.eye(3), np.ones((4, 4)))
    near[0, 1:4] = near[1:4, 0] = 2
    mixed = np.random.default_rng(1).permutation(12)
    order, block = block_order(near[np.ix_(mixed, mixed)], 3)
    assert block[order].tolist() == sorted(block.tolist())
    family = mixed // 4
    assert all(np.unique(block[family == k]).size == 1 for k in range(3))
    names = block_names(near[np.ix_(mixed, mixed)], block, [str(k) for k in mixed])
    assert "0 + 3" in names


def test_special_case_two_industries_have_one_block():
    order, block = block_order(np.zeros((2, 2)))
    assert order.tolist() == [0, 1]
    assert block.tolist() == [0, 0]


def test_special_case_very_many_industries_are_ordered_without_turning_leaves():
    near = np.kron(np.eye(5), np.ones((90, 90)))
    order, block = block_order(near, 5)
    assert sorted(order.tolist()) == list(range(450))
    assert np.unique(block).size == 5
