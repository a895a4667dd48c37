"""What appears on the screen: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from datetime import date
from typing import NoReturn

import polars as pl
from rich.console import Console
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 120  # columns when the output is no terminal
FIRST_ROWS = 12
WIDEST_CELL = 38
TELLING = ("label", "industry", "layer", "model", "scale", "verdict", "scale_km", "n_members",
           "ratio", "p")  # fmt: skip
NAMED_BY = {"place_id": "name", "industry": "title", "other": "other_title"}


class Screen(Console):
    """A console that leaves a closed pipe to the command to deal with."""

    def on_broken_pipe(self) -> NoReturn:
        """Say that nobody reads on: `buzzline schema | head`."""
        raise BrokenPipeError


def results() -> Screen:
    """Return the console of results."""
    return _screen(stderr=False)


def messages() -> Screen:
    """Return the console of everything that is no result."""
    return _screen(stderr=True)


def _screen(*, stderr: bool) -> Screen:
    screen = Screen(stderr=stderr, highlight=False, markup=False, soft_wrap=False, emoji=False)
    if not screen.is_terminal and "COLUMNS" not in os.environ:  # a pipe has no width
        screen.width = PIPED_WIDTH
    return screen


def say(text: str) -> None:
    """Print a message on stderr."""
    messages().print(text, soft_wrap=True)


def show(text: str) -> None:
    """Print a text on stdout, wrapped between words; a long path stays in one piece."""
    results().print(text, overflow="ignore", crop=False)


def put(text: str) -> None:
    """Write text for another program on stdout, as it is."""
    sys.stdout.write(text)


def as_json_rows(frame: pl.DataFrame) -> str:
    r"""Return a table as a JSON list with one object a row; unknown is null.

    Examples
    --------
    >>> as_json_rows(pl.DataFrame({"scale": ["local"], "share": [float("nan")]}))
    '[{"scale":"local","share":null}]\n'
    """
    return frame.fill_nan(None).write_json() + "\n" if frame.height else "[]\n"


def show_frame(frame: pl.DataFrame, *, rows: int = FIRST_ROWS, title: str = "") -> None:
    """Print the first rows of a table, and say what is not shown."""
    screen = results()
    shown = frame.head(rows).select(_telling_first(frame.head(rows)))
    cells = {name: [cell(value) for value in shown[name]] for name in shown.columns}
    fitting = _fitting(cells, screen.width)
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in fitting:
        numeric = frame.schema[name].is_numeric()
        table.add_column(
            Text(name), justify="right" if numeric else "left", no_wrap=numeric,
            max_width=WIDEST_CELL, overflow="fold",
        )  # fmt: skip
    for row in zip(*(cells[name] for name in fitting), strict=True):
        table.add_row(*(Text(value) for value in row))
    screen.print(table)
    left = [f"{frame.height - shown.height:,} more rows"] if frame.height > shown.height else []
    if missing := len(frame.columns) - len(fitting):
        left.append(f"{missing} more columns")
    if left:
        screen.print(f"… and {' and '.join(left)}")


def _telling_first(shown: pl.DataFrame) -> list[str]:
    """Return the columns with those a person looks for first, and names in place of codes."""
    columns = shown.columns
    if "value" in columns or "low" in columns:  # a measure's own order is telling
        return [name for name in columns if not _is_silent(name, shown)]
    kept = [name for name in columns if "label" not in columns or not name.endswith("_id")]
    return [*(name for name in TELLING if name in kept),
            *(name for name in kept if name not in TELLING)]  # fmt: skip


def _is_silent(name: str, shown: pl.DataFrame) -> bool:
    """Tell whether a column is empty, or a code whose name stands beside it."""
    named = NAMED_BY.get(name, "")
    has_name = named in shown.columns and shown[named].null_count() == 0
    is_empty = all(value in (None, "") for value in shown[name])
    return shown.height > 0 and (has_name or is_empty)


def _fitting(cells: dict[str, list[str]], width: int) -> list[str]:
    """Return the first columns that fit beside each other; at least two."""
    fitting: list[str] = []
    used = 1
    for name, values in cells.items():
        longest = max([len(name), *(len(value) for value in values)])
        used += min(longest, WIDEST_CELL) + 3
        if used > width and len(fitting) >= 2:
            break
        fitting.append(name)
    return fitting


def cell(value: object) -> str:
    """Return a value as a person reads it in a table.

    Examples
    --------
    >>> cell(1234), cell(0.123456), cell(None), cell(True), cell(18968.0)
    ('1,234', '0.123', '–', 'yes', '18,968')
    """
    if value is None or value != value:  # NaN is not itself
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return value.isoformat() if isinstance(value, date) else str(value)


def show_list(rows: Sequence[tuple[str, str]]) -> None:
    """Print names and texts in two columns."""
    table = Table.grid(padding=(0, 2))
    for name, text in rows:
        table.add_row(Text(name, style="bold"), Text(text))
    results().print(table)
