"""The density of distances within industries against its bands, a panel an industry."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.agglomeration.kdensity import KDensity
from buzzline.arrays import Floats, as_floats
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "How close industries stand together"


@chart.register
def kdensity_chart(result: KDensity, *, width: int = WIDTH) -> Spec:
    """Return curves of K-density with global and pointwise bands, most localised first.

    Parameters
    ----------
    result : KDensity
    width : int [px]
    """
    tested = result.industries.filter(pl.col("verdict") != "not testable")
    if not tested.height:
        reasons = ", ".join(result.industries["status"].unique().sort())
        return nothing_to_draw(TITLE, f"No industry could be tested: {reasons}.", width)
    panels = [_panel(result, row) for row in tested.head(PANELS_SHOWN).iter_rows(named=True)]
    weighed = ", each pair weighing the product of its jobs" if result.weight == "jobs" else ""
    body = curves(
        panels, x_title="distance [km]", y_title="density of pairs [share a km]", width=width
    )
    return picture(
        body, title=TITLE, subtitle=_reading(result, tested, weighed),
        alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _panel(result: KDensity, row: dict[str, Any]) -> Curve:
    rows = result.curves.filter(pl.col("industry") == row["industry"])

    def column(name: str) -> Floats:
        return as_floats(rows[name].fill_null(float("nan")).to_numpy())

    return Curve(
        row["industry"], column("distance_km"), column("k_density"),
        low=column("global_low"), high=column("global_high"),
        inner_low=column("low"), inner_high=column("high"), expected=column("expected"),
        note=f"{_said(row)}, n={row['n']:,}, p={row['p']:.2g}",
    )  # fmt: skip


def _said(row: dict[str, Any]) -> str:
    """Return the verdict; an industry can be localised without being so near by."""
    if row["verdict"] == "localised" and row["near"] != "above":
        return f"localised from {row['above_from_km']:,.3g} km"
    return str(row["verdict"])


def _reading(result: KDensity, tested: pl.DataFrame, weighed: str) -> list[str]:
    lines = [
        f"Share of the pairs of an industry at each distance{weighed}. Bands: where "
        f"{result.level:.0%} of {result.draws:,} industries of the same size stay, dealt to "
        f"where all {result.n_points:,} points stand: wholly (light), at each distance (dark)."
    ]
    if tested.height > PANELS_SHOWN:
        lines.append(
            f"The {PANELS_SHOWN} most localised of {tested.height}; the table has all."
        )
    crowded = [note for note in result.notes if "identical coordinates" in note]
    return lines + crowded
