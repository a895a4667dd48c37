"""What is kept, what is repaired, what is set aside? The book-keeping of the rules.

A rule looks at a `Sifted` table and returns another one: it writes down what it found, repairs
values, or moves rows aside. Rows never vanish: each row read is in `frame` or in `aside`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import polars as pl

from buzzline.tables.columns import Table
from buzzline.tables.quality import ColumnCount, Finding, Severity, TableCount

ROW, FILE, AT, SURPLUS = "row", "file", "_at", "_surplus"
LISTED_ROWS, LISTED_EXAMPLES, LONGEST_EXAMPLE = 20, 3, 80

DateOrder = Literal["", "day first", "month first"]


@dataclass(frozen=True, slots=True)
class Conventions:
    """How values are written in a table; empty means: look and decide.

    Attributes
    ----------
    decimal : "", "." or ","
    dates : "", "day first" or "month first"
    industry_separator : str
        Between several industries in one cell; empty when there is only one.
    missing : tuple[str, ...]
        Marks that stand for "not known", beside the usual ones.
    separator : str
        Column separator of the file, a hint for the decimal mark; empty when there is none.
    """

    decimal: str = ""
    dates: DateOrder = ""
    industry_separator: str = "|"
    missing: tuple[str, ...] = ()
    separator: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class RawTable:
    """A table as it was read: values untouched, columns named as in the schema.

    Attributes
    ----------
    name : str
        Table of the schema.
    source : str
        File (and sheet) as the person knows it.
    frame : DataFrame
        Text or typed columns with names of the schema, and `row`: the row number as a person
        sees it in the file (the header is row 1). With several files also `file`.
    origin : Mapping[str, str]
        Column of the schema to column of the file.
    ignored : tuple[str, ...]
        Columns of the file that were not mapped.
    findings : tuple[Finding, ...]
        What was noticed while reading.
    conventions : Conventions
    """

    name: str
    source: str
    frame: pl.DataFrame
    origin: Mapping[str, str]
    ignored: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    conventions: Conventions = field(default_factory=Conventions)


@dataclass(frozen=True, slots=True, eq=False)
class Sifted:
    """A table on its way through the rules.

    Attributes
    ----------
    table : Table
    raw : RawTable
    frame : DataFrame
        Rows still kept: columns of the schema, `row`, and `_at`, the position in `raw.frame`.
    findings : tuple[Finding, ...]
    aside : tuple[DataFrame, ...]
        `_at` and `reason` of rows set aside.
    repaired : Mapping[str, pl.Series]
        Per column the `_at` of repaired cells.
    blank : int
        Rows without any value; they are not rows of the table.
    """

    table: Table
    raw: RawTable
    frame: pl.DataFrame
    findings: tuple[Finding, ...] = ()
    aside: tuple[pl.DataFrame, ...] = ()
    repaired: Mapping[str, pl.Series] = field(default_factory=dict)
    blank: int = 0

    def found(
        self, rule: str, column: str, where: pl.Series,
        *, remedy: str, severity: Severity = "note", shown: tuple[str, ...] = (),
    ) -> Sifted:  # fmt: skip
        """Write down that `rule` found the rows flagged in `where`; nothing else changes.

        Parameters
        ----------
        rule, column, remedy : str
        where : (rows,) bool
        severity : Severity
        shown : tuple[str, ...]
            Columns whose raw values serve as examples; `column` when empty.
        """
        flagged = self.frame.filter(where).select(ROW, AT)
        if not flagged.height:
            return self
        raw, examples_of = self.raw.frame, shown or (column,)
        parts = (
            [("", flagged)]
            if FILE not in raw.columns
            else [
                (f"In {label}: ", part)
                for (label,), part in flagged.with_columns(
                    raw[FILE].gather(flagged[AT]).alias(FILE)
                ).group_by(FILE, maintain_order=True)
            ]
        )
        new = tuple(
            Finding(
                self.table.name, column, rule, severity, part.height,
                tuple(part[ROW].head(LISTED_ROWS).to_list()),
                _examples(raw, examples_of, part[AT]), prefix + remedy,
            )
            for prefix, part in parts
        )  # fmt: skip
        return replace(self, findings=self.findings + new)

    def mended(
        self, rule: str, column: str, where: pl.Series, *, remedy: str, values: pl.Series
    ) -> Sifted:  # fmt: skip
        """Put `values` into `column` and write down that the flagged cells were repaired."""
        sifted = put(self, values.alias(column)).marked((column,), where)
        return sifted.found(rule, column, where, remedy=remedy, severity="repaired")

    def marked(self, columns: tuple[str, ...], where: pl.Series) -> Sifted:
        """Remember the flagged cells as repaired."""
        cells = self.frame.filter(where)[AT]
        if not cells.len():
            return self
        known = {column: self.repaired.get(column, cells.head(0)) for column in columns}
        more = {column: pl.concat([old, cells]).unique() for column, old in known.items()}
        return replace(self, repaired={**self.repaired, **more})

    def emptied(self, rule: str, column: str, where: pl.Series, *, remedy: str) -> Sifted:
        """Set the flagged cells of `column` to missing and write it down as a repair."""
        if not where.any():
            return self
        values = self.frame.select(
            pl.when(~where).then(pl.col(column)).otherwise(None).alias(column)
        ).to_series()
        return self.mended(rule, column, where, remedy=remedy, values=values)

    def without(
        self, rule: str, column: str, where: pl.Series, *, remedy: str, detail: str = ""
    ) -> Sifted:  # fmt: skip
        """Set the flagged rows aside, with `rule` as the reason.

        `detail` names a column of `frame` whose text is added to the reason of each row.
        """
        if not where.any():
            return self
        sifted = self.found(rule, column, where, remedy=remedy, severity="set aside")
        reason = f"`{self.raw.origin.get(column, column)}`: {rule}" if column else rule
        detailed = pl.format("{} ({})", pl.lit(reason), detail) if detail else pl.lit(reason)
        aside = self.frame.filter(where).select(AT, detailed.alias("reason"))
        return replace(sifted, frame=self.frame.filter(~where), aside=(*self.aside, aside))

    @property
    def is_fatal(self) -> bool:
        """True when the table cannot be used at all."""
        return any(finding.severity == "fatal" for finding in self.findings)

    @property
    def count(self) -> TableCount:
        """Rows read, kept and set aside."""
        read = self.raw.frame.height - self.blank
        aside = sum(part.height for part in self.aside)
        return TableCount(self.table.name, self.raw.source, read, read - aside, aside)

    def column_counts(self) -> tuple[ColumnCount, ...]:
        """Return filled, missing and repaired cells of the columns that were in the file."""
        counts = []
        for column, source_column in self.raw.origin.items():
            missing = self.frame[column].null_count()
            cells = self.repaired.get(column)
            repaired = 0 if cells is None else int(self.frame[AT].is_in(cells.implode()).sum())
            counts.append(
                ColumnCount(self.table.name, column, source_column,
                            self.frame.height - missing, missing, repaired)
            )  # fmt: skip
        return tuple(counts)

    def rows_aside(self) -> pl.DataFrame | None:
        """Return the rows set aside as they were read, with `row` and `reason`."""
        if not self.aside:
            return None
        aside = pl.concat(self.aside).sort(AT)
        raw = self.raw.frame[aside[AT]]
        files = [FILE] if FILE in raw.columns else []
        own_names = {} if files else _own_names(self.raw.origin)
        values = raw.drop(ROW, SURPLUS, *files, strict=False).rename(own_names, strict=False)
        return pl.concat(
            [raw.select(*files, ROW), aside.select("reason"), values], how="horizontal"
        )

    def cleaned(self) -> pl.DataFrame:
        """Return the rows kept, in the columns and types of the schema."""
        return self.frame.select(
            pl.col(column.name).cast(column.dtype)
            if column.name in self.frame.columns
            else pl.lit(None, column.dtype).alias(column.name)
            for column in self.table.columns
        )


def sieve(table: Table, raw: RawTable) -> Sifted:
    """Return `raw` ready for the rules."""
    frame = raw.frame.drop(FILE, strict=False).with_row_index(AT)
    return Sifted(table, raw, frame, findings=raw.findings)


def unsound(
    sifted: Sifted, rule: str, column: str, *,
    remedy: str, examples: tuple[str, ...] = (), n: int = 0,
) -> Sifted:  # fmt: skip
    """Write down a fatal finding about the whole table."""
    fatal = Finding(sifted.table.name, column, rule, "fatal", n, (), examples, remedy)
    return replace(sifted, findings=(*sifted.findings, fatal))


def put(sifted: Sifted, values: pl.Series) -> Sifted:
    """Return the table with a column exchanged, without writing anything down."""
    return replace(sifted, frame=sifted.frame.with_columns(values))


def _own_names(origin: Mapping[str, str]) -> dict[str, str]:
    """Names of the file, unless two columns of the schema come from the same one."""
    taken: dict[str, str] = {}
    for column, source_column in origin.items():
        if source_column not in taken.values() and source_column not in (ROW, "reason"):
            taken[column] = source_column
    clash = set(taken.values()) & (set(origin) - set(taken))
    return {column: name for column, name in taken.items() if name not in clash}


def _examples(raw: pl.DataFrame, columns: tuple[str, ...], at: pl.Series) -> tuple[str, ...]:
    if not set(columns) <= set(raw.columns):
        return ()
    cells = raw.select(columns)[at.head(1000)].drop_nulls().unique(maintain_order=True)
    rows = cells.head(LISTED_EXAMPLES).iter_rows()
    return tuple(_short(", ".join(str(value) for value in row)) for row in rows)


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_EXAMPLE else f"{text[:LONGEST_EXAMPLE]}…"
