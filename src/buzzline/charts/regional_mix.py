"""Places by specialisation, variety and growth of their own, each with its error."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from buzzline.agglomeration.cluster_strength import ClusterStrength
from buzzline.agglomeration.regional_mix import Specialisation
from buzzline.agglomeration.shift_share import ShiftShares
from buzzline.agglomeration.variety import Variety
from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import (
    ABOVE_COLOUR,
    BELOW_COLOUR,
    INK,
    INNER_BAND_COLOUR,
    OTHER_COLOUR,
)
from buzzline.charts.rows import (
    Axis,
    Row,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
)
from buzzline.charts.spec import WIDTH, Spec, picture

MIX_TITLE = "Specialisation of places"
VARIETY_TITLE = "Related variety of places"
SHIFT_TITLE = "Jobs gained and lost beyond industry growth"
STRENGTH_TITLE = "Growth of industries and what surrounds them"
SHOWN = 15  # at the upper end
SHOWN_BELOW = 5


@chart.register
def mix_chart(result: Specialisation, *, width: int = WIDTH) -> Spec:
    """Return places by Krugman's index, with what as few plants would show by chance.

    Parameters
    ----------
    result : Specialisation
    width : int [px]
    """
    rows = result.places.filter(pl.col("index") == "krugman", pl.col("value").is_not_null())
    if not rows.height:
        return nothing_to_draw(MIX_TITLE, str(result), width)
    shown, which = _ends(rows)
    bars = [_against_chance(item, item["value"], f"{item['n']:,} plants") for item in shown]
    said = [
        f"Krugman's index over {result.n_industries:,} industries: 0 is the mix of all places, "
        f"2 nothing in common. {which}",
        f"Grey: where {result.level:.0%} of places with as many plants of the common mix fall.",
    ]
    return _drawn(bars, "Krugman's index", (MIX_TITLE, said, f"{MIX_TITLE}. {result}"), width)


@chart.register
def variety_chart(result: Variety, *, width: int = WIDTH) -> Spec:
    """Return places by related variety, with what groups of shuffled industries give.

    Parameters
    ----------
    result : Variety
    width : int [px]
    """
    rows = result.places.filter(pl.col("related").is_not_null())
    if not rows.height:
        return nothing_to_draw(VARIETY_TITLE, str(result), width)
    shown, which = _ends(rows)
    bars = [
        _against_chance(item, item["related"], f"{item['unrelated']:.2f} unrelated")
        for item in shown
    ]
    said = [
        f"Bits of variety within {result.n_groups:,} groups of {result.n_industries:,} "
        f"industries ({result.grouping}). {which}",
        f"Grey: where {result.level:.0%} of groupings dealt at random fall. Beside: unrelated "
        "variety, between groups.",
    ]
    texts = (VARIETY_TITLE, said, f"{VARIETY_TITLE}. {result}")
    return _drawn(bars, "related variety (bits)", texts, width)


@chart.register
def shift_chart(result: ShiftShares, *, width: int = WIDTH) -> Spec:
    """Return places by the jobs they gained beyond the growth of their industries.

    Parameters
    ----------
    result : ShiftShares
    width : int [px]
    """
    rows = result.places.filter(pl.col("regional").is_not_null(), pl.col("jobs_first") > 0)
    if not rows.height:
        return nothing_to_draw(SHIFT_TITLE, str(result), width)
    shown, which = _ends(rows)
    bars = [_shift_bar(item) for item in shown]
    said = [
        f"{result.first_year} to {result.last_year}: the regional part, as a share of jobs in "
        f"the first year. {which}",
        f"Lines are {result.level:.0%} intervals with plants as the units. Beside: the whole "
        "change, and how much of it is national and industry mix.",
    ]
    texts = (SHIFT_TITLE, said, f"{SHIFT_TITLE}. {result}")
    return _drawn(bars, "share of jobs", texts, width, label="format(datum.value, '+.0%')")


@chart.register
def strength_chart(result: ClusterStrength, *, width: int = WIDTH) -> Spec:
    """Return the coefficients of growth on what surrounds an industry, with intervals.

    Parameters
    ----------
    result : ClusterStrength
    width : int [px]
    """
    rows = result.growth.filter(pl.col("low").is_not_null())
    if not rows.height:
        return nothing_to_draw(STRENGTH_TITLE, str(result), width)
    bars = [
        row(item["term"], f"{item['value']:+.3f}", at=item["value"], low=item["low"],
            high=item["high"], colour=_colour({**item, "q": item["p"]}, "value"))
        for item in rows.to_dicts()
    ]  # fmt: skip
    said = [
        f"Log growth of jobs from {result.first_year} to {result.last_year} for a log unit "
        f"more of each, net of place and industry; {rows['n'][0]:,} industries in "
        f"{rows['n_places'][0]:,} places.",
        f"Lines are {result.level:.0%} intervals, errors clustered by place. Associations, not "
        "causes.",
    ]
    texts = (STRENGTH_TITLE, said, f"{STRENGTH_TITLE}. {result}")
    return _drawn(bars, "coefficient", texts, width)


def _ends(rows: pl.DataFrame) -> tuple[list[dict[str, Any]], str]:
    """Return the rows furthest beyond chance at both ends, and the sentence that says so."""
    n = rows.height
    if n <= SHOWN + SHOWN_BELOW:
        return rows.to_dicts(), ""
    both = [*rows.head(SHOWN).to_dicts(), *rows.tail(SHOWN_BELOW).to_dicts()]
    return both, f"Of {n:,} places the {SHOWN} surest above and {SHOWN_BELOW} surest below."


def _against_chance(item: dict[str, Any], value: float, note: str) -> Row:
    return row(item["name"], f"{amount(value)} · {note}", at=value, colour=_colour(item, "z"),
               band_low=item["chance_low"], band_high=item["chance_high"])  # fmt: skip


def _shift_bar(item: dict[str, Any]) -> Row:
    def share(name: str) -> float | None:
        return None if item[name] is None else item[name] / item["jobs_first"]

    given = item["national"] + item["mix"]
    note = f"{item['change']:+,.0f} jobs ({given:+,.0f})"
    return row(item["name"], note, at=share("regional"), low=share("low"), high=share("high"),
               colour=_colour(item, "regional"))  # fmt: skip


def _colour(item: dict[str, Any], direction: str) -> str:
    if item["q"] is None or item["q"] > 1 - item["level"]:
        return OTHER_COLOUR
    return ABOVE_COLOUR if (item[direction] or 0) > 0 else BELOW_COLOUR


def _drawn(
    bars: Sequence[Row], axis_title: str, texts: tuple[str, list[str], str], width: int,
    label: str = "format(datum.value, '~r')",
) -> Spec:  # fmt: skip
    names = ("at", "band_low", "band_high", "low", "high")
    values = [item[name] for item in bars for name in names if item.get(name) is not None]
    low, high = min([0.0, *values]), max([0.0, *values])
    room = 0.03 * ((high - low) or 1.0)
    axis = Axis(low - room, high + room, tuple(round_ticks(low, high, 6)), axis_title, label)
    layout = laid_out(bars, width)
    marks = [
        line(0.0, INK),
        spans("band_low", "band_high", width=9, colour=INNER_BAND_COLOUR),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    title, said, alt = texts
    body = stacked(list(bars), marks, axis=axis, layout=layout)
    return picture(body, title=title, subtitle=[text for text in said if text], alt=alt,
                   width=width)  # fmt: skip
