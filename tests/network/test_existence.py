import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from buzzline.network.existence import separated_pairs


def by_linear_programming(flows, x):
    """Pairs without ties on which some combination of effects can be below 0, ties at 0."""
    n = len(flows)
    pairs = [(i, j) for i in range(n) for j in range(i, n)]
    design = np.array(
        [[*((np.arange(n) == i).astype(float) + (np.arange(n) == j)), *x[:, i, j]]
         for i, j in pairs]
    )  # fmt: skip
    tied = np.array([flows[i, j] > 0 for i, j in pairs])
    out = np.zeros((n, n), bool)
    # all at once: the largest sum of cut values is positive on every separated pair
    m = int((~tied).sum())
    k = design.shape[1]
    if not m:
        return out
    found = linprog(
        np.r_[np.zeros(k), -np.ones(m)],
        A_ub=np.hstack([-design[~tied], np.eye(m)]), b_ub=np.zeros(m),
        A_eq=np.hstack([design[tied], np.zeros((tied.sum(), m))]) if tied.any() else None,
        b_eq=np.zeros(tied.sum()) if tied.any() else None,
        bounds=[(None, None)] * k + [(0, 1)] * m,
    )  # fmt: skip
    for value, (i, j) in zip(
        found.x[k:], [p for p, is_tied in zip(pairs, tied, strict=True) if not is_tied],
        strict=True,
    ):  # fmt: skip
        out[i, j] = out[j, i] = value > 1e-6
    return out


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 6), st.floats(0.2, 0.9))
def test_agrees_with_linear_programming(seed, n, sparse):
    rng = np.random.default_rng(seed)
    upper = np.triu((rng.random((n, n)) > sparse) * 3.0)
    flows = upper + upper.T
    border = np.triu((rng.random((n, n)) > 0.5) * 1.0, 1)
    x = np.stack([border + border.T])
    found = separated_pairs(flows, x, np.ones((n, n), bool))
    assert np.array_equal(found, by_linear_programming(flows, x))


def test_a_zone_tied_only_to_another_is_separated_from_the_rest_by_hand():
    # sizes: a with b only (no tie within a): ln a -> -inf costs the tie a-b; nothing is separated
    flows = np.array([[0.0, 2, 0], [2, 4, 4], [0, 4, 4]])
    assert not separated_pairs(flows, np.empty((0, 3, 3)), flows >= 0).any()


def test_two_zones_tied_only_across_are_separated_from_within_by_hand():
    # a-b tied, neither within: a up, b down leaves a-b alone and sends b-b to 0, or a-a
    flows = np.array([[0.0, 5, 0], [5, 0, 0], [0, 0, 4]])
    found = separated_pairs(flows, np.empty((0, 3, 3)), flows >= 0)
    assert np.array_equal(found, by_linear_programming(flows, np.empty((0, 3, 3))))
