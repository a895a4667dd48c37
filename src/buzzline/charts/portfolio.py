"""Portfolios: what groups reach of the hotspots of their field, against groups like them."""

from __future__ import annotations

from typing import Any

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.portfolio import InsiderPortfolio
from buzzline.wording import plural

TITLE = "In which hotspots groups are insiders"
SHOWN = 20
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


@chart.register
def portfolio_chart(result: InsiderPortfolio, *, width: int = WIDTH) -> Spec:
    """Return the reach of each group, its range, and that of groups like it.

    Parameters
    ----------
    result : InsiderPortfolio
    width : int [px]
    """
    done = result.groups.drop_nulls("value")
    if not done.height:
        return nothing_to_draw(TITLE, str(result), width)
    rows = [_bar(item) for item in done.head(SHOWN).to_dicts()]
    axis = Axis(
        0, 1, TICKS, "share of the hotspots of its industry reached as an insider",
        "format(datum.value, '~%')",
    )  # fmt: skip
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        spans("least", "most", width=1.6, colour=ACCENT),
        dots("at", colour=ACCENT, size=40),
    ]
    which = f"The first {SHOWN} of {done.height:,} groups. " if done.height > SHOWN else ""
    lines = [
        f"{which}Dots: insiders after 7 years; lines: after 12 and after 4. Grey: "
        f"{result.level:.0%} of the groups of its industry with about as many sites, where "
        f"there are enough. Hotspots count by {result.hotspot_measure}; at the right the "
        "largest it misses.",
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    note = f"{item['n_inside']} of {plural(item['n_hotspots'], 'hotspot')}"
    if item["foremost_missing"]:
        note += f"; not {item['foremost_missing']}"
    return row(
        f"{item['name'] or item['group']} ({item['industry']})", note, at=item["value"],
        least=item["least"], most=item["most"], chance_low=item["expected_low"],
        chance_high=item["expected_high"],
    )  # fmt: skip
