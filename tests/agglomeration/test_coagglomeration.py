import json

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.agglomeration.coagglomeration import (
    TOGETHER,
    coagglomeration,
    group_coagglomeration,
    pairwise_coagglomeration,
)
from buzzline.agglomeration.ellison_glaeser import ellison_glaeser, gamma_of
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study


@pytest.fixture(scope="module")
def reference(shared_data):
    return shared_data.parent / "reference" / "measurement"


@pytest.fixture(scope="module")
def derived(reference):
    return json.loads((reference / "ellison_glaeser_derived.json").read_text())


@pytest.fixture(scope="module")
def textbook(reference):
    """Jobs of the textbook's four industries in three regions, and the plants behind them."""
    rows = pl.read_csv(reference / "reat_FK2014_EGC.csv")
    wide = rows.pivot(on="industry", index="region", values="emp_firm",
                      aggregate_function="sum").sort("region")  # fmt: skip
    names = sorted(wide.columns[1:])
    return names, wide.select(names).fill_null(0).to_numpy().astype(float), rows


def published_formula(names, jobs, rows):
    """Return gamma^c as Ellison and Glaeser (1997) print it, from G, H and every gamma_j."""
    rows = rows.filter(pl.col("industry").is_in(names))
    x = jobs.sum(axis=1) / jobs.sum()
    weight = jobs.sum(axis=0) / jobs.sum()
    codes = rows["industry"].replace_strict({name: k for k, name in enumerate(names)})
    each = ellison_glaeser(rows["emp_firm"], rows["region"] - 1, codes, area_share=x)
    h = float(np.sum(weight**2 * each.herfindahl))
    own = float(np.sum(each.gamma * weight**2 * (1 - each.herfindahl)))
    return h, own, weight


def test_by_hand_two_places():
    # s - x: (1/4, -1/4) and (1/2, -1/2); 1 - X2 = 1/2
    found = pairwise_coagglomeration([[3.0, 1.0], [1.0, 0.0]], area_share=[0.5, 0.5])
    assert found.tolist() == [[0.25, 0.5], [0.5, 1.0]]


def test_pairs_as_derived_from_the_textbook(derived, textbook):
    names, jobs, _ = textbook
    x = jobs.sum(axis=1)
    pairs = pairwise_coagglomeration(jobs, area_share=x)
    for said, expected in derived["gamma_c_pairs"].items():
        first, second = (names.index(one) for one in said.split("|"))
        assert pairs[first, second] == pytest.approx(expected["egk2010_pairwise"], abs=1e-12)
        group = group_coagglomeration(jobs[:, [first, second]], area_share=x)
        assert group == pytest.approx(expected["eg1997_group_formula"], abs=1e-12)


def test_group_as_derived_from_the_textbook_and_not_as_reat_prints_it(derived, textbook):
    found = group_coagglomeration(textbook[1])
    assert found == pytest.approx(derived["gamma_c_all_four_industries"], abs=1e-12)
    assert found == pytest.approx(-0.0358, abs=5e-5)
    assert abs(found - derived["reat_says"]) > 12


def test_group_is_the_published_formula(textbook):
    names, jobs, rows = textbook
    h, own, weight = published_formula(names, jobs, rows)
    x = np.array([0.5, 0.3, 0.2])
    codes = rows["industry"].replace_strict({name: k for k, name in enumerate(names)})
    each = ellison_glaeser(rows["emp_firm"], rows["region"] - 1, codes, area_share=x)
    own = float(np.sum(each.gamma * weight**2 * (1 - each.herfindahl)))
    group = jobs.sum(axis=1) / jobs.sum()
    g, room = float(np.sum((group - x) ** 2)), 1 - float(x @ x)
    printed = (g / room - h - own) / (1 - float(weight @ weight))
    assert group_coagglomeration(jobs, area_share=x) == pytest.approx(printed, abs=1e-12)


def test_special_case_an_industry_with_itself_is_raw_concentration():
    source = np.random.default_rng(1)
    jobs = source.pareto(1, (12, 4))
    pairs = pairwise_coagglomeration(jobs, area_share=jobs.sum(axis=1))
    x = jobs.sum(axis=1) / jobs.sum()
    g = np.sum((jobs / jobs.sum(axis=0) - x[:, None]) ** 2, axis=0)
    assert np.diag(pairs) == pytest.approx(gamma_of(g, np.zeros(4), x))


@given(st.permutations(range(12)), st.floats(0.01, 1e4))
def test_neither_order_of_places_nor_unit_change_anything(order, factor):
    jobs = np.random.default_rng(1).pareto(1, (12, 4))
    plain = pairwise_coagglomeration(jobs)
    assert plain == pytest.approx(plain.T)
    assert pairwise_coagglomeration(factor * jobs[order]) == pytest.approx(plain, abs=1e-12)


def test_default_area_share_is_the_mean_over_industries():
    share = np.array([[0.5, 1.0], [0.5, 0.0]])
    expected = pairwise_coagglomeration(share, area_share=[0.75, 0.25])
    assert pairwise_coagglomeration(share) == pytest.approx(expected)


def test_bad_jobs_are_errors_and_an_empty_industry_is_nan():
    with pytest.raises(InvalidArgument, match="1 of 4 cells of .* are negative"):
        pairwise_coagglomeration([[-1.0, 1.0], [1.0, 1.0]])
    with pytest.raises(InvalidArgument, match="needs 2 entries"):
        pairwise_coagglomeration([[1.0, 1.0], [1.0, 1.0]], area_share=[1.0])
    with pytest.raises(InvalidArgument, match="no pair"):
        group_coagglomeration([[1.0, 0.0], [1.0, 0.0]])
    found = pairwise_coagglomeration([[0.0, 1.0], [0.0, 1.0]], area_share=[0.5, 0.5])
    assert np.isnan(found[0]).all()


def study_of(place, industry, clusters=None):
    organisations = pl.DataFrame(
        {"org_id": [f"o{k}" for k in range(len(place))], "industry": industry,
         "city": [f"town {k:02d}" for k in place], "country": "AA", "jobs": 1.0}
    )  # fmt: skip
    if clusters is None:
        return Study.of(organisations=organisations)
    industries = pl.DataFrame({"industry": list(clusters), "cluster": list(clusters.values())})
    return Study.of(organisations=organisations, industries=industries)


def planted(seed=3):
    """Industries a and b share three towns of forty; c to f go anywhere."""
    source = np.random.default_rng(seed)
    place = [*source.integers(3, size=80), *source.integers(40, size=240)]
    industry = ["a"] * 40 + ["b"] * 40 + [name for name in "cdef" for _ in range(60)]
    return study_of(place, industry, dict.fromkeys("ab", "near") | dict.fromkeys("cd", "far"))


@pytest.mark.parametrize("null", ["dartboard", "similar_places"])
def test_planted_pair_is_found_and_comes_first(null):
    found = coagglomeration(planted(), null=null, draws=199, rng=1)
    first = found.pairs.row(0, named=True)
    assert (first["industry"], first["other"]) == ("a", "b")
    assert first["status"] == TOGETHER
    assert first["value"] > first["chance_high"]
    assert found.groups["cluster"].to_list()[0] == "near"
    assert found.groups["status"].to_list()[0] == TOGETHER
    assert "most a and b" in str(found)


def test_the_answer_does_not_depend_on_threads(monkeypatch):
    answers = []
    for threads in ("1", "3"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        answers.append(coagglomeration(planted(), draws=19, rng=4))
    assert answers[0].pairs.equals(answers[1].pairs)
    assert answers[0].groups.equals(answers[1].groups)


@pytest.mark.parametrize("null", ["dartboard", "similar_places"])
def test_p_values_are_uniform_when_every_industry_goes_anywhere(null):
    p = []
    for seed in range(60):
        source = np.random.default_rng([5, seed])
        place = source.choice(30, 240, p=source.dirichlet(np.full(30, 2.0)))
        found = coagglomeration(
            study_of(place, ["a", "b", "c", "d"] * 60), null=null, draws=49, rng=seed
        )
        p += found.pairs["p"].to_list()
    ranked = np.sort(p)
    gap = np.abs(ranked - (np.arange(ranked.size) + 0.5) / ranked.size).max()
    # 1 % point of Kolmogorov's distance if the 6 pairs of a world were one half independent,
    # and steps of 1/50
    assert gap < 1.63 / np.sqrt(180) + 0.02


def test_few_plants_are_not_tested_and_say_so():
    found = coagglomeration(study_of([0, 1, 2] * 8, ["a"] * 20 + ["b"] * 4), draws=9, rng=1)
    assert found.pairs["status"].to_list() == ["too few plants"]
    assert found.pairs["p"].null_count() == 1
    assert found.n_tested == 0


def test_no_draws_has_no_band():
    found = coagglomeration(planted(), draws=0, rng=1)
    assert found.pairs["chance_low"].null_count() == found.pairs.height
    assert set(found.pairs["status"]) == {"not tested"}


def test_says_when_more_draws_are_needed():
    found = coagglomeration(planted(), draws=9, rng=1)
    assert any("More draws" in note for note in found.notes)


def test_one_industry_is_an_error_with_the_reason():
    with pytest.raises(TooFew, match="a pair needs two"):
        coagglomeration(study_of([0, 1] * 10, ["a"] * 20), draws=9)
