"""Treated units beside what they would have been, by others."""

from __future__ import annotations

import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.synthetic_control import SyntheticControl

TITLE = "Treated, and what others that moved alike would have it be"


@chart.register
def synthetic_control_chart(result: SyntheticControl, *, width: int = WIDTH) -> Spec:
    """Return the path of each treated unit against its synthetic one.

    Parameters
    ----------
    result : SyntheticControl
    width : int [px]
    """
    shown = result.effects.filter(
        pl.col("unit_id").is_not_null(), pl.col("value").is_not_null()
    ).head(PANELS_SHOWN)
    if not shown.height:
        return nothing_to_draw(TITLE, str(result), width)
    panels = []
    for row in shown.to_dicts():
        path = result.paths.filter(pl.col("unit_id") == row["unit_id"])
        x, seen, synthetic, low, high = (
            as_floats(path[name].cast(pl.Float64).to_numpy())
            for name in ("year", "observed", "synthetic", "low", "high")
        )
        panels.append(Curve(
            f"{row['name']}, from {row['first_year']}", x, seen, inner_low=low, inner_high=high,
            expected=synthetic, note=f"p={row['p']:.2g}", is_yearly=True,
        ))  # fmt: skip
    unit = f" [{result.unit}]" if result.unit else ""
    body = curves(panels, x_title="year", y_title=f"{result.outcome}{unit}", width=width)
    lines = [
        "Line: observed. Dashed: a weighted mean of others that moved as it did before. Grey: "
        f"where {result.level:.0%} of others lie in each year when each is treated as if it "
        "had been the one; thick where it lies outside.",
    ]
    if result.effects.filter(pl.col("value").is_not_null()).height > shown.height + 1:
        lines.append(f"The surest {shown.height} units.")
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)
