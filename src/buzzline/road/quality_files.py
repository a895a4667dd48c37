"""The data-quality report as files, written before any number is computed."""

from __future__ import annotations

from pathlib import Path

from buzzline.export import write_csv, write_set_aside
from buzzline.tables.quality import Finding, Quality
from buzzline.tables.study import About, Study
from buzzline.tables.writing import atomically

COUNTED_FROM = "Row numbers are those of the file; the header is row 1."


def write_quality(folder: Path, quality: Quality) -> list[Path]:
    """Write quality.txt, quality.csv and set_aside/<table>.csv, and return where they are.

    Parameters
    ----------
    folder : Path
    quality : Quality

    Raises
    ------
    UnwritableOutput
        No room, no permission, not a folder.
    """
    text, table = folder / "quality.txt", folder / "quality.csv"
    with atomically(text) as unfinished:
        unfinished.write_text(quality_text(quality), encoding="utf-8")
    aside = write_set_aside(folder / "set_aside", Study(about=About(quality=quality)))
    return [text, *write_csv(quality.table(), table), *aside]


def quality_text(quality: Quality) -> str:
    """Return the report as text: what is usable, then every finding with rows and remedy.

    Examples
    --------
    >>> print(quality_text(Quality()))
    Data-quality report
    <BLANKLINE>
    The tables were handed over as data frames that fit the schema: nothing to mend.
    <BLANKLINE>
    """
    lines = ["Data-quality report", ""]
    for count in quality.tables:
        lines.append(
            f"{count.table}: {count.read:,} rows read from {count.source}, "
            f"{count.kept:,} kept, {count.set_aside:,} set aside"
        )
    if not quality.tables:
        lines.append(
            "The tables were handed over as data frames that fit the schema: nothing to mend."
        )
    for name, columns in sorted((quality.ignored_columns or {}).items()):
        if columns:
            lines.append(f"{name}: columns not used: {', '.join(columns)}")
    for finding in quality.findings:
        lines += ["", *_finding(finding)]
    if quality.findings:
        lines += ["", COUNTED_FROM]
    if quality.n_set_aside:
        lines.append("Rows set aside are in the folder set_aside, as they were read.")
    return "\n".join(lines) + "\n"


def _finding(finding: Finding) -> list[str]:
    where = f"{finding.table}, {finding.column}" if finding.column else finding.table
    lines = [f"{finding.severity.upper()}  {where}: {finding.rule} ({finding.n:,})"]
    if finding.rows:
        more = ", …" if finding.n > len(finding.rows) else ""
        lines.append(f"    rows      {', '.join(map(str, finding.rows))}{more}")
    if finding.examples:
        lines.append(f"    examples  {' | '.join(finding.examples)}")
    lines.append(f"    to do     {finding.remedy}")
    return lines
