"""Groups of related industries: the heat map of relatedness, and all definitions tried."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.agglomeration.industry_group_tables import NOT_GROUPED
from buzzline.agglomeration.industry_groups import FUNCTION_SAID, IndustryGroups
from buzzline.charts.curves import Curve, curves
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.heat import Side, averaging_said, heat
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "Groups of related industries"
TRIED_TITLE = "Definitions of groups that were tried"
FAMILIES_SHOWN = 6


@chart.register
def industry_groups_chart(result: IndustryGroups, *, width: int = WIDTH) -> Spec:
    """Return the relatedness of all pairs as shades, group by group.

    Parameters
    ----------
    result : IndustryGroups
    width : int [px]
    """
    members = result.groups.filter(pl.col("status") != NOT_GROUPED)
    if not members.height:
        return nothing_to_draw(TITLE, str(result), width)
    matrix = result.relatedness.copy()
    np.fill_diagonal(matrix, np.nan)
    labels = members.select(pl.coalesce("title", "industry")).to_series().to_list()
    body = heat(
        matrix,
        Side(labels, members["group_name"].to_list()),
        meaning="relatedness, in standard deviations of all pairs (0: as related as most)",
        width=width,
    )
    return picture(
        body,
        title=TITLE,
        subtitle=[str(result), averaging_said(matrix.shape)],
        alt=f"{TITLE}. {result}",
        width=width,
    )


def definitions_chart(result: IndustryGroups, *, width: int = WIDTH) -> Spec:
    """Return the scores of all definitions by number of groups, against unrelated industries.

    Parameters
    ----------
    result : IndustryGroups
    width : int [px]

    Examples
    --------
    >>> from buzzline.agglomeration.industry_groups import industry_groups
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> definitions_chart(industry_groups(study, draws=9, rng=1))
    Spec('Definitions of groups that were tried')
    """
    rows = result.definitions
    if not rows.height:
        return nothing_to_draw(TRIED_TITLE, str(result), width)
    families = rows.select("matrix", "function").unique(maintain_order=True)
    panels = [
        _panel(rows, matrix, function)
        for matrix, function in families.head(FAMILIES_SHOWN).iter_rows()
    ]
    lines = [
        "Line: score of the definitions found. Band: the same search on industries that share "
        f"no places but by chance, central {result.level:.0%} of {result.draws:,} draws, "
        "interpolated between numbers of groups that were repeated.",
    ]
    if families.height > FAMILIES_SHOWN:
        lines.append(
            f"The {FAMILIES_SHOWN} best of {families.height} pairs of matrix and function; the "
            "table has all."
        )
    return picture(
        curves(panels, x_title="number of groups", y_title="score [share]", width=width),
        title=TRIED_TITLE,
        subtitle=lines,
        alt=f"{TRIED_TITLE}. {result}",
        width=width,
    )


@further_charts.register
def _tried(result: IndustryGroups, *, width: int = WIDTH) -> dict[str, Spec]:
    return {"definitions": definitions_chart(result, width=width)}


def _panel(rows: pl.DataFrame, matrix: str, function: str) -> Curve:
    some = rows.filter(matrix=matrix, function=function).sort("n_groups")
    best = some.sort("value", descending=True, maintain_order=True).row(0, named=True)
    low, high = (some[side].fill_null(np.nan).to_numpy() for side in ("low", "high"))
    known = bool(np.isfinite(low).all())
    return Curve(
        f"{matrix}, {FUNCTION_SAID[function]}",
        some["n_groups"].cast(pl.Float64).to_numpy(),
        some["value"].to_numpy(),
        inner_low=low if known else None,
        inner_high=high if known else None,
        note=f"best {best['value']:.3f} with {best['n_groups']} groups",
    )
