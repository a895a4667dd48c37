import numpy as np
import polars as pl
import pytest
from scipy.stats import hypergeom

from buzzline.clusters.cores import (
    core_p_values,
    core_sites,
    critical_neighbours,
    industry_within,
    surroundings,
)
from buzzline.space.globe import distance_km
from buzzline.space.sites import sites_of


def scene(seed=0, n=120):
    rng = np.random.default_rng(seed)
    longitude, latitude = rng.normal(10, 0.2, n).round(2), rng.normal(45, 0.2, n).round(2)
    sites = sites_of(pl.DataFrame({"longitude": longitude, "latitude": latitude}))
    active = rng.random(n) < 0.3
    n_industry = np.bincount(sites.site[active], minlength=sites.n_here.size).astype(np.int64)
    return sites, active, n_industry


@pytest.mark.parametrize("reach", [1.0, 10.0, 40.0])
def test_counts_and_p_values_by_brute_force(reach):
    sites, active, n_industry = scene()
    around = surroundings(sites, reach)
    counts = industry_within(around, n_industry)
    p = core_p_values(around, n_industry, counts)
    xyz = sites.xyz[sites.site]
    near = distance_km(xyz[:, None], xyz[None]) <= reach
    present = np.flatnonzero(n_industry)
    for position, site in enumerate(present):
        organisation = np.flatnonzero((sites.site == site) & active)[0]
        others = near[organisation].copy()
        others[organisation] = False
        assert counts[position] == (others & active).sum()
        tail = hypergeom.sf(
            counts[position] - 1, len(active) - 1, active.sum() - 1, others.sum()
        )
        assert p[position] == pytest.approx(tail, rel=1e-8)


def test_exact_p_values_are_the_limit_of_relabelling():
    sites, active, n_industry = scene(1)
    around = surroundings(sites, 10.0)
    p = core_p_values(around, n_industry, industry_within(around, n_industry))
    xyz = sites.xyz[sites.site]
    near = distance_km(xyz[:, None], xyz[None]) <= 10.0
    organisation = np.flatnonzero(active)[0]
    position = np.flatnonzero(np.flatnonzero(n_industry) == sites.site[organisation])[0]
    others = np.delete(near[organisation], organisation)
    labels = np.delete(active, organisation)
    rng = np.random.default_rng(1)
    dealt = np.array([rng.permutation(labels)[others].sum() for _ in range(4000)])
    share = np.mean(dealt >= labels[others].sum())
    # three binomial standard errors of 4 000 relabellings
    assert abs(share - p[position]) < 3 * np.sqrt(p[position] * (1 - p[position]) / 4000) + 1e-3


def test_core_sites_are_those_whose_p_value_is_small():
    sites, active, n_industry = scene(2)
    around = surroundings(sites, 20.0)
    counts = industry_within(around, n_industry)
    p = core_p_values(around, n_industry, counts)
    critical = critical_neighbours(around, int(active.sum()), p_core=0.05, min_core=3)
    expected = np.zeros(n_industry.size, bool)
    expected[n_industry > 0] = (p <= 0.05) & (counts >= 3)
    assert np.array_equal(core_sites(around, n_industry, critical), expected)
