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

from buzzline.wording import plural

PIPED_WIDTH = 120  # columns when the output is no terminal
FIRST_ROWS = 12
WIDEST_CELLS = (38, 24, 16)  # the widest with which what a person looks for first fits
NAMED_BY = {
    "place_id": "name", "org_id": "name", "industry": "title", "other": "other_title",
    "cluster_id": "label", "history_id": "label", "area_id": "label",
    "sibling_id": "sibling", "other_id": "other_label", "group_id": "group",
}  # fmt: skip
NAMES = ("label", "sibling", "other_label", "group", "org_id", "name")
PARTS = ("layer", "model", "scale")  # of what a row with a name is about
VERDICTS = ("outcome", "verdict", "type")
VALUES = ("value", "ratio", "log_ratio", "share")
YEARS = ("year", "first_year", "cohort", "since", "until", "crossing_low", "crossing_high")
LAST = ("reason",)
LEAST_PROBABILITY = 0.001


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
    order, lead = _telling_first(frame.head(rows))
    shown = frame.head(rows).select(order)
    cells = {name: [_cell_of(name, value) for value in shown[name]]
             for name in order}  # fmt: skip
    texts = {name for name in order if not frame.schema[name].is_numeric()}
    for widest in WIDEST_CELLS:
        fitting = _fitting(cells, screen.width, texts=texts, widest=widest)
        if set(lead) <= set(fitting):
            break
    table = Table(title=title or None, title_justify="left", header_style="bold")
    for name in fitting:
        numeric = frame.schema[name].is_numeric()
        table.add_column(
            Text(name), justify="right" if numeric else "left", no_wrap=numeric,
            max_width=widest if name in texts else None, overflow="fold",
        )  # fmt: skip
    for row in zip(*(cells[name] for name in fitting), strict=True):
        table.add_row(*(Text(value) for value in row))
    screen.print(table)
    left = []
    if more := frame.height - shown.height:
        left.append(plural(more, "more row"))
    if missing := len(frame.columns) - len(fitting):
        left.append(plural(missing, "more column"))
    if left:
        screen.print(f"… and {' and '.join(left)}")


def _telling_first(shown: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Return the columns in the order of a person's interest, and those to be seen at least.

    Whom a row is about, the verdict and its number come first, reasons last, and names stand
    in place of codes. A table without names and verdicts keeps its own order.
    """
    kept = [name for name in shown.columns if not _is_silent(name, shown)]
    names = [name for name in kept if name in NAMES]
    verdicts = [name for name in VERDICTS if name in kept]
    lead = list[str]()
    if names:
        by_industry = len(names) == 1 and not verdicts
        keys = [name for name in ("industry",) if by_industry and name in kept]
        lead = [*names, *keys, *(name for name in PARTS if name in kept), *verdicts]
    elif verdicts:
        numeric = (k for k, name in enumerate(kept) if shown.schema[name].is_numeric())
        lead = [name for name in kept[: next(numeric, len(kept))] if name not in verdicts]
        lead += verdicts
    value = next((name for name in VALUES if name in kept), "")
    if lead and value:
        lead += [name for name in (value, "low", "high") if name in kept]
    rest = [name for name in kept if name not in (*lead, *LAST)]
    seen = lead[: lead.index(verdicts[0]) + 1] if verdicts else lead[:1]
    return [*lead, *rest, *(name for name in LAST if name in kept)], seen


def _is_silent(name: str, shown: pl.DataFrame) -> bool:
    """Tell whether a column is empty, or a code whose name stands beside it."""
    if not shown.height:
        return False
    named = NAMED_BY.get(name, "")
    nameless = (pl.col(name).is_not_null() & pl.col(named).is_null()).any()
    has_name = named in shown.columns and not shown.select(nameless).item()
    return has_name or all(value in (None, "") for value in shown[name])


def is_year(name: str) -> bool:
    """Tell whether a column holds years of the calendar.

    Examples
    --------
    >>> is_year("first_year"), is_year("n_years")
    (True, False)
    """
    return name in YEARS or name.endswith("_year")


def _fitting(
    cells: dict[str, list[str]], width: int, *, texts: set[str], widest: int
) -> list[str]:
    """Return the first columns that fit beside each other; at least two.

    Parameters
    ----------
    texts : set of columns that may be folded
    widest : characters of those
    """
    fitting: list[str] = []
    used = 1
    for name, values in cells.items():
        longest = max([len(name), *(len(value) for value in values)])
        used += (min(longest, widest) if name in texts else longest) + 3
        if used > width and len(fitting) >= 2:
            break
        fitting.append(name)
    return fitting


def _cell_of(name: str, value: object) -> str:
    """Return a value of a column; probabilities too small to matter are not spelt out."""
    if name.startswith("p_") and isinstance(value, float) and 0 <= value < LEAST_PROBABILITY:
        return f"below {LEAST_PROBABILITY:g}"
    return cell(value, is_year=is_year(name))


def cell(value: object, *, is_year: bool = False) -> str:
    """Return a value as a person reads it in a table.

    Examples
    --------
    >>> cell(1234), cell(0.123456), cell(None), cell(True), cell(18968.0)
    ('1,234', '0.123', '–', 'yes', '18,968')
    >>> cell(2023, is_year=True), cell(2011.25, is_year=True)
    ('2023', '2011.2')
    """
    if value is None or value != value:  # NaN is not itself
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:.5g}" if is_year else _number(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _number(value: float) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def show_list(rows: Sequence[tuple[str, str]]) -> None:
    """Print names and texts in two columns."""
    table = Table.grid(padding=(0, 2))
    for name, text in rows:
        table.add_row(Text(name, style="bold"), Text(text))
    results().print(table)
