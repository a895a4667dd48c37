"""Exposure to local buzz: by hand, by brute force, collapses and invariants."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.linkages.buzz import Surroundings, buzz_exposure, meeting, met_exposure
from buzzline.linkages.buzz_null import dealt_out
from buzzline.linkages.buzz_surroundings import around_of, occasions_of, present
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.study import Study

ALL = np.empty(0)
KM = 1 / 111.195  # degrees of latitude


def scene(rng, n=80, *, spread=4.0, floor=0.0, decay=1.0, industries=3):
    related = rng.random((industries, industries))
    related = np.maximum(related, related.T)
    np.fill_diagonal(related, 1)
    return Surroundings(
        unit_vectors(rng.normal(0, spread * KM, n), 50 + rng.normal(0, spread * KM, n)),
        rng.integers(0, industries, n).astype(np.int32), rng.gamma(2, 1, n),
        np.full(n, floor), related, decay, 10 * decay,
    )  # fmt: skip


def by_brute_force(around, edges=()):
    """The formula, pair by pair."""
    n = around.mass.size
    out = np.zeros((n, len(edges) + 1))
    for i in range(n):
        for j in range(n):
            km = float(distance_km(around.xyz[i][None], around.xyz[j][None])[0])
            if i == j or km > around.reach_km:
                continue
            km = max(km, around.floor_km[i], around.floor_km[j])
            weight = around.related[around.industry[i], around.industry[j]] * around.mass[j]
            band = int(np.searchsorted(edges, km, side="left"))
            out[i, band] += weight * np.exp(-km / around.decay_km)
    return out


def test_two_neighbours_by_hand():
    # one related organisation of 4 jobs at 1 km: e^-1 times sqrt(4); its own 9 do not count
    at = unit_vectors(np.zeros(2), np.array([0.0, KM]))
    two = Surroundings(at, np.zeros(2, np.int32), np.array([3.0, 2.0]), np.zeros(2), np.eye(1),
                       1.0, 10.0)  # fmt: skip
    found = buzz_exposure(two, np.array([0, 1]), edges_km=ALL)[:, 0]
    assert found == pytest.approx([2 * np.exp(-1), 3 * np.exp(-1)], rel=1e-4)


def test_unrelated_neighbours_and_those_beyond_reach_are_not_heard():
    at = unit_vectors(np.zeros(3), np.array([0.0, KM, 20 * KM]))
    three = Surroundings(at, np.array([0, 1, 0], np.int32), np.ones(3), np.zeros(3), np.eye(2),
                         1.0, 10.0)  # fmt: skip
    assert buzz_exposure(three, np.array([0]), edges_km=ALL)[0, 0] == 0


@pytest.mark.parametrize("floor", [0.0, 0.66])
def test_agrees_with_brute_force_by_bands(floor):
    around = scene(np.random.default_rng(1), floor=floor)
    edges = np.array([0.5, 2.0])
    found = buzz_exposure(around, np.arange(80), edges_km=edges)
    assert found == pytest.approx(by_brute_force(around, edges), abs=1e-9)


def test_agrees_with_brute_force_where_many_stand_at_one_point():
    around = scene(np.random.default_rng(2), n=60, floor=0.5)
    stacked = around.xyz.copy()
    stacked[:40] = stacked[0]
    around = replace(around, xyz=stacked)
    found = buzz_exposure(around, np.arange(60), edges_km=ALL)
    assert found == pytest.approx(by_brute_force(around), abs=1e-9)


def test_collapses_to_a_count_where_all_is_alike():
    # everybody at one point, of one industry and size: n - 1 others
    n = 25
    at = unit_vectors(np.zeros(n), np.zeros(n))
    around = Surroundings(
        at, np.zeros(n, np.int32), np.ones(n), np.zeros(n), np.eye(1), 1.0, 9.0
    )
    assert buzz_exposure(around, np.arange(n), edges_km=ALL)[:, 0] == pytest.approx(n - 1)


def test_order_of_rows_and_place_on_the_globe_do_not_matter():
    rng = np.random.default_rng(3)
    around = scene(rng)
    order = rng.permutation(80)
    turned = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    moved = replace(
        around, xyz=np.ascontiguousarray(around.xyz[order] @ turned),
        industry=around.industry[order], mass=around.mass[order],
    )  # fmt: skip
    one = buzz_exposure(around, np.arange(80), edges_km=ALL)[order]
    assert buzz_exposure(moved, np.arange(80), edges_km=ALL) == pytest.approx(one, rel=1e-6)


def test_organisations_without_coordinates_neither_hear_nor_are_heard():
    around = scene(np.random.default_rng(4), n=30)
    xyz = around.xyz.copy()
    xyz[:10] = np.nan
    gone = replace(around, xyz=xyz)
    left = replace(around, xyz=around.xyz[10:], industry=around.industry[10:],
                   mass=around.mass[10:], floor_km=around.floor_km[10:])  # fmt: skip
    assert buzz_exposure(gone, np.arange(10, 30), edges_km=ALL) == pytest.approx(
        buzz_exposure(left, np.arange(20), edges_km=ALL)
    )
    away = present(around, np.arange(30) >= 10)
    assert buzz_exposure(away, np.arange(10, 30), edges_km=ALL) == pytest.approx(
        buzz_exposure(left, np.arange(20), edges_km=ALL)
    )


def test_mixing_by_hand_counts_whoever_is_met_once_a_kind():
    # 0 and 1 meet at two fairs (one kind), 0 and 2 nowhere
    at = unit_vectors(np.zeros(3), np.zeros(3))
    around = Surroundings(at, np.zeros(3, np.int32), np.array([1.0, 2.0, 5.0]), np.zeros(3),
                          np.eye(1), 1.0, 10.0)  # fmt: skip
    fairs = (np.array([0, 1, 0, 1, 2]), np.array([0, 0, 1, 1, 2]))
    met = meeting(np.array([0]), fairs, 3)
    assert met.toarray().tolist() == [[1, 1, 0]]
    assert met_exposure(around, np.array([0]), met).tolist() == [2.0]


def test_a_crowd_of_thousands_brings_nobody_together():
    everybody = np.arange(1500)
    assert meeting(np.array([0]), (everybody, np.zeros(1500, np.int64)), 1500).nnz == 0


def test_occasions_are_moves_associations_gatherings_held_and_spin_offs():
    frame = pl.DataFrame({"org_id": list("abcd")})
    ties = pl.DataFrame({"source": ["a", "a"], "target": ["b", "c"], "layer": "spin_off"})
    held = pl.DataFrame({"gathering_id": ["g", "h"], "cancelled": [False, True]})
    went = pl.DataFrame({"gathering_id": ["g", "g", "h", "h"], "org_id": list("abcd")})
    study = Study.of(organisations=frame, linkages=ties, gatherings=held, attendance=went)
    found = occasions_of(study)
    assert set(found) == {"gatherings", "spin-offs"}
    assert found["gatherings"][0].tolist() == [0, 1]  # that of c and d was called off
    siblings = meeting(np.array([1]), found["spin-offs"], 4).toarray()[0]
    assert siblings.tolist() == [1, 1, 1, 0]  # b meets its parent and its sibling


def test_coordinates_of_towns_make_buzz_fade_over_towns():
    frame = pl.DataFrame({
        "org_id": list("abc"), "longitude": [0.0, 0.0, 0.2], "latitude": 0.0,
        "precision": "city", "industry": "x",
    })  # fmt: skip
    around = around_of(Study.of(organisations=frame), decay_km=1.0, local_km=50)
    assert around.surroundings.decay_km == pytest.approx(6.6)
    assert any("towns, not streets" in note for note in around.notes)


def test_relatedness_comes_from_the_table_else_from_groups():
    frame = pl.DataFrame({"org_id": list("abc"), "industry": ["x", "y", None]})
    groups = pl.DataFrame({"industry": ["x", "y"], "cluster": "g"})
    bare = Study.of(organisations=frame, industries=groups)
    assert around_of(bare, decay_km=1, local_km=50).surroundings.related.tolist() == [
        [1, 0.5, 0], [0.5, 1, 0], [0, 0, 0]
    ]  # fmt: skip
    table = pl.DataFrame({"industry": ["x"], "other": ["y"], "kind": "skill", "value": [0.25]})
    told = Study.of(organisations=frame, relatedness=table)
    related = around_of(told, decay_km=1, local_km=50).surroundings.related
    assert related[0, 1] == related[1, 0] == 0.25


def test_no_decay_is_refused():
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))
    with pytest.raises(InvalidArgument, match="decay_km"):
        around_of(study, decay_km=0, local_km=50)


def test_deals_have_the_mean_that_follows_from_the_organisations_around():
    around = scene(np.random.default_rng(5), n=200, industries=1)
    focal = np.arange(20)
    dealt = dealt_out(around, focal, within_km=50, draws=2000, rng=np.random.default_rng(1))
    # each site is heard with its weight; on average the mean mass stands there
    even = replace(around, mass=np.full(200, around.mass.mean()))
    expected = buzz_exposure(even, focal, edges_km=ALL).mean()
    assert dealt.mean == pytest.approx(expected, rel=0.01)


def test_p_values_of_deals_are_uniform_where_sites_are_dealt_at_random():
    places = []
    for seed in range(120):
        rng = np.random.default_rng(seed)
        around = scene(rng, n=120, industries=2)
        focal = np.arange(15)
        dealt = dealt_out(around, focal, within_km=50, draws=49, rng=rng, level=0.9)
        value = buzz_exposure(around, focal, edges_km=ALL).mean()
        places.append((dealt.low <= value <= dealt.high, value > dealt.mean))
    inside = np.mean([inside for inside, _ in places])
    assert inside == pytest.approx(0.9, abs=0.085)  # 3 standard errors of 120 draws
    assert np.mean([above for _, above in places]) == pytest.approx(0.5, abs=0.14)


def test_too_few_around_say_so():
    around = scene(np.random.default_rng(6), n=8)
    dealt = dealt_out(around, np.arange(3), within_km=50, rng=np.random.default_rng(1))
    assert "fewer than 20" in dealt.status
    assert np.isnan(dealt.mean)


def test_a_pool_too_large_to_deal_whole_has_the_mean_and_spread_of_the_whole(monkeypatch):
    around = scene(np.random.default_rng(7), n=1500, industries=3)
    focal = np.arange(100)
    whole = dealt_out(around, focal, within_km=50, draws=1000, rng=np.random.default_rng(1))
    monkeypatch.setattr("buzzline.linkages.buzz_null.MOST_DEALT", 300)
    some = dealt_out(around, focal, within_km=50, draws=1000, rng=np.random.default_rng(2))
    assert some.mean == pytest.approx(whole.mean, rel=0.005)
    assert some.high - some.low == pytest.approx(whole.high - whole.low, rel=0.25)
    assert some.n == whole.n == 1500


def test_where_all_are_alike_deals_change_nothing(monkeypatch):
    monkeypatch.setattr("buzzline.linkages.buzz_null.MOST_DEALT", 100)
    around = scene(np.random.default_rng(8), n=400, industries=1)
    around = replace(around, mass=np.ones(400))
    focal = np.arange(30)
    dealt = dealt_out(around, focal, within_km=50, draws=20, rng=np.random.default_rng(1))
    assert dealt.mean == pytest.approx(buzz_exposure(around, focal, edges_km=ALL).mean())


def test_members_of_two_towns_are_dealt_town_by_town():
    rng = np.random.default_rng(9)
    one, two = scene(rng, n=200, spread=2), scene(rng, n=200, spread=2)
    away = unit_vectors(rng.normal(1.8, 2 * KM, 200), 50 + rng.normal(0, 2 * KM, 200))
    mass = np.concatenate([one.mass, 5 * two.mass])  # 130 km apart, one of larger ones
    both = replace(
        one, xyz=np.concatenate([one.xyz, away]), mass=mass, floor_km=np.zeros(400),
        industry=np.concatenate([one.industry, two.industry]),
    )  # fmt: skip
    towns = [np.arange(20), np.arange(200, 220)]
    alone = [dealt_out(both, town, within_km=40, draws=400, rng=rng).mean for town in towns]
    dealt = dealt_out(both, np.concatenate(towns), within_km=40, draws=400, rng=rng)
    assert dealt.mean == pytest.approx(np.mean(alone), rel=0.03)
    assert dealt.n == 400
    assert "2 places, each dealt in itself" in dealt.status
    assert "apart" not in dealt_out(both, towns[0], within_km=40, rng=rng).status
