"""How likely each pattern of missing links is, as bars that add up to one."""

from __future__ import annotations

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.posterior import bar, likeliest, split_bars
from buzzline.charts.rows import Row, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.pattern_rule import NONE, OPEN
from buzzline.linkages.patterns import MissingLinkPatterns

TITLE = "Which pattern of missing links?"
CLUSTERS_SHOWN = 12
# Patterns with too few ties outward are warm, with too few inward cool.
PATTERN_COLOURS = {
    "balanced district": "#007A5E", "introverted": "#D55E00",
    "over-local lead organisation": "#8C2D04", "unconnected": "#BC8800",
    "dependent enclave": "#0072B2", "scattered hubs": "#56A3D9",
    "metropolitan enclave": "#6A51A3", "no cluster": "#1F2933", NONE: "#C5CED8",
    OPEN: "#E8EBEE",
}  # fmt: skip


@chart.register
def patterns_chart(result: MissingLinkPatterns, *, width: int = WIDTH) -> Spec:
    """Return one bar a cluster and layer, split by pattern.

    Parameters
    ----------
    result : MissingLinkPatterns
    width : int [px]
    """
    first = result.likeliest()
    if not first.height:
        return nothing_to_draw(TITLE, str(result), width)
    order = first["cluster_id"].unique(maintain_order=True)
    shown = result.patterns.join(
        first.select("cluster_id", "layer", "model"), on=["cluster_id", "layer", "model"],
        how="semi", maintain_order="left",
    ).filter(pl.col("cluster_id").is_in(order.head(CLUSTERS_SHOWN).implode()))  # fmt: skip
    rows: list[Row] = []
    for group in shown.partition_by("cluster_id", maintain_order=True):
        rows.append(row(str(group["label"][0]), str(group["industry"][0]), is_heading=True))
        rows += [_bar(part) for part in group.partition_by("layer", maintain_order=True)]
    return picture(
        split_bars(rows, PATTERN_COLOURS, width=width), title=TITLE,
        subtitle=_reading(result, order.len()), alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _bar(part: pl.DataFrame) -> Row:
    shares = dict(part.select("pattern", "probability").iter_rows())
    best = part.row(0, named=True)
    note = f"{likeliest(best['pattern'], best['probability'])} · {best['n']:,} ties"
    return bar(
        str(best["layer"]).replace("_", " "), note, shares=shares, colours=PATTERN_COLOURS
    )


def _reading(result: MissingLinkPatterns, n: int) -> list[str]:
    which = f"The first {CLUSTERS_SHOWN} of {n:,} clusters. " if n > CLUSTERS_SHOWN else ""
    return [
        f"{which}Each bar splits {result.draws:,} draws of the signs, within their errors, by "
        "the pattern they make. Grey: none of the patterns, or signs that are not known."
    ]
