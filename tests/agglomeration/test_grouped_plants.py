import itertools

import numpy as np
import pytest

from buzzline.agglomeration.grouped_plants import grouped_herfindahl
from buzzline.errors import InvalidArgument


def test_by_hand_two_size_classes():
    # 2 plants of 10-19 with 30 jobs: alike 2 * 15**2 = 450, unlike 19**2 + 11**2 = 482;
    # 10 plants of one job each: 10; all over 40**2
    found = grouped_herfindahl([30, 10], [2, 10], [0, 0], smallest=[10, 1], largest=[19, 4])
    assert found.low[0] == pytest.approx(460 / 1600)
    assert found.high[0] == pytest.approx(492 / 1600)
    assert found.value[0] == pytest.approx(492 / 1600)  # two plants, evenly out to 19


@pytest.mark.parametrize(("jobs", "plants", "low", "high"), [(12, 3, 1, 9), (14, 4, 2, 5),
                                                            (9, 3, 3, 3), (20, 2, 1, 30)])  # fmt: skip
def test_bounds_by_brute_force_over_whole_jobs(jobs, plants, low, high):
    squares = [
        sum(size**2 for size in sizes)
        for sizes in itertools.product(range(low, min(high, jobs) + 1), repeat=plants)
        if sum(sizes) == jobs
    ]
    found = grouped_herfindahl([jobs], [plants], [0], smallest=low, largest=high)
    assert found.high[0] == pytest.approx(max(squares) / jobs**2)
    assert found.low[0] <= min(squares) / jobs**2 + 1e-12  # sizes need not be whole
    assert found.low[0] - 1e-12 <= found.value[0] <= found.high[0] + 1e-12


def test_the_true_index_lies_between_the_bounds():
    source = np.random.default_rng(1)
    for _ in range(50):
        sizes = np.ceil(source.pareto(1.2, 60) * 3)
        edges = np.array([1, 5, 20, 100, np.inf])
        code = np.searchsorted(edges, sizes, side="right") - 1
        jobs, plants = np.bincount(code, sizes, 4), np.bincount(code, minlength=4)
        found = grouped_herfindahl(
            jobs, plants, np.zeros(4), smallest=edges[:-1], largest=edges[1:] - 1
        )
        true = np.sum(sizes**2) / sizes.sum() ** 2
        assert found.low[0] - 1e-12 <= true <= found.high[0] + 1e-12


def test_special_case_one_plant_a_group_is_exact():
    sizes = np.array([3.0, 7, 1, 9])
    found = grouped_herfindahl(sizes, np.ones(4), np.zeros(4))
    true = np.sum(sizes**2) / sizes.sum() ** 2
    for value in (found.low, found.value, found.high):
        assert value[0] == pytest.approx(true)


def test_jobs_without_plants_are_an_error_and_no_jobs_is_nan():
    with pytest.raises(InvalidArgument, match="no plant to be in"):
        grouped_herfindahl([5], [0], [0])
    with pytest.raises(InvalidArgument, match="not known"):
        grouped_herfindahl([np.nan], [1], [0])
    assert np.isnan(grouped_herfindahl([5], [1], [0], n_industries=2).low[1])
