"""The data-quality report as text a person reads from top to bottom."""

from __future__ import annotations

import textwrap

from buzzline.tables.quality import Finding, Quality, Severity, TableCount

HEADINGS: tuple[tuple[Severity, str], ...] = (
    ("fatal", "Stops the run: mend this first"),
    ("set aside", "Rows set aside: not used, and written out so that you can mend them"),
    ("repaired", "Values repaired: the rows are used"),
    ("note", "Worth knowing: nothing was changed"),
)
NOTHING_READ = (
    "The tables were handed over as data frames that fit the schema: nothing to mend."
)
COUNTED_FROM = (
    "Row numbers are those of your files; the header is row 1, or stands below title lines."
)
WIDTH = 96


def quality_text(quality: Quality) -> str:
    """Return the whole report: a verdict, each table, and what was found, gravest first.

    Examples
    --------
    >>> count = TableCount("linkages", "links.csv", read=10, kept=9, set_aside=1)
    >>> found = Finding("linkages", "target", "unknown organisation", "set aside", 1, (7,),
    ...                 ("F-9",), "Add the organisation.")
    >>> print(quality_text(Quality((count,), (), (found,))))
    9 of 10 rows can be used.
    <BLANKLINE>
    linkages (links.csv): 10 rows read, 9 kept, 1 set aside
    <BLANKLINE>
    Rows set aside: not used, and written out so that you can mend them
      linkages, target: unknown organisation - 1 row (row 7), e.g. F-9
          Add the organisation.
    <BLANKLINE>
    Row numbers are those of your files; the header is row 1, or stands below title lines.
    """
    if not quality.tables and not quality.findings:
        return NOTHING_READ
    parts = [_verdict(quality), "\n".join(_table(count) for count in quality.tables)]
    for severity, heading in HEADINGS:
        found = [finding for finding in quality.findings if finding.severity == severity]
        if found:
            parts.append("\n".join([heading, *(_finding(finding) for finding in found)]))
    ignored = [
        f"  {table}: {', '.join(names)}"
        for table, names in (quality.ignored_columns or {}).items()
    ]
    if ignored:
        parts.append("\n".join(["Columns of your files that were not used", *ignored]))
    if quality.findings:
        parts.append(COUNTED_FROM)
    return "\n\n".join(part for part in parts if part)


def _verdict(quality: Quality) -> str:
    read = sum(count.read for count in quality.tables)
    kept = sum(count.kept for count in quality.tables)
    fatal = sum(finding.severity == "fatal" for finding in quality.findings)
    if fatal:
        return f"These tables cannot be used yet: {fatal} problem{'s' if fatal > 1 else ''}."
    return f"{kept:,} of {read:,} rows can be used."


def _table(count: TableCount) -> str:
    return (
        f"{count.table} ({count.source}): {count.read:,} rows read, {count.kept:,} kept, "
        f"{count.set_aside:,} set aside"
    )


def _finding(finding: Finding) -> str:
    where = f"{finding.table}, {finding.column}" if finding.column else finding.table
    text = f"{where}: {finding.rule}" if where else finding.rule
    if finding.n:
        text += f" - {finding.n:,} row{'s' if finding.n != 1 else ''}"
    if finding.rows:
        listed = ", ".join(f"{row:,}" for row in finding.rows[:5])
        more = ", ..." if finding.n > 5 else ""
        text += f" (row {listed}{more})"
    if finding.examples:
        text += f", e.g. {'; '.join(finding.examples[:3])}"
    head = textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    remedy = textwrap.fill(
        finding.remedy, WIDTH, initial_indent="      ", subsequent_indent="      "
    )
    return f"{head}\n{remedy}"
