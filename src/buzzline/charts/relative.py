"""M, m and Ripley's counts of industries against their bands, a panel an industry."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.agglomeration.m_curves import MCurves
from buzzline.agglomeration.ripley_curves import RipleyCurves
from buzzline.arrays import Floats, as_floats
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture

M_TITLE = "How much denser industries are around themselves"
RIPLEY_TITLE = "How many of their own kind are around industries"
M_SAYS = {
    "M": "Share of the industry within each distance of its members over its share of all: 1 "
    "is like everything, 2 twice as common.",
    "m": "Share of the industry at about each distance from its members over its share of all: "
    "1 is like everything, 2 twice as common.",
}
RIPLEY_SAYS = {
    "neighbours": ("others of the industry within the distance [points]",
                   "Others of its industry that a member has within each distance."),
    "D": ("K of the industry less K of the others [km2]",
          "K of the industry less K of all others: above 0 it stands closer together."),
    "K": ("Ripley's K [km2]", "Neighbours within each distance over their density on Earth."),
    "L": ("L less distance [km]",
          "Radius in which even points had as many neighbours, less the distance."),
}  # fmt: skip


@chart.register
def m_chart(result: MCurves, *, width: int = WIDTH) -> Spec:
    """Return curves of M or m with global and pointwise bands, most localised first.

    Parameters
    ----------
    result : MCurves
    width : int [px]
    """
    weighed = " Counted in jobs." if result.weight == "jobs" else ""
    y_title = f"{result.measure} [ratio to its share of all]"
    return _curves(result, M_TITLE, y_title, M_SAYS[result.measure] + weighed, width)


@chart.register
def ripley_chart(result: RipleyCurves, *, width: int = WIDTH) -> Spec:
    """Return curves of Ripley's counts with global and pointwise bands, most localised first.

    Parameters
    ----------
    result : RipleyCurves
    width : int [px]
    """
    y_title, says = RIPLEY_SAYS[result.measure]
    return _curves(result, RIPLEY_TITLE, y_title, says, width)


def _curves(
    result: MCurves | RipleyCurves, title: str, y_title: str, says: str, width: int
) -> Spec:
    tested = result.industries.filter(pl.col("verdict") != "not testable")
    if not tested.height:
        reasons = ", ".join(result.industries["status"].unique().sort())
        return nothing_to_draw(title, f"No industry could be tested: {reasons}.", width)
    panels = [_panel(result, row) for row in tested.head(PANELS_SHOWN).iter_rows(named=True)]
    body = curves(panels, x_title="distance [km]", y_title=y_title, width=width)
    return picture(
        body, title=title, subtitle=_reading(result, says, tested.height),
        alt=f"{title}. {result}", width=width,
    )  # fmt: skip


def _panel(result: MCurves | RipleyCurves, row: dict[str, Any]) -> Curve:
    rows = result.curves.filter(pl.col("industry") == row["industry"])

    def column(name: str) -> Floats:
        return as_floats(rows[name].fill_null(float("nan")).to_numpy())

    return Curve(
        row["industry"], column("distance_km"), column("value"),
        low=column("global_low"), high=column("global_high"),
        inner_low=column("low"), inner_high=column("high"), expected=column("expected"),
        note=f"{row['verdict']}, n={row['n']:,}, p={row['p']:.2g}",
    )  # fmt: skip


def _reading(result: MCurves | RipleyCurves, says: str, n_tested: int) -> list[str]:
    lines = [
        f"{says} Bands: where {result.level:.0%} of {result.draws:,} industries of the same "
        f"size stay, dealt to where all {result.n_points:,} points stand: wholly (light), at "
        "each distance (dark)."
    ]
    if n_tested > PANELS_SHOWN:
        lines.append(f"The {PANELS_SHOWN} most localised of {n_tested}; the table has all.")
    return lines + [note for note in result.notes if "identical coordinates" in note]
