"""What stands behind the plane: four types of linkages by where they lead, and responses."""

from __future__ import annotations

from math import log
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import further_charts, nothing_to_draw
from buzzline.charts.palette import ACCENT, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.colocated import Colocated

TIES_TITLE = "Where the ties of co-located clusters lead"
COURSES_TITLE = "What a shock to one cluster did to the other"
PAIRS_SHOWN = 4


@further_charts.register
def _parts(result: Colocated, *, width: int = WIDTH) -> dict[str, Spec]:
    found = {"ties": ties_chart(result, width=width)}
    if result.courses.height:
        found["responses"] = responses_chart(result, width=width)
    return found


def ties_chart(result: Colocated, *, width: int = WIDTH) -> Spec:
    """Return the share of ties within, between and beyond, by type, with what is expected.

    Parameters
    ----------
    result : Colocated
    width : int [px]
    """
    told = result.ties.filter(pl.col("share").is_not_null())
    if not told.height:
        return nothing_to_draw(
            TIES_TITLE, f"There are no ties of the four types. {result}", width
        )
    owners = result.pairs["owners"][0]
    told = told.filter(pl.col("owners") == owners)
    pairs = told.select("cluster_id", "sibling_id").unique(maintain_order=True)
    shown = told.join(pairs.head(PAIRS_SHOWN), on=["cluster_id", "sibling_id"])
    rows: list[Row] = []
    for _, group in shown.group_by("cluster_id", "sibling_id", "type", maintain_order=True):
        first = group.row(0, named=True)
        n = group["n"].sum()
        name = f"{_both(first)}: {first['type']}"
        rows.append(row(name, f"{n:,.0f} ties", is_heading=True))
        rows += [_bar(item) for item in group.to_dicts()]
    ticks = (0.0, 0.25, 0.5, 0.75, 1.0)
    axis = Axis(0, 1, ticks, "share of the ties of the two", "format(datum.value, '~%')")
    marks = [
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    which = f"The first {PAIRS_SHOWN} of {pairs.height} pairs. "
    lines = [
        f"{which if pairs.height > PAIRS_SHOWN else ''}As counted, with {result.level:.0%} "
        "credible intervals. Beside: how many times the ties that size, distance and the ties "
        "beyond let expect; dark where that is not 0.8 to 1.25 times.",
        *result.notes,
    ]
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    return picture(
        body, title=TIES_TITLE, subtitle=lines, alt=f"{TIES_TITLE}. {result}", width=width
    )


def _bar(item: dict[str, Any]) -> Row:
    ratio = item["log_ratio"] if item["class"] != "beyond" else None
    note = "" if ratio is None else f"{_times(ratio)} times"
    if ratio is not None and item["log_ratio_low"] is not None:
        ends = _times(item["log_ratio_low"]), _times(item["log_ratio_high"])
        note += f" [{ends[0]}, {ends[1]}]"
    return row(
        str(item["class"]), note, at=item["share"], low=item["low"], high=item["high"],
        colour=ACCENT if ratio is not None and abs(ratio) > log(1.25) else OTHER_COLOUR,
    )  # fmt: skip


def _both(item: dict[str, Any]) -> str:
    """Return the names of two clusters, or their identifiers where both go by one name."""
    one, other = item["label"], item["sibling"]
    return (
        f"{one} · {other}" if one != other else f"{item['cluster_id']} · {item['sibling_id']}"
    )


def _times(log_ratio: float) -> str:
    return f"{float(np.exp(log_ratio)):.2g}"


def responses_chart(result: Colocated, *, width: int = WIDTH) -> Spec:
    """Return both clusters around each shock, with the range of series elsewhere.

    Parameters
    ----------
    result : Colocated
    width : int [px]
    """
    keys = ["cluster_id", "sibling_id", "shocked_id", "shock", "indicator", "unit_id"]
    once = result.courses.unique([*keys[2:], "years_after"], maintain_order=True)
    panels = [_course(group) for _, group in once.group_by(keys[2:], maintain_order=True)]
    body = curves(
        panels[:PANELS_SHOWN], x_title="years from the shock",
        y_title="gap to places elsewhere [log points]", width=width,
    )  # fmt: skip
    lines = [
        "Gap to series that had no part in it, from the mean before. Band: where "
        f"{result.level:.0%} of such series would lie."
    ]  # fmt: skip
    alt = f"{COURSES_TITLE}. {result}"
    return picture(body, title=COURSES_TITLE, subtitle=lines, alt=alt, width=width)


def _course(group: pl.DataFrame) -> Curve:
    first = group.row(0, named=True)
    value, high = _column(group, "value"), _column(group, "high")
    reach = as_floats(high - value)
    shocked = first["unit_id"] == first["shocked_id"]
    note = f"{first['indicator']}; {first['shock']}"
    return Curve(
        f"{first['unit_id']}{' (shocked)' if shocked else ''}", _column(group, "years_after"),
        value, inner_low=as_floats(-reach), inner_high=reach, note=note,
    )  # fmt: skip


def _column(group: pl.DataFrame, name: str) -> Floats:
    return as_floats(group[name].cast(pl.Float64).fill_null(float("nan")).to_numpy())
