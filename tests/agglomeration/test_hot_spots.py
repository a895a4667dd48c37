import itertools

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, hypergeom
from statsmodels.stats.multitest import multipletests

from buzzline.agglomeration.hot_spots import hot_spots
from buzzline.agglomeration.local_counts import (
    any_dependence_q,
    relabelling_p,
    share_interval,
    worth_testing,
)
from buzzline.agglomeration.relative import local_m
from buzzline.agglomeration.sampling import Sampling
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.points import distances_km, on_sphere
from buzzline.tables.study import Study


def towns(seed, n_towns=40, n=800, n_industry=120, n_planted=0):
    """Organisations in towns of unequal size; an industry dealt among them, or planted."""
    rng = np.random.default_rng(seed)
    at = np.column_stack([rng.uniform(0, 12, n_towns), rng.uniform(44, 52, n_towns)])
    town = np.sort(rng.choice(n_towns, n, p=rng.dirichlet(np.full(n_towns, 2.0))))
    is_in = np.zeros(n, np.bool_)
    is_in[rng.choice(n, n_industry, replace=False)] = True
    largest = np.argsort(-np.bincount(town, minlength=n_towns))
    hot = largest[:n_planted]
    is_in[np.isin(town, hot)] = rng.random(np.isin(town, hot).sum()) < 0.5
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(n)],
        "industry": np.where(is_in, "dealt", "other").tolist(),
        "longitude": at[town, 0], "latitude": at[town, 1],
        "city": [f"town {t}" for t in town], "country": ["DE"] * n,
        "jobs": rng.exponential(20, n),
    })  # fmt: skip
    return Study.of(organisations=frame), {f"town {t}" for t in hot}


def test_relabelling_by_hand():
    # 3 of 6 in the industry, 2 within reach: both 3/6 x 2/5 = 0.2, none the same, one 0.6.
    tails = relabelling_p([2, 0, 1], [2, 2, 2], marked=3, total=6)
    assert tails.p.tolist() == pytest.approx([0.4, 0.4, 1.0])
    assert tails.best_p.tolist() == pytest.approx([0.4] * 3)


@settings(max_examples=60)
@given(st.integers(2, 60), st.data())
def test_relabelling_agrees_with_scipy(total, data):
    marked = data.draw(st.integers(1, total - 1))
    within = data.draw(st.integers(1, total))
    least, most = max(0, within + marked - total), min(within, marked)
    n = data.draw(st.integers(least, most))
    law = hypergeom(total, marked, within)
    expected = min(1.0, 2 * min(law.sf(n - 1), law.cdf(n)))
    found = relabelling_p([n], [within], marked=marked, total=total)
    assert found.p[0] == pytest.approx(expected, rel=1e-9)
    every = [min(1.0, 2 * min(law.sf(k - 1), law.cdf(k))) for k in range(least, most + 1)]
    assert found.best_p[0] == pytest.approx(min(every), rel=1e-9)


def test_relabelling_agrees_with_every_relabelling():
    points, within = 8, np.array([0, 1, 2])
    counts = [len(set(within) & set(who)) for who in itertools.combinations(range(points), 3)]
    for n in range(4):
        above = np.mean([count >= n for count in counts])
        below = np.mean([count <= n for count in counts])
        found = relabelling_p([n], [3], marked=3, total=points)
        assert found.p[0] == pytest.approx(min(1, 2 * min(above, below)))


def test_tests_that_cannot_be_found_are_not_made():
    # at 0.05 three of four could be found alone; among three each needs 0.0167: one; among two
    # 0.025: two can
    able = worth_testing(np.array([0.001, 0.02, 0.04, 0.9]), 0.05)
    assert able.tolist() == [True, True, False, False]
    assert worth_testing(np.array([0.2]), 0.05).tolist() == [False]
    assert worth_testing(np.zeros(5), 0.05).all()
    assert worth_testing(np.zeros(0), 0.05).size == 0


def test_small_tails_neither_vanish_nor_cancel():
    found = relabelling_p([400, 0], [400, 3000], marked=500, total=10_000)
    assert 0 < found.p[0] < 1e-300  # about 1e-520
    expected = 2 * hypergeom(10_000, 500, 3000).pmf(0)  # 1e-79
    assert found.p[1] == pytest.approx(expected, rel=1e-8)


def test_impossible_counts_are_errors():
    with pytest.raises(InvalidArgument, match="possible"):
        relabelling_p([3], [2], marked=3, total=6)


def test_intervals_agree_with_scipy():
    low, high = share_interval([0, 3, 7], [5, 10, 7], level=0.9)
    for n, within, one, other in zip([0, 3, 7], [5, 10, 7], low, high, strict=True):
        expected = binomtest(n, within).proportion_ci(0.9)
        assert (one, other) == pytest.approx((expected.low, expected.high))
    assert np.isnan(share_interval([0], [0])).all()


def test_rates_under_any_dependence_agree_with_statsmodels():
    p = np.random.default_rng(1).uniform(size=30) ** 2
    assert any_dependence_q(p) == pytest.approx(multipletests(p, method="fdr_by")[1])


def test_ratios_by_hand():
    frame = pl.DataFrame({
        "org_id": list("abcdef"), "industry": ["x", "x", "y", "y", "y", "y"],
        "longitude": [0.0, 0, 0, 5, 5, 5.1], "latitude": [0.0] * 6, "city": ["A"] * 3 + ["B"] * 3,
    })  # fmt: skip
    result = hot_spots(Study.of(organisations=frame), industries=["x"])
    rows = {row["longitude"]: row for row in result.sites.iter_rows(named=True)}
    # A: 2 of 3 against 2 of 6; B and its neighbour 11 km off: 0 of 3
    assert rows[0.0]["ratio"] == pytest.approx(2)
    assert (rows[0.0]["n"], rows[0.0]["n_within"], rows[0.0]["expected"]) == (2, 3, 1)
    assert (rows[5.1]["n"], rows[5.1]["n_within"], rows[5.1]["ratio"]) == (0, 3, 0)
    # 2 of 3: 1 in 5 by chance, doubled 0.4: more than 0.05 however it had come out
    assert set(result.sites["heat"]) == {"too few"}
    assert rows[0.0]["label"] == "A"


def test_counts_agree_with_brute_force():
    study, _ = towns(3)
    result = hot_spots(study, industries=["dealt"], reach_km=90)
    frame = study.organisations
    points = on_sphere(frame["longitude"], frame["latitude"])
    near = distances_km(points) <= 90
    is_in = (frame["industry"] == "dealt").to_numpy()
    expected = frame.select("city").with_columns(
        n=pl.Series(near[:, is_in].sum(axis=1)), n_within=pl.Series(near.sum(axis=1))
    ).unique()  # fmt: skip
    found = result.sites.select(
        pl.col("label").str.replace(", DE", "").alias("city"), "n", "n_within"
    )
    assert sorted(found.rows()) == sorted(expected.rows())


def test_a_place_with_one_point_has_the_local_m_of_that_point_but_for_itself():
    rng = np.random.default_rng(5)
    n = 60
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(n)], "industry": ["x"] * 20 + ["y"] * 40,
        "longitude": rng.uniform(0, 2, n), "latitude": rng.uniform(50, 51, n),
    })  # fmt: skip
    sites = hot_spots(Study.of(organisations=frame), industries=["x"], reach_km=60).sites
    points = on_sphere(frame["longitude"], frame["latitude"])
    flags = np.arange(n) < 20
    m = local_m(points, flags, [60.0])[:, 0]
    for row in range(20):
        site = sites.filter(longitude=frame["longitude"][row]).row(0, named=True)
        without = (site["n"] - 1) / (site["n_within"] - 1) / (19 / 59)
        assert without == pytest.approx(m[row])


def test_p_values_are_uniform_under_the_null_and_rates_hold():
    p, any_found = [], 0
    for seed in range(150):
        study, _ = towns(seed)
        sites = hot_spots(study, industries=["dealt"]).sites.drop_nulls("p")
        p.append(sites["p"][int(np.random.default_rng(seed).integers(sites.height))])
        any_found += sites["heat"].is_in(["hot", "cold"]).any()
    p = np.array(p)
    for size in (0.05, 0.2, 0.5):  # exact p-values of counts are never too small
        assert np.mean(p <= size) <= size + 3 * np.sqrt(size * (1 - size) / p.size)
    assert np.mean(p <= 0.5) > 0.25  # nor idle
    # nothing is hot: every find is false, and the rate is the share of worlds with any
    assert any_found / 150 <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 150)


def test_planted_hot_spots_are_found_and_few_are_false():
    shares, power = [], []
    for seed in range(40):
        study, planted = towns(seed, n_industry=60, n_planted=4)
        sites = hot_spots(study, industries=["dealt"], reach_km=1).sites
        hot = {label.removesuffix(", DE") for label in sites.filter(heat="hot")["label"]}
        shares.append(len(hot - planted) / max(len(hot), 1))
        power.append(len(hot & planted) / len(planted))
    assert np.mean(shares) <= 0.05 + 3 * np.std(shares) / np.sqrt(len(shares))
    assert np.mean(power) > 0.9  # half against a sixteenth, in towns of 40 and more


@pytest.mark.slow
def test_p_values_of_jobs_are_never_too_small_under_the_null_nor_idle():
    for null in ("relabelling", "all_sites"):
        p = []
        for seed in range(300):
            study, _ = towns(seed, n=300, n_industry=60)
            sites = hot_spots(
                study, industries=["dealt"], weight="jobs", draws=99, rng=seed,
                sampling=Sampling(null=null),
            ).sites.drop_nulls("p")  # fmt: skip
            p.append(sites["p"][int(np.random.default_rng(seed).integers(sites.height))])
        for size in (0.05, 0.1, 0.5):
            share = np.mean(np.array(p) <= size + 1e-9)
            # places without the industry tie with many draws, which makes p larger, not smaller
            assert share < size + 4 * np.sqrt(size * (1 - size) / len(p))
            assert share > size / 2 - 4 * np.sqrt(size * (1 - size) / len(p))
        assert np.mean(np.array(p) <= 0.5 + 1e-9) > 0.3


def test_jobs_are_weighed_and_have_p_values_from_draws():
    study, planted = towns(1, n_industry=60, n_planted=4)
    result = hot_spots(study, industries=["dealt"], weight="jobs", draws=199, rng=1)
    frame = study.organisations.with_columns(is_in=pl.col("industry") == "dealt")
    whole = frame.filter("is_in")["jobs"].sum() / frame["jobs"].sum()
    town = planted.pop()
    here = frame.filter(city=town)
    row = result.sites.filter(label=f"{town}, DE").row(0, named=True)
    assert row["n_within"] == here.height
    share = here.filter("is_in")["jobs"].sum() / here["jobs"].sum()
    assert row["ratio"] == pytest.approx(share / whole)
    assert row["low"] is None
    assert row["p"] >= 2 / 200 - 1e-12
    assert result.draws == 199


def test_jobs_with_few_draws_say_that_nothing_can_be_found():
    study, _ = towns(1)
    text = str(hot_spots(study, industries=["dealt"], weight="jobs", draws=19, rng=1))
    assert "no p is below 0.1" in text


def test_hot_places_within_reach_are_one_spot():
    rng = np.random.default_rng(2)
    n = 300
    at = rng.uniform([0, 45], [10, 52], (n, 2))
    at[:30] = [3.0, 48.0] + rng.uniform(-0.05, 0.05, (30, 2))
    at[30:50] = [9.0, 51.0] + rng.uniform(-0.05, 0.05, (20, 2))
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(n)], "industry": ["x"] * 60 + ["y"] * (n - 60),
        "longitude": at[:, 0], "latitude": at[:, 1],
    })  # fmt: skip
    result = hot_spots(Study.of(organisations=frame), industries=["x"])
    assert result.spots.height == 2
    assert result.spots["n"].to_list() == sorted(result.spots["n"], reverse=True)
    assert result.industries.row(0, named=True)["n_spots"] == 2
    assert result.spots["n_sites"].sum() == result.sites.filter(heat="hot").height
    assert result.sites["heat"][0] == "hot"
    assert "2 hot spots" in str(result)


def test_rows_in_another_order_give_the_same_places():
    study, _ = towns(4, n_planted=2)
    order = np.random.default_rng(0).permutation(study.organisations.height)
    shuffled = study.with_table("organisations", study.organisations[order])
    one, other = (
        hot_spots(each, industries=["dealt"]).sites.sort("longitude").drop("spot")
        for each in (study, shuffled)
    )
    assert one.equals(other)


def test_threads_change_nothing(monkeypatch):
    study, _ = towns(1, n_planted=2)
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        found.append(hot_spots(study, weight="jobs", draws=19, rng=3).sites)
    assert found[0].equals(found[1])


def test_what_cannot_be_tested_is_said():
    study, _ = towns(1)
    alone = study.organisations.with_columns(longitude=8.0, latitude=50.0)
    result = hot_spots(Study.of(organisations=alone), industries=["dealt"])
    assert result.industries["status"].to_list() == [
        "all points are at one place: nothing to compare"
    ]
    assert result.sites.height == 0
    assert str(result).startswith(
        "No place could be tested for hot or cold spots (all points are at one place: nothing "
        "to compare)."
    )
    everybody = study.organisations.with_columns(industry=pl.lit("all"))
    result = hot_spots(Study.of(organisations=everybody))
    assert "Give a wider population" in result.industries["status"][0]
    assert str(result).endswith("Give a wider population).")
    one = study.organisations.with_columns(
        industry=pl.Series(["single"] + ["other"] * (study.organisations.height - 1))
    )
    result = hot_spots(Study.of(organisations=one), industries=["single"])
    assert result.industries["status"][0] == "fewer than 2 points"


def test_bad_input_says_what_to_do():
    study, _ = towns(1)
    with pytest.raises(InvalidArgument, match="no point with coordinates is in the industry"):
        hot_spots(study, industries=["nothing"])
    with pytest.raises(TooFew, match="Add `longitude` and `latitude`"):
        hot_spots(Study.of(organisations=pl.DataFrame({"org_id": ["a"], "industry": ["x"]})))
    with pytest.raises(TooFew, match="at least 2 draws"):
        hot_spots(study, weight="jobs", draws=1)
    with pytest.raises(InvalidArgument, match="controls"):
        hot_spots(study, sampling=Sampling(null="case_control"))


def test_places_of_one_name_stay_apart():
    rng = np.random.default_rng(3)
    n = 200
    at = rng.uniform([0, 45], [10, 52], (n, 2))
    at[:20], at[20:40] = [1.0, 50.0], [9.0, 50.0]
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(n)], "industry": ["x"] * 45 + ["y"] * (n - 45),
        "longitude": at[:, 0], "latitude": at[:, 1], "city": ["Frankfurt"] * 40 + [None] * 160,
        "country": ["DE"] * n,
    })  # fmt: skip
    spots = hot_spots(Study.of(organisations=frame), industries=["x"]).spots
    assert spots["label"].to_list()[:2] == ["Frankfurt, DE", "Frankfurt, DE"]
    assert spots["spot"].n_unique() == spots.height >= 2
