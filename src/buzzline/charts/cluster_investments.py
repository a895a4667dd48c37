"""Pairs of clusters with most deals, against buyers that change hands at random."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, beyond, dots, laid_out, row, spans, stacked, within
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.cluster_investments import ClusterInvestments
from buzzline.wording import plural

TITLE = "Which clusters invest in which"
SHOWN = 24
ROOM = 1.35  # of the largest count shown; wider intervals are cut, with an arrow


@chart.register
def cluster_investments_chart(result: ClusterInvestments, *, width: int = WIDTH) -> Spec:
    """Return the deals of each pair of clusters with intervals, and what chance gives.

    Parameters
    ----------
    result : ClusterInvestments
    width : int [px]
    """
    pairs = result.pairs.drop_nulls(["origin", "destination"]).filter(pl.col("value") > 0)
    if not pairs.height:
        return nothing_to_draw(TITLE, str(result), width)
    shown = pairs.head(SHOWN)
    most = ROOM * max(
        float(shown[name].drop_nulls().max() or 1)  # type: ignore[arg-type]
        for name in ("value", "expected_high")
    )
    axis = Axis(0, most, tuple(round_ticks(0, most, 7)), "deals", "format(datum.value, ',')")
    rows = [
        bar
        for _, some in shown.group_by("origin", maintain_order=True)
        for bar in (
            _heading(some.row(0, named=True)),
            *(_bar(i, axis) for i in some.to_dicts()),
        )
    ]
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        beyond("high", axis, ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    n = pairs.height
    which = f"The first {SHOWN} of {n:,} pairs. " if n > SHOWN else ""
    lines = [
        f"{which}Dots: deals; lines: {result.level:.0%} intervals of their expected number, "
        "deals of one group together (arrow: goes on beyond the axis; it allows for a group as "
        "large as the largest here that did not come); grey: buyers of one country with about "
        "as many deals change hands.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _heading(item: dict[str, Any]) -> Row:
    return row(f"From {_place(item, 'origin')}", is_heading=True)


def _place(item: dict[str, Any], end: str) -> str:
    return f"{item[f'{end}_label']}: {item[f'{end}_industry']}"


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    is_own = item["origin"] == item["destination"]
    label = "into itself" if is_own else f"into {_place(item, 'destination')}"
    note = f"{plural(item['n_groups'], 'group')}; {amount(item['expected'])} by chance"
    if item["q"] is not None:
        note += f", q = {item['q']:.2g}"
    return row(
        label, note, at=item["value"], **within(item["low"], item["high"], axis),
        chance_low=item["expected_low"], chance_high=item["expected_high"],
    )  # fmt: skip
