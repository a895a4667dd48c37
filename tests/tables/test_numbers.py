"""Decimal marks, thousands, units, bounds."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables.raw import checked, findings, only, raw

from buzzline.tables.rules import apply_rules


def read(values, column="jobs", **conventions):
    columns = {"org_id": [str(i) for i in range(len(values))], column: values}
    table = raw("organisations", columns, **conventions)
    frames, quality = apply_rules({"organisations": table})
    return frames["organisations"][column].to_list(), quality


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1.5", "1,000.25", "1,000"], [1.5, 1000.25, 1000]),
        (["1,5", "1.000,25", "1.000"], [1.5, 1000.25, 1000]),
        (["1 000,5", "1\u202f000,5", "2'000,5"], [1000.5, 1000.5, 2000.5]),
        (["1.000.000", "2,5"], [1e6, 2.5]),
        (["1,000", "2,000,000"], [1000, 2e6]),
        (["1e3", " 12 ", "+4"], [1000, 12, 4]),
        (["0,125", "1,250"], [0.125, 1.25]),
    ],
)
def test_by_hand_marks_are_told_from_what_can_only_be_read_so(written, meant):
    assert read(written)[0] == meant


def test_by_hand_doubtful_marks_follow_the_separator_of_the_file():
    assert read(["1,234"])[0] == [1234]
    assert read(["1,234"], separator=";")[0] == [1.234]
    assert read(["1,234"], decimal=",")[0] == [1.234]


def test_by_hand_a_thousand_degrees_cannot_be_meant():
    columns = {
        "org_id": ["a"],
        "longitude": ["12.345"],
        "latitude": ["45.123"],
        "jobs": ["2,5"],
    }
    frames, _ = checked(organisations=columns)
    assert frames["organisations"].select("longitude", "latitude").row(0) == (12.345, 45.123)


def test_text_in_a_number_column_becomes_missing_and_is_said():
    values, quality = read(["12 people", "about 5", "7", "n.a."])
    assert values == [None, None, 7, None]
    found = only(quality, "text where a number belongs")
    assert (found.severity, found.rows) == ("repaired", (2, 3))
    assert "(unit: jobs)" in found.remedy
    assert only(quality, "mark for a missing value").rows == (5,)


def test_by_hand_percentages_are_shares():
    frames, quality = checked(
        organisations={"org_id": ["a"]},
        activities={"org_id": ["a", "a"], "industry": ["x", "y"], "share": ["61 %", "0.39"]},
    )
    assert frames["activities"]["share"].to_list() == [0.61, 0.39]
    assert only(quality, "percentages").rows == (2,)


def test_by_hand_amounts_in_one_currency_are_numbers_and_in_two_are_not():
    def weights(*texts):
        ends = {"source": ["a"] * len(texts), "target": ["b"] * len(texts)}
        frames, quality = checked(
            organisations={"org_id": ["a", "b"]},
            linkages={**ends, "weight": list(texts), "layer": ["investment"] * len(texts)},
        )
        return frames["linkages"]["weight"].to_list(), quality

    values, quality = weights("$70,000,000", "1,250.5 $", "7", None)
    assert values == [70_000_000, 1250.5, 7, None]
    assert only(quality, "currency sign").rows == (2, 3)
    assert weights("1.250,50 €")[0] == [1250.5]
    assert weights("$7", "€8")[0] == [None, None]
    assert weights("$7 million")[0] == [None]


def test_numbers_out_of_bounds_become_missing_but_negative_weights_cost_the_tie():
    frames, quality = checked(
        organisations={"org_id": ["a", "b"], "jobs": ["-3", "5"]},
        linkages={
            "source": ["a"] * 2,
            "target": ["b"] * 2,
            "layer": ["supply"] * 2,
            "weight": ["-1", "0"],
        },
    )
    assert frames["organisations"]["jobs"].to_list() == [None, 5]
    assert only(quality, "number out of range").severity == "repaired"
    assert only(quality, "negative weight").rows == (2,)
    assert frames["linkages"]["weight"].to_list() == [0.0]


def test_a_number_a_row_cannot_do_without_costs_the_row():
    _, quality = checked(
        organisations={"org_id": ["a"]},
        outcomes={"unit_id": ["r"] * 4, "indicator": list("wxyz"), "year": ["2014", "2014", "20140", "2014.5"],
                  "value": ["1", "many", "3", "4"]},
    )  # fmt: skip
    aside = quality.set_aside["outcomes"]
    assert aside["row"].to_list() == [3, 4, 5]
    assert only(quality, "not a whole number").rows == (5,)


def test_native_numbers_and_infinities():
    assert read([1.5, float("nan"), float("inf")])[0] == [1.5, None, None]
    assert read(["1.5", "nan", "inf"])[0] == [1.5, None, None]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.floats(0.001, 1e9), min_size=1, max_size=30))
def test_invariant_numbers_written_with_a_comma_are_the_same_numbers(numbers):
    points = [repr(number) for number in numbers]
    commas = [text.replace(".", ",") for text in points]
    assert read(points, decimal=".")[0] == numbers
    assert read(commas, decimal=",")[0] == numbers


def test_marks_are_said():
    quality = read(["1.000,5", "2.000"])[1]
    assert only(quality, "decimal comma").rows == (2,)
    assert only(quality, "thousands separator").rows == (3,)
    assert not findings(read(["1.5", "2.25"])[1], "decimal comma")
    assert pl.Series(read(["1,5"])[0]).to_list() == [1.5]
