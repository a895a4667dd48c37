"""All result tables in one Excel workbook, with a first sheet that says what is in it.

Texts are written as texts, never as formulas. Excel holds 32 767 characters a cell, and sheets
of a million rows open slowly or not at all; what is longer is cut, and the first sheet says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO
from math import isfinite
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from buzzline.export.dictionary import COLUMN_MEANING, TABLE_MEANING
from buzzline.export.written import Written, one_file
from buzzline.tables.writing import atomically

CREATED = datetime(2000, 1, 1)  # fixed: same results, same bytes
LONGEST_TEXT = 32_000
MOST_ROWS = 100_000  # more take minutes to open; the whole table stands beside it
WIDEST = 60
README = "read me"
Line = tuple[str, ...]


def write_workbook(
    frames: Mapping[str, pl.DataFrame], path: Path | str, *, about: Sequence[Line] = ()
) -> Written:
    """Write one sheet a table, after a first sheet that explains them.

    Parameters
    ----------
    frames : dict of DataFrame
        By table name; names and columns are explained where `data_dictionary` knows them.
    path : Path or str
    about : sequence of (str, str)
        Title, provenance and the like, in two columns, for the head of the first sheet.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    cut = [note for name, frame in frames.items() for note in _cuts(name, frame)]
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True})
    book.set_properties({"title": "buzzline results", "created": CREATED})
    _write_readme(book, frames, [*about, *(("cut", note) for note in cut)])
    for name, frame in frames.items():
        _write_sheet(book, name, frame)
    book.close()
    with atomically(path) as unfinished:
        unfinished.write_bytes(content.getbuffer())
    return one_file(Path(path), "; ".join(cut))


def _cuts(name: str, frame: pl.DataFrame) -> list[str]:
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    n_long = sum(int((frame[name].str.len_chars() > LONGEST_TEXT).sum()) for name in texts)
    cuts = [f"{name}: texts cut to {LONGEST_TEXT:,} characters: {n_long:,}"] if n_long else []
    if frame.height > MOST_ROWS:
        cuts.append(
            f"{name}: first {MOST_ROWS:,} of {frame.height:,} rows, the folder tables holds all"
        )
    return cuts


def _write_readme(
    book: xlsxwriter.Workbook, frames: Mapping[str, pl.DataFrame], about: Sequence[Line]
) -> None:
    bold, wrap = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    sheet = book.add_worksheet(README)
    sheet.set_column(0, 1, 22)
    sheet.set_column(2, 2, 16)
    sheet.set_column(3, 3, 90, wrap)
    lines: list[tuple[Line, Any]] = [((key, "", "", value), None) for key, value in about]
    lines += [((), None), (("table", "column", "unit", "meaning"), bold)]
    for name, frame in frames.items():
        said = f"{TABLE_MEANING.get(name, '')} {frame.height:,} rows.".strip()
        lines.append(((name, "", "", said), bold))
        known = {column: (unit, text) for column, unit, text in COLUMN_MEANING.get(name, ())}
        lines += [
            (("", column, *known.get(column, ("", ""))), None) for column in frame.columns
        ]
    for number, (line, style) in enumerate(lines):
        for place, text in enumerate(line):
            if text:
                sheet.write_string(number, place, _cell_text(text), style)


def _write_sheet(book: xlsxwriter.Workbook, name: str, frame: pl.DataFrame) -> None:
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet(name[:31])
    shown = frame.head(MOST_ROWS)
    for place, column in enumerate(shown.columns):
        sheet.set_column(place, place, _width(shown[column]))
        sheet.write_string(0, place, column, bold)
    sheet.freeze_panes(1, 0)
    if shown.width:
        sheet.autofilter(0, 0, shown.height, shown.width - 1)
    for number, row in enumerate(shown.iter_rows(), 1):
        for place, value in enumerate(row):
            _write_cell(sheet, (number, place), value, day)


def _write_cell(sheet: Any, at: tuple[int, int], value: Any, day: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, int | float) and isfinite(value):
        sheet.write_number(*at, value)
    elif isinstance(value, date | datetime):
        sheet.write_datetime(*at, value, day)
    else:
        sheet.write_string(*at, _cell_text(str(value)))


def _cell_text(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]} … (cut)"


def _width(column: pl.Series) -> int:
    seen = [len(str(value)) for value in column.head(200).to_list() if value is not None]
    return min(max([len(column.name) + 3, *seen]) + 2, WIDEST)
