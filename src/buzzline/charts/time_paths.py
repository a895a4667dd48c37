"""Time paths: what happens in many runs, as mean, interval of the mean and range of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from buzzline.arrays import Floats
from buzzline.charts.curves import Curve, curves

BANDS = (
    "The line is the mean over runs; light: the range of single runs; dark: the interval of "
    "the mean, which grows narrower with more runs."
)


@dataclass(frozen=True, slots=True, eq=False)
class TimePath:
    """One panel: a quantity over time.

    Attributes
    ----------
    title : str
    years, value : (t,) float64
    low, high : (t,) float64          interval of the mean
    run_low, run_high : (t,) float64  central range of single runs
    note : str                        said beside the title
    """

    title: str
    years: Floats
    value: Floats
    low: Floats
    high: Floats
    run_low: Floats
    run_high: Floats
    note: str = ""


def time_paths(paths: Sequence[TimePath], *, y_title: str, width: int) -> dict[str, Any]:
    """Return the body of a picture with one panel a path; the first dozen are drawn.

    Parameters
    ----------
    paths : sequence of TimePath
    y_title : str               with the unit; "" where panels say their own
    width : int [px]
        Of the whole picture.
    """
    panels = [
        Curve(
            path.title, path.years, path.value, low=path.run_low, high=path.run_high,
            inner_low=path.low, inner_high=path.high, note=path.note,
        )
        for path in paths
    ]  # fmt: skip
    return curves(panels, x_title="years since the start", y_title=y_title, width=width)
