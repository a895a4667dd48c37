"""The largest groups: what they control at home, abroad, and where nobody knows."""

from __future__ import annotations

from typing import Any

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import SCALE_COLOUR
from buzzline.charts.rows import Axis, Row, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.investment.ownership import Ownership
from buzzline.space.scales import UNKNOWN_SCALE
from buzzline.wording import plural

TITLE = "What the largest groups control"
SHOWN = 20


@chart.register
def ownership_chart(result: Ownership, *, width: int = WIDTH) -> Spec:
    """Return bars of the organisations each ultimate owner controls, at home and abroad.

    Parameters
    ----------
    result : Ownership
    width : int [px]
    """
    if not result.groups.height:
        return nothing_to_draw(TITLE, str(result), width)
    rows = [_bar(item) for item in result.groups.head(SHOWN).to_dicts()]
    most = max(item["end"] for item in rows)
    axis = Axis(
        0, most, tuple(round_ticks(0, most, 6)), "organisations controlled",
        "format(datum.value, ',')",
    )  # fmt: skip
    colours = SCALE_COLOUR["local"], SCALE_COLOUR[UNKNOWN_SCALE], SCALE_COLOUR["global"]
    ends = ("start", "home", "known", "end")
    marks = [
        spans(low, high, width=12, colour=colour)
        for low, high, colour in zip(ends[:-1], ends[1:], colours, strict=True)
    ]
    n = result.groups.height
    which = f"The first {SHOWN} of {n:,} ultimate owners. " if n > SHOWN else ""
    lines = [
        f"{which}Brown: in the owner's country; grey: a country is not known; violet: abroad. "
        "At the right: direct subsidiaries, countries, longest chain of control.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    n = item["value"]
    abroad, known = (
        round(item["abroad_low"] * n),
        n - round((item["abroad_high"] - item["abroad_low"]) * n),
    )
    note = (
        f"{item['n_direct']:,} direct, {plural(item['n_countries'], 'country', 'countries')}, "
        f"{plural(item['n_steps'], 'step')}"
    )
    return row(
        str(item["name"] or item["group"]), note, start=0, home=known - abroad,
        known=n - abroad, end=n,
    )  # fmt: skip
