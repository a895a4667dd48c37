"""Which points a distance-based measure looks at, and how chance deals them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.point_nulls import PointNull, pool_of
from buzzline.agglomeration.population import Industries, PointUnit, PointWeight, Population
from buzzline.arrays import Indices, as_indices
from buzzline.errors import TooFew


@dataclass(frozen=True, slots=True)
class Sampling:
    """Which points there are, and how chance deals them.

    Attributes
    ----------
    unit : "establishments", "organisations" or "owners"
        What a point is. With "owners", all that belongs to one owner is one point, where its
        largest part stands.
    null : "all_sites", "relabelling" or "case_control"
        Deal the industry's members, with their own jobs, to locations in use; or deal its label
        to others, who keep their jobs; or deal its label among the industry and `controls`.
    controls : names of industries
        For "case_control": who else could have been in the industry.
    """

    unit: PointUnit = "establishments"
    null: PointNull = "all_sites"
    controls: Sequence[str] | None = None

    def __str__(self) -> str:
        if self.null == "case_control":
            return f"{self.unit} dealt among the industry and {', '.join(self.controls or ())}"
        where = "locations in use" if self.null == "all_sites" else "each other"
        return f"{self.unit} dealt to {where}"


def pool_for(population: Population, rows: Indices, sampling: Sampling) -> Indices:
    """Return the rows that a replicate of an industry may draw from.

    Raises
    ------
    TooFew
        All of them stand at one place, or the industry is all there is: chance has no choice.
    """
    controls = None
    if sampling.controls is not None:
        groups = population.cases(tuple(sampling.controls)).values()
        controls = as_indices(np.unique(np.concatenate(list(groups))))
    pool = pool_of(sampling.null, rows, len(population), controls=controls)
    if not np.ptp(population.points.xyz[pool], axis=0).any():
        raise TooFew("all points are at one place: nothing to compare")
    return pool


def with_known_jobs(population: Population, weight: PointWeight) -> tuple[Population, int]:
    """Return the points that can be weighted, and how many cannot.

    Raises
    ------
    TooFew
        No point has jobs.
    """
    if weight == "none":
        return population, 0
    known = np.isfinite(population.jobs)
    if not np.any(population.jobs[known] > 0):
        raise TooFew(
            f"none of the {len(population):,} points has `jobs` to weight by. "
            "Add them, or choose the weight 'none'."
        )
    return population.among(known), int((~known).sum())


def shown(wanted: Industries, population: Population) -> str:
    """Return a sentence on which industries were left out by default, or nothing."""
    n_all = population.members["industry"].n_unique()
    n_shown = len(population.cases(wanted))
    if wanted is not None or n_all <= n_shown:
        return ""
    n_points = population.members.group_by("industry").len().select(pl.col("len").max()).item()
    return (
        f"The {n_shown} most numerous of {n_all:,} industries (the largest has {n_points:,} "
        "points); name `industries` for others."
    )
