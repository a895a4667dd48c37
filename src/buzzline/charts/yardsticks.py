"""One cluster's mix of ties against gravity, better peers and a target, scale by scale."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.balance import SHAPE, axis_around, named, ratio_marks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import PAPER, VERDICT_COLOUR, VERDICT_MARK
from buzzline.charts.rows import (
    Axis,
    Row,
    laid_out,
    row,
    stacked,
    within,
)  # fmt: skip
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.yardsticks import Yardsticks
from buzzline.space.scales import SCALES

SHORT = {
    "G0": "G0 size", "G1": "G1 + distance", "G2": "G2 + borders", "peers": "better peers",
    "target": "target",
}  # fmt: skip
TITLE = "Ties by scale against three kinds of yardstick"


@chart.register
def yardsticks_chart(result: Yardsticks, *, width: int = WIDTH) -> Spec:
    """Return the cluster with most ties in a layer, at each scale against every yardstick.

    Parameters
    ----------
    result : Yardsticks
    width : int [px]
    """
    known = result.comparisons.filter(pl.col("verdict").is_not_null())
    if not known.height:
        return nothing_to_draw(TITLE, f"Nothing could be compared. {result}", width)
    first = known.sort("n", descending=True, maintain_order=True).row(0, named=True)
    rows = result.comparisons.filter(
        pl.col("cluster_id") == first["cluster_id"], pl.col("layer") == first["layer"]
    )
    axis = axis_around(rows, "observed / yardstick")
    bars = [bar for scale in SCALES for bar in _block(rows, scale, axis)]
    name = named(first["cluster_id"], first["label"])
    title = f"{name}: {first['layer'].replace('_', ' ')} ties against three kinds of yardstick"
    return picture(
        stacked(bars, ratio_marks(axis), axis=axis, layout=laid_out(bars, width)),
        title=title,
        subtitle=_reading(result, rows),
        alt=f"{title}. {_sentence(rows)}",
        width=width,
    )


def _block(rows: pl.DataFrame, scale: str, axis: Axis) -> list[Row]:
    items = rows.filter(pl.col("scale") == scale).to_dicts()
    if not items:
        return []
    heading = row(scale, f"{items[0]['share']:.1%} of its ties", is_heading=True)
    return [heading, *(_bar(item, axis) for item in items if item["verdict"])]


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    verdict = item["verdict"]
    colour, ratio = VERDICT_COLOUR[verdict], item["log_ratio"]
    at = ratio if ratio is not None and abs(ratio) <= axis.high else None
    peers = f"{item['n_peers']} " if item["n_peers"] else ""
    return row(
        peers + SHORT[item["yardstick"]],
        f"{VERDICT_MARK[verdict]} {verdict}, yardstick {item['expected_share']:.1%}",
        at=at,
        colour=colour,
        fill=PAPER if verdict == "not enough links" else colour,
        shape=SHAPE[verdict],
        **within(item["low"], item["high"], axis),
    )


def _reading(result: Yardsticks, rows: pl.DataFrame) -> list[str]:
    lines = [
        f"{rows['n'].drop_nulls()[0]:,} ties. As expected is not ideal: gravity says what is "
        "usual, peers what goes with success, a target what is wanted.",
        f"Lines are {result.level:.0%} intervals; in the grey band (×0.8 to ×1.25) both count "
        "as equal.",
    ]
    silent = rows.filter(pl.col("verdict").is_null()).select("yardstick", "reason").unique()
    named_reasons = silent.sort("yardstick").rows()
    return lines + [f"{SHORT[name].capitalize()}: {reason}." for name, reason in named_reasons]


def _sentence(rows: pl.DataFrame) -> str:
    parts = [
        f"{item['scale']} {item['share']:.0%} against {item['expected_share']:.0%} by "
        f"{SHORT[item['yardstick']]}: {item['verdict']}"
        for item in rows.filter(pl.col("verdict").is_not_null()).to_dicts()
    ]
    return "; ".join(parts) + "."
