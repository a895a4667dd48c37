import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.agglomeration.dartboard import (
    dartboard_concentration,
    dartboard_moments,
    lots_of,
)
from buzzline.agglomeration.ellison_glaeser import (
    ONE_PLACE,
    ONE_PLANT_ONLY,
    dartboard_gammas,
    ellison_glaeser,
    gamma_of,
)
from buzzline.errors import InvalidArgument


@pytest.fixture(scope="module")
def reference(shared_data):
    return shared_data.parent / "reference" / "measurement"


@pytest.fixture(scope="module")
def textbook(reference):
    """Farhauer and Kroell 2014: 42 plants, 4 industries, 3 regions."""
    rows = pl.read_csv(reference / "reat_FK2014_EGC.csv")
    names = rows["industry"].unique().sort().to_list()
    codes = rows["industry"].replace_strict({name: k for k, name in enumerate(names)})
    return names, (rows["emp_firm"].to_numpy(), rows["region"].to_numpy() - 1, codes.to_numpy())


def some_plants(n=3000, places=40, industries=12, rng=1):
    source = np.random.default_rng(rng)
    chance = source.dirichlet(np.full(places, 0.4))
    return (
        np.ceil(source.pareto(1.5, n) * 5 + 1),
        source.choice(places, n, p=chance),
        source.integers(industries, size=n),
    )


def brute_force(jobs, place, industry, area_share):
    """Return gamma of each industry, written out from the definition."""
    out = []
    for s in range(max(industry) + 1):
        own = [k for k in range(len(jobs)) if industry[k] == s]
        together = sum(jobs[k] for k in own)
        g = sum(
            (sum(jobs[k] for k in own if place[k] == r) / together - x) ** 2
            for r, x in enumerate(area_share)
        )
        h = sum((jobs[k] / together) ** 2 for k in own)
        room = 1 - sum(x * x for x in area_share)
        out.append((g - room * h) / (room * (1 - h)) if h < 1 else math.nan)
    return out


def test_golden_value_by_hand():
    # s = (.5, .3, .2, 0), x = .25 each: G = .0625 + .0025 + .0025 + .0625 = .13, H = .14
    found = ellison_glaeser(
        [2, 2, 1, 1, 1, 1, 1, 1], [0, 1, 0, 0, 0, 1, 2, 2], [0] * 8, area_share=[1] * 4
    )
    assert found.concentration[0] == pytest.approx(0.13)
    assert found.herfindahl[0] == pytest.approx(0.14)
    assert found.gamma[0] == pytest.approx(0.0387597, abs=5e-8)


def test_kernel_by_brute_force():
    jobs, place, industry = some_plants(n=300, places=7, industries=5)
    found = ellison_glaeser(jobs, place, industry)
    share = np.bincount(place, jobs) / jobs.sum()
    assert found.area_share == pytest.approx(share)
    assert found.gamma == pytest.approx(brute_force(jobs, place, industry, share), rel=1e-11)


@pytest.mark.parametrize("item", [0, 1])
def test_another_package_reat(reference, textbook, item):
    case = json.loads((reference / "reat.json").read_text())["items"][item]
    if case["fn"] == "ellison.a":
        given_ = case["input"]
        codes = [given_["region_order"].index(name) for name in given_["region"]]
        found = ellison_glaeser(
            given_["e_ik"], codes, [0] * len(codes), area_share=given_["e_j"]
        )
    else:
        assert case["value"]["industry"] == textbook[0]
        found = ellison_glaeser(*textbook[1])
    assert found.gamma == pytest.approx(case["value"]["gamma"], abs=1e-9)
    assert found.concentration == pytest.approx(case["value"]["G"], abs=1e-9)
    assert found.herfindahl == pytest.approx(case["value"]["HHI"], abs=1e-9)
    assert found.z == pytest.approx(case["value"]["z_G"], abs=1e-9)
    assert found.n.tolist() == np.atleast_1d(case["value"]["K"]).tolist()


def test_printed_value_of_the_textbook_to_all_its_digits():
    found = ellison_glaeser(
        [200, 650, 12000, 100, 50, 16000, 13000, 1500, 1500, 25000],
        [0] * 5 + [1] * 4 + [2], [0] * 10, area_share=[500_000, 400_000, 100_000],
    )  # fmt: skip
    assert found.gamma[0] == pytest.approx(0.05990628412, abs=5e-12)


def test_maurel_sedillot_as_derived(reference, textbook):
    derived = json.loads((reference / "ellison_glaeser_derived.json").read_text())
    found = ellison_glaeser(*textbook[1])
    expected = [derived["maurel_sedillot"][name] for name in textbook[0]]
    assert found.maurel_sedillot == pytest.approx(expected, abs=1e-12)


@given(st.permutations(range(60)), st.floats(0.01, 1e6))
def test_neither_order_nor_unit_nor_names_of_places_change_anything(order, factor):
    jobs, place, industry = (part[:60] for part in some_plants(n=60, places=6, industries=3))
    plain = ellison_glaeser(jobs, place, industry)
    order = np.array(order)
    names = np.array([3, 5, 0, 1, 4, 2])
    shuffled = ellison_glaeser(factor * jobs[order], names[place[order]], industry[order])
    assert shuffled.gamma == pytest.approx(plain.gamma, rel=1e-9)
    assert shuffled.maurel_sedillot == pytest.approx(plain.maurel_sedillot, rel=1e-9)


def test_an_empty_place_and_plants_without_jobs_change_nothing():
    jobs, place, industry = some_plants(n=200, places=6, industries=3)
    plain = ellison_glaeser(jobs, place, industry)
    more = ellison_glaeser([*jobs, 0.0], [*place, 6], [*industry, 1])
    assert more.gamma == pytest.approx(plain.gamma, rel=1e-12)
    assert more.n.tolist() == plain.n.tolist()


def test_all_plants_in_one_place_is_one_after_maurel_and_sedillot():
    for x in ([0.2, 0.3, 0.5], [0.5, 0.5, 0.0]):
        found = ellison_glaeser([5, 1, 3], [2, 2, 2], [0] * 3, area_share=x)
        assert found.maurel_sedillot[0] == pytest.approx(1)
        # G = sum (s - x)**2 = 1 - 2 x_2 + X2, more than 1 - X2 where the place is small
        x2 = sum(part**2 for part in x)
        h = 35 / 81
        by_hand = ((1 - 2 * x[2] + x2) / (1 - x2) - h) / (1 - h)
        assert found.gamma[0] == pytest.approx(by_hand)


def test_one_plant_is_nan_with_the_reason():
    found = ellison_glaeser([7, 1, 2], [0, 1, 0], [0, 1, 1], n_industries=3)
    assert np.isnan(found.gamma[[0, 2]]).all()
    assert np.isfinite(found.gamma[1])
    assert found.reason == (ONE_PLANT_ONLY, "", "no plant with jobs")


def test_one_place_is_nan_with_the_reason():
    found = ellison_glaeser([7, 1, 2], [0, 0, 0], [0, 1, 1])
    assert np.isnan(found.gamma).all()
    assert set(found.reason) == {ONE_PLACE}


@pytest.mark.parametrize(
    ("plants", "said"),
    [
        (([-1, 2], [0, 1], [0, 0]), "1 of 2 cells of `jobs` are negative"),
        (([math.nan, 2], [0, 1], [0, 0]), "not known"),
        (([1, 2], [0, -1], [0, 0]), "`place`"),
        (([1, 2], [0], [0, 0]), "`place` needs 2 codes"),
        (([], [], []), "no plants"),
    ],
)
def test_bad_plants_are_errors(plants, said):
    with pytest.raises(InvalidArgument, match=said):
        ellison_glaeser(*plants)


def test_codes_beyond_the_area_shares_are_errors():
    with pytest.raises(InvalidArgument, match="from 0 to 1"):
        ellison_glaeser([1, 2], [0, 2], [0, 0], area_share=[0.5, 0.5])


@pytest.mark.parametrize("share_is_given", [True, False])
def test_closed_form_moments_agree_with_simulation(share_is_given):
    source = np.random.default_rng(3)
    sizes = np.concatenate([source.pareto(1.5, 90) + 1, [40.0, 5.0, 5.0]])
    industry = np.concatenate([np.repeat([0, 1, 2], 30), [2, 3, 3]]).astype(np.int32)
    lots, chance = lots_of(sizes, industry, 4), source.dirichlet(np.ones(6))
    draws = 20_000
    g, _ = dartboard_concentration(lots, chance, given=share_is_given, draws=draws, rng=5)
    exact = dartboard_moments(lots, chance, given=share_is_given)
    error = g.std(axis=0) / np.sqrt(draws)
    assert np.abs(g.mean(axis=0) - exact.mean).max() < 4 * error.max()
    # the standard error of a standard deviation, from the fourth moment of the draws
    kurtosis = ((g - g.mean(axis=0)) ** 4).mean(axis=0) / g.var(axis=0) ** 2
    assert (np.abs(g.std(axis=0) / exact.sd - 1) < 4 * np.sqrt(kurtosis / 4 / draws)).all()


def test_moments_with_given_shares_are_the_published_formula():
    jobs, place, industry = some_plants(n=100, places=5, industries=1)
    found = ellison_glaeser(jobs, place, industry, area_share=[0.4, 0.3, 0.1, 0.1, 0.1])
    x, z = found.area_share, jobs / jobs.sum()
    h, x2, x3 = (z**2).sum(), (x**2).sum(), (x**3).sum()
    variance = 2 * (h**2 * (x2 - 2 * x3 + x2**2) - (z**4).sum() * (x2 - 4 * x3 + 3 * x2**2))
    exact = dartboard_moments(found.lots, x, given=True)
    assert exact.mean[0] == pytest.approx((1 - x2) * h)
    assert exact.sd[0] == pytest.approx(np.sqrt(variance))


def test_the_dartboard_has_mean_zero_at_any_sizes_of_plants():
    found = ellison_glaeser(
        [1.0] * 30 + [500.0, 3.0, 1.0] + [2.0**k for k in range(12)],
        [0] * 45, [0] * 30 + [1] * 3 + [2] * 12, area_share=[0.5, 0.3, 0.1, 0.1],
    )  # fmt: skip
    gamma = dartboard_gammas(found, draws=20_000, rng=1)
    assert np.abs(gamma.mean(axis=0) / gamma.std(axis=0)).max() < 4 / np.sqrt(20_000)


def test_threads_do_not_change_the_draws(monkeypatch):
    found = ellison_glaeser(*some_plants())
    answers = []
    for threads in ("1", "2", "5"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        answers.append(dartboard_gammas(found, draws=37, rng=9))
    assert np.array_equal(answers[0], answers[1])
    assert np.array_equal(answers[0], answers[2])
    assert np.array_equal(answers[0][:10], dartboard_gammas(found, draws=10, rng=9))


def p_values_of_null_worlds(worlds, draws):
    """Plants of few industries thrown at places: each industry is a large part of all jobs."""
    p = []
    for seed in range(worlds):
        source = np.random.default_rng([11, seed])
        sizes = np.ceil(source.pareto(1.5, 240) * 5 + 1)
        place = source.choice(12, 240, p=source.dirichlet(np.ones(12)))
        found = ellison_glaeser(sizes, place, np.repeat([0, 1, 2], [30, 90, 120]))
        by_chance = dartboard_gammas(found, draws=draws, rng=seed)
        p.append((1 + (by_chance >= found.gamma).sum(axis=0)) / (1 + draws))
    return np.array(p)


def largest_gap(p):
    """Kolmogorov's distance from the uniform distribution."""
    ranked = np.sort(p)
    return np.abs(ranked - (np.arange(p.size) + 0.5) / p.size).max() + 0.5 / p.size


def test_p_values_are_uniform_when_plants_are_thrown():
    p = p_values_of_null_worlds(worlds=400, draws=99)
    for industry in range(3):
        assert largest_gap(p[:, industry]) < 1.63 / 20 + 0.01  # 1 % point, and steps of 1/100


@pytest.mark.slow
def test_size_over_many_null_worlds():
    p = p_values_of_null_worlds(worlds=4000, draws=199)
    for nominal in (0.01, 0.05, 0.1):
        error = np.sqrt(nominal * (1 - nominal) / 4000)
        assert np.abs((p <= nominal).mean(axis=0) - nominal).max() < 4 * error


def test_recovers_a_planted_gamma():
    """Ellison and Glaeser's model: a plant joins the industry's one site with probability 1/2.

    Two plants then stand there together with probability 1/4, which is gamma.
    """
    source, found = np.random.default_rng(2), []
    chance = source.dirichlet(np.full(50, 2.0))
    for _ in range(200):
        natural = source.choice(50, 400, p=chance)
        site = source.choice(50, p=chance)
        place = np.where(source.random(400) < 0.5, site, natural)
        one = ellison_glaeser(source.pareto(2, 400) + 1, place, [0] * 400, area_share=chance)
        found.append(one.gamma[0])
    error = np.std(found) / np.sqrt(200)
    assert abs(np.mean(found) - 0.25) < 4 * error
    assert error < 0.01


def test_a_bootstrap_of_plants_reads_concentration_where_there_is_none():
    source = np.random.default_rng(4)
    chance = np.full(20, 0.05)
    observed, resampled = [], []
    for _ in range(100):
        sizes, place = source.pareto(2, 60) + 1, source.choice(20, 60, p=chance)
        rows = source.integers(60, size=60)
        for plants, where, into in ((sizes, place, observed),
                                    (sizes[rows], place[rows], resampled)):  # fmt: skip
            found = ellison_glaeser(plants, where, [0] * 60, area_share=chance)
            into.append(found.gamma[0])
    error = np.std(observed) / 10
    assert abs(np.mean(observed)) < 3 * error
    assert np.mean(resampled) > 10 * error  # each pair of copies looks like two plants together


def test_gamma_of_shares_is_nan_for_one_plant():
    assert np.isnan(gamma_of(np.array([0.3]), np.array([1.0]), np.array([0.5, 0.5])))[0]
