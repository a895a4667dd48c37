import numpy as np
import polars as pl
import pytest

from buzzline.space.sites import sites_of
from buzzline.space.zones import log_km_from, zones_of
from buzzline.tables.study import Study

DEGREE_KM = 111.19508023353292  # of the equator


def organisations(longitude, country=None, precision="address"):
    n = len(longitude)
    frame = pl.DataFrame(
        {
            "org_id": [f"o{k}" for k in range(n)],
            "longitude": longitude,
            "latitude": [0.0] * n,
            "country": country or ["AA"] * n,
            "precision": [precision] * n,
        }
    )
    return Study.of(organisations=frame).organisations


def zones(frame, **choices):
    return zones_of(frame, sites_of(frame), **choices)


def test_zones_by_hand_never_cross_a_border():
    frame = organisations([0.0, 0.0, 0.01, 5.0, 0.02], ["AA", "AA", "AA", "AA", "BB"])
    found = zones(frame, reach_km=10)
    assert found.zone[0] == found.zone[1] == found.zone[2]
    assert len({found.zone[0], found.zone[3], found.zone[4]}) == 3
    assert found.moved_share == 0


def test_too_many_zones_are_merged_and_the_share_moved_is_told():
    frame = organisations([0.0, 0.0, 1.0, 1.0, 2.0, 3.0])
    found = zones(frame, reach_km=10, at_most=2)
    assert found.n_here.size == 2
    assert found.moved_share == pytest.approx(2 / 6)
    assert found.n_here.sum() == 6


def test_distances_are_harmonic_means_over_organisations():
    frame = organisations([0.0, 0.05, 0.5])
    found = zones(frame, reach_km=10)
    here, there = found.zone[0], found.zone[2]
    expected = 2 / (1 / (0.5 * DEGREE_KM) + 1 / (0.45 * DEGREE_KM))
    assert np.exp(found.log_km[here, there]) == pytest.approx(expected, rel=1e-9)
    assert np.exp(found.log_km[here, here]) == pytest.approx(0.05 * DEGREE_KM, rel=1e-9)


def test_a_centroid_stands_for_a_disc():
    frame = organisations([0.0, 0.0, 5.0], precision="city")
    found = zones(frame, reach_km=10)
    assert np.exp(found.log_km[found.zone[0], found.zone[0]]) == pytest.approx(6.6)


def test_distances_from_some_organisations_are_their_own():
    frame = organisations([0.0, 0.08, 0.5])
    found = zones(frame, reach_km=10)
    chosen = np.array([False, True, False])
    from_chosen = log_km_from(found, chosen)
    expected = 0.42 * DEGREE_KM
    assert np.exp(from_chosen[found.zone[1], found.zone[2]]) == pytest.approx(expected)


def test_the_country_of_a_point_is_the_commonest_known_there_by_hand():
    frame = organisations([0.0, 0.0, 5.0, 5.0, 5.0, 9.0], ["AA", None, "BB", "CC", "CC", None])
    for rows in (frame, frame.reverse()):
        found = zones(rows, reach_km=10)
        home = dict(zip(rows["org_id"], found.nation[found.zone], strict=True))
        assert [home[f"o{k}"] for k in range(6)] == [1, 1, 3, 3, 3, 0]
