"""The book-keeping: what is kept, repaired, set aside."""

import polars as pl
from tests.tables.raw import sifted

from buzzline.tables.sifting import put, unsound


def flags(*values):
    return pl.Series(values)


def table():
    return sifted("organisations", {"org_id": ["a", "b", "c"], "jobs": ["1", "x", "3"]})


def test_by_hand_rows_set_aside_keep_their_numbers_names_and_values():
    left = table().without("bad", "jobs", flags(False, True, False), remedy="Mend it.")
    assert left.frame["row"].to_list() == [2, 4]
    assert left.rows_aside().rows() == [(3, "`JOBS`: bad", "b", "x")]
    assert left.rows_aside().columns == ["row", "reason", "ORG_ID", "JOBS"]
    assert (left.count.read, left.count.kept, left.count.set_aside) == (3, 2, 1)


def test_by_hand_repairs_are_counted_once_a_cell_and_only_in_rows_kept():
    values = pl.Series("jobs", ["1", None, "3"])
    twice = table()
    for _ in range(2):
        twice = twice.mended("r", "jobs", flags(True, True, False), remedy="R.", values=values)
    left = twice.without("bad", "", flags(True, False, False), remedy="M.")
    jobs = next(count for count in left.column_counts() if count.column == "jobs")
    assert (jobs.filled, jobs.missing, jobs.repaired) == (1, 1, 1)


def test_by_hand_examples_are_what_stood_in_the_file_cut_short():
    long = sifted("organisations", {"org_id": ["a" * 200, "a" * 200, None]})
    found = put(long, pl.Series("org_id", ["z"] * 3)).found(
        "r", "org_id", flags(True, True, True), remedy="R."
    )
    assert found.findings[0].examples == ("a" * 80 + "…",)
    assert (found.findings[0].n, found.findings[0].rows) == (3, (2, 3, 4))


def test_special_case_nothing_flagged_is_not_written_down():
    none = flags(False, False, False)
    left = (
        table()
        .without("bad", "jobs", none, remedy="R.")
        .emptied("bad", "jobs", none, remedy="R.")
    )
    assert left.findings == ()
    assert left.rows_aside() is None


def test_special_case_one_column_of_the_file_for_two_of_the_schema():
    both = sifted("organisations", {"org_id": ["a"], "name": ["a"]})
    both = type(both)(
        both.table,
        type(both.raw)("organisations", "f", both.raw.frame, {"org_id": "id", "name": "id"}),
        both.frame,
    )
    assert both.without("bad", "", flags(True), remedy="R.").rows_aside().columns == [
        "row",
        "reason",
        "id",
        "name",
    ]


def test_a_fatal_finding_makes_the_table_fatal():
    assert not table().is_fatal
    assert unsound(table(), "r", "", remedy="R.").is_fatal
