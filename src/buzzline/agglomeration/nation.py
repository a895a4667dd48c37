"""Jobs of the whole country, where the table gives them beside those of its places.

Places rarely cover a country: metropolitan areas leave out rural counties. A location quotient
held against the sum of the places then differs from the one held against the country.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Floats

LEAST = 0.95  # jobs of the country to those of its places; less, and it is no whole of them


def without_nation(
    rows: pl.DataFrame, places: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the rows of places, and those of the one country that all of them lie in.

    Parameters
    ----------
    rows : DataFrame
        With `place_id`.
    places : DataFrame
        As `study.places`; the country has the level "country".

    Returns
    -------
    rest, nation : DataFrame
        `nation` is empty where no country is told, or several, or nothing but countries.
    """
    described = rows.select("place_id").unique().join(
        places.select("place_id", "level", "country"), on="place_id", how="left", validate="1:1"
    )  # fmt: skip
    country = described.filter(pl.col("level") == "country")
    one = country.height == 1 and described.height > 1
    if not one or described["country"].drop_nulls().n_unique() > 1:
        return rows, rows.clear()
    is_nation = pl.col("place_id") == country["place_id"][0]
    return rows.filter(~is_nation), rows.filter(is_nation)


def jobs_of_nation(
    nation: pl.DataFrame, total: float, known: tuple[pl.Series, Floats]
) -> tuple[tuple[Floats, float] | None, list[str]]:
    """Return jobs of each industry and of all in the country, and what is said of them.

    Parameters
    ----------
    nation : DataFrame
        `place_id`, `industry`, `jobs` at the level measured.
    total : float
        Jobs of all industries in the country.
    known : codes of industries, and their jobs in all places together

    Returns
    -------
    jobs (s,) and jobs of all industries, or None where they are not usable
    list of str
    """
    if not nation.height:
        return None, []
    name = str(nation["place_id"][0])
    codes, held = known
    told = nation.group_by("industry").agg(
        pl.col("jobs").sum(), pl.col("jobs").null_count().alias("n")
    )
    jobs = (
        pl.DataFrame({"industry": codes})
        .join(told.filter(n=0), on="industry", how="left", maintain_order="left")["jobs"]
        .cast(pl.Float64).fill_null(np.nan).to_numpy()
    )  # fmt: skip
    missing = int(np.isnan(jobs).sum())
    if missing:
        return None, [
            f"Jobs of the country ({name}) are not told for {missing:,} of {jobs.size:,} "
            "industries, so that places are held against the sum of all places."
        ]
    if jobs.sum() < LEAST * held.sum():
        return None, [
            f"The country ({name}) has fewer jobs ({jobs.sum():,.0f}) than its places "
            f"({held.sum():,.0f}), so that places are held against the sum of all places."
        ]
    whole = max(total, float(jobs.sum()))
    return (jobs, whole), [
        f"Places are held against the country ({name}), as published: {whole:,.0f} jobs, of "
        f"which {held.sum():,.0f} are in known cells of the places."
    ]
