"""Taking up what others were seen to do well, by whom one can see."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.odds import odds_body, odds_row
from buzzline.charts.rows import Row, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.linkages.monitoring import Monitoring

TITLE = "Do organisations take up what they watched work for others?"
SEEN = {
    "local": "in the same cluster", "network": "along ties, elsewhere",
    "systemic": "of the same industry", "unseen": "as alike, but not to be seen",
}  # fmt: skip


@chart.register
def monitoring_chart(result: Monitoring, *, width: int = WIDTH) -> Spec:
    """Return the odds of taking a practice up, by channel and what could be seen.

    Parameters
    ----------
    result : Monitoring
    width : int [px]
    """
    if not result.terms["value"].drop_nulls().len():
        return nothing_to_draw(TITLE, str(result), width)
    rows: list[Row] = []
    for seen in result.terms["seen"].unique(maintain_order=True):
        part = result.terms.filter(pl.col("seen") == seen)
        rows.append(row(_heading(seen, result), is_heading=True))
        rows += [_bar(item) for item in part.to_dicts()]
    said = [
        f"Odds of taking a practice up within a year, for each doubling of adopters one could "
        f"see; 1: no difference. Lines are {result.level:.0%} intervals over clusters. "
        f"Outcomes count as visible after {result.visible_after} years; following those who "
        "only just began, or those one cannot see, would be no watching. Watching is said "
        "to be where outcomes count more than beginnings and no placebo failed.",
        *result.notes,
    ]
    body = odds_body(rows, title="odds of taking up a practice", width=width)
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _heading(seen: str, result: Monitoring) -> str:
    if seen == "difference":
        return "How much more outcomes count than beginnings"
    if seen == "outcome visible":
        return f"Adopters for {result.visible_after} years and more: outcome visible"
    return "Adopters who only just began: outcome not yet visible"


def _bar(item: dict[str, Any]) -> Row:
    note = item["verdict"] + ("" if item["p"] is None else f" · p={item['p']:.2g}")
    clear = item["verdict"] in ("monitoring", "outcomes count more", "placebo failed")
    return odds_row(item, SEEN[item["channel"]], note, is_clear=clear)
