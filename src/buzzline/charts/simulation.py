"""What could happen: paths of places, of all together, and maps of knowledge over time."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.small_maps import Moment, small_maps
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.time_paths import BANDS, TimePath, time_paths
from buzzline.simulation.simulate import EVERYWHERE, RISING, Simulation
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.wording import plural, verb

TITLE = "What organisations of a place know, against all others"
TOGETHER = "All places together, over time"
MAPPED = "What organisations of places know, against all others, over time"
MODEL = "A model at the settings named, no forecast."
FAR = 3.0  # times as far from the middle as three quarters of organisations
FEW = 0.1  # of organisations: so many at most are left off a map
LEAST_KM = 50.0
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
        subtitle=[_told(result), RISING, f"{BANDS} {MODEL}"], alt=f"{TOGETHER}. {result}",
        width=width,
    )  # fmt: skip


def _maps(result: Simulation, width: int) -> Spec:
    if not result.maps["relative_knowledge"].is_not_null().any():
        return nothing_to_draw(MAPPED, "No place can be compared with others.", width)
    frames = result.maps.partition_by("step", maintain_order=True)
    placed = as_floats(frames[0].select("longitude", "latitude").to_numpy())
    near = near_most(placed, _column(frames[0], "n_organisations"))
    shown = [frame.filter(near) for frame in frames]
    begins = "In year 0" if result.settled else "At the start"
    moments = [
        Moment(
            begins if not frame["step"][0] else f"After {frame['years'][0]:g} years",
            _column(frame, "relative_knowledge"), _column(frame, "n_organisations"),
        )
        for frame in shown
    ]  # fmt: skip
    body = small_maps(
        moments, as_floats(placed[near, 0]), as_floats(placed[near, 1]),
        meaning="Mean knowledge of organisations against all other places [ratio; 1 is as "
        "elsewhere]; size: number of organisations",
        width=width,
    )  # fmt: skip
    means = f"Means over {plural(result.runs, 'run')}. {MODEL}"
    return picture(
        body, title=MAPPED, subtitle=[means + _far_off(frames[0], near)],
        alt=f"{MAPPED}. {result}", width=width,
    )  # fmt: skip


def near_most(place: Floats, weight: Floats) -> Flags:
    """Return which places lie near most organisations; all, where many lie far off.

    Parameters
    ----------
    place : (n, 2) float64 [degree]     longitude and latitude
    weight : (n,) float64               organisations

    Examples
    --------
    >>> near_most(np.array([[8.0, 50.0], [8.5, 50.2], [120.0, 30.0]]), np.array([20.0, 19, 1]))
    array([ True,  True, False])
    """
    known = np.isfinite(place).all(axis=1)
    weight = np.where(known, np.nan_to_num(weight), 0)
    if not weight.sum() > 0:
        return as_flags(known)
    vectors = unit_vectors(*np.where(known, place.T, 0.0))
    total = distance_km(vectors[:, None], vectors[None]) @ weight
    middle = int(np.argmin(np.where(known, total, np.inf)))
    apart = distance_km(vectors, vectors[middle])
    order = np.argsort(apart, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    usual = float(apart[order][np.searchsorted(reached, 0.75)])
    near = known & (apart <= FAR * max(usual, LEAST_KM))
    return as_flags(near if weight[~near].sum() <= FEW * weight.sum() else known)


def _far_off(frame: pl.DataFrame, near: Flags) -> str:
    """Say which places are off the map, or nothing."""
    far = frame.filter(~near).sort("n_organisations", descending=True)
    if not far.height:
        return ""
    names = ", ".join(far["name"].head(3).to_list())
    more = " and others" if far.height > 3 else ""
    n = float(far["n_organisations"].fill_nan(0).sum())
    return (
        f" {plural(far.height, 'place')} far off with {plural(n, 'organisation')} "
        f"{verb(far.height, 'is', 'are')} not drawn: {names}{more}."
    )


def _told(result: Simulation) -> str:
    settings = f" with {result.settings}" if result.settings else ""
    runs = plural(result.runs, "run")
    after = f" after {plural(result.settled, 'year')} to settle" if result.settled else ""
    return f"{runs}{after}{settings}. Intervals and ranges are of {result.level:.0%}."


def _path(frame: pl.DataFrame, title: str, *, note: str = "") -> TimePath:
    return TimePath(
        title, _column(frame, "years"), _column(frame, "value"), _column(frame, "low"),
        _column(frame, "high"), _column(frame, "run_low"), _column(frame, "run_high"), note,
    )  # fmt: skip


def _column(frame: pl.DataFrame, name: str) -> Floats:
    return as_floats(frame[name].cast(pl.Float64).fill_null(float("nan")).to_numpy())
