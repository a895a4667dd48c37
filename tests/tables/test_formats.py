"""Workbooks, Parquet and Arrow; what cannot be read says why."""

from datetime import date, datetime

import openpyxl
import polars as pl
import pytest

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.formats import is_table_file, tables_in


def rows(source):
    return source.load(source.columns, None).frame.rows()


def workbook(path, **sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, cells in sheets.items():
        sheet = book.create_sheet(name)
        for row in cells:
            sheet.append(row)
    book.save(path)
    return path


def test_by_hand_each_sheet_is_a_table_read_as_text(tmp_path):
    path = workbook(
        tmp_path / "b.xlsx",
        Firms=[
            ["id", "opened", "x"],
            [1, datetime(2010, 1, 2), 45.123456789],
            ["F2", None, "1,5"],
        ],
        Links=[["from", "to"], [1, "F2"]],
        Blank=[],
    )
    firms, links = tables_in(path)
    assert (firms.name, firms.label) == ("Firms", "b.xlsx, sheet Firms")
    assert rows(firms) == [
        (2, "1", "2010-01-02 00:00:00", "45.123456789"),
        (3, "F2", None, "1,5"),
    ]
    assert rows(links) == [(2, "1", "F2")]


def test_by_hand_rows_have_the_numbers_excel_shows(tmp_path):
    # a title in row 1, the header in row 3, a blank row 5
    path = workbook(
        tmp_path / "b.xlsx", S=[["Our firms"], [], ["id", "x"], ["a", 1], [], ["b", 2]]
    )
    assert [row[:2] for row in rows(tables_in(path)[0])] == [(4, "a"), (5, None), (6, "b")]


def test_by_hand_blank_rows_and_columns_before_the_table(tmp_path):
    book = openpyxl.Workbook()
    for cell, value in {"B4": "id", "C4": "x", "B5": "a", "C5": 1}.items():
        book.active[cell] = value
    book.save(tmp_path / "b.xlsx")
    (source,) = tables_in(tmp_path / "b.xlsx")
    assert (source.columns, rows(source)) == (("id", "x"), [(5, "a", "1")])


def test_by_hand_parquet_and_arrow_keep_their_types(tmp_path):
    frame = pl.DataFrame({"id": [1, 2], "opened": [date(2014, 1, 1), None], "row": ["r", "s"]})
    frame.write_parquet(tmp_path / "a.parquet")
    frame.write_ipc(tmp_path / "a.arrow")
    for name in ("a.parquet", "a.arrow"):
        (source,) = tables_in(tmp_path / name)
        assert rows(source) == [(2, 1, date(2014, 1, 1), "r"), (3, 2, None, "s")]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x.xlsx", "Excel workbook"), ("x.parquet", "Parquet file"), ("x.arrow", "Arrow file"),
        ("x.sqlite", "SQLite"), ("x.duckdb", "DuckDB"), ("x.gpkg", "GeoPackage"),
        ("x.geojson", "GeoJSON"), ("x.doc", "not understood. Tables can be .csv"),
    ],
)  # fmt: skip
def test_files_that_are_not_what_they_say_are_refused_with_a_remedy(tmp_path, name, said):
    (tmp_path / name).write_bytes(b"no table at all, just a line of text " * 20)
    with pytest.raises(UnreadableFile, match=said) as told:
        tables_in(tmp_path / name)
    assert name in str(told.value)
    assert len(str(told.value)) < 500


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(MissingFile, match=r"gone\.csv"):
        tables_in(tmp_path / "gone.csv")


def test_a_workbook_without_tables_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="no sheet holds a table"):
        tables_in(workbook(tmp_path / "b.xlsx", A=[], B=[]))


def test_by_hand_names_of_table_files(tmp_path):
    names = ["a.csv", "a.CSV", "a.csv.gz", "a.gz", "a.png", "a.toml", "a", "a.tsv"]
    assert [is_table_file(tmp_path / name) for name in names] == [
        True, True, True, False, False, False, False, True,
    ]  # fmt: skip
