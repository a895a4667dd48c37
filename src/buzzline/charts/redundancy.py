"""What a cluster loses with one gatekeeper, its weakest ties, and how it falls apart."""

from __future__ import annotations

from math import log10
from typing import Any

import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.charts.axes import amount, ratio_ticks
from buzzline.charts.curves import PANELS_SHOWN, Curve, curves
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    ACCENT,
    INK,
    OTHER_COLOUR,
    PAPER,
    QUIET_INK,
)
from buzzline.charts.rows import Axis, Row, dots, laid_out, line, row, spans, stacked, within
from buzzline.charts.spec import NOTE_SIZE, PADDING, WIDTH, Spec, picture
from buzzline.charts.texts import KeyItem, Text, key, lettered, symbols, text
from buzzline.linkages.redundancy import Redundancy
from buzzline.linkages.redundancy_rows import (
    ALONE,
    DIRECT,
    NOT_TESTABLE,
    OPEN,
    REDUNDANT,
    VULNERABLE,
)
from buzzline.linkages.removal_curves import RemovalCurves

TITLE = "What is lost when one gatekeeper leaves?"
WAYS_TITLE = "Weakest link and redundancy in {}"
NEEDED_TITLE = "How many gatekeepers are enough?"
REMOVAL_TITLE = "How do clusters fall apart when organisations leave?"
CLUSTERS_SHOWN = 16
MEMBERS_SHOWN = 1_500
LOOKS = {
    VULNERABLE: ABOVE_COLOUR, OPEN: QUIET_INK, REDUNDANT: ACCENT, DIRECT: ACCENT,
    ALONE: OTHER_COLOUR,
    NOT_TESTABLE: OTHER_COLOUR,
}  # fmt: skip
AXIS = Axis(
    0.0, 1.0, (0.0, 0.25, 0.5, 0.75, 1.0),
    "share of the access of members without ties of their own that is lost",
    "format(datum.value, '.0%')",
)  # fmt: skip
LEFT_PX, BOTTOM_PX = 52.0, 40.0


@chart.register
def redundancy_chart(result: Redundancy, *, width: int = WIDTH) -> Spec:
    """Return one interval a cluster: the access lost with the gatekeeper that matters most.

    Parameters
    ----------
    result : Redundancy
    width : int [px]
    """
    if not result.clusters.height:
        return nothing_to_draw(TITLE, str(result), width)
    shown = result.clusters.head(CLUSTERS_SHOWN)
    rows = [_cluster(item) for item in shown.to_dicts()]
    marks = [
        line(result.rule.tolerated, QUIET_INK),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour", fill="fill", shape="shape"),
    ]
    which = (
        f"The first {CLUSTERS_SHOWN} of {result.clusters.height:,} clusters. "
        if result.clusters.height > CLUSTERS_SHOWN
        else ""
    )
    subtitle = [
        f"{which}Of what reaches members without ties to the outside of their own, when each "
        f"tie passes on with probability "
        f"{result.rule.transmission:g}. Lines are {result.level:.0%} ranges over the ties that "
        f"may be missing; up to {result.rule.tolerated:.0%} (line) counts as redundant.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width)), title=TITLE,
        subtitle=subtitle, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _cluster(item: dict[str, Any]) -> Row:
    verdict = str(item["verdict"])
    tied = f"{item['n_gatekeepers']:,} of {item['n_members']:,} tied out"
    said = f"{verdict} · {tied}"
    needed = item["n_needed"]
    if verdict in (VULNERABLE, OPEN) and needed is not None and needed > item["n_gatekeepers"]:
        said += f", about {needed:,} needed"
    if item["reason"] and verdict in (DIRECT, ALONE, NOT_TESTABLE):
        said = f"{verdict}: {item['reason']}"
    colour = LOOKS[verdict]
    return row(
        str(item["label"]), said, at=item["value"] if verdict != NOT_TESTABLE else None,
        colour=colour, fill=PAPER if verdict == OPEN else colour,
        shape="diamond" if verdict == VULNERABLE else "circle",
        **within(item["low"], item["high"], AXIS),
    )  # fmt: skip


@further_charts.register
def further_redundancy_charts(result: Redundancy, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return how the members of one cluster are joined, and how many gatekeepers are enough."""
    found = {}
    if result.members["widest"].count():
        found["ways"] = ways_chart(result, width=width)
    if result.access.height:
        found["needed"] = needed_chart(result, width=width)
    return found


def needed_chart(result: Redundancy, *, width: int = WIDTH) -> Spec:
    """Return access by the number of gatekeepers, and without the best tied of them."""
    panels = []
    order = result.clusters["cluster_id"].to_list()
    for name in order:
        part = result.access.filter(pl.col("cluster_id") == name)
        if not part.height:
            continue
        own = result.clusters.filter(pl.col("cluster_id") == name).row(0, named=True)
        needed = own["n_needed"]
        note = f"{needed:,} are enough" if needed else "no number tried is enough"
        panels.append(
            Curve(
                str(own["label"]), as_floats(part["n_gatekeepers"].log(2).to_numpy()),
                _column(part, "access"), inner_low=_column(part, "low"),
                inner_high=_column(part, "high"), expected=_column(part, "after"),
                note=f"{note}; has {own['n_gatekeepers']:,}",
            )
        )  # fmt: skip
    body = curves(
        panels, x_title="gatekeepers picked at random [doublings: 0 is 1, 3 is 8, 5 is 32]",
        y_title="share of members reached", width=width,
    )  # fmt: skip
    subtitle = [
        "Line: with all of them, with its band over which members they are; dashed: once the "
        "best tied of them has left. Where line and dashes meet, no single one matters."
    ]
    return picture(
        body, title=NEEDED_TITLE, subtitle=subtitle, alt=f"{NEEDED_TITLE} {result}", width=width
    )


def ways_chart(result: Redundancy, *, width: int = WIDTH, cluster: str = "") -> Spec:
    """Return the widest path of each member against its effective conductance.

    Parameters
    ----------
    result : Redundancy
    width : int [px]
    cluster : str
        Its `cluster_id`; the first of the table that was measured when empty.
    """
    known = result.members.filter(pl.col("widest").is_not_null())
    name = cluster or known["cluster_id"][0]
    rows = known.filter(pl.col("cluster_id") == name, pl.col("widest") > 0)
    label = known.filter(pl.col("cluster_id") == name)["label"][0]
    title = WAYS_TITLE.format(label)
    if not rows.height:
        return nothing_to_draw(title, "No member has a way out.", width)
    inner = width - 2 * PADDING
    tall = max(0.55 * inner, 240.0)
    across, down = _scale(rows["conductance"]), _scale(rows["widest"])
    points = [
        {
            "x": round(_at(item["conductance"], across, LEFT_PX, inner - 8), 1),
            "y": round(_at(item["widest"], down, tall - BOTTOM_PX, 10), 1),
            "size": 46, "shape": "square" if item["is_gatekeeper"] else "circle",
            "stroke": ACCENT if item["is_gatekeeper"] else INK,
            "fill": ACCENT if item["is_gatekeeper"] else PAPER,
            "name": f"{amount(item['widest'])} · {amount(item['conductance'])}",
        }
        for item in rows.head(MEMBERS_SHOWN).to_dicts()
    ]  # fmt: skip
    items = [
        KeyItem("tied to the outside", ACCENT, "square"),
        KeyItem("not", INK, "circle", is_hollow=True),
    ]
    key_layers, key_px = key(items, inner, tall + 4)
    words = lettered(_ticks(across, down, inner, tall, result.unit))
    body = {"height": tall + key_px + 4, "layer": [words, symbols(points), *key_layers]}
    unreached = known.filter(pl.col("cluster_id") == name, pl.col("widest") == 0).height
    subtitle = [
        "Each symbol is a member: the weakest tie of its best way to the outside (up) against "
        f"all its ways together (across), in {result.unit}. {unreached:,} without a way out "
        "are not drawn. Both are lower bounds where ties are missing."
    ]
    return picture(body, title=title, subtitle=subtitle, alt=f"{title}. {result}", width=width)


def _scale(values: pl.Series) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())  # type: ignore[arg-type]
    return (low / 1.15, high * 1.15) if high > low else (low / 2, high * 2)


def _at(value: float, scale: tuple[float, float], start: float, end: float) -> float:
    low, high = scale
    return start + (end - start) * (log10(value / low) / log10(high / low))


def _ticks(
    across: tuple[float, float], down: tuple[float, float], inner: float, tall: float, unit: str
) -> list[Text]:
    found = [
        text(amount(tick), _at(tick, across, LEFT_PX, inner - 8), tall - BOTTOM_PX + 12,
             align="center", colour=QUIET_INK, size=NOTE_SIZE)
        for tick in ratio_ticks(*across)
    ]  # fmt: skip
    found += [
        text(amount(tick), LEFT_PX - 8, _at(tick, down, tall - BOTTOM_PX, 10), align="right",
             colour=QUIET_INK, size=NOTE_SIZE)
        for tick in ratio_ticks(*down)
    ]  # fmt: skip
    found.append(text(f"effective conductance [{unit}]", inner, tall - 10, align="right",
                      colour=QUIET_INK, size=NOTE_SIZE))  # fmt: skip
    found.append(text(f"widest path [{unit}]", LEFT_PX, 4, colour=QUIET_INK, size=NOTE_SIZE))
    return found


@chart.register
def removal_chart(result: RemovalCurves, *, width: int = WIDTH) -> Spec:
    """Return the largest component while organisations leave: the best tied, or anyone.

    Parameters
    ----------
    result : RemovalCurves
    width : int [px]
    """
    order = result.networks.filter(pl.col("n_ties") > 0)
    panels = []
    for item in order.to_dicts():
        same = pl.col("cluster_id").eq_missing(pl.lit(item["cluster_id"], pl.String))
        part = result.curves.filter(same)
        if part.height:
            panels.append(_removal_panel(item, part))
    if not panels:
        return nothing_to_draw(REMOVAL_TITLE, str(result), width)
    body = curves(
        panels, x_title="share of organisations that have left",
        y_title="share in the largest component", width=width,
    )  # fmt: skip
    shown = (
        f" The {PANELS_SHOWN} most fragile of {len(panels):,} networks."
        if len(panels) > PANELS_SHOWN
        else ""
    )
    subtitle = [
        f"Line: the best tied leave first. Dashed, with its {result.level:.0%} band: anyone "
        f"does. R is the mean height of the line.{shown}",
        *result.notes,
    ]
    return picture(
        body,
        title=REMOVAL_TITLE,
        subtitle=subtitle,
        alt=f"{REMOVAL_TITLE} {result}",
        width=width,
    )


def _removal_panel(item: dict[str, Any], part: pl.DataFrame) -> Curve:
    value = item["value"] if item["value"] is not None else item["recorded"]
    industry = f", {item['industry']}" if item["industry"] else ""
    note = f"R = {value:.2f}, {item['verdict']}"
    return Curve(
        f"{item['label']}{industry}", _column(part, "removed"), _column(part, "targeted"),
        inner_low=_column(part, "low"), inner_high=_column(part, "high"),
        expected=_column(part, "random"), note=note,
    )  # fmt: skip


def _column(part: pl.DataFrame, name: str) -> Floats:
    return as_floats(part[name].cast(pl.Float64).fill_null(float("nan")).to_numpy())
