"""How strong is the cluster around an industry, counted without the industry itself?

After Delgado, Porter and Stern: an industry may gain from the other industries of its cluster,
from related clusters of the place, and from the same cluster next door. Its own jobs must be in
none of the three, or convergence (large industries grow more slowly) would hide the gain.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.bases import bases, only_industries, rows_of
from buzzline.agglomeration.employment import (
    EmploymentMatrix,
    by_cluster,
    employment_matrix,
    in_common,
)
from buzzline.agglomeration.growth_regression import growth_regression
from buzzline.agglomeration.quotient_errors import Totals
from buzzline.agglomeration.specialisation import location_quotients
from buzzline.agglomeration.strength_measures import (
    neighbour_strength,
    neighbours_of,
    outside_quotients,
    related_clusters,
    related_strength,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Floats, as_codes
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Kilometres, Share, Years
from buzzline.tables.study import Study

TERMS = {
    "jobs": "jobs of the industry at the start (log)",
    "strength": "its cluster without it (log quotient)",
    "related": "related clusters of the place (log quotient)",
    "neighbours": "its cluster in neighbouring places (log quotient)",
}
GROWTH_SCHEMA = {
    "term": pl.String, "value": pl.Float64, "se": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "p": pl.Float64, "n": pl.Int64,
    "n_places": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterStrength:
    """What surrounds each industry in each place, and whether it grew with that.

    Attributes
    ----------
    industries : DataFrame
        One row a place and industry with jobs and a cluster, strongest surroundings first:
        `place_id`, `name`, `industry`, `title`, `cluster`, `jobs`, `value` (location quotient),
        `strength` (of its cluster without it), `related`, `neighbours`, `growth` (logarithm of
        jobs in the last year over jobs in the first; null with one year). Quotients are ratios
        without intervals: those of industries and clusters are in `location_quotients_by_place`
        and `strong_clusters`.
    growth : DataFrame
        One row a regressor of growth: `term`, `value`, `se`, `low`, `high`, `level`, `p`, `n`,
        `n_places`. Empty with one year.
    first_year, last_year : int or None
    level : share
    notes : tuple of str
    """

    industries: pl.DataFrame
    growth: pl.DataFrame
    first_year: int | None
    last_year: int | None
    level: Share
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a place and industry, strongest surroundings first."""
        return self.industries

    def __str__(self) -> str:
        n = self.industries.drop_nulls("strength").height
        said = f"{n:,} industries of places have a cluster around them"
        found = self.growth.filter(pl.col("term") == TERMS["strength"]).drop_nulls("low")
        if not found.height:
            return f"{said}; with one year, or too few places, growth is not compared."
        row = found.row(0, named=True)
        return (
            f"{said}. Where it is twice as strong, jobs grew by "
            f"{np.log(2) * row['value']:+.2%} more from {self.first_year} to {self.last_year} "
            f"[{np.log(2) * row['low']:+.2%}, {np.log(2) * row['high']:+.2%}] "
            f"(n={row['n']:,} industries in {row['n_places']:,} places; not a cause)."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.industries._repr_html_()}"


@analysis("agglomeration", "Do industries grow faster where the cluster around them is strong?")
def cluster_strength(
    study: Study,
    *,
    neighbours_within: Kilometres = 150.0,
    related_top: Share = 0.1,
    since: Years | None = None,
    year: Years | None = None,
    level: Share = 0.95,
) -> ClusterStrength:
    """Measure the cluster around each industry, without it, and its growth against that.

    Answers what surrounds an industry in its place, and, with two years, whether industries
    with stronger surroundings grew faster, net of their place and of their industry elsewhere.

    Parameters
    ----------
    study : Study
        Needs the table `employment` and `industries.cluster`; two years for growth.
    neighbours_within : km
        How far apart neighbouring places are at most, centre to centre.
    related_top : share
        Pairs of clusters in this top share by correlation over places are related.
    since : years
        The first year; the earliest by default.
    year : years
        The last year; the latest by default.
    level : share
        Confidence level of the coefficients.

    Returns
    -------
    ClusterStrength

    Raises
    ------
    InvalidArgument
        No industry has a cluster, or `since` comes after `year`.
    TooFew
        Nothing is known of jobs by place and industry.

    Notes
    -----
    Growth is the logarithm of the ratio of jobs, of industries with jobs in both years: entry
    and exit are not in it, nor are industries without a known regressor, such as a neighbour.
    Regressors are logarithms at the start, with effects of places and industries; where a
    cluster has no job a flag takes the place of the logarithm. Errors are clustered by place.
    Luck in the first year's jobs makes growth look slower where they are many (regression to
    the mean), so that their coefficient is too low; the others are free of that as the industry
    itself is in none of them. An association, not an effect.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2014). Clusters, convergence, and economic
       performance. Research Policy 43(10). doi:10.1016/j.respol.2014.05.007

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> cluster_strength(study).industries.columns[6:10]
    ['value', 'strength', 'related', 'neighbours']
    """
    first, last = _years(study, since, year)
    matrix, later = (first, None) if last is None else in_common(first, last)
    if not np.nansum(matrix.jobs) > 0:
        raise TooFew(
            "cluster_strength: no jobs are known by place and industry. Fill `jobs` in the "
            "table `employment`, or of organisations."
        )
    matrix, later = _clustered(matrix, later)
    cells, cluster, totals = _surroundings(matrix, (neighbours_within, related_top))
    jobs = matrix.jobs
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = np.log(later.jobs / jobs) if later is not None else np.full(jobs.shape, np.nan)
    cells["growth"] = np.where(np.isfinite(ratio), ratio, np.nan)
    shown = (np.nan_to_num(jobs) > 0) & (cluster >= 0)
    rows = rows_of(
        matrix, shown, {"jobs": jobs, "value": location_quotients(jobs, totals), **cells}
    )
    named = matrix.industries.select("industry", "cluster")
    rows = rows.join(named, on="industry", how="left", validate="m:1")
    order = ["place_id", "name", "industry", "title", "cluster"]
    rows = rows.select(*order, pl.exclude(order))
    return ClusterStrength(
        rows.sort("strength", "place_id", "industry", descending=[True, False, False],
                  nulls_last=True),
        growth_table(rows, level), first.year, None if last is None else last.year, level,
        matrix.notes,
    )  # fmt: skip


def growth_table(rows: pl.DataFrame, level: Share) -> pl.DataFrame:
    """Return the regression of growth on surroundings; without growth an empty table.

    Parameters
    ----------
    rows : DataFrame
        `place_id`, `industry`, `growth` and the columns of `TERMS`.
    level : share
    """
    terms = {term: said for term, said in TERMS.items() if rows[term].count()}
    kept = rows.drop_nulls(["growth", *terms])
    places = as_codes(kept["place_id"].rank("dense").to_numpy() - 1)
    industries = as_codes(kept["industry"].rank("dense").to_numpy() - 1)
    columns, names = [], []
    for term, said in terms.items():
        values = kept[term].to_numpy()
        positive = values > 0
        if positive.any():
            columns.append(np.log(np.where(positive, values, 1.0)))
            names.append(said)
            if not positive.all():
                columns.append((~positive).astype(np.float64))
                names.append(f"no job: {said.split(' (')[0]}")
    if not columns:
        return pl.DataFrame(schema=GROWTH_SCHEMA)
    growth, regressors = kept["growth"].to_numpy(), np.column_stack(columns)
    try:
        found = growth_regression(growth, regressors, (places, industries), level=level)
    except TooFew:
        return pl.DataFrame(schema=GROWTH_SCHEMA)
    k = len(names)
    table = {
        "term": names, "value": found.value, "se": found.se, "low": found.low,
        "high": found.high, "level": [level] * k, "p": found.p, "n": [found.n] * k,
        "n_places": [found.n_groups] * k,
    }  # fmt: skip
    return pl.DataFrame(table, schema=GROWTH_SCHEMA, nan_to_null=True)


def _years(
    study: Study, since: int | None, year: int | None
) -> tuple[EmploymentMatrix, EmploymentMatrix | None]:
    known = study.employment["year"].drop_nulls().unique().sort().to_list()
    if since is not None and year is not None and since >= year:
        raise InvalidArgument(
            f"cluster_strength: `since` must be before `year`, got {since} and {year}."
        )
    start = since if since is not None else (known[0] if known else None)
    end = year if year is not None else (known[-1] if known else None)
    first = employment_matrix(study, year=start)
    last = employment_matrix(study, year=end) if end is not None and end != start else None
    return first, last


def _clustered(
    matrix: EmploymentMatrix, later: EmploymentMatrix | None
) -> tuple[EmploymentMatrix, EmploymentMatrix | None]:
    """Keep traded industries where the study tells them; local ones serve their own place."""
    traded = matrix.industries["traded"]
    if traded.null_count() == traded.len() or not traded.fill_null(False).any():
        return matrix, later
    block = traded.fill_null(False).to_numpy()
    return only_industries(matrix, block), None if later is None else only_industries(
        later, block
    )


def _surroundings(
    matrix: EmploymentMatrix, how: tuple[Kilometres, Share]
) -> tuple[dict[str, Floats], Codes, Totals]:
    """Return strength, related and neighbouring clusters of each industry, (r, s) each."""
    whole = bases(matrix, matrix.jobs, "all")[0][1]
    traded = matrix.industries["traded"].null_count() == 0
    totals = bases(matrix, matrix.jobs, "traded")[0][1] if traded else whole
    clusters = by_cluster(matrix, asked_by="cluster_strength")
    names = clusters.industries["industry"].to_list()
    number = {name: at for at, name in enumerate(names)}
    code = as_codes([number.get(name, -1) for name in matrix.industries["cluster"].to_list()])
    held = Totals(totals.place, clusters.industry_jobs, totals.everything)
    quotient = location_quotients(clusters.jobs, held)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.nan_to_num(clusters.jobs / totals.place[:, None])
    related = related_clusters(share, top=how[1]).astype(np.float64)
    near = neighbours_of(matrix.places, how[0])
    cells = {
        "strength": outside_quotients(matrix.jobs, code, totals),
        "related": related_strength(quotient, related)[:, np.maximum(code, 0)],
        "neighbours": neighbour_strength(quotient, near)[:, np.maximum(code, 0)],
    }
    return cells, code, totals
