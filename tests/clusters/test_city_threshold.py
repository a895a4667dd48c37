"""How large must a city be for several clusters? Likelihoods, error rates, planted thresholds."""

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import clustering_of, planted

from buzzline.clusters.city_threshold import city_threshold
from buzzline.clusters.threshold_regression import (
    interval_gain,
    poisson_fits,
    poisson_threshold,
)
from buzzline.errors import TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_sibling_world
from buzzline.tables.worlds.plans import Bonds, Parks


def test_the_interval_gain_equals_the_published_critical_values():
    assert round(interval_gain(0.95), 2) == 7.35
    assert round(interval_gain(0.9), 2) == 5.94
    assert round(interval_gain(0.99), 2) == 10.59


def test_fits_agree_with_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(1)
    design = np.column_stack([np.ones(50), rng.normal(size=50), rng.random(50) > 0.5])
    counts = rng.poisson(np.exp(design @ [0.3, 0.5, 0.8]), size=(4, 50)).astype(float)
    likelihood, fitted = poisson_fits(design, counts)
    for k in range(4):
        peer = sm.GLM(counts[k], design, family=sm.families.Poisson()).fit()
        assert likelihood[k] == pytest.approx(peer.llf)
        assert fitted[k] == pytest.approx(peer.params, abs=1e-4)


def test_the_threshold_equals_a_search_over_all_splits():
    """Brute force: the split with the largest likelihood."""
    rng = np.random.default_rng(2)
    size = rng.permutation(np.arange(1.0, 31.0))
    count = rng.poisson(np.where(size > 22, 3.0, 0.4)).astype(float)
    best, top = 0.0, -np.inf
    for value in range(3, 28):
        design = np.column_stack([np.ones(30), np.log(size), size > value])
        likelihood = poisson_fits(design, count[None])[0][0]
        if likelihood > top:
            best, top = float(value), likelihood
    found = poisson_threshold(size, count, draws=0, level=0.95, rng=rng)
    assert found.value == best
    assert found.low <= best <= found.high


def test_p_is_uniform_under_a_smooth_rise():
    rng = np.random.default_rng(3)
    p = []
    for _ in range(30):
        size = rng.lognormal(0, 1, 40)
        count = rng.poisson(np.exp(-0.5 + 0.6 * np.log(size))).astype(float)
        p.append(poisson_threshold(size, count, draws=19, level=0.95, rng=rng).p)
    assert 0.4 < np.mean(p) < 0.62
    assert np.mean(np.array(p) <= 0.05) <= 0.12


def test_counts_that_scatter_more_than_poisson_ones_make_no_threshold():
    rng, p = np.random.default_rng(6), []
    size = np.exp(rng.normal(10, 1.2, 60))
    for _ in range(60):
        mean = np.exp(0.2 + 0.6 * (np.log(size) - 10)) * rng.gamma(1, 1, 60)
        p.append(poisson_threshold(size, rng.poisson(mean).astype(float), draws=39, level=0.95,
                                   rng=rng).p)  # fmt: skip
    assert np.mean(np.array(p) <= 0.05) <= 0.15


def test_too_few_draws_and_equal_sizes_say_so():
    study, found = cities(large=25, small=120)
    assert "too few draws" in str(city_threshold(study, found, draws=1, rng=1))
    assert interval_gain(1.0) == np.inf


def test_a_planted_threshold_is_recovered():
    rng = np.random.default_rng(4)
    near, seen = [], []
    for _ in range(10):
        size = rng.lognormal(0, 1, 80)
        count = rng.poisson(np.where(size > 2.5, 3.0, 0.3)).astype(float)
        found = poisson_threshold(size, count, draws=39, level=0.95, rng=rng)
        near.append(found.low <= np.max(size[size <= 2.5]) <= found.high)
        seen.append(found.p <= 0.05)
    assert sum(near) >= 8
    assert sum(seen) >= 8


def test_nothing_changes_when_cities_are_shuffled_or_measured_in_another_unit():
    rng = np.random.default_rng(5)
    size, count = rng.lognormal(0, 1, 50), rng.poisson(1.0, 50).astype(float)
    order = rng.permutation(50)
    results = [
        poisson_threshold(s, c, draws=19, level=0.95, rng=np.random.default_rng(1))
        for s, c in ((size, count), (size * 1000, count))
    ]
    again = poisson_threshold(size[order], count[order], draws=0, level=0.95, rng=rng)
    assert results[1].value == pytest.approx(1000 * results[0].value)
    assert results[1].p == results[0].p
    assert again.value == results[0].value


def test_too_few_sizes_are_refused():
    with pytest.raises(TooFew):
        poisson_threshold(np.ones(30), np.ones(30), draws=9, level=0.95,
                          rng=np.random.default_rng(1))  # fmt: skip


def cities(large=8, small=32, rng=1):
    """Large cities with three clusters each, small ones with one or none."""
    source = np.random.default_rng(rng)
    rows, members, clusters = [], [], []
    for k in range(large + small):
        n = int(source.integers(60, 90) if k < large else source.integers(5, 40))
        ids = [f"o{k}-{i}" for i in range(n)]
        rows += [(i, "optics", f"City {k}", "DE", 10.0) for i in ids]
        for c in range(3 if k < large else int(source.random() < 0.4)):
            clusters.append((f"c{k}-{c}", f"City {k}", "optics", float(k), 50.0))
            members += [(f"c{k}-{c}", i, True) for i in ids[c::3]]
    frame = pl.DataFrame(rows, schema=["org_id", "industry", "region", "country", "jobs"],
                         orient="row")  # fmt: skip
    found = clustering_of(
        pl.DataFrame(clusters, orient="row",
                     schema=["cluster_id", "label", "industry", "longitude", "latitude"]),
        pl.DataFrame(members, schema=["cluster_id", "org_id", "is_core"], orient="row"),
    )  # fmt: skip
    return Study.of(organisations=frame), found


def test_cities_are_counted_and_a_threshold_between_them_found():
    found = city_threshold(*cities(large=25, small=120), draws=39, rng=1)
    assert found.unit == "jobs"
    assert found.cities["n_clusters"].head(25).to_list() == [3] * 25
    assert found.cities["is_above"].head(20).all()
    assert not found.cities["is_above"].tail(110).any()
    assert found.ratio == np.inf
    assert "alone hold several" in str(found)
    assert found.p <= 0.05
    assert found.left_out.height == 5
    assert found.left_out["p"].median() <= 0.05


def test_one_city_that_makes_the_threshold_is_named_as_such():
    study, found = cities(large=3, small=40, rng=2)
    result = city_threshold(study, found, draws=19, rng=1)
    assert result.left_out["status"].is_in(["measured"]).all() or result.reason
    holding = result.cities.filter(pl.col("n_clusters") > 0)
    assert result.left_out["city"].to_list() == holding["city"].head(5).to_list()


def test_few_cities_and_single_clusters_say_so():
    world = make_sibling_world(organisations=200, parks=Parks(siblings=1),
                               bonds=Bonds(spells=False), rng=1)  # fmt: skip
    assert "only 1 city" in city_threshold(world.study, planted(world), draws=9, rng=1).reason
    study, found = cities(large=0, small=90)
    assert "two clusters" in city_threshold(study, found, draws=9, rng=1).reason
    nothing = clustering_of(found.clusters.clear(), found.members.clear())
    assert "only 0 cities" in str(city_threshold(study, nothing, draws=9, rng=1))
    bare = Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))
    assert "only 0 cities" in city_threshold(bare, nothing, draws=9, rng=1).reason
