import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import kstest
from tests.agglomeration.specialisation_worlds import (
    econgeo_items,
    german_regions,
    metros,
    reat_items,
    references,
    study_of,
    table_of,
)

from buzzline.agglomeration import (
    diversity,
    entropy,
    gini,
    gini_specialisation,
    hachman,
    herfindahl,
    krugman_specialisation,
    specialisation,
    specialisation_coefficient,
)
from buzzline.agglomeration.chance_columns import chance_columns
from buzzline.agglomeration.common_mix import CommonMix
from buzzline.agglomeration.mix_indices import (
    compared_mix,
    corrected_entropy,
    unbiased_herfindahl,
)
from buzzline.agglomeration.publication_floor import with_unpublished
from buzzline.agglomeration.regional_mix import INDICES
from buzzline.errors import TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

jobs_of = arrays(np.float64, (5, 4), elements=st.integers(0, 30).map(float))
ECONGEO = {
    "Krugman.index": krugman_specialisation,
    "Hachman": hachman,
    "Herfindahl": lambda jobs: herfindahl(jobs, axis=1),
    "spec.coeff": specialisation_coefficient,
    "entropy": lambda jobs: entropy(jobs, axis=1),
    "diversity": diversity,
}
COLUMNS = {"krugman": "Krugman.index", "hachman": "Hachman", "herf": "Herfindahl",
           "spec_coeff": "spec.coeff", "entropy": "entropy", "diversity": "diversity"}  # fmt: skip


# --- the indices


@pytest.mark.parametrize("name", list(ECONGEO))
def test_econgeo_man_pages(shared_data, name):
    rounded = name == "entropy"  # the library rounds it to three decimals
    for item in econgeo_items(shared_data, name):
        jobs = np.array(item["input"]["mat"], float)
        if name == "diversity" and not item["input"].get("RCA"):
            continue
        np.testing.assert_allclose(
            ECONGEO[name](jobs), item["value"], rtol=1e-12, atol=5e-4 if rounded else 0
        )


@pytest.mark.parametrize("column", list(COLUMNS))
def test_econgeo_383_metros(shared_data, column):
    path = references(shared_data) / "reference_values"
    _, names, values = table_of(path / "EconGeo_cbp19_metro_mfg4_region_indices.csv")
    theirs = values[:, names.index(column)]
    ours = ECONGEO[COLUMNS[column]](metros(shared_data))
    known = np.isfinite(theirs)
    assert known.sum() > 370
    np.testing.assert_allclose(
        ours[known], theirs[known], rtol=1e-9, atol=5.1e-4 if column == "entropy" else 0
    )


def test_reat_german_regions_of_2015(shared_data):
    regions, _, jobs = german_regions(shared_data, "emp_all")
    codes, names, theirs = table_of(references(shared_data) / "measurement" / "reat_G_spec.csv")
    rows = [regions.index(code) for code in codes]
    ours = np.column_stack([
        specialisation_coefficient(jobs.astype(float)),
        gini_specialisation(jobs.astype(float)),
        krugman_specialisation(jobs.astype(float), against="mean_of_others"),
    ])  # fmt: skip
    assert names == ["H j", "G j", "K j"]
    np.testing.assert_allclose(ours[rows], theirs, rtol=1e-9)


def test_reat_gini_of_specialisation(shared_data):
    for item in reat_items(shared_data, "gini.spec"):
        if "e_ij" not in item["input"]:
            continue
        place, whole = (np.array(item["input"][name], float) for name in ("e_ij", "e_i"))
        found = gini_specialisation(place[None], whole / whole.sum())
        assert found[0] == pytest.approx(item["value"], rel=1e-12)


def test_reat_gini_of_goettingen(shared_data):
    path = references(shared_data) / "measurement" / "reat_Goettingen.csv"
    frame = pl.read_csv(path).slice(1, 15)
    place, whole = (
        frame[name].to_numpy().astype(float) for name in ("Goettingen2017", "BRD2017")
    )
    assert gini_specialisation(place[None], whole / whole.sum())[0] == pytest.approx(
        0.3598520295
    )
    assert 2 * specialisation_coefficient(place[None], whole / whole.sum())[0] == pytest.approx(
        0.4508468784
    )


def test_reat_krugman_of_two_and_of_sweden(shared_data):
    (pair,) = reat_items(shared_data, "krugman.spec")
    two = np.array([pair["input"]["a"], pair["input"]["b"]], float)
    assert krugman_specialisation(two, against="others")[0] == pytest.approx(pair["value"])
    (item,) = reat_items(shared_data, "krugman.spec2")
    jobs = np.array([item["input"]["region"], *item["input"]["others"]], float)
    found = krugman_specialisation(jobs, against="mean_of_others")
    assert found[0] == pytest.approx(item["value"], rel=1e-12)


@given(jobs_of)
def test_invariant_identities_of_the_family(jobs):
    krugman = krugman_specialisation(jobs)
    there = np.isfinite(krugman)
    assert (there == (jobs.sum(axis=1) > 0)).all()
    np.testing.assert_allclose(krugman[there], 2 * specialisation_coefficient(jobs)[there])
    assert (krugman[there] >= 0).all()
    assert (krugman[there] < 2).all()
    assert (hachman(jobs)[there] > 0).all()
    assert (hachman(jobs)[there] <= 1 + 1e-12).all()


@pytest.mark.parametrize("against", ["whole", "others", "mean_of_others"])
def test_collapses_places_of_one_mix(against):
    jobs = np.outer([1.0, 5, 20], [3.0, 2, 1])
    assert krugman_specialisation(jobs, against=against) == pytest.approx([0, 0, 0])
    assert hachman(jobs) == pytest.approx([1, 1, 1])
    assert gini_specialisation(jobs) == pytest.approx([0, 0, 0])
    assert diversity(jobs) == pytest.approx([3, 3, 3])


def test_by_hand_conventions_differ_and_are_named():
    jobs = np.array([[60.0, 40], [10, 30], [0, 60]])
    # whole 70:130; others of the first place 10:90; mean of their shares (.25 + 0) / 2 : ...
    assert krugman_specialisation(jobs)[0] == pytest.approx(2 * abs(0.6 - 0.35))
    assert krugman_specialisation(jobs, against="others")[0] == pytest.approx(2 * (0.6 - 0.1))
    mean = krugman_specialisation(jobs, against="mean_of_others")[0]
    assert mean == pytest.approx(2 * (0.6 - 0.125))


def test_gini_weighted_by_industry_asks_another_question():
    jobs = np.array([[5.0, 5, 90], [50, 10, 40]])
    whole = jobs.sum(axis=0) / jobs.sum()
    unweighted = gini_specialisation(jobs)[0]
    assert unweighted != pytest.approx(gini(jobs[0], whole))


def test_unknown_cells_are_left_out_of_shares():
    jobs = np.array([[10.0, np.nan, 30], [10, 10, 10]])
    alone = np.array([[10.0, 0, 30], [10, 10, 10]])
    np.testing.assert_allclose(krugman_specialisation(jobs), krugman_specialisation(alone))
    np.testing.assert_allclose(compared_mix(jobs, "others")[0], [1 / 3] * 3)


# --- few plants


def test_recovers_the_truth_of_herfindahl_and_entropy_from_few_plants():
    rng = np.random.default_rng(1)
    share = np.array([0.4, 0.3, 0.2, 0.1])
    counts = rng.multinomial(25, share, size=20_000).astype(float)
    n = np.full(20_000, 25.0)
    raw, bits = herfindahl(counts, axis=1), entropy(counts, axis=1)
    truth, true_bits = np.sum(share**2), -np.sum(share * np.log2(share))
    assert raw.mean() > truth + 0.02
    assert unbiased_herfindahl(raw, n).mean() == pytest.approx(truth, abs=0.001)
    corrected = corrected_entropy(bits, n, (counts > 0).sum(axis=1).astype(float))
    assert bits.mean() < true_bits - 0.07
    assert np.nanmean(corrected) == pytest.approx(true_bits, abs=0.01)


def test_no_correction_where_plants_are_fewer_than_industries():
    assert np.isnan(corrected_entropy(np.array([1.0]), np.array([2.0]), np.array([3.0]))).all()
    assert np.isnan(unbiased_herfindahl(np.array([1.0]), np.array([1.0]))).all()


def mix_of(n, *, dispersion=0.0, threshold=1, s=6):
    share = np.arange(1.0, s + 1) / np.arange(1.0, s + 1).sum()
    n = np.asarray(n, float)
    return CommonMix(n, share, np.full(s, 20.0), np.full(s, dispersion), threshold)


def test_drawn_places_have_the_plants_and_the_mix_they_should():
    mix = mix_of([50.0] * 400, dispersion=2.0)
    drawn = mix.drawn(np.random.default_rng(2))
    assert drawn.sum(axis=0) / drawn.sum() == pytest.approx(mix.share, abs=0.02)
    assert drawn.sum(axis=1).mean() == pytest.approx(1000, rel=0.05)
    # a sum of n plants of size 20: variance n 20² (1 + 2), less none for a fixed n
    assert drawn.sum(axis=1).std() == pytest.approx(20 * np.sqrt(50 * 2), rel=0.15)


def test_drawn_places_show_as_many_plants_as_are_published():
    published = np.array([40.0, 100.0])
    share = np.full(30, 1 / 30)
    n = with_unpublished(published, share, 3)
    assert (n > published).all()
    counts = np.random.default_rng(3).multinomial(n.astype(int), share, size=(400, 2))
    shown = np.where(counts >= 3, counts, 0).sum(axis=-1).mean(axis=0)
    np.testing.assert_allclose(shown, published, rtol=0.05)
    np.testing.assert_array_equal(with_unpublished(published, share, 1), published)


def test_null_p_values_are_uniform_for_places_of_the_common_mix():
    rng = np.random.default_rng(4)
    mix = mix_of([80.0] * 300, dispersion=1.0)
    whole = mix.share
    value = 2 * specialisation_coefficient(mix.drawn(rng), whole)
    null = np.array([2 * specialisation_coefficient(mix.drawn(rng), whole) for _ in range(99)])
    found = chance_columns(value, null, level=0.95)
    assert kstest(found["p"], "uniform").pvalue > 0.01
    outside = (value < found["chance_low"]) | (value > found["chance_high"])
    assert outside.mean() == pytest.approx(0.05, abs=3 * np.sqrt(0.05 * 0.95 / 300) + 0.01)


def test_by_hand_p_counts_both_tails_and_is_never_zero():
    null = np.arange(1.0, 20)[:, None]
    found = chance_columns(np.array([25.0]), null, level=0.9)
    assert found["p"][0] == pytest.approx(2 / 20)
    middle = chance_columns(np.array([10.0]), null, level=0.9)
    assert middle["p"][0] == 1


# --- the analysis


def made_of(counts, *, plants=None):
    rows = [
        (f"p{place}", f"i{industry}", 2020, float(n), float(n if plants is None else plants))
        for place, each in enumerate(counts)
        for industry, n in enumerate(each)
        if n
    ]
    return study_of(rows)


def test_recovers_the_truth_one_odd_place_among_many_alike():
    rng = np.random.default_rng(5)
    share = np.array([0.3, 0.3, 0.2, 0.1, 0.1])
    counts = rng.multinomial(200, share, size=30)
    counts[7] = rng.multinomial(200, share[::-1])
    result = specialisation(made_of(counts), draws=199, rng=1)
    rows = result.table().filter(pl.col("index") == "krugman")
    assert rows["place_id"][0] == "p7"
    assert rows["p"][0] == pytest.approx(0.01)
    assert (rows["p"][1:] <= 0.05).sum() <= 6
    assert rows["n"].to_list()[0] == 200


def test_small_places_look_specialised_and_the_band_says_so():
    rng = np.random.default_rng(6)
    share = np.full(40, 1 / 40)
    counts = np.vstack([rng.multinomial(n, share, size=20) for n in (2000, 12)])
    rows = specialisation(made_of(counts), draws=99, rng=1).table()
    small = rows.filter(pl.col("index") == "krugman", pl.col("n") < 30)
    assert (small["value"] > 1).all()
    assert (small["p"] <= 0.05).sum() <= 4  # 1 expected of 20; 4 at three standard errors
    assert set(small["status"]) == {"few plants: chance alone looks specialised"}


def test_every_index_is_there_for_every_place():
    study = make_world(organisations=400, clusters=2, rng=1).study
    result = specialisation(study, draws=9, rng=1)
    counted = result.table().group_by("index").len()
    assert set(counted["index"]) == set(INDICES)
    assert counted["len"].n_unique() == 1
    assert "nan" not in str(result)


def test_without_plants_there_is_no_band_and_it_is_said():
    study = study_of([("a", "x", 2020, 9.0, None), ("a", "y", 2020, 1.0, None),
                      ("b", "x", 2020, 2.0, None), ("b", "y", 2020, 8.0, None)])  # fmt: skip
    result = specialisation(study, draws=9, rng=1)
    assert result.table()["chance_low"].null_count() == result.table().height
    assert "not known" in str(result)
    assert set(result.table()["status"]) == {"number of plants not known: no chance band"}


def test_one_industry_is_too_few():
    with pytest.raises(TooFew, match="two of each"):
        specialisation(study_of([("a", "x", 2020, 9.0, 2.0), ("b", "x", 2020, 9.0, 2.0)]))
    with pytest.raises(TooFew):
        specialisation(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})))


def test_by_hand_too_few_draws_for_q_are_said():
    # 40 places, one far out: its p is 2 / 20 at least, so q = 40 * 0.1 / 1 is nowhere near 0.05
    rows = {"place_id": [], "industry": [], "jobs": [], "establishments": []}
    for place in range(40):
        for industry in range(4):
            odd = place == 0 and industry == 0
            rows["place_id"].append(f"p{place:02}")
            rows["industry"].append(f"1{industry}")
            rows["establishments"].append(400.0 if odd else 50.0)
            rows["jobs"].append(4000.0 if odd else 500.0)
    study = Study.of(employment=pl.DataFrame(rows))
    few, enough = (str(specialisation(study, draws=n, rng=1)) for n in (39, 1999))
    assert "with 39 draws q is small only where 40 places lie outside" in few
    assert "set `draws` higher" in few
    assert "set `draws` higher" not in enough
