"""The analysis: verdicts, nulls, p-values, refusals."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import kstest
from tests.oracles.kdensity import density, pairs_of

from buzzline.agglomeration import gridded, simulated_curves
from buzzline.agglomeration.kdensity import kdensity
from buzzline.agglomeration.population import population_of
from buzzline.agglomeration.sampling import Sampling
from buzzline.agglomeration.simulated_curves import (
    ground_of,
    median_distance_km,
    observed_curve,
    quicker_plan,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.points import distances_km, on_plane
from buzzline.tables.study import Study

DEGREE_KM = 111.195


def towns(n, seed, towns=20):
    """Points around towns of unequal size, about 400 km across: what industries stand on."""
    rng = np.random.default_rng(seed)
    centres = rng.random((towns, 2)) * 400
    size = rng.lognormal(sigma=1, size=towns)
    xy = centres[rng.choice(towns, n, p=size / size.sum())] + rng.normal(size=(n, 2)) * 8
    return xy / DEGREE_KM


def study_of(xy, industry, **columns):
    return Study.of(
        organisations=pl.DataFrame(
            {
                "org_id": [str(number) for number in range(len(xy))],
                "longitude": xy[:, 0],
                "latitude": xy[:, 1],
                "industry": industry,
                **columns,
            }
        )
    )


def three_kinds(seed=1):
    """300 points: 40 of one industry in one town, 40 evenly apart, the rest at random."""
    rng = np.random.default_rng(seed)
    spread = rng.random((300, 2)) * 300 / DEGREE_KM
    spread[:40] = [1.5, 1.5] + rng.normal(size=(40, 2)) * 10 / DEGREE_KM
    side = np.arange(40)
    spread[40:80] = np.column_stack([side % 7, side // 7]) * 50 / DEGREE_KM
    return study_of(spread, ["gathered"] * 40 + ["apart"] * 40 + ["any"] * 220)


@pytest.fixture(scope="module")
def found():
    return kdensity(three_kinds(), draws=199, rng=1)


def test_gathered_is_localised_and_apart_is_dispersed(found):
    verdict = dict(found.industries.select("industry", "verdict").iter_rows())
    assert verdict["gathered"] == "localised"
    assert verdict["apart"] == "dispersed"
    rows = {row["industry"]: row for row in found.industries.iter_rows(named=True)}
    assert rows["gathered"]["above_from_km"] == 0
    assert (rows["gathered"]["near"], rows["apart"]["near"]) == ("above", "below")
    assert rows["gathered"]["above_to_km"] < 60
    assert rows["gathered"]["p"] == rows["apart"]["p"] == 1 / 200
    assert rows["apart"]["localisation"] == 0 < rows["apart"]["dispersion"]
    assert found.industries["industry"][0] == "gathered"  # the most localised first


def test_verdicts_and_areas_follow_from_the_curves_by_hand(found):
    for row in found.industries.iter_rows(named=True):
        curve = found.curves.filter(industry=row["industry"])
        k, low, high, km = (
            curve[name].to_numpy()
            for name in ("k_density", "global_low", "global_high", "distance_km")
        )
        above, below = np.maximum(k - high, 0), np.maximum(low - k, 0)
        verdict = "localised" if above.any() else "dispersed" if below.any() else "as chance"
        assert row["verdict"] == verdict
        assert (row["p"] <= 0.05) == (verdict != "as chance")
        assert row["localisation"] == pytest.approx(np.trapezoid(above, km))
        if not above.any():
            assert row["dispersion"] == pytest.approx(np.trapezoid(below, km))


def test_curves_agree_with_brute_force(found):
    population = population_of(three_kinds())
    rows = population.cases(["gathered"])["gathered"]
    distances = pairs_of(distances_km(population.points.at(rows)))
    curve = found.curves.filter(industry="gathered")
    expected = density(distances, curve["distance_km"].to_numpy())
    assert curve["k_density"].to_numpy() == pytest.approx(expected, rel=2e-3, abs=1e-8)
    every = pairs_of(distances_km(population.points))
    assert found.reach_km == pytest.approx(np.median(every), rel=1e-3)


def test_global_bands_hold_pointwise_bands(found):
    curves = found.curves
    assert (curves["global_low"] <= curves["low"]).all()
    assert (curves["global_high"] >= curves["high"]).all()


def test_without_weights_the_two_nulls_are_one(found):
    again = kdensity(three_kinds(), draws=199, rng=1, sampling=Sampling(null="relabelling"))
    assert again.industries.equals(found.industries)


def test_weights_move_with_members_or_stay_with_places():
    # one giant in an industry of small ones: dealt to sites it stays a giant
    xy = towns(300, seed=2)
    jobs = np.ones(300)
    jobs[:12] = [500] + [1] * 11
    study = study_of(xy, ["a"] * 12 + ["b"] * 288, jobs=jobs)
    expected = []
    for null in ("all_sites", "relabelling"):
        result = kdensity(
            study,
            industries=["a"],
            draws=199,
            weight="jobs",
            rng=1,
            sampling=Sampling(null=null),
        )
        curve = result.curves
        expected.append((curve["high"] - curve["low"]).mean())
    assert expected[0] > 1.5 * expected[1]


def test_equal_jobs_are_no_weights():
    study = study_of(towns(200, seed=3), ["a"] * 50 + ["b"] * 150, jobs=[7.0] * 200)
    plain = kdensity(study, draws=49, rng=1)
    weighted = kdensity(study, draws=49, rng=1, weight="jobs")
    for name in ("k_density", "global_high", "expected"):
        assert weighted.curves[name].to_numpy() == pytest.approx(plain.curves[name].to_numpy())


def test_points_without_jobs_are_left_out_and_said():
    jobs = [None] * 30 + [5.0] * 170
    study = study_of(towns(200, seed=4), ["a"] * 60 + ["b"] * 140, jobs=jobs)
    result = kdensity(study, draws=19, rng=1, weight="jobs")
    assert "30 establishments without `jobs`" in str(result)
    assert result.industries.filter(industry="a")["n"].item() == 30
    with pytest.raises(TooFew, match="none of the 200 points has `jobs`"):
        kdensity(study.with_table("organisations", study.organisations.with_columns(jobs=None)),
                 draws=19, weight="jobs")  # fmt: skip


def test_case_control_compares_with_the_controls_only():
    # "a" stands where "b" does, in one town; against everybody it is localised, against b not
    rng = np.random.default_rng(5)
    xy = np.vstack([rng.normal(size=(120, 2)) * 0.1, towns(300, seed=5) + 0.5])
    study = study_of(xy, ["a"] * 40 + ["b"] * 80 + ["c"] * 300)
    everybody = kdensity(study, industries=["a"], draws=199, rng=1)
    controlled = kdensity(
        study, industries=["a"], draws=199, rng=1,
        sampling=Sampling(null="case_control", controls=("b",)),
    )  # fmt: skip
    assert everybody.industries["verdict"].item() == "localised"
    assert controlled.industries["verdict"].item() == "as chance"
    with pytest.raises(InvalidArgument, match="serve as `controls`"):
        kdensity(study, sampling=Sampling(null="case_control"))
    with pytest.raises(InvalidArgument, match="only it takes one"):
        kdensity(study, sampling=Sampling(controls=("b",)))


def p_values(seed, *, industries, members, draws, weight="none", clustered=True):
    """p-values of industries that were dealt at random to the points of towns."""
    n = industries * members + 200
    rng = np.random.default_rng(seed)
    xy = towns(n, seed) if clustered else rng.random((n, 2)) * 3
    names = [f"i{number % industries}" for number in range(industries * members)]
    dealt = rng.permutation(np.array(names + ["rest"] * 200))
    jobs = rng.lognormal(sigma=1, size=n)
    wanted = [f"i{number}" for number in range(industries)]
    result = kdensity(
        study_of(xy, dealt, jobs=jobs), industries=wanted, draws=draws, weight=weight, rng=seed
    )
    assert result.industries.height == industries
    return result.industries


@pytest.mark.parametrize("weight", ["none", "jobs"])
def test_p_is_uniform_when_the_industry_is_dealt_at_random(weight):
    found = p_values(11, industries=80, members=14, draws=99, weight=weight)
    assert kstest(found["p"].to_numpy(), "uniform").pvalue > 1e-3
    # 5 % of 80, three binomial standard errors
    assert (found["verdict"] != "as chance").sum() <= 10


@pytest.mark.slow
@pytest.mark.parametrize("weight", ["none", "jobs"])
@pytest.mark.parametrize("clustered", [True, False])
def test_the_test_keeps_its_size(weight, clustered):
    found = [
        p_values(seed, industries=60, members=20, draws=199, weight=weight, clustered=clustered)
        for seed in range(12)
    ]
    p = np.concatenate([one["p"].to_numpy() for one in found])
    assert kstest(p, "uniform").pvalue > 1e-3
    wrong = np.mean(p <= 0.05)
    assert abs(wrong - 0.05) < 3 * np.sqrt(0.05 * 0.95 / p.size)


def test_order_of_rows_and_other_industries_change_no_curve(found):
    study = three_kinds()
    alone = kdensity(study, industries=["gathered"], draws=199, rng=1)
    for name in ("k_density", "global_low", "global_high"):
        both = [one.curves.filter(industry="gathered")[name] for one in (alone, found)]
        assert both[0].equals(both[1])
    shuffled = study.with_table(
        "organisations", study.organisations.sample(fraction=1, shuffle=True, seed=1)
    )
    again = kdensity(shuffled, industries=["gathered"], draws=19, rng=1)
    one, other = (
        r.curves.filter(industry="gathered")["k_density"].to_numpy() for r in (again, found)
    )
    assert one == pytest.approx(other, rel=1e-3, abs=1e-9)


def test_threads_do_not_change_the_answer(monkeypatch, found):
    monkeypatch.setenv("BUZZLINE_THREADS", "1")
    again = kdensity(three_kinds(), draws=199, rng=1)
    assert again.curves.equals(found.curves)
    assert again.industries.equals(found.industries)


@pytest.mark.parametrize("weight", [False, True])
def test_large_industries_are_gridded_and_agree_with_counting(monkeypatch, weight):
    rng = np.random.default_rng(6)
    points = on_plane(*(towns(9000, seed=6) * DEGREE_KM).T)
    jobs = rng.lognormal(size=9000) if weight else None
    reach = median_distance_km(points, rng)
    ground = ground_of(points, np.linspace(0, reach, 101), jobs=jobs)
    rows = np.sort(rng.choice(9000, 4000, replace=False))
    plan = quicker_plan(ground, rows, rows.size)
    assert plan is not None
    curve, exact = observed_curve(ground, rows, plan), observed_curve(ground, rows)
    assert curve.value == pytest.approx(exact.value, rel=curve.error_share + 1e-4)
    assert curve.bandwidth_km == pytest.approx(exact.bandwidth_km, rel=1e-3)
    drawn = {
        name: np.vstack([one.value for one in simulated_curves.simulated_curves(
            ground, rows, np.arange(9000), draws=3, seed=(1, "a"), plan=chosen)])
        for name, chosen in (("grid", plan), ("pairs", None))
    }  # fmt: skip
    assert drawn["grid"] == pytest.approx(drawn["pairs"], rel=2e-3)


def test_the_median_distance_of_many_points_is_that_of_a_sample(monkeypatch):
    points = on_plane(*np.random.default_rng(7).random((3000, 2)).T * 100)
    whole = median_distance_km(points, np.random.default_rng(1))
    monkeypatch.setattr(simulated_curves, "SAMPLE_FOR_REACH", 1000)
    assert median_distance_km(points, np.random.default_rng(1)) == pytest.approx(
        whole, rel=0.05
    )
    assert whole == pytest.approx(51.2, rel=0.02)  # 0.5120 sides of a square


def test_no_grid_is_planned_where_memory_or_the_globe_forbid_it(monkeypatch):
    points = on_plane(*np.random.default_rng(8).random((3000, 2)).T * 100)
    monkeypatch.setattr(gridded, "MOST_CELLS", 1000)
    assert gridded.plan_of(points, reach_km=50, bandwidth_km=1) is None
    assert gridded.plan_of(points, reach_km=50, bandwidth_km=float("nan")) is None


def test_small_industries_are_listed_and_not_tested():
    study = study_of(towns(100, seed=9), ["few"] * 9 + ["many"] * 91)
    result = kdensity(study, industries=["few", "many"], draws=19, rng=1)
    few = result.industries.filter(industry="few").row(0, named=True)
    assert few["verdict"] == "not testable"
    assert few["status"] == "fewer than 10 points"
    assert few["p"] is None
    assert "1 not testable" in str(result)
    assert result.curves["industry"].unique().to_list() == ["many"]


def test_everything_in_one_industry_or_at_one_place_is_said():
    alone = kdensity(study_of(towns(50, seed=10), ["a"] * 50), draws=19, rng=1)
    assert "in the industry itself" in alone.industries["status"].item()
    xy = towns(100, seed=10)
    xy[:20] = xy[0]
    heap = kdensity(study_of(xy, ["heap"] * 20 + ["b"] * 80), draws=19, rng=1)
    row = heap.industries.filter(industry="heap").row(0, named=True)
    assert row["status"] == "all pairs are at one distance: no density"
    assert row["same_place_share"] == 1
    with pytest.raises(TooFew, match="median distance"):
        kdensity(study_of(np.zeros((40, 2)), ["a"] * 20 + ["b"] * 20), draws=19, rng=1)


def test_centroids_are_announced_with_their_precision():
    xy = np.round(towns(200, seed=11, towns=4), 0)
    study = study_of(xy, ["a"] * 60 + ["b"] * 140, precision=["city"] * 200)
    result = kdensity(study, draws=19, rng=1)
    assert (result.industries["precision_km"] == 10).all()
    assert "at identical coordinates" in str(result)


def test_too_few_draws_and_unknown_industries_are_errors():
    study = study_of(towns(50, seed=12), ["a"] * 20 + ["b"] * 30)
    with pytest.raises(TooFew, match="at least 2 draws"):
        kdensity(study, draws=1)
    with pytest.raises(InvalidArgument, match=r"no point .* industry 'wine'"):
        kdensity(study, industries=["wine"])
    with pytest.raises(TooFew, match="with coordinates"):
        kdensity(Study.of(organisations=pl.DataFrame({"org_id": ["a"], "industry": ["b"]})))
