"""At which distances is an industry more concentrated than chance would have it?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.population import (
    Industries,
    PointWeight,
    Population,
    population_of,
)
from buzzline.agglomeration.sampling import Sampling, pool_for, shown, with_known_jobs
from buzzline.agglomeration.simulated_curves import (
    Curve,
    Ground,
    ground_of,
    median_distance_km,
    observed_curve,
    quicker_plan,
    simulated_curves,
)
from buzzline.agglomeration.tested_curves import notes_on
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats, Indices, as_floats
from buzzline.envelopes import curve_band, global_p, outside
from buzzline.errors import InvalidArgument, TooFew
from buzzline.estimates import Band
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

FEWEST_POINTS = 10
FEWEST_DRAWS = 2
STEPS = 200  # distances at which a curve is read, beside 0

INDUSTRY_SCHEMA = {
    "industry": pl.String, "verdict": pl.String, "n": pl.Int64, "localisation": pl.Float64,
    "dispersion": pl.Float64, "near": pl.String, "p": pl.Float64, "q": pl.Float64,
    "level": pl.Float64, "above_from_km": pl.Float64, "above_to_km": pl.Float64,
    "peak_km": pl.Float64, "peak_ratio": pl.Float64, "bandwidth_km": pl.Float64,
    "same_place_share": pl.Float64, "precision_km": pl.Float64, "error_share": pl.Float64,
    "status": pl.String,
}  # fmt: skip
CURVE_SCHEMA = {
    "industry": pl.String, "distance_km": pl.Float64, "k_density": pl.Float64,
    "expected": pl.Float64, "low": pl.Float64, "high": pl.Float64, "global_low": pl.Float64,
    "global_high": pl.Float64, "level": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class KDensity:
    """The density of distances between the points of each industry, against chance.

    Attributes
    ----------
    industries : DataFrame
        One row an industry, the most localised first: `industry`, `verdict` ("localised",
        "dispersed", "as chance" or "not testable"), `n`, `localisation` and `dispersion` (area
        between curve and global band [share of pairs]), `near` ("above", "inside" or "below"
        the global band within one bandwidth of 0 km), `p` (of the whole curve), `q`, `level`,
        `above_from_km`, `above_to_km` (distances at which the curve is above the band),
        `peak_km`, `peak_ratio` (curve over its mean under chance, where that is largest),
        `bandwidth_km`, `same_place_share` (of pairs, at identical coordinates), `precision_km`
        (median), `error_share` (of the curve, from the gridded method), `status`.
    curves : DataFrame
        One row an industry and distance: `industry`, `distance_km`, `k_density` [1/km],
        `expected` (mean of the draws), `low`, `high` (pointwise band), `global_low`,
        `global_high` (global band), `level`.
    reach_km : km
        Largest distance, up to which the bands are global.
    weight : "none" or "jobs"
    sampling : Sampling
    level : share
    draws : int
    n_points : int              of the population
    notes : tuple[str, ...]     what a reader must know
    """

    industries: pl.DataFrame
    curves: pl.DataFrame
    reach_km: Kilometres
    weight: PointWeight
    sampling: Sampling
    level: Share
    draws: int
    n_points: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an industry, the most localised first."""
        return self.industries

    def __str__(self) -> str:
        tested = self.industries.filter(pl.col("verdict") != "not testable")
        counts = dict(tested.group_by("verdict").len().iter_rows())
        said = ", ".join(
            f"{counts.get(verdict, 0)} {verdict}"
            for verdict in ("localised", "dispersed", "as chance")
        )
        n_far = tested.filter((pl.col("verdict") == "localised") & (pl.col("near") != "above"))
        said += f"; {n_far.height} localised only further apart" if n_far.height else ""
        text = (
            f"Of {tested.height} industries tested up to {self.reach_km:,.4g} km: {said} "
            f"(global {self.level:.0%} band of {self.draws:,} draws from {self.n_points:,} "
            f"points; {self.sampling})"
        )
        n_refused = self.industries.height - tested.height
        refused = f". {n_refused} not testable" if n_refused else ""
        return f"{text}{refused}. {' '.join(self.notes)}".strip()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.industries._repr_html_()}"


@analysis("agglomeration", "At which distances is an industry localised beyond chance?")
def kdensity(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    *,
    industries: Industries = None,
    draws: Draws = 1000,
    level: Share = 0.95,
    reach: Kilometres | None = None,
    weight: PointWeight = "none",
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    rng: Seed = None,
    progress: Progress = silent,
) -> KDensity:
    """Measure at which distances the points of an industry stand together beyond chance.

    The K-density of Duranton and Overman [1]_: the density of the distances between all pairs
    of an industry, compared with industries of the same size dealt to the sites in use. It
    needs no areas, so it does not depend on where their borders are drawn.

    Parameters
    ----------
    study : Study
        Needs coordinates and an industry for `establishments` or `organisations`.
    industries : names, mapping of group name to industries, or None
        None: the dozen most numerous.
    draws : draws
        Industries dealt at random, for each industry.
    level : share
        Of the bands: the global one holds this share of the simulated curves wholly.
    reach : km
        Largest distance looked at; None: the median distance between all points.
    weight : "none" or "jobs"
        "jobs": a pair weighs the product of its jobs (`Kemp`, the employment-weighted density).
    sampling : Sampling
        What a point is, and how chance deals them.
    rng : Generator, int or None
    progress : callable

    Returns
    -------
    KDensity

    Raises
    ------
    TooFew
        No coordinates or industries, fewer than two draws, or no distance between any points.
    InvalidArgument
        An industry that is not there; "case_control" without controls.

    Notes
    -----
    K(r) = 1 / (h W) sum over pairs w_i w_j [phi((r - d_ij) / h) + phi((r + d_ij) / h)], W the
    weight of all pairs, phi the standard normal density: a Gaussian reflected at zero, so that
    K integrates to 1. The bandwidth h is Silverman's, each curve its own, over the pairs within
    twice the reach. An industry is *localised* when its curve is above the global band
    anywhere, and *dispersed* when it never is and is below it somewhere. So an industry that
    avoids its own company and fills the distances between cities is "localised" too, further
    apart: `near` tells. `localisation` is the area above, `dispersion` the area below the band.
    Industries of fewer than 10 points are not
    tested. Above some thousand points distances are gridded, with a stated bound.

    References
    ----------
    .. [1] Duranton, G., Overman, H. G. (2005). Testing for localization using micro-geographic
       data. Review of Economic Studies 72(4). doi:10.1111/0034-6527.00362

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, industries=3, rng=1)
    >>> result = kdensity(world.study, draws=99, rng=1)
    >>> result.industries["verdict"][0]
    'localised'
    """
    seed = seed_of(rng)
    if draws < FEWEST_DRAWS:
        raise TooFew(f"kdensity: a band needs at least {FEWEST_DRAWS} draws, got {draws}")
    if sampling.null == "case_control" and not sampling.controls:
        raise InvalidArgument(
            "kdensity: the null 'case_control' needs the industries that serve as `controls`"
        )
    whole = population_of(study, sampling.unit)
    population, n_without_jobs = with_known_jobs(whole, weight)
    jobs = population.jobs if weight == "jobs" else None
    furthest = _reach(population, reach, seed)
    km = as_floats(np.linspace(0, furthest, STEPS + 1))
    ground = ground_of(population.points, km, jobs=jobs, null=sampling.null)
    chance = _Chance(population, ground, sampling, draws, level, seed)
    cases = population.cases(industries, fewest=FEWEST_POINTS)
    tested = [_tested(chance, name, rows, progress) for name, rows in cases.items()]
    table = _ranked([part for part, _ in tested])
    curves = [rows for _, rows in tested if rows is not None]
    return KDensity(
        table, pl.concat([pl.DataFrame(schema=CURVE_SCHEMA), *curves]), furthest, weight,
        sampling, level, draws, len(population),
        notes_on(whole, n_without_jobs, shown_only=shown(industries, population), table=table),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    population: Population
    ground: Ground
    sampling: Sampling
    draws: int
    level: float
    seed: int


def _reach(population: Population, reach: float | None, seed: int) -> float:
    furthest = reach
    if furthest is None:
        furthest = median_distance_km(population.points, child(seed, "kdensity", "reach"))
    if not furthest > 0:
        raise TooFew(
            "kdensity: the median distance between all points is 0 km, so there is no distance "
            "to look at. Give a `reach`, or better coordinates."
        )
    return float(furthest)


def _tested(
    chance: _Chance, name: str, rows: Indices, progress: Progress
) -> tuple[dict[str, object], pl.DataFrame | None]:
    """Return the row of one industry and its curves; no curves where it cannot be tested."""
    row: dict[str, object] = {
        "industry": name, "n": rows.size, "level": chance.level, "verdict": "not testable",
        "same_place_share": chance.population.same_place_share(rows),
        "precision_km": float(np.median(chance.population.precision_km[rows])),
    }  # fmt: skip
    if rows.size < FEWEST_POINTS:
        return {**row, "status": f"fewer than {FEWEST_POINTS} points"}, None
    try:
        pool = pool_for(chance.population, rows, chance.sampling)
    except TooFew as error:
        return {**row, "status": str(error)}, None
    plan = quicker_plan(chance.ground, rows, rows.size)
    observed = observed_curve(chance.ground, rows, plan)
    if not np.all(np.isfinite(observed.value)):
        return {**row, "status": "all pairs are at one distance: no density"}, None
    simulated = list(_simulated(chance, name, rows, pool, progress))
    value = np.vstack([curve.value for curve in simulated])
    row["error_share"] = max(curve.error_share for curve in (observed, *simulated))
    row["bandwidth_km"] = observed.bandwidth_km
    wide = curve_band(value, level=chance.level, observed=observed.value)
    row |= _judged(observed.value, value, wide, chance.ground.km, observed.bandwidth_km)
    return {**row, "status": "tested"}, _curves(chance, name, observed.value, value, wide)


def _simulated(
    chance: _Chance, name: str, rows: Indices, pool: Indices, progress: Progress
) -> Iterator[Curve]:
    plan = quicker_plan(chance.ground, pool, rows.size)
    dealt = simulated_curves(
        chance.ground, rows, pool, draws=chance.draws, seed=(chance.seed, name), plan=plan
    )
    for _ in told(progress, f"dealing {name}", range(chance.draws)):
        yield next(dealt)


def _judged(
    observed: Floats, value: Floats, band: Band, km: Floats, bandwidth_km: float
) -> dict[str, object]:
    """Return verdict, indices and p-value of one curve, as Duranton and Overman define them."""
    is_above, is_below = outside(observed, band)
    above = np.maximum(observed - band.high, 0)
    below = np.zeros(km.size) if is_above else np.maximum(band.low - observed, 0)
    where = km[above > 0]
    expected = np.nanmean(value, axis=0)
    ratio = np.where(expected > 0, observed / np.where(expected > 0, expected, 1), np.nan)
    peak = int(np.nanargmax(ratio)) if np.isfinite(ratio).any() else 0
    return {
        "verdict": "localised" if is_above else "dispersed" if is_below else "as chance",
        "localisation": float(np.trapezoid(above, km)),
        "dispersion": float(np.trapezoid(below, km)),
        "near": _near(above, np.maximum(band.low - observed, 0), km <= bandwidth_km),
        "p": global_p(observed, value),
        "above_from_km": float(where[0]) if where.size else None,
        "above_to_km": float(where[-1]) if where.size else None,
        "peak_km": float(km[peak]), "peak_ratio": float(ratio[peak]),
    }  # fmt: skip


def _near(above: Floats, below: Floats, is_near: Flags) -> str:
    if above[is_near].any():
        return "above"
    return "below" if below[is_near].any() else "inside"


def _curves(
    chance: _Chance, name: str, observed: Floats, value: Floats, wide: Band
) -> pl.DataFrame:
    narrow = curve_band(value, level=chance.level, kind="pointwise")
    km = chance.ground.km
    columns = {
        "industry": [name] * km.size, "distance_km": km, "k_density": observed,
        "expected": np.nanmean(value, axis=0), "low": narrow.low, "high": narrow.high,
        "global_low": wide.low, "global_high": wide.high, "level": [chance.level] * km.size,
    }  # fmt: skip
    return pl.DataFrame(columns, schema=CURVE_SCHEMA, nan_to_null=True)


def _ranked(rows: list[dict[str, object]]) -> pl.DataFrame:
    table = pl.DataFrame(rows, schema=INDUSTRY_SCHEMA)
    tested = table["p"].is_not_null().to_numpy()
    q = np.full(table.height, np.nan)
    q[tested] = false_discovery_q(as_floats(table["p"].drop_nulls().to_numpy()))
    ranked = table.with_columns(q=pl.Series(q).fill_nan(None))
    return ranked.sort(
        ["localisation", "dispersion", "industry"], descending=[True, False, False],
        nulls_last=True,
    )  # fmt: skip
