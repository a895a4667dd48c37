"""The data-quality section: one clear verdict, counts, and what to mend."""

from __future__ import annotations

from dataclasses import dataclass

from buzzline.report.budget import FINDINGS
from buzzline.report.tables import Column, PageTable, rows_of, share, text, whole
from buzzline.report.wording import listed, plural
from buzzline.tables.quality import Finding, Quality
from buzzline.tables.study import Study

SEVERITIES = ("fatal", "set aside", "repaired", "note")


@dataclass(frozen=True, slots=True, eq=False)
class QualityView:
    """What the section shows.

    Attributes
    ----------
    verdict : str
    tone : "good" or "look"
    aside : str             where the rows set aside are; empty when there are none
    tables : tuple[PageTable, ...]
    ignored : tuple[str, ...]
        One line a table with columns that were not used.
    """

    verdict: str
    tone: str
    aside: str
    tables: tuple[PageTable, ...]
    ignored: tuple[str, ...]


def quality_view(study: Study) -> QualityView:
    """Gather the data-quality section of a study."""
    quality = study.about.quality
    tables = [
        table
        for table in (_counts(quality, study), _findings(quality), _coverage(study))
        if table.rows
    ]
    ignored = tuple(
        f"{name}: {listed(list(columns))}"
        for name, columns in (quality.ignored_columns or {}).items()
        if columns
    )
    tone = "look" if quality.n_set_aside else "good"
    return QualityView(_verdict(quality), tone, _aside(quality), tuple(tables), ignored)


def _verdict(quality: Quality) -> str:
    if not quality.tables:
        return (
            "The tables were handed over as data frames that fit the schema: nothing to mend."
        )
    parts = [
        f"{count.kept:,} of {plural(count.read, 'row')} in {count.table}"
        for count in quality.tables
    ]
    repaired = sum(f.n for f in quality.findings if f.severity == "repaired")
    mended = f"; {plural(repaired, 'cell')} repaired" if repaired else ""
    if not quality.n_set_aside:
        return f"Every row is usable: {listed(parts)}{mended}."
    return (
        f"Usable: {listed(parts)}{mended}. {plural(quality.n_set_aside, 'row')} set aside, "
        "each with its reason below."
    )


def _aside(quality: Quality) -> str:
    lost = [count.table for count in quality.tables if count.set_aside]
    if not lost:
        return ""
    files = listed([f"set_aside/{name}.csv" for name in lost])
    return (
        f"The rows set aside are written beside this report, as they were read, with row "
        f"number and reason: {files}. Mend them in the source and run again."
    )


def _counts(quality: Quality, study: Study) -> PageTable:
    columns = (
        Column("table", "Table"),
        Column("source", "Read from"),
        Column("read", "Rows read", "number"),
        Column("kept", "Kept", "number"),
        Column("set_aside", "Set aside", "number"),
    )
    lines = [
        (text(c.table), text(c.source), whole(c.read), whole(c.kept), whole(c.set_aside))
        for c in quality.tables
    ]
    if not lines:
        frames = {name: getattr(study, name).height for name in Study.names()}
        lines = [
            (text(name), text("data frame"), whole(n), whole(n), whole(0))
            for name, n in frames.items()
            if n
        ]
    return PageTable("rows_read", "Rows read, kept and set aside", columns, rows_of(lines))


def _findings(quality: Quality) -> PageTable:
    columns = (
        Column("severity", "What happened"),
        Column("table", "Table"),
        Column("column", "Column"),
        Column("rule", "Finding"),
        Column("n", "Rows", "number"),
        Column("rows", "Row numbers in the file"),
        Column("examples", "Examples"),
        Column("remedy", "What to do"),
    )
    ranked = sorted(quality.findings, key=lambda f: (SEVERITIES.index(f.severity), -f.n))
    lines = [_finding(finding) for finding in ranked[:FINDINGS]]
    left = len(ranked) - len(lines)
    note = f"{plural(left, 'further finding')} are in the result files." if left else ""
    return PageTable(
        "findings", "What was found in the tables", columns, rows_of(lines), note=note
    )


def _finding(finding: Finding) -> tuple:  # type: ignore[type-arg]  # of cells, eight
    first = ", ".join(str(row) for row in finding.rows[:5])
    more = " …" if finding.n > len(finding.rows[:5]) and first else ""
    return (
        text(finding.severity), text(finding.table), text(finding.column or "–"),
        text(finding.rule), whole(finding.n), text((first or "–") + more),
        text(" | ".join(finding.examples[:3]) or "–"), text(finding.remedy),
    )  # fmt: skip


def _coverage(study: Study) -> PageTable:
    """How many of the rows kept have what the analyses need."""
    organisations, linkages = study.organisations, study.linkages
    wanted = [
        ("organisations", organisations, "longitude", "coordinates", "maps, clusters, scales"),
        ("organisations", organisations, "country", "country", "national and global ties"),
        ("organisations", organisations, "industry", "industry", "clusters"),
        ("linkages", linkages, "start", "start date", "development over time"),
        ("linkages", linkages, "weight", "weight", "value of ties; empty counts as one tie"),
    ]
    lines = [
        (text(name), text(label), whole(frame.height - frame[column].null_count()),
         share(1 - frame[column].null_count() / frame.height), text(use))
        for name, frame, column, label, use in wanted
        if frame.height
    ]  # fmt: skip
    columns = (
        Column("table", "Table"),
        Column("content", "Has"),
        Column("n", "Rows", "number"),
        Column("share", "Share", "number"),
        Column("needed_for", "Needed for"),
    )
    return PageTable("coverage", "What the rows kept can be used for", columns, rows_of(lines))
