"""A table of the page, as data: the template turns it into HTML, the browser into CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal

from buzzline.charts.palette import VERDICT_COLOUR, VERDICT_MARK
from buzzline.report.wording import count, decimal, interval, percent, probability

Kind = Literal["text", "number"]


@dataclass(frozen=True, slots=True)
class Column:
    """A heading: `name` goes into the CSV, `title` onto the page, `hint` explains it."""

    name: str
    title: str
    kind: Kind = "text"
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is read, and what it is sorted by and written to CSV as (empty: unknown)."""

    text: str
    value: str | None = None
    mark: str = ""
    colour: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; rows of clusters can be selected on the map and the other way round."""

    cells: tuple[Cell, ...]
    cluster_id: str = ""


@dataclass(frozen=True, slots=True)
class PageTable:
    """One table with its caption.

    Attributes
    ----------
    id : str            unique in the page; also the name of the CSV file
    caption : str
    is_long : bool      gets a search box and a window of its own
    note : str          what is not in the table, and where it is
    """

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    is_long: bool = False
    note: str = ""


def text(content: object) -> Cell:
    """Return a cell of text; None is unknown."""
    return Cell("–", "") if content is None else Cell(str(content))


def whole(number: float | None) -> Cell:
    """Return a cell with a count."""
    return Cell(count(number), "" if number is None else f"{number:.0f}")


def number(value: float | None, shown: str | None = None) -> Cell:
    """Return a cell with a number; `shown` replaces how it is read."""
    exact = "" if value is None or value != value else f"{value:.6g}"  # NaN
    return Cell(shown if shown is not None else decimal(value), exact)


def share(value: float | None, digits: int = 0) -> Cell:
    """Return a cell with a share, read as per cent and stored as 0 to 1."""
    return number(value, percent(value, digits))


def chance(p: float | None) -> Cell:
    """Return a cell with a p- or q-value."""
    return number(p, probability(p))


def between(low: float | None, high: float | None) -> Cell:
    """Return a cell with an interval; one may have no upper end."""
    if low is not None and isfinite(low) and high is None:
        return Cell(f"from\u00a0{decimal(low, 3)}\u00a0on", f"{low:.6g} and more")
    ends = interval(low, high)
    return Cell(ends, "" if ends == "–" else f"{low:.6g} to {high:.6g}")


def verdict(name: str) -> Cell:
    """Return a cell with a verdict: a mark and a colour, and always the word."""
    return Cell(name, name, VERDICT_MARK.get(name, ""), VERDICT_COLOUR.get(name, ""))


def rows_of(lines: Sequence[Sequence[Cell]]) -> tuple[Row, ...]:
    """Return plain rows."""
    return tuple(Row(tuple(line)) for line in lines)
