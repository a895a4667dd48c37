import numpy as np
import pytest

from buzzline.agglomeration.point_nulls import draw_cases, pool_of, rows_of_weights
from buzzline.errors import InvalidArgument, TooFew


def test_pools_by_hand():
    cases = np.array([1, 3])
    assert pool_of("relabelling", cases, 5).tolist() == [0, 1, 2, 3, 4]
    assert pool_of("all_sites", cases, 5).tolist() == [0, 1, 2, 3, 4]
    controls = np.array([4, 0])
    assert pool_of("case_control", cases, 5, controls=controls).tolist() == [0, 1, 3, 4]


def test_weights_stay_with_the_members_or_with_the_places():
    cases, drawn = np.array([1, 3]), np.array([4, 0])
    assert rows_of_weights("all_sites", cases, drawn).tolist() == [1, 3]
    assert rows_of_weights("relabelling", cases, drawn).tolist() == [4, 0]
    assert rows_of_weights("case_control", cases, drawn).tolist() == [4, 0]


def test_draws_are_without_replacement_and_every_row_is_as_likely():
    rng, pool = np.random.default_rng(1), np.arange(10, 20)
    drawn = np.array([draw_cases(rng, pool, 4) for _ in range(5000)])
    assert all(len(set(row)) == 4 for row in drawn[:100].tolist())
    at_each_position = [np.bincount(column - 10, minlength=10) for column in drawn.T]
    # 500 expected, standard deviation 21: five of them
    assert np.abs(np.array(at_each_position) - 500).max() < 106


def test_controls_are_asked_for_and_refused_where_they_mean_nothing():
    cases = np.array([0])
    with pytest.raises(InvalidArgument, match="case_control"):
        pool_of("case_control", cases, 5)
    with pytest.raises(InvalidArgument, match="case_control"):
        pool_of("relabelling", cases, 5, controls=np.array([2]))


def test_nothing_to_draw_from_is_an_error():
    with pytest.raises(TooFew, match="every draw would be the same"):
        pool_of("relabelling", np.arange(5), 5)
