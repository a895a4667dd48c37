"""Text files with separators: CSV and its relatives, read by polars as text."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from buzzline.errors import UnreadableFile
from buzzline.tables.quality import Finding
from buzzline.tables.sifting import SURPLUS
from buzzline.tables.sniffing import Layout, as_plain_text, sniff, survey
from buzzline.tables.source import Loaded, Source, numbered, remark

MOST_CELLS = 2_000  # a row of more is no row
STRAY = "stray quotation mark"
SWALLOWED = 0.7  # share of the separators of the lines inside a cell, if they were rows


def delimited(path: Path, *, encoding: str = "", separator: str = "") -> Source:
    """Return the table in a text file, compressed or not.

    Raises
    ------
    MissingFile, UnreadableFile
    """
    layout = sniff(path, encoding=encoding, separator=separator)

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        with as_plain_text(path, layout) as plain:
            lines = layout.lines if layout.plain else survey(plain).lines
            try:
                return _load(plain, replace(layout, lines=lines), wanted, limit)
            except pl.exceptions.PolarsError as error:
                raise _unreadable(path, error) from error
            except UnreadableFile as error:
                raise UnreadableFile(f"{path.name}: {error}") from error

    name = path.name.removesuffix(".gz").rsplit(".", 1)[0]
    return Source(name, path.name, layout.header, load, layout.separator)


def _load(plain: Path, layout: Layout, wanted: Sequence[str], limit: int | None) -> Loaded:
    frame, findings = _parsed(plain, layout, wanted, limit)
    advice = (
        "No mark in the file tells the encoding; set `encoding` for this table in study.toml "
        "if letters look wrong."
        if layout.assumed
        else "Nothing to do."
    )
    told = remark("layout of the file", advice, examples=[str(layout)])
    return Loaded(numbered(frame, layout.skipped + 2), (told, *findings))


def _parsed(
    plain: Path, layout: Layout, wanted: Sequence[str], limit: int | None
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Read with polars; when lines are unaccounted for, with forgiving quotes; then literally.

    polars may return too few rows without an error when a quotation mark is not closed, so the
    number of lines is always compared.
    """
    lines = layout.lines - layout.skipped - 1
    frame = _rows(plain, layout, wanted, limit)
    if frame is not None and frame.height == min(lines, lines if limit is None else limit):
        return frame, ()
    everything = _rows(plain, layout, layout.header, None)
    if everything is not None and _accounts_for(everything, layout, lines):
        return (frame if frame is not None else everything.select(wanted)), ()
    with tempfile.TemporaryDirectory(prefix="buzzline-") as folder:
        copy = _requoted(plain, layout, Path(folder) / "table.csv")
        if copy is not None:
            forgiven = _rows(copy, replace(layout, skipped=0), layout.header, None)
            if forgiven is not None and not _has_swallowed(forgiven, layout):
                kept = [name for name in (*wanted, SURPLUS) if name in forgiven.columns]
                return forgiven.select(kept).head(limit or forgiven.height), ()
    frame, found = _literal_rows(plain, layout, wanted)
    return frame.head(limit or frame.height), (found,)


def _accounts_for(everything: pl.DataFrame, layout: Layout, lines: int) -> bool:
    """Tell whether rows and line breaks inside cells add up to the lines of the file."""
    breaks = everything.select(pl.col(pl.String).str.count_matches("\n", literal=True).sum())
    inside = sum(breaks.row(0)) if breaks.width else 0
    of_header = layout.header_lines - 1
    if everything.height + inside + of_header != lines:
        return False
    return not _has_swallowed(everything, layout)


def _rows(
    plain: Path, layout: Layout, wanted: Sequence[str], limit: int | None
) -> pl.DataFrame | None:
    """Return the rows as polars reads them; None when quotation marks confuse it."""
    try:
        return _scanned(plain, layout, wanted, limit)
    except pl.exceptions.ComputeError as error:
        if "more fields" not in str(error):
            return None
    lines = _lines(plain, layout)
    most = lines.select(pl.col("line").str.count_matches(layout.separator, literal=True).max())
    width = min(1 + int(most.collect().item() or 0), MOST_CELLS)
    try:
        return _scanned(plain, layout, wanted, limit, width=width)
    except pl.exceptions.ComputeError:
        return None


def _scanned(
    plain: Path, layout: Layout, wanted: Sequence[str], limit: int | None, *, width: int = 0
) -> pl.DataFrame:
    """Scan the file; `_surplus` tells which rows have more cells than the header."""
    names = [*layout.header, *(f"{SURPLUS}{n}" for n in range(len(layout.header), width))]
    surplus = names[len(layout.header) :]
    lazy = pl.scan_csv(
        plain, has_header=False, separator=layout.separator, skip_lines=layout.skipped,
        schema=dict.fromkeys(names, pl.String), missing_columns="insert",
    ).slice(1, limit)  # fmt: skip
    columns: list[str | pl.Expr] = list(wanted)
    if surplus:
        columns.append(pl.any_horizontal(pl.col(surplus).is_not_null()).alias(SURPLUS))
    return lazy.select(columns).collect()


def _requoted(plain: Path, layout: Layout, copy: Path) -> Path | None:
    """Write the table with correct quotes; None when a quotation mark is never closed."""
    with (
        plain.open(encoding="utf-8-sig", newline="") as file,
        copy.open("w", encoding="utf-8", newline="") as out,
    ):
        for _ in range(layout.skipped):
            file.readline()
        writer = csv.writer(out, delimiter=layout.separator, lineterminator="\n")
        last: list[str] = []
        try:
            for row in csv.reader(file, delimiter=layout.separator):
                writer.writerow(row)
                last = row
        except csv.Error:
            return None
    return None if any("\n" in cell and cell.count("\n") > 1 for cell in last) else copy


def _literal_rows(
    plain: Path, layout: Layout, wanted: Sequence[str]
) -> tuple[pl.DataFrame, Finding]:
    """Read every line as a row and quotation marks as letters, when that gives a table."""
    mark = pl.col("line").str.count_matches('"', literal=True)
    cells = pl.col("line").str.count_matches(layout.separator, literal=True) + 1
    lines = _lines(plain, layout).filter(pl.col("line").str.strip_chars() != "")
    odd = lines.filter(mark % 2 == 1).select("number", "line").collect()
    numbers = [number + layout.skipped for number in odd["number"].to_list()]
    widths = lines.select(cells.n_unique().alias("n")).collect()
    where = ", ".join(f"{number:,}" for number in numbers[:5])
    if widths.item() != 1:
        raise UnreadableFile(
            "a quotation mark is opened and not closed, so that the lines after it would be "
            f"read as one cell. Look at line {where}: delete the quotation mark or double it."
        )
    literal = pl.scan_csv(
        plain, has_header=False, separator=layout.separator, skip_lines=layout.skipped,
        quote_char=None, schema=dict.fromkeys(layout.header, pl.String),
    ).slice(1)  # fmt: skip
    bare = pl.col(pl.String).str.replace_all(r'^\s*"|"\s*$', "").str.replace_all('""', '"')
    found = remark(
        STRAY, "An opening quotation mark without its closing one would have swallowed the "
        "rows after it; every line was read as a row instead. Delete the mark or double it.",
        severity="repaired", rows=numbers, examples=odd["line"].head(3).to_list(),
    )  # fmt: skip
    return literal.select(wanted).with_columns(bare).collect(), found


def _has_swallowed(everything: pl.DataFrame, layout: Layout) -> bool:
    """Tell whether any cell holds what look like other rows."""
    least = max(1.0, SWALLOWED * (len(layout.header) - 1))
    texts = pl.col(pl.String)
    breaks = texts.str.count_matches("\n", literal=True)
    marks = texts.str.count_matches(layout.separator, literal=True)
    suspicious = everything.select(((breaks > 0) & (marks >= least * breaks)).any())
    return any(suspicious.row(0))


def _lines(plain: Path, layout: Layout) -> pl.LazyFrame:
    """Return the lines from the header on, numbered from 1, as text."""
    return pl.scan_csv(
        plain, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String},
        skip_lines=layout.skipped, truncate_ragged_lines=True,
    ).with_row_index("number", offset=1)  # fmt: skip


def _unreadable(path: Path, error: Exception) -> UnreadableFile:
    reason = str(error).splitlines()[0] if str(error) else type(error).__name__
    return UnreadableFile(
        f"{path.name}: cannot be read as a table ({reason}). Check that every row has as many "
        "cells as the header, open it in a spreadsheet and save it as CSV UTF-8."
    )
