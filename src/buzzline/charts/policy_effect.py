"""Effects of an initiative by years since it began."""

from __future__ import annotations

import polars as pl

from buzzline.charts.axes import amount
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.event_study import event_study
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.policy_effect import PolicyEffect

TITLE = "Before and after an initiative, against others not reached by then"


@chart.register
def policy_effect_chart(result: PolicyEffect, *, width: int = WIDTH) -> Spec:
    """Return the effect by years since the first treated one, with its band.

    Parameters
    ----------
    result : PolicyEffect
    width : int [px]
    """
    if not result.event_study.height:
        return nothing_to_draw(TITLE, str(result), width)
    unit = f" [{result.unit}]" if result.unit else ""
    body = event_study(
        result.event_study, y_title=f"effect on {result.outcome!r}{unit}", width=width,
        x_title="years since it began (-1: the year others are held against)",
    )  # fmt: skip
    row = result.effects.row(0, named=True)
    ends = f" [{amount(row['low'])}, {amount(row['high'])}]" if row["low"] is not None else ""
    lines = [
        f"Average effect {amount(row['value'])}{ends}: {row['verdict']}. Thick bars are "
        f"{result.level:.0%} intervals of one year, thin ones hold for all years together. "
        "Left of the dashed line nothing has begun: what differs there is no effect.",
        *result.checks.filter(pl.col("check") == "years before")["said"].to_list(),
    ]
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)
