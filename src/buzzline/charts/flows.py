"""Where the ties of a cluster lead: a map of its flows by scale, and its ego network."""

from __future__ import annotations

import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.ego import ego_picture
from buzzline.charts.lines import Line
from buzzline.charts.palette import INK, SCALE_COLOUR
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.spots import Look, Spots, spots
from buzzline.errors import InvalidArgument
from buzzline.linkages.flows import OWN, UNKNOWN, ClusterFlows
from buzzline.space.scales import SCALES
from buzzline.wording import plural

TITLE = "Where do the ties of each cluster lead?"
THICKEST_PX, THINNEST_PX = 7.0, 0.8
CLUSTER = "the cluster"
FURTHER = 2  # clusters drawn beside the first


@chart.register
def flow_map(result: ClusterFlows, *, width: int = WIDTH, cluster_id: str = "") -> Spec:
    """Return the map of one cluster's ties, a line to each place.

    Parameters
    ----------
    result : ClusterFlows
    width : int [px]
    cluster_id : str
        Which cluster; the first that has ties when empty.

    Raises
    ------
    InvalidArgument
        A cluster there is not.
    """
    found = chosen(result, cluster_id)
    if found is None:
        return nothing_to_draw(TITLE, str(result), width)
    name, n_ties, flows = found
    title = f"Where the ties of {name} lead"
    at = flows.filter(pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null())
    centre = result.clusters.filter(cluster_id=flows["cluster_id"][0]).row(0, named=True)
    outside = at.filter(pl.col("partner_kind") != OWN)
    if centre["longitude"] is None or not outside.height:
        why = "No tie leads to a place outside the cluster that has coordinates."
        return nothing_to_draw(title, why, width)
    return picture(
        spots(_sites(centre, outside), width=width), title=title,
        subtitle=_reading(result, flows, outside, n_ties),
        alt=f"{title}. {_shares(result, flows)}", width=width,
    )  # fmt: skip


@further_charts.register
def _(result: ClusterFlows, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return the ego network of the first cluster, then maps and networks of a few more."""
    tied = result.clusters.filter(pl.col("n_ties") > 0)["cluster_id"].to_list()
    drawn = {}
    for number, cluster_id in enumerate(tied[: FURTHER + 1], 1):
        mark = "" if number == 1 else f"_{number}"
        if number > 1:
            drawn[f"map{mark}"] = flow_map(result, width=width, cluster_id=cluster_id)
        drawn[f"ego{mark}"] = ego_chart(result, cluster_id, width=width)
    return drawn


def ego_chart(result: ClusterFlows, cluster_id: str = "", *, width: int = WIDTH) -> Spec:
    """Return a cluster among those it is tied to, by scale and direction.

    Parameters
    ----------
    result : ClusterFlows
    cluster_id : str
        Which cluster; the first that has ties when empty.
    width : int [px]

    Raises
    ------
    InvalidArgument
        A cluster there is not.
    """
    found = chosen(result, cluster_id)
    if found is None:
        return nothing_to_draw(TITLE, str(result), width)
    name, _, flows = found
    return ego_picture(result, name, flows, width=width)


def chosen(result: ClusterFlows, cluster_id: str) -> tuple[str, int, pl.DataFrame] | None:
    """Return name, ties and flows of a cluster; None where no cluster has ties."""
    tied = result.clusters.filter(pl.col("n_ties") > 0)
    if cluster_id and cluster_id not in result.clusters["cluster_id"]:
        raise InvalidArgument(f"flow_map: there is no cluster {cluster_id!r} in these flows")
    rows = tied.filter(pl.col("cluster_id") == cluster_id) if cluster_id else tied.head(1)
    if not rows.height:
        return None
    first = rows.row(0, named=True)
    flows = result.flows.filter(pl.col("cluster_id") == first["cluster_id"])
    return f"{first['label']} ({first['industry']})", int(first["n_ties"]), flows


def _sites(centre: dict[str, float], outside: pl.DataFrame) -> Spots:
    most = float(outside["n"].max())  # type: ignore[arg-type]  # there are rows
    lines = [
        Line(
            (centre["longitude"], centre["latitude"]), (row["longitude"], row["latitude"]),
            max(THICKEST_PX * (row["n"] / most) ** 0.5, THINNEST_PX),
            SCALE_COLOUR[row["scale"]],
        )
        for row in outside.sort("n").iter_rows(named=True)
    ]  # fmt: skip
    looks = {
        scale: Look(SCALE_COLOUR[scale])
        for scale in reversed(SCALES)
        if scale in outside["scale"]
    } | {CLUSTER: Look(INK, "diamond")}
    known = outside.filter(pl.col("scale").is_in(SCALES))
    return Spots(
        as_floats([*known["longitude"], centre["longitude"]]),
        as_floats([*known["latitude"], centre["latitude"]]),
        [*known["scale"], CLUSTER],
        as_floats([*known["n"], most]),
        looks, lines, counted=False,
    )  # fmt: skip


def _reading(
    result: ClusterFlows, flows: pl.DataFrame, outside: pl.DataFrame, n_ties: int
) -> list[str]:
    own = int(flows.filter(pl.col("partner_kind") == OWN)["n"].sum())
    unplaced = int(flows.filter(pl.col("partner_kind") == UNKNOWN)["n"].sum())
    return [
        f"{plural(n_ties, 'tie')}: {_shares(result, flows)}. Lines lead to clusters, cities or "
        "areas; the thicker, the more ties.",
        f"Not drawn: {own:,} between members"
        f"{f', {unplaced:,} to a place not known' if unplaced else ''}. Most lead to "
        f"{outside['partner'][0]} ({outside['n'][0]:,}).",
    ]


def _shares(result: ClusterFlows, flows: pl.DataFrame) -> str:
    rows = result.scales.filter(cluster_id=flows["cluster_id"][0])
    said = []
    for row in rows.iter_rows(named=True):
        ends = f" [{row['low']:.0%}, {row['high']:.0%}]" if row["low"] is not None else ""
        said.append(f"{row['share']:.0%}{ends} {row['scale']}")
    return ", ".join(said)
