"""How organisations fare over the distance to their partners, a panel an indicator and kind."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.best_distance import BestDistance

TITLE = "Is there a best distance to partners?"


@chart.register
def best_distance_chart(result: BestDistance, *, width: int = WIDTH) -> Spec:
    """Return smooth curves of outcomes over mean distance to partners, with their bands.

    Parameters
    ----------
    result : BestDistance
    width : int [px]
    """
    tested = result.rows.filter(pl.col("verdict") != "not testable")
    panels = [_panel(result, item) for item in tested.head(PANELS_SHOWN).to_dicts()]
    drawn = [panel for panel in panels if panel.x.size]
    if not drawn:
        return nothing_to_draw(TITLE, str(result), width)
    body = curves(
        drawn, x_title="mean distance to partners", y_title="outcome, controls at their mean",
        width=width,
    )  # fmt: skip
    said = [
        f"Smooth curves with {result.level:.0%} bands at each place. The verdict is that of "
        "two lines: up before the break and down beyond it, each different from flat (q over "
        "all rows).",
        *result.notes,
    ]
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _panel(result: BestDistance, item: dict[str, Any]) -> Curve:
    part = result.curves.filter(
        (pl.col("indicator") == item["indicator"]) & (pl.col("dimension") == item["dimension"])
    )

    def column(name: str) -> Floats:
        return as_floats(part[name].to_numpy())

    return Curve(
        f"{item['indicator']} over {item['dimension']} distance".replace("_", " "),
        column("x"), column("value"), inner_low=column("low"), inner_high=column("high"),
        note=f"{item['verdict']}, n={item['n']:,}",
    )  # fmt: skip
