"""Clusters over the years: which went into which, their states, and how far borders moved."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.lanes import Lane, lanes_of
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.lifecycle_measures import (
    drift_chart,
    exchange_chart,
    heterogeneity_chart,
    states_chart,
)
from buzzline.charts.palette import LINE, OTHER_COLOUR, QUIET_INK
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, WIDTH, Spec, picture
from buzzline.charts.texts import Text, in_pixels, lettered, text
from buzzline.clusters.lifecycle_history import ClusterHistory
from buzzline.errors import InvalidArgument

TITLE = "What became of clusters over the years?"
CLUSTERS_SHOWN = 24
BANDS_PX = 340  # height that the largest sizes of all clusters take together
THINNEST_PX = 1.5
CURVED = 9  # points along a band that changes its lane
NODE_PX = 3
TOLD = ("merged", "split", "born", "dissolved")  # others may be borders that moved
EDGE_PX = 12
FROM = {"merged": "from a merger", "split": "from a split"}


@chart.register
def history_chart(result: ClusterHistory, *, width: int = WIDTH) -> Spec:
    """Return the clusters of one industry as bands from year to year.

    The industry in which most members saw something happen; a band is as wide as the cluster
    has members, and leads to where they are the year after.

    Parameters
    ----------
    result : ClusterHistory
    width : int [px]
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    if not result.clusters.height:
        return nothing_to_draw(TITLE, str(result), width)
    industry = _eventful(result)
    own = result.clusters.filter(pl.col("industry") == industry)
    shown = own.head(CLUSTERS_SHOWN)
    sizes = result.years.join(shown.select("history_id"), on="history_id", how="semi")
    most = float(shown["n_most"].sum()) or 1.0
    a_member = BANDS_PX / most
    lanes = lanes_of(shown, _links(result, industry), px=a_member)
    across = _across(sizes, width)
    bands = _bands(result.flows.filter(pl.col("industry") == industry), lanes, across,
                   px=a_member)  # fmt: skip
    bottom = max(lane.bottom for lane in lanes.values()) + EDGE_PX
    texts = [*_names(shown, lanes, across, width), *_years(across, bottom)]
    layers = [_gaps(result, across, bottom), _drawn(bands), _nodes(sizes, lanes, across,
              px=a_member), lettered(texts)]  # fmt: skip
    body = {"height": bottom + 20, "layer": layers}
    return picture(
        body, title=TITLE, subtitle=_reading(result, industry, shown, own.height),
        alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


@further_charts.register
def further_history_charts(result: ClusterHistory, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return states, drift and, where they are known, heterogeneity and citations."""
    found = {
        "states": states_chart(result, width=width),
        "drift": drift_chart(result, width=width),
    }
    if result.years["heterogeneity"].count():
        found["heterogeneity"] = heterogeneity_chart(result, width=width)
    if result.years["ratio"].count():
        found["exchange"] = exchange_chart(result, width=width)
    return found


def _eventful(result: ClusterHistory) -> str:
    """Return the industry in which most members saw a merger, split, birth or end."""
    told = result.events.filter(pl.col("kind").is_in(TOLD))
    seen = pl.max_horizontal("n_before", "n_after").sum().alias("members")
    counts = (
        result.clusters.group_by("industry").len("n")
        .join(told.group_by("industry").agg(seen), on="industry", how="left")
        .sort([pl.col("members").fill_null(0), "n", "industry"], descending=[True, True, False])
    )  # fmt: skip
    return str(counts["industry"][0])


def _links(result: ClusterHistory, industry: str) -> list[tuple[str, str]]:
    """Return which cluster came out of which."""
    found = []
    events = result.events.filter(pl.col("industry") == industry)
    for before, after in events.select("before_ids", "after_ids").iter_rows():
        found += [
            (one, other) for one in before.split(" + ") for other in after.split(" + ")
            if one and other and one != other
        ]  # fmt: skip
    return found


def _across(sizes: pl.DataFrame, width: int) -> dict[int, float]:
    """Return where each year stands [px]."""
    inner = width - 2 * PADDING
    years = sizes["year"].unique().sort().to_list()
    first, last = years[0], years[-1]
    room = inner - 2 * EDGE_PX
    return {
        year: EDGE_PX + room * ((year - first) / (last - first) if last > first else 0.5)
        for year in range(first, last + 1)
    }


def _bands(
    flows: pl.DataFrame, lanes: dict[str, Lane], across: dict[int, float], *, px: float
) -> list[dict[str, Any]]:
    """Return the points of the edges of each band."""
    rows: list[dict[str, Any]] = []
    for _, step in flows.group_by("since", "year", maintain_order=True):
        pairs = [
            one for one in step.iter_rows(named=True)
            if one["before"] in lanes and one["after"] in lanes
        ]  # fmt: skip
        since, year = step.select("since", "year").row(0)
        leaving = _stacked(pairs, ("before", "after"), lanes, px=px)
        arriving = _stacked(pairs, ("after", "before"), lanes, px=px)
        for number, one in enumerate(pairs):
            same = one["before"] == one["after"]
            rows += _band(
                (across[since] + NODE_PX / 2, *leaving[number]),
                (across[year] - NODE_PX / 2, *arriving[number]),
                name=f"{one['before']}>{one['after']}>{year}",
                colour=lanes[one["before"]].colour if same else OTHER_COLOUR, curved=not same,
            )  # fmt: skip
    return rows


def _stacked(
    pairs: Sequence[dict[str, Any]], sides: tuple[str, str], lanes: dict[str, Lane], *,
    px: float,
) -> dict[int, tuple[float, float]]:  # fmt: skip
    """Return top and bottom of each band where it leaves or reaches its cluster."""
    side, other = sides
    found: dict[int, tuple[float, float]] = {}
    at: dict[str, float] = {}
    order = sorted(range(len(pairs)), key=lambda k: lanes[pairs[k][other]].middle)
    total: dict[str, float] = {}
    for one in pairs:
        total[one[side]] = total.get(one[side], 0.0) + one["n"] * px
    for number in order:
        one = pairs[number]
        lane = lanes[one[side]]
        top = at.get(one[side], lane.middle - total[one[side]] / 2)
        at[one[side]] = top + one["n"] * px
        found[number] = top, max(at[one[side]], top + THINNEST_PX)
    return found


def _band(
    start: tuple[float, float, float], end: tuple[float, float, float], *, name: str,
    colour: str, curved: bool,
) -> list[dict[str, Any]]:  # fmt: skip
    along = np.linspace(0, 1, CURVED if curved else 2)
    eased = along**2 * (3 - 2 * along)
    return [
        {"x": start[0] + (end[0] - start[0]) * a, "top": start[1] + (end[1] - start[1]) * e,
         "bottom": start[2] + (end[2] - start[2]) * e, "band": name, "colour": colour}
        for a, e in zip(along.tolist(), eased.tolist(), strict=True)
    ]  # fmt: skip


def _drawn(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "data": {"values": rows},
        "mark": {"type": "area", "opacity": 0.55, "line": False},
        "encoding": {
            "x": in_pixels("x"), "y": in_pixels("top"), "y2": {"field": "bottom"},
            "detail": {"field": "band"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }  # fmt: skip


def _nodes(
    sizes: pl.DataFrame, lanes: dict[str, Lane], across: dict[int, float], *, px: float
) -> dict[str, Any]:
    rows = []
    for history_id, year, n in sizes.select("history_id", "year", "n_members").iter_rows():
        if n is None:
            continue
        lane, tall = lanes[history_id], max(n * px, THINNEST_PX)
        rows.append({"x": across[year] - NODE_PX / 2, "x2": across[year] + NODE_PX / 2,
                     "top": lane.middle - tall / 2, "bottom": lane.middle + tall / 2,
                     "colour": lane.colour})  # fmt: skip
    return {
        "data": {"values": rows},
        "mark": {"type": "rect"},
        "encoding": {
            "x": in_pixels("x"), "x2": {"field": "x2"}, "y": in_pixels("top"),
            "y2": {"field": "bottom"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
        },
    }  # fmt: skip


def _names(
    shown: pl.DataFrame, lanes: dict[str, Lane], across: dict[int, float], width: int
) -> list[Text]:
    inner = width - 2 * PADDING
    found = []
    for row in shown.iter_rows(named=True):
        lane = lanes[row["history_id"]]
        start = across[row["first_year"]]
        began = (
            ""
            if row["began"].startswith("there")
            else f" · {FROM.get(row['began'], row['began'])}"
        )
        ended = "" if row["ended"].startswith("there") else f" · {row['ended']}"
        said = f"{row['label']}{began}{ended}"
        taken = min(text_width(said, NOTE_SIZE), inner)
        x = max(0.0, min(start, inner - taken))
        found.append(text(shortened(said, inner, NOTE_SIZE), x, lane.top + 6, colour=QUIET_INK))
    return found


def _years(across: dict[int, float], bottom: float) -> list[Text]:
    first, last = min(across), max(across)
    ticks = [int(tick) for tick in round_ticks(first, last, 8) if tick == int(tick)]
    return [
        text(str(year), across[year], bottom + 10, align="center", colour=QUIET_INK)
        for year in ticks or [first]
    ]


def _gaps(result: ClusterHistory, across: dict[int, float], bottom: float) -> dict[str, Any]:
    """Return lines at the years that were observed; others have none."""
    seen = sorted(set(result.years["year"].to_list()) & set(across))
    return {
        "data": {"values": [{"x": across[year]} for year in seen]},
        "mark": {"type": "rule", "color": LINE, "strokeWidth": 0.6},
        "encoding": {"x": in_pixels("x"), "y": {"value": 0}, "y2": {"value": bottom}},
    }


def _reading(result: ClusterHistory, industry: str, shown: pl.DataFrame, n: int) -> list[str]:
    which = f"The largest {shown.height} of {n:,} clusters. " if n > shown.height else ""
    others = result.clusters["industry"].n_unique() - 1
    more = f" {others:,} other industries are in the table." if others else ""
    return [
        f"{industry}. {which}As wide as there are members; grey: into another cluster. What "
        f"ends in the open left, or is in no cluster any more.{more}",
        *result.notes,
    ]
