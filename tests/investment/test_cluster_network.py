"""The network of clusters: by hand, size, what is planted, giants, periods and bad input."""

import numpy as np
import polars as pl
import pytest
from tests.investment.between_clusters import at_random, dealt

from buzzline.charts import charts_of
from buzzline.errors import InvalidArgument
from buzzline.investment.arrivals import arrivals_of
from buzzline.investment.cluster_network import cluster_network
from buzzline.investment.network_measures import MEASURES, parcels_of
from buzzline.investment.network_rows import WHOLE
from buzzline.investment.periods import periods_dealt, periods_of


def whole(found):
    return {row["measure"]: row for row in
            found.measures.filter(pl.col("period") == WHOLE).to_dicts()}  # fmt: skip


def test_parcels_by_hand():
    deals = [(0, 0, 1), (0, 0, 1), (0, 1, 2), (1, 0, 1), (1, -1, 1), (1, 2, 2), (1, 1, -1)]
    study, clustering = dealt(deals, 4)
    landed = arrivals_of(study, clustering)
    assert (landed.n_all, landed.n, landed.n_groups) == (7, 6, 2)
    between = landed.between()
    assert between.n == 4  # one from outside, one within, one to outside
    parcels = parcels_of(between)
    assert parcels.n == 3
    assert sorted(zip(parcels.origin.tolist(), parcels.destination.tolist(),
                      parcels.amount.tolist(), strict=True)) == [
        (0, 1, 1.0), (0, 1, 2.0), (1, 2, 1.0)]  # fmt: skip
    assert parcels.ties().pairs.tolist() == [[0, 1], [1, 2]]


def test_numbers_of_a_whole_network_by_hand():
    """A ring of twelve, both ways, each deal of a group of its own."""
    deals = [(k, k, (k + 1) % 12) for k in range(12)]
    deals += [(20 + k, (k + 1) % 12, k) for k in range(12)]
    study, clustering = dealt(deals, 12)
    found = cluster_network(study, clustering, draws=99, rng=1)
    rows = whole(found)
    assert set(rows) == set(MEASURES)
    assert rows["clustering"]["value"] == 0
    assert rows["distance"]["value"] == pytest.approx(36 / 11)
    assert rows["core"]["value"] == 2
    assert rows["on_cycles"]["value"] == 1
    assert rows["feedback"]["value"] == 0.5
    assert rows["reciprocity"]["value"] == 1
    assert rows["reciprocity"]["verdict"] == "above chance"
    assert rows["assortativity"]["status"] == "not defined for this network"
    assert found.clusters["n_partners"].to_list() == [2] * 12


def test_tests_keep_their_size():
    p = {name: [] for name in MEASURES}
    for seed in range(30):
        rng = np.random.default_rng(seed)
        study, clustering = dealt(at_random(14, 90, rng), 14, industries=("a", "b"))
        found = cluster_network(study, clustering, draws=39, rng=seed)
        for name, row in whole(found).items():
            if row["p"] is not None:
                p[name].append(row["p"])
    for name in ("clustering", "distance", "shared_sigma", "reciprocity", "feedback"):
        tested = np.array(p[name])
        assert tested.size >= 15
        limit = 0.1 + 3 * np.sqrt(0.09 / tested.size)
        assert np.mean(tested <= 0.1) <= limit, name


def test_industries_that_keep_to_themselves_are_no_small_world():
    """Three industries, deals at random within each: clustered, if industries are forgotten."""
    rng = np.random.default_rng(4)
    deals = []
    for k in range(130):
        industry = int(rng.integers(3))
        ends = rng.choice(8, 2, replace=False) * 3 + industry
        deals.append((k, int(ends[0]), int(ends[1])))
    for k in range(6):  # a few across, so that all hang together
        deals.append((200 + k, k, k + 1))
    study, clustering = dealt(deals, 24, industries=("a", "b", "c"))
    rows = whole(cluster_network(study, clustering, draws=99, rng=1))
    assert rows["clustering"]["p"] > 0.05
    assert rows["clustering"]["value"] > 1.5 * rows["clustering"]["plain"]
    assert rows["clustering"]["expected"] > 1.5 * rows["clustering"]["plain"]


def test_planted_triangles_and_returns_are_found():
    rng = np.random.default_rng(2)
    deals = []
    for k in range(60):  # threes that close, and half of the deals come back
        a, b, c = (int(x) for x in (rng.integers(10) * 3 + np.arange(3)) % 30)
        deals += [(k, a, b), (100 + k, b, c), (200 + k, a, c)]
        if k % 2:
            deals.append((300 + k, b, a))
    deals += [(400 + k, int(a), int(b)) for k, (a, b) in
              enumerate(rng.integers(30, size=(25, 2))) if a != b]  # fmt: skip
    study, clustering = dealt(deals, 30)
    found = cluster_network(study, clustering, draws=99, rng=1)
    rows = whole(found)
    assert rows["clustering"]["verdict"] == "above chance"
    assert rows["reciprocity"]["verdict"] == "above chance"
    assert "more closed than chance" in str(found)
    assert "whether knowledge comes back is not in them" in str(found)


def test_a_hierarchy_has_less_feedback_than_chance():
    rng = np.random.default_rng(3)
    ends = np.sort(rng.integers(16, size=(90, 2)), axis=1)
    deals = [(k, int(a), int(b)) for k, (a, b) in enumerate(ends) if a != b]
    study, clustering = dealt(deals, 16)
    rows = whole(cluster_network(study, clustering, draws=99, rng=1))
    assert rows["feedback"]["value"] == rows["on_cycles"]["value"] == 0
    assert rows["feedback"]["verdict"] == rows["on_cycles"]["verdict"] == "below chance"
    assert rows["reciprocity"]["value"] < 0


def test_a_group_everywhere_makes_no_small_world_of_itself():
    """Groups at random in five clusters each tie them all; alone that is a small world."""
    rng = np.random.default_rng(5)
    deals = []
    for group in range(14):
        where = rng.choice(30, 5, replace=False)
        deals += [(group, int(where[0]), int(k)) for k in where[1:]]
    study, clustering = dealt(deals, 30)
    row = whole(cluster_network(study, clustering, draws=99, rng=1))["shared_clustering"]
    assert row["value"] > 0.5
    assert row["p"] > 0.05


def test_the_largest_group_is_left_out_beside():
    """One group goes there and back again; the others do not."""
    rng = np.random.default_rng(6)
    ends = np.sort(rng.integers(12, size=(60, 2)), axis=1)
    deals = [(k, int(a), int(b)) for k, (a, b) in enumerate(ends) if a != b]
    deals += [(500, b, a) for _, a, b in deals[:40]]
    study, clustering = dealt(deals, 12)
    found = cluster_network(study, clustering, draws=99, rng=1)
    row = whole(found)["reciprocity"]
    assert row["value"] > row["without_largest"]
    assert row["without_largest"] < 0
    assert row["without_largest_p"] <= 0.05


def test_periods_have_about_as_many_and_keep_years_whole():
    year = np.repeat([2001, 2003, 2004, 2009, 0], [10, 10, 30, 10, 5])
    assert periods_of(year, 3) == ((2001, 2003), (2004, 2004), (2009, 2009))
    assert periods_of(year, 1) == ((2001, 2009),)
    assert periods_of(np.zeros(3, int), 3) == ()
    rng = np.random.default_rng(1)
    group, period = rng.integers(40, size=200), rng.integers(-1, 3, size=200)
    anew = periods_dealt(group, period, rng)
    assert (anew[period < 0] == -1).all()
    together = group * 3 + period
    for one in np.unique(together[period >= 0]):
        assert np.unique(anew[(together == one) & (period >= 0)]).size == 1
    sizes = [np.bincount(some[some >= 0], minlength=3) for some in (period, anew)]
    assert np.abs(sizes[0] - sizes[1]).max() < 25


def test_a_change_is_found_and_no_change_is_not():
    """Deals come back in the first years, and no longer in the last."""
    rng = np.random.default_rng(7)
    deals, years, p = [], [], []
    for k in range(150):
        a, b = (int(x) for x in np.sort(rng.choice(14, 2, replace=False)))
        year = 2001 + k % 6
        deals += [(2 * k, a, b), (2 * k + 1, *((b, a) if year <= 2003 else (a, b)))]
        years += [year, year]
    study, clustering = dealt(deals, 14, year=years)
    found = cluster_network(study, clustering, periods=2, draws=99, rng=1)
    trend = {row["measure"]: row for row in found.trends.to_dicts()}
    for frame in (found.measures, found.trends, found.club):  # chance is no interval
        assert not {"low", "high"} & set(frame.columns)
        assert {"expected_low", "expected_high"} <= set(frame.columns)
    assert (trend["reciprocity"]["first_period"], trend["reciprocity"]["last_period"]) == (
        "2001-2003", "2004-2006",
    )  # fmt: skip
    assert trend["reciprocity"]["value"] < -0.3
    assert trend["reciprocity"]["p"] <= 0.05
    for seed in range(8):
        rng = np.random.default_rng(seed)
        some = at_random(12, 120, rng)
        when = 2001 + rng.integers(6, size=len(some))
        same, these = dealt(some, 12, year=when.tolist())
        rows = cluster_network(same, these, periods=2, draws=19, rng=seed).trends
        p += rows.filter(pl.col("measure").is_in(["reciprocity", "clustering"]))["p"].to_list()
    assert np.mean(np.array(p, float) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / len(p))


def test_knowledge_is_asked_for_by_its_layers():
    rng = np.random.default_rng(8)
    study, clustering = dealt(at_random(12, 80, rng), 12, layer="research")
    found = cluster_network(study, clustering, layers=["research"], draws=19, rng=1)
    assert set(whole(found)) == set(MEASURES) - {"reciprocity", "on_cycles", "feedback"}
    assert "knowledge comes back" not in str(found)
    directed, these = dealt(at_random(12, 80, rng), 12, layer="citation")
    cited = cluster_network(directed, these, layers=["citation"], draws=19, rng=1)
    assert whole(cited)["reciprocity"]["p"] is not None


def test_bad_input_has_a_reason():
    one, alone = dealt([(0, 0, 0), (1, 0, 0)], 1)
    found = cluster_network(one, alone, draws=9, rng=1)
    assert "0 clusters hang together by deals; at least 8 are needed" in str(found)
    none, nowhere = dealt([(0, -1, -1)], 0)
    empty = cluster_network(none, nowhere, draws=9, rng=1)
    assert "not testable" in str(empty)
    rng = np.random.default_rng(9)
    study, clustering = dealt(at_random(12, 60, rng), 12)
    undated = cluster_network(study, clustering, draws=9, rng=1)
    assert "their year is not known" in str(undated)
    assert "too few draws" in str(undated)
    for record in (found, empty, undated):
        for spec in charts_of("cluster_network", record).values():
            assert spec.alt
    years = [2000 + k // 50 for k in range(60)]
    thin, these = dealt(at_random(12, 60, rng), 12, year=years)
    late = cluster_network(thin, these, draws=9, rng=1)
    assert late.measures["status"].str.contains("at least 30 are needed").any()
    assert late.trends["status"].str.contains("more deals in the first or last").any()
    for choice, said in (({"level": 0.0}, "`level`"), ({"draws": 1}, "at least 2 draws")):
        with pytest.raises(InvalidArgument, match=said):
            cluster_network(study, clustering, **choice)
