"""Published models of learning: what comes out, along what was varied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.axes import round_ticks
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart
from buzzline.charts.palette import ACCENT, LINE
from buzzline.charts.rows import Axis, dots, laid_out, line, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.simulation.classics import (
    CowanJonard,
    ManySmallGroups,
    ManySmallOrOneLarge,
    MarchLearning,
    MarchMixedLearning,
    MarchTurbulence,
    TwoClusters,
)

_SCORE = "score of the code [share]"


@dataclass(frozen=True, slots=True)
class _Said:
    """The words of a picture."""

    title: str
    x: str
    y: str
    reading: str


@chart.register
def march_learning_chart(result: MarchLearning, *, width: int = WIDTH) -> Spec:
    """Return what the code knows by how fast members learn, a panel a speed of the code.

    Parameters
    ----------
    result : MarchLearning
    width : int [px]
    """
    panels = [
        _with_interval(f"code learning {speed:g}", rows.sort("socialisation"), "socialisation")
        for (speed,), rows in result.speeds.sort("code_learning").group_by(
            "code_learning", maintain_order=True
        )
    ]
    said = _Said(
        "What an organisation knows once all agree", "chance to learn from the code, a step",
        _SCORE, f"Means over runs, with {result.level:.0%} intervals.",
    )  # fmt: skip
    return _drawn(panels, said, result, width)


@chart.register
def march_mixed_learning_chart(result: MarchMixedLearning, *, width: int = WIDTH) -> Spec:
    """Return what mixed organisations know, against homogeneous ones.

    Parameters
    ----------
    result : MarchMixedLearning
    width : int [px]
    """
    rows = result.mixtures.sort("fast_share")
    panel = Curve(
        "mixed", _column(rows, "fast_share"), _column(rows, "value"), low=_column(rows, "low"),
        high=_column(rows, "high"), expected=_column(rows, "homogeneous"),
    )  # fmt: skip
    said = _Said(
        "What an organisation of slow and fast learners knows", "share of fast learners",
        _SCORE, f"Means over runs, with {result.level:.0%} intervals. Dashed: homogeneous "
        "organisations that learn as fast in the mean.",
    )  # fmt: skip
    return _drawn([panel], said, result, width)


@chart.register
def march_turbulence_chart(result: MarchTurbulence, *, width: int = WIDTH) -> Spec:
    """Return what the code knows over time, a panel a turnover.

    Parameters
    ----------
    result : MarchTurbulence
    width : int [px]
    """
    panels = [
        _with_interval(f"turnover {turnover:g}", rows, "step")
        for (turnover,), rows in result.paths.group_by("turnover", maintain_order=True)
    ]
    said = _Said(
        "What an organisation knows in a world that changes", "step", _SCORE,
        f"Means over runs, with {result.level:.0%} intervals. In a step "
        f"{result.turbulence:.0%} of the world turns.",
    )  # fmt: skip
    return _drawn(panels, said, result, width)


@chart.register
def cowan_jonard_chart(result: CowanJonard, *, width: int = WIDTH) -> Spec:
    """Return knowledge at rest, and its spread, from a ring to ties at random.

    Parameters
    ----------
    result : CowanJonard
    width : int [px]
    """
    rows = result.networks
    at = np.log10(np.maximum(_column(rows, "rewiring"), 1e-4))
    panels = [
        Curve(title, at, _column(rows, name), low=_column(rows, f"{stem}low"),
              high=_column(rows, f"{stem}high"), is_log=True)
        for title, name, stem in (
            ("mean knowledge", "value", ""), ("variance", "variance", "variance_"),
            ("coefficient of variation", "cv", "cv_"),
        )
    ]  # fmt: skip
    said = _Said(
        "What organisations know when trade is at rest", "ties moved [share, logarithmic]",
        "units of knowledge, their square, and a ratio",
        f"Means over runs, with {result.level:.0%} intervals; at the left a ring, at the right "
        "ties at random.",
    )  # fmt: skip
    return _drawn(panels, said, result, width, same_y=False)


@chart.register
def many_small_chart(result: ManySmallOrOneLarge, *, width: int = WIDTH) -> Spec:
    """Return from what share of others seen many small organisations learn more.

    Parameters
    ----------
    result : ManySmallOrOneLarge
    width : int [px]
    """
    panels = []
    for (within,), rows in result.cases.group_by("within", maintain_order=True):
        n = _column(rows, "n_units")
        seen = np.full(n.size, result.visible)
        title = f"correlation {within:g}"
        panels.append(
            Curve(title, np.log10(n), _column(rows, "value"), expected=seen, is_log=True)
        )
    said = _Said(
        "How much must be seen for many small to learn more than one large",
        "number of units [count, logarithmic]", "chance to see another [share]",
        "Above the line many small organisations learn more, below it one large. Correlation: "
        f"of payoffs in the large one; {result.across:g} across small ones. Dashed: what is "
        f"seen, {result.visible:.0%}. Exact.",
    )  # fmt: skip
    return _drawn(panels, said, result, width)


@chart.register
def many_small_groups_chart(result: ManySmallGroups, *, width: int = WIDTH) -> Spec:
    """Return how many innovations groups of each size find, a panel a share that is told.

    Parameters
    ----------
    result : ManySmallGroups
    width : int [px]
    """
    panels = []
    for (sharing,), rows in result.groups.group_by("sharing", maintain_order=True):
        title, at = f"{sharing:.0%} hear of it", np.log10(_column(rows, "group_size"))
        known = _column(rows, "each_knows")
        panels.append(
            Curve(title, at, _column(rows, "value"), low=_column(rows, "low"),
                  high=_column(rows, "high"), expected=known, note=f"n={rows['n'][0]:,}",
                  is_log=True)
        )  # fmt: skip
    said = _Said(
        "What groups of different size find", "size of groups [organisations, logarithmic]",
        "innovations, of 7",
        f"{result.organisations:,} organisations, {result.steps:,} steps. Line: found by "
        f"anybody, with {result.level:.0%} intervals; dashed: known to each, on average.",
    )  # fmt: skip
    return _drawn(panels, said, result, width)


@chart.register
def two_clusters_chart(result: TwoClusters, *, width: int = WIDTH) -> Spec:
    """Return what pipelines add to the knowledge of either cluster.

    Parameters
    ----------
    result : TwoClusters
    width : int [px]
    """
    rows = [
        row(
            f"{item['n_pipelines']} pipelines, buzz {item['buzz_quality']:g}, "
            f"{item['cluster']}",
            item["verdict"], at=item["value"], low=item["low"], high=item["high"],
        )
        for item in result.gains.to_dicts()
    ]  # fmt: skip
    ends = [result.gains[name].drop_nulls().to_list() for name in ("low", "high", "value")]
    every = [0.0, *ends[0], *ends[1], *ends[2]]
    ticks = round_ticks(min(every), max(every), 6)
    labels = "format(datum.value, '~g')"
    low, high = min(every), max(every) + (max(every) == min(every))
    axis = Axis(low, high, tuple(ticks), "knowledge added by pipelines", labels)
    marks = [
        line(0.0, LINE),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    title = "What pipelines between leaders add to the clusters at their ends"
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)), title=title,
        subtitle=[f"Paired by run, with {result.level:.0%} intervals."],
        alt=f"{title}. {result}", width=width,
    )  # fmt: skip


def _with_interval(title: str, rows: pl.DataFrame, along: str) -> Curve:
    return Curve(
        title, _column(rows, along), _column(rows, "value"), low=_column(rows, "low"),
        high=_column(rows, "high"), note=f"n={rows['n'][0]:,}",
    )  # fmt: skip


def _column(rows: pl.DataFrame, name: str) -> Floats:
    return as_floats(rows[name].cast(pl.Float64).fill_null(float("nan")).to_numpy())


def _drawn(panels: Sequence[Curve], said: _Said, result: object, width: int, *,
           same_y: bool = True) -> Spec:  # fmt: skip
    return picture(
        curves(panels, x_title=said.x, y_title=said.y, width=width, same_y=same_y),
        title=said.title, subtitle=[said.reading], alt=f"{said.title}. {result}", width=width,
    )  # fmt: skip
