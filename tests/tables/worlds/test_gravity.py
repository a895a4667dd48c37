"""Ties of a made-up world follow the stated gravity model, pair by pair."""

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from buzzline.tables.worlds import Geography, Gravity, great_circle_km, make_world
from buzzline.tables.worlds.gravity import (
    draw_ties,
    pair_distances,
    planted,
    rates,
    scale_codes,
)


@pytest.fixture(scope="module")
def tiny():
    """Few organisations, near and far, with planted factors: every pair can be enumerated."""
    return make_world(
        organisations=24, clusters=2, rng=3, missing={0: {"global": 0.25, "local": 2.0}},
        geography=Geography(places=5, countries=2),
    )  # fmt: skip


def _all_pairs(sites):
    n = sites.mass.size
    source, target = (array.ravel() for array in np.meshgrid(range(n), range(n), indexing="ij"))
    return source[source != target], target[source != target]


def test_brute_force_ties_follow_the_stated_rate_pair_by_pair(tiny):
    sites, gravity = tiny.truth.sites, tiny.truth.gravity
    pairs = _all_pairs(sites)
    rate = rates(sites, gravity, pairs) * planted(sites, gravity, pairs)
    n = 200_000
    source, target = draw_ties(sites, gravity, n=n, rng=np.random.default_rng(0))
    drawn = np.zeros((sites.mass.size, sites.mass.size))
    np.add.at(drawn, (source, target), 1)
    assert not drawn.diagonal().any()
    expected = n * rate / rate.sum()
    enough = expected >= 5  # chi-square needs it; the rest is pooled
    observed = np.append(drawn[pairs][enough], drawn[pairs][~enough].sum())
    expected = np.append(expected[enough], expected[~enough].sum())
    kept = expected > 0
    assert stats.chisquare(observed[kept], expected[kept]).pvalue > 0.001


def test_by_hand_rate_and_factor_of_one_pair(tiny):
    sites, gravity = tiny.truth.sites, tiny.truth.gravity
    inside = int(np.flatnonzero(sites.cluster == 0)[0])
    abroad = int(np.flatnonzero(sites.country != sites.country[inside])[0])
    pair = np.array([inside]), np.array([abroad])
    km = float(great_circle_km(sites.longitude[inside], sites.latitude[inside],
                               sites.longitude[abroad], sites.latitude[abroad]))  # fmt: skip
    by_hand = sites.mass[inside] * sites.mass[abroad] * km**-0.9 * np.exp(-1.4)
    assert rates(sites, gravity, pair)[0] == pytest.approx(by_hand)
    if km > 200 and sites.cluster[abroad] != 1:
        assert scale_codes(sites, gravity, pair)[0] == 3
        assert planted(sites, gravity, pair)[0] == 0.25


def test_another_package_recovers_elasticity_and_border():
    world = make_world(
        organisations=60, clusters=0, layers=("supply",), rng=4,
        gravity=Gravity(ties_each=600.0), geography=Geography(places=10),
    )  # fmt: skip
    sites = world.truth.sites
    pairs = _all_pairs(sites)
    row = {org: i for i, org in enumerate(world.study.organisations["org_id"])}
    drawn = np.zeros((60, 60))
    ends = world.study.linkages.select("source", "target").iter_rows()
    for source, target in ends:
        drawn[row[source], row[target]] += 1
    km = np.maximum(pair_distances(sites, pairs), 1.0)
    crossing = sites.country[pairs[0]] != sites.country[pairs[1]]
    offset = np.log(sites.mass[pairs[0]] * sites.mass[pairs[1]])
    design = sm.add_constant(np.column_stack([-np.log(km), -crossing.astype(float)]))
    fit = sm.GLM(drawn[pairs], design, family=sm.families.Poisson(), offset=offset).fit()
    assert abs(fit.params[1] - 0.9) < 3.5 * fit.bse[1] < 0.1
    assert abs(fit.params[2] - 1.4) < 3.5 * fit.bse[2] < 0.4


def test_planted_truth_scale_shares_match_the_ties_drawn():
    world = make_world(
        organisations=400, clusters=3, layers=("supply",), rng=8,
        gravity=Gravity(ties_each=60.0), missing={1: {"global": 0.2, "regional": 3.0}},
    )  # fmt: skip
    truth, study = world.truth, world.study
    row = dict(zip(study.organisations["org_id"], range(400), strict=True))
    source = np.array([row[org] for org in study.linkages["source"]])
    target = np.array([row[org] for org in study.linkages["target"]])
    for cluster in (0, 1):
        touching = (truth.cluster[source] == cluster) | (truth.cluster[target] == cluster)
        scale = scale_codes(truth.sites, truth.gravity, (source[touching], target[touching]))
        shares = truth.scale_shares(cluster)
        expected = shares["share"].to_numpy() * touching.sum()
        observed = np.bincount(scale, minlength=4)
        possible = expected > 0  # no pair at all may be at a scale
        assert not observed[~possible].any()
        assert stats.chisquare(observed[possible], expected[possible]).pvalue > 0.001
    at_global = shares.filter(pl.col("scale") == "global")
    assert at_global["share"][0] < at_global["gravity_share"][0]


def test_special_case_a_factor_of_zero_leaves_no_tie():
    world = make_world(organisations=200, clusters=2, missing={0: {"global": 0.0}}, rng=1)
    study, truth = world.study, world.truth
    row = dict(zip(study.organisations["org_id"], range(200), strict=True))
    ends = tuple(
        np.array([row[org] for org in study.linkages[side]]) for side in ("source", "target")
    )
    touching = (truth.cluster[ends[0]] == 0) | (truth.cluster[ends[1]] == 0)
    assert not ((scale_codes(truth.sites, truth.gravity, ends) == 3) & touching).any()
