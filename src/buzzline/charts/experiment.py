"""What an experiment found: contrasts against what would matter, and the cases behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    ACCENT,
    BAND_COLOUR,
    BELOW_COLOUR,
    INK,
    OTHER_COLOUR,
    QUIET_INK,
)
from buzzline.charts.rows import (
    Axis,
    Row,
    band,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.policy.experiments.running import ExperimentFindings

MOST_MARGINS = 25.0  # the axis goes no further; arrows say that an interval does
COLOUR = {"above": ABOVE_COLOUR, "below": BELOW_COLOUR}
CLAIM = {"above": "more", "below": "less", "none": "alike"}
ANSWER = {
    "as claimed": "found", "not as claimed": "not found", "cannot tell": "cannot tell",
    "nobody claims": "", "does not act here": "not in this model",
}  # fmt: skip
SHOWN = 40


@chart.register
def experiment_chart(result: ExperimentFindings, *, width: int = WIDTH) -> Spec:
    """Return the contrasts of an experiment, in units of what would matter.

    Parameters
    ----------
    result : ExperimentFindings
    width : int [px]
    """
    title = f"Experiment {result.number}: {result.question}"
    done = result.contrasts.filter(pl.col("low").is_not_null()).to_dicts()
    if not done:
        return nothing_to_draw(title, str(result), width)
    reach = margins_shown([(one["low"], one["high"], one["margin"]) for one in done])
    axis = margin_axis(reach, "difference, as a multiple of the smallest that matters")
    rows = [contrast_row(one, axis) for one in done[:SHOWN]]
    lines = [
        f"{result.n_runs} runs of each case with the same luck; bars are {result.level:.0%} "
        "intervals of the mean over runs. Grey strip: smaller than what matters. At the right: "
        "what a source claims, and whether it is found. Brown: more, blue: less, with all "
        "contrasts counted; dark: neither; grey: nobody claims anything.",
        result.design,
    ]
    return margins_picture(rows, axis, lines, title=title, alt=str(result), width=width)


@further_charts.register
def cases_charts(result: ExperimentFindings, *, width: int = WIDTH) -> dict[str, Spec]:
    """Return the levels that cases reach in the first outcome.

    Parameters
    ----------
    result : ExperimentFindings
    width : int [px]
    """
    if not result.cases.height:
        return {}
    first = result.cases.filter(pl.col("outcome") == result.cases["outcome"][0])
    rows = first.filter(pl.col("value").is_not_null()).to_dicts()
    title = f"Experiment {result.number}: {first['outcome'][0]}"
    if not rows:
        return {"cases": nothing_to_draw(title, str(result), width)}
    ends = [one[name] for one in rows for name in ("low", "high") if one[name] is not None]
    ends += [one["value"] for one in rows]
    room = 0.05 * (max(ends) - min(ends)) or 1.0
    low, high = min(ends) - room, max(ends) + room
    axis = Axis(low, high, tuple(round_ticks(low, high, 6)), rows[0]["unit"],
                "format(datum.value, '~g')")  # fmt: skip
    drawn = [
        row(one["title"], amount(one["value"]), at=one["value"],
            **within(one["low"], one["high"], axis))
        for one in rows
    ]  # fmt: skip
    marks = [spans("low", "high", width=2, colour=QUIET_INK), dots("at", colour=ACCENT)]
    body = stacked(drawn, marks, axis=axis, layout=laid_out(drawn, width))
    said = [
        f"Mean over {result.n_runs} runs with its {result.level:.0%} interval. Runs share "
        "their luck, so that cases differ by less than their intervals say; contrasts are "
        "paired."
    ]
    spec = picture(body, title=title, subtitle=said, alt=f"{title}. {said[0]}", width=width)
    return {"cases": spec}


def contrast_row(one: Mapping[str, Any], axis: Axis) -> Row:
    """Return the row of one contrast."""
    low, high = (one[end] / one["margin"] for end in ("low", "high"))
    shown = within(low, high, axis)
    value = min(max(one["value"] / one["margin"], axis.low), axis.high)
    claim = CLAIM.get(one["claim"])
    said = ANSWER[one["answer"]]
    if claim:
        note, colour = f"claim: {claim} · {said}", COLOUR.get(one["finding"], INK)
    else:
        note, colour = "nobody claims" + (f" · {said}" if said else ""), OTHER_COLOUR
    name = str(one["contrast"]).replace("_", " ")
    return row(name, note, at=value, colour=colour, **shown)


def margins_shown(intervals: Sequence[tuple[float, float, float]]) -> float:
    """Return how many margins the axis shows to either side.

    Examples
    --------
    >>> margins_shown([(-0.1, 0.3, 0.1)])
    3.3
    """
    most = max(max(abs(low), abs(high)) / margin for low, high, margin in intervals)
    return float(min(max(2.0, 1.1 * most), MOST_MARGINS))


def margin_axis(reach: float, title: str) -> Axis:
    """Return an axis around no difference."""
    ticks = tuple(round_ticks(-reach, reach, 7))
    return Axis(-reach, reach, ticks, title, "format(datum.value, '+~g')")


def margins_picture(rows: Sequence[Row], axis: Axis, lines: Sequence[str], *, title: str,
                    alt: str, width: int) -> Spec:  # fmt: skip
    """Return rows of differences around a grey strip of what does not matter."""
    marks = [
        band(-1, 1, BAND_COLOUR), line(0, QUIET_INK),
        spans("low", "high", width=2, colour="colour"), dots("at", colour="colour"),
        beyond("low", axis), beyond("high", axis),
    ]  # fmt: skip
    body = stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
    return picture(body, title=title, subtitle=lines, alt=alt, width=width)
