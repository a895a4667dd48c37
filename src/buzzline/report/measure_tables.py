"""The table of any measure as a table of the page: headings, hints, cells from its columns."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import polars as pl

from buzzline.export.dictionary import COLUMN_MEANING, TABLE_MEANING
from buzzline.report.budget import MEASURE_ROWS
from buzzline.report.docstrings import spoken
from buzzline.report.tables import (
    Cell,
    Column,
    Kind,
    PageTable,
    between,
    chance,
    number,
    rows_of,
    share,
    text,
    whole,
)

Meanings = Mapping[str, tuple[str, str]]  # column to unit and meaning
HEADINGS = {
    "p": "p", "q": "q", "n": "n", "place_id": "Place", "name": "Place", "title": "Industry",
    "other_title": "Other industry", "label": "Cluster", "other_label": "Neighbour",
    "sibling": "Neighbour",
}  # fmt: skip
SAID_ONCE = ("level", "year", "source", "draws")  # the same in every row, or in the provenance
NAMED_BY = {
    "place_id": "name", "industry": "title", "other": "other_title", "cluster_id": "label",
    "other_id": "other_label", "sibling_id": "sibling",
}  # fmt: skip
VERDICTS = ("outcome", "verdict")  # of clusters: a row with one is said, whatever is measured
NOT_TESTABLE = "not testable"
CHANCES = ("p", "q")
UNITS_NOT_SAID = ("", "share", "probability", "as value", "see measure")
OURS = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")


def measure_table(name: str, analysis: str, rows: pl.DataFrame) -> PageTable | None:
    """Return the first rows that have a value; None when there are none.

    Parameters
    ----------
    name : str          of the result, as its file is called
    analysis : str      whose meanings explain the columns
    rows : DataFrame
    """
    measured = rows.filter(~without_value(rows))
    if not measured.height:
        return None
    shown = measured.head(MEASURE_ROWS)
    meanings = {column: (unit, said) for column, unit, said in COLUMN_MEANING.get(analysis, ())}
    columns = tuple(
        _heading(column, shown, meanings)
        for column in shown.columns
        if not _is_left_out(column, shown)
    )
    lines = [
        tuple(_cell(row, column.name, meanings) for column in columns)
        for row in shown.iter_rows(named=True)
    ]
    left = rows.height - shown.height
    where = f"The first {shown.height:,} rows; {left:,} more are in tables/{name}.csv."
    caption = TABLE_MEANING.get(analysis, said_as(analysis)).rstrip(".")
    if "level" in rows.columns and rows["level"].drop_nulls().len():
        caption += f" (level {rows['level'].drop_nulls()[0]:.0%})"
    return PageTable(f"table-{name}", caption, columns, rows_of(lines),
                     is_long=len(lines) > 8, note=where if left else "")  # fmt: skip


def without_value(rows: pl.DataFrame) -> pl.Expr:
    """Return which rows have no value: the column `value` is empty, or there is a reason."""
    if _verdict(rows) is not None:
        return pl.lit(value=False)
    if "value" in rows.columns:
        value = pl.col("value")
        if not rows.schema["value"].is_float():
            return value.is_null()
        return value.is_null() | value.is_nan().fill_null(value=True)
    if "reason" in rows.columns:
        return pl.col("reason").fill_null("") != ""
    return pl.lit(value=False)


def unmeasured(rows: pl.DataFrame) -> pl.Expr:
    """Return about which rows nothing is said: no value, or a verdict of not testable."""
    verdict = _verdict(rows)
    return without_value(rows) if verdict is None else pl.col(verdict) == NOT_TESTABLE


def _verdict(rows: pl.DataFrame) -> str | None:
    """Return the column with the verdict on clusters, if the rows are about clusters."""
    if not {"cluster_id", "area_id", "group_id"} & set(rows.columns):
        return None
    verdicts = (*VERDICTS, "type") if "org_id" in rows.columns else VERDICTS
    return next((name for name in verdicts if name in rows.columns), None)


def said_as(name: str) -> str:
    """Return the name of a column or an analysis as a person says it.

    Examples
    --------
    >>> said_as("n_members"), said_as("bandwidth_km")
    ('Members', 'Bandwidth, km')
    """
    words = name.removeprefix("n_").removeprefix("is_").replace("_", " ")
    words = words.removesuffix(" km") + (", km" if words.endswith(" km") else "")
    return words[:1].upper() + words[1:]


def _is_left_out(name: str, rows: pl.DataFrame) -> bool:
    """Leave out lower ends (the upper has both), codes that have a name, and empty columns."""
    low, high = _ends(name)
    named = NAMED_BY.get(name)
    return (
        name in SAID_ONCE
        or (name == low and high in rows.columns)
        or (named in rows.columns and rows[named].null_count() < rows.height)
        or isinstance(rows.schema[name], pl.List | pl.Struct)
        or _says_nothing(rows[name])
    )


def _says_nothing(column: pl.Series) -> bool:
    """Tell whether a column is empty, or holds one and the same word about what was done."""
    if column.null_count() == len(column):
        return True
    if column.dtype != pl.String:
        return False
    words = column.fill_null("").unique().to_list()
    return words == [""] or (column.name == "status" and len(words) == 1)


def _heading(name: str, rows: pl.DataFrame, meanings: Meanings) -> Column:
    unit, said = meanings.get(name, ("", ""))
    low, high = _ends(name)
    if low in rows.columns and high in rows.columns:
        said = f"{meanings.get(low, ('', ''))[1]} {said}".strip()
        return Column(name, _interval_heading(name, said), "text", _hint(unit, said))
    kind: Kind = "number" if rows.schema[name].is_numeric() and unit != "years" else "text"
    return Column(name, HEADINGS.get(name) or said_as(name), kind, _hint(unit, said))


def _ends(name: str) -> tuple[str, str]:
    """Return the names of both ends of the interval a column is an end of, else blanks."""
    stem = name.removesuffix("low").removesuffix("high")
    return (f"{stem}low", f"{stem}high") if name != stem else ("", "")


def _interval_heading(name: str, said: str) -> str:
    stem = name.removesuffix("high").rstrip("_")
    if stem == "chance" or (not stem and "chance" in said):
        return "By chance"
    return f"{said_as(stem)}, interval" if stem else "Interval"


def _hint(unit: str, said: str) -> str:
    said = spoken(said)
    return said if unit in UNITS_NOT_SAID else f"{said} Unit: {unit}.".strip()


def _cell(row: Mapping[str, Any], name: str, meanings: Meanings) -> Cell:
    low, high = _ends(name)
    if low in row and high in row:
        return between(row[low], row[high])
    value = row[name]
    if value is None and name in NAMED_BY.values():
        code = next(code for code, named in NAMED_BY.items() if named == name)
        return text(row.get(code))
    if isinstance(value, bool):
        return text("yes" if value else "no")
    if not isinstance(value, int | float):
        return text(_readable(value))
    unit = meanings.get(name, ("", ""))[0]
    if unit == "years":
        return text(value)
    if name in CHANCES:
        return chance(value)
    if unit == "share":
        return share(value, 1)
    return whole(value) if isinstance(value, int) else number(value)


def _readable(value: Any) -> Any:
    """Return words of the program, such as "mean_log_deviation", as a person writes them."""
    is_ours = isinstance(value, str) and OURS.fullmatch(value)
    return value.replace("_", " ") if is_ours else value
