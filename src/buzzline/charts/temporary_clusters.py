"""Ties around gatherings: the effect of meeting, mixing by phase, and how ties last."""

from __future__ import annotations

from math import exp, log
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.axes import amount, ratio_ticks, round_ticks
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
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
from buzzline.linkages.gathering_model import EFFECT, THERE
from buzzline.linkages.temporary_clusters import TemporaryClusters
from buzzline.linkages.temporary_rows import AT_GATHERING, OTHERWISE

TITLE = "Do those who meet at fairs and conferences tie?"
PHASES_TITLE = "Do fairs and conferences mix homes?"
LASTING_TITLE = "How long do ties that begin at fairs and conferences last?"
LAYERS_SHOWN = 8
WIDEST_RATIO = 32.0  # intervals beyond are cut with an arrow
TERM_WORDS = {
    "took part together x distance": "… twice as far apart",
    "took part together x tied before": "… already tied before",
    "both were there x distance": "… twice as far apart",
    "both were there x tied before": "… already tied before",
}


@chart.register
def temporary_clusters_chart(result: TemporaryClusters, *, width: int = WIDTH) -> Spec:
    """Return how meeting changes the odds of a tie, layer by layer, with intervals.

    Parameters
    ----------
    result : TemporaryClusters
    width : int [px]
    """
    wanted = (EFFECT, THERE, *TERM_WORDS)
    shown = result.model.filter(pl.col("term").is_in(wanted))
    if not shown["value"].drop_nulls().len():
        return nothing_to_draw(TITLE, str(result), width)
    order = shown["layer"].unique(maintain_order=True)
    axis = _ratio_axis(shown)
    rows = []
    for layer in order.head(LAYERS_SHOWN):
        part = shown.filter(pl.col("layer") == layer)
        first = part.row(0, named=True)
        rows.append(row(layer.replace("_", " "), _counted(first), is_heading=True))
        rows += [_bar(item, axis) for item in part.to_dicts()]
    marks = [
        line(1.0, INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, OTHER_COLOUR),
        beyond("high", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    said = [
        f"Odds of a new tie within {result.months} months of pairs who met, to pairs who had "
        f"planned to at gatherings that were cancelled. Lines: {result.level:.0%} intervals; "
        "dark where they leave out 1. Rows with … : by how much that changes.",
        *result.notes,
    ]
    if (shown["term"] == THERE).any():
        said.insert(1, "Without a cancelled gathering (both were there): no effect of meeting.")
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _counted(item: dict[str, Any]) -> str:
    held, off = item["n_held"] or 0, item["n_cancelled"] or 0
    return f"{item['n'] or 0:,.0f} new ties of pairs who met · {held} held, {off} cancelled"


def _ratio_axis(shown: pl.DataFrame) -> Axis:
    ends = [
        exp(min(value, 50.0))
        for name in ("low", "value", "high")
        for value in shown[name].drop_nulls().to_list()
    ]
    low = max(min([*ends, 0.5]) / 1.1, 1 / WIDEST_RATIO)
    high = min(max([*ends, 2.0]) * 1.1, WIDEST_RATIO)
    ticks = ratio_ticks(low, high)
    return Axis(low, high, ticks, "ratio of odds", "format(datum.value, '~r')", "log")


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    label = TERM_WORDS.get(item["term"], item["term"])
    step = log(2) if item["term"].endswith("x distance") else 1.0  # distance is in logs
    low, value, high = (
        None if item[name] is None else exp(min(item[name] * step, 50.0))
        for name in ("low", "value", "high")
    )
    if value is None or low is None or high is None:
        needed = f", about {item['n_needed']:,.0f} needed" if item["n_needed"] else ""
        return row(label, f"not testable{needed}", at=None, colour=OTHER_COLOUR,
                   **within(None, None, axis))  # fmt: skip
    clear = low > 1 or high < 1
    return row(
        label, f"{amount(value)} [{amount(low)}, {amount(high)}]",
        at=value if axis.low <= value <= axis.high else None,
        colour=ACCENT if clear else OTHER_COLOUR, **within(low, high, axis),
    )  # fmt: skip


@further_charts.register
def further_temporary_charts(
    result: TemporaryClusters, *, width: int = WIDTH
) -> dict[str, Spec]:
    """Return mixing by phase (before, during, after) and how long ties last.

    Parameters
    ----------
    result : TemporaryClusters
    width : int [px]
    """
    return {
        "phases": phases_chart(result, width=width),
        "retention": retention_chart(result, width=width),
    }


def phases_chart(result: TemporaryClusters, *, width: int = WIDTH) -> Spec:
    """Return how much ties stay at home before, during and after, with intervals.

    Parameters
    ----------
    result : TemporaryClusters
    width : int [px]
    """
    known = result.phases.filter(pl.col("value").is_not_null())
    pooled = known.filter(pl.col("gathering_id").is_null())
    known = pooled if pooled.height else known
    if not known.height:
        return nothing_to_draw(PHASES_TITLE, _why(result.phases, str(result)), width)
    ends = [-0.1, 0.1, *known["low"].drop_nulls(), *known["high"].drop_nulls(), *known["value"]]
    low, high = max(min(ends) - 0.03, -1.0), min(max(ends) + 0.03, 1.0)
    title = f"assortativity by {result.home}: 0 homes mix, 1 all ties at home"
    ticks = tuple(round_ticks(low, high, 6))
    axis = Axis(low, high, ticks, title, "format(datum.value, '~r')")
    rows = []
    for (layer, name), part in known.group_by("layer", "name", maintain_order=True):
        heading = f"{layer}, {name}".replace("_", " ")
        rows.append(row(heading, "", is_heading=True))
        rows += [
            row(
                item["phase"], f"{item['n']:,} tied pairs{_changed(item)}",
                at=item["value"] if item["low"] is not None else None,
                colour=ACCENT if item["phase"] == "during" else OTHER_COLOUR,
                **within(item["low"], item["high"], axis),
            )
            for item in part.to_dicts()
        ]  # fmt: skip
    marks = [
        line(0.0, INK), spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]  # fmt: skip
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    said = [
        f"Ties among those present in the {result.months} months before, those that begin at "
        f"the gathering or in the month after, and ties in the {result.months} months after. "
        f"Lines: {result.level:.0%} intervals, none below ten tied pairs."
    ]
    alt = f"{PHASES_TITLE} {len(rows)} rows."
    return picture(body, title=PHASES_TITLE, subtitle=said, alt=alt, width=width)


def _changed(item: dict[str, Any]) -> str:
    if item["low"] is None:
        return ", too few"
    if item["change"] is None or item["p"] is None:
        return ""
    return f", {item['change']:+.2f} (p = {item['p']:.2g})"


def _why(frame: pl.DataFrame, otherwise: str) -> str:
    reasons = frame["status"].drop_nulls().unique(maintain_order=True).head(3).to_list()
    return "; ".join(reasons) or otherwise


def retention_chart(result: TemporaryClusters, *, width: int = WIDTH) -> Spec:
    """Return the share of ties that last so many months, a panel a layer and beginning.

    Parameters
    ----------
    result : TemporaryClusters
    width : int [px]
    """
    known = result.retention.filter(pl.col("value").is_not_null())
    panels = []
    for (layer, begun), part in known.group_by("layer", "begun", maintain_order=True):
        other = known.filter((pl.col("layer") == layer) & (pl.col("begun") == OTHERWISE))
        if begun != AT_GATHERING:
            continue
        months = np.concatenate([[0.0], part["months"].to_numpy()])
        beside = dict(other.select("months", "value").iter_rows())
        compared = [1.0, *(beside.get(month, np.nan) for month in part["months"])]
        low, value, high = (
            as_floats(np.concatenate([[1.0], part[name].fill_null(np.nan).to_numpy()]))
            for name in ("low", "value", "high")
        )
        panels.append(Curve(
            str(layer).replace("_", " "), as_floats(months), value, inner_low=low,
            inner_high=high, expected=as_floats(compared) if beside else None,
            note=f"{part['n'][0]:,} ties",
        ))  # fmt: skip
    if not panels:
        return nothing_to_draw(LASTING_TITLE, _why(result.retention, str(result)), width)
    body = curves(panels, x_title="months", y_title="share of ties that last", width=width)
    said = [
        f"Ties that began at a gathering of both, with the {result.level:.0%} interval over "
        "organisations and records. Dashed: ties of the same organisations begun otherwise."
    ]
    alt = f"{LASTING_TITLE} {len(panels)} layers."
    return picture(body, title=LASTING_TITLE, subtitle=said, alt=alt, width=width)
