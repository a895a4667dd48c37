"""Moran's I, tests for spatial dependence, direct and indirect effects."""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.stats import kstest

from buzzline.econometrics.spatial import (
    inverse_distance,
    moran,
    moran_test,
    nearest_neighbours,
    repeated,
    spatial_tests,
)
from buzzline.econometrics.spatial_models import spatial_model
from buzzline.errors import InvalidArgument, TooFew

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import spreg
    from libpysal.weights import WSP


def _ring(n: int) -> sparse.csr_array:
    return sparse.csr_array((np.roll(np.eye(n), 1, 0) + np.roll(np.eye(n), -1, 0)) / 2)


def _world(n: int = 120, seed: int = 1, rho: float = 0.4, theta: float = 0.3):
    rng = np.random.default_rng(seed)
    near = nearest_neighbours(rng.uniform(5, 15, n), rng.uniform(45, 52, n), n=5)
    x = rng.normal(size=(n, 2))
    mean = 1 + x @ [1.0, 0.0] + theta * (near @ x[:, 0])
    y = np.linalg.solve(np.eye(n) - rho * near.toarray(), mean + rng.normal(size=n))
    return y, x, near


def _theirs(near: sparse.csr_array):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WSP(sparse.csr_matrix(near)).to_W(silence_warnings=True)


# ---------------------------------------------------------------- by hand


def test_by_hand_moran_of_a_ring_of_four_is_nothing():
    assert moran(np.array([1.0, 2.0, 3.0, 2.0]), _ring(4)) == 0.0  # the printed golden value
    assert moran(np.array([1.0, -1.0, 1.0, -1.0]), _ring(4)) == -1.0
    assert np.isnan(moran(np.ones(4), _ring(4)))


def test_by_hand_effects_on_a_ring():
    # rho w on a ring of two: (I - rho W)^-1 = [[1, rho], [rho, 1]] / (1 - rho^2)
    from buzzline.econometrics.spatial_models import _effects

    roots = np.array([1.0, -1.0])
    made = _effects(np.array([[0.0, 2.0, 0.5]]), roots, 1, "lag")[0, 0]
    assert made.tolist() == pytest.approx([2 / 0.75, 1 / 0.75, 4.0])


# ---------------------------------------------------------------- brute force


@pytest.mark.parametrize("kind", ["lag", "durbin"])
def test_brute_force_effects_are_averages_of_a_dense_inverse(kind: str):
    y, x, near = _world()
    made = spatial_model(y, x, near, kind=kind, names=("a", "b"), draws=200, rng=1)
    found = dict(zip(made.coefficients["term"], made.coefficients["value"], strict=True))
    dense = near.toarray()
    passed = np.linalg.inv(np.eye(y.size) - made.rho * dense)
    for name in ("a", "b"):
        change = passed @ (np.eye(y.size) * found[name] + dense * found.get(f"near {name}", 0))
        direct, total = np.trace(change) / y.size, change.sum() / y.size
        rows = made.rows.filter(term=name)["value"].to_list()
        assert rows == pytest.approx([direct, total - direct, total])


# ---------------------------------------------------------------- another package


def test_reference_spreg_tests_of_residuals():
    y, x, near = _world()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = spreg.OLS(y[:, None], x, w=_theirs(near), spat_diag=True, moran=True)
    made = spatial_tests(y, x, near)
    expected = [peer.lm_lag, peer.lm_error, peer.rlm_lag, peer.rlm_error, peer.lm_sarma]
    for row, (statistic, p) in zip(made.rows.iter_rows(named=True), expected, strict=True):
        assert row["statistic"] == pytest.approx(statistic, rel=1e-8)
        assert row["p"] == pytest.approx(p, rel=1e-6)
    assert made.moran == pytest.approx(peer.moran_res[0])


def test_reference_spreg_lag_model_and_its_effects():
    y, x, near = _world()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = spreg.ML_Lag(y[:, None], x, w=_theirs(near), method="full", spat_impacts="full")
    made = spatial_model(y, x, near, kind="lag", draws=200, rng=1)
    assert made.rho == pytest.approx(peer.rho, abs=1e-4)
    total = made.rows.filter(effect="total")["value"].to_numpy()
    np.testing.assert_allclose(total, peer.betas.ravel()[1:3] / (1 - peer.rho), rtol=1e-3)


# ---------------------------------------------------------------- collapses and invariants


def test_collapse_no_spatial_dependence_is_least_squares():
    y, x, near = _world(n=400, rho=0.0, theta=0.0, seed=5)
    made = spatial_model(y, x, near, kind="lag", names=("a", "b"), draws=500, rng=1)
    assert made.rho_low < 0 < made.rho_high
    row = made.rows.filter(term="a", effect="direct").row(0, named=True)
    assert row["low"] < 1 < row["high"]
    away = made.rows.filter(term="a", effect="indirect").row(0, named=True)
    assert away["low"] < 0 < away["high"]


def test_invariant_neighbours_sum_to_one_and_a_panel_repeats_them():
    rng = np.random.default_rng(1)
    longitude, latitude = rng.uniform(-180, 180, 40), rng.uniform(-60, 60, 40)
    for near in (nearest_neighbours(longitude, latitude, n=4),
                 inverse_distance(longitude, latitude, reach=20_000)):  # fmt: skip
        np.testing.assert_allclose(near.sum(axis=1), 1)
        assert not near.diagonal().any()
    panel = repeated(near, 3).toarray()
    np.testing.assert_allclose(panel[40:80, 40:80], near.toarray())
    assert not panel[:40, 40:].any()


def test_places_at_the_same_spot_are_neighbours_of_each_other_and_not_of_themselves():
    near = nearest_neighbours(np.zeros(6), np.zeros(6), n=2)
    assert not near.diagonal().any()
    np.testing.assert_allclose(near.sum(axis=1), 1)


# ---------------------------------------------------------------- recovers the truth


def test_truth_effects_are_covered_and_tests_keep_their_size():
    covered = {"direct": 0, "indirect": 0}
    worlds = 25
    truth_y, _, near = _world(n=80)
    dense = np.linalg.inv(np.eye(truth_y.size) - 0.4 * near.toarray())
    change = dense @ (np.eye(truth_y.size) + 0.3 * near.toarray())
    direct = float(np.trace(change) / truth_y.size)
    truth = {"direct": direct, "indirect": float(change.sum() / truth_y.size) - direct}
    rng = np.random.default_rng(9)
    for world in range(worlds):
        x = rng.normal(size=(truth_y.size, 1))
        mean = 1 + x[:, 0] + 0.3 * (near @ x[:, 0])
        y = dense @ (mean + rng.normal(size=truth_y.size))
        made = spatial_model(y, x, near, names=("a",), draws=300, rng=world)
        for effect in covered:
            row = made.rows.filter(effect=effect).row(0, named=True)
            covered[effect] += row["low"] <= truth[effect] <= row["high"]
    assert all(n / worlds >= 0.8 for n in covered.values()), covered


def test_truth_p_values_are_uniform_under_the_null():
    rng = np.random.default_rng(2)
    _, x, near = _world(n=150)
    found = []
    for _ in range(300):
        rows = spatial_tests(x[:, 0] + rng.normal(size=150), x, near).rows
        found.append(rows["p"].to_list())
    for p in np.array(found).T:
        assert kstest(p, "uniform").pvalue > 0.001
    y, _, near = _world(rho=0.8)
    assert moran_test(y, near, draws=199, rng=1).p == 0.005


# ---------------------------------------------------------------- bad input


def test_bad_input_says_what_is_wrong():
    y, x, near = _world()
    with pytest.raises(InvalidArgument, match="no coordinates"):
        nearest_neighbours(np.array([0.0, np.nan]), np.zeros(2), n=1)
    with pytest.raises(TooFew, match="2 places"):
        nearest_neighbours(np.zeros(2), np.zeros(2), n=2)
    with pytest.raises(InvalidArgument, match="sum to 1"):
        spatial_model(y, x, near * 2)
    with pytest.raises(TooFew, match="rows for"):
        spatial_model(y[:20], x[:20], near[:20][:, :20])
    with pytest.raises(TooFew, match="differ"):
        moran_test(np.ones(120), near)
    lonely = inverse_distance(np.array([0.0, 0.1, 50.0]), np.zeros(3), reach=100)
    assert lonely.sum(axis=1).tolist() == [1.0, 1.0, 0.0]
