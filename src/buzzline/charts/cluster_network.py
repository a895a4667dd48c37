"""The shape of the network of clusters against ties dealt anew, and by period."""

from __future__ import annotations

import polars as pl

from buzzline.charts.against_dealt import (
    WORDS,
    against_dealt,
    is_drawn,
    scaled_row,
    untested,
)
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.rows import row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.arrivals import word_of
from buzzline.investment.cluster_network import ClusterNetwork
from buzzline.investment.network_rows import WHOLE

TITLE = "The network of clusters, against ties dealt anew"
LATER = "The network of clusters by period"
BY_PERIOD = ("clustering", "distance", "sigma", "shared_sigma", "reciprocity", "feedback")


@chart.register
def cluster_network_chart(result: ClusterNetwork, *, width: int = WIDTH) -> Spec:
    """Return each measure of all years as a dot against the range chance gives.

    Parameters
    ----------
    result : ClusterNetwork
    width : int [px]
    """
    items = result.measures.filter(pl.col("period") == WHOLE).to_dicts()
    drawn = [item for item in items if is_drawn(item)]
    if not drawn:
        return nothing_to_draw(TITLE, str(result), width)
    rows = [scaled_row(item, WORDS[item["measure"]]) for item in drawn]
    word = word_of(result.layers)
    lines = [
        f"{drawn[0]['n_clusters']:,} clusters, {drawn[0]['n_deals']:,} {word}s. Grey: the "
        f"middle {result.level:.0%} of {result.draws:,} networks in which every cluster keeps "
        "how many partners it has in each industry. Not an interval: these are all ties on "
        "record.",
        *(one for one in (untested(items),) if one),
        *result.notes,
    ]
    return picture(
        against_dealt(rows, width), title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}",
        width=width,
    )  # fmt: skip


@further_charts.register
def further_network_charts(result: ClusterNetwork, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return the same measures period by period."""
    return {"by_period": by_period_chart(result, width=width)}


def by_period_chart(result: ClusterNetwork, *, width: int = WIDTH) -> Spec:
    """Return each measure by period as a dot against the range chance gives in that period.

    Parameters
    ----------
    result : ClusterNetwork
    width : int [px]
    """
    items = result.measures.filter(pl.col("period") != WHOLE).to_dicts()
    rows = []
    for measure in BY_PERIOD:
        own = [item for item in items if item["measure"] == measure and is_drawn(item)]
        if own:
            rows.append(row(WORDS[measure], _trend(result, measure), is_heading=True))
            rows += [scaled_row(item, item["period"]) for item in own]
    if not rows:
        status = (*(item["status"] for item in items), "no deal has a year")[0]
        return nothing_to_draw(LATER, f"Nothing to compare: {status}.", width)
    lines = [
        "Grey: what networks of the period give with ties dealt anew. At the right of each "
        "measure: its change from the first to the last period, with periods dealt anew among "
        "groups as chance.",
    ]
    return picture(
        against_dealt(rows, width), title=LATER, subtitle=lines, alt=f"{LATER}. {result}",
        width=width,
    )  # fmt: skip


def _trend(result: ClusterNetwork, measure: str) -> str:
    found = result.trends.filter(
        (pl.col("measure") == measure) & pl.col("p").is_not_null()
    ).to_dicts()
    if not found:
        return "change not tested"
    return f"change {found[0]['value']:+.2g} (p = {found[0]['p']:.2g})"
