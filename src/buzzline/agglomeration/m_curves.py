"""How the curves of M and m are counted, dealt by chance, and put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.point_nulls import draw_cases
from buzzline.agglomeration.population import (
    Industries,
    PointWeight,
    Population,
    population_of,
)
from buzzline.agglomeration.relative import Roles, local_shares, m_bandwidth_km, summed_up
from buzzline.agglomeration.sampling import Sampling, pool_for, shown, with_known_jobs
from buzzline.agglomeration.tested_curves import (
    CURVE_SCHEMA,
    FEWEST_POINTS,
    Examined,
    judged,
    notes_on,
    ranked,
    said_of,
)
from buzzline.analysis import Provenance
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, told
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.space.points import Points
from buzzline.space.standing import Standing, standing
from buzzline.space.threads import spread
from buzzline.tables.study import Study

FEWEST_DRAWS = 2
SAMPLE_FOR_BANDWIDTH = 5_000  # points: twelve million pairs

Measure = Literal["M", "m"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MCurves:
    """How much denser each industry is around its members than everything, against chance.

    Attributes
    ----------
    industries : DataFrame
        One row an industry, the most localised first: `industry`, `verdict` ("localised",
        "dispersed", "as chance" or "not testable"), `peak_ratio` and `peak_km` (largest ratio
        of the curve to its mean under chance, and where), `p` (of the whole curve), `q`,
        `level`, `above_from_km`, `above_to_km` (distances at which the curve is above the
        global band), `n`, `bandwidth_km` (of m), `same_place_share` (of pairs, at identical
        coordinates), `precision_km` (median), `status`.
    curves : DataFrame
        One row an industry and distance: `industry`, `distance_km`, `value` (M or m [ratio]),
        `expected` (mean of the draws), `low`, `high` (pointwise band), `global_low`,
        `global_high` (global band), `level`, `n_reference` (points with anybody around).
    measure : "M" or "m"
        Within each distance, or at about each distance.
    weight : "none" or "jobs"
    sampling : Sampling
    level : share
    draws : int
    n_points : int              of the population
    notes : tuple[str, ...]     what a reader must know
    """

    industries: pl.DataFrame
    curves: pl.DataFrame
    measure: Measure
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
        base = (
            f"global {self.level:.0%} band of {self.draws:,} draws from {self.n_points:,} "
            f"points; {self.sampling}"
        )
        return (
            f"{self.measure}: {said_of(self.industries, base)}. {' '.join(self.notes)}".strip()
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.industries._repr_html_()}"


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """What was chosen for one of the two measures."""

    name: str
    measure: Measure
    distances_km: Sequence[float]
    weight: PointWeight
    sampling: Sampling
    draws: int
    level: float
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class MGround:
    """One industry, where it could have stood, and how it is counted."""

    counted: Standing
    weight: Floats
    rows: Indices
    pool: Indices
    is_dealt_with_weights: bool
    around: Floats | None

    def roles(self, reference: Indices, weight: Floats) -> Roles:
        """Return who is looked for around whom, the pool being everything there is."""
        sought, against = np.zeros(weight.size), np.zeros(weight.size)
        sought[reference] = weight[reference]
        against[self.pool] = weight[self.pool]
        return Roles(as_indices(reference), sought, against)

    def curve(self, roles: Roles) -> tuple[Floats, Indices]:
        """Return the curve, and how many points had anybody around at each distance."""
        local = local_shares(self.counted, roles, self.around)
        return summed_up(local, roles.overall()), as_indices((~np.isnan(local)).sum(axis=0))

    def dealt(self, rng: np.random.Generator) -> Roles:
        """Return the roles as chance deals them."""
        if not self.is_dealt_with_weights:
            return self.roles(draw_cases(rng, self.pool, self.rows.size), self.weight)
        who = rng.permutation(self.pool)
        weight = self.weight.copy()
        weight[self.pool] = self.weight[who]
        return self.roles(self.pool[np.isin(who, self.rows)], weight)


def m_curves_of(
    study: Study, industries: Industries, choices: Choices, *, progress: Progress
) -> MCurves:
    """Return the curves of all industries asked for."""
    if choices.draws < FEWEST_DRAWS:
        raise TooFew(
            f"{choices.name}: a band needs at least {FEWEST_DRAWS} draws, got {choices.draws}"
        )
    sampling = choices.sampling
    if sampling.null == "case_control" and not sampling.controls:
        raise InvalidArgument(
            f"{choices.name}: the null 'case_control' needs the industries that serve as "
            "`controls`"
        )
    whole = population_of(study, sampling.unit)
    population, n_without_jobs = with_known_jobs(whole, choices.weight)
    cases = population.cases(industries, fewest=FEWEST_POINTS)
    counted = standing(population.points, as_floats(choices.distances_km))
    around = _around_all(population, counted, choices)
    tested = [
        _tested(population, (counted, around), (name, rows), choices, progress)
        for name, rows in cases.items()
    ]
    table = ranked([part.row for part in tested])
    curves = [part.curves for part in tested if part.curves is not None]
    notes = notes_on(
        whole, n_without_jobs, shown_only=shown(industries, population), table=table
    )
    return MCurves(
        table, pl.concat([pl.DataFrame(schema=CURVE_SCHEMA), *curves]), choices.measure,
        choices.weight, sampling, choices.level, choices.draws, len(population), notes,
    )  # fmt: skip


def _tested(
    population: Population,
    count: tuple[Standing, Floats | None],
    industry: tuple[str, Indices],
    choices: Choices,
    progress: Progress,
) -> Examined:
    (name, rows), (counted, around) = industry, count
    row: dict[str, object] = {
        "industry": name, "n": rows.size, "level": choices.level, "verdict": "not testable",
        "same_place_share": population.same_place_share(rows),
        "precision_km": float(np.median(population.precision_km[rows])),
    }  # fmt: skip
    if rows.size < FEWEST_POINTS:
        return Examined({**row, "status": f"fewer than {FEWEST_POINTS} points"}, None)
    try:
        pool = pool_for(population, rows, choices.sampling)
        if choices.measure == "m":
            bandwidth = _bandwidth_km(population, pool, rows.size, choices)
            row["bandwidth_km"] = bandwidth
            counted = standing(
                population.points, as_floats(choices.distances_km), bandwidth_km=bandwidth
            )
    except TooFew as error:
        return Examined({**row, "status": str(error)}, None)
    ground = _ground(population, (counted, around), rows, pool, choices)
    observed, n_reference = ground.curve(ground.roles(rows, ground.weight))
    if np.isnan(observed).all():
        return Examined({**row, "status": "nobody within any of the distances"}, None)
    simulated = np.vstack(list(_simulated(ground, name, choices, progress)))
    km = counted.distances.km
    found = judged(name, km, observed, simulated=simulated, level=choices.level)
    curves = found.curves.with_columns(n_reference=pl.Series(n_reference))
    return Examined({**row, **found.row, "status": "tested"}, curves)


def _weight(population: Population, choices: Choices) -> tuple[Floats, bool]:
    """Return the weight of each point, and whether chance moves it with its owner."""
    if choices.weight == "none":
        return np.ones(len(population)), False
    return population.jobs, choices.sampling.null == "all_sites"


def _around_all(population: Population, counted: Standing, choices: Choices) -> Floats | None:
    """Return what is around each place where that is the same for all industries and draws."""
    weight, is_moved = _weight(population, choices)
    if is_moved or choices.measure == "m" or choices.sampling.null == "case_control":
        return None
    return counted.everywhere(counted.at_places(weight))


def _ground(
    population: Population,
    count: tuple[Standing, Floats | None],
    rows: Indices,
    pool: Indices,
    choices: Choices,
) -> MGround:
    counted, around = count
    weight, is_moved = _weight(population, choices)
    ground = MGround(counted, weight, rows, pool, is_moved, around)
    if is_moved or around is not None:
        return ground
    against = ground.roles(rows, weight).against
    return replace(ground, around=counted.everywhere(counted.at_places(against)))


def _simulated(
    ground: MGround, name: str, choices: Choices, progress: Progress
) -> Iterator[Floats]:
    def drawn(number: int) -> Floats:
        return ground.curve(ground.dealt(child(choices.seed, choices.name, name, number)))[0]

    dealt = spread(drawn, range(choices.draws))
    for _ in told(progress, f"dealing {name}", range(choices.draws)):
        yield next(dealt)


def _bandwidth_km(population: Population, pool: Indices, n: int, choices: Choices) -> float:
    rng = child(choices.seed, choices.name, "bandwidth")
    longest = max(choices.distances_km)
    return chance_bandwidth_km(population.points, pool, n, longest_km=longest, rng=rng)


def chance_bandwidth_km(
    points: Points, pool: Indices, n: int, *, longest_km: float, rng: np.random.Generator
) -> float:
    """Return the bandwidth that n points would have on average, whatever the industry."""
    sample = pool
    if pool.size > SAMPLE_FOR_BANDWIDTH:
        sample = np.sort(draw_cases(rng, pool, SAMPLE_FOR_BANDWIDTH))
    found = m_bandwidth_km(points, sample, sample, longest_km=longest_km)
    return float(found * (sample.size * (sample.size - 1) / (n * (n - 1))) ** 0.2)
