"""Turvani or Lorenzen: likelihood against statsmodels, planted truth, error rates, refusals."""

from datetime import date

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from benchmarks.redundancy_recovery import adoption
from tests.clusters.planted import clustering_of
from tests.oracles import redundancy as oracle

from buzzline.errors import InvalidArgument
from buzzline.linkages import RedundancyRule, WeakestLinkTest, weakest_link_test
from buzzline.linkages.adoption_order import (
    Order,
    adoptions_needed,
    fitted_slope,
    left_out_scores,
    partial_likelihood,
    score_with_error,
)
from buzzline.tables.worlds import AdoptionTruth, make_world, plant_adoption

WEIGHED = RedundancyRule(weighing="weight")


def orders(rng, n=120, strata=4, units=40):
    x = rng.normal(size=(n, 2))
    time = np.ceil(10 * rng.exponential(size=n) / np.exp(x @ [0.7, -0.3]))
    adopted = time < 15
    return Order(
        np.minimum(time, 15), adopted, rng.integers(0, strata, n).astype(np.int32),
        rng.integers(0, units, n).astype(np.int32), x,
    )  # fmt: skip


def clusters_of(world, truth):
    ids = truth.members.select("org_id", cluster_id=pl.col("cluster").cast(pl.String))
    names = ids["cluster_id"].unique(maintain_order=True)
    table = pl.DataFrame({"cluster_id": names, "label": names, "industry": "x"})
    return clustering_of(table, ids.with_columns(is_core=True))


def planted(spread, seed=1, **choices):
    world = make_world(organisations=400, clusters=3, rng=seed)
    study, truth = plant_adoption(
        world.study, world.truth.cluster, spread=spread, rng=seed, **choices
    )
    assert isinstance(truth, AdoptionTruth)
    return study, clusters_of(world, truth)


def answer(study, clustering, **choices):
    return weakest_link_test(
        study, clustering, **{"layers": ["social"], "rule": WEIGHED, "rng": 1, **choices}
    )


def test_by_hand_two_members():
    two = Order(np.array([1.0, 2.0]), np.array([True, False]), np.zeros(2, np.int32),
                np.arange(2, dtype=np.int32), np.array([[1.0], [0.0]]))  # fmt: skip
    # the first of two adopts: 1 / (1 + e^-b)
    value, gradient, curvature = partial_likelihood(two, np.array([0.5]))
    assert value == pytest.approx(-np.log(1 + np.exp(-0.5)))
    share = 1 / (1 + np.exp(-0.5))
    assert gradient[0] == pytest.approx(1 - share)
    assert curvature[0, 0] == pytest.approx(share * (1 - share))


@pytest.mark.parametrize("seed", range(5))
def test_brute_force_likelihood(seed):
    order = orders(np.random.default_rng(seed), n=40)
    slope = np.array([0.4, -0.9])
    expected = oracle.partial_likelihood(
        order.time, order.adopted, order.stratum, order.x.tolist(), slope
    )
    assert partial_likelihood(order, slope)[0] == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_another_package_slopes_are_those_of_statsmodels(seed):
    order = orders(np.random.default_rng(seed), n=300)
    found = fitted_slope(order)
    fit = sm.PHReg(order.time, order.x, status=order.adopted.astype(int), strata=order.stratum,
                   ties="breslow").fit()  # fmt: skip
    np.testing.assert_allclose(found, fit.params, rtol=1e-5)
    assert partial_likelihood(order, found)[0] == pytest.approx(fit.llf)


def test_a_measure_that_tells_all_apart_is_held():
    n = 30
    order = Order(np.arange(n) + 1.0, np.ones(n, bool), np.zeros(n, np.int32),
                  np.arange(n, dtype=np.int32), -np.arange(n, dtype=float)[:, None])  # fmt: skip
    assert np.isfinite(fitted_slope(order)).all()
    flat = Order(order.time, order.adopted, order.stratum, order.unit, np.zeros((n, 1)))
    assert fitted_slope(flat).tolist() == [0]
    assert left_out_scores(flat, rng=np.random.default_rng(1)).tolist() == pytest.approx(
        [0] * 20
    )


def test_scores_and_what_would_settle_them():
    found = score_with_error(np.array([1.0, 2, 3, 4, 5]), 30, 0.95)
    # sum 15, sd 1.5811, t(4) 2.776: 0.5 +- 2.776 * 1.5811 * sqrt(5) / 30
    assert (found.value, found.high - found.value) == pytest.approx((0.5, 0.3272), abs=1e-4)
    assert np.isnan(score_with_error(np.ones(3), 10, 0.95).low)
    assert adoptions_needed(0.0, 0.1, n=100, level=0.95) is None
    assert adoptions_needed(0.2, 0.1, n=100, level=0.95) < adoptions_needed(
        0.1, 0.1, n=100, level=0.95
    )


@pytest.mark.parametrize("spread", ["weakest link", "redundancy"])
def test_planted_truth_is_recovered(spread):
    found = answer(*planted(spread))
    assert isinstance(found, WeakestLinkTest)
    whole = found.tests.row(0, named=True)
    assert whole["verdict"] == spread
    assert (whole["value"] > 0) == (spread == "redundancy")
    assert whole["n_practices"] == 18
    assert found.tests.height == 4


def test_verdicts_are_rare_where_neither_matters():
    said = 0
    for seed in range(40):
        order = adoption("neither", 1, seed)
        scores = [left_out_scores(order.of([k]), rng=np.random.default_rng(1)) for k in (0, 1)]
        n = int(order.adopted.sum())
        found = score_with_error(scores[1] - scores[0], n, 0.95)
        said += found.low > 0 or found.high < 0
    # 40 trials at 5 %: more than 6 with probability 0.003
    assert said <= 6
    assert answer(*planted("neither")).tests["verdict"][0] == "cannot tell"


def test_ties_of_one_weight_have_no_weakest_link():
    study, clustering = planted("redundancy")
    found = answer(study, clustering, rule=RedundancyRule())
    assert found.tests["verdict"][0] == "not testable"
    assert "weigh" in found.tests["reason"][0]


def test_few_adoptions_and_no_practices_say_so():
    study, clustering = planted("redundancy", practices=1)
    few = study.with_table("knowledge_items", study.knowledge_items.filter(
        pl.col("kind") == "practice").head(5))  # fmt: skip
    row = answer(few, clustering).tests.row(0, named=True)
    assert row["verdict"] == "not testable"
    assert "at least 20" in row["reason"]
    none = study.with_table("knowledge_items", study.knowledge_items.head(0))
    assert "no dated practices" in str(answer(none, clustering))
    with pytest.raises(InvalidArgument, match="level"):
        answer(study, clustering, level=0.0)


def test_who_is_not_reached_is_counted_apart():
    study, clustering = planted("redundancy", local_ties=1.0)
    row = answer(study, clustering).tests.row(0, named=True)
    assert row["n_unreached"] > 0
    assert row["n_unreached_adopted"] == 0
    name = clustering.members["org_id"].to_list()
    extra = pl.DataFrame({"item_id": [f"new {k}" for k in name], "org_id": name, "kind": "practice",
                          "classes": "practice 0-0", "date": date(2020, 1, 1)})  # fmt: skip
    more = study.with_table(
        "knowledge_items", pl.concat([study.knowledge_items, extra], how="diagonal_relaxed")
    )
    assert answer(more, clustering).tests["n_unreached_adopted"][0] == row["n_unreached"]


def test_invariant_the_first_adoption_counts_and_order_of_rows_does_not():
    study, clustering = planted("weakest link")
    again = study.knowledge_items.filter(pl.col("kind") == "practice").with_columns(
        item_id=pl.col("item_id") + " again", date=pl.lit(date(2020, 12, 30))
    )
    twice = study.with_table(
        "knowledge_items", pl.concat([study.knowledge_items, again]).reverse()
    )
    one, other = answer(study, clustering).tests, answer(twice, clustering).tests
    assert one["widest_slope"].to_list() == pytest.approx(other["widest_slope"].to_list())
    assert one["n"].to_list() == other["n"].to_list()
