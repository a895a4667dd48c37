"""Where is an industry over- or under-represented, more than chance would have it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.local_counts import Marks
from buzzline.agglomeration.local_tests import dealt_quotients, places_tested
from buzzline.agglomeration.plants import number_of
from buzzline.agglomeration.population import (
    Industries,
    PointWeight,
    Population,
    population_of,
)
from buzzline.agglomeration.sampling import Sampling, pool_for, shown, with_known_jobs
from buzzline.agglomeration.spot_tables import labelled, summary, with_rates
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, seed_of
from buzzline.space.standing import Standing, standing
from buzzline.tables.study import Study

FEWEST_POINTS = 2
FEWEST_DRAWS = 2


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HotSpots:
    """Places around which an industry is over- or under-represented.

    Attributes
    ----------
    sites : DataFrame
        One row an industry and place, hot ones first: `industry`, `label`, `country`,
        `longitude`, `latitude`, `heat` ("hot", "cold", "neither" or "too few"), `ratio` (share
        of the industry within reach over its share of all), `low`, `high` (interval of
        `ratio`), `level`, `n` (points of the industry within reach), `n_within` (all points),
        `n_here` (of the industry, at the place itself), `expected` (points of the industry
        there would be), `p`, `q`, `q_any`, `spot`.
    spots : DataFrame
        Hot places within reach of each other taken together: `spot`, `industry`, `label`,
        `country`, `longitude`, `latitude` (of the place where most of the industry stands,
        whose `n`, `ratio` and `q` these are), `n_sites`.
    industries : DataFrame
        One row an industry: `industry`, `n`, `n_hot`, `n_cold`, `n_tested`, `n_too_few`,
        `n_spots`, `status`.
    reach_km : km
    weight : "none" or "jobs"
    sampling : Sampling
    level : share               of intervals; false discoveries are held at 1 - level
    draws : int                 0: p-values are exact
    notes : tuple[str, ...]     what a reader must know
    """

    sites: pl.DataFrame
    spots: pl.DataFrame
    industries: pl.DataFrame
    reach_km: Kilometres
    weight: PointWeight
    sampling: Sampling
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an industry and place, hot ones first."""
        return self.sites

    def __str__(self) -> str:
        totals = self.industries.select(
            pl.col("n_hot", "n_cold", "n_tested", "n_too_few", "n_spots").sum()
        ).row(0, named=True)
        if not self.sites.height:
            why = "; ".join(dict.fromkeys(self.industries["status"].to_list())).rstrip(".")
            untested = f"No place could be tested for hot or cold spots ({why})"
            return f"{untested}. {' '.join(self.notes)}".strip()
        how = f"{self.draws:,} draws" if self.draws else "exact"
        text = (
            f"{totals['n_hot']:,} hot and {totals['n_cold']:,} cold of {totals['n_tested']:,} "
            f"places tested within {self.reach_km:g} km, false discoveries at most "
            f"{1 - self.level:.0%} ({how}; {self.sampling}); {totals['n_too_few']:,} with too "
            f"few around them"
        )
        if self.spots.height:
            first = self.spots.row(0, named=True)
            text += (
                f". {number_of(totals['n_spots'], 'hot spot')}, the largest {first['label']} "
                f"for {first['industry']}: {first['n']:,} within reach, {first['ratio']:.3g} "
                "times its share of all"
            )
        return f"{text}. {' '.join(self.notes)}".strip()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.sites.head(20)._repr_html_()}"


@analysis(
    "agglomeration", "Where is an industry denser, or thinner, than chance would have it?"
)
def hot_spots(  # noqa: PLR0913  # `progress` is no choice
    study: Study,
    *,
    industries: Industries = None,
    reach_km: Kilometres = 20.0,
    weight: PointWeight = "none",
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> HotSpots:
    """Find the places around which an industry is over- or under-represented.

    The location quotient of the industry within reach of every place in use: the local form of
    Marcon and Puech's M, and what Getis and Ord's G compares [1]_. A place is hot or cold when
    relabelling hardly ever gives a share as far out, all places and industries considered.

    Parameters
    ----------
    study : Study
        Needs coordinates and an industry for `establishments` or `organisations`.
    industries : names, mapping of group name to industries, or None
        None: the dozen most numerous.
    reach_km : km
        Radius around each place.
    weight : "none" or "jobs"
        Count points, with exact p-values, or their jobs, with p-values from draws.
    sampling : Sampling
        What a point is, and how chance deals the industry.
    draws : draws
        For the weight "jobs" only.
    level : share
        Of intervals; false discoveries are held at 1 - level.
    rng : Generator, int or None

    Returns
    -------
    HotSpots

    Raises
    ------
    TooFew
        Nothing has coordinates and an industry, or fewer than two draws where draws are needed.
    InvalidArgument
        An industry that no point has.

    Notes
    -----
    A place is a distinct coordinate, however many stand there; what stands at it counts. Of N
    points, K of the industry, and n within reach, the number of the industry within reach is
    hypergeometric under relabelling; p is twice the smaller tail. A place where even the most
    extreme count could not be found among as many tests is "too few" and not tested [3]_; that
    depends on n alone, not on what is there. `q` is Benjamini and Hochberg's over all rows
    tested: neighbouring places share their neighbours, a positive dependence under which it
    holds for hot places; `q_any` holds whatever the dependence [2]_. The interval takes the
    points within reach as a sample of those that could stand there (Clopper-Pearson), and is
    empty for jobs: organisations, not jobs, are what was drawn.

    References
    ----------
    .. [1] Ord, J. K., Getis, A. (1995). Local spatial autocorrelation statistics. Geographical
       Analysis 27(4). doi:10.1111/j.1538-4632.1995.tb00912.x
    .. [2] Benjamini, Y., Yekutieli, D. (2001). The control of the false discovery rate in
       multiple testing under dependency. Annals of Statistics 29(4). doi:10.1214/aos/1013699998
    .. [3] Gilbert, P. B. (2005). A modified false discovery rate multiple-comparisons procedure
       for discrete data. Journal of the Royal Statistical Society C 54(1).
       doi:10.1111/j.1467-9876.2005.00475.x

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, industries=3, rng=1)
    >>> hot_spots(world.study).sites["heat"][0]
    'hot'
    """
    if weight == "jobs" and draws < FEWEST_DRAWS:
        raise TooFew(f"hot_spots: jobs need at least {FEWEST_DRAWS} draws, got {draws}")
    if sampling.null == "case_control" and not sampling.controls:
        raise InvalidArgument(
            "hot_spots: the null 'case_control' needs the industries that serve as `controls`"
        )
    whole = population_of(study, sampling.unit)
    population, n_without_jobs = with_known_jobs(whole, weight)
    counted = standing(population.points, as_floats([reach_km]))
    cases = population.cases(industries, fewest=FEWEST_POINTS)
    used = draws if weight == "jobs" else 0
    chance = _Chance(population, counted, weight, sampling, used, level, seed_of(rng))
    found = [_examined(chance, name, rows, progress) for name, rows in cases.items()]
    sites = with_rates([part for _, part in found if part is not None], level)
    sites, spots = labelled(study, population, counted, sites=sites, reach_km=reach_km)
    return HotSpots(
        sites, spots, summary([row for row, _ in found], sites, spots), reach_km, weight,
        sampling, level, used,
        _notes(whole, n_without_jobs, shown(industries, population), chance, sites),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    population: Population
    counted: Standing
    weight: PointWeight
    sampling: Sampling
    draws: int
    level: float
    seed: int


def _examined(
    chance: _Chance, name: str, rows: Indices, progress: Progress
) -> tuple[dict[str, object], pl.DataFrame | None]:
    """Return the row of one industry, and its places where it can be tested."""
    row: dict[str, object] = {"industry": name, "n": rows.size}
    if rows.size < FEWEST_POINTS:
        return {**row, "status": f"fewer than {FEWEST_POINTS} points"}, None
    if len(chance.counted.places) < 2:
        return {**row, "status": "all points are at one place: nothing to compare"}, None
    try:
        pool = pool_for(chance.population, rows, chance.sampling)
    except TooFew as error:
        return {**row, "status": str(error)}, None
    marks = _marks(chance, rows, pool)
    dealt = _dealt(chance, name, marks, progress) if chance.weight == "jobs" else None
    sites = places_tested(chance.counted, marks, level=chance.level, dealt=dealt)
    named = sites.select(pl.lit(name).alias("industry"), pl.all())
    return {**row, "status": "tested"}, named


def _marks(chance: _Chance, rows: Indices, pool: Indices) -> Marks:
    size = len(chance.population)
    weight = np.ones(size) if chance.weight == "none" else chance.population.jobs
    is_case, is_pool = np.zeros(size, np.bool_), np.zeros(size, np.bool_)
    is_case[rows], is_pool[pool] = True, True
    return Marks(is_case, is_pool, weight)


def _dealt(chance: _Chance, name: str, marks: Marks, progress: Progress) -> Iterator[Floats]:
    is_moved = chance.sampling.null == "all_sites"
    seed = (chance.seed, name)
    dealt = dealt_quotients(chance.counted, marks, seed, draws=chance.draws, is_moved=is_moved)
    for _ in told(progress, f"dealing {name}", range(chance.draws)):
        yield next(dealt)


def _notes(
    population: Population,
    n_without_jobs: int,
    shown_only: str,
    chance: _Chance,
    sites: pl.DataFrame,
) -> tuple[str, ...]:
    notes = [shown_only]
    if population.n_left_out:
        notes.append(f"{population.n_left_out:,} {population.unit} without coordinates.")
    if n_without_jobs:
        notes.append(f"{n_without_jobs:,} {population.unit} without `jobs` are left out.")
    n_tested = int(sites["p"].is_not_null().sum())
    if chance.draws and n_tested * 2 / (1 + chance.draws) > 1 - chance.level:
        n_needed = int(np.ceil(n_tested * 2 / (1 + chance.draws) / (1 - chance.level)))
        notes.append(
            f"With {chance.draws:,} draws no p is below {2 / (1 + chance.draws):.2g}: at least "
            f"{n_needed:,} of the {n_tested:,} places must reach it before any is found."
        )
    precision = float(np.median(chance.population.precision_km))
    if precision > chance.counted.distances.km[-1]:
        notes.append(
            f"Coordinates are exact to {precision:g} km only: a reach of "
            f"{chance.counted.distances.km[-1]:g} km is finer than the map."
        )
    return tuple(note for note in notes if note)
