"""Did a place grow with the nation, with its industries, or by itself?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr, ndtri

from buzzline.agglomeration.bases import dispersion_of
from buzzline.agglomeration.employment import (
    EmploymentMatrix,
    employment_matrix,
    in_common,
    vintage_gap,
)
from buzzline.agglomeration.quotient_errors import effective_plants
from buzzline.agglomeration.shift_parts import ShiftShare, regional_error, shift_parts
from buzzline.agglomeration.vintages import gap_text, hold_to_one_vintage
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Count, Share, Years
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

MEASURED = "measured"
NO_JOBS = "no known jobs in the first year: not measured"
NO_PLANTS = "number of plants not known: no interval"
FEW = "few plants: read the interval with care"
FEW_PLANTS = 30


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ShiftShares:
    """The change of jobs of every place, in parts that add up to it.

    Attributes
    ----------
    places : DataFrame
        One row a place, surest regional gains first: `place_id`, `name`, `jobs_first`, `change`
        (in cells known in both years), `national`, `mix`, `regional` (adding up to `change`),
        `low`, `high`, `level` (of `regional`), `p`, `q`, `competitive`, `allocation` (adding up
        to `regional`), `not_compared` (change in cells known or published in one year only, in
        none of the parts), `n` (establishments in the first year), `status`.
    industries : DataFrame
        One row an industry in both years: `industry`, `title`, `jobs_first`, `jobs_last`,
        `growth`.
    only_one_year : DataFrame
        Industries of one year only, in none of the parts: see `vintage_gap`.
    first_year, last_year : int
    level : share
    suppressed_share : share
        Of jobs in the last year, in no known cell.
    notes : tuple of str
    """

    places: pl.DataFrame
    industries: pl.DataFrame
    only_one_year: pl.DataFrame
    first_year: int
    last_year: int
    level: Share
    suppressed_share: float
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a place, surest regional gains first."""
        return self.places

    def __str__(self) -> str:
        tested = self.places.drop_nulls("q")
        sure = tested.filter(pl.col("q") <= 1 - self.level)
        up, down = sure.filter(pl.col("regional") > 0).height, sure.height
        n = self.places.height
        said = f"{self.first_year} to {self.last_year}, {n:,} place{'s' if n != 1 else ''}: "
        if tested.height:
            said += (
                f"{up:,} gained and {down - up:,} lost more jobs than their industries and "
                "chance among plants would give"
            )
            # with none beyond chance, the place nearest to it is named as what it is
            top = (sure if down else tested).row(0, named=True)
            which = "most surely" if down else "nearest to it"
            said += (
                f"; {which} {top['name']}: {top['change']:+,.0f} jobs, of which "
                f"{top['national']:+,.0f} national, {top['mix']:+,.0f} mix, "
                f"{top['regional']:+,.0f} [{top['low']:+,.0f}, {top['high']:+,.0f}] its own"
            )
        else:
            said += "the number of plants is not known, so the regional part has no interval"
        return f"{said}.{gap_text(self.only_one_year)}"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.places._repr_html_()}"


@analysis(
    "agglomeration", "Did a place grow with the nation, with its industries, or by itself?"
)
def shift_share(
    study: Study,
    *,
    since: Years | None = None,
    year: Years | None = None,
    level: Share = 0.95,
    digits: Count | None = None,
) -> ShiftShares:
    """Split the change of jobs of each place into national, industry-mix and regional parts.

    Answers whether a place grew because everything did, because it had the right industries, or
    because its plants did better than their industries elsewhere.

    Parameters
    ----------
    study : Study
        Needs the table `employment` with at least two years.
    since : years
        The first year; the earliest by default.
    year : years
        The last year; the latest by default.
    level : share
        Confidence level of the interval of the regional part.
    digits : count
        How deep in the classification of industries; the deepest by default.

    Returns
    -------
    ShiftShares

    Raises
    ------
    TooFew
        The table `employment` does not hold two years.
    InvalidArgument
        `since` is not before `year`, or the years have no industry or place in common, or codes
        of one year only hold more than 20 % of its jobs.

    Notes
    -----
    Dunn's parts, with the allocation effect of Esteban-Marquillas; they add up to the change
    exactly (`shift_parts`). The national and mix parts are sums over all plants of the
    industry and have no interval. Of the regional part the interval asks what single plants
    could have done by luck: plants grow independently, with the variance around their
    industry's growth that all places show. That variance also holds what places truly add, so
    that the interval is rather too wide. Industries of one year only (another vintage of the
    classification) are reported and left out; so are cells suppressed in either year. Where
    small cells are not published at all, one that appears or disappears may only have crossed
    the threshold: its change is told apart, in `not_compared`.

    References
    ----------
    .. [1] Dunn, E. S. (1960). A statistical and analytical technique for regional analysis.
       Papers of the Regional Science Association 6.
    .. [2] Esteban-Marquillas, J. M. (1972). A reinterpretation of shift-share analysis.
       Regional and Urban Economics 2(3). doi:10.1016/0034-3331(72)90033-4

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> shift_share(study).places.columns[3:7]
    ['change', 'national', 'mix', 'regional']
    """
    start, end = _two_years(study, since, year)
    first = employment_matrix(study, year=start, digits=digits)
    last = employment_matrix(study, year=end, digits=digits)
    left = vintage_gap(first, last)
    hold_to_one_vintage(left, "shift_share")
    first, last = in_common(first, last)
    known = _in_both(first, last)
    if not known.any():
        raise TooFew(
            "shift_share: no cell has known jobs in both years. Fill `jobs` in the table "
            "`employment`."
        )
    parts = shift_parts(*(np.where(known, each.jobs, np.nan) for each in (first, last)))
    return ShiftShares(
        _places(first, last, parts, level), _industries(first, last, known), left, start, end,
        level, float(last.suppressed_share), _notes(first, last, known),
    )  # fmt: skip


def _two_years(study: Study, since: int | None, year: int | None) -> tuple[int, int]:
    years = study.employment["year"].drop_nulls().unique().sort().to_list()
    if len(years) < 2:
        raise TooFew(
            f"shift_share: a change needs two years of the table `employment`, which holds "
            f"{len(years)}. Add rows of another year."
        )
    start = years[0] if since is None else since
    end = years[-1] if year is None else year
    if start >= end:
        raise InvalidArgument(
            f"shift_share: `since` must be before `year`, got {start} and {end}. There are the "
            f"years {', '.join(map(str, years))}."
        )
    return int(start), int(end)


def _in_both(first: EmploymentMatrix, last: EmploymentMatrix) -> Flags:
    """Return which cells are known in both years; where small ones are hidden, published in."""
    known = np.isfinite(first.jobs) & np.isfinite(last.jobs)
    if max(first.publication_floor, last.publication_floor) > 1:
        known &= (first.jobs > 0) == (last.jobs > 0)
    return np.asarray(known)


def _places(
    first: EmploymentMatrix, last: EmploymentMatrix, parts: ShiftShare, level: Share
) -> pl.DataFrame:
    counts = np.fmax(first.establishments, last.establishments)
    plants = effective_plants(counts, dispersion_of(first))
    known = np.isfinite(parts.change)
    jobs = np.where(known, first.jobs, np.nan)
    error = regional_error((jobs + last.jobs) / 2, parts.regional, plants)
    hidden = np.where(known, 0.0, np.nan_to_num(last.jobs) - np.nan_to_num(first.jobs))
    sums = {
        name: np.nansum(getattr(parts, name), axis=1)
        for name in ("change", "national", "mix", "regional", "competitive", "allocation")
    }
    before = np.nansum(jobs, axis=1)
    sums = {name: np.where(before > 0, values, np.nan) for name, values in sums.items()}
    half = ndtri((1 + level) / 2) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(error > 0, sums["regional"] / error, np.nan)
    n = np.nansum(first.establishments, axis=1)
    p = 2 * ndtr(-np.abs(z))
    conditions = [before <= 0, ~np.isfinite(error), n < FEW_PLANTS]
    status = np.select(conditions, [NO_JOBS, NO_PLANTS, FEW], MEASURED)
    columns = {
        "jobs_first": before, "change": sums["change"], "national": sums["national"],
        "mix": sums["mix"], "regional": sums["regional"], "low": sums["regional"] - half,
        "high": sums["regional"] + half, "level": np.full(p.size, level), "p": p, "q": _q(p),
        "competitive": sums["competitive"], "allocation": sums["allocation"],
        "not_compared": hidden.sum(axis=1),
    }  # fmt: skip
    return (
        first.places.select("place_id", pl.coalesce("name", "place_id").alias("name"))
        .with_columns(
            *[pl.Series(name, values, nan_to_null=True) for name, values in columns.items()],
            pl.Series("n", n).cast(pl.Int64),
            pl.Series("status", [str(word) for word in status]),
            pl.Series("z", z, nan_to_null=True),
        )
        .sort("z", "place_id", descending=[True, False], nulls_last=True)
        .drop("z")
    )


def _q(p: Floats) -> Floats:
    q = np.full(p.size, np.nan)
    q[np.isfinite(p)] = false_discovery_q(p[np.isfinite(p)])
    return q


def _industries(first: EmploymentMatrix, last: EmploymentMatrix, known: Flags) -> pl.DataFrame:
    before = np.where(known, first.jobs, 0.0).sum(axis=0)
    after = np.where(known, last.jobs, 0.0).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        growth = after / before - 1
    return first.industries.select(
        "industry", pl.coalesce("title", "industry").alias("title")
    ).with_columns(
        pl.Series("jobs_first", before),
        pl.Series("jobs_last", after),
        pl.Series("growth", np.where(before > 0, growth, np.nan), nan_to_null=True),
    )


def _notes(first: EmploymentMatrix, last: EmploymentMatrix, known: Flags) -> tuple[str, ...]:
    notes = list(dict.fromkeys((*first.notes, *last.notes)))
    hidden = int((~known).sum())
    if hidden:
        notes.append(
            f"{hidden:,} cells are not known, or not published, in one of the years; their "
            "change is told apart."
        )
    if first.suppressed_share > 0 or last.suppressed_share > 0:
        notes.append(
            f"{first.suppressed_share:.1%} of jobs in the first year and "
            f"{last.suppressed_share:.1%} in the last are in no published cell."
        )
    return tuple(notes)
