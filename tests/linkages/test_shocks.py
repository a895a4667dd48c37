"""Shocks to clusters: who was hit when, under which name, and how many readings are made."""

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import planted

from buzzline.clusters.siblings import Family
from buzzline.linkages.colocated import colocated_clusters
from buzzline.linkages.colocated_pairs import _holm, _over_time, readings
from buzzline.linkages.event_study import Response
from buzzline.linkages.shocks import (
    MOST_INDICATORS,
    Panel,
    Shock,
    _untouched,
    pair_shocks,
    panel_of,
)
from buzzline.space.globe import unit_vectors
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_sibling_world
from buzzline.tables.worlds.plans import Bonds

YEARS = np.arange(2005, 2020)
NAMES = {"found/a": "u0", "found/b": "u1"}
FAMILY = Family(
    ({"cluster_id": "found/a"}, {"cluster_id": "found/b"}), np.zeros(0, np.int32),
    np.array([[0, 1]]), np.array([5.0]),
)  # fmt: skip


def panel(shocks, values=None, controls=8):
    """Two clusters side by side, and places far away."""
    ids = ["u0", "u1", *(f"p{k}" for k in range(controls))]
    longitude = np.r_[0, 0.1, np.arange(controls) * 3 + 10.0]
    latitude = np.r_[0, 0, np.full(controls, 10.0)]
    if values is None:
        series = np.random.default_rng(0).normal(0, 0.02, (2 + controls, YEARS.size))
        series[0, YEARS >= 2013] += 1
        values = {"jobs": series}
    return Panel(dict(zip(ids, range(len(ids)), strict=True)), YEARS, values, tuple(shocks),
                 NAMES, unit_vectors(longitude, latitude))  # fmt: skip


def read(shocks, window=5, **choices):
    return pair_shocks(panel(shocks, **choices), FAMILY, (0, 1), reach_km=50, window=window,
                       level=0.95)  # fmt: skip


@pytest.mark.parametrize("name", ["u1", "found/b"])
def test_a_sibling_that_was_shocked_is_seen_under_either_name(name):
    first = next(one for one in read([("u0", 2013, "a"), (name, 2013, "b")]) if one.name == "a")
    assert first.sibling.reason == "it was shocked itself, in 2013"
    assert not first.own.reason


def test_a_second_shock_of_the_shocked_cluster_is_noticed():
    for one in read([("u0", 2011, "a"), ("found/a", 2013, "b")]):
        assert "the shocked cluster was shocked again" in one.own.reason
        assert "the shocked cluster was shocked again" in one.sibling.reason
    apart = read([("u0", 2009, "a"), ("u0", 2015, "b")], window=4)
    assert [one.sibling.reason for one in apart] == ["", ""]


def test_shocks_of_one_year_to_one_cluster_are_one():
    (one,) = read([("u0", 2013, "a"), ("found/a", 2013, "b"), ("u0", 2013, "a")])
    assert one.name == "a + b"
    assert not one.sibling.reason


def test_controls_that_were_shocked_are_none():
    whole = read([("u0", 2013, "a")])[0].sibling.n_controls
    hit = read([("u0", 2013, "a"), ("p3", 2014, "b")])
    assert [one.sibling.n_controls for one in hit] == [whole - 1]


def test_places_near_a_shock_without_a_series_are_no_controls():
    """A declared cluster that is the same as a found one, hit, and never counted."""
    world = make_sibling_world(organisations=200, bonds=Bonds(spells=False), rng=1)
    study, clustering = world.study, planted(world)
    centre = clustering.clusters.row(0, named=True)
    near = pl.DataFrame({"place_id": ["near"], "longitude": [centre["longitude"]],
                         "latitude": [centre["latitude"]]})  # fmt: skip
    years = range(2005, 2020)
    outcomes = pl.DataFrame({"unit_id": ["near"] * 15, "indicator": ["jobs"] * 15,
                             "year": list(years), "value": [1.0] * 15})  # fmt: skip
    initiatives = pl.DataFrame({"initiative_id": ["i"], "target": [centre["cluster_id"]],
                                "start": ["2012-01-01"]}).with_columns(
        pl.col("start").str.to_date())  # fmt: skip
    alone = Study.of(organisations=study.organisations.drop("place_id"), places=near, outcomes=outcomes,
                     initiatives=initiatives)  # fmt: skip
    found = panel_of(alone, clustering.clusters, clustering.members)
    assert centre["cluster_id"] in found.units
    pair = ("near", "near")
    assert not _untouched(found, pair, 2012, 50.0, 5)[found.units["near"]]
    assert np.isfinite(found.xyz[found.units[centre["cluster_id"]]]).all()


def test_holm_by_hand():
    assert _holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert _holm([]) == []
    assert _holm([0.6, 0.7]) == [1.0, 1.0]


def test_holm_agrees_with_statsmodels():
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(1).uniform(0, 0.1, 9)
    assert _holm(p.tolist()) == pytest.approx(multipletests(p, method="holm")[1])


def test_a_response_of_one_among_many_readings_is_not_told():
    moved = Response(value=1.0, low=0.5, high=1.5, p=0.001)
    weak = Response(value=0.3, low=0.05, high=0.55, p=0.02, detectable=0.4)
    still = Response(value=0.0, low=-0.5, high=0.5, p=0.9, detectable=0.7)
    one = [Shock(0, 1, "a", "jobs", 2013, moved, weak)]
    many = one + [Shock(0, 1, "a", f"i{k}", 2013, moved, still) for k in range(4)]
    assert readings(one, 0.95)[0][0] == "with it"
    said, reason, p = readings(many, 0.95)[0]
    assert (said, p) == ("no response seen", pytest.approx(0.1))
    assert "5 readings" in reason
    assert _over_time(one, "collaborating")["over_time"] == "with it: bears it out"
    assert _over_time(many, "collaborating")["over_time"] == "no response seen"


def test_over_time_is_false_no_more_often_than_the_level_says():
    """Null: five indicators and two shocks, none of which moves the sibling."""
    false = 0
    for seed in range(150):
        rng, values = np.random.default_rng(seed), {}
        for k in range(5):
            series = rng.normal(0, 0.05, (10, YEARS.size))
            for year in (2010, 2016):
                series[0, year <= YEARS] += 1
            values[f"i{k}"] = series
        shocks = read([("u0", 2010, "a"), ("u0", 2016, "b")], window=3, values=values)
        assert sum(not one.sibling.reason for one in shocks) == 10
        said = _over_time(shocks, "collaborating")["over_time"]
        false += said.startswith(("with", "against"))
    assert false / 150 <= 0.09


def test_indicators_that_are_left_out_are_named():
    world = make_sibling_world(organisations=200, bonds=Bonds(spells=False), rng=1)
    study = world.study
    more = pl.concat([
        study.outcomes.with_columns(indicator=pl.lit(f"i{k}")) for k in range(7)
    ])  # fmt: skip
    many = Study.of(organisations=study.organisations, linkages=study.linkages,
                    places=study.places, outcomes=more, initiatives=study.initiatives)  # fmt: skip
    found = colocated_clusters(many, planted(world), draws=9, rng=1)
    assert found.responses["indicator"].n_unique() == MOST_INDICATORS
    assert "not of i5, i6" in str(found)
