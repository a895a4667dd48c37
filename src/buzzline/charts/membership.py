"""Members of a cluster on the map, by the kind of member they are, near and far."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.palette import ABOVE_COLOUR, ACCENT, INK, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked, within
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.spots import Look, Spots, shown_said, spots
from buzzline.clusters.membership import Membership
from buzzline.clusters.membership_types import NOT_TESTABLE, TYPES

TITLE = "Who belongs to {}, and who is only near it"
FAR_TITLE = "Members of {} wherever they are"
TYPES_TITLE = "Members of clusters by type"
AROUND_KM = 25.0  # about a commute: what the map of the surroundings shows
CLUSTERS_SHOWN = 8
LOOKS: dict[str, Look] = {
    "non-member": Look(OTHER_COLOUR, "circle", is_hollow=True),
    NOT_TESTABLE: Look(OTHER_COLOUR, "cross", is_hollow=True),
    "associate": Look(ACCENT, "circle", is_hollow=True),
    "core member": Look(ACCENT, "circle"),
    "local outsider": Look("#8A6D00", "square"),
    "remote member": Look(ABOVE_COLOUR, "triangle-up"),
}


@chart.register
def membership_chart(result: Membership, *, width: int = WIDTH, cluster: str = "") -> Spec:
    """Return the map of a cluster and its surroundings, organisations by type.

    Parameters
    ----------
    result : Membership
    width : int [px]
    cluster : str
        Its `cluster_id`; the one with most members of any kind when empty.
    """
    rows, label = _of_cluster(result, cluster)
    around = max(AROUND_KM, 2 * (_within_km(result, rows) or 0.0))
    here = rows.filter(pl.col("km") <= around)
    title = TITLE.format(label or "a cluster")
    if not here["longitude"].drop_nulls().len():
        return nothing_to_draw(title, str(result), width)
    sites = _sites(here)
    subtitle = [*_reading(result, rows), *_beyond(rows, around), *result.notes]
    said = shown_said(sites, "members")
    return picture(
        spots(sites, width=width), title=title, subtitle=[*subtitle, *([said] if said else [])],
        alt=f"{title}. {_counted(rows)}", width=width,
    )  # fmt: skip


def far_chart(result: Membership, *, width: int = WIDTH, cluster: str = "") -> Spec:
    """Return the map of all members of a cluster, remote ones included.

    Parameters
    ----------
    result : Membership
    width : int [px]
    cluster : str
        As for the map of the surroundings.
    """
    rows, label = _of_cluster(result, cluster)
    shown = rows.filter(pl.col("type").is_in(["core member", "remote member"]))
    title = FAR_TITLE.format(label or "a cluster")
    if not shown["longitude"].drop_nulls().len():
        return nothing_to_draw(title, f"No core or remote member by ties. {result}", width)
    sites = _sites(shown)
    said = shown_said(sites, "remote members")
    subtitle = ["Tied to the members beyond chance, near and far.", *([said] if said else [])]
    return picture(
        spots(sites, width=width), title=title, subtitle=subtitle,
        alt=f"{title}. {_counted(shown)}", width=width,
    )  # fmt: skip


def types_chart(result: Membership, *, width: int = WIDTH) -> Spec:
    """Return how many members of each type clusters have, with intervals.

    Parameters
    ----------
    result : Membership
    width : int [px]
    """
    kinds = TYPES[:-1]  # non-members are no finding
    found = result.clusters.filter(pl.col("type").is_in(kinds), pl.col("value").is_not_null())
    if not found.height:
        return nothing_to_draw(TYPES_TITLE, str(result), width)
    order = found["cluster_id"].unique(maintain_order=True)
    shown = found.filter(pl.col("cluster_id").is_in(order.head(CLUSTERS_SHOWN).to_list()))
    ends = shown.select(pl.max_horizontal("value", "high").max()).item()
    high = max(1.05 * float(ends), 1.0)
    axis = Axis(0.0, high, tuple(round_ticks(0.0, high, 6)), "organisations",
                "format(datum.value, '~r')")  # fmt: skip
    rows = []
    for _, group in shown.group_by("cluster_id", maintain_order=True):
        first = group.row(0, named=True)
        rows.append(row(str(first["label"]), str(first["industry"]), is_heading=True))
        rows += [_bar(item, axis) for item in group.iter_rows(named=True)]
    marks = [spans("low", "high", width=1.8, colour="colour"), dots("at", colour="colour")]
    which = f"The first {CLUSTERS_SHOWN} of {order.len():,}. " if order.len() > 8 else ""
    subtitle = [
        f"{which}Numbers expected from the probability of each organisation, with their "
        f"{result.level:.0%} intervals; beside them, how many it is the most probable type of.",
        *result.notes,
    ]
    layout = laid_out(rows, width)
    return picture(
        stacked(rows, marks, axis=axis, layout=layout), title=TYPES_TITLE, subtitle=subtitle,
        alt=f"{TYPES_TITLE}. {result}", width=width,
    )  # fmt: skip


@further_charts.register
def _far_and_counts(result: Membership, *, width: int = WIDTH) -> dict[str, Spec]:
    return {"far": far_chart(result, width=width), "types": types_chart(result, width=width)}


def _bar(item: dict[str, object], axis: Axis) -> Row:
    look = LOOKS[str(item["type"])]
    return row(
        str(item["type"]), f"{item['n']:,}", at=item["value"], colour=look.colour or INK,
        **within(item["low"], item["high"], axis),  # type: ignore[arg-type]  # numbers or None
    )  # fmt: skip


def _of_cluster(result: Membership, cluster: str) -> tuple[pl.DataFrame, str]:
    members = result.members
    if not members.height:
        return members, ""
    if not cluster:
        belongs = members.filter(~pl.col("type").is_in(["non-member", NOT_TESTABLE]))
        counted = (belongs if belongs.height else members).group_by(
            "cluster_id", maintain_order=True
        )
        cluster = str(counted.len().sort("len", descending=True, maintain_order=True)[0, 0])
    rows = members.filter(pl.col("cluster_id") == cluster)
    return rows, str(rows["label"][0]) if rows.height else ""


def _within_km(result: Membership, rows: pl.DataFrame) -> float | None:
    if not rows.height:
        return None
    same = result.clusters.filter(pl.col("cluster_id") == rows["cluster_id"][0])
    return same["within_km"].drop_nulls().max() if same.height else None  # type: ignore[return-value]  # a float column


def _sites(rows: pl.DataFrame) -> Spots:
    kinds = set(rows["type"].to_list())
    looks = {name: look for name, look in LOOKS.items() if name in kinds}
    return Spots(
        as_floats(rows["longitude"].fill_null(np.nan).to_numpy()),
        as_floats(rows["latitude"].fill_null(np.nan).to_numpy()),
        rows["type"].to_list(), None, looks,
    )  # fmt: skip


def _counted(rows: pl.DataFrame) -> str:
    counts = dict(rows.group_by("type").len().iter_rows())
    said = [f"{counts[name]:,} {name}" for name in reversed(LOOKS) if counts.get(name)]
    return ", ".join(said) + "."


def _reading(result: Membership, rows: pl.DataFrame) -> list[str]:
    said = (
        "Members are tied to the others beyond what size and distance give, in at least "
        f"{result.rule.kinds} of labour, trade and knowledge; local outsiders are near and are "
        "not; associates are in between. The most probable type of each organisation."
    )
    own = rows.filter(pl.col("n_beyond") >= result.rule.kinds)
    n = rows.filter(pl.col("type").is_in(["core member", "remote member"])).height
    shown = own.filter(pl.col("type").is_in(["core member", "remote member"])).height
    if not n:
        return [said]
    alone = (
        f"{shown:,} of {n:,} members stand out at {result.level:.0%} by their own ties alone; "
        "the others also because most like them do."
    )
    return [said, alone]


def _beyond(rows: pl.DataFrame, around: float) -> list[str]:
    far = rows.filter((pl.col("km") > around) & (pl.col("type") == "remote member"))
    if not far.height:
        return []
    are = "member is" if far.height == 1 else "members are"
    return [f"{far.height:,} remote {are} more than {around:g} km away, outside this map."]
