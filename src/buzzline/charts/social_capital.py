"""Structure and trust of clusters, each measure on a row of its own."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.rows import Row, row
from buzzline.charts.shares import share_body, share_row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.social_capital import SocialCapital

TITLE = "What holds clusters together: structure and trust, kept apart"
CLUSTERS_SHOWN = 5


@chart.register
def social_capital_chart(result: SocialCapital, *, width: int = WIDTH) -> Spec:
    """Return density, closure, weak ties, reciprocity, bridging and trust of each cluster.

    Parameters
    ----------
    result : SocialCapital
    width : int [px]
    """
    told = result.structure.filter(pl.col("value").is_not_null())
    if not told.height:
        return nothing_to_draw(TITLE, str(result), width)
    order = told["cluster_id"].unique(maintain_order=True).to_list()
    rows: list[Row] = []
    for cluster in order[:CLUSTERS_SHOWN]:
        part = told.filter(pl.col("cluster_id") == cluster)
        trust = result.trust.filter(
            (pl.col("cluster_id") == cluster) & pl.col("value").is_not_null()
        )
        rows.append(row(part["label"][0], part["industry"][0], is_heading=True))
        rows += [_structure(item, result.level) for item in part.to_dicts()]
        rows += [_trust(item) for item in trust.to_dicts()]
    which = (
        f"The first {CLUSTERS_SHOWN} of {len(order)} clusters. "
        if len(order) > CLUSTERS_SHOWN else ""
    )  # fmt: skip
    said = [
        f"{which}Each from 0 to 1 for itself; there is no sum. Lines are {result.level:.0%} "
        "intervals; strips: networks in which everybody has as many ties, dealt at random. "
        "Dark: unlike those.",
        *result.notes,
    ]
    body = share_body(rows, title="share", width=width)
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _structure(item: dict[str, Any], level: float) -> Row:
    p = item["p"]
    note = "no null" if p is None else f"p={p:.2g}"
    return share_row(item, item["measure"], note, is_clear=p is not None and p <= 1 - level)


def _trust(item: dict[str, Any]) -> Row:
    label = f"{item['measure']}, {item['among']}"
    return share_row(item, label, f"{item['n']:,} ties", is_clear=False)
