"""States, drift, heterogeneity and citations of clusters over the years."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.state_panels import state_panels
from buzzline.clusters.lifecycle_history import ClusterHistory

STATES_TITLE = "In which state of its life is each cluster?"
DRIFT_TITLE = "Do borders of clusters move more than turnover moves them?"
KNOWLEDGE_TITLE = "Does what members know become more alike?"
EXCHANGE_TITLE = "Does a cluster take up knowledge, or give it?"


def states_chart(result: ClusterHistory, *, width: int = WIDTH) -> Spec:
    """Return the probabilities of the four states of each cluster, year by year.

    Parameters
    ----------
    result : ClusterHistory
    width : int [px]
    """
    known = result.states.filter(pl.col("year").is_not_null())
    n_refused = result.states.filter(pl.col("year").is_null()).height
    if not known.height:
        reasons = result.states["status"].unique().sort().to_list()
        return nothing_to_draw(STATES_TITLE, "; ".join(reasons) or str(result), width)
    order = result.clusters.join(known.select("history_id").unique(), on="history_id",
                                 how="semi", maintain_order="left")  # fmt: skip
    body, n_shown = state_panels(known, order["history_id"].to_list(), width=width)
    said = [
        "Each year adds up to 1; a state is sure where it fills the height. Emerging: small, "
        "knowledge becoming more different. Growing, sustaining, declining: by size."
    ]
    if n_shown < order.height:
        said.append(f"The largest {n_shown} of {order.height:,} clusters.")
    if n_refused:
        said.append(f"{n_refused:,} clusters have too few yearly points.")
    return picture(body, title=STATES_TITLE, subtitle=said, width=width,
                   alt=f"{STATES_TITLE} {order.height:,} clusters.")  # fmt: skip


def drift_chart(result: ClusterHistory, *, width: int = WIDTH) -> Spec:
    """Return how far the border of clusters moved, against what turnover alone gives.

    Parameters
    ----------
    result : ClusterHistory
    width : int [px]
    """
    steps = result.drift.filter(pl.col("year").is_not_null())
    if not steps.height:
        return nothing_to_draw(DRIFT_TITLE, str(result), width)
    overall = dict(
        result.drift.filter(pl.col("year").is_null()).select("industry", "p").iter_rows()
    )
    panels = []
    for (industry,), part in steps.group_by("industry", maintain_order=True):
        low, high, middle = (
            as_floats(part[name].fill_null(np.nan).to_numpy())
            for name in ("low", "high", "expected")
        )
        has_null = bool(np.isfinite(low).any())
        p = overall.get(industry)
        panels.append(Curve(
            str(industry), as_floats(part["year"].to_numpy()),
            as_floats(part["value"].fill_null(np.nan).to_numpy()),
            inner_low=low if has_null else None, inner_high=high if has_null else None,
            expected=middle if has_null else None,
            note=f"all steps: p = {p:.3g}" if p is not None else "no null", is_yearly=True,
        ))  # fmt: skip
    body = curves(panels, x_title="year", y_title="variation of information [bit]",
                  width=width)  # fmt: skip
    said = (
        "Variation of information between the clusters of a year and of the one before, of "
        "those there in both. Band: the same clusters with turnover alone, found anew."
    )
    return picture(body, title=DRIFT_TITLE, subtitle=[said], width=width,
                   alt=f"{DRIFT_TITLE} {len(panels)} industries.")  # fmt: skip


def heterogeneity_chart(result: ClusterHistory, *, width: int = WIDTH) -> Spec:
    """Return how different what the members of each cluster know is, year by year.

    Parameters
    ----------
    result : ClusterHistory
    width : int [px]
    """
    said = (
        f"Mean cognitive distance of two members (Rao's Q): 0 all alike, 1 nothing in common. "
        f"Band: {result.level:.0%} interval over members. Dashed: any two organisations."
    )
    names = ("heterogeneity", "heterogeneity_low", "heterogeneity_high")
    return _measured(
        result, result.years, (*names, "heterogeneity_expected"), title=KNOWLEDGE_TITLE,
        said=said, y_title="cognitive distance", width=width,
    )  # fmt: skip


def exchange_chart(result: ClusterHistory, *, width: int = WIDTH) -> Spec:
    """Return which share of the citations across its border each cluster receives.

    Parameters
    ----------
    result : ClusterHistory
    width : int [px]
    """
    shares = [
        pl.when(pl.col(name).is_infinite()).then(1.0)
        .otherwise(pl.col(name) / (1 + pl.col(name))).alias(name)
        for name in ("ratio", "ratio_low", "ratio_high")
    ]  # fmt: skip
    said = (
        "Share of the citations between a cluster and elsewhere that it receives: below the "
        "dashed half it takes up more knowledge than it gives (absorbing), above it gives more "
        f"(creating). Band: {result.level:.0%} interval."
    )
    return _measured(
        result, result.years.with_columns(*shares, half=pl.lit(0.5)),
        ("ratio", "ratio_low", "ratio_high", "half"), title=EXCHANGE_TITLE, said=said,
        y_title="share received", width=width,
    )  # fmt: skip


def _measured(
    result: ClusterHistory, years: pl.DataFrame, columns: tuple[str, str, str, str], *,
    title: str, said: str, y_title: str, width: int,
) -> Spec:  # fmt: skip
    """Return one panel a cluster: a measure, its interval and what it is held against."""
    known = years.filter(pl.col(columns[0]).is_not_null())
    panels = []
    for row in result.clusters.select("history_id", "label", "exchange").iter_rows(named=True):
        part = known.filter(pl.col("history_id") == row["history_id"]).sort("year")
        if part.height < 2:
            continue
        value, low, high, beside = (
            as_floats(part[name].fill_null(np.nan).to_numpy()) for name in columns
        )
        panels.append(Curve(
            row["label"], as_floats(part["year"].to_numpy()), value, inner_low=low,
            inner_high=high, expected=beside, is_yearly=True,
            note=row["exchange"] if title == EXCHANGE_TITLE else "",
        ))  # fmt: skip
    if not panels:
        return nothing_to_draw(title, "No cluster is known in two years or more.", width)
    body = curves(panels, x_title="year", y_title=y_title, width=width)
    return picture(body, title=title, subtitle=[said], alt=f"{title} {len(panels)} clusters.",
                   width=width)  # fmt: skip
