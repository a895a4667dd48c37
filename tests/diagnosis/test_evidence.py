"""Cases and disputes are claims with sources, for and against, and never labels."""

import polars as pl
import pytest

import buzzline
from buzzline.analysis import CATALOGUE
from buzzline.diagnosis import CASES, DISPUTES, case_named, contested_evidence
from buzzline.diagnosis.claims import EVIDENCE_SCHEMA, Case, Claim, claims_table
from buzzline.errors import InvalidArgument

# Analyses the register names that another slice of the package brings.
COMING = {
    "social_capital", "cognitive_distance", "monitoring", "proximities", "external_reach",
    "temporary_clusters", "buzz_and_pipelines", "weakest_link_test",
}  # fmt: skip


def claims():
    return [
        *(claim for case in CASES for claim in case.claims),
        *(claim for dispute in DISPUTES for claim in (dispute.one, dispute.other)),
    ]


def test_every_piece_of_evidence_has_a_side_a_source_and_a_tag():
    for claim in claims():
        assert claim.text.endswith(".")
        assert claim.holder
        for each in claim.evidence:
            assert each.side in ("for", "against", "qualifies")
            assert each.tag in ("read", "remembered", "computed", "stated")
            assert each.text
            assert each.source


def test_every_case_but_the_uncontested_ones_has_evidence_against_or_that_qualifies():
    assert len({case.case_id for case in CASES}) == len(CASES)
    assert all(case.is_contested for case in CASES)


def test_by_hand_claims_that_their_own_literature_contradicts_say_so():
    chips = case_named("costa_rica_chips").claims[0]
    assert any(e.side == "against" and "Gereffi" in e.source for e in chips.evidence)
    bridge = case_named("oresund").claims[0]
    assert any(e.side == "against" and "Ejermo" in e.source for e in bridge.evidence)
    register = contested_evidence()
    corrected = register.filter(about="investment_abroad", side="against")
    assert corrected["source"].to_list() == ["doi:10.1080/00130095.2019.1707425"]


def test_every_analysis_that_would_tell_is_in_the_catalogue_or_comes():
    assert buzzline.CATALOGUE is CATALOGUE
    named = {name for claim in claims() for name in claim.measures}
    assert named <= set(CATALOGUE) | COMING


def test_by_hand_a_claim_without_evidence_has_one_row_that_says_so():
    case = Case("x", "X", "there", "all", "L+", "none", (Claim("A thing.", "somebody", ()),))
    assert not case.is_contested
    table = claims_table([case], [])
    assert table.height == 1
    assert table["evidence"][0] == "None is known to us."
    assert dict(table.schema) == dict.fromkeys(EVIDENCE_SCHEMA, pl.String)


def test_bad_input_a_case_there_is_not_lists_those_there_are():
    with pytest.raises(InvalidArgument, match="no case 'prato'; cases are third_italy"):
        case_named("prato")
