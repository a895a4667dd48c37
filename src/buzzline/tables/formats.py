"""Which tables are in a file? One function a format, all giving `Source`s."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import fastexcel
import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.databases import duckdb_file, sqlite
from buzzline.tables.delimited import delimited
from buzzline.tables.geographic import geojson, geopackage
from buzzline.tables.source import (
    FIRST_ROW,
    Loaded,
    Source,
    damaged,
    first_line,
    numbered,
    of_frame,
)

DELIMITED = (".csv", ".tsv", ".tab", ".txt")
TITLE_ROWS = 10  # rows above the header of a sheet that are looked at


def tables_in(path: Path, *, encoding: str = "", separator: str = "") -> list[Source]:
    """Return the tables in a file; one for most formats, several for workbooks and databases.

    Raises
    ------
    MissingFile
        There is no such file.
    UnreadableFile
        The format is not known or the file is damaged; the message says what to do.
    MissingPackage
        The format needs an optional package.
    """
    if not path.exists():
        raise MissingFile(f"{path}: there is no such file. Check name and folder.")
    kind = (
        path.suffixes[-2].lower() if path.suffix == ".gz" and path.suffixes[1:] else path.suffix
    )
    if kind.lower() in DELIMITED:
        return [delimited(path, encoding=encoding, separator=separator)]
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableFile(
            f"{path.name}: files ending in `{path.suffix or path.name}` are not understood. "
            f"Tables can be {', '.join((*DELIMITED, *READERS))}."
        )
    return reader(path)


def is_table_file(path: Path) -> bool:
    """Tell whether the name of a file is that of a format that can be read."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        return suffixes[-2:-1] != [] and suffixes[-2] in DELIMITED
    return bool(suffixes) and suffixes[-1] in (*DELIMITED, *READERS)


def _parquet(path: Path) -> list[Source]:
    try:
        return [of_frame(path.stem, path.name, pl.scan_parquet(path, glob=False))]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(path, "Parquet file", error) from error


def _arrow(path: Path) -> list[Source]:
    try:
        return [of_frame(path.stem, path.name, pl.scan_ipc(path))]
    except (pl.exceptions.PolarsError, OSError) as error:
        raise damaged(path, "Arrow file", error) from error


def _workbook(path: Path) -> list[Source]:
    try:
        book = fastexcel.read_excel(path)
        sheets = [_sheet(path, book, name) for name in book.sheet_names]
    except fastexcel.FastExcelError as error:
        raise UnreadableFile(
            f"{path.name}: cannot be opened as an Excel workbook ({first_line(error)}). Open "
            "it in Excel, remove any password, and save it as .xlsx."
        ) from error
    found = [sheet for sheet in sheets if sheet is not None]
    if not found:
        raise UnreadableFile(f"{path.name}: no sheet holds a table. Put a header in row 1.")
    return found


def _sheet(path: Path, book: fastexcel.ExcelReader, name: str) -> Source | None:
    """Return a sheet read as text, so that nothing is guessed; None when it is blank."""
    top = book.load_sheet(
        name, header_row=None, skip_rows=0, n_rows=TITLE_ROWS + 1, dtypes="string"
    ).to_polars()
    filled = [sum(cell not in (None, "") for cell in row) for row in top.iter_rows()]
    if not any(filled):
        return None
    header_row = next(i for i, n in enumerate(filled) if n > max(filled) / 2)
    cells = top.row(header_row)
    named = {}
    for position, cell in enumerate(cells):
        title = " ".join(str(cell or "").split())
        if title:
            named[title if title not in named else f"{title} ({position + 1})"] = position

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        frame = book.load_sheet(
            name, header_row=None, skip_rows=header_row + 1, n_rows=limit, dtypes="string"
        ).to_polars()
        columns = [frame.to_series(named[title]).alias(title) for title in wanted]
        return Loaded(numbered(pl.DataFrame(columns), header_row + FIRST_ROW))

    return Source(name, f"{path.name}, sheet {name}", tuple(named), load)


READERS: dict[str, Callable[[Path], list[Source]]] = {
    ".parquet": _parquet, ".arrow": _arrow, ".feather": _arrow, ".xlsx": _workbook,
    ".xlsm": _workbook, ".xls": _workbook, ".xlsb": _workbook, ".ods": _workbook,
    ".geojson": geojson, ".gpkg": geopackage, ".sqlite": sqlite, ".sqlite3": sqlite,
    ".db": sqlite, ".duckdb": duckdb_file,
}  # fmt: skip
