"""What groups of rows add up to, and how far estimates move without one of them."""

import numpy as np
import pytest

from buzzline.grouping import (
    Moves,
    group_codes,
    group_sums,
    information_by,
    moves_without,
    products,
    worth,
)


def _line(n: int = 40, groups: int = 5) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    x = np.column_stack([np.ones(n), rng.normal(size=n)])
    return x, x @ [1.0, 2.0] + rng.normal(size=n), rng.integers(0, groups, n)


@pytest.mark.parametrize("groups", [
    np.array(["b", "a", "b"]), np.array([7, 3, 7]), np.array([10**12, 5, 10**12]),
])  # fmt: skip
def test_by_hand_codes_have_no_gaps(groups):
    assert group_codes(groups).tolist() == [1, 0, 1]


def test_brute_force_sums_and_products():
    x, _, code = _line()
    each = np.array([x[code == g].sum(axis=0) for g in range(5)])
    assert group_sums(x, code) == pytest.approx(each)
    assert products(x, code) == pytest.approx(each.T @ each)
    far = code + 10**9
    assert group_sums(x, far) == pytest.approx(each)
    assert group_sums(x, code, 8).shape == (8, 2)


def test_brute_force_information():
    x, _, code = _line()
    each = np.array([x[code == g].T @ x[code == g] for g in range(5)])
    assert information_by(x, code, 5) == pytest.approx(each)


def test_brute_force_leaving_each_group_out_and_fitting_anew():
    x, y, code = _line()
    whole = np.linalg.lstsq(x, y)[0]
    residual = y - x @ whole
    found = moves_without(
        group_sums(x * residual[:, None], code),
        np.linalg.inv(x.T @ x),
        information_by(x, code, 5),
    )
    for g in range(5):
        less = np.linalg.lstsq(x[code != g], y[code != g])[0]
        assert found.moves[g] == pytest.approx(whole - less, abs=1e-10)
    assert isinstance(found, Moves)
    assert not found.hangs.any()


def test_an_estimate_that_one_group_alone_tells_of_is_named():
    x = np.array([[1.0, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 1.0]])
    code = np.array([0, 1, 2, 2])
    residual = np.array([0.5, -0.5, 0.25, -0.25])
    found = moves_without(
        group_sums(x * residual[:, None], code),
        np.linalg.inv(x.T @ x),
        information_by(x, code, 3),
    )
    assert found.hangs.tolist() == [False, True]


def test_worth_of_equal_groups_is_their_number_and_of_one_giant_hardly_more_than_one():
    assert worth(np.ones((7, 1))).item() == pytest.approx(7)
    assert worth(np.array([[100.0], *[[1.0]] * 10])).item() == pytest.approx(1.21, abs=0.01)
    assert worth(np.zeros((3, 1))).item() == 0
