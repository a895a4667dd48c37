"""How small a world investors are, against investments dealt anew."""

from __future__ import annotations

import polars as pl

from buzzline.charts.against_dealt import (
    WORDS,
    against_dealt,
    is_drawn,
    scaled_row,
    untested,
)
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.rows import row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.co_investment import CoInvestment

TITLE = "Investors who share organisations, against investments dealt anew"


@chart.register
def co_investment_chart(result: CoInvestment, *, width: int = WIDTH) -> Spec:
    """Return clustering, steps and sigma by period against the range chance gives.

    Parameters
    ----------
    result : CoInvestment
    width : int [px]
    """
    items = result.measures.to_dicts()
    drawn = [item for item in items if is_drawn(item)]
    if not drawn:
        return nothing_to_draw(TITLE, str(result), width)
    rows = []
    for period in result.measures["period"].unique(maintain_order=True):
        own = [item for item in drawn if item["period"] == period]
        if own:
            note = f"{own[0]['n_clusters']:,} investors, {own[0]['n_deals']:,} investments"
            rows.append(row(period.capitalize(), note, is_heading=True))
            rows += [scaled_row(item, WORDS[item["measure"]]) for item in own]
    missing = result.measures.filter(pl.col("p").is_null()).to_dicts()
    lines = [
        f"Grey: the middle {result.level:.0%} of {result.draws:,} times that it was dealt anew "
        "who invests in whom. “Sigma, uncorrected” deals the ties of investors instead, and so "
        "takes every organisation with several investors for a small world.",
        *(one for one in (untested(missing),) if one),
        *result.notes,
    ]
    return picture(
        against_dealt(rows, width), title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}",
        width=width,
    )  # fmt: skip
