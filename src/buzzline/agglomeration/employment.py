"""Jobs and establishments by place and industry: what every measure of a region starts from.

`employment_matrix` takes them from the table `employment`, else counts establishments or
organisations. One year, one level of the classification and one kind of place are picked, so
that nothing is counted twice; what is left out, and what is suppressed, is told in the record.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.agglomeration.cells import Cells, cells_of
from buzzline.agglomeration.plants import Plants, number_of, plants_of
from buzzline.agglomeration.publication_floor import publication_floor
from buzzline.agglomeration.vintages import notes_on_codes
from buzzline.arrays import Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.tables import Study

__all__ = [
    "EmploymentMatrix",
    "Plants",
    "by_cluster",
    "employment_matrix",
    "in_common",
    "plants_of",
    "vintage_gap",
]


@dataclass(frozen=True, slots=True, eq=False)
class EmploymentMatrix:
    """Jobs and establishments of each industry in each place, in one year.

    Attributes
    ----------
    places : DataFrame
        Row order: `place_id`, `name`, `country`, `longitude`, `latitude`, `population`; null
        where unknown.
    industries : DataFrame
        Column order: `industry`, `title`, `cluster`, `traded`; null where unknown.
    jobs : (r, s) float64 [jobs]
        NaN: suppressed or not known; 0: none, or not published where `suppressed_share` > 0.
    establishments : (r, s) float64 [count]
        NaN: not known.
    place_jobs : (r,) float64 [jobs]
        Of all industries: as published, else the largest sum of known cells at any level.
    industry_jobs : (s,) float64 [jobs]
        Sums of the known cells; where `is_national`, of the country as published.
    all_jobs : float
        Of all places; where `is_national`, of the country.
    suppressed_share : float
        Share of the jobs of all places that is in no known cell; NaN when cells are suppressed
        and no totals are published.
    place_suppressed : (r,) float64
        The same share within each place.
    industry_suppressed : (s,) float64
        Share of the jobs of the next coarser industry of the table (the one each lies in) that
        is in no known cell of its parts; NaN when there is none.
    year : int or None
    source : str
        "employment", "establishments" or "organisations".
    notes : tuple[str, ...]
        What was picked, left out or could not be told.
    publication_floor : int [establishments]
        Cells of fewer are not published; 1 where all are. Found in the table itself.
    is_national : bool
        Totals of industries are those of the country, a row of which the table holds.
    """

    places: pl.DataFrame
    industries: pl.DataFrame
    jobs: Floats
    establishments: Floats
    place_jobs: Floats
    industry_jobs: Floats
    all_jobs: float
    suppressed_share: float
    place_suppressed: Floats
    industry_suppressed: Floats
    year: int | None
    source: str
    notes: tuple[str, ...] = ()
    publication_floor: int = 1
    is_national: bool = False

    def table(self) -> pl.DataFrame:
        """Return one row a cell with jobs or establishments, the largest first."""
        there = (np.nan_to_num(self.jobs, nan=1.0) > 0) | (
            np.nan_to_num(self.establishments, nan=0.0) > 0
        )
        row, column = np.nonzero(there)
        cells = pl.DataFrame(
            {
                "place_id": self.places["place_id"].gather(row),
                "name": self.places["name"].gather(row),
                "industry": self.industries["industry"].gather(column),
                "title": self.industries["title"].gather(column),
                "jobs": pl.Series(self.jobs[row, column]).fill_nan(None),
                "establishments": pl.Series(self.establishments[row, column]).fill_nan(None),
            }
        )
        order = ["jobs", "establishments", "place_id", "industry"]
        return cells.sort(order, descending=[True, True, False, False], nulls_last=True)

    def __str__(self) -> str:
        r, s = self.jobs.shape
        held = float(self.place_jobs.sum()) if self.is_national else self.all_jobs
        jobs = f"{held:,.0f} jobs" if np.isfinite(held) else "unknown jobs"
        when = f" in {self.year}" if self.year is not None else ""
        share = self.suppressed_share
        known = "an unknown share" if np.isnan(share) else f"{share:.1%}"
        hidden = f"; {known} of them in no published cell" if share != 0 else ""
        where = f"{number_of(r, 'place')} and {number_of(s, 'industry', 'industries')}"
        return f"{jobs} in {where}{when}{hidden}."


def employment_matrix(
    study: Study, *, year: int | None = None, digits: int | None = None
) -> EmploymentMatrix:
    """Return jobs and establishments by place and industry.

    Parameters
    ----------
    study : Study
    year : int, optional
        The last one by default. Counted from establishments or organisations, those active in
        it; without a year, all of them.
    digits : int, optional
        Level of the classification (`industries.level`, or digits of the code); the deepest by
        default. Finer codes are summed when the table has none of that level.

    Returns
    -------
    EmploymentMatrix

    Raises
    ------
    TooFew
        Nothing tells where which industry is, or not in that year.
    InvalidArgument
        No industry has that many digits.

    Examples
    --------
    >>> study = Study.of(employment=pl.DataFrame({
    ...     "place_id": ["a", "a", "b"], "industry": ["10", "11", "10"],
    ...     "jobs": [5.0, 3.0, 2.0]}))
    >>> employment_matrix(study).jobs
    array([[5., 3.],
           [2., 0.]])
    """
    return _matrix(cells_of(study, year=year, digits=digits), study)


def by_cluster(matrix: EmploymentMatrix, *, asked_by: str = "by_cluster") -> EmploymentMatrix:
    """Return the matrix with its industries summed into `industries.cluster`.

    A cluster is unknown (NaN) in a place where one of its industries is. Jobs of industries
    without a cluster stay in the totals and are told in the notes. `asked_by` is who the error
    names.

    Raises
    ------
    InvalidArgument
        No industry has a cluster.

    Examples
    --------
    >>> study = Study.of(
    ...     employment=pl.DataFrame({
    ...         "place_id": "a", "industry": ["10", "11", "62"], "jobs": [5.0, 3.0, 2.0]}),
    ...     industries=pl.DataFrame({
    ...         "industry": ["10", "11", "62"], "cluster": ["food", "food", "digital"]}))
    >>> by_cluster(employment_matrix(study)).jobs
    array([[2., 8.]])
    """
    cluster = matrix.industries["cluster"]
    names = cluster.drop_nulls().unique().sort()
    if not names.len():
        raise InvalidArgument(
            f"{asked_by}: no industry belongs to a cluster. Fill in `cluster` in the table "
            "`industries`, or read definitions with `read_cbp`."
        )
    member = pl.DataFrame({"cluster": names}).with_row_index("at")
    at = pl.DataFrame({"cluster": cluster}).join(
        member, on="cluster", how="left", maintain_order="left", validate="m:1"
    )["at"]
    code = at.fill_null(names.len()).to_numpy().astype(np.int64)
    left = float(np.nansum(matrix.jobs[:, code == names.len()]))
    note = f"{left:,.0f} jobs are in industries without a cluster." if left else ""
    traded = matrix.industries.filter(pl.col("cluster").is_not_null()).group_by("cluster").agg(
        pl.when(pl.col("traded").n_unique() == 1).then(pl.col("traded").first()).first()
    )  # fmt: skip
    industries = member.select("cluster").join(
        traded, on="cluster", how="left", maintain_order="left", validate="1:1"
    )
    jobs = _summed(matrix.jobs, code, names.len())
    return replace(
        matrix,
        industries=industries.select(
            pl.col("cluster").alias("industry"), pl.col("cluster").alias("title"), "cluster",
            "traded",
        ),
        jobs=jobs,
        establishments=_summed(matrix.establishments, code, names.len()),
        industry_jobs=_summed(matrix.industry_jobs[None], code, names.len())[0]
        if matrix.is_national else np.nansum(jobs, axis=0),
        industry_suppressed=np.full(names.len(), np.nan),
        notes=(*matrix.notes, *([note] if note else [])),
    )  # fmt: skip


def in_common(
    first: EmploymentMatrix, second: EmploymentMatrix
) -> tuple[EmploymentMatrix, EmploymentMatrix]:
    """Return both matrices on the places and industries that stand in both, in equal order.

    Totals stay those of each matrix as a whole; what was left out is told in the notes, and by
    industry in `vintage_gap`.

    Raises
    ------
    InvalidArgument
        They have no place or no industry in common.

    Examples
    --------
    >>> study = Study.of(employment=pl.DataFrame({
    ...     "place_id": "a", "industry": ["10", "11", "10"], "year": [2018, 2018, 2019],
    ...     "jobs": [5.0, 3.0, 2.0]}))
    >>> first, second = in_common(*(employment_matrix(study, year=y) for y in (2018, 2019)))
    >>> first.jobs, second.jobs
    (array([[5.]]), array([[2.]]))
    """
    rows = _shared(first.places["place_id"], second.places["place_id"], "place")
    columns = _shared(first.industries["industry"], second.industries["industry"], "industry")
    return _cut(first, rows, columns), _cut(second, rows, columns)


def vintage_gap(first: EmploymentMatrix, second: EmploymentMatrix) -> pl.DataFrame:
    """Return the industries that stand in only one of two years, most jobs first.

    Mostly the classification changed between them (another vintage): such an industry neither
    left nor entered anywhere.

    Returns
    -------
    DataFrame
        `industry`, `title`, `present_in` ("first" or "second"), `year`, `jobs`, `share` (of all
        jobs of that year).

    Examples
    --------
    >>> study = Study.of(employment=pl.DataFrame({
    ...     "place_id": "a", "industry": ["10", "11", "10"], "year": [2018, 2018, 2019],
    ...     "jobs": [5.0, 3.0, 2.0]}))
    >>> gap = vintage_gap(*(employment_matrix(study, year=y) for y in (2018, 2019)))
    >>> gap.select("industry", "present_in", "share").rows()
    [('11', 'first', 0.375)]
    """
    parts = []
    for which, here, there in (("first", first, second), ("second", second, first)):
        codes = here.industries.select("industry", "title").with_columns(
            present_in=pl.lit(which),
            year=pl.lit(here.year, pl.Int64),
            jobs=pl.Series(here.industry_jobs),
            share=pl.Series(here.industry_jobs / here.all_jobs),
        )
        parts.append(codes.join(there.industries.select("industry"), on="industry", how="anti"))
    return pl.concat(parts).sort(["jobs", "industry"], descending=[True, False])


def _matrix(cells: Cells, study: Study) -> EmploymentMatrix:
    jobs, establishments = _filled(cells, "jobs"), _filled(cells, "establishments")
    known = np.nansum(jobs, axis=1)
    is_told, published = cells.is_told, np.fmax(cells.place_totals, 0.0)
    total = np.where(is_told, published, known)
    hidden = (np.isnan(jobs).any(axis=1) | cells.is_hidden) & ~is_told
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = np.where(total > 0, np.maximum(0.0, total - known) / total, 0.0)
    gap[hidden] = np.nan
    all_jobs = float(total.sum()) if np.isfinite(jobs).any() else float("nan")
    share = 0.0 if all_jobs == 0 else max(0.0, all_jobs - known.sum()) / all_jobs
    over = int((known > 1.001 * total).sum())
    notes = list(cells.notes)
    if hidden.any():
        notes.append(
            "Cells are suppressed or not known in places without published totals, so that "
            "their share of all jobs cannot be told: "
            f"{int(np.isnan(jobs[hidden]).sum()):,}."
        )
    if over:
        notes.append(
            "Cells add up to more than the published total (noise is added to each, or totals "
            "are rounded), so that the suppressed share counts as 0, in this many places: "
            f"{over:,}."
        )
    floor = 1
    if cells.source == "employment":
        notes += notes_on_codes(cells.industries["industry"], jobs, study)
        floor = publication_floor(jobs, establishments, suppressed_share=share)
    if floor > 1:
        notes.append(
            f"No cell of fewer than {floor:,} establishments is published: small industries "
            "are seen only where they gather, and a cell that is not there may be a small one."
        )
    of_industry, everything = cells.nation or (np.nansum(jobs, axis=0), all_jobs)
    return EmploymentMatrix(
        cells.places, cells.industries, jobs, establishments, total, of_industry, everything,
        float("nan") if hidden.any() else share, gap, cells.industry_gap, cells.year,
        cells.source, tuple(notes), floor, is_national=cells.nation is not None,
    )  # fmt: skip


def _filled(cells: Cells, column: str) -> Floats:
    """Return (r, s): 0 where there is no row, NaN where its value is missing."""
    values = cells.rows[column].to_numpy()
    matrix = np.zeros((cells.places.height, cells.industries.height))
    if not np.isfinite(values).any():
        matrix.fill(np.nan)
    matrix[cells.rows["at"].to_numpy(), cells.rows["of"].to_numpy()] = values
    return matrix


def _summed(values: Floats, code: Indices, n: int) -> Floats:
    out = np.zeros((values.shape[0], n + 1))
    for column, group in enumerate(code):
        out[:, group] += values[:, column]
    return np.ascontiguousarray(out[:, :n])


def _shared(one: pl.Series, other: pl.Series, what: str) -> pl.Series:
    shared = one.filter(one.is_in(other.implode()))
    if not shared.len():
        raise InvalidArgument(
            f"in_common: the two years share no {what}. Codes are probably of two vintages or "
            "two classifications; bring them to one with a crosswalk."
        )
    return shared


def _cut(matrix: EmploymentMatrix, rows: pl.Series, columns: pl.Series) -> EmploymentMatrix:
    at, of = (
        _positions(matrix.places["place_id"], rows),
        _positions(matrix.industries["industry"], columns),
    )
    left = [
        f"{what} {n:,}"
        for n, what in ((matrix.places.height - at.size, "places"),
                        (matrix.industries.height - of.size, "industries"))
        if n
    ]  # fmt: skip
    said = [f"Left out, as the other year does not have them: {', '.join(left)}."][: len(left)]
    grid = np.ix_(at, of)
    return replace(
        matrix,
        places=matrix.places[at], industries=matrix.industries[of],
        jobs=np.ascontiguousarray(matrix.jobs[grid]),
        establishments=np.ascontiguousarray(matrix.establishments[grid]),
        place_jobs=matrix.place_jobs[at], industry_jobs=matrix.industry_jobs[of],
        place_suppressed=matrix.place_suppressed[at],
        industry_suppressed=matrix.industry_suppressed[of],
        notes=(*matrix.notes, *said),
    )  # fmt: skip


def _positions(values: pl.Series, wanted: pl.Series) -> Indices:
    known = pl.DataFrame({"value": values}).with_row_index("at")
    return (
        pl.DataFrame({"value": wanted})
        .join(known, on="value", how="left", maintain_order="left", validate="1:1")["at"]
        .to_numpy()
        .astype(np.int64)
    )
