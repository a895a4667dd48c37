"""Sources over frames, and what is said about them."""

from pathlib import Path

import polars as pl

from buzzline.tables.source import damaged, first_line, numbered, of_frame, remark


def test_by_hand_rows_are_numbered_from_two():
    source = of_frame("firms", "firms.parquet", pl.LazyFrame({"id": ["a", "b"], "x": [1, 2]}))
    assert source.columns == ("id", "x")
    assert source.load(["x"], None).frame.rows() == [(2, 1), (3, 2)]
    assert source.load(["x"], 1).frame.rows() == [(2, 1)]
    assert numbered(pl.DataFrame({"row": [9]}), 5).rows() == [(5, 9)]


def test_by_hand_remarks_list_the_first_rows_and_count_all():
    found = remark("stray", "Mend it.", rows=range(100), examples="abcdef")
    assert (found.n, len(found.rows), len(found.examples)) == (100, 20, 3)


def test_an_error_gives_its_first_line_only():
    error = ValueError("bad footer\nlong\ntraceback")
    assert first_line(error) == "bad footer"
    assert first_line(ValueError()) == "ValueError"
    told = str(damaged(Path("x.parquet"), "Parquet file", error))
    assert told.startswith("x.parquet: cannot be opened as a Parquet file (bad footer).")
