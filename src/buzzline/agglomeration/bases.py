"""Against what is a location quotient held, and how much of each place is known?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.employment import EmploymentMatrix
from buzzline.agglomeration.quotient_errors import Totals, size_dispersion, totals_of
from buzzline.arrays import Flags, Floats
from buzzline.errors import InvalidArgument

Base = Literal["all", "traded", "same_type"]
Counted = Literal["jobs", "establishments"]


def dispersion_of(matrix: EmploymentMatrix, counted: Counted = "jobs") -> Floats:
    """Return the squared coefficient of variation of plant sizes; 0 where plants are counted.

    Parameters
    ----------
    matrix : EmploymentMatrix
    counted : "jobs" or "establishments"
    """
    if counted == "establishments":
        return np.zeros(matrix.jobs.shape[1])
    return size_dispersion(matrix.jobs, matrix.establishments)


def bases(matrix: EmploymentMatrix, amount: Floats, base: Base) -> list[tuple[Flags, Totals]]:
    """Return which industries are held against which totals.

    Parameters
    ----------
    matrix : EmploymentMatrix
    amount : (r, s) float64
        `matrix.jobs` or `matrix.establishments`.
    base : "all", "traded" or "same_type"

    Raises
    ------
    InvalidArgument
        Which industries are traded is not known.
    """
    if base == "all":
        published = amount is matrix.jobs
        totals = (
            Totals(matrix.place_jobs, _in_all_places(matrix), matrix.all_jobs)
            if published
            else totals_of(amount)
        )
        return [(np.ones(amount.shape[1], np.bool_), totals)]
    traded = matrix.industries["traded"]
    if traded.null_count() == traded.len():
        raise InvalidArgument(
            f"location_quotients: `base` {base!r} needs to know which industries are traded. "
            "Fill `industries.traded`, or set `base` to 'all'."
        )
    kinds = (True,) if base == "traded" else (True, False)
    blocks = [(traded == kind).fill_null(False).to_numpy() for kind in kinds]
    return [(block, _totals(matrix, amount, block)) for block in blocks if block.any()]


def _in_all_places(matrix: EmploymentMatrix) -> Floats:
    """Return jobs of each industry as if places where it is not known had as large a part.

    A quotient then compares an industry and all jobs over the same places, those where the
    industry is known. Totals of the country stay as they are.
    """
    if matrix.is_national:
        return matrix.industry_jobs
    held = (np.isfinite(matrix.jobs) * matrix.place_jobs[:, None]).sum(axis=0)
    reach = np.divide(matrix.place_jobs.sum(), held, out=np.ones_like(held), where=held > 0)
    return np.asarray(matrix.industry_jobs * reach)


def _totals(matrix: EmploymentMatrix, amount: Floats, block: Flags) -> Totals:
    """Return totals of some industries; those of the country where it is told."""
    seen = totals_of(amount[:, block])
    if amount is not matrix.jobs or not matrix.is_national:
        return seen
    jobs = matrix.industry_jobs[block]
    return Totals(seen.place, jobs, float(jobs.sum()))


def coverage_of(matrix: EmploymentMatrix, amount: Floats) -> pl.DataFrame:
    """Return how many industries of each place are measured, without a job, or not known.

    Parameters
    ----------
    matrix : EmploymentMatrix
    amount : (r, s) float64
    """
    known = np.nansum(matrix.jobs, axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = known / matrix.place_jobs
    return matrix.places.select("place_id", "name").with_columns(
        pl.Series("jobs", matrix.place_jobs),
        pl.Series("n_measured", (np.nan_to_num(amount) > 0).sum(axis=1)),
        pl.Series("n_none", (amount == 0).sum(axis=1)),
        pl.Series("n_unknown", np.isnan(amount).sum(axis=1)),
        pl.Series("known_share", share, nan_to_null=True),
    )


def only_industries(matrix: EmploymentMatrix, block: Flags) -> EmploymentMatrix:
    """Return the matrix with some of its industries; totals of places stay as they are.

    Parameters
    ----------
    matrix : EmploymentMatrix
    block : (s,) bool
    """
    return replace(
        matrix,
        industries=matrix.industries.filter(pl.Series(block)),
        jobs=np.ascontiguousarray(matrix.jobs[:, block]),
        establishments=np.ascontiguousarray(matrix.establishments[:, block]),
        industry_jobs=matrix.industry_jobs[block],
        industry_suppressed=matrix.industry_suppressed[block],
    )


def rows_of(
    matrix: EmploymentMatrix, shown: Flags, columns: Mapping[str, Floats]
) -> pl.DataFrame:
    """Return one row a cell: place, industry, and what was measured there.

    Parameters
    ----------
    matrix : EmploymentMatrix
    shown : (r, s) bool
        Which cells; in order of places, then industries.
    columns : name to (r, s)
    """
    row, column = np.nonzero(shown)
    titles = matrix.industries.select("industry", pl.coalesce("title", "industry"))
    names = matrix.places.select("place_id", pl.coalesce("name", "place_id").alias("name"))
    return pl.DataFrame(
        {
            "place_id": names["place_id"].gather(row),
            "name": names["name"].gather(row),
            "industry": titles["industry"].gather(column),
            "title": titles["title"].gather(column),
            **{name: values[shown] for name, values in columns.items()},
        },
        nan_to_null=True,
    )
