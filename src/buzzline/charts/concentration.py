"""Industries and pairs of industries ranked by how far they lie beyond the band of chance."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import polars as pl

from buzzline.agglomeration.coagglomeration import APART, NULL_SAID, TOGETHER, Coagglomeration
from buzzline.agglomeration.concentration import (
    AS_CHANCE,
    DISPERSED,
    LOCALISED,
    Concentration,
)
from buzzline.charts.axes import amount, round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.lettering import shortened
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
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)
from buzzline.charts.spec import TEXT_SIZE, WIDTH, Spec, picture

TITLE = "Industries by concentration in space"
SHOWN, SHOWN_LARGER = 15, 8
PAIRS_TITLE = "Pairs of industries in the same places"
PAIRS_SHOWN, GROUPS_SHOWN = 15, 8
TITLE_PX = 122  # two titles and a dot fill the column of labels
STATUS_COLOUR = {
    LOCALISED: ABOVE_COLOUR,
    DISPERSED: BELOW_COLOUR,
    AS_CHANCE: INK,
    TOGETHER: ABOVE_COLOUR,
    APART: BELOW_COLOUR,
}


@chart.register
def concentration_chart(result: Concentration, *, width: int = WIDTH) -> Spec:
    """Return the most concentrated industries with the band of chance, by level of areas.

    Parameters
    ----------
    result : Concentration
    width : int [px]
    """
    rows = result.industries.filter(pl.col("value").is_not_null())
    if not rows.height:
        return nothing_to_draw(TITLE, str(result), width)
    blocks = [
        _block(rows.filter(area_level=name), name, SHOWN_LARGER if number else SHOWN)
        for number, name in enumerate(result.area_levels)
    ]
    n = rows.filter(area_level=result.area_levels[0]).height
    said = [
        f"Gamma of Ellison and Glaeser among {result.n_places:,} places. "
        + _band_said(result.level, result.draws)
    ]
    if result.source == "employment" and result.weight == "jobs":
        said.append(
            "Plants of a cell are taken to be of equal size; the line goes down to gamma if "
            "they are as unequal as they can be."
        )
    if result.publication_floor > 1:
        said.append(
            f"Cells of fewer than {result.publication_floor} plants are withheld, in the table "
            "and by chance. Furthest above the mean of chance first."
        )
    if not result.industries.filter(pl.col("status").is_in(list(STATUS_COLOUR))).height:
        said.append(f"Not tested: {rows['reason'].mode().sort()[0]}.")
    if n > SHOWN:
        said.append(f"The {SHOWN} most concentrated of {n:,} industries; the table has all.")
    at_zero = "0 is chance, " if result.publication_floor == 1 else ""
    axis_title = f"gamma: {at_zero}about 1 is one place"
    return _ranked(blocks, axis_title, (TITLE, said, f"{TITLE}. {result}"), width)


def _block(rows: pl.DataFrame, name: str, shown: int) -> list[Row]:
    tested = rows.filter(pl.col("status").is_in(list(STATUS_COLOUR)))
    localised = tested.filter(status=LOCALISED).height
    heading = row(
        f"by {name.replace('_', ' ')}",
        f"{localised:,} of {tested.height:,} localised",
        is_heading=True,
    )
    return [heading, *(_bar(item) for item in rows.head(shown).to_dicts())]


def _bar(item: dict[str, Any]) -> Row:
    colour = STATUS_COLOUR.get(item["status"], OTHER_COLOUR)
    note = f"{amount(item['value'])} · {item['n']:,} plants"
    return row(item["title"], note, at=item["value"], band_low=item["chance_low"],
               band_high=item["chance_high"], least=item["value_least"],
               colour=colour)  # fmt: skip


@chart.register
def coagglomeration_chart(result: Coagglomeration, *, width: int = WIDTH) -> Spec:
    """Return the pairs and groups of industries most together, with the band of chance.

    Parameters
    ----------
    result : Coagglomeration
    width : int [px]
    """
    if not result.pairs.height:
        return nothing_to_draw(PAIRS_TITLE, str(result), width)
    shown = result.pairs.head(PAIRS_SHOWN).to_dicts()
    blocks = [
        [
            row(
                "pairs",
                f"{result.n_together:,} of {result.n_tested:,} together",
                is_heading=True,
            )
        ]
        + [_pair(item) for item in shown]
    ]
    if result.groups.height:
        n = result.groups.filter(status=TOGETHER).height
        said = f"{n:,} of {result.groups.height:,} together"
        groups = result.groups.head(GROUPS_SHOWN).to_dicts()
        blocks.append([row("groups of related industries", said, is_heading=True)]
                      + [_group(item) for item in groups])  # fmt: skip
    lines = [
        "Index of Ellison, Glaeser and Kerr. "
        + (f"Grey: {result.level:.0%} of {result.draws:,} draws, {NULL_SAID[result.null]}."
           if result.draws and result.pairs["chance_low"].count()
           else "Nothing was drawn, so there is no band of chance.")
    ]  # fmt: skip
    if not result.n_tested:
        lines.append(f"Not tested: {result.pairs['reason'].mode().sort()[0]}.")
    if result.n_pairs > len(shown):
        lines.append(f"The {len(shown)} pairs most together of {result.n_pairs:,}.")
    texts = (PAIRS_TITLE, lines, f"{PAIRS_TITLE}. {result}")
    return _ranked(blocks, "co-agglomeration: 0 is chance", texts, width)


def _pair(item: dict[str, Any]) -> Row:
    titles = (shortened(item[name], TITLE_PX, TEXT_SIZE) for name in ("title", "other_title"))
    return row(" · ".join(titles), amount(item["value"]), at=item["value"],
               band_low=item["chance_low"], band_high=item["chance_high"],
               colour=STATUS_COLOUR.get(item["status"], OTHER_COLOUR))  # fmt: skip


def _group(item: dict[str, Any]) -> Row:
    note = f"{amount(item['value'])} · {item['n_industries']:,} industries"
    return row(item["cluster"], note, at=item["value"], band_low=item["chance_low"],
               band_high=item["chance_high"],
               colour=STATUS_COLOUR.get(item["status"], OTHER_COLOUR))  # fmt: skip


def _band_said(level: float, draws: int) -> str:
    if not draws:
        return "No plants were thrown, so there is no band of chance."
    return f"Grey: where {level:.0%} of {draws:,} draws of the same plants at random fall."


def _ranked(blocks: Sequence[list[Row]], axis_title: str, texts: tuple[str, list[str], str],
            width: int) -> Spec:  # fmt: skip
    rows = [item for block in blocks for item in block]
    values = [item[name] for item in rows for name in ("at", "band_low", "band_high")
              if item.get(name) is not None]  # fmt: skip
    low, high = min([0.0, *values]), max([0.0, *values])
    room = 0.03 * ((high - low) or 1.0)
    axis = Axis(low - room, high + room, tuple(round_ticks(low, high, 6)), axis_title,
                "format(datum.value, '~r')")  # fmt: skip
    rows = [{**item, **within(item.get("least"), item.get("at"), axis)} for item in rows]
    layout = laid_out(rows, width)
    marks = [
        line(0.0, INK),
        spans("band_low", "band_high", width=9, colour=INNER_BAND_COLOUR),
        spans("low", "high", width=1.2, colour=OTHER_COLOUR),
        beyond("low", axis, OTHER_COLOUR),
        dots("at", colour="colour"),
    ]
    title, subtitle, alt = texts
    body = stacked(rows, marks, axis=axis, layout=layout)
    return picture(body, title=title, subtitle=subtitle, alt=alt, width=width)
