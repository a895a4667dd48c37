"""In which hotspots is a group an insider?"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.charts import chart
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.insiders import breadth, insider, reach
from buzzline.investment.portfolio import insider_portfolio
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_investments

# Golden values of the theory, and by hand


def test_golden_tenure_makes_insiders():
    years = np.array([20.0, 15.0, 15.0, 4.0])
    assert insider(years).round(4).tolist() == [0.9426, 0.8827, 0.8827, 0.4353]
    assert insider(years).mean() == pytest.approx(0.7858, abs=5e-5)


def test_by_hand_slower_and_faster_insiders():
    assert insider(np.array([7.0]))[0] == pytest.approx(1 - np.exp(-1))
    slow, usual, fast = (insider(np.array([7.0]), tau)[0] for tau in (12, 7, 4))
    assert slow < usual < fast
    assert insider(np.array([-1.0, 0.0])).tolist() == [0.0, 0.0]


def test_by_hand_ties_to_locals_count_and_unknown_ones_do_not_lower():
    assert insider(np.array([7.0, 7.0, 7.0]), embedded=np.array([0.5, np.nan, 3.0])) == (
        pytest.approx((1 - np.exp(-1)) * np.array([0.5, 1, 1]))
    )


def test_by_hand_reach_and_breadth():
    assert reach(np.array([6.0, 4.0]), np.array([1.0, 0.5])) == pytest.approx(0.8)
    assert breadth(np.ones(5)) == pytest.approx(5)
    assert breadth(np.array([1.0, 0.0])) == pytest.approx(1)


def test_unknown_years_stay_unknown():
    assert np.isnan(insider(np.array([np.nan]))[0])


# A made-up field with two hotspots, of two thirds and one third of the members

LOCALS = 6


def field(
    sites: list[tuple], *, ties: pl.DataFrame | None = None, items: pl.DataFrame | None = None
) -> tuple:
    """Make a study: 6 locals at 0° and 3 at 10°, and one group's sites at (where, opened)."""
    people = [(f"l{k}", "x", 0.0 if k < LOCALS else 10.0, date(1990, 1, 1), None)
              for k in range(9)]  # fmt: skip
    head = "g0"
    for number, (where, opened) in enumerate(sites):
        people.append((f"g{number}", "x", where, opened, None if number == 0 else head))
    organisations = pl.DataFrame(
        people, schema={"org_id": pl.String, "industry": pl.String, "longitude": pl.Float64,
                        "opened": pl.Date, "owner_id": pl.String}, orient="row",
    ).with_columns(latitude=pl.when(pl.col("longitude").is_not_null()).then(50.0))  # fmt: skip
    tables = {"organisations": organisations}
    end = pl.DataFrame(
        {"source": ["l0"], "target": ["l1"], "layer": ["supply"], "start": [date(2015, 1, 1)]}
    )
    tables["linkages"] = end if ties is None else pl.concat([end, ties], how="diagonal")
    if items is not None:
        tables["knowledge_items"] = items
    study = Study.of(**tables)
    labels = [0] * LOCALS + [1] * 3 + [-1] * len(sites)
    return study, clustering_of_labels(study, labels)


def test_by_hand_a_portfolio():
    study, clusters = field([(30.0, date(1980, 1, 1)), (0.0, date(2005, 1, 1))])
    found = insider_portfolio(study, clusters)
    row = found.groups.row(0, named=True)
    there = 1 - np.exp(-10 / 7)
    assert row["value"] == pytest.approx(there * 6 / 9, abs=2e-4)
    assert (
        row["tau_12"] == row["least"] == pytest.approx((1 - np.exp(-10 / 12)) * 6 / 9, abs=2e-4)
    )
    assert row["tau_4"] == row["most"] == pytest.approx((1 - np.exp(-10 / 4)) * 6 / 9, abs=2e-4)
    assert (row["n_hotspots"], row["n_inside"], row["n_sites"]) == (2, 1, 2)
    assert (row["breadth"], row["home"]) == (pytest.approx(2), pytest.approx(0.5))
    assert found.pools["is_missing"].to_list() == [False, True]
    assert found.pools["years"][0] == pytest.approx(10, abs=0.01)
    assert row["foremost_missing"] == found.pools["label"][1]
    assert row["p"] is None
    assert "fewer than 39" in row["status"]


def test_by_hand_tenure_begins_when_the_site_came_under_the_group():
    bought = pl.DataFrame({"source": ["g0"], "target": ["g1"], "layer": ["acquisition"],
                           "start": [date(2011, 1, 1)]})  # fmt: skip
    study, clusters = field([(30.0, None), (0.0, date(1985, 1, 1))], ties=bought)
    pools = insider_portfolio(study, clusters).pools
    assert pools["years"][0] == pytest.approx(4, abs=0.01)
    assert pools["value"][0] == pytest.approx(0.4353, abs=1e-3)


def test_by_hand_since_when_is_not_known_of_an_undated_purchase():
    bought = pl.DataFrame({"source": ["g0"], "target": ["g1"], "layer": ["acquisition"],
                           "start": [None]}, schema_overrides={"start": pl.Date})  # fmt: skip
    study, clusters = field([(30.0, None), (0.0, date(1985, 1, 1))], ties=bought)
    row = insider_portfolio(study, clusters).groups.row(0, named=True)
    assert row["value"] is None
    assert (row["least"], row["most"]) == (pytest.approx(0), pytest.approx(6 / 9))


def test_by_hand_an_earlier_year_sees_younger_and_fewer_sites():
    sites = [(30.0, date(1980, 1, 1)), (0.0, date(2005, 1, 1)), (10.0, date(2012, 1, 1))]
    study, clusters = field(sites)
    then = insider_portfolio(study, clusters, year=2009)
    assert then.groups["n_sites"].to_list() == [2]
    assert then.pools["years"][0] == pytest.approx(5, abs=0.01)


def test_by_hand_a_site_of_unknown_age_is_between_none_and_all():
    study, clusters = field([(30.0, date(1980, 1, 1)), (0.0, None)])
    row = insider_portfolio(study, clusters).groups.row(0, named=True)
    assert row["value"] is None
    assert (row["least"], row["most"]) == (pytest.approx(0), pytest.approx(6 / 9))
    assert "nobody knows since when" in row["status"]


def test_by_hand_less_tied_to_locals_than_locals_are():
    inside = [(f"l{k}", f"l{k + 1}") for k in range(5)]  # locals: all ties to locals
    own = [("g1", "l0"), ("g1", "l7"), ("g1", "l8"), ("g1", "g0")]  # one of four
    ties = pl.DataFrame(inside + own, schema=["source", "target"], orient="row").with_columns(
        layer=pl.lit("coinvention"), start=pl.lit(date(2014, 1, 1))
    )
    study, clusters = field([(30.0, date(1980, 1, 1)), (0.0, date(2005, 1, 1))], ties=ties)
    # The group's site is a member too, so that there are others to hold it against.
    labels = [0] * LOCALS + [1] * 3 + [-1, 0]
    clusters = clustering_of_labels(study, labels)
    pool = insider_portfolio(study, clusters).pools.row(0, named=True)
    assert pool["status"] == "measured"
    assert pool["embedded"] == pytest.approx(0.25)
    assert pool["value"] == pytest.approx((1 - np.exp(-10 / 7)) * 0.25, abs=1e-3)


def test_by_hand_hotspots_weigh_by_what_their_members_know():
    items = pl.DataFrame({"item_id": ["1", "2", "3", "4"], "org_id": ["l0", "l7", "l7", "l8"]})
    study, clusters = field([(30.0, date(1980, 1, 1)), (0.0, date(2005, 1, 1))], items=items)
    found = insider_portfolio(study, clusters)
    weights = dict(zip(found.pools["label"], found.pools["weight"], strict=True))
    assert sorted(weights.values()) == [0.25, 0.75]
    assert found.hotspot_measure == "knowledge items of members"
    assert found.groups["breadth"][0] is None  # the group has no item: nothing to share out


def test_sites_nobody_knows_the_place_of_are_counted():
    study, clusters = field([(0.0, date(1980, 1, 1)), (None, date(2005, 1, 1))])
    found = insider_portfolio(study, clusters)
    assert found.groups["n_unlocated"].to_list() == [1]
    assert "1 site without coordinates may be anywhere" in str(found)
    assert found.groups["home"][0] is None
    assert found.groups["most"].to_list() == [pytest.approx(1.0)]
    assert "reaches most" not in str(found)
    assert "of the 2 clusters found" in str(found)


def test_two_groups_are_never_tested_against_each_other():
    world = make_world(organisations=600, clusters=6, industries=3, rng=3)
    study, _ = plant_investments(
        world.study, world.truth.cluster, deals=60, rng=np.random.default_rng(3)
    )
    found = insider_portfolio(study, clustering_of_labels(study, world.truth.cluster))
    tested = found.groups.drop_nulls("p")
    assert (tested["n_peers"] >= 39).all()
    assert found.groups.filter(pl.col("n_peers") < 39)["p"].is_null().all()


def test_ranks_among_peers_keep_their_size():
    world = make_world(organisations=900, clusters=3, industries=1, rng=3)
    study, _ = plant_investments(
        world.study, world.truth.cluster, deals=400, rng=np.random.default_rng(3)
    )
    found = insider_portfolio(study, clustering_of_labels(study, world.truth.cluster))
    tested = found.groups.drop_nulls("p")
    assert tested.height > 60
    assert (tested["p"] <= 0.05).mean() <= 0.07
    assert (tested["p"] > 0).all()


def test_bad_input_is_said():
    study, clusters = field([(30.0, None)])
    with pytest.raises(TooFew, match="no group has several sites"):
        insider_portfolio(study, clusters)
    study, clusters = field([(30.0, None), (0.0, None)])
    with pytest.raises(InvalidArgument, match="level"):
        insider_portfolio(study, clusters, level=0.0)
    none = clustering_of_labels(study, [-1] * study.organisations.height)
    with pytest.raises(TooFew, match="no clusters"):
        insider_portfolio(study, none)


def test_a_group_of_another_field_has_no_hotspot_and_a_picture():
    study, clusters = field([(30.0, None), (0.0, None)])
    other = study.organisations.with_columns(
        industry=pl.when(pl.col("org_id").str.starts_with("g")).then(pl.lit("y"))
        .otherwise("industry")
    )  # fmt: skip
    found = insider_portfolio(study.with_table("organisations", other), clusters)
    assert found.groups["status"].to_list() == ["no cluster in its industry"]
    assert "0 of 1 group" in str(found)
    assert chart(found).alt
