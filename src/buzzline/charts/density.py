"""Which industries places are nearest to, against what a place as diverse would be near to."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.agglomeration.density_by_place import SIDE_SAID, DensityByPlace
from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, BAND_COLOUR
from buzzline.charts.rows import Axis, Row, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "What places are near to"
SHOWN = 20


@chart.register
def density_chart(result: DensityByPlace, *, width: int = WIDTH) -> Spec:
    """Return the industry each place is most surely near to, with what chance would give.

    Parameters
    ----------
    result : DensityByPlace
    width : int [px]
    """
    measured = result.densities.filter(pl.col("z").is_not_null())
    if not measured.height:
        return nothing_to_draw(TITLE, str(result), width)
    first = measured.unique("place_id", keep="first", maintain_order=True).head(SHOWN)
    rows = [_bar(item) for item in first.to_dicts()]
    ends = pl.concat([first["value"], first["chance_high"]])
    high = min(1.05 * float(str(ends.max())), 1.0)
    axis = Axis(
        0, high, tuple(round_ticks(0, high, 7)),
        "share of what is related",
        "format(datum.value, '~%')",
    )  # fmt: skip
    marks = [
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        dots("at", colour=ACCENT),
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE,
        subtitle=[
            f"One industry a place, {SIDE_SAID[result.side]}: the one it is most surely near "
            f"to; the first {first.height:,} of {result.n_places:,} places. Grey: the range "
            f"({result.level:.0%}) for a place as diverse."
        ],
        alt=f"{TITLE}. {result}",
        width=width,
    )


def _bar(item: dict[str, Any]) -> Row:
    return row(
        item["title"] or item["industry"], item["name"] or item["place_id"], at=item["value"],
        **{name: item[name] for name in ("chance_low", "chance_high")},
    )  # fmt: skip
