"""No stored number without a test: every item of the reference folders is held or has its reason.

An item is held by a function of ours that runs here, or by the named test elsewhere (which must
exist); `WHY` says what is not reproduced. A new item without either fails.
"""

import json

import numpy as np
import polars as pl
import pytest
from tests.agglomeration.test_complexity_indices import present, standardised

from buzzline import agglomeration as ours
from buzzline.agglomeration.relative import lang_m
from buzzline.agglomeration.theil import mean_log_deviation
from buzzline.space.points import on_plane
from buzzline.space.windows import polygon

NOT_CO = "departs from Ellison and Glaeser (1997): 12.07 for -0.0358 (where-packages-differ)"
BINS = "bandwidth of the occupied bins, not of the pairs (where-packages-differ)"
LATER = "communities in networks are a later stage"


def array(values):
    return np.array(values, dtype=float)


def flags(x):
    matrix = array(x["mat"])
    return present(matrix) if x.get("RCA") else matrix > 0


def jobs_of(x):
    return array(x["mat"]) if "mat" in x else array(x["x"])[:, None]


def measured(name, factor=1):
    return lambda x: factor * ours.concentration_measures(
        jobs_of(x), area_share=x.get("pop"))[name]  # fmt: skip


def density(side):
    def found(x):
        near = array(x["relatedness"])
        by_cell = 100 * ours.relatedness_density(array(x["mat"]) > 0, near, side=side)
        return by_cell if side == "all" else by_cell[:, 2]

    return found


def reflected(steps, which):
    def found(x):
        value = ours.reflections(flags(x), steps)[which]
        # from three steps on EconGeo stretches to 0..100
        return 100 * (value - value.min()) / np.ptp(value) if steps >= 3 else value

    return found


def counts(x):
    return ours.co_occurrence(array(x["incidence_industry_by_event"]).T > 0)


def off_diagonal(matrix):
    return matrix * ~np.eye(len(matrix), dtype=bool)


def related(kind):
    return lambda x: ours.relatedness_of(array(x["cooccurrence"]), kind)


def quotients(x):
    return ours.location_quotients(array(x["mat"]))


def average_quotient(x):
    jobs = array(x["mat"])
    return np.sum(jobs / jobs.sum(axis=1, keepdims=True) * quotients(x), axis=1)


def presence_of(x):
    return flags(x) if x.get("RCA") else array(x["mat"]) > 0


def income(which):
    return lambda x: ours.income_content(array(x["mat"]), array(x["vec"]))[which]


ECONGEO = {  # function -> ours, absolute tolerance
    "Gini": (lambda x: ours.gini(jobs_of(x), axis=0), 1e-12),
    "Hoover.Gini": (measured("gini_lorenz"), 1e-12),
    "Hoover.index": (measured("hoover", 100), 1e-11),
    "locational.Gini": (measured("gini_krugman"), 1e-12),
    "location.quotient": (quotients, 1e-12),
    "location.quotient(binary)": (lambda x: quotients(x) >= 1 - 1e-12, 0),
    "location.quotient.avg": (average_quotient, 1e-12),
    "Krugman.index": (lambda x: ours.krugman_specialisation(array(x["mat"])), 1e-12),
    "Hachman": (lambda x: ours.hachman(array(x["mat"])), 1e-12),
    "Herfindahl": (lambda x: ours.herfindahl(array(x["mat"])), 1e-12),
    "spec.coeff": (lambda x: ours.specialisation_coefficient(array(x["mat"])), 1e-12),
    "entropy": (lambda x: ours.entropy(array(x["mat"])), 5.0001e-4),  # rounds to 3 decimals
    "diversity": (lambda x: presence_of(x).sum(axis=1), 0),
    "ubiquity": (lambda x: presence_of(x).sum(axis=0), 0),
    "KCI": (lambda x: ours.economic_complexity(flags(x)).eci, 1e-3),  # rounds; of either sign
    "TCI": (lambda x: ours.economic_complexity(flags(x)).pci, 1e-3),
    **{f"MORc(steps={k})": (reflected(k, 0), 1e-9) for k in range(4)},
    **{f"MORt(steps={k})": (reflected(k, 1), 1e-9) for k in range(4)},
    "co.occurrence": (lambda x: off_diagonal(counts(x)), 0),
    "co.occurrence(diagonal)": (counts, 0),
    "relatedness(prob)": (related("probability"), 1e-12),
    "relatedness(association)": (related("association"), 1e-12),
    "relatedness(cosine)": (related("cosine"), 1e-12),
    "relatedness(jaccard)": (related("jaccard"), 1e-12),
    "relatedness.density": (density("all"), 0.005001),  # rounds to 2 decimals
    "relatedness.density.int": (density("internal"), 0.5),  # rounds to whole per cent
    "relatedness.density.ext": (density("external"), 0.5),
    "prody": (income(0), 0.1),  # rounds quotients; exactly so in test_complexity_indices
    "expy": (income(1), 0.1),
    "zScore": (lambda x: ours.against_ubiquity(counts_flags(x)).z, 1e-12),
}


def counts_flags(x):
    return array(x["incidence_industry_by_event"]) > 0


def one_against_others(x, place, others):
    return array([x[place], *x[others]])


REAT = {  # function -> the test that holds it, or ours and a relative tolerance, or WHY
    "ellison.a": "test_ellison_glaeser.py::test_another_package_reat",
    "ellison.a2": "test_ellison_glaeser.py::test_another_package_reat",
    "ellison.c": f"WHY {NOT_CO}",
    "ellison.c2": f"WHY {NOT_CO}",
    "gini.conc": "test_concentration_measures.py::test_another_package_reat_single_industries",
    "gini.spec": "test_regional_mix.py::test_reat_gini_of_specialisation",
    "krugman.spec": "test_regional_mix.py::test_reat_krugman_of_two_and_of_sweden",
    "krugman.spec2": "test_regional_mix.py::test_reat_krugman_of_two_and_of_sweden",
    "krugman.conc2": (lambda x: ours.krugman_against_others(
        one_against_others(x, "industry", "others").T)[0], 1e-9),
    "locq": "test_specialisation.py::test_reat_quotient_of_one_cell",
    "litzenberger": "test_strong_clusters.py::test_reat_litzenberger_and_sternberg_by_hand",
    "herf": (lambda x: ours.herfindahl(x["x"]), 1e-12),
    "herf(norm)": (lambda x: ours.normalised_herfindahl(x["x"]), 1e-12),
    "theil": (lambda x: mean_log_deviation(x["x"]), 1e-12),
    "howard.cl": "test_strong_clusters.py::test_reat_howard_index",
    "hoover": (lambda x: ours.concentration_measures(
        array(x["x"])[:, None], area_share=x["ref"])["hoover"][0], 1e-9),
    "gini": (lambda x: ours.gini(x["x"]), 1e-12),
    "durpug": (lambda x: ours.relative_diversity([x["e_ij"]], x["e_i"])[0], 1e-12),
}  # fmt: skip

DBMSS = {  # function and approximation -> where
    ("Kd", 0): "test_smoothing.py::test_dbmss_exact_values_within_half_a_per_cent",
    ("Kd", 1): f"WHY {BINS}",
    ("Kd", 4): f"WHY {BINS}",
    ("M", None): "test_relative.py::test_m_agrees_with_dbmss",
    ("m", 0): "test_relative.py::test_smooth_m_agrees_with_dbmss_exact",
    ("m", 1): f"WHY {BINS}",
    ("K(best)", None): "test_ripley_of_all_trees.py::"
                       "test_k_of_all_trees_differs_from_dbmss_by_circles_through_corners",
    ("K", None): "test_ripley.py::test_k_l_and_d_agree_with_dbmss",
    ("L", None): "test_ripley.py::test_k_and_l_of_all_trees_agree_with_dbmss_nearly",
    ("D", None): "test_ripley.py::test_k_l_and_d_agree_with_dbmss",
    ("Kmm", None): "test_ripley_of_all_trees.py::"
                   "test_marked_k_of_all_trees_is_read_off_a_grid_in_dbmss",
    ("g", None): "test_ripley.py::test_pair_correlation_agrees_with_dbmss_but_for_its_divisor",
}  # fmt: skip
DBMSS_BESIDE = {
    "individual_M_Vamericana": "test_relative.py::test_m_around_each_point_agrees_with_dbmss",
    "toy_three_points": "test_relative.py::test_three_points_and_a_single_reference_point",
    "five_points_on_a_line": "test_relative.py::"
                             "test_five_points_on_a_line_by_hand_and_in_dbmss",
    "envelope_M": "test_m_function.py::test_envelope_agrees_with_dbmss",
    "envelope_Kd_local": "test_smoothing.py::test_dbmss_bands_within_the_error_of_their_draws",
    "envelope_Kd_global": "test_smoothing.py::test_dbmss_bands_within_the_error_of_their_draws",
    "window": "test_every_reference.py::test_points_and_window_of_dbmss",
    "counts": "test_every_reference.py::test_points_and_window_of_dbmss",
    "source": "WHY says where the numbers are from",
}  # fmt: skip

IDENTITIES = {  # in the order of identities.json
    "ellison_glaeser": [
        "test_ellison_glaeser.py::test_the_dartboard_has_mean_zero_at_any_sizes_of_plants",
        "test_ellison_glaeser.py::test_neither_order_nor_unit_nor_names_of_places_change_anything",
        "test_ellison_glaeser.py::test_one_plant_is_nan_with_the_reason",
        "test_coagglomeration.py::test_pairs_as_derived_from_the_textbook",
        "test_ellison_glaeser.py::test_maurel_sedillot_as_derived",
    ],
    "duranton_overman_Kd": [
        "test_smoothing.py::test_the_density_integrates_to_one",
        "test_smoothing.py::test_isometries_change_nothing",
        "test_smoothing.py::test_coordinates_give_what_their_distance_matrix_gives",
        "test_smoothing.py::test_equal_weights_are_no_weights",
        "../test_envelopes.py::test_the_stated_share_of_curves_lies_wholly_inside",
    ],
    "marcon_puech_M": [
        "test_relative.py::test_five_points_on_a_line_by_hand_and_in_dbmss",
        "test_relative.py::test_m_does_not_change_with_isometries_weights_or_order",
        "test_relative.py::test_m_agrees_with_brute_force",  # of the distance table
        "test_relative.py::test_three_points_and_a_single_reference_point",
    ],
    "ripley_K": [
        "test_ripley.py::test_mean_k_of_even_points_is_the_area_of_a_disc",
        "test_ripley.py::test_k_agrees_with_spatstat_on_its_cells",
    ],
    "lq_family": [
        "test_every_reference.py::test_quotients_weighed_by_size_of_place_have_mean_one",
        "test_regional_mix.py::test_invariant_identities_of_the_family",
        "test_regional_mix.py::test_collapses_places_of_one_mix",
        "test_concentration_measures.py::test_another_package_econgeo_locational_gini",
    ],
    "relatedness": [
        "test_proximity.py::test_invariant_shares_lie_between_0_and_1",
        "test_complexity_indices.py::test_invariant_places_and_industries_may_come_in_any_order",
        "test_complexity_indices.py::"
        "test_industries_point_the_same_way_as_places_where_econcomplex_turns_them",
        "test_complexity_indices.py::test_brute_force_all_eigenvectors_of_the_unsymmetric_matrix",
    ],
    "paper_level_facts_not_reproducible_without_microdata": [
        "WHY recalled from the paper; its plants are confidential",
        "WHY recalled from the paper; its plants are confidential",
        "WHY the definitions were corrected by hand; industry_groups searches anew",
    ],
}

NETWORK_ITEMS = ("karate_modularity_optimum", "karate_cpm", "multiplex_two_layers", "versions")
NETWORKS = dict.fromkeys(NETWORK_ITEMS, f"WHY {LATER}")


@pytest.fixture(scope="module")
def folder(shared_data):
    return shared_data.parent / "reference"


def read(folder, name):
    return json.loads((folder / "measurement" / name).read_text())


def is_held(where, project_root):
    """Tell whether the test a table names exists, or a reason stands instead."""
    if where.startswith("WHY "):
        return len(where) > 12
    file, test = where.split("::")
    text = (project_root / "tests" / "agglomeration" / file).resolve().read_text()
    return f"\ndef {test}(" in text


def test_every_item_of_econgeo(folder):
    items = read(folder, "econgeo.json")["items"]
    assert {item["fn"] for item in items} == set(ECONGEO)
    for item in items:
        call, tolerance = ECONGEO[item["fn"]]
        found, theirs = array(call(item["input"])), np.squeeze(array(item["value"]))
        if item["fn"] in ("KCI", "TCI"):
            theirs = standardised(theirs)
            theirs = theirs * np.sign(found @ theirs)
        if item["fn"] == "zScore":
            theirs, found = (x[~np.eye(len(x), dtype=bool)] for x in (theirs, found))
        np.testing.assert_allclose(
            np.squeeze(found), theirs, rtol=1e-12, atol=tolerance, err_msg=item["fn"]
        )


def test_every_item_of_reat(folder, project_root):
    items = read(folder, "reat.json")["items"]
    assert {item["fn"] for item in items} == set(REAT)
    for item in items:
        held = REAT[item["fn"]]
        if isinstance(held, str):
            assert is_held(held, project_root), held
            continue
        call, tolerance = held
        assert call(item["input"]) == pytest.approx(item["value"], rel=tolerance), item["fn"]


def test_every_item_of_dbmss_identities_and_networks(folder, project_root):
    stored = read(folder, "dbmss.json")
    found = {(item["fn"], dict(item["args"]).get("approx")) for item in stored["items"]}
    assert found == set(DBMSS)
    assert set(stored) - {"items"} == set(DBMSS_BESIDE)
    said = read(folder, "identities.json")
    assert {name: len(texts) for name, texts in said.items()} == {
        name: len(tests) for name, tests in IDENTITIES.items()
    }
    assert set(read(folder, "networks.json")) == set(NETWORKS)
    everywhere = [*DBMSS.values(), *DBMSS_BESIDE.values(), *NETWORKS.values()]
    for where in [*everywhere, *(one for tests in IDENTITIES.values() for one in tests)]:
        assert is_held(where, project_root), where


def test_points_and_window_of_dbmss(folder):
    points = pl.read_csv(folder / "measurement" / "dbmss_paracou16.csv")
    copy = pl.read_csv(folder / "dbmss" / "paracou16_points.csv")
    assert points.rows() == copy.rows()
    corners = pl.read_csv(folder / "measurement" / "dbmss_paracou16_window.csv")
    assert corners.equals(pl.read_csv(folder / "dbmss" / "paracou16_window_1.csv").drop("ring"))
    stored = read(folder, "dbmss.json")
    window = polygon([(corners["x"], corners["y"])])
    assert window.area_km2 == pytest.approx(stored["window"]["area"])
    kinds = points["type"].value_counts().rows()
    assert dict(kinds) == stored["counts"]


def test_smooth_m_of_dbmss_by_five_metres(folder):
    rows = pl.read_csv(folder / "measurement" / "dbmss_paracou16.csv")
    is_rosea = (rows["type"] == "Q. Rosea").to_numpy()
    table = pl.read_csv(folder / "dbmss" / "mhat_QRosea.csv", infer_schema=False)
    r, theo, m = (array([x.strip() for x in column]) for column in table.get_columns())
    found = lang_m(
        on_plane(rows["x"], rows["y"]), is_rosea, r, weight=rows["weight"].to_numpy()
    )
    assert (theo == 1).all()
    assert found == pytest.approx(m, abs=5e-4)  # R's density() before 4.4


def test_quotients_weighed_by_size_of_place_have_mean_one():
    jobs = np.random.default_rng(3).gamma(1, 9, (8, 5))
    quotient, place = ours.location_quotients(jobs), jobs.sum(axis=1) / jobs.sum()
    np.testing.assert_allclose(place @ quotient, 1)
    np.testing.assert_allclose(quotient @ (jobs.sum(axis=0) / jobs.sum()), 1)
