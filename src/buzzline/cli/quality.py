"""The data-quality report on the screen."""

from __future__ import annotations

import polars as pl
from rich.table import Table
from rich.text import Text

from buzzline.cli.printing import results, show
from buzzline.road.manifest import as_json
from buzzline.tables.quality import Finding, Quality, Severity
from buzzline.tables.quality_text import COUNTED_FROM

STYLES: dict[Severity, str] = {
    "fatal": "bold red", "set aside": "yellow", "repaired": "cyan", "note": "dim",
}  # fmt: skip
ORDER: tuple[Severity, ...] = ("fatal", "set aside", "repaired", "note")
LISTED_ROWS = 8


def show_quality(quality: Quality, *, usable: bool) -> None:
    """Print the verdict, the counts of each table, and every finding with rows and remedy."""
    show(verdict(quality, usable=usable))
    if quality.tables:
        results().print(_counts(quality))
    for finding in sorted(quality.findings, key=lambda f: (ORDER.index(f.severity), -f.n)):
        _show_finding(finding)
    for name, columns in sorted((quality.ignored_columns or {}).items()):
        if columns:
            show(f"{name}: columns not used: {', '.join(columns)}")
    if quality.findings:
        show(COUNTED_FROM)


def verdict(quality: Quality, *, usable: bool) -> str:
    """Return the whole report in one sentence.

    Examples
    --------
    >>> verdict(Quality(), usable=True)
    'Usable: no table was read.'
    """
    aside = quality.n_set_aside
    if not usable:
        return "These tables cannot be used yet. What stops them is marked FATAL below."
    if aside:
        rows = "1 row is" if aside == 1 else f"{aside:,} rows are"
        return f"Usable: {quality}. {rows} set aside, each with its reason below."
    return f"Usable: {quality}."


def _counts(quality: Quality) -> Table:
    table = Table(header_style="bold")
    for name in ("table", "read from"):
        table.add_column(name, overflow="fold")
    for name in ("rows read", "kept", "set aside"):
        table.add_column(name, justify="right", no_wrap=True)
    for count in quality.tables:
        numbers = (f"{n:,}" for n in (count.read, count.kept, count.set_aside))
        table.add_row(Text(count.table), Text(count.source), *numbers)
    return table


def _show_finding(finding: Finding) -> None:
    where = f"{finding.table}, {finding.column}" if finding.column else finding.table
    head = Text.assemble(
        (finding.severity.upper(), STYLES[finding.severity]),
        f"  {where}: {finding.rule}" + (f" ({finding.n:,})" if finding.n else ""),
    )
    grid = Table.grid(padding=(0, 2, 0, 0))
    for name, text in _details(finding):
        grid.add_row(f"    {name}", Text(text))
    screen = results()
    screen.print(head)
    screen.print(grid)


def _details(finding: Finding) -> list[tuple[str, str]]:
    details = []
    if finding.rows:
        shown = ", ".join(f"{row}" for row in finding.rows[:LISTED_ROWS])
        more = finding.n - len(finding.rows[:LISTED_ROWS])
        details.append(("rows", shown + (f" and {more:,} more" if more > 0 else "")))
    if finding.examples:
        details.append(("e.g.", " | ".join(finding.examples[:3])))
    return [*details, ("to do", finding.remedy)]


def quality_as_json(quality: Quality, *, usable: bool) -> str:
    """Return the report for other programs."""
    counts = pl.DataFrame(list(quality.tables)).to_dicts() if quality.tables else []
    columns = pl.DataFrame(list(quality.columns)).to_dicts() if quality.columns else []
    return as_json(
        {
            "usable": usable,
            "set_aside": quality.n_set_aside,
            "tables": counts,
            "columns": columns,
            "findings": quality.table().to_dicts(),
            "ignored_columns": quality.ignored_columns or {},
        }
    )
