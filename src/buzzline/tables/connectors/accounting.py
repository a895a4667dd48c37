"""From raw tables of a source to a checked study in which every row is accounted for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from buzzline.errors import InvalidTables, Problem
from buzzline.tables.connectors.published import Published, Unusable
from buzzline.tables.gazetteer import country_codes, locate
from buzzline.tables.quality import Finding, Quality, TableCount
from buzzline.tables.rules import apply_rules
from buzzline.tables.schema import table_named
from buzzline.tables.sifting import FILE, ROW, RawTable
from buzzline.tables.study import About, Study

KEPT_EMPTY = {
    "org_id",
    "city",
    "region",
    "country",
    "state",
    "longitude",
    "latitude",
    "precision",
}


def note(table: str, rows: pl.DataFrame, column: str, *, rule: str, remedy: str) -> Finding:
    """Return a finding that changes nothing about the given rows."""
    examples = rows[column].drop_nulls().unique(maintain_order=True).head(3).cast(pl.String)
    return Finding(table, column, rule, "note", rows.height,
                   tuple(rows[ROW].head(20).to_list()), tuple(examples), remedy)  # fmt: skip


def raw_table(
    name: str,
    frame: pl.DataFrame,
    findings: tuple[Finding, ...] = (),
    *,
    origin: Mapping[str, str] | None = None,
) -> RawTable:
    """Return a table for the rules; the file is told in each row only where there are several.

    Parameters
    ----------
    name : str
    frame : DataFrame
        Columns of the schema, `row` and `file`; columns without any value are left out.
    findings : tuple of Finding
    origin : mapping
        Column of the schema to its name in the files, where it differs.
    """
    files = frame[FILE].unique(maintain_order=True)
    known = {column.name for column in table_named(name).columns}
    empty = {
        column.name for column in frame.iter_columns() if column.null_count() == column.len()
    }
    frame = frame.drop(empty - KEPT_EMPTY)
    said = origin or {}
    columns = {column: said.get(column, column) for column in frame.columns if column in known}
    if files.len() == 1:
        frame = frame.drop(FILE)
    return RawTable(name, ", ".join(files), frame, columns, findings=findings)


def located(table: RawTable, state: str) -> RawTable:
    """Fill in coordinates of organisations from the gazetteer; say how in the findings.

    Parameters
    ----------
    table : RawTable
        Organisations.
    state : str
        Column that tells cities of one name apart.
    """
    found = locate(table.frame.with_columns(pl.col(state).alias("region")))
    filled = table.frame.with_columns(
        found.organisations["longitude"],
        found.organisations["latitude"],
        found.organisations["precision"],
    )
    return replace(table, frame=filled, findings=(*table.findings, *found.findings))


def with_country_codes(table: RawTable) -> RawTable:
    """Write countries as ISO alpha-2 codes; an unknown country stays as it is."""
    given = table.frame["country"]
    codes = country_codes(given)
    written = pl.select(pl.coalesce(codes, given.cast(pl.String))).to_series().alias("country")
    return replace(table, frame=table.frame.with_columns(written))


def accounted(
    tables: Mapping[str, RawTable],
    unusable: Sequence[Unusable],
    about: About,
    *,
    read: Sequence[Published],
) -> Study:
    """Hold the tables to the rules and build the study.

    Parameters
    ----------
    tables : mapping
        Raw tables by name.
    unusable : sequence of Unusable
        Rows set aside before; they count as read.
    about : About
        Its quality is replaced.
    read : sequence of Published
        The files; what was noticed in them is told first.

    Raises
    ------
    InvalidTables
        A table cannot be used at all.
    """
    noticed = [finding for published in read for finding in published.findings]
    surplus = [rows for published in read for rows in published.unusable]
    tables = {
        name: replace(raw, findings=(*(f for f in noticed if f.table == name), *raw.findings))
        for name, raw in tables.items()
    }
    clean, quality = apply_rules(tables)
    fatal = [finding for finding in quality.findings if finding.severity == "fatal"]
    if fatal:
        raise InvalidTables(
            [
                Problem(f.table, f.column, f.rule, f.n, f.rows, f.examples, f.remedy)
                for f in fatal
            ]
        )
    for rows in (*surplus, *unusable):
        quality = _with_unusable(quality, rows, tables[rows.finding.table])
    return Study.of(about=replace(about, quality=quality), **clean)


def _with_unusable(quality: Quality, unusable: Unusable, raw: RawTable) -> Quality:
    finding, n = unusable.finding, unusable.rows.height
    counts = tuple(
        TableCount(c.table, c.source, c.read + n, c.kept, c.set_aside + n)
        if c.table == finding.table
        else c
        for c in quality.tables
    )
    single = [] if FILE in raw.frame.columns else [FILE]
    rows = unusable.rows.drop(single).rename(dict(raw.origin), strict=False)
    texts = rows.with_columns(pl.exclude(ROW).cast(pl.String), reason=pl.lit(finding.rule))
    aside = dict(quality.set_aside or {})
    before = aside.get(finding.table)
    both = texts if before is None else pl.concat([before, texts], how="diagonal_relaxed")
    aside[finding.table] = both.select(ROW, "reason", pl.exclude(ROW, "reason")).sort(ROW)
    return replace(
        quality, tables=counts, findings=(*quality.findings, finding), set_aside=aside
    )
