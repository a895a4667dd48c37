"""Which industries are over-represented where, and how sure is that?

`location_quotients(employment)` is the number on arrays. The analysis, with intervals and
tests, is `location_quotients_by_place`; its command is `location-quotients`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.bases import (
    Base,
    Counted,
    bases,
    coverage_of,
    dispersion_of,
    only_industries,
    rows_of,
)
from buzzline.agglomeration.checks import as_jobs
from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.quotient_errors import (
    Totals,
    chance_band,
    effective_plants,
    evenness_p,
    industry_plants,
    quotient_interval,
    totals_of,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Count, Share, Years
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

# With one or two plants seen, intervals of skewed plants cover 0.89 to 0.96 instead of 0.95.
FEW_PLANTS = 5
MEASURED, FEW = "measured", "few plants: read the interval with care"
NO_PLANTS = "number of plants not known: no interval"

BASE_SAID: dict[str, str] = {
    "all": "all jobs",
    "traded": "jobs in traded industries",
    "same_type": "jobs in industries of the same type, traded or local",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocationQuotients:
    """Location quotients of every known cell, with intervals and a test against 1.

    Attributes
    ----------
    quotients : DataFrame
        One row a place and industry with jobs, largest lower end first: `place_id`, `name`,
        `industry`, `title`, `jobs`, `establishments`, `value` (the quotient), `low`, `high`,
        `level`, `chance_low`, `chance_high` (what an industry spread like the base would show),
        `p`, `q`, `status`.
    industries : DataFrame
        One row an industry: `industry`, `title`, `jobs`, `establishments`, `size_dispersion`
        (squared coefficient of variation of plant sizes), `effective_plants`.
    coverage : DataFrame
        One row a place: `place_id`, `name`, `jobs`, `n_measured`, `n_none` (industries without
        a job there), `n_unknown` (suppressed or not known), `known_share` (of its jobs).
    base, counted : str
    suppressed_share : share
        Of all jobs, in no known cell.
    level : share
    year : int or None
    publication_floor : int     cells of fewer establishments are not published; 1: all are
    """

    quotients: pl.DataFrame
    industries: pl.DataFrame
    coverage: pl.DataFrame
    base: Base
    counted: Counted
    suppressed_share: float
    level: Share
    year: int | None
    publication_floor: int = 1
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a place and industry, largest lower end first."""
        return self.quotients

    def __str__(self) -> str:
        cells = int(self.quotients["q"].is_not_null().sum())
        above = self.quotients.filter((pl.col("q") <= 1 - self.level) & (pl.col("value") > 1))
        base = BASE_SAID[self.base] if self.counted == "jobs" else "all establishments"
        said = (
            f"{above.height:,} of {cells:,} pairs of place and industry hold more "
            f"{self.counted} than {base} would give them (false discoveries held at "
            f"{1 - self.level:.0%})"
        )
        if above.height:
            top = above.row(0, named=True)
            said += (
                f"; most surely {top['title']} in {top['name']}: {top['value']:.3g} times "
                f"[{top['low']:.3g}, {top['high']:.3g}] its share of all places"
            )
        if not cells and self.quotients.height:
            larger = self.quotients.filter(pl.col("value") > 1).height
            said = (
                f"Nothing could be tested, as the number of plants is not known: {larger:,} of "
                f"{self.quotients.height:,} pairs of place and industry have a quotient above "
                "1, which may be chance"
            )
        hidden = self.suppressed_share
        told = f" {hidden:.1%} of jobs are in no known cell." if hidden > 0 else ""
        if self.publication_floor > 1:
            told += (
                f" Cells of fewer than {self.publication_floor} establishments are not "
                "published: a place without a quotient may have a small one."
            )
        return f"{said}.{told}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.quotients._repr_html_()}"


@analysis("agglomeration", "Which industries are over-represented where, and how sure is that?")
def location_quotients_by_place(
    study: Study,
    *,
    base: Base = "all",
    counted: Counted = "jobs",
    places: Sequence[str] | None = None,
    industries: Sequence[str] | None = None,
    level: Share = 0.95,
    year: Years | None = None,
    digits: Count | None = None,
) -> LocationQuotients:
    """Measure how over-represented each industry is in each place, with intervals.

    Answers whether a place holds more of an industry than its size would give, and whether
    plants falling anywhere could have done that.

    Parameters
    ----------
    study : Study
        Needs the table `employment`, or organisations with places and industries.
    base : "all", "traded" or "same_type"
        What a place's size is: all jobs; those in traded industries only; or those of the same
        type, traded among traded and local among local, as in US Cluster Mapping. The last two
        need `industries.traded`.
    counted : "jobs" or "establishments"
        Jobs come in plants, and the interval knows; establishments are counts.
    places, industries : names, or None
        Which rows to keep; all are measured and tested in any case.
    level : share
        Confidence level of intervals; false discoveries are held at 1 - level.
    year : years
        Which year of `employment`; the latest by default.
    digits : count
        How deep in the classification of industries; the deepest by default.

    Returns
    -------
    LocationQuotients

    Raises
    ------
    TooFew
        Nothing is known of jobs by place and industry, or fewer than two places or industries.
    InvalidArgument
        `base` needs to know which industries are traded; a place or industry is not there.

    Notes
    -----
    (jobs here / all jobs here) / (jobs of the industry / all jobs). Suppressed cells are not
    zeros: they are not measured, and are counted by place in `coverage`. Totals are those
    published where there are any. The interval takes the plant as the unit of sampling
    (`quotient_errors`); it does not contain noise added on purpose by a statistical office.
    Not a bootstrap of plants: a plant drawn twice looks like two plants in one place.

    References
    ----------
    .. [1] Delgado, M., Porter, M. E., Stern, S. (2016). Defining clusters of related
       industries. Journal of Economic Geography 16(1). doi:10.1093/jeg/lbv017

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> location_quotients_by_place(study).quotients.columns[6:9]
    ['value', 'low', 'high']
    """
    matrix = _checked(employment_matrix(study, year=year, digits=digits), counted)
    amount = matrix.jobs if counted == "jobs" else matrix.establishments
    dispersion = dispersion_of(matrix, counted)
    plants = effective_plants(matrix.establishments, dispersion)
    found = [
        _measured(matrix, block, (amount, plants, totals), level)
        for block, totals in bases(matrix, amount, base)
    ]
    rows = pl.concat(found).with_columns(pl.Series("q", _q(pl.concat(found)["p"].to_numpy())))
    return LocationQuotients(
        _kept(rows, places, industries).sort("low", "value", descending=True, nulls_last=True),
        _industry_rows(matrix, amount, dispersion),
        coverage_of(matrix, amount),
        base,
        counted,
        float(matrix.suppressed_share),
        level,
        matrix.year,
        matrix.publication_floor,
    )


def location_quotients(employment: Floats, totals: Totals | None = None) -> Floats:
    """Return how over-represented each industry is in each region.

    Parameters
    ----------
    employment : (r, s) float64 [jobs]
        Regions by industries. NaN is not known: its quotient is NaN, and it is in no sum.
    totals : Totals, optional
        Published totals of regions, industries and everything; sums of known cells by default.

    Returns
    -------
    (r, s) float64 [ratio]
        1 is the share of all regions together; NaN where a region or industry has no jobs.

    Examples
    --------
    >>> location_quotients(np.array([[10.0, 10], [10, 30]])).round(3).tolist()
    [[1.5, 0.75], [0.75, 1.125]]
    """
    employment = as_jobs(employment, "location_quotients", "employment")
    if totals is None:
        totals = totals_of(employment)
    in_region, in_industry = totals.place[:, None], totals.industry
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient = (employment / in_region) / (in_industry / totals.everything)
    # A total of 0 with jobs inside is a contradiction; without, there is nothing to divide.
    return np.asarray(np.where((in_region > 0) & (in_industry > 0), quotient, np.nan))


def _checked(matrix: EmploymentMatrix, counted: Counted) -> EmploymentMatrix:
    amount = matrix.jobs if counted == "jobs" else matrix.establishments
    if min(amount.shape) < 2:
        raise TooFew(
            f"location_quotients: a quotient compares places and industries, and there are "
            f"{amount.shape[0]} places and {amount.shape[1]} industries. Give at least two of "
            "each, or set `digits` deeper."
        )
    if not np.nansum(amount) > 0:
        other = "establishments" if counted == "jobs" else "jobs"
        raise TooFew(
            f"location_quotients: no cell has known {counted}. Fill the column `{counted}` of "
            f"the table `employment`, or set `counted` to {other!r}."
        )
    return matrix


def _measured(
    matrix: EmploymentMatrix, block: Flags, cells: tuple[Floats, Floats, Totals], level: Share
) -> pl.DataFrame:
    amount, plants, totals = cells[0][:, block], cells[1][:, block], cells[2]
    shown = np.nan_to_num(amount) > 0
    low, high = quotient_interval(amount, plants, totals, level=level)
    drawn = np.where(shown, amount, np.nan)  # bands of empty cells are shown nowhere
    chance_low, chance_high = chance_band(drawn, plants, totals, level=level)
    counts = np.where(shown, matrix.establishments[:, block], np.nan)
    found = {
        "jobs": matrix.jobs[:, block],
        "establishments": counts,
        "value": location_quotients(amount, totals),
        "low": low,
        "high": high,
        "level": np.full(amount.shape, level),
        "chance_low": chance_low,
        "chance_high": chance_high,
        "p": evenness_p(amount, plants, totals),
    }
    kept = only_industries(matrix, block)
    rows = rows_of(kept, shown, found)
    few = pl.when(pl.col("establishments") < FEW_PLANTS).then(pl.lit(FEW))
    status = pl.when(pl.col("low").is_null()).then(pl.lit(NO_PLANTS))
    return rows.with_columns(
        pl.col("establishments").cast(pl.Int64),
        status=status.otherwise(few.otherwise(pl.lit(MEASURED))),
    )


def _q(p: Floats) -> Floats:
    """Return q-values; NaN where nothing was tested."""
    q = np.full(p.size, np.nan)
    tested = np.isfinite(p)
    q[tested] = false_discovery_q(p[tested])
    return q


def _kept(
    rows: pl.DataFrame, places: Sequence[str] | None, industries: Sequence[str] | None
) -> pl.DataFrame:
    """Keep rows of the places and industries asked for, by identifier or name."""
    rows = rows.select(*rows.columns[:13], "q", "status").with_columns(
        pl.col("q").fill_nan(None)
    )
    for wanted, columns, word in (
        (places, ("place_id", "name"), "place"),
        (industries, ("industry", "title"), "industry"),
    ):
        if wanted is None:
            continue
        asked = pl.any_horizontal(pl.col(name).is_in(list(wanted)) for name in columns)
        rows = rows.filter(asked)
        there = {value for name in columns for value in rows[name].unique().to_list()}
        if missing := [name for name in wanted if name not in there]:
            raise InvalidArgument(
                f"location_quotients: there is no {word} {missing[0]!r} with jobs among those "
                f"measured. Give identifiers or full names as in the tables."
            )
    return rows


def _industry_rows(
    matrix: EmploymentMatrix, amount: Floats, dispersion: Floats
) -> pl.DataFrame:
    plants = effective_plants(matrix.establishments, dispersion)
    effective = industry_plants(amount, plants, totals_of(amount))
    return matrix.industries.select("industry", pl.coalesce("title", "industry")).with_columns(
        pl.Series("jobs", matrix.industry_jobs),
        pl.Series("establishments", np.nansum(matrix.establishments, axis=0)).cast(pl.Int64),
        pl.Series("size_dispersion", dispersion, nan_to_null=True),
        pl.Series("effective_plants", effective, nan_to_null=True),
    )
