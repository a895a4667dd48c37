"""Bad input of array functions: a clear error or NaN, never a number made from it."""

import numpy as np
import polars as pl
import pytest

import buzzline.agglomeration as stage
from buzzline.agglomeration import StrongRule
from buzzline.agglomeration.quotient_errors import totals_of
from buzzline.errors import BuzzlineError, InvalidArgument
from buzzline.space.points import on_sphere
from buzzline.tables.study import Study

JOBS = [[3.0, 1, 4], [1, 5, 9], [2, 6, 5], [3, 5, 8]]
PRESENCE = [[1, 0, 1], [1, 1, 0], [0, 1, 1], [1, 1, 1]]
PAIRS = [[0, 0.4, 0.2], [0.4, 0, 0.3], [0.2, 0.3, 0]]
FLOWS = [[0, 3.0, 1], [2, 0, 4], [5, 2, 0]]
EACH = [1.0, 2, 3, 4]
TOTALS = totals_of(np.array(JOBS))
NEAR = [[0, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 0]]


def of(name, *args, **kwargs):
    """Return a function of the first argument only."""
    return lambda first: getattr(stage, name)(first, *args, **kwargs)


ONLY_JOBS = [
    "diversity", "gini_specialisation", "hachman", "krugman_specialisation",
    "specialisation_coefficient", "concentration_measures", "krugman_against_others",
    "group_coagglomeration", "pairwise_coagglomeration", "howard_index",
    "expected_howard_index", "locational_correlation", "occupational_relatedness",
    "location_quotients", "related_clusters",
]  # fmt: skip
TABLES = {
    **{name: (of(name), JOBS) for name in ONLY_JOBS},
    "related_variety": (of("related_variety", [0, 0, 1]), JOBS),
    "income_content": (of("income_content", EACH), JOBS),
    "shift_parts": (of("shift_parts", JOBS), JOBS),
    "shift_parts second": (lambda jobs: stage.shift_parts(JOBS, jobs), JOBS),
    "litzenberger_sternberg": (
        of("litzenberger_sternberg", JOBS, area=EACH, population=EACH), JOBS),
    "strong_cells": (of("strong_cells", JOBS, JOBS, rule=StrongRule()), JOBS),
    "cluster_stars": (of("cluster_stars", JOBS, JOBS, rule=StrongRule()), JOBS),
    "outside_quotients": (of("outside_quotients", [0, 0, 1], TOTALS), JOBS),
    "quotient_interval": (of("quotient_interval", JOBS, TOTALS), JOBS),
    "evenness_p": (of("evenness_p", JOBS, TOTALS), JOBS),
    "related_strength": (of("related_strength", PAIRS), JOBS),
    "neighbour_strength": (of("neighbour_strength", NEAR), JOBS),
    "relatedness_density": (of("relatedness_density", PAIRS), PRESENCE),
    "relatedness_density proximity": (
        lambda near: stage.relatedness_density(PRESENCE, near), PAIRS),
    "input_output_relatedness": (of("input_output_relatedness"), FLOWS),
    "labour_flow_relatedness": (of("labour_flow_relatedness"), FLOWS),
    "move_p_values": (of("move_p_values"), FLOWS),
}  # fmt: skip
FLAGS = {
    **{name: (of(name), PRESENCE) for name in (
        "co_occurrence", "proximity", "economic_complexity", "economic_fitness", "reflections",
        "against_degrees", "against_ubiquity")},
    "proximity_interval": (of("proximity_interval", "cosine", 0.95), PRESENCE),
}  # fmt: skip
LISTS = {
    "herfindahl": (of("herfindahl"), EACH),
    "entropy": (of("entropy"), EACH),
    "gini": (of("gini"), EACH),
    "gini weight": (lambda weight: stage.gini(EACH, weight), EACH),
    "area": (lambda area: stage.litzenberger_sternberg(
        JOBS, JOBS, area=area, population=EACH), EACH),
    "ellison_glaeser": (of("ellison_glaeser", [0, 1, 2, 0], [0, 0, 0, 0]), EACH),
    "grouped_herfindahl": (of("grouped_herfindahl", [1, 1, 1, 1], [0, 0, 0, 1]), EACH),
    "theil population": (lambda people: stage.theil(EACH, people), EACH),
}  # fmt: skip
ALL = TABLES | FLAGS | LISTS


def with_one(values, bad):
    changed = np.array(values, dtype=float)
    changed.flat[1] = bad
    return changed


def numbers_in(result):
    """Return every number of a result, whatever holds it."""
    if isinstance(result, dict):
        parts = list(result.values())
    elif hasattr(result, "__slots__") and not isinstance(result, tuple):
        parts = [getattr(result, name) for name in result.__slots__]
    else:
        parts = list(result) if isinstance(result, tuple) else [result]
    arrays = [np.asarray(part) for part in parts if not isinstance(part, str)]
    return np.concatenate([array.astype(float).ravel() for array in arrays])


@pytest.mark.parametrize("name", ALL)
def test_invariant_lists_and_arrays_give_the_same(name):
    function, values = ALL[name]
    given = numbers_in(function(np.array(values, dtype=float)))
    assert np.array_equal(numbers_in(function(values)), given, equal_nan=True)
    assert given.size


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("bad", [-5.0, np.inf, -np.inf])
def test_by_hand_a_negative_or_infinite_cell_is_refused_and_named(name, bad):
    function, values = ALL[name]
    with pytest.raises(InvalidArgument, match=r"\b1 (of \d+ cells|flow)\b"):
        function(with_one(values, bad))


@pytest.mark.parametrize("name", TABLES | FLAGS)
def test_by_hand_what_is_no_table_is_refused(name):
    function, values = ALL[name]
    for bad in (values[0], [values], [], [["a", "b"]], [[1.0], [1.0, 2.0]]):
        with pytest.raises(BuzzlineError, match="`|group_coagglomeration"):
            function(bad)


@pytest.mark.parametrize("name", FLAGS)
@pytest.mark.parametrize("bad", [np.nan, 7.0, 0.5])
def test_by_hand_presence_is_zeros_and_ones(name, bad):
    function, values = FLAGS[name]
    with pytest.raises(InvalidArgument, match="neither 0 nor 1.*location_quotients"):
        function(with_one(values, bad))
    function(np.array(values, dtype=bool))


@pytest.mark.parametrize("name", ["herfindahl", "entropy", "gini"])
def test_special_case_nothing_to_share_is_nan(name):
    for nothing in ([], [0.0, 0.0], [np.nan]):
        assert np.isnan(getattr(stage, name)(nothing))


def test_special_case_an_industry_without_jobs_is_nan():
    empty = np.array([[1.0, 0, 2], [3, 0, 4]])
    assert np.isnan(stage.krugman_against_others(empty)).any()
    prody, expy = stage.income_content([[0.0, 0], [1, 1]], [10.0, 20])
    assert np.isnan(expy).tolist() == [True, False]
    assert prody.tolist() == [20.0, 20.0]


@pytest.mark.parametrize("call", [
    lambda: stage.related_variety(JOBS, [0, 0]),
    lambda: stage.related_variety(JOBS, [0, -1, 1]),
    lambda: stage.related_variety(JOBS, [0, 0.5, 1]),
    lambda: stage.validation_scores(PAIRS, [0, 0]),
    lambda: stage.validation_scores(JOBS, [0, 0, 1]),
    lambda: stage.income_content(JOBS, [1.0, np.nan, 2, 3]),
    lambda: stage.income_content(with_one(JOBS, np.nan), EACH),
    lambda: stage.shift_parts(JOBS, JOBS[:2]),
    lambda: stage.shift_parts(JOBS, JOBS, whole=([1.0], [1.0])),
    lambda: stage.dynamic_shift_parts([JOBS]),
    lambda: stage.hachman(JOBS, [1.0, 2.0]),
    lambda: stage.litzenberger_sternberg(JOBS, JOBS[:2], area=EACH, population=EACH),
    lambda: stage.litzenberger_sternberg(JOBS, JOBS, area=[0.0, 1, 1, 1], population=EACH),
    lambda: stage.krugman_specialisation(JOBS, against="nobody"),
    lambda: stage.entropy(EACH, base=1.0),
    lambda: stage.reflections(PRESENCE, -1),
    lambda: stage.economic_fitness(PRESENCE, tolerance=-1.0),
    lambda: stage.economic_complexity(PRESENCE, size=[1.0, 2.0]),
    lambda: stage.relatedness_of([[0.0, 1], [2, 0]]),
    lambda: stage.correlation_proximity([1.0, 2.0]),
    lambda: stage.besag_l([1.0, 2.0], [1.0]),
    lambda: stage.quotient_interval(JOBS[:2], JOBS[:2], TOTALS),
    lambda: stage.ellison_glaeser(EACH, [0, 1], [0, 0, 0, 0]),
    lambda: stage.growth_regression(EACH, [[1.0], [np.nan], [1], [2]], ([0, 0, 1, 1],) * 2),
    lambda: on_sphere([0], [95]),
    lambda: on_sphere([400], [45]),
])  # fmt: skip
def test_by_hand_wrong_arguments_are_refused_by_name(call):
    with pytest.raises(InvalidArgument, match=r"^\w+: \S+ .*\d|`|symmetric"):
        call()


def test_by_hand_plain_lists_are_taken():
    found = stage.litzenberger_sternberg(
        [[1743.0], [3997]], [[35], [18]], area=[50, 526], population=[488, 4133]
    )
    assert found[0, 0] == pytest.approx(21.87491, abs=1e-5)


def test_by_hand_the_error_names_the_analysis_that_was_asked():
    rows = {"place_id": ["a", "a", "b", "b"], "industry": ["10", "11", "10", "11"]}
    years = [rows | {"year": [year] * 4, "jobs": EACH} for year in (2015, 2018)]
    merged = {name: [*years[0][name], *years[1][name]] for name in years[0]}
    with pytest.raises(BuzzlineError, match=r"^cluster_strength: "):
        stage.cluster_strength(Study.of(employment=pl.DataFrame(merged)))
