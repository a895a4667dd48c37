"""Histories of clusters hold what they promise, counted plainly from their dated tables."""

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.oracles.siblings import arc_km, counted, gravity, separation

from buzzline import read_study
from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import Bonds, Course, Odds, make_history_world
from buzzline.tables.worlds.history_courses import (
    CLASSES,
    FATES,
    STATES,
    biographies,
    heterogeneity,
    script,
)

YEARS = range(2000, 2024)


@pytest.fixture(scope="module")
def world():
    return make_history_world(rng=1, bonds=Bonds(ties_each=1))


def there(world, year):
    """{cluster: set of members} in a year, from the tables alone."""
    study = world.study.where(year=year)
    alive = set(study.organisations["org_id"])
    found = {}
    for cluster, member, start, end in study.memberships.select(
        "cluster_id", "org_id", "start", "end"
    ).iter_rows():
        if member in alive and start.year <= year <= end.year:
            found.setdefault(int(cluster[1:]), set()).add(member)
    return found


def test_brute_force_members_of_every_year_are_those_of_the_tables(world):
    names = world.study.organisations["org_id"].to_list()
    truth = world.truth
    for year in YEARS:
        counted_members = there(world, year)
        code = truth.members(year)
        for cluster, members in counted_members.items():
            assert members == {names[row] for row in np.flatnonzero(code == cluster)}
        sizes = dict(
            truth.years.filter(pl.col("year") == year).select("cluster", "n_members").rows()
        )
        assert sizes == {cluster: len(members) for cluster, members in counted_members.items()}
    with pytest.raises(InvalidArgument, match="years are 2000 to 2023, got 1999"):
        truth.members(1999)


def test_by_hand_sizes_of_all_fates(world):
    frame = world.truth.years.join(world.truth.clusters.select("cluster", "fate"), on="cluster")
    size = {(fate, cluster, year): n for fate, cluster, year, n in
            frame.select("fate", "cluster", "year", "n_members").iter_rows()}  # fmt: skip

    def path(fate):
        found = {}
        for (name, cluster, year), n in size.items():
            if name == fate:
                found.setdefault(year, {})[cluster] = n
        return [sorted(found.get(year, {}).values()) for year in YEARS]

    assert path("steady") == [[40]] * 24
    assert path("born") == [[]] * 8 + [[40]] * 16
    assert path("dissolved") == [[40]] * 16 + [[]] * 8
    assert path("merged") == [[40, 40]] * 12 + [[160]] * 12
    assert path("split") == [[160]] * 12 + [[40, 40]] * 12
    growing, declining, cycle = (
        [n for (n,) in path(fate)] for fate in ("growing", "declining", "life cycle")
    )
    assert growing == sorted(growing) == declining[::-1]
    assert (growing[0], growing[-1]) == (20, 80)
    assert [cycle[k] for k in (0, 6, 12, 18, 23)] == [5, 10, 80, 80, 20]


def test_by_hand_events_and_when_clusters_exist(world):
    events = world.truth.events.select("year", "kind", "before", "after").rows()
    assert events == [(2008, "born", [], [3]), (2012, "merged", [5, 6], [7]),
                      (2012, "split", [8], [9, 10]), (2016, "dissolved", [4], [])]  # fmt: skip
    spans = world.truth.clusters.select("first_year", "last_year").rows()
    assert spans[3:5] == [(2008, 2023), (2000, 2015)]
    assert (
        spans[5:11] == [(2000, 2011)] * 2 + [(2012, 2023)] + [(2000, 2011)] + [(2012, 2023)] * 2
    )
    declared = world.study.declared_clusters.select("start", "end").rows()
    assert [(a.year, b.year) for a, b in declared] == spans
    assert {(a.month, a.day, b.month, b.day) for a, b in declared} == {(1, 1, 12, 31)}


def test_who_stays_when_clusters_merge_and_split(world):
    before, after = there(world, 2011), there(world, 2012)
    assert len((before[5] | before[6]) & after[7]) == 76  # 5 % of each left
    assert len(before[8] & (after[9] | after[10])) == 76
    assert not before[5] & before[6]


def test_planted_truth_turnover_and_the_balance_of_entries_and_exits(world):
    for _, frame in world.truth.years.group_by("cluster", maintain_order=True):
        n, entered, left = (
            frame[name].to_list() for name in ("n_members", "n_entered", "n_left")
        )
        for k in range(1, frame.height):
            assert n[k] == n[k - 1] - left[k - 1] + entered[k]
    steady = world.truth.years.filter(pl.col("cluster") == 0)
    assert steady["n_left"].to_list() == [2] * 23 + [0]  # 5 % of 40
    assert steady["n_entered"].to_list() == [0] + [2] * 23


def test_brute_force_entries_and_exits_are_the_dates_of_the_tables(world):
    opened, closed = (
        dict(
            zip(
                world.study.organisations["org_id"],
                world.study.organisations[name],
                strict=True,
            )
        )
        for name in ("opened", "closed")
    )
    for year in YEARS:
        rows = world.truth.years.filter(pl.col("year") == year)
        found = there(world, year)
        for cluster, entered, left in rows.select("cluster", "n_entered", "n_left").iter_rows():
            members = found[cluster]
            assert sum(opened[m].year == year for m in members) == entered
            assert (
                sum(closed[m] is not None and closed[m].year == year for m in members) == left
            )


def test_every_tie_lies_within_the_lives_of_both_ends(world):
    lives = world.study.organisations.select("org_id", "opened", "closed")
    ties = world.study.linkages
    for end in ("source", "target"):
        at = ties.join(lives, left_on=end, right_on="org_id", how="left")
        assert (at["start"] >= at["opened"]).all()
        assert (at["start"] <= at["closed"]).fill_null(value=True).all()
        assert (at["end"] <= at["closed"]).fill_null(value=True).all()
        assert (at["end"].is_not_null() | at["closed"].is_null()).all()
    assert (ties["end"] >= ties["start"]).fill_null(value=True).all()
    moves = ties.filter(pl.col("layer") == "labour_move")
    assert moves["start"].equals(moves["end"])
    assert world.study.spells.height == 2 * moves.height


def test_ties_of_a_year_are_as_many_as_the_organisations_there(world):
    by_year = world.study.linkages.group_by(pl.col("start").dt.year(), "layer").len()
    started = {(year, layer): n for year, layer, n in by_year.iter_rows()}
    for year in YEARS:
        n = world.study.where(year=year).organisations.height
        assert [started[year, layer] for layer in Bonds().layers] == [n] * 4


def _two_parks(world, years, codes):
    """Log odds ratio of ties between the two parks of a city-region, net of distance."""
    truth, organisations = world.truth, world.study.organisations
    total, weight = 0.0, 0.0
    row = {name: k for k, name in enumerate(organisations["org_id"])}
    for year in years:
        alive = (truth.opened <= year) & (year <= truth.closed)
        parks = [np.flatnonzero(alive & (truth.seat == seat)) for seat in codes]
        both = np.concatenate(parks)
        position = {int(r): k for k, r in enumerate(both)}
        rate = gravity(
            organisations.select("longitude", "latitude")[both].rows(), truth.mass[both]
        )
        ends = [
            (position[row[a]], position[row[b]])
            for a, b in world.study.linkages.filter(pl.col("start").dt.year() == year)
            .select("source", "target").iter_rows()
            if row[a] in position and row[b] in position
        ]  # fmt: skip
        ties = counted([a for a, _ in ends], [b for _, b in ends], both.size)
        one, other = np.arange(parks[0].size), np.arange(parks[0].size, both.size)
        value, error = separation(ties, rate, one, other)
        total, weight = total + value / error**2, weight + 1 / error**2
    return total / weight, weight**-0.5


@pytest.mark.parametrize(("fate", "before", "after"), [("merged", 2 * math.log(4), 0.0),
                                                       ("split", 0.0, 2 * math.log(4))])  # fmt: skip
def test_planted_truth_separation_of_two_parks_turns_with_the_event(fate, before, after):
    world = make_history_world(
        fates=(fate,), rng=2, course=Course(years=8, size=60),
        bonds=Bonds(ties_each=25, separation=4, layers=("labour_move",), spells=False),
    )  # fmt: skip
    for years, planted in ((range(2000, 2004), before), (range(2004, 2008), after)):
        found, error = _two_parks(world, years, (0, 1))
        assert error < 0.2
        assert abs(found - planted) < 4 * error


def test_planted_truth_a_bridge_joins_the_parks_of_merged_clusters():
    world = make_history_world(fates=("merged",), rng=3, course=Course(size=100, apart_km=12),
                               bonds=Bonds(ties_each=0))  # fmt: skip
    truth = world.truth
    points = np.array(world.study.organisations.select("longitude", "latitude").rows())
    centre = truth.clusters.select("longitude", "latitude").rows()
    assert arc_km(centre[0], centre[1]) == pytest.approx(12, rel=1e-3)
    for year, share in ((2011, 0.0), (2012, 0.25)):
        members = points[truth.members(year) >= 0]
        nearest = [min(arc_km(p, centre[0]), arc_km(p, centre[1])) for p in members]
        # 200 of 400 lie evenly along 12 km, about half of these beyond 3 km of both centres
        assert np.mean(np.array(nearest) > 3.001) == pytest.approx(share, abs=0.08)


def test_planted_truth_heterogeneity_of_items():
    world = make_history_world(
        fates=("life cycle", "steady"), rng=4, course=Course(size=600), bonds=Bonds(ties_each=0)
    )
    code = dict(zip(world.study.organisations["org_id"], world.truth.seat, strict=True))
    assert world.truth.seat.max() == 1
    items = {}
    for member, day, label in world.study.knowledge_items.select(
        "org_id", "date", "classes"
    ).iter_rows():
        items.setdefault((int(code[member]), day.year), []).append(label)
    for cluster, year, n, planted in world.truth.years.select(
        "cluster", "year", "n_members", "heterogeneity"
    ).iter_rows():
        labels = items[cluster, year]
        assert len(labels) == n
        share = np.array([labels.count(label) for label in set(labels)]) / n
        rao = 1 - np.sum(share**2)
        # standard error of 1 - sum p²: below 2 max(p) / sqrt(n) / 2
        assert rao == pytest.approx(planted, abs=4 / math.sqrt(n))


def test_by_hand_heterogeneity_with_two_kinds():
    # spread 0.8 over 8 classes: 0.1 each, and 0.2 more on the main one: 1 - 0.3² - 7 x 0.1²
    assert heterogeneity(np.array([0.8]))[0] == pytest.approx(1 - 0.09 - 0.07)
    assert CLASSES == 8


def test_planted_truth_citations_received_of_a_life_cycle():
    world = make_history_world(
        fates=("life cycle", "steady"), rng=5,
        bonds=Bonds(ties_each=25, layers=("citation",), separation=1), course=Course(years=8),
    )  # fmt: skip
    row = {name: k for k, name in enumerate(world.study.organisations["org_id"])}
    tally = {}
    for source, target, start in world.study.linkages.select(
        "source", "target", "start"
    ).iter_rows():
        code = world.truth.members(start.year)
        here, to = code[row[source]], code[row[target]]
        if (here >= 0) != (to >= 0):
            tally.setdefault((int(max(here, to)), start.year), []).append(to >= 0)
    for cluster, year, planted in world.truth.years.select(
        "cluster", "year", "received"
    ).iter_rows():
        seen = tally[cluster, year]
        assert np.mean(seen) == pytest.approx(planted, abs=4 * 0.5 / math.sqrt(len(seen)))
    cycle = world.truth.years.filter(pl.col("cluster") == 0)["received"].to_list()
    assert (cycle[0], cycle[-1]) == (0.25, 0.75)


def test_states_of_a_life_cycle_take_a_quarter_of_the_years_each(world):
    states = world.truth.years.filter(pl.col("cluster") == 11)["state"].to_list()
    assert states == [state for state in STATES for _ in range(6)]
    assert set(world.truth.years.filter(pl.col("cluster") == 0)["state"]) == {"sustaining"}


def test_brute_force_jobs_are_those_of_the_members(world):
    jobs = dict(world.study.organisations.select("org_id", "jobs").rows())
    told = {(unit, year): value for unit, year, value in
            world.study.outcomes.select("unit_id", "year", "value").iter_rows()}  # fmt: skip
    for year in (2000, 2011, 2012, 2023):
        for cluster, members in there(world, year).items():
            assert told[f"D{cluster}", year] == sum(jobs[m] for m in members)


@pytest.mark.parametrize("fate", FATES)
def test_special_case_every_fate_alone_and_small(fate):
    world = make_history_world(
        fates=(fate,), rng=6, course=Course(years=8, size=8, others=20),
        bonds=Bonds(ties_each=1, layers=("research",)),
    )  # fmt: skip
    assert world.truth.clusters["fate"].unique().to_list() == [fate]
    assert world.study.linkages["layer"].unique().to_list() == ["research"]
    assert str(world).startswith("HistoryWorld of")


def test_brute_force_lives_in_a_seat_give_the_sizes_asked_for():
    rng = np.random.default_rng(7)
    for _ in range(20):
        size = rng.integers(0, 30, 12)
        first, last = biographies(size, 0.2, rng=rng)
        assert [int(np.sum((first <= t) & (t <= last))) for t in range(12)] == size.tolist()
        assert (first <= last).all()


def test_special_case_without_turnover_nobody_leaves_a_steady_seat():
    first, last = biographies(np.full(9, 5), 0.0, rng=np.random.default_rng(1))
    assert (first == 0).all()
    assert (last == 8).all()
    assert first.size == 5


def test_invariant_same_seed_same_history():
    choices = {"fates": ("born", "split"), "course": Course(years=9, others=20)}
    one, again, other = (make_history_world(**choices, rng=seed) for seed in (3, 3, 4))
    assert one.study.fingerprint == again.study.fingerprint != other.study.fingerprint


def test_no_row_is_set_aside_when_the_tables_are_read():
    study = make_history_world(fates=("merged",), course=Course(years=8), rng=8).study
    frames = {name: getattr(study, name) for name in study.names()}
    again = read_study({name: frame for name, frame in frames.items() if frame.height})
    assert again.about.quality.n_set_aside == 0
    assert again.memberships.height == study.memberships.height


def test_planted_odds_are_told(world):
    assert world.truth.odds["within"].to_list() == [6.0] * 4
    odds = Bonds(odds={"supply": Odds(3, 1.5, 1)}, ties_each=1)
    told = make_history_world(fates=("steady",), bonds=odds, rng=1).truth.odds
    assert told.filter(pl.col("layer") == "supply").row(0)[1:4] == (3, 1.5, 1)
    assert replace(Course(), size=9).size == 9


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Course(years=3), "`years` must be at least 8"),
        (lambda: Course(size=2), "`size` must be at least 8"),
        (lambda: Course(turnover=1.0), "below 1"),
        (lambda: make_history_world(fates=()), "at least one fate"),
        (lambda: make_history_world(fates=("glorious",)), "fates are steady"),
        (lambda: script("glorious", Course()), "got 'glorious'"),
    ],
)
def test_impossible_wishes_are_refused(wrong, words):
    with pytest.raises(InvalidArgument, match=words):
        wrong()


def test_a_history_without_layers_has_no_ties():
    assert make_history_world(
        fates=("born",), bonds=Bonds(layers=()), rng=1
    ).study.linkages.is_empty()
