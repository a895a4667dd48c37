"""The plants of a study by industry and place, as far as they are known.

From establishments or organisations one by one; from the table `employment` by cell, whose
plants are taken to be alike. That makes the Herfindahl index the smallest it can be, and gamma
mostly the largest; the other end is told beside it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.dartboard import Lots, lots_of
from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.grouped_plants import grouped_herfindahl
from buzzline.agglomeration.plant_groups import plant_groups
from buzzline.agglomeration.plants import plants_of
from buzzline.agglomeration.published_dartboard import (
    PublishedBoard,
    published_board,
)
from buzzline.arrays import Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.errors import TooFew
from buzzline.tables.study import Study

Weight = Literal["jobs", "establishments"]
MOST_UNCOUNTED = 0.05  # of the jobs, in cells without a count of plants
NOT_COUNTED = "the number of plants is not known; add `establishments` to `employment`"
CELLS_ONLY = (
    "Plants of one cell of place and industry (and size class, where told) are taken to be of "
    "equal size; if they are as unequal as can be, gamma falls to `value_least`."
)


@dataclass(frozen=True, slots=True, eq=False)
class LocatedPlants:
    """Who is where, industry by industry.

    Attributes
    ----------
    jobs : (r, s) float64 [jobs]        or plants, when these are the weight
    lots : Lots                         of plants
    n : (s,) int64 [plants]
    herfindahl_most : (s,) float64      H if plants of a cell are as unlike as can be
    suppressed : (s,) float64 [share]   see `EmploymentMatrix`; NaN where not known
    suppressed_share : float            of all jobs
    places, industries : DataFrame
    source : str
    year : int or None
    notes : tuple of str
    counted : (s,) bool                 the number of its plants is known
    board : PublishedBoard or None      how plants are thrown where small cells are withheld
    """

    jobs: Floats
    lots: Lots
    n: Indices
    herfindahl_most: Floats
    suppressed: Floats
    suppressed_share: float
    places: pl.DataFrame
    industries: pl.DataFrame
    source: str
    year: int | None
    notes: tuple[str, ...]
    counted: Flags
    board: PublishedBoard | None = None

    @property
    def area_share(self) -> Floats:
        """Share of all jobs in each place. (r,)."""
        return as_floats(self.jobs.sum(axis=1) / self.jobs.sum())

    def if_counted(self, n: Indices) -> pl.Series:
        """Return numbers of plants by industry; nothing where they are not known."""
        known = zip(n, self.counted, strict=True)
        return pl.Series([int(k) if there else None for k, there in known], dtype=pl.Int64)


def located_plants(
    study: Study, *, weight: Weight, year: int | None, digits: int | None
) -> LocatedPlants:
    """Return the plants of a study by industry and place.

    Raises
    ------
    TooFew
        No plant has jobs, or all are in one place.
    """
    found = (_from_cells if study.employment.height else _from_plants)(
        study, weight, year, digits
    )
    if not found.lots.jobs.size:
        raise TooFew(
            "no plant has known jobs. Fill in `jobs`, or count plants with "
            "weight='establishments'."
        )
    if int((found.jobs.sum(axis=1) > 0).sum()) < 2:
        raise TooFew(
            "all plants with jobs are in one place, so nothing can be said of where they "
            "gather. Fill in `place_id` at a finer level."
        )
    return found


def _from_plants(
    study: Study, weight: Weight, year: int | None, digits: int | None
) -> LocatedPlants:
    plants = plants_of(study, year=year, digits=digits)
    size = plants.jobs if weight == "jobs" else np.ones(plants.jobs.size)
    known = size > 0  # not where jobs are not known
    r, s = plants.places.height, plants.industries.height
    cell = plants.place[known].astype(np.int64) * s + plants.industry[known]
    jobs = np.bincount(cell, size[known], minlength=r * s).reshape(r, s)
    lots = lots_of(
        as_floats(size[known]), as_codes(plants.industry[known]), s,
        place=as_codes(plants.place[known]),
    )  # fmt: skip
    left = int((~known).sum())
    notes = [f"{left:,} plants without known jobs are left out."] if left else []
    return LocatedPlants(
        as_floats(jobs), lots, as_indices(np.diff(lots.start)), lots.herfindahl,
        np.full(s, np.nan), 0.0, plants.places, plants.industries, plants.source, year,
        (*plants.notes, *notes), np.ones(s, np.bool_),
    )  # fmt: skip


def _from_cells(
    study: Study, weight: Weight, year: int | None, digits: int | None
) -> LocatedPlants:
    matrix = employment_matrix(study, year=year, digits=digits)
    jobs, counted = matrix.jobs, np.rint(matrix.establishments)
    notes = [*matrix.notes]
    if weight == "establishments":
        jobs = counted
    there = np.nan_to_num(jobs) > 0
    uncounted = there & ~(counted >= 1)
    is_counted = _counted(jobs, there & uncounted)
    if uncounted.any():
        notes.append(
            f"{int(uncounted.sum()):,} cells have jobs but no count of establishments. "
            "Industries with more than a few jobs in such cells are not held against chance: "
            "what chance gives depends on the number of plants. Fill in `establishments`."
        )
    held = np.where(there, jobs, 0.0)
    plants = np.where(there, np.where(uncounted, 1.0, np.nan_to_num(counted)), 0.0)
    groups = plant_groups(study, matrix, jobs=held, plants=plants)
    s = held.shape[1]
    lots = lots_of(
        as_floats(groups.jobs / groups.plants), groups.industry, s,
        plants=as_indices(np.rint(groups.plants)), place=groups.place,
    )  # fmt: skip
    most = lots.herfindahl
    if weight == "jobs":
        notes.append(CELLS_ONLY)
        most = grouped_herfindahl(
            groups.jobs, groups.plants, groups.industry, smallest=groups.smallest,
            largest=groups.largest, n_industries=s,
        ).high  # fmt: skip
    board = None
    if matrix.publication_floor > 1 and held.any():
        board = _board(matrix, held, plants)
    return LocatedPlants(
        as_floats(held), lots, as_indices(plants.sum(axis=0)), most,
        matrix.industry_suppressed, float(matrix.suppressed_share), matrix.places,
        matrix.industries, matrix.source, matrix.year, tuple(notes), is_counted, board,
    )  # fmt: skip


def _counted(jobs: Floats, uncounted: Flags) -> Flags:
    """Return whose number of plants is known; nobody's where much of the economy has none."""
    held = np.nan_to_num(jobs)
    left = np.where(uncounted, held, 0.0)
    if left.sum() > MOST_UNCOUNTED * held.sum():
        return np.zeros(held.shape[1], np.bool_)
    return np.asarray(left.sum(axis=0) <= MOST_UNCOUNTED * held.sum(axis=0))


def _board(matrix: EmploymentMatrix, jobs: Floats, plants: Floats) -> PublishedBoard:
    """Return how to throw plants; as many as there are where withheld cells are counted."""
    counted = np.nan_to_num(matrix.establishments)
    is_told = bool(((jobs == 0) & (counted > 0) & (counted < matrix.publication_floor)).any())
    return published_board(
        jobs, plants, matrix.publication_floor,
        total=as_floats(counted.sum(axis=0)) if is_told else None,
    )  # fmt: skip
