"""The most and the least complex places, with intervals of value and rank."""

from __future__ import annotations

from math import isfinite
from typing import Any

import polars as pl

from buzzline.agglomeration.complexity import MEASURED, Complexity
from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, LINE
from buzzline.charts.rows import (
    Axis,
    Row,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)  # fmt: skip
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "How complex places are"
FIRST_SHOWN, LAST_SHOWN = 20, 6


@chart.register
def complexity_chart(result: Complexity, *, width: int = WIDTH) -> Spec:
    """Return places by complexity with intervals, the most complex and the least.

    Parameters
    ----------
    result : Complexity
    width : int [px]
    """
    measured = result.places.filter(pl.col("status") == MEASURED)
    if not measured.height:
        return nothing_to_draw(TITLE, str(result), width)
    cut = measured.height > FIRST_SHOWN + LAST_SHOWN
    first = measured.head(FIRST_SHOWN) if cut else measured
    last = measured.tail(LAST_SHOWN) if cut else measured.clear()
    axis = _axis(pl.concat([first, last]))
    rows = [_bar(item, axis) for item in first.to_dicts()]
    if cut:
        said = f"{measured.height - FIRST_SHOWN - LAST_SHOWN:,} places between"
        rows += [row("Least complex", said, is_heading=True)]
        rows += [_bar(item, axis) for item in last.to_dicts()]
    marks = [
        line(0.0, LINE),
        spans("low", "high", width=1.8, colour=ACCENT),
        beyond("low", axis, ACCENT),
        beyond("high", axis, ACCENT),
        dots("at", colour=ACCENT),
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE,
        subtitle=_reading(result, measured.height),
        alt=f"{TITLE}. {result}",
        width=width,
    )


def _axis(shown: pl.DataFrame) -> Axis:
    ends = pl.concat([shown[name].drop_nulls() for name in ("value", "low", "high")]).to_list()
    sound = [value for value in ends if isfinite(value)]
    low, high = min([*sound, -0.5]), max([*sound, 0.5])
    room = 0.03 * (high - low)
    low, high = max(low - room, -8.0), min(high + room, 8.0)
    title = "economic complexity (mean of all places 0, standard deviation 1)"
    return Axis(low, high, tuple(round_ticks(low, high, 8)), title, "format(datum.value, '~g')")


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    low, high = item["rank_low"], item["rank_high"]
    note = f"rank {item['rank']:.0f}"
    if low is not None and high is not None:
        note += f" ({low:.0f} to {high:.0f})"
    label = item["name"] or item["place_id"]
    return row(label, note, at=item["value"], **within(item["low"], item["high"], axis))


def _reading(result: Complexity, n: int) -> list[str]:
    lines = [f"{n:,} places measured, without intervals."]
    if result.draws:
        lines = [
            f"{n:,} places measured. Lines and ranks in brackets: {result.level:.0%} "
            f"intervals, plants drawn again {result.draws:,} times."
        ]
    if result.sign_by == "size":
        lines.append(
            "Which end is complex was fixed by size: the average job is in a more complex "
            "place than the average place is."
        )
    else:
        lines.append(f"Which end is complex was fixed by {result.sign_by}.")
    return lines
