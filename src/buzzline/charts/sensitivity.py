"""What an outcome depends on: a bar a parameter, the most important first."""

from __future__ import annotations

from typing import Any

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart
from buzzline.charts.palette import ACCENT, PAPER, QUIET_INK
from buzzline.charts.rows import Axis, Row, dots, laid_out, line, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.simulation.sensitivity import MorrisSensitivity
from buzzline.simulation.sensitivity_shares import SobolSensitivity

SHOWN = 30


@chart.register
def morris_chart(result: MorrisSensitivity, *, width: int = WIDTH) -> Spec:
    """Return how far each parameter moves an outcome.

    Parameters
    ----------
    result : MorrisSensitivity
    width : int [px]
    """
    rows = [_row(item, item["signed"]) for item in result.parameters.head(SHOWN).to_dicts()]
    floor = result.parameters["by_luck"][0]
    title = f"How far parameters move {_plain(result.outcome)}"
    lines = [
        f"Mean size of the change over the whole range (dots) with {result.level:.0%} "
        "intervals over trajectories; open dots: with its sign. "
        + ("" if floor is None else f"The line is what luck alone gives, {floor:.2g}.")
    ]
    behind = 0.0 if floor is None else float(floor)
    body = _body(rows, behind, f"change of {_plain(result.outcome)}", width)
    return picture(body, title=title, subtitle=lines, alt=f"{title}. {result}", width=width)


@chart.register
def sobol_chart(result: SobolSensitivity, *, width: int = WIDTH) -> Spec:
    """Return the share of an outcome's variance that involves each parameter.

    Parameters
    ----------
    result : SobolSensitivity
    width : int [px]
    """
    rows = [_row(item, item["alone"]) for item in result.parameters.head(SHOWN).to_dicts()]
    title = f"Where the variance of {_plain(result.outcome)} comes from"
    lines = [
        f"Share of the variance that involves a parameter (dots) with {result.level:.0%} "
        "intervals over base points; open dots: by it alone."
    ]
    body = _body(rows, 0.0, "share of variance", width)
    return picture(body, title=title, subtitle=lines, alt=f"{title}. {result}", width=width)


def _row(item: dict[str, Any], other: float | None) -> Row:
    note = f"{item['from_value']:g} to {item['to_value']:g}: {item['status']}"
    return row(
        _plain(str(item["parameter"])), note, at=item["value"], low=item["low"],
        high=item["high"], other=other,
    )  # fmt: skip


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _body(rows: list[Row], behind: float, said: str, width: int) -> dict[str, Any]:
    ends = [
        float(item[name])
        for item in rows
        for name in ("at", "low", "high", "other")
        if item[name] is not None
    ]
    low, high = min(0.0, *ends), max(0.0, *ends)
    room = 0.04 * (high - low) or 1.0
    low, high = low - room, high + room
    axis = Axis(low, high, tuple(round_ticks(low, high, 6)), said, "format(datum.value, '~g')")
    marks = [
        line(behind, QUIET_INK),
        spans("low", "high", width=1.6, colour=ACCENT),
        dots("other", colour=ACCENT, fill=PAPER, size=30),
        dots("at", colour=ACCENT, size=40),
    ]
    return stacked(rows, marks, axis=axis, layout=laid_out(rows, width))
