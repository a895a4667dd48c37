"""What makes a place likelier to be chosen, as multipliers of odds, model by model."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.odds import odds_body, odds_row
from buzzline.charts.rows import Row, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.location_choice import LocationChoice
from buzzline.wording import plural

TITLE = "Do deals go to clusters like the one they start from?"
HEADINGS = {
    "by industry": "each industry held to itself",
    "pooled": "industries mixed: may mislead",
    "other tastes": "... other tastes may differ too",
    "knowledge": "... by knowledge intensity",
    "leaders": "... by size of the source",
    "mixed": "... groups may differ",
}
WHOLE = "by industry"  # of this model all terms are shown, of the others those in question


@chart.register
def location_choice_chart(result: LocationChoice, *, width: int = WIDTH) -> Spec:
    """Return the multipliers of odds of the models, each with its interval.

    Parameters
    ----------
    result : LocationChoice
    width : int [px]
    """
    if not result.rows["value"].drop_nulls().len():
        return nothing_to_draw(TITLE, str(result), width)
    rows: list[Row] = []
    for (model,), part in result.rows.group_by("model", maintain_order=True):
        shown = part.filter(pl.col("term").ne("spread of similar cluster"))
        if model != WHOLE:
            shown = shown.filter(pl.col("term").str.starts_with("similar cluster"),
                                 pl.col("industry").is_null())  # fmt: skip
        if not shown["value"].drop_nulls().len():
            continue
        name = HEADINGS.get(str(model), str(model))
        rows.append(row(name, plural(shown["n"][0], "deal"), is_heading=True))
        rows += [_bar(item) for item in shown.to_dicts()]
    said = [
        "Odds that a place is chosen, times as high; size, own industry and distance for one "
        f"doubling. Lines are {result.level:.0%} intervals in which deals of one group and of "
        "one place share luck. Dark: clear of 1.",
        *_untold(result),
        *result.notes,
    ]
    body = odds_body(rows, title="odds that a place is chosen, times as high", width=width)
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _bar(item: dict[str, Any]) -> Row:
    label = str(item["term"])
    if item["value"] is None:
        return odds_row(item, label, "not testable", is_clear=False)
    p = item["p"]
    note = f"{item['odds']:.2g}" + ("" if p is None else f" · p={p:.2g}")
    clear = item["verdict"] in ("likelier", "less likely")
    return odds_row(item, label, note, is_clear=clear)


def _untold(result: LocationChoice) -> list[str]:
    """Say which models could not be made, and why."""
    made = result.rows.filter(pl.col("value").is_not_null())["model"].unique().to_list()
    missing = result.models.filter(~pl.col("model").is_in(made))
    told = missing.select("model", pl.col("reason").str.strip_chars_end(".")).iter_rows()
    return [f"Not shown, {model}: {reason}." for model, reason in told]
