"""What must hold before raw ties are counted: columns there, ids unique, one engine.

Raw tables may not have passed through a `Study`, so the functions on them check at the door.
"""

from __future__ import annotations

from collections.abc import Sequence

import narwhals as nw

from buzzline.errors import InvalidArgument, InvalidTables, Problem
from buzzline.network.engines import AnyFrame, Lazy, lazily

TIE_COLUMNS = ("source", "target", "layer")


def frame_with(table: str, frame: AnyFrame, columns: Sequence[str]) -> Lazy:
    """Return a frame as a lazy one that has these columns.

    Raises
    ------
    InvalidTables
        A column is missing; `table` says where.
    """
    lazy = lazily(frame)
    names = lazy.collect_schema().names()
    problems = [
        Problem(table, name, "is missing", 0, (), (), f"Columns are {', '.join(names)}.")
        for name in columns
        if name not in names
    ]
    if problems:
        raise InvalidTables(problems)
    return lazy


def organisations_with(organisations: AnyFrame, *columns: str) -> Lazy:
    """Return organisations with `org_id` and these columns, each organisation in one row.

    Raises
    ------
    InvalidTables
        A column is missing, or an organisation is listed twice: a join would multiply its ties.
    """
    frame = frame_with("organisations", organisations, ("org_id", *columns))
    counts = frame.filter(~nw.col("org_id").is_null()).select(
        n=nw.len(), n_distinct=nw.col("org_id").n_unique()
    )
    ((n, n_distinct),) = counts.collect(backend="polars").to_polars().rows()
    n_distinct = n_distinct or 0  # null when there is no row
    if n > n_distinct:
        what, remedy = "is not unique", "Keep one row an organisation."
        problem = Problem("organisations", "org_id", what, int(n - n_distinct), (), (), remedy)
        raise InvalidTables([problem])
    return frame


def ties_beside(linkages: AnyFrame, organisations: Lazy) -> Lazy:
    """Return linkages that can be joined to organisations.

    Raises
    ------
    InvalidTables
        `source`, `target` or `layer` is missing, or ids are of another type.
    InvalidArgument
        The two frames are not on the same engine.
    """
    ties = frame_with("linkages", linkages, TIE_COLUMNS)
    if ties.implementation is not organisations.implementation:
        raise InvalidArgument(
            f"linkages are on {ties.implementation.value} and organisations on "
            f"{organisations.implementation.value}: move both with `on_engine`"
        )
    expected = organisations.collect_schema()["org_id"]
    problems = [
        Problem("linkages", end, f"holds {found}, but `org_id` holds {expected}", 0, (), (),
                "Give identifiers the same type in both tables.")
        for end in ("source", "target")
        if (found := ties.collect_schema()[end]) != expected
    ]  # fmt: skip
    if problems:
        raise InvalidTables(problems)
    return ties
