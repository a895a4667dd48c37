"""Clusters by what arrives in them, against what their size gives."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR, QUIET_INK
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.arrivals import word_of
from buzzline.investment.hotspots import Hotspots

TITLE = "Which clusters are hotspots?"
CONCENTRATION = "On how few clusters does it concentrate?"
SHOWN = 20
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@chart.register
def hotspots_chart(result: Hotspots, *, width: int = WIDTH) -> Spec:
    """Return the share of each cluster in what arrives in clusters of its industry.

    Parameters
    ----------
    result : Hotspots
    width : int [px]
    """
    done = result.clusters.filter(pl.col("value").is_not_null())
    if not done.height:
        return nothing_to_draw(TITLE, str(result), width)
    word = word_of(result.layers)
    rows = [_bar(item, word) for item in done.head(SHOWN).to_dicts()]
    axis = Axis(
        0, 1, TICKS, "share of what arrives in clusters of its industry",
        "format(datum.value, '~%')",
    )  # fmt: skip
    marks = [
        spans("nought", "at", width=9, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("expected", colour=QUIET_INK, size=34, shape="diamond"),
        dots("at", colour=ACCENT, size=40),
    ]
    which = f"The first {SHOWN} of {done.height:,} clusters. " if done.height > SHOWN else ""
    lines = [
        f"{which}Bars and dots: what arrives; lines: {result.level:.0%} intervals over groups; "
        "diamonds: the cluster's share of the members.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


@further_charts.register
def further_hotspot_charts(result: Hotspots, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return how concentrated deals are, industry by industry."""
    return {"concentration": concentration_chart(result, width=width)}


def concentration_chart(result: Hotspots, *, width: int = WIDTH) -> Spec:
    """Return the chance that deals of two groups meet in one cluster, against size alone.

    Parameters
    ----------
    result : Hotspots
    width : int [px]
    """
    done = result.industries.filter(pl.col("value").is_not_null())
    if not done.height:
        return nothing_to_draw(CONCENTRATION, str(result), width)
    word = word_of(result.layers)
    rows = [
        row(
            item["industry"],
            f"{item['n_deals']:,} {word}s in {item['n_clusters']:,} clusters, as in "
            f"{item['effective']:.1f} equal",
            at=item["value"], low=item["low"], high=item["high"],
            chance_low=item["expected_low"], chance_high=item["expected_high"],
        )
        for item in done.head(SHOWN).to_dicts() if item["effective"] is not None
    ]  # fmt: skip
    axis = Axis(
        0, 1, TICKS, f"chance that {word}s of two groups are in the same cluster",
        "format(datum.value, '~%')",
    )  # fmt: skip
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    lines = [
        f"Lines: {result.level:.0%} intervals over groups. Grey: if they followed the size of "
        "clusters.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=CONCENTRATION, subtitle=lines, alt=f"{CONCENTRATION} {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any], word: str) -> Row:
    beyond = "" if item["q"] is None else f"; q = {item['q']:.2g}"
    note = f"{item['n_deals']:,} {word}s of {item['n_groups']:,} groups{beyond}"
    return row(
        f"{item['label']}: {item['industry']}", note, at=item["value"], low=item["low"],
        high=item["high"], expected=item["expected"], nought=0.0,
    )  # fmt: skip
