"""A spatial lag of regions: by hand, against the likelihood, and what is recovered."""

import numpy as np
import pytest
from scipy.optimize import minimize
from tests.oracles import regional_lag as oracle

from buzzline.arrays import as_codes
from buzzline.econometrics.region_lag import fit_region_lag, nearest_weights
from buzzline.econometrics.region_years import RegionYears
from buzzline.errors import TooFew


def world(seed, *, regions=40, years=6, rho=0.4, slope=0.5, unequal=0.0):
    rng = np.random.default_rng(seed)
    weights = nearest_weights(rng.uniform(0, 20, regions), rng.uniform(0, 20, regions))
    spill = np.linalg.inv(np.eye(regions) - rho * weights)
    own = rng.normal(size=(regions, 1))
    x = rng.gamma(1.0, 1.0, (regions, years)) + own
    luck = rng.normal(size=(regions, years)) * (1 + unequal * np.abs(x - 1))
    y = spill @ (2 * own + slope * x + rng.normal(size=(1, years)) + luck)
    region, year = np.indices((regions, years)).reshape(2, -1)
    panel = RegionYears(
        y.ravel(), x.reshape(-1, 1), ("x",), 1, as_codes(region), as_codes(year)
    )
    return panel, weights, (y, x[:, :, None], spill)


def test_by_hand_neighbours_are_the_nearest():
    weights = nearest_weights(np.array([0.0, 1.0, 3.0, 3.0]), np.zeros(4), k=2)
    assert weights[0].tolist() == [0.0, 0.5, 0.5, 0.0] or weights[0, 1] == 0.5
    assert weights.sum(axis=1).tolist() == [1.0] * 4
    assert np.diag(weights).tolist() == [0.0] * 4


@pytest.mark.parametrize("seed", [1, 2])
def test_brute_force_the_estimate_is_at_the_top_of_the_likelihood(seed):
    panel, weights, (y, x, _) = world(seed, regions=25, years=4)
    found = fit_region_lag(panel, weights, draws=50, rng=1)

    def below(at):
        return -oracle.log_likelihood(at[0], at[1:2], np.exp(at[2]), y, x, weights)

    best = minimize(below, np.array([0.1, 0.1, 0.0]), method="Nelder-Mead",
                    options={"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000})  # fmt: skip
    assert found.rho == pytest.approx(best.x[0], abs=1e-5)
    assert found.beta[0] == pytest.approx(best.x[1], abs=1e-5)


def test_collapse_without_a_lag_total_is_direct():
    panel, _, _ = world(3, rho=0.0)
    rng = np.random.default_rng(1)
    weights = nearest_weights(rng.uniform(0, 20, 40), rng.uniform(0, 20, 40))
    found = fit_region_lag(panel, weights, rng=1)
    assert abs(found.rho) < 0.25
    assert found.direct[0, 0] + found.indirect[0, 0] == pytest.approx(found.total[0, 0])
    assert found.indirect[0, 1] < 0 < found.indirect[0, 2]


def test_invariant_the_order_of_rows_does_not_matter():
    panel, weights, _ = world(4)
    order = np.random.default_rng(1).permutation(panel.y.size)
    shuffled = RegionYears(
        panel.y[order], panel.x[order], panel.names, 1, panel.region[order], panel.year[order]
    )
    one, two = (fit_region_lag(part, weights, rng=1) for part in (panel, shuffled))
    assert one.rho == pytest.approx(two.rho, abs=1e-9)
    assert one.direct == pytest.approx(two.direct, abs=1e-7)


def test_planted_truth_intervals_hold_what_was_planted():
    hits = []
    for seed in range(60):
        panel, weights, (_, _, spill) = world(seed, unequal=0.5, regions=80)
        found = fit_region_lag(panel, weights, draws=300, rng=seed)
        direct, total = 0.5 * np.trace(spill) / 80, 0.5 / 0.6
        hits.append((
            abs(found.rho - 0.4) < 2.02 * found.rho_se,
            found.direct[0, 1] < direct < found.direct[0, 2],
            found.total[0, 1] < total < found.total[0, 2],
        ))  # fmt: skip
    share = np.mean(hits, axis=0)
    assert (share >= 0.87).all()
    assert share.mean() <= 0.995


def test_bad_input_is_refused_with_the_reason():
    panel, weights, _ = world(5)
    with pytest.raises(TooFew, match="every region is needed in every year"):
        fit_region_lag(panel.chosen(np.arange(panel.y.size) != 3), weights)
    with pytest.raises(TooFew, match="at least 20"):
        fit_region_lag(panel.chosen(panel.region < 10), weights[:10, :10])
    constant = panel.with_columns(panel.region[:, None] * 1.0, ("size",))
    with pytest.raises(TooFew, match="do not vary"):
        fit_region_lag(constant, weights)
    with pytest.raises(TooFew, match="neighbours each"):
        nearest_weights(np.zeros(3), np.zeros(3))
