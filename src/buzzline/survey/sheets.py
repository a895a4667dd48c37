"""Filled-in workbooks as rows, each with its file, sheet and row as a person sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path

import fastexcel
import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.survey.workbook import FIRST_ROW, SHEETS

Cells = Mapping[str, str]
PERCENT = "_percent"
WHERE_ASKED = ("practices",)  # sheets that not every survey has


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong with an answer.

    Attributes
    ----------
    file, sheet : str
    row : int               as Excel counts
    column, value : str
    what, remedy : str
    is_kept : bool          the row is used all the same
    """

    file: str
    sheet: str
    row: int
    column: str
    value: str
    what: str
    remedy: str
    is_kept: bool = False

    def __str__(self) -> str:
        value = f" ({self.value!r})" if self.value else ""
        kept = "" if self.is_kept else " The row is left out."
        return (
            f"{self.file}, sheet {self.sheet}, row {self.row}, {self.column}: "
            f"{self.what}{value}. {self.remedy}{kept}"
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a sheet that holds something."""

    file: str
    sheet: str
    row: int
    cells: Cells

    def text(self, column: str) -> str:
        """Return a cell without blanks around it; empty where nothing stands."""
        return self.cells.get(column, "").strip()


@dataclass(slots=True, frozen=True)
class Mistakes:
    """What was found wrong, in the order read."""

    found: list[Mistake] = field(default_factory=list)

    def note(
        self, line: Line, column: str, what: str, *, remedy: str, is_kept: bool = False
    ) -> None:
        """Write down a mistake."""
        said = Mistake(
            line.file, line.sheet, line.row, column, line.text(column), what, remedy, is_kept
        )
        self.found.append(said)

    def number(self, line: Line, column: str, bounds: tuple[float, float]) -> float | None:
        """Return a number within bounds; None where the cell is empty or wrong (then noted)."""
        text, (low, high) = line.text(column), bounds
        if not text:
            return None
        try:
            value = float(text.replace(",", ".").removesuffix("%"))
        except ValueError:
            value = float("nan")
        if column.endswith(PERCENT) and 0 < value < 1:
            self.note(
                line, column, "less than one per cent",
                remedy="Excel stores 30% as 0.3: write 30, or 0 for less than one.",
                is_kept=True,
            )  # fmt: skip
            return None
        if isfinite(value) and low <= value <= high:
            return value
        self.note(
            line, column, "not a number in range",
            remedy=f"Write a number from {low:g} to {high:g}, or nothing.", is_kept=True,
        )  # fmt: skip
        return None

    def table(self) -> pl.DataFrame:
        """Return one row a mistake."""
        schema = {
            "file": pl.String, "sheet": pl.String, "row": pl.Int64, "column": pl.String,
            "value": pl.String, "what": pl.String, "remedy": pl.String, "is_kept": pl.Boolean,
        }  # fmt: skip
        rows = [[getattr(one, name) for name in schema] for one in self.found]
        return pl.DataFrame(rows, schema=schema, orient="row")


def filled_workbooks(folder: Path) -> list[Path]:
    """Return the workbooks with answers: every `answers*.xlsx`, by name.

    Raises
    ------
    MissingFile
        There is none.
    """
    files = sorted(path for path in folder.glob("answers*.xlsx") if path.is_file())
    if not files:
        raise MissingFile(
            f"{folder}: no workbook has a name that begins with `answers`. Put the filled-in "
            "workbooks there."
        )
    return files


def lines_of(files: Sequence[Path], mistakes: Mistakes) -> dict[str, list[Line]]:
    """Return the rows of each sheet over all workbooks.

    Raises
    ------
    UnreadableFile
        A file is no workbook, or a sheet lost its first row.
    """
    found: dict[str, list[Line]] = {name: [] for name in SHEETS}
    for path in files:
        try:
            book = fastexcel.read_excel(path)
            for name in SHEETS:
                if name in book.sheet_names:
                    found[name] += _lines(path, name, book)
                elif name not in WHERE_ASKED:
                    raise UnreadableFile(
                        f"{path.name}: the sheet {name} is not there. Copy it from a workbook "
                        "as it was made; leave it empty where nobody answered it."
                    )
        except fastexcel.FastExcelError as error:
            raise UnreadableFile(
                f"{path.name}: cannot be opened as an Excel workbook. Open it in Excel, remove "
                "any password, and save it as .xlsx."
            ) from error
        _say_unknown(path, book.sheet_names, mistakes)
    return found


def _lines(path: Path, name: str, book: fastexcel.ExcelReader) -> Iterable[Line]:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
    rows = sheet.rows()
    head = [str(cell or "").strip() for cell in rows[0]] if rows else []
    lacking = [column for column in SHEETS[name][:2] if column not in head]
    if lacking:
        raise UnreadableFile(
            f"{path.name}, sheet {name}: row 1 must hold the names of the columns, and "
            f"{', '.join(lacking)} {'is' if len(lacking) == 1 else 'are'} not there. Copy the "
            "sheet into a workbook as it was made."
        )
    at = head.index("respondent")
    if len(rows) >= FIRST_ROW - 1 and str(rows[FIRST_ROW - 2][at] or "").strip().endswith("]"):
        raise UnreadableFile(
            f"{path.name}, sheet {name}: row 2 holds an answer, and is the row of the words. "
            "Put the row of words back, as the workbook was made."
        )
    for number, cells in enumerate(rows[FIRST_ROW - 1 :], FIRST_ROW):
        named = {
            column: str(cell)
            for column, cell in zip(head, cells, strict=True)
            if column and cell not in (None, "")
        }
        if any(text.strip() for text in named.values()):
            yield Line(path.name, name, number, named)


def _say_unknown(path: Path, names: Sequence[str], mistakes: Mistakes) -> None:
    for name in names:
        if name not in (*SHEETS, "read me", "roster"):
            line = Line(path.name, name, 1, {})
            mistakes.note(
                line, "sheet", "not a sheet of the survey",
                remedy=f"It is not read; sheets are {', '.join(SHEETS)}.", is_kept=True,
            )  # fmt: skip
