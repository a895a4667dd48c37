"""The workbook, read back by openpyxl."""

from dataclasses import replace
from datetime import date, datetime

import openpyxl
import polars as pl
import pytest
from tests.results import balance, clustering, profile, study

from buzzline.export import result_frames, workbook, write_workbook
from buzzline.export.writing import about_lines
from buzzline.tables.study import About


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    path = tmp_path_factory.mktemp("book") / "results.xlsx"
    results = {"profile": profile("supply"), "clustering": clustering(), "balance": balance()}
    frames = result_frames(study().about.quality, **results)
    about = about_lines(study(), tuple(results.values()))
    write_workbook(frames, path, about=about)
    return openpyxl.load_workbook(path), frames


def test_another_package_reads_every_cell_back(book):
    found, frames = book
    assert found.sheetnames == ["read me", *frames]
    for name, frame in frames.items():
        head, *rows = found[name].iter_rows(values_only=True)
        assert list(head) == frame.columns
        for read, written in zip(rows, frame.rows(), strict=True):
            for a, b in zip(read, written, strict=True):
                assert _equal(a, b), (name, a, b)


def _equal(read, written):
    if isinstance(written, float) and written not in (float("inf"), float("-inf")):
        return read == pytest.approx(written, rel=1e-14) or (str(written) == "nan" == read)
    if isinstance(written, float):
        return read == str(written)
    return read == (None if written == "" else written)


def test_by_hand_texts_that_look_like_formulas_stay_texts(book):
    cell = book[0]["clusters"]["B4"]
    assert cell.value == "=HYPERLINK(1)"
    assert cell.data_type == "s"


def test_by_hand_sheets_can_be_filtered_and_keep_their_head(book):
    sheet = book[0]["clusters"]
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:T4"


def test_by_hand_the_first_sheet_explains_the_rest(book):
    lines = list(book[0]["read me"].iter_rows(values_only=True))
    assert lines[0][:4:3] == ("title", "Tuscany <by hand>")
    assert ("limit", None, None, "Made up.") in lines
    assert any(
        line[0] == "made by" and str(line[3]).startswith("by_hand(level=0.95)")
        for line in lines
    )
    assert (None, "radius_km", "km", "From the densest site to the furthest member.") in lines
    assert not any("seconds" in str(line[3]) for line in lines)


def test_by_hand_dates_are_dates(tmp_path):
    write_workbook({"t": pl.DataFrame({"day": [date(2020, 1, 31)]})}, tmp_path / "t.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["t"]
    assert sheet["A2"].value == datetime(2020, 1, 31)


def test_special_case_what_excel_cannot_hold_is_cut_and_said(tmp_path, monkeypatch):
    monkeypatch.setattr(workbook, "MOST_ROWS", 2)
    frame = pl.DataFrame({"t": ["x" * 40_000, "b", "c"]})
    written = write_workbook({"long": frame}, tmp_path / "t.xlsx")
    assert written.notes == (
        ("t.xlsx", "long: texts cut to 32,000 characters: 1; "
                   "long: first 2 of 3 rows, the folder tables holds all"),
    )  # fmt: skip
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["long"]
    assert sheet.max_row == 3
    assert sheet["A2"].value.endswith("… (cut)")


def test_special_case_folders_of_this_machine_are_not_told():
    given = replace(study(), about=About(sources=("/srv/ada/ties.csv", "Firms 2015/2016")))
    lines = about_lines(given, ())
    assert [text for key, text in lines if key == "source"] == ["ties.csv", "Firms 2015/2016"]
