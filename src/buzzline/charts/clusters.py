"""The strongest clusters by how dense they are, and how many candidates each scale gave."""

from __future__ import annotations

from math import isfinite
from typing import Any

import polars as pl

from buzzline.charts.axes import ratio_ticks
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.matrix import Cell, cell, matrix
from buzzline.charts.palette import ACCENT, INK, PAPER, QUIET_INK
from buzzline.charts.rows import (
    Axis,
    Row,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)  # fmt: skip
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.clustering import Clustering

TITLE = "The strongest clusters"
SCALES_TITLE = "Candidate clusters by industry and scale"
CLUSTERS_SHOWN = 20
INDUSTRIES_SHOWN = 20
LARGEST_RATIO = 1e4
SMALLEST_RATIO = 0.1
GROUND = "#E6EEF5"


@chart.register
def strongest_chart(result: Clustering, *, width: int = WIDTH) -> Spec:
    """Return the strongest clusters with the interval of their ratio, on a logarithmic axis.

    Parameters
    ----------
    result : Clustering
    width : int [px]
    """
    if not result.clusters.height:
        return nothing_to_draw(TITLE, str(result), width)
    shown = result.clusters.head(CLUSTERS_SHOWN)
    axis = _axis_around(shown)
    several = result.clusters["industry"].n_unique() > 1
    rows = [_bar(item, axis, several) for item in shown.to_dicts()]
    layout = laid_out(rows, width)
    marks = [
        line(1.0, INK),
        spans("low", "high", width=1.8, colour=ACCENT),
        beyond("low", axis, ACCENT),
        beyond("high", axis, ACCENT),
        dots("at", colour=ACCENT),
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=layout),
        title=TITLE,
        subtitle=_reading(result, shown.height),
        alt=f"{TITLE}. {result}",
        width=width,
    )


def _axis_around(shown: pl.DataFrame) -> Axis:
    values = pl.concat([shown[name].drop_nulls() for name in ("ratio", "low", "high")])
    sound = [value for value in values.to_list() if isfinite(value) and value > 0]
    low = max(min([*sound, 1.0]) / 1.1, SMALLEST_RATIO)
    high = min(max([*sound, 2.0]) * 1.1, LARGEST_RATIO)
    title = "members / members expected if the industry were spread like all organisations"
    return Axis(
        low, high, ratio_ticks(low, high), title, "'×' + format(datum.value, '~r')", "log"
    )


def _bar(item: dict[str, Any], axis: Axis, several: bool) -> Row:
    ratio = item["ratio"]
    at = ratio if ratio is not None and axis.low <= ratio <= axis.high else None
    industry = item["industry"]
    name = item["label"] or item["cluster_id"]
    label = f"{name} · {industry}" if several and industry not in name else name
    note = f"{item['n_members']:,} ({_amount(item['expected'])} expected)"
    return row(label, note, at=at, **within(item["low"], item["high"], axis))


def _amount(value: float | None) -> str:
    if value is None or not isfinite(value):
        return "?"
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}"


def _reading(result: Clustering, n_shown: int) -> list[str]:
    n = result.clusters.height
    tested = result.clusters["strength"].is_not_null().any()
    noun, most, order = (
        ("candidates", "strongest", "by log-likelihood ratio") if tested
        else ("clusters as given", "largest", "by number of members")
    )  # fmt: skip
    which = f"The {n_shown} {most} of {n:,} {noun}" if n > n_shown else f"All {noun}"
    return [
        f"{which}, {order}. Lines are {result.level:.0%} intervals; at ×1 the "
        "industry is as dense as all organisations together. Beside them: members, and members "
        "expected.",
        result.note,
    ]


def candidates_chart(result: Clustering, *, width: int = WIDTH) -> Spec:
    """Return how many candidate clusters each industry has at each scale.

    Parameters
    ----------
    result : Clustering
    width : int [px]
    """
    coverage = result.coverage.filter(pl.col("scale_km").is_not_null())
    if not coverage.height:
        return nothing_to_draw(SCALES_TITLE, "No industry was examined at any scale.", width)
    industries = _industries(coverage)
    scales = [f"{scale:g} km" for scale in coverage["scale_km"].unique().sort().to_list()]
    rows = [_counts(coverage, industry) for industry in industries[:INDUSTRIES_SHOWN]]
    which = f"{len(rows)} of {len(industries):,} industries, most candidates first"
    largest = coverage.sort(["n_candidates", "industry"], descending=[True, False]).row(
        0, named=True
    )
    layout = laid_out(rows, width)
    return picture(
        matrix(rows, scales, layout, title="radius in which a place was examined"),
        title=SCALES_TITLE,
        subtitle=[f"{which}. A dash: not examined, the table says why."],
        alt=f"{SCALES_TITLE}. {which}; the most are {largest['n_candidates']} of "
            f"{largest['industry']} at {largest['scale_km']:g} km.",
        width=width,
    )  # fmt: skip


@further_charts.register
def _by_scale(result: Clustering, *, width: int = WIDTH) -> dict[str, Spec]:
    return {"candidates": candidates_chart(result, width=width)}


def _industries(coverage: pl.DataFrame) -> list[str]:
    counted = coverage.group_by("industry").agg(pl.col("n_candidates").sum())
    ordered = counted.sort(["n_candidates", "industry"], descending=[True, False])
    return ordered["industry"].to_list()


def _counts(coverage: pl.DataFrame, industry: str) -> Row:
    found = coverage.filter(pl.col("industry") == industry).sort("scale_km")
    return row(industry, cells=[_count(item) for item in found.to_dicts()])


def _count(item: dict[str, Any]) -> Cell:
    column = f"{item['scale_km']:g} km"
    if item["status"] != "examined":
        return cell(column, "–", colour=QUIET_INK, back=PAPER)
    n = item["n_candidates"] or 0
    return cell(column, f"{n:,}", colour=INK, back=GROUND if n else PAPER)
