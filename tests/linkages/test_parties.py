import numpy as np
import polars as pl
import pytest

from buzzline.linkages.parties import (
    alone,
    distances,
    ground_of,
    likely_ends,
    log_pairs,
    parties_of,
)
from buzzline.linkages.tie_ends import squared_limits
from buzzline.space.globe import distance_km
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of

POWER = -0.7
FLAT = 1e-4  # near chords count as arcs: within 1 in 2,000 of the distance


@pytest.fixture(scope="module")
def ground():
    rng = np.random.default_rng(3)
    n = 160
    town = rng.integers(6, size=n)
    organisations = pl.DataFrame(
        {"org_id": [str(k) for k in range(n)],
         "longitude": 8 + 0.6 * town + rng.normal(0, 0.05, n),
         "latitude": 45 + 0.2 * town + rng.normal(0, 0.05, n),
         "country": np.where(town < 3, "AA", "BB"), "precision": ["address"] * n}
    )  # fmt: skip
    zones = zones_of(organisations, sites_of(organisations))
    return ground_of(zones, squared_limits([Cutoffs(), Cutoffs(30, 150)]))


def km(ground, i, j):
    xyz = ground.zones.organisation_xyz
    return np.maximum(distance_km(xyz[i][None], xyz[j][None])[0], 1.0)


def scale(ground, i, j, local, regional):
    apart = km(ground, i, j)
    nation = ground.zones.organisation_nation
    return 0 if apart <= local else 1 if apart <= regional else 2 + (nation[i] != nation[j])


def test_distances_between_zones_by_brute_force(ground):
    found = distances(ground, POWER)
    for a in range(ground.n):
        for b in range(ground.n):
            if not ground.near[a, b] or (a == b and ground.rows_of(a).size < 2):
                continue
            flow = [
                km(ground, i, j) ** POWER
                for i in ground.rows_of(a) for j in ground.rows_of(b) if i != j
            ]  # fmt: skip
            assert found[a, b] == pytest.approx(np.log(np.mean(flow)) / POWER, rel=FLAT)
    assert np.array_equal(found, found.T)


def test_members_and_outsiders_by_brute_force(ground):
    rng = np.random.default_rng(4)
    members = rng.random(160) < 0.2
    weight = rng.uniform(0.5, 3, 160)
    found = parties_of(ground, members, weight, power=POWER)
    cutoffs = [(50.0, 200.0), (30.0, 150.0)]
    for o, zone in enumerate(found.zone):
        inside = ground.rows_of(zone)[members[ground.rows_of(zone)]]
        assert np.array_equal(found.members[o], inside)
        for b in range(ground.n):
            there = ground.rows_of(b)
            if b in found.zone:
                there = there[~members[there]]
            if not ground.near[zone, b] or not there.size:
                continue
            flow = np.array([[km(ground, i, j) ** POWER for j in there] for i in inside])
            assert found.log_km[o, b] == pytest.approx(np.log(flow.mean()) / POWER, rel=FLAT)
            flow *= weight[inside][:, None] * weight[there]
            for c, limits in enumerate(cutoffs):
                at = np.array([[scale(ground, i, j, *limits) for j in there] for i in inside])
                share = np.bincount(at.ravel(), weights=flow.ravel(), minlength=5) / flow.sum()
                assert found.shares[c, o, b] == pytest.approx(share, abs=FLAT)


def test_scales_of_far_zones_are_those_of_their_middles(ground):
    found = parties_of(ground, np.arange(160) < 40, np.ones(160), power=POWER)
    assert found.shares.sum(axis=-1) == pytest.approx(1)
    assert found.inner_shares.sum(axis=-1) == pytest.approx(1)


def test_pairs_with_oneself_by_hand():
    # ends 1 and 3: of the four by four pairs of ends, 0 + 6 of 12 are within an organisation
    assert alone(np.array([0, 1]), np.array([1.0, 3.0])) == pytest.approx(0.5)
    assert alone(np.array([0]), np.array([5.0])) == 1
    assert alone(np.arange(4), np.zeros(4)) == 0.25
    assert log_pairs(np.array([0.5, 1.0])).tolist() == [pytest.approx(np.log(0.5)), -np.inf]


def test_few_ties_are_drawn_in_to_the_mean():
    rng = np.random.default_rng(1)
    mass = rng.gamma(2.0, 3.0, 5000)
    ends = rng.poisson(mass).astype(float)
    found = likely_ends(ends)
    assert found.mean() == pytest.approx(ends.mean())
    assert ((found - mass) ** 2).mean() < 0.8 * ((ends - mass) ** 2).mean()
    assert (likely_ends(np.full(9, 4.0)) == 1).all()
