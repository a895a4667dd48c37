"""Whoever is named must be there, however the identifier is spelled."""

import polars as pl
from tests.tables.raw import checked, findings, only

FIRMS = {"org_id": ["007", "F1", "x"]}


def ties(pairs):
    return {
        "source": [a for a, _ in pairs],
        "target": [b for _, b in pairs],
        "layer": ["supply"] * len(pairs),
    }


def test_by_hand_ties_to_unknown_organisations_are_set_aside():
    frames, quality = checked(
        organisations=FIRMS, linkages=ties([("x", "F1"), ("x", "F9"), ("F8", "x")])
    )
    found = {
        f.column: (f.severity, f.rows, f.examples)
        for f in findings(quality, "unknown organisation")
    }
    assert found == {
        "source": ("set aside", (4,), ("F8",)),
        "target": ("set aside", (3,), ("F9",)),
    }
    assert frames["linkages"].height == 1


def test_by_hand_lost_zeros_and_capitals_are_found_again_and_said():
    frames, quality = checked(organisations=FIRMS, linkages=ties([("7", "f1"), ("7.0", "x")]))
    assert frames["linkages"].select("source", "target").rows() == [("007", "F1"), ("007", "x")]
    found = {f.column: f.n for f in findings(quality, "identifier in another spelling")}
    assert found == {"source": 2, "target": 1}
    assert "zeros" in findings(quality, "identifier in another spelling")[0].remedy


def test_special_case_zeros_that_distinguish_are_left_alone():
    frames, quality = checked(
        organisations={"org_id": ["1", "01", "x"]}, linkages=ties([("001", "x"), ("01", "x")])
    )
    assert frames["linkages"]["source"].to_list() == ["01"]
    assert only(quality, "unknown organisation").rows == (2,)


def test_special_case_mixed_types_of_identifiers():
    # organisations numbered, ties with text and decimals: 1 is "1" is 1.0
    frames, _ = checked(organisations={"org_id": [1, 2]}, linkages={
        "source": pl.Series([1.0, 2.0]), "target": ["2", "001"], "layer": ["supply"] * 2,
    })  # fmt: skip
    assert frames["linkages"].select("source", "target").rows() == [("1", "2"), ("2", "1")]


def test_optional_references_become_missing():
    frames, quality = checked(
        organisations={
            **FIRMS,
            "owner_id": ["x", "nobody", None],
            "place_id": ["p", "q", None],
        },
        places={"place_id": ["p"]},
    )
    assert frames["organisations"]["owner_id"].to_list() == ["x", None, None]
    assert frames["organisations"]["place_id"].to_list() == ["p", None, None]
    assert only(quality, "unknown organisation").severity == "repaired"
    assert only(quality, "unknown place").rows == (3,)


def test_special_case_references_to_a_table_that_is_not_given_are_left():
    frames, _ = checked(organisations={**FIRMS, "place_id": ["p", "q", None]})
    assert frames["organisations"]["place_id"].to_list() == ["p", "q", None]


def test_an_organisation_set_aside_takes_its_ties_along():
    _, quality = checked(
        organisations={"org_id": ["a", "b", "c"], "name": ["A", "B", "C"]},
        linkages=ties([("a", "b"), ("b", "c")]),
        memberships={"cluster_id": ["k"], "org_id": ["z"]},
    )
    assert only(quality, "unknown organisation").table == "memberships"
