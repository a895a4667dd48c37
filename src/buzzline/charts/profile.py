"""The share of ties at each scale, a bar with its interval for each, layer by layer."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import SCALE_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.profile import ScaleProfile
from buzzline.space.scales import SCALES, UNKNOWN_SCALE

LAYERS_SHOWN = 8
TITLE = "How far ties reach"
SHARES = Axis(
    0,
    1,
    (0, 0.25, 0.5, 0.75, 1),
    "share of ties with a known scale",
    "format(datum.value, '.0%')",
)


@chart.register
def profile_chart(result: ScaleProfile, *, width: int = WIDTH) -> Spec:
    """Return bars of the share of ties at each scale, with intervals, a block a layer.

    Parameters
    ----------
    result : ScaleProfile
    width : int [px]
    """
    layers = _layers(result.profile)
    if not layers.height:
        return nothing_to_draw(TITLE, "There are no ties.", width)
    shown = layers["layer"].head(LAYERS_SHOWN).to_list()
    rows = [bar for layer in shown for bar in _block(result.profile, layer)]
    layout = laid_out(rows, width)
    marks = [
        spans("zero", "share", width=11, colour="colour"),
        spans("low", "high", width=1.6),
        dots("share", size=16),
    ]
    return picture(
        stacked(rows, marks, axis=SHARES, layout=layout),
        title=TITLE,
        subtitle=_reading(result, layers.height),
        alt=f"{TITLE}. {result}",
        width=width,
    )


def _layers(profile: pl.DataFrame) -> pl.DataFrame:
    """Return the layers, those with most ties first."""
    counted = profile.group_by("layer").agg(pl.col("n").sum())
    return counted.sort(["n", "layer"], descending=[True, False])


def _block(profile: pl.DataFrame, layer: str) -> list[Row]:
    rows = {item["scale"]: item for item in profile.filter(pl.col("layer") == layer).to_dicts()}
    n_unknown = rows.get(UNKNOWN_SCALE, {}).get("n") or 0
    n_known = sum(rows[scale]["n"] for scale in SCALES if scale in rows)
    said = f"{n_known:,} ties placed, {n_unknown:,} not"
    items = [_bar(rows[scale]) for scale in SCALES if scale in rows]
    return [row(layer.replace("_", " "), said, is_heading=True), *items]


def _bar(item: dict[str, Any]) -> Row:
    share, low, high = item["share"], item["low"], item["high"]
    note = f"{item['n']:,} ties"
    if share is not None and share == share:
        note = f"{share:.1%} of ties ({item['n']:,})"
    return row(item["scale"], note, zero=0, share=share, low=low, high=high,
               colour=SCALE_COLOUR[item["scale"]])  # fmt: skip


def _reading(result: ScaleProfile, n_layers: int) -> list[str]:
    local, regional = result.cutoffs.local_km, result.cutoffs.regional_km
    lines = [
        f"Local up to {local:g} km, regional up to {regional:g} km, national further in one "
        f"country, global across borders. Lines are {result.level:.0%} intervals."
    ]
    if n_layers > LAYERS_SHOWN:
        lines.append(
            f"The {LAYERS_SHOWN} layers with most ties of {n_layers}; the table has all."
        )
    return lines
