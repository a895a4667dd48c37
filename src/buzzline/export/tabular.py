"""One table to Parquet or CSV, whole or not at all, the same bytes for the same table.

Parquet is the exact copy. CSV is for people: UTF-8 with the byte-order mark by which Excel
knows it, commas, decimal points, ISO dates. A text that a spreadsheet would run as a formula
(it begins with = + - @, a tab or a carriage return, and is not a number) gets an apostrophe in
front, which spreadsheets show as text; the number of such cells is reported.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from buzzline.export.written import Written, one_file
from buzzline.tables.cells import as_text
from buzzline.tables.writing import atomically

FORMULA = r"^[=+\-@\t\r]"
NUMBER = r"^[+\-]?[\d.,]+$"


def write_parquet(frame: pl.DataFrame, path: Path | str) -> Written:
    """Write a table as Parquet.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    with atomically(path) as unfinished:
        frame.write_parquet(unfinished, compression="zstd", statistics=True)
    return one_file(Path(path))


def write_csv(frame: pl.DataFrame, path: Path | str) -> Written:
    """Write a table as CSV that Excel opens right and cannot be made to run.

    Lists, as data frames hold them, are written as text.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    nested = [series for series in frame.iter_columns() if series.dtype.is_nested()]
    frame = frame.with_columns(as_text(series) for series in nested)
    texts = [name for name, kind in frame.schema.items() if kind == pl.String]
    runnable = {name: _is_runnable(pl.col(name)) for name in texts}
    n = sum(int(count) for count in frame.select(
        flag.sum().alias(name) for name, flag in runnable.items()
    ).row(0)) if texts else 0  # fmt: skip
    harmless = frame.with_columns(
        pl.when(flag).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        for name, flag in runnable.items()
    )
    with atomically(path) as unfinished:
        harmless.write_csv(unfinished, include_bom=True)
    note = f"texts that began like a formula, now with an apostrophe: {n:,}" if n else ""
    return one_file(Path(path), note)


def _is_runnable(text: pl.Expr) -> pl.Expr:
    runnable = text.str.contains(FORMULA) & ~text.str.contains(NUMBER)
    return runnable.fill_null(value=False)
