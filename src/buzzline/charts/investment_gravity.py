"""How many times as many deals, by what lies between two places."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.odds import odds_body, odds_row
from buzzline.charts.rows import Row, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.gravity import InvestmentGravity

TITLE = "Where do deals go, beyond size, distance and borders?"
DOUBLED = "twice "
SMALLEST = 0.001


@chart.register
def investment_gravity_chart(result: InvestmentGravity, *, width: int = WIDTH) -> Spec:
    """Return how many times as many deals go with each term, with intervals, by model.

    Parameters
    ----------
    result : InvestmentGravity
    width : int [px]
    """
    if not result.rows["value"].drop_nulls().len():
        return nothing_to_draw(TITLE, str(result), width)
    rows: list[Row] = []
    for (name,), part in result.rows.group_by("specification", maintain_order=True):
        n = part["n"].drop_nulls().head(1).to_list()
        cells = f"{n[0]:,} cells" if n else ""
        rows.append(row(f"Model with {name}", cells, is_heading=True))
        rows += [_bar(item) for item in part.iter_rows(named=True)]
    said = [
        f"Times as many deals, all else equal; 1: no difference. Lines are {result.level:.0%} "
        "intervals: the wider of cells that share a place and of deals of one group.",
        *result.notes,
    ]
    body = odds_body(rows, title="times as many deals", width=width)
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _bar(item: dict[str, Any]) -> Row:
    if item["value"] is None:
        return odds_row(item, item["term"], str(item["status"])[:60], is_clear=False)
    logs = {
        end: pl.Series([item[of]]).log().to_list()[0] if item[of] is not None else None
        for end, of in (("value", "times"), ("low", "times_low"), ("high", "times_high"))
    }
    unit = item["unit"] if item["unit"].startswith(DOUBLED) else ""
    told = [part for part in (unit, _p(item["p"])) if part]
    is_clear = item["p"] is not None and item["p"] <= 1 - item["level"]
    return odds_row(logs, item["term"], " · ".join(told), is_clear=is_clear)


def _p(value: float | None) -> str:
    if value is None:
        return "no interval"
    return f"p={value:.2g}" if value >= SMALLEST else f"p<{SMALLEST:g}"
