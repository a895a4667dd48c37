"""Errors near in space and in time: all pairs of rows, collapses, another package, coverage."""

import warnings

import numpy as np
import pandas as pd
import pyfixest as pf
import pytest
from tests.oracles.sandwiches import meat

from buzzline.econometrics.conley import conley, driscoll_kraay
from buzzline.econometrics.regression import fit_linear
from buzzline.errors import InvalidArgument, TooFew
from buzzline.sandwiches import clustered
from buzzline.space.globe import distance_km, unit_vectors


def _land(n: int = 60, seed: int = 1):
    rng = np.random.default_rng(seed)
    longitude, latitude = rng.uniform(5, 15, n), rng.uniform(45, 52, n)
    x = rng.normal(size=(n, 2))
    return x @ [0.5, 0.0] + rng.normal(size=n), x, longitude, latitude


@pytest.mark.parametrize("kernel", ["bartlett", "uniform"])
@pytest.mark.parametrize("reach", [100.0, 300.0])
def test_brute_force_all_pairs_of_rows(kernel: str, reach: float):
    y, x, longitude, latitude = _land()
    longitude, latitude = np.tile(longitude[:30], 2), np.tile(latitude[:30], 2)  # two years
    fit = fit_linear(y, x)
    made = conley(fit, longitude, latitude, reach=reach, kernel=kernel)
    xyz = unit_vectors(longitude, latitude)
    km = distance_km(xyz[:, None], xyz[None])
    weight = np.maximum(1 - km / reach, 0) if kernel == "bartlett" else km <= reach
    expected = fit.scores.T @ weight @ fit.scores
    if kernel == "uniform":
        np.testing.assert_allclose(expected, meat(fit.scores, lambda i, j: km[i, j] <= reach))
    whole = fit.bread @ expected @ fit.bread * made.factor
    kept = ~made.raised
    assert made.is_mended == (np.linalg.eigvalsh(whole)[0] < 0)
    if not made.is_mended:
        np.testing.assert_allclose(np.diag(made.covariance)[kept], np.diag(whole)[kept])


def test_collapse_a_short_reach_is_by_site():
    y, x, longitude, latitude = _land()
    site = np.arange(60) // 3
    fit = fit_linear(y, x)
    made = conley(fit, longitude[site], latitude[site], reach=0.001)
    by_site = clustered(fit.scores, fit.bread, site)
    kept = ~made.raised
    np.testing.assert_allclose(
        np.diag(made.covariance / made.factor)[kept],
        np.diag(by_site.covariance / by_site.factor)[kept],
    )


def test_collapse_years_without_lags_are_groups():
    y, x, _, _ = _land()
    year = np.arange(60) // 5
    fit = fit_linear(y, x)
    made, groups = driscoll_kraay(fit, year, lags=0), clustered(fit.scores, fit.bread, year)
    kept = ~made.raised
    np.testing.assert_allclose(made.se[kept], groups.se[kept])


def test_invariant_where_on_earth_does_not_matter():
    y, x, longitude, latitude = _land()
    fit = fit_linear(y, x)
    here = conley(fit, longitude, latitude, reach=300)
    over_the_date_line = (longitude + 170 + 180) % 360 - 180
    there = conley(fit, over_the_date_line, latitude, reach=300)
    np.testing.assert_allclose(there.covariance, here.covariance)


@pytest.mark.parametrize("lags", [1, 3])
def test_reference_pyfixest_driscoll_kraay(lags: int):
    rng = np.random.default_rng(3)
    year, unit = np.repeat(np.arange(2000, 2015), 12), np.tile(np.arange(12), 15)
    luck = rng.normal(size=(2, 15))[:, year - 2000]
    a, y = luck + 0.3 * rng.normal(size=(2, 180))
    frame = pd.DataFrame({"y": y, "a": a, "unit": unit, "year": year})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = pf.feols(
            "y ~ a | unit", frame, vcov="DK",
            vcov_kwargs={"time_id": "year", "panel_id": "unit", "lag": lags},
            ssc=pf.ssc(k_adj=False, G_adj=False),
        )  # fmt: skip
    fit = fit_linear(y, a[:, None], (unit,))
    made = driscoll_kraay(fit, year, lags=lags)
    assert not made.raised.any()
    np.testing.assert_allclose(made.se / np.sqrt(made.factor), peer.se(), rtol=1e-6)


def test_truth_intervals_cover_where_near_regions_share_luck():
    rng = np.random.default_rng(4)
    n, worlds = 150, 200
    longitude, latitude = rng.uniform(-15, 15, n), rng.uniform(35, 60, n)
    xyz = unit_vectors(longitude, latitude)
    km = distance_km(xyz[:, None], xyz[None])
    root = np.linalg.cholesky(np.exp(-((km / 120) ** 2)) + 1e-6 * np.eye(n))
    covered = naive = 0
    for _ in range(worlds):
        x = root @ rng.normal(size=n)
        y = root @ rng.normal(size=n) + 0.3 * rng.normal(size=n)
        fit = fit_linear(y, x[:, None])
        low, high = conley(fit, longitude, latitude, reach=300).interval(fit.beta)
        covered += low[1] <= 0 <= high[1]
        low, high = fit.independent().interval(fit.beta)
        naive += low[1] <= 0 <= high[1]
    assert 0.89 <= covered / worlds <= 0.99
    assert naive / worlds < covered / worlds - 0.03


def test_bad_input_says_what_is_wrong():
    y, x, longitude, latitude = _land()
    fit = fit_linear(y, x)
    with pytest.raises(InvalidArgument, match="1 rows have no coordinates"):
        conley(fit, np.where(np.arange(60) == 3, np.nan, longitude), latitude)
    with pytest.raises(TooFew, match="within 5000 km"):
        conley(fit, longitude, latitude, reach=5000.0, kernel="uniform")
    with pytest.raises(TooFew, match="2 sites"):
        conley(fit, np.arange(60) % 2 * 1.0, np.zeros(60))
    with pytest.raises(TooFew, match="2 years"):
        driscoll_kraay(fit, np.arange(60) % 2)
