"""How many of its own kind are around the points of an industry, against chance?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import pi
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.point_nulls import draw_cases
from buzzline.agglomeration.population import Industries, Population, population_of
from buzzline.agglomeration.sampling import Sampling, pool_for, shown
from buzzline.agglomeration.tested_curves import (
    CURVE_SCHEMA,
    DISTANCES_KM,
    FEWEST_POINTS,
    Examined,
    judged,
    notes_on,
    ranked,
    said_of,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.kernels.ripley import pairs_by_distance
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.standing import Standing, standing
from buzzline.space.threads import spread
from buzzline.tables.study import Study

FEWEST_DRAWS = 2

Measure = Literal["neighbours", "D", "K", "L"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RipleyCurves:
    """How many of its own kind are around the points of each industry, against chance.

    Attributes
    ----------
    industries : DataFrame
        One row an industry, the most localised first: `industry`, `verdict` ("localised",
        "dispersed", "as chance" or "not testable"), `peak_ratio` and `peak_km` (largest ratio
        of pairs within a distance to those that chance gives, and where), `p` (of the whole
        curve), `q`, `level`, `above_from_km`, `above_to_km` (distances at which the curve is
        above the global band), `n`, `same_place_share` (of pairs, at identical coordinates),
        `precision_km` (median), `status`.
    curves : DataFrame
        One row an industry and distance: `industry`, `distance_km`, `value` (of the measure),
        `expected` (mean of the draws), `low`, `high` (pointwise band), `global_low`,
        `global_high` (global band), `level`, `n_reference` (points of the industry).
    measure : "neighbours", "D", "K" or "L"
    sampling : Sampling
    level : share
    draws : int
    n_points : int              of the population
    notes : tuple[str, ...]     what a reader must know
    """

    industries: pl.DataFrame
    curves: pl.DataFrame
    measure: Measure
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
        base = (
            f"global {self.level:.0%} band of {self.draws:,} draws from {self.n_points:,} "
            f"points; {self.sampling}"
        )
        said = said_of(self.industries, base)
        return f"Ripley's {self.measure}: {said}. {' '.join(self.notes)}".strip()

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.industries._repr_html_()}"


@analysis("agglomeration", "How many of its own kind are around an industry's members?")
def ripley(  # noqa: PLR0913  # `progress` is no choice
    study: Study,
    *,
    industries: Industries = None,
    distances_km: Sequence[Kilometres] = DISTANCES_KM,
    measure: Measure = "neighbours",
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> RipleyCurves:
    """Count how many others of its industry a member has within each distance, against chance.

    Ripley's K [1]_ with the population's own sites as the yardstick [2]_: an industry is not
    held against points thrown anywhere, seas and mountains included, but against industries of
    its size among the places in use. That needs no window and no edge correction: what lies
    beyond the border is unseen for the industry and for chance alike.

    Parameters
    ----------
    study : Study
        Needs coordinates and an industry for `establishments` or `organisations`.
    industries : names, mapping of group name to industries, or None
        None: the dozen most numerous.
    distances_km : km
        Radii around each point, rising.
    measure : "neighbours", "D", "K" or "L"
        The same counts in four units: mean number of others within r; K less the K of all
        others in the pool [km2]; K [km2]; L less r [km].
    sampling : Sampling
        What a point is, and how chance deals the industry.
    draws : draws
        Industries of the same size dealt at random.
    level : share
        Of the bands.
    rng : Generator, int or None

    Returns
    -------
    RipleyCurves

    Raises
    ------
    TooFew
        Nothing has coordinates and an industry, or fewer than two draws.
    InvalidArgument
        An industry that no point has, or distances that do not rise.

    Notes
    -----
    With S(r) the share of the industry's pairs within r of each other, "neighbours" is
    (n - 1) S and K is A S with A the area of the globe: the window is the whole sphere, K of
    even points the area of a cap, and L the radius of the cap of area K less r. Absolute values
    of K and L hardly matter here: they hold against points in the oceans too; their place in
    the band does. For K in a window of the plane, with edge corrections, see `ripley_k`.

    References
    ----------
    .. [1] Ripley, B. D. (1977). Modelling spatial patterns. Journal of the Royal Statistical
       Society B 39(2). doi:10.1111/j.2517-6161.1977.tb01615.x
    .. [2] Diggle, P. J., Chetwynd, A. G. (1991). Second-order analysis of spatial clustering
       for inhomogeneous populations. Biometrics 47(3). doi:10.2307/2532668

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, industries=3, rng=1)
    >>> ripley(world.study, draws=99, rng=1).industries["verdict"][0]
    'localised'
    """
    if draws < FEWEST_DRAWS:
        raise TooFew(f"ripley: a band needs at least {FEWEST_DRAWS} draws, got {draws}")
    if sampling.null == "case_control" and not sampling.controls:
        raise InvalidArgument(
            "ripley: the null 'case_control' needs the industries that serve as `controls`"
        )
    population = population_of(study, sampling.unit)
    counted = standing(population.points, as_floats(distances_km))
    every = None if sampling.null == "case_control" else np.arange(len(population))
    pool = None if every is None else _pool(counted, as_indices(every))
    chance = _Chance(population, counted, pool, measure, sampling, draws, level, seed_of(rng))
    cases = population.cases(industries, fewest=FEWEST_POINTS)
    tested = [_tested(chance, name, rows, progress) for name, rows in cases.items()]
    table = ranked([part.row for part in tested]).drop("bandwidth_km")
    curves = [part.curves for part in tested if part.curves is not None]
    notes = notes_on(population, 0, shown_only=shown(industries, population), table=table)
    return RipleyCurves(
        table, pl.concat([pl.DataFrame(schema=CURVE_SCHEMA), *curves]), measure, sampling,
        level, draws, len(population), notes,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Chance:
    population: Population
    counted: Standing
    pool: _Pool | None  # where it is the same for all industries
    measure: Measure
    sampling: Sampling
    draws: int
    level: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Pool:
    """Who may be in the industry, and how many of them are around each place.

    Attributes
    ----------
    rows : (m,) int64
    around : (places, k) float64    points of the pool within each distance of a place
    pairs : (k,) float64            of the whole pool
    """

    rows: Indices
    around: Floats
    pairs: Floats

    @property
    def share(self) -> Floats:
        """Share of all pairs of the pool that are within each distance: what chance gives."""
        return as_floats(self.pairs / (self.rows.size * (self.rows.size - 1) / 2))


def _tested(chance: _Chance, name: str, rows: Indices, progress: Progress) -> Examined:
    population = chance.population
    row: dict[str, object] = {
        "industry": name, "n": rows.size, "level": chance.level, "verdict": "not testable",
        "same_place_share": population.same_place_share(rows),
        "precision_km": float(np.median(population.precision_km[rows])),
    }  # fmt: skip
    if rows.size < FEWEST_POINTS:
        return Examined({**row, "status": f"fewer than {FEWEST_POINTS} points"}, None)
    try:
        pool_rows = pool_for(population, rows, chance.sampling)
    except TooFew as error:
        return Examined({**row, "status": str(error)}, None)
    pool = chance.pool or _pool(chance.counted, pool_rows)
    pairs = pairs_within(chance.counted, rows)
    simulated = np.vstack(list(_simulated(chance, name, pool, rows.size, progress)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = pairs / (rows.size * (rows.size - 1) / 2) / pool.share
    found = judged(
        name, chance.counted.distances.km, _value(chance, pool, rows, pairs),
        simulated=simulated, level=chance.level,
        ratio=as_floats(np.where(pool.share > 0, ratio, np.nan)),
    )  # fmt: skip
    curves = found.curves.with_columns(n_reference=pl.lit(rows.size, pl.Int64))
    return Examined({**row, **found.row, "status": "tested"}, curves)


def _pool(counted: Standing, rows: Indices) -> _Pool:
    here = np.bincount(counted.place[rows], minlength=len(counted.places)).astype(np.float64)
    around = counted.everywhere(here) + np.maximum(here - 1, 0)[:, None]
    return _Pool(rows, around, as_floats(here @ around / 2))


def _simulated(
    chance: _Chance, name: str, pool: _Pool, n: int, progress: Progress
) -> Iterator[Floats]:
    def drawn(number: int) -> Floats:
        rows = draw_cases(child(chance.seed, "ripley", name, number), pool.rows, n)
        return _value(chance, pool, rows, pairs_within(chance.counted, rows))

    dealt = spread(drawn, range(chance.draws))
    for _ in told(progress, f"dealing {name}", range(chance.draws)):
        yield next(dealt)


def _value(chance: _Chance, pool: _Pool, rows: Indices, pairs: Floats) -> Floats:
    """Return the measure of some points from the number of their pairs within each distance."""
    share = pairs / (rows.size * (rows.size - 1) / 2)
    if chance.measure == "neighbours":
        return as_floats((rows.size - 1) * share)
    radius = chance.counted.places.radius_km
    area = 4 * pi * radius**2
    if chance.measure == "K":
        return as_floats(area * share)
    if chance.measure == "L":
        cap = radius * np.arccos(1 - 2 * np.minimum(share, 1))
        return as_floats(cap - chance.counted.distances.km)
    touching = pool.around[chance.counted.place[rows]].sum(axis=0)  # pairs of two count twice
    n_others = pool.rows.size - rows.size
    others = pool.pairs - touching + pairs
    if n_others < 2:
        return np.full(share.size, np.nan)
    return as_floats(area * (share - others / (n_others * (n_others - 1) / 2)))


def pairs_within(counted: Standing, rows: Indices) -> Floats:
    """Return how many pairs of some points are within each distance. (k,) float64.

    Parameters
    ----------
    counted : Standing
    rows : (m,) int64

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> line = standing(on_plane([0, 0, 1, 3], [0, 0, 0, 0]), as_floats([0, 1, 3]))
    >>> pairs_within(line, np.arange(4)).tolist()
    [1.0, 3.0, 6.0]
    """
    n_here = np.bincount(counted.place[rows], minlength=len(counted.places)).astype(np.int64)
    cells = counted.cells.among(n_here > 0)
    distances = counted.distances
    found = pairs_by_distance(
        cells.xyz, as_indices(n_here[cells.order]), cells.keys, cells.low, cells.width,
        cells.across, distances.limits, distances.first, distances.scale,
    )  # fmt: skip
    return as_floats(np.cumsum(found) + int((n_here * (n_here - 1) // 2).sum()))
