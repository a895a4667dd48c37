"""How related industries are: a heat map in which blocks show, and the industry space."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.agglomeration.relatedness import MEANING, MOST_Z, Relatedness
from buzzline.charts.drawing import chart, further_charts, nothing_to_draw
from buzzline.charts.heat import Side, averaging_said, heat
from buzzline.charts.industry_space import INDUSTRIES_SHOWN, Space, industry_space
from buzzline.charts.spec import WIDTH, Spec, picture

TITLE = "How related industries are"
SPACE_TITLE = "The space of industries"
BEYOND_CHANCE = "joint places beyond chance, in standard deviations (0: as many, or fewer)"


@chart.register
def relatedness_chart(result: Relatedness, *, width: int = WIDTH) -> Spec:
    """Return the relatedness of all pairs as shades, related industries next to each other.

    Parameters
    ----------
    result : Relatedness
    width : int [px]
    """
    shown = result.industries["n_measured"] > 0
    if int(shown.sum()) < 2:
        return nothing_to_draw(TITLE, str(result), width)
    rows = shown.arg_true().to_list()
    tested = bool(result.null)
    matrix = (np.clip(result.z, 0, MOST_Z) if tested else result.matrix)[np.ix_(rows, rows)]
    np.fill_diagonal(matrix, np.nan)
    industries = result.industries[rows]
    body = heat(
        matrix,
        Side(_labels(industries), industries["block_name"].to_list()),
        meaning=BEYOND_CHANCE if tested else MEANING[result.kind],
        width=width,
    )
    return picture(
        body,
        title=TITLE,
        subtitle=[_reading(result, industries.height), averaging_said(matrix.shape)],
        alt=f"{TITLE}. {result}",
        width=width,
    )


def industry_space_chart(result: Relatedness, *, width: int = WIDTH) -> Spec:
    """Return industries as circles, tied to those they are most related to.

    Parameters
    ----------
    result : Relatedness
    width : int [px]

    Examples
    --------
    >>> from buzzline.agglomeration.relatedness import relatedness
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, industries=6, rng=1).study
    >>> industry_space_chart(relatedness(study))
    Spec('The space of industries')
    """
    industries = result.industries
    if int((industries["n_measured"] > 0).sum()) < 2:
        return nothing_to_draw(SPACE_TITLE, str(result), width)
    by_cluster = industries["cluster"].null_count() < industries.height
    groups = industries["cluster"].fill_null("") if by_cluster else industries["block_name"]
    tested = bool(result.null)
    space = Space(
        np.clip(result.z, 0, None) if tested else result.matrix,
        industries["jobs"].cast(pl.Float64).fill_null(float("nan")).to_numpy(),
        _labels(industries),
        groups.to_list(),
    )
    said = "clusters they belong to" if by_cluster else "blocks, named after their centre"
    by = "places shared beyond chance" if tested else MEANING[result.kind]
    return picture(
        industry_space(space, width=width),
        title=SPACE_TITLE,
        subtitle=[
            "Circles are industries, as large as their jobs; ties the strongest that hold all "
            f"together, and the strongest beyond ({by}). Colours: {said}.",
            _how_many(industries.height),
        ],
        alt=f"{SPACE_TITLE}. {result}",
        width=width,
    )


@further_charts.register
def _space(result: Relatedness, *, width: int = WIDTH) -> dict[str, Spec]:
    return {"industry_space": industry_space_chart(result, width=width)}


def _how_many(n: int) -> str:
    if n <= INDUSTRIES_SHOWN:
        return f"All {n:,} industries."
    return f"The {INDUSTRIES_SHOWN} largest of {n:,} industries; the table has all."


def _labels(industries: pl.DataFrame) -> list[str]:
    return industries.select(pl.coalesce("title", "industry"))["title"].to_list()


def _reading(result: Relatedness, n: int) -> str:
    said = f"{n:,} industries, ordered so that related ones are neighbours"
    if result.n_places:
        said += f"; from where they are present in {result.n_places:,} places"
    n_left = result.industries.height - n
    return said + (f". {n_left:,} industries could not be measured." if n_left else ".")
