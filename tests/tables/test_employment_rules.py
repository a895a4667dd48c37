"""Rules for employment: what is withheld is not none, and no job is lost without a word."""

import pytest
from tests.tables.raw import checked, findings, only

PLACES = {"place_id": ["01001", "01003"]}


def test_by_hand_marks_of_suppression_are_not_known_and_not_none():
    frames, quality = checked(
        employment={
            "place_id": ["a", "a", "a", "a", "a"],
            "industry": ["10", "11", "12", "13", "14"],
            "jobs": ["5", "(D)", "c", "0", "1 200"],
        }
    )
    table = frames["employment"]
    assert table["jobs"].to_list() == [5.0, None, None, 0.0, 1200.0]
    assert table["suppressed"].to_list() == [None, True, True, None, None]
    assert only(quality, "jobs are withheld").n == 2


def test_by_hand_a_column_of_flags_is_kept_beside_the_marks():
    frames, _ = checked(
        employment={
            "place_id": ["a", "b", "c"], "industry": ["10", "10", "10"],
            "jobs": ["*", "7", "8"], "suppressed": [None, "yes", "no"],
        }
    )  # fmt: skip
    assert frames["employment"]["suppressed"].to_list() == [True, True, False]


def test_by_hand_negative_jobs_are_set_aside():
    frames, quality = checked(
        employment={
            "place_id": ["a", "b", "c"], "industry": ["10", "10", "10"],
            "jobs": ["-5", "7", "8"], "establishments": ["1", "2", "-1"],
        }
    )  # fmt: skip
    assert frames["employment"]["place_id"].to_list() == ["b"]
    assert only(quality, "negative jobs").severity == "set aside"
    assert only(quality, "negative establishments").n == 1


def test_by_hand_a_cell_that_stands_twice_counts_once():
    frames, quality = checked(
        employment={
            "place_id": ["a"] * 4, "industry": ["10", "10", "10", "10"],
            "year": ["2018", "2018", "2019", "2018"], "jobs": ["5", "5", "6", "9"],
        }
    )  # fmt: skip
    assert frames["employment"]["jobs"].to_list() == [5.0, 6.0]
    assert only(quality, "row is repeated").n == 1
    rule = "place_id + industry + year is used twice with different contents"
    assert only(quality, rule).rows == (5,)


def test_by_hand_lost_zeros_are_mended_where_the_lists_tell_how():
    frames, quality = checked(
        places=PLACES,
        industries={"industry": ["011", "013"]},
        employment={
            "place_id": ["1001", "01003", "9999"], "industry": ["11", "013", "011"],
            "jobs": ["5", "6", "7"],
        },
    )  # fmt: skip
    assert frames["employment"].select("place_id", "industry", "jobs").rows() == [
        ("01001", "011", 5.0), ("01003", "013", 6.0), ("9999", "011", 7.0),
    ]  # fmt: skip
    assert only(quality, "place is not in `places`").severity == "note"
    assert len(findings(quality, "identifier in another spelling")) == 2


def test_by_hand_codes_of_another_vintage_are_kept_and_their_share_told():
    # four digits: 30 of 40 jobs are in a code the list does not have; two digits: none
    frames, quality = checked(
        industries={"industry": ["10", "1011", "1012"]},
        employment={
            "place_id": ["a", "a", "a", "a"], "industry": ["10", "1011", "1099", "00"],
            "jobs": ["100", "10", "30", "500"],
        },
    )  # fmt: skip
    assert frames["employment"].height == 4
    found = only(quality, "industry is not in `industries`")
    assert (found.n, found.severity) == (1, "note")
    assert "30 jobs, 75.0%" in found.remedy


@pytest.mark.parametrize(
    ("codes", "noticed"),
    [
        (["111", "113", "119", "1011", "1012"], True),  # 0111, 0113, 0119
        (["101", "102", "1011", "1021"], False),  # groups and their classes
        (["10", "11", "12"], False),
        (["0111", "101", "1011"], False),
        (["A", "10", "101"], False),
    ],
)
def test_by_hand_zeros_that_may_be_lost_are_noticed(codes, noticed):
    _, quality = checked(
        employment={
            "place_id": ["a"] * len(codes),
            "industry": codes,
            "jobs": ["1"] * len(codes),
        }
    )
    assert bool(findings(quality, "leading zeros may be lost")) is noticed


def test_by_hand_codes_that_end_in_nought_stay_codes():
    frames, quality = checked(
        employment={"place_id": ["a", "a"], "industry": ["62.0", "62.1"], "jobs": ["1", "2"]}
    )
    assert frames["employment"]["industry"].to_list() == ["62.0", "62.1"]
    assert not findings(quality, "identifier written as a decimal number")


def test_flows_and_occupations_are_held_to_the_list_of_industries():
    frames, _ = checked(
        industries={"industry": ["10", "11"]},
        industry_flows={
            "industry": ["10", "10", "99"], "other": ["11", "99", "10"],
            "kind": ["labour", "labour", "input_output"], "value": ["5", "6", "7"],
        },
        occupations={"industry": ["10", "98"], "occupation": ["clerks", "clerks"],
                     "jobs": ["4", "5"]},
    )  # fmt: skip
    assert frames["industry_flows"]["value"].to_list() == [5.0]
    assert frames["occupations"]["industry"].to_list() == ["10"]


def test_by_hand_places_not_listed_are_kept_and_their_number_and_jobs_told():
    frames, quality = checked(
        places={"place_id": ["a"], "name": ["Aa"]},
        employment={
            "place_id": ["a", "b", "c"], "industry": ["10"] * 3, "jobs": ["5", "10", "5"],
        },
    )  # fmt: skip
    assert frames["employment"].height == 3
    told = only(quality, "place is not in `places`")
    assert (told.n, told.severity) == (2, "note")
    assert "15 jobs, 75.0%" in told.remedy
    assert "2 of 3 places" in told.remedy


def test_by_hand_a_row_of_sums_is_no_place():
    frames, quality = checked(
        employment={
            "place_id": ["a", "b", "Summe"], "industry": ["10"] * 3, "jobs": ["5", "6", "11"],
        },
    )  # fmt: skip
    assert frames["employment"]["place_id"].to_list() == ["a", "b"]
    assert only(quality, "sum of all places").severity == "set aside"
