"""The surface from peak over saddle to peak, a panel a pair of clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.distinctness import DISTINCT, Distinctness
from buzzline.clusters.names import short_names

TITLE = "From cluster to cluster, over the saddle between"
SAYS = (
    "How often the industry is met along the best way between neighbouring clusters, over its "
    "share in the whole study: 1 is like everywhere. Two clusters have a valley between them "
    "that one agglomeration hardly ever has."
)

OPEN_COUNTRY = (
    "Distinct (open country): less than a twentieth of the organisations, of any industry, "
    "stand between. Then there are too few to deal, and p cannot be small."
)


@chart.register
def distinctness_chart(result: Distinctness, *, width: int = WIDTH) -> Spec:
    """Return the surface along the way between neighbouring clusters, deepest valley first.

    Parameters
    ----------
    result : Distinctness
    width : int [px]
    """
    drawn = result.pairs.filter(pl.col("value").is_not_null())
    if not drawn.height:
        reasons = "; ".join(result.pairs["reason"].unique().sort().head(3)) or "no clusters"
        return nothing_to_draw(TITLE, f"No pair could be compared: {reasons}.", width)
    panels = [_panel(result, row) for row in drawn.head(PANELS_SHOWN).iter_rows(named=True)]
    body = curves(
        panels, x_title="way from the first to the second [km]",
        y_title="share of the industry [ratio to its share of all]", width=width,
    )  # fmt: skip
    lines = [SAYS]
    if result.draws:
        lines.append(
            f"Band: where {result.level:.0%} of {result.draws:,} deals of the industry among "
            "all organisations around both stay, at each step."
        )
    if any(_by_open_country(row) for row in drawn.head(PANELS_SHOWN).to_dicts()):
        lines.append(OPEN_COUNTRY)
    if drawn.height > PANELS_SHOWN:
        lines.append(
            f"The {PANELS_SHOWN} deepest valleys of {drawn.height}; the table has all."
        )
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)


def _by_open_country(row: dict[str, Any]) -> bool:
    """Tell whether a pair is distinct for the open country between, whatever its p."""
    alone = row["p"] is None or row["p"] > 1 - row["level"] + 1e-12
    return row["verdict"] == DISTINCT and bool(row["is_open"]) and alone


def _panel(result: Distinctness, row: dict[str, Any]) -> Curve:
    way = result.ways.filter(
        pl.col("cluster_id") == row["cluster_id"], pl.col("other_id") == row["other_id"]
    )

    def column(name: str) -> Floats:
        return as_floats(way[name].fill_null(float("nan")).to_numpy())

    low, high = column("low"), column("high")
    has_band = bool(np.isfinite(low).all())
    why = " (open country)" if _by_open_country(row) else ""
    note = f"{row['industry']}: Dsp {row['value']:.2f}, {row['verdict']}{why}"
    if row["p"] is not None:
        note += f", p={row['p']:.2g}, apart in {row['stability']:.0%}"
    return Curve(
        " – ".join(short_names([row["label"], row["other_label"]])), column("way_km"),
        column("risk"), inner_low=low if has_band else None,
        inner_high=high if has_band else None, note=note,
    )  # fmt: skip
