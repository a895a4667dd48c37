"""Where clusters stand on five dimensions: a dot and its interval each."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, LINE, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, line, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.diagnosis.dimensions import FiveDimensions

TITLE = "Where do clusters stand on five dimensions?"
CLUSTERS_SHOWN = 6
SURE = ("upper half", "lower half")
AXIS = Axis(
    0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), "share of other clusters it exceeds",
    "format(datum.value, '.0%')",
)  # fmt: skip


@chart.register
def dimensions_chart(result: FiveDimensions, *, width: int = WIDTH) -> Spec:
    """Return the percentile of each dimension with its interval, cluster by cluster.

    Parameters
    ----------
    result : FiveDimensions
    width : int [px]
    """
    if not result.dimensions.height:
        return nothing_to_draw(TITLE, "There are no clusters.", width)
    order = result.dimensions["cluster_id"].unique(maintain_order=True)
    shown = result.dimensions.filter(
        pl.col("cluster_id").is_in(order.head(CLUSTERS_SHOWN).implode())
    )
    rows: list[Row] = []
    for group in shown.partition_by("cluster_id", maintain_order=True):
        first = group.row(0, named=True)
        said = f"{first['industry']}, among {_among(group)}"
        rows.append(row(str(first["label"]), said, is_heading=True))
        rows += [_dot(item) for item in group.to_dicts()]
    marks = [
        line(0.5, LINE),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    return picture(
        stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width)), title=TITLE,
        subtitle=_reading(result, order.len()), alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _among(group: pl.DataFrame) -> str:
    n = int(group.select(pl.col("n_reference").max()).item())
    same = "of its industry" if group["reference"][0] == "same industry" else "of any industry"
    return f"{n} {same}"


def _dot(item: dict[str, Any]) -> Row:
    return row(
        item["dimension"], item["status"].split(":")[0], at=item["percentile"],
        low=item["percentile_low"], high=item["percentile_high"],
        colour=ACCENT if item["status"] in SURE else OTHER_COLOUR,
    )  # fmt: skip


def _reading(result: FiveDimensions, n: int) -> list[str]:
    which = f"The first {CLUSTERS_SHOWN} of {n:,} clusters. " if n > CLUSTERS_SHOWN else ""
    return [
        f"{which}Lines are {result.level:.0%} intervals. Dark: surely in one half. Dimensions "
        "are not added up, and where there is no dot there are no data."
    ]
