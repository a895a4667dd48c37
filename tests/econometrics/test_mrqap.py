"""Relations on relations: one deal at a time, least squares, size where others fail."""

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import binomtest

from buzzline.econometrics.mrqap import mrqap
from buzzline.errors import InvalidArgument, TooFew


def _net(rng: np.random.Generator, n: int, k: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Relations in which who sends and who receives much does so throughout."""
    x = (
        rng.normal(size=(k, n, 1))
        + rng.normal(size=(k, 1, n))
        + 0.5 * rng.normal(size=(k, n, n))
    )
    x[-1] += 0.8 * x[0]  # relations go together
    y = rng.normal(size=(n, 1)) + rng.normal(size=(1, n)) + 0.5 * rng.normal(size=(n, n))
    return y, x


@pytest.mark.parametrize("is_directed", [True, False])
def test_brute_force_every_deal_estimated_anew(is_directed: bool):
    rng = np.random.default_rng(2)
    n, draws = 9, 99
    y, x = _net(rng, n)
    if not is_directed:
        y, x = y + y.T, x + x.transpose(0, 2, 1)
    made = mrqap(y, x, is_directed=is_directed, draws=draws, rng=7)
    pairs = [(i, j) for i in range(n) for j in range(n) if (i != j if is_directed else i < j)]
    flat = np.array([[1.0, *x[:, i, j]] for i, j in pairs])
    values = np.array([y[i, j] for i, j in pairs])
    orders = np.random.default_rng(7)
    deals = [orders.permutation(n) for _ in range(draws)]
    for k in (1, 2):
        rest = np.delete(flat, k, axis=1)
        net = flat[:, k] - rest @ np.linalg.lstsq(rest, flat[:, k])[0]
        of = dict(zip(pairs, net, strict=True))
        if not is_directed:
            of |= {(j, i): own for (i, j), own in of.items()}
        seen = abs(sm.OLS(values, flat).fit().tvalues[k])
        large = 0
        for order in deals:
            dealt = flat.copy()
            dealt[:, k] = [of[order[i], order[j]] for i, j in pairs]
            large += abs(sm.OLS(values, dealt).fit().tvalues[k]) >= seen * (1 - 1e-9)
        assert made.rows["p"][k - 1] == pytest.approx((1 + large) / (1 + draws))


def test_reference_coefficients_are_least_squares():
    y, x = _net(np.random.default_rng(3), 15)
    made = mrqap(y, x, draws=19, rng=1)
    off = ~np.eye(15, dtype=bool)
    peer = sm.OLS(y[off], sm.add_constant(x[:, off].T)).fit()
    np.testing.assert_allclose(made.rows["value"], peer.params[1:])


def test_truth_the_test_keeps_its_size_where_least_squares_does_not():
    worlds, rejected, naive = 200, 0, 0
    for world in range(worlds):
        y, x = _net(np.random.default_rng([1, world]), 14)
        made = mrqap(y, x, draws=99, rng=world)
        rejected += made.rows["p"][0] <= 0.05
        off = ~np.eye(14, dtype=bool)
        naive += sm.OLS(y[off], sm.add_constant(x[:, off].T)).fit().pvalues[1] <= 0.05
    assert binomtest(rejected, worlds, 0.05).pvalue > 0.01
    assert naive / worlds > 0.3


def test_truth_an_effect_is_seen():
    seen = 0
    for world in range(20):
        y, x = _net(np.random.default_rng([2, world]), 20)
        seen += mrqap(y + 0.6 * x[0], x, draws=99, rng=1).rows["p"][0] <= 0.05
    assert seen >= 16


def test_unknown_pairs_are_left_out_and_said():
    y, x = _net(np.random.default_rng(4), 12)
    y[0, 1] = x[0, 2, 3] = np.nan
    made = mrqap(y, x, draws=19, rng=1)
    assert made.n == 12 * 11 - 2
    assert made.notes == ("2 pairs left out: something is not known.",)


def test_bad_input_says_what_is_wrong():
    y, x = _net(np.random.default_rng(5), 8)
    with pytest.raises(TooFew, match="5 things"):
        mrqap(y[:5, :5], x[:, :5, :5])
    with pytest.raises(InvalidArgument, match="both ways"):
        mrqap(y, x, is_directed=False)
    with pytest.raises(InvalidArgument, match="too few"):
        mrqap(y, x, draws=9)
    with pytest.raises(InvalidArgument, match="names"):
        mrqap(y, x, names=("one",))
    same = mrqap(y, np.concatenate([x, x[:1]]), names=("a", "b", "c"), draws=19, rng=1)
    assert same.rows["status"].to_list().count("repeats other columns or the effects") == 1
