"""Which clusters invest in which: arcs on a map, and chords of the foremost clusters."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.chord import SHOWN as CHORDS_SHOWN
from buzzline.charts.chord import Chords, chord_body
from buzzline.charts.drawing import further_charts, nothing_to_draw
from buzzline.charts.lines import Line
from buzzline.charts.palette import ABOVE_COLOUR, ACCENT, INK, OTHER_COLOUR, category_colours
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.spots import Look, Spots, spots
from buzzline.investment.cluster_investments import ClusterInvestments
from buzzline.wording import plural

TITLE = "From cluster to cluster"
ARCS_SHOWN, NAMED = 60, 8
FEW, SMALLER = 0.05, 0.6  # of the deals; of the degrees from north to south
THICKEST_PX, THINNEST_PX, TAPERED = 7.0, 1.0, 0.15
CLUSTER = "place with clusters"
LOOKS = {CLUSTER: Look(INK)}
PLACE = ("longitude", "latitude")
ENDS = ("origin", "destination")


def arc_map(result: ClusterInvestments, *, width: int = WIDTH) -> Spec:
    """Return a map with an arc from cluster to cluster, thick where a deal starts.

    Parameters
    ----------
    result : ClusterInvestments
    width : int [px]
    """
    between = _between(result)
    placed = between.drop_nulls([f"{end}_{at}" for end in ENDS for at in PLACE])
    placed = placed.filter(
        pl.any_horizontal(pl.col(f"origin_{at}") != pl.col(f"destination_{at}") for at in PLACE)
    )
    if not placed.height:
        why = "No deal leads from one cluster to another in another place that is known."
        return nothing_to_draw(TITLE, f"{why} {result}", width)
    drawn = _without_far(placed.head(ARCS_SHOWN))
    n_far = int(_column(placed.head(ARCS_SHOWN), "value").sum() - _column(drawn, "value").sum())
    return picture(
        spots(_sites(result, drawn), width=width), title=TITLE,
        subtitle=_reading(result, between, placed) + _far_said(n_far),
        alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


@further_charts.register
def _(result: ClusterInvestments, *, width: int = WIDTH) -> dict[str, Spec]:
    if not _between(result).height:
        return {}
    return {
        "map": arc_map(result, width=width),
        "chord": chord_of_clusters(result, width=width),
    }


def chord_of_clusters(result: ClusterInvestments, *, width: int = WIDTH) -> Spec:
    """Return the foremost clusters on a circle, a ribbon for the deals of each pair.

    Parameters
    ----------
    result : ClusterInvestments
    width : int [px]
    """
    between = _between(result)
    if not between.height:
        why = "No deal leads from one cluster to another."
        return nothing_to_draw(TITLE, f"{why} {result}", width)
    chords = _chords(between)
    n = int(between["value"].sum())
    more = (
        f" The {CHORDS_SHOWN - 1} with most deals; the others are one arc together."
        if len(chords.names) > CHORDS_SHOWN else ""
    )  # fmt: skip
    line = (
        f"{plural(n, 'deal')} in the table from one cluster to another, as wide as there are "
        "many. A ribbon has the colour of the industry it starts in and ends in an "
        f"arrowhead.{more}"
    )
    title = f"{TITLE}: the foremost clusters"
    return picture(
        chord_body(chords, width=width), title=title, subtitle=[line],
        alt=f"{title}. {result}", width=width,
    )  # fmt: skip


def _between(result: ClusterInvestments) -> pl.DataFrame:
    """Return pairs of two clusters with deals, those with most first."""
    return result.pairs.drop_nulls(["origin", "destination"]).filter(
        (pl.col("origin") != pl.col("destination")) & (pl.col("value") > 0)
    ).sort("value", descending=True, maintain_order=True)  # fmt: skip


def _without_far(pairs: pl.DataFrame) -> pl.DataFrame:
    """Leave out a pair with few deals that alone would leave much of the map empty."""
    whole = _reach(pairs)
    deals = _column(pairs, "value")
    for at, n in enumerate(deals):
        others = pairs.filter(pl.int_range(pl.len()) != at)
        if n <= FEW * (deals.sum() - n) and _reach(others) < SMALLER * whole:
            return others
    return pairs


def _reach(pairs: pl.DataFrame) -> float:
    """Return the degrees of latitude between the northernmost and the southernmost end."""
    return float(np.ptp(pairs.select("origin_latitude", "destination_latitude").to_numpy()))


def _far_said(n: int) -> list[str]:
    return [f"Not drawn: {plural(n, 'deal')} far from all others."] if n else []


def _sites(result: ClusterInvestments, drawn: pl.DataFrame) -> Spots:
    most = float(drawn["value"].max())  # type: ignore[arg-type]  # there are rows
    lines = [_arc(row, most, result.level) for row in drawn.reverse().iter_rows(named=True)]
    ends = pl.concat([
        drawn.select(
            cluster=end, name=f"{end}_label", n="value",
            longitude=f"{end}_longitude", latitude=f"{end}_latitude",
        )
        for end in ENDS
    ])  # fmt: skip
    sites = (
        ends.group_by(PLACE, maintain_order=True)
        .agg(pl.col("name").first(), pl.col("n").sum())
        .sort("n", descending=True, maintain_order=True)
    )
    names = [str(name or "") for name in sites["name"].head(NAMED)]
    names += [""] * (sites.height - len(names))
    return Spots(
        _column(sites, "longitude"), _column(sites, "latitude"), [CLUSTER] * sites.height,
        _column(sites, "n"), LOOKS, lines, names=names,
    )  # fmt: skip


def _arc(row: dict[str, Any], most: float, level: float) -> Line:
    wide = max(THICKEST_PX * (row["value"] / most) ** 0.5, THINNEST_PX)
    beyond = row["q"] is not None and row["q"] <= 1 - level and row["value"] > row["expected"]
    start, end = (
        (float(row[f"{side}_longitude"]), float(row[f"{side}_latitude"])) for side in ENDS
    )
    colour = ABOVE_COLOUR if beyond else ACCENT if row["q"] is not None else OTHER_COLOUR
    return Line(start, end, wide, colour, end_width=max(TAPERED * wide, 0.4))


def _reading(
    result: ClusterInvestments, between: pl.DataFrame, placed: pl.DataFrame
) -> list[str]:
    n, n_apart = int(between["value"].sum()), int(placed["value"].sum())
    beside = f", {n - n_apart:,} of them within one place and not drawn" if n > n_apart else ""
    first = ""
    if placed.height > ARCS_SHOWN:
        first = f" The {ARCS_SHOWN} pairs with most deals are drawn, of {placed.height:,}."
    return [
        f"{plural(n, 'deal')} in the table from one cluster to another{beside}. Arcs are thick "
        f"where a deal starts and thin where it lands; the thicker, the more deals.{first}",
        "Brown: more than buyers matched at random give (false discoveries held at "
        f"{1 - result.level:.0%}); blue: tested and not beyond that; grey: too few to test.",
    ]


def _chords(between: pl.DataFrame) -> Chords:
    ends = pl.concat([
        between.select(cluster=end, name=f"{end}_label", industry=f"{end}_industry")
        for end in ENDS
    ]).unique("cluster", maintain_order=True)  # fmt: skip
    number = {cluster: at for at, cluster in enumerate(ends["cluster"])}
    flows = np.zeros((ends.height, ends.height))
    for row in between.select("origin", "destination", "value").iter_rows():
        flows[number[row[0]], number[row[1]]] += row[2]
    kinds = [str(kind or "industry not known") for kind in ends["industry"]]
    busy = pl.DataFrame({"kind": kinds, "n": flows.sum(axis=0) + flows.sum(axis=1)})
    order = busy.group_by("kind", maintain_order=True).agg(pl.col("n").sum()).sort(
        "n", descending=True, maintain_order=True
    )["kind"].to_list()  # fmt: skip
    names = tuple(str(name) for name in ends["name"])
    return Chords(names, as_floats(flows), tuple(kinds), category_colours(order))


def _column(frame: pl.DataFrame, name: str) -> Floats:
    return as_floats(frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy())
