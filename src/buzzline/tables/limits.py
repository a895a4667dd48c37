"""What a cell may hold: the bounds and closed vocabularies of the schema, for tables in memory.

`read_study` mends or sets aside what lies outside, row by row; tables that are handed over as
data frames are refused instead, as nobody is there to tell which rows were left out.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from buzzline.errors import Problem
from buzzline.tables.columns import Column, Table

REMEDY = "Mend them, or read it with `read_study`, which sets such rows aside and lists them."
NAN_REMEDY = "Build the study with `Study.of`, which reads NaN as not known (null)."


def beyond_limits(table: Table, frame: pl.DataFrame) -> Iterable[Problem]:
    """Yield a problem for each column with numbers out of bounds or words not in its list."""
    for column in table.columns:
        values = frame[column.name]
        if column.values:
            yield from _unknown_words(table, column, values)
        elif column.dtype.is_numeric():
            yield from _out_of_bounds(table, column, values)


def broken_numbers(table: Table, frame: pl.DataFrame) -> Iterable[Problem]:
    """Yield a problem for each column of whole numbers that is given decimals."""
    for column in table.columns:
        if column.name not in frame.columns or not column.dtype.is_integer():
            continue
        values = frame[column.name]
        if values.dtype.is_float():
            broken = (values != values.round()) & values.is_finite()
            what = f"is not a whole number ({column.unit})"
            yield from _told(table, column, what, (values, broken))


def row_numbers(flags: pl.Series) -> tuple[int, ...]:
    """Return the first flagged rows as a person counts them: the header is row 1."""
    return tuple(int(row) + 2 for row in np.flatnonzero(flags.to_numpy())[:20])


def examples_of(values: pl.Series, flags: pl.Series) -> tuple[str, ...]:
    """Return the first three of the flagged values, in order."""
    return tuple(str(value) for value in values.filter(flags).unique().sort().head(3))


def _out_of_bounds(table: Table, column: Column, values: pl.Series) -> Iterable[Problem]:
    """Look at the smallest and the largest value first: mostly that settles it."""
    if values.dtype.is_float():
        missing = values.is_nan()
        if missing.any():
            yield from _told(table, column, "is NaN", (values, missing), NAN_REMEDY)
            values = values.fill_nan(None)
    # -inf and inf are ordered as numbers, so that the extremes also tell whether all are finite
    least, most = values.min(), values.max()
    if least is None or most is None:
        return
    low, high = float(str(least)), float(str(most))
    if column.low <= low and high <= column.high and np.isfinite([low, high]).all():
        return
    outside = ~values.is_between(column.low, column.high)
    if values.dtype.is_float():
        outside = outside | values.is_infinite()
    limits = "" if column.low == -np.inf else f", {column.limits}"
    what = f"is out of bounds: it must be a finite number{limits}"
    yield from _told(table, column, what, (values, outside))


def _unknown_words(table: Table, column: Column, values: pl.Series) -> Iterable[Problem]:
    strange = values.unique().drop_nulls()
    strange = strange.filter(~strange.is_in(list(column.values)))
    if strange.len():
        what = f"holds words that are not of its list ({', '.join(column.values)})"
        unknown = values.is_in(strange.implode())
        yield from _told(table, column, what, (values, unknown))


def _told(
    table: Table,
    column: Column,
    what: str,
    found: tuple[pl.Series, pl.Series],
    remedy: str = REMEDY,
) -> Iterable[Problem]:
    values, flags = found[0], found[1].fill_null(value=False)
    if flags.any():
        yield Problem(
            table.name, column.name, what, int(flags.sum()), row_numbers(flags),
            examples_of(values, flags), remedy,
        )  # fmt: skip
