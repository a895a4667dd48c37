"""The data-quality report: what was read, kept, repaired and set aside, and why.

The balance holds for every table: rows kept plus rows set aside equals rows read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

Severity = Literal["note", "repaired", "set aside", "fatal"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a rule found in one column of one table.

    Attributes
    ----------
    table, column, rule : str
        `rule` is the name of the rule, e.g. "unknown organisation".
    severity : "note", "repaired", "set aside" or "fatal"
        A note changes nothing; a repair changed values and kept the rows; rows set aside are
        not used and are written out; a fatal finding stops the run.
    n : int
        Rows concerned.
    rows : tuple[int, ...]
        First row numbers as a person sees them in the file (the header is row 1).
    examples : tuple[str, ...]
    remedy : str
        What to do, a full sentence.
    """

    table: str
    column: str
    rule: str
    severity: Severity
    n: int
    rows: tuple[int, ...]
    examples: tuple[str, ...]
    remedy: str


@dataclass(frozen=True, slots=True)
class TableCount:
    """Rows of one table: `kept + set_aside == read`."""

    table: str
    source: str
    read: int
    kept: int
    set_aside: int


@dataclass(frozen=True, slots=True)
class ColumnCount:
    """Cells of one column among the rows kept: `filled + missing == kept`."""

    table: str
    column: str
    source_column: str
    filled: int
    missing: int
    repaired: int


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Quality:
    """The whole data-quality report of a study.

    Attributes
    ----------
    tables : tuple[TableCount, ...]
    columns : tuple[ColumnCount, ...]
    findings : tuple[Finding, ...]
    set_aside : dict[str, polars.DataFrame]
        Per table the rows set aside, as they were read, with `row` (as in the file) and
        `reason`; only tables that lost rows.
    ignored_columns : dict[str, tuple[str, ...]]
        Per table the columns of the file that no column of the schema was mapped to.
    """

    tables: tuple[TableCount, ...] = ()
    columns: tuple[ColumnCount, ...] = ()
    findings: tuple[Finding, ...] = ()
    set_aside: dict[str, pl.DataFrame] | None = None
    ignored_columns: dict[str, tuple[str, ...]] | None = None

    @property
    def n_set_aside(self) -> int:
        """Rows set aside in all tables together."""
        return sum(count.set_aside for count in self.tables)

    def table(self) -> pl.DataFrame:
        """Return the findings, one row each, tidy."""
        schema = {
            "table": pl.String, "column": pl.String, "rule": pl.String, "severity": pl.String,
            "n": pl.Int64, "rows": pl.String, "examples": pl.String, "remedy": pl.String,
        }  # fmt: skip
        rows = [
            (f.table, f.column, f.rule, f.severity, f.n, ", ".join(map(str, f.rows)),
             " | ".join(f.examples), f.remedy)
            for f in self.findings
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=schema, orient="row")

    def __str__(self) -> str:
        parts = [
            f"{count.table}: {count.kept:,} of {count.read:,} rows usable"
            for count in self.tables
        ]
        return "; ".join(parts) or "no table was read"

    def __repr__(self) -> str:
        return f"Quality: {self}"

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.table()._repr_html_()}"
