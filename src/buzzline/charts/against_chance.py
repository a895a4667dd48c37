"""One curve of plain points against the bands that chance gives it."""

from __future__ import annotations

from buzzline.agglomeration.curve_tests import CurveAgainstChance
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart
from buzzline.charts.spec import WIDTH, Spec, picture


@chart.register
def curve_against_chance_chart(result: CurveAgainstChance, *, width: int = WIDTH) -> Spec:
    """Return the curve with its global (light) and pointwise (dark) band.

    Parameters
    ----------
    result : CurveAgainstChance
    width : int [px]
    """
    wide, narrow = result.throughout, result.pointwise
    name, _, _ = result.what.partition(" [")
    panel = Curve(
        name, result.distances_km, result.observed, low=wide.low, high=wide.high,
        inner_low=narrow.low, inner_high=narrow.high, expected=result.expected,
        note=f"{result.verdict}, n={result.n:,}, p={result.p:.2g}",
    )  # fmt: skip
    body = curves([panel], x_title="distance [km]", y_title=result.what, width=width)
    says = (
        f"Bands: where {wide.level:.0%} of {result.draws:,} curves that chance gives stay "
        f"({result.chance}): wholly (light), at each distance (dark)."
    )
    title = f"{name} of points against chance"
    return picture(body, title=title, subtitle=[says], alt=f"{title}. {result}", width=width)
