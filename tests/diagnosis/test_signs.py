"""Results of other analyses read as signs: by hand, from the columns they leave."""

from types import SimpleNamespace

import polars as pl
import pytest
from tests.diagnosis.balances import balance, clustering, every_scale, study

from buzzline.analysis import NotMade
from buzzline.diagnosis import cluster_diagnosis
from buzzline.diagnosis.carrier_signs import (
    signs_of_gatekeepers,
    signs_of_reach,
    signs_of_redundancy,
    signs_of_removal,
)
from buzzline.diagnosis.deal_signs import signs_of_direction
from buzzline.diagnosis.findings import findings_of
from buzzline.diagnosis.needs import ASKED_BY, NEEDS, signs_of_unmade
from buzzline.diagnosis.pattern_cases import CASE_OF, cases_beside, patterns_beside
from buzzline.diagnosis.signs import THEMES
from buzzline.diagnosis.standing_signs import (
    signs_of_dimensions,
    signs_of_owners,
    signs_of_pipelines,
)
from buzzline.linkages.pattern_rule import PATTERNS

HEAD = {"cluster_id": "c", "label": "Prato, IT", "industry": "textiles", "level": 0.95}


def frame(*rows):
    return pl.DataFrame([HEAD | row for row in rows], infer_schema_length=None)


CARRIED = {"value": 11.0, "low": 5.0, "high": 13.0, "likely": 2.0, "likely_expected": 0.4,
           "carried": 0.64, "carried_low": 0.5, "carried_high": 0.7, "carried_expected": 0.12,
           "carried_p": 0.005, "carried_q": 0.005, "n_members": 30, "n_outside": 80, "status": "measured"}  # fmt: skip


@pytest.mark.parametrize(("q", "reading"), [(0.005, "high"), (0.2, "open")])
def test_by_hand_gatekeepers_are_read_off_what_they_hold_not_off_their_number(q, reading):
    row = CARRIED | {"carried_q": q}
    found = SimpleNamespace(clusters=frame(row), layers=("advice",), is_directed=True)
    (sign,) = signs_of_gatekeepers(found)
    assert (sign.theme, sign.reading, sign.n) == ("who carries the outside", reading, 80)
    assert sign.sentence == (
        "2 likely gatekeepers and 9 possible among 30 hold 64% [50%, 70%] of its ties outside, "
        "12% with ties dealt anew"
    )
    assert ("no more than their number of ties gives" in sign.reason) is (reading == "open")


def test_special_case_too_low_a_response_rate_leaves_gatekeepers_open_with_the_reason():
    row = CARRIED | {"value": None, "carried": None, "carried_expected": None, "carried_q": None,
           "n_outside": None, "status": "62% answered; roles need 70%"}  # fmt: skip
    found = SimpleNamespace(clusters=frame(row), layers=("advice",), is_directed=True)
    (sign,) = signs_of_gatekeepers(found)
    assert (sign.reading, sign.reason) == ("open", "62% answered; roles need 70%")


@pytest.mark.parametrize(
    ("verdict", "reading"),
    [("vulnerable", "low"), ("redundant", "high"), ("cannot tell", "open"),
     ("no way out", "open"), ("not testable", "open")],
)  # fmt: skip
def test_by_hand_verdicts_of_redundancy(verdict, reading):
    row = {"verdict": verdict, "value": 0.42, "low": 0.3, "high": 0.6, "n_gatekeepers": 1,
           "reason": None}  # fmt: skip
    (sign,) = signs_of_redundancy(SimpleNamespace(clusters=frame(row), layers=("advice",)))
    assert sign.reading == reading
    assert "lose 42% [30%, 60%] of their access" in sign.sentence
    assert sign.sentence.startswith("advice: ")
    assert bool(sign.reason) is (reading == "open")


def test_special_case_where_nearly_all_have_ties_of_their_own_nothing_rests_on_a_few():
    row = {"verdict": "each on its own", "value": None, "low": None, "high": None,
           "n_gatekeepers": 28, "reason": "2 of 30 members have none"}  # fmt: skip
    (sign,) = signs_of_redundancy(SimpleNamespace(clusters=frame(row), layers=("advice",)))
    assert sign.reading == "open"
    assert sign.reason.startswith("advice: does not arise, nearly all have ties outside")
    assert sign.reason.endswith("2 of 30 members have none")


@pytest.mark.parametrize(
    ("lost", "low", "high", "reading"),
    [(0.3, 0.2, 0.4, "low"), (0.05, 0.02, 0.08, "high"), (0.1, 0.05, 0.2, "open"),
     (0.3, None, None, "open")],
)  # fmt: skip
def test_by_hand_reach_is_read_off_all_reach_against_a_tenth(lost, low, high, reading):
    row = {"value": 0.62, "expected": 0.5, "p": 0.01, "q": 0.01, "lost": lost, "lost_low": low,
           "lost_high": high, "n_removed": 1, "n_tied_both": 8,
           "status": "measured"}  # fmt: skip
    (sign,) = signs_of_reach(SimpleNamespace(clusters=frame(row)))
    assert (sign.reading, sign.p) == (reading, None)
    assert "foremost 1 of 8 members tied inside and outside" in sign.sentence
    assert "62% (50% with ties dealt anew)" in sign.sentence
    assert bool(sign.reason) is (reading == "open")
    none = row | {"lost": None, "status": "no such member"}
    (sign,) = signs_of_reach(SimpleNamespace(clusters=frame(none)))
    assert (sign.reading, sign.reason) == ("open", "no such member")


def test_by_hand_removal_is_read_of_clusters_not_of_all_organisations():
    row = {"verdict": "more fragile than chance", "value": 0.1, "low": 0.08, "high": 0.12,
           "expected": 0.2, "half_targeted": 0.07, "q": 0.01, "n_members": 30,
           "status": "measured"}  # fmt: skip
    whole = row | {"cluster_id": None}
    (sign,) = signs_of_removal(SimpleNamespace(networks=frame(row, whole)))
    assert (sign.theme, sign.reading, sign.p) == ("holding together", "low", 0.01)
    assert sign.sentence.startswith("it halves once the best tied 7% leave; R = 0.10")
    none = row | {"verdict": "not testable", "status": "3 members"}
    (sign,) = signs_of_removal(SimpleNamespace(networks=frame(none)))
    assert (sign.reading, sign.reason) == ("open", "3 members")


def test_by_hand_pipelines_of_all_scales_together():
    row = {"scale": "all distant", "verdict": "fewer", "log_ratio": -0.7, "low": -1.0,
           "high": -0.4, "q": 0.01, "n": 40.0, "n_needed": 20, "reason": None}  # fmt: skip
    other = row | {"scale": "global", "verdict": "more"}
    (sign,) = signs_of_pipelines(SimpleNamespace(scales=frame(row, other)))
    assert (sign.theme, sign.reading) == ("distant pipelines", "low")
    assert "0.50 times [0.37, 0.67]" in sign.sentence


def test_by_hand_one_owner_is_the_low_end():
    row = {"sign": "anchor dependence", "layer": "affiliate", "value": 0.6, "low": 0.4,
           "high": 0.8, "n": 50, "finding": "above", "reason": None}  # fmt: skip
    unknown = row | {"layer": "supply", "value": None, "low": None, "finding": "?",
                     "reason": "3 global ties"}  # fmt: skip
    one, two = signs_of_owners(SimpleNamespace(signs=frame(row, row | {"n": 9}, unknown)))
    assert (one.reading, one.about) == ("low", "affiliate")
    assert (two.reading, two.reason) == ("open", "3 global ties")


@pytest.mark.parametrize(
    ("low", "high", "reading"),
    [(0.6, 0.9, "high"), (0.0, 0.4, "low"), (0.3, 0.7, "middle"), (0.1, 0.9, "open")],
)
def test_by_hand_a_percentile_that_may_be_anywhere_is_no_place_in_the_middle(
    low, high, reading
):
    row = {"dimension": "power", "percentile": 0.5, "percentile_low": low,
           "percentile_high": high, "n_reference": 9, "reference": "same industry",
           "indicators": "three largest", "status": "cannot be told"}  # fmt: skip
    (sign,) = signs_of_dimensions(SimpleNamespace(dimensions=frame(row)))
    assert (sign.theme, sign.reading) == ("power dimension", reading)
    assert bool(sign.reason) is (reading == "open")


def test_special_case_a_dimension_without_data_says_so():
    row = {"dimension": "power", "percentile": None, "percentile_low": None,
           "percentile_high": None, "n_reference": None, "reference": None,
           "indicators": None, "status": "no data"}  # fmt: skip
    (sign,) = signs_of_dimensions(SimpleNamespace(dimensions=frame(row)))
    assert (sign.reading, sign.reason, sign.about) == ("open", "no data", "no indicator")


def test_by_hand_what_was_not_made_is_open_and_says_what_it_needs():
    clusters = frame({}).drop("level")
    signs = signs_of_unmade(clusters, {"gatekeepers": NotMade("no tie has a direction.")})
    (row,) = findings_of(signs).to_dicts()
    assert (row["theme"], row["confidence"]) == ("who carries the outside", "open")
    assert "roster" in row["settled_by"]
    assert row["settled_by"].endswith("; so far: not made: no tie has a direction")
    assert {theme for themes in ASKED_BY.values() for theme in themes} <= {
        theme.name for theme in THEMES
    }
    assert set(ASKED_BY) <= set(NEEDS)


def test_by_hand_a_likely_pattern_brings_its_case_with_evidence_on_both_sides():
    row = {
        "layer": "supply",
        "model": "G2",
        "pattern": "dependent enclave",
        "n": 80,
        "probability": 0.7,
        "possible": 0.9,
        "settled_by": "",
        "reading": "r",
        "levers": "l",
    }
    rare = row | {"pattern": "introverted", "probability": 0.1}
    other = row | {"model": "G1", "probability": 0.9}
    worse = row | {"model": "G1", "pattern": "introverted", "probability": 1.0}
    found = SimpleNamespace(patterns=frame(worse, row, rare, other).drop("level"))
    clusters = pl.DataFrame({"cluster_id": ["c"]})
    shares = patterns_beside(found, clusters)
    assert shares.select("pattern", "probability").rows() == [
        ("dependent enclave", 0.7), ("introverted", 0.1),
    ]  # fmt: skip
    assert shares["probability"].sum() <= 1
    cases = cases_beside(found, clusters)
    assert set(cases["case"]) == {"Costa Rica (semiconductors)"}
    assert {"for", "against"} <= set(cases["side"])
    assert cases_beside(None, clusters).height == 0


def test_by_hand_others_of_any_industry_are_not_called_clusters_like_it():
    row = {"dimension": "power", "percentile": 0.05, "percentile_low": 0.0,
           "percentile_high": 0.4, "n_reference": 5, "reference": "all clusters",
           "indicators": "three largest", "status": "measured"}  # fmt: skip
    like = row | {"reference": "same industry"}
    one, two = signs_of_dimensions(SimpleNamespace(dimensions=frame(row, like)))
    assert "of all 5 other clusters, of any industry by three largest" in one.sentence
    assert "of 5 other clusters of its industry" in two.sentence
    assert "clusters like it" not in "".join(t.low + t.high + t.question for t in THEMES)


def test_every_pattern_that_names_a_case_has_one():
    assert set(CASE_OF) == {pattern.name for pattern in PATTERNS if pattern.case}


def test_invariant_signs_of_all_results_stand_in_one_diagnosis():
    gate = CARRIED
    from buzzline.linkages.gatekeepers import Gatekeepers

    found = Gatekeepers(
        members=pl.DataFrame(), clusters=frame(gate), layers=("advice",), is_directed=True,
        level=0.95, draws=99, notes=(),
    )  # fmt: skip
    said = cluster_diagnosis(study(), clustering(), balance(every_scale()), gatekeepers=found)
    row = said.findings.row(
        by_predicate=pl.col("theme") == "who carries the outside", named=True
    )
    assert (row["answer"], row["confidence"]) == (
        "more than their number of ties gives", "likely",
    )  # fmt: skip
    assert "gatekeepers" not in said.not_made["analysis"]


def deals_of_a_cluster(**columns):
    row = {"cluster_id": "c", "label": "Prato, IT", "industry": "textiles", "value": 0.3,
           "low": 0.2, "high": 0.42, "level": 0.95, "expected": 0.12, "q": 0.01, "n": 90,
           "needed": 60, "status": "measured"} | columns  # fmt: skip
    found = SimpleNamespace(clusters=pl.DataFrame([row], infer_schema_length=None))
    (sign,) = signs_of_direction(found)
    return sign


def test_deals_beyond_chance_into_similar_clusters_are_a_sign_and_others_are_open():
    sign = deals_of_a_cluster()
    assert (sign.theme, sign.reading, sign.n, sign.n_needed) == (
        "similar clusters",
        "high",
        90,
        60,
    )
    assert "30% [20%, 42%] of 90 deals" in sign.sentence
    sign = deals_of_a_cluster(q=0.4)
    assert sign.reading == "open"
    assert "no more deals" in sign.reason
    sign = deals_of_a_cluster(value=None, expected=None, q=None, status="not testable: few")
    assert (sign.reading, sign.reason) == ("open", "not testable: few")
