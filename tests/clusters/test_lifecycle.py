"""Clusters over the years: recovered fates, gaps, sightings, bad input."""

from functools import cache

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import clustering_of, study_at

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.lifecycle import cluster_history, followed_clusters
from buzzline.clusters.lifecycle_following import (
    HistoryRule,
    followed,
    growth_of,
    kind_of,
    support_of,
    ties_between,
)
from buzzline.clusters.lifecycle_presence import presence
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_history_world, make_world
from buzzline.tables.worlds.history_courses import Course
from buzzline.tables.worlds.plans import Bonds

CITING = Bonds(ties_each=1.0, layers=("citation",))


@cache
def whole_world():
    return make_history_world(bonds=CITING, rng=1)


def planted_of(world, year):
    """Return the planted clusters of a year as a clustering."""
    label = world.truth.members(year)
    there = np.flatnonzero(label >= 0)
    clusters = world.truth.clusters.filter(pl.col("cluster").is_in(np.unique(label[there])))
    members = pl.DataFrame({
        "cluster_id": [f"D{k}" for k in label[there]],
        "org_id": world.study.organisations["org_id"].gather(there),
        "is_core": np.ones(there.size, bool),
    })  # fmt: skip
    return clustering_of(clusters.with_columns(label=pl.col("cluster_id")), members)


@cache
def planted_history():
    world = whole_world()
    last = world.truth.first_year + world.truth.label.shape[1]
    return followed_clusters(
        world.study,
        {y: planted_of(world, y) for y in range(world.truth.first_year, last)},
        rng=1,
    )


# by hand


def test_kinds_of_events_by_hand():
    # rows: clusters before, there in none, not there; columns: clusters, in none, gone
    two_into_one = np.array([[40, 0, 2], [40, 0, 2], [0, 0, 0], [80, 0, 0]])
    assert kind_of(two_into_one) == "merged"
    assert ties_between(two_into_one, 0.5).tolist() == [[True], [True]]
    one_into_two = np.array([[38, 38, 0, 84], [0, 0, 0, 0], [2, 2, 0, 0]])
    assert kind_of(one_into_two) == "split"
    assert kind_of(np.array([[5, 20], [0, 0], [0, 0]])) == "dissolved"
    assert kind_of(np.array([[20, 5], [0, 0], [0, 0]])) == "faded"
    assert kind_of(np.array([[5, 0, 0], [20, 0, 0]])) == "born"
    assert kind_of(np.array([[20, 0, 0], [5, 0, 0]])) == "emerged"


def test_few_shared_members_are_no_tie_by_hand():
    # 19 of 40 still there went to a cluster of 100: neither half of the one nor of the other
    cells = np.array([[19, 21, 0], [40, 0, 0], [41, 0, 0]])
    assert not ties_between(cells, 0.5).any()
    cells[0] = [20, 20, 0]
    assert ties_between(cells, 0.5).all()


def test_growth_by_hand():
    value, se = growth_of(np.array([50.0, 50.0]), np.array([8.0]), np.array([8.0]))
    assert value[0] == 0
    assert se[0] == pytest.approx(4 / 50)  # the root of 16 over 50


def test_clusters_that_do_not_grow_are_rarely_said_to():
    # entries and exits are Poisson counts of the same mean: 5 % of intervals may miss 0
    rng = np.random.default_rng(11)
    entered, left = rng.poisson(3, (2, 2000)).astype(float)
    value, se = np.array([
        np.ravel(growth_of(np.array([40, 40 + e - x]), np.array([e]), np.array([x])))
        for e, x in zip(entered, left, strict=True)
    ]).T  # fmt: skip
    assert np.mean(np.abs(value) > 1.96 * se) < 0.06


def test_clusters_are_followed_by_hand():
    there = np.ones((4, 10), bool)
    there[3, 5:] = False
    a, b, everybody = np.arange(5), np.arange(5, 10), np.arange(10)
    steps, events = followed(
        [[a, b], [everybody], [everybody], [a]], there, years=(2000, 2001, 2002, 2003),
        rule=HistoryRule(), draws=0, rng=np.random.default_rng(1),
    )  # fmt: skip
    assert [(e.at, e.kind, e.before, e.after) for e in events] == [(1, "merged", (0, 1), (2,))]
    # who is left of the whole is the same cluster, shrunk
    assert [(s.at, s.track) for s in steps] == [(0, 0), (0, 1), (1, 2), (2, 2), (3, 2)]


def test_a_cluster_that_is_missed_for_a_year_is_taken_up_again():
    there, a = np.ones((4, 5), bool), np.arange(5)

    def run(rule):
        return followed([[a], [], [], [a]], there, years=(1, 2, 3, 4), rule=rule, draws=0,
                        rng=np.random.default_rng(1))  # fmt: skip

    steps, events = run(HistoryRule(patience=2))
    assert {step.track for step in steps} == {0}
    assert not events
    steps, events = run(HistoryRule(patience=1))
    assert {step.track for step in steps} == {0, 1}
    assert [(event.at, event.kind) for event in events] == [(1, "faded"), (3, "emerged")]


def test_a_gap_of_unobserved_years_is_not_bridged_unless_asked():
    there, a = np.ones((2, 5), bool), np.arange(5)

    def run(longest):
        return followed([[a], [a]], there, years=(2018, 2020), draws=0,
                        rule=HistoryRule(longest_gap=longest), rng=np.random.default_rng(1))  # fmt: skip

    steps, events = run(1)
    assert [step.track for step in steps] == [0, 1]
    assert not events
    assert [step.track for step in run(2)[0]] == [0, 0]


# invariants


def test_nothing_changes_when_organisations_are_shuffled():
    rng = np.random.default_rng(5)
    there = rng.random((6, 60)) < 0.9
    label = rng.integers(-1, 3, (6, 60))
    label[1:][rng.random((5, 60)) < 0.8] = -9
    for year in range(1, 6):
        label[year] = np.where(label[year] == -9, label[year - 1], label[year])

    def run(order):
        found = [
            [np.flatnonzero((label[y][order] == k) & there[y][order]) for k in range(3)]
            for y in range(6)
        ]
        return followed(
            [[part for part in year if part.size] for year in found], there[:, order],
            years=range(6), rule=HistoryRule(), draws=0, rng=np.random.default_rng(1),
        )  # fmt: skip

    one, other = run(np.arange(60)), run(rng.permutation(60))
    assert [(s.track, s.at, s.members.size, s.before) for s in one[0]] == [
        (s.track, s.at, s.members.size, s.before) for s in other[0]
    ]
    assert [(e.at, e.kind) for e in one[1]] == [(e.at, e.kind) for e in other[1]]


def test_support_is_full_where_nothing_is_close_and_half_at_the_edge():
    rng = np.random.default_rng(1)
    assert (
        support_of(
            np.array([[40, 0, 2], [40, 0, 2], [0, 0, 0], [80, 0, 0]]), 0.5, draws=99, rng=rng
        )
        == 1
    )
    edge = np.array([[50, 50, 0], [100, 0, 0], [100, 0, 0]])  # exactly half of the one
    assert 0.3 < support_of(edge, 0.5, draws=999, rng=rng) < 0.8


def test_flows_account_for_every_member_of_every_year():
    history = planted_history()
    sizes = history.years.filter(pl.col("status") == "found").select(
        "history_id", "year", "n_members"
    )
    for column, year in (("before", "since"), ("after", "year")):
        counted = history.flows.group_by(
            pl.col(column).alias("history_id"), pl.col(year).alias("year")
        ).agg(pl.col("n").sum())
        both = sizes.join(counted, on=["history_id", "year"], how="inner")
        assert both.height > 150
        assert (both["n_members"] == both["n"]).all()


def test_stays_add_up_to_members():
    history = planted_history()
    stays = history.members.with_columns(n=pl.col("until") - pl.col("since") + 1)
    assert stays["n"].sum() == history.years["n_members"].sum()


# planted truth


def test_recovers_every_planted_event_from_planted_clusters():
    world, history = whole_world(), planted_history()
    names = {row["history_id"]: row["label"] for row in history.clusters.to_dicts()}
    found = [
        (row["year"], row["kind"],
         {names[one] for one in row["before_ids"].split(" + ") if one},
         {names[one] for one in row["after_ids"].split(" + ") if one})
        for row in history.events.to_dicts()
    ]  # fmt: skip
    wanted = [
        (
            row["year"],
            row["kind"],
            {f"D{k}" for k in row["before"]},
            {f"D{k}" for k in row["after"]},
        )
        for row in world.truth.events.to_dicts()
    ]
    assert sorted(found, key=str) == sorted(wanted, key=str)
    assert history.events["support"].min() == 1


def test_recovers_planted_courses_sizes_and_turnover():
    world, history = whole_world(), planted_history()
    of_fate = dict(world.truth.clusters.select("cluster_id", "fate").iter_rows())
    course = {of_fate[r["label"]]: r["course"] for r in history.clusters.to_dicts()}
    assert course["growing"] == "grown"
    assert course["declining"] == "shrunk"
    assert course["steady"] == "stable"
    assert course["life cycle"] == "rose and fell"
    truth = world.truth.years.with_columns(label=pl.format("D{}", "cluster"))
    both = history.years.join(truth, on=["label", "year"], suffix="_planted")
    assert both.height == truth.height
    assert (both["n_members"] == both["n_members_planted"]).all()
    known = both.filter(pl.col("n_entered").is_not_null())
    assert (known["n_entered"] == known["n_entered_planted"]).all()


def test_recovers_planted_heterogeneity_with_its_interval():
    world, history = whole_world(), planted_history()
    truth = world.truth.years.with_columns(label=pl.format("D{}", "cluster"))
    both = history.years.join(truth, on=["label", "year"], suffix="_planted").filter(
        pl.col("n_known") >= 20
    )
    inside = (both["heterogeneity_low"] <= both["heterogeneity_planted"]) & (
        both["heterogeneity_planted"] <= both["heterogeneity_high"]
    )
    assert 0.88 < inside.mean() <= 1
    assert (both["heterogeneity"] - both["heterogeneity_planted"]).mean() == pytest.approx(
        0, abs=0.02
    )


def test_recovers_planted_states():
    world, history = whole_world(), planted_history()
    truth = world.truth.years.with_columns(label=pl.format("D{}", "cluster"))
    both = history.states.filter(pl.col("year").is_not_null()).join(truth, on=["label", "year"])
    best = np.array(["emerging", "growing", "sustaining", "declining"])[
        both.select("emerging", "growing", "sustaining", "declining").to_numpy().argmax(axis=1)
    ]
    right = best == both["state"].to_numpy()
    assert right.mean() > 0.9
    cycle = (both["label"] == "D11").to_numpy()
    assert right[cycle].mean() > 0.7
    assert set(best[cycle]) == {"emerging", "growing", "sustaining", "declining"}


def test_recovers_when_a_cluster_turns_from_absorbing_to_creating():
    clusters = planted_history().clusters
    turned = clusters.filter(pl.col("exchange") == "became creating")
    assert turned["label"].to_list() == ["D11"]
    # the share received goes evenly from a quarter in 2000 to three quarters in 2023
    assert turned["crossing_low"][0] < 2011.5 < turned["crossing_high"][0]


@pytest.mark.parametrize("fate", ["born", "dissolved", "merged", "split"])
def test_recovers_a_fate_from_candidate_clusters(fate):
    fates = (fate, "steady", "steady")
    world = make_history_world(fates=fates, course=Course(years=8), bonds=CITING, rng=3)
    planted = world.truth.events.row(0, named=True)
    own = [world.truth.clusters["industry"][0]]
    history = cluster_history(world.study, industries=own, draws=19, rng=1)
    assert history.events.select("year", "kind").rows() == [(planted["year"], fate)]


def test_a_steady_cluster_has_no_events_and_does_not_drift():
    world = make_history_world(
        fates=("steady", "steady"), course=Course(years=8), bonds=CITING, rng=2
    )
    history = cluster_history(world.study, draws=99, rng=1)
    assert not history.events.height
    assert history.clusters["course"].to_list() == ["stable", "stable"]
    overall = history.drift.filter(pl.col("year").is_null())
    assert overall["p"][0] > 0.05
    assert history.drift.filter(pl.col("q") <= 0.05).is_empty()


def test_too_few_draws_for_drift_are_said():
    few = cluster_history(yearly([2016, 2017]), industries=["x"], draws=19, rng=1)
    assert "too few draws to tell: at least 19, which are 5 times as many `draws`" in str(few)
    enough = cluster_history(yearly([2016, 2017]), industries=["x"], draws=95, rng=1)
    assert "too few draws" not in str(enough)


def test_a_merger_is_drift():
    world = make_history_world(
        fates=("merged", "steady"), course=Course(years=8), bonds=CITING, rng=2
    )
    history = cluster_history(world.study, draws=99, rng=1)
    step = history.drift.filter(pl.col("year") == world.truth.events["year"][0]).row(
        0, named=True
    )
    assert step["p"] <= 0.05
    assert step["value"] > step["high"]
    event = history.events.filter(pl.col("kind") == "merged").row(0, named=True)
    assert event["p"] <= 0.05


# who is there


def yearly(years, **columns):
    """Return 20 organisations near each other among 40, some sighted in each year."""
    rng = np.random.default_rng(3)
    x = np.concatenate([rng.uniform(0, 1, 20), rng.uniform(0, 60, 40)])
    y = np.concatenate([rng.uniform(0, 1, 20), rng.uniform(0, 60, 40)])
    study = study_at(x, y, ["x"] * 20 + ["y"] * 40, **columns)
    rows = [(f"o{i:07d}", "sighted", year, 1.0) for year in years for i in range(60)]
    schema = ["unit_id", "indicator", "year", "value"]
    return study.with_table("outcomes", pl.DataFrame(rows, schema=schema, orient="row"))


def test_sightings_say_who_is_there_and_years_without_any_are_said():
    study = yearly([2016, 2017, 2018, 2020])
    history = cluster_history(study, industries=["x"], draws=19, rng=1)
    assert "Nothing was observed between 2018 and 2020." in str(history)
    assert history.clusters["ended"].to_list() == ["not observed further", "there at the end"]
    assert history.clusters["began"].to_list() == [
        "there at the start",
        "first seen after a gap",
    ]
    assert not history.events.height
    bridged = cluster_history(
        study, industries=["x"], rule=HistoryRule(longest_gap=2), draws=19, rng=1
    )
    assert bridged.clusters["n_years"].to_list() == [4]


def test_years_asked_for_but_never_sighted_are_said():
    seen = presence(yearly([2016, 2018]), [2016, 2017, 2018])
    assert seen.years == (2016, 2018)
    assert "Nothing was observed in 2017." in seen.notes


def test_names_that_change_every_year_are_said():
    x = np.random.default_rng(1).uniform(0, 1, 60)
    study = study_at(x, x, ["x"] * 60)
    rows = [(f"o{i:07d}", "sighted", 2012 + i // 30, 1.0) for i in range(60)]
    schema = ["unit_id", "indicator", "year", "value"]
    seen = presence(
        study.with_table("outcomes", pl.DataFrame(rows, schema=schema, orient="row")), None
    )
    assert "Only 0% of organisations of 2012 or 2013 appear in both" in " ".join(seen.notes)


def test_dates_of_opening_alone_say_that_nothing_can_end():
    study = make_history_world(fates=("steady",), course=Course(years=8), rng=1).study
    without = study.organisations.with_columns(closed=pl.lit(None, pl.Date))
    seen = presence(study.with_table("organisations", without), None)
    assert "No organisation closes in the tables" in seen.notes[0]


# bad input


def test_no_dates_at_all_is_a_legal_answer():
    study = make_world(organisations=60, clusters=1, rng=1).study
    bare = study.organisations.with_columns(
        opened=pl.lit(None, pl.Date), closed=pl.lit(None, pl.Date)
    )
    history = cluster_history(study.with_table("organisations", bare), draws=9, rng=1)
    assert "No organisation has a date" in str(history)
    assert history.table().height == 0


def test_no_coordinates_are_a_legal_answer_with_their_reason():
    study = make_history_world(fates=("steady",), course=Course(years=8), rng=1).study
    nowhere = study.organisations.with_columns(
        longitude=pl.lit(None, pl.Float64), latitude=pl.lit(None, pl.Float64)
    )
    history = cluster_history(study.with_table("organisations", nowhere), draws=9, rng=1)
    assert "0 organisations have coordinates" in str(history)


def test_one_year_is_a_legal_answer():
    history = cluster_history(yearly([2016]), industries=["x"], draws=19, rng=1)
    assert history.clusters["course"].to_list() == ["not testable"]
    assert not history.drift.height


def test_no_organisation_at_all_is_a_legal_answer():
    assert "No cluster can be followed" in str(cluster_history(Study.of(), rng=1))


def test_too_few_years_for_states_are_refused_with_the_number():
    history = cluster_history(yearly(range(2010, 2018)), industries=["x"], draws=19, rng=1)
    assert history.states["status"].to_list() == [
        "not testable: 8 yearly points, 15 are needed"
    ]
    assert history.clusters["exchange_reason"].to_list() == ["there are no dated citations"]


def test_clusters_of_ones_own_need_no_dates():
    study = yearly([2016]).with_table(
        "outcomes",
        pl.DataFrame(
            {"unit_id": [], "indicator": [], "year": [], "value": []},
            schema={
                "unit_id": pl.String,
                "indicator": pl.String,
                "year": pl.Int64,
                "value": pl.Float64,
            },
        ),
    )
    clusters = pl.DataFrame({"cluster_id": ["a"], "label": ["A"], "industry": ["x"]})
    members = pl.DataFrame(
        {
            "cluster_id": ["a"] * 5,
            "org_id": [f"o{i:07d}" for i in range(5)],
            "is_core": [True] * 5,
        }
    )
    own: Clustering = clustering_of(clusters, members)
    history = followed_clusters(study, {2001: own, 2002: own}, rng=1)
    assert history.clusters["n_years"].to_list() == [2]
    assert history.drift["status"].to_list() == [
        "no null: how these clusters were found is not known"
    ]
    assert history.drift["value"].to_list() == [0.0]


def test_a_year_named_twice_is_refused():
    with pytest.raises(InvalidArgument, match="named twice"):
        cluster_history(yearly([2016]), years=[2016, 2016])


def test_members_that_are_not_in_the_study_are_refused():
    clusters = pl.DataFrame({"cluster_id": ["a"], "label": ["A"], "industry": ["x"]})
    members = pl.DataFrame({"cluster_id": ["a"], "org_id": ["nobody"], "is_core": [True]})
    with pytest.raises(InvalidArgument, match="1 members of 2016 are not in"):
        followed_clusters(yearly([2016]), {2016: clustering_of(clusters, members)})


def test_years_given_as_a_range_stand_in_the_record_as_years():
    history = cluster_history(yearly([2016, 2017]), years=range(2016, 2018), draws=0, rng=1)
    assert history.provenance.arguments["years"] == (2016, 2017)


# real data


def test_suppliers_spelt_anew_every_year_are_not_taken_for_entries_and_exits(shared_data):
    seen = pl.read_parquet(shared_data / "apple_suppliers/facilities.parquet").filter(
        pl.col("year").is_between(2012, 2018)
    )
    spelt = seen.select(
        unit_id=pl.concat_str("supplier_name", "supplier_address", ignore_nulls=True),
        indicator=pl.lit("sighted"), year="year", value=pl.lit(1.0),
    ).unique()  # fmt: skip
    study = Study.of(
        organisations=spelt.select(pl.col("unit_id").alias("org_id")).unique(), outcomes=spelt
    )
    found = presence(study, None)
    assert found.years == tuple(range(2012, 2019))
    assert "Only 2% of organisations of 2012 or 2013 appear in both" in " ".join(found.notes)


# many worlds


@pytest.mark.slow
def test_fates_are_recovered_in_many_worlds():
    found = planted = more = cluster_years = 0
    for seed in range(100, 120):
        world = make_history_world(rng=seed)
        own = [world.truth.clusters["industry"][0]]
        history = cluster_history(world.study, industries=own, draws=19, rng=1)
        wanted = set(world.truth.events.select("year", "kind").iter_rows())
        events = history.events.filter(~pl.col("kind").is_in(["emerged", "faded"]))
        rows = events.select("year", "kind").rows()
        found += len(wanted & set(rows))
        planted += len(wanted)
        more += sum(row not in wanted for row in rows)
        cluster_years += history.years["n_members"].count()
    assert found / planted > 0.95
    assert more / cluster_years < 0.02


@pytest.mark.slow
def test_drift_of_steady_clusters_is_found_as_often_as_it_says():
    p = []
    for seed in range(200, 230):
        world = make_history_world(fates=("steady",) * 3, course=Course(years=8), rng=seed)
        own = [world.truth.clusters["industry"][0]]
        drift = cluster_history(world.study, industries=own, draws=99, rng=1).drift
        p.append(drift.filter(pl.col("year").is_null())["p"][0])
    # binomial: 30 tests at 5 % give more than 5 with probability 0.003
    assert sum(one <= 0.05 for one in p) <= 5
