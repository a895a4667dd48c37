"""Pairs of sibling clusters by how much they keep to themselves, layer by layer."""

from __future__ import annotations

from math import exp, isfinite
from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INK, OTHER_COLOUR
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
)
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.separation import Separation

TITLE = "Do sibling clusters keep to themselves?"
PAIRS_SHOWN = 8
FURTHEST = 6.0  # log odds; intervals beyond are cut with an arrow


@chart.register
def separation_chart(result: Separation, *, width: int = WIDTH) -> Spec:
    """Return the log odds ratio of each pair and layer with its interval.

    Parameters
    ----------
    result : Separation
    width : int [px]
    """
    if not result.pairs.height:
        return nothing_to_draw(TITLE, str(result), width)
    order = result.pairs.select("cluster_id", "sibling_id").unique(maintain_order=True)
    shown = result.pairs.join(order.head(PAIRS_SHOWN), on=["cluster_id", "sibling_id"])
    axis = _axis(shown)
    rows = []
    for _, group in shown.group_by("cluster_id", "sibling_id", maintain_order=True):
        first = group.row(0, named=True)
        said = f"{first['industry']}, {first['km']:.0f} km apart"
        rows.append(row(f"{first['label']} · {first['sibling']}", said, is_heading=True))
        rows += [_bar(item, axis) for item in group.to_dicts()]
    marks = [
        line(0.0, INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, OTHER_COLOUR),
        beyond("high", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    layout = laid_out(rows, width)
    return picture(
        stacked(rows, marks, axis=axis, layout=layout), title=TITLE,
        subtitle=_reading(result, order.height), alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _axis(shown: pl.DataFrame) -> Axis:
    ends = [
        value
        for name in ("low", "value", "high")
        for value in shown[name].drop_nulls().to_list()
        if isfinite(value)
    ]
    low = max(min([*ends, -1.0]) * 1.05, -FURTHEST)
    high = min(max([*ends, 1.0]) * 1.05, FURTHEST)
    title = "log odds of a tie within rather than between, net of size and distance"
    return Axis(low, high, tuple(round_ticks(low, high, 6)), title, "format(datum.value, '~r')")


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    value = item["value"]
    ties = f"{item['n']:,.0f} ties"
    if value is None or item["verdict"] == "not testable":
        needed = f", {item['n_needed']:,} needed" if item["n_needed"] is not None else ""
        note = f"not testable · {ties}{needed}"
    else:
        note = f"{item['verdict']} · {ties}"
    at = value if value is not None and axis.low <= value <= axis.high else None
    return row(
        str(item["layer"]).replace("_", " "), note, at=at,
        colour=ACCENT if item["verdict"] == "separate" else OTHER_COLOUR,
        **within(item["low"], item["high"], axis),
    )  # fmt: skip


def _reading(result: Separation, n: int) -> list[str]:
    which = f"The first {PAIRS_SHOWN} of {n:,} pairs. " if n > PAIRS_SHOWN else ""
    return [
        f"{which}Lines are {result.level:.0%} intervals over organisations. At 0, ties within "
        f"and between are as size and distance alone give; at 1, {exp(0.5):.1f} times as many "
        "within. Dark: separate; grey: not, or not testable.",
        *result.notes,
    ]
