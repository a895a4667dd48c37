"""Hot and cold spots of an industry on the map."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.agglomeration.hot_spots import HotSpots
from buzzline.agglomeration.plants import number_of
from buzzline.arrays import as_floats
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.charts.spots import Spots, shown_said, spots

TITLE = "Where {} is denser or thinner than chance has it"
NAMED = 5


@chart.register
def hot_spots_chart(result: HotSpots, *, width: int = WIDTH, industry: str = "") -> Spec:
    """Return the map of one industry's hot and cold places.

    Parameters
    ----------
    result : HotSpots
    width : int [px]
    industry : str
        Which industry; the one with most hot places when empty.
    """
    tested = result.industries.filter(pl.col("status") == "tested")
    if not tested.height:
        reasons = ", ".join(result.industries["status"].unique().sort())
        return nothing_to_draw("Hot spots", f"No industry could be tested: {reasons}.", width)
    if not industry:
        industry = str(
            tested.sort("n_hot", descending=True, maintain_order=True)["industry"][0]
        )
    rows = result.sites.filter(pl.col("industry") == industry)
    title = TITLE.format(industry)
    if not rows.height:
        return nothing_to_draw(title, f"{industry} was not tested.", width)
    heat = [{"too few": "neither"}.get(value, value) for value in rows["heat"].to_list()]
    size = as_floats(np.maximum(rows["n"].to_numpy(), rows["expected"].to_numpy()))
    sites = Spots(
        as_floats(rows["longitude"].to_numpy()), as_floats(rows["latitude"].to_numpy()), heat,
        size,
    )  # fmt: skip
    return picture(
        spots(sites, width=width), title=title, subtitle=_reading(result, industry, sites),
        alt=f"{title}. {result}", width=width,
    )  # fmt: skip


def _reading(result: HotSpots, industry: str, sites: Spots) -> list[str]:
    row = result.industries.filter(pl.col("industry") == industry).row(0, named=True)
    counted = "jobs" if result.weight == "jobs" else "points"
    lines = [
        f"Share of the industry in the {counted} within {result.reach_km:g} km of each place, "
        f"against industries of the same size (n={row['n']:,}) dealt to where all points "
        f"stand; false discoveries at most {1 - result.level:.0%}. Symbols by the number of "
        f"the industry within reach, found or expected. {number_of(row['n_too_few'], 'place')} "
        "with too few around to tell drawn as neither."
    ]
    found = result.spots.filter(pl.col("industry") == industry).head(NAMED)
    if found.height:
        named = "; ".join(
            f"{label} ({n:,}, {ratio:.1f} times)"
            for label, n, ratio in found.select("label", "n", "ratio").iter_rows()
        )
        more = "; the largest" if row["n_spots"] > NAMED else ""
        lines.append(f"{number_of(row['n_spots'], 'hot spot')}{more}: {named}.")
    others = result.industries.filter(pl.col("n_hot") > 0).height - 1
    if others > 0:
        more = "industry has" if others == 1 else "industries have"
        lines.append(f"{others} more {more} hot spots; the table has all.")
    said = shown_said(sites)
    return [*lines, said] if said else lines
