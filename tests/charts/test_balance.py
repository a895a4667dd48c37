"""The balance of one cluster."""

from math import log

import polars as pl
import pytest
from tests.results import balance

from buzzline.charts import balance_chart
from buzzline.errors import InvalidArgument


def rows_of(spec, *, heading=False):
    return [row for row in spec.spec["data"]["values"] if row["is_heading"] is heading]


def test_by_hand_three_models_side_by_side_at_each_scale():
    spec = balance_chart(balance(), "c0", "supply")
    assert [row["label"] for row in rows_of(spec, heading=True)] == [
        "local", "regional", "national", "global",
    ]  # fmt: skip
    assert [row["label"] for row in rows_of(spec)[:3]] == [
        "G0 size",
        "G1 + distance",
        "G2 + borders",
    ]


def test_by_hand_a_verdict_is_said_by_shape_word_and_colour():
    found = rows_of(balance_chart(balance(), "c0", "supply"))[::3]
    assert [row["shape"] for row in found] == [
        "triangle-down", "triangle-up", "circle", "circle",
    ]  # fmt: skip
    assert [row["note"].split(",")[0] for row in found] == [
        "▼ missing", "▲ excess ~", "● as expected", "○ not enough links",
    ]  # fmt: skip
    assert len({row["colour"] for row in found}) == 4


def test_special_case_intervals_past_the_axis_end_in_arrows():
    last = rows_of(balance_chart(balance(), "c0", "supply"))[-1]
    assert last["goes_on_low"]
    assert last["goes_on_high"]
    assert last["at"] is None  # a factor of exp(6) lies past the axis
    assert last["high"] == pytest.approx(log(64))


def test_invariant_the_axis_is_symmetric_and_holds_the_intervals():
    narrow = balance()
    frame = narrow.balance.filter(pl.col("scale") != "global")
    spec = balance_chart(type(narrow)(frame, narrow.fits, narrow.untested, narrow.cutoffs,
                                      0.95, 199), "c0", "supply")  # fmt: skip
    found = rows_of(spec)
    assert not any(row["goes_on_low"] or row["goes_on_high"] for row in found)
    low, high = spec.spec["layer"][2]["encoding"]["x"]["scale"]["domain"]
    assert low == -high
    assert min(row["low"] for row in found) > low


def test_by_hand_what_was_not_tested_is_named():
    with pytest.raises(InvalidArgument, match="no balance of cluster 'c9' in layer 'research'"):
        balance_chart(balance(), "c9", "research")
