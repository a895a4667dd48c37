import importlib

import numpy as np
import polars as pl
import pytest
from tests.agglomeration.specialisation_worlds import study_of

from buzzline.agglomeration import cluster_strength, growth_regression, outside_quotients
from buzzline.agglomeration.cluster_strength import TERMS
from buzzline.agglomeration.growth_regression import without_effects
from buzzline.agglomeration.quotient_errors import totals_of
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.tables.worlds import make_world


def panel(rng, places=40, industries=12, share=0.7):
    """Return observations of some pairs of place and industry with two regressors."""
    place, industry = np.nonzero(rng.random((places, industries)) < share)
    x = rng.normal(size=(place.size, 2)) + 0.1 * place[:, None] + 0.2 * industry[:, None]
    effects = rng.normal(size=places)[place] + rng.normal(size=industries)[industry]
    return x, effects, (place.astype(np.int32), industry.astype(np.int32))


def test_brute_force_dummies_give_the_same_coefficients_and_errors():
    rng = np.random.default_rng(1)
    x, effects, codes = panel(rng)
    y = effects + x @ [0.5, -0.3] + rng.normal(size=effects.size)
    found = growth_regression(y, x, codes)
    dummies = [np.eye(int(code.max()) + 1)[code] for code in codes]
    design = np.column_stack([x, *dummies])
    bread = np.linalg.pinv(design.T @ design)
    beta = bread @ design.T @ y
    left = y - design @ beta
    meat = np.zeros((design.shape[1],) * 2)
    groups = np.unique(codes[0])
    for group in groups:
        score = design[codes[0] == group].T @ left[codes[0] == group]
        meat += np.outer(score, score)
    covariance = bread @ meat @ bread * groups.size / (groups.size - 1)
    np.testing.assert_allclose(found.value, beta[:2], rtol=1e-6)
    np.testing.assert_allclose(found.se, np.sqrt(np.diag(covariance))[:2], rtol=1e-5)


def test_invariant_effects_of_places_and_industries_change_nothing():
    rng = np.random.default_rng(2)
    x, effects, codes = panel(rng)
    y = x @ [0.5, -0.3] + rng.normal(size=effects.size)
    one, other = growth_regression(y, x, codes), growth_regression(y + 5 * effects, x, codes)
    np.testing.assert_allclose(one.value, other.value, atol=1e-7)


def test_recovers_the_truth_intervals_cover_with_errors_shared_within_places():
    rng, hits = np.random.default_rng(3), 0
    for _ in range(200):
        x, effects, codes = panel(rng)
        own = rng.normal(size=(40, 2))[codes[0]]
        y = effects + x @ [0.5, -0.3] + 0.5 * np.sum(own * (x - x.mean(axis=0)), axis=1)
        found = growth_regression(y + rng.normal(size=effects.size), x, codes)
        hits += found.low[0] <= 0.5 <= found.high[0]
    assert hits >= 178  # 95 % of 200, less three binomial errors and a little for 40 places


def test_a_regressor_that_is_an_effect_has_no_coefficient():
    rng = np.random.default_rng(4)
    x, effects, codes = panel(rng)
    x[:, 1] = codes[0]
    found = growth_regression(effects + x[:, 0], x, codes)
    assert np.isnan(found.value[1])
    assert found.value[0] == pytest.approx(1)


def test_too_few_and_not_converged_are_errors(monkeypatch):
    codes = (np.zeros(3, dtype=np.int32), np.arange(3, dtype=np.int32))
    with pytest.raises(TooFew, match="places"):
        growth_regression(np.ones(3), np.ones((3, 1)), codes)
    module = importlib.import_module("buzzline.agglomeration.growth_regression")
    monkeypatch.setattr(module, "SWEEPS", 1)
    rng = np.random.default_rng(5)
    x, _, codes = panel(rng)
    with pytest.raises(NotConverged, match="hardly connected"):
        without_effects(x, codes)


# --- the analysis


def valleys(effect, *, places=60, seed=6):
    """Return a study of two years in which industries grow with their cluster."""
    rng = np.random.default_rng(seed)
    codes = [f"{cluster}{number}" for cluster in "abc" for number in range(4)]
    cluster = np.repeat(np.arange(3), 4).astype(np.int32)
    jobs = (
        np.round(
            rng.lognormal(4, 0.6, (places, 12)) * rng.lognormal(0, 0.8, (places, 3))[:, cluster]
        )
        + 1
    )
    around = np.log(outside_quotients(jobs, cluster, totals_of(jobs)))
    after = jobs * np.exp(effect * around + rng.normal(0, 0.1, jobs.shape))
    rows = [
        (f"p{place}", codes[industry], year, float(held[place, industry]), 5.0)
        for year, held in ((2018, jobs), (2019, after))
        for place in range(places)
        for industry in range(12)
    ]
    industries = {"industry": codes, "cluster": [f"c{number}" for number in cluster]}
    return study_of(rows, industries=industries), (jobs, cluster)


def test_recovers_the_truth_of_growth_with_clusters():
    study, _ = valleys(0.2)
    result = cluster_strength(study)
    row = result.growth.filter(pl.col("term") == TERMS["strength"]).row(0, named=True)
    assert row["low"] < 0.2 < row["high"]
    assert row["low"] > 0.1
    assert "not a cause" in str(result)


def test_null_without_growth_by_clusters_intervals_hold_zero():
    held = 0
    for seed in range(30):
        study, _ = valleys(0.0, places=30, seed=seed)
        row = cluster_strength(study).growth.filter(pl.col("term") == TERMS["strength"])
        held += row["low"][0] <= 0 <= row["high"][0]
    assert held >= 25  # 95 % of 30, less three binomial errors


def test_strength_is_that_of_the_array_function_and_holds_not_the_industry():
    study, (jobs, cluster) = valleys(0.0, places=5)
    rows = cluster_strength(study).industries
    ours = rows.filter(place_id="p3", industry="b2")["strength"][0]
    assert ours == pytest.approx(outside_quotients(jobs, cluster, totals_of(jobs))[3, 6])
    assert rows["strength"].to_list() == sorted(rows["strength"], reverse=True)


def test_one_year_has_strength_but_no_growth():
    study, _ = valleys(0.1, places=5)
    one = study.with_table("employment", study.employment.filter(pl.col("year") == 2018))
    result = cluster_strength(one)
    assert result.growth.height == 0
    assert result.industries["growth"].null_count() == result.industries.height
    assert "growth is not compared" in str(result)


def test_years_in_the_wrong_order_and_no_clusters_are_refused():
    study, _ = valleys(0.1, places=5)
    with pytest.raises(InvalidArgument, match="before"):
        cluster_strength(study, since=2019, year=2018)
    bare = study.with_table(
        "industries", study.industries.with_columns(cluster=pl.lit(None, pl.String))
    )
    with pytest.raises(InvalidArgument, match="cluster"):
        cluster_strength(bare)


def test_a_made_up_world_reads_well():
    text = str(cluster_strength(make_world(organisations=400, clusters=2, rng=1).study))
    assert "have a cluster around them" in text
    assert "nan" not in text
