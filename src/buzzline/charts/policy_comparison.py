"""Policies by growth and inequality, each against the same runs without it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.experiment import margin_axis, margins_picture, margins_shown
from buzzline.charts.palette import (
    ACCENT,
    BAND_COLOUR,
    INK,
    OTHER_COLOUR,
    QUIET_INK,
    VERDICT_COLOUR,
)
from buzzline.charts.rows import row, within
from buzzline.charts.spec import NOTE_SIZE, TEXT_SIZE, WIDTH, Spec, picture
from buzzline.policy.comparing import PolicyComparison, cost_said, unequal_costs

TITLE = "Growth and inequality under each policy"
GROWTH, INEQUALITY = "income", "inequality between places"
HEIGHT = 380
SHOWN = 25
MOST_SHOWN = 8.0  # margins: one wide interval must not press all others together
VERDICT = {
    "no effect that matters": "does not matter", "exactly none": "exactly none",
    "cannot tell: too few runs for rare events": "cannot tell",
}  # fmt: skip
VERDICT_COLOURS = {"better": VERDICT_COLOUR["excess"], "worse": VERDICT_COLOUR["missing"]}


@chart.register
def policy_comparison_chart(result: PolicyComparison, *, width: int = WIDTH) -> Spec:
    """Return income against inequality between places, one cross a policy.

    Parameters
    ----------
    result : PolicyComparison
    width : int [px]
    """
    points = _points(result)
    if not points:
        return nothing_to_draw(TITLE, str(result), width)
    x, y = _domain(points, "x", 1.0), _domain(points, "y", 0.2)
    layers = [
        _no_matter(result), _zero("x"), _zero("y"),
        _whiskers("x", "x_low", "x_high"), _whiskers("y", "y_low", "y_high"), _marks(),
        *_names(x),
    ]  # fmt: skip
    body = {
        "height": HEIGHT,
        "data": {"values": points},
        "layer": [_placed(layer, x, y) for layer in layers],
    }
    lines = [
        f"Lower right: more income and less inequality. Crosses are {result.level:.0%} "
        f"intervals over {result.n_runs} runs that share their luck with the runs without; "
        "grey: too little to matter. Named, with what they cost, are those with an effect on "
        "either, with all tests counted.",
        " ".join(
            part for part in (
                unequal_costs(result.policies),
                "Doses are assumptions: read which side a policy lies on, not how far.",
            ) if part
        ),
    ]  # fmt: skip
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)


@further_charts.register
def outcomes_charts(result: PolicyComparison, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return all outcomes of the policies that raise income most.

    Parameters
    ----------
    result : PolicyComparison
    width : int [px]
    """
    title = "All outcomes of each policy"
    done = result.effects.filter(pl.col("low").is_not_null()).to_dicts()
    if not done:
        return {}
    reach = min(
        margins_shown([(one["low"], one["high"], one["margin"]) for one in done]), MOST_SHOWN
    )
    axis = margin_axis(reach, "difference, as a multiple of the smallest that matters")
    moved = result.effects.filter(pl.col("finding") != "exactly none")["policy"].unique()
    same = set(result.effects["policy"]) - set(moved)
    rows, policy = [], ""
    for one in done[: SHOWN * 4]:
        if one["policy"] != policy:
            policy = one["policy"]
            cost = cost_said(result.policies.filter(policy=policy).row(0, named=True))
            is_same = one["policy"] in same
            said = f"changes nothing in any outcome; {cost}" if is_same else cost
            rows.append(row(one["title"], said, is_heading=True))
        if one["policy"] not in same:
            rows.append(_outcome_row(one, axis))
    lines = [
        f"Bars are {result.level:.0%} intervals of the mean over {result.n_runs} runs, each "
        "outcome as a multiple of its smallest difference that matters: the grey strip. "
        "Numbers at the right are in the units of the outcome: %, or points.",
        "Green: better, purple: worse, for those concerned, with all tests counted. Grey: not "
        "told, or no effect that matters.",
    ]
    spec = margins_picture(
        rows, axis, lines, title=title, alt=f"{title}. {lines[0]}", width=width
    )
    return {"outcomes": spec}


def _outcome_row(one: Mapping[str, Any], axis: Any) -> dict[str, Any]:
    low, high = (one[end] / one["margin"] for end in ("low", "high"))
    value = min(max(one["value"] / one["margin"], axis.low), axis.high)
    said = VERDICT.get(one["verdict"], one["verdict"])
    unit = "%" if one["unit"].startswith("%") else "points"
    return row(
        one["outcome"], f"{_signed(one['value'])} {unit} · {said}", at=value,
        colour=VERDICT_COLOURS.get(one["verdict"], OTHER_COLOUR), **within(low, high, axis),
    )  # fmt: skip


def _signed(value: float) -> str:
    return f"{value:+.2g}".replace("-", "−") if value else "0"


def _points(result: PolicyComparison) -> list[dict[str, Any]]:
    """Return one point a policy, those that raise income most first."""
    effects = result.effects
    cost = {one["policy"]: cost_said(one) for one in result.policies.to_dicts()}
    named = {
        axis: effects.filter(pl.col("outcome") == outcome, pl.col("low").is_not_null())
        for axis, outcome in (("x", GROWTH), ("y", INEQUALITY))
    }
    both = [
        frame.select(
            "policy", "title", pl.col("value").alias(axis), pl.col("low").alias(f"{axis}_low"),
            pl.col("high").alias(f"{axis}_high"),
        )
        for axis, frame in named.items()
    ]  # fmt: skip
    joined = both[0].join(both[1].drop("title"), on="policy", maintain_order="left")
    found = set(
        effects.filter(
            pl.col("outcome").is_in([GROWTH, INEQUALITY]),
            pl.col("finding").is_in(["above", "below"]),
        )["policy"]
    )
    return [
        {**one, "label": f"{one['policy']}, {cost[one['policy']]}"
         if one["policy"] in found else ""}
        for one in joined.head(SHOWN).to_dicts()
    ]  # fmt: skip


def _domain(points: Sequence[Mapping[str, Any]], axis: str, least: float) -> list[float]:
    ends = [one[f"{axis}_{end}"] for one in points for end in ("low", "high")]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = max(0.06 * (high - low), least)
    return [low - room, high + room]


def _no_matter(result: PolicyComparison) -> dict[str, Any]:
    margin = {
        outcome: result.effects.filter(pl.col("outcome") == outcome)["margin"][0]
        for outcome in (GROWTH, INEQUALITY)
    }
    corners = {
        "x": -margin[GROWTH], "x2": margin[GROWTH], "y": -margin[INEQUALITY],
        "y2": margin[INEQUALITY],
    }  # fmt: skip
    return {
        "data": {"values": [corners]},
        "mark": {"type": "rect", "color": BAND_COLOUR, "opacity": 1},
        "encoding": {
            "x": _at("x"),
            "x2": {"field": "x2"},
            "y": _at("y"),
            "y2": {"field": "y2"},
        },
    }


def _zero(axis: str) -> dict[str, Any]:
    return {
        "data": {"values": [{axis: 0}]},
        "mark": {"type": "rule", "strokeWidth": 1.2, "color": QUIET_INK},
        "encoding": {axis: _at(axis)},
    }


def _whiskers(axis: str, low: str, high: str) -> dict[str, Any]:
    other = "y" if axis == "x" else "x"
    return {
        "mark": {"type": "rule", "strokeWidth": 1.4, "color": QUIET_INK},
        "encoding": {axis: _at(low), f"{axis}2": {"field": high}, other: _at(other)},
    }


def _marks() -> dict[str, Any]:
    return {
        "mark": {"type": "point", "filled": True, "size": 50, "color": ACCENT, "opacity": 1},
        "encoding": {"x": _at("x"), "y": _at("y")},
    }


def _names(x: Sequence[float]) -> list[dict[str, Any]]:
    """Write names over the upper end of crosses, towards the middle of the picture."""
    ends = [x[0] + share * (x[1] - x[0]) for share in (0, 0.3, 0.7, 1)]
    return [
        {
            "transform": [{"filter": f"datum.x > {low} && datum.x <= {high}"}],
            "mark": {"type": "text", "align": align, "dy": -8, "fontSize": NOTE_SIZE,
                     "color": INK},
            "encoding": {"x": _at("x"), "y": _at("y_high"), "text": {"field": "label"}},
        }
        for low, high, align in zip(ends, ends[1:], ("left", "center", "right"), strict=False)
    ]  # fmt: skip


def _at(field: str) -> dict[str, Any]:
    return {"field": field, "type": "quantitative"}


def _placed(layer: Mapping[str, Any], x: Sequence[float], y: Sequence[float]) -> dict[str, Any]:
    """Give a layer the common axes."""
    encoding = dict(layer["encoding"])
    titles = {
        "x": "income, % of what it would be without the policy",
        "y": "inequality of income between places, points",
    }
    for axis, domain in (("x", x), ("y", y)):
        if axis in encoding:
            encoding[axis] = encoding[axis] | {
                "scale": {"domain": list(domain), "nice": False, "zero": False},
                "axis": {"values": round_ticks(domain[0], domain[1], 7),
                         "labelExpr": "format(datum.value, '+~g')",
                         "title": titles[axis], "titleFontSize": TEXT_SIZE},
            }  # fmt: skip
    return {**layer, "encoding": encoding}
