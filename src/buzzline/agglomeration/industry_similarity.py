"""Which matrices of similarity between industries are there, and which are searched?

Base matrices, each kept as measured: location by jobs, location by establishments,
coagglomeration, and links (input and output, occupations, moves of people) where the study has
tables of them. Groups are sought in each, brought to a common scale, and in means of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm, rankdata

from buzzline.agglomeration.inter_industry import locational_correlation
from buzzline.agglomeration.pairs_by_chance import pairwise_coagglomeration
from buzzline.arrays import Floats, Indices, as_flags, as_floats

Scaling = Literal["ranks", "standardised"]

JOBS, ESTABLISHMENTS, COAGGLOMERATION = "jobs", "establishments", "coagglomeration"
LOCATION = (JOBS, ESTABLISHMENTS, COAGGLOMERATION)


@dataclass(frozen=True, slots=True, eq=False)
class Whereabouts:
    """What the base matrices are made of.

    Attributes
    ----------
    jobs, establishments : (r, s) float64 or None
        None where the study does not tell them.
    links : mapping of name to (s, s) float64
        Relatedness that does not come from places; NaN where not known.
    size : (r,) float64 [jobs] or None
        Of the places, all industries together; None: the sum of what is counted here.
    """

    jobs: Floats | None
    establishments: Floats | None
    links: Mapping[str, Floats]
    size: Floats | None = None

    @property
    def counted(self) -> Floats:
        """(r, s) establishments, or jobs where establishments are not told."""
        some = self.establishments if self.establishments is not None else self.jobs
        assert some is not None
        return some

    def of_places(self, rows: Indices) -> Whereabouts:
        """Return the same for some of the places, each as often as it is named."""
        jobs = None if self.jobs is None else self.jobs[rows]
        establishments = None if self.establishments is None else self.establishments[rows]
        size = None if self.size is None else self.size[rows]
        return Whereabouts(jobs, establishments, self.links, size)


def base_matrices(where: Whereabouts) -> dict[str, Floats]:
    """Return relatedness as measured, by name; NaN where it is not known."""
    bases: dict[str, Floats] = {}
    if where.jobs is not None:
        bases[JOBS] = locational_correlation(where.jobs)
    if where.establishments is not None:
        bases[ESTABLISHMENTS] = locational_correlation(where.establishments)
    counted = where.jobs if where.jobs is not None else where.establishments
    if counted is not None:
        bases[COAGGLOMERATION] = _coagglomeration(counted)
    return {**bases, **where.links}


def _coagglomeration(counted: Floats) -> Floats:
    """Return pairwise coagglomeration; what is not known counts as none, as in totals."""
    known = np.nan_to_num(counted)
    total = known.sum(axis=0)
    somewhere = as_flags(total > 0)
    together = np.full((total.size, total.size), np.nan)
    shares = as_floats(known[:, somewhere] / total[somewhere])
    together[np.ix_(somewhere, somewhere)] = pairwise_coagglomeration(shares)
    return together


def similarities(bases: Mapping[str, Floats], scaling: Scaling) -> dict[str, Floats]:
    """Return the matrices in which groups are sought: the base matrices and means of them.

    Each base matrix is scaled first, so that none outweighs another: jobs and establishments
    make "location", and location or coagglomeration with all links make a mean each, as does
    everything together (where the three that tell of places count as one).

    Parameters
    ----------
    bases : mapping of name to (s, s) float64
    scaling : "ranks" or "standardised"

    Returns
    -------
    mapping of name to (s, s) float64
        Without gaps: what is not known counts as average.
    """
    on_scale = {name: scaled(matrix, scaling) for name, matrix in bases.items()}
    links = [name for name in bases if name not in LOCATION]
    location = [name for name in (JOBS, ESTABLISHMENTS) if name in bases]
    parts: dict[str, list[Floats]] = {name: [matrix] for name, matrix in on_scale.items()}
    if len(location) > 1:
        parts["location"] = [on_scale[name] for name in location]
    if links and location:
        both = _known_mean([on_scale[name] for name in location])
        parts["location and links"] = [both, *(on_scale[name] for name in links)]
    if links and COAGGLOMERATION in bases:
        parts["coagglomeration and links"] = [
            on_scale[name] for name in (COAGGLOMERATION, *links)
        ]
    if len(bases) > 1:
        parts["everything"] = _by_kind(on_scale)
    return {name: np.nan_to_num(_known_mean(matrices)) for name, matrices in parts.items()}


def overall(bases: Mapping[str, Floats], scaling: Scaling) -> Floats:
    """Return the mean of all scaled base matrices, every kind of linkage counting once.

    NaN where none is known.
    """
    return _known_mean(_by_kind({name: scaled(one, scaling) for name, one in bases.items()}))


def _by_kind(on_scale: Mapping[str, Floats]) -> list[Floats]:
    """Return one matrix a kind of linkage: the mean of those of location, and each link."""
    location = [matrix for name, matrix in on_scale.items() if name in LOCATION]
    links = [matrix for name, matrix in on_scale.items() if name not in LOCATION]
    return [_known_mean(location), *links] if location else links


def _known_mean(matrices: list[Floats]) -> Floats:
    known = sum((~np.isnan(matrix)).astype(np.float64) for matrix in matrices)
    total = sum(np.nan_to_num(matrix) for matrix in matrices)
    with np.errstate(invalid="ignore", divide="ignore"):
        return as_floats(np.where(known > 0, total / known, np.nan))


def scaled(matrix: Floats, scaling: Scaling) -> Floats:
    """Return relatedness with mean 0 and standard deviation 1 over known pairs.

    Parameters
    ----------
    matrix : (s, s) float64
    scaling : "ranks" or "standardised"
        "standardised" moves and stretches, as published. "ranks" replaces values by normal
        scores of their ranks: input-output coefficients are so skewed that otherwise a few
        pairs decide every mean they are part of.

    Examples
    --------
    >>> related = np.array([[1, 2, 4], [2, 1, 99], [4, 99, 1.0]])
    >>> scaled(related, "ranks").round(2).tolist()
    [[0.0, -0.97, 0.0], [-0.97, 0.0, 0.97], [0.0, 0.97, 0.0]]
    """
    row, column = np.triu_indices(matrix.shape[0], 1)
    values = matrix[row, column]
    known = ~np.isnan(values)
    found = values[known]
    if scaling == "ranks" and found.size:
        found = norm.ppf((rankdata(found) - 0.5) / found.size)
    elif found.size:
        spread = found.std()
        found = (found - found.mean()) / (spread if spread > 0 else 1.0)
    values = np.full(values.size, np.nan)
    values[known] = found
    out = np.zeros_like(matrix)
    out[row, column] = out[column, row] = values
    return out
