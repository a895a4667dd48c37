"""Clusters against regions or declared clusters: agreement, and which are cut."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked, within
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.cluster_agreement import RAND, WORDS, ClusterAgreement

TITLE = "Do borders follow the clusters?"
INDUSTRIES_SHOWN = 8
CLUSTERS_SHOWN = 10
AXIS = Axis(-0.25, 1.0, (0, 0.25, 0.5, 0.75, 1.0), "adjusted Rand index; share of members",
            "format(datum.value, '.2~f')")  # fmt: skip


@chart.register
def agreement_chart(result: ClusterAgreement, *, width: int = WIDTH) -> Spec:
    """Return agreement by industry against chance, and the clusters that are cut most.

    Parameters
    ----------
    result : ClusterAgreement
    width : int [px]
    """
    tested = result.measures.filter(pl.col("measure") == RAND).sort("value", descending=True)
    cut = result.clusters.drop_nulls("share").head(CLUSTERS_SHOWN)
    if not cut.height:
        return nothing_to_draw(TITLE, str(result), width)
    which, rows = WORDS[result.against], []
    if tested.height:
        rows.append(row(f"Against {which}", "adjusted Rand index", is_heading=True))
        rows += [_industry(item) for item in tested.head(INDUSTRIES_SHOWN).to_dicts()]
    rows.append(row(f"Share in one of the {which}", is_heading=True))
    rows += [_cluster(item) for item in cut.to_dicts()]
    marks = [
        spans("chance_low", "chance_high", width=6, colour=OTHER_COLOUR),
        spans("low", "high", width=1.8, colour=ACCENT),
        dots("at", colour=ACCENT),
    ]
    chance = str(result.measures["chance"].drop_nulls().first())
    said = [
        f"Dots: observed, with {result.level:.0%} intervals. Grey bars: {result.level:.0%} of "
        f"{result.draws:,} draws, "
        f"{chance}. Clusters that are cut most come first ({cut.height:,} of "
        f"{result.clusters.height:,}).",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width)),
        title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _industry(item: dict[str, Any]) -> Row:
    p = "" if item["p"] is None else f", p={item['p']:.2g}"
    note = f"{item['n_clusters']:,} clusters, {item['n_groups']:,} groups{p}"
    return row(item["industry"], note, at=max(item["value"], AXIS.low),
               **_ends(item))  # fmt: skip


def _cluster(item: dict[str, Any]) -> Row:
    more = f" and {item['n_groups'] - 1:,} more" if item["n_groups"] > 1 else ""
    note = f"{item['group']}{more}"
    return row(f"{item['label']}, {item['industry']}", note, at=item["share"],
               **_ends(item))  # fmt: skip


def _ends(item: dict[str, Any]) -> Row:
    """Return the interval and the range of chance, as far as the axis shows them."""
    own = within(item["low"], item["high"], AXIS)
    chance = within(item["chance_low"], item["chance_high"], AXIS)
    return own | {"chance_low": chance["low"], "chance_high": chance["high"]}
