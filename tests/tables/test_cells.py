"""Spaces, marks for missing, identifiers, vocabularies, countries, yes and no."""

import polars as pl
import pytest
from tests.tables.raw import TODAY, checked, findings, only, raw

from buzzline.tables.cells import NO, OTHER_WORDS, YES, as_text, nearest, plain
from buzzline.tables.rules import apply_rules
from buzzline.tables.schema import TABLES

TIE = {"source": ["a"], "target": ["b"], "layer": ["supply"]}
FIRMS = {"org_id": ["a", "b"]}


def test_by_hand_spaces_are_removed_also_those_nobody_sees():
    frames, quality = checked(
        organisations={"org_id": ["a ", "\u00a0b", "c"], "name": ["A  B", "C\nD", "E F"]}
    )
    assert frames["organisations"]["org_id"].to_list() == ["a", "b", "c"]
    assert frames["organisations"]["name"].to_list() == ["A B", "C D", "E F"]
    assert [f.rows for f in findings(quality, "needless spaces")] == [(2, 3), (2, 3)]


def test_by_hand_marks_for_missing_depend_on_the_column():
    # NA is the country code of Namibia, and no text but a mark where a number belongs
    frames, quality = checked(
        organisations={"org_id": ["a", "b"], "country": ["NA", "n/a"], "jobs": ["NA", "-"]}
    )
    assert frames["organisations"]["country"].to_list() == ["NA", None]
    assert frames["organisations"]["jobs"].to_list() == [None, None]
    found = {f.column: (f.severity, f.n) for f in findings(quality, "mark for a missing value")}
    assert found == {"country": ("note", 1), "jobs": ("note", 2)}


def test_own_marks_for_missing_are_understood():
    table = raw("organisations", {"org_id": ["a", "b"], "jobs": ["999", "5"]}, missing=("999",))
    frames, _ = apply_rules({"organisations": table}, today=TODAY)
    assert frames["organisations"]["jobs"].to_list() == [None, 5.0]


def test_by_hand_identifiers_lose_the_decimals_of_spreadsheets():
    frames, quality = checked(organisations={"org_id": ["1.0", "2", "v1.0"]})
    assert frames["organisations"]["org_id"].to_list() == ["1", "2", "v1.0"]
    assert only(quality, "identifier written as a decimal number").rows == (2,)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2], ["1", "2"]),
        ([1.0, None], ["1", None]),
        ([62.01, float("nan")], ["62.01", None]),
        ([["x", "y"], ["z"]], ["x|y", "z"]),
        ([{"k": 1}], ['{"k":1}']),
    ],
)
def test_by_hand_any_column_can_be_text(values, expected):
    assert as_text(pl.Series(values, strict=False)).to_list() == expected


def test_by_hand_words_of_a_vocabulary_in_another_spelling_are_repaired():
    frames, quality = checked(
        organisations=FIRMS,
        linkages={
            **{k: v * 3 for k, v in TIE.items()},
            "layer": ["Spin-Off", "SUPPLIER", "supply"],
        },
    )
    assert frames["linkages"]["layer"].to_list() == ["spin_off", "supply", "supply"]
    found = only(quality, "another spelling of a listed word")
    assert (found.severity, found.n) == ("repaired", 2)
    assert "'SUPPLIER' as 'supply'" in found.remedy


def test_an_unknown_layer_sets_the_tie_aside_and_names_the_nearest():
    _, quality = checked(
        organisations=FIRMS,
        linkages={**{k: v * 2 for k, v in TIE.items()}, "layer": ["aquisition", "supply"]},
    )
    found = only(quality, "unknown word")
    assert (found.severity, found.rows) == ("set aside", (2,))
    assert "'aquisition' looks like 'acquisition'" in found.remedy
    assert "joint_action" in found.remedy
    assert 'values = { layer = "supply" }' in found.remedy


def test_by_hand_layers_in_other_languages_are_understood():
    words = ["Lieferung", "Übernahme", "recherche", "Inversión"]
    frames, _ = checked(
        organisations=FIRMS, linkages={**{k: v * 4 for k, v in TIE.items()}, "layer": words}
    )
    expected = ["supply", "acquisition", "research", "investment"]
    assert frames["linkages"]["layer"].to_list() == expected


def test_an_unknown_word_in_an_optional_column_becomes_missing():
    frames, quality = checked(organisations={**FIRMS, "kind": ["SME", "circus"]})
    assert frames["organisations"]["kind"].to_list() == ["sme", None]
    assert only(quality, "unknown word").severity == "repaired"


def test_by_hand_countries_get_one_spelling():
    frames, quality = checked(
        organisations={"org_id": list("abcd"), "country": ["Germany", "DEU", "DE", "Narnia"]}
    )
    assert frames["organisations"]["country"].to_list() == ["DE", "DE", "DE", "Narnia"]
    assert only(quality, "country in another spelling").n == 2
    assert only(quality, "unknown country").rows == (5,)


def test_by_hand_garbled_letters_and_swallowed_rows_are_noticed():
    _, quality = checked(
        organisations={"org_id": list("abc"), "name": ["MÃ¼ller", "Müller", "x\ny\nz\nw"]}
    )
    assert only(quality, "garbled letters").rows == (2,)
    assert only(quality, "text of many lines").rows == (4,)


def test_by_hand_yes_and_no_in_several_languages():
    words = ["ja", "Nein", "TRUE", "0", "perhaps", None]
    frames, quality = checked(
        organisations=FIRMS,
        linkages={**{k: v * 6 for k, v in TIE.items()}, "directed": words},
    )
    assert frames["linkages"]["directed"].to_list() == [True, False, True, False, None, None]
    assert only(quality, "neither yes nor no").rows == (6,)


def test_invariant_words_are_written_as_they_are_compared():
    assert not set(YES) & set(NO)
    vocabulary = {
        word for table in TABLES for column in table.columns for word in column.values
    }
    assert set(OTHER_WORDS.values()) <= vocabulary
    assert all(plain(word) == word for word in OTHER_WORDS)


def test_by_hand_the_nearest_name():
    assert nearest("longitud", ["latitude", "Longitude"]) == "Longitude"
    assert nearest("xyz", ["latitude"]) == ""
