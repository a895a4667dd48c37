"""How likely each type of industrial district is, as bars that add up to one."""

from __future__ import annotations

import polars as pl

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.posterior import bar, likeliest, split_bars
from buzzline.charts.rows import Row
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.diagnosis.district_types import DistrictTypes
from buzzline.linkages.pattern_rule import NONE, OPEN

TITLE = "Which type of industrial district?"
CLUSTERS_SHOWN = 20
DISTRICT_COLOURS = {
    "Marshallian": "#56A3D9", "Italianate": "#007A5E", "hub-and-spoke": "#BC8800",
    "satellite platform": "#D55E00", "state-anchored": "#6A51A3", NONE: "#C5CED8",
    OPEN: "#E8EBEE",
}  # fmt: skip


@chart.register
def district_types_chart(result: DistrictTypes, *, width: int = WIDTH) -> Spec:
    """Return one bar a cluster, split by type of district.

    Parameters
    ----------
    result : DistrictTypes
    width : int [px]
    """
    if not result.districts.height:
        return nothing_to_draw(TITLE, "There are no clusters.", width)
    groups = result.districts.partition_by("cluster_id", maintain_order=True)
    rows = [_bar(part) for part in groups[:CLUSTERS_SHOWN]]
    n = len(groups)
    which = f"The first {CLUSTERS_SHOWN} of {n:,} clusters. " if n > CLUSTERS_SHOWN else ""
    return picture(
        split_bars(rows, DISTRICT_COLOURS, width=width), title=TITLE,
        subtitle=[
            f"{which}Each bar splits {result.draws:,} draws of the signs, within their errors. "
            "Types are rules on shares: few districts are of one type alone."
        ],
        alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _bar(part: pl.DataFrame) -> Row:
    shares = dict(part.select("district", "probability").iter_rows())
    best = part.row(0, named=True)
    label = f"{best['label']} · {best['industry']}"
    return bar(label, likeliest(best["district"], best["probability"]),
               shares=shares, colours=DISTRICT_COLOURS)  # fmt: skip
