"""The ego network of a cluster: those it is tied to on rings by scale, in their direction.

North is up. A partner stands on the ring of the scale most of its ties have, where it lies from
the cluster, moved along the ring only as far as is needed for labels to be read. Lines between
partners are their ties to each other.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.lettering import shortened, text_width
from buzzline.charts.palette import INK, LINE, PAPER, QUIET_INK, SCALE_COLOUR
from buzzline.charts.spec import NARROWEST, NOTE_SIZE, PADDING, Spec, picture
from buzzline.charts.texts import LINE_PX, in_pixels, lettered, symbols, text
from buzzline.errors import InvalidArgument
from buzzline.linkages.flows import OWN, UNKNOWN, ClusterFlows
from buzzline.space.scales import SCALES

SHOWN = 20
NARROW_SHOWN = 10
THICKEST_PX, THINNEST_PX = 6.0, 0.6
COLUMN_PX, NARROW_COLUMN_PX = 172.0, 92.0  # for names, on either side
BETWEEN = 30  # lines between partners, the thickest ones
BETWEEN_COLOUR = "#B4BDC6"
FULL = 2 * np.pi


def ego_picture(result: ClusterFlows, name: str, flows: pl.DataFrame, *, width: int) -> Spec:
    """Return the picture of one cluster among its partners.

    Parameters
    ----------
    result : ClusterFlows
    name : str
        Of the cluster.
    flows : DataFrame
        Its rows.
    width : int [px]

    Raises
    ------
    InvalidArgument
        The picture is too narrow.
    """
    if width < NARROWEST:
        raise InvalidArgument(f"chart: `width` must be at least {NARROWEST} px, got {width}")
    inner = float(width - 2 * PADDING)
    own = int(flows.filter(pl.col("partner_kind") == OWN)["n"].sum())
    partners = _partners(flows, NARROW_SHOWN if inner < 500 else SHOWN)
    centre = result.clusters.filter(cluster_id=flows["cluster_id"][0]).row(0, named=True)
    rings = [str(scale) for scale in SCALES if scale in partners["scale"]]
    column = COLUMN_PX if inner >= 500 else NARROW_COLUMN_PX
    radius = inner / 2 - column
    height = max(2 * radius + 56, LINE_PX * partners.height / 2 + 40)
    middle = (inner / 2, height / 2)
    at = as_floats(_placed(partners, centre, rings, radius) + np.array(middle))
    layers = [
        *_rings(rings, radius, middle),
        _ties_between(result, partners, at),
        _spokes(partners, at, middle),
        *_labels(partners, at, (inner, height), column),
        symbols(_marks(partners, at, middle)),
        lettered(_names_of_rings(rings, radius, middle)),
    ]
    title = f"Whom {name} is tied to"
    return picture(
        {"height": height, "layer": layers}, title=title,
        subtitle=_reading(flows, partners, own), alt=f"{title}. {_said(partners)}", width=width,
    )  # fmt: skip


def _partners(flows: pl.DataFrame, most: int) -> pl.DataFrame:
    """Return the partners with most ties, each at the scale that most of them have."""
    outside = flows.filter(
        ~pl.col("partner_kind").is_in([OWN, UNKNOWN]) & pl.col("scale").is_in(SCALES)
    )
    first = outside.unique("partner_id", keep="first", maintain_order=True)
    total = outside.group_by("partner_id").agg(total=pl.col("n").sum())
    return (
        first.join(total, on="partner_id", how="left", validate="1:1", maintain_order="left")
        .sort("total", "partner_id", descending=[True, False])
        .head(most)
    )


def _placed(
    partners: pl.DataFrame, centre: dict[str, Any], rings: list[str], radius: float
) -> Floats:
    """Return where each partner stands, seen from the middle [px]. (p, 2)."""
    if not partners.height:
        return as_floats(np.zeros((0, 2)))
    angle = _bearing(partners, centre)
    ring = np.array([rings.index(scale) + 1 for scale in partners["scale"]])
    for number in range(1, len(rings) + 1):
        rows = np.flatnonzero(ring == number)
        angle[rows] = _apart(angle[rows], 26 / (radius * number / len(rings)))
    reach = radius * ring / len(rings)
    return as_floats(np.column_stack([reach * np.sin(angle), -reach * np.cos(angle)]))


def _bearing(partners: pl.DataFrame, centre: dict[str, Any]) -> Floats:
    """Return the direction in which each partner lies, clockwise from north. (p,) [radian]."""
    here = np.radians([centre["longitude"] or 0.0, centre["latitude"] or 0.0])
    there = np.radians(partners.select("longitude", "latitude").to_numpy().astype(float))
    across = there[:, 0] - here[0]
    east = np.sin(across) * np.cos(there[:, 1])
    north = np.cos(here[1]) * np.sin(there[:, 1]) - np.sin(here[1]) * np.cos(
        there[:, 1]
    ) * np.cos(across)
    return as_floats(np.nan_to_num(np.arctan2(east, north)))


def _apart(angle: Floats, least: float) -> Floats:
    """Move directions on a ring as little as needed to keep them `least` radians apart."""
    n = angle.size
    if n < 2:
        return angle
    least = min(least, 0.95 * FULL / n)
    order = np.argsort(angle, kind="stable")
    moved = angle[order].copy()
    for _ in range(200):
        gap = np.diff(np.append(moved, moved[0] + FULL))
        short = np.maximum(least - gap, 0) / 2
        if short.max() < 1e-4:
            break
        moved = moved - short + np.roll(short, 1)
    out = np.empty(n)
    out[order] = moved
    return as_floats(out)


def _rings(
    rings: list[str], radius: float, middle: tuple[float, float]
) -> list[dict[str, Any]]:
    turn = np.linspace(0, FULL, 73)
    rows = [
        {"ring": scale, "order": k, "x": round(middle[0] + reach * float(np.sin(a)), 1),
         "y": round(middle[1] - reach * float(np.cos(a)), 1)}
        for number, scale in enumerate(rings, 1)
        for reach in [radius * number / len(rings)]
        for k, a in enumerate(turn)
    ]  # fmt: skip
    if not rows:
        return []
    return [{
        "data": {"values": rows},
        "mark": {"type": "line", "color": LINE, "strokeWidth": 1, "strokeDash": [3, 3]},
        "encoding": {
            "x": in_pixels("x"), "y": in_pixels("y"),
            "order": {"field": "order", "type": "quantitative"},
            "detail": {"field": "ring", "type": "nominal"},
        },
    }]  # fmt: skip


def _segments(rows: list[dict[str, Any]]) -> dict[str, Any]:
    raw = {"scale": None, "legend": None}
    return {
        "data": {"values": rows or [{}]},
        "mark": {"type": "rule", "opacity": 1, "strokeOpacity": 0.8},
        "encoding": {
            "x": in_pixels("x"), "y": in_pixels("y"), "x2": {"field": "x2"},
            "y2": {"field": "y2"},
            "strokeWidth": {"field": "width", "type": "quantitative", **raw},
            "color": {"field": "colour", "type": "nominal", **raw},
        },
    }  # fmt: skip


def _spokes(partners: pl.DataFrame, at: Floats, middle: tuple[float, float]) -> dict[str, Any]:
    most = max(partners["total"].to_list(), default=1)
    return _segments([
        {"x": middle[0], "y": middle[1], "x2": round(float(x), 1), "y2": round(float(y), 1),
         "width": round(max(THICKEST_PX * (n / most) ** 0.5, THINNEST_PX), 2),
         "colour": SCALE_COLOUR[scale]}
        for (x, y), n, scale in zip(at, partners["total"], partners["scale"], strict=True)
    ])  # fmt: skip


def _ties_between(result: ClusterFlows, partners: pl.DataFrame, at: Floats) -> dict[str, Any]:
    """Return lines between partners that are tied to each other, as thick as spokes."""
    place = {name: at[row] for row, name in enumerate(partners["partner_id"])}
    most = max(partners["total"].to_list(), default=1)
    its = result.between.filter(
        (pl.col("cluster_id") == (partners["cluster_id"][0] if partners.height else ""))
        & pl.col("first_id").is_in(list(place))
        & pl.col("second_id").is_in(list(place))
    )
    return _segments([
        {"x": round(float(place[one][0]), 1), "y": round(float(place[one][1]), 1),
         "x2": round(float(place[two][0]), 1), "y2": round(float(place[two][1]), 1),
         "width": round(min(max(THICKEST_PX * (n / most) ** 0.5, 0.4), THICKEST_PX), 2),
         "colour": BETWEEN_COLOUR}
        for one, two, n in its.select("first_id", "second_id", "n").head(BETWEEN).iter_rows()
    ])  # fmt: skip


def _marks(
    partners: pl.DataFrame, at: Floats, middle: tuple[float, float]
) -> list[dict[str, Any]]:
    rows = [
        {"x": round(float(x), 1), "y": round(float(y), 1), "size": 70,
         "shape": "circle" if kind == "cluster" else "square",
         "fill": SCALE_COLOUR[scale] if kind == "cluster" else PAPER,
         "stroke": SCALE_COLOUR[scale]}
        for (x, y), kind, scale in zip(
            at, partners["partner_kind"], partners["scale"], strict=True
        )
    ]  # fmt: skip
    centre = {"x": middle[0], "y": middle[1], "size": 220, "shape": "diamond", "fill": INK,
              "stroke": PAPER}  # fmt: skip
    return [*rows, centre]


def _labels(
    partners: pl.DataFrame, at: Floats, size: tuple[float, float], column: float
) -> list[dict[str, Any]]:
    """Return the names in a column on either side, each with a thin line to its mark."""
    inner, height = size
    said, leaders = [], []
    for is_right in (False, True):
        rows = np.flatnonzero((at[:, 0] >= inner / 2) == is_right)
        edge = inner - column + 8 if is_right else column - 8
        for row, y in zip(rows, _spread(at[rows, 1], height), strict=True):
            name, n = partners["partner"][int(row)], partners["total"][int(row)]
            label = shortened(name, column - 12 - text_width(f" {n:,}", NOTE_SIZE), NOTE_SIZE)
            said.append(text(f"{label} {n:,}", edge, y, align="left" if is_right else "right"))
            leaders.append({
                "x": round(float(at[row, 0]), 1), "y": round(float(at[row, 1]), 1),
                "x2": edge + (-3 if is_right else 3), "y2": round(y, 1), "width": 0.5,
                "colour": QUIET_INK,
            })  # fmt: skip
    return [_segments(leaders), lettered(said)]


def _spread(wanted: Floats, height: float) -> list[float]:
    """Return where labels stand: near what they name, a line apart, inside the picture."""
    order = np.argsort(wanted, kind="stable")
    y = np.asarray(wanted, dtype=np.float64)[order]
    for number in range(1, y.size):  # downwards, then back up from the bottom
        y[number] = max(y[number], y[number - 1] + LINE_PX)
    lowest = height - LINE_PX / 2
    for number in reversed(range(y.size)):
        y[number] = min(y[number], lowest)
        lowest = y[number] - LINE_PX
    out = np.empty(y.size)
    out[order] = y
    return [float(each) for each in out]


def _names_of_rings(
    rings: list[str], radius: float, middle: tuple[float, float]
) -> list[dict[str, Any]]:
    return [
        text(scale, middle[0], middle[1] + radius * number / len(rings) + 9, align="center",
             colour=QUIET_INK)
        for number, scale in enumerate(rings, 1)
    ]  # fmt: skip


def _said(partners: pl.DataFrame) -> str:
    if not partners.height:
        return "No tie leads to a place that is known."
    first = [
        f"{row['partner']} ({row['scale']}, {row['total']:,})"
        for row in partners.head(5).iter_rows(named=True)
    ]
    return f"Most ties lead to {'; '.join(first)}."


def _reading(flows: pl.DataFrame, partners: pl.DataFrame, own: int) -> list[str]:
    n_partners = flows.filter(~pl.col("partner_kind").is_in([OWN, UNKNOWN]))[
        "partner_id"
    ].n_unique()
    return [
        f"{own:,} ties between members (not drawn). The {partners.height} of {n_partners:,} "
        "partners with most ties, with their number: filled are clusters, hollow are places. "
        "Rings are scales, from near to far; directions are those of the map. Grey: ties of "
        "partners to each other.",
    ]
