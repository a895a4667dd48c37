"""Outcomes on both sides of a cutoff."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import as_floats
from buzzline.charts.axes import amount
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.eligibility import EligibilityEffect

TITLE = "Just eligible, and just not"


@chart.register
def eligibility_chart(result: EligibilityEffect, *, width: int = WIDTH) -> Spec:
    """Return the local curves on both sides of the cutoff.

    Parameters
    ----------
    result : EligibilityEffect
    width : int [px]
    """
    if not result.curve.height:
        return nothing_to_draw(TITLE, str(result), width)
    x, y, low, high = (
        as_floats(np.append(result.curve[name].fill_null(np.nan).to_numpy(), end))
        for name, end in (("running", result.cutoff), ("value", np.nan), ("low", np.nan),
                          ("high", np.nan))
    )  # fmt: skip
    order = np.argsort(x, kind="stable")
    row = result.effects.row(0, named=True)
    ends = f" [{amount(row['low'])}, {amount(row['high'])}]" if row["low"] is not None else ""
    panel = Curve(
        f"Cutoff {result.cutoff:g}", x[order], y[order], inner_low=low[order],
        inner_high=high[order], note=f"{amount(row['value'])}{ends}",
    )  # fmt: skip
    named = f"{result.outcome}, after less before" if result.is_change else result.outcome
    body = curves([panel], x_title=result.running, y_title=named, width=width)
    lines = [
        f"Local curves of units near the cutoff, with {result.level:.0%} intervals; how far "
        f"they are apart there is the effect of being eligible: {row['verdict']}.",
        *result.notes[1:3],
    ]
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)
