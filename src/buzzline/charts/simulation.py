"""What could happen: paths of places, of all together, and maps of knowledge over time."""

from __future__ import annotations

import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.small_maps import Moment, small_maps
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.time_paths import BANDS, TimePath, time_paths
from buzzline.simulation.simulate import EVERYWHERE, Simulation
from buzzline.wording import plural

TITLE = "What organisations of a place know, against all others"
TOGETHER = "All places together, over time"
MAPPED = "What organisations know, where and when"
MODEL = "A model at the settings named, no forecast."
SHOWN_TOGETHER = ("knowledge", "n_organisations", "jobs", "output", "income", "gini",
                  "theil_between", "theil_within")  # fmt: skip
SPOKEN = {
    "n_organisations": "Organisations", "gini": "Inequality of output (Gini)",
    "theil_between": "Inequality between places (Theil)",
    "theil_within": "Inequality within places (Theil)",
}  # fmt: skip


@chart.register
def simulation_chart(result: Simulation, *, width: int = WIDTH) -> Spec:
    """Return relative knowledge of the places asked about, over time.

    Parameters
    ----------
    result : Simulation
    width : int [px]
    """
    rows = result.paths.filter(
        pl.col("quantity") == "relative_knowledge", pl.col("value").is_not_null()
    )
    if not rows.height:
        return nothing_to_draw(TITLE, str(result), width)
    paths = [
        _path(frame, str(name[0])) for name, frame in rows.group_by("name", maintain_order=True)
    ]
    body = time_paths(paths, y_title="ratio; 1 is as in all other places", width=width)
    return picture(
        body, title=TITLE, subtitle=[_told(result), f"{BANDS} {MODEL}"],
        alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


@further_charts.register
def further_simulation_charts(result: Simulation, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return paths of all places together, and maps of knowledge over time.

    Parameters
    ----------
    result : Simulation
    width : int [px]
    """
    return {"together": _together(result, width), "maps": _maps(result, width)}


def _together(result: Simulation, width: int) -> Spec:
    rows = result.paths.filter(pl.col("name") == EVERYWHERE)
    paths = []
    for quantity in SHOWN_TOGETHER:
        one = rows.filter(pl.col("quantity") == quantity, pl.col("value").is_not_null())
        if one.height:
            said = SPOKEN.get(quantity, quantity.replace("_", " ").capitalize())
            paths.append(_path(one, said, note=one["unit"][0]))
    if not paths:
        return nothing_to_draw(TOGETHER, str(result), width)
    return picture(
        time_paths(paths, y_title="", width=width), title=TOGETHER,
        subtitle=[_told(result), f"{BANDS} {MODEL}"], alt=f"{TOGETHER}. {result}", width=width,
    )  # fmt: skip


def _maps(result: Simulation, width: int) -> Spec:
    frames = result.maps.partition_by("step", maintain_order=True)
    placed = frames[0].select("longitude", "latitude").to_numpy() if frames else None
    known = result.maps["knowledge"].is_not_null().any()
    if placed is None or not known:
        return nothing_to_draw(MAPPED, "No place has organisations that know anything.", width)
    moments = [
        Moment(
            "At the start" if not frame["step"][0] else f"After {frame['years'][0]:g} years",
            _column(frame, "knowledge"), _column(frame, "n_organisations"),
        )
        for frame in frames
    ]  # fmt: skip
    body = small_maps(
        moments, as_floats(placed[:, 0]), as_floats(placed[:, 1]),
        meaning="Mean knowledge of organisations [units]; size: number of organisations",
        width=width,
    )  # fmt: skip
    return picture(
        body, title=MAPPED, subtitle=[f"Means over {plural(result.runs, 'run')}. {MODEL}"],
        alt=f"{MAPPED}. {result}", width=width,
    )  # fmt: skip


def _told(result: Simulation) -> str:
    settings = f" with {result.settings}" if result.settings else ""
    runs = plural(result.runs, "run")
    return f"{runs}{settings}. Intervals and ranges are of {result.level:.0%}."


def _path(frame: pl.DataFrame, title: str, *, note: str = "") -> TimePath:
    return TimePath(
        title, _column(frame, "years"), _column(frame, "value"), _column(frame, "low"),
        _column(frame, "high"), _column(frame, "run_low"), _column(frame, "run_high"), note,
    )  # fmt: skip


def _column(frame: pl.DataFrame, name: str) -> Floats:
    return as_floats(frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy())
