"""Location quotients and strong clusters, ranked, each with its interval on a ratio axis."""

from __future__ import annotations

from math import isfinite
from typing import Any

import polars as pl

from buzzline.agglomeration.specialisation import BASE_SAID, LocationQuotients
from buzzline.agglomeration.strong_clusters import StrongClusters
from buzzline.charts.axes import amount, ratio_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INK, INNER_BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import (
    Axis,
    Row,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)
from buzzline.charts.spec import WIDTH, Spec, picture

QUOTIENTS_TITLE = "Location quotients"
STRONG_TITLE = "Strong clusters"
SHOWN = 20
SMALLEST, LARGEST = 0.1, 1e4
INDUSTRY_LETTERS, PLACE_LETTERS = 24, 16  # both must be seen beside each other


@chart.register
def quotients_chart(result: LocationQuotients, *, width: int = WIDTH) -> Spec:
    """Return the industries most surely over-represented, with intervals and band of chance.

    Parameters
    ----------
    result : LocationQuotients
    width : int [px]
    """
    rows = result.quotients.filter(pl.col("value") > 0)
    if not rows.height:
        return nothing_to_draw(QUOTIENTS_TITLE, str(result), width)
    one_place = rows["place_id"].n_unique() == 1
    one_industry = rows["industry"].n_unique() == 1
    shown = rows.head(SHOWN)
    title = QUOTIENTS_TITLE
    if one_place:
        title = f"{QUOTIENTS_TITLE} of {shown['name'][0]}"
    elif one_industry:
        title = f"{QUOTIENTS_TITLE} of {shown['title'][0]}"
    axis = _ratio_axis(shown, ("value", "low", "high", "chance_high"), "location quotient")
    bars = [
        _ratio_bar(_named(item, "title", one_place, one_industry), item, axis, _jobs_note(item))
        for item in shown.to_dicts()
    ]
    which = f"The {shown.height} with the highest lower ends of {rows.height:,} pairs"
    said = [
        f"{which if rows.height > SHOWN else 'All pairs'} of place and industry with jobs, "
        f"held against {BASE_SAID[result.base]}. At ×1 an industry is spread like these. Lines "
        f"are {result.level:.0%} intervals with plants as the units; grey is what chance gives."
    ]
    if result.suppressed_share > 0:
        said.append(f"{result.suppressed_share:.1%} of jobs are in no known cell.")
    return _ratios(bars, axis, (title, said, f"{title}. {result}"), width)


@chart.register
def strong_chart(result: StrongClusters, *, width: int = WIDTH) -> Spec:
    """Return the strong clusters with the interval of their quotient and their stability.

    Parameters
    ----------
    result : StrongClusters
    width : int [px]
    """
    rows = result.clusters.filter("is_strong")
    if not rows.height:
        return nothing_to_draw(STRONG_TITLE, str(result), width)
    shown = rows.head(SHOWN)
    one_place = result.clusters["place_id"].n_unique() == 1
    axis = _ratio_axis(shown, ("value", "low", "high"), "location quotient")
    bars = [
        _ratio_bar(_named(item, "cluster", one_place, False), item, axis, _stars_note(item))
        for item in shown.to_dicts()
    ]
    which = f"The {shown.height} with the highest lower ends of {rows.height:,}"
    said = [
        f"{which if rows.height > SHOWN else 'All'} strong clusters. Lines are "
        f"{result.level:.0%} intervals of the quotient, held against {BASE_SAID[result.base]}.",
        "Beside them: stars for size, specialisation and focus, and in how many redrawn years "
        "the label would be given again.",
    ]
    return _ratios(bars, axis, (STRONG_TITLE, said, f"{STRONG_TITLE}. {result}"), width)


def _named(item: dict[str, Any], what: str, one_place: bool, one_industry: bool) -> str:
    if one_place:
        return str(item[what])
    if one_industry:
        return str(item["name"])
    return f"{_cut(item[what], INDUSTRY_LETTERS)} · {_cut(item['name'], PLACE_LETTERS)}"


def _cut(name: str, letters: int) -> str:
    return name if len(name) <= letters else f"{name[: letters - 1].rstrip(' ,-')}…"


def _jobs_note(item: dict[str, Any]) -> str:
    if item["jobs"] is None:
        return f"{item['establishments'] or 0:,} plants"
    return f"×{amount(item['value'])} · {item['jobs']:,.0f} jobs"


def _stars_note(item: dict[str, Any]) -> str:
    again = "" if item["stability"] is None else f" · {item['stability']:.0%}"
    stars = item["stars"]
    return f"{stars} star{'s' if stars != 1 else ''}{again}"


def _ratio_axis(rows: pl.DataFrame, columns: tuple[str, ...], title: str) -> Axis:
    """Return a logarithmic axis around the values of some columns and 1."""
    values = [value for name in columns for value in rows[name].drop_nulls().to_list()]
    sound = [value for value in values if isfinite(value) and value > 0]
    low = max(min([*sound, 1.0]) / 1.1, SMALLEST)
    high = min(max([*sound, 2.0]) * 1.1, LARGEST)
    return Axis(
        low, high, ratio_ticks(low, high), title, "'×' + format(datum.value, '~r')", "log"
    )


def _ratio_bar(label: str, item: dict[str, Any], axis: Axis, note: str) -> Row:
    """Return one row of a ratio axis: the value, its interval and what chance gives."""
    value = item["value"]
    at = value if value is not None and axis.low <= value <= axis.high else None
    chance = within(item.get("chance_low"), item.get("chance_high"), axis)
    sure = item.get("q") is None or item["q"] <= 1 - item["level"]
    return row(
        label, note, at=at, colour=ACCENT if sure else OTHER_COLOUR,
        band_low=chance["low"], band_high=chance["high"],
        **within(item["low"], item["high"], axis),
    )  # fmt: skip


def _ratios(bars: list[Row], axis: Axis, texts: tuple[str, list[str], str], width: int) -> Spec:
    layout = laid_out(bars, width)
    marks = [
        line(1.0, INK),
        spans("band_low", "band_high", width=9, colour=INNER_BAND_COLOUR),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, ACCENT),
        beyond("high", axis, ACCENT),
        dots("at", colour="colour"),
    ]
    title, said, alt = texts
    body = stacked(bars, marks, axis=axis, layout=layout)
    return picture(body, title=title, subtitle=said, alt=alt, width=width)
