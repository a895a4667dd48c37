"""Edges of array functions: lists of neighbours, weights of 0, empty industries, unknown cells."""

import numpy as np
import pytest

import buzzline.agglomeration as stage
from buzzline.agglomeration.theil import spatial_gini
from buzzline.errors import InvalidArgument

JOBS = [[5.0, 5], [5, 5], [5, 1]]
LINE = ([0, 1, 3, 4], [1, 0, 2, 1])  # 0 - 1 - 2
HOLES = np.array([[3.0, np.nan, 4], [1, 5, np.nan], [2, 6, 5], [3, 5, 8]])

NO_NEIGHBOURS = {
    "too few starts, codes beyond the last place": ([0, 1], [5]),
    "starts beyond the codes": ([0, 1, 3, 9], [1, 0, 2, 1]),
    "starts short of the codes": ([0, 1, 3, 3], [1, 0, 2, 1]),
    "starts not from 0": ([1, 1, 3, 4], [1, 0, 2, 1]),
    "starts that fall": ([0, 3, 1, 4], [1, 0, 2, 1]),
    "starts not whole": ([0, 0.5, 3, 4], [1, 0, 2, 1]),
    "starts not known": ([0, np.nan, 3, 4], [1, 0, 2, 1]),
    "a code too high": ([0, 1, 3, 4], [1, 0, 3, 1]),
    "a negative code": ([0, 1, 3, 4], [1, 0, -1, 1]),
    "a code not whole": ([0, 1, 3, 4], [1, 0, 1.5, 1]),
    "a code not known": ([0, 1, 3, 4], [1, 0, np.nan, 1]),
    "its own neighbour": ([0, 2, 4, 5], [0, 1, 0, 2, 1]),
    "one side only, upwards": ([0, 1, 2, 2], [1, 2]),
    "one side only, downwards": ([0, 0, 1, 2], [0, 1]),
    "listed twice": ([0, 2, 4, 4], [1, 1, 0, 0]),
    "a dense matrix": np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]]),
    "a dense matrix of two": ([[0, 1], [1, 0]], [[0, 1], [1, 0]]),
    "three lists": ([0, 1, 3, 4], [1, 0, 2, 1], [1, 1, 1, 1]),
    "words": (["a"], ["b"]),
    "a number": 4,
}


@pytest.mark.parametrize("neighbours", NO_NEIGHBOURS.values(), ids=NO_NEIGHBOURS)
def test_by_hand_what_is_no_list_of_neighbours_is_refused(neighbours):
    for name, call in {
        "concentration_measures": lambda: stage.concentration_measures(
            JOBS, neighbours=neighbours),
        "spatial_gini": lambda: spatial_gini([1.0, 2, 4], neighbours),
    }.items():  # fmt: skip
        with pytest.raises(InvalidArgument, match=rf"^{name}: `neighbours`"):
            call()


def test_by_hand_the_refusal_says_where_neighbours_come_from():
    with pytest.raises(InvalidArgument, match=r"one side only.*`near_places` gives them"):
        stage.concentration_measures(JOBS, neighbours=([0, 1, 2, 2], [1, 2]))


def test_by_hand_lists_of_neighbours_are_taken():
    # Gaps of 1, 2, 4: 1, 3 and 2; 0 and 2 are the pair that is not near, with 3 of 6.
    whole, far = spatial_gini([1.0, 2, 4], LINE)
    assert (whole, far) == pytest.approx((6 / 21, 0.5))
    arrays = np.array(LINE[0]), np.array(LINE[1], dtype=np.int32)
    plain = stage.concentration_measures(JOBS, neighbours=LINE)["spatial_gini"]
    assert np.array_equal(
        plain, stage.concentration_measures(JOBS, neighbours=arrays)["spatial_gini"]
    )
    assert np.isfinite(plain).all()


def test_special_case_nobody_near_and_everybody_near():
    alone, everybody = ([0, 0, 0, 0], []), ([0, 2, 4, 6], [1, 2, 0, 2, 0, 1])
    assert spatial_gini([1.0, 2, 4], alone)[1] == 1
    assert spatial_gini([1.0, 2, 4], everybody)[1] == pytest.approx(0)


def test_by_hand_near_places_is_at_hand_and_takes_lists():
    near = stage.near_places([0.0, 1, 5], [0, 0, 0], 1)
    assert [part.tolist() for part in near] == [LINE[0], LINE[1]]
    assert np.isfinite(
        stage.concentration_measures(JOBS, neighbours=near)["spatial_gini"]
    ).all()
    for bad in (([0.0, 1], [0.0], 1), ([0.0, 1], [0.0, 0], 0)):
        with pytest.raises(InvalidArgument, match="near_places"):
            stage.near_places(*bad)


def test_by_hand_gini_counts_what_is_held_without_weight():
    assert stage.gini([5, 5, 5], [0, 1, 1]) == pytest.approx(1 / 3)
    assert stage.gini([5, 0, 0], [0, 1, 1]) == pytest.approx(1)
    assert stage.gini([0, 5, 5], [0, 1, 1]) == pytest.approx(0)
    assert np.isnan(stage.gini([5, 5], [0, 0]))


def test_brute_force_gini_with_weights_of_zero():
    source = np.random.default_rng(3)
    for _ in range(20):
        amount = source.integers(0, 6, (9, 1)).astype(float)
        weight = source.integers(0, 3, 9).astype(float)
        s, x = amount[:, 0] / amount.sum(), weight / weight.sum()
        wanted = np.abs(np.outer(s, x) - np.outer(x, s)).sum() / 2
        assert stage.gini(amount[:, 0], weight) == pytest.approx(wanted, abs=1e-12)
        found = stage.concentration_measures(amount, area_share=weight)["gini_lorenz"]
        assert found[0] == pytest.approx(wanted, abs=1e-12)


def test_special_case_an_empty_industry_alone_is_nan_and_no_part_of_the_others():
    jobs = np.array([[1.0, 2, 0, 5], [3, 1, 0, 5]])
    found = stage.krugman_against_others(jobs)
    assert np.isnan(found).tolist() == [False, False, True, False]
    assert found[[0, 1, 3]] == pytest.approx(stage.krugman_against_others(jobs[:, [0, 1, 3]]))
    # Shares 1/4 and 2/3 of the first place are 5/12 apart, and so are those of the second.
    found = stage.krugman_against_others([[1, 2, 0], [3, 1, 0.0]])
    assert found == pytest.approx([5 / 6, 5 / 6, np.nan], nan_ok=True)
    assert np.isnan(stage.krugman_against_others([[1.0, 0], [2, 0]])).all()


@pytest.mark.parametrize("bad", [0.0, 2.0, 1.01])
def test_by_hand_a_herfindahl_index_that_cannot_be_is_refused(bad):
    with pytest.raises(InvalidArgument, match="1 of 2 `herfindahl` are not above 0 to 1"):
        stage.concentration_measures(JOBS, herfindahl=[1.0, bad])


def test_special_case_an_unknown_herfindahl_index_leaves_its_industry_out():
    found = stage.concentration_measures(JOBS, herfindahl=[0.5, np.nan])["ellison_glaeser"]
    assert np.isnan(found).tolist() == [False, True]


@pytest.mark.parametrize("name", [
    "pairwise_coagglomeration", "group_coagglomeration", "howard_index",
    "expected_howard_index", "krugman_against_others", "concentration_measures",
])  # fmt: skip
def test_special_case_not_known_counts_as_none_and_is_said_to(name):
    function = getattr(stage, name)
    found, none = function(HOLES), function(np.nan_to_num(HOLES))
    if isinstance(found, dict):
        found, none = list(found.values()), list(none.values())
    assert np.array_equal(found, none, equal_nan=True)
    assert "NaN (not known) counts as none" in function.__doc__
