"""Kinds of nearness by how much likelier they make a tie, layer by layer."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.odds import odds_body, odds_row
from buzzline.charts.rows import Row, row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.econometrics.tie_formation import TieFormation

TITLE = "Which kinds of nearness go with ties?"
LAYERS_SHOWN = 4


@chart.register
def tie_formation_chart(result: TieFormation, *, width: int = WIDTH) -> Spec:
    """Return the odds of a tie by each kind of nearness, with its interval.

    Parameters
    ----------
    result : TieFormation
    width : int [px]
    """
    if not result.rows["value"].drop_nulls().len():
        return nothing_to_draw(TITLE, str(result), width)
    rows: list[Row] = []
    layers = result.rows["layer"].unique(maintain_order=True).to_list()
    for layer in layers[:LAYERS_SHOWN]:
        part = result.rows.filter(pl.col("layer") == layer)
        n = part["n"][0]
        rows.append(row(layer.replace("_", " "), f"{n:,} ties", is_heading=True))
        rows += [_bar(item) for item in part.to_dicts()]
    which = f"The first {LAYERS_SHOWN} of {len(layers)} layers. " if len(layers) > 4 else ""
    said = [
        f"{which}Odds of a tie for one unit of nearness, all others equal; 1: no difference. "
        f"Lines are {result.level:.0%} intervals in which ties that share an organisation or a "
        "record vary together. Dark: also beyond organisations dealt at random "
        f"({result.draws:,} deals).",
        *result.notes,
    ]
    body = odds_body(rows, title="odds of a tie", width=width)
    return picture(body, title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width)


def _bar(item: dict[str, Any]) -> Row:
    if item["value"] is None:
        note = "not testable"
    else:
        p = item["p_dealt"]
        note = item["verdict"] + ("" if p is None else f" · p={p:.2g}")
    clear = " tie more" in item["verdict"]
    return odds_row(item, item["measured_by"], note, is_clear=clear)
