"""Rows kept and rows set aside, table by table."""

from __future__ import annotations

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, CATEGORY_COLOURS
from buzzline.charts.rows import Axis, Row, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.tables.quality import Quality, TableCount

TITLE = "Rows kept and set aside"
SHARES = Axis(
    0, 1, (0, 0.25, 0.5, 0.75, 1), "share of the rows read", "format(datum.value, '.0%')"
)
SET_ASIDE_COLOUR = CATEGORY_COLOURS[1]


@chart.register
def quality_chart(result: Quality, *, width: int = WIDTH) -> Spec:
    """Return one bar a table: rows kept, then rows set aside.

    Parameters
    ----------
    result : Quality
    width : int [px]
    """
    if not result.tables:
        return nothing_to_draw(TITLE, "No table was read.", width)
    rows = [_bar(count) for count in result.tables]
    layout = laid_out(rows, width)
    marks = [
        spans("zero", "kept", width=13, colour=ACCENT),
        spans("kept", "all", width=13, colour=SET_ASIDE_COLOUR),
    ]
    return picture(
        stacked(rows, marks, axis=SHARES, layout=layout),
        title=TITLE,
        subtitle=["Dark: kept and used. Orange, on the right: set aside, each row with the "
                  "reason; nothing is dropped in silence."],
        alt=f"{TITLE}. {result}.",
        width=width,
    )  # fmt: skip


def _bar(count: TableCount) -> Row:
    label = count.table.replace("_", " ")
    if not count.read:
        return row(label, "no rows", zero=None, kept=None, all=None)
    kept = count.kept / count.read
    note = f"{count.kept:,} kept, {count.set_aside:,} set aside"
    return row(label, note, zero=0, kept=kept, all=1 if count.set_aside else None)
