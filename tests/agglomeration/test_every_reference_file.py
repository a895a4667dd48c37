"""No stored table without a test: every file of the reference folders, column by column."""

import json
import re

import numpy as np
import pytest
from tests.agglomeration.specialisation_worlds import german_regions, metros, table_of
from tests.agglomeration.test_every_reference import NOT_CO, is_held
from tests.agglomeration.test_proximity import FILES

from buzzline import agglomeration as ours

MIX = "test_regional_mix.py::test_econgeo_383_metros"
QUOTIENTS = "test_specialisation.py::test_econgeo_383_metros_by_86_industries"
KINDS = "test_proximity.py::test_another_package_econgeo_on_manufacturing_of_383_metros"
COUNTS = "test_proximity.py::test_another_package_econgeo_counts_and_relatives_above_the_mean"
DENSITY = "test_density.py::test_another_package_econgeo_on_manufacturing_of_383_metros"
ECI = "test_complexity_indices.py::test_another_package_econgeo_on_manufacturing_of_383_metros"
COPY = "test_every_reference_file.py::test_german_regions_as_csv_and_json"
CURVES = "test_smoothing.py::test_dbmss_curves_within_half_a_per_cent"
TREES = "test_every_reference.py::test_points_and_window_of_dbmss"
RIPLEY = "test_ripley.py::test_k_l_and_d_agree_with_dbmss"
ITEMS = "test_every_reference.py::test_every_item_of_dbmss_identities_and_networks"
FIRMS = "test_ellison_glaeser.py::test_another_package_reat"
REGIONS = "test_concentration_measures.py::test_another_package_reat_on_german_regions"
GOETTINGEN = "test_regional_mix.py::test_reat_gini_of_goettingen"
NO_CLAIM = "WHY data without a stored result"

HELD = {
    "reference_values": {
        f"{FILES}KCI.csv": ECI, f"{FILES}TCI.csv": ECI,
        f"{FILES}MORc20.csv": "test_complexity_indices.py::"
                              "test_another_package_econgeo_reflections",
        f"{FILES}cooc.csv": COUNTS, f"{FILES}related_cosine_gtmean_bin.csv": COUNTS,
        f"{FILES}industry_indices.csv": {
            "ubiquity": "test_every_reference_file.py::test_ubiquity_in_383_metros",
            "hoover_gini": "WHY empty: it needs population, which was not given",
            "loc_gini": "test_concentration_measures.py::"
                        "test_another_package_econgeo_on_86_industries_in_383_metros",
        },
        f"{FILES}region_indices.csv": dict.fromkeys(
            ("herf", "entropy", "krugman", "hachman", "spec_coeff", "diversity"), MIX),
        f"{FILES}lq.csv": QUOTIENTS, f"{FILES}rca_bin.csv": QUOTIENTS,
        **{f"{FILES}relatedness_{kind}.csv": KINDS
           for kind in ("association", "cosine", "jaccard", "prob")},
        **{f"{FILES}relatedness_density_{side}.csv": DENSITY
           for side in ("cosine", "external", "internal")},
        "input_cbp19_metro_mfg4.csv": QUOTIENTS,
        "REAT_3.0.3_examples_output.txt": "test_reat_examples.py::"
                                          "test_every_example_is_held_or_has_a_reason",
        "REAT_german_regions.json": COPY,
        "REAT_conc_german_regions_2015.csv": dict.fromkeys(("H i", "G i", "K i"), COPY),
        "REAT_spec_german_regions_2015.csv": dict.fromkeys(("H j", "G j", "K j"), COPY),
        "REAT_locq_german_regions_2015.csv": COPY,
        "REAT_litzenberger2_german_regions_2015.csv": COPY,
    },
    "dbmss": {
        "Kd_QRosea.csv": CURVES, "Kd_all.csv": CURVES, "Kemp_QRosea.csv": CURVES,
        "K_QRosea.csv": RIPLEY, "L_QRosea.csv": RIPLEY,
        "Kmm_QRosea.csv": "test_ripley.py::test_marked_k_agrees_with_dbmss",
        "M_QRosea.csv": "test_relative.py::test_m_agrees_with_dbmss",
        "g_QRosea.csv": "test_ripley.py::"
                        "test_pair_correlation_agrees_with_dbmss_but_for_its_divisor",
        "mhat_QRosea.csv": "test_every_reference.py::test_smooth_m_of_dbmss_by_five_metres",
        "paracou16_points.csv": TREES, "paracou16_window_1.csv": TREES,
    },
    "measurement": {
        "dbmss.json": ITEMS, "identities.json": ITEMS, "networks.json": ITEMS,
        "dbmss_paracou16.csv": TREES, "dbmss_paracou16_window.csv": TREES,
        "econgeo.json": "test_every_reference.py::test_every_item_of_econgeo",
        "reat.json": "test_every_reference.py::test_every_item_of_reat",
        "ellison_glaeser_derived.json": {
            "maurel_sedillot": "test_ellison_glaeser.py::test_maurel_sedillot_as_derived",
            "gamma_c_all_four_industries": "test_coagglomeration.py::"
                "test_group_as_derived_from_the_textbook_and_not_as_reat_prints_it",
            "gamma_c_pairs": "test_coagglomeration.py::test_pairs_as_derived_from_the_textbook",
            "reat_says": f"WHY {NOT_CO}", "reat_says_pairs": f"WHY {NOT_CO}",
            "source": "WHY says where the numbers are from",
        },
        "reat_FK2014_EGC.csv": FIRMS, "reat_G_conc.csv": REGIONS,
        "reat_G_regions_industries.csv": REGIONS,
        "reat_G_spec.csv": "test_regional_mix.py::test_reat_german_regions_of_2015",
        "reat_G_locq2.csv": "test_specialisation.py::test_reat_german_regions_of_2015",
        "reat_G_litzenberger2.csv": "test_strong_clusters.py::"
            "test_reat_litzenberger_and_sternberg_in_german_regions",
        "reat_Goettingen.csv": GOETTINGEN,
        "spatstat_K.json": "test_ripley.py::test_k_agrees_with_spatstat_on_its_cells",
        "spatstat_cells.csv": "test_ripley.py::test_k_agrees_with_spatstat_on_its_cells",
    },
    "reat": {
        "Automotive.csv": "test_dispersion.py::test_reat_all_measures_of_car_makers",
        "EU28.emp.csv": NO_CLAIM,
        "FK2014_EGC.csv": "test_every_reference_file.py::test_copies_are_copies",
        "Freiburg.csv": "test_shift_share.py::test_reat_freiburg_2008_to_2014",
        "G.counties.gdp.csv": "test_theil.py::"
            "test_another_package_reat_convergence_of_german_counties",
        "G.regions.emp.csv": "test_reat_examples.py::"
            "test_another_package_reat_prints_the_same_line",
        "G.regions.industries.csv": "test_every_reference_file.py::test_copies_are_copies",
    },
}  # fmt: skip


LITERATURE = "WHY a finding of the literature, no number of a method"
GOLDEN = {  # numbers of sections C1.1 and C12 of the theory, marked worked out or verified
    "C1.1": {
        "γ=0.0387597 [P]": "test_ellison_glaeser.py::test_golden_value_by_hand",
        "52 % of UK four-digit industries localised at 5 %":
            "WHY recalled from the paper; its plants are confidential",
    },
    "C12": {
        "UV 1.0, RV 1.260964, total 2.260964 [P]":
            "test_variety.py::test_published_values_of_the_toolkit",
        "golden Theil .243844, between .203094, within .040751":
            "test_theil.py::test_golden_value_and_its_parts",
        "RV ↑ employment growth": LITERATURE,
        "related clusters and neighbours' similar clusters add [V]": LITERATURE,
        "density→productivity ≈ .04": LITERATURE,
        "729 estimates in Melo et al.": LITERATURE,
        "Air links: raise local activity": LITERATURE,
    },
    "C14": {"golden: 1.006944": "WHY constraint of ego networks is a later stage"},
}  # fmt: skip


def test_golden_values_of_the_theory(folder, project_root):
    text = (folder.parent / "design" / "theory" / "C-measures.md").read_text()
    for title, golden in GOLDEN.items():
        section = re.split(rf"^##+ {title}\. |^##+ {title} ", text, flags=re.MULTILINE)[1]
        section = re.split(r"^##", section, flags=re.MULTILINE)[0]
        if title != "C14":
            assert len(golden) == section.count("[P]") + section.count("[V]")
        for phrase, where in golden.items():
            assert phrase in section, phrase
            assert is_held(where, project_root), where


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data.parent / "reference"


def columns(path):
    if path.suffix == ".json":
        return set(json.loads(path.read_text()))
    return {name for name in table_of(path)[1] if name}


@pytest.mark.parametrize("name", list(HELD))
def test_every_file_and_column_is_held_or_has_a_reason(folder, project_root, name):
    files = {path.name for path in (folder / name).iterdir()} - {"SOURCE.md"}
    assert files == set(HELD[name])
    for file, where in HELD[name].items():
        if isinstance(where, dict):
            assert columns(folder / name / file) == set(where), file
        for one in where.values() if isinstance(where, dict) else [where]:
            assert is_held(one, project_root), (file, one)


def test_ubiquity_in_383_metros(folder):
    _, names, theirs = table_of(folder / "reference_values" / f"{FILES}industry_indices.csv")
    assert names == ["ubiquity", "hoover_gini", "loc_gini"]
    present = ours.location_quotients(metros(folder)) >= 1 - 1e-12
    assert present.sum(axis=0).tolist() == theirs[:, 0].tolist()
    assert np.isnan(theirs[:, 1]).all()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("measurement/reat_FK2014_EGC.csv", "reat/FK2014_EGC.csv"),
        ("measurement/reat_G_regions_industries.csv", "reat/G.regions.industries.csv"),
    ],
)
def test_copies_are_copies(folder, one, other):
    assert (folder / one).read_text() == (folder / other).read_text()


@pytest.fixture(scope="module")
def found(folder):
    """Return our measures of the German regions of 2015 under REAT's names."""
    regions, industries, jobs = german_regions(folder, "emp_all")
    plants = german_regions(folder, "firms")[2].astype(float)
    area, people = (german_regions(folder, name)[2][:, 0]
                    for name in ("area_sqkm", "pop"))  # fmt: skip
    jobs = jobs.astype(float)
    conc = ours.concentration_measures(jobs)
    tables = {
        "conc": np.column_stack([conc["hoover"], conc["gini_of_quotients"],
                                 ours.krugman_against_others(jobs)]),
        "spec": np.column_stack([
            ours.specialisation_coefficient(jobs), ours.gini_specialisation(jobs),
            ours.krugman_specialisation(jobs, against="mean_of_others"),
        ]),
        "locq": ours.location_quotients(jobs).T,
        "litzenberger2": ours.litzenberger_sternberg(
            jobs, plants, area=area, population=people).T,
    }  # fmt: skip
    rows, across = np.argsort(industries), np.argsort(regions)
    by_place = {"spec": across}
    return {
        name: table[by_place.get(name, rows)] if table.shape[1] == 3
        else table[np.ix_(rows, across)]
        for name, table in tables.items()
    }  # fmt: skip


@pytest.mark.parametrize("name", ["conc", "spec", "locq", "litzenberger2"])
def test_german_regions_as_csv_and_json(folder, found, name):
    values = folder / "reference_values"
    codes, _, theirs = table_of(values / f"REAT_{name}_german_regions_2015.csv")
    assert codes == sorted(codes)
    np.testing.assert_allclose(found[name], theirs, rtol=1e-9)
    stored = json.loads((values / "REAT_german_regions.json").read_text())
    assert set(stored) == {
        "conc", "spec", "locq", "litzenberger2",
        "ellison.c_FK2014", "ellison.c2_FK2014",  # not reproduced: NOT_CO
    }  # fmt: skip
    np.testing.assert_allclose(found[name], np.array(stored[name], float), rtol=1e-9)
