"""Dates as people write them."""

from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables.raw import TODAY, findings, only, raw

from buzzline.tables.dates import MONTH_OF
from buzzline.tables.rules import apply_rules


def read(values, column="opened", **conventions):
    columns = {"org_id": [str(i) for i in range(len(values))], column: values}
    table = raw("organisations", columns, **conventions)
    frames, quality = apply_rules({"organisations": table}, today=TODAY)
    return frames["organisations"][column].to_list(), quality


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2014-03-31", date(2014, 3, 31)),
        ("2014/3/1", date(2014, 3, 1)),
        ("20140331", date(2014, 3, 31)),
        ("31.3.2014", date(2014, 3, 31)),
        ("31. 3. 2014", date(2014, 3, 31)),
        ("31/03/2014", date(2014, 3, 31)),
        ("03/31/2014", date(2014, 3, 31)),
        ("31-03-2014", date(2014, 3, 31)),
        ("2014-03-31 12:30:00", date(2014, 3, 31)),
        ("2014-03-31T12:30:00.000Z", date(2014, 3, 31)),
        ("31 March 2014", date(2014, 3, 31)),
        ("March 31, 2014", date(2014, 3, 31)),
        ("31. März 2014", date(2014, 3, 31)),
        ("31 août 2014", date(2014, 8, 31)),
        ("Mar 2014", date(2014, 3, 1)),
        ("2014-03", date(2014, 3, 1)),
        ("03/2014", date(2014, 3, 1)),
        ("2014", date(2014, 1, 1)),
        ("2014.0", date(2014, 1, 1)),
        ("31.3.14", date(2014, 3, 31)),
        ("31.3.74", date(1974, 3, 31)),
        ("41729", date(2014, 3, 31)),
        ("41729.5", date(2014, 3, 31)),
        ("", None),
        ("n/a", None),
    ],
)
def test_by_hand_dates_as_people_write_them(written, meant):
    assert read([written])[0] == [meant]


def test_by_hand_the_end_of_a_year_is_its_last_day():
    assert read(["2012", "2012-02"], "closed")[0] == [date(2012, 12, 31), date(2012, 2, 29)]


def test_by_hand_one_value_above_twelve_decides_for_the_column():
    assert read(["03/04/2014", "03/25/2014"])[0] == [date(2014, 3, 4), date(2014, 3, 25)]
    assert read(["03/04/2014", "25/03/2014"])[0] == [date(2014, 4, 3), date(2014, 3, 25)]
    assert read(["03/04/2014"], dates="month first")[0] == [date(2014, 3, 4)]


def test_a_guess_of_the_order_is_called_a_guess():
    values, quality = read(["03/04/2014"])
    assert values == [date(2014, 4, 3)]
    assert "a guess" in only(quality, "order of day and month").remedy
    assert (
        "the other order"
        in only(read(["13/04/2014", "04/13/2014"])[1], "order of day and month").remedy
    )


def test_impossible_dates_become_missing_and_the_row_is_kept():
    values, quality = read(["1201-11-03", "3201-10-21", "2037-01-01", "2036-01-01", "9999"])
    assert values == [None, None, None, date(2036, 1, 1), None]
    found = only(quality, "impossible date")
    assert (found.severity, found.rows) == ("repaired", (2, 3, 4, 6))
    assert "the row was kept" in found.remedy


def test_what_is_no_date_becomes_missing_and_is_said():
    values, quality = read(["2014-02-30", "spring", "2014-13-01", "12"])
    assert values == [None] * 4
    assert only(quality, "not a date").rows == (2, 3, 4, 5)


def test_special_case_native_dates_pass():
    assert read([date(2014, 3, 31), None])[0] == [date(2014, 3, 31), None]
    assert read([datetime(2014, 3, 31, 5)])[0] == [date(2014, 3, 31)]
    assert read([2014, 1999])[0] == [date(2014, 1, 1), date(1999, 1, 1)]


def test_guesses_are_said():
    quality = read(["2014", "2014-03", "1.2.14", "41729"])[1]
    for rule in (
        "year only",
        "month only",
        "year of two digits",
        "day numbers of a spreadsheet",
    ):
        assert findings(quality, rule), rule


@settings(max_examples=30, deadline=None)
@given(st.lists(st.dates(date(1500, 1, 1), date(2036, 1, 1)), min_size=1, max_size=20))
def test_invariant_four_ways_to_write_a_date_are_the_same_date(days):
    for form in ("%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d"):
        written = [
            f"{day:{form}}".zfill(10 if "%Y" in form[:2] and "%m%d" not in form else 8)
            for day in days
        ]
        assert read(written)[0] == days


def test_invariant_no_month_has_two_numbers():
    assert set(MONTH_OF.values()) == set(range(1, 13))
    assert pl.Series(list(MONTH_OF)).is_unique().all()
