"""How much each size of city gains as a threshold, against what chance gives."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.city_threshold import CityThreshold

TITLE = "Is there a size of city from which it holds several clusters?"


@chart.register
def city_threshold_chart(result: CityThreshold, *, width: int = WIDTH) -> Spec:
    """Return the gain in likelihood of each threshold, with what the largest is by chance.

    Parameters
    ----------
    result : CityThreshold
    width : int [px]
    """
    if result.reason:
        return nothing_to_draw(TITLE, str(result), width)
    has_band = bool(np.isfinite(result.critical))
    flat = np.ones(result.size.size)
    n = result.cities.filter(pl.col("n_clusters") > 0).height
    curve = Curve(
        f"{n:,} cities", as_floats(result.size), result.ratio_statistic,
        low=as_floats(0 * flat) if has_band else None,
        high=as_floats(result.critical * flat) if has_band else None,
        note=f"p={result.p:.2g}",
    )  # fmt: skip
    body = curves(
        [curve], x_title=f"size of city [{result.unit}]",
        y_title="twice the log-likelihood gained", width=width,
    )  # fmt: skip
    lines = [
        "How much better the number of further clusters of one industry is told with a jump at "
        "each size of city, beyond a smooth rise with size.",
    ]
    if has_band:
        lines.append(
            f"Band: the largest gain stays in it in {result.level:.0%} of {result.draws:,} "
            "sets of counts without a jump."
        )
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE} {result}", width=width)
