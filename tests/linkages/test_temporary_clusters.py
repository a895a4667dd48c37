"""Temporary clusters: ties from before gatherings to after, against cancelled ones."""

from datetime import date, timedelta

import networkx as nx
import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy.integrate import quad
from scipy.stats import norm
from statsmodels.duration.survfunc import SurvfuncRight

from buzzline.arrays import as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.linkages.gathering_model import EFFECT, THERE
from buzzline.linkages.gathering_phases import assortativity, differ
from buzzline.linkages.gathering_ties import dated_ties, gatherings_of, homes_of
from buzzline.linkages.pair_errors import (
    Error,
    PairRows,
    joined_rows,
    pair_variance,
    scatter_beyond,
)
from buzzline.linkages.pair_logit import grouped_logit, varying
from buzzline.linkages.temporary_clusters import temporary_clusters
from buzzline.linkages.tie_retention import retention
from buzzline.tables.study import Study
from buzzline.tables.worlds import FairPlan, make_world, plant_fairs

NOBODY = as_indices([])


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=300, clusters=2, rng=1).study


@pytest.fixture(scope="module")
def found(world):
    study, _ = plant_fairs(world, FairPlan(by_distance=0.2), rng=np.random.default_rng(1))
    return temporary_clusters(study, cost_each_musd=0.015, rng=1)


def small(*ties, cancelled=False, **more):
    """Five organisations in two cities, a fair on 1 June 2020 with the first four."""
    rows = [
        {"source": a, "target": b, "layer": "advice", "start": start, "end": end}
        for a, b, start, end in ties
    ]
    kinds = {"source": pl.String, "target": pl.String, "layer": pl.String,
             "start": pl.Date, "end": pl.Date}  # fmt: skip
    return Study.of(
        organisations=pl.DataFrame({"org_id": list("abcde"), "city": ["X", "X", "Y", "Y", "X"]}),
        linkages=pl.DataFrame(rows, schema=kinds),
        gatherings=pl.DataFrame({"gathering_id": ["G"], "name": ["Fair"], "start": [
            date(2020, 6, 1)], "end": [date(2020, 6, 3)], "cancelled": [cancelled]}),
        attendance=pl.DataFrame({"gathering_id": ["G"] * 4, "org_id": list("abcd"),
                                 "role": ["visitor"] * 4}),
        **more,
    )  # fmt: skip


OLD, LATE = date(2017, 1, 1), date(2022, 1, 1)


# ── by hand ───────────────────────────────────────────────────────────────────────────────


def test_by_hand_before_during_after():
    # a-b before and after; a-c before only; c-d begins at the fair; b-d later in the year; a-e:
    # e was not there. Before {ab, ac}, after {ab, cd, bd}: 1 - 1 / 4.
    study = small(
        ("a", "b", OLD, None), ("b", "a", OLD, None), ("a", "c", OLD, date(2020, 5, 1)),
        ("c", "d", date(2020, 6, 2), None), ("b", "d", date(2020, 12, 1), None),
        ("a", "e", OLD, None), ("a", "a", OLD, None), ("a", "e", LATE, None),
    )  # fmt: skip
    row = temporary_clusters(study, rng=1).changes.to_dicts()[0]
    assert (row["n_pairs"], row["n_before"], row["n_during"], row["n_after"]) == (6, 2, 1, 3)
    assert row["value"] == pytest.approx(0.75)
    assert row["usual"] == 0.0  # the year before, the same two were tied throughout
    assert row["excess"] == pytest.approx(0.75)
    assert row["low"] is None
    assert "at least 10" in row["status"]


def test_by_hand_homes_before_and_after():
    study = small(
        ("a", "b", OLD, date(2020, 5, 1)), ("c", "d", OLD, date(2020, 5, 1)),
        ("a", "c", date(2020, 6, 1), None), ("b", "d", date(2020, 6, 1), None),
        ("a", "e", LATE, None),
    )  # fmt: skip
    phases = temporary_clusters(study, rng=1).phases
    assert phases["phase"].to_list() == ["before", "during", "after"]
    assert phases["value"].to_list() == [1.0, -1.0, -1.0]  # all at home; then none
    assert phases["change"].to_list()[1:] == [-2.0, -2.0]


def test_by_hand_how_different_those_present_are():
    # two of X and two of Y: of 6 pairs 4 are of different homes
    row = temporary_clusters(small(), rng=1).attendance.to_dicts()[0]
    assert row["value"] == pytest.approx(4 / 6)
    assert (row["n_organisations"], row["n_homes"], row["n_again"]) == (4, 2, 0)
    assert np.isnan(differ(np.array([0, -1]), np.array([0, 1]))[0])


def test_by_hand_cost_of_a_lasting_tie(found):
    row = found.yields.row(by_predicate=pl.col("layer") == "advice", named=True)
    cost = 0.015 * row["n_present"]
    assert row["value"] == pytest.approx(row["n_new"] - row["n_expected"])
    assert row["cost_musd"] == pytest.approx(cost / (row["value"] * row["lasting"]))
    assert row["cost_low_musd"] < row["cost_musd"] < row["cost_high_musd"]


def test_by_hand_pairs_of_one_record_count_once():
    # a consortium of four, alone: six pairs with equal scores are worth 6^2, less the factor
    one, other = (as_indices(ends) for ends in np.triu_indices(4, 1))
    record = PairRows(one, other, as_indices(np.arange(6)), as_indices(np.zeros(6)))
    assert pair_variance(np.ones((6, 1)), record).item() == pytest.approx(36 * 4 / 3)


# ── brute force ───────────────────────────────────────────────────────────────────────────


def test_brute_force_pair_variance():
    rng = np.random.default_rng(3)
    m, n = 60, 14
    one = rng.integers(0, n - 1, m)
    other = one + 1 + rng.integers(0, n - 1 - one)
    at = rng.choice(m, 40)
    record = rng.integers(0, 6, 40)
    keep = np.unique(np.column_stack([at, record]), axis=0)
    rows = PairRows(*(as_indices(x) for x in (one, other, keep[:, 0], keep[:, 1])))
    scores = rng.normal(size=(m, 2))
    held = [{int(r) for r in keep[keep[:, 0] == i, 1]} for i in range(m)]
    summed = np.zeros((2, 2))
    for i in range(m):
        for j in range(m):
            near = {one[i], other[i]} & {one[j], other[j]}
            # a record both stand in counts once for each such record
            times = 1 if near else len(held[i] & held[j])
            summed += times * np.outer(scores[i], scores[j])
    n_seen = np.unique([one, other]).size
    got = pair_variance(scores, rows)
    expected = summed * n_seen / (n_seen - 1)
    if np.allclose(np.diagonal(got), np.diagonal(expected)):
        np.testing.assert_allclose(got, expected)
    else:  # widened to independent rows where it came out below them
        assert (np.diagonal(got) >= np.diagonal(expected) - 1e-9).all()


def test_brute_force_scatter_between_gatherings():
    deviation, variance = np.array([0.3, -0.4, 0.1]), np.array([0.05, 0.1, 0.08])
    grid, weights = scatter_beyond(deviation, variance, as_indices([0, 0, 0]), typical=0.5)

    def likelihood(tau):
        wide = np.sqrt(variance + tau**2)
        inner = quad(lambda mean: np.prod(norm.pdf(deviation, mean, wide)), -5, 5)[0]
        return inner * np.exp(-0.5 * (tau / 0.5) ** 2)

    whole = quad(likelihood, 0, 2.5)[0]
    mean = quad(lambda tau: tau**2 * likelihood(tau), 0, 2.5)[0] / whole
    assert grid @ weights == pytest.approx(mean, rel=0.01)


# ── another package ───────────────────────────────────────────────────────────────────────


def test_another_package_logit_of_statsmodels():
    rng = np.random.default_rng(1)
    group = as_indices(rng.integers(0, 4, 800))
    x = rng.normal(size=(800, 2))
    offset = np.where(rng.random(800) < 0.5, 0.7, -0.2)
    y = (rng.random(800) < 1 / (1 + np.exp(-(x @ [0.5, -1] + 0.3 * group + offset)))).astype(
        float
    )
    dummies = np.eye(4)[group]
    peer = sm.GLM(y, np.hstack([x, dummies]), family=sm.families.Binomial(), offset=offset).fit(
        tol=1e-12
    )
    fit = grouped_logit(y, x, group, offset=offset)
    np.testing.assert_allclose(fit.coefficient, peer.params[:2], rtol=1e-9)
    np.testing.assert_allclose(fit.bread, np.asarray(peer.cov_params())[:2, :2], rtol=1e-6)
    robust = sm.GLM(
        y, np.hstack([x, dummies]), family=sm.families.Binomial(), offset=offset
    ).fit(tol=1e-12, cov_type="HC0")
    ours = fit.influence.T @ fit.influence
    np.testing.assert_allclose(ours, np.asarray(robust.cov_params())[:2, :2], rtol=1e-6)


def test_another_package_survival_of_statsmodels():
    rng = np.random.default_rng(2)
    lasted = np.ceil(rng.exponential(400, 200))
    ended = rng.random(200) < 0.7
    apart = PairRows(
        as_indices(np.arange(200)), as_indices(200 + np.arange(200)), NOBODY, NOBODY
    )
    curve = retention(lasted, ended, apart, at=as_floats([100, 365, 700]), level=0.95)
    peer = SurvfuncRight(lasted, ended.astype(int))
    for number, day in enumerate((100, 365, 700)):
        at = np.searchsorted(peer.surv_times, day, side="right") - 1
        assert curve.value[number] == pytest.approx(peer.surv_prob[at])
        # Greenwood divides by Y (Y - d), the jackknife by Y^2: apart by about 1 / Y, Y >= 30
        ours = np.sqrt((curve.influence[number] ** 2).sum())
        assert ours == pytest.approx(peer.surv_prob_se[at], rel=0.03)


def test_another_package_assortativity_of_networkx():
    rng = np.random.default_rng(4)
    graph = nx.gnm_random_graph(40, 120, seed=1)
    home = rng.integers(0, 5, 40)
    nx.set_node_attributes(graph, dict(enumerate(home.tolist())), "home")
    ends = np.array(graph.edges())
    value, influence = assortativity(home, ends[:, 0], ends[:, 1])
    assert value == pytest.approx(nx.attribute_assortativity_coefficient(graph, "home"))
    assert influence.sum() == pytest.approx(0, abs=1e-12)
    # the influence of leaving one out, to first order
    less = assortativity(home, ends[1:, 0], ends[1:, 1])[0]
    assert value - less == pytest.approx(influence[0], rel=0.1, abs=1e-3)


# ── special cases and invariants ──────────────────────────────────────────────────────────


def test_special_case_independent_pairs():
    rows = PairRows(as_indices([0, 2, 4]), as_indices([1, 3, 5]), NOBODY, NOBODY)
    assert pair_variance(np.array([[1.0], [2], [3]]), rows).item() == pytest.approx(14 * 6 / 5)
    assert pair_variance(np.ones((2, 1)), joined_rows([rows, rows]).chosen(
        as_indices([0, 3]))).item() == pytest.approx(4 * 2)  # fmt: skip


def test_special_case_a_mixture_of_one_is_normal():
    plain = Error(np.ones(1), np.ones(1), np.inf)
    mixed = Error(np.array([1.0, 1.0]), np.array([0.3, 0.7]), np.inf)
    assert plain.reach(0.9) == pytest.approx(norm.ppf(0.95))
    assert mixed.reach(0.9) == pytest.approx(plain.reach(0.9), rel=1e-6)
    wide = Error(np.array([0.1, 3.0]), np.array([0.5, 0.5]), np.inf)
    assert wide.beyond(wide.reach(0.95)) == pytest.approx(0.025)


def test_invariants_rows_shuffled_ends_swapped_records_renamed(world, found):
    study, _ = plant_fairs(world, FairPlan(by_distance=0.2), rng=np.random.default_rng(1))
    ties = study.linkages.sample(fraction=1.0, shuffle=True, seed=5)
    ties = ties.with_columns(
        source="target", target="source", observed_by=pl.lit("r ") + pl.col("observed_by")
    )
    again = temporary_clusters(study.with_table("linkages", ties), cost_each_musd=0.015, rng=1)
    for name in ("model", "changes", "phases", "retention", "yields"):
        one, two = getattr(found, name), getattr(again, name)
        assert one.select(pl.col(pl.String)).equals(two.select(pl.col(pl.String)))
        for column in one.select(pl.col(pl.Float64)).columns:
            np.testing.assert_allclose(
                one[column].to_numpy(), two[column].to_numpy(), rtol=1e-6, atol=1e-9
            )


def test_varying_columns_within_groups():
    x = np.array([[1.0, 5], [2, 5], [3, 7], [4, 7]])
    assert varying(x, as_indices([0, 0, 1, 1])).tolist() == [0]


# ── planted truth ─────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("effect", [0.0, 1.2])
def test_planted_truth_effect_of_meeting(world, effect):
    """Of 12 worlds the interval misses in at most 2 (more: probability 0.02 at 95 %)."""
    missed, seen = 0, 0
    for number in range(12):
        plan = FairPlan(effect=effect, held=4, organisations=100, base=0.006)
        study, _ = plant_fairs(world, plan, rng=np.random.default_rng(number))
        row = temporary_clusters(study, layers=["advice"], rng=1).model.row(0, named=True)
        assert row["term"] == EFFECT
        missed += not row["low"] <= effect <= row["high"]
        seen += row["p"] < 0.05
    assert missed <= 2
    assert seen <= 2 if effect == 0 else seen >= 7


def test_planted_truth_missing_ties_of_a_cancelled_meeting(world):
    """As published for a meeting that a storm cancelled: 16 % fewer ties among those planned."""
    plan = FairPlan(
        organisations=300, attending=0.5, effect=-np.log(1 - 0.16), base=0.02, held=6,
        cancelled=3, sociable=0.3, distance=0.0,
    )  # fmt: skip
    study, _ = plant_fairs(world, plan, rng=np.random.default_rng(8))
    found = temporary_clusters(study, layers=["advice"], rng=1)
    row = found.yields.row(0, named=True)
    lost = 1 - row["n_expected"] / row["n_new"]
    assert lost == pytest.approx(0.16, abs=0.12)
    assert row["n_expected_low"] / row["n_new"] < 0.84 < row["n_expected_high"] / row["n_new"]


def test_planted_truth_far_partners_gain_and_homes_mix(found):
    terms = found.model.filter(pl.col("layer") == "advice").rows_by_key("term", named=True)
    far = terms[f"{EFFECT} x distance"][0]
    assert far["low"] <= 0.2 <= far["high"]
    pooled = found.phases.filter(
        (pl.col("layer") == "advice") & (pl.col("name") == "all that took place")
    )
    assert pooled.row(1, named=True)["change_high"] < 0


def test_planted_truth_ties_last_as_planted(found):
    rows = found.retention.filter(
        (pl.col("layer") == "advice") & (pl.col("begun") == "at a gathering")
    )
    for months in (6, 12, 24):
        row = rows.row(by_predicate=pl.col("months") == months, named=True)
        assert row["low"] <= np.exp(-months / 30) <= row["high"]
        assert row["difference_low"] <= 0 <= row["difference_high"]


# ── what cannot be said ───────────────────────────────────────────────────────────────────


def test_without_a_cancelled_gathering_it_is_no_effect(world):
    study, _ = plant_fairs(world, FairPlan(cancelled=0), rng=np.random.default_rng(1))
    found = temporary_clusters(study, layers=["advice"], rng=1)
    assert found.model["term"][0] == THERE
    assert "no effect of meeting" in str(found)
    assert "no gathering was cancelled" in found.yields["status"][0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda s: s.with_table("linkages", s.linkages.clear()), "There are no ties"),
        (lambda s: s.with_table("linkages", s.linkages.with_columns(start=None)), "first day"),
        (lambda s: s.with_table("gatherings", s.gatherings.with_columns(start=None)), "no date"),
        (lambda s: s.with_table("attendance", s.attendance.clear()), "0 organisations"),
        (lambda s: s.with_table("linkages", s.linkages.filter(pl.col("start") < date(2012, 9, 1))),
         "not testable"),
        (lambda s: s.with_table("organisations", s.organisations.with_columns(
            city=None, longitude=None, latitude=None, country=None)), "No home is known"),
        (lambda s: s.with_table("organisations", s.organisations.with_columns(
            longitude=pl.lit(5.0), latitude=pl.lit(50.0))), "having met"),
    ],
)  # fmt: skip
def test_what_cannot_be_said_is_said(world, change, said):
    study, _ = plant_fairs(world, FairPlan(organisations=80), rng=np.random.default_rng(1))
    study = study.with_table("linkages", study.linkages.filter(pl.col("layer") == "advice"))
    assert said in str(temporary_clusters(change(study), rng=1))


def test_no_ends_no_retention(world):
    study, _ = plant_fairs(world, FairPlan(organisations=80), rng=np.random.default_rng(1))
    endless = study.with_table("linkages", study.linkages.with_columns(end=None))
    found = temporary_clusters(endless, layers=["advice"], cost_each_musd=0.01, rng=1)
    assert "known to have ended" in found.retention["status"][0]
    assert found.yields["cost_musd"][0] is None


def test_a_window_that_is_not_over_is_left_out(world):
    study, _ = plant_fairs(world, FairPlan(organisations=80), rng=np.random.default_rng(1))
    found = temporary_clusters(study, months=60, rng=1)
    assert "not over" in " ".join(found.changes["status"].drop_nulls())


def test_organisers_and_repeated_roles_count_once():
    study = small()
    twice = pl.concat([
        study.attendance,
        pl.DataFrame({"gathering_id": ["G", "G"], "org_id": ["a", "e"],
                      "role": ["exhibitor", "organiser"]}),
    ])  # fmt: skip
    gatherings, _ = gatherings_of(study.with_table("attendance", twice))
    assert gatherings[0].present.tolist() == [0, 1, 2, 3]


def test_cities_of_one_name_in_two_countries_are_two_homes():
    study = Study.of(organisations=pl.DataFrame(
        {"org_id": list("abc"), "city": ["Halle", "halle ", "Halle"],
         "country": ["DE", "DE", "BE"]}))  # fmt: skip
    home = homes_of(study, "city").home
    assert home[0] == home[1] != home[2]


def test_one_organisation_in_all_ties_has_few_degrees_of_freedom():
    ties = [("a", b, date(2020, 6, 2) + timedelta(days=k), None)
            for k, b in enumerate("bcd")]  # fmt: skip
    found = temporary_clusters(small(*ties, ("a", "e", LATE, None)), rng=1)
    assert "too few new ties" in found.model["status"][0]
    assert dated_ties(small(*ties), "advice").one.tolist() == [0, 0, 0]


def test_wrong_arguments_are_refused(world):
    with pytest.raises(InvalidArgument, match="no linkage has the layer"):
        temporary_clusters(world, layers=["barter"])
    with pytest.raises(InvalidArgument, match="must be between 0 and 1"):
        temporary_clusters(world, level=1.0)
