"""Clusters by how far apart members and partners are in what they know."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.rows import Row, row
from buzzline.charts.shares import share_body, share_row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.cognitive_distance import CognitiveDistance

TITLE = "How far apart is what organisations and their partners know?"
CLUSTERS_SHOWN = 8
AMONG = {
    "members": "members", "ties within": "members who tie",
    "ties to others": "members and partners",
}  # fmt: skip


@chart.register
def cognitive_distance_chart(result: CognitiveDistance, *, width: int = WIDTH) -> Spec:
    """Return Jaffe distances of each cluster with what items dealt at random give.

    Parameters
    ----------
    result : CognitiveDistance
    width : int [px]
    """
    jaffe = result.rows.filter(pl.col("measure") == "jaffe")
    told = jaffe.filter(pl.col("value").is_not_null())
    if not told.height:
        return nothing_to_draw(TITLE, str(result), width)
    order = told["cluster_id"].unique(maintain_order=True).to_list()
    rows: list[Row] = []
    for cluster in order[:CLUSTERS_SHOWN]:
        part = jaffe.filter(pl.col("cluster_id") == cluster)
        first = part.row(0, named=True)
        rows.append(row(first["label"], first["industry"], is_heading=True))
        rows += [_bar(item) for item in part.to_dicts()]
    which = (
        f"The first {CLUSTERS_SHOWN} of {len(order)} clusters. "
        if len(order) > CLUSTERS_SHOWN else ""
    )  # fmt: skip
    said = [
        f"{which}0: the same mix of classes, 1: nothing in common. Lines are "
        f"{result.level:.0%} intervals; strips: where {result.level:.0%} of {result.draws:,} "
        "deals of portfolios within industries lie. Dark: unlike those.",
        *result.notes,
    ]
    body = share_body(rows, title="mean distance in what they know", width=width)
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _bar(item: dict[str, Any]) -> Row:
    pairs = f"{item['n']:,} pairs"
    note = f"{item['verdict']} · {pairs}"
    clear = item["verdict"] in ("alike", "diverse")
    return share_row(item, AMONG[item["among"]], note, is_clear=clear)
