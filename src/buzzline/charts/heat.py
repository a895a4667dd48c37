"""Heat: a matrix as shaded cells in a given order, so that blocks along the diagonal show.

With more rows than cells fit, each cell is the mean of neighbouring rows and columns; groups of
neighbouring rows are outlined and named. The shades differ in lightness, from little to much.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.charts.axes import amount
from buzzline.charts.lettering import shortened, text_width, wrapped
from buzzline.charts.palette import INK, LINE, PAPER, QUIET_INK, RAMP_COLOURS
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING
from buzzline.charts.texts import LINE_PX, Text, in_pixels, lettered, text
from buzzline.errors import InvalidArgument

CELLS = 90  # a side; more rows are averaged by neighbours, so that the picture stays small
LARGEST_CELL_PX = 24
WIDEST_CELL_PX = 110  # where columns are not the rows, and have names of their own
ROOM_FOR_NAME_PX = 30
GAP_PX = 6
SWATCH_PX = 26


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """The rows, or the columns, of a matrix in the order drawn.

    Attributes
    ----------
    labels : sequence of str
    groups : sequence of str
        The group of each row; neighbours of one group are outlined together. Empty: no groups.
    title : str
        What the labels are, with the unit: stands above them.
    """

    labels: Sequence[str]
    groups: Sequence[str] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where cells stand [px]: `left` and `top` of the first, and the size of one row."""

    left: float
    top: float
    across: float
    down: float
    n_rows: int
    n_columns: int


def heat(
    values: Floats, rows: Side, columns: Side | None = None, *, meaning: str, width: int,
    from_lowest: bool = False, marked: Mapping[tuple[int, int], str] | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Return the body of a picture with one shaded cell a row and column.

    Parameters
    ----------
    values : (r, s) float64
        NaN is not measured and stays blank.
    rows, columns : Side
        Without columns the matrix is square, and its columns are its rows.
    meaning : str
        What a shade stands for, with the unit: the heading of the key.
    width : int [px]
        Of the whole picture.
    from_lowest : bool
        Shades run from the lowest value to the highest, not from 0.
    marked : dict, optional
        Words in cells, by row and column.

    Raises
    ------
    InvalidArgument
        The picture is too narrow, or labels and values do not match.
    """
    values = as_floats(values)
    across = rows if columns is None else columns
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    if values.shape != (len(rows.labels), len(across.labels)):
        raise InvalidArgument(
            f"chart: a matrix of {values.shape} needs as many labels, got "
            f"{len(rows.labels)} and {len(across.labels)}"
        )
    inner = width - 2 * PADDING
    frame = _framed(values.shape, rows, across, inner)
    small, by_row, by_column = averaged(values)
    limits = _limits(small, from_lowest=from_lowest)
    said = meaning if np.isfinite(small).all() else f"{meaning}; blank: not measured"
    bottom = frame.top + frame.n_rows * frame.down
    layers = [
        _cells(small, limits, (by_row, by_column), frame),
        *_outlines(rows, across, frame),
        lettered(_cell_words(marked or {}, _shades(small, limits), frame)),
        lettered(
            _row_words(rows, frame)
            + _column_words(across, frame)
            + _titles(rows, across, frame)
        ),
        *_key(limits, said, bottom + 2 * GAP_PX, inner),
    ]
    n_lines = len(wrapped(said, inner, NOTE_SIZE))
    return {"height": bottom + 2 * GAP_PX + (1 + n_lines) * LINE_PX, "layer": layers}


def averaged(values: Floats) -> tuple[Floats, int, int]:
    """Return the matrix with neighbours averaged until it fits, and how many were, each way.

    Examples
    --------
    >>> small, by_row, by_column = averaged(np.ones((200, 50)))
    >>> small.shape, by_row, by_column
    ((67, 50), 3, 1)
    """
    by_row, by_column = (-(-n // CELLS) or 1 for n in values.shape)
    if by_row == by_column == 1:
        return values, 1, 1
    known = np.isfinite(values)
    starts = [
        np.arange(0, n, by) for n, by in zip(values.shape, (by_row, by_column), strict=True)
    ]
    total, n = np.where(known, values, 0.0), known.astype(np.float64)
    for axis, start in enumerate(starts):
        total, n = (
            np.add.reduceat(total, start, axis=axis),
            np.add.reduceat(n, start, axis=axis),
        )
    with np.errstate(invalid="ignore", divide="ignore"):
        return as_floats(total / n), by_row, by_column


def averaging_said(shape: tuple[int, ...]) -> str:
    """Return the sentence that says cells are means, or nothing when each cell is one value."""
    by_row, by_column = (-(-n // CELLS) or 1 for n in shape)
    if by_row == by_column == 1:
        return ""
    return f"Each cell is the mean of {by_row} × {by_column} neighbouring values."


def _framed(shape: tuple[int, ...], rows: Side, columns: Side, inner: int) -> _Frame:
    n_rows, n_columns = max(shape[0], 1), max(shape[1], 1)
    names = list(rows.groups) if _by_group(rows, inner) else list(rows.labels)
    longest = max((text_width(name, NOTE_SIZE) for name in names), default=0)
    left = min(1.06 * longest + GAP_PX, 0.36 * inner)
    is_square = columns is rows
    widest = LARGEST_CELL_PX if is_square else WIDEST_CELL_PX
    across = min((inner - left) / n_columns, widest)
    down = across if is_square else min(LARGEST_CELL_PX, max(3.0, 520 / n_rows))
    titles = sum(bool(side.title) for side in (rows, columns)) if not is_square else 0
    return _Frame(left, LINE_PX * (1 + titles), across, down, n_rows, n_columns)


def _by_group(rows: Side, inner: int) -> bool:
    """Tell whether rows are too low for labels of their own, and groups can stand for them."""
    return bool(rows.groups) and 0.64 * inner / max(len(rows.labels), 1) < NOTE_SIZE + 1


def _limits(values: Floats, *, from_lowest: bool) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    if not known.size:
        return 0.0, 1.0
    low, high = float(known.min()), float(known.max())
    from_0 = 0 <= low < 0.5 * high and not from_lowest
    low = 0.0 if from_0 or low == high > 0 else low
    return (low, high) if high > low else (low, low + 1.0)


def _cell_words(
    marked: Mapping[tuple[int, int], str], shades: Any, frame: _Frame
) -> list[Text]:
    return [
        text(said, frame.left + (column + 0.5) * frame.across,
             frame.top + (row + 0.5) * frame.down, align="center", bold=True,
             colour=PAPER if shades[row, column] >= len(RAMP_COLOURS) // 2 else INK)
        for (row, column), said in marked.items()
    ]  # fmt: skip


def _cells(
    values: Floats, limits: tuple[float, float], by: tuple[int, int], frame: _Frame
) -> dict[str, Any]:
    """Draw neighbours in a row that share a shade as one bar, which keeps the picture small."""
    shades = _shades(values, limits)
    found = []
    for row, line in enumerate(shades):
        ends = np.flatnonzero(np.diff(line, prepend=-2, append=-2))
        for start, stop in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
            if line[start] >= 0:
                down, across = (row * by[0], (row + 1) * by[0]), (start * by[1], stop * by[1])
                found.append({
                    **_at(frame, down, across), "colour": RAMP_COLOURS[line[start]],
                })  # fmt: skip
    return _boxes(found, {"filled": True})


def _shades(values: Floats, limits: tuple[float, float]) -> Any:
    share = (values - limits[0]) / (limits[1] - limits[0])
    number = np.floor(np.where(np.isfinite(share), share, 0) * len(RAMP_COLOURS))
    shades = np.clip(number, 0, len(RAMP_COLOURS) - 1).astype(np.int64)
    return np.where(np.isfinite(values), shades, -1)


def _at(frame: _Frame, down: tuple[int, int], across: tuple[int, int]) -> dict[str, float]:
    bottom, right = min(down[1], frame.n_rows), min(across[1], frame.n_columns)
    return {
        "x": round(frame.left + across[0] * frame.across, 2),
        "x2": round(frame.left + right * frame.across, 2),
        "y": round(frame.top + down[0] * frame.down, 2),
        "y2": round(frame.top + bottom * frame.down, 2),
    }


def _boxes(rows: Sequence[dict[str, Any]], mark: dict[str, Any]) -> dict[str, Any]:
    colour = {"field": "colour", "type": "nominal", "scale": None}
    return {
        "data": {"values": list(rows)},
        "mark": {"type": "rect", "opacity": 1, **mark},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"},
            "y": in_pixels("y"), "y2": {"field": "y2"},
            ("fill" if mark.get("filled") else "stroke"): colour,
        },
    }  # fmt: skip


def _spans(side: Side) -> list[tuple[str, int, int]]:
    """Return each group of neighbours: its name, its first row, and the row after its last."""
    found: list[tuple[str, int, int]] = []
    for number, name in enumerate(side.groups):
        if found and found[-1][0] == name:
            found[-1] = (name, found[-1][1], number + 1)
        else:
            found.append((name, number, number + 1))
    return found


def _outlines(rows: Side, columns: Side, frame: _Frame) -> list[dict[str, Any]]:
    """Outline the whole, and the blocks in which the group of the row is that of the column."""
    whole = {**_at(frame, (0, frame.n_rows), (0, frame.n_columns)), "colour": LINE}
    columns_of = {name: (first, after) for name, first, after in _spans(columns)}
    blocks = [
        {**_at(frame, (first, after), columns_of[name]), "colour": INK}
        for name, first, after in _spans(rows)
        if name in columns_of and after - first > 1
    ]
    bare = {"filled": False, "strokeWidth": 1.1}
    return [_boxes([whole, *blocks], bare)]


def _row_words(rows: Side, frame: _Frame) -> list[Text]:
    room = frame.left - GAP_PX
    if rows.groups and frame.down < NOTE_SIZE + 1:
        places = [
            (name, (first + after) / 2, after - first) for name, first, after in _spans(rows)
        ]
    else:
        places = [(name, number + 0.5, 1) for number, name in enumerate(rows.labels)]
    found: list[Text] = []
    taken: list[float] = []
    for name, middle, _ in sorted(places, key=lambda place: (-place[2], place[1])):
        y = frame.top + middle * frame.down
        if all(abs(y - other) >= NOTE_SIZE + 2 for other in taken):
            taken.append(y)
            said = shortened(name, room, NOTE_SIZE)
            found.append(text(said, room, y, align="right", colour=QUIET_INK))
    return found


def _column_words(columns: Side, frame: _Frame) -> list[Text]:
    """Name columns above them where there is room; the columns of a square are its rows."""
    room = frame.across - 4
    fits = all(text_width(label, NOTE_SIZE) <= room for label in columns.labels)
    if not fits and room < ROOM_FOR_NAME_PX:
        return []
    return [
        text(shortened(label, room, NOTE_SIZE), frame.left + (number + 0.5) * frame.across,
             frame.top - 8, align="center", colour=QUIET_INK)
        for number, label in enumerate(columns.labels)
    ]  # fmt: skip


def _titles(rows: Side, columns: Side, frame: _Frame) -> list[Text]:
    """Say above all labels what columns and rows are."""
    said = [] if rows is columns else [
        f"{arrow} {side.title}" for arrow, side in (("↓", rows), ("→", columns)) if side.title
    ]  # fmt: skip
    return [text(line, 0, 4 + number * LINE_PX, colour=INK) for number, line in enumerate(said)]


def _key(
    limits: tuple[float, float], meaning: str, top: float, inner: float
) -> list[dict[str, Any]]:
    n = len(RAMP_COLOURS)
    low, high = amount(limits[0]), amount(limits[1])
    start = text_width(low, NOTE_SIZE) + GAP_PX
    swatch = min(SWATCH_PX, (inner - start - text_width(high, NOTE_SIZE) - GAP_PX) / n)
    lines = wrapped(meaning, inner, NOTE_SIZE)
    y = top + len(lines) * LINE_PX
    y2 = y + 10
    bars = [
        {"x": start + number * swatch, "x2": start + (number + 1) * swatch, "y": y, "y2": y2,
         "colour": colour}
        for number, colour in enumerate(RAMP_COLOURS)
    ]  # fmt: skip
    stop = start + n * swatch
    words = [
        *(text(line, 0, top + 5 + number * LINE_PX, colour=QUIET_INK)
          for number, line in enumerate(lines)),
        text(low, 0, y + 5, colour=QUIET_INK),
        text(high, stop + GAP_PX, y + 5, colour=QUIET_INK),
    ]  # fmt: skip
    frame = {"x": start, "x2": stop, "y": y, "y2": y2, "colour": LINE}
    return [_boxes(bars, {"filled": True}), _boxes([frame], {"filled": False}), lettered(words)]
