"""How likely each pattern of missing links is, as bars that add up to one."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import PAPER
from buzzline.charts.rows import Axis, Row, laid_out, row, spans, stacked
from buzzline.charts.spec import PADDING, WIDTH, Spec, picture
from buzzline.charts.texts import KeyItem, in_pixels, key
from buzzline.linkages.pattern_rule import NONE, OPEN
from buzzline.linkages.patterns import MissingLinkPatterns

TITLE = "Which pattern of missing links?"
CLUSTERS_SHOWN = 12
BAR_PX = 15
LEAST = 0.005  # of the draws; thinner slices cannot be seen
# Patterns with too few ties outward are warm, with too few inward cool.
PATTERN_COLOURS = {
    "balanced district": "#007A5E", "introverted": "#D55E00",
    "over-local lead organisation": "#8C2D04", "unconnected": "#BC8800",
    "dependent enclave": "#0072B2", "scattered hubs": "#56A3D9",
    "metropolitan enclave": "#6A51A3", "no cluster": "#1F2933", NONE: "#C5CED8",
    OPEN: "#E8EBEE",
}  # fmt: skip
AXIS = Axis(
    0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0), "share of draws", "format(datum.value, '.0%')"
)


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
    chosen = first["cluster_id"].unique(maintain_order=True).head(CLUSTERS_SHOWN)
    shown = result.patterns.join(
        first.select("cluster_id", "layer", "model"), on=["cluster_id", "layer", "model"],
        how="semi", maintain_order="left",
    ).filter(pl.col("cluster_id").is_in(chosen.implode()))  # fmt: skip
    rows: list[Row] = []
    for group in shown.partition_by("cluster_id", maintain_order=True):
        rows.append(row(str(group["label"][0]), str(group["industry"][0]), is_heading=True))
        rows += [_bar(part) for part in group.partition_by("layer", maintain_order=True)]
    used = set(shown.filter(pl.col("probability") >= LEAST)["pattern"])
    names = [name for name in PATTERN_COLOURS if name in used]
    marks = [
        spans(f"low_{k}", f"high_{k}", width=BAR_PX, colour=colour)
        for k, (name, colour) in enumerate(PATTERN_COLOURS.items())
        if name in names
    ]
    return _drawn(result, rows, marks, names, n=first["cluster_id"].n_unique(), width=width)


def _bar(part: pl.DataFrame) -> Row:
    shares = dict(part.select("pattern", "probability").iter_rows())
    ends: dict[str, Any] = {}
    at = 0.0
    for k, name in enumerate(PATTERN_COLOURS):
        share = float(shares.get(name, 0.0))
        seen = share >= LEAST
        ends |= {f"low_{k}": at if seen else None, f"high_{k}": at + share if seen else None}
        at += share
    best = part.row(0, named=True)
    said = ">99%" if 0.995 <= best["probability"] < 1 else f"{best['probability']:.0%}"
    note = f"{best['pattern']} {said} · {best['n']:,} ties"
    return row(str(best["layer"]).replace("_", " "), note, **ends)


def _drawn(
    result: MissingLinkPatterns, rows: list[Row], marks: list[dict[str, object]],
    names: list[str], *, n: int, width: int,
) -> Spec:  # fmt: skip
    items = [KeyItem(name, PATTERN_COLOURS[name], "square") for name in names]
    legend, key_px = key(items, width - 2 * PADDING, 0)
    layout = laid_out(rows, width)
    room = [row("")] * -(-int(key_px + 4) // layout.row_px)  # rows the key stands in
    body = stacked([*room, *rows], marks, axis=AXIS, layout=layout)
    body["layer"] = [*body["layer"], _paper(width, key_px), *legend]
    return picture(body, title=TITLE, subtitle=_reading(result, n), alt=f"{TITLE} {result}",
                   width=width)  # fmt: skip


def _paper(width: int, height: float) -> dict[str, Any]:
    """Keep lines of the axis out of the key."""
    corner = {"x": 0, "x2": width - 2 * PADDING, "y": 0, "y2": height}
    return {
        "data": {"values": [corner]},
        "mark": {"type": "rect", "color": PAPER, "opacity": 1},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("y"),
            "y2": {"field": "y2"},
        },
    }  # fmt: skip


def _reading(result: MissingLinkPatterns, n: int) -> list[str]:
    which = f"The first {CLUSTERS_SHOWN} of {n:,} clusters. " if n > CLUSTERS_SHOWN else ""
    return [
        f"{which}Each bar splits {result.draws:,} draws of the signs, within their errors, by "
        "the pattern they make. Grey: none of the patterns, or signs that are not known."
    ]
