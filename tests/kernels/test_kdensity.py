"""The loops of K-density: by hand and by brute force, compiled or as plain Python."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.kernels.kdensity import (
    count_pairs,
    cubic_shares,
    deposit,
    onto_nodes,
    ring_sum,
    smooth,
    spread_within,
    value_at_rank,
    weigh_pairs,
)


def narrow(xy):
    return np.ascontiguousarray(np.column_stack([xy, 0 * xy[:, 0]]).T, dtype=np.float32)


def test_counted_pairs_by_hand():
    # 0 - 3 - 4 on a line: distances 3, 4, 1, in bins one wide; the last bin takes what is far
    points = narrow(np.array([[0.0, 0], [3, 0], [4, 0]]))
    counts = np.zeros((4, 4), np.uint32)
    count_pairs(points, points, True, 0, 3, np.float32(1), counts)
    assert counts.sum(axis=0).tolist() == [0, 1, 0, 2]


@settings(max_examples=10)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 99), st.booleans())
def test_pairs_and_weights_agree_with_brute_force(n, m, seed, is_same):
    rng = np.random.default_rng(seed)
    one = rng.integers(0, 9, (n, 2)).astype(float)
    other = one if is_same else rng.integers(0, 9, (m, 2)).astype(float)
    weight, other_weight = rng.random(n), rng.random(len(other))
    other_weight = weight if is_same else other_weight
    distance = np.sqrt(((one[:, None] - other[None]) ** 2).sum(axis=2))
    product = np.outer(weight, other_weight)
    chosen = (
        np.triu(np.ones(distance.shape, bool), 1) if is_same else np.ones(distance.shape, bool)
    )
    expected = np.floor(distance[chosen] * 5 + 0.5).astype(int)
    counts, weights = np.zeros((4, 80), np.uint32), np.zeros((2, 80))
    middle = n // 2
    for first, last in ((0, middle), (middle, n)):
        weigh_pairs(narrow(one), narrow(other), weight, other_weight, is_same, first, last,
                    np.float32(5), counts, weights)  # fmt: skip
    assert counts.sum(axis=0).tolist() == np.bincount(expected, minlength=80).tolist()
    by_bin = np.bincount(expected, product[chosen], minlength=80)
    assert weights.sum(axis=0) == pytest.approx(by_bin)


@given(st.lists(st.integers(0, 19), min_size=2, max_size=60))
def test_spread_agrees_with_numpy(bins):
    # distances at the centres of bins: quartiles are known to half a bin
    counts, km = np.bincount(bins, minlength=20).astype(float), np.arange(20.0)
    n, deviation, first, third = spread_within(counts, km, 1.0, 100.0)
    assert n == len(bins)
    assert deviation == pytest.approx(np.std(bins, ddof=1), abs=1e-9)
    assert first == pytest.approx(np.quantile(bins, 0.25), abs=0.5)
    assert third == pytest.approx(np.quantile(bins, 0.75), abs=0.5)


def test_ranks_and_limits_by_hand():
    counts, km = np.array([2.0, 0, 2, 0]), np.arange(4.0)
    assert [value_at_rank(counts, km, 1.0, rank) for rank in range(4)] == [0, 0, 1.75, 2.25]
    assert spread_within(counts, km, 1.0, 1.0)[:2] == (2.0, 0.0)
    assert spread_within(counts, km, 1.0, -1.0) == (0.0, 0.0, 0.0, 0.0)


def test_mass_is_split_between_the_nodes_beside_it():
    nodes = np.zeros(4)
    onto_nodes(np.array([4.0, 2, 7]), np.array([0.0, 1.25, 99]), 0.5, nodes)
    assert nodes.tolist() == [4, 0, 1, 1]


@pytest.mark.parametrize("step", [0.05, 0.3])
def test_smoothing_agrees_with_the_formula(step):
    nodes = np.random.default_rng(1).random(300)
    nodes[int(12 / step) + 1 :] = 0 if step == 0.05 else nodes[int(12 / step) + 1 :]
    at, width = np.array([0.0, 0.4, 3.3, 8.0]), 0.7
    found = smooth(nodes, step, width, at)
    km = np.arange(300) * step

    def bell(x):
        return np.exp(-(x**2) / 2) / (np.sqrt(2 * np.pi) * width)

    for r, value in zip(at, found, strict=True):
        expected = nodes @ (bell((r - km) / width) + bell((r + km) / width))
        assert value == pytest.approx(expected, rel=1e-5)


@given(st.floats(0, 50))
def test_shares_of_a_spline_add_up_and_keep_the_place(at):
    shares = np.empty(4)
    first = cubic_shares(at, shares)
    assert shares.sum() == pytest.approx(1)
    assert shares @ (first + np.arange(4)) == pytest.approx(at)


def test_deposits_keep_weight_and_join_at_the_edges():
    grid = np.zeros((8, 10), np.float32)
    deposit(np.array([0.0, 9.7]), np.array([7.5, 3.0]), np.array([2.0, 3.0]), grid)
    assert grid.sum() == pytest.approx(5)
    assert grid[0, 0] > 0  # the point at row 7.5 reaches over the edge
    again = np.zeros((8, 10), np.float32)
    deposit(np.array([0.0, 9.7]), np.array([7.5, 3.0]), np.empty(0), again)
    assert again.sum() == pytest.approx(2)


@pytest.mark.parametrize("shape", [(8, 8), (7, 9), (8, 9)])
def test_rings_agree_with_brute_force(shape):
    rng = np.random.default_rng(2)
    field = np.fft.irfft2(np.abs(np.fft.rfft2(rng.random(shape))) ** 2, s=shape)
    nodes = np.zeros(8)
    ring_sum(field.astype(np.float32), 1.0, 0.5, nodes)
    down, along = (np.fft.fftfreq(side) * side for side in shape)
    km = np.hypot(down[:, None], along[None])
    expected = np.zeros(8)
    for distance, mass in zip(km.ravel(), field.ravel(), strict=True):
        below, share = int(distance / 0.5), distance / 0.5 - int(distance / 0.5)
        if below + 1 < 8 and distance < 3.5:
            expected[below] += (1 - share) * mass
            expected[below + 1] += share * mass
    assert nodes == pytest.approx(expected, rel=1e-4)
