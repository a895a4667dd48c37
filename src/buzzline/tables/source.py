"""One table that can be read, wherever it is: its columns now, its rows when asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from buzzline.errors import UnreadableFile
from buzzline.tables.quality import Finding, Severity
from buzzline.tables.sifting import LISTED_EXAMPLES, LISTED_ROWS

FIRST_ROW = 2  # the header is row 1
NUMBER = "_row"  # becomes `row` once the columns have the names of the schema


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """Rows as they stand in the source, with `_row`, and what was noticed on the way.

    Attributes
    ----------
    frame : DataFrame
    findings : tuple[Finding, ...]
        Their `table` is still empty.
    """

    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()


Load = Callable[[Sequence[str], int | None], Loaded]


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A table in a file, on a sheet, in a database or in memory, not yet read.

    Attributes
    ----------
    name : str
        What it is called: stem of the file, sheet, table of the database.
    label : str
        Where it is, as a person would say it: "survey.xlsx, sheet Firms".
    columns : tuple[str, ...]
    load : Callable
        Given columns and a limit of rows (None: all), returns `Loaded`.
    separator : str
        Column separator of a text file; else empty.
    path : Path or None
        The file it is in; None for data frames.
    sheet : str
        Sheet, layer or table inside a file that holds several; else empty.
    """

    name: str
    label: str
    columns: tuple[str, ...]
    load: Load = field(repr=False)
    separator: str = ""
    path: Path | None = None
    sheet: str = ""


def of_frame(name: str, label: str, frame: pl.LazyFrame) -> Source:
    """Return a source over a lazy frame; rows are numbered from 2."""
    columns = tuple(frame.collect_schema().names())

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        rows = frame if limit is None else frame.head(limit)
        return Loaded(numbered(rows.select(wanted).collect(), FIRST_ROW))

    return Source(name, label, columns, load)


def numbered(frame: pl.DataFrame, first: int) -> pl.DataFrame:
    """Return the frame with `_row`, the row number as a person sees it."""
    return frame.with_row_index(NUMBER, offset=first)


def remark(
    rule: str, remedy: str, *,
    severity: Severity = "note", rows: Sequence[int] = (), examples: Sequence[str] = (),
) -> Finding:  # fmt: skip
    """Return a finding about a source whose table is not known yet."""
    return Finding("", "", rule, severity, len(rows), tuple(rows[:LISTED_ROWS]),
                   tuple(examples[:LISTED_EXAMPLES]), remedy)  # fmt: skip


def damaged(path: Path, what: str, error: Exception) -> UnreadableFile:
    """Return the error for a file that is not what its name says."""
    return UnreadableFile(
        f"{path.name}: cannot be opened as a {what} ({first_line(error)}). Check that it is "
        "complete and not in use by another program, or export it again."
    )


def first_line(error: Exception) -> str:
    """Return the first line of what an error says."""
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
