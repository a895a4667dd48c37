"""Deals: which ties count, whose they are, which clusters stand at their ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import deals_of
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_investments

PEOPLE = pl.DataFrame(
    {
        "org_id": list("abcdefgh"),
        "industry": ["x", "x", "x", "x", "y", "y", None, "x"],
        "country": ["DE", "DE", "FR", "FR", "FR", "", None, "US"],
        "longitude": [9.0, 9.0, 2.0, 2.0, 2.0, 2.0, 2.0, None],
        "latitude": [50.0, 50.0, 48.0, 48.0, 48.0, 48.0, 48.0, None],
    }
)
LABELS = [0, 0, 1, 1, -1, -1, -1, -1]


def study_of(*ties: tuple, establishments: pl.DataFrame | None = None, **more) -> Study:
    """Make a study; a tie is (source, target, layer, start) and more by name."""
    rows = [dict(zip(("source", "target", "layer", "start"), tie[:4], strict=False))
            | (tie[4] if len(tie) > 4 else {}) for tie in ties]  # fmt: skip
    linkages = pl.DataFrame(rows, schema_overrides={"start": pl.Date}) if rows else None
    tables = {"organisations": PEOPLE.with_columns(**more)}
    if linkages is not None:
        tables["linkages"] = linkages
    if establishments is not None:
        tables["establishments"] = establishments
    return Study.of(**tables)


def deals(*ties: tuple, study: Study | None = None, **choices):
    study = study or study_of(*ties)
    return deals_of(study, clustering_of_labels(study, LABELS), **choices)


DAY = date(2010, 6, 1)


def test_by_hand_a_deal_has_both_ends():
    row = deals(("a", "c", "acquisition", DAY, {"weight": 5.0, "unit": "musd"})).deals.row(
        0, named=True
    )
    assert (row["source"], row["target"], row["group"], row["mode"]) == (
        "a", "c", "a", "acquisition",
    )  # fmt: skip
    assert (row["origin_country"], row["destination_country"]) == ("DE", "FR")
    assert row["across_borders"] is True
    assert (row["year"], row["amount"], row["unit"]) == (2010, 5.0, "musd")
    assert row["origin"] != row["destination"]
    xyz = unit_vectors(np.array([9.0, 2.0]), np.array([50.0, 48.0]))
    assert row["distance_km"] == pytest.approx(distance_km(xyz[0], xyz[1]))


def test_by_hand_what_is_not_known_is_neither_yes_nor_no():
    ties = (
        ("a", "f", "acquisition", DAY), ("a", "g", "acquisition", DAY),
        ("a", "h", "investment", None),
    )  # fmt: skip
    given = deals(*ties)
    assert given.deals["across_borders"].to_list() == [None, None, True]
    assert given.deals["year"].to_list() == [2010, 2010, None]
    assert given.deals["distance_km"][2] is None
    assert given.deals["destination_known"].all()  # of clusters that are given, all are known
    assert found_of(*ties).deals["destination_known"].to_list() == [True, False, False]


def test_whether_an_end_is_known_does_not_hang_on_the_answer():
    nowhere = {"longitude": pl.lit(None, pl.Float64), "latitude": pl.lit(None, pl.Float64)}
    found = found_of(("a", "c", "acquisition", DAY), ("a", "e", "acquisition", DAY), **nowhere)
    assert found.deals["destination"].is_null().to_list() == [False, True]  # a member, and not
    assert not found.deals["destination_known"].any()
    assert not found.deals["origin_known"].any()


def found_of(*ties: tuple, **more):
    """Return deals where clusters were looked for."""
    given = clustering_of_labels(study_of(*ties), LABELS)
    looked = pl.DataFrame({"industry": ["x"], "scale_km": [5.0], "status": ["examined"]})
    return deals_of(study_of(*ties, **more), replace(given, coverage=looked, draws=99))


def test_by_hand_a_minority_holding_does_not_swallow_the_acquisition():
    few = {"weight": 5.0, "unit": "percent"}
    ties = (("a", "c", "ownership", date(2001, 1, 1), few), ("a", "c", "acquisition", DAY))
    found = deals(*ties, layers=["ownership", "acquisition"])
    assert found.deals.select("mode", "year").rows() == [("acquisition", 2010)]
    assert dict(found.left_out.iter_rows()) == {"telling of a holding once more": 1}


def test_by_hand_deals_with_oneself_without_direction_and_inside_a_group_are_set_aside():
    found = deals(
        ("a", "a", "acquisition", DAY),
        ("a", "b", "acquisition", date(2001, 1, 1)),
        ("a", "b", "investment", DAY),  # its own by then
        ("b", "a", "investment", DAY),
        ("c", "d", "investment", DAY, {"directed": False}),
        ("b", "c", "acquisition", DAY),
    )
    assert dict(found.left_out.iter_rows()) == {
        "inside one group": 2, "with oneself": 1, "without a direction": 1,
    }  # fmt: skip
    assert found.deals.select("source", "target", "group").rows() == [
        ("a", "b", "a"), ("b", "c", "a"),
    ]  # fmt: skip


def test_by_hand_before_it_was_bought_it_was_its_own_group():
    found = deals(
        ("b", "c", "acquisition", date(2000, 1, 1)), ("a", "b", "acquisition", DAY),
        ("b", "d", "acquisition", date(2012, 1, 1)),
    )  # fmt: skip
    assert found.deals["group"].to_list() == ["b", "a", "a"]


def test_by_hand_a_holding_told_twice_is_one_deal_and_rounds_are_several():
    found = deals(
        ("a", "c", "affiliate", None), ("a", "c", "acquisition", DAY),
        ("a", "d", "investment", DAY), ("a", "d", "investment", date(2011, 1, 1)),
    )  # fmt: skip
    assert found.deals["deal"].to_list() == [1, 2, 3]
    assert dict(found.left_out.iter_rows()) == {"telling of a holding once more": 1}


def test_by_hand_ownership_tells_groups_and_is_a_deal_only_where_nothing_else_is():
    held = ("a", "b", "ownership", date(1990, 1, 1), {"weight": 80.0, "unit": "percent"})
    both = deals(held, ("b", "c", "acquisition", DAY))
    assert both.layers == ("acquisition",)
    assert both.deals["group"].to_list() == ["a"]
    assert deals(held).deals["mode"].to_list() == ["ownership"]
    assert deals(held, layers=["ownership"]).n == 1


def test_by_hand_years_and_borders():
    ties = (
        ("a", "b", "acquisition", DAY), ("a", "c", "acquisition", date(2012, 1, 1)),
        ("b", "f", "acquisition", DAY), ("b", "d", "acquisition", None),
    )  # fmt: skip
    assert deals(*ties, years=(2010, 2010)).deals["target"].to_list() == ["b", "f"]
    assert deals(*ties, across="borders").deals["target"].to_list() == ["c", "d"]
    said = dict(deals(*ties, across="borders", years=(2012, 2012)).left_out.iter_rows())
    assert said == {"of other years": 2, "of an unknown year": 1}


def test_by_hand_an_end_in_several_clusters_counts_for_the_strongest():
    study = study_of(("a", "c", "acquisition", DAY))
    clustering = clustering_of_labels(study, LABELS)
    first, second = clustering.clusters["cluster_id"]
    more = pl.DataFrame({"cluster_id": [second], "org_id": ["a"], "is_core": [True]})
    wider = replace(clustering, members=pl.concat([clustering.members, more]).unique())
    of_a = clustering.members.filter(pl.col("org_id") == "a")["cluster_id"].to_list()
    found = deals_of(study, wider)
    both = found.belongs.filter(pl.col("end") == "origin")
    assert set(both["cluster_id"]) == {*of_a, second}
    assert found.deals["origin"].to_list() == [first]


def test_by_hand_a_function_is_known_where_all_sites_of_the_target_have_one():
    sites = pl.DataFrame(
        {"establishment_id": ["1", "2", "3"], "org_id": ["c", "d", "d"],
         "function": ["sales", "sales", "research"]}
    )  # fmt: skip
    study = study_of(("a", "c", "acquisition", DAY), ("a", "d", "acquisition", DAY),
                     establishments=sites)  # fmt: skip
    assert deals(study=study).deals["function"].to_list() == ["sales", None]


def test_bad_input_is_said():
    with pytest.raises(TooFew, match="Add them to `linkages`"):
        deals(("a", "b", "supply", DAY))
    with pytest.raises(InvalidArgument, match="no layer of deals"):
        deals(("a", "b", "acquisition", DAY), layers=["supply"])
    with pytest.raises(InvalidArgument, match="turn them round"):
        deals(("a", "b", "acquisition", DAY), years=(2012, 2010))


def test_nothing_left_is_an_answer():
    nothing = deals(("a", "a", "acquisition", DAY))
    assert (nothing.n, nothing.n_groups, nothing.largest_share()) == (0, 0, 0.0)
    assert "1 with oneself" in str(nothing)


def test_invariant_every_tie_is_a_deal_or_set_aside():
    world = make_world(organisations=300, clusters=4, layers=("investment", "affiliate"), rng=2)
    found = deals_of(world.study, clustering_of_labels(world.study, world.truth.cluster))
    assert found.n + found.left_out["n"].sum() == world.study.linkages.height


@pytest.mark.parametrize("choices", [{}, {"giants": 2}, {"confounded": True}, {"times": 5.0}])
def test_recovers_what_was_planted(choices):
    world = make_world(organisations=900, clusters=9, industries=3, rng=5)
    study, truth = plant_investments(
        world.study, world.truth.cluster, deals=300, rng=np.random.default_rng(5), **choices
    )
    found = deals_of(study, clustering_of_labels(study, world.truth.cluster))
    both = truth.deals.join(found.deals, on="deal", suffix="_found")
    assert both.height >= 298  # a deal may turn out to be inside a group
    assert (both["group"] == both["group_found"]).all()
    lands = both["destination"].is_not_null() & both["is_horizontal"]
    assert (lands == both["lands_similar"]).all()
    assert (both["origin"].is_not_null() == both["from_cluster"]).all()
    assert (both["mode"] == both["mode_found"]).all()
