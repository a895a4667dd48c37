"""Labour-market areas by how self-contained they are."""

from __future__ import annotations

from typing import Any

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INNER_BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, band, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.labour_market_areas import LabourMarketAreas

TITLE = "Labour-market areas"
SHOWN = 20


@chart.register
def areas_chart(result: LabourMarketAreas, *, width: int = WIDTH) -> Spec:
    """Return the largest areas by self-containment, with the range the rule asks for.

    Parameters
    ----------
    result : LabourMarketAreas
    width : int [px]
    """
    if not result.areas.height:
        return nothing_to_draw(TITLE, str(result), width)
    shown = result.areas.head(SHOWN).to_dicts()
    rows = [_bar(item) for item in shown]
    least, target = result.rule.least_containment, result.rule.target_containment
    lowest = min([item["low"] or item["value"] for item in shown] + [least])
    low = max(0.0, lowest - 0.05)
    axis = Axis(low, 1.0, tuple(round_ticks(low, 1.0, 6)), "live and work there",
                "format(datum.value, '.0%')")  # fmt: skip
    marks = [
        band(least, target, INNER_BAND_COLOUR),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    which = "All areas" if len(shown) == result.areas.height else (
        f"The {len(shown)} largest of {result.areas.height:,} areas"
    )  # fmt: skip
    said = [
        f"{which}, from {result.n_persons:,.0f} persons ({result.flows.replace('_', ' ')}). "
        "The share of those who live or work in an area that do both there.",
        f"Lines are {result.level:.0%} intervals from resampled flows. Strip: what large "
        f"({least:.0%}) and small areas ({target:.0%}) must reach. Grey: not valid.",
        *result.notes,
    ]
    layout = laid_out(rows, width)
    return picture(
        stacked(rows, marks, axis=axis, layout=layout),
        title=TITLE, subtitle=said, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    stable = "" if item["stability"] is None else f" · stability {item['stability']:.2f}"
    places = "1 place" if item["n_places"] == 1 else f"{item['n_places']:,} places"
    return row(
        item["label"], f"{places}, {item['live']:,.0f} persons{stable}", at=item["value"],
        low=item["low"], high=item["high"],
        colour=ACCENT if item["status"] == "valid" else OTHER_COLOUR,
    )  # fmt: skip
