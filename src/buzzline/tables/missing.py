"""What to tell a person whose file lacks a required column."""

from __future__ import annotations

from collections.abc import Sequence

from buzzline.tables.columns import Column
from buzzline.tables.quality import Finding
from buzzline.tables.synonyms import likely_column

LISTED = 20  # columns of the file that are listed


def missing_column(
    table: str, column: Column, *, source: str, theirs: Sequence[str]
) -> Finding:
    """Return the fatal finding for a required column that a file does not have.

    Parameters
    ----------
    table : str
    column : Column
    source : str
        The file as the person knows it.
    theirs : sequence of str
        The columns the file has.
    """
    likely = likely_column(table, column.name, theirs)
    listed = ", ".join(f"`{name}`" for name in theirs[:LISTED])
    more = f" and {len(theirs) - LISTED} more" if len(theirs) > LISTED else ""
    hint = f"`{likely}` may be it. " if likely else ""
    remedy = (
        f"It holds: {column.meaning[:-1].lower()}. The columns of {source} are {listed}{more}. "
        f"{hint}Name the one to use in study.toml, under [tables.{table}.columns]: "
        f'{column.name} = "{likely or "name of your column"}"; or let `buzzline init` write '
        "that file."
    )
    if column.values:
        remedy += (
            f" If it is the same for every row, write under [tables.{table}.values]: "
            f'{column.name} = "{column.values[0]}" (one of {", ".join(column.values)}).'
        )
    return Finding(table, column.name, "column is missing", "fatal", 0, (), (), remedy)
