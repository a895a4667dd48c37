"""Every number that docs/explanation/where-packages-differ.md gives, measured again."""

import json
import re

import numpy as np
import polars as pl
import pytest
from scipy.stats import rankdata
from tests.agglomeration.specialisation_worlds import econgeo_items, metros, references
from tests.agglomeration.test_complexity_indices import numbers, present, standardised
from tests.agglomeration.test_strong_clusters import uscmp

from buzzline.agglomeration import (
    StrongRule,
    coefficient_of_variation,
    economic_complexity,
    gini,
    herfindahl,
    location_quotients,
    proximity,
    relatedness_density,
    strong_cells,
)


@pytest.fixture(scope="module")
def stored(project_root):
    """Made by tests/references/make_packages_differ.py with ecomplexity and econcomplex."""
    path = project_root / "tests" / "references" / "packages_differ.json"
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def page(project_root):
    text = (project_root / "docs" / "explanation" / "where-packages-differ.md").read_text()
    return " ".join(text.split())


def test_page_lists_every_section_in_its_table(project_root):
    text = (project_root / "docs" / "explanation" / "where-packages-differ.md").read_text()
    titles = re.findall(r"^## (.+)$", text, re.MULTILINE)
    linked = re.findall(r"^\| \[[^\]]+\]\(#([^)]+)\)", text, re.MULTILINE)
    anchors = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    anchors = [re.sub(r"[ \-]+", "-", anchor.replace("−", "")).strip("-") for anchor in anchors]
    assert linked == anchors


def test_density_of_the_nearest_in_ecomplexity(stored, page, shared_data):
    counted, plain = stored["ecomplexity_density_knn5"], stored["ecomplexity_density"]
    assert (counted["least"], counted["most"]) == (0, 5)
    assert f"with a mean of {counted['mean']:.2f}" in page
    assert f"between 0 and {plain['most']:.2f}" in page
    flags = location_quotients(metros(shared_data)) >= 1
    near = proximity(flags)
    ours = relatedness_density(flags, near, diagonal=True)
    assert np.nanmax(ours) == pytest.approx(plain["most"], abs=1e-9)
    assert np.nanmean(ours) == pytest.approx(plain["mean"], rel=2e-3)
    assert np.nanmax(relatedness_density(flags, near, nearest=5)) <= 1


def test_association_and_probability_in_econcomplex(stored, page):
    found = stored["econcomplex_against_econgeo"]
    said = [f"{found[kind]['correlation']:.2f}" for kind in ("association", "probability")]
    assert f"at {said[0]} (association) and {said[1]} (probability)" in page
    ranks = [f"{found[kind]['rank_correlation']:.2f}" for kind in ("cosine", "jaccard")]
    assert f"have ranks nearly alike ({ranks[0]} and {ranks[1]})" in page
    table = stored["random_table"]
    ours = proximity(present(np.array(table["jobs"], float)), "association")
    pairs = np.triu_indices(len(ours), 1)
    random = [
        np.corrcoef(proximity(present(np.array(table["jobs"], float)), kind)[pairs],
                    table[f"econcomplex_{kind}"])[0, 1]
        for kind in ("association", "probability")
    ]  # fmt: skip
    assert f"relates industries, at {random[0]:.2f} and {random[1]:.2f}." in page


def test_density_with_the_diagonal_and_without(stored, page):
    table = stored["random_table"]
    jobs = np.array(table["jobs"], float)
    flags = present(jobs)
    near = proximity(flags)
    kept = relatedness_density(flags, near, diagonal=True)
    without = relatedness_density(flags, near)
    found = np.corrcoef(kept.ravel(), without.ravel())[0, 1]
    assert found == pytest.approx(table["ecomplexity_against_econcomplex_density"], abs=1e-6)
    assert f"(correlation {found:.2f} in a table of 60 places and 30 industries)" in page


def test_rounding_before_the_eigenvector_moves_148_ranks(shared_data, page):
    ours = economic_complexity(numbers(shared_data, "rca_bin").astype(bool)).eci
    theirs = standardised(numbers(shared_data, "KCI")[:, -1].astype(float))
    moved = np.abs(rankdata(ours) - rankdata(theirs))
    assert ((moved > 0).sum(), moved.max()) == (148, 3)
    assert np.abs(ours - theirs).max() == pytest.approx(0.019, abs=5e-4)
    assert "148 ranks move, by three places" in page
    assert "0.019 standard deviations" in page


@pytest.mark.parametrize(("least", "differing"), [(0, 26), (1, 11_381)])
def test_flags_that_another_rule_would_change(shared_data, page, least, differing):
    moved, compared = 0, 0
    for label, share in (("significant_b", 0.5), ("qualifying_b", 0.25)):
        rule = StrongRule(quotient_percentile=share, least_quotient=least, ties="in")
        for kind in ("msa", "state"):
            found = uscmp(shared_data, kind)
            cells = (found[name].astype(float) for name in ("lq_tf", "emp_tl", "est_tl"))
            ours = strong_cells(*cells, rule=rule)
            moved += (ours != found[label].astype(bool)).sum()
            compared += ours.size
    assert (moved, compared) == (differing, 98_634)
    assert f"{differing:,}" in page


def test_gini_of_an_industry_that_is_nowhere(shared_data):
    (item,) = [one for one in econgeo_items(shared_data, "Gini") if "mat" in one["input"]]
    assert item["value"][0] is None  # NaN in R
    assert np.isnan(gini(np.array(item["input"]["mat"], float), axis=0)[0])


def test_herfindahl_beyond_32_bits(shared_data):
    jobs = metros(shared_data)
    path = references(shared_data) / "reference_values"
    theirs = pl.read_csv(path / "EconGeo_cbp19_metro_mfg4_region_indices.csv")["herf"]
    # the squares that EconGeo sums are beyond a 32-bit integer in the largest metros
    large = (jobs**2).sum(axis=1) > 2**31 - 1
    assert large.any()
    np.testing.assert_allclose(herfindahl(jobs), theirs.to_numpy(), rtol=1e-9)
    same = herfindahl(jobs.astype(np.int32))
    np.testing.assert_allclose(same, herfindahl(jobs), rtol=1e-12)


def test_normalised_variation_of_car_makers_counts_rows_without_a_value(shared_data, page):
    rows = pl.read_csv(references(shared_data) / "reat" / "Automotive.csv", null_values="NA")
    x = rows["Turnover2008"].drop_nulls().to_numpy()
    found = coefficient_of_variation(x, sample=True)
    assert (rows.height, x.size) == (20, 13)
    assert found / np.sqrt(rows.height - 1) == pytest.approx(0.13745138402)  # REAT prints
    assert f"0.599/√13 = {found / np.sqrt(13):.3f}" in page
