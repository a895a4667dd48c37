"""Declared clusters against chance: which have a cluster behind them."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INK, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.declared_clusters import DeclaredClusters

TITLE = "Which declared clusters are none?"
SHOWN = 20
AXIS = Axis(
    0.0, 1.0, (0, 0.25, 0.5, 0.75, 1.0), "largest share of members in one cluster found",
    "format(datum.value, '.0%')",
)  # fmt: skip


@chart.register
def declared_chart(result: DeclaredClusters, *, width: int = WIDTH) -> Spec:
    """Return the share of members in one cluster, against organisations dealt at random.

    Parameters
    ----------
    result : DeclaredClusters
    width : int [px]
    """
    if not result.declared["value"].is_not_null().any():
        reasons = result.declared["reason"].unique().sort().head(2).to_list()
        why = "; ".join(filter(None, reasons))
        return nothing_to_draw(TITLE, f"{why}." if why else str(result), width)
    shown = result.declared.head(SHOWN)
    rows = [_bar(item) for item in shown.to_dicts()]
    marks = [
        spans("chance_low", "chance_high", width=6, colour=OTHER_COLOUR),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    n = result.declared.height
    which = f"The first {SHOWN} of {n:,}. " if n > SHOWN else ""
    rates = result.rates.filter(pl.col("n") > 0).to_dicts()
    said = [
        f"{which}Grey bars: where {result.level:.0%} of {result.draws:,} deals of as many "
        f"organisations of the same industries lie. Lines: "
        f"{result.level:.0%} intervals. Blue: a cluster is behind it.",
        " ".join(
            f"{rate['rate']}: {rate['value']:.0%} [{rate['low']:.0%}, {rate['high']:.0%}]."
            for rate in rates
        ),
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width)),
        title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    ties = {
        "yes": "tied to each other",
        "no": "not tied more",
        "not testable": "ties not known",
    }
    note = f"{item['verdict']} · {item['n']:,} members · {ties[item['ties']]}"
    return row(
        item["group"], note, at=item["value"], low=item["low"], high=item["high"],
        chance_low=item["chance_low"], chance_high=item["chance_high"],
        colour=ACCENT if item["verdict"] == "found" else INK,
    )  # fmt: skip
