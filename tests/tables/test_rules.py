"""Every rule for rows and tables; each test also holds that kept plus set aside is read."""

import time
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables.raw import TODAY, assert_balance, checked, findings, only, raw

from buzzline.tables.rules import apply_rules
from buzzline.tables.schema import TABLES
from buzzline.tables.study import Study

FIRMS = {"org_id": ["a", "b", "c", "d"]}


def ties(**columns):
    rows = len(next(iter(columns.values())))
    base = {"source": ["a"] * rows, "target": ["b"] * rows, "layer": ["supply"] * rows}
    return {**base, **columns}


def test_by_hand_a_missing_identifier_sets_the_row_aside():
    frames, quality = checked(
        organisations={"org_id": ["a", None, "  "], "name": ["A", "B", "C"]}
    )
    found = only(quality, "required value is missing")
    assert (found.severity, found.n, found.rows) == ("set aside", 2, (3, 4))
    assert frames["organisations"]["org_id"].to_list() == ["a"]
    aside = quality.set_aside["organisations"]
    assert aside.columns == ["row", "reason", "ORG_ID", "NAME"]
    assert aside["NAME"].to_list() == ["B", "C"]


def test_by_hand_repeated_rows_and_contradicting_rows():
    # rows 2 and 4 are the same; row 3 has another name
    frames, quality = checked(
        organisations={"org_id": ["a", "a", "a"], "name": ["A", "X", "A"]}
    )
    assert only(quality, "row is repeated").rows == (4,)
    assert only(quality, "org_id is used twice with different contents").rows == (3,)
    reasons = quality.set_aside["organisations"]["reason"].to_list()
    assert all("first in row 2" in reason for reason in reasons)
    assert frames["organisations"]["name"].to_list() == ["A"]


def test_by_hand_a_tie_with_oneself_is_set_aside():
    _, quality = checked(organisations=FIRMS, linkages=ties(target=["b", "a"]))
    assert only(quality, "tie of an organisation with itself").rows == (3,)


def test_by_hand_an_end_before_the_start_costs_a_tie_but_not_an_organisation():
    frames, quality = checked(
        organisations={
            **FIRMS,
            "opened": ["2001-01-01"] * 4,
            "closed": ["2000", None, None, "2001"],
        },
        linkages=ties(start=["2001-02-03", "2001"], end=["2001-02-02", "2001"]),
    )
    tie, organisation = (
        only(quality, rule) for rule in ("`end` before `start`", "`closed` before `opened`")
    )
    assert (tie.severity, tie.rows) == ("set aside", (2,))
    assert (organisation.severity, organisation.rows) == ("repaired", (2,))
    assert frames["organisations"]["closed"].to_list() == [None, None, None, date(2001, 12, 31)]


def test_by_hand_blank_rows_are_not_rows_and_are_said():
    frames, quality = checked(
        organisations={"org_id": ["a", None, "b"], "name": ["A", " ", "B"]}
    )
    assert only(quality, "blank rows").rows == (3,)
    assert quality.tables[0].read == 2
    assert frames["organisations"].height == 2


def test_rows_with_more_cells_than_columns_are_set_aside():
    table = raw("organisations", {"org_id": ["a", "b", "c"]})
    shifted = table.frame.with_columns(pl.Series("_surplus", [False, True, False]))
    raws = {"organisations": type(table)("organisations", "f.csv", shifted, table.origin)}
    frames, quality = apply_rules(raws, today=TODAY)
    assert_balance(raws, frames, quality)
    assert only(quality, "more cells than columns").rows == (3,)
    assert "_surplus" not in quality.set_aside["organisations"].columns


def test_a_tie_recorded_twice_is_kept_and_said():
    frames, quality = checked(organisations=FIRMS, linkages=ties(target=["b", "b"]))
    assert only(quality, "tie recorded twice").severity == "note"
    assert frames["linkages"].height == 2


@pytest.mark.parametrize("table", ["organisations", "linkages"])
def test_an_empty_table_that_matters_is_fatal(table):
    columns = {"organisations": dict(FIRMS), "linkages": ties(target=["b"])}
    columns[table] = {
        name: pl.Series(values, dtype=pl.String).head(0)
        for name, values in columns[table].items()
    }
    frames, quality = checked(**columns)
    assert only(quality, "table is empty").severity == "fatal"
    assert table not in frames


def test_an_empty_table_that_does_not_matter_is_left_out_and_said():
    frames, quality = checked(
        organisations=FIRMS, places={"place_id": pl.Series([], dtype=pl.String)}
    )
    assert only(quality, "table is empty").severity == "note"
    assert "places" not in frames


def test_a_missing_required_column_is_fatal_and_names_what_the_file_has():
    frames, quality = checked(organisations=FIRMS, linkages={"source": ["a"], "target": ["b"]})
    found = only(quality, "column is missing")
    assert (found.column, found.severity) == ("layer", "fatal")
    assert "`SOURCE`, `TARGET`" in found.remedy
    assert 'layer = "supply"' in found.remedy
    assert "linkages" not in frames


def test_too_many_rows_set_aside_is_fatal_with_the_reasons():
    _, quality = checked(0.5, organisations=FIRMS, linkages=ties(source=["a", "x", "y"]))
    found = only(quality, "too many rows would be set aside")
    assert found.severity == "fatal"
    assert "2 of 3 rows" in found.remedy
    assert "unknown organisation (2 rows, e.g. row 3)" in found.remedy
    assert not [f for f in checked(0.7, organisations=FIRMS, linkages=ties(source=["a", "x", "y"]))[1].findings
                if f.severity == "fatal"]  # fmt: skip


def test_no_row_left_is_fatal_whatever_the_limit():
    _, quality = checked(1.0, organisations={"org_id": [None, None], "name": ["A", "B"]})
    assert only(quality, "too many rows would be set aside").severity == "fatal"


def test_by_hand_cells_with_several_industries_become_activities():
    frames, quality = checked(organisations={"org_id": ["a", "b"], "industry": ["x| y|x", "z"]})
    assert frames["organisations"]["industry"].to_list() == ["x", "z"]
    assert frames["activities"].select("org_id", "industry").rows() == [("a", "x"), ("a", "y")]
    assert only(quality, "several industries in one cell").rows == (2,)


def test_by_hand_unknown_industry_codes_are_left_out_and_said():
    frames, quality = checked(
        organisations={"org_id": ["a", "b", "c"], "industry": ["10", "99", "99|20"]},
        industries={"industry": ["10", "20"]},
        activities={"org_id": ["a", "b"], "industry": ["20", "98"]},
    )
    unknown = {(f.table, f.severity): f.rows for f in findings(quality, "unknown industry")}
    assert unknown == {("organisations", "repaired"): (3, 4), ("activities", "set aside"): (3,)}
    assert frames["organisations"]["industry"].to_list() == ["10", None, "20"]


def test_a_repaired_reference_may_make_rows_repeat():
    frames, quality = checked(
        organisations={"org_id": ["1", "2"]},
        activities={"org_id": ["001", "1"], "industry": ["x", "x"]},
    )
    assert frames["activities"].height == 1
    assert only(quality, "row is repeated").table == "activities"


def test_clean_tables_pass_unchanged_and_without_findings():
    frames, quality = checked(
        organisations={
            "org_id": ["a", "b"],
            "longitude": ["1.5", "2.5"],
            "latitude": ["3", "4"],
        },
        linkages=ties(weight=["1.25"], start=["2014-03-31"]),
    )
    assert [f for f in quality.findings if f.severity != "note"] == []
    assert frames["linkages"]["start"].to_list() == [date(2014, 3, 31)]
    study = Study.of(**frames)
    assert study.organisations["longitude"].to_list() == [1.5, 2.5]


CELLS = st.sampled_from(
    [None, "", " ", "a", "b", " b", "001", "1", "1.0", "x|y", "supply", "Research", "n/a", "-3",
     "1,5", "2.5", "200", "0", "1201-01-01", "31/12/2010", "2010", "yes", "no", "IT", "99999"]
)  # fmt: skip
COLUMNS = {
    "organisations": ("org_id", "industry", "longitude", "latitude", "country", "opened", "closed",
                      "jobs", "owner_id", "kind"),
    "linkages": ("source", "target", "layer", "weight", "start", "end", "directed"),
    "industries": ("industry", "parent"),
}  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_invariant_whatever_is_read_is_kept_or_set_aside_and_fits_the_schema(data):
    tables = {}
    for name, columns in COLUMNS.items():
        rows = data.draw(st.integers(1, 6))
        tables[name] = {
            column: pl.Series(
                data.draw(st.lists(CELLS, min_size=rows, max_size=rows)), dtype=pl.String
            )
            for column in columns
        }
    frames, quality = checked(1.0, **tables)
    if "organisations" in frames:
        Study.of(**frames)  # raises unless keys, references and types hold
    assert not set(frames) - {table.name for table in TABLES}
    for finding in quality.findings:
        assert finding.remedy.endswith((".", ")", "`", '"'))


def test_invariant_the_order_of_rows_does_not_change_what_is_set_aside():
    rows = [("a", "b"), ("a", "a"), ("zz", "b"), ("b", "a")]
    seen = []
    for order in ([0, 1, 2, 3], [3, 1, 0, 2]):
        columns = ties(source=[rows[i][0] for i in order], target=[rows[i][1] for i in order])
        _, quality = checked(organisations=FIRMS, linkages=columns)
        aside = quality.set_aside["linkages"].select("SOURCE", "TARGET", "reason")
        seen.append(aside.sort(pl.all()).rows())
    assert seen[0] == seen[1]


def test_a_million_ties_between_identical_points_are_checked_in_seconds():
    rng = np.random.default_rng(1)
    n, m = 100_000, 1_000_000
    ids = pl.Series(range(n)).cast(pl.String)
    raws = {
        "organisations": raw("organisations", {
            "org_id": ids, "longitude": pl.repeat("9,19", n, eager=True),
            "latitude": pl.repeat("45,46", n, eager=True), "opened": pl.repeat("2001", n, eager=True),
        }),
        "linkages": raw("linkages", {
            "source": ids.gather(rng.integers(0, n, m)), "target": ids.gather(rng.integers(0, n, m)),
            "layer": pl.repeat("supply", m, eager=True),
            "weight": pl.Series(rng.integers(1, 99, m)).cast(pl.String),
        }),
    }  # fmt: skip
    started = time.process_time()
    frames, quality = apply_rules(raws, today=TODAY)
    # CPU time of all threads; 2 s on two cores, so that a slow machine passes too
    assert time.process_time() - started < 30
    assert_balance(raws, frames, quality)
