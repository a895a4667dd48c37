"""Forest of risk ratios: pooled, held, under other rules of what is similar, and by stratum."""

from __future__ import annotations

from math import log
from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.odds import odds_body, odds_row
from buzzline.charts.rows import Row, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.odds import InvestmentOdds
from buzzline.investment.odds_ends import HELD
from buzzline.wording import plural

TITLE = "Do deals from clusters land in similar clusters?"
SHOWN = 12  # industries, and years
NO_END = 50.0  # log ratio: beyond every axis, so that an arrow is drawn
BY = {
    "industry": "By industry of the investor", "country": "By country of the investor",
    "year": "By year", "size": "By jobs of the investor",
}  # fmt: skip


@chart.register
def investment_odds_chart(result: InvestmentOdds, *, width: int = WIDTH) -> Spec:
    """Return the forest of risk ratios.

    Parameters
    ----------
    result : InvestmentOdds
    width : int [px]
    """
    rows = _ratios(result)
    if not rows:
        return nothing_to_draw(TITLE, str(result), width)
    rows += _strata(result.strata)
    held = result.held if result.held != "nothing" else "nothing held"
    lines = [
        "Times as likely to land in a similar cluster as deals from elsewhere. Lines are "
        f"{result.level:.0%} intervals over groups, an arrow where there is no end; blue where "
        "interval and test leave 1 out. Pooled ratios mix industries that cluster.",
        f"The answer goes by: {result.rule}, {held}. Less held than industry "
        "and country compares investors who can reach different clusters.",
        *result.notes,
    ]
    return picture(
        odds_body(rows, title="risk ratio: deals from clusters to others", width=width),
        title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _ratios(result: InvestmentOdds) -> list[Row]:
    """Return the pooled ratio and those held, then the other rules as the answer holds them."""
    risks = result.ratios.filter((pl.col("measure") == "risk ratio") & _drawable())
    order = pl.col("held").replace_strict({held: k for k, held in enumerate(HELD)})
    own = risks.filter(pl.col("similar") == result.rule).sort(order)
    others = risks.filter((pl.col("similar") != result.rule) & (pl.col("held") == result.held))
    rows = [_row(item, _held(item["held"]), _n(item)) for item in own.to_dicts()]
    if rows:
        rows.insert(0, row(f"Similar: {result.rule}", is_heading=True))
    if others.height:
        rows.append(
            row(f"Other rules of what is similar, {_held(result.held)}", is_heading=True)
        )
        rows += [_row(item, item["similar"], _n(item)) for item in others.to_dicts()]
    return rows


def _strata(strata: pl.DataFrame) -> list[Row]:
    rows: list[Row] = []
    for by, title in BY.items():
        some = strata.filter((pl.col("by") == by) & _drawable()).head(SHOWN)
        if by == "year":
            some = some.sort("stratum")
        if some.height > 1:
            rows.append(row(f"{title}{_rest(strata, by)}", is_heading=True))
            rows += [_row(item, item["title"], _n(item)) for item in some.to_dicts()]
    return rows


def _rest(strata: pl.DataFrame, by: str) -> str:
    """Return what else is held in rows of strata: ratios, not shares, are of deals so held."""
    rest = [name for name in BY if name != by and name in strata["by"]]
    return f" ({', '.join(rest)} held)" if rest else ""


def _drawable() -> pl.Expr:
    return pl.col("low").is_not_null() & ~pl.col("status").str.starts_with("not testable")


def _row(item: dict[str, Any], label: str, note: str) -> Row:
    logs = {
        "value": log(item["value"]) if item["value"] else None,
        "low": log(item["low"]) if item["low"] else -NO_END,
        "high": log(item["high"]) if item["high"] is not None else NO_END,
    }
    return odds_row(logs, label, note, is_clear=_is_clear(item))


def _is_clear(item: dict[str, Any]) -> bool:
    p = item["p"] if item.get("q") is None else item["q"]
    apart = (item["low"] or 0) > 1 or (item["high"] is not None and item["high"] < 1)
    return bool(apart and p is not None and p <= 1 - item["level"] + 1e-12)


def _held(held: str) -> str:
    return "pooled" if held == "nothing" else f"within {held}"


def _n(item: dict[str, Any]) -> str:
    of = f"{plural(item['n'], 'deal')}, {plural(item['n_groups'], 'group')}"
    return of if item["value"] is None else f"{item['value']:.2f}; {of}"
