"""Which industries are more concentrated in space than chance would have them?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.against_dartboard import (
    FEWEST_PLANTS,
    at_levels,
    measured,
    neighbours_of,
)
from buzzline.agglomeration.areas import Areas, areas_of
from buzzline.agglomeration.dartboard import Null, dartboard_moments
from buzzline.agglomeration.ellison_glaeser import ONE_PLANT_ONLY, gamma_of
from buzzline.agglomeration.located_plants import (
    NOT_COUNTED,
    LocatedPlants,
    Weight,
    located_plants,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.kernels import concentration as kernel_order
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Draws, Share, Years
from buzzline.randomness import Seed
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

LOCALISED, DISPERSED, AS_CHANCE = "localised", "dispersed", "as chance"
TOO_FEW, NOT_DEFINED, NOT_DRAWN = "too few plants", "not defined", "not tested"
NOT_TESTABLE = "not testable"
UNSEEN = f"in most draws fewer than {FEWEST_PLANTS} of its plants would be published"
WITHHELD_PLACES = "places of withheld plants are not known, so that they cannot be exchanged"
CHANCE = ("value", "chance_low", "chance_high", "null_mean", "p", "q")
ORDER = ("area_level", "industry", "title", "value", "chance_low", "chance_high", "level", "n",
         "p", "q", "status", "reason", "gini", "value_least", "null_mean", "z", "jobs",
         "n_areas", "herfindahl_plants", "suppressed_share", "n_thrown")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Concentration:
    """How concentrated each industry is, beside what its plants would show by chance.

    Attributes
    ----------
    industries : DataFrame
        One row an industry and level of areas, most concentrated first (where small cells are
        withheld: furthest above what chance gives on average): `area_level`,
        `industry`, `title`, `value` (gamma of Ellison and Glaeser), `chance_low`,
        `chance_high` (central range by chance), `level`, `n` (plants), `p`, `q` (at least as
        concentrated by chance), `status`, `reason`, `gini` (on Lorenz's scale),
        `value_least`, `null_mean`, `z`, `jobs`, `n_areas` (with jobs),
        `herfindahl_plants`, `suppressed_share`, `n_thrown` (plants thrown: those published and,
        where small cells are withheld, as many more as chance would withhold).
    measures : DataFrame
        One row an industry, level of areas and measure: `value`, `chance_low`, `chance_high`,
        `level`,
        `null_mean`, `p`, `q`, `n`.
    area_levels : tuple of str
        Smallest areas first.
    null : "dartboard" or "relabelling"
    weight : "jobs" or "establishments"
    source : str
    year : int or None
    n_places : int
    suppressed_share : share
        Of all jobs that are in no known cell.
    publication_floor : int [plants]
        Cells of fewer are withheld, in the table and in the draws; 1 where none are.
    level : share
    draws : int
    notes : tuple of str
    """

    industries: pl.DataFrame
    measures: pl.DataFrame
    area_levels: tuple[str, ...]
    null: Null
    weight: Weight
    source: str
    year: int | None
    n_places: int
    suppressed_share: float
    level: Share
    draws: int
    notes: tuple[str, ...] = ()
    publication_floor: int = 1
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an industry and level of areas, most concentrated first."""
        return self.industries

    def __str__(self) -> str:
        floor = self.publication_floor
        told = (
            [f"Cells of fewer than {floor} plants are withheld, in the table and by chance."]
            if floor > 1
            else []
        )
        return " ".join(
            [_said(self.industries.filter(area_level=name), name) for name in self.area_levels]
            + told
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.industries._repr_html_()}"


@analysis(
    "agglomeration", "Which industries are more concentrated than chance would have them?"
)
def concentration(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    *,
    null: Null = "dartboard",
    weight: Weight = "jobs",
    year: Years | None = None,
    digits: Count | None = None,
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> Concentration:
    """Compare how concentrated each industry is with its own plants thrown at places.

    Answers whether an industry gathers in space beyond what few large plants, or many small
    ones, would do if each went to a place with the chance that the place has of all jobs. It
    does not say at what distance, nor where: see `kdensity` and `hot_spots`.

    Parameters
    ----------
    study : Study
        Needs places and industries of `establishments` or `organisations` with `jobs`, or the
        table `employment`. `places.parent_id` or `country` add larger areas.
    null : "dartboard" or "relabelling"
        What chance is. "dartboard": every plant goes to a place with the chance that the place
        has of all jobs, as Ellison and Glaeser have it. "relabelling": plants exchange the
        places they have, which needs no chances and is exact for every index; see Notes.
    weight : "jobs" or "establishments"
        Whether a plant counts by its jobs, or as one.
    year : years, optional
        The last one by default.
    digits : count, optional
        Level of the classification; the deepest by default.
    draws : draws
        How often all plants are thrown. 0: no band and no p-values.
    level : share
        Of the band of chance; its complement is the rate of false discoveries.
    rng : Generator, int or None

    Returns
    -------
    Concentration

    Raises
    ------
    TooFew
        No plant has jobs, or all are in one place.

    Notes
    -----
    Where establishments are not counted (jobs only), gamma is not defined and nothing is held
    against chance: how much it gives depends on the number of plants. The indices that need
    none are in `measures`.

    Index by index: see `docs/explanation/concentration.md`. All indices share the same draws,
    in which *every* plant of every industry is thrown and the shares of all jobs are found
    anew: an industry that makes up much of the economy moves what it is compared with. The band
    is that of chance; there is no interval of the index itself, since plants are counted, not
    sampled, and resampling them reads copies as neighbours. p counts draws at least as
    concentrated, and q controls false discoveries over the industries of one level of areas and
    one measure.

    Where a table withholds cells of few plants (`EmploymentMatrix.publication_floor`), so do
    the draws: cells below the floor are left out with their plants and jobs, and everything is
    computed from the others, as it was from the table. As many plants are thrown, with such
    chances of places, that on average as many plants of each industry are published, and as
    large a share of jobs of each place, as are in the table; sizes of plants are gamma with the
    dispersion that the means of cells show. Draws in which fewer than ten plants of an industry
    are published say nothing of it and are left out. "relabelling" is then not testable.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L. (1997). Geographic concentration in U.S. manufacturing
       industries: a dartboard approach. Journal of Political Economy 105(5). doi:10.1086/262098

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=2, industries=3, rng=1).study
    >>> result = concentration(study, draws=99, rng=1)
    >>> result.area_levels
    ('municipality', 'region', 'country')
    """
    plants = located_plants(study, weight=weight, year=year, digits=digits)
    levels = areas_of(plants.places, study.places)
    near = neighbours_of(plants.places)
    values, by_chance = at_levels(plants, levels, near, null=null, draws=draws, rng=rng,
                                  progress=progress)  # fmt: skip
    rows, long = [], []
    for areas, value, chance in zip(levels, values, by_chance, strict=True):
        found = measured(plants, value, chance, level=level)
        long.append(_named(found, plants, areas.level))
        rows.append(
            _industries(
                found, plants, areas, z_drawn=_z_drawn(value, chance), level=level,
                untested=_untested(plants, null, draws, level),
            )
        )  # fmt: skip
    return Concentration(
        pl.concat(rows), pl.concat(long).with_columns(level=pl.lit(level)),
        tuple(areas.level for areas in levels), null, weight, plants.source, plants.year,
        plants.places.height, plants.suppressed_share, level, draws, _notes(plants, levels),
        1 if plants.board is None else plants.board.floor,
    )  # fmt: skip


def _z_exact(plants: LocatedPlants, share: Floats, distance: Floats) -> Floats:
    """Return G in standard deviations from its exact mean, area shares given. (s,)."""
    moments = dartboard_moments(plants.lots, share, given=True)
    return np.divide(
        distance - moments.mean, moments.sd, out=np.full_like(distance, np.nan),
        where=moments.sd > 1e-12 * moments.mean,
    )  # fmt: skip


def _z_drawn(value: Floats, chance: Floats) -> Floats:
    """Return G in standard deviations from its mean by chance; NaN without draws. (s,)."""
    g, thrown = value[:, kernel_order.G], chance[:, :, kernel_order.G]
    z, used = np.full(g.size, np.nan), (~np.isnan(thrown)).sum(axis=0) > 1
    if not used.any():
        return z
    spread = np.nanstd(thrown[:, used], axis=0, ddof=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        z[used] = (g[used] - np.nanmean(thrown[:, used], axis=0)) / spread
    return np.where(np.isfinite(z), z, np.nan)


def _named(
    found: dict[str, dict[str, Floats]], plants: LocatedPlants, area_level: str
) -> pl.DataFrame:
    parts = [
        plants.industries.select("industry", _title()).with_columns(
            area_level=pl.lit(area_level),
            measure=pl.lit(name),
            **{key: one[key] for key in CHANCE},
            n=plants.if_counted(plants.n),
        )
        for name, one in found.items()
    ]
    order = ["area_level", "measure", "industry", "title", "value", "chance_low",
             "chance_high", "null_mean", "n", "p", "q"]  # fmt: skip
    return pl.concat(parts).select(order).with_columns(pl.col(pl.Float64).fill_nan(None))


def _industries(
    found: dict[str, dict[str, Floats]],
    plants: LocatedPlants,
    areas: Areas,
    *,
    z_drawn: Floats,
    level: Share,
    untested: tuple[str, str],
) -> pl.DataFrame:
    gamma = found["ellison_glaeser"]
    jobs = areas.summed(plants.jobs)
    share = jobs.sum(axis=1) / jobs.sum()
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.sum((jobs / jobs.sum(axis=0) - share[:, None]) ** 2, axis=0)
    board = plants.board
    status, reason = _status(gamma, plants, 1 - level, untested)
    z = z_drawn if board is not None else _z_exact(plants, share, distance)
    most = np.where(plants.counted, plants.herfindahl_most, np.nan)
    frame = plants.industries.select("industry", _title()).with_columns(
        area_level=pl.lit(areas.level),
        level=pl.lit(level),
        **{key: gamma[key] for key in CHANCE},
        n=plants.if_counted(plants.n),
        status=pl.Series(status),
        reason=pl.Series(reason),
        # gamma rises with H where G is above 1 - X2
        gini=found["gini_lorenz"]["value"],
        value_least=np.fmin(gamma["value"], gamma_of(distance, most, share)),
        z=np.where(plants.counted, z, np.nan),
        jobs=jobs.sum(axis=0),
        n_areas=pl.Series((jobs > 0).sum(axis=0)),
        herfindahl_plants=np.where(plants.counted, plants.lots.herfindahl, np.nan),
        suppressed_share=plants.suppressed,
        n_thrown=plants.if_counted(plants.n if board is None else board.n),
    )
    return _ranked(frame.with_columns(pl.col(pl.Float64).fill_nan(None)), board is not None)


def _ranked(frame: pl.DataFrame, is_withheld: bool) -> pl.DataFrame:
    """Return the most concentrated first, what was not tested last.

    Where small cells are withheld, chance alone gives a small industry a large gamma, so that
    what it gives on average is taken off.
    """
    last = pl.col("status").is_in([TOO_FEW, NOT_DEFINED, NOT_TESTABLE])
    by_chance = pl.col("null_mean").fill_null(0.0) if is_withheld else 0.0
    by = [last, pl.col("value") - by_chance, "gini", "industry"]
    return frame.sort(by, descending=[False, True, True, False], nulls_last=True).select(ORDER)


def _title() -> pl.Expr:
    return pl.coalesce("title", "industry").alias("title")


def _untested(plants: LocatedPlants, null: Null, draws: int, level: Share) -> tuple[str, str]:
    """Return what is said of an industry that has plants enough and yet no p-value."""
    if not draws:
        return NOT_DRAWN, "no draws were asked for"
    n_tests = int(((plants.n >= FEWEST_PLANTS) & plants.counted).sum())
    if null != "dartboard" and plants.board is not None:
        return NOT_TESTABLE, WITHHELD_PLACES
    few = too_few_draws(draws, level, n_tests)
    return (NOT_DRAWN, few) if few else (NOT_TESTABLE, UNSEEN)


def _status(
    gamma: dict[str, Floats], plants: LocatedPlants, rate: float, untested: tuple[str, str]
) -> tuple[list[str], list[str]]:
    """Return what can be said of each industry, and why where nothing can."""
    status, reason = [], []
    for value, n, q, q_dispersed, is_counted in zip(
        gamma["value"], plants.n, gamma["q"], gamma["q_dispersed"], plants.counted, strict=True
    ):
        why = ""
        if n and not is_counted:
            what, why = NOT_DRAWN, NOT_COUNTED
        elif np.isnan(value):
            what, why = NOT_DEFINED, ONE_PLANT_ONLY if n else "no plant with known jobs"
        elif n < FEWEST_PLANTS:
            what, why = TOO_FEW, f"fewer than {FEWEST_PLANTS} plants: not tested"
        elif np.isnan(q) or untested[1].startswith("too few draws"):
            what, why = untested
        else:
            what = LOCALISED if q <= rate else DISPERSED if q_dispersed <= rate else AS_CHANCE
        status.append(what)
        reason.append(why)
    return status, reason


def _notes(plants: LocatedPlants, levels: Sequence[Areas]) -> tuple[str, ...]:
    notes = list(plants.notes)
    if len(levels) == 1:
        notes.append(
            "One level of areas only: larger or smaller areas may change the picture. Fill in "
            "`parent_id` or `country` in the table `places`."
        )
    if plants.suppressed_share and np.isfinite(plants.suppressed_share):
        notes.append(
            f"{plants.suppressed_share:.1%} of all jobs are in no published cell. Cells of few "
            "plants are withheld most, so that an industry of few plants can look more "
            "concentrated than it is; see `suppressed_share`."
        )
    return tuple(notes)


def _said(rows: pl.DataFrame, area_level: str) -> str:
    counts = dict(rows["status"].value_counts().iter_rows())
    tested = sum(counts.get(one, 0) for one in (LOCALISED, DISPERSED, AS_CHANCE))
    left = rows.height - tested
    if not tested and left:
        return _nothing_tested(rows, area_level)
    text = (
        f"By {area_level}: {counts.get(LOCALISED, 0):,} of {tested:,} industries are more "
        f"concentrated than their plants would be by chance, {counts.get(DISPERSED, 0):,} less"
    )
    if left:
        text += f" ({left:,} not tested)"
    top = rows.filter(status=LOCALISED).head(1)
    if top.height:
        one = top.row(0, named=True)
        text += (
            f"; most {one['title']}: gamma {one['value']:.3g} (chance {one['chance_low']:.3g} "
            f"to {one['chance_high']:.3g}, n={one['n']:,})"
        )
    return text + "."


def _nothing_tested(rows: pl.DataFrame, area_level: str) -> str:
    """Say why nothing was tested, and what is most uneven all the same."""
    text = f"By {area_level}: none of {rows.height:,} industries is tested: "
    text += str(rows["reason"].mode().sort()[0])
    top = rows.filter(pl.col("gini").is_not_null()).sort("gini").tail(1)
    for one in top.to_dicts():
        text += f"; most uneven {one['title']}: Gini {one['gini']:.3g}, without a test"
    return text + "."
