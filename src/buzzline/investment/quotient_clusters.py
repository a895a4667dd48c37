"""Clusters read off a table of jobs, where no coordinates tell: over-represented and large."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.specialisation import location_quotients
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.clusters.tabulating import COVERAGE_SCHEMA
from buzzline.quantities import Count, Ratio, Share
from buzzline.tables.study import Study
from buzzline.wording import plural

QUOTIENT, JOB_SHARE, ESTABLISHMENTS = 1.25, 0.01, 10
NOTE = (
    "These are places where an industry has a location quotient above {quotient:g}, more than "
    "{share:.1%} of its jobs and {fewest} establishments or more: a rule, tested against "
    "nothing, and one that depends on how places are drawn. Compare finer and coarser places."
)


def presence_by_quotient(
    jobs: Floats,
    establishments: Floats,
    *,
    quotient: Ratio = QUOTIENT,
    share: Share = JOB_SHARE,
    fewest: Count = ESTABLISHMENTS,
) -> Floats:
    """Tell where an industry is over-represented, large and of many. (r, s) 1, 0 or NaN.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
        Places by industries; NaN not known.
    establishments : (r, s) float64 [count]
        NaN not known.
    quotient : ratio
        The location quotient must be above it.
    share : share
        Of the industry's jobs; those of the place must be more.
    fewest : count
        Establishments in the place.

    Returns
    -------
    (r, s) float64
        0 where one of the three is known to fail, else NaN where one is not known.

    Examples
    --------
    >>> presence_by_quotient(np.array([[90.0, 10.0], [10.0, 90.0]]), np.full((2, 2), 12.0))
    array([[1., 0.],
           [0., 1.]])
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        of_industry = jobs / np.nansum(jobs, axis=0)
    tests = (
        (location_quotients(jobs), quotient, False),
        (of_industry, share, False),
        (establishments, float(fewest), True),
    )
    passed, unknown = np.ones(jobs.shape, np.bool_), np.zeros(jobs.shape, np.bool_)
    for value, cut, is_reached in tests:
        with np.errstate(invalid="ignore"):
            passed &= (value >= cut if is_reached else value > cut) | np.isnan(value)
        unknown |= np.isnan(value)
    return as_floats(np.where(~passed, 0.0, np.where(unknown, np.nan, 1.0)))


def clusters_by_quotient(
    study: Study,
    *,
    year: int | None = None,
    digits: Count | None = None,
    quotient: Ratio = QUOTIENT,
    share: Share = JOB_SHARE,
    fewest: Count = ESTABLISHMENTS,
) -> Clustering:
    """Return the places where an industry is over-represented and large, as clusters.

    For studies whose organisations are known by place only, and to see whether an answer
    depends on how places are drawn. Everything that takes a clustering takes it.

    Parameters
    ----------
    study : Study
        Needs the table `employment`, or organisations with places; members are organisations
        with a `place_id`.
    year, digits : optional
        As in `employment_matrix`.
    quotient, share, fewest :
        As in `presence_by_quotient`.

    Raises
    ------
    TooFew
        Nothing tells where which industry is.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> "quotient above 1.25" in clusters_by_quotient(study).note
    True
    """
    matrix = employment_matrix(study, year=year, digits=digits)
    present = presence_by_quotient(
        matrix.jobs, matrix.establishments, quotient=quotient, share=share, fewest=fewest
    )
    labels = _labels(study, matrix, present)
    found = clustering_of_labels(study, labels)
    note = NOTE.format(quotient=quotient, share=share, fewest=fewest)
    unknown = int(np.isnan(present).sum())
    if unknown:
        note += f" Of {plural(unknown, 'cell')} it is not known, and they are no clusters here."
    return replace(found, note=note, coverage=_coverage(matrix, found))


def _labels(study: Study, matrix: EmploymentMatrix, present: Floats) -> list[str | None]:
    """Return the cluster of each organisation: its industry and place, where they make one."""
    place = {name: row for row, name in enumerate(matrix.places["place_id"])}
    codes = {name: column for column, name in enumerate(matrix.industries["industry"])}
    labels: list[str | None] = []
    for where, code in study.organisations.select("place_id", "industry").iter_rows():
        ends = (code[:k] for k in range(len(code or ""), 0, -1))
        own = next((end for end in ends if end in codes), None)
        inside = own is not None and where in place and present[place[where], codes[own]] == 1
        labels.append(f"{own}@{where}" if inside else None)
    return labels


def _coverage(matrix: EmploymentMatrix, found: Clustering) -> pl.DataFrame:
    """Return every industry as examined, also those without a cluster."""
    names = matrix.industries.select(industry=pl.coalesce("title", "industry"))
    rest = names.filter(~pl.col("industry").is_in(found.coverage["industry"].implode()))
    added = rest.with_columns(status=pl.lit("examined"), n_candidates=pl.lit(0, pl.Int64))
    shaped = added.select(
        pl.col(name) if name in added.columns else pl.lit(None, kind).alias(name)
        for name, kind in COVERAGE_SCHEMA.items()
    )
    return pl.concat([found.coverage, shaped])
