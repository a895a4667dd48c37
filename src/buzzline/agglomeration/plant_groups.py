"""Groups of plants whose sizes are told together: cells, or size classes within cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.employment import EmploymentMatrix
from buzzline.agglomeration.grouped_plants import LEAST_JOBS
from buzzline.agglomeration.plants import positions
from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.tables.study import Study

CLOSE = 0.01  # classes of a cell are used where they add up to it within a hundredth


@dataclass(frozen=True, slots=True, eq=False)
class PlantGroups:
    """Plants that are counted together. All (g,).

    Attributes
    ----------
    jobs, plants : float64 [jobs], [count]
    place, industry : int32
    smallest, largest : float64 [jobs]      bounds of the size of a plant
    """

    jobs: Floats
    plants: Floats
    place: Codes
    industry: Codes
    smallest: Floats
    largest: Floats


def plant_groups(
    study: Study, matrix: EmploymentMatrix, *, jobs: Floats, plants: Floats
) -> PlantGroups:
    """Return size classes where they add up to their cell, else the cell as one group.

    Parameters
    ----------
    study : Study
    matrix : EmploymentMatrix
    jobs, plants : (r, s) float64
        0 where nothing is known.
    """
    rows = _class_rows(study, matrix)
    place = positions(rows["place_id"], matrix.places["place_id"])
    industry = positions(rows["industry"], matrix.industries["industry"])
    amount = as_floats(rows["jobs"].to_numpy())
    summed = np.zeros_like(jobs)
    np.add.at(summed, (place, industry), amount)
    split = (summed > 0) & (np.abs(summed - jobs) <= CLOSE * jobs)
    used = split[place, industry]
    r, s = np.nonzero((jobs > 0) & ~split)
    whole = np.ones(r.size)
    return PlantGroups(
        np.concatenate([jobs[r, s], amount[used]]),
        np.concatenate([plants[r, s], rows["establishments"].to_numpy()[used]]),
        as_codes(np.concatenate([r, place[used]])),
        as_codes(np.concatenate([s, industry[used]])),
        np.concatenate([LEAST_JOBS * whole, rows["smallest"].to_numpy()[used]]),
        np.concatenate([np.inf * whole, rows["largest"].to_numpy()[used]]),
    )


def _class_rows(study: Study, matrix: EmploymentMatrix) -> pl.DataFrame:
    """Return the size classes of the cells of a matrix, with the bounds their names tell."""
    bounds = pl.col("size_class").str.extract_groups(r"^\D*(?<low>\d+)(?:\D+(?<high>\d+))?")
    rows = study.employment.filter(
        pl.col("size_class").is_not_null()
        & (pl.col("jobs") > 0)
        & (pl.col("establishments") >= 1)
        & pl.col("place_id").is_in(matrix.places["place_id"].implode())
        & pl.col("industry").is_in(matrix.industries["industry"].implode())
    )
    if matrix.publication_floor > 1:
        rows = rows.clear()  # plants are thrown, and compared, by cell
    if matrix.year is not None:
        rows = rows.filter(pl.col("year") == matrix.year)
    return rows.with_columns(
        smallest=bounds.struct.field("low").cast(pl.Float64).fill_null(LEAST_JOBS),
        largest=bounds.struct.field("high").cast(pl.Float64).fill_null(np.inf),
    ).select("place_id", "industry", "jobs", "establishments", "smallest", "largest")
