"""Both tests together: verdicts by hand, merges, planted cells, and what cannot be told."""

from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import polars as pl
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import squareform
from tests.clusters.planted import clustering_of, planted

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.clustering import FIRST_TEST_ONLY
from buzzline.clusters.delineation import delineation
from buzzline.clusters.delineation_merged import label_of
from buzzline.clusters.delineation_merging import merged_sites
from buzzline.clusters.delineation_pairs import Met, met_in, verdicts
from buzzline.clusters.delineation_reading import Evidence, distinct_at, read_ties
from buzzline.clusters.delineation_rule import (
    Held,
    TwoTestRule,
    all_of,
    outcome_of,
    still_possible,
)
from buzzline.clusters.distinctness import distinctness
from buzzline.clusters.separation import separation
from buzzline.clusters.siblings import SiblingRule
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds import Bonds, Parks, make_sibling_world

CELLS = list(product([True, False], repeat=2))
HELD = Held(TwoTestRule(), 2.0, reads_modularity=True)


def layer(name, verdict, value=1.0, reach=0.5, n=200, **more):
    """Return a row of `Separation.pairs`."""
    known = verdict != "not testable"
    return {
        "layer": name, "verdict": verdict, "value": value if known else None,
        "low": value - reach if known else None, "high": value + reach if known else None,
        "level": 0.95, "p": 0.01, "n": n, "n_needed": 74, "reason": "" if known else "few",
        "modularity": None, "modularity_p": None, **more,
    }  # fmt: skip


def valley(verdict, *, p=0.01, stability=1.0, openness=0.0, p_wide=0.01):
    """Return a row of `Distinctness.pairs`."""
    return {"verdict": verdict, "p": p, "p_wide": p_wide, "stability": stability, "openness": openness,
            "is_open": openness >= 0.95, "is_open_wide": openness >= 0.95, "level": 0.95,
            "reason": ""}  # fmt: skip


SEPARATE = [layer("labour_move", "separate"), layer("supply", "separate")]


@cache
def cell(distinct, separate, seed=1):
    """Return the world of a cell, its clusters and both tests."""
    world = make_sibling_world(
        distinct=distinct, separate=separate, organisations=800, bonds=Bonds(ties_each=3.0),
        rng=seed,
    )  # fmt: skip
    return world, both_tests(world.study, planted(world))


def both_tests(study, clustering, draws=39, **choices):
    return (
        clustering,
        distinctness(study, clustering, draws=draws, rng=1),
        separation(study, clustering, draws=draws, rng=1, **choices),
    )


def test_the_table_of_outcomes_by_hand():
    found = {cells: outcome_of(*cells) for cells in product([True, False, None], repeat=2)}
    assert found[True, True] == "multiple clusters"
    assert found[True, False] == "one cluster, several sites"
    assert found[False, True] == "overlapping communities in one place"
    assert found[False, False] == "one cluster"
    unknown = {outcome for cells, outcome in found.items() if None in cells}
    assert unknown == {"not testable"}


def test_what_stays_possible_shrinks_with_each_test_made():
    n = {cells: len(still_possible(*cells)) for cells in product([True, None], repeat=2)}
    assert n == {(True, True): 1, (True, None): 2, (None, True): 2, (None, None): 4}
    assert still_possible(True, False) == (outcome_of(True, False),)


def test_one_part_that_fails_decides_and_one_unknown_leaves_it_open():
    assert all_of([None, False]) is False
    assert all_of([True, None]) is None
    assert all_of([True]) is True


@pytest.mark.parametrize(
    ("n_separate", "n_not", "share", "said"),
    [(2, 1, 0.5, True), (1, 1, 0.5, False), (1, 2, 0.5, False), (1, 2, 0.0, True),
     (2, 1, 0.999, False), (3, 0, 0.999, True), (0, 0, 0.5, None)],
)  # fmt: skip
def test_most_layers_of_linkages_by_hand(n_separate, n_not, share, said):
    rows = [layer(f"s{k}", "separate") for k in range(n_separate)]
    rows += [layer(f"n{k}", "not separate", 0.1) for k in range(n_not)]
    rows.append(layer("board", "not testable"))
    held = replace(HELD, rule=TwoTestRule(share_of_layers=share))
    assert read_ties(Evidence(tuple(rows)), held).linkages.separate is said


def test_the_layer_shown_is_above_zero_exactly_where_linkages_are_separate():
    rng = np.random.default_rng(1)
    for _ in range(300):
        rows = []
        for k in range(rng.integers(1, 7)):
            value, reach = rng.normal(0.5, 1), rng.uniform(0.1, 1)
            verdict = "separate" if value > reach else "not separate"
            rows.append(layer(f"l{k}", verdict, value, reach))
        part = read_ties(Evidence(tuple(rows)), HELD).linkages
        assert (part.deciding["low"] > 0) is part.separate
        assert part.separate is (sum(row["low"] > 0 for row in rows) > len(rows) / 2)


def test_competition_is_no_network_and_commuting_is_a_labour_market():
    rows = [layer("commute", "separate"), layer("competition", "not separate", 0.0),
            layer("supply", "separate"), layer("labour_move", "not testable")]  # fmt: skip
    found = read_ties(Evidence(tuple(rows), 0.9), HELD)
    assert (found.labour.separate, found.linkages.separate, found.separate) == (True,) * 3


@pytest.mark.parametrize(
    ("labour", "linkages", "needs", "said"),
    [("separate", "separate", "both", True), ("not separate", "separate", "both", False),
     ("not testable", "separate", "both", None), ("not testable", "separate", "linkages", True),
     ("not testable", "not separate", "both", False),
     ("separate", "not testable", "labour", True), ("separate", "not testable", "both", None)],
)  # fmt: skip
def test_labour_market_and_linkages_by_hand(labour, linkages, needs, said):
    rows = (layer("labour_move", labour), layer("supply", linkages))
    held = replace(HELD, rule=TwoTestRule(needs=needs))
    assert read_ties(Evidence(rows, 0.9), held).separate is said


def test_separate_clusters_that_live_off_each_other_are_not_separate():
    for autonomy, said in ((0.5, True), (0.49, False), (None, None)):
        assert read_ties(Evidence(tuple(SEPARATE), autonomy), HELD).separate is said


def test_of_both_parts_the_weaker_one_is_shown():
    rows = (layer("labour_move", "separate", 2.0), layer("supply", "separate", 0.8))
    assert read_ties(Evidence(rows, 0.9), HELD).deciding["layer"] == "supply"


def test_modularity_must_agree_where_it_was_measured():
    for p, n, said in ((0.01, 200, True), (0.4, 200, False), (0.4, 20, None)):
        rows = (layer("labour_move", "separate", n=n, modularity_p=p), SEPARATE[1])
        assert read_ties(Evidence(rows, 0.9), HELD).separate is said
    unread = replace(HELD, reads_modularity=False)
    assert read_ties(Evidence(rows, 0.9), unread).separate is True


def test_another_level_widens_the_interval_of_separation():
    rows = (layer("labour_move", "separate", 1.0, 0.8), layer("supply", "separate", 3.0))
    stricter = replace(HELD, tie_level=0.99)  # 0.8 * 2.576 / 1.960 = 1.05 > 1
    assert read_ties(Evidence(rows, 0.9), HELD).separate is True
    assert read_ties(Evidence(rows, 0.9), stricter).separate is False


def test_distinctness_at_other_thresholds_by_hand():
    sure, shaky = valley("distinct"), valley("distinct", p=0.03, stability=0.85)
    strict, steady = replace(HELD, valley_level=0.99), replace(HELD, stability=0.9)
    assert [distinct_at(row, HELD) for row in (sure, shaky)] == [True, True]
    assert distinct_at(shaky, strict) is False
    assert distinct_at(shaky, steady) is False
    wide = replace(HELD, bandwidth="_wide")
    assert distinct_at(valley("distinct", p_wide=0.2), wide) is False
    assert distinct_at(valley("not distinct", p=0.06, p_wide=0.02), wide) is True
    open_country = valley("distinct", p=0.4, openness=0.99)
    assert distinct_at(open_country, strict) is True
    assert distinct_at(valley("not testable", p=0.4), steady) is None
    assert distinct_at(valley("not distinct", p=0.01, stability=0.75),
                       replace(HELD, stability=0.7)) is True  # fmt: skip


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [("distinct", "distinct", True), ("distinct", "not distinct", True),
     ("not distinct", "not distinct", False), ("not distinct", "not testable", None),
     ("distinct", "not testable", True)],
)  # fmt: skip
def test_a_valley_on_every_way_parts_clusters_with_others_between(first, second, said):
    names = {"a": 0, "b": 1, "c": 2}
    evidence = Evidence(tuple(SEPARATE), 0.9)
    met = Met(names, {("a", "b"): valley(first), ("b", "c"): valley(second)},
              frozenset(names), {("a", "c"): evidence})  # fmt: skip
    assert verdicts(met, HELD)["a", "c"].distinct is said


def test_clusters_the_first_test_left_out_are_not_testable():
    met = Met({"a": 0, "b": 1}, {}, frozenset("a"), {("a", "b"): Evidence(tuple(SEPARATE), 1)})
    found = verdicts(met, HELD)["a", "b"]
    assert (found.distinct, found.outcome) == (None, "not testable")


def pairs_of(rows):
    names = ["cluster_id", "sibling_id", "outcome", "value"]
    schema = dict(zip(names, [pl.String] * 3 + [pl.Float64], strict=True))
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(industry=pl.lit("x"))


def test_merges_by_hand():
    pairs = pairs_of([
        ("a", "b", "one cluster", 0.3), ("b", "c", "one cluster, several sites", -0.1),
        ("a", "c", "not testable", None), ("c", "d", "multiple clusters", 2.0),
    ])  # fmt: skip
    groups, merges = merged_sites({name: at for at, name in enumerate("abcd")}, pairs)
    assert [group.sites for group in groups] == [("a", "b", "c"), ("d",)]
    said = merges.select("cluster_id", "other_id", "height", "n_sites", "is_made").rows()
    assert said == [("b", "c", -0.1, 2, True), ("a", "b", 0.3, 3, True),
                    ("a", "d", 2.0, 4, False)]  # fmt: skip


def test_a_site_found_apart_keeps_two_groups_apart():
    pairs = pairs_of([
        ("a", "b", "one cluster", 0.0), ("b", "c", "one cluster", 0.2),
        ("a", "c", "overlapping communities in one place", 1.5),
    ])  # fmt: skip
    groups, merges = merged_sites({"a": 0, "b": 1, "c": 2}, pairs)
    assert [group.sites for group in groups] == [("a", "b"), ("c",)]
    assert merges["is_made"].to_list() == [True, False]


def test_merges_agree_with_single_linkage_of_scipy():
    rng = np.random.default_rng(3)
    n = 9
    height = np.triu(rng.uniform(0, 3, (n, n)), 1)
    pairs = pairs_of([
        (str(i), str(j), "one cluster", float(height[i, j]))
        for i in range(n) for j in range(i + 1, n)
    ])  # fmt: skip
    _, merges = merged_sites({str(k): k for k in range(n)}, pairs)
    theirs = linkage(squareform(height + height.T), "single")
    assert np.allclose(merges["height"], theirs[:, 2])
    assert merges["n_sites"].to_list() == theirs[:, 3].astype(int).tolist()


def test_heights_never_fall_along_the_tree():
    rng = np.random.default_rng(4)
    outcomes = ["one cluster", "multiple clusters", "not testable"]
    for _ in range(30):
        rows = [(a, b, str(rng.choice(outcomes)), float(rng.normal()))
                for a, b in product("abcdef", repeat=2) if a < b]  # fmt: skip
        groups, merges = merged_sites(
            {name: k for k, name in enumerate("abcdef")}, pairs_of(rows)
        )
        below = {}
        for step in merges.to_dicts():
            for end in (step["cluster_id"], step["other_id"]):
                assert below.get(end, -np.inf) <= step["height"]
            below[step["cluster_id"]] = step["height"]
        apart = {frozenset(row[:2]) for row in rows if row[2] == "multiple clusters"}
        for group in groups:
            assert not any({a, b} in apart for a, b in product(group.sites, repeat=2))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("distinct", "separate"), CELLS)
def test_recovers_every_planted_cell(distinct, separate, seed):
    world, tests = cell(distinct, separate, seed)
    found = delineation(world.study, *tests)
    assert found.pairs["outcome"].to_list() == [world.truth.outcome]
    assert found.clusters.height == (2 if separate else 1)
    assert set(found.clusters["verdict"]) == {world.truth.outcome}
    assert found.pairs["robustness"][0] > 0.5


def test_the_less_autonomous_of_two_decides():
    world, (clustering, distinct, separate) = cell(True, True)
    uneven = separate.clusters.with_columns(value=pl.Series([0.9, 0.2]))
    found = delineation(
        world.study, clustering, distinct, replace(separate, clusters=uneven)
    ).pairs.row(0, named=True)
    assert (found["autonomy"], found["outcome"]) == (0.2, "one cluster, several sites")
    assert "autonomy 0.20, less than the 0.5 asked for" in found["reason"]


def test_ties_needed_are_those_of_the_layer_nearest_to_testable():
    world, (clustering, distinct, separate) = cell(True, True)
    n = {"labour_move": 60, "supply": 5, "research": 70, "advice": 1}
    few = separate.pairs.with_columns(
        verdict=pl.lit("not testable"), value=None, low=None, high=None,
        n=pl.col("layer").replace_strict(n, return_dtype=pl.Float64), n_needed=100,
    ).cast(separate.pairs.schema)  # fmt: skip
    found = delineation(world.study, clustering, distinct, replace(separate, pairs=few))
    row = found.pairs.row(0, named=True)
    assert (row["needed_in"], row["n_needed"]) == ("research", 100)
    assert row["untested"] == "advice, labour_move, research, supply"


def test_a_member_of_two_sites_counts_once_in_their_cluster():
    world, (clustering, distinct, separate) = cell(True, False)
    twice = clustering.members.filter(cluster_id="D0").head(3)
    both = replace(
        clustering,
        members=pl.concat([
            twice.with_columns(cluster_id=pl.lit("D1"), is_core=False), clustering.members
        ]),
    )  # fmt: skip
    found = delineation(world.study, both, distinct, separate)
    assert found.clusters["n_members"].to_list() == [clustering.members.height]
    whole = found.clustering(both).members.filter(
        pl.col("org_id").is_in(twice["org_id"].implode())
    )
    assert (
        whole.sort("org_id")["is_core"].to_list() == twice.sort("org_id")["is_core"].to_list()
    )


def test_sensitivity_shows_where_autonomy_tips_the_verdict():
    world, (clustering, distinct, separate) = cell(True, True)
    weak = replace(separate, clusters=separate.clusters.with_columns(value=pl.lit(0.55)))
    found = delineation(world.study, clustering, distinct, weak)
    by = dict(
        found.sensitivity.filter(choice="autonomy").select("setting", "outcome").iter_rows()
    )
    assert set(by) == {"0.3", "0.4", "0.6", "0.7"}
    assert {by["0.3"], by["0.4"]} == {"multiple clusters"} == set(found.pairs["outcome"])
    assert {by["0.6"], by["0.7"]} == {"one cluster, several sites"}
    assert found.pairs["robustness"][0] == found.sensitivity["is_same"].mean() < 1


def test_no_ties_leave_two_outcomes_open_and_merge_nothing():
    world, _ = cell(True, True)
    bare = Study.of(organisations=world.study.organisations)
    found = delineation(bare, *both_tests(bare, planted(world)))
    row = found.pairs.row(0, named=True)
    assert row["outcome"] == "not testable"
    assert row["possible"] == "multiple clusters; one cluster, several sites"
    assert "labour market not testable (labour_move: no ties of this layer" in row["reason"]
    assert row["n_needed"] > 0
    assert found.clusters["n_sites"].to_list() == [1, 1]
    assert set(found.clusters["verdict"]) == {"not testable"}
    assert "not testable" in str(found)


def test_one_layer_only_is_told_and_can_be_asked_for():
    world, _ = cell(True, True)
    study = Study.of(
        organisations=world.study.organisations,
        linkages=world.study.linkages.filter(pl.col("layer") == "supply"),
    )
    tests = both_tests(study, planted(world))
    assert delineation(study, *tests).pairs["outcome"].to_list() == ["not testable"]
    asked = delineation(study, *tests, rule=TwoTestRule(needs="linkages"))
    assert asked.pairs["outcome"].to_list() == ["multiple clusters"]
    other = delineation(study, *tests).sensitivity.filter(choice="needs", setting="linkages")
    assert other["outcome"].to_list() == ["multiple clusters"]


def test_one_cluster_has_no_sibling():
    world, _ = cell(True, True)
    whole = planted(world)
    alone = clustering_of(whole.clusters[:1], whole.members.filter(cluster_id="D0"))
    found = delineation(world.study, *both_tests(world.study, alone))
    assert found.pairs.height == 0
    assert found.clusters["verdict"].to_list() == ["no sibling"]
    assert str(found).startswith("No two clusters to tell apart.")


def test_no_cluster_at_all_is_legal():
    world, _ = cell(True, True)
    whole = planted(world)
    none = clustering_of(whole.clusters[:0], whole.members[:0])
    found = delineation(world.study, *both_tests(world.study, none))
    assert (found.pairs.height, found.clusters.height, found.merges.height) == (0, 0, 0)
    assert found.clustering(none).clusters.height == 0


def test_everything_at_one_point_and_no_coordinates_are_legal():
    world, _ = cell(True, True)
    for place in (pl.lit(1.0), pl.lit(None, pl.Float64)):
        moved = world.study.organisations.with_columns(longitude=place, latitude=place)
        study = Study.of(organisations=moved, linkages=world.study.linkages)
        found = delineation(study, *both_tests(study, planted(world)))
        assert not set(found.pairs["distinct"]) & {"distinct"}
        assert found.pairs["reason"].str.len_chars().min() > 0


def test_siblings_out_of_reach_are_told():
    world, _ = cell(True, True)
    tests = both_tests(world.study, planted(world), rule=SiblingRule(reach_km=5))
    found = delineation(world.study, *tests)
    assert found.pairs.height == 0
    assert "1 pair of neighbours are more than 5 km apart" in str(found)


def test_too_few_draws_leave_modularity_out():
    world, _ = cell(True, True)
    found = delineation(world.study, *both_tests(world.study, planted(world), draws=9))
    assert any("modularity was not read" in note for note in found.notes)


def test_both_tests_other_clusters_are_refused():
    world, (clustering, distinct, separate) = cell(True, True)
    other = clustering_of(
        clustering.clusters.with_columns(cluster_id="cluster_id" + pl.col("cluster_id")),
        clustering.members,
    )
    with pytest.raises(InvalidArgument, match="of other clusters"):
        delineation(world.study, other, distinct, separate)


def test_which_of_two_stands_first_in_either_test_changes_nothing():
    world, (clustering, distinct, separate) = cell(True, False)
    ends = {"cluster_id": "other_id", "other_id": "cluster_id", "label": "other_label",
            "other_label": "label"}  # fmt: skip
    turned = replace(distinct, pairs=distinct.pairs.rename(ends))
    one = delineation(world.study, clustering, distinct, separate)
    other = delineation(world.study, clustering, turned, separate)
    assert one.pairs.equals(other.pairs)


def test_the_clustering_after_merging_keeps_every_member_once():
    world, tests = cell(True, False)
    whole = delineation(world.study, *tests).clustering(tests[0])
    assert whole.clusters["cluster_id"].to_list() == ["D0"]
    assert whole.members["org_id"].n_unique() == whole.members.height
    assert set(whole.members["org_id"]) == set(tests[0].members["org_id"])
    assert whole.note != FIRST_TEST_ONLY


def test_candidates_are_merged_with_their_sizes_and_stay_a_clustering():
    world = make_sibling_world(
        separate=False, organisations=1500, parks=Parks(apart_km=15.0), rng=5
    )
    found = candidate_clusters(world.study, industries=["optics"], draws=99, rng=1)
    result = delineation(world.study, *both_tests(world.study, found))
    whole = result.clustering(found)
    assert whole.clusters.columns == found.clusters.columns
    merged = result.clusters.filter(pl.col("n_sites") > 1)
    assert merged.height == 1
    row = whole.clusters.filter(cluster_id=merged["cluster_id"][0]).row(0, named=True)
    sites = found.clusters.filter(pl.col("cluster_id").is_in(merged["site_ids"][0].split("; ")))
    assert row["n_members"] == merged["n_members"][0] == sites["n_members"].sum()
    assert row["expected"] == pytest.approx(sites["expected"].sum())
    assert row["ratio"] == pytest.approx(row["n_members"] / row["expected"])
    assert row["low"] is None
    assert row["radius_km"] > sites["radius_km"].max()
    assert "candidate cluster" not in str(whole)


def test_labels_of_several_sites():
    assert label_of(["A", "A"]) == "A"
    assert label_of(list("ABCD")) == "A + B + C + 1 more"


def test_clusters_never_compared_are_not_testable_however_far_apart():
    world, (clustering, _, separate) = cell(True, True)
    near = distinctness(world.study, clustering, draws=39, within_km=5, rng=1)
    found = delineation(world.study, clustering, near, separate)
    row = found.pairs.row(0, named=True)
    assert (row["outcome"], row["distinct"]) == ("not testable", "not testable")
    assert row["reason"].startswith("distinctness in space was not tested: no way over")
    assert row["possible"] == "multiple clusters; overlapping communities in one place"
    assert "distinctness looked at neighbours within 5 km" in str(found)
    enough = distinctness(world.study, clustering, draws=39, within_km=50, rng=1)
    assert (
        delineation(world.study, clustering, enough, separate).pairs["distinct"][0]
        == "distinct"
    )


def test_no_way_between_two_groups_of_neighbours_is_no_verdict():
    names = dict(zip("abcd", range(4), strict=True))
    evidence = Evidence(tuple(SEPARATE), 0.9)
    met = Met(names, {("a", "b"): valley("distinct"), ("c", "d"): valley("not distinct")},
              frozenset(names), {("a", "c"): evidence, ("a", "b"): evidence})  # fmt: skip
    found = verdicts(met, HELD)
    assert (found["a", "c"].distinct, found["a", "c"].is_compared) == (None, False)
    assert (found["a", "b"].distinct, found["a", "b"].is_compared) == (True, True)


def test_clusters_without_a_place_are_not_testable_together():
    world, (clustering, _, separate) = cell(True, True)
    nowhere = clustering_of(
        clustering.clusters.with_columns(longitude=pl.lit(None, pl.Float64)), clustering.members
    )
    distinct = distinctness(world.study, nowhere, draws=39, rng=1)
    found = delineation(world.study, clustering, distinct, separate)
    assert found.pairs["distinct"].to_list() == ["not testable"]


@pytest.mark.parametrize(
    ("autonomies", "said"),
    [((0.1, None), "not separate"), ((None, 0.1), "not separate"), ((0.9, None), "not testable"),
     ((None, None), "not testable")],
)  # fmt: skip
def test_too_little_autonomy_of_one_decides_whatever_that_of_the_other(autonomies, said):
    world, (clustering, distinct, separate) = cell(True, True)
    known = separate.clusters.with_columns(
        value=pl.Series(autonomies, dtype=pl.Float64), status=pl.lit("not measured here")
    )
    found = delineation(world.study, clustering, distinct, replace(separate, clusters=known))
    row = found.pairs.row(0, named=True)
    assert row["separate"] == said
    expected = "autonomy 0.10, less than" if 0.1 in autonomies else "autonomy not measured here"
    assert expected in row["reason"]


def test_open_country_is_read_as_recorded_and_not_from_the_density_alone():
    nobody = valley("not distinct", p=0.4, openness=0.99, stability=0.95)
    nobody |= {"is_open": False, "is_open_wide": True}
    assert distinct_at(nobody, replace(HELD, stability=0.7)) is False
    assert distinct_at(nobody, replace(HELD, valley_level=0.99)) is False
    wide = replace(HELD, bandwidth="_wide")
    assert distinct_at(nobody | {"p_wide": 0.4}, wide) is True


def test_a_p_value_at_the_level_is_reached_at_every_level():
    at = valley("not distinct", p=1 - 0.9)  # 0.09999999999999998
    assert distinct_at(at | {"p": 0.1}, replace(HELD, valley_level=0.9)) is True
    rows = tuple(row | {"modularity_p": 0.1} for row in SEPARATE)
    assert read_ties(Evidence(rows, 0.9), replace(HELD, tie_level=0.9)).separate is True
    assert read_ties(Evidence(rows, 0.9), HELD).separate is False


def test_by_hand_other_smallest_ratios_ask_for_other_numbers_of_ties():
    # 74 ties show twice as many within, 199 half as many again, 35 three times as many
    vague = layer("supply", "not separate", 0.3, reach=1.5, n=100)
    labour = layer("labour_move", "separate")
    found = {
        ratio: read_ties(Evidence((labour, vague), 0.9), replace(HELD, read_ratio=ratio))
        for ratio in (None, 1.5, 2.0, 3.0)
    }
    said = {ratio: one.linkages.separate for ratio, one in found.items()}
    assert said == {None: False, 1.5: None, 2.0: False, 3.0: False}
    few = layer("supply", "not testable", n=40) | {"value": 0.3, "low": -2.2, "high": 2.8}
    held = replace(HELD, read_ratio=3.0)
    assert read_ties(Evidence((labour, few), 0.9), HELD).linkages.separate is None
    assert read_ties(Evidence((labour, few), 0.9), held).linkages.separate is False


@pytest.mark.parametrize("ratio", [1.5, 3.0])
def test_collapse_another_smallest_ratio_reads_as_if_asked_for_at_once(ratio):
    # the approximate number of ties needed leads to the verdicts that the exact one gives
    world, (clustering, distinct, separate) = cell(True, False)
    held = replace(HELD, read_ratio=ratio)
    read = verdicts(met_in(clustering, distinct, separate), held)
    anew = separation(world.study, clustering, rule=SiblingRule(smallest_ratio=ratio),
                      draws=39, rng=1)  # fmt: skip
    asked = verdicts(met_in(clustering, distinct, anew), replace(HELD, ratio=ratio))
    assert {key: one.outcome for key, one in read.items()} == {
        key: one.outcome for key, one in asked.items()
    }


def test_open_country_need_not_count():
    nobody = valley("distinct", p=0.22, openness=0.99)
    assert distinct_at(nobody, HELD) is True
    assert distinct_at(nobody, replace(HELD, reads_open=False)) is False
    deep = valley("distinct", p=0.01, openness=0.99)
    assert distinct_at(deep, replace(HELD, reads_open=False)) is True


def test_sensitivity_reads_smallest_ratios_and_open_country():
    world, tests = cell(True, True)
    found = delineation(world.study, *tests).sensitivity
    rows = found.filter(pl.col("choice").is_in(["smallest ratio", "open country"]))
    assert set(rows.select("choice", "setting").rows()) == {
        ("open country", "does not count"), ("smallest ratio", "1.5"), ("smallest ratio", "3"),
    }  # fmt: skip


def test_readings_that_the_draws_cannot_make_are_left_out():
    world, (clustering, distinct, separate) = cell(True, True)  # 39 draws: p is at least 0.025
    found = delineation(world.study, clustering, distinct, separate).sensitivity
    levels = found.filter(pl.col("choice").str.starts_with("level"))
    assert levels.select("choice", "setting").rows() == [
        ("level of the valley", "0.9"), ("level of separation", "0.9"),
    ]  # fmt: skip
    few = distinctness(world.study, clustering, draws=9, rng=1)
    found = delineation(world.study, clustering, few, separate)
    assert found.pairs["outcome"].to_list() == ["not testable"]
    choices = found.sensitivity.filter(
        pl.col("choice").is_in(["level of the valley", "bandwidth of the valley", "stability"])
    )
    assert choices.select("choice", "setting").rows() == [("level of the valley", "0.9")]


def test_too_few_draws_of_the_first_test_merge_nothing():
    world, (clustering, _, separate) = cell(False, False)
    few = distinctness(world.study, clustering, draws=9, rng=1)
    found = delineation(world.study, clustering, few, separate)
    assert found.pairs["outcome"].to_list() == ["not testable"]
    assert found.clusters["n_sites"].to_list() == [1, 1]


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_levels_that_nothing_can_be_read_at_are_refused(level):
    world, (clustering, distinct, separate) = cell(True, True)
    with pytest.raises(InvalidArgument, match="level"):
        delineation(world.study, clustering, distinct, replace(separate, level=level))
