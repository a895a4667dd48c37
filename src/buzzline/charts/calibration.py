"""What data tell of parameters: where in its prior each lies, best told first."""

from __future__ import annotations

from typing import Any

from buzzline.charts.drawing import chart
from buzzline.charts.palette import ACCENT, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.simulation.calibration import Calibration

TITLE = "Which parameters do the data tell?"
AXIS = Axis(0.0, 1.0, (0, 0.25, 0.5, 0.75, 1.0), "share of the way through the prior",
            "format(datum.value, '.0%')")  # fmt: skip


@chart.register
def calibration_chart(result: Calibration, *, width: int = WIDTH) -> Spec:
    """Return the interval of each parameter within its prior.

    Parameters
    ----------
    result : Calibration
    width : int [px]
    """
    rows = [_row(item) for item in result.parameters.to_dicts()]
    marks = [
        spans("prior_low", "prior_high", width=6, colour=OTHER_COLOUR),
        spans("low", "high", width=1.8, colour=ACCENT),
        dots("at", colour=ACCENT),
    ]
    said = [
        f"Grey: from the lower to the upper end of the prior. Lines: {result.level:.0%} "
        "intervals; dots: values, where the data tell them.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width)),
        title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _row(item: dict[str, Any]) -> Row:
    low, high = item["prior_low"], item["prior_high"]
    at: dict[str, Any] = {
        name: None if item[column] is None else (item[column] - low) / (high - low)
        for name, column in (("at", "value"), ("low", "low"), ("high", "high"))
    }
    value = "not told" if item["value"] is None else f"{item['value']:.3g}"
    note = f"{value} (prior {low:.3g} to {high:.3g})"
    return row(item["parameter"].replace("_", " "), note, prior_low=0.0, prior_high=1.0, **at)
