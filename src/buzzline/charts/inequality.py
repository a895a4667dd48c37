"""Theil's index of each indicator and the parts it adds up from, bar under bar."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.agglomeration.inequality import Inequality
from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INK, INNER_BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "Inequality between places, and its parts"
INDICATORS_SHOWN = 8
PART_COLOUR = "#5C96C4"


@chart.register
def inequality_chart(result: Inequality, *, width: int = WIDTH) -> Spec:
    """Return bars of Theil's index and its parts, with intervals and the band of chance.

    Parameters
    ----------
    result : Inequality
    width : int [px]
    """
    theil = result.measures.filter(measure="theil")
    last = theil.filter(pl.col("year") == pl.col("year").max().over("indicator"))
    names = last.filter(pl.col("value").is_not_null())["indicator"].unique(maintain_order=True)
    if not names.len():
        return nothing_to_draw(TITLE, str(result), width)
    rows = [
        item
        for name in names.head(INDICATORS_SHOWN)
        for item in _block(last.filter(indicator=name), theil.filter(indicator=name))
    ]
    layout = laid_out(rows, width)
    ends = [item[key] for item in rows for key in ("at", "high", "chance_high")
            if item.get(key) is not None]  # fmt: skip
    most = max([*ends, 1e-9]) * 1.04
    axis = Axis(0.0, most, tuple(round_ticks(0, most, 6)), "Theil's index [nats]; 0: all equal",
                "format(datum.value, '~r')")  # fmt: skip
    marks = [
        spans("zero", "at", width=11, colour="colour"),
        spans("chance_low", "chance_high", width=4, colour=INNER_BAND_COLOUR),
        spans("low", "high", width=1.6, colour=INK),
        dots("at", size=14),
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=layout),
        title=TITLE,
        subtitle=_reading(result, names.len()),
        alt=f"{TITLE}. {result}",
        width=width,
    )


def _block(last: pl.DataFrame, series: pl.DataFrame) -> list[Row]:
    year, indicator = last["year"][0], str(last["indicator"][0])
    whole = series.filter(part="all").drop_nulls("value").sort("year")
    said = f"{last['n'][0]:,} places in {year}"
    if whole.height > 1:
        said = f"{amount(whole['value'][0])} in {whole['year'][0]}; {said}"
    heading = row(indicator.replace("_", " "), said, is_heading=True)
    return [heading, *(_bar(item) for item in last.to_dicts())]


def _bar(item: dict[str, Any]) -> Row:
    whole = item["part"] == "all"
    note = amount(item["value"])
    if not whole and item["share"] is not None:
        note = f"{item['share']:.0%}" + (f" · p = {item['p']:.2g}" if item["p"] else "")
    label = "all inequality" if whole else str(item["part"]).replace("_", " ")
    colour = ACCENT if whole else PART_COLOUR if str(item["part"])[:1] == "b" else OTHER_COLOUR
    return row(label, note, zero=0.0, at=item["value"], low=item["low"], high=item["high"],
               chance_low=item["chance_low"], chance_high=item["chance_high"],
               colour=colour)  # fmt: skip


def _reading(result: Inequality, n: int) -> list[str]:
    said = f"Places count {result.weights}." if result.weights[:2] == "by" else (
        "Each place counts once."
    )  # fmt: skip
    lines = [f"{said} Parts add up to the first bar. Lines are {result.level:.0%} intervals of "
             "the margins, where there are any; pale strips show where the part falls when the "
             "values are dealt among the places."]  # fmt: skip
    if n > INDICATORS_SHOWN:
        lines.append(f"The first {INDICATORS_SHOWN} of {n} indicators; the table has all.")
    return lines
