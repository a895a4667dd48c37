import numpy as np
import pytest
import statsmodels.api as sm

from buzzline.agglomeration.two_way import fit_logit, share_interval, two_way_square
from buzzline.errors import NotConverged


def cells(seed=1, rows=30, columns=20):
    rng = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(rows * columns), columns)
    x = (
        rng.normal(size=row.size)
        + rng.normal(size=rows)[row]
        + rng.normal(size=columns)[column]
    )
    push = 0.7 * rng.normal(size=rows)[row] + 0.7 * rng.normal(size=columns)[column]
    y = (rng.random(row.size) < 1 / (1 + np.exp(1.5 - 0.5 * x - push))).astype(float)
    return np.column_stack([np.ones(row.size), x]), y, (row, column)


def test_another_package_statsmodels_coefficients_and_single_clusters():
    x, y, (row, _) = cells()
    fitted = sm.Logit(y, x).fit(disp=0, method="newton", tol=1e-12)
    found = fit_logit(x, y, (row, np.arange(y.size)))
    assert found.coefficients == pytest.approx(fitted.params, abs=1e-8)
    clustered = sm.Logit(y, x).fit(
        disp=0, tol=1e-12, cov_type="cluster", cov_kwds={"groups": row, "use_correction": False}
    )
    # one way: the second clusters are the cells themselves, and cancel
    ours = found.covariance * (29 / 30)
    assert ours == pytest.approx(clustered.cov_params(), rel=1e-6)


def test_another_package_statsmodels_two_way_clusters():
    x, y, clusters = cells()
    expected = np.zeros((2, 2))
    # each way is corrected for its number of clusters: 30 rows, 20 columns, 600 cells
    for groups, factor in (
        (clusters[0], 30 / 29),
        (clusters[1], 20 / 19),
        (np.arange(y.size), -600 / 599),
    ):
        kind = {"groups": groups, "use_correction": False}
        fitted = sm.Logit(y, x).fit(disp=0, tol=1e-12, cov_type="cluster", cov_kwds=kind)
        expected += factor * fitted.cov_params()
    assert fit_logit(x, y, clusters).covariance == pytest.approx(expected, rel=1e-6)


def test_by_hand_squares_of_two_rows_and_two_columns():
    score = np.array([[1.0], [2.0], [3.0], [4.0]])
    row, column = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    # rows 3, 7: 58 x 2; columns 4, 6: 52 x 2; cells 30 x 4/3
    assert two_way_square(score, (row, column))[0, 0] == pytest.approx(116 + 104 - 40)


def test_separated_outcomes_and_dependent_predictors_do_not_converge():
    x = np.column_stack([np.ones(20), np.arange(20.0)])
    apart = (np.arange(20, 40), np.arange(20))
    with pytest.raises(NotConverged, match="separates"):
        fit_logit(x, (np.arange(20) > 9).astype(float), apart)
    with pytest.raises(NotConverged, match="depend on each other"):
        fit_logit(np.ones((20, 2)), (np.arange(20) % 2).astype(float), apart)


def test_special_case_shares_of_nothing_and_of_all():
    nothing = np.array([], dtype=np.int64)
    assert np.isnan(share_interval(np.array([]), (nothing, nothing), 0.95)[0])
    rows = (np.arange(4), np.arange(4))
    share, low, _ = share_interval(np.ones(4), rows, 0.95)
    assert share == 1
    assert np.isnan(low)
    assert np.isnan(
        share_interval(np.array([0.0, 1]), (np.zeros(2, int), np.arange(2)), 0.95)[1]
    )


def test_recovers_the_truth_shares_of_cells_that_go_together():
    hits, single = 0, 0
    for seed in range(150):
        rng = np.random.default_rng(seed)
        row, column = np.divmod(np.arange(40 * 30), 30)
        push = 0.8 * rng.normal(size=40)[row] + 0.8 * rng.normal(size=30)[column]
        y = (rng.random(1200) < 1 / (1 + np.exp(2 - push))).astype(float)
        true = np.mean(1 / (1 + np.exp(2 - 0.8 * np.sqrt(2) * NORMAL)))
        _, low, high = share_interval(y, (row, column), 0.95)
        hits += low <= true <= high
        _, low, high = share_interval(y, (np.arange(1200), np.arange(1200)), 0.95)
        single += low <= true <= high
    assert hits >= 150 * 0.95 - 3 * np.sqrt(150 * 0.95 * 0.05)
    assert single < hits - 30  # cells taken as independent: far too narrow


NORMAL = np.random.default_rng(0).normal(size=200_000)
